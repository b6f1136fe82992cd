/* SPDX-License-Identifier: ISC */
/*
 * A query is answered in this order: not a query that can be answered; not
 * from here; local data; the cache; asked for.  Those that wait hang from the
 * question that is being asked, which is found by its key.
 */

#include "riad/dnsforward.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dnsreply.h"
#include "riad/dnsedns.h"
#include "riad/dnsrr.h"

enum {
	BUCKETS = 4096,
	QUERY_PAD = 128,
	QUERY_MAX = 1024,
	ALIAS_MAX = 4096,
	STALE_ANSWER = 3,
	YXDOMAIN = 6 /* of a DNAME whose target is too long: RFC 6672 */
};

/* A local answer that ends in an alias for a name that is not local. */
struct alias {
	size_t len; /* 0: none */
	uint8_t message[ALIAS_MAX];
};

struct waiter {
	struct waiter *next;
	struct riad_dns_route route;
	struct riad_dns_client client;
	size_t alias_len; /* of a local answer that what is asked continues */
	uint8_t query[];  /* up to the end of the question; then that answer */
};

struct riad_dns_ask {
	struct riad_dns_ask *next;           /* in the bucket */
	struct riad_dns_ask *later, *sooner; /* of those that may go stale */
	uint64_t stale_at;                   /* 0: not among them */
	struct waiter *waiters, **last;
	struct riad_dns_key key;
	size_t query_len;
	uint8_t query[QUERY_MAX];
};

struct riad_dns_forward {
	struct riad_dns_forward_conf conf;
	struct riad_dns_forward_stat stat;
	uint64_t ns;
	uint64_t seconds;
	struct riad_dns_ask *bucket[BUCKETS];
	struct riad_dns_ask *soonest, *latest;
	uint8_t follow[QUERY_MAX]; /* the query for an alias's target */
	uint8_t scratch[RIAD_DNS_MESSAGE];
};

struct riad_dns_forward *
riad_dns_forward_new(const struct riad_dns_forward_conf *conf)
{
	struct riad_dns_forward *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->conf = *conf;
	return s;
}

/* The first of those who wait, who does not any more; free() it. */
static struct waiter *
take_waiter(struct riad_dns_forward *s, struct riad_dns_ask *ask)
{
	struct waiter *w = ask->waiters;

	if (w == NULL)
		return NULL;
	ask->waiters = w->next;
	if (ask->waiters == NULL)
		ask->last = &ask->waiters;
	s->stat.waiting--;
	return w;
}

static void
free_waiters(struct riad_dns_forward *s, struct riad_dns_ask *ask)
{
	struct waiter *w;

	while ((w = take_waiter(s, ask)) != NULL)
		free(w);
}

void
riad_dns_forward_free(struct riad_dns_forward *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (s->bucket[i] != NULL) {
			struct riad_dns_ask *ask = s->bucket[i];
			s->bucket[i] = ask->next;
			free_waiters(s, ask);
			free(ask);
		}
	free(s);
}

void
riad_dns_forward_local(
    struct riad_dns_forward *s, const struct riad_dns_local *local)
{
	s->conf.local = local;
}

void
riad_dns_forward_now(struct riad_dns_forward *s, uint64_t ns, uint64_t seconds)
{
	s->ns = ns;
	s->seconds = seconds;
}

/* The last touches of an answer, which is what it then counts as. */
static size_t
finish(struct riad_dns_forward *s, const struct riad_dns_client *client,
    const uint8_t *query, uint8_t *to, size_t len, int ede, uint32_t *ttl)
{
	bool whole = !(to[2] & RIAD_DNS_TC >> 8);

	s->stat.rcodes[(to[3] & RIAD_DNS_RCODE) | client->rcode_high << 4]++;
	len = riad_dns_reply_finish(client, query, to, len, ede);
	if (whole && to[2] & RIAD_DNS_TC >> 8)
		s->stat.truncated++;
	*ttl = client->transport == RIAD_DNS_BY_HTTPS
		   ? riad_dns_reply_ttl(to, len)
		   : 0;
	return len;
}

