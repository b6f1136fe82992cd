/* SPDX-License-Identifier: ISC */
/* Results as text, the way dig(1) has it, or as they came. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/dnsrr.h"
#include "riad/text.h"

static bool first = true; /* nothing was shown yet */

const char *
outcome_text(enum outcome outcome)
{
	switch (outcome) {
	case BAD_INPUT:
		return "input";
	case NO_CONNECTION:
		return "connection";
	case BAD_TLS:
		return "tls";
	case BAD_HTTP:
		return "http";
	case MALFORMED:
		return "malformed";
	case TIMED_OUT:
		return "timeout";
	default:
		return "";
	}
}

/* In Unicode if that is wanted and there is such a name. */
static void
put_text_name(const char *text)
{
	char *other = NULL;

	if (opt.unicode && strcasestr(text, "xn--") != NULL)
		other = idn_to_unicode(text);
	riad_out_str(&out, other != NULL ? other : text);
	free(other);
}

static void
put_name(const uint8_t *name)
{
	char text[RIAD_DNS_NAME_TEXT];

	riad_dns_name_text(text, name);
	put_text_name(text);
}

/* Turns the names in what was written from there on into Unicode. */
static void
unicode_from(size_t at)
{
	char text[RIAD_DNS_NAME_TEXT + 64];
	size_t len = out.len - at;
	char *word, *rest = text;

	if (len >= sizeof(text))
		return;
	memcpy(text, out.buf + at, len);
	text[len] = '\0';
	if (strcasestr(text, "xn--") == NULL)
		return;
	out.len = at;
	for (bool more = false; (word = strsep(&rest, " ")) != NULL;
	     more = true) {
		if (more)
			riad_out_char(&out, ' ');
		put_text_name(word);
	}
}

static bool
has_name(uint16_t type)
{
	return type == RIAD_DNS_CNAME || type == RIAD_DNS_DNAME ||
	       type == RIAD_DNS_NS || type == RIAD_DNS_PTR ||
	       type == RIAD_DNS_MX || type == RIAD_DNS_SRV ||
	       type == RIAD_DNS_SOA;
}

static void
put_data(
    const struct riad_dns_reader *reader, const struct riad_dns_record *record)
{
	bool names = opt.unicode && has_name(record->type);

	/* What is written must still be there to be changed. */
	if (names)
		(void)riad_out_room(&out, 4096);
	size_t at = out.len;
	riad_dns_text(&out, reader, record);
	if (names)
		unicode_from(at);
}

static void
put_number(uint32_t value)
{
	char text[12], *p = text + sizeof(text);

	do
		*--p = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	riad_out_add(&out, p, (size_t)(text + sizeof(text) - p));
}

static void
put_record(const struct riad_dns_reader *reader,
    const struct riad_dns_record *record, uint32_t age)
{
	char text[RIAD_DNS_TYPE_TEXT];

	put_name(record->name);
	riad_out_char(&out, '\t');
	put_number(record->ttl > age ? record->ttl - age : 0);
	riad_out_char(&out, '\t');
	riad_out_str(&out, riad_dns_class_text(text, record->class));
	riad_out_char(&out, '\t');
	riad_out_str(&out, riad_dns_type_text(text, record->type));
	riad_out_char(&out, '\t');
	put_data(reader, record);
	riad_out_char(&out, '\n');
}

static void
put_question(const struct result *result)
{
	char text[RIAD_DNS_TYPE_TEXT];

	put_name(result->name);
	riad_out_char(&out, ' ');
	riad_out_str(&out, riad_dns_class_text(text, result->class));
	riad_out_char(&out, ' ');
	riad_out_str(&out, riad_dns_type_text(text, result->type));
}

/* What a peer wrote, on a line of a comment. */
static void
put_escaped(const uint8_t *data, size_t len)
{
	struct riad_buf buf;

	riad_buf_init(&buf, 4 * (size_t)UINT16_MAX);
	if (riad_escape(&buf, data, len) == 0)
		riad_out_add(&out, buf.data, buf.len);
	riad_buf_free(&buf);
}

static void
put_hex(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		riad_out_printf(&out, "%02x", data[i]);
}

