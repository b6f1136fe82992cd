/* SPDX-License-Identifier: ISC */
/* The loop: waits for descriptors, clocks, signals, and for what is plugged. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "parts.h"
#include "riad/cli.h"

/* How often it is looked which devices portmidi has. */
#define SCAN_NS NS_PER_S

/* For how long the last messages are tried to be written, once something has
 * gone or a signal came. */
#define END_NS (2 * NS_PER_S)

/* How long a stop by the terminal may wait for notes to be turned off. */
#define PAUSE_NS (NS_PER_S / 4)

enum { FLOWS_MAX = 2 };

struct run {
	struct flow *flows;
	unsigned n;
	struct riad_port_scan scan;
	bool scans; /* portmidi's devices are of interest */
	int64_t next_scan;
	char said[256]; /* what a scan said last */
	int status;
	int sig;          /* which ends it, or 0 */
	int64_t deadline; /* by when all must be over */
	int64_t pause;    /* by when it must stop for a while, or NEVER */
};

enum how { END_CLEAN, END_OFF, END_STOP };

static void
end_all(struct run *r, enum how how)
{
	for (unsigned i = 0; i < r->n; i++) {
		if (how == END_STOP)
			flow_stop(&r->flows[i]);
		else
			flow_end(&r->flows[i], how == END_OFF);
	}
	if (r->deadline == NEVER)
		r->deadline = now_ns() + END_NS;
}

static void
take(struct run *r, int status)
{
	if (status == RIAD_OK)
		return;
	r->status = RIAD_FAIL;
	end_all(r, END_OFF);
}

static void
scan_said(struct run *r)
{
	const char *said = r->scan.said;

	if (said == NULL || strcmp(said, r->said) == 0)
		return;
	snprintf(r->said, sizeof(r->said), "%s", said);
	riad_warn("portmidi: %s", said);
}

static void
scan(struct run *r, int64_t now)
{
	if (r->scan.fd != -1) {
		int done = riad_port_scan_read(&r->scan, false);
		if (done == 0)
			return;
		r->next_scan = now + SCAN_NS;
		if (done == -1)
			return; /* the next one may do better */
		scan_said(r);
		for (unsigned i = 0; i < r->n; i++)
			take(r, flow_scanned(&r->flows[i], &r->scan));
	} else if (now >= r->next_scan &&
		   riad_port_scan_start(&r->scan) == -1) {
		r->next_scan = now + SCAN_NS;
	}
}

static void
write_all(struct run *r, int64_t now)
{
	for (unsigned i = 0; i < r->n; i++) {
		int status = flow_write(&r->flows[i], now);
		if (status != -1) {
			take(r, status);
			continue;
		}
		/* Nobody wants to know, so the others end like this one. */
		r->flows[i].out.state = END_DONE;
		r->flows[i].is_done = true;
		r->sig = SIGPIPE;
		end_all(r, END_STOP);
	}
}

/* All flows, or the one of standard input, by the end of which a line that is
 * also read isn't waited for. */
static bool
is_over(struct run *r)
{
	bool all = true;

	for (unsigned i = 0; i < r->n; i++) {
		const struct flow *f = &r->flows[i];
		if (f->is_done && r->n > 1 && !f->ending &&
		    f->in[0].how == END_STANDARD)
			end_all(r, END_CLEAN);
		all &= f->is_done;
	}
	return all;
}

