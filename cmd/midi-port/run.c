/* SPDX-License-Identifier: ISC */
/* The loop: waits for descriptors, clocks, signals, and for what is plugged. */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
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

enum { FLOWS_MAX = 2 };

static volatile sig_atomic_t caught;

static void catch (int sig)
{
	caught = sig;
}

/* Signals come while we wait, and at no other time. *open is the mask then. */
static void
catch_signals(sigset_t *open)
{
	static const int sigs[] = {SIGHUP, SIGINT, SIGTERM};
	sigset_t shut;

	sigemptyset(&shut);
	for (size_t i = 0; i < sizeof(sigs) / sizeof(*sigs); i++) {
		struct sigaction old;
		/* The second one, if the first takes too long, is the end. */
		struct sigaction act = {
		    .sa_handler = catch, .sa_flags = (int)SA_RESETHAND};
		sigaction(sigs[i], NULL, &old);
		if (old.sa_handler == SIG_IGN)
			continue; /* as nohup(1) wants it */
		sigaction(sigs[i], &act, NULL);
		sigaddset(&shut, sigs[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &shut, open);
}

static void
die_of(int sig, const sigset_t *mask)
{
	signal(sig, SIG_DFL);
	raise(sig);
	sigprocmask(SIG_SETMASK, mask, NULL);
}

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
	int64_t wake = r->deadline;

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
	if (caught != 0 && r->sig == 0) {
		r->sig = caught;
		end_all(r, END_STOP);
	}
	if (ready <= 0)
		return;
	for (unsigned i = 0; i < r->n; i++)
		take(r, flow_polled(&r->flows[i], fds + at[i]));
}

static bool
open_all(struct run *r)
{
	for (unsigned i = 0; i < r->n; i++) {
		const struct flow *f = &r->flows[i];
		r->scans |= f->out.how == END_NAME;
		for (unsigned k = 0; k < f->n; k++)
			r->scans |= f->in[k].how == END_NAME;
	}
	if (r->scans) {
		if (riad_port_scan_start(&r->scan) == -1 ||
		    riad_port_scan_read(&r->scan, true) == -1) {
			riad_warn("devices: %s", strerror(errno));
			return false;
		}
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
	struct run r = {.flows = flows, .n = n, .deadline = NEVER};
	sigset_t mask;

	riad_port_scan_init(&r.scan);
#ifdef __linux__
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* a byte is 320 us */
#endif
	catch_signals(&mask);
	if (open_all(&r)) {
		for (;;) {
			int64_t now = now_ns();
			for (unsigned i = 0; i < n; i++)
				take(&r, flow_look(&flows[i], now));
			write_all(&r, now);
			if (is_over(&r) || now >= r.deadline)
				break;
			if (r.scans)
				scan(&r, now);
			wait_for(&r, now, &mask);
		}
	} else {
		r.status = RIAD_FAIL;
	}
	for (unsigned i = 0; i < n; i++)
		flow_close(&flows[i]);
	riad_port_scan_free(&r.scan);
	if (r.sig != 0)
		die_of(r.sig, &mask);
	return r.status;
}