static void
put_option(const struct riad_dns_opt *o)
{
	const char *name;
	unsigned code;

	switch (o->code) {
	case RIAD_DNS_EDE:
		if (o->len < 2)
			break;
		code = (unsigned)o->data[0] << 8 | o->data[1];
		name = riad_dns_ede_text(code);
		riad_out_printf(&out, "; EDE: %u", code);
		if (name != NULL)
			riad_out_printf(&out, " (%s)", name);
		if (o->len > 2) {
			riad_out_str(&out, ": ");
			put_escaped(o->data + 2, o->len - 2u);
		}
		riad_out_char(&out, '\n');
		return;
	case RIAD_DNS_NSID:
		riad_out_str(&out, "; NSID: ");
		put_hex(o->data, o->len);
		riad_out_str(&out, " (\"");
		put_escaped(o->data, o->len);
		riad_out_str(&out, "\")\n");
		return;
	case RIAD_DNS_COOKIE:
		riad_out_str(&out, "; COOKIE: ");
		put_hex(o->data, o->len);
		riad_out_char(&out, '\n');
		return;
	case RIAD_DNS_PADDING:
		riad_out_printf(&out, "; PADDING: %u bytes\n", o->len);
		return;
	case RIAD_DNS_ECS: {
		char text[SUBNET_TEXT];
		if (subnet_text(text, o->data, o->len) == NULL)
			break;
		riad_out_printf(&out, "; CLIENT-SUBNET: %s\n", text);
		return;
	}
	default:
		break;
	}
	riad_out_printf(&out, "; OPT=%u: ", o->code);
	put_hex(o->data, o->len);
	riad_out_char(&out, '\n');
}

static void
put_edns(const struct riad_dns_edns *edns)
{
	struct riad_dns_opt o;
	size_t at = 0;

	riad_out_printf(&out,
	    "\n;; OPT PSEUDOSECTION:\n"
	    "; EDNS: version: %u, flags:%s; udp: %u\n",
	    edns->version, edns->dnssec ? " do" : "", edns->size);
	while (riad_dns_edns_next(&o, edns, &at) == 1)
		put_option(&o);
}

static void
put_head(const struct riad_dns_reader *reader, unsigned rcode)
{
	char text[RIAD_DNS_TYPE_TEXT];
	unsigned opcode = (reader->flags & RIAD_DNS_OPCODE) >> 11;

	riad_out_str(&out, ";; ->>HEADER<<- opcode: ");
	if (opcode == 0)
		riad_out_str(&out, "QUERY");
	else
		put_number(opcode);
	riad_out_printf(&out,
	    ", status: %s, id: %u\n;; flags:", riad_dns_rcode_text(text, rcode),
	    reader->id);
	for (const struct flag *f = header_flags; f->bit != 0; f++) {
		if (reader->flags & f->bit)
			riad_out_printf(&out, " %s", f->name);
	}
	riad_out_printf(&out,
	    "; QUERY: %u, ANSWER: %u, AUTHORITY: %u, ADDITIONAL: %u\n",
	    reader->count[RIAD_DNS_QUESTION], reader->count[RIAD_DNS_ANSWER],
	    reader->count[RIAD_DNS_AUTHORITY],
	    reader->count[RIAD_DNS_ADDITIONAL]);
}

static void
put_foot(const struct result *result)
{
	const struct server *server = &servers[result->server];

	riad_out_printf(&out, "\n;; Query time: %.1f msec\n;; SERVER: %s (%s",
	    (double)result->ns / 1e6, server->text,
	    server->addresses[result->address].text);
	if (result->way != server->where.way)
		riad_out_printf(&out, ", %s", riad_dns_way_text(result->way));
	if (result->version != 0)
		riad_out_printf(&out, ", HTTP/%u", result->version);
	if (server->tls[0] != '\0')
		riad_out_printf(&out, ", %s", server->tls);
	riad_out_printf(&out, ")\n;; MSG SIZE  rcvd: %zu\n", result->len);
}

/* All that there is to say, or but the answer, and why there is none. */
static void
show_whole(const struct result *result)
{
	static const char *const names[] = {
	    "QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"};
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	struct riad_dns_edns edns = {.present = false};
	enum riad_dns_section section = RIAD_DNS_QUESTION;
	bool all = opt.view == VIEW_ALL;

	if (riad_dns_find_edns(&edns, result->msg, result->len) == -1 ||
	    riad_dns_reader_init(&reader, result->msg, result->len) == -1)
		return;
	put_head(&reader,
	    (unsigned)edns.rcode << 4 | (reader.flags & RIAD_DNS_RCODE));
	if (edns.present)
		put_edns(&edns);
	else
		riad_out_char(&out, '\n');
	riad_out_str(&out, ";; QUESTION SECTION:\n;");
	put_question(result);
	riad_out_char(&out, '\n');
	while (riad_dns_read(&reader, &record) == 1) {
		if (record.section == RIAD_DNS_QUESTION ||
		    record.type == RIAD_DNS_OPT)
			continue;
		bool bare = all || record.section == RIAD_DNS_ANSWER;
		if (!bare && (record.section != RIAD_DNS_AUTHORITY ||
				 reader.count[RIAD_DNS_ANSWER] > 0))
			continue;
		if (record.section != section)
			riad_out_printf(
			    &out, "\n;; %s SECTION:\n", names[record.section]);
		section = record.section;
		if (!bare)
			riad_out_char(&out, ';');
		put_record(&reader, &record, result->age);
	}
	put_foot(result);
}

