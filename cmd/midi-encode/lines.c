/* SPDX-License-Identifier: ISC */
/*
 * event text and JSON, line by line: a stream goes on at once, and a file (the
 * lines of which say smf or track) to filesink.c
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/io.h"
#include "riad/miditext.h"

/* Pairs of digits with spaces, and words around them. */
#define LINE_MAX_LEN (3 * RIAD_MIDITEXT_BYTES + 4096)

enum { PPQ = 480 };

static struct riad_miditext_reader reader;
static const char *name;
static bool begun, is_file, is_exact;
static bool timed; /* whether it matters what lines say of time */

static struct riad_smf_map *map;
static int64_t last; /* ticks of the line before */
static int64_t last_us;
static uint32_t track; /* from 0; tracks that began, less one */
static bool any_track, any_event;

static int
bad(unsigned column, const char *why)
{
	(void)riad_out_flush(&out);
	riad_warn("%s: line %" PRIu64 ", column %u: %s", name, reader.line,
	    column, why);
	errno = 0;
	return -1;
}

/* The ticks of a line, and its microseconds where they are wanted. */
static int
find_time(const struct riad_miditext_time *time, int64_t *us)
{
	int64_t ticks = last;

	*us = last_us;
	switch (time->clock) {
	case RIAD_MIDI_NO_TIME:
		return 0;
	case RIAD_MIDI_TICKS:
		ticks = time->value;
		break;
	case RIAD_MIDI_DELTA:
		ticks = last + time->value;
		break;
	case RIAD_MIDI_BARS:
		ticks = riad_smf_map_of_beat(map, &time->beat);
		if (ticks == -1)
			return bad(1, "a beat that this bar has expected");
		break;
	case RIAD_MIDI_SECONDS:
		*us = time->value;
		if (opt.smf || is_file)
			ticks = riad_smf_map_ticks(map, time->value);
		break;
	default:
		break;
	}
	/* Lines that say their track go back for another one; that each is in
	 * order, its writer sees to. */
	if (ticks < last &&
	    !(reader.has_track && !is_exact && (opt.smf || is_file)))
		return bad(1, "a time not before the last one's expected");
	if (opt.pace && !is_file && time->clock != RIAD_MIDI_SECONDS)
		*us = riad_smf_map_us(map, ticks);
	last = ticks;
	last_us = *us;
	return 0;
}

/* That of --tempo, which is the only one of a stream. */
static int
add_tempo(void)
{
	const uint8_t b[3] = {
	    (uint8_t)(opt.us >> 16), (uint8_t)(opt.us >> 8), (uint8_t)opt.us};
	const struct riad_midi_event tempo = {
	    .kind = RIAD_MIDI_META, .meta = 0x51, .bytes = b, .len = 3};

	return riad_smf_map_add(map, 0, &tempo);
}

/* The first line that is no comment decides. */
static int
begin(const struct riad_smf_item *item)
{
	begun = true;
	is_file = item->kind != RIAD_SMF_EVENT &&
		  (item->kind != RIAD_SMF_RAW || reader.exact);
	is_exact = reader.exact && (!opt.edits || !opt.smf);
	timed = opt.smf || opt.pace || is_file;
	if (timed && (map = riad_smf_map_new(PPQ)) == NULL)
		return -1;
	if (opt.smf || is_file)
		file_begin(!opt.smf, is_exact, PPQ);
	else if (timed && opt.us != 0)
		return add_tempo();
	return 0;
}

static int
new_division(uint16_t division)
{
	riad_smf_map_free(map);
	map = riad_smf_map_new(division);
	return map == NULL ? -1 : 0;
}

static int
to_file(struct riad_smf_item *item, const struct riad_miditext_time *time,
    int64_t before)
{
	switch (item->kind) {
	case RIAD_SMF_HEADER:
		/* Those events would have been of another division. */
		if (!is_file && any_event)
			return bad(
			    1, "events expected: a file begins with smf");
		if (new_division(item->division) == -1)
			return -1;
		break;
	case RIAD_SMF_TRACK:
		track += any_track;
		any_track = true;
		last = 0;
		break;
	case RIAD_SMF_EVENT:
		any_event |= item->event.kind != RIAD_MIDI_RAW;
		/* That of an exact file need not be what times say. */
		item->delta = time->clock == RIAD_MIDI_DELTA
				  ? (uint32_t)time->value
				  : (uint32_t)(last - before);
		break;
	default:
		break;
	}
	if (!reader.has_track)
		item->track = track;
	else if (item->track >= UINT16_MAX && !is_exact)
		return bad(1, "a track from 1 to 65535 expected");
	if (!is_exact)
		item->event.running = false;
	if (opt.smf && !edit(item))
		return 0;
	if (file_take(item, reader.has_track) == 0)
		return 0;
	if (errno == EINVAL)
		return bad(
		    1, is_exact && item->kind == RIAD_SMF_EVENT
			   ? "in the exact form, track expected first"
		       : reader.has_track && item->kind == RIAD_SMF_EVENT
			   ? "a time not before the track's last one expected"
			   : "something a file can have expected here");
	return -1;
}

