/* SPDX-License-Identifier: ISC */
#include "riad/control.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "riad/io.h"

enum { CLIENTS = 8, PATIENCE_S = 5, REST_MS = 200, CHUNK = 65536 };

struct client {
	struct riad_watch watch; /* fd -1: free */
	struct riad_timer timer;
	struct riad_control *control;
	char line[RIAD_CONTROL_LINE];
	size_t len;
	struct riad_buf answer;
	size_t sent;
};

struct riad_control {
	struct riad_watch watch;
	struct riad_timer rest; /* when to try again to accept */
	struct riad_loop *loop;
	void (*obey)(void *ctx, char *line, struct riad_buf *answer);
	void *ctx;
	struct sockaddr_un at;
	struct client client[CLIENTS];
};

static void
hang_up(struct client *c)
{
	riad_timer_del(c->control->loop, &c->timer);
	riad_watch_del(c->control->loop, &c->watch);
	close(c->watch.fd);
	c->watch.fd = -1;
	riad_buf_free(&c->answer);
}

static void
lost_patience(struct riad_timer *timer)
{
	hang_up((void *)((char *)timer - offsetof(struct client, timer)));
}

static void
send_more(struct client *c)
{
	while (c->sent < c->answer.len) {
		ssize_t n = send(c->watch.fd, c->answer.data + c->sent,
		    c->answer.len - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN) {
			riad_watch_set(c->control->loop, &c->watch, EPOLLOUT);
			return;
		}
		if (n == -1)
			break;
		c->sent += (size_t)n;
	}
	hang_up(c);
}

static void
ready(struct riad_watch *watch, uint32_t events)
{
	struct client *c = (struct client *)watch;

	(void)events;
	if (c->answer.len != 0) {
		send_more(c);
		return;
	}
	ssize_t n = recv(watch->fd, c->line + c->len,
	    RIAD_CONTROL_LINE - 1 - c->len, MSG_DONTWAIT);
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		hang_up(c);
		return;
	}
	c->len += (size_t)n;
	char *end = memchr(c->line, '\n', c->len);
	if (end != NULL) {
		*end = '\0';
		c->control->obey(c->control->ctx, c->line, &c->answer);
		if (c->answer.len == 0) {
			hang_up(c);
			return;
		}
	} else if (c->len == RIAD_CONTROL_LINE - 1)
		riad_buf_addstr(&c->answer, "error: the line is too long\n");
	if (c->answer.len != 0)
		send_more(c);
}

static void
rested(struct riad_timer *timer)
{
	struct riad_control *control =
	    (void *)((char *)timer - offsetof(struct riad_control, rest));

	(void)riad_watch_set(control->loop, &control->watch, EPOLLIN);
}

static void
welcome(struct riad_watch *watch, uint32_t events)
{
	struct riad_control *control = (struct riad_control *)watch;
	struct riad_loop *loop = control->loop;
	int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd == -1) {
		/* Not at once, where descriptors are used up. */
		if (errno != EAGAIN && errno != EWOULDBLOCK &&
		    riad_timer_set(loop, &control->rest,
			loop->now + REST_MS * UINT64_C(1000000)) == 0)
			(void)riad_watch_set(loop, watch, 0);
		return;
	}
	for (size_t i = 0; i < CLIENTS; i++) {
		struct client *c = &control->client[i];
		if (c->watch.fd != -1)
			continue;
		c->control = control;
		c->len = 0;
		c->sent = 0;
		c->watch = (struct riad_watch){.call = ready, .fd = fd};
		c->timer.call = lost_patience;
		riad_buf_init(&c->answer, RIAD_CONTROL_ANSWER);
		if (riad_watch_add(loop, &c->watch, EPOLLIN) == 0 &&
		    riad_timer_set(loop, &c->timer,
			loop->now + PATIENCE_S * UINT64_C(1000000000)) == 0)
			return;
		c->watch.fd = -1;
		break;
	}
	close(fd);
}

/* A socket that a dead server left is taken away; that of a living one not, and
 * nothing else: a file that is no socket refuses connections, too. */
static bool
is_left(const struct sockaddr_un *at)
{
	struct stat st;

	if (lstat(at->sun_path, &st) == -1 || !S_ISSOCK(st.st_mode))
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool left =
	    fd != -1 &&
	    connect(fd, (const struct sockaddr *)at, sizeof(*at)) == -1 &&
	    errno == ECONNREFUSED;

	if (fd != -1)
		close(fd);
	return left;
}

/* 0, or -1 with errno. */
static int
name(struct sockaddr_un *at, const char *path)
{
	size_t len = strlen(path);

	at->sun_family = AF_UNIX;
	if (len == 0 || len >= sizeof(at->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(at->sun_path, path, len + 1);
	return 0;
}

static int
listen_at(struct riad_control *control)
{
	const struct sockaddr *at = (const struct sockaddr *)&control->at;
	int fd = control->watch.fd;

	if (is_left(&control->at))
		unlink(control->at.sun_path);
	mode_t mask = umask(0077); /* for its owner only */
	int r = bind(fd, at, sizeof(control->at));
	int err = errno;
	umask(mask);
	errno = err;
	if (r == -1 || listen(fd, CLIENTS) == -1)
		return -1;
	return riad_watch_add(control->loop, &control->watch, EPOLLIN);
}

struct riad_control *
riad_control_open(struct riad_loop *loop, const char *path,
    void (*obey)(void *ctx, char *line, struct riad_buf *answer), void *ctx)
{
	struct riad_control *control = calloc(1, sizeof(*control));

	if (control == NULL)
		return NULL;
	control->loop = loop;
	control->obey = obey;
	control->ctx = ctx;
	control->rest.call = rested;
	for (size_t i = 0; i < CLIENTS; i++)
		control->client[i].watch.fd = -1;
	control->watch = (struct riad_watch){.call = welcome, .fd = -1};
	if (name(&control->at, path) == 0)
		control->watch.fd = socket(
		    AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->watch.fd != -1 && listen_at(control) == 0)
		return control;
	int err = errno;
	if (control->watch.fd != -1)
		close(control->watch.fd);
	free(control);
	errno = err;
	return NULL;
}

void
riad_control_close(struct riad_control *control)
{
	if (control == NULL)
		return;
	for (size_t i = 0; i < CLIENTS; i++)
		if (control->client[i].watch.fd != -1)
			hang_up(&control->client[i]);
	riad_timer_del(control->loop, &control->rest);
	riad_watch_del(control->loop, &control->watch);
	close(control->watch.fd);
	unlink(control->at.sun_path);
	free(control);
}

int
riad_control_ask(struct riad_buf *text, const char *path)
{
	struct sockaddr_un to = {0};
	ssize_t n = -1;

	if (name(&to, path) == -1)
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 &&
	    riad_write(fd, text->data, text->len) == 0) {
		text->len = 0;
		while (riad_buf_reserve(text, CHUNK) == 0 &&
		       (n = riad_read(fd, text->data + text->len, CHUNK)) > 0)
			text->len += (size_t)n;
	}
	int err = errno;
	close(fd);
	errno = err;
	return n == 0 ? 0 : -1;
}
