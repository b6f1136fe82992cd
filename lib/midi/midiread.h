/* SPDX-License-Identifier: ISC */
/* midiread.h - what the readers of text and of JSON share */
#ifndef RIAD_MIDIREAD_H
#define RIAD_MIDIREAD_H

#include "midiwords.h"

enum { MIDI_TEMPO_MAX = 0xFFFFFF };

/* So that no sum of a few of them overflows. */
#define MIDI_DELTA_MAX UINT32_MAX
#define MIDI_TICKS_MAX ((uint64_t)1 << 56)
#define MIDI_SECONDS_MAX ((uint64_t)1 << 36)

/* A line being read. */
struct midi_scan {
	struct riad_miditext_reader *r;
	const char *begin, *p, *end;
};

/* Says what is wrong at a place of the line: -1 with EBADMSG. */
int midi_fail(const struct midi_scan *s, const char *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds bytes to those of the line: 0 or -1. */
int midi_bytes(struct midi_scan *s, const char *at, const void *data, size_t n);

/* The same of hex digits, with or without blanks between pairs; a single digit
 * that stands alone is a byte too.  *p is moved to what isn't that. */
int midi_hex(struct midi_scan *s, const char **p, const char *end);

/* An item is an event whose bytes are those of the line. */
void midi_event_bytes(struct riad_smf_item *item, enum riad_midi_kind kind,
    const struct riad_miditext_reader *r);

/* The type of a chunk: the bytes of the line so far. */
int midi_chunk_type(
    const struct midi_scan *s, const char *at, struct riad_smf_item *item);

/* A chunk, what RIFF has before a file, or raw: the bytes of the line. */
void midi_contents(struct riad_smf_item *item, const struct midi_word *w,
    const struct riad_miditext_reader *r);

/* What a word of several messages means; the first one goes to item. */
void midi_several(struct riad_miditext_reader *r, struct riad_smf_item *item,
    const struct midi_word *w, uint8_t channel, unsigned number,
    unsigned value);

/* The bytes of meta events that have numbers, to those of the line. */
int midi_time_sig(struct midi_scan *s, const char *at, uint64_t num,
    uint64_t den, uint64_t clocks, uint64_t n32);
int midi_smpte(
    struct midi_scan *s, const char *at, const uint64_t value[5], uint64_t fps);

/* Of a line that begins with a brace. */
int midi_json_read(struct midi_scan *s, struct riad_smf_item *item,
    struct riad_miditext_time *time);

/* The same of nearly all lines: a message of a channel, with a time in ticks,
 * as riad_midijson_write has it.  Of any other, or if anything is wrong with
 * it, nothing is taken. */
bool midi_json_fast(const char *p, const char *end, struct riad_smf_item *item,
    struct riad_miditext_time *time);

#endif
