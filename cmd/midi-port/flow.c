/* SPDX-License-Identifier: ISC */
/* A flow: sources are read into the merge, and that is written to a sink. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "parts.h"
#include "riad/cli.h"

/* With --pace, as much is written at once as goes over a line in this time, and
 * as much may be made good if we came late. */
#define PACE_NS NS_PER_MS
#define LATE_NS (10 * NS_PER_MS)

/* A system exclusive message that others wait for, and of which nothing has
 * come for so long, is given up. */
#define STUCK_NS (2 * NS_PER_S)

int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

int
flow_open(struct flow *flow, const struct riad_port_scan *scan)
{
	flow->stuck = flow->wake = NEVER;
	if (riad_midi_merge_init(&flow->merge, flow->n) == -1) {
		riad_warn("%s", strerror(errno));
		return RIAD_FAIL;
	}
	/* The output first: input that comes meanwhile isn't lost then. */
	if (end_open(&flow->out, scan) != RIAD_OK)
		return RIAD_FAIL;
	for (unsigned i = 0; i < flow->n; i++)
		if (end_open(&flow->in[i], scan) != RIAD_OK)
			return RIAD_FAIL;
	return RIAD_OK;
}

void
flow_close(struct flow *flow)
{
	for (unsigned i = 0; i < flow->n; i++)
		end_close(&flow->in[i]);
	end_close(&flow->out);
	riad_midi_merge_free(&flow->merge);
}

/* What a player plays is over if nobody hears it; what is in a file or pipe
 * can wait. */
static bool
is_live(const struct end *in)
{
	return in->port.is_device;
}

static bool
can_feed(const struct flow *flow, unsigned i)
{
	return flow->in[i].state == END_OPEN && !flow->ending &&
	       (riad_midi_merge_room(&flow->merge, i) > 0 ||
		   (flow->out.state != END_OPEN && is_live(&flow->in[i])));
}

