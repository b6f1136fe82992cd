/* SPDX-License-Identifier: ISC */
/* RDATA as dig(1) writes it. */

#include <stdio.h>
#include <time.h>

#include "dnsput.h"

/* dig(1) divides what is long into words of so many characters. */
enum { WORD = 56 };

static void
put_name(struct riad_out *out, struct dns_cursor *c, bool pointers)
{
	uint8_t name[RIAD_DNS_NAME];

	(void)dns_name(c, name, pointers);
	dns_put_name(out, name);
}

/* Within quotes what is no plain character is \DDD; so is a space outside. */
static void
put_text(struct riad_out *out, const uint8_t *p, size_t len, bool quoted)
{
	const uint8_t least = quoted ? ' ' : '!';

	if (quoted)
		riad_out_char(out, '"');
	for (size_t i = 0; i < len;) {
		size_t n = len - i < 256 ? len - i : 256;
		uint8_t *to = riad_out_room(out, 4 * n), *q = to;

		for (size_t end = i + n; i < end; i++) {
			uint8_t v = p[i];

			if (v < least || v >= 0x7f) {
				*q++ = '\\';
				*q++ = (uint8_t)('0' + v / 100);
				*q++ = (uint8_t)('0' + v / 10 % 10);
				*q++ = (uint8_t)('0' + v % 10);
				continue;
			}
			if (v == '"' || v == '\\' ||
			    (!quoted && (v == '@' || v == ';')))
				*q++ = '\\';
			*q++ = v;
		}
		out->len += (size_t)(q - to);
	}
	if (quoted)
		riad_out_char(out, '"');
}

static void
put_string(struct riad_out *out, struct dns_cursor *c, bool quoted)
{
	uint8_t len = dns_u8(c);
	const uint8_t *p = dns_take(c, len);

	if (p != NULL)
		put_text(out, p, len, quoted);
}

static void
put_strings(struct riad_out *out, struct dns_cursor *c)
{
	for (;;) {
		put_string(out, c, true);
		if (c->at == c->end)
			break;
		riad_out_char(out, ' ');
	}
}

static void
put_hex_words(struct riad_out *out, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i += WORD / 2) {
		if (i > 0)
			riad_out_char(out, ' ');
		dns_put_hex(
		    out, p + i, len - i < WORD / 2 ? len - i : WORD / 2);
	}
}

static void
put_base64_words(struct riad_out *out, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i += WORD / 4 * 3) {
		if (i > 0)
			riad_out_char(out, ' ');
		dns_put_base64(out, p + i,
		    len - i < WORD / 4 * 3 ? len - i : WORD / 4 * 3);
	}
}

/* Two digits each: of a century, a year in it, a month, and so on. */
static void
put_time(struct riad_out *out, uint32_t v)
{
	/* RFC 4034 section 3.1.5 has a circle of numbers; of its two sides
	 * dig(1) takes the nearer to now.  What it says is not to change with
	 * the day, though: all are of 1970 to 2106. */
	time_t t = (time_t)v;
	struct tm tm;
	uint8_t *p = riad_out_room(out, 14);

	if (gmtime_r(&t, &tm) == NULL)
		tm = (struct tm){0};
	const int part[7] = {(tm.tm_year + 1900) / 100,
	    (tm.tm_year + 1900) % 100, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec};
	for (size_t i = 0; i < 7; i++) {
		p[2 * i] = (uint8_t)('0' + part[i] / 10);
		p[2 * i + 1] = (uint8_t)('0' + part[i] % 10);
	}
	out->len += 14;
}

static void
put_types(struct riad_out *out, struct dns_cursor *c)
{
	bool more = false;

	while (c->at < c->end) {
		uint8_t window = dns_u8(c), len = dns_u8(c);
		const uint8_t *p = dns_take(c, len);

		if (p == NULL)
			return;
		for (unsigned i = 0; i < len * 8u; i++) {
			char text[RIAD_DNS_TYPE_TEXT];

			if ((p[i / 8] & 0x80 >> i % 8) == 0)
				continue;
			if (more)
				riad_out_char(out, ' ');
			more = true;
			riad_out_str(
			    out, riad_dns_type_text(text,
				     (uint16_t)((unsigned)window << 8 | i)));
		}
	}
}

