/* SPDX-License-Identifier: ISC */
/*
 * dnsedns.h - EDNS(0), RFC 6891, and its options
 */
#ifndef RIAD_DNSEDNS_H
#define RIAD_DNSEDNS_H

#include "riad/dnsmsg.h"

enum riad_dns_option {
	RIAD_DNS_NSID = 3,       /* RFC 5001 */
	RIAD_DNS_ECS = 8,        /* RFC 7871 */
	RIAD_DNS_COOKIE = 10,    /* RFC 7873 */
	RIAD_DNS_KEEPALIVE = 11, /* RFC 7828 */
	RIAD_DNS_PADDING = 12,   /* RFC 7830 */
	RIAD_DNS_EDE = 15        /* RFC 8914 */
};

struct riad_dns_edns {
	bool present;
	uint16_t size; /* the UDP payload that the sender takes */
	uint8_t version;
	uint8_t rcode; /* the upper bits */
	bool dnssec;   /* DO */
	const uint8_t *options;
	uint16_t options_len;
};

/* From a record of type OPT.  0, or -1 with errno EBADMSG if options are cut.
 */
int riad_dns_edns(
    struct riad_dns_edns *edns, const struct riad_dns_record *opt);

/* The next option from *at on (0 first).  1, or 0 at the end. */
struct riad_dns_opt {
	uint16_t code;
	uint16_t len;
	const uint8_t *data;
};
int riad_dns_edns_next(
    struct riad_dns_opt *opt, const struct riad_dns_edns *edns, size_t *at);

/*
 * Adds OPT to the message; pad, unless 0, makes its whole length a multiple of
 * pad (RFC 8467: 128 of queries, 468 of answers) as far as max allows.
 */
int riad_dns_write_edns(struct riad_dns_writer *writer,
    const struct riad_dns_edns *edns, unsigned pad);

/* "Stale Answer" for a code of RFC 8914, or NULL. */
const char *riad_dns_ede_text(unsigned code);

/* Finds OPT of a whole message without reading more than it must.  0 or -1. */
int riad_dns_find_edns(
    struct riad_dns_edns *edns, const uint8_t *data, size_t len);

#endif
