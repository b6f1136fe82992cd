/* SPDX-License-Identifier: ISC */

#include "riad/midifilter.h"

#include "tap.h"

static struct riad_midifilter f;

typedef int parser(struct riad_midifilter *f, const char *list);

static bool
takes(parser *parse, const char *list)
{
	riad_midifilter_init(&f);
	return parse(&f, list) == 0;
}

static bool
passes(uint8_t status, uint8_t a, uint8_t b)
{
	struct riad_smf_item item = {.kind = RIAD_SMF_EVENT,
	    .event = {.status = status, .data = {a, b}}};

	return riad_midifilter_passes(&f, &item);
}

static bool
passes_kind(enum riad_midi_kind kind)
{
	struct riad_smf_item item = {
	    .kind = RIAD_SMF_EVENT, .event = {.kind = kind}};

	return riad_midifilter_passes(&f, &item);
}

static bool
passes_item(enum riad_smf_kind kind, uint32_t track)
{
	struct riad_smf_item item = {
	    .kind = kind, .track = track, .event = {.kind = RIAD_MIDI_META}};

	return riad_midifilter_passes(&f, &item);
}

static void
test_kinds(void)
{
	riad_midifilter_init(&f);
	ok(!f.on && passes(0x90, 1, 1) && passes(0xF8, 0, 0) &&
		passes_kind(RIAD_MIDI_RAW) && passes_item(RIAD_SMF_RAW, 70000),
	    "all pass at first");
	ok(takes(riad_midifilter_kinds, "note,realtime") && f.on, "kinds");
	ok(passes(0x95, 1, 1) && passes(0x85, 1, 1) && passes(0xF8, 0, 0) &&
		passes(0xFF, 0, 0) && !passes(0xB0, 1, 1) &&
		!passes(0xF2, 1, 1) && !passes_kind(RIAD_MIDI_META) &&
		!passes_kind(RIAD_MIDI_EXCLUSIVE) &&
		!passes_item(RIAD_SMF_RAW, 0) && passes_item(RIAD_SMF_TRACK, 0),
	    "those pass, and what makes a file");
	ok(takes(riad_midifilter_kinds, "off") && passes(0x90, 1, 0) &&
		!passes(0x90, 1, 1),
	    "an on of velocity 0 is an off");
	ok(takes(riad_midifilter_kinds, "^cc,pb,raw") && !passes(0xB0, 1, 1) &&
		!passes(0xE0, 1, 1) && passes(0xD0, 1, 0) &&
		!passes_kind(RIAD_MIDI_RAW) && !passes(0xFD, 0, 0),
	    "all but some");
	ok(riad_midifilter_kinds(&f, "^note") == 0 && !passes(0x90, 1, 1) &&
		!passes(0xB0, 1, 1) && passes(0xC0, 1, 0),
	    "of several lists each counts");
	ok(!takes(riad_midifilter_kinds, "") &&
		!takes(riad_midifilter_kinds, "on,") &&
		!takes(riad_midifilter_kinds, "foo"),
	    "no such kinds");
}

static void
test_numbers(void)
{
	ok(takes(riad_midifilter_channels, "1,9-16"), "channels");
	ok(passes(0x90, 1, 1) && !passes(0x91, 1, 1) && !passes(0x97, 1, 1) &&
		passes(0x98, 1, 1) && passes(0x9F, 1, 1) &&
		passes(0xF8, 0, 0) && passes_kind(RIAD_MIDI_META),
	    "what has no channel isn't asked");
	ok(takes(riad_midifilter_channels, "^10") && passes(0x98, 1, 1) &&
		!passes(0x99, 1, 1),
	    "all but one");
	ok(takes(riad_midifilter_notes, "C4-B4,0,127"), "notes");
	ok(passes(0x90, 60, 1) && passes(0x80, 71, 1) && passes(0xA0, 0, 1) &&
		passes(0x90, 127, 1) && !passes(0x90, 59, 1) &&
		!passes(0x90, 72, 1) && passes(0xB0, 59, 1),
	    "and what is none isn't asked");
	static const char *const bad[] = {"", "0", "17", "3-1", "1,", "-1",
	    "1-", "x", "1 ", "99999999999999999999"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(!takes(riad_midifilter_channels, bad[i]), "'%s'", bad[i]);
	ok(!takes(riad_midifilter_notes, "128") &&
		!takes(riad_midifilter_notes, "H4") &&
		!takes(riad_midifilter_notes, "C4-"),
	    "no such notes");
}

static void
test_tracks(void)
{
	ok(takes(riad_midifilter_tracks, "2,5-9") && f.has_tracks &&
		f.last_track == 5,
	    "tracks");
	ok(!passes_item(RIAD_SMF_TRACK, 0) && passes_item(RIAD_SMF_TRACK, 1) &&
		passes_item(RIAD_SMF_EVENT, 8) &&
		!passes_item(RIAD_SMF_EVENT, 9) &&
		!passes_item(RIAD_SMF_EVENT, 70000) &&
		passes_item(RIAD_SMF_HEADER, 0) &&
		passes_item(RIAD_SMF_CHUNK, 0),
	    "what isn't of a track passes");
	ok(takes(riad_midifilter_tracks, "^1") && f.last_track == 0 &&
		!passes_item(RIAD_SMF_EVENT, 0) &&
		passes_item(RIAD_SMF_EVENT, 65535) &&
		passes_item(RIAD_SMF_EVENT, 65536),
	    "all but one, and those beyond");
	ok(takes(riad_midifilter_tracks, "65536") &&
		!takes(riad_midifilter_tracks, "65537"),
	    "as far as they can be named");
}

int
main(void)
{
	test_kinds();
	test_numbers();
	test_tracks();
	return tap_done();
}
