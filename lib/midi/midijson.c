/* SPDX-License-Identifier: ISC */
/* Events as JSON objects, a line each.  midijsonread.c reads them. */

#include "midiwords.h"
#include "riad/text.h"

/* Of a field that is a number, or a word of the table, with its key. */
enum { FIELD = 64 };

static uint8_t *
put_key(uint8_t *p, const char *key)
{
	*p++ = ',';
	*p++ = '"';
	p = midi_puts(p, key);
	*p++ = '"';
	*p++ = ':';
	return p;
}

static uint8_t *
put_field(uint8_t *p, const char *key, uint64_t value)
{
	return midi_put(put_key(p, key), value);
}

static void
out_field(struct riad_out *out, const char *key, uint64_t value)
{
	uint8_t *p = riad_out_room(out, FIELD);

	out->len += (size_t)(put_field(p, key, value) - p);
}

/* A string that the caller knows to need no escapes. */
static void
out_str(struct riad_out *out, const char *key, const char *s)
{
	uint8_t *p = riad_out_room(out, FIELD);
	uint8_t *q = put_key(p, key);

	*q++ = '"';
	out->len += (size_t)(q - p);
	riad_out_str(out, s);
	riad_out_char(out, '"');
}

static void
out_hex(struct riad_out *out, const char *key, const uint8_t *data, size_t len)
{
	uint8_t *p = riad_out_room(out, FIELD);
	uint8_t *q = put_key(p, key);

	*q++ = '"';
	out->len += (size_t)(q - p);
	midi_out_hex(out, data, len, false);
	riad_out_char(out, '"');
}

/* What a terminal may do something with, by its number; of more than three
 * bytes there is nothing of the kind. */
static void
out_number(struct riad_out *out, const uint8_t *c, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	unsigned v =
	    n == 1   ? c[0]
	    : n == 2 ? (c[0] & 31u) << 6 | (c[1] & 63u)
		     : (c[0] & 15u) << 12 | (c[1] & 63u) << 6 | (c[2] & 63u);
	uint8_t *p = riad_out_room(out, 6);

	p[0] = '\\';
	p[1] = 'u';
	for (unsigned i = 0; i < 4; i++)
		p[2 + i] = (uint8_t)hex[v >> (12 - 4 * i) & 15];
	out->len += 6;
}

/* Valid UTF-8. */
static void
out_utf8(struct riad_out *out, const char *key, const uint8_t *data, size_t len)
{
	uint8_t *p = riad_out_room(out, FIELD);
	uint8_t *q = put_key(p, key);

	*q++ = '"';
	out->len += (size_t)(q - p);
	for (size_t i = 0; i < len;) {
		size_t n = riad_plain_len(data + i, len - i);
		uint8_t c = data[i];
		if (n == 0) {
			n = riad_utf8_len(data + i, len - i);
			out_number(out, data + i, n);
		} else {
			if (c == '"' || c == '\\')
				riad_out_char(out, '\\');
			riad_out_add(out, data + i, n);
		}
		i += n;
	}
	riad_out_char(out, '"');
}

/* Every time begins the object, so there is no comma before it. */
static uint8_t *
put_time(uint8_t *p, const struct riad_smf_item *item,
    const struct riad_miditext_style *style)
{
	int64_t time = item->event.time;

	switch (midi_clock_of(item, style)) {
	case RIAD_MIDI_TICKS:
		return put_field(p, "ticks", time < 0 ? 0 : (uint64_t)time);
	case RIAD_MIDI_DELTA:
		return put_field(p, "delta", item->delta);
	case RIAD_MIDI_BARS: {
		struct riad_smf_beat b = riad_smf_map_beat(style->map, time);
		p = put_field(p, "bar", b.bar < 0 ? 0 : (uint64_t)b.bar);
		p = put_field(p, "beat", b.beat);
		return put_field(p, "tick", b.tick);
	}
	case RIAD_MIDI_SECONDS:
		if (!style->us)
			time = riad_smf_map_us(style->map, time);
		return midi_put_seconds(put_key(p, "time"), time);
	case RIAD_MIDI_NO_TIME:
	default:
		return p;
	}
}

