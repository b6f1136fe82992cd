/* SPDX-License-Identifier: ISC */
/*
 * A request is parked, where no server of its group can be asked now, or on
 * one or two connections: on a second one if the first is slow to answer.  All
 * requests live equally long, so the list of all is in order of deadlines.
 *
 * Who is quickest is seen where two are asked the same: the slower one is known
 * to take longer than the other did.  So that this is not for ever, each server
 * that nobody was asked by for a while is asked beside another.
 */

#include "riad/upstream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	TRIES = 2, /* of a request, at the same time */
	RETRY_MS = 100,
	RETRY_MAX_MS = 1000, /* well below what a request may take */
	TICK_MS = 100,
	HEDGE_MS = 250, /* before a second server is asked as well, at least */
	HEDGE_MAX_MS = 1000,
	SILENT_MS = 1000, /* with requests in flight, before it is probed */
	PROBE_MS = 1000,
	IDLE_MS = 5000,     /* after which one is probed as it is used again */
	EXPLORE_MS = 30000, /* not asked for so long, its speed is unknown */
	USELESS = 1024,     /* of a server all whose answers are of no use */
	UNHEARD_MS = 1500,  /* after which what goes out unheard is lost */
	IN_FLIGHT = 1000    /* of a connection */
};

#define MS(ms) ((uint64_t)(ms)*1000000u)

struct link {
	struct riad_http_client conf;
	struct riad_http *http;
	struct riad_upstream *pool;
	struct server *server;
	struct link *next; /* of the server's; the first is asked */
	uint64_t heard;    /* when something came, or was first asked */
	bool works;        /* an answer came by it */
	bool failed;       /* what was asked by it was not answered */
	bool probed;
};

struct server {
	struct riad_upstream_server conf;
	struct riad_upstream_stat stat;
	struct link *links;
	bool takes; /* the first of links takes requests */
	union riad_address address[RIAD_UPSTREAM_ADDRESSES];
	size_t addresses;
	size_t turn;       /* which address */
	unsigned failures; /* in a row */
	uint64_t retry_at;
	uint64_t asked_at; /* last */
	unsigned useless;  /* how many of its answers are, of USELESS */
	bool anew;         /* what was measured is too old */
	bool resolving;
	bool told;
};

struct request {
	struct request *next, *prev; /* of all, the oldest first */
	struct link *on[TRIES];
	uint64_t at[TRIES]; /* when it was asked there */
	uint64_t deadline;
	uint64_t tried_at; /* last */
	uint64_t again_at; /* when to be asked again of who failed it */
	unsigned failures;
	uint32_t tried; /* a bit for each server that failed it */
	unsigned group;
	void *token;
	size_t len;
	uint8_t body[];
};

struct riad_upstream {
	struct riad_upstream_conf conf;
	struct server server[RIAD_UPSTREAMS];
	size_t servers;
	struct request *first, *last;
	size_t requests;
	struct riad_timer timer;
};

static uint64_t
now(const struct riad_upstream *pool)
{
	return pool->conf.loop->now;
}

static bool
parked(const struct request *r)
{
	for (size_t i = 0; i < TRIES; i++)
		if (r->on[i] != NULL)
			return false;
	return true;
}

static void
arm(struct riad_upstream *pool)
{
	if (pool->first != NULL && pool->timer.place == 0)
		riad_timer_set(
		    pool->conf.loop, &pool->timer, now(pool) + MS(TICK_MS));
}

static void
measured(struct server *s, uint64_t took)
{
	if (s->stat.rtt_ns == 0 || s->anew)
		s->stat.rtt_ns = took + 1;
	else
		s->stat.rtt_ns = (s->stat.rtt_ns * 7 + took) / 8;
	s->anew = false;
}

/* An answer that has not come for so long is worth less than one that took as
 * long: it takes longer. */
static void
lost_race(struct server *s, uint64_t took)
{
	if (s->stat.rtt_ns < took * 2)
		measured(s, took * 2);
}

