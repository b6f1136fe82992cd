/* SPDX-License-Identifier: ISC */
/*
 * Reads and writes a made MIDI file of 16 tracks in memory: midi [EVENTS]
 * prints MB and events a second of each way; midi -w [EVENTS] writes the file
 * to stdout, for other programs.
 */

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "riad/smf.h"
#include "riad/smfmerge.h"
#include "riad/text.h"

enum { TRACKS = 16 };

static double
user_time(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec * 1e-6;
}

static void
report(const char *what, double since, size_t bytes, uint64_t events)
{
	double s = user_time() - since;

	printf("%-14s %6.3f s %7.1f MB/s %6.1f M events/s\n", what, s,
	    (double)bytes / s * 1e-6, (double)events / s * 1e-6);
}

static void
put(struct riad_smf_writer *w, const struct riad_smf_item *item)
{
	if (riad_smf_write(w, item) == -1)
		err(1, "riad_smf_write");
}

/* Notes with their ends, and a controller now and then, as music has them. */
static void
make(struct riad_buf *out, uint64_t events)
{
	struct riad_smf_writer w;
	struct riad_smf_item item = {
	    .kind = RIAD_SMF_HEADER, .format = 1, .division = 480};
	uint64_t x = 88172645463325252u;

	riad_smf_writer_init(&w, out, false);
	put(&w, &item);
	for (unsigned t = 0; t < TRACKS; t++) {
		item = (struct riad_smf_item){.kind = RIAD_SMF_TRACK};
		put(&w, &item);
		item.kind = RIAD_SMF_EVENT;
		for (uint64_t i = 0; i < events / TRACKS; i++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			const bool ends = i % 2 == 1;
			struct riad_midi_event *e = &item.event;

			e->status = ends                 ? RIAD_MIDI_OFF
				    : (x >> 47 & 7) == 0 ? RIAD_MIDI_CONTROL
							 : RIAD_MIDI_ON;
			e->status |= (uint8_t)t;
			e->data[0] = (uint8_t)(x >> 57);
			e->data[1] = (uint8_t)(x >> 50 & 0x7F);
			e->time += (int64_t)(x >> 40 & 0x7F);
			e->time += (x >> 32 & 15) == 0 ? 200 : 0;
			put(&w, &item);
		}
	}
	if (riad_smf_writer_end(&w) == -1)
		err(1, "riad_smf_writer_end");
}

static void
read_file(const struct riad_buf *file)
{
	struct riad_smf_reader r;
	struct riad_smf_item item;
	uint64_t events = 0;

	double since = user_time();
	riad_smf_init(&r, file->data, file->len);
	while (riad_smf_next(&r, &item) == 1)
		events += item.kind == RIAD_SMF_EVENT;
	report("smf read", since, file->len, events);
}

static void
write_file(const struct riad_buf *file, bool exact)
{
	struct riad_smf_reader r;
	struct riad_smf_writer w;
	struct riad_smf_item item;
	struct riad_buf out;
	uint64_t events = 0;

	riad_buf_init(&out, SIZE_MAX);
	if (riad_buf_reserve(&out, file->len + 4096) == -1)
		err(1, "riad_buf_reserve");
	/* Its pages are not what is measured. */
	memset(out.data, 0, out.cap);
	double since = user_time();
	riad_smf_init(&r, file->data, file->len);
	riad_smf_writer_init(&w, &out, exact);
	while (riad_smf_next(&r, &item) == 1) {
		put(&w, &item);
		events += item.kind == RIAD_SMF_EVENT;
	}
	riad_smf_writer_end(&w);
	report(exact ? "smf exact" : "smf mended", since, file->len, events);
	if (out.len != file->len || memcmp(out.data, file->data, out.len) != 0)
		errx(1, "what was written differs");
	riad_buf_free(&out);
}

/* The tracks in order of time, as the bytes of a cable. */
static void
merge_file(const struct riad_buf *file, struct riad_buf *raw)
{
	struct riad_smf_merge m;
	struct riad_smf_item item;
	uint64_t events = 0;

	if (riad_buf_reserve(raw, file->len) == -1)
		err(1, "riad_buf_reserve");
	memset(raw->data, 0, raw->cap);
	double since = user_time();
	if (riad_smf_merge_init(&m, file->data, file->len, RIAD_SMF_ALL) == -1)
		err(1, "riad_smf_merge_init");
	while (riad_smf_merge_next(&m, &item) == 1) {
		if (riad_midi_write(raw, &item.event, NULL) == -1)
			err(1, "riad_midi_write");
		events++;
	}
	report("merge to raw", since, file->len, events);
	riad_smf_merge_free(&m);
}

static void
read_stream(const struct riad_buf *raw, bool exact)
{
	static struct riad_midi_stream s;
	struct riad_midi_event event;
	uint64_t events = 0;
	const size_t piece = 1 << 16;

	double since = user_time();
	riad_midi_stream_init(&s, exact);
	for (size_t at = 0; at < raw->len; at += piece) {
		const uint8_t *p = raw->data + at;
		size_t len = raw->len - at < piece ? raw->len - at : piece;
		while (riad_midi_stream_next(&s, &event, &p, &len) == 1)
			events++;
	}
	report(exact ? "stream exact" : "stream", since, raw->len, events);
}

int
main(int argc, char *argv[])
{
	struct riad_buf file, raw;
	uint64_t events = 12000000;
	const bool only = argc > 1 && strcmp(argv[1], "-w") == 0;

	if (argc > 2 + only ||
	    (argc > 1 + only &&
		riad_parse_u64(&events, argv[argc - 1], UINT32_MAX) == -1))
		errx(2, "usage: midi [-w] [EVENTS]");
	riad_buf_init(&file, SIZE_MAX);
	riad_buf_init(&raw, SIZE_MAX);
	make(&file, events);
	if (only) {
		if (fwrite(file.data, 1, file.len, stdout) != file.len ||
		    fflush(stdout) != 0)
			err(1, "stdout");
	} else {
		printf("%.1f MB\n", (double)file.len * 1e-6);
		read_file(&file);
		write_file(&file, true);
		write_file(&file, false);
		merge_file(&file, &raw);
		read_stream(&raw, false);
		read_stream(&raw, true);
	}
	riad_buf_free(&file);
	riad_buf_free(&raw);
	return 0;
}
