/* SPDX-License-Identifier: ISC */
/*
 * dnsforward.h - what a forwarder answers, and what it has to ask
 *
 * Queries go in, answers come out at once where local data or the cache has
 * them, or later; what nobody here knows is asked, once however many want it.
 * The machine moves no bytes: who drives it does, by two calls.
 */
#ifndef RIAD_DNSFORWARD_H
#define RIAD_DNSFORWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/dnscache.h"
#include "riad/dnscookie.h"
#include "riad/dnslocal.h"
#include "riad/dnsserver.h"

/* Ways to come by. */
enum { RIAD_DNS_TRANSPORTS = 4 };

/* Where a query came from and its answer goes to. */
struct riad_dns_route {
	enum riad_dns_way transport; /* by which it came */
	void *channel;      /* the socket or connection, for the driver */
	uint64_t id;        /* what it calls the query */
	uint8_t source[16]; /* its address, of IPv4 mapped: ::ffff:192.0.2.1 */
	_Alignas(8) uint8_t back[80]; /* the way back, for the driver */
};

struct riad_dns_ask; /* a question that is being asked */

enum { RIAD_DNS_RCODES = 32 };

struct riad_dns_forward_stat {
	uint64_t queries[RIAD_DNS_TRANSPORTS];
	uint64_t rcodes[RIAD_DNS_RCODES];   /* of answers */
	uint64_t hits, stale, local;        /* answered so */
	uint64_t asked, joined, prefetched; /* upstream; with one in flight */
	uint64_t answered, failed;          /* what was asked */
	uint64_t truncated, dropped, refused, limited, overloaded;
	uint64_t asking, waiting; /* now */
};

struct riad_dns_forward_conf {
	struct riad_dns_cache *cache; /* NULL: none */
	const struct riad_dns_local *local;
	size_t max_asking;  /* questions in flight */
	size_t max_waiting; /* clients that wait for one */
	uint16_t udp_size;  /* of an answer by UDP, at most: 1232 */
	bool trust_ad;      /* pass on AD to who asked for it */
	uint64_t stale_ns;  /* how long to wait before a stale answer is given:
			     * RFC 8767 section 5 has 1.8 s */

	/*
	 * Whether the source may ask, and whether it has asked too much.  NULL:
	 * always, never.  Who has is told so if a cookie shows that it is who
	 * it says, or by TC every other time, and else gets nothing.
	 */
	bool (*allowed)(void *ctx, const struct riad_dns_route *route);
	bool (*limited)(void *ctx, const struct riad_dns_route *route);

	/* Asks: riad_dns_forward_answer or _fail has to follow, not from here;
	 * or returns -1. */
	int (*ask)(void *ctx, struct riad_dns_ask *ask, const uint8_t *name,
	    const uint8_t *message, size_t len);
	/* Sends an answer, of at most what the route can take. */
	void (*reply)(void *ctx, const struct riad_dns_route *route,
	    const uint8_t *message, size_t len, uint32_t ttl);
	void *ctx;
	const struct riad_dns_cookies *cookies; /* NULL: none */
	struct riad_siphash_key secret; /* the cache's, if there is one */
};

struct riad_dns_forward;
struct riad_dns_forward *riad_dns_forward_new(
    const struct riad_dns_forward_conf *conf);
void riad_dns_forward_free(struct riad_dns_forward *s);

/* Other local data, from the next query on. */
void riad_dns_forward_local(
    struct riad_dns_forward *s, const struct riad_dns_local *local);

/* The times of the clocks: monotonic ns and seconds since 1970. */
void riad_dns_forward_now(
    struct riad_dns_forward *s, uint64_t ns, uint64_t seconds);

/*
 * A query.  Returns the length of an answer that was written to `to` (of at
 * least 65535 bytes), with *ttl for caches that HTTP has; or 0: there is none,
 * or not yet.
 */
size_t riad_dns_forward_query(struct riad_dns_forward *s,
    const struct riad_dns_route *route, const uint8_t *query, size_t len,
    uint8_t *to, uint32_t *ttl);

/* What came of an ask, which is gone then.  Who waits gets an answer. */
void riad_dns_forward_answer(struct riad_dns_forward *s,
    struct riad_dns_ask *ask, const uint8_t *message, size_t len, uint32_t age);
void riad_dns_forward_fail(
    struct riad_dns_forward *s, struct riad_dns_ask *ask);

/* Nobody is there any more to take what goes to channel. */
void riad_dns_forward_forget(struct riad_dns_forward *s, const void *channel);

/*
 * Whether an answer is worth passing on while another server could be asked: it
 * is none of this query, of a server that can't or will not answer.  What is
 * blocked, and what failed DNSSEC (RFC 8914), is not asked of others.
 */
bool riad_dns_forward_useful(
    const uint8_t *query, size_t query_len, const uint8_t *answer, size_t len);

/* When riad_dns_forward_tick is to be called, in monotonic ns; 0: never. */
uint64_t riad_dns_forward_wake(const struct riad_dns_forward *s);
void riad_dns_forward_tick(struct riad_dns_forward *s);

const struct riad_dns_forward_stat *riad_dns_forward_stat(
    const struct riad_dns_forward *s);

#endif