/* Ends a request, whoever still works on it, and says so. */
static void
done(struct riad_upstream *pool, struct request *r, const uint8_t *body,
    size_t len, uint32_t age, const char *why)
{
	void *token = r->token;

	for (size_t i = 0; i < TRIES; i++)
		if (r->on[i] != NULL) {
			lost_race(r->on[i]->server, now(pool) - r->at[i]);
			riad_http_forget(r->on[i]->http, r);
		}
	if (r->prev != NULL)
		r->prev->next = r->next;
	else
		pool->first = r->next;
	if (r->next != NULL)
		r->next->prev = r->prev;
	else
		pool->last = r->prev;
	free(r);
	pool->requests--;
	pool->conf.answered(pool->conf.ctx, token, body, len, age, why);
}

static void
went_down(struct riad_upstream *pool, struct server *s, const char *why)
{
	unsigned shift = s->failures < 6 ? s->failures : 6;
	uint64_t wait = MS(RETRY_MS) << shift;

	/* What was asked before that fails for the same cause. */
	if (s->retry_at > now(pool))
		return;
	if (wait > MS(RETRY_MAX_MS))
		wait = MS(RETRY_MAX_MS);
	s->failures++;
	s->turn++;
	s->retry_at = now(pool) + wait;
	s->stat.up = false;
	if (!s->told) {
		s->told = true;
		if (pool->conf.changed != NULL)
			pool->conf.changed(
			    pool->conf.ctx, (size_t)(s - pool->server), why);
	}
	/* An address may have changed: a few failures are worth a question. */
	if (pool->conf.resolve != NULL && s->failures % 4 == 0 &&
	    !s->resolving) {
		s->resolving = true;
		pool->conf.resolve(pool->conf.ctx, (size_t)(s - pool->server));
	}
}

static void
is_up(struct riad_upstream *pool, struct server *s)
{
	s->failures = 0;
	s->retry_at = 0;
	s->stat.up = true;
	if (s->told) {
		s->told = false;
		if (pool->conf.changed != NULL)
			pool->conf.changed(
			    pool->conf.ctx, (size_t)(s - pool->server), NULL);
	}
}

static void answered(void *ctx, const struct riad_http_answer *answer);
static void ended(void *ctx, enum riad_http_fault fault, const char *why);

/* A connection of s that takes a request, made if there is none. */
static struct link *
connection(struct riad_upstream *pool, struct server *s)
{
	if (s->links != NULL && s->takes)
		return s->links;
	if (s->addresses == 0)
		return NULL;
	struct link *l = calloc(1, sizeof(*l));
	if (l == NULL)
		return NULL;
	const union riad_address *to = &s->address[s->turn % s->addresses];
	l->pool = pool;
	l->server = s;
	l->heard = now(pool);
	l->conf = (struct riad_http_client){
	    .loop = pool->conf.loop,
	    .tls = s->conf.tls,
	    .kind = s->conf.kind,
	    .host = s->conf.host,
	    .port = s->conf.port,
	    .path = s->conf.path,
	    .get = s->conf.get,
	    .max_body = 65535,
	    .timeout_ns = pool->conf.try_ns,
	    .connect_ns = pool->conf.connect_ns,
	    .idle_ns = pool->conf.idle_ns,
	    .unheard_ms = UNHEARD_MS,
	    .most = IN_FLIGHT,
	    .queue = (unsigned)pool->conf.most,
	    .answered = answered,
	    .ended = ended,
	    .ctx = l,
	};
	l->http = riad_http_connect(&l->conf, &to->any,
	    to->any.sa_family == AF_INET ? sizeof(to->in) : sizeof(to->in6));
	if (l->http == NULL) {
		int err = errno;
		free(l);
		went_down(pool, s, strerror(err));
		return NULL;
	}
	s->stat.connected++;
	l->next = s->links;
	s->links = l;
	s->takes = true;
	return l;
}

/*
 * The server to ask: quickest first, but one whose speed nobody knows before
 * that, and one that has failed this request only where no other is.
 */
