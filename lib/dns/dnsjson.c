/* SPDX-License-Identifier: ISC */
/*
 * RDATA as a value of JSON: of a type of one field the field's, of others an
 * object of them.  Bytes that are not UTF-8 are {"base64":"..."}.
 */

#include <stdio.h>

#include "dnsput.h"
#include "riad/text.h"

static void
put_unit(struct riad_out *out, unsigned v)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = {'\\', 'u', hex[v >> 12 & 15], hex[v >> 8 & 15],
	    hex[v >> 4 & 15], hex[v & 15]};

	riad_out_add(out, text, sizeof(text));
}

/* The character of n bytes, and it beyond 16 bits as two of UTF-16. */
static void
put_wide(struct riad_out *out, const uint8_t *p, size_t n)
{
	uint32_t v = n == 2 ? p[0] & 0x1fu : n == 3 ? p[0] & 0x0fu : p[0] & 7u;

	for (size_t i = 1; i < n; i++)
		v = v << 6 | (p[i] & 0x3fu);
	if (v >= 0x10000) {
		put_unit(out, 0xd800 + ((v - 0x10000) >> 10));
		v = 0xdc00 + ((v - 0x10000) & 0x3ff);
	}
	put_unit(out, v);
}

static inline bool
is_plain(uint8_t v)
{
	return v >= ' ' && v < 0x7f && v != '"' && v != '\\';
}

/* Of UTF-8 that is valid. */
static void
put_quoted(struct riad_out *out, const uint8_t *p, size_t len)
{
	riad_out_char(out, '"');
	for (size_t i = 0, n; i < len; i += n) {
		uint8_t v = p[i];

		for (n = 0; i + n < len && is_plain(p[i + n]);)
			n++;
		if (n > 0) {
			riad_out_add(out, p + i, n);
			continue;
		}
		n = v < 0x80 ? 1 : riad_utf8_len(p + i, len - i);
		if (n > 1) {
			put_wide(out, p + i, n);
		} else if (v < ' ' || v == 0x7f) {
			put_unit(out, v);
		} else {
			riad_out_char(out, '\\');
			riad_out_char(out, (char)v);
		}
	}
	riad_out_char(out, '"');
}

void
riad_dns_json_bytes(struct riad_out *out, const void *data, size_t len)
{
	if (riad_utf8_valid(data, len)) {
		put_quoted(out, data, len);
		return;
	}
	riad_out_str(out, "{\"base64\":\"");
	riad_base64(out, data, len);
	riad_out_str(out, "\"}");
}

void
riad_dns_json_name(struct riad_out *out, const uint8_t *name)
{
	char text[RIAD_DNS_NAME_TEXT];
	size_t len = riad_dns_name_text(text, name);

	put_quoted(out, (const uint8_t *)text, len);
}

static void
put_word(struct riad_out *out, const char *s)
{
	riad_out_char(out, '"');
	riad_out_str(out, s);
	riad_out_char(out, '"');
}

static void
put_key(struct riad_out *out, char before, const char *key)
{
	if (before != '\0')
		riad_out_char(out, before);
	put_word(out, key);
	riad_out_char(out, ':');
}

static void
put_name(struct riad_out *out, struct dns_cursor *c, bool pointers)
{
	uint8_t name[RIAD_DNS_NAME];

	(void)dns_name(c, name, pointers);
	riad_dns_json_name(out, name);
}

static void
put_string(struct riad_out *out, struct dns_cursor *c)
{
	uint8_t len = dns_u8(c);
	const uint8_t *p = dns_take(c, len);

	riad_dns_json_bytes(out, p, p != NULL ? len : 0);
}

static void
put_strings(struct riad_out *out, struct dns_cursor *c)
{
	riad_out_char(out, '[');
	for (;;) {
		put_string(out, c);
		if (c->at == c->end)
			break;
		riad_out_char(out, ',');
	}
	riad_out_char(out, ']');
}

static void
put_hex(struct riad_out *out, const uint8_t *p, size_t len)
{
	riad_out_char(out, '"');
	dns_put_hex(out, p, len);
	riad_out_char(out, '"');
}

static void
put_base64(struct riad_out *out, const uint8_t *p, size_t len)
{
	riad_out_char(out, '"');
	dns_put_base64(out, p, len);
	riad_out_char(out, '"');
}

static void
put_types(struct riad_out *out, struct dns_cursor *c)
{
	char between = '[';

	while (c->at < c->end) {
		uint8_t window = dns_u8(c), len = dns_u8(c);
		const uint8_t *p = dns_take(c, len);

		for (unsigned i = 0; p != NULL && i < len * 8u; i++) {
			char text[RIAD_DNS_TYPE_TEXT];

			if ((p[i / 8] & 0x80 >> i % 8) == 0)
				continue;
			riad_out_char(out, between);
			between = ',';
			put_word(
			    out, riad_dns_type_text(text,
				     (uint16_t)((unsigned)window << 8 | i)));
		}
	}
	if (between == '[')
		riad_out_char(out, between);
	riad_out_char(out, ']');
}

