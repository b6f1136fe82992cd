/* SPDX-License-Identifier: ISC */
/* The text form, written.  miditextread.c reads it. */

#include "riad/miditext.h"

#include "midiwords.h"
#include "riad/text.h"

/* What stands before an argument, with the longest message after it: a time of
 * up to 3 numbers, track, channel, two words and three numbers. */
enum { LINE = 192 };

static uint8_t *
put_time(uint8_t *p, const struct riad_smf_item *item,
    const struct riad_miditext_style *style)
{
	int64_t time = item->event.time;

	switch (midi_clock_of(item, style)) {
	case RIAD_MIDI_TICKS:
		p = midi_put(p, time < 0 ? 0 : (uint64_t)time);
		break;
	case RIAD_MIDI_DELTA:
		*p++ = '+';
		p = midi_put(p, item->delta);
		break;
	case RIAD_MIDI_BARS: {
		struct riad_smf_beat b = riad_smf_map_beat(style->map, time);
		p = midi_put(p, b.bar < 0 ? 0 : (uint64_t)b.bar);
		*p++ = ':';
		p = midi_put(p, b.beat);
		*p++ = ':';
		p = midi_put(p, b.tick);
		break;
	}
	case RIAD_MIDI_SECONDS:
		if (!style->us)
			time = riad_smf_map_us(style->map, time);
		p = midi_put_seconds(p, time);
		break;
	case RIAD_MIDI_NO_TIME:
	default:
		return p;
	}
	*p++ = ' ';
	return p;
}

static uint8_t *
put_front(uint8_t *p, const struct riad_smf_item *item,
    const struct riad_miditext_style *style)
{
	p = put_time(p, item, style);
	if (style->tracks) {
		p = midi_puts(p, "tr ");
		p = midi_put(p, (uint64_t)item->track + 1);
		*p++ = ' ';
	}
	return p;
}

static uint8_t *
put_message(
    uint8_t *p, const struct midi_word *w, const struct riad_midi_event *event)
{
	const uint8_t *data = event->data;

	p = midi_puts(p, w->name);
	if (w->shape != MIDI_NONE)
		*p++ = ' ';
	switch (w->shape) {
	case MIDI_ONE:
		return midi_put7(p, data[0]);
	case MIDI_WIDE:
		return midi_put(p, riad_midi_14(data));
	case MIDI_PIECE:
		p = midi_put7(p, data[0] >> 4);
		*p++ = ' ';
		return midi_put7(p, data[0] & 15u);
	default:
		return p;
	}
}

/* The same of a channel's, which nearly all are. */
static uint8_t *
put_channel(uint8_t *p, const struct riad_midi_event *event)
{
	const struct midi_name *front = &midi_statuses[event->status - 0x80];
	const uint8_t *data = event->data;

	memcpy(p, front->s, sizeof(front->s));
	p += front->len;
	switch (event->status & 0xF0) {
	case RIAD_MIDI_OFF:
	case RIAD_MIDI_ON:
	case RIAD_MIDI_PRESSURE:
		p = midi_put_note(p, data[0]);
		break;
	case RIAD_MIDI_CONTROL:
		p = midi_put7(p, data[0]);
		break;
	case RIAD_MIDI_BEND:
		return midi_put(p, riad_midi_14(data));
	default:
		return midi_put7(p, data[0]);
	}
	*p++ = ' ';
	return midi_put7(p, data[1]);
}

/* What the exact form has after the arguments of an event. */
static uint8_t *
put_flags(uint8_t *p, const struct riad_smf_item *item)
{
	const struct riad_midi_event *event = &item->event;

	if (event->running)
		p = midi_puts(p, " running");
	if (item->span == NULL)
		return p;
	if (item->delta_len > midi_vlq_len(item->delta)) {
		p = midi_puts(p, " delta/");
		p = midi_put7(p, item->delta_len);
	}
	size_t n =
	    event->len + (event->kind == RIAD_MIDI_EXCLUSIVE && event->last);
	if (item->length_len > 0 &&
	    item->length_len > midi_vlq_len((uint32_t)n)) {
		p = midi_puts(p, " len/");
		p = midi_put7(p, item->length_len);
	}
	return p;
}

