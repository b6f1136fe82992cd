/* SPDX-License-Identifier: ISC */
/*
 * Messages with two bytes of length before each, over TLS (RFC 7858).
 *
 * Answers come in any order (RFC 7766 section 7).  Requests are sent with ids
 * of ours, so that two callers may have the same one; an answer gets back the
 * id that its request came with.
 */

#include <errno.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"

enum { HEADER = 12 }; /* of a DNS message */

/* Of replies of a server that wait for its client. */
enum { HELD_MAX = 1 << 17 };

struct dot {
	struct riad_buf in; /* a message that isn't whole */
	uint16_t next_id;   /* of a client */
	uint16_t unused;    /* how many ids from there on are not in flight */
	uint64_t asked;     /* of a server: the id of the last one */
};

static int
dot_start(struct riad_http *http)
{
	struct dot *dot = calloc(1, sizeof(*dot));

	http->state = dot;
	if (dot == NULL)
		return conn_fail(http, RIAD_HTTP_PROTOCOL, strerror(errno));
	riad_buf_init(&dot->in, 2 + 65535);
	(void)RAND_bytes((uint8_t *)&dot->next_id, sizeof(dot->next_id));
	return 0;
}

static void
dot_free(struct riad_http *http)
{
	struct dot *dot = http->state;

	riad_buf_free(&dot->in);
	free(dot);
}

/* One message of an answer. */
static int
answer(struct riad_http *http, const uint8_t *msg, size_t len)
{
	uint16_t id;
	uint32_t at = http->oldest;

	if (len < HEADER)
		return conn_fail(http, RIAD_HTTP_PROTOCOL,
		    "an answer is shorter than a header");
	id = (uint16_t)(msg[0] << 8 | msg[1]);
	while (at != NOWHERE &&
	       (http->slots[at].state != SENT || http->slots[at].sent_id != id))
		at = http->slots[at].next;
	if (at == NOWHERE) {
		/* It may be of a request that was given up. */
		if (conn_pay(http, 1) == -1)
			return conn_fail(http, RIAD_HTTP_PROTOCOL,
			    "too many answers to nothing");
		return 0;
	}
	struct slot *slot = &http->slots[at];
	slot->begun = true;
	if (conn_body(http, slot, msg, len) == -1) {
		conn_answer(http, at, RIAD_HTTP_TOOLONG,
		    "the answer is too long", false);
		return conn_stopped(http) ? -1 : 0;
	}
	slot->body.data[0] = (uint8_t)(slot->id >> 8);
	slot->body.data[1] = (uint8_t)slot->id;
	conn_answer(http, at, RIAD_HTTP_FINE, "", false);
	return conn_stopped(http) ? -1 : 0;
}

/* Takes whole messages; what is left begins one. */
static ssize_t
take(struct riad_http *http, const uint8_t *data, size_t len,
    int (*take_one)(struct riad_http *, const uint8_t *, size_t))
{
	size_t at = 0;

	while (len - at >= 2) {
		size_t need = (size_t)(data[at] << 8 | data[at + 1]);
		if (len - at - 2 < need)
			break;
		if (take_one(http, data + at + 2, need) == -1)
			return -1;
		at += 2 + need;
	}
	return (ssize_t)at;
}

static int
input(struct riad_http *http, const uint8_t *data, size_t len,
    int (*take_one)(struct riad_http *, const uint8_t *, size_t))
{
	struct dot *dot = http->state;
	ssize_t n;

	while (dot->in.len != 0 && len != 0) {
		/* Only as much as makes the first one whole. */
		size_t need = 2;
		if (dot->in.len >= 2)
			need +=
			    (size_t)(dot->in.data[0] << 8 | dot->in.data[1]);
		size_t more = need - dot->in.len;
		if (more > len)
			more = len;
		if (riad_buf_add(&dot->in, data, more) == -1)
			return conn_fail(
			    http, RIAD_HTTP_PROTOCOL, strerror(errno));
		data += more;
		len -= more;
		n = take(http, dot->in.data, dot->in.len, take_one);
		if (n == -1)
			return -1;
		if (n != 0)
			dot->in.len = 0;
	}
	n = take(http, data, len, take_one);
	if (n == -1)
		return -1;
	if (riad_buf_add(&dot->in, data + n, len - (size_t)n) == -1)
		return conn_fail(http, RIAD_HTTP_PROTOCOL, strerror(errno));
	return 0;
}

