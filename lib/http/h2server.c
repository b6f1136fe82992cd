/* SPDX-License-Identifier: ISC */
/* HTTP/2, the server's side: RFC 9113 by nghttp2, RFC 8484. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "dohrequest.h"
#include "h2.h"

/* Of replies that the client doesn't take; more streams are reset. */
enum { HELD_MAX = 1 << 20 };

/* Streams that are kept for the next ones. */
enum { SPARES = 8 };

struct stream {
	struct stream *next, *prev; /* of those that are open, or spare */
	int32_t id;
	bool asked; /* and not replied to yet */
	bool replied;
	size_t sent; /* of the reply, which takes the place of the message */
	struct request request;
};

struct h2 {
	nghttp2_session *session; /* first: h2.c finds it there */
	struct stream *open, *spare;
	size_t spares;
	size_t held;
};

static struct stream *
find(const struct riad_http *http, int32_t id)
{
	const struct h2 *h2 = http->state;

	return nghttp2_session_get_stream_user_data(h2->session, id);
}

static void
drop_stream(struct stream *stream)
{
	riad_buf_free(&stream->request.body);
	free(stream);
}

/* Declared here since a request may be refused while it comes. */
static int reply(struct riad_http *http, uint64_t id, unsigned status,
    const uint8_t *body, size_t len, uint32_t ttl);

static int
on_begin_frame(nghttp2_session *session, const nghttp2_frame_hd *hd, void *data)
{
	struct riad_http *http = data;

	(void)session;
	/* DATA with something in it is paid back. */
	if (hd->type != NGHTTP2_HEADERS && conn_pay(http, 1) == -1)
		return conn_fail(http, RIAD_HTTP_PROTOCOL,
		    "too many frames that ask nothing");
	return h2_go_on(http);
}