/* The object's beginning: time, track, channel and word. */
static void
out_begin(struct riad_out *out, const struct midi_word *w,
    const struct riad_smf_item *item, const struct riad_miditext_style *style)
{
	uint8_t *p = riad_out_room(out, 4 * FIELD);
	uint8_t *q = p;
	const struct riad_midi_event *event = &item->event;

	if (item->kind == RIAD_SMF_EVENT) {
		if (w->shape != MIDI_RAW || item->span == NULL)
			q = put_time(q, item, style);
		if (style->tracks)
			q = put_field(q, "track", (uint64_t)item->track + 1);
		if (w->shape <= MIDI_NONE &&
		    riad_midi_is_channel(event->status))
			q = put_field(q, "channel", (event->status & 15u) + 1);
	}
	q = midi_puts(put_key(q, "type"), "\"");
	memcpy(q, w->name, sizeof(w->name));
	q += w->len;
	*q++ = '"';
	*p = '{';
	out->len += (size_t)(q - p);
}

static void
out_message(struct riad_out *out, const struct midi_word *w,
    const struct riad_midi_event *event)
{
	uint8_t *p = riad_out_room(out, 2 * FIELD);
	uint8_t *q = p;
	const uint8_t *data = event->data;

	switch (w->shape) {
	case MIDI_NOTE:
	case MIDI_CONTROL:
		q = put_field(q, w->arg[0], data[0]);
		q = put_field(q, w->arg[1], data[1]);
		break;
	case MIDI_ONE:
		q = put_field(q, w->arg[0], data[0]);
		break;
	case MIDI_WIDE:
		q = put_field(q, w->arg[0], riad_midi_14(data));
		break;
	case MIDI_PIECE:
		q = put_field(q, w->arg[0], data[0] >> 4);
		q = put_field(q, w->arg[1], data[0] & 15u);
		break;
	default:
		break;
	}
	out->len += (size_t)(q - p);
}

static void
out_meta(struct riad_out *out, const struct midi_word *w,
    const struct riad_midi_event *event)
{
	static const uint8_t fps[4] = {24, 25, 29, 30};
	const uint8_t *b = event->bytes;

	switch (w->shape) {
	case MIDI_TEMPO:
		out_field(out, w->arg[0],
		    (uint64_t)b[0] << 16 | (uint64_t)b[1] << 8 | b[2]);
		break;
	case MIDI_TIME_SIG:
		out_field(out, "num", b[0]);
		out_field(out, "den", (uint64_t)1 << b[1]);
		out_field(out, w->arg[0], b[2]);
		out_field(out, w->arg[1], b[3]);
		break;
	case MIDI_KEY_SIG:
		out_str(out, "key", midi_key_name(b));
		break;
	case MIDI_TEXT:
		if (riad_utf8_valid(b, event->len))
			out_utf8(out, "text", b, event->len);
		else
			out_hex(out, "hex", b, event->len);
		break;
	case MIDI_NUMBER:
		out_field(out, w->arg[0], b[0] + (w->code == 0x20 ? 1u : 0u));
		break;
	case MIDI_NUMBER2:
		out_field(out, w->arg[0], (uint64_t)b[0] << 8 | b[1]);
		break;
	case MIDI_SMPTE:
		out_field(out, "hours", b[0] & 31u);
		out_field(out, "minutes", b[1]);
		out_field(out, "seconds", b[2]);
		out_field(out, "frames", b[3]);
		out_field(out, "hundredths", b[4]);
		out_field(out, w->arg[0], fps[b[0] >> 5]);
		break;
	case MIDI_META:
		out_field(out, w->arg[0], event->meta);
		out_hex(out, "hex", b, event->len);
		break;
	case MIDI_SEQUENCER:
		out_hex(out, "hex", b, event->len);
		break;
	case MIDI_END:
	default:
		break;
	}
}

