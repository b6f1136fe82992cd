/* SPDX-License-Identifier: ISC */
/* HTTP/2, the client's side: RFC 9113 by nghttp2, RFC 8484. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "h2.h"

/* As much of all streams together may be on its way to us. */
enum { WINDOW = 1 << 20 };

struct h2 {
	nghttp2_session *session; /* first: h2.c finds it there */
	char authority[AUTHORITY_MAX];
	char length[8];
	nghttp2_nv post[7], get[5];
};

/* Index 0 is no user data to nghttp2. */
static void *
name_slot(uint32_t at)
{
	uintptr_t name = (uintptr_t)at + 1;
	void *data;

	memcpy(&data, &name, sizeof(data));
	return data;
}

static struct slot *
find(struct riad_http *http, int32_t stream, uint32_t *at)
{
	const struct h2 *h2 = http->state;
	void *name = nghttp2_session_get_stream_user_data(h2->session, stream);
	uintptr_t i = (uintptr_t)name;

	/* What was answered already may be another request by now. */
	if (i == 0 || i > http->slots_len ||
	    http->slots[i - 1].stream != stream)
		return NULL;
	*at = (uint32_t)(i - 1);
	return &http->slots[i - 1];
}

static int
on_begin_frame(nghttp2_session *session, const nghttp2_frame_hd *hd, void *data)
{
	struct riad_http *http = data;

	(void)session;
	/* DATA with something in it is paid back. */
	if (hd->type != NGHTTP2_HEADERS && conn_pay(http, 1) == -1)
		return conn_fail(http, RIAD_HTTP_PROTOCOL,
		    "too many frames that answer nothing");
	return h2_go_on(http);
}

static int
on_header(nghttp2_session *session, const nghttp2_frame *frame,
    const uint8_t *name, size_t name_len, const uint8_t *value,
    size_t value_len, uint8_t flags, void *data)
{
	struct riad_http *http = data;
	uint32_t at;
	struct slot *slot = find(http, frame->hd.stream_id, &at);

	(void)session;
	(void)flags;
	if (slot == NULL)
		return 0;
	if (slot->final)
		name_len = 0; /* of a trailer, only the size matters */
	/* nghttp2 has seen that it is three digits. */
	if (name_len == 7 && memcmp(name, ":status", 7) == 0)
		slot->status =
		    (uint16_t)((value[0] - '0') * 100 + (value[1] - '0') * 10 +
			       (value[2] - '0'));
	slot_header(slot, name, name_len, value, value_len);
	return slot->too_long ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE : 0;
}

static int
on_data(nghttp2_session *session, uint8_t flags, int32_t stream,
    const uint8_t *bytes, size_t len, void *data)
{
	struct riad_http *http = data;
	uint32_t at;
	struct slot *slot = find(http, stream, &at);

	(void)flags;
	if (slot == NULL)
		return 0;
	http->credit++;
	if (conn_body(http, slot, bytes, len) == 0)
		return 0;
	(void)nghttp2_submit_rst_stream(
	    session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
	conn_answer(
	    http, at, RIAD_HTTP_TOOLONG, "the answer is too long", false);
	return h2_go_on(http);
}

static void
on_goaway(struct riad_http *http)
{
	http->shutting = true;
	conn_refuse_waiting(http, "the server is closing the connection");
}

static int
on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *data)
{
	struct riad_http *http = data;
	struct slot *slot;
	uint32_t at;

	switch (frame->hd.type) {
	case NGHTTP2_GOAWAY:
		on_goaway(http);
		return h2_go_on(http);
	case NGHTTP2_HEADERS:
	case NGHTTP2_DATA:
		break;
	default:
		return 0;
	}
	slot = find(http, frame->hd.stream_id, &at);
	if (slot == NULL)
		return 0;
	if (frame->hd.type == NGHTTP2_HEADERS && !slot->final) {
		slot->final = slot->status >= 200;
		if (!slot->final) {
			slot->status = 0;
			slot->type = slot->encoded = false;
			slot->age = 0;
			if (conn_pay(http, 1) == -1)
				return conn_fail(http, RIAD_HTTP_PROTOCOL,
				    "too many informational answers");
		}
	}
	if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
		return 0;
	slot->complete = true;
	/* It answered before it had the whole request. */
	if (slot->out_at < slot->out_len && !http->client->get)
		(void)nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE,
		    frame->hd.stream_id, NGHTTP2_NO_ERROR);
	return 0;
}

static int
on_close(nghttp2_session *session, int32_t stream, uint32_t code, void *data)
{
	struct riad_http *http = data;
	uint32_t at;
	struct slot *slot = find(http, stream, &at);

	(void)session;
	if (slot == NULL || http->ended)
		return 0;
	if (slot->complete && code == NGHTTP2_NO_ERROR) {
		conn_judge(http, at);
		return h2_go_on(http);
	}
	if (conn_pay(http, 4) == -1)
		(void)conn_fail(
		    http, RIAD_HTTP_PROTOCOL, "too many streams are reset");
	if (code == NGHTTP2_REFUSED_STREAM && !slot->begun) {
		if (conn_again(http, at) == -1)
			conn_answer(http, at, RIAD_HTTP_CLOSED,
			    "the server refused the request", true);
	} else if (slot->too_long) {
		conn_answer(http, at, RIAD_HTTP_PROTOCOL,
		    "the header of the answer is too long", false);
	} else {
		snprintf(http->text, sizeof(http->text), "stream reset: %s",
		    nghttp2_http2_strerror(code));
		conn_answer(http, at, RIAD_HTTP_PROTOCOL, http->text, false);
	}
	return h2_go_on(http);
}