/* An answer without records. */
static size_t
refuse(struct riad_dns_forward *s, const struct riad_dns_client *client,
    const uint8_t *query, uint8_t *to, unsigned rcode, int ede, uint32_t *ttl)
{
	return finish(s, client, query, to,
	    riad_dns_reply_empty(client, query, to, rcode), ede, ttl);
}

/* The place in the list of what hashes alike where key's ask is, or its end. */
static struct riad_dns_ask **
seek(struct riad_dns_forward *s, const struct riad_dns_key *key)
{
	struct riad_dns_ask **at = &s->bucket[key->hash % BUCKETS];

	while (*at != NULL &&
	       ((*at)->key.hash != key->hash || (*at)->key.len != key->len ||
		   memcmp((*at)->key.name, key->name, key->len) != 0))
		at = &(*at)->next;
	return at;
}

/* All asks wait equally long before they are stale, so the list is in order. */
static void
stale_later(struct riad_dns_forward *s, struct riad_dns_ask *ask)
{
	ask->stale_at = s->ns + s->conf.stale_ns;
	ask->sooner = s->latest;
	ask->later = NULL;
	if (s->latest != NULL)
		s->latest->later = ask;
	else
		s->soonest = ask;
	s->latest = ask;
}

static void
stale_never(struct riad_dns_forward *s, struct riad_dns_ask *ask)
{
	if (ask->stale_at == 0)
		return;
	ask->stale_at = 0;
	if (ask->sooner != NULL)
		ask->sooner->later = ask->later;
	else
		s->soonest = ask->later;
	if (ask->later != NULL)
		ask->later->sooner = ask->sooner;
	else
		s->latest = ask->sooner;
}

/* Begins to ask.  NULL where too much is being asked, or memory ran out. */
static struct riad_dns_ask *
begin(struct riad_dns_forward *s, const struct riad_dns_key *key)
{
	struct riad_dns_ask **at = seek(s, key);
	struct riad_dns_writer writer;
	struct riad_dns_edns edns = {.present = true,
	    .size = s->conf.udp_size,
	    .dnssec = key->edns.dnssec};

	if (s->stat.asking >= s->conf.max_asking)
		return NULL;
	struct riad_dns_ask *ask = malloc(sizeof(*ask));
	if (ask == NULL)
		return NULL;
	ask->key = *key;
	ask->stale_at = 0;
	ask->waiters = NULL;
	ask->last = &ask->waiters;

	/* ID 0, so that HTTP can cache it: RFC 8484 section 4.1. */
	riad_dns_writer_init(&writer, ask->query, sizeof(ask->query), 0,
	    RIAD_DNS_RD | (key->cd ? RIAD_DNS_CD : 0) |
		(s->conf.trust_ad ? RIAD_DNS_AD : 0));
	if (riad_dns_write_question(
		&writer, key->name, key->type, RIAD_DNS_IN) == -1 ||
	    riad_dns_write_edns(&writer, &edns, QUERY_PAD) == -1) {
		free(ask);
		return NULL;
	}
	ask->query_len = writer.len;
	ask->next = *at;
	*at = ask;
	s->stat.asking++;
	s->stat.asked++;
	return ask;
}

static void
end(struct riad_dns_forward *s, struct riad_dns_ask *ask)
{
	struct riad_dns_ask **at = &s->bucket[ask->key.hash % BUCKETS];

	while (*at != ask)
		at = &(*at)->next;
	*at = ask->next;
	stale_never(s, ask);
	free_waiters(s, ask);
	free(ask);
	s->stat.asking--;
}

static bool
wait(struct riad_dns_forward *s, struct riad_dns_ask *ask,
    const struct riad_dns_route *route, const struct riad_dns_client *client,
    const uint8_t *query, const struct alias *alias)
{
	if (s->stat.waiting >= s->conf.max_waiting)
		return false;
	struct waiter *w =
	    malloc(sizeof(*w) + client->question_end + alias->len);
	if (w == NULL)
		return false;
	w->next = NULL;
	w->route = *route;
	w->client = *client;
	w->alias_len = alias->len;
	memcpy(w->query, query, client->question_end);
	memcpy(w->query + client->question_end, alias->message, alias->len);
	*ask->last = w;
	ask->last = &w->next;
	s->stat.waiting++;
	return true;
}

