/* SPDX-License-Identifier: ISC */

#include <string.h>

#include "riad/midi.h"

void
riad_midi_stream_init(struct riad_midi_stream *s, bool exact)
{
	/* What part holds is npart bytes: it needs no clearing. */
	memset(s, 0, offsetof(struct riad_midi_stream, part));
	s->npart = 0;
	s->exact = exact;
}

/* How many bytes at p are data. */
static size_t
count_data(const uint8_t *p, size_t len)
{
	const uint64_t high = 0x8080808080808080;
	size_t n = 0;
	uint64_t w;

	for (; len - n >= sizeof(w); n += sizeof(w)) {
		memcpy(&w, p + n, sizeof(w));
		if (w & high)
			break;
	}
	while (n < len && p[n] < 0x80)
		n++;
	return n;
}

/* Of len bytes at p, of which before are from earlier calls or other events. */
static void
wrong(struct riad_midi_stream *s, const char *why, const uint8_t *p,
    size_t before, size_t len)
{
	if (s->why != NULL)
		return;
	s->why = why;
	s->why_off = s->off + (uint64_t)(p - s->from) - before;
	s->why_len = len;
}

static const char cut_short[] = "message is cut short";
static const char undefined_status[] = "undefined status";

static int
give_raw(struct riad_midi_event *event, const uint8_t *bytes, size_t len)
{
	*event = (struct riad_midi_event){
	    .kind = RIAD_MIDI_RAW, .bytes = bytes, .len = len};
	return 1;
}

static int
give_part(struct riad_midi_stream *s, struct riad_midi_event *event,
    const uint8_t *bytes, size_t len, bool last)
{
	*event = (struct riad_midi_event){
	    .kind = RIAD_MIDI_EXCLUSIVE,
	    .status = RIAD_MIDI_SYSEX,
	    .first = !s->begun,
	    .last = last,
	    .bytes = bytes,
	    .len = len,
	};
	s->begun = true;
	s->in_exclusive = !last;
	s->npart = 0;
	return 1;
}

/* Is there something of an exclusive that isn't out? */
static bool
holds_part(const struct riad_midi_stream *s)
{
	return s->in_exclusive && (s->npart > 0 || !s->begun);
}

/* What is held of a message goes out as it is, if anything is. */
static int
give_torn(struct riad_midi_stream *s, struct riad_midi_event *event)
{
	size_t have = s->have;

	if (have == 0)
		return 0;
	s->have = 0;
	s->torn = true;
	return give_raw(event, s->msg, have);
}

static int
give_message(struct riad_midi_stream *s, struct riad_midi_event *event)
{
	uint8_t status = s->status;

	s->status = 0;
	if (s->torn)
		return give_torn(s, event);
	const uint8_t *data = s->running ? s->msg : s->msg + 1;
	int len = riad_midi_len(status);
	*event = (struct riad_midi_event){
	    .kind = RIAD_MIDI_MESSAGE,
	    .status = status,
	    .data = {len > 0 ? data[0] : 0, len > 1 ? data[1] : 0},
	    .running = s->running,
	};
	return 1;
}

/* The functions below return 1 with an event, and 0 to go on with.  They take
 * bytes by moving *p, or leave them for the next turn. */

static int
take_realtime(struct riad_midi_stream *s, struct riad_midi_event *event,
    const uint8_t **p)
{
	if (s->exact) {
		if (holds_part(s))
			return give_part(s, event, s->part, s->npart, false);
		if (s->status != 0 && give_torn(s, event))
			return 1;
	}
	const uint8_t *at = (*p)++;
	if (riad_midi_len(*at) == -1) {
		s->undefined++;
		wrong(s, undefined_status, at, 0, 1);
		return give_raw(event, at, 1);
	}
	*event =
	    (struct riad_midi_event){.kind = RIAD_MIDI_MESSAGE, .status = *at};
	return 1;
}

static int
take_exclusive(struct riad_midi_stream *s, struct riad_midi_event *event,
    const uint8_t **p, const uint8_t *end)
{
	const uint8_t *from = *p;

	/* A part is out when it's full and there is more, so that the end goes
	 * with the bytes before it. */
	if (*from < 0x80) {
		if (s->npart == RIAD_MIDI_PART)
			return give_part(s, event, s->part, s->npart, false);
		size_t max = RIAD_MIDI_PART - s->npart;
		size_t left = (size_t)(end - from);
		size_t n = count_data(from, left < max ? left : max);
		*p += n;
		/* Whole, it can stay where it is. */
		if (s->npart == 0 && n < left) {
			if (from[n] == RIAD_MIDI_EOX) {
				++*p;
				return give_part(s, event, from, n, true);
			}
			if (from[n] < 0x80)
				return give_part(s, event, from, n, false);
		}
		memcpy(s->part + s->npart, from, n);
		s->npart += n;
		return 0;
	}
	if (*from == RIAD_MIDI_EOX) {
		++*p;
		return give_part(s, event, s->part, s->npart, true);
	}
	s->cut++;
	wrong(s, cut_short, from, 0, 0);
	bool held = holds_part(s);
	if (held)
		give_part(s, event, s->part, s->npart, false);
	s->in_exclusive = false;
	return held;
}