static struct server *
choose(struct riad_upstream *pool, const struct request *r)
{
	struct server *best = NULL;
	uint64_t least = 0;

	for (size_t i = 0; i < pool->servers; i++) {
		struct server *s = &pool->server[i];
		if (s->conf.group != r->group || s->retry_at > now(pool))
			continue;
		if (s->addresses == 0) {
			if (!s->resolving && pool->conf.resolve != NULL) {
				s->resolving = true;
				pool->conf.resolve(pool->conf.ctx, i);
			}
			continue;
		}
		if ((r->on[0] != NULL && r->on[0]->server == s) ||
		    (r->on[1] != NULL && r->on[1]->server == s))
			continue;
		uint64_t cost = s->stat.rtt_ns + MS(s->useless) +
				(r->tried >> i & 1 ? UINT64_MAX / 4 : 0);
		if (best == NULL || cost < least) {
			best = s;
			least = cost;
		}
	}
	return best;
}

/* Asks s for r; or -1 with errno, EBUSY where another connection may. */
static int
ask(struct riad_upstream *pool, struct server *s, struct link *l,
    struct request *r)
{
	size_t place = r->on[0] == NULL ? 0 : 1;
	bool idle = riad_http_in_flight(l->http) == 0;

	if (riad_http_ask(l->http, r->body, r->len, r) == -1)
		return -1;
	r->on[place] = l;
	r->at[place] = r->tried_at = s->asked_at = now(pool);
	s->stat.asked++;
	if (!idle)
		return 0;
	/* Whether it lived on meanwhile, nobody knows. */
	l->probed = l->works && now(pool) - l->heard >= MS(IDLE_MS);
	l->heard = now(pool);
	if (l->probed)
		riad_http_probe(l->http, MS(PROBE_MS));
	return 0;
}

/* Asks a server for r, unless there is none: then it is parked, or as it was.
 */
static void
try(struct riad_upstream *pool, struct request *r)
{
	for (size_t i = 0; i < pool->servers + 1; i++) {
		struct server *s = choose(pool, r);
		if (s == NULL)
			return;
		struct link *l = connection(pool, s);
		if (l == NULL) {
			r->tried |= 1u << (s - pool->server);
			continue;
		}
		if (ask(pool, s, l, r) == 0 || errno != EBUSY)
			return;
		/* It takes no more: the next round makes another. */
		s->takes = false;
	}
}

/* Asks one whose speed is not known, or not any more, beside another. */
static void
explore(struct riad_upstream *pool, struct request *r)
{
	if (r->on[0] == NULL || r->on[1] != NULL)
		return;
	for (size_t i = 0; i < pool->servers; i++) {
		struct server *s = &pool->server[i];
		if (s->conf.group != r->group || s == r->on[0]->server ||
		    s->retry_at > now(pool) ||
		    (s->asked_at != 0 &&
			now(pool) - s->asked_at < MS(EXPLORE_MS)))
			continue;
		struct link *l = connection(pool, s);
		if (l == NULL)
			continue;
		s->anew = true;
		(void)ask(pool, s, l, r);
		return;
	}
}

/* Is there another that was not asked for r, and can be? */
static bool
is_other(const struct riad_upstream *pool, const struct request *r)
{
	for (size_t i = 0; i < pool->servers; i++) {
		const struct server *s = &pool->server[i];
		if (s->conf.group == r->group && !(r->tried >> i & 1) &&
		    s->retry_at <= now(pool) && s->addresses != 0)
			return true;
	}
	return false;
}

/* Whether an answer is one, or others may have a better one. */
static bool
is_useful(struct riad_upstream *pool, struct server *s, struct request *r,
    const struct riad_http_answer *answer)
{
	/* Of the last that is left all is taken as it is. */
	r->tried |= 1u << (s - pool->server);
	if (pool->conf.useful == NULL || !is_other(pool, r))
		return true;
	if (pool->conf.useful(
		pool->conf.ctx, r->body, r->len, answer->body, answer->len)) {
		s->useless -= (s->useless + 7) / 8;
		return true;
	}
	s->useless += (USELESS - s->useless) / 8;
	return false;
}

