/* SPDX-License-Identifier: ISC */

#include "riad/midiroll.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "riad/text.h"
#include "tap.h"

static struct riad_midiroll roll;
static struct riad_out out;
static char picture[4 << 20];

static uint8_t
below(int n)
{
	return (uint8_t)(random() % n);
}

static void
add(uint8_t status, uint8_t a, uint8_t b, int64_t time)
{
	struct riad_midi_event e = {
	    .kind = RIAD_MIDI_MESSAGE, .status = status, .data = {a, b}};

	riad_midiroll_add(&roll, &e, time);
}

static size_t
draw(struct riad_smf_map *map, uint16_t division)
{
	int fd = memfd_create("svg", MFD_CLOEXEC);

	riad_out_init(&out, fd);
	riad_midiroll_print(&out, &roll, map, division);
	if (riad_out_flush(&out) == -1)
		return 0;
	ssize_t n = pread(fd, picture, sizeof(picture) - 1, 0);
	close(fd);
	picture[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static bool
has(const char *part)
{
	return strstr(picture, part) != NULL;
}

static void
test_little(void)
{
	struct riad_midi_event name = {.kind = RIAD_MIDI_META,
	    .meta = 3,
	    .bytes = (const uint8_t *)"<b>\x1b[1m & \xff",
	    .len = 11};

	memset(&roll, 0, sizeof(roll));
	ok(draw(NULL, 0) > 0 && has("0 notes"), "of nothing a picture too");

	memset(&roll, 0, sizeof(roll));
	roll.name = "a<b";
	riad_midiroll_add(&roll, &name, 0);
	add(0x90, 60, 127, 0);
	add(0xB0, 7, 0, 0);
	add(0xB0, 7, 127, 240);
	add(0xB0, 10, 64, 240);
	add(0x90, 60, 0, 480);
	add(0x90, 62, 1, 480);
	riad_midiroll_end(&roll);
	ok(roll.total == 2 && roll.nnotes == 2,
	    "a note without an end has one");
	struct riad_smf_map *map = riad_smf_map_new(480);
	size_t len = draw(map, 480);
	riad_smf_map_free(map);
	ok(len > 0 && riad_utf8_valid((const uint8_t *)picture, len),
	    "it is UTF-8");
	ok(has("a&lt;b") && has("&lt;b&gt;\\x1b[1m &amp; \\xff"),
	    "what others wrote does nothing");
	ok(has("cc 7 volume") && !has("cc 10"),
	    "a controller that moves, and not one that doesn't");
	ok(has("120 bpm") && has("class=\"c0 v7\"") && has("class=\"c0 v0\""),
	    "tempo, and two levels of velocity");
	ok(!has("clock:"), "no clock");
}

static void
test_much(void)
{
	memset(&roll, 0, sizeof(roll));
	srandom(1);
	for (int64_t i = 0; i < 500000; i++) {
		uint8_t ch = below(16), key = below(128);
		add(0x90 | ch, key, (uint8_t)(1 + below(127)), i * 1000);
		add(0xB0 | ch, below(120), below(128), i * 1000);
		add(0x80 | ch, key, 0, i * 1000 + random() % 100000);
	}
	riad_midiroll_end(&roll);
	ok(roll.total == 500000 && roll.nnotes <= RIAD_ROLL_NOTES,
	    "half a million notes");
	ok(roll.nlines == RIAD_ROLL_LINES && roll.no_line > 0,
	    "no more lines than there is room for");
	size_t len = draw(NULL, 0);
	ok(len > 100000 && len < 2000000, "of a size: %zu", len);
	ok(has("of which some are several"), "it says so");

	memset(&roll, 0, sizeof(roll));
	add(0x90, 60, 1, 0);
	add(0x90, 60, 1, INT64_MAX);
	add(0xB0, 1, 1, INT64_MAX);
	add(0xB0, 1, 2, INT64_MIN);
	for (int i = 0; i < 5; i++)
		for (int n = 0; n < i; n++)
			add((uint8_t)(0xB1 + i), 1, (uint8_t)n,
			    n < i - 1 ? n : INT64_MAX);
	add(0xE0, 1, 2, INT64_MAX / 2);
	riad_midiroll_end(&roll);
	ok(draw(NULL, 0) > 0, "times that can't be");
	struct riad_smf_map *map = riad_smf_map_new(1);
	ok(draw(map, 1) > 0, "also as ticks");
	riad_smf_map_free(map);
}

static void
test_clock(void)
{
	memset(&roll, 0, sizeof(roll));
	roll.timed = true;
	for (int64_t i = 0; i < 100000; i++)
		add(0xF8, 0, 0, i * 20833 + i % 7 * 100);
	riad_midiroll_end(&roll);
	ok(roll.nclocks > 0 && roll.nclocks <= RIAD_ROLL_CLOCKS,
	    "clocks are as many as there is room for");
	ok(draw(NULL, 0) < 200000 && has("clock: 120.0"), "its picture");
}

int
main(void)
{
	test_little();
	test_much();
	test_clock();
	return tap_done();
}
