/* SPDX-License-Identifier: ISC */
/*
 * Files and streams that are all wrong go to exact text and to exact JSON, and
 * back without a byte lost.
 */

#include "riad/miditext.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "smffile.h"
#include "tap.h"

typedef void writer(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style);

/* Text goes by the tap; where it is written it is thrown away. */
static struct riad_out out;
static struct riad_buf text, back;

static void
keep(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	riad_buf_add(&text, data, len);
}

static void
begin_text(int fd)
{
	text.len = back.len = 0;
	riad_out_init(&out, fd);
	out.tap = keep;
}

/* The lines again, without their commas and such: 0 if all are understood. */
static int
encode(bool file)
{
	struct riad_miditext_reader r;
	struct riad_miditext_time time;
	struct riad_smf_writer w;
	struct riad_smf_item item;
	int bad = 0;

	riad_out_show(&out);
	bad += riad_out_flush(&out) != 0;
	riad_miditext_init(&r);
	riad_smf_writer_init(&w, &back, true);
	for (size_t at = 0; at < text.len;) {
		const char *line = (const char *)text.data + at;
		const char *nl = memchr(line, '\n', text.len - at);
		size_t len = nl != NULL ? (size_t)(nl - line) : text.len - at;

		at += len + 1;
		if (riad_miditext_read(&r, line, len, &item, &time) != 1) {
			bad++;
			continue;
		}
		item.delta = (uint32_t)time.value;
		bad += file ? riad_smf_write(&w, &item) != 0
			    : riad_midi_write(&back, &item.event, NULL) != 0;
	}
	bad += file && riad_smf_writer_end(&w) != 0;
	riad_miditext_free(&r);
	return bad;
}

static bool
is_back(const uint8_t *data, size_t len)
{
	return back.len == len &&
	       (len == 0 || memcmp(back.data, data, len) == 0);
}

static bool
file_comes_back(const uint8_t *data, size_t len, int fd, writer *write)
{
	const struct riad_miditext_style style = {
	    .exact = true, .clock = RIAD_MIDI_TICKS};
	struct riad_smf_reader r;
	struct riad_smf_item item;

	begin_text(fd);
	riad_smf_init(&r, data, len);
	while (riad_smf_next(&r, &item) == 1)
		write(&out, &item, &style);
	return encode(true) == 0 && is_back(data, len);
}

static bool
stream_comes_back(
    const uint8_t *data, size_t len, size_t piece, int fd, writer *write)
{
	const struct riad_miditext_style style = {
	    .exact = true, .us = true, .clock = RIAD_MIDI_SECONDS};
	static struct riad_midi_stream s;
	struct riad_smf_item item = {.kind = RIAD_SMF_EVENT};

	begin_text(fd);
	riad_midi_stream_init(&s, true);
	for (size_t at = 0; at < len; at += piece) {
		const uint8_t *p = data + at;
		size_t n = len - at < piece ? len - at : piece;

		while (riad_midi_stream_next(&s, &item.event, &p, &n) == 1)
			write(&out, &item, &style);
	}
	while (riad_midi_stream_end(&s, &item.event) == 1)
		write(&out, &item, &style);
	return encode(false) == 0 && is_back(data, len);
}

static uint64_t
next(uint64_t *x)
{
	*x = *x * 6364136223846793005u + 1442695040888963407u;
	return *x >> 24;
}

/* Parts of files that are likely to go wrong together. */
static const char *const parts[] = {"H", "[", "]", "E", "00 903C40", "00 3C40",
    "8100 C001", "8000 E00040", "00 D07F", "00 A00102", "00 B07B00",
    "00 F003 0102F7", "00 F002 0102", "00 F702 0304", "00 F701 F7", "00 F000",
    "00 F700", "00 F001 F7", "00 F003 F0F7F7", "00 FF0103 'a\"\\'",
    "00 FF0103 0A090D", "00 FF0502 C3A4", "00 FF0302 C3C3", "00 FF0700",
    "00 FF5103 07A120", "00 FF5102 07A1", "00 FF5104 07A12000",
    "00 FF5804 06030808", "00 FF5804 06FF0808", "00 FF5804 00020808",
    "00 FF5902 8001", "00 FF5902 F901", "00 FF5902 0702", "00 FF5902 F800",
    "00 FF5405 61173B1D63", "00 FF5405 8101020304", "00 FF5404 01020304",
    "00 FF2001 05", "00 FF2001 FF", "00 FF2101 FF", "00 FF2100",
    "00 FF0002 0102", "00 FF0000", "00 FF7F03 414243", "00 FF7F00",
    "00 FF8001 01", "00 FFFF00", "00 FF2F01 00", "8000 FF01 8002 'ab'",
    "80808001 F0 8003 0102F7", "8180808000 C005", "00 FF0A00", "'MTrk'",
    "'MTrk' 00000009", "'MTrk' 00000000", "'MTrk' 7FFFFFFF",
    "'XFIH' 00000002 0102", "'X Y\"' 00000001 00", "'XFIH' 00000009", "FF",
    "80808080", "00", "7F", "'RIFF' 10000000 'RMID'", "'data' 20000000",
    "00 F8", "00 F4", "00 F3 05", "00 F20102", "00 F6", "00 90FFFF",
    "'MThd' 00000009 0001 0001 0060", "'MThd' 00000002 0001 0001 0060",
    "'MThd' 00000008 0002 FFFF E250 0102", "'MThd' 00000006 0007 0000 8000"};

