/* SPDX-License-Identifier: ISC */
/*
 * events in their time
 *
 * Signals wait until the next look, at most 50 ms away, so that notes that
 * sound can be ended before the program is, or stops for a while.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"
#include "riad/sounding.h"

enum {
	SLICE_MS = 50,   /* how long a signal may wait */
	SILENCE_MS = 500 /* how long the other end may take at the end */
};

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

enum { DEADLY = 3 };
static const int sigs[DEADLY + 1] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP};
static sigset_t signals; /* those that aren't ignored */
static int64_t begin;    /* when the first event came, in ns */
static bool begun;
static bool cut; /* by a signal; till it has its way nothing follows */

/* What has been written, or in hex, what is to be. */
static struct riad_midi_sounding sent;

void
pace_begin(void)
{
	/* A timer's slack is 50 us by default. */
	(void)prctl(PR_SET_TIMERSLACK, 1UL);
	sigemptyset(&signals);
	for (unsigned i = 0; i < sizeof(sigs) / sizeof(*sigs); i++) {
		/* What nohup and the like ignore stays so: blocked, it would
		 * be pending. */
		struct sigaction now;
		if (sigaction(sigs[i], NULL, &now) == 0 &&
		    now.sa_handler != SIG_IGN)
			sigaddset(&signals, sigs[i]);
	}
	sigprocmask(SIG_BLOCK, &signals, NULL);
	riad_midi_sounding_init(&sent);
}

void
pace_see(const uint8_t *data, size_t len)
{
	if (opt.hex)
		riad_midi_sounding_see(&sent, data, len);
}

bool
pace_is_cut(void)
{
	return cut;
}

static bool
is_pending(int sig)
{
	sigset_t now;

	sigpending(&now);
	return sigismember(&signals, sig) && sigismember(&now, sig);
}

/* A signal that has come and ends us, or 0. */
static int
pending(void)
{
	for (unsigned i = 0; i < DEADLY; i++)
		if (is_pending(sigs[i]))
			return sigs[i];
	return 0;
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Until somebody lets us go on, which time isn't music's. */
static void
stop_here(void)
{
	int64_t from = now_ns();
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	sigprocmask(SIG_BLOCK, &one, NULL);
	begin += now_ns() - from;
}

/* Takes what was written off. */
static void
written(size_t n)
{
	if (!opt.hex)
		riad_midi_sounding_see(&sent, out.buf, n);
	out.off += n;
	out.len -= n;
	memmove(out.buf, out.buf + n, out.len);
}

/* As much as the other end takes at once, so that signals are seen.  With
 * patience, what it hasn't taken by then stays; without, all of it goes, unless
 * a signal ends us. */
static int
write_out(int patience_ms)
{
	bool patient = patience_ms < 0;

	while (out.len > 0) {
		struct pollfd p = {.fd = out.fd, .events = POLLOUT};
		int ready = poll(&p, 1, SLICE_MS);
		if (ready == -1 && errno != EINTR)
			return -1;
		cut = patient && pending() != 0;
		if (cut)
			return 0;
		/* Who takes nothing can't be made silent before; and an
		 * exclusive may go on for minutes. */
		if (patient && (ready <= 0 || sent.in_exclusive) &&
		    is_pending(SIGTSTP))
			stop_here();
		if (ready <= 0) {
			if (!patient && (patience_ms -= SLICE_MS) < 0)
				return 0;
			continue;
		}
		ssize_t w =
		    write(out.fd, out.buf, out.len < 512 ? out.len : 512);
		if (w == -1 && errno != EINTR && errno != EAGAIN) {
			out.err = errno;
			out.len = 0;
			return -1;
		}
		if (w > 0)
			written((size_t)w);
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
	struct riad_buf off;

	riad_buf_init(&off, RIAD_MIDI_SOUNDING_MAX + 1);
	cut = false;
	if (sent.in_exclusive)
		(void)riad_buf_add(&off, &(uint8_t){RIAD_MIDI_EOX}, 1);
	if (riad_midi_sounding_off(&off, &sent, NULL) == 0)
		wire_put(off.data, off.len);
	riad_buf_free(&off);
	(void)write_out(SILENCE_MS);
}

/* Nothing more is written than that; of what waits, what makes a message
 * whole. */
static void
end_all(void)
{
	if (!opt.hex)
		out.len = riad_midi_sounding_rest(&sent, out.buf, out.len);
	(void)write_out(SILENCE_MS);
	silence();
	out.len = 0;
}

/* Pedals that were down before. */
static void
pedals_down(const struct riad_midi_sounding *before)
{
	for (unsigned c = 0; c < 16; c++) {
		for (unsigned i = 0; i < RIAD_MIDI_PEDALS; i++) {
			uint8_t down[3] = {(uint8_t)(RIAD_MIDI_CONTROL | c),
			    riad_midi_pedals[i], 127};
			if (before->pedals[i] >> c & 1)
				wire_put(down, sizeof(down));
		}
	}
}

static void
stop_in_silence(void)
{
	(void)write_out(SILENCE_MS);
	const struct riad_midi_sounding before = sent;
	/* What isn't whole goes on after it. */
	bool whole = out.len == 0 && before.need == 0 && !before.in_exclusive;

	if (whole)
		silence();
	stop_here();
	if (whole)
		pedals_down(&before);
}

/* A signal that has come ends us, or stops us for a while. */
static void
look_for_signals(void)
{
	int sig = pending();

	if (sig != 0) {
		end_all();
		signal(sig, SIG_DFL);
		sigprocmask(SIG_UNBLOCK, &signals, NULL);
		raise(sig);
	} else if (is_pending(SIGTSTP)) {
		stop_in_silence();
	}
}

int
pace_until(int64_t us)
{
	look_for_signals();
	int64_t now = now_ns();
	/* How long the input took to come isn't music's. */
	if (!begun)
		begin = now;
	begun = true;
	/* Seventy years are as good as for ever. */
	int64_t since = 1000 * (us < INT64_MAX / 4000 ? us : INT64_MAX / 4000);
	if (begin + since <= now)
		return 0;
	if (pace_flush() == -1)
		return -1;
	for (; (now = now_ns()) < begin + since; look_for_signals()) {
		int64_t due = begin + since;
		if (due > now + SLICE_MS * NS_PER_MS)
			due = now + SLICE_MS * NS_PER_MS;
		struct timespec t = {due / NS_PER_S, due % NS_PER_S};
		while (clock_nanosleep(
			   CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
			;
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
		end_all();
	look_for_signals();
	return failed;
}