static void
prefetch(struct riad_dns_forward *s, const struct riad_dns_key *key)
{
	struct riad_dns_ask *ask;

	if (*seek(s, key) != NULL || (ask = begin(s, key)) == NULL)
		return;
	s->stat.prefetched++;
	if (s->conf.ask(s->conf.ctx, ask, ask->key.name, ask->query,
		ask->query_len) == -1)
		end(s, ask);
}

/* Has it asked for, or waits with who wants the same. */
static bool
ask_for(struct riad_dns_forward *s, const struct riad_dns_key *key,
    const struct riad_dns_route *route, const struct riad_dns_client *client,
    const uint8_t *query, const struct alias *alias, bool stale)
{
	struct riad_dns_ask *ask = *seek(s, key);
	bool anew = ask == NULL;

	if (anew && (ask = begin(s, key)) == NULL)
		return false;
	bool waits = wait(s, ask, route, client, query, alias);
	if (!waits && anew) {
		end(s, ask);
		return false;
	}
	if (stale && ask->stale_at == 0)
		stale_later(s, ask);
	if (!anew)
		s->stat.joined++;
	else if (s->conf.ask(s->conf.ctx, ask, ask->key.name, ask->query,
		     ask->query_len) == -1) {
		end(s, ask);
		return false;
	}
	return waits;
}

/* From local data: the length of the answer; or 0, and perhaps an alias, whose
 * answer is to go on with what there is of more->target. */
static size_t
from_local(struct riad_dns_forward *s, const struct riad_dns_key *key,
    const struct riad_dns_client *client, const uint8_t *query, uint8_t *to,
    struct riad_dns_local_more *more, struct alias *alias, uint32_t *ttl)
{
	const uint8_t *name = query + RIAD_DNS_HEADER;
	struct riad_dns_writer writer;

	alias->len = 0;
	if (s->conf.local == NULL)
		return 0;
	riad_dns_writer_init(&writer, to, RIAD_DNS_MESSAGE, client->id,
	    RIAD_DNS_QR | RIAD_DNS_RA | client->kept);
	writer.compress = true;
	if (riad_dns_write_question(&writer, name, key->type, RIAD_DNS_IN) ==
	    -1)
		return 0;
	switch (riad_dns_local_answer(
	    s->conf.local, &writer, name, key->type, more)) {
	case 0:
		return 0;
	case 1:
		s->stat.local++;
		return finish(s, client, query, to, writer.len, more->ede, ttl);
	case 2:
		if (writer.len <= sizeof(alias->message)) {
			alias->len = writer.len;
			memcpy(alias->message, to, alias->len);
			return 0;
		}
		/* fall through */
	default:
		s->stat.overloaded++;
		return refuse(s, client, query, to, RIAD_DNS_SERVFAIL, -1, ttl);
	}
}

static bool
from_cache(struct riad_dns_forward *s, const struct riad_dns_key *key,
    const struct riad_dns_client *client, const uint8_t *query, uint8_t *to,
    size_t *len, bool *stale, int *ede)
{
	*stale = false;
	*ede = -1;
	if (s->conf.cache == NULL)
		return false;
	switch (riad_dns_cache_get(
	    s->conf.cache, key, query, s->seconds, to, RIAD_DNS_MESSAGE, len)) {
	case RIAD_DNS_HIT_SOON:
		prefetch(s, key);
		break;
	case RIAD_DNS_HIT:
		break;
	case RIAD_DNS_STALE_HELD:
		*ede = STALE_ANSWER;
		s->stat.stale++;
		riad_dns_reply_flags(client, to, s->conf.trust_ad);
		return true;
	case RIAD_DNS_STALE:
		*stale = true;
		return false;
	case RIAD_DNS_MISS:
	default:
		return false;
	}
	s->stat.hits++;
	riad_dns_reply_flags(client, to, s->conf.trust_ad);
	return true;
}