/* The extended errors of an answer, in a few words. */
static void
put_ede(const struct riad_dns_edns *edns)
{
	struct riad_dns_opt o;
	size_t at = 0;

	while (riad_dns_edns_next(&o, edns, &at) == 1) {
		if (o.code != RIAD_DNS_EDE || o.len < 2)
			continue;
		unsigned code = (unsigned)o.data[0] << 8 | o.data[1];
		const char *name = riad_dns_ede_text(code);
		riad_out_printf(&out, ", EDE %u", code);
		if (name != NULL)
			riad_out_printf(&out, " (%s)", name);
		if (o.len > 2) {
			riad_out_str(&out, ": ");
			put_escaped(o.data + 2, o.len - 2u);
		}
	}
}

/* Records alone; where there are none, a comment says so. */
static void
show_answer(const struct result *result)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	struct riad_dns_edns edns;
	char text[RIAD_DNS_TYPE_TEXT];
	bool comment = opt.view != VIEW_SHORT;

	if (riad_dns_reader_init(&reader, result->msg, result->len) == -1)
		return;
	unsigned rcode = reader.flags & RIAD_DNS_RCODE;
	if (comment && servers_len > 1)
		riad_out_printf(
		    &out, ";; SERVER: %s\n", servers[result->server].text);
	if (comment && (rcode != 0 || reader.count[RIAD_DNS_ANSWER] == 0)) {
		if (riad_dns_find_edns(&edns, result->msg, result->len) == -1)
			return;
		rcode |= (unsigned)edns.rcode << 4;
		riad_out_str(&out, ";; ");
		put_question(result);
		riad_out_str(&out, ": ");
		if (rcode != 0)
			riad_out_str(&out, riad_dns_rcode_text(text, rcode));
		else
			riad_out_str(&out, reader.flags & RIAD_DNS_TC
					       ? "the answer was cut"
					       : "no such record");
		put_ede(&edns);
		riad_out_char(&out, '\n');
	}
	if (reader.count[RIAD_DNS_ANSWER] == 0)
		return;
	while (riad_dns_read(&reader, &record) == 1 &&
	       record.section <= RIAD_DNS_ANSWER) {
		if (record.section != RIAD_DNS_ANSWER)
			continue;
		if (comment) {
			put_record(&reader, &record, result->age);
			continue;
		}
		put_data(&reader, &record);
		riad_out_char(&out, '\n');
	}
}

/* Two bytes of length and then the message, as over TCP. */
static void
show_wire(const struct result *result)
{
	uint8_t head[2] = {(uint8_t)(result->len >> 8), (uint8_t)result->len};

	riad_out_add(&out, head, sizeof(head));
	if (result->len > 0)
		riad_out_add(&out, result->msg, result->len);
}

static void
show_failure(const struct result *result)
{
	char name[RIAD_DNS_NAME_TEXT], text[RIAD_DNS_TYPE_TEXT];
	bool comment = opt.bulk && opt.view <= VIEW_ANSWER;

	if (result->name == NULL)
		return; /* it was said where the line was read */
	if (comment) {
		riad_out_str(&out, ";; ");
		put_question(result);
		riad_out_printf(&out,
		    ": %s: %s: ", outcome_text(result->outcome),
		    servers[result->server].text);
		put_escaped((const uint8_t *)result->why, strlen(result->why));
		riad_out_char(&out, '\n');
		return;
	}
	riad_dns_name_text(name, result->name);
	riad_warn("%s %s: %s: %s", name, riad_dns_type_text(text, result->type),
	    servers[result->server].text, result->why);
}

void
show(const struct result *result)
{
	if (result->msg == NULL)
		show_failure(result);
	if (opt.view == VIEW_WIRE) {
		show_wire(result);
		return;
	}
	if (result->msg == NULL)
		return;
	if (opt.view == VIEW_SHORT || opt.view == VIEW_ANSWER ||
	    (opt.bulk && opt.view == VIEW_TEXT)) {
		show_answer(result);
		return;
	}
	if (!first)
		riad_out_char(&out, '\n');
	first = false;
	show_whole(result);
}