static void
put_salt(struct riad_out *out, struct dns_cursor *c)
{
	uint8_t len = dns_u8(c);
	const uint8_t *p = dns_take(c, len);

	if (len == 0)
		riad_out_char(out, '-');
	else if (p != NULL)
		dns_put_hex(out, p, len);
}

static void
put_location(struct riad_out *out, struct dns_cursor *c)
{
	char text[DNS_LOCATION_TEXT];
	const uint8_t *p = dns_take(c, 16);

	if (p != NULL)
		riad_out_add(out, text, dns_location_text(text, p));
}

static void
put_prefixes(struct riad_out *out, struct dns_cursor *c)
{
	while (c->at < c->end) {
		char text[DNS_PREFIX_TEXT];

		riad_out_add(out, text, dns_prefix_text(text, c));
		if (c->at < c->end)
			riad_out_char(out, ' ');
	}
}

static void
put_gateway(struct riad_out *out, struct dns_cursor *c, unsigned kind)
{
	const uint8_t *p;

	switch (kind) {
	case 1:
		p = dns_take(c, 4);
		if (p != NULL)
			dns_put_ipv4(out, p);
		break;
	case 2:
		p = dns_take(c, 16);
		if (p != NULL)
			dns_put_ipv6(out, p);
		break;
	case 3:
		put_name(out, c, false);
		break;
	default:
		riad_out_char(out, '.');
	}
}

static void
put_relay(struct riad_out *out, struct dns_cursor *c)
{
	uint8_t v = dns_u8(c);

	dns_put_number(out, v >> 7);
	riad_out_char(out, ' ');
	dns_put_number(out, v & 0x7f);
	riad_out_char(out, ' ');
	put_gateway(out, c, v & 0x7f);
}

static void
put_identity(struct riad_out *out, struct dns_cursor *c)
{
	uint8_t hit = dns_u8(c), algorithm = dns_u8(c);
	uint16_t key = dns_u16(c);
	const uint8_t *p = dns_take(c, hit), *q = dns_take(c, key);

	if (p == NULL || q == NULL)
		return;
	dns_put_number(out, algorithm);
	riad_out_char(out, ' ');
	dns_put_hex(out, p, hit);
	riad_out_char(out, ' ');
	dns_put_base64(out, q, key);
	while (c->at < c->end) {
		riad_out_char(out, ' ');
		put_name(out, c, false);
	}
}

static void
put_services(struct riad_out *out, struct dns_cursor *c)
{
	uint8_t protocol = dns_u8(c);
	size_t len = dns_left(c);
	const uint8_t *p = dns_take(c, len);

	dns_put_number(out, protocol);
	for (unsigned i = 0; p != NULL && i < len * 8; i++) {
		if ((p[i / 8] & 0x80 >> i % 8) == 0)
			continue;
		riad_out_char(out, ' ');
		dns_put_number(out, i);
	}
}

static void
put_options(struct riad_out *out, struct dns_cursor *c)
{
	while (c->at < c->end) {
		uint16_t code = dns_u16(c), len = dns_u16(c);
		const uint8_t *p = dns_take(c, len);

		if (p == NULL)
			return;
		dns_put_number(out, code);
		riad_out_char(out, '=');
		dns_put_hex(out, p, len);
		if (c->at < c->end)
			riad_out_char(out, ' ');
	}
}

/* p is in bounds. */
static void
put_fixed(struct riad_out *out, enum dns_kind kind, const uint8_t *p)
{
	char text[RIAD_DNS_TYPE_TEXT];
	const char *word;

	switch (kind) {
	case DNS_U8:
	case DNS_ALGORITHM:
		dns_put_number(out, *p);
		break;
	case DNS_U16:
		dns_put_number(out, dns_get16(p));
		break;
	case DNS_U32:
	case DNS_PERIOD:
		dns_put_number(out, dns_get32(p));
		break;
	case DNS_TYPE:
		riad_out_str(out, riad_dns_type_text(text, dns_get16(p)));
		break;
	case DNS_ERROR:
		riad_out_str(out, riad_dns_rcode_text(text, dns_get16(p)));
		break;
	case DNS_CERT_TYPE:
	case DNS_CERT_ALGORITHM:
	case DNS_SCHEME: {
		unsigned v = kind == DNS_CERT_TYPE ? dns_get16(p) : *p;
		word = dns_word_of(kind, v);
		if (word != NULL)
			riad_out_str(out, word);
		else
			dns_put_number(out, v);
		break;
	}
	case DNS_TIME:
		put_time(out, dns_get32(p));
		break;
	case DNS_TIME48:
		dns_put_number(
		    out, (uint64_t)dns_get16(p) << 32 | dns_get32(p + 2));
		break;
	case DNS_IPV4:
		dns_put_ipv4(out, p);
		break;
	case DNS_IPV6:
		dns_put_ipv6(out, p);
		break;
	case DNS_EUI48:
		dns_put_dashed(out, p, 6);
		break;
	case DNS_EUI64:
		dns_put_dashed(out, p, 8);
		break;
	case DNS_LOCATOR64:
		dns_put_locator(out, p);
		break;
	default:
		break;
	}
}

