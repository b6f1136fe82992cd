/* SPDX-License-Identifier: ISC */
/* The sources of a flow: read into its merge. */

#include <errno.h>
#include <inttypes.h>

#include "parts.h"
#include "riad/cli.h"

/* What a player plays is over if nobody hears it; what is in a file or pipe
 * can wait. */
static bool
is_live(const struct end *in)
{
	return in->port.is_device;
}

bool
source_wanted(const struct flow *flow, unsigned i)
{
	return flow->in[i].state == END_OPEN && !flow->ending &&
	       !flow->paused &&
	       (riad_midi_merge_room(&flow->merge, i) > 0 ||
		   (flow->out.state != END_OPEN && is_live(&flow->in[i])));
}

/* It may come back, with something new. */
static void
break_off(struct flow *flow, unsigned i)
{
	size_t lost = riad_midi_merge_end(&flow->merge, i, true);

	flow->merge.src[i].dropped += lost;
}

int
source_gone(struct flow *flow, unsigned i)
{
	int saved = errno;

	break_off(flow, i);
	errno = saved;
	return end_gone(&flow->in[i]);
}

static int
source_ended(struct flow *flow, unsigned i)
{
	struct end *in = &flow->in[i];
	uint64_t off = flow->merge.src[i].stream.off;

	if (opt.wait && in->port.is_fifo) {
		break_off(flow, i);
		return end_reopen(in); /* for who writes to it next */
	}
	size_t lost = riad_midi_merge_end(&flow->merge, i, false);
	riad_port_close(&in->port);
	in->state = END_DONE;
	if (lost == 0)
		return RIAD_OK;
	riad_warn("%s: byte %" PRIu64 ": the last message is cut short",
	    in->spec, off);
	flow->failed = true;
	return RIAD_OK;
}

int
source_read(struct flow *flow, unsigned i)
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