/* What is asked for now is the target of an alias. */
static void
follow(struct riad_dns_forward *s, struct riad_dns_key *key,
    const struct riad_dns_client *client,
    const struct riad_dns_local_more *more)
{
	struct riad_dns_writer writer;
	bool cd = key->cd;

	riad_dns_key_make(key, &s->conf.secret, more->target, key->type,
	    RIAD_DNS_IN,
	    (client->dnssec ? RIAD_DNS_KEY_DO : 0) |
		(cd ? RIAD_DNS_KEY_CD : 0));
	riad_dns_writer_init(
	    &writer, s->follow, sizeof(s->follow), client->id, client->kept);
	/* A name and a type: there is room. */
	(void)riad_dns_write_question(
	    &writer, more->target, key->type, RIAD_DNS_IN);
}

/* Checks a cookie, and has a new one sent.  -1: it is malformed. */
static int
take_cookie(const struct riad_dns_forward *s, const struct riad_dns_key *key,
    struct riad_dns_client *client, const struct riad_dns_route *route,
    const uint8_t *query, bool *known)
{
	const uint8_t *data = query + key->edns.cookie_at;

	if (s->conf.cookies == NULL)
		return 0;
	switch (riad_dns_cookie_check(s->conf.cookies, data,
	    key->edns.cookie_len, route->source, s->seconds)) {
	case RIAD_DNS_COOKIE_MALFORMED:
		return -1;
	case RIAD_DNS_COOKIE_OLD:
	case RIAD_DNS_COOKIE_GOOD:
		*known = true;
		break;
	case RIAD_DNS_COOKIE_NEW:
	case RIAD_DNS_COOKIE_BAD:
		break;
	}
	client->cookie = true;
	riad_dns_cookie_make(client->cookie_data, s->conf.cookies, data,
	    route->source, s->seconds);
	return 0;
}

/*
 * An answer for who asks too much, no longer than its query.  Who may be
 * somebody else gets TC now and then, which brings an honest one here by TCP.
 */
static size_t
too_much(struct riad_dns_forward *s, const struct riad_dns_client *client,
    bool known, const uint8_t *query, uint8_t *to, uint32_t *ttl)
{
	s->stat.limited++;
	if (known)
		return refuse(s, client, query, to, RIAD_DNS_REFUSED,
		    18 /* Prohibited */, ttl);
	if (s->stat.limited % 2 == 0)
		return 0;
	size_t len = riad_dns_reply_empty(client, query, to, RIAD_DNS_NOERROR);
	to[2] |= RIAD_DNS_TC >> 8;
	return finish(s, client, query, to, len, -1, ttl);
}

size_t
riad_dns_forward_query(struct riad_dns_forward *s,
    const struct riad_dns_route *route, const uint8_t *query, size_t len,
    uint8_t *to, uint32_t *ttl)
{
	struct riad_dns_key key;
	struct riad_dns_client client;
	struct riad_dns_local_more more = {.ede = -1};
	struct alias alias;
	int rcode;
	size_t n;
	bool stale;

	*ttl = 0;
	s->stat.queries[route->transport]++;
	if (riad_dns_key(&key, &rcode, &s->conf.secret, query, len) == -1) {
		/* Who is not to be answered is not told what is wrong. */
		if (rcode == -1 ||
		    (s->conf.allowed != NULL &&
			!s->conf.allowed(s->conf.ctx, route)) ||
		    (s->conf.limited != NULL &&
			s->conf.limited(s->conf.ctx, route))) {
			s->stat.dropped++;
			return 0;
		}
		riad_dns_client_malformed(
		    &client, route->transport, query, rcode);
		return refuse(s, &client, query, to, (unsigned)rcode, -1, ttl);
	}
	if (s->conf.cache != NULL)
		riad_dns_cache_near(s->conf.cache, &key);
	if (riad_dns_client_init(&client, route->transport, s->conf.udp_size,
		&key, query, len) == -1)
		return refuse(s, &client, query, to, RIAD_DNS_FORMERR, -1, ttl);
	bool known = route->transport != RIAD_DNS_BY_UDP;
	if (key.edns.cookie &&
	    take_cookie(s, &key, &client, route, query, &known) == -1)
		return refuse(s, &client, query, to, RIAD_DNS_FORMERR, -1, ttl);
	if (s->conf.allowed != NULL && !s->conf.allowed(s->conf.ctx, route)) {
		s->stat.refused++;
		return refuse(s, &client, query, to, RIAD_DNS_REFUSED,
		    18 /* Prohibited */, ttl);
	}
	if (s->conf.limited != NULL && s->conf.limited(s->conf.ctx, route))
		return too_much(s, &client, known, query, to, ttl);
	if (key.class != RIAD_DNS_IN)
		return refuse(s, &client, query, to, RIAD_DNS_REFUSED,
		    21 /* Not Supported */, ttl);
	if ((n = from_local(s, &key, &client, query, to, &more, &alias, ttl)) !=
	    0)
		return n;
	if (alias.len != 0)
		follow(s, &key, &client, &more);
	if (from_cache(s, &key, &client, alias.len != 0 ? s->follow : query, to,
		&n, &stale, &more.ede)) {
		if (alias.len != 0) {
			memcpy(s->scratch, to, n);
			n = riad_dns_reply_join(
			    to, alias.message, alias.len, s->scratch, n);
		}
		if (n == 0)
			return refuse(
			    s, &client, query, to, RIAD_DNS_SERVFAIL, -1, ttl);
		return finish(s, &client, query, to, n, more.ede, ttl);
	}

	/* Who does not want recursion has had all that is known here. */
	if (!(client.kept & RIAD_DNS_RD) && alias.len != 0) {
		memcpy(to, alias.message, alias.len);
		return finish(s, &client, query, to, alias.len, -1, ttl);
	}
	if (!(client.kept & RIAD_DNS_RD))
		return refuse(s, &client, query, to, RIAD_DNS_REFUSED,
		    20 /* Not Authoritative */, ttl);
	if (!ask_for(s, &key, route, &client, query, &alias, stale)) {
		s->stat.overloaded++;
		return refuse(
		    s, &client, query, to, RIAD_DNS_SERVFAIL, -1, ttl);
	}
	return 0;
}

