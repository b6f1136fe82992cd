/* SPDX-License-Identifier: ISC */
/*
 * smf.h - standard MIDI files: read as far as they are sound, written again
 *
 * The reader goes over a file that is in memory (or mapped) and gives out
 * items in their order: the header, the begin and end of each chunk, the
 * events of tracks, and runs of bytes that are none of these.  It takes
 * constant memory whatever the file says.  Each item has the span of the file
 * that it was read from; the spans follow each other without a gap, so that
 * who writes all items again (riad_smf_write, in exact mode) gets the file.
 *
 * Of a damaged file what is sound is read.  A track whose length can't be
 * true ends where its end of track, the next track or the file does; one goes
 * on after an end of track if all that is left of it are events.  An event
 * that can't be understood, or that goes beyond its track, is RAW, with what is
 * behind it up to where a row of events is sound again, and so is what lies
 * between chunks up to the next track.  Running status goes on after
 * meta events and exclusives, since files are about that do so.
 *
 * Standard MIDI Files 1.0 (RP-001); RMID files: RIFF with a "data" chunk that
 * holds one.
 */
#ifndef RIAD_SMF_H
#define RIAD_SMF_H

#include "riad/midi.h"

enum riad_smf_kind {
	RIAD_SMF_RIFF,   /* what RIFF has before the file itself, and after */
	RIAD_SMF_HEADER, /* MThd */
	RIAD_SMF_TRACK,  /* MTrk: events follow */
	RIAD_SMF_EVENT,
	RIAD_SMF_END,   /* of a track's chunk; no bytes */
	RIAD_SMF_CHUNK, /* an alien chunk, whole: event.bytes are its contents
			 */
	RIAD_SMF_RAW,   /* bytes that are nothing, in or outside of a track */
};

struct riad_smf_item {
	enum riad_smf_kind kind;
	uint64_t off; /* in the file */
	const uint8_t *span;
	size_t span_len;
	const char *why; /* static: what is wrong here, or NULL */

	/* Of an event: its time is in ticks since the track's begin.  RIFF and
	 * RAW have their span as its bytes too. */
	struct riad_midi_event event;
	uint32_t delta;
	uint8_t delta_len;  /* bytes that the delta took: up to 8 */
	uint8_t length_len; /* those that the length of bytes took, or 0 */
	uint32_t track;     /* from 0: the tracks as they come */

	/* Of a header, track or chunk.  The length is what it says; it is set
	 * by a reader of files, and with lies it isn't what there is. */
	char type[4];
	uint32_t length;
	bool lies;

	/* Of a header. */
	uint16_t format, ntracks, division;
	const uint8_t *extra; /* what a header has beyond 6 bytes */
	size_t extra_len;
};

struct riad_smf_reader {
	const uint8_t *data;
	size_t len, pos;
	uint64_t faults; /* items with a why */
	const char *why; /* at the end: what is wrong with all of it, or NULL */
	uint32_t track;  /* tracks that began so far */
	uint16_t ntracks; /* what the header says of them */
	/* The rest is the reader's. */
	size_t
	    limit;  /* of the file proper, which in an RMID is less than len */
	size_t end; /* of the chunk in hand */
	bool in_track, had_header, lies, in_exclusive, ended, goes_on, trial;
	uint8_t running;
	int64_t time;
};

void riad_smf_init(struct riad_smf_reader *r, const uint8_t *data, size_t len);

/* Whether that looks like a file: "MThd", "RIFF" and "RMID", or "MTrk", of one
 * that has lost its header. */
bool riad_smf_recognise(const uint8_t *data, size_t len);

/* 1 with an item, or 0 at the end.  Only the fields of its kind are set. */
int riad_smf_next(struct riad_smf_reader *r, struct riad_smf_item *item);

/* Goes to the end of the track in hand: what comes next is behind it. */
void riad_smf_skip(struct riad_smf_reader *r);

/* Division: ticks a quarter note (positive), or SMPTE. */
static inline bool
riad_smf_is_smpte(uint16_t division)
{
	return division & 0x8000;
}

/* Frames a second of an SMPTE division: 24, 25, 29 (29.97 drop) or 30, as it
 * says; and ticks a frame. */
static inline unsigned
riad_smf_fps(uint16_t division)
{
	return 256u - (division >> 8);
}

static inline unsigned
riad_smf_ticks(uint16_t division)
{
	return division & 0xFF;
}