/* Data in quotes: what a terminal only shows, as it is. */
static void
out_quoted(struct riad_out *out, const uint8_t *data, size_t len)
{
	static const char hex[] = "0123456789abcdef";

	riad_out_char(out, '"');
	for (size_t i = 0; i < len;) {
		uint8_t c = data[i];
		size_t n = riad_plain_len(data + i, len - i);
		if (n > 0 && c != '"' && c != '\\') {
			riad_out_add(out, data + i, n);
			i += n;
			continue;
		}
		uint8_t *p = riad_out_room(out, 4);
		p[0] = '\\';
		if (c == '"' || c == '\\' || c == '\n' || c == '\t') {
			p[1] = c == '\n' ? 'n' : c == '\t' ? 't' : c;
			out->len += 2;
		} else {
			p[1] = 'x';
			p[2] = (uint8_t)hex[c >> 4];
			p[3] = (uint8_t)hex[c & 15];
			out->len += 4;
		}
		i++;
	}
	riad_out_char(out, '"');
}

static uint32_t
tempo_of(const uint8_t bytes[3])
{
	return (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
}

/* A meta event whose word says what its bytes are. */
static void
out_meta(struct riad_out *out, const struct midi_word *w,
    const struct riad_midi_event *event)
{
	static const uint8_t fps[4] = {24, 25, 29, 30};
	const uint8_t *b = event->bytes;
	uint8_t *p = riad_out_room(out, LINE);
	uint8_t *q = midi_puts(p, w->name);
	size_t hex = 0;

	*q++ = ' ';
	switch (w->shape) {
	case MIDI_TEMPO:
		q = midi_put(q, tempo_of(b));
		break;
	case MIDI_TIME_SIG:
		q = midi_put(q, b[0]);
		*q++ = '/';
		q = midi_put(q, (uint64_t)1 << b[1]);
		*q++ = ' ';
		q = midi_put(q, b[2]);
		*q++ = ' ';
		q = midi_put(q, b[3]);
		break;
	case MIDI_KEY_SIG:
		*q++ = '"';
		q = midi_puts(q, midi_key_name(b));
		*q++ = '"';
		break;
	case MIDI_TEXT:
		out->len += (size_t)(q - p);
		out_quoted(out, b, event->len);
		return;
	case MIDI_NUMBER:
		/* A prefix is a channel, and counts as these do. */
		q = midi_put(q, b[0] + (w->code == 0x20 ? 1u : 0u));
		break;
	case MIDI_NUMBER2:
		q = midi_put(q, (uint64_t)b[0] << 8 | b[1]);
		break;
	case MIDI_SMPTE:
		q = midi_put(q, b[0] & 31u);
		for (unsigned i = 1; i < 5; i++) {
			*q++ = i < 4 ? ':' : '.';
			q = midi_put(q, b[i]);
		}
		*q++ = ' ';
		q = midi_put(q, fps[b[0] >> 5]);
		break;
	case MIDI_META:
		q = midi_put(q, event->meta);
		hex = event->len;
		break;
	case MIDI_SEQUENCER:
		q--;
		hex = event->len;
		break;
	case MIDI_END:
	default:
		q--;
		break;
	}
	out->len += (size_t)(q - p);
	midi_out_hex(out, b, hex, true);
}

static void
out_length(struct riad_out *out, uint32_t length)
{
	uint8_t *p = riad_out_room(out, LINE);
	uint8_t *q = midi_puts(p, " length ");

	out->len += (size_t)(midi_put(q, length) - p);
}

/* Where a file begins, the exact form says that it is that. */
static void
out_file(struct riad_out *out, const struct midi_word *w,
    const struct riad_smf_item *item, const struct riad_miditext_style *style)
{
	uint8_t *p = riad_out_room(out, LINE);
	uint8_t *q = midi_puts(p, w->name);

	switch (w->shape) {
	case MIDI_SMF:
		*q++ = ' ';
		q = midi_put(q, item->format);
		*q++ = ' ';
		q = midi_put(q, item->ntracks);
		if (riad_smf_is_smpte(item->division)) {
			q = midi_puts(q, " smpte ");
			q = midi_put(q, riad_smf_fps(item->division));
			*q++ = ' ';
			q = midi_put(q, riad_smf_ticks(item->division));
		} else {
			q = midi_puts(q, " ppq ");
			q = midi_put(q, item->division);
		}
		if (item->extra_len > 0)
			q = midi_puts(q, " extra");
		out->len += (size_t)(q - p);
		midi_out_hex(out, item->extra, item->extra_len, true);
		break;
	case MIDI_CHUNK:
		*q++ = ' ';
		out->len += (size_t)(q - p);
		out_quoted(out, (const uint8_t *)item->type, 4);
		midi_out_hex(out, item->event.bytes, item->event.len, true);
		break;
	case MIDI_TRACK:
	case MIDI_TRACK_END:
		out->len += (size_t)(q - p);
		break;
	case MIDI_RIFF:
	default:
		out->len += (size_t)(q - p);
		midi_out_hex(out, item->span, item->span_len, true);
		return;
	}
	if (style->exact && w->shape != MIDI_TRACK_END && item->lies)
		out_length(out, item->length);
}

static void
out_why(struct riad_out *out, const struct riad_smf_item *item)
{
	if (item->why != NULL) {
		riad_out_str(out, " # ");
		riad_out_str(out, item->why);
	}
}

/* Whether a line of item is the first one of a file in the exact form. */
static bool
begins_exact(
    const struct riad_smf_item *item, const struct riad_miditext_style *style)
{
	return style->exact && item->span != NULL && item->off == 0 &&
	       item->span_len > 0;
}

/* As many lines as it takes. */
static void
out_raw(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style)
{
	uint8_t small[4];
	size_t len;
	const uint8_t *data = midi_raw_of(item, small, &len);
	bool first = true;

	do {
		size_t n = len < RIAD_MIDITEXT_RAW ? len : RIAD_MIDITEXT_RAW;
		if (item->span == NULL) {
			uint8_t *p = riad_out_room(out, LINE);
			out->len += (size_t)(put_front(p, item, style) - p);
		}
		riad_out_add(out, "raw", 3);
		midi_out_hex(out, data, n, true);
		if (first && begins_exact(item, style))
			riad_out_str(out, " exact");
		if (first) {
			out_why(out, item);
			if (midi_has_comment(item, style))
				midi_comment(out, item, style);
		}
		riad_out_char(out, '\n');
		if (n > 0)
			data += n;
		len -= n;
		first = false;
	} while (len > 0);
}

/* An event that isn't a message of a channel. */
static void
out_event(struct riad_out *out, const struct midi_word *w,
    const struct riad_smf_item *item, const struct riad_miditext_style *style)
{
	const struct riad_midi_event *event = &item->event;
	uint8_t *p = riad_out_room(out, LINE);
	uint8_t *q = put_front(p, item, style);

	if (w->shape <= MIDI_NONE) {
		q = riad_midi_is_channel(event->status)
			? put_channel(q, event)
			: put_message(q, w, event);
		out->len += (size_t)(q - p);
	} else if (w->shape <= MIDI_BYTES) {
		q = midi_puts(q, w->name);
		out->len += (size_t)(q - p);
		midi_out_hex(out, event->bytes, event->len, true);
	} else {
		out->len += (size_t)(q - p);
		out_meta(out, w, event);
	}
	if (style->exact) {
		p = riad_out_room(out, LINE);
		out->len += (size_t)(put_flags(p, item) - p);
	}
}

/* The way of nearly all events, in one piece. */
static bool
out_channel(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style)
{
	const struct riad_midi_event *event = &item->event;

	if (item->kind != RIAD_SMF_EVENT || event->kind != RIAD_MIDI_MESSAGE ||
	    !riad_midi_is_channel(event->status) || item->why != NULL ||
	    (event->data[0] | event->data[1]) > 127)
		return false;

	uint8_t *p = riad_out_room(out, LINE);
	uint8_t *q = put_front(p, item, style);
	q = put_channel(q, event);
	if (style->exact)
		q = put_flags(q, item);
	if (midi_has_comment(item, style)) {
		out->len += (size_t)(q - p);
		midi_comment(out, item, style);
		riad_out_char(out, '\n');
		return true;
	}
	*q++ = '\n';
	out->len += (size_t)(q - p);
	return true;
}

void
riad_miditext_write(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style)
{
	if (style->exact && !midi_spells(item)) {
		out_raw(out, item, style);
		return;
	}
	if (out_channel(out, item, style))
		return;

	const struct midi_word *w = midi_word_of(item);
	if (!style->exact &&
	    (w->shape == MIDI_RIFF || w->shape == MIDI_TRACK_END))
		return;
	if (w->shape == MIDI_RAW) {
		out_raw(out, item, style);
		return;
	}
	if (w->shape >= MIDI_SMF)
		out_file(out, w, item, style);
	else
		out_event(out, w, item, style);
	if (begins_exact(item, style))
		riad_out_str(out, " exact");
	out_why(out, item);
	if (midi_has_comment(item, style))
		midi_comment(out, item, style);
	riad_out_char(out, '\n');
}
