/* SPDX-License-Identifier: ISC */

#include "riad/sounding.h"

#include <string.h>

#include "tap.h"

static struct riad_midi_sounding s;

static void
see(const char *bytes, size_t len)
{
	riad_midi_sounding_see(&s, (const uint8_t *)bytes, len);
}
#define SEE(bytes) see(bytes, sizeof(bytes) - 1)

static bool
off_is(const struct riad_midi_sounding *other, const char *want, size_t len)
{
	struct riad_buf out;

	riad_buf_init(&out, RIAD_MIDI_SOUNDING_MAX);
	bool is = riad_midi_sounding_off(&out, &s, other) == 0 &&
		  out.len == len &&
		  (len == 0 || memcmp(out.data, want, len) == 0);
	riad_buf_free(&out);
	return is;
}
#define OFF_IS(other, want) off_is(other, want, sizeof(want) - 1)

static void
test_notes(void)
{
	riad_midi_sounding_init(&s);
	SEE("\x90\x3C\x40\x40\x01\x3C");
	ok(s.need == 1 && s.have == 1, "running status: a message in hand");
	SEE("\x00\x99\x24\x7F");
	ok(OFF_IS(NULL, "\x80\x40\x40\x89\x24\x40"),
	    "notes that are on, of both channels");
	SEE("\x80\x40\x00\x89\xF8\x24\xFE\x00");
	ok(riad_midi_sounding_count(&s) == 0,
	    "an off, also with real-time inside");
	SEE("\x90\x00\x01\x7F\x7F\xB0\x7B\x00");
	ok(riad_midi_sounding_count(&s) == 0, "All Notes Off");
	SEE("\x91\x00\x01\x92\x7F\x7F\xFF");
	ok(riad_midi_sounding_count(&s) == 0, "System Reset");
	SEE("\x90\x3C\x40\xF6\x40\x40");
	ok(riad_midi_sounding_count(&s) == 1,
	    "a system message ends running status");
}

static void
test_pedals(void)
{
	riad_midi_sounding_init(&s);
	SEE("\xB2\x40\x7F\x42\x40\x40\x41");
	ok(OFF_IS(NULL, "\xB2\x40\x00\xB2\x42\x00"), "pedals that are down");
	SEE("\x42\x3F");
	ok(OFF_IS(NULL, "\xB2\x40\x00"), "one is up");
	SEE("\x45\x7F");
	ok(OFF_IS(NULL, "\xB2\x40\x00\xB2\x45\x00"), "hold 2 is one");
	SEE("\x79\x00");
	ok(riad_midi_sounding_count(&s) == 0, "Reset All Controllers");
}

static void
test_exclusive(void)
{
	riad_midi_sounding_init(&s);
	SEE("\xF0\x01\x90");
	ok(!s.in_exclusive && s.need == 2, "a status ends an exclusive");
	SEE("\xF0\x3C\x40\xFA");
	ok(s.in_exclusive && riad_midi_sounding_count(&s) == 0,
	    "its data are no notes, real-time doesn't end it");
	SEE("\xF7\x3C\x40");
	ok(!s.in_exclusive && riad_midi_sounding_count(&s) == 0,
	    "no running status after it");
}

static void
test_rest(void)
{
	riad_midi_sounding_init(&s);
	SEE("\x90\x3C");
	ok(riad_midi_sounding_rest(&s, (const uint8_t *)"\xF8\x40\x41", 3) == 2,
	    "what makes a message whole, with real-time in it");
	ok(riad_midi_sounding_rest(&s, (const uint8_t *)"\xC0\x40", 2) == 0,
	    "another one does not");
	SEE("\x40");
	ok(riad_midi_sounding_rest(&s, (const uint8_t *)"\x41\x40", 2) == 0,
	    "a whole one needs none");
}

static void
test_others(void)
{
	struct riad_midi_sounding other;

	riad_midi_sounding_init(&s);
	SEE("\x90\x3C\x40\x3E\x40");
	other = s;
	riad_midi_sounding_init(&s);
	SEE("\x90\x3C\x40\x40\x40");
	ok(OFF_IS(&other, "\x80\x40\x40"), "what another holds stays on");
}

/* Every note and pedal fits into what the header says. */
static void
test_all(void)
{
	struct riad_buf out;

	riad_midi_sounding_init(&s);
	for (unsigned c = 0; c < 16; c++) {
		for (unsigned n = 0; n < 128; n++) {
			uint8_t on[3] = {(uint8_t)(0x90 | c), (uint8_t)n, 1};
			riad_midi_sounding_see(&s, on, 3);
		}
		for (unsigned p = 0; p < RIAD_MIDI_PEDALS; p++) {
			uint8_t down[3] = {
			    (uint8_t)(0xB0 | c), riad_midi_pedals[p], 127};
			riad_midi_sounding_see(&s, down, 3);
		}
	}
	ok(riad_midi_sounding_count(&s) == 16 * 131, "all are on");
	riad_buf_init(&out, RIAD_MIDI_SOUNDING_MAX);
	ok(riad_midi_sounding_off(&out, &s, NULL) == 0 &&
		out.len == RIAD_MIDI_SOUNDING_MAX,
	    "and fit");
	riad_midi_sounding_see(&s, out.data, out.len);
	ok(riad_midi_sounding_count(&s) == 0, "then all are off");
	riad_buf_free(&out);
}

int
main(void)
{
	test_notes();
	test_pedals();
	test_exclusive();
	test_rest();
	test_others();
	test_all();
	return tap_done();
}
