/* SPDX-License-Identifier: ISC */
/* what comes by and by: text out, one read(2), and again */

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/io.h"

/* After so many milliseconds of nothing, what is held of an exclusive is
 * shown; after as many again, what is folded is told. */
enum { PAUSE = 100, LONG_PAUSE = 1000 };

static volatile sig_atomic_t stopped;

static void
stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* SIGINT and SIGTERM end what would have no end, and what has a word to say
 * then says it.  They come while we wait only. */
static void
catch_signals(sigset_t *waiting)
{
	struct sigaction act = {.sa_handler = stop};
	sigset_t both;

	(void)sigprocmask(SIG_BLOCK, NULL, waiting);
	if (opt.view == VIEW_EVENTS && !opt.fold)
		return;
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &both, waiting);
	(void)sigaction(SIGINT, &act, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
}

/* Waits for input: 1; 0 after so many milliseconds (-1: none), or -1 if a
 * signal ended it. */
static int
wait_for(int fd, int ms, const sigset_t *waiting)
{
	for (;;) {
		struct pollfd p[2] = {{.fd = fd, .events = POLLIN},
		    {.fd = out.fd, .events = POLLOUT}};
		struct timespec ts = {ms / 1000, ms % 1000 * 1000000L};
		nfds_t n = opt.through && side_waits() ? 2 : 1;

		int r = ppoll(p, n, ms < 0 ? NULL : &ts, waiting);
		if (stopped)
			return -1;
		if (r == -1 && errno != EINTR)
			return 1; /* read(2) will tell */
		if (r == 0)
			return 0;
		if (r > 0 && n == 2 && p[1].revents != 0)
			side_drain();
		if (r > 0 && p[0].revents != 0)
			return 1;
	}
}

/* Passes on what was read, before anything else is done with it. */
static int
pass_on(const uint8_t *data, size_t len)
{
	static uint64_t passed;

	if (riad_write(STDOUT_FILENO, data, len) == 0) {
		passed += len;
		return 0;
	}
	if (errno == EPIPE) {
		/* Like any filter, once all that went by is told. */
		side_end();
		(void)signal(SIGPIPE, SIG_DFL);
		(void)raise(SIGPIPE);
	}
	riad_warn(
	    "standard output: byte %" PRIu64 ": %s", passed, strerror(errno));
	input.status = RIAD_FAIL;
	return -1;
}

static size_t
take(int fd, uint8_t *data, size_t len)
{
	static uint64_t off;
	ssize_t n = riad_read(fd, data, len);

	if (n == -1) {
		fault(off, strerror(errno));
		return 0;
	}
	off += (uint64_t)n;
	if (n > 0 && opt.through && pass_on(data, (size_t)n) == -1)
		return 0;
	return (size_t)n;
}

/* Patience grows less. */
size_t
read_more(int fd, uint8_t *data, size_t len, bool patient)
{
	static sigset_t waiting;
	static bool caught;
	int patience = patient ? -1 : PAUSE;

	if (!caught)
		catch_signals(&waiting);
	caught = true;
	for (;;) {
		if (opt.through)
			side_drain();
		else if (riad_out_flush(&out) == -1)
			return 0;
		int r = wait_for(fd, patience, &waiting);
		if (r == -1)
			return 0;
		if (r == 1)
			return take(fd, data, len);
		if (patience == PAUSE) {
			show_held();
			patience = opt.fold ? LONG_PAUSE : -1;
		} else {
			if (opt.view == VIEW_EVENTS)
				show_idle();
			patience = -1;
		}
	}
}
