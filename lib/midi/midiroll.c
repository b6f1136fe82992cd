/* SPDX-License-Identifier: ISC */
/* what is remembered of music; it is drawn in midirolldraw.c */

#include "riad/midiroll.h"

#include <stdlib.h>
#include <string.h>

/* Places in time are of 31 bits, so that a note's end is one of 32. */
#define PLACE_MAX ((int64_t)INT32_MAX)

enum { BEND = 128, PRESSURE = 129 };

static int
compare_notes(const void *a, const void *b)
{
	const struct riad_roll_note *p = a, *q = b;

	if (p->channel != q->channel)
		return p->channel < q->channel ? -1 : 1;
	if (p->key != q->key)
		return p->key < q->key ? -1 : 1;
	return p->start < q->start ? -1 : p->start > q->start;
}

/* Notes of one key that begin in one unit of time are one: the longer one's
 * length, the louder one's velocity. */
static void
merge_note(struct riad_roll_note *to, const struct riad_roll_note *n)
{
	if (n->length > to->length)
		to->length = n->length;
	if (n->velocity > to->velocity)
		to->velocity = n->velocity;
}

/* Makes time twice as coarse, until there is room for as many again as that
 * costs something.  In the end nothing is left but a note a key. */
static void
coarsen_notes(struct riad_midiroll *roll)
{
	do {
		uint32_t kept = 0;

		roll->shift++;
		for (uint32_t i = 0; i < roll->nnotes; i++) {
			roll->note[i].start >>= 1;
			roll->note[i].length = (roll->note[i].length + 1) >> 1;
		}
		qsort(roll->note, roll->nnotes, sizeof(*roll->note),
		    compare_notes);
		for (uint32_t i = 0; i < roll->nnotes; i++) {
			struct riad_roll_note *n = &roll->note[i];
			if (kept > 0 &&
			    compare_notes(&roll->note[kept - 1], n) == 0)
				merge_note(&roll->note[kept - 1], n);
			else
				roll->note[kept++] = *n;
		}
		roll->nnotes = kept;
	} while (roll->nnotes > RIAD_ROLL_NOTES / 4 * 3);

	memset(roll->newest, 0, sizeof(roll->newest));
	for (uint32_t i = 0; i < roll->nnotes; i++) {
		const struct riad_roll_note *n = &roll->note[i];
		roll->newest[n->channel][n->key] = i + 1;
	}
}

static void
add_note(struct riad_midiroll *roll, uint8_t channel, uint8_t key,
    uint8_t velocity, int64_t from, int64_t to)
{
	roll->total++;
	if (to < from)
		to = from;
	while (to >> roll->shift > PLACE_MAX)
		coarsen_notes(roll);
	struct riad_roll_note n = {
	    .start = (uint32_t)(from >> roll->shift),
	    .length = (uint32_t)((to >> roll->shift) - (from >> roll->shift)),
	    .channel = channel,
	    .key = key,
	    .velocity = velocity,
	};
	uint32_t newest = roll->newest[channel][key];
	if (newest > 0 && roll->note[newest - 1].start == n.start) {
		merge_note(&roll->note[newest - 1], &n);
		return;
	}
	if (roll->nnotes == RIAD_ROLL_NOTES) {
		coarsen_notes(roll);
		n.start = (uint32_t)(from >> roll->shift);
		n.length =
		    (uint32_t)((to >> roll->shift) - (from >> roll->shift));
	}
	roll->note[roll->nnotes++] = n;
	roll->newest[channel][key] = roll->nnotes;
}

static int
compare_points(const void *a, const void *b)
{
	const struct riad_roll_point *p = a, *q = b;

	return p->time < q->time ? -1 : p->time > q->time;
}

static uint32_t
coarsen_points(struct riad_roll_point *p, uint32_t n, uint8_t *shift)
{
	/* A few are not to become fewer: it is their time that is too long. */
	uint32_t max = n < 4 ? n : n / 4 * 3;

	do {
		uint32_t kept = 0;

		++*shift;
		for (uint32_t i = 0; i < n; i++)
			p[i].time >>= 1;
		/* Tracks come one after the other, their times don't. */
		qsort(p, n, sizeof(*p), compare_points);
		for (uint32_t i = 0; i < n; i++) {
			struct riad_roll_point *to = p + kept - (kept > 0);
			if (kept == 0 || to->time != p[i].time) {
				p[kept++] = p[i];
				continue;
			}
			to->min = p[i].min < to->min ? p[i].min : to->min;
			to->max = p[i].max > to->max ? p[i].max : to->max;
			to->last = p[i].last;
		}
		n = kept;
	} while (n > max);
	return n;
}

