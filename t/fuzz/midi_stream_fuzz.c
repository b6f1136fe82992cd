/* SPDX-License-Identifier: ISC */
/*
 * Any bytes are events that written again in exact mode are these bytes, and
 * that are the same however the bytes come.  In plain mode what is written of
 * a sound stream is read as the same messages.
 */

#include "riad/midi.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 1 << 15 };

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
check_event(const struct riad_midi_event *e)
{
	const int len = riad_midi_len(e->status);

	check(e->time == 0 && e->meta == 0);
	switch (e->kind) {
	case RIAD_MIDI_MESSAGE:
		check(len >= 0 && e->len == 0);
		check(((e->data[0] | e->data[1]) & 0x80) == 0);
		check(len > 0 || e->data[0] == 0);
		check(len > 1 || e->data[1] == 0);
		return;
	case RIAD_MIDI_EXCLUSIVE:
		check(e->len <= RIAD_MIDI_PART);
		for (size_t i = 0; i < e->len; i++)
			check(e->bytes[i] < 0x80);
		return;
	case RIAD_MIDI_RAW:
		check(e->len > 0);
		return;
	default:
		abort();
	}
}

/*
 * All of an event, so that events that are the same have the same bytes here.
 * RAW ones that follow each other are one, by their count behind them.
 */
static void
add_event(struct riad_buf *to, const struct riad_midi_event *e)
{
	static uint8_t last;
	const uint8_t what[] = {(uint8_t)e->kind, e->status, e->data[0],
	    e->data[1], e->first, e->last, e->running, 0xA5};

	if (to->len == 0 || last != RIAD_MIDI_RAW || e->kind != RIAD_MIDI_RAW)
		riad_buf_add(to, what, sizeof(what));
	riad_buf_add(to, e->bytes, e->len);
	last = (uint8_t)e->kind;
}

/* step: for the sizes of pieces, or 0.  Returns how much was wrong. */
static uint64_t
parse(struct riad_buf *events, struct riad_buf *out, const uint8_t *data,
    size_t size, bool exact, size_t step)
{
	static struct riad_midi_stream s;
	struct riad_midi_event e;

	events->len = out->len = 0;
	riad_midi_stream_init(&s, exact);
	for (size_t at = 0; at < size;) {
		const uint8_t *p = data + at;
		size_t n = step == 0 ? size : (p[0] * step) % 5 + 1;
		if (n > size - at)
			n = size - at;
		at += n;
		while (riad_midi_stream_next(&s, &e, &p, &n) == 1) {
			check_event(&e);
			add_event(events, &e);
			check(riad_midi_write(out, &e, NULL) == 0);
		}
		check(n == 0);
	}
	if (riad_midi_stream_end(&s, &e) == 1) {
		check_event(&e);
		add_event(events, &e);
		check(riad_midi_write(out, &e, NULL) == 0);
	}
	check(riad_midi_stream_end(&s, &e) == 0);
	check(s.off == size && s.cut + s.stray + s.undefined <= size);
	return s.cut + s.stray + s.undefined;
}

static bool
same(const struct riad_buf *a, const uint8_t *data, size_t len)
{
	return a->len == len && (len == 0 || memcmp(a->data, data, len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct riad_buf events, again, out, copy;

	if (size > LIMIT)
		return 0;
	events.max = again.max = out.max = copy.max = 16 * LIMIT;
	for (int exact = 0; exact < 2; exact++) {
		uint64_t faults = parse(&events, &out, data, size, exact, 0);
		check(!exact || same(&out, data, size));
		parse(&again, &copy, data, size, exact, 3);
		check(same(&again, events.data, events.len));
		check(same(&copy, out.data, out.len));
		/* A sound one without interruptions stays as it is written. */
		if (!exact && faults == 0) {
			parse(&again, &copy, out.data, out.len, false, 7);
			check(same(&copy, out.data, out.len));
		}
	}
	return 0;
}
