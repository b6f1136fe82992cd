/* SPDX-License-Identifier: ISC */
/* smffile.h - files of a few words for tests, and their items as text */
#ifndef RIAD_SMFFILE_H
#define RIAD_SMFFILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/smf.h"
#include "riad/text.h"

/*
 * Bytes in hex, words in ', blanks between them as one likes.  H is a header
 * of format 1, a track and 96 ticks; [ and ] are around the contents of a
 * track, whose length that is; E is an end of track at a delta of 0.
 */
static inline size_t
smf_make(uint8_t *to, const char *from)
{
	static const uint8_t header[] = {
	    'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 1, 0, 1, 0, 96};
	static const uint8_t end[] = {0, 0xFF, 0x2F, 0};
	size_t n = 0, track = 0;

	while (*from != '\0') {
		char c = *from++;
		if (c == ' ')
			continue;
		if (c == '\'') {
			while (*from != '\'')
				to[n++] = (uint8_t)*from++;
			from++;
		} else if (c == 'H') {
			memcpy(to + n, header, sizeof(header));
			n += sizeof(header);
		} else if (c == '[') {
			memcpy(to + n, "MTrk\0\0\0", 8);
			n += 8;
			track = n;
		} else if (c == ']') {
			to[track - 2] = (uint8_t)((n - track) >> 8);
			to[track - 1] = (uint8_t)(n - track);
		} else if (c == 'E' &&
			   (*from == ' ' || *from == ']' || *from == '\0')) {
			memcpy(to + n, end, sizeof(end));
			n += sizeof(end);
		} else {
			to[n++] = (uint8_t)(riad_hex_digit((uint8_t)c) << 4 |
					    riad_hex_digit((uint8_t)*from));
			from++;
		}
	}
	return n;
}

/* A blank and more of what smf_make takes, of which there is room for max. */
static inline void
smf_also(char *file, size_t max, const char *more)
{
	size_t n = strlen(file);

	snprintf(file + n, max - n, " %s", more);
}

static inline void
smf_hex(struct riad_buf *text, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		riad_buf_addf(text, "%s%02X", i > 0 ? " " : "", p[i]);
}

/* An event, after its time: a message in hex, ~ before a running one; [...]
 * an exclusive, ( and ) where it isn't whole; mTT meta; F7 escapes. */
static inline void
smf_event(struct riad_buf *text, const struct riad_midi_event *e)
{
	switch (e->kind) {
	case RIAD_MIDI_MESSAGE:
		riad_buf_addf(text, "%s%02X", e->running ? "~" : "", e->status);
		for (int i = 0; i < riad_midi_len(e->status); i++)
			riad_buf_addf(text, " %02X", e->data[i]);
		return;
	case RIAD_MIDI_EXCLUSIVE:
		riad_buf_addstr(text, e->first ? "[" : "(");
		smf_hex(text, e->bytes, e->len);
		riad_buf_addstr(text, e->last ? "]" : ")");
		return;
	case RIAD_MIDI_META:
		riad_buf_addf(text, "m%02X%s", e->meta, e->len > 0 ? " " : "");
		smf_hex(text, e->bytes, e->len);
		return;
	case RIAD_MIDI_ESCAPE:
		riad_buf_addstr(text, "F7 ");
		smf_hex(text, e->bytes, e->len);
		return;
	case RIAD_MIDI_RAW:
		riad_buf_addstr(text, "!");
		smf_hex(text, e->bytes, e->len);
	}
}

/* All items but E: END is a dot. */
static inline void
smf_item(struct riad_buf *text, const struct riad_smf_item *item)
{
	const struct riad_midi_event *e = &item->event;

	riad_buf_addstr(text, text->len > 0 ? "; " : "");
	switch (item->kind) {
	case RIAD_SMF_RIFF:
		riad_buf_addf(text, "riff %zu", item->span_len);
		break;
	case RIAD_SMF_HEADER:
		riad_buf_addf(text, "head %u %u %u", item->format,
		    item->ntracks, item->division);
		if (item->lies)
			riad_buf_addf(text, " not %u", item->length);
		if (item->extra_len > 0) {
			riad_buf_addstr(text, " + ");
			smf_hex(text, item->extra, item->extra_len);
		}
		break;
	case RIAD_SMF_TRACK:
		riad_buf_addf(text, "track");
		if (item->lies)
			riad_buf_addf(text, " not %u", item->length);
		break;
	case RIAD_SMF_EVENT:
		riad_buf_addf(text, "%lld ", (long long)e->time);
		if (item->delta_len > 1 + (item->delta > 0x7F))
			riad_buf_addf(text, "/%u ", item->delta_len);
		smf_event(text, e);
		if (item->length_len > 1 + (e->len > 0x7F))
			riad_buf_addf(text, " /%u", item->length_len);
		break;
	case RIAD_SMF_END:
		riad_buf_addstr(text, ".");
		break;
	case RIAD_SMF_CHUNK:
		riad_buf_addf(text, "%.4s ", item->type);
		smf_hex(text, e->bytes, e->len);
		break;
	case RIAD_SMF_RAW:
		smf_event(text, e);
		break;
	}
	if (item->why != NULL)
		riad_buf_addf(text, " {%s}", item->why);
}

#endif
