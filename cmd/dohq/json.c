/* SPDX-License-Identifier: ISC */
/* Results as JSON objects, one a line; and what text and JSON have alike. */

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "riad/dnsrr.h"
#include "riad/json.h"

const struct flag header_flags[] = {
    {RIAD_DNS_QR, "qr"},
    {RIAD_DNS_AA, "aa"},
    {RIAD_DNS_TC, "tc"},
    {RIAD_DNS_RD, "rd"},
    {RIAD_DNS_RA, "ra"},
    {RIAD_DNS_AD, "ad"},
    {RIAD_DNS_CD, "cd"},
    {0, NULL},
};

/* RFC 7871 section 6: "192.0.2.0/24", and the scope where the server has set
 * one; NULL if it is no such. */
const char *
subnet_text(char text[SUBNET_TEXT], const uint8_t *data, size_t len)
{
	uint8_t address[16] = {0};
	char host[INET6_ADDRSTRLEN];

	if (len < 4 || data[0] != 0 || data[1] < 1 || data[1] > 2)
		return NULL;
	if (len - 4 > (data[1] == 1 ? 4u : 16u))
		return NULL;
	memcpy(address, data + 4, len - 4);
	inet_ntop(
	    data[1] == 1 ? AF_INET : AF_INET6, address, host, sizeof(host));
	snprintf(text, SUBNET_TEXT, "%s/%u/%u", host, data[2], data[3]);
	return text;
}

/* What is written to scratch goes into a string of JSON in out. */
static struct riad_out scratch;

static void
escape(void *ctx, const void *data, size_t len)
{
	const char *p = data, *end = p + len, *from = p;

	(void)ctx;
	for (; p < end; p++) {
		if (*p != '"' && *p != '\\')
			continue;
		riad_out_add(&out, from, (size_t)(p - from));
		riad_out_char(&out, '\\');
		from = p;
	}
	riad_out_add(&out, from, (size_t)(end - from));
}

static void
begin_string(void)
{
	riad_out_init(&scratch, -1);
	scratch.err = EBADF; /* nothing is to be written by itself */
	scratch.tap = escape;
	riad_out_char(&out, '"');
}

static void
end_string(void)
{
	riad_out_show(&scratch);
	riad_out_char(&out, '"');
}

static void
put_key(struct riad_json *json, const char *key)
{
	riad_out_char(&out, json->sep);
	json->sep = ',';
	riad_out_char(&out, '"');
	riad_out_str(&out, key);
	riad_out_add(&out, "\":", 2);
}

static void
close_object(void)
{
	riad_out_char(&out, '}');
}

static void
put_bool(struct riad_json *json, const char *key, bool value)
{
	put_key(json, key);
	riad_out_str(&out, value ? "true" : "false");
}

static void
put_hex(
    struct riad_json *json, const char *key, const uint8_t *data, size_t len)
{
	put_key(json, key);
	riad_out_char(&out, '"');
	for (size_t i = 0; i < len; i++)
		riad_out_printf(&out, "%02x", data[i]);
	riad_out_char(&out, '"');
}

/* A name as text, in which only quotes and backslashes are special to JSON. */
static void
put_name_key(struct riad_json *json, const char *key, const uint8_t *name)
{
	char text[RIAD_DNS_NAME_TEXT];
	size_t len = riad_dns_name_text(text, name);
	char *other;

	put_key(json, key);
	riad_out_char(&out, '"');
	escape(NULL, text, len);
	riad_out_char(&out, '"');
	if (opt.unicode && strcasestr(text, "xn--") != NULL &&
	    (other = idn_to_unicode(text)) != NULL) {
		riad_json_str(json, "unicode", other);
		free(other);
	}
}

static void
put_types(struct riad_json *json, uint16_t type, uint16_t class)
{
	char text[RIAD_DNS_TYPE_TEXT];

	riad_json_str(json, "class", riad_dns_class_text(text, class));
	riad_json_str(json, "type", riad_dns_type_text(text, type));
}

static void
put_record(const struct riad_dns_reader *reader,
    const struct riad_dns_record *record, uint32_t age)
{
	struct riad_json json;

	riad_json_begin(&json, &out);
	put_name_key(&json, "name", record->name);
	riad_json_u64(&json, "ttl", record->ttl > age ? record->ttl - age : 0);
	put_types(&json, record->type, record->class);
	put_key(&json, "data");
	begin_string();
	riad_dns_text(&scratch, reader, record);
	end_string();
	put_key(&json, "value");
	riad_dns_json(&out, reader, record);
	close_object();
}

static void
put_ede(struct riad_json *json, const struct riad_dns_opt *o)
{
	unsigned code = (unsigned)o->data[0] << 8 | o->data[1];
	const char *name = riad_dns_ede_text(code);

	(void)json;
	struct riad_json ede;
	riad_json_begin(&ede, &out);
	riad_json_u64(&ede, "code", code);
	if (name != NULL)
		riad_json_str(&ede, "name", name);
	if (o->len > 2)
		riad_json_bytes(&ede, o->data + 2, o->len - 2u);
	close_object();
}

