/* SPDX-License-Identifier: ISC */

#include "riad/midistat.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static struct riad_midistat st;
static struct riad_clockstat clk;

static void
add(uint8_t status, uint8_t a, uint8_t b, int64_t time)
{
	struct riad_midi_event e = {
	    .kind = RIAD_MIDI_MESSAGE, .status = status, .data = {a, b}};

	riad_midistat_add(&st, &e, time);
}

static void
begin(bool timed)
{
	memset(&st, 0, sizeof(st));
	st.timed = timed;
}

static void
test_notes(void)
{
	begin(true);
	add(0x90, 60, 100, 0);
	add(0x90, 64, 100, 1000);
	add(0x90, 60, 100, 2000);
	add(0x80, 64, 0, 3000);
	add(0x90, 65, 0, 4000);
	add(0x93, 1, 1, 5000);
	ok(st.polyphony == 3 && st.sounding == 3, "notes at a time");
	ok(st.again == 1 && st.lost_offs == 1 && st.zero_offs == 1,
	    "struck again, off without on, off by on");
	ok(st.by[0][RIAD_MIDI_W_ON] == 3 && st.by[0][RIAD_MIDI_W_OFF] == 2 &&
		st.by[3][RIAD_MIDI_W_ON] == 1,
	    "by channel and kind");
	add(0xB3, 123, 0, 6000);
	riad_midistat_end(&st);
	ok(st.nstuck == 1 && st.stuck[0].channel == 0 &&
		st.stuck[0].key == 60 && st.stuck[0].since == 0,
	    "one is stuck; all notes off leaves none");
	add(0x80, 60, 0, 7000);
	ok(st.lost_offs == 2 && st.track == 1, "a track is for itself");

	begin(false);
	for (int key = 0; key < 100; key++)
		add(0x90, (uint8_t)key, 1, 0);
	riad_midistat_end(&st);
	ok(st.nstuck == 100, "more are stuck than are named");
	begin(false);
	for (int i = 0; i < 300; i++)
		add(0x90, 1, 1, 0);
	for (int i = 0; i < 300; i++)
		add(0x80, 1, 1, 0);
	riad_midistat_end(&st);
	ok(st.nstuck == 0 && st.sounding == 0, "one key 300 times");
}

static void
test_running(void)
{
	struct riad_midi_event e = {.kind = RIAD_MIDI_MESSAGE,
	    .status = 0x90,
	    .data = {1, 1},
	    .running = true};

	begin(false);
	add(0x90, 1, 1, 0);
	riad_midistat_add(&st, &e, 0);
	add(0x90, 2, 1, 0);
	add(0xF8, 0, 0, 0);
	add(0x90, 3, 1, 0);
	add(0xF6, 0, 0, 0);
	add(0x90, 4, 1, 0);
	ok(st.running == 1 && st.could_run == 3 && st.bytes == 16,
	    "running status, and where it could be");
	ok(st.messages == 7 && st.system[8] == 1 && st.system[6] == 1,
	    "messages of the system");
}

static void
test_parts(void)
{
	static const uint8_t bytes[5] = {1, 2, 3, 4, 5};
	struct riad_midi_event e = {.kind = RIAD_MIDI_EXCLUSIVE,
	    .first = true,
	    .bytes = bytes,
	    .len = 5};

	begin(true);
	riad_midistat_add(&st, &e, 0);
	e.first = false;
	riad_midistat_add(&st, &e, 10);
	e.last = true;
	e.len = 0;
	riad_midistat_add(&st, &e, 20);
	ok(st.messages == 1 && st.system[0] == 1 && st.exclusive_bytes == 12 &&
		st.bytes == 12,
	    "an exclusive in parts is one");
	e.kind = RIAD_MIDI_META;
	riad_midistat_add(&st, &e, 20);
	e.kind = RIAD_MIDI_RAW;
	e.len = 3;
	riad_midistat_add(&st, &e, 20);
	ok(st.meta == 1 && st.raw == 1 && st.raw_bytes == 3 && st.messages == 1,
	    "meta events and raw bytes are no messages");
}