unsigned
flow_poll(struct flow *flow, struct pollfd *fds)
{
	for (unsigned i = 0; i < flow->n; i++) {
		/* One that isn't read would only tell of its end. */
		fds[i] = (struct pollfd){
		    .fd = can_feed(flow, i) ? flow->in[i].port.fd : -1,
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

static int
source_gone(struct flow *flow, unsigned i)
{
	int saved = errno;

	riad_midi_merge_end(&flow->merge, i, true);
	errno = saved;
	return end_gone(&flow->in[i]);
}

static int
sink_gone(struct flow *flow)
{
	int saved = errno;

	flow->blocked = false;
	flow->stuck = NEVER; /* nobody's turn, until it is back */
	riad_midi_merge_anew(&flow->merge);
	errno = saved;
	return end_gone(&flow->out);
}

static int
source_ended(struct flow *flow, unsigned i)
{
	struct end *in = &flow->in[i];
	uint64_t off = flow->merge.src[i].stream.off;

	if (opt.wait && in->port.is_fifo) {
		riad_midi_merge_end(&flow->merge, i, true);
		riad_port_close(&in->port);
		in->state = END_AWAY; /* for who writes to it next */
		in->retry = 0;
		return RIAD_OK;
	}
	size_t lost = riad_midi_merge_end(&flow->merge, i, false);
	riad_port_close(&in->port);
	in->state = END_DONE;
	if (lost == 0)
		return RIAD_OK;
	riad_warn("%s: byte %" PRIu64 ": the last message is cut short",
	    in->spec, off);
	return RIAD_FAIL;
}

static int
read_source(struct flow *flow, unsigned i)
{
	struct end *in = &flow->in[i];
	uint8_t buf[RIAD_MIDI_FEED];

	ssize_t n = riad_port_read(&in->port, buf, sizeof(buf));
	if (n == -1 && errno == EAGAIN)
		return RIAD_OK;
	if (n == -1)
		return source_gone(flow, i);
	if (n == 0)
		return source_ended(flow, i);
	bool dropping = flow->out.state != END_OPEN && is_live(in);
	/* What waits was there before the output went. */
	if (dropping)
		flow->dropped += riad_midi_merge_drop(&flow->merge, i);
	riad_midi_merge_feed(&flow->merge, i, buf, (size_t)n);
	if (dropping)
		flow->dropped += riad_midi_merge_drop(&flow->merge, i);
	return RIAD_OK;
}

static bool
has_ended(const struct flow *flow)
{
	for (unsigned i = 0; i < flow->n; i++)
		if (flow->in[i].state != END_DONE && !flow->ending)
			return false;
	return riad_midi_merge_idle(&flow->merge);
}

int
flow_polled(struct flow *flow, const struct pollfd *fds)
{
	int status = RIAD_OK;

	for (unsigned i = 0; i < flow->n; i++)
		if (fds[i].fd != -1 && fds[i].revents != 0)
			status |= read_source(flow, i);

	short events = fds[flow->n].revents;
	if (fds[flow->n].fd == -1 || events == 0)
		return status;
	if (events & POLLOUT)
		flow->blocked = false;
	if (flow->out.how == END_NAME) {
		/* Its server says why, and says so also when it's done. */
		if (!flow->out.port.closing &&
		    riad_port_check(&flow->out.port) == -1)
			status |= sink_gone(flow);
	} else if (events & (POLLERR | POLLHUP | POLLNVAL)) {
		if (flow->out.how == END_STANDARD)
			flow->blocked = false; /* write(2) says why */
		else if (has_ended(flow) &&
			 riad_port_drained(&flow->out.port) == 1)
			flow->is_done = true; /* it has all, and went */
		else {
			errno = ENODEV;
			status |= sink_gone(flow);
		}
	}
	return status;
}

/* One write; 1 to go on, 0 to wait, -1 with errno. */
static int
write_some(struct flow *flow, int64_t now)
{
	int64_t byte = INT64_C(10) * NS_PER_S / opt.baud, ns;
	size_t len;

	if (opt.pace && now < flow->due) {
		flow->wake = flow->due;
		return 0;
	}
	size_t room = riad_port_room(&flow->out.port, &ns);
	if (room == 0) {
		flow->wake = now + ns;
		return 0;
	}
	const uint8_t *data = riad_midi_merge_next(&flow->merge, &len);
	if (data == NULL)
		return 0;
	if (len > room)
		len = room;
	if (opt.pace && len > (size_t)(PACE_NS / byte + 1))
		len = (size_t)(PACE_NS / byte + 1);
	ssize_t n = riad_port_write(&flow->out.port, data, len);
	if (n == -1 && errno == EAGAIN) {
		flow->blocked = true;
		return 0;
	}
	if (n == -1)
		return -1;
	riad_midi_merge_taken(&flow->merge, (size_t)n);
	if (flow->due < now - LATE_NS)
		flow->due = now; /* the line was idle */
	flow->due += n * byte;
	return 1;
}

static void
look_stuck(struct flow *flow, int64_t now)
{
	if (!riad_midi_merge_stuck(&flow->merge)) {
		flow->stuck = NEVER;
	} else if (flow->stuck == NEVER) {
		flow->stuck = now;
	} else if (now - flow->stuck >= STUCK_NS) {
		riad_warn("%s: system exclusive message that does not go on: "
			  "ended",
		    flow->in[flow->merge.owner].spec);
		riad_midi_merge_release(&flow->merge);
		flow->stuck = NEVER;
	}
}

int
flow_write(struct flow *flow, int64_t now)
{
	int r = 1;

	flow->wake = NEVER;
	if (flow->is_done)
		return RIAD_OK;
	if (flow->out.state == END_DONE) {
		flow->is_done = true;
		return RIAD_OK;
	}
	if (flow->out.state == END_AWAY) {
		/* With nobody to take the rest, that isn't waited for. */
		flow->is_done = flow->ending || has_ended(flow);
		return RIAD_OK;
	}
	look_stuck(flow, now);
	while (r == 1 && !flow->blocked)
		r = write_some(flow, now);
	if (r == 0 && has_ended(flow)) {
		r = riad_port_drained(&flow->out.port);
		flow->is_done = r == 1;
		if (r == 0)
			flow->wake = now + 2 * NS_PER_MS;
	}
	if (r != -1)
		return RIAD_OK;
	return flow->out.how == END_STANDARD && errno == EPIPE
		   ? -1
		   : sink_gone(flow);
}

static int
look_away(struct end *end, int64_t now)
{
	if (end->state == END_AWAY && end->how == END_PATH && now >= end->retry)
		return end_open(end, NULL);
	return RIAD_OK;
}

static void
sink_back(struct flow *flow)
{
	if (flow->out.state == END_OPEN && flow->dropped > 0) {
		riad_warn("%s: %" PRIu64 " bytes of live input were dropped "
			  "while it was away",
		    flow->out.spec, flow->dropped);
		flow->dropped = 0;
	}
}

int
flow_look(struct flow *flow, int64_t now)
{
	int status = RIAD_OK;

	end_overflows(&flow->out, now, false);
	for (unsigned i = 0; i < flow->n; i++)
		end_overflows(&flow->in[i], now, false);
	if (flow->ending)
		return status;
	for (unsigned i = 0; i < flow->n; i++)
		status |= look_away(&flow->in[i], now);
	status |= look_away(&flow->out, now);
	sink_back(flow);
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
	sink_back(flow);
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

int64_t
flow_wake(const struct flow *flow)
{
	int64_t wake = flow->wake;

	if (flow->stuck != NEVER && flow->stuck + STUCK_NS < wake)
		wake = flow->stuck + STUCK_NS;
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
