/* SPDX-License-Identifier: ISC */
/* --stats and --svg: what the whole of an input comes to */

#include <inttypes.h>
#include <string.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/json.h"
#include "riad/midinames.h"
#include "riad/midiroll.h"

/* What a cable of 31250 baud carries, at ten bits a byte. */
enum { CABLE_BYTES = 3125, US_PER_BYTE = 320 };

static struct riad_midistat stat;
static struct riad_midiroll roll;

static const char *const words[RIAD_MIDI_WORDS] = {
    "off", "on", "pp", "cc", "pc", "cp", "pb"};
static const char *const system_words[16] = {"syx", "tc", "spp", "ss", NULL,
    NULL, "tun", NULL, "mc", NULL, "start", "cont", "stop", NULL, "as", "rst"};

void
report_begin(void)
{
	stat.timed = input.timed;
	roll.timed = !input.is_file && input.timed;
}

/* A stream that nobody has timed takes the time that a cable would. */
static int64_t
time_us(const struct riad_smf_item *item)
{
	if (input.is_file)
		return riad_smf_map_us(input.map, item->event.time);
	return input.timed ? item->event.time
			   : (int64_t)item->off * US_PER_BYTE;
}

void
report_item(const struct riad_smf_item *item)
{
	if (item->kind == RIAD_SMF_END) {
		riad_midistat_end(&stat);
		riad_midiroll_end(&roll);
		return;
	}
	if (item->kind != RIAD_SMF_EVENT ||
	    !riad_midifilter_passes(&filter, item))
		return;
	if (opt.view == VIEW_STATS)
		riad_midistat_add(&stat, &item->event, time_us(item));
	else if (input.is_file && !riad_smf_is_smpte(input.division))
		riad_midiroll_add(&roll, &item->event, item->event.time);
	else
		riad_midiroll_add(&roll, &item->event, time_us(item));
}

/* --- figures */

/* The key of a figure, as text has it. */
static void
put_name(const char *key)
{
	char name[32];
	size_t i = 0;

	for (; key[i] != '\0' && i < sizeof(name) - 1; i++)
		name[i] = key[i] == '_' ? ' ' : key[i];
	name[i] = '\0';
	riad_out_printf(&out, "%-28s ", name);
}

static void
figure(struct riad_json *json, const char *key, uint64_t value)
{
	if (json != NULL) {
		riad_json_u64(json, key, value);
		return;
	}
	put_name(key);
	riad_out_printf(&out, "%12" PRIu64 "\n", value);
}

static void
fraction(struct riad_json *json, const char *key, uint64_t millionths)
{
	uint64_t whole = millionths / 1000000, part = millionths % 1000000;

	if (json != NULL) {
		riad_out_printf(&out, "%c\"%s\":%" PRIu64 ".%06" PRIu64,
		    json->sep, key, whole, part);
		json->sep = ',';
		return;
	}
	put_name(key);
	riad_out_printf(
	    &out, "%12" PRIu64 ".%03" PRIu64 "\n", whole, part / 1000);
}

static uint64_t
duration(void)
{
	return stat.begun ? (uint64_t)stat.last - (uint64_t)stat.first : 0;
}

static void
times(struct riad_json *json)
{
	uint64_t us = duration();

	if (!stat.timed)
		return;
	fraction(json, "seconds", us);
	if (us > 0)
		fraction(json, "messages_a_second",
		    (uint64_t)((double)stat.messages * 1e12 / (double)us));
	figure(json, "most_in_a_second", stat.peak_messages);
	fraction(json, "cable_used_at_most_percent",
	    (uint64_t)stat.peak_bytes * 100000000 / CABLE_BYTES);
	if (stat.system[RIAD_MIDI_SENSING & 15] > 0)
		fraction(json, "longest_silence", stat.silence);
}

static void
clocks(struct riad_json *json)
{
	const struct riad_clockstat *c = &stat.clock;

	if (c->intervals == 0)
		return;
	fraction(json, "clock_bpm", riad_clockstat_mbpm(c) * 1000);
	figure(json, "clock_jitter_p50_us", riad_clockstat_percentile(c, 50));
	figure(json, "clock_jitter_p99_us", riad_clockstat_percentile(c, 99));
	figure(json, "clock_jitter_worst_us", c->worst);
	figure(json, "clock_gaps", c->gaps);
}

