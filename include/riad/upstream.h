/* SPDX-License-Identifier: ISC */
/*
 * upstream.h - servers that are asked, over connections that come and go
 *
 * A request goes to the quickest of its group's servers that is up, and to
 * another where no answer comes; a connection that dies has its requests asked
 * again on a new one.  A request ends with an answer or at its deadline.
 */
#ifndef RIAD_UPSTREAM_H
#define RIAD_UPSTREAM_H

#include "riad/address.h"
#include "riad/http.h"

enum { RIAD_UPSTREAMS = 16, RIAD_UPSTREAM_ADDRESSES = 8 };

struct riad_upstream_server {
	struct riad_tls *tls;
	enum riad_http_kind kind;
	const char *host; /* as in struct riad_http_client; all are borrowed */
	uint16_t port;
	const char *path;
	bool get;
	unsigned group; /* of servers that know the same: 0 to 31 */
};

struct riad_upstream_stat {
	uint64_t asked, answered, failed; /* tries */
	uint64_t connected, broken;       /* connections made, lost */
	uint64_t rtt_ns;                  /* smoothed; 0: none yet */
	size_t in_flight;
	bool up;
};

struct riad_upstream_conf {
	struct riad_loop *loop;
	uint64_t deadline_ns; /* of a request, retries and all */
	uint64_t try_ns;      /* of one try */
	uint64_t connect_ns;
	uint64_t idle_ns;
	size_t most; /* requests at once */

	/* body NULL: none came in time, and why. */
	void (*answered)(void *ctx, void *token, const uint8_t *body,
	    size_t len, uint32_t age, const char *why);
	/* Whether a server's answer to a query is to be taken where another
	 * has not been asked yet.  NULL: each is. */
	bool (*useful)(void *ctx, const uint8_t *query, size_t query_len,
	    const uint8_t *answer, size_t len);

	/* The addresses of a server are wanted: riad_upstream_found is to be
	 * called, not from here.  NULL: all are given at the start. */
	void (*resolve)(void *ctx, size_t server);
	/* Once as a server goes down (why) and once as it is back (NULL). */
	void (*changed)(void *ctx, size_t server, const char *why);
	void *ctx;
};

struct riad_upstream;
struct riad_upstream *riad_upstream_new(const struct riad_upstream_conf *conf);
void riad_upstream_free(struct riad_upstream *pool);

/* The server's number, from 0; or -1 with errno. */
int riad_upstream_add(
    struct riad_upstream *pool, const struct riad_upstream_server *server);

/* Its addresses, tried in turn; none: it can't be found for now. */
void riad_upstream_found(struct riad_upstream *pool, size_t server,
    const union riad_address *addresses, size_t count);

/* Asks (body is copied) a server of the group.  0, or -1 with errno EBUSY where
 * too much is in flight, or ENOMEM. */
int riad_upstream_ask(struct riad_upstream *pool, unsigned group,
    const uint8_t *body, size_t len, void *token);

/* The network is another: sees which connections still live. */
void riad_upstream_probe(struct riad_upstream *pool);

void riad_upstream_stat(const struct riad_upstream *pool, size_t server,
    struct riad_upstream_stat *stat);

#endif
