/* SPDX-License-Identifier: ISC */
/* What a caller calls, and the requests of a client. */

#include "riad/http.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conn.h"

/* What waits for the socket: more than the frames of one turn. */
enum { OUT_MAX = 1 << 20 };

/* How often a request is sent that the server refused without a look. */
enum { TRIES = 4 };

/* A message and its base64 in a path. */
enum { GET_MAX = 8192 };

static struct riad_http *
make(struct riad_loop *loop, size_t max_body)
{
	struct riad_http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		return NULL;
	http->loop = loop;
	http->watch.fd = -1;
	http->free = http->oldest = http->newest = NOWHERE;
	http->waits = http->waits_end = NOWHERE;
	http->begun = http->active = loop->now;
	http->credit = CREDIT;
	riad_buf_init(&http->out, OUT_MAX);
	riad_buf_init(&http->spare, max_body);
	return http;
}

void
conn_destroy(struct riad_http *http)
{
	conn_close(http);
	if (http->protocol != NULL && http->state != NULL)
		http->protocol->free(http);
	for (uint32_t i = 0; i < http->slots_len; i++) {
		free(http->slots[i].out);
		riad_buf_free(&http->slots[i].body);
	}
	free(http->slots);
	riad_buf_free(&http->spare);
	riad_buf_free(&http->out);
	free(http);
}

void
riad_http_free(struct riad_http *http)
{
	if (http == NULL)
		return;
	http->freed = true;
	if (http->depth == 0)
		conn_destroy(http);
}