static void
put_option(struct riad_json *json, const struct riad_dns_opt *o)
{
	char text[SUBNET_TEXT];

	switch (o->code) {
	case RIAD_DNS_NSID:
		put_hex(json, "nsid", o->data, o->len);
		return;
	case RIAD_DNS_COOKIE:
		put_hex(json, "cookie", o->data, o->len);
		return;
	case RIAD_DNS_PADDING:
		riad_json_u64(json, "padding", o->len);
		return;
	case RIAD_DNS_ECS:
		if (subnet_text(text, o->data, o->len) == NULL)
			break;
		riad_json_str(json, "subnet", text);
		return;
	default:
		break;
	}
	snprintf(text, sizeof(text), "option%u", o->code);
	put_hex(json, text, o->data, o->len);
}

static void
put_edns(struct riad_json *json, const struct riad_dns_edns *edns)
{
	struct riad_json inner;
	struct riad_dns_opt o;
	uint8_t seen[1 << 13] = {0}; /* a key is not to come twice */
	size_t at = 0;
	bool errors = false;

	put_key(json, "edns");
	riad_json_begin(&inner, &out);
	riad_json_u64(&inner, "version", edns->version);
	riad_json_u64(&inner, "udp", edns->size);
	put_bool(&inner, "do", edns->dnssec);
	while (riad_dns_edns_next(&o, edns, &at) == 1) {
		bool again = seen[o.code / 8] >> o.code % 8 & 1;
		seen[o.code / 8] |= (uint8_t)(1 << o.code % 8);
		if (o.code == RIAD_DNS_EDE && o.len >= 2)
			errors = true;
		else if (!again)
			put_option(&inner, &o);
	}
	close_object();
	if (!errors)
		return;
	put_key(json, "ede");
	riad_out_char(&out, '[');
	at = 0;
	for (bool more = false; riad_dns_edns_next(&o, edns, &at) == 1;) {
		if (o.code != RIAD_DNS_EDE || o.len < 2)
			continue;
		if (more)
			riad_out_char(&out, ',');
		more = true;
		put_ede(json, &o);
	}
	riad_out_char(&out, ']');
}

static void
put_sections(
    struct riad_json *json, struct riad_dns_reader *reader, uint32_t age)
{
	static const char *const names[] = {
	    NULL, "answer", "authority", "additional"};
	struct riad_dns_record record;
	unsigned section = RIAD_DNS_QUESTION;
	bool more = false;
	int r;

	do {
		r = riad_dns_read(reader, &record);
		unsigned next =
		    r == 1 ? record.section : (unsigned)RIAD_DNS_SECTIONS;
		for (; section < next; section++) {
			if (section != RIAD_DNS_QUESTION)
				riad_out_char(&out, ']');
			if (section + 1 == RIAD_DNS_SECTIONS)
				continue;
			put_key(json, names[section + 1]);
			riad_out_char(&out, '[');
			more = false;
		}
		if (r != 1 || record.section == RIAD_DNS_QUESTION ||
		    record.type == RIAD_DNS_OPT)
			continue;
		if (more)
			riad_out_char(&out, ',');
		more = true;
		put_record(reader, &record, age);
	} while (r == 1);
}

static void
put_message(struct riad_json *json, const struct result *result)
{
	struct riad_dns_reader reader;
	struct riad_dns_edns edns = {.present = false};
	char text[RIAD_DNS_TYPE_TEXT];
	bool more = false;

	if (riad_dns_find_edns(&edns, result->msg, result->len) == -1 ||
	    riad_dns_reader_init(&reader, result->msg, result->len) == -1)
		return;
	riad_json_str(json, "rcode",
	    riad_dns_rcode_text(text,
		(unsigned)edns.rcode << 4 | (reader.flags & RIAD_DNS_RCODE)));
	riad_json_u64(json, "id", reader.id);
	put_key(json, "flags");
	riad_out_char(&out, '[');
	for (const struct flag *f = header_flags; f->bit != 0; f++) {
		if ((reader.flags & f->bit) == 0)
			continue;
		riad_out_printf(&out, "%s\"%s\"", more ? "," : "", f->name);
		more = true;
	}
	riad_out_char(&out, ']');
	if (edns.present)
		put_edns(json, &edns);
	put_sections(json, &reader, result->age);
}

void
show_json(const struct result *result)
{
	const struct server *server = &servers[result->server];
	struct riad_json json;

	riad_json_begin(&json, &out);
	if (result->line != 0)
		riad_json_u64(&json, "line", result->line);
	if (result->name != NULL) {
		put_name_key(&json, "name", result->name);
		put_types(&json, result->type, result->class);
		riad_json_str(&json, "server", server->text);
		if (server->addresses_len > 0)
			riad_json_str(&json, "address",
			    server->addresses[result->address].text);
		riad_json_str(
		    &json, "transport", riad_dns_way_text(result->way));
		if (result->version != 0)
			riad_json_u64(&json, "http", result->version);
		if (server->tls[0] != '\0')
			riad_json_str(&json, "tls", server->tls);
		riad_json_ns(&json, "seconds", result->ns);
		riad_json_u64(&json, "tries", result->tries);
	}
	if (result->msg == NULL) {
		riad_json_str(&json, "error", outcome_text(result->outcome));
		if (result->status != 0)
			riad_json_u64(&json, "status", result->status);
		riad_json_str(&json, "message", result->why);
	} else {
		riad_json_u64(&json, "size", result->len);
		put_message(&json, result);
	}
	riad_json_end(&json);
}
