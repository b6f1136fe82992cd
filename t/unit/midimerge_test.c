/* SPDX-License-Identifier: ISC */

#include "riad/midimerge.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static struct riad_midi_merge m;
static uint8_t got[1 << 16];
static size_t ngot;

static void
begin(unsigned n)
{
	ngot = 0;
	if (riad_midi_merge_init(&m, n) == -1)
		abort();
}

static void
feed(unsigned i, const char *bytes, size_t len)
{
	riad_midi_merge_feed(&m, i, (const uint8_t *)bytes, len);
}
#define FEED(i, bytes) feed(i, bytes, sizeof(bytes) - 1)

/* Takes at most max bytes, step at a time. */
static void
take(size_t max, size_t step)
{
	const uint8_t *p;
	size_t len;

	while (max > 0 && (p = riad_midi_merge_next(&m, &len)) != NULL) {
		if (len > step)
			len = step;
		if (len > max)
			len = max;
		memcpy(got + ngot, p, len);
		ngot += len;
		max -= len;
		riad_midi_merge_taken(&m, len);
	}
}

static bool
got_is(const char *want, size_t len)
{
	bool is = ngot == len && memcmp(got, want, len) == 0;

	if (!is) {
		printf("# got:");
		for (size_t i = 0; i < ngot; i++)
			printf(" %02x", got[i]);
		printf("\n");
	}
	ngot = 0;
	return is;
}
#define GOT(want) got_is(want, sizeof(want) - 1)

static void
test_one(void)
{
	begin(1);
	FEED(0, "\x05\xF4\x90\x3C\x40\x3C\xF8");
	take(99, 99);
	ok(GOT("\x05\xF4\x90\x3C\x40\x3C\xF8"),
	    "one: what it sent, faults and running status too");
	FEED(0, "\x00\xF0\x01");
	take(99, 2);
	ok(GOT("\x00\xF0\x01"), "an exclusive isn't held back");
	FEED(0, "\x02\xF7\x90\x3C");
	take(99, 99);
	ok(GOT("\x02\xF7"), "the beginning of a message is");
	ok(riad_midi_merge_end(&m, 0, false) == 2,
	    "and doesn't come at the end");
	take(99, 99);
	ok(GOT("") && riad_midi_merge_idle(&m), "nothing comes");
	FEED(0, "\xF0\x01");
	ok(riad_midi_merge_end(&m, 0, false) == 1, "an exclusive without end");
	take(99, 99);
	ok(GOT("\xF0\x01\xF7"), "gets one");
	riad_midi_merge_free(&m);
}

static void
test_turns(void)
{
	begin(2);
	FEED(0, "\x90\x01\x01\x02\x02\x03");
	FEED(1, "\xB1\x07\x07\x08\x08");
	FEED(0, "\x03");
	take(99, 1);
	ok(GOT("\x90\x01\x01\xB1\x07\x07\x90\x02\x02\xB1\x08\x08\x90\x03\x03"),
	    "two: by turns, with each status");
	FEED(0, "\xF0\x01");
	take(99, 99);
	FEED(1, "\x90\x01\x01");
	FEED(0, "\x02");
	take(99, 99);
	ok(GOT("\xF0\x01\x02"), "an exclusive is not left");
	FEED(1, "\xF8");
	take(99, 99);
	ok(GOT("\xF8"), "but for real-time");
	ok(riad_midi_merge_stuck(&m), "it is stuck");
	FEED(0, "\x03\xF7\xF2\x01\x02");
	ok(!riad_midi_merge_stuck(&m), "no more");
	take(99, 99);
	ok(GOT("\x03\xF7\x90\x01\x01\xF2\x01\x02"), "then the others");
	riad_midi_merge_free(&m);
}

static void
test_faults(void)
{
	begin(2);
	FEED(0, "\x01\x02\xF4\xF9\xF0\x01\x90\x3C\x40\xF0\xF0\xF7\x90\xF6");
	take(99, 99);
	ok(GOT("\xF0\x01\xF7\x90\x3C\x40\xF0\xF7\xF0\xF7\xF6"),
	    "two: what is cut is ended, what is nothing dropped");
	ok(m.src[0].dropped == 5, "which is counted");
	FEED(1, "\xF0\x01");
	FEED(0, "\x90\x01\x01");
	take(99, 99);
	riad_midi_merge_release(&m);
	FEED(1, "\x02\x03\xF7\xC0\x05");
	take(99, 99);
	ok(GOT("\xF0\x01\xF7\x90\x01\x01\xC0\x05"),
	    "an exclusive that was given up, its rest is dropped");
	riad_midi_merge_free(&m);
}

