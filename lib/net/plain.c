/* SPDX-License-Identifier: ISC */

#include "riad/plain.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include "riad/buf.h"

enum {
	IDS = 1 << 16,
	ASKED_MAX = 1 << 14, /* so that an ID is soon found that is free */
	BATCH = 16,          /* datagrams a call */
	OUT_MAX = 1 << 20,   /* bytes that wait to be sent */
	IN_SIZE = 2 + 65535, /* of a message with its length */
};

struct riad_plain {
	const struct riad_plain_client *conf;
	struct riad_watch watch;
	struct riad_timer timer; /* to be connected */
	struct riad_timer flush; /* at the end of this turn of the loop */
	void **tokens;           /* by ID */
	size_t asked;
	uint16_t random[64]; /* IDs to come */
	unsigned random_len;
	bool connected, ended, freed;
	unsigned depth; /* of callbacks */

	/* What goes out.  Datagrams have their length in front, too. */
	struct riad_buf out;
	size_t out_at;

	/* What comes in: of a stream, messages as far as they came; or BATCH
	 * datagrams, with what recvmmsg(2) wants to know of each. */
	uint8_t *in;
	size_t in_len;
	size_t slot;
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
};

static void
enter(struct riad_plain *plain)
{
	plain->depth++;
}

static void
leave(struct riad_plain *plain)
{
	if (--plain->depth == 0 && plain->freed)
		riad_plain_free(plain);
}

static void
end(struct riad_plain *plain, int err, const char *why)
{
	if (plain->ended)
		return;
	plain->ended = true;
	riad_watch_del(plain->conf->loop, &plain->watch);
	riad_timer_del(plain->conf->loop, &plain->timer);
	riad_timer_del(plain->conf->loop, &plain->flush);
	plain->conf->ended(plain->conf->ctx, err, why, plain->connected);
}

static bool
stopped(const struct riad_plain *plain)
{
	return plain->ended || plain->freed;
}

/* Whether it was taken: it is then no longer waited for. */
static bool
take(struct riad_plain *plain, const uint8_t *data, size_t len)
{
	if (len < 2)
		return false;
	unsigned id = (unsigned)data[0] << 8 | data[1];
	void *token = plain->tokens[id];
	if (token == NULL)
		return false;
	/* Taken out first: the caller may ask anew. */
	plain->tokens[id] = NULL;
	plain->asked--;
	if (plain->conf->answered(plain->conf->ctx, token, data, len))
		return true;
	if (!stopped(plain) && plain->tokens[id] == NULL) {
		plain->tokens[id] = token;
		plain->asked++;
	}
	return false;
}

static void
read_datagrams(struct riad_plain *plain)
{
	for (;;) {
		for (int i = 0; i < BATCH; i++) {
			plain->iov[i] = (struct iovec){
			    plain->in + (size_t)i * plain->slot, plain->slot};
			plain->msgs[i].msg_hdr = (struct msghdr){
			    .msg_iov = &plain->iov[i], .msg_iovlen = 1};
		}
		int n = recvmmsg(
		    plain->watch.fd, plain->msgs, BATCH, MSG_DONTWAIT, NULL);
		if (n == -1) {
			if (errno == EINTR)
				continue;
			if (errno != EAGAIN)
				end(plain, errno, strerror(errno));
			return;
		}
		for (int i = 0; i < n && !stopped(plain); i++) {
			/* Of one that is cut the end is unknown. */
			if ((plain->msgs[i].msg_hdr.msg_flags & MSG_TRUNC) == 0)
				take(plain, plain->iov[i].iov_base,
				    plain->msgs[i].msg_len);
		}
		if (n < BATCH || stopped(plain))
			return;
	}
}

