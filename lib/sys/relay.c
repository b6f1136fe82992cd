/* SPDX-License-Identifier: ISC */
/*
 * One process and poll(2) for both directions: what was recorded first was
 * passed on first, so the order of records is one of cause and effect.  A
 * write that blocks would stop the other direction too, which can deadlock
 * two peers that would not without us; so no write blocks.
 */

#include "riad/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "riad/spawn.h"

static const int passed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

/* Set by handlers, which run during ppoll(2) only. */
static volatile sig_atomic_t child_changed;
static volatile sig_atomic_t to_pass_on;
static volatile sig_atomic_t interrupted;

static void
on_child(int sig)
{
	(void)sig;
	child_changed = 1;
}

static void
on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	interrupted = 1;

	/* A terminal's signal has gone to the command as well. */
	if (info->si_code == SI_USER || info->si_code == SI_QUEUE)
		to_pass_on |= 1 << sig;
}

static uint64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/*
 * Standard output is shared with whoever started us, and O_NONBLOCK would be
 * seen by all of them.  A pipe can be opened anew, which gives us a state of
 * our own; a socket takes the flag with each call.  Else poll(2) promises
 * room for PIPE_BUF bytes, and a file never blocks.
 */
static void
prepare_output(struct riad_flow *f)
{
	struct stat st;
	char path[32];

	f->chunk = sizeof(f->buf);
	if (fstat(f->out, &st) == -1 || S_ISREG(st.st_mode))
		return;
	if (S_ISSOCK(st.st_mode)) {
		f->is_socket = true;
		return;
	}
	if (S_ISFIFO(st.st_mode)) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", f->out);
		int own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (own != -1) {
			(void)dup2(own, f->out);
			close(own);
			return;
		}
	}
	f->may_block = true;
	f->chunk = PIPE_BUF;
}

static void
flow_close(struct riad_flow *f)
{
	if (f->in != -1)
		close(f->in);
	if (f->out != -1)
		close(f->out);
	f->in = f->out = -1;
	f->pos = f->end = 0;
}

static bool
is_transient(int err)
{
	return err == EINTR || err == EAGAIN || err == EWOULDBLOCK;
}

static void
flow_write(struct riad_relay *r, struct riad_flow *f)
{
	const uint8_t *p = f->buf + f->pos;
	size_t len = f->end - f->pos;

	if (len > f->chunk)
		len = f->chunk;
	ssize_t n = f->is_socket
			? send(f->out, p, len, MSG_DONTWAIT | MSG_NOSIGNAL)
			: write(f->out, p, len);
	if (n == -1) {
		if (is_transient(errno))
			return;
		if (f->to_client && errno != EPIPE && errno != ECONNRESET)
			r->err = errno;
		flow_close(f);
		return;
	}
	f->pos += (size_t)n;
	r->off += f->to_client ? (uint64_t)n : 0;
	r->seen(r->ctx, f->to_client, f->ns, p, (size_t)n);
}

static void
flow_read(struct riad_relay *r, struct riad_flow *f)
{
	ssize_t n = read(f->in, f->buf, sizeof(f->buf));

	if (n == -1 && is_transient(errno))
		return;
	f->ns = now() - r->start;
	if (n <= 0) {
		flow_close(f);
		r->seen(r->ctx, f->to_client, f->ns, NULL, 0);
		return;
	}
	f->pos = 0;
	f->end = (size_t)n;

	/* Mostly there is room, and poll(2) need not be asked. */
	if (!f->may_block)
		flow_write(r, f);
}

/* Whoever reads from us has gone: so that the writer learns it, go too. */
static void
flow_step(struct riad_relay *r, struct riad_flow *f, const struct pollfd *in,
    const struct pollfd *out)
{
	if (out->revents & (POLLERR | POLLHUP | POLLNVAL))
		flow_close(f);
	else if (out->revents & POLLOUT)
		flow_write(r, f);
	else if (in->revents != 0)
		flow_read(r, f);
}