static void
test_stop(void)
{
	begin(1);
	FEED(0, "\x90\x3C\x40\x3E\x40\x40\x40");
	take(4, 4);
	riad_midi_merge_stop(&m);
	take(99, 1);
	ok(GOT("\x90\x3C\x40\x3E\x40\x80\x3C\x40\x80\x3E\x40"),
	    "stop: the message in hand, and what was on is off");
	riad_midi_merge_free(&m);

	begin(2);
	FEED(0, "\x90\x3C\x40");
	FEED(1, "\xB0\x40\x7F\xF0\x01\x02\x03");
	take(8, 99);
	riad_midi_merge_stop(&m);
	take(99, 99);
	ok(GOT("\x90\x3C\x40\xB0\x40\x7F\xF0\x01\xF7\xB0\x40\x00\x80\x3C\x40"),
	    "stop in an exclusive ends that first");
	riad_midi_merge_free(&m);

	begin(2);
	FEED(0, "\x90\x3C\x40\x3E\x40");
	FEED(1, "\x90\x3C\x40");
	take(99, 99);
	ngot = 0;
	riad_midi_merge_end(&m, 0, true);
	take(99, 99);
	ok(GOT("\x80\x3E\x40"), "a source that goes takes its own notes");
	riad_midi_merge_free(&m);
}

static void
test_anew(void)
{
	begin(1);
	FEED(0, "\x90\x3C\x40\x3E\xF8\x41\x40\x42");
	take(4, 4);
	riad_midi_merge_anew(&m);
	ngot = 0;
	take(99, 99);
	ok(GOT("\x90\x3E\xF8\x41\x40\x42"),
	    "anew: the message in hand once more, with its status");
	riad_midi_merge_anew(&m);
	FEED(0, "\x3C\x00\x3D\x00");
	take(99, 99);
	ok(GOT("\x90\x3C\x00\x3D\x00"), "a status that was said before");
	FEED(0, "\xF0\x01\x02");
	take(2, 2);
	riad_midi_merge_anew(&m);
	FEED(0, "\x03\xF7\x91\x05\x06");
	ngot = 0;
	take(99, 99);
	ok(GOT("\x91\x05\x06"), "not the rest of an exclusive");
	ok(m.src[0].dropped == 3, "which is counted");
	FEED(0, "\xF0\x01\x02");
	ok(riad_midi_merge_drop(&m, 0) == 3, "drop");
	FEED(0, "\x03\xF7\xF8");
	take(99, 99);
	ok(GOT("\xF8"), "of an exclusive the rest too");
	riad_midi_merge_free(&m);
}

/* Real-time goes between any two bytes of an exclusive, and not into another
 * message. */
static void
test_realtime(void)
{
	begin(2);
	FEED(0, "\xF0\x01\x02\x03\xF7\x90\x01\x01");
	FEED(1, "\xC0\x05");
	take(2, 1);
	FEED(1, "\xF8");
	take(4, 9);
	ok(GOT("\xF0\x01\xF8\x02\x03\xF7"),
	    "real-time goes into a piece that was begun");
	take(2, 9);
	ok(GOT("\xC0\x05"), "which is nobody's turn before its end");
	take(1, 9);
	FEED(1, "\xFA");
	take(99, 9);
	ok(GOT("\x90\x01\x01\xFA"), "but a message is whole first");
	FEED(0, "\xF0\x01");
	take(99, 9);
	FEED(0, "\xF7");
	(void)riad_midi_merge_next(&m, &(size_t){0});
	FEED(1, "\xF8");
	take(99, 9);
	ok(GOT("\xF0\x01\xF8\xF7"), "also when only its end is left");
	riad_midi_merge_free(&m);
}

