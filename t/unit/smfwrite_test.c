/* SPDX-License-Identifier: ISC */

#include "riad/smf.h"

#include <errno.h>
#include <string.h>

#include "smffile.h"
#include "tap.h"

/* Files, and how they are when mended. */
static const struct {
	const char *name, *file, *mended;
} cases[] = {
    {"a sound file stays", "H [00 903C40 60 803C00 E]", NULL},
    {"with alien chunks and a long header",
	"'MThd' 00000008 0001 0001 0060 AABB 'XFIH' 00000002 0102 [E] 'Zz 9' "
	"00000000",
	NULL},
    {"and packets and escapes",
	"H [00 F003 430102 10 F702 0304 10 F703 0506F7 00 F701 F8 E]", NULL},
    {"nothing becomes a file", "", "'MThd' 00000006 0000 0000 01E0"},
    {"running status", "H [00 903C40 10 3E41 00 C001 02 02 E]",
	"H [00 903C40 10 903E41 00 C001 02 C002 E]"},
    {"padded numbers", "H [8000 C000 80808001 C001 00 FF01 808001 41 E]",
	"H [00 C000 01 C001 00 FF01 01 41 E]"},
    {"a delta of more than four bytes", "H [8180808001 C000 10 C001 E]",
	"H [FFFFFF7F FF0100 02 C000 10 C001 E]"},
    {"the greatest delta", "H [8FFFFFFF7F C000 E]",
	"H ["
	"FFFFFF7F FF0100 FFFFFF7F FF0100 FFFFFF7F FF0100 FFFFFF7F FF0100 "
	"FFFFFF7F FF0100 FFFFFF7F FF0100 FFFFFF7F FF0100 FFFFFF7F FF0100 "
	"FFFFFF7F FF0100 FFFFFF7F FF0100 FFFFFF7F FF0100 FFFFFF7F FF0100 "
	"FFFFFF7F FF0100 FFFFFF7F FF0100 FFFFFF7F FF0100 FFFFFF7F FF0100 "
	"0F C000 E]"},
    {"messages that files don't have", "H [00 F123 01 F20102 00 F6 00 F8 E]",
	"H [00 F702 F123 01 F703 F20102 00 F701 F6 00 F701 F8 E]"},
    {"what is raw", "H [10 F4 10 F9 00 903C40 00 90 FFFF E]",
	"H [20 903C40 E]"},
    {"no header", "[E]", "'MThd' 00000006 0000 0001 01E0 [E]"},
    {"no header before two tracks", "[E] [E]",
	"'MThd' 00000006 0001 0002 01E0 [E] [E]"},
    {"two headers", "H [E] H [E]", "'MThd' 00000006 0001 0002 0060 [E] [E]"},
    {"a header that lies", "'MThd' 00000010 0001 0007 0060 [E]", "H [E]"},
    {"format 0 of two tracks", "'MThd' 00000006 0000 0002 0060 [E] [E]",
	"'MThd' 00000006 0001 0002 0060 [E] [E]"},
    {"format 2 of two tracks", "'MThd' 00000006 0002 0007 0060 [E] [E]",
	"'MThd' 00000006 0002 0002 0060 [E] [E]"},
    {"no end of track", "H [00 903C40]", "H [00 903C40 E]"},
    {"an end of some length", "H [10 FF2F01 00]", "H [10 FF2F00]"},
    {"an end in the middle", "H [10 FF2F00 10 903C40 10 FF2F00]",
	"H [20 903C40 10 FF2F00]"},
    {"data after the end", "H [10 FF2F00 0102]", "H [10 FF2F00]"},
    {"lengths that lie", "H 'MTrk' 00000100 00 903C40 E 'XFIH' 000000FF 01",
	"H [00 903C40 E]"},
    {"junk", "00 01 H 02 [E] 03", "H [E]"},
    {"RMID", "'RIFF' 26000000 'RMIDdata' 1A000000 H [E] 'LIST' 00000000",
	"H [E]"},
};

static int
mend(struct riad_buf *out, const uint8_t *data, size_t len, bool compress)
{
	struct riad_smf_reader r;
	struct riad_smf_writer w;
	struct riad_smf_item item;

	riad_smf_init(&r, data, len);
	riad_smf_writer_init(&w, out, false);
	w.compress = compress;
	while (riad_smf_next(&r, &item) == 1)
		if (riad_smf_write(&w, &item) == -1)
			return -1;
	return riad_smf_writer_end(&w);
}