void
dns_text_field(
    struct riad_out *out, struct dns_cursor *c, const struct dns_field *field)
{
	enum dns_kind kind = (enum dns_kind)field->kind;
	const uint8_t *p;
	size_t len = dns_fixed_len(kind);

	if (len > 0) {
		p = dns_take(c, len);
		if (p != NULL)
			put_fixed(out, kind, p);
		return;
	}
	len = dns_left(c);
	p = c->msg + c->at;
	switch (kind) {
	case DNS_NAME:
	case DNS_NAME_READ:
		put_name(out, c, true);
		break;
	case DNS_NAME_PLAIN:
		put_name(out, c, false);
		break;
	case DNS_STRING:
		put_string(out, c, true);
		break;
	case DNS_STRINGS:
		put_strings(out, c);
		break;
	case DNS_BARE:
		put_string(out, c, false);
		break;
	case DNS_REST:
		put_text(out, p, len, true);
		c->at = c->end;
		break;
	case DNS_HEX_MARKED:
		riad_out_str(out, "0x");
		dns_put_low_hex(out, p, len);
		c->at = c->end;
		break;
	case DNS_HEX:
	case DNS_DIGEST:
	case DNS_FINGERPRINT:
	case DNS_ZONE_DIGEST:
		put_hex_words(out, p, len);
		c->at = c->end;
		break;
	case DNS_BASE64:
	case DNS_BASE64_ANY:
		put_base64_words(out, p, len);
		c->at = c->end;
		break;
	case DNS_BASE64_SIZED:
		len = dns_u16(c);
		p = dns_take(c, len);
		dns_put_number(out, len);
		if (p != NULL && len > 0) {
			riad_out_char(out, ' ');
			put_base64_words(out, p, len);
		}
		break;
	case DNS_SALT:
		put_salt(out, c);
		break;
	case DNS_BASE32:
		len = dns_u8(c);
		p = dns_take(c, len);
		if (p != NULL)
			dns_put_base32(out, p, len);
		break;
	case DNS_TYPES:
	case DNS_TYPES_SOME:
		put_types(out, c);
		break;
	case DNS_LOCATION:
		put_location(out, c);
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
		dns_text_parameters(out, c);
		break;
	case DNS_OPTIONS:
		put_options(out, c);
		break;
	default:
		break;
	}
}

/* \# 4 DEADBEEF */
static void
put_unknown(struct riad_out *out, const struct riad_dns_record *record)
{
	riad_out_add(out, "\\# ", 3);
	dns_put_number(out, record->len);
	if (record->len > 0) {
		riad_out_char(out, ' ');
		put_hex_words(out, record->data, record->len);
	}
}

void
riad_dns_text(struct riad_out *out, const struct riad_dns_reader *reader,
    const struct riad_dns_record *record)
{
	const struct dns_row *row = dns_row_for(record);
	struct dns_cursor c;

	if (row == NULL) {
		put_unknown(out, record);
		return;
	}
	dns_cursor_init(&c, reader, record);
	for (const struct dns_field *f = row->fields;
	     f->kind != DNS_END && c.why == NULL; f++) {
		/* Lists that are empty have no space before them; REST is a
		 * string, and there even if it has nothing in it. */
		if (f > row->fields && (c.at < c.end || f->kind == DNS_REST ||
					   f->kind == DNS_GATEWAY))
			riad_out_char(out, ' ');
		dns_text_field(out, &c, f);
	}
}