/*
 * Writes items again.  A track's length is put in where its END comes, and so
 * out holds a track whole.
 *
 * With exact nothing is mended: lengths are what items say if they lie, running
 * status is where it was, a delta or a length takes as many bytes as it took;
 * times don't matter but deltas do.  Between tracks out may be emptied.
 *
 * Else the file is a sound one.  Times matter: a delta that is too great is
 * passed in steps, of empty texts.  Lengths are the true ones, statuses are all
 * written (unless compress), messages that files don't have become escapes,
 * the header counts the tracks that came, the end of a track is where it
 * ends, and what is missing is made: a header, a track for events outside of
 * one, the end of a track.  RIFF and RAW items, and all but the first header,
 * are left out.  out is to be left alone until the end.
 */
struct riad_smf_writer {
	struct riad_buf *out;
	bool exact;
	bool compress;     /* leave out a status that is the last one's */
	uint16_t division; /* of a header that is made; 480 */
	/* The rest is the writer's. */
	size_t header_at, track_at;
	uint32_t ntracks;
	bool has_header, in_track, lies;
	int64_t time, ended; /* ended: where the end of track was, or 0 */
	uint8_t running;
};

void riad_smf_writer_init(
    struct riad_smf_writer *w, struct riad_buf *out, bool exact);

/*
 * 0, or -1 with errno EMSGSIZE or ENOMEM from out; EMSGSIZE for a track, and
 * bytes of an event, too long for a file; EINVAL for an item that can't be
 * here or is out of range, or whose time is before the last
 * one's, or more than 2^33 ticks after it.  After a -1
 * what out holds is of no use.
 */
int riad_smf_write(struct riad_smf_writer *w, const struct riad_smf_item *item);

/* Ends the last track, and mends the header. */
int riad_smf_writer_end(struct riad_smf_writer *w);

/* --- where ticks are in time, and in bars */

/*
 * The tempo and time signature maps of a file: all FF 51 and FF 58 of its
 * tracks (format 2: of one).  Each is bounded by RIAD_SMF_MAP_MAX entries; what
 * is beyond is passed over, and full tells.  Signatures that can't be (of 0
 * beats, or of less than 128ths) and a tempo of 0 are passed over too.
 *
 * With an SMPTE division tempo has no say; bars go by 120 quarters a minute.
 * A division of 0 is taken for 480.
 */
#define RIAD_SMF_MAP_MAX ((size_t)1 << 16)

struct riad_smf_map;

struct riad_smf_map *riad_smf_map_new(uint16_t division);
void riad_smf_map_free(struct riad_smf_map *map);

/* Notes an event if it bears on the map; in any order of time; of two at the
 * same time the later one counts.  0, or -1 with errno ENOMEM. */
int riad_smf_map_add(struct riad_smf_map *map, int64_t ticks,
    const struct riad_midi_event *event);

/* All of a file; of format 2 those of the track, and of others all of them.
 * The map may have the wrong division: the file's is taken. */
int riad_smf_map_read(
    struct riad_smf_map *map, const uint8_t *data, size_t len, uint32_t track);

bool riad_smf_map_full(const struct riad_smf_map *map);

/* Microseconds of a tick, and the tick of microseconds, to the nearest: so that
 * a tick of a microsecond or more comes back.  What is beyond 63 bits is
 * INT64_MAX; what is before 0 is 0. */
int64_t riad_smf_map_us(struct riad_smf_map *map, int64_t ticks);
int64_t riad_smf_map_ticks(struct riad_smf_map *map, int64_t us);

/* Microseconds of a quarter note at a tick: 500000 where nothing is said. */
uint32_t riad_smf_map_tempo(struct riad_smf_map *map, int64_t ticks);

/*
 * The bar and beat of a tick, both from 1, and the ticks beyond.  A time
 * signature begins a bar wherever it is; a beat is its denominator's note.  And
 * back: -1 with EINVAL if there is no such bar, beat or tick, so that what is
 * read comes back as it was.
 */
struct riad_smf_beat {
	int64_t bar;
	uint32_t beat, tick;
};
struct riad_smf_beat riad_smf_map_beat(struct riad_smf_map *map, int64_t ticks);
int64_t riad_smf_map_of_beat(
    struct riad_smf_map *map, const struct riad_smf_beat *beat);

#endif
