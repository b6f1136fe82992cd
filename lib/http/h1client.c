/* SPDX-License-Identifier: ISC */
/* HTTP/1.1, the client's side: one request at a time (RFC 9112, RFC 8484). */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "h1parse.h"

struct h1_client {
	struct h1 h1;
	uint32_t at; /* the request in flight, or NOWHERE */
};

static int
on_field(void *ctx, const uint8_t *name, size_t name_len, const uint8_t *value,
    size_t value_len)
{
	struct riad_http *http = ctx;
	const struct h1_client *c = http->state;
	struct slot *slot = &http->slots[c->at];

	slot_header(slot, name, name_len, value, value_len);
	return 0;
}

static int
on_head(void *ctx)
{
	struct riad_http *http = ctx;
	const struct h1_client *c = http->state;
	struct slot *slot = &http->slots[c->at];

	slot->begun = true;
	slot->status = (uint16_t)c->h1.status;
	if (c->h1.status >= 200)
		return 0;
	slot->type = slot->encoded = false;
	slot->age = 0;
	return conn_pay(http, 1);
}

static int
on_body(void *ctx, const uint8_t *data, size_t len)
{
	struct riad_http *http = ctx;
	const struct h1_client *c = http->state;

	return conn_body(http, &http->slots[c->at], data, len);
}

static const struct h1_events events = {
    .field = on_field,
    .head = on_head,
    .body = on_body,
};

static int
h1_start(struct riad_http *http)
{
	struct h1_client *c = calloc(1, sizeof(*c));

	http->state = c;
	if (c == NULL)
		return conn_fail(http, RIAD_HTTP_PROTOCOL, strerror(errno));
	c->at = NOWHERE;
	h1_init(&c->h1, false, http->client->max_body, &events, http);
	return 0;
}

static void
client_free(struct riad_http *http)
{
	struct h1_client *c = http->state;

	h1_free(&c->h1);
	free(c);
}

/* The answer is whole. */
static int
done(struct riad_http *http)
{
	struct h1_client *c = http->state;
	uint32_t at = c->at;

	c->at = NOWHERE;
	if (c->h1.close)
		http->shutting = true;
	conn_judge(http, at);
	if (c->h1.close && !conn_stopped(http))
		conn_refuse_waiting(
		    http, "the server is closing the connection");
	return conn_stopped(http) ? -1 : 0;
}

static int
h1_input(struct riad_http *http, const uint8_t *data, size_t len)
{
	struct h1_client *c = http->state;
	size_t used;

	/* A server that gives up waiting may say so before it closes. */
	if (c->at == NOWHERE)
		return conn_fail(http, RIAD_HTTP_CLOSED,
		    "an answer that nothing was asked for");
	switch (h1_read(&c->h1, data, len, &used)) {
	case 0:
		http->slots[c->at].begun = true;
		return 0;
	case 1:
		if (used != len)
			return conn_fail(http, RIAD_HTTP_PROTOCOL,
			    "HTTP/1.1: more than the answer");
		return done(http);
	default:
		http->slots[c->at].begun = true;
		return conn_fail(http,
		    c->h1.too_long ? RIAD_HTTP_TOOLONG : RIAD_HTTP_PROTOCOL,
		    c->h1.why);
	}
}

static void
h1_eof(struct riad_http *http)
{
	struct h1_client *c = http->state;

	if (c->at == NOWHERE)
		return;
	if (h1_end(&c->h1) == 1)
		(void)done(http);
	else if (http->slots[c->at].begun)
		(void)conn_fail(http, RIAD_HTTP_CLOSED,
		    "closed by the peer in the middle of an answer");
}

static bool
h1_takes(const struct riad_http *http)
{
	const struct h1_client *c = http->state;

	return c->at == NOWHERE;
}

static int
h1_send(struct riad_http *http, uint32_t at)
{
	const struct riad_http_client *conf = http->client;
	struct h1_client *c = http->state;
	struct slot *slot = &http->slots[at];
	char authority[AUTHORITY_MAX];
	int bad;

	c->at = at;
	if (conf->get)
		bad = riad_buf_addf(&http->out, "GET %.*s HTTP/1.1\r\n",
		    (int)slot->out_len, (const char *)slot->out);
	else
		bad = riad_buf_addf(
		    &http->out, "POST %s HTTP/1.1\r\n", conf->path);
	bad |= riad_buf_addf(&http->out,
	    "Host: %s\r\nAccept: application/dns-message\r\n",
	    authority_of(authority, conf));
	if (!conf->get) {
		bad |= riad_buf_addf(&http->out,
		    "Content-Type: application/dns-message\r\n"
		    "Content-Length: %u\r\n\r\n",
		    slot->out_len);
		bad |= riad_buf_add(&http->out, slot->out, slot->out_len);
	} else {
		bad |= riad_buf_addstr(&http->out, "\r\n");
	}
	if (bad != 0)
		return conn_fail(http, RIAD_HTTP_CLOSED, strerror(ENOMEM));
	return 0;
}

/* The answer may still come, so nothing else can be asked here. */
static void
h1_cancel(struct riad_http *http, uint32_t at)
{
	struct h1_client *c = http->state;

	if (c->at != at)
		return;
	c->at = NOWHERE;
	http->shutting = true;
	conn_refuse_waiting(http, "an answer didn't come in time");
}

const struct protocol h1_client = {
    .version = 1,
    .start = h1_start,
    .input = h1_input,
    .eof = h1_eof,
    .takes = h1_takes,
    .send = h1_send,
    .cancel = h1_cancel,
    .free = client_free,
};
