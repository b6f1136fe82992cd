/* SPDX-License-Identifier: ISC */
/*
 * dnscache.h - answers in wire form, kept by question
 *
 * One file, or anonymous memory, of a fixed size that is mapped: it survives
 * the end of the process, however that comes, and is warm at once.  An entry
 * is checked (a sum over it) before it is first believed after a start.
 * Times are of the real-time clock in seconds, so that they outlive a boot.
 *
 * Entries lie in a row that is written around and around.  What the writing
 * comes upon goes, unless it was asked for since it was last come upon: that
 * moves down to what was just written, so that no room is lost between.
 */
#ifndef RIAD_DNSCACHE_H
#define RIAD_DNSCACHE_H

#include "riad/dnskey.h"
#include "riad/dnsmsg.h"

struct riad_dns_cache;

enum { RIAD_DNS_CACHE_MIN = 1 << 16 };

/*
 * path NULL: memory only.  bytes: all of it, RIAD_DNS_CACHE_MIN to 2^36.  NULL
 * with errno and *why: EBUSY where another process has the file, EBADMSG where
 * it is something else, EINVAL, or what the system said.  A file of ours that
 * is damaged or of another size is begun anew; *why then says so, and else is
 * NULL.  Files are for this user alone, and for machines of this byte order.
 */
struct riad_dns_cache *riad_dns_cache_open(
    const char *path, size_t bytes, const char **why);
void riad_dns_cache_close(struct riad_dns_cache *cache);

/* What keys are made by: it is as old as the file. */
const struct riad_siphash_key *riad_dns_cache_secret(
    const struct riad_dns_cache *cache);

/* What riad_dns_cache_get says. */
enum riad_dns_hit {
	RIAD_DNS_MISS,
	RIAD_DNS_HIT,
	RIAD_DNS_HIT_SOON,  /* and it should be fetched anew: popular, near its
			       end; said once of each answer */
	RIAD_DNS_STALE,     /* over its time, within max_stale: RFC 8767 */
	RIAD_DNS_STALE_HELD /* and it could not be fetched just now: not to be
			       asked for again yet */
};

/*
 * Copies the answer for key into to (max bytes): the query's ID, RD, CD and the
 * letters of its question, TTLs counted down (30 where stale), no OPT, AA clear
 * and RA set.  AD is as it was in the answer.  *len 0 where it would pass max.
 * now: seconds of the real-time clock.
 */
enum riad_dns_hit riad_dns_cache_get(struct riad_dns_cache *cache,
    const struct riad_dns_key *key, const uint8_t *query, uint64_t now,
    uint8_t *to, size_t max, size_t *len);

/* Begins to bring near what riad_dns_cache_get will look at first. */
void riad_dns_cache_near(
    const struct riad_dns_cache *cache, const struct riad_dns_key *key);

/*
 * Keeps an answer, checked and whole: for the least of its TTLs, bounded by
 * riad_dns_cache_limits; negative ones by RFC 2308 section 5 (no SOA: not
 * kept).  TC, what is malformed or of another question, and what is too large,
 * is not kept.  What has to go is what was least used of a few.  An answer with
 * an RCODE other than NOERROR and NXDOMAIN is a failure, and is kept as by
 * riad_dns_cache_fail.  Returns for how many seconds, 0 if not at all.
 */
uint32_t riad_dns_cache_put(struct riad_dns_cache *cache,
    const struct riad_dns_key *key, const uint8_t *data, size_t len,
    uint64_t now);

/*
 * Keeps that there was no answer, RFC 9520: for 5 seconds, and twice as long
 * with each time that follows, to 40.  Meanwhile riad_dns_cache_get answers
 * with this rcode, or with what it has that is stale.
 */
void riad_dns_cache_fail(struct riad_dns_cache *cache,
    const struct riad_dns_key *key, unsigned rcode, uint64_t now);

/* 0, 86400, 3600 and 86400 unless set. */
struct riad_dns_cache_limits {
	uint32_t min_ttl, max_ttl, max_negative, max_stale; /* seconds */
};
void riad_dns_cache_limit(
    struct riad_dns_cache *cache, const struct riad_dns_cache_limits *limits);

/* Forgets what was asked of a name, or of it and all below it, or everything
 * (NULL).  How many answers that were. */
size_t riad_dns_cache_flush(
    struct riad_dns_cache *cache, const uint8_t *name, bool below);

struct riad_dns_cache_stat {
	uint64_t entries, bytes; /* what there is */
	uint64_t size;           /* for how many bytes of them there is room */
	/* Since it was opened: */
	uint64_t hits, misses, stale, puts, evicted, moved, damaged;
};
void riad_dns_cache_stat(
    const struct riad_dns_cache *cache, struct riad_dns_cache_stat *stat);

#endif