static void
put_prefixes(struct riad_out *out, struct dns_cursor *c)
{
	riad_out_char(out, '[');
	while (c->at < c->end) {
		char text[DNS_PREFIX_TEXT];

		riad_out_char(out, '"');
		riad_out_add(out, text, dns_prefix_text(text, c));
		riad_out_char(out, '"');
		if (c->at < c->end)
			riad_out_char(out, ',');
	}
	riad_out_char(out, ']');
}

static void
put_address(struct riad_out *out, const uint8_t *p, size_t len)
{
	riad_out_char(out, '"');
	if (len == 4)
		dns_put_ipv4(out, p);
	else
		dns_put_ipv6(out, p);
	riad_out_char(out, '"');
}

static void
put_gateway(struct riad_out *out, struct dns_cursor *c, unsigned kind)
{
	size_t len = kind == 1 ? 4 : kind == 2 ? 16 : 0;
	const uint8_t *p;

	if (kind == 3)
		put_name(out, c, false);
	else if (len > 0 && (p = dns_take(c, len)) != NULL)
		put_address(out, p, len);
	else
		riad_out_str(out, "null");
}

static void
put_relay(struct riad_out *out, struct dns_cursor *c)
{
	uint8_t v = dns_u8(c);

	put_key(out, '{', "discovery_optional");
	riad_out_str(out, v & 0x80 ? "true" : "false");
	put_key(out, ',', "type");
	dns_put_number(out, v & 0x7f);
	put_key(out, ',', "address");
	put_gateway(out, c, v & 0x7f);
	riad_out_char(out, '}');
}

static void
put_identity(struct riad_out *out, struct dns_cursor *c)
{
	uint8_t hit = dns_u8(c), algorithm = dns_u8(c);
	uint16_t key = dns_u16(c);
	const uint8_t *p = dns_take(c, hit), *q = dns_take(c, key);

	put_key(out, '{', "algorithm");
	dns_put_number(out, algorithm);
	put_key(out, ',', "hit");
	put_hex(out, p, p != NULL ? hit : 0);
	put_key(out, ',', "key");
	put_base64(out, q, q != NULL ? key : 0);
	put_key(out, ',', "servers");
	riad_out_char(out, '[');
	while (c->at < c->end) {
		put_name(out, c, false);
		if (c->at < c->end)
			riad_out_char(out, ',');
	}
	riad_out_str(out, "]}");
}

static void
put_services(struct riad_out *out, struct dns_cursor *c)
{
	uint8_t protocol = dns_u8(c);
	size_t len = dns_left(c);
	const uint8_t *p = dns_take(c, len);
	const char *between = "";

	put_key(out, '{', "protocol");
	dns_put_number(out, protocol);
	put_key(out, ',', "ports");
	riad_out_char(out, '[');
	for (unsigned i = 0; i < len * 8; i++) {
		if ((p[i / 8] & 0x80 >> i % 8) == 0)
			continue;
		riad_out_str(out, between);
		between = ",";
		dns_put_number(out, i);
	}
	riad_out_str(out, "]}");
}

static void
put_options(struct riad_out *out, struct dns_cursor *c)
{
	riad_out_char(out, '[');
	while (c->at < c->end) {
		uint16_t code = dns_u16(c), len = dns_u16(c);
		const uint8_t *p = dns_take(c, len);

		put_key(out, '{', "code");
		dns_put_number(out, code);
		put_key(out, ',', "hex");
		put_hex(out, p, p != NULL ? len : 0);
		riad_out_char(out, '}');
		if (c->at < c->end)
			riad_out_char(out, ',');
	}
	riad_out_char(out, ']');
}

static void
put_alpn(struct riad_out *out, const uint8_t *p, size_t len)
{
	riad_out_char(out, '[');
	for (size_t i = 0; i < len && p[i] <= len - i - 1; i += 1u + p[i]) {
		if (i > 0)
			riad_out_char(out, ',');
		riad_dns_json_bytes(out, p + i + 1, p[i]);
	}
	riad_out_char(out, ']');
}

static void
put_keys(struct riad_out *out, const uint8_t *p, size_t len)
{
	riad_out_char(out, '[');
	for (size_t i = 0; i + 1 < len; i += 2) {
		char text[RIAD_DNS_TYPE_TEXT];

		if (i > 0)
			riad_out_char(out, ',');
		put_word(out, dns_svc_json(text, dns_get16(p + i)));
	}
	riad_out_char(out, ']');
}

static void
put_hints(struct riad_out *out, const uint8_t *p, size_t len, size_t each)
{
	riad_out_char(out, '[');
	for (size_t i = 0; i + each <= len; i += each) {
		if (i > 0)
			riad_out_char(out, ',');
		put_address(out, p + i, each);
	}
	riad_out_char(out, ']');
}

