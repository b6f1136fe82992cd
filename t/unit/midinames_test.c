/* SPDX-License-Identifier: ISC */

#include "riad/midinames.h"

#include <stdbool.h>
#include <string.h>

#include "riad/midi.h"
#include "tap.h"

static bool
is(const char *got, const char *want)
{
	return want == NULL ? got == NULL
			    : got != NULL && strcmp(got, want) == 0;
}

static void
test_tables(void)
{
	int controllers = 0, programs = 0, drums = 0, bad = 0;

	for (unsigned i = 0; i < 256; i++) {
		uint8_t n = (uint8_t)i;
		controllers += riad_midi_controller(n) != NULL;
		programs += riad_midi_program(n) != NULL;
		drums += riad_midi_drum(n) != NULL;
		bad += (riad_midi_program(n) == NULL) !=
		       (riad_midi_family(n) == NULL);
		bad += (riad_midi_status_name(n) != NULL) !=
		       (riad_midi_len(n) >= 0 || n == 0xF0 || n == 0xF7);
	}
	ok(controllers == 73 && programs == 128 && drums == 61 && bad == 0,
	    "how many names there are");
	ok(is(riad_midi_controller(7), "volume") &&
		is(riad_midi_controller(39), "volume, low") &&
		is(riad_midi_controller(64), "sustain") &&
		is(riad_midi_controller(123), "all notes off") &&
		is(riad_midi_controller(3), NULL) &&
		is(riad_midi_controller(128), NULL),
	    "controllers");
	ok(is(riad_midi_rpn(0), "pitch bend range") &&
		is(riad_midi_rpn(6), "MPE configuration") &&
		is(riad_midi_rpn(7), NULL) &&
		is(riad_midi_rpn(61 << 7), "3D azimuth") &&
		is(riad_midi_rpn((61 << 7) + 8), "3D roll angle") &&
		is(riad_midi_rpn((61 << 7) + 9), NULL) &&
		is(riad_midi_rpn(0x3FFF), "null"),
	    "parameters");
	ok(is(riad_midi_program(0), "acoustic grand piano") &&
		is(riad_midi_program(40), "violin") &&
		is(riad_midi_program(73), "flute") &&
		is(riad_midi_program(127), "gunshot") &&
		is(riad_midi_family(40), "strings"),
	    "programs");
	ok(is(riad_midi_drum(26), NULL) && is(riad_midi_drum(27), "high Q") &&
		is(riad_midi_drum(36), "bass drum 1") &&
		is(riad_midi_drum(42), "closed hi-hat") &&
		is(riad_midi_drum(81), "open triangle") &&
		is(riad_midi_drum(87), "open surdo") &&
		is(riad_midi_drum(88), NULL),
	    "drums");
	ok(is(riad_midi_meta(3), "track name") &&
		is(riad_midi_meta(0x51), "tempo") &&
		is(riad_midi_meta(0x7F), "sequencer specific") &&
		is(riad_midi_meta(0x80), NULL) && is(riad_midi_meta(10), NULL),
	    "meta events");
	ok(is(riad_midi_status_name(0x95), "note on") &&
		is(riad_midi_status_name(0xEF), "pitch bend") &&
		is(riad_midi_status_name(0xF8), "clock") &&
		is(riad_midi_status_name(0xF4), NULL),
	    "statuses");
}

static void
test_makers(void)
{
	const uint8_t roland[] = {0x41, 0x10}, novation[] = {0, 0x20, 0x29};
	const uint8_t nobody[] = {0x60}, cut[] = {0, 0x20},
		      odd[] = {0, 0x7E, 1};
	size_t len;

	ok(is(riad_midi_maker(roland, 2, &len), "Roland") && len == 1,
	    "a maker of a byte");
	ok(is(riad_midi_maker(novation, 3, &len), "Focusrite/Novation") &&
		len == 3,
	    "and of three");
	ok(is(riad_midi_maker(nobody, 1, &len), NULL) && len == 1 &&
		is(riad_midi_maker(odd, 3, &len), NULL) && len == 3,
	    "nobody");
	ok(is(riad_midi_maker(cut, 2, &len), NULL) && len == 0 &&
		is(riad_midi_maker(cut, 0, &len), NULL) && len == 0,
	    "and what is cut short");
}

static void
test_notes(void)
{
	char name[RIAD_MIDI_NOTE_NAME];

	ok(is(riad_midi_note_name(name, 60), "C4") &&
		is(riad_midi_note_name(name, 61), "C#4") &&
		is(riad_midi_note_name(name, 0), "C-1") &&
		is(riad_midi_note_name(name, 10), "A#-1") &&
		is(riad_midi_note_name(name, 71), "B4") &&
		is(riad_midi_note_name(name, 127), "G9") &&
		is(riad_midi_note_name(name, 128), "C-1"),
	    "notes");
}

int
main(void)
{
	test_tables();
	test_makers();
	test_notes();
	return tap_done();
}
