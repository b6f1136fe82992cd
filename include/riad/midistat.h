/* SPDX-License-Identifier: ISC */
/*
 * midistat.h - a stream of MIDI in figures: how much, of what, how even
 *
 * Times are microseconds.  All structs are of one size, whatever comes.
 */
#ifndef RIAD_MIDISTAT_H
#define RIAD_MIDISTAT_H

#include "riad/midi.h"

/* --- how even a clock (F8, 24 a quarter note) is */

/*
 * A clock's interval is held against the median of those before it, as many as
 * a quarter note has: so a tempo that changes is no jitter, and one late clock
 * isn't many.  Their differences are counted in buckets that are a 32nd of
 * their value wide, so that a percentile is right within 3 %.
 */
enum {
	RIAD_CLOCK_WINDOW = 24,
	RIAD_CLOCK_FINE = 32, /* buckets an octave */
	RIAD_CLOCK_BUCKETS = 16 * RIAD_CLOCK_FINE,
};

/* An interval of more than this isn't a tempo (10 bpm): it stood still. */
#define RIAD_CLOCK_GAP INT64_C(250000)

struct riad_clockstat {
	uint64_t clocks, intervals, gaps;
	uint64_t sum; /* of the intervals, in us */
	uint64_t deviations, worst;
	uint64_t bucket[RIAD_CLOCK_BUCKETS]; /* of deviations either way */

	int64_t last;
	uint32_t window[RIAD_CLOCK_WINDOW];
	uint8_t n, at;
};

/* A clock came at time.  1 and by how much its interval deviates, or 0 if
 * there is nothing to hold it against. */
int riad_clockstat_add(struct riad_clockstat *c, int64_t *dev, int64_t time);

/* Beats a minute, in thousandths; 0 if not known. */
uint64_t riad_clockstat_mbpm(const struct riad_clockstat *c);

/* The deviation that so many in a hundred are no greater than. */
uint64_t riad_clockstat_percentile(
    const struct riad_clockstat *c, unsigned percent);

/* The least deviation that is counted in a bucket. */
uint64_t riad_clockstat_least(size_t bucket);

/* --- all figures */

enum riad_midi_word {
	RIAD_MIDI_W_OFF,
	RIAD_MIDI_W_ON,
	RIAD_MIDI_W_PRESSURE,
	RIAD_MIDI_W_CONTROL,
	RIAD_MIDI_W_PROGRAM,
	RIAD_MIDI_W_TOUCH,
	RIAD_MIDI_W_BEND,
	RIAD_MIDI_WORDS,
};

/* What happens beyond so many seconds is in no array any more. */
enum { RIAD_MIDI_SECONDS_MAX = 16384, RIAD_MIDI_STUCK = 64 };

struct riad_midi_stuck {
	int64_t since;
	uint32_t track;
	uint8_t channel, key;
};

struct riad_midistat {
	bool timed; /* the caller's: the times mean something */

	uint64_t messages; /* those that go over a cable */
	uint64_t bytes;    /* of them */
	uint64_t by[16][RIAD_MIDI_WORDS];
	uint64_t system[16]; /* by the lower half of their status */
	uint64_t exclusive_bytes;
	uint64_t meta, escapes;
	uint64_t raw, raw_bytes;
	uint64_t running;   /* statuses left out */
	uint64_t could_run; /* that are left out, or could have been */
	uint64_t zero_offs; /* of offs: written as on with velocity 0 */

	uint64_t again;     /* notes on that were on */
	uint64_t lost_offs; /* offs of notes that weren't */
	uint64_t nstuck;    /* notes that had no end */
	struct riad_midi_stuck stuck[RIAD_MIDI_STUCK];
	uint32_t sounding, polyphony;

	int64_t first, last;
	bool begun;
	uint32_t peak_messages, peak_bytes; /* in a second */
	int64_t peak_at; /* of peak_messages, in seconds since the first */
	struct riad_clockstat clock;
	int64_t sensed;   /* when active sensing last came */
	uint64_t silence; /* the longest without any message after it */

	/* The rest is its own. */
	uint32_t track;
	uint8_t status;
	bool any; /* notes on in this track */
	uint8_t on[16][128];
	int64_t since[16][128];
	int64_t now; /* the second that is counted beyond the array */
	uint32_t now_messages, now_bytes;
	uint32_t second[RIAD_MIDI_SECONDS_MAX];
	uint32_t second_bytes[RIAD_MIDI_SECONDS_MAX];
};

/* All zero is how it begins.  time is in microseconds; of files, tracks one
 * after the other, each from 0. */
void riad_midistat_add(struct riad_midistat *st,
    const struct riad_midi_event *event, int64_t time);

/* At the end of a track, or of all: what is still on is stuck. */
void riad_midistat_end(struct riad_midistat *st);

#endif
