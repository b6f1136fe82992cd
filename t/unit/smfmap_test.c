/* SPDX-License-Identifier: ISC */

#include "riad/smf.h"

#include <errno.h>
#include <string.h>

#include "smffile.h"
#include "tap.h"

static void
tempo(struct riad_smf_map *map, int64_t ticks, uint32_t us)
{
	const uint8_t bytes[] = {
	    (uint8_t)(us >> 16), (uint8_t)(us >> 8), (uint8_t)us};
	const struct riad_midi_event e = {
	    .kind = RIAD_MIDI_META, .meta = 0x51, .bytes = bytes, .len = 3};

	riad_smf_map_add(map, ticks, &e);
}

static void
meter(struct riad_smf_map *map, int64_t ticks, uint8_t beats, uint8_t power)
{
	const uint8_t bytes[] = {beats, power, 24, 8};
	const struct riad_midi_event e = {
	    .kind = RIAD_MIDI_META, .meta = 0x58, .bytes = bytes, .len = 4};

	riad_smf_map_add(map, ticks, &e);
}

static void
test_time(void)
{
	struct riad_smf_map *map = riad_smf_map_new(96);

	ok(riad_smf_map_us(map, 0) == 0 && riad_smf_map_us(map, 96) == 500000 &&
		riad_smf_map_us(map, 1) == 5208 &&
		riad_smf_map_us(map, -1) == 0,
	    "120 quarters a minute where nothing is said");
	tempo(map, 96, 1000000);
	tempo(map, 192, 250000);
	tempo(map, 144, 2000000);
	ok(riad_smf_map_us(map, 96) == 500000 &&
		riad_smf_map_us(map, 144) == 1000000 &&
		riad_smf_map_us(map, 192) == 2000000 &&
		riad_smf_map_us(map, 288) == 2250000,
	    "tempos come in any order");
	tempo(map, 144, 1000000);
	ok(riad_smf_map_us(map, 192) == 1500000, "the later one counts");
	tempo(map, 0, 600000);
	ok(riad_smf_map_us(map, 96) == 600000, "also at the beginning");
	tempo(map, 0, 0);
	ok(riad_smf_map_us(map, 96) == 600000, "a tempo of 0 is passed over");
	ok(riad_smf_map_tempo(map, 0) == 600000 &&
		riad_smf_map_tempo(map, 143) == 1000000 &&
		riad_smf_map_tempo(map, 1000) == 250000,
	    "tempos are found");
	ok(riad_smf_map_us(map, INT64_MAX) == INT64_MAX &&
		riad_smf_map_ticks(map, INT64_MAX) > INT64_MAX / 10000,
	    "what is too great is INT64_MAX");
	riad_smf_map_free(map);
	riad_smf_map_free(NULL);
}

static void
test_smpte(void)
{
	struct riad_smf_map *map = riad_smf_map_new(0xE728);

	tempo(map, 0, 100000);
	ok(riad_smf_map_us(map, 1000) == 1000000 &&
		riad_smf_map_us(map, 1) == 1000 &&
		riad_smf_map_ticks(map, 5000) == 5,
	    "25 frames of 40 ticks are milliseconds, whatever the tempo");
	struct riad_smf_beat b = riad_smf_map_beat(map, 2600);
	ok(b.bar == 2 && b.beat == 2 && b.tick == 100,
	    "bars go by 120 quarters");
	riad_smf_map_free(map);

	map = riad_smf_map_new(0xE301);
	ok(riad_smf_map_us(map, 30000) == 1001000000,
	    "29 frames are 30 that drop some");
	riad_smf_map_free(map);
	/* 14.985 frames of 80 ticks. */
	map = riad_smf_map_new(0xE350);
	ok(riad_smf_map_beat(map, 1198).beat == 1 &&
		riad_smf_map_beat(map, 1199).beat == 2 &&
		riad_smf_map_beat(map, 4 * 1199).bar == 2,
	    "and a quarter is half a second there, too");
	riad_smf_map_free(map);
	map = riad_smf_map_new(0xFF00);
	ok(riad_smf_map_us(map, 2) == 2000000, "a frame, of no ticks");
	riad_smf_map_free(map);
	map = riad_smf_map_new(0);
	ok(riad_smf_map_us(map, 480) == 500000, "a division of 0 is 480");
	riad_smf_map_free(map);
}