struct riad_http *
riad_http_connect(const struct riad_http_client *conf,
    const struct sockaddr *addr, socklen_t addr_len)
{
	struct riad_http *http = make(conf->loop, conf->max_body);
	int one = 1;

	if (http == NULL)
		return NULL;
	http->client = conf;
	int fd = socket(
	    addr->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		goto fail;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (conf->unheard_ms != 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
		    &conf->unheard_ms, sizeof(conf->unheard_ms));
	if (connect(fd, addr, addr_len) == -1 && errno != EINPROGRESS)
		goto fail;
	if (conf->tls != NULL) {
		http->ssl = tls_connection(conf->tls, http, fd);
		if (http->ssl == NULL)
			goto fail;
	}
	if (conn_open(http, fd) == -1)
		goto fail;
	return http;
fail:;
	int saved = errno;
	SSL_free(http->ssl);
	if (fd != -1)
		close(fd);
	free(http);
	errno = saved;
	return NULL;
}

struct riad_http *
riad_http_accept(const struct riad_http_server *conf, int fd)
{
	struct riad_http *http = make(conf->loop, conf->max_body);
	int one = 1;

	if (http == NULL)
		goto fail;
	http->server = conf;
	http->connected = true;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (conf->tls != NULL) {
		http->ssl = tls_connection(conf->tls, http, fd);
		if (http->ssl == NULL)
			goto fail;
	}
	if (conn_open(http, fd) == -1)
		goto fail;
	return http;
fail:;
	int saved = errno;
	if (http != NULL)
		SSL_free(http->ssl);
	free(http);
	close(fd);
	errno = saved;
	return NULL;
}

static uint32_t
take_slot(struct riad_http *http)
{
	if (http->free == NOWHERE) {
		uint32_t len = http->slots_len != 0 ? http->slots_len * 2 : 8;
		struct slot *slots =
		    reallocarray(http->slots, len, sizeof(*slots));
		if (slots == NULL)
			return NOWHERE;
		http->slots = slots;
		for (uint32_t i = len; i > http->slots_len; i--) {
			memset(&slots[i - 1], 0, sizeof(*slots));
			slots[i - 1].link = http->free;
			http->free = i - 1;
		}
		http->slots_len = len;
	}
	uint32_t at = http->free;
	http->free = http->slots[at].link;
	return at;
}

static void
release_slot(struct riad_http *http, uint32_t at)
{
	struct slot *slot = &http->slots[at];
	uint8_t *out = slot->out;
	uint32_t cap = slot->out_cap;

	if (cap > 1024) {
		free(out);
		out = NULL;
		cap = 0;
	}
	memset(slot, 0, sizeof(*slot));
	slot->out = out;
	slot->out_cap = cap;
	slot->link = http->free;
	http->free = at;
}

/* What is sent: the message itself, or the path with the message in it. */
static int
fill(struct slot *slot, const struct riad_http_client *conf,
    const uint8_t *body, size_t len)
{
	static const char dns[] = "?dns=";
	bool get = conf->get && conf->kind != RIAD_HTTP_DOT;
	size_t path = get ? strlen(conf->path) + sizeof(dns) - 1 : 0;
	size_t need = get ? path + (len * 4 + 2) / 3 : len;

	if (len > 65535 || need > (get ? GET_MAX : 65535)) {
		errno = EMSGSIZE;
		return -1;
	}
	if (need > slot->out_cap) {
		size_t cap = need < 192 ? 192 : need;
		uint8_t *out = realloc(slot->out, cap);
		if (out == NULL)
			return -1;
		slot->out = out;
		slot->out_cap = (uint32_t)cap;
	}
	if (get) {
		memcpy(slot->out, conf->path, path - (sizeof(dns) - 1));
		memcpy(
		    slot->out + path - (sizeof(dns) - 1), dns, sizeof(dns) - 1);
		(void)base64url_write((char *)slot->out + path, body, len);
	} else {
		memcpy(slot->out, body, len);
	}
	slot->out_len = (uint32_t)need;
	return 0;
}

static void
append_waiting(struct riad_http *http, uint32_t at)
{
	http->slots[at].state = WAITING;
	http->slots[at].link = NOWHERE;
	if (http->waits == NOWHERE)
		http->waits = at;
	else
		http->slots[http->waits_end].link = at;
	http->waits_end = at;
	http->waiting++;
}

/* Into the list by deadline, which is the newest's place but for what is asked
 * again. */
static void
link_in(struct riad_http *http, uint32_t at)
{
	struct slot *slot = &http->slots[at];
	uint32_t before = http->newest, after = NOWHERE;

	while (before != NOWHERE &&
	       http->slots[before].deadline > slot->deadline) {
		after = before;
		before = http->slots[before].prev;
	}
	slot->prev = before;
	slot->next = after;
	if (before == NOWHERE)
		http->oldest = at;
	else
		http->slots[before].next = at;
	if (after == NOWHERE)
		http->newest = at;
	else
		http->slots[after].prev = at;
}

int
riad_http_ask(
    struct riad_http *http, const uint8_t *body, size_t len, void *token)
{
	return riad_http_ask_by(
	    http, body, len, token, http->loop->now + http->client->timeout_ns);
}

int
riad_http_ask_by(struct riad_http *http, const uint8_t *body, size_t len,
    void *token, uint64_t deadline)
{
	const struct riad_http_client *conf = http->client;

	if (http->shutting || http->ended || conn_stopped(http)) {
		errno = EBUSY;
		return -1;
	}
	if (http->waiting >= conf->queue) {
		errno = EAGAIN;
		return -1;
	}
	uint32_t at = take_slot(http);
	if (at == NOWHERE)
		return -1;
	struct slot *slot = &http->slots[at];
	if (fill(slot, conf, body, len) == -1) {
		int saved = errno;
		release_slot(http, at);
		errno = saved;
		return -1;
	}
	if (conf->kind == RIAD_HTTP_DOT && len >= 2)
		slot->id = (uint16_t)(body[0] << 8 | body[1]);
	slot->token = token;
	slot->deadline = deadline;
	link_in(http, at);
	append_waiting(http, at);
	http->active = http->loop->now;
	conn_wake(http);
	if (http->timer.place == 0 || http->timer.at > slot->deadline)
		conn_arm(http);
	return 0;
}

/* Out of the lists of those in use, and of those that wait. */
static void
take_out(struct riad_http *http, uint32_t at)
{
	struct slot *slot = &http->slots[at];

	if (slot->prev == NOWHERE)
		http->oldest = slot->next;
	else
		http->slots[slot->prev].next = slot->next;
	if (slot->next == NOWHERE)
		http->newest = slot->prev;
	else
		http->slots[slot->next].prev = slot->prev;
	if (slot->state == SENT) {
		http->sent--;
		return;
	}
	uint32_t before = NOWHERE, i = http->waits;
	for (; i != at; i = http->slots[i].link)
		before = i;
	if (before == NOWHERE)
		http->waits = slot->link;
	else
		http->slots[before].link = slot->link;
	if (http->waits_end == at)
		http->waits_end = before;
	http->waiting--;
}

void
conn_answer(struct riad_http *http, uint32_t at, enum riad_http_fault fault,
    const char *why, bool may_retry)
{
	const struct riad_http_client *conf = http->client;
	struct slot *slot = &http->slots[at];
	struct riad_http_answer answer = {
	    .token = slot->token,
	    .fault = fault,
	    .why = why,
	    .may_retry = may_retry,
	    .status = slot->status,
	    .age = slot->age,
	    .version = http->protocol != NULL ? http->protocol->version : 0,
	};
	/* The caller may ask again from there, which moves the slots. */
	struct riad_buf body = slot->body;

	if (fault == RIAD_HTTP_FINE) {
		answer.body = body.data;
		answer.len = body.len;
		conn_earn(http);
	}
	take_out(http, at);
	release_slot(http, at);
	conf->answered(conf->ctx, &answer);
	body.len = 0;
	if (http->spare.data == NULL && body.cap <= 8192)
		http->spare = body;
	else
		riad_buf_free(&body);
}

int
conn_again(struct riad_http *http, uint32_t at)
{
	struct slot *slot = &http->slots[at];

	if (slot->tries >= TRIES || http->shutting)
		return -1;
	http->sent--;
	http->waiting++;
	slot->state = WAITING;
	slot->stream = 0;
	slot->out_at = 0;
	slot->link = http->waits;
	if (http->waits == NOWHERE)
		http->waits_end = at;
	http->waits = at;
	conn_wake(http);
	return 0;
}

void
conn_refuse_waiting(struct riad_http *http, const char *why)
{
	while (http->waits != NOWHERE && !http->freed)
		conn_answer(http, http->waits, RIAD_HTTP_CLOSED, why, true);
}

void
riad_http_forget(struct riad_http *http, void *token)
{
	for (uint32_t i = http->oldest; i != NOWHERE; i = http->slots[i].next) {
		if (http->slots[i].token != token)
			continue;
		if (http->slots[i].state == SENT) {
			http->protocol->cancel(http, i);
			conn_wake(http);
		}
		take_out(http, i);
		riad_buf_free(&http->slots[i].body);
		release_slot(http, i);
		return;
	}
}

size_t
riad_http_in_flight(const struct riad_http *http)
{
	return (size_t)http->waiting + http->sent;
}

bool
riad_http_ready(const struct riad_http *http)
{
	return http->ready && !http->shutting && !http->ended &&
	       !conn_stopped(http);
}

void
riad_http_probe(struct riad_http *http, uint64_t ns)
{
	if (!riad_http_ready(http) || http->probe_at != 0 ||
	    http->protocol->probe == NULL)
		return;
	http->protocol->probe(http);
	http->probe_at = http->loop->now + ns;
	conn_wake(http);
	conn_arm(http);
}

void
riad_http_shut(struct riad_http *http)
{
	if (http->ended || conn_stopped(http) || http->shutting)
		return;
	http->shutting = true;
	if (http->ready && http->protocol->shut != NULL)
		http->protocol->shut(http);
	conn_wake(http);
}

int
riad_http_reply(struct riad_http *http, uint64_t id, const uint8_t *body,
    size_t len, uint32_t ttl)
{
	if (http->ended || conn_stopped(http))
		return 0;
	conn_wake(http);
	return http->protocol->reply(http, id, 200, body, len, ttl);
}

int
riad_http_refuse(struct riad_http *http, uint64_t id, unsigned status)
{
	if (http->ended || conn_stopped(http))
		return 0;
	conn_wake(http);
	return http->protocol->reply(http, id, status, NULL, 0, 0);
}
