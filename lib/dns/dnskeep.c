/* SPDX-License-Identifier: ISC */

#include "dnskeep.h"

#include <string.h>

#include "dnsfield.h"

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t
most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* What a look at all records told. */
struct found {
	bool answered;     /* there is a record of the type asked for */
	size_t soa_ttl_at; /* of the authority section; 0: none */
	uint32_t soa_min;
};

/* MINIMUM is the last of its fields. */
static void
note_soa(struct found *found, const struct riad_dns_record *record)
{
	if (found->soa_ttl_at > 0 || record->len < 22)
		return;
	found->soa_ttl_at = record->ttl_at;
	found->soa_min =
	    least(record->ttl, dns_get32(record->data + record->len - 4));
}

static bool
is_asked(struct riad_dns_reader *reader, const struct riad_dns_key *key)
{
	struct riad_dns_record question;

	return reader->count[RIAD_DNS_QUESTION] == 1 &&
	       riad_dns_read(reader, &question) == 1 &&
	       question.type == key->type && question.class == key->class &&
	       riad_dns_name_same(question.name, key->name);
}

/* Adds a record that was read to the message kept.  If the question is at or
 * below its owner, that has the question's letters, whoever asks. */
static bool
copy(struct riad_dns_keep *keep, struct riad_dns_writer *writer,
    const struct riad_dns_key *key, const struct riad_dns_reader *reader,
    struct riad_dns_record *record)
{
	size_t at = writer->len;
	int n =
	    riad_dns_rdata(keep->rdata, sizeof(keep->rdata), reader, record);

	if (n == -1 || keep->ttls_len == RIAD_DNS_KEEP_TTLS)
		return false;
	if (riad_dns_name_below(key->name, record->name)) {
		size_t len = riad_dns_name_len(record->name);

		memcpy(record->name, key->name + key->name_len - len, len);
	}
	record->data = keep->rdata;
	record->len = (uint16_t)n;
	if (riad_dns_write(writer, record) == -1 ||
	    dns_skip_name(keep->message, writer->len, &at) == -1)
		return false;
	record->ttl_at = at + 4;
	keep->ttls[keep->ttls_len++] = (uint16_t)record->ttl_at;
	return true;
}

/*
 * Reads the answer and writes it anew, without OPT: names in what others wrote
 * may point to any bytes before them, and so to TTLs, which change.  False
 * where it is malformed.
 */
static bool
rewrite(struct riad_dns_keep *keep, struct found *found,
    const struct riad_dns_key *key, const uint8_t *answer, size_t len)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	struct riad_dns_writer writer;
	int r;

	*found = (struct found){.soa_ttl_at = 0};
	keep->ttls_len = 0;
	if (riad_dns_reader_init(&reader, answer, len) == -1 ||
	    !is_asked(&reader, key))
		return false;
	riad_dns_writer_init(&writer, keep->message, sizeof(keep->message), 0,
	    RIAD_DNS_QR | RIAD_DNS_RA |
		(reader.flags & (RIAD_DNS_AD | RIAD_DNS_RCODE)));
	if (riad_dns_write_question(
		&writer, key->name, key->type, key->class) == -1)
		return false;
	while ((r = riad_dns_read(&reader, &record)) == 1) {
		if (record.type == RIAD_DNS_OPT) {
			/* The upper bits of an RCODE that is an error. */
			if (record.ttl >> 24 != 0)
				return false;
			continue;
		}
		if (!copy(keep, &writer, key, &reader, &record))
			return false;
		if (record.section == RIAD_DNS_ANSWER)
			found->answered |= record.type == key->type ||
					   key->type == RIAD_DNS_ANY;
		else if (record.section == RIAD_DNS_AUTHORITY &&
			 record.type == RIAD_DNS_SOA)
			note_soa(found, &record);
	}
	keep->len = (uint16_t)writer.len;
	return r == 0;
}

/* Puts each TTL into its bounds, and finds the least of them. */
static void
bound(struct riad_dns_keep *keep, const struct found *found, bool negative,
    const struct riad_dns_cache_limits *limits)
{
	keep->life = negative ? limits->max_negative : limits->max_ttl;
	for (size_t i = 0; i < keep->ttls_len; i++) {
		uint8_t *at = keep->message + keep->ttls[i];
		uint32_t ttl = dns_get32(at);

		/* RFC 2181 section 8. */
		if (ttl > INT32_MAX)
			ttl = 0;
		if (negative && keep->ttls[i] == found->soa_ttl_at)
			ttl = least(ttl, found->soa_min);
		ttl = most(ttl, limits->min_ttl);
		ttl = least(
		    ttl, negative ? limits->max_negative : limits->max_ttl);
		dns_put32(at, ttl);
		keep->life = least(keep->life, ttl);
	}
}

void
riad_dns_keep(struct riad_dns_keep *keep, const struct riad_dns_key *key,
    const struct riad_dns_cache_limits *limits, const uint8_t *answer,
    size_t len)
{
	struct found found;

	keep->life = 0;
	keep->failed = false;
	if (len < RIAD_DNS_HEADER || len > RIAD_DNS_MESSAGE ||
	    !(answer[2] & RIAD_DNS_QR >> 8) ||
	    answer[2] & (RIAD_DNS_OPCODE | RIAD_DNS_TC) >> 8)
		return;
	if (!rewrite(keep, &found, key, answer, len))
		return;
	keep->rcode = answer[3] & RIAD_DNS_RCODE;
	if (keep->rcode != RIAD_DNS_NOERROR &&
	    keep->rcode != RIAD_DNS_NXDOMAIN) {
		keep->failed = true;
		return;
	}
	bool negative = keep->rcode == RIAD_DNS_NXDOMAIN || !found.answered;
	if (negative && found.soa_ttl_at == 0)
		return;
	bound(keep, &found, negative, limits);
}
