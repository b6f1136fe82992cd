/* SPDX-License-Identifier: ISC */
/* A flow: sources are read into the merge, and that is written to a sink. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"

int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static bool
stat_end(struct stat *st, const struct end *end)
{
	if (end->how == END_STANDARD)
		return fstat(end->output ? STDOUT_FILENO : STDIN_FILENO, st) ==
		       0;
	return end->how == END_PATH && stat(end->spec, st) == 0;
}

/* A file or FIFO that is read and written would never come to its end, or be
 * emptied before it was read. */
static bool
is_circle(const struct end *in, const struct end *out)
{
	struct stat a, b;

	return stat_end(&a, in) && stat_end(&b, out) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino &&
	       (S_ISREG(a.st_mode) || S_ISFIFO(a.st_mode));
}

int
flow_open(struct flow *flow, const struct riad_port_scan *scan)
{
	flow->stuck = flow->wake = NEVER;
	if (riad_midi_merge_init(&flow->merge, flow->n) == -1) {
		riad_warn("%s", strerror(errno));
		return RIAD_FAIL;
	}
	for (unsigned i = 0; i < flow->n; i++) {
		if (is_circle(&flow->in[i], &flow->out)) {
			riad_warn(
			    "%s: is both input and output", flow->in[i].spec);
			return RIAD_FAIL;
		}
	}
	/* The output first: input that comes meanwhile isn't lost then. */
	if (end_open(&flow->out, scan) != RIAD_OK)
		return RIAD_FAIL;
	for (unsigned i = 0; i < flow->n; i++)
		if (end_open(&flow->in[i], scan) != RIAD_OK)
			return RIAD_FAIL;
	return RIAD_OK;
}

static void
tell_losses(struct flow *flow, int64_t now, bool last)
{
	for (unsigned i = 0; i < flow->n; i++) {
		if (flow->merge.src != NULL)
			flow->in[i].stray = flow->merge.src[i].dropped;
		end_losses(&flow->in[i], now, last);
	}
	end_losses(&flow->out, now, last);
	if (flow->dropped > 0 && (last || flow->out.state == END_OPEN)) {
		riad_warn("%s: %" PRIu64 " bytes of live input were dropped "
			  "while it was away",
		    flow->out.spec, flow->dropped);
		flow->dropped = 0;
	}
}

void
flow_close(struct flow *flow)
{
	tell_losses(flow, 0, true);
	for (unsigned i = 0; i < flow->n; i++)
		end_close(&flow->in[i]);
	end_close(&flow->out);
	riad_midi_merge_free(&flow->merge);
}

unsigned
flow_poll(struct flow *flow, struct pollfd *fds)
{
	for (unsigned i = 0; i < flow->n; i++) {
		/* One that isn't read would only tell of its end. */
		fds[i] = (struct pollfd){
		    .fd = source_wanted(flow, i) ? flow->in[i].port.fd : -1,
		    .events = POLLIN,
		};
	}
	const struct end *out = &flow->out;
	short events = flow->blocked ? POLLOUT : 0;
	if (out->how == END_NAME)
		events |= POLLIN;
	fds[flow->n] = (struct pollfd){
	    .fd = out->state == END_OPEN && !flow->is_done ? out->port.fd : -1,
	    .events = events,
	};
	return flow->n + 1;
}

int
flow_polled(struct flow *flow, const struct pollfd *fds)
{
	int status = RIAD_OK;

	for (unsigned i = 0; i < flow->n; i++)
		if (fds[i].fd != -1 && fds[i].revents != 0)
			status |= source_read(flow, i);
	if (fds[flow->n].fd != -1 && fds[flow->n].revents != 0)
		status |= sink_polled(flow, fds[flow->n].revents);
	return status;
}

static int
look_away(struct end *end, int64_t now)
{
	if (end->state == END_AWAY && end->how == END_PATH && now >= end->retry)
		return end_open(end, NULL);
	return RIAD_OK;
}

int
flow_look(struct flow *flow, int64_t now)
{
	int status = RIAD_OK;

	for (unsigned i = 0; i < flow->n && !flow->ending; i++)
		status |= look_away(&flow->in[i], now);
	if (!flow->ending)
		status |= look_away(&flow->out, now);
	tell_losses(flow, now, false);
	return status;
}

int
flow_scanned(struct flow *flow, const struct riad_port_scan *scan)
{
	int status = RIAD_OK;

	if (flow->ending)
		return status;
	for (unsigned i = 0; i < flow->n; i++) {
		if (end_scanned(&flow->in[i], scan) == RIAD_OK)
			continue;
		if (flow->in[i].state != END_OPEN)
			return RIAD_FAIL;
		status |= source_gone(flow, i);
	}
	if (end_scanned(&flow->out, scan) != RIAD_OK) {
		if (flow->out.state != END_OPEN)
			return RIAD_FAIL;
		status |= sink_gone(flow);
	}
	return status;
}

void
flow_end(struct flow *flow, bool off)
{
	for (unsigned i = 0; i < flow->n && !flow->ending; i++)
		if (flow->in[i].state == END_OPEN)
			riad_midi_merge_end(&flow->merge, i, off);
	flow->ending = true;
}

void
flow_stop(struct flow *flow)
{
	riad_midi_merge_stop(&flow->merge);
	flow->ending = true;
}

void
flow_pause(struct flow *flow)
{
	riad_midi_merge_hush(&flow->merge);
	flow->paused = true;
}

bool
flow_is_silent(const struct flow *flow)
{
	return riad_midi_merge_hushed(&flow->merge) || flow->is_done ||
	       flow->out.state != END_OPEN;
}

void
flow_resume(struct flow *flow)
{
	riad_midi_merge_resume(&flow->merge);
	flow->paused = false;
	flow->stuck = NEVER; /* the time that it stood doesn't count */
}

int64_t
flow_wake(const struct flow *flow)
{
	int64_t wake = flow->wake;

	if (flow->stuck < wake)
		wake = flow->stuck;
	for (unsigned i = 0; i <= flow->n; i++) {
		const struct end *end = i < flow->n ? &flow->in[i] : &flow->out;
		int64_t at = NEVER;
		if (end->state == END_AWAY && end->how == END_PATH)
			at = flow->ending ? NEVER : end->retry;
		else if (end->state == END_OPEN && end->how != END_STANDARD)
			at = end->lost_next;
		if (at < wake)
			wake = at;
	}
	return wake;
}
