/* SPDX-License-Identifier: ISC */
/* Tracks whose events come mixed. */

#include "riad/smftracks.h"

#include <errno.h>
#include <string.h>

#include "tap.h"

static struct riad_smf_item
on(uint32_t track, int64_t time)
{
	struct riad_smf_item it = {.kind = RIAD_SMF_EVENT, .track = track};

	it.event.kind = RIAD_MIDI_MESSAGE;
	it.event.status = RIAD_MIDI_ON;
	it.event.data[0] = 60;
	it.event.data[1] = 1;
	it.event.time = time;
	return it;
}

static int
write_on(struct riad_smf_tracks *t, uint32_t track, int64_t time)
{
	const struct riad_smf_item it = on(track, time);

	errno = 0;
	return riad_smf_tracks_write(t, &it);
}

static void
test_joined(void)
{
	static const uint8_t want[] = "MThd\0\0\0\6\0\1\0\3\1\xE0"
				      "MTrk\0\0\0\x0B\5\x90\x3C\1\1\x3C\1"
				      "\0\xFF\x2F\0"
				      "MTrk\0\0\0\4\0\xFF\x2F\0"
				      "MTrk\0\0\0\x08\0\x90\x3C\1\0\xFF\x2F\0";
	const size_t len = sizeof(want) - 1;
	struct riad_smf_tracks t;
	struct riad_smf_writer w;
	struct riad_buf buf;

	riad_buf_init(&buf, 4096);
	riad_smf_writer_init(&w, &buf, false);
	riad_smf_tracks_init(&t, 4096);
	t.compress = true;
	ok(!riad_smf_tracks_any(&t) && !riad_smf_tracks_has(&t, 0), "none");
	ok(write_on(&t, 2, 0) == 0 && write_on(&t, 0, 5) == 0 &&
		write_on(&t, 0, 6) == 0,
	    "in any order of tracks");
	ok(riad_smf_tracks_any(&t) && riad_smf_tracks_has(&t, 0) &&
		!riad_smf_tracks_has(&t, 1) && riad_smf_tracks_has(&t, 2) &&
		!riad_smf_tracks_has(&t, 3),
	    "those that have events");
	ok(riad_smf_tracks_join(&t, &w, 480) == 0 &&
		riad_smf_writer_end(&w) == 0 && buf.len == len &&
		memcmp(buf.data, want, len) == 0,
	    "one behind another, with one of no events");
	riad_smf_tracks_free(&t);
	riad_buf_free(&buf);
}

static void
test_bounds(void)
{
	struct riad_smf_tracks t;
	int r = 0;

	riad_smf_tracks_init(&t, 200);
	ok(write_on(&t, 1, 5) == 0 && write_on(&t, 1, 4) == -1 &&
		errno == EINVAL,
	    "a track goes on in time");
	ok(write_on(&t, RIAD_SMF_TRACKS_MAX, 0) == -1 && errno == EMSGSIZE,
	    "more than a header counts");
	for (uint32_t i = 2; r == 0 && i < 40; i++)
		r = write_on(&t, i, 0);
	ok(r == -1 && errno == EMSGSIZE, "more than all may take");
	riad_smf_tracks_free(&t);

	riad_smf_tracks_init(&t, (size_t)1 << 24);
	r = 0;
	for (uint32_t i = 0; i < 1000; i++)
		r |= write_on(&t, i * 7 % 1000, 0);
	ok(r == 0 && write_on(&t, RIAD_SMF_TRACKS_MAX - 1, 0) == 0 &&
		write_on(&t, 0, 1) == 0,
	    "they move and go on");
	riad_smf_tracks_free(&t);
}

int
main(void)
{
	test_joined();
	test_bounds();
	return tap_done();
}