static void
test_hush(void)
{
	begin(1);
	FEED(0, "\x90\x3C\x40\x3E\x40\x40\x40");
	take(4, 4);
	riad_midi_merge_hush(&m);
	ok(!riad_midi_merge_hushed(&m), "hush: not yet");
	take(99, 1);
	ok(GOT("\x90\x3C\x40\x3E\x40\x80\x3C\x40\x80\x3E\x40") &&
		riad_midi_merge_hushed(&m),
	    "the message in hand, and what is on is off");
	riad_midi_merge_resume(&m);
	take(99, 99);
	ok(GOT("\x90\x40\x40"), "then it goes on, with its status");
	riad_midi_merge_hush(&m);
	take(99, 99);
	riad_midi_merge_resume(&m);
	FEED(0, "\x41\x40");
	take(99, 99);
	ok(GOT("\x80\x40\x40\x90\x41\x40"), "also if that came later");
	FEED(0, "\xF0\x01\x02");
	take(2, 2);
	ngot = 0;
	riad_midi_merge_hush(&m);
	take(99, 99);
	ok(GOT("") && riad_midi_merge_hushed(&m), "nothing in an exclusive");
	riad_midi_merge_resume(&m);
	FEED(0, "\xF7");
	take(99, 99);
	ok(GOT("\x02\xF7"), "which goes on");
	riad_midi_merge_free(&m);

	begin(2);
	FEED(0, "\x90\x3C\x40\xC0\x01");
	FEED(1, "\x91\x3D\x40\x3E\x40");
	take(4, 1);
	riad_midi_merge_hush(&m);
	ngot = 0;
	take(1, 1);
	riad_midi_merge_resume(&m);
	take(1, 1);
	ok(GOT("\x3D\x40"), "a message that wasn't whole in time goes on");
	riad_midi_merge_hush(&m);
	take(99, 1);
	ok(GOT("\x81\x3D\x40\x80\x3C\x40") && riad_midi_merge_hushed(&m),
	    "of several sources each");
	riad_midi_merge_free(&m);
}

/* However often, and with however much that waits. */
static void
test_hush_bounds(void)
{
	static char notes[RIAD_MIDI_FEED];

	for (size_t i = 0; i + 3 <= sizeof(notes); i += 3) {
		notes[i] = (char)(0x90 | i / 3 % 16);
		notes[i + 1] = (char)(i / 48 % 128);
		notes[i + 2] = 1;
	}
	begin(1);
	for (int i = 0; i < 50; i++) {
		if (riad_midi_merge_room(&m, 0) > 0)
			feed(0, notes, sizeof(notes) - 1);
		riad_midi_merge_hush(&m);
		ngot = 0;
		take(700, 99);
		riad_midi_merge_resume(&m);
	}
	riad_midi_merge_end(&m, 0, true);
	while (!riad_midi_merge_idle(&m)) {
		ngot = 0;
		take(700, 99);
	}
	ok(riad_midi_sounding_count(&m.src[0].sent) == 0,
	    "again and again, and nothing sounds at the end");
	ngot = 0;
	riad_midi_merge_free(&m);
}

/* A source is fed no more when much waits, and goes on later. */
static void
test_bounds(void)
{
	static char ones[RIAD_MIDI_FEED];
	size_t fed = 0;

	begin(2);
	FEED(1, "\xC1\x01");
	FEED(0, "\xC0\x01");
	memset(ones, 1, sizeof(ones));
	while (riad_midi_merge_room(&m, 0) > 0 && fed < 1 << 20) {
		feed(0, ones, sizeof(ones));
		fed += sizeof(ones);
	}
	ok(fed < 2 * RIAD_MIDI_LANE && riad_midi_merge_room(&m, 1) > 0,
	    "what waits is bounded, source by source");
	size_t sum = 0;
	for (size_t was = 1; was > 0; sum += was) {
		ngot = 0;
		take(1000, 99);
		was = ngot;
	}
	ok(sum == 2 * (fed + 1) + 2, "and all of it comes");
	ok(riad_midi_merge_room(&m, 0) > 0, "then there is room");
	riad_midi_merge_free(&m);
}

int
main(void)
{
	test_one();
	test_turns();
	test_faults();
	test_stop();
	test_anew();
	test_realtime();
	test_hush();
	test_hush_bounds();
	test_bounds();
	return tap_done();
}