static void
answered(void *ctx, const struct riad_http_answer *answer)
{
	struct link *l = ctx;
	struct server *s = l->server;
	struct riad_upstream *pool = l->pool;
	struct request *r = answer->token;
	uint64_t took = 0;

	l->heard = now(pool);
	l->probed = false;
	for (size_t i = 0; i < TRIES; i++)
		if (r->on[i] == l) {
			r->on[i] = NULL;
			took = now(pool) - r->at[i];
		}
	if (answer->fault == RIAD_HTTP_FINE) {
		s->stat.answered++;
		measured(s, took);
		l->works = true;
		is_up(pool, s);
		if (is_useful(pool, s, r, answer)) {
			done(pool, r, answer->body, answer->len, answer->age,
			    NULL);
			return;
		}
		if (parked(r))
			try(pool, r);
		arm(pool);
		return;
	}
	lost_race(s, took);
	s->stat.failed++;
	r->tried |= 1u << (s - pool->server);
	if (answer->fault == RIAD_HTTP_STATUS ||
	    answer->fault == RIAD_HTTP_TYPE)
		went_down(pool, s, answer->why);
	l->failed = true;
	/* What a dead connection had is asked anew by the next tick at the
	 * latest; here, it may still be at it. */
	r->tried_at = now(pool);
	if (answer->fault != RIAD_HTTP_CONNECT &&
	    answer->fault != RIAD_HTTP_TLS &&
	    answer->fault != RIAD_HTTP_CLOSED) {
		/* Who answers so will do so again, at once at least. */
		unsigned shift = r->failures < 5 ? r->failures++ : 5;
		r->again_at = now(pool) + (MS(TICK_MS) << shift);
		if (parked(r) && is_other(pool, r))
			try(pool, r);
	}
	arm(pool);
}

/* Has all that waits, and can, asked. */
static void
unpark(struct riad_upstream *pool)
{
	struct request *next;

	for (struct request *r = pool->first; r != NULL; r = next) {
		next = r->next;
		if (parked(r) && r->again_at <= now(pool))
			try(pool, r);
	}
}

static void
ended(void *ctx, enum riad_http_fault fault, const char *why)
{
	struct link *l = ctx;
	struct server *s = l->server;
	struct riad_upstream *pool = l->pool;
	struct link **at = &s->links;

	if (s->links == l)
		s->takes = false;
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	if (fault != RIAD_HTTP_FINE)
		s->stat.broken++;
	/* One that has worked may be made anew at once. */
	if (!l->works && (fault != RIAD_HTTP_FINE || l->failed))
		went_down(pool, s, why);
	riad_http_free(l->http);
	free(l);
	unpark(pool);
	arm(pool);
}

/* What is slow is asked of another server as well. */
static void
hedge(struct riad_upstream *pool, struct request *r)
{
	struct link *l = r->on[0] != NULL ? r->on[0] : r->on[1];
	uint64_t patience = l->server->stat.rtt_ns * 4;

	if (r->on[0] != NULL && r->on[1] != NULL)
		return;
	if (patience > MS(HEDGE_MAX_MS))
		patience = MS(HEDGE_MAX_MS);
	if (patience < MS(HEDGE_MS))
		patience = MS(HEDGE_MS);
	if (now(pool) - r->tried_at >= patience) {
		if (r->on[0] == NULL) {
			r->on[0] = r->on[1];
			r->at[0] = r->at[1];
			r->on[1] = NULL;
		}
		try(pool, r);
	}
}

static void
listen_for(struct riad_upstream *pool, struct server *s)
{
	struct link *next;

	for (struct link *l = s->links; l != NULL; l = next) {
		next = l->next;
		if (l->probed || riad_http_in_flight(l->http) == 0 ||
		    now(pool) - l->heard < MS(SILENT_MS))
			continue;
		l->probed = true;
		riad_http_probe(l->http, MS(PROBE_MS));
	}
}

