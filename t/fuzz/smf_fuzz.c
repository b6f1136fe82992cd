/* SPDX-License-Identifier: ISC */
/*
 * The spans of a file's items are the file, and so is what is written of them
 * in exact mode.  Mended, it is a file without fault that mended again is the
 * same.  All its tracks in order of time have the events that each has.
 */

#include "riad/smf.h"

#include <stdlib.h>
#include <string.h>

#include "riad/smfmerge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 1 << 15 };

static void
check(bool good)
{
	if (!good)
		abort();
}

static bool
same(const struct riad_buf *a, const uint8_t *data, size_t len)
{
	return a->len == len && (len == 0 || memcmp(a->data, data, len) == 0);
}

static void
check_item(const struct riad_smf_item *item, const uint8_t *data, uint64_t pos)
{
	const struct riad_midi_event *e = &item->event;

	check(item->off == pos && item->span == data + pos);
	check(item->span_len > 0 || item->kind == RIAD_SMF_END);
	if (item->kind != RIAD_SMF_EVENT)
		return;
	check(e->kind != RIAD_MIDI_RAW && e->time >= item->delta);
	check(item->delta_len >= 1 && item->delta_len <= 8);
	check(e->kind == RIAD_MIDI_MESSAGE || item->length_len >= 1);
	check(e->len < item->span_len);
	check(e->kind != RIAD_MIDI_MESSAGE ||
	      ((e->data[0] | e->data[1]) & 0x80) == 0);
}

struct count {
	uint64_t events, faults;
	uint32_t tracks;
	uint16_t format;
};

/* Reads data and writes it; what only a reader knows isn't given on. */
static struct count
rewrite(struct riad_buf *out, const uint8_t *data, size_t size, bool exact)
{
	struct riad_smf_reader r;
	struct riad_smf_writer w;
	struct riad_smf_item item;
	struct count n = {.format = 1};
	uint64_t pos = 0;
	bool had = false;

	out->len = 0;
	riad_smf_init(&r, data, size);
	riad_smf_writer_init(&w, out, exact);
	while (riad_smf_next(&r, &item) == 1) {
		check_item(&item, data, pos);
		pos += item.span_len;
		n.events += item.kind == RIAD_SMF_EVENT;
		if (item.kind == RIAD_SMF_HEADER && !had)
			n.format = item.format;
		had = had || item.kind == RIAD_SMF_HEADER;
		item.span = NULL;
		item.off = 0;
		check(riad_smf_write(&w, &item) == 0);
	}
	check(riad_smf_writer_end(&w) == 0 && pos == size);
	n.faults = r.faults;
	n.tracks = r.track;
	return n;
}

static uint64_t
merge(const uint8_t *data, size_t size, int64_t track)
{
	struct riad_smf_merge m;
	struct riad_smf_item item;
	int64_t time = 0;
	uint32_t last = 0;
	uint64_t n = 0;

	check(riad_smf_merge_init(&m, data, size, track) == 0);
	while (riad_smf_merge_next(&m, &item) == 1) {
		check(item.event.time > time ||
		      (item.event.time == time && item.track >= last));
		time = item.event.time;
		last = item.track;
		n += item.kind == RIAD_SMF_EVENT;
	}
	riad_smf_merge_free(&m);
	return n;
}

static void
look_at_map(const uint8_t *data, size_t size)
{
	struct riad_smf_map *map = riad_smf_map_new(0);
	const int64_t some[] = {0, 1, 95, 1000, 123456, (int64_t)1 << 50};

	check(map != NULL && riad_smf_map_read(map, data, size, 0) == 0);
	int64_t last = 0;
	for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++) {
		int64_t us = riad_smf_map_us(map, some[i]);
		struct riad_smf_beat b = riad_smf_map_beat(map, some[i]);

		check(us >= last && riad_smf_map_ticks(map, us) >= 0);
		check(riad_smf_map_of_beat(map, &b) == some[i]);
		last = us;
	}
	riad_smf_map_free(map);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct riad_buf out, again;

	if (size > LIMIT)
		return 0;
	out.max = again.max = 64 * LIMIT;
	struct count n = rewrite(&out, data, size, true);
	check(same(&out, data, size));

	rewrite(&out, data, size, false);
	struct count mended = rewrite(&again, out.data, out.len, false);
	check(same(&again, out.data, out.len) && mended.tracks >= n.tracks);

	uint64_t events = 0;
	if (n.format == 2 && n.tracks < 20)
		for (uint32_t t = 0; t < n.tracks; t++)
			events += merge(data, size, t);
	else
		events =
		    n.format == 2 ? n.events : merge(data, size, RIAD_SMF_ALL);
	check(events == n.events);
	look_at_map(data, size);
	return 0;
}
