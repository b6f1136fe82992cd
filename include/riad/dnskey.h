/* SPDX-License-Identifier: ISC */
/*
 * dnskey.h - what a query asks for, in the form that answers are found by
 */
#ifndef RIAD_DNSKEY_H
#define RIAD_DNSKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/dnsname.h"
#include "riad/siphash.h"

/* What of a query its answer depends on, next to the question. */
enum { RIAD_DNS_KEY_DO = 1, RIAD_DNS_KEY_CD = 2 };

/*
 * The key of a query that came by UDP or TCP: the question's name in lower
 * case, type, class, and the bits DO and CD.  Made in one pass over a query, on
 * the warm path: nothing else of it is looked at but what follows the question.
 */
struct riad_dns_key {
	uint8_t name[RIAD_DNS_NAME + 9]; /* then type, class, flags, zeroes */
	size_t len;                      /* with type, class and flags */
	size_t name_len;
	uint64_t hash; /* by a secret, so that peers choose no collisions */
	size_t question_end; /* in the query */
	struct {
		bool present, dnssec, cookie;
		uint8_t version;
		uint16_t size;
		size_t at; /* of OPT in the query */
		/* The data of the first cookie, in the query. */
		size_t cookie_at;
		uint16_t cookie_len;
	} edns;
	uint16_t type;
	uint16_t class;
	bool cd;
};

/*
 * 0; -1 with errno EBADMSG: not a query with one question that can be kept
 * (*rcode says which answer it deserves: FORMERR, NOTIMP, BADVERS, or -1 for
 * none at all).  After NOTIMP and BADVERS what was found until then is in the
 * key.
 */
int riad_dns_key(struct riad_dns_key *key, int *rcode,
    const struct riad_siphash_key *secret, const uint8_t *query, size_t len);

/* The same of a question alone: flags are of RIAD_DNS_KEY_*. */
void riad_dns_key_make(struct riad_dns_key *key,
    const struct riad_siphash_key *secret, const uint8_t *name, uint16_t type,
    uint16_t class, unsigned flags);

#endif