static uint64_t
next(uint64_t *x)
{
	*x = *x * 6364136223846793005u + 1442695040888963407u;
	return *x >> 16;
}

/* Against the sum over all ticks, in parts of a division. */
static void
test_random_time(void)
{
	uint64_t x = 3;
	int bad = 0, back = 0;

	for (int round = 0; round < 200; round++) {
		uint16_t division = (uint16_t)(next(&x) % 1000 + 1);
		struct riad_smf_map *map = riad_smf_map_new(division);
		uint32_t at[500] = {0};

		at[0] = 500000;
		for (int i = 0; i < 20; i++) {
			int64_t t = (int64_t)(next(&x) % 500);
			/* A tick is a microsecond at least. */
			uint32_t us = division + (uint32_t)(next(&x) % 900000);
			tempo(map, t, us);
			at[t] = us;
			/* Asked in between, for what was worked out then. */
			riad_smf_map_us(map, (int64_t)(next(&x) % 500));
		}
		uint64_t parts = 0;
		uint32_t now = 0;
		for (int64_t t = 0; t < 500; t++) {
			int64_t want =
			    (int64_t)((2 * parts + division) / (2u * division));
			int64_t us = riad_smf_map_us(map, t);
			bad += us != want;
			back += riad_smf_map_ticks(map, us) != t;
			now = at[t] != 0 ? at[t] : now;
			parts += now;
		}
		riad_smf_map_free(map);
	}
	ok(bad == 0, "times are exact, to the nearest microsecond");
	ok(back == 0, "and ticks come back from them");
}

static bool
is_beat(struct riad_smf_map *map, int64_t ticks, int64_t bar, uint32_t beat,
    uint32_t tick)
{
	struct riad_smf_beat b = riad_smf_map_beat(map, ticks);

	return b.bar == bar && b.beat == beat && b.tick == tick &&
	       riad_smf_map_of_beat(map, &b) == ticks;
}

static void
test_beats(void)
{
	struct riad_smf_map *map = riad_smf_map_new(96);

	ok(is_beat(map, 0, 1, 1, 0) && is_beat(map, 95, 1, 1, 95) &&
		is_beat(map, 96, 1, 2, 0) && is_beat(map, 384, 2, 1, 0),
	    "four quarters where nothing is said");
	meter(map, 384, 6, 3);
	ok(is_beat(map, 383, 1, 4, 95) && is_beat(map, 384, 2, 1, 0) &&
		is_beat(map, 384 + 47, 2, 1, 47) &&
		is_beat(map, 384 + 48, 2, 2, 0) &&
		is_beat(map, 384 + 288, 3, 1, 0),
	    "six eighths from the second bar on");
	meter(map, 384 + 300, 3, 2);
	ok(is_beat(map, 384 + 299, 3, 1, 11) && is_beat(map, 684, 4, 1, 0) &&
		is_beat(map, 684 + 288, 5, 1, 0),
	    "a signature in the midst of a bar begins one");
	const struct riad_smf_beat none[] = {{0, 1, 0}, {1, 0, 0}, {1, 5, 0},
	    {1, 1, 96}, {3, 1, 12}, {3, 2, 0}, {-1, 1, 0}, {INT64_MAX, 1, 0}};
	int bad = 0;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		errno = 0;
		bad += riad_smf_map_of_beat(map, &none[i]) != -1 ||
		       errno != EINVAL;
	}
	ok(bad == 0, "beats that aren't there are not found");
	meter(map, 0, 0, 2);
	meter(map, 0, 4, 8);
	ok(is_beat(map, 96, 1, 2, 0), "signatures that can't be are not");
	ok(riad_smf_map_beat(map, INT64_MAX).bar > 0, "there is no overflow");
	riad_smf_map_free(map);

	/* A beat of 7.5 ticks. */
	map = riad_smf_map_new(15);
	meter(map, 0, 2, 3);
	ok(is_beat(map, 7, 1, 1, 7) && is_beat(map, 8, 1, 2, 0) &&
		is_beat(map, 14, 1, 2, 6) && is_beat(map, 15, 2, 1, 0),
	    "beats begin at the first tick that is in them");
	riad_smf_map_free(map);
}

