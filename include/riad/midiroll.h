/* SPDX-License-Identifier: ISC */
/*
 * midiroll.h - a piano roll as a picture
 *
 * Time runs to the right and keys upward, a colour a channel; below are the
 * velocities, the controllers that move most, and, of a stream that is timed,
 * how even its clock is.  However long the music is, it needs no more memory
 * than this struct: where it gets full, what is kept is so to a time twice as
 * coarse, and what then coincides is one.
 */
#ifndef RIAD_MIDIROLL_H
#define RIAD_MIDIROLL_H

#include "riad/midistat.h"
#include "riad/out.h"
#include "riad/smf.h"

enum {
	RIAD_ROLL_NOTES = 16384,
	RIAD_ROLL_LINES = 64, /* of a controller on a channel */
	RIAD_ROLL_POINTS = 512,
	RIAD_ROLL_CLOCKS = 2048,
	RIAD_ROLL_NAME = 48,
};

/* Times are whole units of 1 << shift. */
struct riad_roll_note {
	uint32_t start, length;
	uint8_t channel, key, velocity;
};

/* The values that a line has within a unit. */
struct riad_roll_point {
	uint32_t time;
	int32_t min, max, last;
};

struct riad_roll_line {
	uint8_t channel;
	uint8_t what; /* a controller; 128 bend, 129 pressure */
	uint8_t shift;
	uint32_t n;
	uint64_t changes;
	struct riad_roll_point point[RIAD_ROLL_POINTS];
};

struct riad_midiroll {
	/* The caller's. */
	bool timed;       /* times are those of arrival: show the clock */
	const char *name; /* the title */

	/* The rest is its own. */
	uint64_t total; /* notes that there were */
	int64_t end;
	uint8_t shift;
	uint32_t nnotes;
	struct riad_roll_note note[RIAD_ROLL_NOTES];
	int64_t since[16][128];
	uint8_t on[16][128];      /* velocity, or 0 */
	uint32_t newest[16][128]; /* place of a note and one, or 0 */
	bool any;
	int64_t track_end;

	uint32_t nlines;
	uint64_t no_line; /* changes that found no room */
	struct riad_roll_line line[RIAD_ROLL_LINES];

	struct riad_clockstat clock;
	uint8_t clock_shift;
	uint32_t nclocks;
	struct riad_roll_point dev[RIAD_ROLL_CLOCKS];

	/* Names of the tracks that channels are on. */
	uint8_t track_name[RIAD_ROLL_NAME], track_len;
	struct {
		bool used, has_program;
		uint8_t program, len;
		uint8_t name[RIAD_ROLL_NAME];
	} channel[16];
};

/* All zero is how it begins.  Time is in ticks, or in microseconds. */
void riad_midiroll_add(struct riad_midiroll *roll,
    const struct riad_midi_event *event, int64_t time);

/* At the end of a track, or of all. */
void riad_midiroll_end(struct riad_midiroll *roll);

/* Draws it all.  With a map, whose division is given, times are ticks and bars
 * are drawn, else they are microseconds. */
void riad_midiroll_print(struct riad_out *out, struct riad_midiroll *roll,
    struct riad_smf_map *map, uint16_t division);

#endif
