/* SPDX-License-Identifier: ISC */
/*
 * bytes for a cable, each event in its time
 *
 * Signals wait until the next look, at most 50 ms away, so that notes that
 * sound can be ended before the signal is.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"
#include "riad/sounding.h"

enum {
	SLICE_MS = 50,   /* how long a signal may wait */
	SILENCE_MS = 250 /* how long the other end may take at the end, twice */
};

static struct timespec begin; /* when the first event came */
static bool begun;
static const int deadly[] = {SIGINT, SIGTERM, SIGHUP};
static sigset_t signals; /* those that aren't ignored */
static bool cut;         /* by a signal; till silence nothing follows */

/* What went out, so that what sounds there is known. */
static struct riad_midi_sounding sounding;

void
pace_begin(void)
{
	riad_midi_sounding_init(&sounding);
	/* A timer's slack is 50 us by default. */
	(void)prctl(PR_SET_TIMERSLACK, 1UL);
	sigemptyset(&signals);
	for (unsigned i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		/* What nohup and the like ignore stays so: blocked, it would
		 * be pending. */
		struct sigaction now;
		if (sigaction(deadly[i], NULL, &now) == 0 &&
		    now.sa_handler != SIG_IGN)
			sigaddset(&signals, deadly[i]);
	}
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

bool
pace_is_cut(void)
{
	return cut;
}

void
pace_see(const uint8_t *data, size_t len)
{
	riad_midi_sounding_see(&sounding, data, len);
}

/* A signal that has come, or 0. */
static int
pending(void)
{
	sigset_t now;

	sigpending(&now);
	for (unsigned i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		if (sigismember(&signals, deadly[i]) &&
		    sigismember(&now, deadly[i]))
			return deadly[i];
	}
	return 0;
}

/* As much as the other end takes at once, so that signals are seen. */
static int
write_out(int patience_ms)
{
	size_t done = 0;

	while (done < out.len) {
		struct pollfd p = {.fd = out.fd, .events = POLLOUT};
		int ready = poll(&p, 1, SLICE_MS);
		if (ready == -1 && errno != EINTR)
			return -1;
		if (ready <= 0) {
			if (patience_ms >= 0 && (patience_ms -= SLICE_MS) < 0)
				break;
			cut |= patience_ms < 0 && pending() != 0;
			if (cut)
				break;
			continue;
		}
		size_t n = out.len - done < 512 ? out.len - done : 512;
		ssize_t w = write(out.fd, out.buf + done, n);
		if (w == -1 && errno != EINTR && errno != EAGAIN) {
			out.err = errno;
			break;
		}
		if (w > 0) {
			/* Digits were seen when they were bytes. */
			if (!opt.hex)
				pace_see(out.buf + done, (size_t)w);
			done += (size_t)w;
			out.off += (size_t)w;
		}
	}
	out.len = 0;
	if (out.err != 0) {
		errno = out.err;
		return -1;
	}
	return 0;
}

int
pace_flush(void)
{
	return write_out(-1);
}

/* All that sounds ends, and pedals go up. */
static void
silence(void)
{
	static const uint8_t eox = RIAD_MIDI_EOX;
	struct riad_buf off;

	if (!cut)
		(void)write_out(SILENCE_MS);
	cut = false;
	if (sounding.in_exclusive)
		wire_put(&eox, 1);
	riad_buf_init(&off, RIAD_MIDI_SOUNDING_MAX);
	(void)riad_midi_sounding_off(&off, &sounding, NULL);
	for (size_t i = 0; i + 3 <= off.len; i += 3)
		wire_put(off.data + i, 3);
	riad_buf_free(&off);
	(void)write_out(SILENCE_MS);
}

/* Whether a signal has come: then it ends the program. */
static void
look_for_signals(void)
{
	int sig = pending();

	if (sig == 0)
		return;
	silence();
	signal(sig, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
	raise(sig);
}

static bool
is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec
				      : a->tv_nsec > b->tv_nsec;
}

/* Adds microseconds. */
static struct timespec
after(const struct timespec *t, int64_t us)
{
	struct timespec r = {
	    t->tv_sec + us / 1000000, t->tv_nsec + us % 1000000 * 1000};

	if (r.tv_nsec >= 1000000000) {
		r.tv_sec++;
		r.tv_nsec -= 1000000000;
	}
	return r;
}

/* What was due before goes out, and then it is time for us. */
int
pace_until(int64_t us)
{
	struct timespec due, now;

	look_for_signals();
	clock_gettime(CLOCK_MONOTONIC, &now);
	/* How long the input took to come isn't music's. */
	if (!begun)
		begin = now;
	begun = true;
	due = after(&begin, us);
	if (!is_later(&due, &now))
		return 0;
	if (pace_flush() == -1)
		return -1;
	while (is_later(&due, &now)) {
		struct timespec slice = after(&now, SLICE_MS * 1000);
		if (is_later(&slice, &due))
			slice = due;
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &slice,
			   NULL) == EINTR)
			;
		look_for_signals();
		clock_gettime(CLOCK_MONOTONIC, &now);
	}
	return 0;
}

int
pace_wait(int fd)
{
	if (pace_flush() == -1)
		return -1;
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		look_for_signals();
		int ready = poll(&p, 1, SLICE_MS);
		if (ready > 0)
			return 0;
		if (ready == -1 && errno != EINTR)
			return -1;
	}
}

int
pace_end(void)
{
	int failed = pace_flush();

	if (failed == 0)
		silence();
	look_for_signals();
	return failed;
}