static void
test_seconds(void)
{
	begin(true);
	for (int i = 0; i < 10; i++)
		add(0x90, 1, 1, 5000000 + i * 100000);
	add(0x90, 1, 1, 6000000);
	ok(st.peak_messages == 10 && st.peak_bytes == 30 && st.peak_at == 0,
	    "most in a second since the first");
	add(0x90, 1, 1, INT64_MAX);
	add(0x90, 1, 1, INT64_MIN);
	int64_t far = (int64_t)(RIAD_MIDI_SECONDS_MAX + 10) * 1000000;
	for (int i = 0; i < 20; i++)
		add(0x90, 1, 1, 5000000 + far + i);
	ok(st.peak_messages == 20 && st.peak_at == RIAD_MIDI_SECONDS_MAX + 10,
	    "and beyond the array");

	begin(true);
	add(0xFE, 0, 0, 1000000);
	add(0xFE, 0, 0, 1250000);
	add(0x90, 1, 1, 1650000);
	ok(st.silence == 400000, "the longest silence");
}

static void
test_buckets(void)
{
	bool good = true;

	for (size_t i = 0; i + 1 < RIAD_CLOCK_BUCKETS; i++)
		good &= riad_clockstat_least(i) < riad_clockstat_least(i + 1);
	ok(good, "buckets follow each other");
	good = riad_clockstat_least(0) == 0;
	/* By a clock that is off by v once: the worst bounds what is said. */
	for (int64_t v = 1; v < 200000; v += v / 7 + 1) {
		int64_t dev, time = 0;
		memset(&clk, 0, sizeof(clk));
		for (int i = 0; i < 30; i++)
			riad_clockstat_add(&clk, &dev, time += 20000);
		int r = riad_clockstat_add(&clk, &dev, time + 20000 + v);
		uint64_t p = riad_clockstat_percentile(&clk, 100);
		good &= r == 1 && dev == v && p == (uint64_t)v;
	}
	ok(good, "the worst is what it is");
}

static void
test_clock(void)
{
	int64_t dev, time = 1000;
	uint64_t sum = 0;

	memset(&clk, 0, sizeof(clk));
	srandom(1);
	for (int i = 0; i < 20000; i++) {
		/* Each clock is late by 0 to 999 us, for itself. */
		int64_t late = random() % 1000;
		if (riad_clockstat_add(&clk, &dev, time + late) == 1)
			sum++;
		time += 20833;
	}
	uint64_t mbpm = riad_clockstat_mbpm(&clk);
	uint64_t p50 = riad_clockstat_percentile(&clk, 50);
	uint64_t p99 = riad_clockstat_percentile(&clk, 99);
	ok(mbpm > 119990 && mbpm < 120010, "bpm");
	/* The difference of two such has a triangle's spread: half of it is
	 * within 293, 99 of a hundred within 900; the median moves a little. */
	ok(p50 > 260 && p50 < 330 && p99 > 850 && p99 < 1000, "jitter: %d %d",
	    (int)p50, (int)p99);
	ok(sum == clk.deviations && clk.worst < 1400, "all are counted");

	time += 300000;
	riad_clockstat_add(&clk, &dev, time);
	ok(clk.gaps == 1, "a gap is no interval");
	for (int i = 0; i < 100; i++)
		riad_clockstat_add(&clk, &dev, time += 10000);
	ok(clk.worst < 1400, "another tempo after it is no jitter");
	riad_clockstat_add(&clk, &dev, INT64_MIN);
	riad_clockstat_add(&clk, &dev, INT64_MAX);
	ok(clk.gaps == 3, "times that can't be are gaps");
	memset(&clk, 0, sizeof(clk));
	ok(riad_clockstat_mbpm(&clk) == 0 &&
		riad_clockstat_percentile(&clk, 99) == 0,
	    "nothing is known of no clock");
}

int
main(void)
{
	test_notes();
	test_running();
	test_parts();
	test_seconds();
	test_buckets();
	test_clock();
	return tap_done();
}
