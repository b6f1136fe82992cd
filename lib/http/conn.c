/* SPDX-License-Identifier: ISC */
/* A connection's socket, its TLS, and its time. */

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn.h"

/* Records of one peer that are read before the others have their turn. */
enum { TURNS = 32, EARLY_ACKS = 4 };

/* Small records cost more than their bytes. */
enum { RECORD_COST = 256 };

bool
conn_stopped(const struct riad_http *http)
{
	return http->failing || http->freed;
}

int
conn_fail(struct riad_http *http, enum riad_http_fault fault, const char *why)
{
	if (!http->failing) {
		http->failing = true;
		http->fault = fault;
		http->why = why;
	}
	return -1;
}

int
conn_pay(struct riad_http *http, int n)
{
	http->credit -= n;
	return http->credit < 0 ? -1 : 0;
}

void
conn_earn(struct riad_http *http)
{
	http->credit += CREDIT_EARNED;
	if (http->credit > CREDIT)
		http->credit = CREDIT;
	http->idle_bytes = 0;
}

/* Of bytes as of frames: as many as all answers in flight may have, and some
 * more. */
static bool
floods(struct riad_http *http, size_t n)
{
	size_t body, flights;

	if (http->client != NULL) {
		body = http->client->max_body;
		flights = http->sent;
	} else {
		body = http->server->max_body;
		flights = http->server->most;
	}
	http->idle_bytes += n + RECORD_COST;
	return http->idle_bytes > (1 << 20) + flights * 2 * (body + RECORD);
}

void
conn_wake(struct riad_http *http)
{
	if (http->flush.place == 0 && !http->ended && !http->freed)
		(void)riad_timer_set(http->loop, &http->flush, 0);
}

/* What a TLS call that returned n wants: 0 to be called again later; -1 when
 * the connection has failed, or has come to its end (*eof). */