static int
on_begin_headers(
    nghttp2_session *session, const nghttp2_frame *frame, void *data)
{
	struct riad_http *http = data;
	struct h2 *h2 = http->state;
	struct stream *stream = h2->spare;

	if (frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	if (stream != NULL) {
		h2->spare = stream->next;
		h2->spares--;
	} else {
		stream = calloc(1, sizeof(*stream));
		if (stream == NULL)
			return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
		request_init(&stream->request, http->server->max_body);
	}
	stream->next = h2->open;
	stream->prev = NULL;
	if (h2->open != NULL)
		h2->open->prev = stream;
	h2->open = stream;
	stream->id = frame->hd.stream_id;
	stream->asked = stream->replied = false;
	stream->sent = 0;
	return nghttp2_session_set_stream_user_data(
		   session, stream->id, stream) == 0
		   ? 0
		   : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static int
on_header(nghttp2_session *session, const nghttp2_frame *frame,
    const uint8_t *name, size_t name_len, const uint8_t *value,
    size_t value_len, uint8_t flags, void *data)
{
	struct riad_http *http = data;
	struct stream *stream = find(http, frame->hd.stream_id);
	struct request *r;

	(void)session;
	(void)flags;
	if (stream == NULL)
		return 0;
	r = &stream->request;
	if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
		if (name_len == 7 && memcmp(name, ":method", 7) == 0)
			request_method(r, (const char *)value, value_len);
		else if (name_len == 5 && memcmp(name, ":path", 5) == 0)
			request_target(r, http->server->path,
			    (const char *)value, value_len);
	} else {
		name_len = 0; /* of a trailer, only the size matters */
	}
	return request_field(r, name, name_len, value, value_len) == 0
		   ? 0
		   : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

static int
on_data(nghttp2_session *session, uint8_t flags, int32_t id,
    const uint8_t *bytes, size_t len, void *data)
{
	struct riad_http *http = data;
	struct stream *stream = find(http, id);

	(void)session;
	(void)flags;
	/* One that is too long is answered at its end, if that comes soon: a
	 * window is all that is read of it. */
	if (stream == NULL || stream->replied)
		return 0;
	http->credit++;
	if (request_body(&stream->request, bytes, len) == -1)
		return reply(http, (uint64_t)id, 413, NULL, 0, 0) == 0
			   ? 0
			   : NGHTTP2_ERR_CALLBACK_FAILURE;
	return 0;
}

static int
on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *data)
{
	struct riad_http *http = data;
	struct stream *stream;
	unsigned status;

	(void)session;
	if ((frame->hd.type != NGHTTP2_HEADERS &&
		frame->hd.type != NGHTTP2_DATA) ||
	    (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
		return 0;
	stream = find(http, frame->hd.stream_id);
	if (stream == NULL || stream->replied)
		return 0;
	http->active = http->loop->now;
	http->idle_bytes = 0;
	status = request_judge(&stream->request);
	if (status != 0)
		return reply(http, (uint64_t)stream->id, status, NULL, 0, 0) ==
			       0
			   ? 0
			   : NGHTTP2_ERR_CALLBACK_FAILURE;
	struct riad_http_request request = {
	    .http = http,
	    .id = (uint64_t)stream->id,
	    .body = stream->request.body.data,
	    .len = stream->request.body.len,
	};
	stream->asked = true;
	http->sent++;
	http->server->asked(http->server->ctx, &request);
	return h2_go_on(http);
}

static int
on_close(nghttp2_session *session, int32_t id, uint32_t code, void *data)
{
	struct riad_http *http = data;
	struct h2 *h2 = http->state;
	struct stream *stream = find(http, id);

	(void)session;
	if (stream == NULL)
		return 0;
	if (stream->asked)
		http->sent--;
	if (stream->replied)
		h2->held -= stream->request.body.len;
	if (stream->replied && code == NGHTTP2_NO_ERROR) {
		http->active = http->loop->now;
		conn_earn(http);
	} else if (conn_pay(http, 10) == -1) {
		(void)conn_fail(
		    http, RIAD_HTTP_PROTOCOL, "too many streams are reset");
	}
	if (stream->prev != NULL)
		stream->prev->next = stream->next;
	else
		h2->open = stream->next;
	if (stream->next != NULL)
		stream->next->prev = stream->prev;
	if (h2->spares < SPARES) {
		request_clear(&stream->request);
		stream->request.body.max = http->server->max_body;
		stream->next = h2->spare;
		h2->spare = stream;
		h2->spares++;
	} else {
		drop_stream(stream);
	}
	return h2_go_on(http);
}

static ssize_t
read_reply(nghttp2_session *session, int32_t id, uint8_t *buf, size_t size,
    uint32_t *flags, nghttp2_data_source *source, void *data)
{
	struct stream *stream = source->ptr;
	struct riad_buf *body = &stream->request.body;
	size_t n = body->len - stream->sent;

	(void)session;
	(void)id;
	(void)data;
	if (n > size)
		n = size;
	if (n != 0)
		memcpy(buf, body->data + stream->sent, n);
	stream->sent += n;
	if (stream->sent == body->len)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

/* Replies that nobody reads are not kept for ever. */
static int
hold(struct riad_http *http, struct stream *stream, const uint8_t *body,
    size_t len)
{
	struct h2 *h2 = http->state;
	struct riad_buf *held = &stream->request.body;

	held->len = 0;
	held->max = 65535;
	if (h2->held + len > HELD_MAX || riad_buf_add(held, body, len) == -1) {
		(void)nghttp2_submit_rst_stream(h2->session, NGHTTP2_FLAG_NONE,
		    stream->id, NGHTTP2_ENHANCE_YOUR_CALM);
		return -1;
	}
	h2->held += len;
	return 0;
}

static int
reply(struct riad_http *http, uint64_t id, unsigned status, const uint8_t *body,
    size_t len, uint32_t ttl)
{
	struct h2 *h2 = http->state;
	struct stream *stream = find(http, (int32_t)id);
	char code[8], length[24], age[24];
	nghttp2_nv nva[4];
	size_t n = 0;

	if (stream == NULL || stream->replied)
		return 0;
	if (stream->asked)
		http->sent--;
	stream->asked = false;
	stream->replied = true;
	if (hold(http, stream, body, len) == -1) {
		stream->request.body.len = 0;
		return 0;
	}
	snprintf(code, sizeof(code), "%03u", status % 1000);
	snprintf(length, sizeof(length), "%zu", len);
	nva[n++] = h2_field(":status", code, false);
	nva[n++] = h2_field("content-length", length, false);
	if (status == 200) {
		snprintf(age, sizeof(age), "max-age=%u", ttl);
		nva[n++] =
		    h2_field("content-type", "application/dns-message", true);
		nva[n] = h2_field("cache-control", age, false);
		/* Each differs, and the table is small. */
		nva[n++].flags |= NGHTTP2_NV_FLAG_NO_INDEX;
	} else if (status == 405) {
		nva[n++] = h2_field("allow", "GET, POST", true);
	}
	nghttp2_data_provider source = {{.ptr = stream}, read_reply};
	int bad = nghttp2_submit_response(
	    h2->session, (int32_t)id, nva, n, len != 0 ? &source : NULL);
	if (bad == 0)
		return 0;
	return conn_fail(http, RIAD_HTTP_PROTOCOL, nghttp2_strerror(bad));
}

static int
h2_start(struct riad_http *http)
{
	const nghttp2_settings_entry settings[] = {
	    {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, http->server->most},
	    {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, 16384},
	};
	nghttp2_session_callbacks *calls = NULL;
	nghttp2_option *option = NULL;
	struct h2 *h2 = calloc(1, sizeof(*h2));

	http->state = h2;
	if (h2 == NULL || nghttp2_session_callbacks_new(&calls) != 0)
		goto fail;
	if (nghttp2_option_new(&option) != 0) {
		nghttp2_session_callbacks_del(calls);
		goto fail;
	}
	nghttp2_session_callbacks_set_on_begin_frame_callback(
	    calls, on_begin_frame);
	nghttp2_session_callbacks_set_on_begin_headers_callback(
	    calls, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(calls, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
	    calls, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(calls, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(calls, on_close);
	nghttp2_session_callbacks_set_error_callback2(calls, h2_on_error);
	/* Closed streams are of use to priorities, which we don't have. */
	nghttp2_option_set_no_closed_streams(option, 1);
	nghttp2_option_set_max_outbound_ack(option, 100);
	int bad =
	    nghttp2_session_server_new2(&h2->session, calls, http, option);
	nghttp2_session_callbacks_del(calls);
	nghttp2_option_del(option);
	if (bad != 0 ||
	    nghttp2_submit_settings(h2->session, NGHTTP2_FLAG_NONE, settings,
		sizeof(settings) / sizeof(*settings)) != 0)
		goto fail;
	return 0;
fail:
	return conn_fail(http, RIAD_HTTP_PROTOCOL, strerror(ENOMEM));
}

static void
drop_streams(struct stream *stream)
{
	while (stream != NULL) {
		struct stream *next = stream->next;
		drop_stream(stream);
		stream = next;
	}
}

static void
h2_free(struct riad_http *http)
{
	struct h2 *h2 = http->state;

	/* The session forgets its streams without a word. */
	nghttp2_session_del(h2->session);
	drop_streams(h2->open);
	drop_streams(h2->spare);
	free(h2);
}

static void
h2_shut(struct riad_http *http)
{
	const struct h2 *h2 = http->state;

	(void)nghttp2_submit_goaway(h2->session, NGHTTP2_FLAG_NONE,
	    nghttp2_session_get_last_proc_stream_id(h2->session),
	    NGHTTP2_NO_ERROR, NULL, 0);
}

const struct protocol h2_server = {
    .version = 2,
    .start = h2_start,
    .input = h2_input,
    .output = h2_output,
    .reply = reply,
    .shut = h2_shut,
    .free = h2_free,
};