static void
prepare(struct h2 *h2, const struct riad_http_client *conf)
{
	static const char type[] = "application/dns-message";

	(void)authority_of(h2->authority, conf);
	h2->post[0] = h2_field(":method", "POST", true);
	h2->post[1] =
	    h2_field(":scheme", conf->tls != NULL ? "https" : "http", true);
	h2->post[2] = h2_field(":authority", h2->authority, true);
	h2->post[3] = h2_field(":path", conf->path, true);
	h2->post[4] = h2_field("accept", type, true);
	h2->post[5] = h2_field("content-type", type, true);
	h2->post[6] = h2_field("content-length", "", false);
	memcpy(h2->get, h2->post, sizeof(h2->get));
	h2->get[0] = h2_field(":method", "GET", true);
}

static int
h2_start(struct riad_http *http)
{
	static const nghttp2_settings_entry settings[] = {
	    {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
	    {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, 16384},
	};
	nghttp2_session_callbacks *calls = NULL;
	struct h2 *h2 = calloc(1, sizeof(*h2));

	http->state = h2;
	if (h2 == NULL || nghttp2_session_callbacks_new(&calls) != 0)
		goto fail;
	nghttp2_session_callbacks_set_on_begin_frame_callback(
	    calls, on_begin_frame);
	nghttp2_session_callbacks_set_on_header_callback(calls, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
	    calls, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(calls, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(calls, on_close);
	nghttp2_session_callbacks_set_error_callback2(calls, h2_on_error);
	int bad = nghttp2_session_client_new(&h2->session, calls, http);
	nghttp2_session_callbacks_del(calls);
	if (bad != 0)
		goto fail;
	if (nghttp2_submit_settings(h2->session, NGHTTP2_FLAG_NONE, settings,
		sizeof(settings) / sizeof(*settings)) != 0 ||
	    nghttp2_session_set_local_window_size(
		h2->session, NGHTTP2_FLAG_NONE, 0, WINDOW) != 0)
		goto fail;
	prepare(h2, http->client);
	return 0;
fail:
	return conn_fail(http, RIAD_HTTP_PROTOCOL, strerror(ENOMEM));
}

static void
h2_free(struct riad_http *http)
{
	struct h2 *h2 = http->state;

	nghttp2_session_del(h2->session);
	free(h2);
}

static bool
h2_takes(const struct riad_http *http)
{
	const struct h2 *h2 = http->state;

	return http->sent < nghttp2_session_get_remote_settings(h2->session,
				NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

static ssize_t
read_request(nghttp2_session *session, int32_t stream, uint8_t *buf,
    size_t size, uint32_t *flags, nghttp2_data_source *source, void *data)
{
	uint32_t at;
	struct slot *slot = find(data, stream, &at);

	(void)session;
	(void)source;
	if (slot == NULL)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	size_t n = slot->out_len - slot->out_at;
	if (n > size)
		n = size;
	memcpy(buf, slot->out + slot->out_at, n);
	slot->out_at += (uint32_t)n;
	if (slot->out_at == slot->out_len)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

static int
h2_send(struct riad_http *http, uint32_t at)
{
	struct h2 *h2 = http->state;
	struct slot *slot = &http->slots[at];
	nghttp2_data_provider body = {{0}, read_request};
	int32_t stream;

	if (http->client->get) {
		h2->get[3].value = slot->out;
		h2->get[3].valuelen = slot->out_len;
		stream = nghttp2_submit_request(h2->session, NULL, h2->get,
		    sizeof(h2->get) / sizeof(*h2->get), NULL, name_slot(at));
	} else {
		int n = snprintf(
		    h2->length, sizeof(h2->length), "%u", slot->out_len);
		h2->post[6].value = (uint8_t *)h2->length;
		h2->post[6].valuelen = (size_t)n;
		stream = nghttp2_submit_request(h2->session, NULL, h2->post,
		    sizeof(h2->post) / sizeof(*h2->post), &body, name_slot(at));
	}
	if (stream > 0) {
		slot->stream = stream;
		return 0;
	}
	/* Ids are used up, or it is going away. */
	http->shutting = true;
	conn_answer(http, at, RIAD_HTTP_CLOSED, nghttp2_strerror(stream), true);
	conn_refuse_waiting(http, nghttp2_strerror(stream));
	return -1;
}

static void
h2_cancel(struct riad_http *http, uint32_t at)
{
	const struct h2 *h2 = http->state;

	(void)nghttp2_submit_rst_stream(h2->session, NGHTTP2_FLAG_NONE,
	    http->slots[at].stream, NGHTTP2_CANCEL);
}

static void
h2_probe(struct riad_http *http)
{
	const struct h2 *h2 = http->state;

	(void)nghttp2_submit_ping(h2->session, NGHTTP2_FLAG_NONE, NULL);
}

static void
h2_shut(struct riad_http *http)
{
	const struct h2 *h2 = http->state;

	(void)nghttp2_submit_goaway(
	    h2->session, NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR, NULL, 0);
}

const struct protocol h2_client = {
    .version = 2,
    .start = h2_start,
    .input = h2_input,
    .output = h2_output,
    .takes = h2_takes,
    .send = h2_send,
    .cancel = h2_cancel,
    .probe = h2_probe,
    .shut = h2_shut,
    .free = h2_free,
};
