/* SPDX-License-Identifier: ISC */

#include "riad/dnskey.h"

#include <errno.h>
#include <string.h>

#include "dnsfield.h"
#include "riad/dnsedns.h"

enum {
	OPT_FIXED = 11, /* of OPT, its owner the root, before the options */
	OPTION_FIXED = 4,
	LABEL = 63
};

static int
refuse(int *rcode, int with)
{
	*rcode = with;
	errno = EBADMSG;
	return -1;
}

/*
 * Eight bytes in lower case.  A byte's top bit is set in `from` if its lower
 * seven are "A" or above, in `past` if above "Z".  Lengths of labels, at most
 * 63, are below "A".
 */
static uint64_t
lower(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t seven = word & 0x7f * ones;
	uint64_t from = seven + (0x80 - 'A') * ones;
	uint64_t past = seven + (0x80 - 'Z' - 1) * ones;
	uint64_t upper = (from ^ past) & ~word & 0x80 * ones;

	return word | upper >> 2;
}

static void
finish(struct riad_dns_key *key, const struct riad_siphash_key *secret,
    const uint8_t *name, unsigned flags)
{
	uint8_t *end = key->name + key->name_len;

	memcpy(key->name, name, key->name_len);
	memset(end, 0, 8);
	for (size_t i = 0; i < key->name_len; i += 8) {
		uint64_t word;

		memcpy(&word, key->name + i, sizeof(word));
		word = lower(word);
		memcpy(key->name + i, &word, sizeof(word));
	}
	end[0] = (uint8_t)(key->type >> 8);
	end[1] = (uint8_t)key->type;
	end[2] = (uint8_t)(key->class >> 8);
	end[3] = (uint8_t)key->class;
	end[4] = (uint8_t)flags;
	key->len = key->name_len + 5;
	key->hash = riad_siphash13(secret, key->name, key->len);
}

void
riad_dns_key_make(struct riad_dns_key *key,
    const struct riad_siphash_key *secret, const uint8_t *name, uint16_t type,
    uint16_t class, unsigned flags)
{
	memset(&key->edns, 0, sizeof(key->edns));
	key->edns.dnssec = flags & RIAD_DNS_KEY_DO;
	key->cd = flags & RIAD_DNS_KEY_CD;
	key->type = type;
	key->class = class;
	key->name_len = riad_dns_name_len(name);
	key->question_end = RIAD_DNS_HEADER + key->name_len + 4;
	finish(key, secret, name, flags);
}

/* The length of a name without pointers that begins p, with its root's; 0 if
 * it is none. */
static size_t
measure(const uint8_t *p, size_t len)
{
	size_t at = 0;

	if (len > RIAD_DNS_NAME)
		len = RIAD_DNS_NAME;
	while (at < len && p[at] != 0) {
		if (p[at] > LABEL)
			return 0;
		at += p[at] + 1u;
	}
	return at < len ? at + 1 : 0;
}

/* OPT at `at` of the query, within len.  Its end, or 0. */
static size_t
read_opt(struct riad_dns_key *key, const uint8_t *query, size_t len, size_t at)
{
	if (len - at < OPT_FIXED || query[at] != 0)
		return 0;
	const uint8_t *opt = query + at;
	size_t left = dns_get16(opt + 9);
	size_t next = at + OPT_FIXED;

	if (len - next < left)
		return 0;
	key->edns.present = true;
	key->edns.at = at;
	key->edns.size = dns_get16(opt + 3);
	key->edns.version = opt[6];
	key->edns.dnssec = opt[7] & 0x80;
	while (left > 0) {
		if (left < OPTION_FIXED)
			return 0;
		uint16_t code = dns_get16(query + next);
		uint16_t size = dns_get16(query + next + 2);

		next += OPTION_FIXED;
		left -= OPTION_FIXED;
		if (left < size)
			return 0;
		if (code == RIAD_DNS_COOKIE && !key->edns.cookie) {
			key->edns.cookie = true;
			key->edns.cookie_at = next;
			key->edns.cookie_len = size;
		}
		next += size;
		left -= size;
	}
	return next;
}

/* A query with more after the question than OPT: read in full.  0 or -1. */
static int
read_rest(struct riad_dns_key *key, const uint8_t *query, size_t len)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	int r;

	if (riad_dns_reader_init(&reader, query, len) == -1)
		return -1;
	while ((r = riad_dns_read(&reader, &record)) == 1)
		if (record.section == RIAD_DNS_ADDITIONAL &&
		    record.type == RIAD_DNS_OPT &&
		    (key->edns.present ||
			read_opt(key, query, len, record.at) == 0))
			return -1;
	return r;
}

int
riad_dns_key(struct riad_dns_key *key, int *rcode,
    const struct riad_siphash_key *secret, const uint8_t *query, size_t len)
{
	if (len < RIAD_DNS_HEADER || query[2] & RIAD_DNS_QR >> 8)
		return refuse(rcode, -1);
	memset(&key->edns, 0, sizeof(key->edns));
	key->name_len = 0;
	key->question_end = 0;
	if (query[2] & RIAD_DNS_OPCODE >> 8)
		return refuse(rcode, RIAD_DNS_NOTIMP);
	/* One question, no answers, nothing of authority. */
	static const uint8_t counts[6] = {0, 1, 0, 0, 0, 0};
	if (memcmp(query + 4, counts, sizeof(counts)) != 0)
		return refuse(rcode, RIAD_DNS_FORMERR);

	const uint8_t *name = query + RIAD_DNS_HEADER;
	size_t left = len - RIAD_DNS_HEADER;
	key->name_len = measure(name, left);
	if (key->name_len == 0 || left - key->name_len < 4)
		return refuse(rcode, RIAD_DNS_FORMERR);
	const uint8_t *end = name + key->name_len;
	key->type = dns_get16(end);
	key->class = dns_get16(end + 2);
	key->question_end = RIAD_DNS_HEADER + key->name_len + 4;
	key->cd = query[3] & RIAD_DNS_CD;

	uint16_t more = dns_get16(query + 10);
	size_t at = key->question_end;
	if (more == 1 && len - at >= 3 && query[at] == 0 &&
	    dns_get16(query + at + 1) == RIAD_DNS_OPT) {
		if (read_opt(key, query, len, at) != len)
			return refuse(rcode, RIAD_DNS_FORMERR);
	} else if (more > 0) {
		if (read_rest(key, query, len) == -1)
			return refuse(rcode, RIAD_DNS_FORMERR);
	} else if (at != len) {
		return refuse(rcode, RIAD_DNS_FORMERR);
	}
	finish(key, secret, name,
	    (key->edns.dnssec ? RIAD_DNS_KEY_DO : 0u) |
		(key->cd ? RIAD_DNS_KEY_CD : 0u));
	if (key->edns.version > 0)
		return refuse(rcode, RIAD_DNS_BADVERS);
	/* OPT is no question; those up to ANY are of transfers, and the like
	 * that nobody asks a resolver (RFC 6895 section 3.1). */
	if (key->type == RIAD_DNS_OPT)
		return refuse(rcode, RIAD_DNS_FORMERR);
	if (key->type >= 249 && key->type < RIAD_DNS_ANY)
		return refuse(rcode, RIAD_DNS_NOTIMP);
	return 0;
}