static int
to_wire(struct riad_smf_item *item, int64_t us)
{
	if (item->kind == RIAD_SMF_RAW)
		item->kind = RIAD_SMF_EVENT;
	if (item->kind != RIAD_SMF_EVENT)
		return bad(1, "events expected: a file begins with smf");
	if (!edit(item))
		return 0;
	if (opt.permille != 1000)
		us = us / opt.permille * 1000 +
		     us % opt.permille * 1000 / opt.permille;
	if (wire_take(&item->event, us) == 0)
		return 0;
	return errno == EINVAL
		   ? bad(1, "bytes up to 7F expected in an exclusive")
		   : -1;
}

static int
take_item(struct riad_smf_item *item, const struct riad_miditext_time *time)
{
	int64_t us = 0, before = last;

	if (!begun && begin(item) == -1)
		return -1;
	/* A stream's raw bytes are events. */
	if (item->kind == RIAD_SMF_RAW && !is_file)
		item->kind = RIAD_SMF_EVENT;
	if (timed && item->kind == RIAD_SMF_EVENT) {
		if (find_time(time, &us) == -1)
			return -1;
		item->event.time = last;
		if (item->event.kind == RIAD_MIDI_META &&
		    (opt.us == 0 || opt.smf || is_file) &&
		    riad_smf_map_add(map, last, &item->event) == -1)
			return -1;
	}
	return is_file || opt.smf ? to_file(item, time, before)
				  : to_wire(item, us);
}

static int
take_line(const char *line, size_t len)
{
	struct riad_miditext_time time;
	struct riad_smf_item item;

	if (reader.line == 0 && len > 2 &&
	    memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
		line += 3;
		len -= 3;
	}
	int got = riad_miditext_read(&reader, line, len, &item, &time);

	while (got == 1) {
		if (take_item(&item, &time) == -1)
			return -1;
		if (reader.at == reader.nqueue)
			return 0;
		/* More of the same line is of the same time. */
		time.clock = RIAD_MIDI_NO_TIME;
		got = riad_miditext_read(&reader, NULL, 0, &item, &time);
		time.clock = RIAD_MIDI_NO_TIME;
	}
	if (got == -1 && errno == EBADMSG)
		return bad(reader.column, reader.why);
	return got;
}

/* All whole lines of what there is; the rest moves to the front. */
static int
take_lines(struct riad_buf *in, bool last_one)
{
	const char *p = (const char *)in->data, *end = p + in->len, *nl;

	while (p < end && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		if (take_line(p, (size_t)(nl - p)) == -1)
			return -1;
		p = nl + 1;
	}
	if (last_one && p < end) {
		if (take_line(p, (size_t)(end - p)) == -1)
			return -1;
		p = end;
	}
	in->len = (size_t)(end - p);
	if (in->len > 0 && p != (const char *)in->data)
		memmove(in->data, p, in->len);
	return 0;
}

static int
read_all(int fd, struct riad_buf *in)
{
	enum { PIECE = 1 << 17 };

	for (;;) {
		size_t had = in->len;
		if (take_lines(in, false) == -1)
			return -1;
		/* A line that grows is looked through again only as it doubles.
		 */
		size_t want = in->len == had && had > PIECE ? had : PIECE;
		if (want > LINE_MAX_LEN - in->len)
			want = LINE_MAX_LEN - in->len;
		if (want == 0) {
			reader.line++;
			return bad(1, "a shorter line expected");
		}
		if (riad_buf_reserve(in, want) == -1)
			return -1;
		if (!(opt.smf || is_file) && wire_wait(fd) == -1)
			return -1;
		ssize_t n = 0, sum = 0;
		do {
			n = riad_read(fd, in->data + in->len, want);
			if (n == -1) {
				(void)riad_out_flush(&out);
				riad_warn("%s: %s", name, strerror(errno));
				errno = 0;
				return -1;
			}
			in->len += (size_t)n;
			want -= (size_t)n;
			sum += n;
		} while (n > 0 && want > 0 && had > PIECE && !opt.pace);
		if (sum == 0)
			return take_lines(in, true);
	}
}

int
read_lines(int fd, const char *path, const struct riad_buf *so_far)
{
	struct riad_buf in;

	name = path;
	riad_miditext_init(&reader);
	riad_buf_init(&in, LINE_MAX_LEN);
	int failed = riad_buf_add(&in, so_far->data, so_far->len);
	if (failed == 0)
		failed = read_all(fd, &in);
	int status = RIAD_OK;
	/* Of nothing comes nothing, be it a file. */
	bool file = begun && (opt.smf || is_file);
	if (failed == -1 || (file && file_end() == -1))
		status = failed_output();
	else if (file && !opt.smf)
		status = play(file_kept()->data, file_kept()->len, name);
	file_free();
	riad_buf_free(&in);
	riad_miditext_free(&reader);
	riad_smf_map_free(map);
	return status;
}