static void
put_parameter(struct riad_out *out, uint16_t key, const uint8_t *p, size_t len)
{
	switch (key) {
	case DNS_SVC_MANDATORY:
		put_keys(out, p, len);
		break;
	case DNS_SVC_ALPN:
		put_alpn(out, p, len);
		break;
	case DNS_SVC_NO_DEFAULT_ALPN:
	case DNS_SVC_OHTTP:
		riad_out_str(out, "true");
		break;
	case DNS_SVC_PORT:
		dns_put_number(out, len == 2 ? dns_get16(p) : 0);
		break;
	case DNS_SVC_IPV4HINT:
		put_hints(out, p, len, 4);
		break;
	case DNS_SVC_IPV6HINT:
		put_hints(out, p, len, 16);
		break;
	case DNS_SVC_ECH:
		put_base64(out, p, len);
		break;
	default:
		riad_dns_json_bytes(out, p, len);
	}
}

static void
put_parameters(struct riad_out *out, struct dns_cursor *c)
{
	char before = '{';

	while (c->at < c->end) {
		char text[RIAD_DNS_TYPE_TEXT];
		uint16_t key = dns_u16(c), len = dns_u16(c);
		const uint8_t *p = dns_take(c, len);

		put_key(out, before, dns_svc_json(text, key));
		before = ',';
		put_parameter(out, key, p, p != NULL ? len : 0);
	}
	if (before == '{')
		riad_out_char(out, '{');
	riad_out_char(out, '}');
}

/* Those of a fixed length: numbers as such, what is no number as a string. */
static void
put_fixed(
    struct riad_out *out, struct dns_cursor *c, const struct dns_field *field)
{
	switch (field->kind) {
	case DNS_U8:
	case DNS_ALGORITHM:
	case DNS_U16:
	case DNS_U32:
	case DNS_PERIOD:
	case DNS_TIME48:
		dns_text_field(out, c, field);
		break;
	case DNS_TIME:
		dns_put_number(out, dns_u32(c));
		break;
	default:
		riad_out_char(out, '"');
		dns_text_field(out, c, field);
		riad_out_char(out, '"');
	}
}

static void
put_field(
    struct riad_out *out, struct dns_cursor *c, const struct dns_field *field)
{
	size_t len = dns_left(c);
	const uint8_t *p = c->msg + c->at;

	switch ((enum dns_kind)field->kind) {
	case DNS_NAME:
	case DNS_NAME_READ:
		put_name(out, c, true);
		break;
	case DNS_NAME_PLAIN:
		put_name(out, c, false);
		break;
	case DNS_STRING:
	case DNS_BARE:
		put_string(out, c);
		break;
	case DNS_STRINGS:
		put_strings(out, c);
		break;
	case DNS_REST:
		riad_dns_json_bytes(out, p, len);
		c->at = c->end;
		break;
	case DNS_HEX:
	case DNS_DIGEST:
	case DNS_FINGERPRINT:
	case DNS_ZONE_DIGEST:
	case DNS_HEX_MARKED:
		put_hex(out, p, len);
		c->at = c->end;
		break;
	case DNS_BASE64:
	case DNS_BASE64_ANY:
		put_base64(out, p, len);
		c->at = c->end;
		break;
	case DNS_BASE64_SIZED:
		len = dns_u16(c);
		p = dns_take(c, len);
		put_base64(out, p, p != NULL ? len : 0);
		break;
	case DNS_SALT:
		len = dns_u8(c);
		p = dns_take(c, len);
		put_hex(out, p, p != NULL ? len : 0);
		break;
	case DNS_TYPES:
	case DNS_TYPES_SOME:
		put_types(out, c);
		break;
	case DNS_PREFIXES:
		put_prefixes(out, c);
		break;
	case DNS_GATEWAY:
		put_gateway(out, c, c->msg[c->start + 1]);
		break;
	case DNS_RELAY:
		put_relay(out, c);
		break;
	case DNS_HOST_IDENTITY:
		put_identity(out, c);
		break;
	case DNS_SERVICES:
		put_services(out, c);
		break;
	case DNS_PARAMETERS:
		put_parameters(out, c);
		break;
	case DNS_OPTIONS:
		put_options(out, c);
		break;
	case DNS_END:
	case DNS_KINDS:
		break;
	default:
		put_fixed(out, c, field);
	}
}

void
riad_dns_json(struct riad_out *out, const struct riad_dns_reader *reader,
    const struct riad_dns_record *record)
{
	const struct dns_row *row = dns_row_for(record);
	struct dns_cursor c;
	char before = '{';

	if (row == NULL) {
		put_key(out, '{', "hex");
		put_hex(out, record->data, record->len);
		riad_out_char(out, '}');
		return;
	}
	dns_cursor_init(&c, reader, record);
	if (row->fields[1].kind == DNS_END) {
		put_field(out, &c, row->fields);
		return;
	}
	for (const struct dns_field *f = row->fields; f->kind != DNS_END; f++) {
		put_key(out, before, f->key);
		before = ',';
		put_field(out, &c, f);
	}
	riad_out_char(out, '}');
}