static bool
is_same(const struct riad_buf *out, const uint8_t *data, size_t len)
{
	return out->len == len && memcmp(out->data, data, len) == 0;
}

static void
test_mended(void)
{
	uint8_t data[512], want[512];
	struct riad_buf out, again;

	riad_buf_init(&out, 1 << 16);
	riad_buf_init(&again, 1 << 16);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = smf_make(data, cases[i].file);
		size_t n = smf_make(want,
		    cases[i].mended != NULL ? cases[i].mended : cases[i].file);

		out.len = again.len = 0;
		int r = mend(&out, data, len, false);
		bool good = r == 0 && is_same(&out, want, n);
		ok(good, "mended: %s", cases[i].name);
		r = mend(&again, out.data, out.len, false);
		ok(r == 0 && is_same(&again, out.data, out.len),
		    "and then it stays");
	}
	riad_buf_free(&out);
	riad_buf_free(&again);
}

static void
test_compress(void)
{
	uint8_t data[512], want[512];
	struct riad_buf out;
	size_t len = smf_make(
	    data, "H [00 903C40 10 903E41 00 FF0100 00 903E41 00 C001 E]");
	size_t n = smf_make(
	    want, "H [00 903C40 10 3E41 00 FF0100 00 903E41 00 C001 E]");

	riad_buf_init(&out, 1 << 16);
	ok(mend(&out, data, len, true) == 0 && is_same(&out, want, n),
	    "statuses are left out when asked, but not after meta events");
	riad_buf_free(&out);
}

/* Items that a reader doesn't make. */
static int
write_one(const struct riad_smf_item *item, bool exact, const char *want)
{
	uint8_t bytes[256];
	struct riad_buf out;
	struct riad_smf_writer w;
	const struct riad_smf_item track = {.kind = RIAD_SMF_TRACK};

	riad_buf_init(&out, 1 << 16);
	riad_smf_writer_init(&w, &out, exact);
	errno = 0;
	int r = exact ? riad_smf_write(&w, &track) : 0;
	if (r == 0)
		r = riad_smf_write(&w, item);
	if (r == 0)
		r = riad_smf_writer_end(&w);
	int error = r == 0 ? 0 : errno;
	if (r == 0 && want != NULL) {
		size_t len = smf_make(bytes, want);
		error = is_same(&out, bytes, len) ? 0 : -1;
	}
	riad_buf_free(&out);
	return error;
}

static void
test_items(void)
{
	const uint8_t bytes[] = {0xF4, 0x01};
	struct riad_smf_item item = {.kind = RIAD_SMF_EVENT,
	    .event = {.time = 5, .status = 0x90, .data = {60, 64}},
	    .delta = 5};

	ok(write_one(&item, false,
	       "'MThd' 00000006 0000 0001 01E0 [05 903C40 E]") == 0,
	    "an event alone gets a file around it");
	ok(write_one(&item, true, "[05 903C40]") == 0, "but in exact mode");
	item.event.running = true;
	ok(write_one(&item, true, "[05 3C40]") == 0,
	    "where a status is left out as the event says");
	item.event.running = false;
	item.event.data[1] = 128;
	ok(write_one(&item, false, NULL) == EINVAL, "data are up to 127");
	item.event.data[1] = 0;
	item.event.time = -1;
	ok(write_one(&item, false, NULL) == EINVAL, "times don't go back");
	item.event.time = ((int64_t)1 << 33) + 1;
	ok(write_one(&item, false, NULL) == EINVAL, "nor too far");
	item.event.time = 0;
	item.event.status = 0xFF;
	ok(write_one(&item, true, NULL) == EINVAL,
	    "a reset is a meta event in a file");
	ok(write_one(&item, false,
	       "'MThd' 00000006 0000 0001 01E0 [00 F701 FF E]") == 0,
	    "but may be in an escape");
	item.event.status = 0xF4;
	ok(write_one(&item, false, NULL) == EINVAL, "undefined statuses not");
	item.event.kind = RIAD_MIDI_RAW;
	item.event.bytes = bytes;
	item.event.len = 2;
	ok(write_one(&item, false,
	       "'MThd' 00000006 0000 0001 01E0 [00 F702 F401 E]") == 0,
	    "bytes of a stream may");
	ok(write_one(&item, true, NULL) == EINVAL, "but in exact mode");
	item.event.kind = RIAD_MIDI_META;
	item.event.len = (size_t)UINT32_MAX + 1;
	ok(write_one(&item, true, NULL) == EMSGSIZE &&
		write_one(&item, false, NULL) == EMSGSIZE,
	    "there is an end to lengths");
	item.kind = RIAD_SMF_END;
	ok(write_one(&item, false, NULL) == EINVAL, "no end without a track");
	item.kind = RIAD_SMF_CHUNK;
	ok(write_one(&item, false, NULL) == EMSGSIZE, "nor chunks too long");
}

