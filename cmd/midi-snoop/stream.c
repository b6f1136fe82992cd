/* SPDX-License-Identifier: ISC */
/* a stream: each event is shown when it is here */

#include <time.h>

#include "parts.h"
#include "riad/cli.h"

static struct riad_midi_stream stream;
static int64_t now; /* of what was read last, by the clock that is asked for */

static int64_t
clock_us(void)
{
	clockid_t id =
	    opt.time == TIME_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
	struct timespec ts;

	if (clock_gettime(id, &ts) == -1)
		return 0;
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
stream_event(const struct riad_midi_event *e)
{
	struct riad_smf_item item;

	item.kind = RIAD_SMF_EVENT;
	item.off = stream.off;
	item.span = NULL;
	item.span_len = 0;
	item.why = NULL;
	item.event = *e;
	item.event.time = now;
	item.delta = 0;
	item.delta_len = item.length_len = 0;
	item.track = 0;
	view_item(&item);
}

/* Adjacent bytes that are wrong for one reason are one fault, also where they
 * come in pieces. */
static void
stream_fault(void)
{
	static const char *before;
	static uint64_t end;

	if (stream.why == NULL)
		return;
	if (stream.why != before || stream.why_off != end)
		fault(stream.why_off, stream.why);
	before = stream.why;
	end = stream.why_off + stream.why_len;
}

static void
feed(const uint8_t *data, size_t len)
{
	struct riad_midi_event e;
	int r;

	do {
		r = riad_midi_stream_next(&stream, &e, &data, &len);
		if (r == 1)
			stream_event(&e);
		stream_fault();
	} while (r == 1 && (out.err == 0 || opt.through));
}

void
show_held(void)
{
	struct riad_midi_event e;

	while (riad_midi_stream_flush(&stream, &e) == 1)
		stream_event(&e);
}

/* regular: nobody knows when it came, and who wants to know when it was read
 * can say so. */
int
read_stream(int fd, uint8_t *data, size_t len, size_t size, bool regular)
{
	struct riad_midi_event e;
	size_t n = len;

	if (opt.time != TIME_AUTO && opt.time != TIME_NONE &&
	    opt.time < TIME_MONOTONIC)
		return failed(RIAD_USAGE, "a stream has no ticks");
	if (filter.has_tracks)
		return failed(RIAD_USAGE, "a stream has no tracks");
	if (opt.time == TIME_AUTO)
		opt.time = regular || n == 0 ? TIME_NONE : TIME_MONOTONIC;
	input.timed = opt.time != TIME_NONE;
	input.began = opt.time == TIME_REALTIME ? 0 : clock_us();
	riad_midi_stream_init(&stream, opt.exact);
	view_begin();
	for (; n > 0; n = read_more(fd, data, size, false)) {
		now = input.timed ? clock_us() - input.began : 0;
		feed(data, n);
	}
	int r;
	do {
		r = riad_midi_stream_end(&stream, &e);
		if (r == 1)
			stream_event(&e);
		stream_fault();
	} while (r == 1);
	input.cut = stream.cut;
	input.stray = stream.stray;
	input.undefined = stream.undefined;
	return input.status;
}
