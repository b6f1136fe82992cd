/* SPDX-License-Identifier: ISC */
/*
 * The addresses of upstreams that are given by name: asked of the bootstrap
 * servers by UDP, in turn, and anew when their time is over.  A lie does no
 * more than to keep us from a server: its certificate has to have the name.
 */

#include "dohd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "riad/dnsrr.h"

enum { TRIES = 4, WAIT_MS = 1500, ANSWER = 4096, QUERY = 300 };

#define MS(ms) ((uint64_t)(ms)*1000000u)

static const uint16_t types[] = {RIAD_DNS_A, RIAD_DNS_AAAA};

enum { TYPES = sizeof(types) / sizeof(*types) };

struct search {
	struct riad_watch watch; /* fd -1: none goes on */
	struct riad_timer timer;
	struct dohd_bootstrap *all;
	size_t server;
	unsigned turn; /* whom to ask next, another one each time */
	unsigned tries;
	unsigned open; /* a bit for each type that is not answered */
	bool told;     /* that nobody knows where it is */
	size_t query_len[TYPES];
	uint8_t query[TYPES][QUERY];
	union riad_address found[RIAD_UPSTREAM_ADDRESSES];
	size_t count;
};

struct dohd_bootstrap {
	struct dohd *d;
	struct search search[RIAD_UPSTREAMS];
};

/* What was found; that it is nothing is said once, until something is. */
static void
give(struct search *s)
{
	const struct dohd_conf *conf = s->all->d->conf;

	if (s->count == 0 && !s->told && !conf->quiet)
		riad_warn("%s: no bootstrap server knows its address",
		    conf->upstream[s->server].server.host);
	s->told = s->count == 0;
	riad_upstream_found(s->all->d->pool, s->server, s->found, s->count);
}

static void
finish(struct search *s)
{
	struct riad_loop *loop = &s->all->d->loop;

	riad_timer_del(loop, &s->timer);
	riad_watch_del(loop, &s->watch);
	close(s->watch.fd);
	s->watch.fd = -1;
	give(s);
}

static void
take(struct search *s, const struct riad_dns_record *record)
{
	uint16_t port = s->all->d->conf->upstream[s->server].server.port;
	union riad_address *to = &s->found[s->count];

	if (record->section != RIAD_DNS_ANSWER ||
	    record->class != RIAD_DNS_IN || s->count == RIAD_UPSTREAM_ADDRESSES)
		return;
	memset(to, 0, sizeof(*to));
	if (record->type == RIAD_DNS_A && record->len == 4) {
		to->in.sin_family = AF_INET;
		to->in.sin_port = htons(port);
		memcpy(&to->in.sin_addr, record->data, 4);
		s->count++;
	} else if (record->type == RIAD_DNS_AAAA && record->len == 16) {
		to->in6.sin6_family = AF_INET6;
		to->in6.sin6_port = htons(port);
		memcpy(&to->in6.sin6_addr, record->data, 16);
		s->count++;
	}
}

static void
read_answer(struct search *s, const uint8_t *data, size_t len)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	size_t before = s->count;
	int got;

	for (size_t i = 0; i < TYPES; i++) {
		if (!(s->open >> i & 1) ||
		    riad_dns_answers(data, len, s->query[i], s->query_len[i],
			false, false) != NULL)
			continue;
		if (riad_dns_reader_init(&reader, data, len) == -1)
			return;
		while ((got = riad_dns_read(&reader, &record)) == 1)
			take(s, &record);
		if (got == -1) {
			s->count = before;
			return;
		}
		s->open &= ~(1u << i);
	}
}

static void
readable(struct riad_watch *watch, uint32_t events)
{
	struct search *s = (struct search *)watch;
	uint8_t data[ANSWER];
	ssize_t n;

	(void)events;
	while ((n = recv(watch->fd, data, sizeof(data), MSG_DONTWAIT)) > 0)
		read_answer(s, data, (size_t)n);
	if (s->open == 0 && s->count == 0) {
		/* It says that there is nothing: others may know better. */
		s->open = (1u << TYPES) - 1;
		(void)riad_timer_set(&s->all->d->loop, &s->timer, 0);
	} else if (s->open == 0)
		finish(s);
	/* A refusal is waited for no longer than silence: the timer goes on. */
}

