/* SPDX-License-Identifier: ISC */
/* dnskeep.h - the form of an answer that is kept */
#ifndef RIAD_DNSKEEP_H
#define RIAD_DNSKEEP_H

#include "riad/dnscache.h"

enum {
	/* A record has at least an owner of a byte, and its fixed fields. */
	RIAD_DNS_KEEP_TTLS = RIAD_DNS_MESSAGE / 11
};

/* Without OPT, the ID 0, the question in lower case, and TTLs in bounds. */
struct riad_dns_keep {
	uint32_t life; /* seconds; 0: not to be kept */
	bool failed;
	unsigned rcode;
	uint16_t len;
	uint16_t ttls_len;
	uint16_t ttls[RIAD_DNS_KEEP_TTLS]; /* where in the message */
	uint8_t message[RIAD_DNS_MESSAGE];
	uint8_t rdata[RIAD_DNS_MESSAGE]; /* of the record that is read */
};

/* Where it is not to be kept, only life and failed are set. */
void riad_dns_keep(struct riad_dns_keep *keep, const struct riad_dns_key *key,
    const struct riad_dns_cache_limits *limits, const uint8_t *answer,
    size_t len);

#endif
