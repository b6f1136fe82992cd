/* SPDX-License-Identifier: ISC */

#include "riad/dnsmsg.h"

#include <errno.h>
#include <string.h>

#include "dnsfield.h"

/* A name has at most 127 labels, and so has no use for more pointers. */
enum { JUMPS = 127 };

static int
fail(const char **why, size_t *off, size_t at, const char *what)
{
	if (why != NULL)
		*why = what;
	if (off != NULL)
		*off = at;
	errno = EBADMSG;
	return -1;
}

int
riad_dns_read_name(uint8_t name[RIAD_DNS_NAME], const uint8_t *data, size_t len,
    size_t *at, const char **why, size_t *off)
{
	size_t pos = *at, limit = *at, n = 0;
	unsigned jumps = 0;

	for (;;) {
		if (pos >= len)
			return fail(why, off, pos, "name is cut off");

		uint8_t c = data[pos];
		if (c == 0) {
			name[n++] = 0;
			break;
		}
		if (c < 64) {
			if (c >= len - pos)
				return fail(why, off, pos, "name is cut off");
			if (c + 2u > RIAD_DNS_NAME - n)
				return fail(
				    why, off, pos, "name has over 255 bytes");
			memcpy(name + n, data + pos, c + 1u);
			n += c + 1u;
			pos += c + 1u;
			continue;
		}
		if (c < 0xc0)
			return fail(why, off, pos, "label of unknown kind");
		if (len - pos < 2)
			return fail(why, off, pos, "pointer is cut off");

		size_t target = (c & 0x3fu) << 8 | data[pos + 1];
		if (target >= limit)
			return fail(
			    why, off, pos, "pointer does not point back");
		if (target < RIAD_DNS_HEADER)
			return fail(why, off, pos, "pointer into the header");
		if (jumps == JUMPS)
			return fail(why, off, pos, "name of too many pointers");
		if (jumps++ == 0)
			*at = pos + 2;
		limit = target;
		pos = target;
	}
	if (jumps == 0)
		*at = pos + 1;
	return (int)n;
}

int
dns_skip_name(const uint8_t *data, size_t len, size_t *at)
{
	size_t pos = *at;

	while (pos < len) {
		uint8_t c = data[pos];

		if (c == 0 || c >= 0xc0) {
			*at = pos + (c == 0 ? 1 : 2);
			return *at <= len ? 0 : -1;
		}
		if (c >= 64)
			return -1;
		pos += c + 1u;
	}
	return -1;
}

int
riad_dns_reader_init(
    struct riad_dns_reader *reader, const uint8_t *data, size_t len)
{
	*reader = (struct riad_dns_reader){
	    .data = data, .len = len, .at = RIAD_DNS_HEADER};
	if (len < RIAD_DNS_HEADER)
		return fail(
		    &reader->why, &reader->off, len, "header is cut off");
	reader->id = dns_get16(data);
	reader->flags = dns_get16(data + 2);
	for (unsigned i = 0; i < RIAD_DNS_SECTIONS; i++)
		reader->count[i] = dns_get16(data + 4 + 2 * i);
	return 0;
}

static int
bad(struct riad_dns_reader *reader, size_t at, const char *why)
{
	return fail(&reader->why, &reader->off, at, why);
}

/* RFC 6891 section 6.1.1: one, of the root, in the additional section. */
static int
check_opt(struct riad_dns_reader *reader, const struct riad_dns_record *record)
{
	if (record->section != RIAD_DNS_ADDITIONAL)
		return bad(reader, record->at, "OPT in a wrong section");
	if (record->name[0] != 0)
		return bad(reader, record->at, "OPT of a name");
	if (reader->opt)
		return bad(reader, record->at, "more than one OPT");
	reader->opt = true;
	return 0;
}

int
riad_dns_read(struct riad_dns_reader *reader, struct riad_dns_record *record)
{
	const uint8_t *data = reader->data;
	size_t len = reader->len;

	while (reader->done == reader->count[reader->section]) {
		if (reader->section == RIAD_DNS_ADDITIONAL) {
			if (reader->at != len)
				return bad(reader, reader->at,
				    "bytes after the last record");
			return 0;
		}
		reader->section++;
		reader->done = 0;
	}

	size_t at = reader->at;
	record->at = at;
	record->section = (enum riad_dns_section)reader->section;
	if (riad_dns_read_name(
		record->name, data, len, &at, &reader->why, &reader->off) == -1)
		return -1;
	if (len - at < 4)
		return bad(reader, at,
		    reader->section == RIAD_DNS_QUESTION ? "question is cut off"
							 : "record is cut off");
	record->type = dns_get16(data + at);
	record->class = dns_get16(data + at + 2);
	at += 4;
	if (reader->section == RIAD_DNS_QUESTION) {
		record->ttl_at = 0;
		record->ttl = 0;
		record->data = data + at;
		record->len = 0;
		reader->at = at;
		reader->done++;
		return 1;
	}

	if (len - at < 6)
		return bad(reader, at, "record is cut off");
	record->ttl_at = at;
	record->ttl = dns_get32(data + at);
	record->len = dns_get16(data + at + 4);
	record->data = data + at + 6;
	if (record->len > len - at - 6)
		return bad(reader, at + 4, "RDATA is cut off");
	if (record->type == RIAD_DNS_OPT && check_opt(reader, record) == -1)
		return -1;
	if (riad_dns_check(reader, record) == -1)
		return -1;
	reader->at = at + 6 + record->len;
	reader->done++;
	return 1;
}

/* A message of nothing but a header tells of an error, if of anything. */
static bool
says_no(const uint8_t *data)
{
	switch (dns_get16(data + 2) & RIAD_DNS_RCODE) {
	case RIAD_DNS_FORMERR:
	case RIAD_DNS_SERVFAIL:
	case RIAD_DNS_NOTIMP:
	case RIAD_DNS_REFUSED:
		return dns_get16(data + 6) == 0;
	default:
		return false;
	}
}

const char *
riad_dns_answers(const uint8_t *data, size_t len, const uint8_t *query,
    size_t query_len, bool any_id, bool exact_case)
{
	uint8_t a[RIAD_DNS_NAME], q[RIAD_DNS_NAME];
	size_t at = RIAD_DNS_HEADER, q_at = RIAD_DNS_HEADER;

	if (len < RIAD_DNS_HEADER || query_len < RIAD_DNS_HEADER)
		return "header is cut off";
	if (!any_id && memcmp(data, query, 2) != 0)
		return "ID is another";

	uint16_t flags = dns_get16(data + 2);
	if ((flags & RIAD_DNS_QR) == 0)
		return "not a response";
	if (((flags ^ dns_get16(query + 2)) & RIAD_DNS_OPCODE) != 0)
		return "opcode is another";
	if (dns_get16(data + 4) == 0 && says_no(data))
		return NULL;
	if (dns_get16(data + 4) != 1)
		return "not one question";
	int n = riad_dns_read_name(a, data, len, &at, NULL, NULL);
	int m = riad_dns_read_name(q, query, query_len, &q_at, NULL, NULL);
	if (n == -1 || m == -1 || len - at < 4 || query_len - q_at < 4)
		return "question is malformed";
	if (exact_case ? n != m || memcmp(a, q, (size_t)n) != 0
		       : !riad_dns_name_same(a, q))
		return "question is of another name";
	if (memcmp(data + at, query + q_at, 2) != 0)
		return "question is of another type";
	if (memcmp(data + at + 2, query + q_at + 2, 2) != 0)
		return "question is of another class";
	return NULL;
}
