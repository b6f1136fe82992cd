/* SPDX-License-Identifier: ISC */
/* events as lines: filtered, folded, and with what they mean behind them */

#include <inttypes.h>

#include "parts.h"
#include "riad/json.h"
#include "riad/midifold.h"

static struct riad_miditext_style style;
static struct riad_mididecode decode;
static struct riad_midifold fold;

/* Deltas count from the event that is shown before. */
static uint32_t dropped;

static void
tell_count(void *ctx, enum riad_midifold_what what,
    const struct riad_midifold_count *c)
{
	static const char *const names[RIAD_FOLDS] = {"mc", "as", "the same"};
	char last[RIAD_MIDITEXT_SPAN];
	double bpm =
	    fold.timed && what == RIAD_FOLD_CLOCK ? riad_midifold_bpm(c) : 0;

	(void)ctx;
	riad_miditext_span(last, c->last < 0 ? 0 : (uint64_t)c->last, &style);
	if (opt.json) {
		struct riad_json json;
		riad_json_begin(&json, &out);
		riad_json_str(&json, "fold", names[what]);
		riad_json_u64(&json, "count", c->n);
		if (style.clock != RIAD_MIDI_NO_TIME)
			riad_out_printf(&out, ",\"until\":%s", last);
		if (bpm > 0)
			riad_out_printf(&out, ",\"bpm\":%.2f", bpm);
		riad_json_end(&json);
		return;
	}
	riad_out_printf(&out, "# %s: %" PRIu64 " %s%s", names[what], c->n,
	    c->n == 1 ? "time" : "times",
	    what == RIAD_FOLD_SAME ? " more" : "");
	if (style.clock != RIAD_MIDI_NO_TIME)
		riad_out_printf(&out, ", until %s", last);
	if (bpm > 0)
		riad_out_printf(&out, ", %.2f bpm", bpm);
	riad_out_char(&out, '\n');
}

static bool
folds(const struct riad_midi_event *e)
{
	int64_t time = e->time;

	if (!style.us && style.clock == RIAD_MIDI_SECONDS)
		time = riad_smf_map_us(style.map, time);
	return riad_midifold_takes(&fold, e, time);
}

void
show_item(struct riad_smf_item *item)
{
	const struct riad_midi_event *e = &item->event;
	const bool event = item->kind == RIAD_SMF_EVENT;
	struct riad_midi_meaning m;

	if (item->kind == RIAD_SMF_TRACK) {
		riad_mididecode_reset(&decode);
		dropped = 0;
	}
	/* What is not shown may say what others mean. */
	style.meaning = NULL;
	if (event && style.comments &&
	    riad_mididecode_next(&decode, &m, e) == 1)
		style.meaning = &m;
	if ((filter.on && !riad_midifilter_passes(&filter, item)) ||
	    (opt.fold && event && folds(e))) {
		dropped += event ? item->delta : 0;
		return;
	}
	if (opt.fold && !event)
		show_idle();
	if (dropped > 0 && event) {
		item->delta += dropped;
		dropped = 0;
	}
	if (opt.json)
		riad_midijson_write(&out, item, &style);
	else
		riad_miditext_write(&out, item, &style);
}

void
show_idle(void)
{
	riad_midifold_end(&fold);
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
	style.comments = !opt.plain;
	decode.pairs = opt.pairs;
	if (opt.time == TIME_MONOTONIC)
		style.clock_name = "monotonic";
	else if (opt.time == TIME_REALTIME)
		style.clock_name = "realtime";
	/* Times that are ticks don't say when a second is over. */
	fold.timed =
	    input.timed && (style.us || style.clock == RIAD_MIDI_SECONDS);
	fold.tell = tell_count;
	header();
}

/* The map of another track, of a file of format 2. */
void
show_map(struct riad_smf_map *map)
{
	style.map = map;
}
