/* SPDX-License-Identifier: ISC */
/*
 * mididecode.h - what events mean together
 *
 * A message of MIDI often says a part of something: a controller's lower
 * seven bits, a parameter and its value in four messages, an eighth of a time.
 * This watches events go by and tells what is complete with the one in hand.
 * It takes constant memory, whatever comes.
 *
 * MIDI 1.0 Detailed Specification 4.2.1; MIDI Polyphonic Expression 1.0
 * (RP-053), Response to Data Increment (RP-018), GM Lite, GM 2, MIDI Tuning.
 */
#ifndef RIAD_MIDIDECODE_H
#define RIAD_MIDIDECODE_H

#include "riad/midi.h"

enum riad_midi_means {
	RIAD_MIDI_MEANS_CC14, /* number 0 to 31, value of 14 bits */
	RIAD_MIDI_MEANS_RPN,  /* number and value of 14 bits */
	RIAD_MIDI_MEANS_NRPN,
	RIAD_MIDI_MEANS_BANK, /* of a program: number, value is the program */
	RIAD_MIDI_MEANS_ZONE, /* of MPE: number 0 lower, 1 upper; value members
			       */
	RIAD_MIDI_MEANS_EXPRESSION, /* of one note of MPE: key; 128: of all */
	RIAD_MIDI_MEANS_PAIR, /* a note ended: key, velocity, began, length */
	RIAD_MIDI_MEANS_TIMECODE,  /* h, m, s, f and frames a second */
	RIAD_MIDI_MEANS_EXCLUSIVE, /* name: static */
};

#define RIAD_MIDI_MEANING_TEXT 160

struct riad_midi_meaning {
	enum riad_midi_means means;
	uint8_t channel; /* 0 to 15 */
	uint8_t key, velocity;
	unsigned number, value;
	int64_t began, length; /* of a note, in the events' unit */
	uint8_t time[4];       /* hours, minutes, seconds, frames */
	uint8_t fps;           /* 24, 25, 29 (29.97 drop frame), 30 */
	const char *name;      /* static; or NULL */

	/* All of it, for people: printable ASCII.  Empty of a pair. */
	char text[RIAD_MIDI_MEANING_TEXT];
};

/* The word of a kind: "cc14", "rpn", ... */
const char *riad_midi_means_name(enum riad_midi_means means);

/* So many notes of one key and channel can be on at a time; of more, the
 * first ones have no end. */
enum { RIAD_MIDI_STACK = 4 };

/* An exclusive's begin, as much as its name may depend on. */
enum { RIAD_MIDI_HEAD = 24 };

struct riad_midi_channel {
	uint8_t msb[32];       /* of controllers; 128: not seen */
	uint8_t bank_lsb;      /* 128: not seen */
	uint8_t parameter[2];  /* of RPN or NRPN: high, low; 128: not seen */
	bool nrpn;             /* which of them was selected last */
	uint16_t value;        /* of the parameter, */
	bool value_known;      /* once its upper half came */
	uint16_t bend_range;   /* semitones * 128 + cents, by RPN 0 */
	bool bend_range_known; /* else it depends on MPE */
	uint8_t sounding;      /* of MPE: the key that is on, or 128 */
};

struct riad_mididecode {
	bool pairs; /* the caller's: tell lengths of notes */

	/* The rest is the decoder's. */
	bool begun, dirty;
	struct riad_midi_channel channel[16];
	uint8_t members[2]; /* of MPE's lower and upper zone */
	uint8_t quarter[8]; /* nibbles */
	uint8_t quarters;   /* a bit for each piece that is here */
	uint8_t piece;      /* the last one */
	bool backwards;

	uint8_t head[RIAD_MIDI_HEAD];
	uint64_t exclusive_len;
	uint8_t exclusive_xor;
	uint32_t exclusive_sum; /* of what is beyond four bytes */

	uint8_t on[16][128]; /* how many; in a ring from first */
	uint8_t first[16][128];
	struct riad_midi_began {
		int64_t time;
		uint8_t velocity;
	} note[16][128][RIAD_MIDI_STACK];
};

/* All zero is how it begins.  This begins anew, at a new track; pairs is
 * kept. */
void riad_mididecode_reset(struct riad_mididecode *d);

/* Takes an event.  1 and what it means, or 0 if it has no more to it than it
 * says itself. */
int riad_mididecode_next(struct riad_mididecode *d, struct riad_midi_meaning *m,
    const struct riad_midi_event *event);

/*
 * Names an exclusive of len bytes (without F0 and F7) of which head holds the
 * first, at most RIAD_MIDI_HEAD.  whole: that is all; then sums over all of
 * them are checked: xor, and sum from the fifth on.  1, or 0 if nothing is
 * known of it.
 */
int riad_midi_exclusive_name(struct riad_midi_meaning *m, const uint8_t *head,
    uint64_t len, bool whole, uint8_t xor, uint32_t sum);

#endif