/* The answer that lies in scratch, to one who waits. */
static void
reply(struct riad_dns_forward *s, struct waiter *w, size_t len, int ede)
{
	static uint8_t to[RIAD_DNS_MESSAGE];
	uint32_t ttl;

	if (w->alias_len != 0)
		len = riad_dns_reply_join(to, w->query + w->client.question_end,
		    w->alias_len, s->scratch, len);
	else {
		memcpy(to, s->scratch, len);
		riad_dns_reply_adapt(
		    &w->client, w->query, to, s->conf.trust_ad);
	}
	if (len == 0)
		len = riad_dns_reply_empty(
		    &w->client, w->query, to, RIAD_DNS_SERVFAIL);
	len = finish(s, &w->client, w->query, to, len, ede, &ttl);
	s->conf.reply(s->conf.ctx, &w->route, to, len, ttl);
}

static void
reply_all(
    struct riad_dns_forward *s, struct riad_dns_ask *ask, size_t len, int ede)
{
	struct waiter *w;

	while ((w = take_waiter(s, ask)) != NULL) {
		reply(s, w, len, ede);
		free(w);
	}
}

/* To those who wait, an answer without records. */
static void
refuse_all(struct riad_dns_forward *s, struct riad_dns_ask *ask, unsigned rcode,
    int ede)
{
	uint8_t to[QUERY_MAX];
	uint32_t ttl;
	struct waiter *w;

	while ((w = take_waiter(s, ask)) != NULL) {
		size_t n =
		    refuse(s, &w->client, w->query, to, rcode, ede, &ttl);
		s->conf.reply(s->conf.ctx, &w->route, to, n, ttl);
		free(w);
	}
}

/* Whether an answer leads to a name that is blocked, by another name. */
static bool
leads_astray(const struct riad_dns_forward *s, size_t len)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	uint8_t target[RIAD_DNS_NAME];

	if (s->conf.local == NULL ||
	    riad_dns_reader_init(&reader, s->scratch, len) == -1)
		return false;
	while (riad_dns_read(&reader, &record) == 1 &&
	       record.section <= RIAD_DNS_ANSWER) {
		size_t at = (size_t)(record.data - s->scratch);
		if (record.section == RIAD_DNS_ANSWER &&
		    record.type == RIAD_DNS_CNAME &&
		    riad_dns_read_name(
			target, s->scratch, len, &at, NULL, NULL) != -1 &&
		    riad_dns_local_is_blocked(s->conf.local, target))
			return true;
	}
	return false;
}