/* Tracks that nobody ends, as text may have them. */
static void
test_unended(void)
{
	const struct riad_smf_item items[] = {
	    {.kind = RIAD_SMF_TRACK},
	    {.kind = RIAD_SMF_EVENT, .event = {.status = 0xC0}},
	    {.kind = RIAD_SMF_CHUNK, .type = {'Z', 'z', ' ', '9'}},
	    {.kind = RIAD_SMF_TRACK},
	    {.kind = RIAD_SMF_TRACK},
	    {.kind = RIAD_SMF_HEADER,
		.format = 1,
		.ntracks = 1,
		.division = 96},
	};
	static const char *const want[] = {
	    "'MThd' 00000006 0001 0003 01E0 [00 C000 E] 'Zz 9' 00000000 [E] "
	    "[E]",
	    "[00 C000] 'Zz 9' 00000000 [] [] H"};
	uint8_t bytes[256];

	for (int exact = 0; exact < 2; exact++) {
		struct riad_buf out;
		struct riad_smf_writer w;
		int r = 0;

		riad_buf_init(&out, 1 << 16);
		riad_smf_writer_init(&w, &out, exact);
		for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++)
			r |= riad_smf_write(&w, &items[i]);
		r |= riad_smf_writer_end(&w);
		ok(r == 0 && is_same(&out, bytes, smf_make(bytes, want[exact])),
		    "what comes behind a track ends it%s",
		    exact ? ", in exact mode" : "");
		riad_buf_free(&out);
	}
}

/* The buffer's maximum holds wherever it strikes. */
static void
test_limits(void)
{
	uint8_t data[512];
	struct riad_buf out;
	size_t len = smf_make(data,
	    "'MThd' 00000008 0001 0001 0060 AABB 'XFIH' 00000002 0102 "
	    "[00 903C40 00 FF0102 'ab' 00 F003 0102F7 8FFFFFFF7F C000 E]");
	int bad = 0;

	riad_buf_init(&out, 1 << 16);
	mend(&out, data, len, false);
	size_t full = out.len;
	riad_buf_free(&out);
	for (size_t max = 0; max < full; max++) {
		riad_buf_init(&out, max);
		errno = 0;
		bad += mend(&out, data, len, false) != -1 || errno != EMSGSIZE;
		riad_buf_free(&out);
	}
	ok(bad == 0, "a full buffer is an error wherever it strikes");
}

/* In exact mode what is out of a track may be taken away. */
static void
test_drained(void)
{
	uint8_t data[512];
	struct riad_buf out, all;
	struct riad_smf_reader r;
	struct riad_smf_writer w;
	struct riad_smf_item item;
	size_t len = smf_make(data, "H [00 903C40 E] 'Zz 9' 00000000 [E] 00");

	riad_buf_init(&out, 64);
	riad_buf_init(&all, 1 << 16);
	riad_smf_init(&r, data, len);
	riad_smf_writer_init(&w, &out, true);
	int r2 = 0;
	while (riad_smf_next(&r, &item) == 1) {
		r2 |= riad_smf_write(&w, &item);
		if (item.kind != RIAD_SMF_EVENT &&
		    item.kind != RIAD_SMF_TRACK) {
			riad_buf_add(&all, out.data, out.len);
			out.len = 0;
		}
	}
	ok(r2 == 0 && is_same(&all, data, len), "a file may go out by tracks");
	riad_buf_free(&out);
	riad_buf_free(&all);
}

int
main(void)
{
	test_mended();
	test_compress();
	test_items();
	test_unended();
	test_limits();
	test_drained();
	return tap_done();
}
