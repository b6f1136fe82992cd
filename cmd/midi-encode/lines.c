/* SPDX-License-Identifier: ISC */
/* event text and JSON, line by line, to events.c */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/io.h"

/* Pairs of digits with spaces, and words around them. */
#define LINE_MAX_LEN (3 * RIAD_MIDITEXT_BYTES + 4096)

static struct riad_miditext_reader reader;
static const char *name;

int
bad_line(unsigned column, const char *why)
{
	(void)riad_out_flush(&out);
	riad_warn("%s: line %" PRIu64 ", column %u: %s", name, reader.line,
	    column, why);
	errno = 0;
	return -1;
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
		if (take_event(&reader, &item, &time) == -1)
			return -1;
		if (reader.at == reader.nqueue)
			return 0;
		/* More of the same line is of the same time. */
		time.clock = RIAD_MIDI_NO_TIME;
		got = riad_miditext_read(&reader, NULL, 0, &item, &time);
		time.clock = RIAD_MIDI_NO_TIME;
	}
	if (got == -1 && errno == EBADMSG)
		return bad_line(reader.column, reader.why);
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
			return bad_line(1, "a shorter line expected");
		}
		if (riad_buf_reserve(in, want) == -1)
			return -1;
		if (!opt.smf && !events_are_file() && wire_wait(fd) == -1)
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
	bool file = events_are_file();
	if (failed == -1 || (file && file_end() == -1))
		status = failed_output();
	else if (file && !opt.smf)
		status = play(file_kept()->data, file_kept()->len, name);
	file_free();
	riad_buf_free(&in);
	riad_miditext_free(&reader);
	events_end();
	return status;
}