bool
riad_dns_forward_useful(
    const uint8_t *query, size_t query_len, const uint8_t *answer, size_t len)
{
	int ede = -1;

	if (!riad_dns_reply_check(answer, len, query, query_len, &ede))
		return false;
	switch (answer[3] & RIAD_DNS_RCODE) {
	case RIAD_DNS_NOERROR:
	case RIAD_DNS_NXDOMAIN:
	case YXDOMAIN:
		return true;
	default:
		/* Of DNSSEC, bogus to no NSEC; blocked, censored, filtered:
		 * others say the same, or are less careful. */
		return (ede >= 6 && ede <= 12) || (ede >= 15 && ede <= 17);
	}
}

/* A stale answer to those who wait for ask, or false. */
static bool
serve_stale(struct riad_dns_forward *s, struct riad_dns_ask *ask)
{
	size_t n;

	if (s->conf.cache == NULL ||
	    riad_dns_cache_get(s->conf.cache, &ask->key, ask->query, s->seconds,
		s->scratch, sizeof(s->scratch), &n) < RIAD_DNS_STALE ||
	    n == 0)
		return false;
	for (const struct waiter *w = ask->waiters; w != NULL; w = w->next)
		s->stat.stale++;
	reply_all(s, ask, n, STALE_ANSWER);
	return true;
}

void
riad_dns_forward_answer(struct riad_dns_forward *s, struct riad_dns_ask *ask,
    const uint8_t *message, size_t len, uint32_t age)
{
	int ede = -1;
	size_t n = riad_dns_reply_take(
	    s->scratch, message, len, ask->query, ask->query_len, age, &ede);

	if (n == 0) {
		riad_dns_forward_fail(s, ask);
		return;
	}
	s->stat.answered++;
	if (leads_astray(s, n)) {
		refuse_all(s, ask, RIAD_DNS_NXDOMAIN, 15 /* Blocked */);
		end(s, ask);
		return;
	}
	if (s->conf.cache != NULL)
		riad_dns_cache_put(
		    s->conf.cache, &ask->key, s->scratch, n, s->seconds);
	/* What there was is better than a failure: RFC 8767 section 5. */
	if ((s->scratch[3] & RIAD_DNS_RCODE) == RIAD_DNS_SERVFAIL) {
		if (serve_stale(s, ask)) {
			end(s, ask);
			return;
		}
		n = riad_dns_reply_take(s->scratch, message, len, ask->query,
		    ask->query_len, age, &ede);
	}
	reply_all(s, ask, n, ede);
	end(s, ask);
}

void
riad_dns_forward_fail(struct riad_dns_forward *s, struct riad_dns_ask *ask)
{
	s->stat.failed++;
	/* Who can be served meanwhile doesn't ask in vain each time. */
	if (serve_stale(s, ask))
		riad_dns_cache_fail(
		    s->conf.cache, &ask->key, RIAD_DNS_SERVFAIL, s->seconds);
	else
		refuse_all(s, ask, RIAD_DNS_SERVFAIL, 23 /* Network Error */);
	end(s, ask);
}

void
riad_dns_forward_forget(struct riad_dns_forward *s, const void *channel)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct riad_dns_ask *ask = s->bucket[i]; ask != NULL;
		     ask = ask->next) {
			struct waiter **at = &ask->waiters;
			while (*at != NULL) {
				struct waiter *w = *at;
				if (w->route.channel != channel) {
					at = &w->next;
					continue;
				}
				*at = w->next;
				free(w);
				s->stat.waiting--;
			}
			ask->last = at;
		}
}

uint64_t
riad_dns_forward_wake(const struct riad_dns_forward *s)
{
	return s->soonest != NULL ? s->soonest->stale_at : 0;
}

void
riad_dns_forward_tick(struct riad_dns_forward *s)
{
	while (s->soonest != NULL && s->soonest->stale_at <= s->ns) {
		struct riad_dns_ask *ask = s->soonest;
		stale_never(s, ask);
		serve_stale(s, ask);
	}
}

const struct riad_dns_forward_stat *
riad_dns_forward_stat(const struct riad_dns_forward *s)
{
	return &s->stat;
}
