/* SPDX-License-Identifier: ISC */

#include "riad/smfmerge.h"

#include <errno.h>
#include <string.h>

#include "smffile.h"
#include "tap.h"

/* Items in order, and the track of each before it. */
static const char *
merge(struct riad_buf *text, const uint8_t *data, size_t len, int64_t track)
{
	struct riad_smf_merge m;
	struct riad_smf_item item;
	int64_t last = 0;

	text->len = 0;
	if (riad_smf_merge_init(&m, data, len, track) == -1)
		return "none";
	while (riad_smf_merge_next(&m, &item) == 1) {
		struct riad_buf one;

		riad_buf_init(&one, 1 << 12);
		smf_item(&one, &item);
		riad_buf_addf(text, "%s%u: %s", text->len > 0 ? "; " : "",
		    item.track, riad_buf_str(&one));
		riad_buf_free(&one);
		if (item.event.time < last)
			riad_buf_addstr(text, " too late");
		last = item.event.time;
	}
	riad_smf_merge_free(&m);
	return riad_buf_str(text);
}

static const struct {
	const char *name, *file;
	int64_t track;
	const char *items;
} cases[] = {
    {"nothing", "", RIAD_SMF_ALL, ""},
    {"a header", "H", RIAD_SMF_ALL, ""},
    {"one track", "H [00 C001 10 02 E]", RIAD_SMF_ALL,
	"0: 0 C0 01; 0: 16 ~C0 02; 0: 16 m2F"},
    {"three tracks", "H [10 C001 10 C002 E] [00 C103 20 C104 E] [10 C205 E]",
	RIAD_SMF_ALL,
	"1: 0 C1 03; 0: 16 C0 01; 2: 16 C2 05; 2: 16 m2F; 0: 32 C0 02; 0: 32 "
	"m2F; 1: 32 C1 04; 1: 32 m2F"},
    {"a track's events at a time stay together",
	"H [00 C001 00 C002 E] [00 C103 00 C104 E]", RIAD_SMF_ALL,
	"0: 0 C0 01; 0: 0 C0 02; 0: 0 m2F; 1: 0 C1 03; 1: 0 C1 04; 1: 0 m2F"},
    {"one of them", "H [10 C001 E] [00 C103 E]", 1, "1: 0 C1 03; 1: 0 m2F"},
    {"one that isn't there", "H [10 C001 E]", 1, ""},
    {"empty tracks", "H [] [00 C103] []", RIAD_SMF_ALL, "1: 0 C1 03"},
    {"format 2", "'MThd' 00000006 0002 0002 0060 [10 C001 E] [00 C103 E]",
	RIAD_SMF_ALL, "0: 16 C0 01; 0: 16 m2F"},
    {"format 2, the second", "'MThd' 00000006 0002 0002 0060 [E] [00 C103 E]",
	1, "1: 0 C1 03; 1: 0 m2F"},
    {"no header", "[10 C001 E] [00 C103 E]", RIAD_SMF_ALL,
	"1: 0 C1 03; 1: 0 m2F; 0: 16 C0 01; 0: 16 m2F"},
    {"what is damaged", "H 'MTrk' 00000999 10 C001 00 90FFFF 05 C002 [08 C103]",
	RIAD_SMF_ALL,
	"1: 8 C1 03; 0: 16 C0 01; 0: !00 90 FF FF {data over 127}; 0: 21 C0 "
	"02"},
    {"junk and aliens", "00 H 'XFIH' 00000001 01 [10 C001 E] 77", RIAD_SMF_ALL,
	"0: 16 C0 01; 0: 16 m2F"},
};

static void
test_cases(void)
{
	struct riad_buf text;
	uint8_t data[512];

	riad_buf_init(&text, 1 << 16);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = smf_make(data, cases[i].file);
		const char *got = merge(&text, data, len, cases[i].track);
		ok(strcmp(got, cases[i].items) == 0, "%s: %s", cases[i].name,
		    got);
	}
	riad_buf_free(&text);
}

static void
test_facts(void)
{
	uint8_t data[512];
	struct riad_smf_merge m;
	size_t len =
	    smf_make(data, "00 'MThd' 00000006 0002 0002 0078 [E] [E] H [E]");

	ok(riad_smf_merge_init(&m, data, len, 1) == 0 && m.format == 2 &&
		m.division == 120 && m.tracks == 3 && m.faults == 3,
	    "what a file says of itself, by its first header");
	riad_smf_merge_free(&m);
	ok(riad_smf_merge_init(&m, data, 1, 1) == 0 && m.format == 1 &&
		m.division == 480 && m.tracks == 0 && m.faults == 1,
	    "or doesn't");
	riad_smf_merge_free(&m);
}

/* Many tracks of random times, against the order that they should have. */
static void
test_random(void)
{
	struct riad_buf file;
	struct riad_smf_writer w;
	struct riad_smf_merge m;
	struct riad_smf_item item = {.kind = RIAD_SMF_HEADER, .format = 1};
	const uint32_t tracks = 300, each = 50;
	uint64_t x = 1;
	int bad = 0;

	riad_buf_init(&file, 1 << 20);
	riad_smf_writer_init(&w, &file, false);
	riad_smf_write(&w, &item);
	for (uint32_t t = 0; t < tracks; t++) {
		item = (struct riad_smf_item){.kind = RIAD_SMF_TRACK};
		riad_smf_write(&w, &item);
		item.kind = RIAD_SMF_EVENT;
		for (uint32_t i = 0; i < each; i++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			item.event.time += (int64_t)(x >> 60);
			item.event.status = 0x90;
			item.event.data[0] = (uint8_t)i;
			riad_smf_write(&w, &item);
		}
	}
	riad_smf_writer_end(&w);

	int64_t time = 0;
	uint32_t track = 0, n = 0, next[300] = {0};
	bad += riad_smf_merge_init(&m, file.data, file.len, RIAD_SMF_ALL) != 0;
	for (; riad_smf_merge_next(&m, &item) == 1; n++) {
		bad += item.event.time < time ||
		       (item.event.time == time && item.track < track);
		time = item.event.time;
		track = item.track;
		if (item.event.kind == RIAD_MIDI_MESSAGE)
			bad += item.event.data[0] != next[track]++;
	}
	riad_smf_merge_free(&m);
	ok(bad == 0 && n == tracks * (each + 1), "many tracks are in order");
	riad_buf_free(&file);
}

int
main(void)
{
	test_cases();
	test_facts();
	test_random();
	return tap_done();
}
