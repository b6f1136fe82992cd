/* SPDX-License-Identifier: ISC */
/*
 * midijsonobject.h - a line of JSON as keys and values
 *
 * An object is flat: strings, numbers without a sign or an exponent, true,
 * false and null.  Keys that are not known are passed over, so that what others
 * add to an object does no harm.
 */
#ifndef RIAD_MIDIJSONOBJECT_H
#define RIAD_MIDIJSONOBJECT_H

#include "midiread.h"

enum midi_key {
	K_OTHER, /* that isn't known */
	K_TYPE,
	K_TICKS,
	K_DELTA,
	K_BAR,
	K_BEAT,
	K_TICK,
	K_TIME,
	K_TRACK,
	K_CHANNEL,
	K_NOTE,
	K_VELOCITY,
	K_PRESSURE,
	K_CONTROLLER,
	K_PARAMETER,
	K_PROGRAM,
	K_VALUE,
	K_PIECE,
	K_POSITION,
	K_SONG,
	K_HEX,
	K_TEXT,
	K_US,
	K_NUM,
	K_DEN,
	K_CLOCKS,
	K_N32,
	K_KEY,
	K_HOURS,
	K_MINUTES,
	K_SECONDS,
	K_FRAMES,
	K_HUNDREDTHS,
	K_FPS,
	K_META,
	K_FORMAT,
	K_TRACKS,
	K_PPQ,
	K_TICKS_PER_FRAME,
	K_EXTRA,
	K_CHUNK,
	K_CHUNK_HEX,
	K_LENGTH,
	K_RUNNING,
	K_DELTA_LEN,
	K_LENGTH_LEN,
	K_EXACT,
	NKEYS
};

/* A value where it lies in the line. */
struct midi_value {
	enum { NOTHING, STRING, NUMBER, TRUE, OTHER } kind;
	const char *at, *end; /* of a string, what is between the quotes */
	uint64_t number;      /* its whole part */
	uint32_t millionths;
	bool fraction;
};

/* Values in their order, and where that of a key is among them: the first one
 * is NOTHING, for keys that aren't there. */
struct midi_object {
	struct midi_scan *s;
	uint8_t at[NKEYS];
	unsigned n;
	struct midi_value
	    v[NKEYS + 1]; /* the last: of a key that isn't known */
};

static inline const struct midi_value *
midi_object_value(const struct midi_object *o, enum midi_key k)
{
	return &o->v[o->at[k]];
}

/* All return 0, or -1 with the fault told, as of midiread.h. */

/* The whole line at s->p. */
int midi_object_take(struct midi_object *o, struct midi_scan *s);

/* The key of that name, or K_OTHER. */
enum midi_key midi_object_key(const char *name, size_t n);

/* A number that has to be there; or one that need not. */
int midi_object_need(const struct midi_object *o, enum midi_key k, uint64_t *to,
    uint64_t min, uint64_t max);
int midi_object_want(const struct midi_object *o, enum midi_key k, uint64_t *to,
    uint64_t min, uint64_t max, uint64_t without);

/* The bytes of a string that has to be there, and of hex digits that need not
 * be: to those of the line. */
int midi_object_text(const struct midi_object *o, enum midi_key k);
int midi_object_hex(const struct midi_object *o, enum midi_key k);

#endif
