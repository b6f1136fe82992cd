/* SPDX-License-Identifier: ISC */

#include "riad/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "riad/io.h"
#include "riad/spawn.h"

enum { TICK_MS = 100, CHUNK = 65536 };
enum { IN, OUT, ERR, REPORT, PIPES };

struct pipes {
	int end[PIPES][2]; /* [0] is read from */
};

static void
shut(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
shut_all(struct pipes *p)
{
	for (int i = 0; i < PIPES; i++) {
		shut(&p->end[i][0]);
		shut(&p->end[i][1]);
	}
}

static int
open_all(struct pipes *p, bool errors)
{
	for (int i = 0; i < PIPES; i++)
		p->end[i][0] = p->end[i][1] = -1;
	for (int i = 0; i < PIPES; i++) {
		if ((i != ERR || errors) && pipe2(p->end[i], O_CLOEXEC) == -1) {
			int err = errno;
			shut_all(p);
			errno = err;
			return -1;
		}
	}
	return 0;
}

/* cli keeps 0, 1 and 2 open, so that no pipe is one of them. */
static _Noreturn void
child(const struct riad_exchange *x, const struct pipes *p)
{
	int err;

	(void)signal(SIGPIPE, SIG_DFL);
	if (dup2(p->end[IN][0], STDIN_FILENO) == -1 ||
	    dup2(p->end[OUT][1], STDOUT_FILENO) == -1 ||
	    (p->end[ERR][1] != -1 &&
		dup2(p->end[ERR][1], STDERR_FILENO) == -1) ||
	    (x->dir != NULL && chdir(x->dir) == -1))
		goto fail;
	for (const char *const *e = x->env; e != NULL && *e != NULL; e += 2) {
		if (setenv(e[0], e[1], 1) == -1)
			goto fail;
	}
	execvp(x->argv[0], x->argv);
fail:
	err = errno;
	(void)riad_write(p->end[REPORT][1], &err, sizeof(err));
	_exit(RIAD_EXIT_CANNOT_RUN);
}

static pid_t
start(const struct riad_exchange *x, struct pipes *p)
{
	int err = 0, wstatus;
	pid_t pid = fork();

	if (pid == 0)
		child(x, p);
	if (pid == -1)
		return -1;
	shut(&p->end[IN][0]);
	shut(&p->end[OUT][1]);
	shut(&p->end[ERR][1]);
	shut(&p->end[REPORT][1]);
	/* It closes by itself when exec succeeds. */
	if (riad_read(p->end[REPORT][0], &err, sizeof(err)) > 0) {
		(void)riad_wait(pid, &wstatus, 0);
		errno = err;
		return -1;
	}
	return pid;
}

/* A pipe that poll(2) calls ready takes PIPE_BUF bytes without a wait. */
static int
feed(const struct riad_exchange *x, int *fd, size_t *fed)
{
	size_t n = x->input_len - *fed;
	ssize_t r = 0;

	if (n > PIPE_BUF)
		n = PIPE_BUF;
	if (n > 0)
		r = write(*fd, (const char *)x->input + *fed, n);
	if (r == -1 && errno == EINTR)
		return 0;
	/* Who doesn't read to the end need not. */
	if (r == -1 && errno != EPIPE)
		return -1;
	*fed += r == -1 ? n : (size_t)r;
	if (r == -1 || *fed == x->input_len)
		shut(fd);
	return 0;
}

static int
take(const struct riad_exchange *x, int *fd,
    int (*to)(void *ctx, const void *data, size_t len), uint8_t *buf)
{
	ssize_t n = riad_read(*fd, buf, CHUNK);

	if (n == -1)
		return -1;
	if (n == 0) {
		shut(fd);
		return 0;
	}
	return to(x->ctx, buf, (size_t)n) == 0 ? 0 : -1;
}

static int
converse(const struct riad_exchange *x, struct pipes *p, uint8_t *buf)
{
	int *in = &p->end[IN][1], *out = &p->end[OUT][0];
	int *err = &p->end[ERR][0];
	size_t fed = 0;

	if (x->input_len == 0)
		shut(in);
	while (*out != -1 || *err != -1) {
		/* A descriptor of -1 is passed over. */
		struct pollfd fds[] = {
		    {*in, POLLOUT, 0}, {*out, POLLIN, 0}, {*err, POLLIN, 0}};
		int n = poll(fds, 3, x->tick != NULL ? TICK_MS : -1);

		if (n == -1 && errno != EINTR)
			return -1;
		if (n == 0 && x->tick != NULL && x->tick(x->ctx) != 0)
			return -1;
		if (n <= 0)
			continue;
		if ((fds[0].revents != 0 && feed(x, in, &fed) == -1) ||
		    (fds[2].revents != 0 && x->errors != NULL &&
			take(x, err, x->errors, buf) == -1) ||
		    (fds[1].revents != 0 && take(x, out, x->output, buf) == -1))
			return -1;
	}
	return 0;
}

int
riad_exchange(const struct riad_exchange *x, int *wstatus)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction before;
	struct pipes p;
	uint8_t *buf = malloc(CHUNK);
	int r = -1;

	if (buf == NULL || open_all(&p, x->errors != NULL) == -1) {
		free(buf);
		return -1;
	}
	sigaction(SIGPIPE, &ignore, &before);
	pid_t pid = start(x, &p);
	if (pid != -1)
		r = converse(x, &p, buf);
	int err = errno;
	shut_all(&p);
	if (pid != -1) {
		if (r == -1)
			(void)kill(pid, SIGTERM);
		if (riad_wait(pid, wstatus, 0) == -1 && r == 0) {
			err = errno;
			r = -1;
		}
	}
	sigaction(SIGPIPE, &before, NULL);
	free(buf);
	errno = err;
	return r;
}