static void
read_stream(struct riad_plain *plain)
{
	ssize_t n = recv(plain->watch.fd, plain->in + plain->in_len,
	    2 * IN_SIZE - plain->in_len, MSG_DONTWAIT);

	if (n == -1) {
		if (errno != EAGAIN && errno != EINTR)
			end(plain, errno, strerror(errno));
		return;
	}
	if (n == 0) {
		end(plain, 0, "the server closed the connection");
		return;
	}
	plain->in_len += (size_t)n;
	size_t at = 0;
	while (plain->in_len - at >= 2) {
		size_t len = (size_t)plain->in[at] << 8 | plain->in[at + 1];
		if (plain->in_len - at - 2 < len)
			break;
		take(plain, plain->in + at + 2, len);
		if (stopped(plain))
			return;
		at += 2 + len;
	}
	memmove(plain->in, plain->in + at, plain->in_len - at);
	plain->in_len -= at;
}

/* 1 if all went out, 0 if the socket takes no more now, -1 at the end. */
static int
write_out(struct riad_plain *plain)
{
	while (plain->out_at < plain->out.len) {
		const uint8_t *data = plain->out.data + plain->out_at;
		size_t left = plain->out.len - plain->out_at;
		ssize_t n;

		if (plain->conf->stream) {
			n = send(plain->watch.fd, data, left,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
			if (n > 0)
				plain->out_at += (size_t)n;
		} else {
			struct mmsghdr msgs[BATCH] = {0};
			struct iovec iov[BATCH] = {{0}};
			unsigned count = 0;
			for (size_t at = 0; count < BATCH && at < left;
			     count++) {
				size_t len =
				    (size_t)data[at] << 8 | data[at + 1];
				iov[count] = (struct iovec){
				    (void *)(data + at + 2), len};
				msgs[count].msg_hdr.msg_iov = &iov[count];
				msgs[count].msg_hdr.msg_iovlen = 1;
				at += 2 + len;
			}
			n = sendmmsg(plain->watch.fd, msgs, count,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
			for (ssize_t i = 0; i < n; i++)
				plain->out_at += 2 + iov[i].iov_len;
		}
		if (n == -1) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN || errno == ENOBUFS)
				return 0;
			end(plain, errno, strerror(errno));
			return -1;
		}
	}
	plain->out.len = plain->out_at = 0;
	return 1;
}

static void
flush(struct riad_plain *plain)
{
	if (!plain->connected)
		return;
	int r = write_out(plain);
	if (r == -1)
		return;
	uint32_t wanted = EPOLLIN | (r == 0 ? (uint32_t)EPOLLOUT : 0);
	if (riad_watch_set(plain->conf->loop, &plain->watch, wanted) == -1)
		end(plain, errno, strerror(errno));
}

static void
on_flush(struct riad_timer *timer)
{
	struct riad_plain *plain =
	    (struct riad_plain *)((char *)timer -
				  offsetof(struct riad_plain, flush));

	enter(plain);
	flush(plain);
	leave(plain);
}

static void
on_timer(struct riad_timer *timer)
{
	struct riad_plain *plain =
	    (struct riad_plain *)((char *)timer -
				  offsetof(struct riad_plain, timer));

	enter(plain);
	end(plain, ETIMEDOUT, strerror(ETIMEDOUT));
	leave(plain);
}

static void
on_event(struct riad_watch *watch, uint32_t events)
{
	struct riad_plain *plain =
	    (struct riad_plain *)((char *)watch -
				  offsetof(struct riad_plain, watch));

	enter(plain);
	if (!plain->connected) {
		int err = 0;
		socklen_t len = sizeof(err);
		if (getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &err, &len) ==
		    -1)
			err = errno;
		if (err != 0) {
			end(plain, err, strerror(err));
		} else {
			plain->connected = true;
			riad_timer_del(plain->conf->loop, &plain->timer);
		}
	} else if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) {
		if (plain->conf->stream)
			read_stream(plain);
		else
			read_datagrams(plain);
	}
	if (!stopped(plain))
		flush(plain);
	leave(plain);
}

/* One that is free and that nobody can guess. */
static int
new_id(struct riad_plain *plain)
{
	for (;;) {
		if (plain->random_len == 0) {
			if (getrandom(plain->random, sizeof(plain->random),
				0) != sizeof(plain->random)) {
				if (errno == EINTR)
					continue;
				return -1;
			}
			plain->random_len =
			    sizeof(plain->random) / sizeof(plain->random[0]);
		}
		uint16_t id = plain->random[--plain->random_len];
		if (plain->tokens[id] == NULL)
			return id;
	}
}

