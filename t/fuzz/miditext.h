/* SPDX-License-Identifier: ISC */
/*
 * miditext.h - what holds for events as lines, of text and of JSON
 *
 * Any bytes, as a file or as a stream, go to exact lines and back without a
 * byte lost.  Any lines that are understood, written in one form or the other
 * and read again, are the same events.  One way an input, since more inputs are
 * worth more than more checks.
 */
#ifndef RIAD_FUZZ_MIDITEXT_H
#define RIAD_FUZZ_MIDITEXT_H

#include "riad/miditext.h"

#include <stdlib.h>
#include <string.h>

/* Text never comes near the buffer's end, where it would be written out. */
enum { MIDITEXT_LIMIT = 1024 };

typedef void writer(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style);

static struct riad_out text;

static void
check(bool good)
{
	if (!good)
		abort();
}

/* Lines, without their ends, one after another. */
static bool
next_line(const char **line, size_t *len, const char **p, const char *end)
{
	if (*p == end)
		return false;
	const char *nl = memchr(*p, '\n', (size_t)(end - *p));
	const char *stop = nl != NULL ? nl : end;
	*line = *p;
	*len = (size_t)(stop - *p);
	*p = nl != NULL ? nl + 1 : end;
	return true;
}

static void
check_printable(void)
{
	check(text.err == 0 && text.off == 0);
	for (size_t i = 0; i < text.len; i++)
		check(text.buf[i] == '\n' ||
		      (text.buf[i] >= ' ' && text.buf[i] != 0x7F));
}

/* What the text says, in bytes of a file or of a stream. */
static void
encode(struct riad_buf *to, bool file)
{
	struct riad_miditext_reader r;
	struct riad_miditext_time time;
	struct riad_smf_writer w;
	struct riad_smf_item item;
	const char *p = (const char *)text.buf, *end = p + text.len, *line;
	size_t len;

	riad_miditext_init(&r);
	riad_smf_writer_init(&w, to, true);
	while (next_line(&line, &len, &p, end)) {
		int got = riad_miditext_read(&r, line, len, &item, &time);
		check(got == 1);
		check(r.exact || !file);
		item.delta = (uint32_t)time.value;
		if (file)
			check(riad_smf_write(&w, &item) == 0);
		else
			check(riad_midi_write(to, &item.event, NULL) == 0);
		check(riad_miditext_read(&r, NULL, 0, &item, &time) == 0);
	}
	check(!file || riad_smf_writer_end(&w) == 0);
	riad_miditext_free(&r);
}

static void
there_and_back_file(const uint8_t *data, size_t size, writer *write)
{
	const struct riad_miditext_style style = {
	    .exact = true, .clock = RIAD_MIDI_TICKS};
	struct riad_smf_reader r;
	struct riad_smf_item item;
	struct riad_buf back;

	riad_out_init(&text, -1);
	riad_smf_init(&r, data, size);
	memset(&item, 0, sizeof(item));
	while (riad_smf_next(&r, &item) == 1)
		write(&text, &item, &style);
	check_printable();
	riad_buf_init(&back, 2 * MIDITEXT_LIMIT);
	encode(&back, true);
	check(back.len == size &&
	      (size == 0 || memcmp(back.data, data, size) == 0));
	riad_buf_free(&back);
}

static void
there_and_back_stream(const uint8_t *data, size_t size, writer *write)
{
	const struct riad_miditext_style style = {
	    .exact = true, .us = true, .clock = RIAD_MIDI_SECONDS};
	static struct riad_midi_stream s;
	struct riad_smf_item item = {.kind = RIAD_SMF_EVENT};
	struct riad_buf back;
	const uint8_t *p = data;
	size_t left = size;

	riad_out_init(&text, -1);
	riad_midi_stream_init(&s, true);
	while (riad_midi_stream_next(&s, &item.event, &p, &left) == 1)
		write(&text, &item, &style);
	while (riad_midi_stream_end(&s, &item.event) == 1)
		write(&text, &item, &style);
	check_printable();
	riad_buf_init(&back, 2 * MIDITEXT_LIMIT);
	encode(&back, false);
	check(back.len == size &&
	      (size == 0 || memcmp(back.data, data, size) == 0));
	riad_buf_free(&back);
}

