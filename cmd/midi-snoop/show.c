/* SPDX-License-Identifier: ISC */
/* events as lines: filtered, folded, and with what they mean behind them */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "parts.h"
#include "riad/json.h"
#include "riad/mididecode.h"
#include "riad/midinames.h"

static struct riad_miditext_style style;
static struct riad_mididecode decode;
static const char *clock_name; /* of a stream's times, or NULL */

/* What --fold has counted and not yet told of. */
enum { FOLD_CLOCK, FOLD_SENSING, FOLDS };
static struct fold {
	uint64_t n;
	int64_t first, last;
} fold[FOLDS], repeat;
static struct riad_midi_event shown; /* a message, or of status 0 */

/* Deltas count from the event that is shown before. */
static uint32_t dropped;

/* By hand: where a file is of notes, each has one. */
static char *
put_digits(char *p, uint64_t v, int least)
{
	char digit[20];
	int n = 0;

	for (; v > 0 || n < least; v /= 10)
		digit[n++] = (char)('0' + v % 10);
	while (n > 0)
		*p++ = digit[--n];
	return p;
}

/* A clock that is set back makes no time that is below 0. */
static char *
put_time(char text[32], int64_t time)
{
	uint64_t v = time < 0 ? 0 : (uint64_t)time;
	char *p = text;

	if (!input.is_file || opt.time == TIME_SECONDS) {
		p = put_digits(p, v / 1000000, 1);
		*p++ = '.';
		p = put_digits(p, v % 1000000, 6);
	} else {
		p = put_digits(p, v, 1);
	}
	*p = '\0';
	return p;
}

/* --- folding */

static void
tell_count(const char *what, const struct fold *f, bool is_clock)
{
	char last[32];
	double us = (double)(f->last - f->first);
	/* As many intervals as clocks but one, 24 a beat. */
	double bpm = is_clock && f->n > 1 && us > 0 && input.timed
			 ? 60e6 * (double)(f->n - 1) / 24 / us
			 : 0;

	put_time(last, f->last);
	if (opt.json) {
		struct riad_json json;
		riad_json_begin(&json, &out);
		riad_json_str(&json, "fold", what);
		riad_json_u64(&json, "count", f->n);
		if (style.clock != RIAD_MIDI_NO_TIME)
			riad_out_printf(&out, ",\"until\":%s", last);
		if (bpm > 0)
			riad_out_printf(&out, ",\"bpm\":%.2f", bpm);
		riad_json_end(&json);
		return;
	}
	riad_out_printf(&out, "# %s: %" PRIu64 " %s%s", what, f->n,
	    f->n == 1 ? "time" : "times", f == &repeat ? " more" : "");
	if (style.clock != RIAD_MIDI_NO_TIME)
		riad_out_printf(&out, ", until %s", last);
	if (bpm > 0)
		riad_out_printf(&out, ", %.2f bpm", bpm);
	riad_out_char(&out, '\n');
}

static void
tell(struct fold *f)
{
	if (f->n == 0)
		return;
	if (f == &repeat)
		tell_count("the same", f, false);
	else
		tell_count(f == &fold[FOLD_CLOCK] ? "mc" : "as", f, f == fold);
	f->n = 0;
}

static void
count(struct fold *f, int64_t time)
{
	if (f->n++ == 0)
		f->first = time;
	f->last = time;
}

/* Clocks are told of once a second; where there are no times, when something
 * else comes. */
static void
tell_due(int64_t time, bool other)
{
	for (size_t i = 0; i < FOLDS; i++)
		if (input.timed ? time - fold[i].first >= 1000000 : other)
			tell(&fold[i]);
	/* A clock that goes on is no pause. */
	if (input.timed && !input.is_file && time - repeat.first >= 1000000)
		tell(&repeat);
}

/* Whether an event is counted, and not shown. */
static bool
folds(const struct riad_midi_event *e)
{
	bool message = e->kind == RIAD_MIDI_MESSAGE;

	if (message &&
	    (e->status == RIAD_MIDI_CLOCK || e->status == RIAD_MIDI_SENSING)) {
		tell_due(e->time, false);
		count(&fold[e->status == RIAD_MIDI_SENSING], e->time);
		return true;
	}
	tell_due(e->time, true);
	if (message && e->status == shown.status &&
	    memcmp(e->data, shown.data, sizeof(e->data)) == 0) {
		count(&repeat, e->time);
		return true;
	}
	tell(&repeat);
	shown.status = message ? e->status : 0;
	memcpy(shown.data, e->data, sizeof(e->data));
	return false;
}

