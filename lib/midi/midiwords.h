/* SPDX-License-Identifier: ISC */
/*
 * midiwords.h - the words of the text form, and what stands after each
 *
 * Text and JSON, read and written, are four views of this one table.
 */
#ifndef RIAD_MIDIWORDS_H
#define RIAD_MIDIWORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "riad/miditext.h"

/* What stands after a word. */
enum midi_shape {
	MIDI_NOTE,    /* a note and a number */
	MIDI_CONTROL, /* two numbers */
	MIDI_ONE,     /* one number */
	MIDI_WIDE,    /* one of 14 bits */
	MIDI_PIECE,   /* of a time code: type and value */
	MIDI_NONE,    /* nothing */
	MIDI_SYSEX,   /* bytes; code: 1 with F0 before, 2 with F7 after */
	MIDI_BYTES,   /* bytes, of an escape or of nothing */
	MIDI_CC14,    /* these three are several messages */
	MIDI_PARAMETER,
	MIDI_CHANNEL,

	/* Meta events. */
	MIDI_TEMPO,
	MIDI_TIME_SIG,
	MIDI_KEY_SIG,
	MIDI_TEXT,
	MIDI_NUMBER,  /* of one byte */
	MIDI_NUMBER2, /* of two */
	MIDI_SMPTE,
	MIDI_END,
	MIDI_SEQUENCER, /* bytes */
	MIDI_META,      /* a type, and bytes */

	/* Not events. */
	MIDI_SMF,
	MIDI_TRACK,
	MIDI_CHUNK,
	MIDI_RIFF,
	MIDI_RAW,
};

struct midi_word {
	char name[16];
	uint8_t len;
	uint8_t shape;
	uint8_t code; /* status, or type of a meta event */
	/* The names of its numbers in JSON. */
	const char *arg[2];
};

/* The word of that name, or NULL. */
const struct midi_word *midi_word_find(const char *name, size_t len);

/* The word that says what item is; that of raw if none does, and NULL if it is
 * nothing that makes a line. */
const struct midi_word *midi_word_of(const struct riad_smf_item *item);

/* That of a message of a channel. */
const struct midi_word *midi_word_channel(uint8_t status);

/* What is raw of an item: its bytes as they lie in their file or stream. */
const uint8_t *midi_raw_of(
    const struct riad_smf_item *item, uint8_t small[4], size_t *len);

/* "F# minor" of a key signature's two bytes, or NULL; and back, or -1. */
const char *midi_key_name(const uint8_t bytes[2]);
int midi_key_find(uint8_t bytes[2], const char *name, size_t len);

/* Whether an item, written from its line, is its span again. */
bool midi_spells(const struct riad_smf_item *item);

/* The number of bytes that v takes as a variable length quantity. */
static inline unsigned
midi_vlq_len(uint32_t v)
{
	return v < 0x80 ? 1 : v < 0x4000 ? 2 : v < 0x200000 ? 3 : 4;
}

/* Digits are put by hand: most of a file is numbers. */
static inline uint8_t *
midi_put(uint8_t *p, uint64_t v)
{
	uint8_t digit[20];
	unsigned n = 0;

	do
		digit[n++] = (uint8_t)('0' + v % 10);
	while ((v /= 10) > 0);
	while (n > 0)
		*p++ = digit[--n];
	return p;
}

static inline uint8_t *
midi_put7(uint8_t *p, unsigned v)
{
	if (v >= 100) {
		*p++ = '1';
		v -= 100;
		*p++ = (uint8_t)('0' + v / 10);
	} else if (v >= 10) {
		*p++ = (uint8_t)('0' + v / 10);
	}
	*p++ = (uint8_t)('0' + v % 10);
	return p;
}

static inline uint8_t *
midi_puts(uint8_t *p, const char *s)
{
	size_t n = strlen(s);

	memcpy(p, s, n);
	return p + n;
}

/* C-1 to G9. */
uint8_t *midi_put_note(uint8_t *p, unsigned note);

/* S.UUUUUU */
uint8_t *midi_put_seconds(uint8_t *p, int64_t us);

/* Pairs of digits with spaces before them, or between. */
void midi_out_hex(
    struct riad_out *out, const uint8_t *data, size_t len, bool before);

#endif