static int
take_rest(struct riad_midi_stream *s, struct riad_midi_event *event,
    const uint8_t **p)
{
	if (**p < 0x80) {
		s->msg[s->have++] = *(*p)++;
		return --s->need == 0 ? give_message(s, event) : 0;
	}
	s->cut++;
	wrong(s, cut_short, *p, s->have, 0);
	s->status = 0;
	return give_torn(s, event);
}

static int
take_first(struct riad_midi_stream *s, struct riad_midi_event *event,
    const uint8_t **p, const uint8_t *end)
{
	const uint8_t *at = *p;

	s->have = 0;
	s->torn = false;
	if (*at < 0x80) {
		s->status = s->running_status;
		s->running = true;
		s->need = (uint8_t)riad_midi_len(s->status);
		if (s->status != 0)
			return 0;
		size_t n = count_data(at, (size_t)(end - at));
		*p += n;
		s->stray += n;
		wrong(s, "data without a status", at, 0, n);
		return give_raw(event, at, n);
	}
	++*p;
	s->running_status = *at < 0xF0 ? *at : 0;
	if (*at == RIAD_MIDI_SYSEX) {
		s->in_exclusive = true;
		s->begun = false;
		s->npart = 0;
		return 0;
	}
	int len = riad_midi_len(*at);
	if (len == -1) {
		const bool eox = *at == RIAD_MIDI_EOX;
		s->stray += eox;
		s->undefined += !eox;
		wrong(s,
		    eox ? "end of an exclusive that has no begin"
			: undefined_status,
		    at, 0, 1);
		return give_raw(event, at, 1);
	}
	s->status = *at;
	s->running = false;
	s->need = (uint8_t)len;
	s->msg[s->have++] = *at;
	return len == 0 ? give_message(s, event) : 0;
}

static int
take(struct riad_midi_stream *s, struct riad_midi_event *event,
    const uint8_t **p, const uint8_t *end)
{
	if (riad_midi_is_realtime(**p))
		return take_realtime(s, event, p);
	if (s->in_exclusive)
		return take_exclusive(s, event, p, end);
	if (s->status != 0)
		return take_rest(s, event, p);
	return take_first(s, event, p, end);
}

/* A whole channel message at p, which is what nearly all are; else 0. */
static size_t
take_fast(struct riad_midi_stream *s, struct riad_midi_event *event,
    const uint8_t *p, size_t len)
{
	if (len < 3 || s->status != 0 || s->in_exclusive || *p >= 0xF0)
		return 0;
	const bool running = *p < 0x80;
	const uint8_t status = running ? s->running_status : *p;
	const uint8_t *data = running ? p : p + 1;
	const bool one = (status & 0xE0) == 0xC0;
	const uint8_t second = one ? 0 : data[1];
	if (status == 0 || ((data[0] | second) & 0x80))
		return 0;

	s->running_status = status;
	event->time = 0;
	event->kind = RIAD_MIDI_MESSAGE;
	event->status = status;
	event->data[0] = data[0];
	event->data[1] = second;
	event->meta = 0;
	event->first = event->last = false;
	event->running = running;
	event->bytes = NULL;
	event->len = 0;
	return (size_t)3 - running - one;
}

int
riad_midi_stream_next(struct riad_midi_stream *s, struct riad_midi_event *event,
    const uint8_t **data, size_t *len)
{
	s->why = NULL;
	size_t n = take_fast(s, event, *data, *len);
	if (n > 0) {
		*data += n;
		*len -= n;
		s->off += n;
		return 1;
	}

	const uint8_t *p = *data, *end = p + *len;
	int r = 0;
	s->from = p;
	while (r == 0 && p < end)
		r = take(s, event, &p, end);
	s->off += (uint64_t)(p - *data);
	*data = p;
	*len = (size_t)(end - p);
	return r;
}

int
riad_midi_stream_flush(
    struct riad_midi_stream *s, struct riad_midi_event *event)
{
	return holds_part(s) ? give_part(s, event, s->part, s->npart, false)
			     : 0;
}

int
riad_midi_stream_end(struct riad_midi_stream *s, struct riad_midi_event *event)
{
	int r = riad_midi_stream_flush(s, event);

	s->why = NULL;
	if (s->in_exclusive || s->status != 0) {
		s->cut++;
		s->why = "the input ends inside of a message";
		s->why_off = s->off;
		s->why_len = 0;
	}
	s->in_exclusive = false;
	if (s->status != 0)
		r = give_torn(s, event);
	s->status = 0;
	s->running_status = 0;
	return r;
}