/* Returns how many points there are then. */
static uint32_t
add_point(struct riad_roll_point *p, uint32_t n, uint32_t max, uint8_t *shift,
    int64_t time, int32_t value)
{
	while (time >> *shift > PLACE_MAX || n == max)
		n = coarsen_points(p, n, shift);
	uint32_t place = (uint32_t)(time >> *shift);
	if (n > 0 && p[n - 1].time == place) {
		struct riad_roll_point *to = &p[n - 1];
		to->min = value < to->min ? value : to->min;
		to->max = value > to->max ? value : to->max;
		to->last = value;
		return n;
	}
	p[n] = (struct riad_roll_point){place, value, value, value};
	return n + 1;
}

static void
add_value(struct riad_midiroll *roll, uint8_t channel, uint8_t what,
    int32_t value, int64_t time)
{
	struct riad_roll_line *line = roll->line;
	struct riad_roll_line *end = line + roll->nlines;

	while (line < end && (line->channel != channel || line->what != what))
		line++;
	if (line == end) {
		if (roll->nlines == RIAD_ROLL_LINES) {
			roll->no_line++;
			return;
		}
		roll->nlines++;
		line->channel = channel;
		line->what = what;
	}
	if (line->n > 0 && line->point[line->n - 1].last == value)
		return;
	line->changes++;
	line->n = add_point(
	    line->point, line->n, RIAD_ROLL_POINTS, &line->shift, time, value);
}

/* A note that is on and struck again, ends where it is. */
static void
note_off(struct riad_midiroll *roll, uint8_t channel, uint8_t key, int64_t time)
{
	uint8_t *on = &roll->on[channel][key];

	if (*on == 0)
		return;
	add_note(roll, channel, key, *on, roll->since[channel][key], time);
	*on = 0;
}

static void
all_off(struct riad_midiroll *roll, uint8_t channel, int64_t time)
{
	for (uint8_t key = 0; key < 128; key++)
		note_off(roll, channel, key, time);
}

static void
use_channel(struct riad_midiroll *roll, uint8_t channel)
{
	if (roll->channel[channel].used)
		return;
	roll->channel[channel].used = true;
	roll->channel[channel].len = roll->track_len;
	memcpy(roll->channel[channel].name, roll->track_name,
	    sizeof(roll->track_name));
}

static void
add_message(
    struct riad_midiroll *roll, const struct riad_midi_event *e, int64_t time)
{
	uint8_t channel = e->status & 15;
	uint8_t a = e->data[0] & 127, b = e->data[1] & 127;
	int64_t dev;

	if (e->status == RIAD_MIDI_CLOCK && roll->timed &&
	    riad_clockstat_add(&roll->clock, &dev, time) == 1)
		roll->nclocks = add_point(roll->dev, roll->nclocks,
		    RIAD_ROLL_CLOCKS, &roll->clock_shift, time, (int32_t)dev);
	if (!riad_midi_is_channel(e->status))
		return;
	use_channel(roll, channel);
	switch (e->status & 0xF0) {
	case RIAD_MIDI_ON:
	case RIAD_MIDI_OFF:
		note_off(roll, channel, a, time);
		if ((e->status & 0xF0) == RIAD_MIDI_ON && b > 0) {
			roll->on[channel][a] = b;
			roll->since[channel][a] = time;
			roll->any = true;
		}
		break;
	case RIAD_MIDI_CONTROL:
		if (a == 120 || a >= 123)
			all_off(roll, channel, time);
		else if (a < 120)
			add_value(roll, channel, a, b, time);
		break;
	case RIAD_MIDI_BEND:
		add_value(roll, channel, BEND, a | b << 7, time);
		break;
	case RIAD_MIDI_TOUCH:
		add_value(roll, channel, PRESSURE, a, time);
		break;
	case RIAD_MIDI_PROGRAM:
		if (!roll->channel[channel].has_program) {
			roll->channel[channel].has_program = true;
			roll->channel[channel].program = a;
		}
		break;
	default:
		break;
	}
}

void
riad_midiroll_add(
    struct riad_midiroll *roll, const struct riad_midi_event *e, int64_t time)
{
	if (time < 0)
		time = 0;
	if (time > roll->track_end)
		roll->track_end = time;
	if (time > roll->end)
		roll->end = time;
	if (e->kind == RIAD_MIDI_MESSAGE) {
		add_message(roll, e, time);
	} else if (e->kind == RIAD_MIDI_META && e->meta == 3) {
		size_t n = e->len < RIAD_ROLL_NAME ? e->len : RIAD_ROLL_NAME;
		/* No character is cut in two. */
		while (n < e->len && n > 0 && (e->bytes[n] & 0xC0) == 0x80)
			n--;
		if (n > 0)
			memcpy(roll->track_name, e->bytes, n);
		roll->track_len = (uint8_t)n;
	}
}

void
riad_midiroll_end(struct riad_midiroll *roll)
{
	if (roll->any)
		for (uint8_t channel = 0; channel < 16; channel++)
			all_off(roll, channel, roll->track_end);
	roll->any = false;
	roll->track_end = 0;
	roll->track_len = 0;
}
