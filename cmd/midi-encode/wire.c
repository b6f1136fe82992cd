/* SPDX-License-Identifier: ISC */
/*
 * events to bytes for a cable: as they are, in hex, or each in its time
 *
 * In time, signals wait until the next look, at most 50 ms away, so that notes
 * that sound can be ended before the signal is.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"

/* A part of an exclusive from text is one line at most. */
#define EVENT_MAX ((size_t)32 << 20)

enum {
	PIECE = 4096,
	SLICE_MS = 50,   /* how long a signal may wait */
	SILENCE_MS = 500 /* how long the other end may take at the end */
};

static struct riad_buf bytes; /* of an event */
static uint8_t status;        /* in force */

/* Of --pace. */
static struct timespec begin; /* when the first event came */
static bool begun;
static const int deadly[] = {SIGINT, SIGTERM, SIGHUP};
static sigset_t signals; /* those that aren't ignored */
static bool on[16][128];
static bool held[16][128]; /* pedals */
static bool in_exclusive;
static bool cut; /* by a signal; till silence nothing follows */

int
wire_begin(void)
{
	riad_buf_init(&bytes, EVENT_MAX);
	status = 0;
	if (!opt.pace)
		return 0;

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
	return 0;
}

/* --- in time */

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
write_paced(int patience_ms)
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

static void put(const uint8_t *data, size_t len);

/* All that sounds ends, and pedals go up. */
static void
silence(void)
{
	bool open = in_exclusive || cut;

	cut = false;
	if (open)
		put((const uint8_t[]){RIAD_MIDI_EOX}, 1);
	in_exclusive = false;
	for (unsigned c = 0; c < 16; c++) {
		for (unsigned i = 0; i < 128; i++) {
			uint8_t up[3] = {
			    (uint8_t)(RIAD_MIDI_CONTROL | c), (uint8_t)i, 0};
			if (held[c][i])
				put(up, 3);
		}
		for (unsigned i = 0; i < 128; i++) {
			uint8_t off[3] = {
			    (uint8_t)(RIAD_MIDI_OFF | c), (uint8_t)i, 64};
			if (on[c][i])
				put(off, 3);
		}
	}
	memset(on, 0, sizeof(on));
	memset(held, 0, sizeof(held));
	(void)write_paced(SILENCE_MS);
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
static int
wait_until(int64_t us)
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
	if (write_paced(-1) == -1)
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

/* What sounds, and which pedals are down, after an event. */
static void
note_state(const struct riad_midi_event *event)
{
	unsigned channel = event->status & 15u, i = event->data[0];

	if (event->kind == RIAD_MIDI_EXCLUSIVE)
		in_exclusive = !event->last;
	if (event->kind != RIAD_MIDI_MESSAGE || i > 127)
		return;
	switch (event->status & 0xF0) {
	case RIAD_MIDI_ON:
		on[channel][i] = event->data[1] > 0;
		break;
	case RIAD_MIDI_OFF:
		on[channel][i] = false;
		break;
	case RIAD_MIDI_CONTROL:
		if (i >= 64 && i < 70)
			held[channel][i] = event->data[1] > 0;
		else if (i == 120 || i >= 123)
			memset(on[channel], 0, sizeof(on[channel]));
		else if (i == 121)
			memset(held[channel], 0, sizeof(held[channel]));
		break;
	default:
		break;
	}
}

/* --- bytes */

static void
put_hex(const uint8_t *data, size_t len, bool ends)
{
	static const char digit[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		uint8_t *p = riad_out_room(&out, 3);
		p[0] = (uint8_t)digit[data[i] >> 4];
		p[1] = (uint8_t)digit[data[i] & 15];
		p[2] = i + 1 == len && ends ? '\n' : ' ';
		out.len += 3;
	}
}

static void
put(const uint8_t *data, size_t len)
{
	while (len > 0 && !cut) {
		size_t n = len < PIECE ? len : PIECE;
		if (opt.pace && sizeof(out.buf) - out.len < 3 * n)
			(void)write_paced(-1);
		if (opt.hex)
			put_hex(data, n, n == len);
		else
			riad_out_add(&out, data, n);
		data += n;
		len -= n;
	}
}

int
wire_take(const struct riad_midi_event *event, int64_t us)
{
	if (opt.pace) {
		if (wait_until(us) == -1)
			return -1;
		note_state(event);
	}
	bytes.len = 0;
	if (riad_midi_write(
		&bytes, event, opt.running_status ? &status : NULL) == -1)
		return -1;
	if (bytes.len > 0)
		put(bytes.data, bytes.len);
	return 0;
}

int
wire_wait(int fd)
{
	if (!opt.pace) {
		if (riad_out_flush(&out) == 0)
			return 0;
		return -1;
	}
	if (write_paced(-1) == -1)
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
wire_end(void)
{
	riad_buf_free(&bytes);
	if (!opt.pace)
		return 0;
	int failed = write_paced(-1);
	if (failed == 0)
		silence();
	look_for_signals();
	return failed;
}
