/* SPDX-License-Identifier: ISC */
/* The sink of a flow: takes what its merge gives. */

#include <errno.h>

#include "parts.h"
#include "riad/cli.h"

/* A system exclusive message that others wait for, and of which nothing has
 * come for so long, is given up. */
#define STUCK_NS (2 * NS_PER_S)

int
sink_gone(struct flow *flow)
{
	int saved = errno;

	flow->blocked = false;
	flow->stuck = NEVER; /* nobody's turn, until it is back */
	riad_midi_merge_anew(&flow->merge);
	errno = saved;
	return end_gone(&flow->out);
}

static bool
has_ended(const struct flow *flow)
{
	for (unsigned i = 0; i < flow->n; i++)
		if (flow->in[i].state != END_DONE && !flow->ending)
			return false;
	return riad_midi_merge_idle(&flow->merge);
}

/* errno of a poll that failed. */
static int
reason(const struct end *out, short events)
{
	if (events & POLLNVAL)
		return EBADF;
	return out->port.is_device ? ENODEV : EPIPE;
}

int
sink_polled(struct flow *flow, short events)
{
	struct end *out = &flow->out;

	if (events & POLLOUT)
		flow->blocked = false;
	if (out->how == END_NAME) {
		/* Its server says why, and says so also when it's done. */
		if (!out->port.closing && riad_port_check(&out->port) == -1)
			return sink_gone(flow);
	} else if (events & (POLLERR | POLLHUP | POLLNVAL)) {
		if (has_ended(flow) && riad_port_drained(&out->port) == 1)
			flow->is_done = true; /* it has all, and went */
		else if (out->how == END_STANDARD)
			flow->hung_up = reason(out, events);
		else {
			errno = reason(out, events);
			return sink_gone(flow);
		}
	}
	return RIAD_OK;
}

/* One write; 1 to go on, 0 to wait, -1 with errno. */
static int
write_some(struct flow *flow, int64_t now)
{
	int64_t ns;
	size_t len;

	size_t room = riad_port_room(&flow->out.port, now, &ns);
	if (room == 0) {
		flow->wake = now + ns;
		return 0;
	}
	const uint8_t *data = riad_midi_merge_next(&flow->merge, &len);
	if (data == NULL)
		return 0;
	if (len > room)
		len = room;
	ssize_t n = riad_port_write(&flow->out.port, data, len);
	if (n == -1 && errno == EAGAIN) {
		flow->blocked = true;
		return 0;
	}
	if (n == -1)
		return -1;
	riad_midi_merge_taken(&flow->merge, (size_t)n);
	return 1;
}

static void
look_stuck(struct flow *flow, int64_t now)
{
	if (!riad_midi_merge_stuck(&flow->merge)) {
		flow->stuck = NEVER;
	} else if (flow->stuck == NEVER) {
		flow->stuck = now + STUCK_NS;
	} else if (now >= flow->stuck) {
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
	if (flow->hung_up != 0) {
		errno = flow->hung_up;
		r = -1;
	}
	if (!flow->paused)
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
