/* SPDX-License-Identifier: ISC */
/*
 * dnszonefile.h - zone files, RFC 1035 section 5
 *
 * Takes the text whole and calls `record` with each record, in the order of
 * the file.  $ORIGIN, $TTL and $GENERATE are obeyed, $INCLUDE by the caller;
 * TTLs may have BIND's units, RDATA may be as RFC 3597 has it.  A record
 * without a TTL has that of $TTL, or else the one that was last stated, or
 * else, as RFC 1035 meant it, the minimum of the SOA.
 */
#ifndef RIAD_DNSZONEFILE_H
#define RIAD_DNSZONEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/dnsmsg.h"

enum {
	RIAD_DNS_TTL_MAX = 0x7fffffff,  /* RFC 2181 section 8 */
	RIAD_DNS_GENERATE_MAX = 1 << 20 /* records of one $GENERATE */
};

struct riad_dns_zonefile {
	/* Of names without a final dot; $ORIGIN changes it. */
	uint8_t origin[RIAD_DNS_NAME];
	uint16_t class; /* of all its records; 0 is IN */

	/* What the text has said so far of TTLs: none, or of $TTL, of the last
	 * record that had one, of the SOA. */
	bool has_default, has_last, has_minimum;
	uint32_t ttl_default, ttl_last, ttl_minimum;

	/*
	 * Views, for the call: 0, or -1 to stop, for which it may set why.  The
	 * record's section is ANSWER, and its RDATA has no pointers.
	 */
	int (*record)(void *ctx, const struct riad_dns_record *record);

	/*
	 * Reads the file of path, by riad_dns_zonefile_read with a copy of this
	 * struct whose origin is `origin`; how deep that goes is for the
	 * caller to bound.  NULL: there is no $INCLUDE.  0, or -1.
	 */
	int (*include)(void *ctx, const char *path, const uint8_t *origin);
	void *ctx;

	/* After -1: */
	const char *why;
	uint64_t line;   /* from 1 */
	uint64_t column; /* of bytes, from 1 */
};

/* 0, or -1 with errno EBADMSG (ENOMEM; or the one of a callback). */
int riad_dns_zonefile_read(
    struct riad_dns_zonefile *file, const char *text, size_t len);

#endif
