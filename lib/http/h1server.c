/* SPDX-License-Identifier: ISC */
/*
 * HTTP/1.1, the server's side.  A connection's requests are dealt with one
 * after the other; what a client sends ahead waits.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "dohrequest.h"
#include "h1parse.h"

struct h1_server {
	struct h1 h1;
	struct request request;
	struct riad_buf ahead; /* what was read beyond the request at hand */
	uint64_t id;           /* of that request */
	bool busy;             /* it waits for its reply */
	bool reading;
};

static int
on_start(void *ctx, const char *method, size_t method_len, const char *target,
    size_t target_len)
{
	struct riad_http *http = ctx;
	struct h1_server *s = http->state;

	request_method(&s->request, method, method_len);
	request_target(&s->request, http->server->path, target, target_len);
	return 0;
}

static int
on_field(void *ctx, const uint8_t *name, size_t name_len, const uint8_t *value,
    size_t value_len)
{
	struct riad_http *http = ctx;
	struct h1_server *s = http->state;

	return request_field(&s->request, name, name_len, value, value_len);
}

static int
on_head(void *ctx)
{
	struct riad_http *http = ctx;
	const struct h1_server *s = http->state;

	if (s->h1.expects && (s->h1.chunked || s->h1.has_length) &&
	    s->h1.minor >= 1)
		return riad_buf_addstr(
		    &http->out, "HTTP/1.1 100 Continue\r\n\r\n");
	return 0;
}

static int
on_body(void *ctx, const uint8_t *data, size_t len)
{
	struct riad_http *http = ctx;
	struct h1_server *s = http->state;

	return request_body(&s->request, data, len);
}

static const struct h1_events events = {
    .start = on_start,
    .field = on_field,
    .head = on_head,
    .body = on_body,
};

static int
h1_start(struct riad_http *http)
{
	struct h1_server *s = calloc(1, sizeof(*s));

	http->state = s;
	if (s == NULL)
		return conn_fail(http, RIAD_HTTP_PROTOCOL, strerror(errno));
	h1_init(&s->h1, true, http->server->max_body, &events, http);
	request_init(&s->request, http->server->max_body);
	/* One read, which a reply lets go on. */
	riad_buf_init(&s->ahead, 2 * RECORD);
	return 0;
}

static void
server_free(struct riad_http *http)
{
	struct h1_server *s = http->state;

	h1_free(&s->h1);
	riad_buf_free(&s->request.body);
	riad_buf_free(&s->ahead);
	free(s);
}

static int
write_reply(struct riad_http *http, unsigned status, const uint8_t *body,
    size_t len, uint32_t ttl, bool close)
{
	struct riad_buf *out = &http->out;
	int bad =
	    riad_buf_addf(out, "HTTP/1.1 %u %s\r\nContent-Length: %zu\r\n",
		status, status_words(status), len);

	if (status == 200)
		bad |= riad_buf_addf(out,
		    "Content-Type: application/dns-message\r\n"
		    "Cache-Control: max-age=%u\r\n",
		    ttl);
	else if (status == 405)
		bad |= riad_buf_addstr(out, "Allow: GET, POST\r\n");
	bad |=
	    riad_buf_addstr(out, close ? "Connection: close\r\n\r\n" : "\r\n");
	bad |= riad_buf_add(out, body, len);
	if (bad != 0)
		return conn_fail(
		    http, RIAD_HTTP_CLOSED, "it doesn't read what we send");
	conn_wake(http);
	return 0;
}

static int
h1_reply(struct riad_http *http, uint64_t id, unsigned status,
    const uint8_t *body, size_t len, uint32_t ttl)
{
	struct h1_server *s = http->state;
	bool close = s->h1.close || s->h1.minor == 0 || http->shutting;

	if (!s->busy || id != s->id)
		return 0;
	s->busy = false;
	http->sent--;
	http->active = http->loop->now;
	request_clear(&s->request);
	if (close)
		http->shutting = true;
	if (write_reply(http, status, body, len, ttl, close) == -1)
		return -1;
	http->full = close;
	http->again = !close && !s->reading;
	return 0;
}

/* What cannot be read is answered, and nothing is read after it. */
static int
malformed(struct riad_http *http)
{
	struct h1_server *s = http->state;
	unsigned status = 400;

	if (s->h1.too_long || s->request.too_long)
		status = 413;
	else if (s->h1.header >= H1_HEADER_MAX / 2)
		status = 431;
	http->shutting = http->full = true;
	return write_reply(http, status, NULL, 0, 0, true);
}

static int
whole(struct riad_http *http)
{
	struct h1_server *s = http->state;
	unsigned status = request_judge(&s->request);

	s->busy = true;
	s->id++;
	http->sent++;
	http->active = http->loop->now;
	conn_earn(http);
	if (status != 0)
		return h1_reply(http, s->id, status, NULL, 0, 0);
	struct riad_http_request request = {
	    .http = http,
	    .id = s->id,
	    .body = s->request.body.data,
	    .len = s->request.body.len,
	};
	http->full = true;
	http->server->asked(http->server->ctx, &request);
	return conn_stopped(http) ? -1 : 0;
}

static int
read_requests(struct riad_http *http, const uint8_t *data, size_t len)
{
	struct h1_server *s = http->state;
	size_t at = 0, used;

	while (at < len && !s->busy && !http->shutting) {
		int got = h1_read(&s->h1, data + at, len - at, &used);
		at += used;
		if (got == -1)
			return malformed(http);
		if (got == 1 && whole(http) == -1)
			return -1;
	}
	/* data may be what is ahead already. */
	if (data == s->ahead.data) {
		memmove(s->ahead.data, s->ahead.data + at, len - at);
		s->ahead.len -= at;
	} else if (!http->shutting &&
		   riad_buf_add(&s->ahead, data + at, len - at) == -1) {
		return conn_fail(http, RIAD_HTTP_PROTOCOL, strerror(errno));
	}
	return 0;
}

static int
h1_input(struct riad_http *http, const uint8_t *data, size_t len)
{
	struct h1_server *s = http->state;
	int got = 0;

	s->reading = true;
	if (s->ahead.len != 0)
		got = read_requests(http, s->ahead.data, s->ahead.len);
	if (got == 0 && len != 0)
		got = s->ahead.len != 0 ? riad_buf_add(&s->ahead, data, len)
					: read_requests(http, data, len);
	if (!conn_stopped(http))
		s->reading = false;
	return got;
}

const struct protocol h1_server = {
    .version = 1,
    .start = h1_start,
    .input = h1_input,
    .reply = h1_reply,
    .free = server_free,
};
