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
	MIDI_TRACK_END,
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

/* The word that says what item is; that of raw if no other does. */
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

/* What stands behind an event, with comments: " # volume", and fields of its
 * object. */
void midi_comment(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style);
void midi_comment_json(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style);

/* Whether an event may have one: notes have not, and they are what a file is
 * full of. */
static inline bool
midi_has_comment(
    const struct riad_smf_item *item, const struct riad_miditext_style *style)
{
	return style->comments && item->kind == RIAD_SMF_EVENT &&
	       (style->meaning != NULL || style->clock_name != NULL ||
		   item->event.kind != RIAD_MIDI_MESSAGE ||
		   (item->event.status & 0xE0) != RIAD_MIDI_OFF);
}

/* The number of bytes that v takes as a variable length quantity. */
static inline unsigned
midi_vlq_len(uint32_t v)
{
	return v < 0x80       ? 1
	       : v < 0x4000   ? 2
	       : v < 0x200000 ? 3
	       : v >> 28 == 0 ? 4
			      : 5;
}

/* Digits are put by hand: most of a file is numbers.  What is copied is more
 * than what counts, so that no copy depends on its length: behind p there has
 * to be room for 16 bytes. */
struct midi_name {
	char s[15];
	uint8_t len;
};

struct midi_short {
	char s[7];
	uint8_t len;
};

extern const struct midi_short midi_numbers[128];
extern const struct midi_short midi_notes[128];      /* C-1 to G9 */
extern const struct midi_name midi_statuses[7 * 16]; /* "ch 1 on ", from 80 */
extern const char midi_pairs[201];

static inline uint8_t *
midi_put7(uint8_t *p, unsigned v)
{
	memcpy(p, midi_numbers[v].s, sizeof(midi_numbers[v].s));
	return p + midi_numbers[v].len;
}

static inline uint8_t *
midi_put_note(uint8_t *p, unsigned note)
{
	memcpy(p, midi_notes[note].s, sizeof(midi_notes[note].s));
	return p + midi_notes[note].len;
}

static inline uint8_t *
midi_put(uint8_t *p, uint64_t v)
{
	if (v < 128)
		return midi_put7(p, (unsigned)v);
	if (v > UINT32_MAX) {
		p = midi_put(p, v / 1000000000);
		uint32_t low = (uint32_t)(v % 1000000000);
		for (unsigned i = 9; i-- > 0; low /= 10)
			p[i] = (uint8_t)('0' + low % 10);
		return p + 9;
	}

	uint32_t w = (uint32_t)v;
	unsigned n = 3u + (w >= 1000) + (w >= 10000) + (w >= 100000) +
		     (w >= 1000000) + (w >= 10000000) + (w >= 100000000) +
		     (w >= 1000000000);
	uint8_t *q = p + n;
	for (; w >= 100; w /= 100) {
		q -= 2;
		memcpy(q, midi_pairs + 2 * (w % 100), 2);
	}
	if (w >= 10)
		memcpy(q - 2, midi_pairs + 2 * w, 2);
	else
		q[-1] = (uint8_t)('0' + w);
	return p + n;
}

static inline uint8_t *
midi_puts(uint8_t *p, const char *s)
{
	size_t n = strlen(s);

	memcpy(p, s, n);
	return p + n;
}

/* The clock that an item's line has: in the exact form of a file deltas are all
 * that is sure; microseconds have no bars. */
static inline enum riad_midi_clock
midi_clock_of(
    const struct riad_smf_item *item, const struct riad_miditext_style *style)
{
	if (style->exact && item->span != NULL)
		return RIAD_MIDI_DELTA;
	return style->us && style->clock > RIAD_MIDI_DELTA ? RIAD_MIDI_SECONDS
							   : style->clock;
}

/* S.UUUUUU */
uint8_t *midi_put_seconds(uint8_t *p, int64_t us);

/* Pairs of digits with spaces before them, or between. */
void midi_out_hex(
    struct riad_out *out, const uint8_t *data, size_t len, bool before);

#endif
