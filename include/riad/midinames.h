/* SPDX-License-Identifier: ISC */
/*
 * midinames.h - what the numbers of MIDI are called
 *
 * Names are static, ASCII and lower case but for proper names; NULL where the
 * specification has none.  What exclusives mean is in mididecode.h.
 *
 * MIDI 1.0 Detailed Specification, Table III, IIIa and VIIb, with what came
 * since: General MIDI 1 and 2, RP-015 to RP-053.
 */
#ifndef RIAD_MIDINAMES_H
#define RIAD_MIDINAMES_H

#include <stddef.h>
#include <stdint.h>

/* 0 to 119 controllers, 120 to 127 channel modes; "volume", "sustain". */
const char *riad_midi_controller(uint8_t number);

/* A registered parameter by its number of 14 bits, "pitch bend range"; 16383
 * is "null", which ends what was selected. */
const char *riad_midi_rpn(uint16_t number);

/* Programs of General MIDI, from 0, and the eight of a kind that it is of. */
const char *riad_midi_program(uint8_t number);
const char *riad_midi_family(uint8_t number);

/* A drum by its key, on channel 10: those of General MIDI 2, 27 to 87. */
const char *riad_midi_drum(uint8_t key);

/*
 * Whose exclusive that is, by its first byte, or by three if that is 0; *len
 * is how many they are, also if nobody is known by them.  NULL with *len of 0
 * if it is cut short.  "universal" are 7E and 7F, 7D is "no maker".
 */
const char *riad_midi_maker(const uint8_t *bytes, size_t max, size_t *len);

/* A meta event by its type: "track name". */
const char *riad_midi_meta(uint8_t type);

/* A status: "note on", "clock"; not of meta events. */
const char *riad_midi_status_name(uint8_t status);

/* "C#4" of 61; of what is over 127, its lower seven bits.  Returns name. */
#define RIAD_MIDI_NOTE_NAME 5
const char *riad_midi_note_name(char name[RIAD_MIDI_NOTE_NAME], uint8_t key);

#endif
