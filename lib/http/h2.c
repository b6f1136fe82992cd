/* SPDX-License-Identifier: ISC */

#include "h2.h"

#include <stdio.h>
#include <string.h>

int
h2_go_on(const struct riad_http *http)
{
	return conn_stopped(http) ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

nghttp2_nv
h2_field(const char *name, const char *value, bool kept)
{
	uint8_t flags = NGHTTP2_NV_FLAG_NO_COPY_NAME;

	if (kept)
		flags |= NGHTTP2_NV_FLAG_NO_COPY_VALUE;
	return (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name),
	    strlen(value), flags};
}

/* The library's own words may quote the peer: only the kind is taken. */
int
h2_on_error(
    nghttp2_session *session, int code, const char *msg, size_t len, void *data)
{
	struct riad_http *http = data;

	(void)session;
	(void)msg;
	(void)len;
	if (!conn_stopped(http))
		snprintf(http->text, sizeof(http->text), "HTTP/2: %s",
		    nghttp2_strerror(code));
	return 0;
}

static int
fail(struct riad_http *http, ssize_t code)
{
	if (conn_stopped(http))
		return -1;
	snprintf(http->text, sizeof(http->text), "HTTP/2: %s",
	    nghttp2_strerror((int)code));
	return conn_fail(http, RIAD_HTTP_PROTOCOL, http->text);
}

/* Has either side more to say? */
static int
over(struct riad_http *http, nghttp2_session *session)
{
	if (nghttp2_session_want_read(session) != 0 ||
	    nghttp2_session_want_write(session) != 0)
		return 0;
	if (http->shutting && http->oldest == NOWHERE)
		return conn_fail(http, RIAD_HTTP_FINE, "closed");
	return conn_fail(http, RIAD_HTTP_PROTOCOL,
	    http->text[0] != '\0' ? http->text
				  : "HTTP/2: the peer broke the protocol");
}

static nghttp2_session *
session_of(const struct riad_http *http)
{
	nghttp2_session *const *session = http->state;

	return *session;
}

int
h2_input(struct riad_http *http, const uint8_t *data, size_t len)
{
	nghttp2_session *session = session_of(http);
	ssize_t n = nghttp2_session_mem_recv(session, data, len);

	if (conn_stopped(http))
		return -1;
	return n < 0 ? fail(http, n) : over(http, session);
}

ssize_t
h2_output(struct riad_http *http, const uint8_t **data)
{
	nghttp2_session *session = session_of(http);
	ssize_t n = nghttp2_session_mem_send(session, data);

	if (n > 0)
		return n;
	/* Its callbacks may have ended the connection. */
	if (n < 0 || conn_stopped(http))
		return fail(http, n);
	return over(http, session);
}