static size_t
make_nasty(uint8_t *to, uint64_t *x)
{
	char file[1024] = "[";
	size_t n = next(x) % 40;

	smf_also(file, sizeof(file),
	    next(x) % 8 == 0 ? "'RIFF' 00000000 'RMIDdata' FF000000 H" : "H");
	for (size_t i = 0; i < n; i++) {
		smf_also(file, sizeof(file),
		    parts[next(x) % (sizeof(parts) / sizeof(*parts))]);
	}
	/* The track that ] may end is begun outside. */
	size_t len = smf_make(to, file) - 8;
	memmove(to, to + 8, len);
	if (next(x) % 3 == 0)
		to[next(x) % len] = (uint8_t)next(x);
	if (next(x) % 5 == 0)
		len = next(x) % len;
	return len;
}

static void
test_files(int fd)
{
	uint8_t data[2048];
	uint64_t x = 11;
	int lost[2] = {0, 0};

	for (int i = 0; i < 10000; i++) {
		size_t len = make_nasty(data, &x);
		lost[0] += !file_comes_back(data, len, fd, riad_miditext_write);
		lost[1] += !file_comes_back(data, len, fd, riad_midijson_write);
	}
	ok(lost[0] == 0, "nasty files come back from text");
	ok(lost[1] == 0, "and from JSON");
}

/* Each part alone, and each of its bytes changed to any other. */
static void
test_parts(int fd)
{
	uint8_t data[256] = {0};
	int lost = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		char file[256] = "H [";
		smf_also(file, sizeof(file), parts[i]);
		smf_also(file, sizeof(file), "E]");
		size_t len = smf_make(data, file);
		/* A track in it may have taken the length. */
		for (size_t at = 22; at < len - 4; at++) {
			uint8_t was = data[at];
			for (unsigned with = 0; with < 256; with++) {
				data[at] = (uint8_t)with;
				lost += !file_comes_back(
				    data, len, fd, riad_miditext_write);
				lost += !file_comes_back(
				    data, len, fd, riad_midijson_write);
			}
			data[at] = was;
		}
	}
	ok(lost == 0, "whatever a byte is, it comes back");
}

static void
test_streams(int fd)
{
	static const uint8_t some[] = {0x00, 0x3C, 0x7F, 0x90, 0x90, 0xC1, 0xE2,
	    0xF0, 0xF0, 0xF1, 0xF2, 0xF4, 0xF6, 0xF7, 0xF7, 0xF8, 0xF9, 0xFE};
	uint8_t data[600];
	uint64_t x = 13;
	int lost[2] = {0, 0};

	for (int i = 0; i < 5000; i++) {
		size_t len = next(&x) % sizeof(data);
		size_t piece = next(&x) % 50 + 1;
		for (size_t k = 0; k < len; k++)
			data[k] = next(&x) % 3 == 0
				      ? some[next(&x) % sizeof(some)]
				      : (uint8_t)(next(&x) & 0x7F);
		lost[0] += !stream_comes_back(
		    data, len, piece, fd, riad_miditext_write);
		lost[1] += !stream_comes_back(
		    data, len, piece, fd, riad_midijson_write);
	}
	ok(lost[0] == 0, "nasty streams come back from text");
	ok(lost[1] == 0, "and from JSON");
}

/* Bytes of an event beyond any line, and beyond all buffers. */
static void
test_long(int fd)
{
	const size_t body = RIAD_MIDITEXT_BYTES + 5, len = body + 64;
	static const char *const heads[] = {
	    "00 F0", "00 F7", "00 FF01", "00 FF7F", "00 FF33"};
	uint8_t *data = malloc(len);
	int lost = 0;

	for (size_t i = 0; data != NULL && i < sizeof(heads) / sizeof(*heads);
	     i++)
		for (size_t size = 1; size <= body; size = size * 64 - 1) {
			char file[64] = "H 'MTrk' 7FFFFFFF ";
			smf_also(file, sizeof(file), heads[i]);
			size_t n = smf_make(data, file);
			for (int shift = 28; shift >= 0; shift -= 7)
				data[n++] = (uint8_t)((size >> shift & 0x7F) |
						      (shift > 0 ? 0x80 : 0));
			for (size_t k = 0; k < size; k++)
				data[n++] = (uint8_t)(k * 7 / 3);
			n += smf_make(data + n, "00 903C40 E");
			lost +=
			    !file_comes_back(data, n, fd, riad_miditext_write);
			lost +=
			    !file_comes_back(data, n, fd, riad_midijson_write);
		}
	ok(data != NULL && lost == 0, "long events come back");
	free(data);
}

int
main(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	riad_buf_init(&text, (size_t)1 << 30);
	riad_buf_init(&back, (size_t)1 << 30);
	test_files(fd);
	test_parts(fd);
	test_streams(fd);
	test_long(fd);
	riad_buf_free(&text);
	riad_buf_free(&back);
	close(fd);
	return tap_done();
}