static void
tick(struct riad_timer *timer)
{
	struct riad_upstream *pool =
	    (void *)((char *)timer - offsetof(struct riad_upstream, timer));
	struct request *next;

	for (struct request *r = pool->first; r != NULL; r = next) {
		next = r->next;
		if (r->deadline <= now(pool))
			done(pool, r, NULL, 0, 0, "no answer in time");
		else if (parked(r) &&
			 (r->again_at <= now(pool) || is_other(pool, r)))
			try(pool, r);
		else if (!parked(r))
			hedge(pool, r);
	}
	for (size_t i = 0; i < pool->servers; i++)
		listen_for(pool, &pool->server[i]);
	arm(pool);
}

struct riad_upstream *
riad_upstream_new(const struct riad_upstream_conf *conf)
{
	struct riad_upstream *pool = calloc(1, sizeof(*pool));

	if (pool != NULL) {
		pool->conf = *conf;
		pool->timer.call = tick;
	}
	return pool;
}

void
riad_upstream_free(struct riad_upstream *pool)
{
	struct request *next;

	if (pool == NULL)
		return;
	riad_timer_del(pool->conf.loop, &pool->timer);
	for (size_t i = 0; i < pool->servers; i++)
		while (pool->server[i].links != NULL) {
			struct link *l = pool->server[i].links;
			pool->server[i].links = l->next;
			riad_http_free(l->http);
			free(l);
		}
	for (struct request *r = pool->first; r != NULL; r = next) {
		next = r->next;
		free(r);
	}
	free(pool);
}

int
riad_upstream_add(
    struct riad_upstream *pool, const struct riad_upstream_server *server)
{
	if (pool->servers == RIAD_UPSTREAMS) {
		errno = EMSGSIZE;
		return -1;
	}
	pool->server[pool->servers].conf = *server;
	pool->server[pool->servers].stat.up = true;
	return (int)pool->servers++;
}

void
riad_upstream_found(struct riad_upstream *pool, size_t server,
    const union riad_address *addresses, size_t count)
{
	struct server *s = &pool->server[server];

	s->resolving = false;
	if (count > RIAD_UPSTREAM_ADDRESSES)
		count = RIAD_UPSTREAM_ADDRESSES;
	if (count == 0) {
		/* Those of before, if any, are better than none. */
		if (s->addresses == 0)
			s->retry_at = now(pool) + MS(RETRY_MS) * 5;
		return;
	}
	memcpy(s->address, addresses, count * sizeof(*addresses));
	s->addresses = count;
	s->retry_at = 0;
	unpark(pool);
}

int
riad_upstream_ask(struct riad_upstream *pool, unsigned group,
    const uint8_t *body, size_t len, void *token)
{
	if (pool->requests >= pool->conf.most) {
		errno = EBUSY;
		return -1;
	}
	struct request *r = malloc(sizeof(*r) + len);
	if (r == NULL)
		return -1;
	*r = (struct request){
	    .prev = pool->last,
	    .deadline = now(pool) + pool->conf.deadline_ns,
	    .tried_at = now(pool),
	    .group = group,
	    .token = token,
	    .len = len,
	};
	memcpy(r->body, body, len);
	if (pool->last != NULL)
		pool->last->next = r;
	else
		pool->first = r;
	pool->last = r;
	pool->requests++;
	try(pool, r);
	explore(pool, r);
	arm(pool);
	return 0;
}

void
riad_upstream_probe(struct riad_upstream *pool)
{
	for (size_t i = 0; i < pool->servers; i++) {
		pool->server[i].retry_at = 0;
		for (struct link *l = pool->server[i].links; l != NULL;
		     l = l->next)
			riad_http_probe(l->http, MS(PROBE_MS));
	}
	unpark(pool);
}

void
riad_upstream_stat(const struct riad_upstream *pool, size_t server,
    struct riad_upstream_stat *stat)
{
	const struct server *s = &pool->server[server];

	*stat = s->stat;
	stat->in_flight = 0;
	for (const struct link *l = s->links; l != NULL; l = l->next)
		stat->in_flight += riad_http_in_flight(l->http);
}