/* --- what stands behind an event */

static char *
put_span(char text[32], int64_t from, int64_t to)
{
	if (input.is_file && opt.time == TIME_SECONDS) {
		from = riad_smf_map_us(input.map, from);
		to = riad_smf_map_us(input.map, to);
	}
	return put_time(text, (int64_t)((uint64_t)to - (uint64_t)from));
}

static void
meaning_json(const struct riad_midi_meaning *m, const struct riad_midi_event *e)
{
	riad_out_printf(
	    &out, ",\"means\":\"%s\"", riad_midi_means_name(m->means));
	switch (m->means) {
	case RIAD_MIDI_MEANS_PAIR: {
		char from[32], span[32];
		int64_t began = m->began;
		if (input.is_file && opt.time == TIME_SECONDS)
			began = riad_smf_map_us(input.map, began);
		put_time(from, began);
		put_span(span, m->began, e->time);
		riad_out_printf(&out,
		    ",\"began\":%s,\"duration\":%s,\"struck\":%u", from, span,
		    m->velocity);
		return;
	}
	case RIAD_MIDI_MEANS_TIMECODE:
		riad_out_printf(&out,
		    ",\"timecode\":\"%02u:%02u:%02u:%02u\",\"rate\":%u",
		    m->time[0], m->time[1], m->time[2], m->time[3], m->fps);
		return;
	case RIAD_MIDI_MEANS_EXCLUSIVE:
		break;
	default:
		riad_out_printf(&out, ",\"means_number\":%u,\"means_value\":%u",
		    m->number, m->value);
		break;
	}
	if (m->name != NULL)
		riad_out_printf(&out, ",\"name\":\"%s\"", m->name);
	/* Of names in exclusives quotes are gone, but not a backslash. */
	riad_out_str(&out, ",\"says\":\"");
	for (const char *p = m->text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			riad_out_char(&out, '\\');
		riad_out_char(&out, *p);
	}
	riad_out_char(&out, '"');
}

static void
meaning_text(const struct riad_midi_meaning *m, const struct riad_midi_event *e)
{
	bool ticks = input.is_file && opt.time != TIME_SECONDS;
	char text[64];

	if (m->means != RIAD_MIDI_MEANS_PAIR) {
		riad_out_str(&out, m->text);
		return;
	}
	char *p = put_span(text, m->began, e->time);
	p = stpcpy(p, ticks ? " ticks, velocity " : " s, velocity ");
	p = put_digits(p, m->velocity, 1);
	riad_out_add(&out, text, (size_t)(p - text));
}

/* What a number is called, of the events that have one. */
static const char *
name_of(const struct riad_midi_event *e, char text[32])
{
	if (e->kind == RIAD_MIDI_META && e->meta == 0x51 && e->len == 3) {
		uint32_t us = (uint32_t)e->bytes[0] << 16 |
			      (uint32_t)e->bytes[1] << 8 | e->bytes[2];
		if (us == 0)
			return NULL;
		snprintf(text, 32, "%.2f bpm", 60e6 / us);
		return text;
	}
	if (e->kind != RIAD_MIDI_MESSAGE)
		return NULL;
	uint8_t n = e->data[0] & 127;
	switch (e->status & 0xF0) {
	case RIAD_MIDI_CONTROL:
		return riad_midi_controller(n);
	case RIAD_MIDI_PROGRAM:
		/* On channel 10 a program is a set of drums. */
		return (e->status & 15) == 9 ? NULL : riad_midi_program(n);
	default:
		return NULL;
	}
}

/* Adds to the line that is in the buffer; its end is put off. */
static void
comment(const struct riad_midi_event *e, const struct riad_midi_meaning *m)
{
	char text[32];
	const char *name = name_of(e, text);

	if (name == NULL && m == NULL && (!opt.json || clock_name == NULL))
		return;
	size_t end = opt.json ? 2 : 1; /* "}\n" */
	if (out.len < end || out.err != 0)
		return;
	out.len -= end;
	if (opt.json) {
		if (clock_name != NULL)
			riad_out_printf(&out, ",\"clock\":\"%s\"", clock_name);
		if (name != NULL && (m == NULL || m->name == NULL))
			riad_out_printf(&out, ",\"name\":\"%s\"", name);
		if (m != NULL)
			meaning_json(m, e);
		riad_out_add(&out, "}\n", 2);
		return;
	}
	if (name != NULL || m != NULL)
		riad_out_str(&out, " # ");
	if (name != NULL)
		riad_out_str(&out, name);
	if (name != NULL && m != NULL)
		riad_out_str(&out, "; ");
	if (m != NULL)
		meaning_text(m, e);
	riad_out_char(&out, '\n');
}