static bool
same_bytes(const uint8_t *a, size_t na, const uint8_t *b, size_t nb)
{
	return na == nb && (na == 0 || memcmp(a, b, na) == 0);
}

/* Of time and track, events speak. */
static void
check_same(const struct riad_smf_item *a, const struct riad_smf_item *b)
{
	check(a->kind == b->kind && a->event.kind == b->event.kind &&
	      a->event.status == b->event.status &&
	      memcmp(a->event.data, b->event.data, 2) == 0 &&
	      a->event.meta == b->event.meta &&
	      a->event.first == b->event.first &&
	      a->event.last == b->event.last &&
	      (a->kind != RIAD_SMF_EVENT || a->track == b->track) &&
	      same_bytes(
		  a->event.bytes, a->event.len, b->event.bytes, b->event.len) &&
	      a->format == b->format && a->ntracks == b->ntracks &&
	      a->division == b->division &&
	      same_bytes(a->extra, a->extra_len, b->extra, b->extra_len) &&
	      memcmp(a->type, b->type, 4) == 0);
}

/* One item to a line in a form of ours, and read again. */
static void
again(const struct riad_miditext_time *time, struct riad_smf_item *item,
    bool has_track, writer *write)
{
	struct riad_miditext_style style = {
	    .clock =
		time->clock == RIAD_MIDI_BARS ? RIAD_MIDI_NO_TIME : time->clock,
	    .us = time->clock == RIAD_MIDI_SECONDS,
	    .tracks = has_track,
	};
	struct riad_miditext_reader r;
	struct riad_miditext_time time2;
	struct riad_smf_item item2;

	item->event.time = time->value;
	if (time->clock == RIAD_MIDI_DELTA)
		item->delta = (uint32_t)time->value;
	riad_out_init(&text, -1);
	write(&text, item, &style);
	check_printable();
	if (text.len == 0)
		return;
	riad_miditext_init(&r);
	check(riad_miditext_read(&r, (const char *)text.buf, text.len - 1,
		  &item2, &time2) == 1);
	check_same(item, &item2);
	if (item->kind == RIAD_SMF_EVENT)
		check(time2.clock == style.clock &&
		      (style.clock == RIAD_MIDI_NO_TIME ||
			  time2.value == time->value));
	riad_miditext_free(&r);
}

/* A blank at its end keeps a line from the way that most take. */
static void
read_slowly(const char *line, size_t len, int got,
    const struct riad_smf_item *item, const struct riad_miditext_time *time)
{
	struct riad_miditext_reader r;
	struct riad_miditext_time time2;
	struct riad_smf_item item2;
	char slow[MIDITEXT_LIMIT + 1];

	if (len == 0 || len >= sizeof(slow))
		return;
	memcpy(slow, line, len);
	slow[len] = ' ';
	riad_miditext_init(&r);
	check(riad_miditext_read(&r, slow, len + 1, &item2, &time2) == got);
	if (got == 1) {
		check_same(item, &item2);
		check(time->clock == time2.clock && time->value == time2.value);
	}
	riad_miditext_free(&r);
}

static void
miditext_understand(const char *p, size_t size)
{
	struct riad_miditext_reader r;
	struct riad_miditext_time time;
	struct riad_smf_item item;
	const char *end = p + size, *line;
	size_t len;
	writer *write = size & 1 ? riad_midijson_write : riad_miditext_write;

	riad_miditext_init(&r);
	while (next_line(&line, &len, &p, end)) {
		int got = riad_miditext_read(&r, line, len, &item, &time);
		if (got == -1)
			check(r.column >= 1 && r.column <= len + 1 &&
			      r.why[0] != '\0');
		/* The channel of a line before holds for this one's too. */
		if (r.channel == 0)
			read_slowly(line, len, got, &item, &time);
		for (; got == 1;
		     got = riad_miditext_read(&r, NULL, 0, &item, &time)) {
			again(&time, &item, r.has_track, write);
		}
	}
	riad_miditext_free(&r);
}

static void
miditext_there_and_back(const uint8_t *data, size_t size, writer *write)
{
	if (size & 1 || riad_smf_recognise(data, size))
		there_and_back_file(data, size, write);
	else
		there_and_back_stream(data, size, write);
}

#endif
