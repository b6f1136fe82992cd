/* SPDX-License-Identifier: ISC */
/* a standard MIDI file in memory to bytes in order of time, or to a file */

#include <errno.h>
#include <inttypes.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/smfmerge.h"

enum { END_OF_TRACK = 0x2F };

/* The first fault is told, and how many there are. */
static uint64_t faults, first_off;
static const char *first_why;

static void
note_fault(uint64_t off, const char *why)
{
	if (why == NULL)
		return;
	if (faults++ == 0) {
		first_off = off;
		first_why = why;
	}
}

static int
tell_faults(const char *name)
{
	if (faults == 0)
		return RIAD_OK;
	(void)riad_out_flush(&out);
	if (faults == 1)
		riad_warn(
		    "%s: byte %" PRIu64 ": %s", name, first_off, first_why);
	else
		riad_warn("%s: byte %" PRIu64 ": %s; %" PRIu64 " faults in all",
		    name, first_off, first_why, faults);
	return RIAD_FAIL;
}

/* The map that gives the times of --pace. */
static struct riad_smf_map *
time_map(const struct riad_smf_merge *m, const uint8_t *data, size_t len,
    uint32_t track)
{
	struct riad_smf_map *map = riad_smf_map_new(m->division);
	int failed = 0;

	if (map == NULL)
		return NULL;
	if (opt.us != 0) {
		uint8_t b[3] = {(uint8_t)(opt.us >> 16), (uint8_t)(opt.us >> 8),
		    (uint8_t)opt.us};
		struct riad_midi_event tempo = {.kind = RIAD_MIDI_META,
		    .meta = 0x51,
		    .bytes = b,
		    .len = sizeof(b)};
		failed = riad_smf_map_add(map, 0, &tempo);
	} else {
		failed = riad_smf_map_read(map, data, len, track);
	}
	if (failed == 0)
		return map;
	riad_smf_map_free(map);
	return NULL;
}

static int
play_all(struct riad_smf_merge *m, struct riad_smf_map *map, bool *damaged)
{
	struct riad_smf_item item;
	int64_t end = 0;

	m->whole = true;
	*damaged = m->faults > 0;
	while (riad_smf_merge_next(m, &item) == 1) {
		*damaged |= item.why != NULL;
		if (item.kind != RIAD_SMF_EVENT || !edit(&item))
			continue;
		int64_t us = 0;
		if (map != NULL)
			us = riad_smf_map_us(map, item.event.time);
		if (item.event.kind == RIAD_MIDI_META) {
			if (item.event.meta == END_OF_TRACK)
				end = us;
			continue;
		}
		item.event.running = false;
		if (wire_take(&item.event, us) == -1) {
			/* A status where none may be: it is left out. */
			if (errno != EINVAL)
				return -1;
		}
	}
	/* It lasts until its last track ends, be it with a rest. */
	return wire_rest(end);
}

/* In the order of the file, which is not that of time. */
static void
find_faults(const uint8_t *data, size_t len)
{
	struct riad_smf_reader r;
	struct riad_smf_item item;

	riad_smf_init(&r, data, len);
	while (riad_smf_next(&r, &item) == 1)
		note_fault(item.off, item.why);
	note_fault(len, r.why);
}

int
play(const uint8_t *data, size_t len, const char *name)
{
	struct riad_smf_merge m;
	struct riad_smf_map *map = NULL;
	/* Of format 2 the tracks are pieces of their own. */
	uint32_t track = opt.ntracks > 0 ? opt.tracks[0].from : 0;

	if (riad_smf_merge_init(&m, data, len, RIAD_SMF_ALL) == -1)
		return failed_output();
	if (m.format == 2 && track > 0) {
		riad_smf_merge_free(&m);
		if (riad_smf_merge_init(&m, data, len, track) == -1)
			return failed_output();
	}
	if (opt.pace && (map = time_map(&m, data, len, track)) == NULL) {
		riad_smf_merge_free(&m);
		return failed_output();
	}
	edit_tracks(m.tracks);
	bool damaged;
	int failed = play_all(&m, map, &damaged);
	riad_smf_merge_free(&m);
	riad_smf_map_free(map);
	if (failed == -1)
		return failed_output();
	if (damaged)
		find_faults(data, len);
	return tell_faults(name);
}

int
copy(const uint8_t *data, size_t len, const char *name)
{
	struct riad_smf_reader r;
	struct riad_smf_item item;

	file_begin(false, false, 480);
	riad_smf_init(&r, data, len);
	while (riad_smf_next(&r, &item) == 1) {
		note_fault(item.off, item.why);
		if (edit(&item) && file_take(&item, false) == -1)
			return failed_output();
	}
	note_fault(len, r.why);
	return file_end() == -1 ? failed_output() : tell_faults(name);
}