static void
test_random_beats(void)
{
	uint64_t x = 5;
	int bad = 0;

	for (int round = 0; round < 200; round++) {
		struct riad_smf_map *map =
		    riad_smf_map_new((uint16_t)(next(&x) % 500 + 1));
		for (int i = 0; i < 10; i++)
			meter(map, (int64_t)(next(&x) % 5000),
			    (uint8_t)(next(&x) % 12 + 1),
			    (uint8_t)(next(&x) % 8));
		struct riad_smf_beat last = {0, 0, 0};
		for (int64_t t = 0; t < 6000; t++) {
			struct riad_smf_beat b = riad_smf_map_beat(map, t);
			bad += riad_smf_map_of_beat(map, &b) != t;
			bad += b.bar < last.bar ||
			       (b.bar == last.bar && b.beat < last.beat);
			last = b;
		}
		riad_smf_map_free(map);
	}
	ok(bad == 0, "every tick is one of a beat, and comes back");
}

static void
test_read(void)
{
	uint8_t data[512];
	size_t len = smf_make(data,
	    "'MThd' 00000006 0001 0002 0060 [60 FF5103 0F4240 E] "
	    "[8140 FF5103 07A120 00 FF5804 03021808 00 FF5104 01000000 "
	    "00 FF5102 0100 00 FF5801 01 E] 'MThd' 00000006 0001 0002 0001");
	struct riad_smf_map *map = riad_smf_map_new(1);

	ok(riad_smf_map_read(map, data, len, 0) == 0 &&
		riad_smf_map_us(map, 96) == 500000 &&
		riad_smf_map_us(map, 192) == 1500000 &&
		riad_smf_map_us(map, 288) == 2000000 &&
		is_beat(map, 192 + 288, 3, 1, 0),
	    "a file's map is of all its tracks");
	riad_smf_map_free(map);

	data[9] = 2;
	map = riad_smf_map_new(1);
	ok(riad_smf_map_read(map, data, len, 1) == 0 &&
		riad_smf_map_us(map, 96) == 500000 &&
		riad_smf_map_us(map, 192) == 1000000 &&
		riad_smf_map_us(map, 288) == 1500000,
	    "of format 2, of one");
	riad_smf_map_free(map);
}

static void
test_full(void)
{
	struct riad_smf_map *map = riad_smf_map_new(1);

	for (int64_t i = 0; i < (int64_t)RIAD_SMF_MAP_MAX; i++)
		tempo(map, i, (uint32_t)i + 1);
	ok(!riad_smf_map_full(map), "there is room for many tempos");
	tempo(map, RIAD_SMF_MAP_MAX, 1);
	ok(riad_smf_map_full(map), "but not for more");
	tempo(map, 1, 1000);
	ok(riad_smf_map_us(map, 2) == 1001, "those that are can change");
	meter(map, 4, 3, 2);
	ok(riad_smf_map_beat(map, 7).bar == 3, "and signatures come");
	riad_smf_map_free(map);
}

int
main(void)
{
	test_time();
	test_smpte();
	test_random_time();
	test_beats();
	test_random_beats();
	test_read();
	test_full();
	return tap_done();
}
