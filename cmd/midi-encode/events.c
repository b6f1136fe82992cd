/* SPDX-License-Identifier: ISC */
/*
 * what a line says, when and where: a stream's events go on at once, and a file
 * (the lines of which say smf or track) to filesink.c
 */

#include <errno.h>

#include "parts.h"

enum { PPQ = 480 };

static bool begun, is_file, is_exact;
static bool timed; /* whether it matters what lines say of time */

static struct riad_smf_map *map;
static int64_t last; /* ticks of the line before */
static int64_t last_us;
static uint32_t track; /* from 0; tracks that began, less one */
static bool any_track, any_event;

/* The ticks of a line, and its microseconds where they are wanted. */
static int
find_time(const struct riad_miditext_reader *reader,
    const struct riad_miditext_time *time, int64_t *us)
{
	int64_t ticks = last;

	*us = last_us;
	switch (time->clock) {
	case RIAD_MIDI_NO_TIME:
		return 0;
	case RIAD_MIDI_TICKS:
		ticks = time->value;
		break;
	case RIAD_MIDI_DELTA:
		ticks = last + time->value;
		break;
	case RIAD_MIDI_BARS:
		ticks = riad_smf_map_of_beat(map, &time->beat);
		if (ticks == -1)
			return bad_line(1, "a beat that this bar has expected");
		break;
	case RIAD_MIDI_SECONDS:
		*us = time->value;
		if (opt.smf || is_file)
			ticks = riad_smf_map_ticks(map, time->value);
		break;
	default:
		break;
	}
	/* Lines that say their track go back for another one; that each is in
	 * order, its writer sees to. */
	if (ticks < last &&
	    !(reader->has_track && !is_exact && (opt.smf || is_file)))
		return bad_line(1, "a time not before the last one's expected");
	if (opt.pace && !is_file && time->clock != RIAD_MIDI_SECONDS)
		*us = riad_smf_map_us(map, ticks);
	last = ticks;
	last_us = *us;
	return 0;
}

/* That of --tempo, which is the only one of a stream. */
static int
add_tempo(void)
{
	const uint8_t b[3] = {
	    (uint8_t)(opt.us >> 16), (uint8_t)(opt.us >> 8), (uint8_t)opt.us};
	const struct riad_midi_event tempo = {
	    .kind = RIAD_MIDI_META, .meta = 0x51, .bytes = b, .len = 3};

	return riad_smf_map_add(map, 0, &tempo);
}

/* The first line that is no comment decides. */
static int
begin(
    const struct riad_miditext_reader *reader, const struct riad_smf_item *item)
{
	begun = true;
	is_file = item->kind != RIAD_SMF_EVENT &&
		  (item->kind != RIAD_SMF_RAW || reader->exact);
	is_exact = reader->exact && (!opt.edits || !opt.smf);
	timed = opt.smf || opt.pace || is_file;
	if (timed && (map = riad_smf_map_new(PPQ)) == NULL)
		return -1;
	if (opt.smf || is_file)
		file_begin(!opt.smf, is_exact, PPQ);
	else if (timed && opt.us != 0)
		return add_tempo();
	return 0;
}

static int
new_division(uint16_t division)
{
	riad_smf_map_free(map);
	map = riad_smf_map_new(division);
	return map == NULL ? -1 : 0;
}

static int
to_file(const struct riad_miditext_reader *reader, struct riad_smf_item *item,
    const struct riad_miditext_time *time, int64_t before)
{
	switch (item->kind) {
	case RIAD_SMF_HEADER:
		/* Those events would have been of another division. */
		if (!is_file && any_event)
			return bad_line(
			    1, "events expected: a file begins with smf");
		if (new_division(item->division) == -1)
			return -1;
		break;
	case RIAD_SMF_TRACK:
		track += any_track;
		any_track = true;
		last = 0;
		break;
	case RIAD_SMF_EVENT:
		any_event |= item->event.kind != RIAD_MIDI_RAW;
		/* That of an exact file need not be what times say. */
		item->delta = time->clock == RIAD_MIDI_DELTA
				  ? (uint32_t)time->value
				  : (uint32_t)(last - before);
		break;
	default:
		break;
	}
	if (!reader->has_track)
		item->track = track;
	else if (item->track >= UINT16_MAX && !is_exact)
		return bad_line(1, "a track from 1 to 65535 expected");
	if (!is_exact)
		item->event.running = false;
	if (opt.smf && !edit(item))
		return 0;
	if (file_take(item, reader->has_track) == 0)
		return 0;
	if (errno == EINVAL)
		return bad_line(
		    1, is_exact && item->kind == RIAD_SMF_EVENT
			   ? "in the exact form, track expected first"
		       : reader->has_track && item->kind == RIAD_SMF_EVENT
			   ? "a time not before the track's last one expected"
			   : "something a file can have expected here");
	return -1;
}

static int
to_wire(struct riad_smf_item *item, int64_t us)
{
	if (item->kind == RIAD_SMF_RAW)
		item->kind = RIAD_SMF_EVENT;
	if (item->kind != RIAD_SMF_EVENT)
		return bad_line(1, "events expected: a file begins with smf");
	if (!edit(item))
		return 0;
	if (wire_take(&item->event, us) == 0)
		return 0;
	return errno == EINVAL
		   ? bad_line(1, "bytes up to 7F expected in an exclusive")
		   : -1;
}

int
take_event(const struct riad_miditext_reader *reader,
    struct riad_smf_item *item, const struct riad_miditext_time *time)
{
	int64_t us = 0, before = last;

	if (!begun && begin(reader, item) == -1)
		return -1;
	/* A stream's raw bytes are events. */
	if (item->kind == RIAD_SMF_RAW && !is_file)
		item->kind = RIAD_SMF_EVENT;
	if (timed && item->kind == RIAD_SMF_EVENT) {
		if (find_time(reader, time, &us) == -1)
			return -1;
		item->event.time = last;
		if (item->event.kind == RIAD_MIDI_META &&
		    (opt.us == 0 || opt.smf || is_file) &&
		    riad_smf_map_add(map, last, &item->event) == -1)
			return -1;
	}
	return is_file || opt.smf ? to_file(reader, item, time, before)
				  : to_wire(item, us);
}

bool
events_are_file(void)
{
	/* Of nothing comes nothing, be it a file. */
	return begun && (opt.smf || is_file);
}

void
events_end(void)
{
	riad_smf_map_free(map);
}
