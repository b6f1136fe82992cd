/* SPDX-License-Identifier: ISC */
/*
 * The control socket: a line of a command comes in; "ok" or "error: why" and
 * what there is to tell go out, and the connection is closed.
 */

#include "dohd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	CLIENTS = 8,
	LINE = 1200,
	ANSWER = 1 << 20,
	PATIENCE_S = 5,
	REST_MS = 200
};

struct client {
	struct riad_watch watch; /* fd -1: free */
	struct riad_timer timer;
	struct dohd *d;
	char line[LINE];
	size_t len;
	struct riad_buf answer;
	size_t sent;
};

struct dohd_ctl {
	struct riad_watch watch;
	struct riad_timer rest; /* when to try again to accept */
	struct dohd *d;
	struct client client[CLIENTS];
};

static void
hang_up(struct client *c)
{
	riad_timer_del(&c->d->loop, &c->timer);
	riad_watch_del(&c->d->loop, &c->watch);
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
flush_cache(struct client *c, const char *arg)
{
	uint8_t name[RIAD_DNS_NAME];
	bool below = false;
	size_t n;

	if (c->d->cache == NULL) {
		riad_buf_addstr(&c->answer, "error: there is no cache\n");
		return;
	}
	if (*arg == '\0') {
		n = riad_dns_cache_flush(c->d->cache, NULL, true);
		riad_buf_addf(&c->answer, "ok\n%zu answers forgotten\n", n);
		return;
	}
	if (strncmp(arg, "*.", 2) == 0) {
		below = true;
		arg += 2;
	}
	if (riad_dns_name_parse(name, arg, strlen(arg), NULL) == -1) {
		riad_buf_addstr(&c->answer, "error: not a name\n");
		return;
	}
	n = riad_dns_cache_flush(c->d->cache, name, below);
	riad_buf_addf(&c->answer, "ok\n%zu answers forgotten\n", n);
}

static void
obey(struct client *c)
{
	char *arg = strchr(c->line, ' ');

	if (arg != NULL)
		*arg++ = '\0';
	else
		arg = c->line + strlen(c->line);
	if (strcmp(c->line, "stats") == 0) {
		riad_buf_addstr(&c->answer, "ok\n");
		if (strcmp(arg, "prometheus") == 0)
			dohd_stat_prometheus(&c->answer, c->d);
		else
			dohd_stat_json(&c->answer, c->d);
	} else if (strcmp(c->line, "flush") == 0)
		flush_cache(c, arg);
	else if (strcmp(c->line, "reload") == 0)
		riad_buf_addstr(
		    &c->answer, dohd_reload(c->d) == 0
				    ? "ok\n"
				    : "error: the server's log says why\n");
	else
		riad_buf_addstr(
		    &c->answer, "error: stats, flush or reload expected\n");
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
			riad_watch_set(&c->d->loop, &c->watch, EPOLLOUT);
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
	ssize_t n =
	    recv(watch->fd, c->line + c->len, LINE - 1 - c->len, MSG_DONTWAIT);
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
		obey(c);
	} else if (c->len == LINE - 1)
		riad_buf_addstr(&c->answer, "error: the line is too long\n");
	if (c->answer.len != 0)
		send_more(c);
}

static void
rested(struct riad_timer *timer)
{
	struct dohd_ctl *ctl =
	    (void *)((char *)timer - offsetof(struct dohd_ctl, rest));

	(void)riad_watch_set(&ctl->d->loop, &ctl->watch, EPOLLIN);
}

static void
welcome(struct riad_watch *watch, uint32_t events)
{
	struct dohd_ctl *ctl = (struct dohd_ctl *)watch;
	struct dohd *d = ctl->d;
	int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd == -1) {
		/* Not at once, where descriptors are used up. */
		if (errno != EAGAIN && errno != EWOULDBLOCK &&
		    riad_timer_set(&d->loop, &ctl->rest,
			d->loop.now + REST_MS * UINT64_C(1000000)) == 0)
			(void)riad_watch_set(&d->loop, watch, 0);
		return;
	}
	for (size_t i = 0; i < CLIENTS; i++) {
		struct client *c = &ctl->client[i];
		if (c->watch.fd != -1)
			continue;
		c->d = d;
		c->len = 0;
		c->sent = 0;
		c->watch = (struct riad_watch){.call = ready, .fd = fd};
		c->timer.call = lost_patience;
		riad_buf_init(&c->answer, ANSWER);
		if (riad_watch_add(&d->loop, &c->watch, EPOLLIN) == 0 &&
		    riad_timer_set(&d->loop, &c->timer,
			d->loop.now + PATIENCE_S * UINT64_C(1000000000)) == 0)
			return;
		c->watch.fd = -1;
		break;
	}
	close(fd);
}

const char *
dohd_ctl_path(const char *path)
{
	static char own[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	const char *run = getenv("XDG_RUNTIME_DIR");

	if (path != NULL)
		return path;
	if (geteuid() == 0 || run == NULL || *run != '/')
		return "/run/dohd.sock";
	if (snprintf(own, sizeof(own), "%s/dohd.sock", run) >= (int)sizeof(own))
		return "/run/dohd.sock";
	return own;
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

int
dohd_ctl_open(struct dohd *d)
{
	const char *path = dohd_ctl_path(d->conf->ctl);
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	mode_t mask;

	if (strlen(path) >= sizeof(at.sun_path)) {
		riad_warn("%s: the path is too long for a socket", path);
		return -1;
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	struct dohd_ctl *ctl = calloc(1, sizeof(*ctl));
	if (ctl == NULL)
		goto failed;
	d->ctl = ctl;
	ctl->d = d;
	ctl->rest.call = rested;
	for (size_t i = 0; i < CLIENTS; i++)
		ctl->client[i].watch.fd = -1;
	ctl->watch = (struct riad_watch){.call = welcome,
	    .fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
	if (ctl->watch.fd == -1)
		goto failed;
	if (is_left(&at))
		unlink(path);
	mask = umask(0077); /* for its owner only */
	int r = bind(ctl->watch.fd, (const struct sockaddr *)&at, sizeof(at));
	int err = errno;
	umask(mask);
	errno = err;
	if (r == -1 || listen(ctl->watch.fd, CLIENTS) == -1 ||
	    riad_watch_add(&d->loop, &ctl->watch, EPOLLIN) == -1)
		goto failed;
	return 0;
failed:
	err = errno;
	/* The default is a convenience that may not be there. */
	if (d->conf->ctl != NULL || !d->conf->quiet)
		riad_warn("%s: %s", path, strerror(err));
	if (ctl != NULL && ctl->watch.fd != -1)
		close(ctl->watch.fd);
	free(ctl);
	d->ctl = NULL;
	return d->conf->ctl != NULL ? -1 : 0;
}

void
dohd_ctl_close(struct dohd *d)
{
	if (d->ctl == NULL)
		return;
	for (size_t i = 0; i < CLIENTS; i++)
		if (d->ctl->client[i].watch.fd != -1)
			hang_up(&d->ctl->client[i]);
	riad_timer_del(&d->loop, &d->ctl->rest);
	riad_watch_del(&d->loop, &d->ctl->watch);
	close(d->ctl->watch.fd);
	unlink(dohd_ctl_path(d->conf->ctl));
	free(d->ctl);
}