static void
wait_for(struct run *r, int64_t now, const sigset_t *mask)
{
	struct pollfd fds[FLOWS_MAX * (INPUTS_MAX + 1) + 1];
	unsigned at[FLOWS_MAX] = {0}, n = 0;
	int64_t wake = r->deadline < r->pause ? r->deadline : r->pause;

	for (unsigned i = 0; i < r->n; i++) {
		at[i] = n;
		n += flow_poll(&r->flows[i], fds + n);
		int64_t flow = flow_wake(&r->flows[i]);
		if (flow < wake)
			wake = flow;
	}
	fds[n++] = (struct pollfd){.fd = r->scan.fd, .events = POLLIN};
	if (r->scans && r->scan.fd == -1 && r->next_scan < wake)
		wake = r->next_scan;

	int64_t ns = wake > now ? wake - now : 0;
	struct timespec t = {(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};
	int ready = ppoll(fds, n, wake == NEVER ? NULL : &t, mask);
	if (signal_caught != 0 && r->sig == 0) {
		r->sig = signal_caught;
		end_all(r, END_STOP);
	}
	if (signal_stops && r->pause == NEVER) {
		r->pause = now_ns() + PAUSE_NS;
		for (unsigned i = 0; i < r->n; i++)
			flow_pause(&r->flows[i]);
	}
	if (ready <= 0)
		return;
	for (unsigned i = 0; i < r->n; i++)
		take(r, flow_polled(&r->flows[i], fds + at[i]));
}

/* Stops, once nothing sounds any more that we know of. */
static void
look_pause(struct run *r, int64_t now, const sigset_t *mask)
{
	bool silent = true;

	if (r->pause == NEVER)
		return;
	for (unsigned i = 0; i < r->n; i++)
		silent &= flow_is_silent(&r->flows[i]);
	if (!silent && now < r->pause)
		return;
	int64_t from = now_ns();
	signals_stop(mask);
	if (r->deadline != NEVER)
		r->deadline += now_ns() - from;
	for (unsigned i = 0; i < r->n; i++)
		flow_resume(&r->flows[i]);
	r->pause = NEVER;
}

/* All devices, however long that takes: a signal ends it. */
static int
first_scan(struct run *r, const sigset_t *mask)
{
	int done;

	if (riad_port_scan_start(&r->scan) == -1)
		return -1;
	while ((done = riad_port_scan_read(&r->scan, false)) == 0) {
		struct pollfd p = {.fd = r->scan.fd, .events = POLLIN};
		if (ppoll(&p, 1, NULL, mask) == -1 && errno != EINTR)
			return -1;
		if (signal_stops)
			signals_stop(mask);
		r->sig = signal_caught;
		if (r->sig != 0)
			return 0;
	}
	return done;
}

static bool
open_all(struct run *r, const sigset_t *mask)
{
	for (unsigned i = 0; i < r->n; i++) {
		const struct flow *f = &r->flows[i];
		r->scans |= f->out.how == END_NAME;
		for (unsigned k = 0; k < f->n; k++)
			r->scans |= f->in[k].how == END_NAME;
	}
	if (r->scans) {
		int done = first_scan(r, mask);
		if (done == -1)
			riad_warn("devices: %s", strerror(errno));
		if (done != 1)
			return false;
		scan_said(r);
		r->next_scan = now_ns() + SCAN_NS;
	}
	for (unsigned i = 0; i < r->n; i++)
		if (flow_open(&r->flows[i], &r->scan) != RIAD_OK)
			return false;
	return true;
}

int
run_flows(struct flow *flows, unsigned n)
{
	struct run r = {
	    .flows = flows, .n = n, .deadline = NEVER, .pause = NEVER};
	sigset_t mask;

	riad_port_scan_init(&r.scan);
#ifdef __linux__
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* a byte is 320 us */
#endif
	signals_catch(&mask);
	if (open_all(&r, &mask)) {
		for (;;) {
			int64_t now = now_ns();
			for (unsigned i = 0; i < n; i++)
				take(&r, flow_look(&flows[i], now));
			write_all(&r, now);
			look_pause(&r, now, &mask);
			if (is_over(&r) || now >= r.deadline)
				break;
			if (r.scans)
				scan(&r, now);
			wait_for(&r, now, &mask);
		}
	} else {
		r.status = RIAD_FAIL;
	}
	for (unsigned i = 0; i < n; i++) {
		if (flows[i].failed)
			r.status = RIAD_FAIL;
		flow_close(&flows[i]);
	}
	riad_port_scan_free(&r.scan);
	if (r.sig != 0)
		signals_die(r.sig, &mask);
	return r.status;
}
