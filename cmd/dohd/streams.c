/* SPDX-License-Identifier: ISC */
/* connection of a client -> queries -> answers, in any order -> connection */

#include "dohd.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	STREAMS = 1024,        /* connections of clients at once */
	STREAMS_OF_ONE = 128,  /* of one address */
	STREAMS_AT_ONCE = 100, /* requests of one connection */
	IDLE_S = 30,
	HANDSHAKE_S = 10
};

#define SECONDS(s) ((uint64_t)(s)*1000000000u)

/* The channel of what it asks. */
struct dohd_stream {
	struct riad_http_server conf;
	struct riad_http *http;
	struct dohd *d;
	struct dohd_stream *next, *prev;
	uint8_t source[16];
	enum riad_dns_way transport;
	size_t waiting;
};

static uint8_t answer[RIAD_DNS_MESSAGE];

static void
asked(void *ctx, const struct riad_http_request *request)
{
	struct dohd_stream *s = ctx;
	struct dohd *d = s->d;
	struct riad_dns_route route = {
	    .transport = s->transport, .channel = s, .id = request->id};
	uint64_t dropped = riad_dns_forward_stat(d->forward)->dropped;
	uint32_t ttl;

	memcpy(route.source, s->source, sizeof(route.source));
	dohd_now(d);
	s->waiting++;
	size_t len = riad_dns_forward_query(
	    d->forward, &route, request->body, request->len, answer, &ttl);
	if (len != 0) {
		s->waiting--;
		(void)riad_http_reply(s->http, request->id, answer, len, ttl);
	} else if (riad_dns_forward_stat(d->forward)->dropped != dropped) {
		s->waiting--;
		(void)riad_http_refuse(s->http, request->id, 400);
	}
	dohd_rearm(d);
}

static void
drop(struct dohd_stream *s)
{
	if (s->waiting != 0)
		riad_dns_forward_forget(s->d->forward, s);
	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		s->d->streams = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	s->d->stream_count--;
	riad_http_free(s->http);
	free(s);
}

static void
ended(void *ctx, struct riad_http *http)
{
	(void)http;
	drop(ctx);
}

static size_t
streams_of(const struct dohd *d, const uint8_t *source)
{
	size_t n = 0;

	for (const struct dohd_stream *s = d->streams; s != NULL; s = s->next)
		n += memcmp(s->source, source, sizeof(s->source)) == 0;
	return n;
}

void
dohd_stream_open(struct dohd *d, int fd, const union riad_address *peer,
    enum riad_dns_way way)
{
	struct riad_dns_route route = {.transport = way};

	riad_address_bytes(route.source, peer);
	if (d->stream_count >= STREAMS ||
	    streams_of(d, route.source) >= STREAMS_OF_ONE ||
	    !dohd_front_allowed(d, &route)) {
		close(fd);
		return;
	}
	struct dohd_stream *s = calloc(1, sizeof(*s));
	if (s == NULL) {
		close(fd);
		return;
	}
	s->d = d;
	memcpy(s->source, route.source, sizeof(s->source));
	s->transport = way;
	s->conf = (struct riad_http_server){
	    .loop = &d->loop,
	    .tls = way == RIAD_DNS_BY_TCP ? NULL : d->server_tls,
	    .kind = way == RIAD_DNS_BY_HTTPS ? RIAD_HTTP_ANY : RIAD_HTTP_DOT,
	    .path = "/dns-query",
	    .max_body = RIAD_DNS_MESSAGE,
	    .most = STREAMS_AT_ONCE,
	    .idle_ns = SECONDS(IDLE_S),
	    .handshake_ns = SECONDS(HANDSHAKE_S),
	    .asked = asked,
	    .ended = ended,
	    .ctx = s,
	};
	s->http = riad_http_accept(&s->conf, fd);
	if (s->http == NULL) {
		free(s);
		return;
	}
	s->next = d->streams;
	if (d->streams != NULL)
		d->streams->prev = s;
	d->streams = s;
	d->stream_count++;
}

void
dohd_stream_reply(const struct riad_dns_route *route, const uint8_t *message,
    size_t len, uint32_t ttl)
{
	struct dohd_stream *s = route->channel;

	s->waiting--;
	(void)riad_http_reply(s->http, route->id, message, len, ttl);
}

void
dohd_streams_close(struct dohd *d)
{
	for (struct dohd_stream *s = d->streams, *next; s != NULL; s = next) {
		next = s->next;
		drop(s);
	}
}
