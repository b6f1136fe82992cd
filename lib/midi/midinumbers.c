/* SPDX-License-Identifier: ISC */
/* Numbers, notes and what stands before them, ready to be copied. */

#include "midiwords.h"

#define TEXT(s)                                                                \
	{                                                                      \
		s, sizeof(s) - 1                                               \
	}

#define TEN(t)                                                                 \
	TEXT(t "0"), TEXT(t "1"), TEXT(t "2"), TEXT(t "3"), TEXT(t "4"),       \
	    TEXT(t "5"), TEXT(t "6"), TEXT(t "7"), TEXT(t "8"), TEXT(t "9")

const struct midi_short midi_numbers[128] = {TEN(""), TEN("1"), TEN("2"),
    TEN("3"), TEN("4"), TEN("5"), TEN("6"), TEN("7"), TEN("8"), TEN("9"),
    TEN("10"), TEN("11"), TEXT("120"), TEXT("121"), TEXT("122"), TEXT("123"),
    TEXT("124"), TEXT("125"), TEXT("126"), TEXT("127")};

#define LOW(o)                                                                 \
	TEXT("C" o), TEXT("C#" o), TEXT("D" o), TEXT("D#" o), TEXT("E" o),     \
	    TEXT("F" o), TEXT("F#" o), TEXT("G" o)
#define OCTAVE(o) LOW(o), TEXT("G#" o), TEXT("A" o), TEXT("A#" o), TEXT("B" o)

const struct midi_short midi_notes[128] = {OCTAVE("-1"), OCTAVE("0"),
    OCTAVE("1"), OCTAVE("2"), OCTAVE("3"), OCTAVE("4"), OCTAVE("5"),
    OCTAVE("6"), OCTAVE("7"), OCTAVE("8"), LOW("9")};

#define CHANNELS(w)                                                            \
	TEXT("ch 1 " w), TEXT("ch 2 " w), TEXT("ch 3 " w), TEXT("ch 4 " w),    \
	    TEXT("ch 5 " w), TEXT("ch 6 " w), TEXT("ch 7 " w),                 \
	    TEXT("ch 8 " w), TEXT("ch 9 " w), TEXT("ch 10 " w),                \
	    TEXT("ch 11 " w), TEXT("ch 12 " w), TEXT("ch 13 " w),              \
	    TEXT("ch 14 " w), TEXT("ch 15 " w), TEXT("ch 16 " w)

const struct midi_name midi_statuses[7 * 16] = {CHANNELS("off "),
    CHANNELS("on "), CHANNELS("pp "), CHANNELS("cc "), CHANNELS("pc "),
    CHANNELS("cp "), CHANNELS("pb ")};

#define PAIRS(t) t "0" t "1" t "2" t "3" t "4" t "5" t "6" t "7" t "8" t "9"

const char midi_pairs[201] = PAIRS("0") PAIRS("1") PAIRS("2") PAIRS("3")
    PAIRS("4") PAIRS("5") PAIRS("6") PAIRS("7") PAIRS("8") PAIRS("9");