/* --- the view */

static void
write_item(const struct riad_smf_item *item)
{
	if (opt.json)
		riad_midijson_write(&out, item, &style);
	else
		riad_miditext_write(&out, item, &style);
}

/* Whether an event's line may have something behind it: notes have not, and
 * they are what a file is full of. */
static bool
has_more(const struct riad_midi_event *e)
{
	return e->kind != RIAD_MIDI_MESSAGE || opt.pairs ||
	       (e->status & 0xE0) != RIAD_MIDI_OFF || clock_name != NULL;
}

void
show_item(struct riad_smf_item *item)
{
	const struct riad_midi_event *e = &item->event;
	struct riad_midi_meaning m;
	bool means = false;

	if (item->kind == RIAD_SMF_TRACK) {
		riad_mididecode_reset(&decode);
		dropped = 0;
	}
	/* What is not shown may say what others mean. */
	if (item->kind == RIAD_SMF_EVENT && !opt.plain)
		means = riad_mididecode_next(&decode, &m, e);
	if ((filter_is_on() && !filter_passes(item)) ||
	    (opt.fold && item->kind == RIAD_SMF_EVENT && folds(e))) {
		dropped += item->kind == RIAD_SMF_EVENT ? item->delta : 0;
		return;
	}
	if (opt.fold && item->kind != RIAD_SMF_EVENT)
		show_idle();
	if (dropped > 0 && item->kind == RIAD_SMF_EVENT) {
		item->delta += dropped;
		dropped = 0;
	}
	write_item(item);
	if (item->kind == RIAD_SMF_EVENT && !opt.plain && has_more(e))
		comment(e, means ? &m : NULL);
}

void
show_idle(void)
{
	tell(&repeat);
	for (size_t i = 0; i < FOLDS; i++)
		tell(&fold[i]);
	shown.status = 0;
}

void
show_end(void)
{
	if (opt.fold)
		show_idle();
}

/* Which clock said what the times are. */
static void
header(void)
{
	static const char *const names[] = {[TIME_BARS] = "bar:beat:tick",
	    [TIME_SECONDS] = "seconds of the tempo map"};

	if (opt.plain || opt.json)
		return;
	if (input.is_file &&
	    (opt.time == TIME_BARS || opt.time == TIME_SECONDS))
		riad_out_printf(&out, "# clock: %s\n", names[opt.time]);
	else if (opt.time == TIME_REALTIME)
		riad_out_str(&out, "# clock: realtime, seconds since "
				   "1970-01-01 00:00:00 UTC\n");
	else if (opt.time == TIME_MONOTONIC)
		riad_out_printf(&out,
		    "# clock: monotonic, seconds since %" PRId64 ".%06" PRId64
		    "\n",
		    input.began / 1000000, input.began % 1000000);
}

void
show_begin(void)
{
	static const enum riad_midi_clock clocks[] = {
	    [TIME_AUTO] = RIAD_MIDI_NO_TIME,
	    [TIME_NONE] = RIAD_MIDI_NO_TIME,
	    [TIME_TICKS] = RIAD_MIDI_TICKS,
	    [TIME_DELTA] = RIAD_MIDI_DELTA,
	    [TIME_BARS] = RIAD_MIDI_BARS,
	    [TIME_SECONDS] = RIAD_MIDI_SECONDS,
	    [TIME_MONOTONIC] = RIAD_MIDI_SECONDS,
	    [TIME_REALTIME] = RIAD_MIDI_SECONDS,
	};

	style.clock = clocks[opt.time];
	style.exact = opt.exact;
	style.us = !input.is_file;
	style.map = input.map;
	decode.pairs = opt.pairs;
	if (opt.time == TIME_MONOTONIC)
		clock_name = "monotonic";
	else if (opt.time == TIME_REALTIME)
		clock_name = "realtime";
	header();
}

/* The map of another track, of a file of format 2. */
void
show_map(struct riad_smf_map *map)
{
	style.map = map;
}