static int
tls_wants(struct riad_http *http, int n, bool *eof)
{
	switch (SSL_get_error(http->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		return 0;
	case SSL_ERROR_WANT_WRITE:
		http->want_write = true;
		return 0;
	case SSL_ERROR_ZERO_RETURN:
		*eof = true;
		return -1;
	case SSL_ERROR_SYSCALL:
		return conn_fail(http,
		    http->ready ? RIAD_HTTP_CLOSED : RIAD_HTTP_TLS,
		    errno != 0 ? strerror(errno) : "closed by the peer");
	default:
		if (ERR_GET_REASON(ERR_peek_error()) ==
		    SSL_R_UNEXPECTED_EOF_WHILE_READING) {
			if (!http->ready)
				return conn_fail(http, RIAD_HTTP_TLS,
				    "closed by the peer in the TLS handshake");
			return conn_fail(
			    http, RIAD_HTTP_CLOSED, "closed by the peer");
		}
		return conn_fail(http, RIAD_HTTP_TLS, tls_why(http));
	}
}

/* Bytes that were sent; 0: none now, -1: failed. */
static ssize_t
put(struct riad_http *http, const uint8_t *data, size_t len)
{
	bool eof = false;

	if (http->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		int n = SSL_write(http->ssl, data, (int)len);
		return n > 0 ? n : tls_wants(http, n, &eof);
	}
	for (;;) {
		ssize_t n = send(http->watch.fd, data, len, MSG_NOSIGNAL);
		if (n >= 0)
			return n;
		if (errno == EAGAIN) {
			http->want_write = true;
			return 0;
		}
		if (errno != EINTR)
			return conn_fail(
			    http, RIAD_HTTP_CLOSED, strerror(errno));
	}
}

/* Puts all of data, or keeps the rest.  1: all; 0: some; -1. */
static int
put_all(struct riad_http *http, const uint8_t *data, size_t len)
{
	while (len != 0) {
		ssize_t n = put(http, data, len);
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		data += n;
		len -= (size_t)n;
	}
	if (len == 0)
		return 1;
	if (riad_buf_add(&http->out, data, len) == -1)
		return conn_fail(
		    http, RIAD_HTTP_CLOSED, "it doesn't read what we send");
	return 0;
}

/* What was kept earlier.  1: nothing is left; 0; -1. */
static int
put_kept(struct riad_http *http)
{
	while (http->out_at < http->out.len) {
		ssize_t n = put(http, http->out.data + http->out_at,
		    http->out.len - http->out_at);
		if (n <= 0)
			return (int)n;
		http->out_at += (size_t)n;
	}
	http->out_at = 0;
	if (http->out.cap > 4096)
		riad_buf_free(&http->out);
	http->out.len = 0;
	if (http->protocol->sent != NULL)
		http->protocol->sent(http);
	return 1;
}

/* Sends a request that waits, if there is one and it may be sent. */
static bool
send_next(struct riad_http *http)
{
	if (http->client == NULL || http->waits == NOWHERE || http->failing ||
	    http->sent >= http->client->most || !http->protocol->takes(http))
		return false;
	uint32_t at = http->waits;
	struct slot *slot = &http->slots[at];
	http->waits = slot->link;
	http->waiting--;
	http->sent++;
	slot->state = SENT;
	slot->tries++;
	return http->protocol->send(http, at) == 0;
}

/* Frames are gathered, so that what many requests need is one record. */
static int
send_frames(struct riad_http *http)
{
	uint8_t data[RECORD + FRAME];
	size_t len;
	ssize_t n;

	do {
		len = 0;
		while (len < RECORD) {
			const uint8_t *frame;
			n = http->protocol->output(http, &frame);
			/* One by one, for each body to follow its headers:
			 * many headers and no body are a flood to some. */
			if (n == 0 && send_next(http))
				continue;
			if (n <= 0)
				break; /* -1: those were the last of all */
			memcpy(data + len, frame, (size_t)n);
			len += (size_t)n;
		}
		int got = put_all(http, data, len);
		if (got != 1)
			return got;
	} while (n > 0);
	return n == 0 ? 1 : -1;
}

static void
flush(struct riad_http *http)
{
	if (!http->ready || http->failing)
		return;
	http->want_write = false;
	int got = put_kept(http);
	if (got == 1 && http->protocol->output == NULL) {
		while (send_next(http))
			;
	}
	if (got == 1 && http->out.len != 0)
		got = put_kept(http); /* of protocols that put it there */
	if (got == 1 && http->protocol->output != NULL && !http->failing)
		(void)send_frames(http);
}

/* HTTP/2 by ALPN, or what the kind says. */
static int
choose(struct riad_http *http)
{
	enum riad_http_kind kind =
	    http->client != NULL ? http->client->kind : http->server->kind;
	bool client = http->client != NULL;
	const uint8_t *name = NULL;
	unsigned len = 0;
	bool h2;

	if (http->ssl != NULL)
		SSL_get0_alpn_selected(http->ssl, &name, &len);
	h2 = len == 2 && memcmp(name, "h2", 2) == 0;
	if (kind == RIAD_HTTP_DOT)
		http->protocol = client ? &dot_client : &dot_server;
	else if (!client && http->ssl == NULL)
		http->protocol = &sniffer;
	else if (h2 || (kind == RIAD_HTTP_2 && http->ssl == NULL))
		http->protocol = client ? &h2_client : &h2_server;
	else if (kind != RIAD_HTTP_2)
		http->protocol = client ? &h1_client : &h1_server;
	else
		return conn_fail(
		    http, RIAD_HTTP_TLS, "the server offers no HTTP/2");
	return http->protocol->start(http);
}

static int
handshake(struct riad_http *http)
{
	bool eof = false;

	if (http->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		int n = SSL_do_handshake(http->ssl);
		if (n != 1) {
			if (tls_wants(http, n, &eof) == -1)
				return conn_fail(http, RIAD_HTTP_TLS,
				    "closed in the TLS handshake");
			return 0;
		}
		if (http->client != NULL && tls_check(http) == -1)
			return -1;
	}
	if (choose(http) == -1)
		return -1;
	http->ready = true;
	http->active = http->loop->now;
	conn_wake(http);
	return 0;
}

/* Servers send their tickets first, and some hold the first answer back until
 * these are acknowledged, which may take 40 ms by itself. */
static void
ack_at_once(struct riad_http *http)
{
	int one = 1;

	if (http->client == NULL || http->acks == EARLY_ACKS)
		return;
	http->acks++;
	(void)setsockopt(
	    http->watch.fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
}

/* Bytes; 0: none now; -1: the end, or failing. */
static ssize_t
get(struct riad_http *http, uint8_t *data, size_t size, bool *more)
{
	bool eof = false;

	*more = false;
	if (http->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		int n = SSL_read(http->ssl, data, (int)size);
		if (n > 0) {
			*more = SSL_has_pending(http->ssl) == 1;
			return n;
		}
		n = tls_wants(http, n, &eof);
		ack_at_once(http);
		if (!eof)
			return n;
	} else {
		ssize_t n;
		do
			n = recv(http->watch.fd, data, size, 0);
		while (n == -1 && errno == EINTR);
		if (n > 0)
			return n;
		if (n == -1) {
			if (errno == EAGAIN)
				return 0;
			return conn_fail(
			    http, RIAD_HTTP_CLOSED, strerror(errno));
		}
	}
	if (http->protocol->eof != NULL)
		http->protocol->eof(http);
	if (http->server != NULL && http->shutting && http->full)
		return 0; /* what it asked before that is answered */
	if (http->oldest == NOWHERE)
		return conn_fail(http, RIAD_HTTP_FINE, "closed by the peer");
	return conn_fail(http, RIAD_HTTP_CLOSED, "closed by the peer");
}

static void
receive(struct riad_http *http)
{
	uint8_t data[RECORD];
	bool more;

	if (http->again) {
		/* What a protocol put aside comes first. */
		http->again = false;
		if (http->protocol->input(http, NULL, 0) == -1 ||
		    conn_stopped(http))
			return;
	}
	for (unsigned turn = 0; !http->full; turn++) {
		if (turn == TURNS) {
			http->again = true;
			break;
		}
		ssize_t n = get(http, data, sizeof(data), &more);
		if (n <= 0)
			return;
		http->probe_at = 0;
		if (floods(http, (size_t)n)) {
			(void)conn_fail(http, RIAD_HTTP_PROTOCOL,
			    "too much that answers nothing");
			return;
		}
		if (http->client != NULL)
			http->active = http->loop->now;
		if (http->protocol->input(http, data, (size_t)n) == -1 ||
		    conn_stopped(http))
			return;
		conn_wake(http);
		if (!more)
			return;
	}
	conn_wake(http);
}

/* A client waits for answers, or a server's caller works at them. */
static bool
working(const struct riad_http *http)
{
	return http->client != NULL ? http->oldest != NOWHERE : http->sent != 0;
}

/* The next moment at which something is due; 0: none. */
static uint64_t
due(const struct riad_http *http)
{
	uint64_t at = UINT64_MAX, idle;

	if (!http->ready)
		at = http->begun + (http->client != NULL
					   ? http->client->connect_ns
					   : http->server->handshake_ns);
	if (http->oldest != NOWHERE && http->slots[http->oldest].deadline < at)
		at = http->slots[http->oldest].deadline;
	if (http->probe_at != 0 && http->probe_at < at)
		at = http->probe_at;
	idle = http->client != NULL ? http->client->idle_ns
				    : http->server->idle_ns;
	if (idle != 0 && http->ready && !working(http) &&
	    http->active + idle < at)
		at = http->active + idle;
	return at != UINT64_MAX ? at : 0;
}

void
conn_arm(struct riad_http *http)
{
	uint64_t at = due(http);

	/* One that is early sees for itself that nothing is due. */
	if (at != 0 && (http->timer.place == 0 || at < http->timer.at))
		(void)riad_timer_set(http->loop, &http->timer, at);
}

static void
expire(struct riad_http *http)
{
	uint64_t now = http->loop->now;

	while (http->oldest != NOWHERE && !conn_stopped(http) &&
	       http->slots[http->oldest].deadline <= now) {
		uint32_t at = http->oldest;
		const struct slot *slot = &http->slots[at];
		if (slot->state == SENT)
			http->protocol->cancel(http, at);
		conn_answer(
		    http, at, RIAD_HTTP_TIMEOUT, "no answer in time", false);
		conn_wake(http);
	}
}

static void
tick(struct riad_http *http)
{
	uint64_t now = http->loop->now;
	uint64_t at;

	if (!http->ready &&
	    now >= http->begun + (http->client != NULL
					 ? http->client->connect_ns
					 : http->server->handshake_ns)) {
		(void)conn_fail(http, RIAD_HTTP_TIMEOUT,
		    http->connected ? "no TLS handshake in time"
				    : "no connection in time");
		return;
	}
	expire(http);
	if (conn_stopped(http))
		return;
	if (http->probe_at != 0 && now >= http->probe_at) {
		(void)conn_fail(
		    http, RIAD_HTTP_TIMEOUT, "the server doesn't respond");
		return;
	}
	at = due(http);
	if (at != 0 && at <= now) {
		http->shutting = true;
		(void)conn_fail(http, RIAD_HTTP_FINE, "idle");
	}
}

/* Every request has its answer, and no more is wanted. */
static void
settle(struct riad_http *http)
{
	if (!http->shutting || working(http))
		return;
	/* A server's HTTP/2 knows itself when all was sent. */
	if (http->client != NULL ||
	    ((http->protocol == NULL || http->protocol->output == NULL) &&
		http->out.len == 0))
		(void)conn_fail(http, RIAD_HTTP_FINE, "closed");
}

void
conn_close(struct riad_http *http)
{
	if (http->watch.fd == -1)
		return;
	riad_timer_del(http->loop, &http->timer);
	riad_timer_del(http->loop, &http->flush);
	riad_watch_del(http->loop, &http->watch);
	if (http->ssl != NULL) {
		ERR_clear_error();
		/* What may be resumed must not have been cut off. */
		if (http->ready && http->fault != RIAD_HTTP_TLS)
			(void)SSL_shutdown(http->ssl);
		SSL_free(http->ssl);
		http->ssl = NULL;
	}
	close(http->watch.fd);
	http->watch.fd = -1;
}

static void
finish(struct riad_http *http)
{
	/* The last words: GOAWAY and the like, if they can be said. */
	if (http->ready && http->protocol->output != NULL &&
	    http->out.len == 0 &&
	    (http->fault == RIAD_HTTP_FINE ||
		http->fault == RIAD_HTTP_PROTOCOL))
		(void)send_frames(http);
	http->ended = true;
	conn_close(http);
	/* A server that breaks the protocol, or isn't who it should be, may
	 * well do so again. */
	bool may_retry = http->fault != RIAD_HTTP_TLS &&
			 http->fault != RIAD_HTTP_PROTOCOL &&
			 http->fault != RIAD_HTTP_TOOLONG;
	while (http->oldest != NOWHERE && !http->freed)
		conn_answer(http, http->oldest,
		    http->fault == RIAD_HTTP_FINE ? RIAD_HTTP_CLOSED
						  : http->fault,
		    http->why, may_retry && !http->slots[http->oldest].begun);
	if (http->freed)
		return;
	if (http->client != NULL)
		http->client->ended(http->client->ctx, http->fault, http->why);
	else
		http->server->ended(http->server->ctx, http);
}

static void
enter(struct riad_http *http)
{
	http->depth++;
}

static void
leave(struct riad_http *http)
{
	if (http->depth == 1 && !http->freed && !http->ended) {
		settle(http);
		if (http->failing) {
			finish(http);
		} else {
			uint32_t wanted = http->connected ? EPOLLIN : EPOLLOUT;
			if (http->full)
				wanted = 0;
			if (http->want_write)
				wanted |= EPOLLOUT;
			(void)riad_watch_set(http->loop, &http->watch, wanted);
			conn_arm(http);
		}
	}
	if (--http->depth == 0 && http->freed)
		conn_destroy(http);
}

static void
on_event(struct riad_watch *watch, uint32_t events)
{
	struct riad_http *http =
	    (void *)((char *)watch - offsetof(struct riad_http, watch));

	enter(http);
	if (!http->connected) {
		socklen_t len = sizeof(http->error);
		if (getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &http->error,
			&len) == -1)
			http->error = errno;
		if (http->error != 0)
			(void)conn_fail(
			    http, RIAD_HTTP_CONNECT, strerror(http->error));
		else
			http->connected = true;
	}
	if (!http->ready && !http->failing) {
		http->want_write = false;
		(void)handshake(http);
	}
	/* What is full reads nothing, and would be told of this for ever. */
	if (http->full && (events & (EPOLLHUP | EPOLLERR)) != 0)
		(void)conn_fail(http, RIAD_HTTP_CLOSED, "closed by the peer");
	if (http->ready && !http->failing) {
		if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 ||
		    (http->ssl != NULL && SSL_has_pending(http->ssl) == 1))
			receive(http);
		if ((events & EPOLLOUT) != 0 && !conn_stopped(http))
			flush(http);
	}
	leave(http);
}

static void
on_timer(struct riad_timer *timer)
{
	struct riad_http *http =
	    (void *)((char *)timer - offsetof(struct riad_http, timer));

	enter(http);
	tick(http);
	leave(http);
}

static void
on_flush(struct riad_timer *timer)
{
	struct riad_http *http =
	    (void *)((char *)timer - offsetof(struct riad_http, flush));

	enter(http);
	flush(http);
	if (http->again && http->ready && !conn_stopped(http))
		receive(http);
	leave(http);
}

int
conn_open(struct riad_http *http, int fd)
{
	http->watch.fd = fd;
	http->watch.call = on_event;
	http->timer.call = on_timer;
	http->flush.call = on_flush;
	/* A connection that is there already begins its handshake at once. */
	if (riad_watch_add(http->loop, &http->watch, EPOLLIN | EPOLLOUT) == -1)
		return -1;
	conn_arm(http);
	return 0;
}