static int
client_input(struct riad_http *http, const uint8_t *data, size_t len)
{
	return input(http, data, len, answer);
}

static bool
dot_takes(const struct riad_http *http)
{
	(void)http;
	return true;
}

static int
put(struct riad_http *http, const uint8_t *msg, size_t len)
{
	const uint8_t head[2] = {(uint8_t)(len >> 8), (uint8_t)len};

	if (riad_buf_reserve(&http->out, len + 2) == -1)
		return -1;
	(void)riad_buf_add(&http->out, head, 2);
	return riad_buf_add(&http->out, msg, len);
}

/* Few of all ids are in flight, so this is seldom needed. */
static void
find_unused(struct riad_http *http)
{
	struct dot *dot = http->state;

	for (;;) {
		uint16_t n = UINT16_MAX;
		for (uint32_t i = http->oldest; i != NOWHERE;
		     i = http->slots[i].next) {
			const struct slot *slot = &http->slots[i];
			uint16_t ahead =
			    (uint16_t)(slot->sent_id - dot->next_id);
			if (slot->state == SENT && ahead < n)
				n = ahead;
		}
		dot->unused = n;
		if (n != 0)
			return;
		dot->next_id++;
	}
}

static int
dot_send(struct riad_http *http, uint32_t at)
{
	struct dot *dot = http->state;
	struct slot *slot = &http->slots[at];

	if (dot->unused == 0)
		find_unused(http);
	dot->unused--;
	slot->sent_id = dot->next_id++;
	if (slot->out_len >= 2) {
		slot->out[0] = (uint8_t)(slot->sent_id >> 8);
		slot->out[1] = (uint8_t)slot->sent_id;
	}
	if (put(http, slot->out, slot->out_len) == -1)
		return conn_fail(http, RIAD_HTTP_CLOSED, strerror(errno));
	return 0;
}

static void
dot_cancel(struct riad_http *http, uint32_t at)
{
	(void)http;
	(void)at;
}

const struct protocol dot_client = {
    .version = 0,
    .start = dot_start,
    .input = client_input,
    .takes = dot_takes,
    .send = dot_send,
    .cancel = dot_cancel,
    .free = dot_free,
};

/* One message of a request. */
static int
asked(struct riad_http *http, const uint8_t *msg, size_t len)
{
	struct dot *dot = http->state;
	struct riad_http_request request = {
	    .http = http, .id = ++dot->asked, .body = msg, .len = len};

	if (len < HEADER || len > http->server->max_body)
		return conn_fail(http, RIAD_HTTP_PROTOCOL,
		    "a message shorter than a header, or too long");
	http->sent++;
	http->active = http->loop->now;
	conn_earn(http);
	http->server->asked(http->server->ctx, &request);
	return conn_stopped(http) ? -1 : 0;
}

/* Those that don't read what they asked for may ask no more. */
static void
hold_back(struct riad_http *http)
{
	bool full = http->shutting || http->sent >= http->server->most ||
		    http->out.len > HELD_MAX;

	if (http->full && !full)
		http->again = true;
	http->full = full;
}

static int
server_input(struct riad_http *http, const uint8_t *data, size_t len)
{
	int got = input(http, data, len, asked);

	if (got == 0)
		hold_back(http);
	return got;
}

static int
dot_reply(struct riad_http *http, uint64_t id, unsigned status,
    const uint8_t *body, size_t len, uint32_t ttl)
{
	(void)id;
	(void)ttl;
	http->sent--;
	http->active = http->loop->now;
	if (status == 200 && put(http, body, len) == -1)
		return conn_fail(
		    http, RIAD_HTTP_CLOSED, "it doesn't read what we send");
	hold_back(http);
	return 0;
}

/* When replies went out, more may be read. */
static void
dot_sent(struct riad_http *http)
{
	hold_back(http);
}

/* A client may say that it has asked all it wants, and wait for the answers. */
static void
dot_eof(struct riad_http *http)
{
	if (http->sent == 0 && http->out.len == 0)
		return;
	http->shutting = true;
	hold_back(http);
}

const struct protocol dot_server = {
    .version = 0,
    .start = dot_start,
    .input = server_input,
    .eof = dot_eof,
    .sent = dot_sent,
    .reply = dot_reply,
    .free = dot_free,
};