int
riad_plain_ask(
    struct riad_plain *plain, const uint8_t *data, size_t len, void *token)
{
	if (len < 2 || len > UINT16_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (stopped(plain) || plain->asked == ASKED_MAX ||
	    OUT_MAX - plain->out.len < 2 + len) {
		errno = EBUSY;
		return -1;
	}
	int id = new_id(plain);
	if (id == -1 || riad_buf_reserve(&plain->out, 2 + len) == -1)
		return -1;
	uint8_t *to = plain->out.data + plain->out.len;
	to[0] = (uint8_t)(len >> 8);
	to[1] = (uint8_t)len;
	to[2] = (uint8_t)(id >> 8);
	to[3] = (uint8_t)id;
	memcpy(to + 4, data + 2, len - 2);
	plain->out.len += 2 + len;
	plain->tokens[id] = token;
	plain->asked++;
	/* After what is being dealt with now: in one call, then. */
	if (plain->connected && plain->flush.place == 0 &&
	    riad_timer_set(plain->conf->loop, &plain->flush, 0) == -1)
		return -1;
	return id;
}

void
riad_plain_forget(struct riad_plain *plain, int id)
{
	if (id >= 0 && id < IDS && plain->tokens[id] != NULL) {
		plain->tokens[id] = NULL;
		plain->asked--;
	}
}

static int
open_socket(
    struct riad_plain *plain, const struct sockaddr *addr, socklen_t addr_len)
{
	const struct riad_plain_client *conf = plain->conf;
	int type = conf->stream ? SOCK_STREAM : SOCK_DGRAM, one = 1;

	plain->watch.fd =
	    socket(addr->sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (plain->watch.fd == -1)
		return -1;
	if (conf->stream)
		(void)setsockopt(plain->watch.fd, IPPROTO_TCP, TCP_NODELAY,
		    &one, sizeof(one));
	if (connect(plain->watch.fd, addr, addr_len) == 0)
		plain->connected = true;
	else if (errno != EINPROGRESS)
		return -1;
	if (riad_watch_add(conf->loop, &plain->watch,
		plain->connected ? EPOLLIN : EPOLLOUT) == -1)
		return -1;
	if (plain->connected)
		return 0;
	return riad_timer_set(
	    conf->loop, &plain->timer, riad_now() + conf->connect_ns);
}

struct riad_plain *
riad_plain_connect(const struct riad_plain_client *conf,
    const struct sockaddr *addr, socklen_t addr_len)
{
	struct riad_plain *plain = calloc(1, sizeof(*plain));

	if (plain == NULL)
		return NULL;
	plain->conf = conf;
	plain->watch = (struct riad_watch){.call = on_event, .fd = -1};
	plain->timer.call = on_timer;
	plain->flush.call = on_flush;
	riad_buf_init(&plain->out, OUT_MAX);
	plain->slot = conf->max;
	plain->tokens = calloc(IDS, sizeof(*plain->tokens));
	plain->in = malloc(conf->stream ? 2 * IN_SIZE : BATCH * conf->max);
	if (plain->tokens == NULL || plain->in == NULL ||
	    open_socket(plain, addr, addr_len) == -1) {
		int saved = errno;
		plain->ended = plain->watch.wanted == 0;
		riad_plain_free(plain);
		errno = saved;
		return NULL;
	}
	return plain;
}

void
riad_plain_free(struct riad_plain *plain)
{
	if (plain == NULL)
		return;
	if (!plain->freed) {
		/* conf may go now, too. */
		plain->freed = true;
		if (!plain->ended)
			riad_watch_del(plain->conf->loop, &plain->watch);
		riad_timer_del(plain->conf->loop, &plain->timer);
		riad_timer_del(plain->conf->loop, &plain->flush);
	}
	if (plain->depth > 0)
		return;
	if (plain->watch.fd != -1)
		close(plain->watch.fd);
	riad_buf_free(&plain->out);
	free(plain->tokens);
	free(plain->in);
	free(plain);
}