static void
out_file(struct riad_out *out, const struct midi_word *w,
    const struct riad_smf_item *item, const struct riad_miditext_style *style)
{
	switch (w->shape) {
	case MIDI_SMF:
		out_field(out, w->arg[0], item->format);
		out_field(out, w->arg[1], item->ntracks);
		if (riad_smf_is_smpte(item->division)) {
			out_field(out, "fps", riad_smf_fps(item->division));
			out_field(out, "ticks_per_frame",
			    riad_smf_ticks(item->division));
		} else {
			out_field(out, "ppq", item->division);
		}
		if (item->extra_len > 0)
			out_hex(out, "extra", item->extra, item->extra_len);
		break;
	case MIDI_CHUNK:
		if (riad_utf8_valid((const uint8_t *)item->type, 4))
			out_utf8(out, "chunk", (const uint8_t *)item->type, 4);
		else
			out_hex(
			    out, "chunk_hex", (const uint8_t *)item->type, 4);
		out_hex(out, "hex", item->event.bytes, item->event.len);
		break;
	case MIDI_TRACK:
	case MIDI_TRACK_END:
		break;
	case MIDI_RIFF:
	default:
		out_hex(out, "hex", item->span, item->span_len);
		return;
	}
	if (style->exact && w->shape != MIDI_TRACK_END && item->lies)
		out_field(out, "length", item->length);
}

static void
out_flags(struct riad_out *out, const struct riad_smf_item *item)
{
	const struct riad_midi_event *event = &item->event;

	if (event->running)
		riad_out_str(out, ",\"running\":true");
	if (item->span == NULL)
		return;
	if (item->delta_len > midi_vlq_len(item->delta))
		out_field(out, "delta_len", item->delta_len);
	size_t n =
	    event->len + (event->kind == RIAD_MIDI_EXCLUSIVE && event->last);
	if (item->length_len > 0 &&
	    item->length_len > midi_vlq_len((uint32_t)n))
		out_field(out, "length_len", item->length_len);
}

static void
out_end(struct riad_out *out, const struct riad_smf_item *item, bool exact)
{
	if (exact)
		riad_out_str(out, ",\"exact\":true");
	if (item->why != NULL)
		out_utf8(
		    out, "why", (const uint8_t *)item->why, strlen(item->why));
	/* In one piece and in the buffer, where who adds a field finds it. */
	memcpy(riad_out_room(out, 2), "}\n", 2);
	out->len += 2;
}

static void
out_raw(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style, bool exact)
{
	const struct midi_word *w = midi_word_find("raw", 3);
	uint8_t small[4];
	size_t len;
	const uint8_t *data = midi_raw_of(item, small, &len);
	struct riad_smf_item more = *item;
	bool first = true;

	do {
		size_t n = len < RIAD_MIDITEXT_RAW ? len : RIAD_MIDITEXT_RAW;
		out_begin(out, w, item, style);
		out_hex(out, "hex", data, n);
		if (first && midi_has_comment(item, style))
			midi_comment_json(out, item, style);
		first = false;
		out_end(out, &more, exact);
		more.why = NULL;
		exact = false;
		if (n > 0)
			data += n;
		len -= n;
	} while (len > 0);
}

void
riad_midijson_write(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style)
{
	const struct midi_word *w = midi_word_of(item);
	bool exact = style->exact && item->span != NULL && item->off == 0 &&
		     item->span_len > 0;

	if (!style->exact &&
	    (w->shape == MIDI_RIFF || w->shape == MIDI_TRACK_END))
		return;
	if (w->shape == MIDI_RAW || (style->exact && !midi_spells(item))) {
		out_raw(out, item, style, exact);
		return;
	}
	out_begin(out, w, item, style);
	if (w->shape <= MIDI_NONE)
		out_message(out, w, &item->event);
	else if (w->shape <= MIDI_BYTES)
		out_hex(out, "hex", item->event.bytes, item->event.len);
	else if (w->shape >= MIDI_SMF)
		out_file(out, w, item, style);
	else
		out_meta(out, w, &item->event);
	if (style->exact && item->kind == RIAD_SMF_EVENT)
		out_flags(out, item);
	if (midi_has_comment(item, style))
		midi_comment_json(out, item, style);
	out_end(out, item, exact);
}