static void
totals(struct riad_json *json)
{
	figure(json, "messages", stat.messages);
	figure(json, "bytes", stat.bytes);
	times(json);
	clocks(json);
	for (size_t i = 0; i < 16; i++)
		if (stat.system[i] > 0 && system_words[i] != NULL)
			figure(json, system_words[i], stat.system[i]);
	if (stat.exclusive_bytes > 0)
		figure(json, "syx_bytes", stat.exclusive_bytes);
	if (input.is_file) {
		figure(json, "tracks", stat.track);
		figure(json, "meta", stat.meta);
		figure(json, "escapes", stat.escapes);
	}
	figure(json, "running_status", stat.running);
	figure(json, "running_status_possible", stat.could_run);
	figure(json, "offs_by_velocity_0", stat.zero_offs);
	if (stat.timed && !input.is_file)
		figure(json, "notes_at_a_time", stat.polyphony);
	figure(json, "stuck_notes", stat.nstuck);
	figure(json, "notes_struck_again", stat.again);
	figure(json, "offs_of_no_note", stat.lost_offs);
	figure(json, "errors", input.faults);
	if (!input.is_file) {
		figure(json, "cut_messages", input.cut);
		figure(json, "stray_bytes", input.stray);
		figure(json, "undefined_statuses", input.undefined);
	}
}

static bool
used(uint8_t channel)
{
	for (size_t i = 0; i < RIAD_MIDI_WORDS; i++)
		if (stat.by[channel][i] > 0)
			return true;
	return false;
}

static void
print_json(void)
{
	struct riad_json json;

	riad_json_begin(&json, &out);
	riad_json_str(&json, "of", "all");
	totals(&json);
	riad_json_end(&json);
	for (uint8_t c = 0; c < 16; c++) {
		if (!used(c))
			continue;
		riad_json_begin(&json, &out);
		riad_json_str(&json, "of", "channel");
		riad_json_u64(&json, "channel", c + 1u);
		for (size_t i = 0; i < RIAD_MIDI_WORDS; i++)
			riad_json_u64(&json, words[i], stat.by[c][i]);
		riad_json_end(&json);
	}
	for (size_t i = 0; i < stat.nstuck && i < RIAD_MIDI_STUCK; i++) {
		const struct riad_midi_stuck *s = &stat.stuck[i];
		riad_json_begin(&json, &out);
		riad_json_str(&json, "of", "stuck note");
		if (input.is_file)
			riad_json_u64(&json, "track", s->track + 1u);
		riad_json_u64(&json, "channel", s->channel + 1u);
		riad_json_u64(&json, "note", s->key);
		if (stat.timed)
			fraction(&json, "since", (uint64_t)s->since);
		riad_json_end(&json);
	}
}

static void
print_text(void)
{
	char name[RIAD_MIDI_NOTE_NAME];

	totals(NULL);
	riad_out_str(&out, "\nchannel");
	for (size_t i = 0; i < RIAD_MIDI_WORDS; i++)
		riad_out_printf(&out, " %8s", words[i]);
	riad_out_char(&out, '\n');
	for (uint8_t c = 0; c < 16; c++) {
		if (!used(c))
			continue;
		riad_out_printf(&out, "%7d", c + 1);
		for (size_t i = 0; i < RIAD_MIDI_WORDS; i++)
			riad_out_printf(&out, " %8" PRIu64, stat.by[c][i]);
		riad_out_char(&out, '\n');
	}
	for (size_t i = 0; i < stat.nstuck && i < RIAD_MIDI_STUCK; i++) {
		const struct riad_midi_stuck *s = &stat.stuck[i];
		riad_out_printf(&out, "%sstuck: ", i == 0 ? "\n" : "");
		if (input.is_file)
			riad_out_printf(
			    &out, "track %" PRIu32 ", ", s->track + 1);
		riad_out_printf(&out, "channel %d, note %s", s->channel + 1,
		    riad_midi_note_name(name, s->key));
		if (stat.timed)
			riad_out_printf(&out,
			    ", since %" PRId64 ".%06" PRId64 " s",
			    s->since / 1000000, s->since % 1000000);
		riad_out_char(&out, '\n');
	}
	if (stat.nstuck > RIAD_MIDI_STUCK)
		riad_out_printf(&out, "stuck: %" PRIu64 " more\n",
		    stat.nstuck - RIAD_MIDI_STUCK);
}

int
report_end(void)
{
	if (opt.view == VIEW_STATS) {
		if (!input.is_file)
			riad_midistat_end(&stat);
		(opt.json ? print_json : print_text)();
		return RIAD_OK;
	}
	if (!input.is_file)
		riad_midiroll_end(&roll);
	roll.name = opt.name;
	bool ticks = input.is_file && !riad_smf_is_smpte(input.division);
	riad_midiroll_print(
	    &out, &roll, ticks ? input.map : NULL, ticks ? input.division : 0);
	return RIAD_OK;
}