static void
flow_poll(const struct riad_flow *f, struct pollfd *in, struct pollfd *out)
{
	bool full = f->pos < f->end;

	*in = (struct pollfd){.fd = full ? -1 : f->in, .events = POLLIN};
	*out = (struct pollfd){.fd = f->out, .events = full ? POLLOUT : 0};
}

/* No handler runs here, so nothing is lost between look and reset. */
static void
pass_on(pid_t pid)
{
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++) {
		if (to_pass_on & 1 << passed_on[i])
			(void)kill(pid, passed_on[i]);
	}
	to_pass_on = 0;
}

/*
 * Children of the command may write on when it has ended.  Nobody is left to
 * pass a signal on to then, and it ends the relay.
 */
static void
pump(struct riad_relay *r, pid_t pid, const sigset_t *mask, int *wstatus)
{
	bool ended = false;

	while (!ended || r->flow[1].out != -1) {
		struct pollfd fds[4];

		flow_poll(&r->flow[0], &fds[0], &fds[1]);
		flow_poll(&r->flow[1], &fds[2], &fds[3]);
		int n = ppoll(fds, 4, NULL, mask);

		if (!ended)
			pass_on(pid);
		else if (interrupted != 0)
			break;
		if (child_changed != 0) {
			child_changed = 0;
			ended |= riad_wait(pid, wstatus, WNOHANG) != 0;
			interrupted = 0;
		}
		if (n > 0) {
			flow_step(r, &r->flow[0], &fds[0], &fds[1]);
			flow_step(r, &r->flow[1], &fds[2], &fds[3]);
		}
	}
}

/* Handlers for what was blocked before; what is ignored stays so. */
static void
catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_child};

	sigfillset(&sa.sa_mask);
	sa.sa_flags = SA_NOCLDSTOP;
	(void)sigaction(SIGCHLD, &sa, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);

	sa.sa_sigaction = on_signal;
	sa.sa_flags = SA_SIGINFO;
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++) {
		struct sigaction old;
		if (sigaction(passed_on[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			(void)sigaction(passed_on[i], &sa, NULL);
	}
}

static void
flow_init(struct riad_flow *f, int in, int out, bool to_client)
{
	f->in = in;
	f->out = out;
	f->to_client = to_client;
	f->is_socket = f->may_block = false;
	f->chunk = sizeof(f->buf);
	f->pos = f->end = 0;
}

int
riad_relay_run(struct riad_relay *r, char *const argv[], int *wstatus)
{
	int to[2], from[2];
	sigset_t block, mask;

	r->start = now();
	r->err = 0;
	r->off = 0;
	*wstatus = 0;
	if (pipe2(to, O_CLOEXEC) == -1)
		return -1;
	if (pipe2(from, O_CLOEXEC) == -1) {
		int err = errno;
		close(to[0]);
		close(to[1]);
		errno = err;
		return -1;
	}

	/*
	 * The command gets the mask and the dispositions that we got, SIGCHLD
	 * aside, which must not be ignored while we wait for it.
	 */
	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		sigaddset(&block, passed_on[i]);
	(void)sigprocmask(SIG_BLOCK, &block, &mask);
	(void)signal(SIGCHLD, SIG_DFL);

	pid_t pid = riad_spawn(argv, to[0], from[1], &mask);
	int err = errno;
	close(to[0]);
	close(from[1]);
	if (pid == -1) {
		close(to[1]);
		close(from[0]);
		(void)sigprocmask(SIG_SETMASK, &mask, NULL);
		errno = err;
		return -1;
	}
	catch_signals();

	/* This end is ours alone, so the flag is seen by nobody else. */
	(void)fcntl(to[1], F_SETFL, O_NONBLOCK);
	flow_init(&r->flow[0], STDIN_FILENO, to[1], false);
	flow_init(&r->flow[1], from[0], STDOUT_FILENO, true);
	prepare_output(&r->flow[1]);

	sigdelset(&mask, SIGCHLD);
	pump(r, pid, &mask, wstatus);
	flow_close(&r->flow[0]);
	flow_close(&r->flow[1]);
	r->ns = now() - r->start;
	return 0;
}