static int
ask(struct search *s, const union riad_address *to)
{
	int fd = socket(
	    to->any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	/* A socket each: a port of its own, and answers from nobody else. */
	if (fd == -1)
		return -1;
	s->watch.fd = fd;
	if (connect(fd, &to->any, riad_address_len(to)) == -1 ||
	    riad_watch_add(&s->all->d->loop, &s->watch, EPOLLIN) == -1) {
		close(fd);
		s->watch.fd = -1;
		return -1;
	}
	for (size_t i = 0; i < TYPES; i++)
		if (s->open >> i & 1)
			(void)send(fd, s->query[i], s->query_len[i], 0);
	return riad_timer_set(
	    &s->all->d->loop, &s->timer, s->all->d->loop.now + MS(WAIT_MS));
}

/* One that can't even be asked, by a family that this host doesn't have, is
 * passed over. */
static int
ask_next(struct search *s)
{
	const struct dohd_conf *conf = s->all->d->conf;

	for (size_t i = 0; i < conf->bootstraps && s->tries < TRIES; i++) {
		s->tries++;
		if (ask(s, &conf->bootstrap[s->turn++ % conf->bootstraps]) == 0)
			return 0;
	}
	return -1;
}

static void
hang_up(struct search *s)
{
	riad_watch_del(&s->all->d->loop, &s->watch);
	close(s->watch.fd);
	s->watch.fd = -1;
}

/* Time is over: another server is asked, or there is no more to hope for. */
static void
late(struct riad_timer *timer)
{
	struct search *s =
	    (void *)((char *)timer - offsetof(struct search, timer));

	if (s->watch.fd == -1) {
		give(s);
		return;
	}
	if (s->count != 0 || s->tries == TRIES) {
		finish(s);
		return;
	}
	hang_up(s);
	if (ask_next(s) == -1)
		give(s);
}

struct dohd_bootstrap *
dohd_bootstrap_new(struct dohd *d)
{
	struct dohd_bootstrap *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->d = d;
	for (size_t i = 0; i < RIAD_UPSTREAMS; i++) {
		b->search[i].watch.fd = -1;
		b->search[i].watch.call = readable;
		b->search[i].timer.call = late;
		b->search[i].all = b;
		b->search[i].server = i;
	}
	return b;
}

void
dohd_bootstrap_free(struct dohd_bootstrap *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < RIAD_UPSTREAMS; i++) {
		riad_timer_del(&b->d->loop, &b->search[i].timer);
		if (b->search[i].watch.fd == -1)
			continue;
		riad_watch_del(&b->d->loop, &b->search[i].watch);
		close(b->search[i].watch.fd);
	}
	free(b);
}

void
dohd_bootstrap_ask(struct dohd_bootstrap *b, size_t server)
{
	struct search *s = &b->search[server];
	const char *host = b->d->conf->upstream[server].server.host;
	uint8_t name[RIAD_DNS_NAME];
	uint16_t ids[TYPES];

	s->tries = 0;
	s->open = 0;
	s->count = 0;
	/* An address is no name: nobody is to be asked for it. */
	if (b->d->conf->upstream[server].server.address ||
	    b->d->conf->bootstraps == 0 ||
	    riad_dns_name_parse(name, host, strlen(host), NULL) == -1 ||
	    getrandom(ids, sizeof(ids), 0) != sizeof(ids))
		goto nothing;
	for (size_t i = 0; i < TYPES; i++) {
		struct riad_dns_writer writer;
		riad_dns_writer_init(
		    &writer, s->query[i], QUERY, ids[i], RIAD_DNS_RD);
		if (riad_dns_write_question(
			&writer, name, types[i], RIAD_DNS_IN) == -1)
			goto nothing;
		s->query_len[i] = writer.len;
		s->open |= 1u << i;
	}
	if (ask_next(s) == 0)
		return;
nothing:
	/* It is not to be told from here: the timer does. */
	(void)riad_timer_set(&b->d->loop, &s->timer, b->d->loop.now);
}
