/* SPDX-License-Identifier: ISC */
/* Events as JSON objects, read.  midijson.c writes them. */

#include "midijsonobject.h"

static int
read_time(const struct midi_object *o, struct riad_miditext_time *time)
{
	const struct midi_value *v;
	uint64_t x = 0, beat, tick;

	time->clock = RIAD_MIDI_NO_TIME;
	time->value = 0;
	if (midi_object_value(o, K_TICKS)->kind != NOTHING) {
		if (midi_object_need(o, K_TICKS, &x, 0, MIDI_TICKS_MAX) == -1)
			return -1;
		time->clock = RIAD_MIDI_TICKS;
	} else if (midi_object_value(o, K_DELTA)->kind != NOTHING) {
		if (midi_object_need(o, K_DELTA, &x, 0, MIDI_DELTA_MAX) == -1)
			return -1;
		time->clock = RIAD_MIDI_DELTA;
	} else if (midi_object_value(o, K_BAR)->kind != NOTHING) {
		if (midi_object_need(o, K_BAR, &x, 1, MIDI_TICKS_MAX) == -1 ||
		    midi_object_want(o, K_BEAT, &beat, 1, UINT32_MAX, 1) ==
			-1 ||
		    midi_object_want(o, K_TICK, &tick, 0, UINT32_MAX, 0) == -1)
			return -1;
		time->clock = RIAD_MIDI_BARS;
		time->beat.bar = (int64_t)x;
		time->beat.beat = (uint32_t)beat;
		time->beat.tick = (uint32_t)tick;
	} else if ((v = midi_object_value(o, K_TIME))->kind != NOTHING) {
		if (v->kind != NUMBER || v->number > MIDI_SECONDS_MAX)
			return midi_fail(o->s, v->at, "seconds expected");
		x = v->number * 1000000 + v->millionths;
		time->clock = RIAD_MIDI_SECONDS;
	}
	time->value = (int64_t)x;
	return 0;
}

static int
need_note(const struct midi_object *o, uint64_t *to)
{
	const struct midi_value *v = midi_object_value(o, K_NOTE);

	*to = 0;
	if (v->kind == STRING) {
		size_t max = (size_t)(v->end - v->at), len;
		int note = riad_midi_note(v->at, max, &len);
		if (note == -1 || len != max)
			return midi_fail(
			    o->s, v->at, "note expected, C-1 to G9");
		*to = (uint64_t)note;
		return 0;
	}
	return midi_object_need(o, K_NOTE, to, 0, 127);
}

static enum midi_key
arg_key(const struct midi_word *w, unsigned i)
{
	return midi_object_key(w->arg[i], strlen(w->arg[i]));
}

static int
read_message(const struct midi_object *o, const struct midi_word *w,
    uint8_t channel, struct riad_smf_item *item)
{
	struct riad_midi_event *event = &item->event;
	uint64_t max = w->shape == MIDI_WIDE    ? 16383
		       : w->shape == MIDI_PIECE ? 7
						: 127;
	uint64_t x = 0, y = 0;

	event->kind = RIAD_MIDI_MESSAGE;
	event->status = w->code < 0xF0 ? w->code | channel : w->code;
	if (w->shape == MIDI_CC14 || w->shape == MIDI_PARAMETER) {
		max = w->shape == MIDI_CC14 ? 31 : 16383;
		if (midi_object_need(o, arg_key(w, 0), &x, 0, max) == -1 ||
		    midi_object_need(o, arg_key(w, 1), &y, 0, 16383) == -1)
			return -1;
		midi_several(
		    o->s->r, item, w, channel, (unsigned)x, (unsigned)y);
		return 0;
	}
	if (w->shape == MIDI_NOTE) {
		if (need_note(o, &x) == -1)
			return -1;
	} else if (w->arg[0] != NULL &&
		   midi_object_need(o, arg_key(w, 0), &x, 0, max) == -1) {
		return -1;
	}
	if (w->arg[1] != NULL && midi_object_need(o, arg_key(w, 1), &y, 0,
				     w->shape == MIDI_PIECE ? 15 : 127) == -1)
		return -1;
	if (w->shape == MIDI_WIDE)
		y = x >> 7;
	else if (w->shape == MIDI_PIECE)
		x = x << 4 | y, y = 0;
	event->data[0] = x & 127;
	event->data[1] = (uint8_t)y;
	return 0;
}

static int
read_meta(const struct midi_object *o, const struct midi_word *w,
    struct riad_smf_item *item)
{
	struct midi_scan *s = o->s;
	uint64_t v[5], x, y;
	uint8_t b[3];

	item->event.meta = w->code;
	switch (w->shape) {
	case MIDI_TEMPO:
		if (midi_object_need(o, K_US, &x, 0, MIDI_TEMPO_MAX) == -1)
			return -1;
		b[0] = (uint8_t)(x >> 16);
		b[1] = (uint8_t)(x >> 8);
		b[2] = (uint8_t)x;
		return midi_bytes(s, s->end, b, 3);
	case MIDI_TIME_SIG:
		if (midi_object_need(o, K_NUM, v, 0, 255) == -1 ||
		    midi_object_need(o, K_DEN, v + 1, 1, 1 << 30) == -1 ||
		    midi_object_want(o, K_CLOCKS, v + 2, 0, 255, 24) == -1 ||
		    midi_object_want(o, K_N32, v + 3, 0, 255, 8) == -1)
			return -1;
		return midi_time_sig(
		    s, midi_object_value(o, K_DEN)->at, v[0], v[1], v[2], v[3]);
	case MIDI_KEY_SIG: {
		const struct midi_value *k = midi_object_value(o, K_KEY);
		if (k->kind != STRING ||
		    midi_key_find(b, k->at, (size_t)(k->end - k->at)) == -1)
			return midi_fail(s, k->kind == NOTHING ? s->end : k->at,
			    "\"key\" expected, as \"Bb major\"");
		return midi_bytes(s, s->end, b, 2);
	}
	case MIDI_TEXT:
		return midi_object_value(o, K_HEX)->kind != NOTHING
			   ? midi_object_hex(o, K_HEX)
			   : midi_object_text(o, K_TEXT);
	case MIDI_NUMBER:
		y = w->code == 0x20 ? 1 : 0;
		if (midi_object_need(o, K_VALUE, &x, y, 254 + y) == -1)
			return -1;
		b[0] = (uint8_t)(x - y);
		return midi_bytes(s, s->end, b, 1);
	case MIDI_NUMBER2:
		if (midi_object_need(o, K_VALUE, &x, 0, 65535) == -1)
			return -1;
		b[0] = (uint8_t)(x >> 8);
		b[1] = (uint8_t)x;
		return midi_bytes(s, s->end, b, 2);
	case MIDI_SMPTE:
		if (midi_object_need(o, K_HOURS, v, 0, 31) == -1 ||
		    midi_object_want(o, K_MINUTES, v + 1, 0, 255, 0) == -1 ||
		    midi_object_want(o, K_SECONDS, v + 2, 0, 255, 0) == -1 ||
		    midi_object_want(o, K_FRAMES, v + 3, 0, 255, 0) == -1 ||
		    midi_object_want(o, K_HUNDREDTHS, v + 4, 0, 255, 0) == -1 ||
		    midi_object_need(o, K_FPS, &x, 24, 30) == -1)
			return -1;
		return midi_smpte(s, midi_object_value(o, K_FPS)->at, v, x);
	case MIDI_META:
		if (midi_object_need(o, K_META, &x, 0, 255) == -1)
			return -1;
		item->event.meta = (uint8_t)x;
		return midi_object_hex(o, K_HEX);
	case MIDI_SEQUENCER:
		return midi_object_hex(o, K_HEX);
	case MIDI_END:
	default:
		return 0;
	}
}

static int
read_smf(const struct midi_object *o, struct riad_smf_item *item)
{
	struct riad_miditext_reader *r = o->s->r;
	uint64_t format, ntracks, x, y;

	if (midi_object_need(o, K_FORMAT, &format, 0, 65535) == -1 ||
	    midi_object_need(o, K_TRACKS, &ntracks, 0, 65535) == -1 ||
	    midi_object_hex(o, K_EXTRA) == -1)
		return -1;
	if (midi_object_value(o, K_FPS)->kind != NOTHING) {
		if (midi_object_need(o, K_FPS, &x, 1, 128) == -1 ||
		    midi_object_need(o, K_TICKS_PER_FRAME, &y, 0, 255) == -1)
			return -1;
		x = (256 - x) << 8 | y;
	} else if (midi_object_need(o, K_PPQ, &x, 0, 32767) == -1) {
		return -1;
	}
	item->kind = RIAD_SMF_HEADER;
	item->format = (uint16_t)format;
	item->ntracks = (uint16_t)ntracks;
	item->division = (uint16_t)x;
	item->extra = r->bytes.data;
	item->extra_len = r->bytes.len;
	item->length = 6 + (uint32_t)r->bytes.len;
	return 0;
}

static int
read_file(const struct midi_object *o, const struct midi_word *w,
    struct riad_smf_item *item)
{
	switch (w->shape) {
	case MIDI_SMF:
		return read_smf(o, item);
	case MIDI_TRACK:
	case MIDI_TRACK_END:
		item->kind =
		    w->shape == MIDI_TRACK ? RIAD_SMF_TRACK : RIAD_SMF_END;
		return 0;
	case MIDI_CHUNK:
		if (midi_object_value(o, K_CHUNK_HEX)->kind != NOTHING
			? midi_object_hex(o, K_CHUNK_HEX) == -1
			: midi_object_text(o, K_CHUNK) == -1)
			return -1;
		if (midi_chunk_type(o->s, o->s->end, item) == -1)
			return -1;
		break;
	default:
		break;
	}
	if (midi_object_hex(o, K_HEX) == -1)
		return -1;
	midi_contents(item, w, o->s->r);
	return 0;
}

static int
read_flags(const struct midi_object *o, const struct midi_word *w,
    struct riad_smf_item *item, const struct riad_miditext_time *time)
{
	struct riad_midi_event *event = &item->event;
	uint64_t x;

	o->s->r->exact |= midi_object_value(o, K_EXACT)->kind == TRUE;
	if (w->shape >= MIDI_SMF && w->shape <= MIDI_CHUNK &&
	    midi_object_value(o, K_LENGTH)->kind != NOTHING) {
		if (midi_object_need(o, K_LENGTH, &x, 0, UINT32_MAX) == -1)
			return -1;
		item->length = (uint32_t)x;
		item->lies = true;
	}
	if (item->kind != RIAD_SMF_EVENT)
		return 0;
	event->running = midi_object_value(o, K_RUNNING)->kind == TRUE &&
			 w->shape <= MIDI_WIDE &&
			 riad_midi_is_channel(event->status);
	if (midi_object_value(o, K_DELTA_LEN)->kind != NOTHING) {
		uint32_t v =
		    time->clock == RIAD_MIDI_DELTA ? (uint32_t)time->value : 0;
		if (midi_object_need(o, K_DELTA_LEN, &x, midi_vlq_len(v), 8) ==
		    -1)
			return -1;
		item->delta_len = (uint8_t)x;
	}
	if (midi_object_value(o, K_LENGTH_LEN)->kind != NOTHING) {
		uint32_t v = (uint32_t)(event->len + event->last);
		if (midi_object_need(o, K_LENGTH_LEN, &x, midi_vlq_len(v), 8) ==
		    -1)
			return -1;
		item->length_len = (uint8_t)x;
	}
	return 0;
}

static int
read_event(const struct midi_object *o, const struct midi_word *w,
    uint8_t channel, struct riad_smf_item *item)
{
	item->kind = RIAD_SMF_EVENT;
	if (w->shape <= MIDI_NONE || w->shape == MIDI_CC14 ||
	    w->shape == MIDI_PARAMETER)
		return read_message(o, w, channel, item);
	if (w->shape == MIDI_SYSEX || w->shape == MIDI_BYTES) {
		if (midi_object_hex(o, K_HEX) == -1)
			return -1;
		midi_event_bytes(item,
		    w->shape == MIDI_SYSEX ? RIAD_MIDI_EXCLUSIVE
					   : RIAD_MIDI_ESCAPE,
		    o->s->r);
		item->event.first = w->code & 1;
		item->event.last = w->code & 2;
		return 0;
	}
	if (read_meta(o, w, item) == -1)
		return -1;
	midi_event_bytes(item, RIAD_MIDI_META, o->s->r);
	return 0;
}

/* Takes a word, if it is next; or a key, with what is before and after it. */
#define SKIP(word) skip(&p, end, word, sizeof(word) - 1)
#define KEY(before, word)                                                      \
	key(&p, end, before, "\"" word "\":", sizeof(word) + 2)

static inline bool
skip(const char **p, const char *end, const char *word, size_t n)
{
	if ((size_t)(end - *p) < n || memcmp(*p, word, n) != 0)
		return false;
	*p += n;
	return true;
}

static inline bool
key(const char **p, const char *end, char before, const char *word, size_t n)
{
	const char *q = *p;

	if (q == end || *q++ != before)
		return false;
	q += q < end && *q == ' ';
	if (!skip(&q, end, word, n))
		return false;
	*p = q + (q < end && *q == ' ');
	return true;
}

/* So many digits at most, which make a number; or -1.  Something else has to
 * come after them before the end does. */
static inline int64_t
digits(const char **p, unsigned most)
{
	const char *q = *p;
	uint64_t v = 0;
	unsigned d;

	for (; (d = (unsigned)(uint8_t)*q - '0') <= 9; q++)
		v = v * 10 + d;
	size_t n = (size_t)(q - *p);
	if (n == 0 || n > most)
		return -1;
	*p = q;
	return (int64_t)v;
}

bool
midi_json_fast(const char *p, const char *end, struct riad_smf_item *item,
    struct riad_miditext_time *time)
{
	struct riad_midi_event *event = &item->event;
	int64_t a, b = 0;

	if (p == end || end[-1] != '}')
		return false;
	bool delta = !KEY('{', "ticks");
	if (delta && !KEY('{', "delta"))
		return false;
	int64_t ticks = digits(&p, 10);
	if (ticks < 0 || (delta && ticks > MIDI_DELTA_MAX) ||
	    !KEY(',', "channel"))
		return false;
	int64_t channel = digits(&p, 2);
	if (channel < 1 || channel > 16 || !KEY(',', "type"))
		return false;

	uint8_t status;
	if (SKIP("\"on\""))
		status = RIAD_MIDI_ON;
	else if (SKIP("\"off\""))
		status = RIAD_MIDI_OFF;
	else if (SKIP("\"cc\""))
		status = RIAD_MIDI_CONTROL;
	else if (SKIP("\"pb\""))
		status = RIAD_MIDI_BEND;
	else
		return false;
	if (status == RIAD_MIDI_BEND) {
		a = KEY(',', "value") ? digits(&p, 5) : -1;
		b = a >> 7;
		a = a < 0 ? a : a & 127;
	} else if (status == RIAD_MIDI_CONTROL) {
		a = KEY(',', "controller") ? digits(&p, 3) : -1;
		b = KEY(',', "value") ? digits(&p, 3) : -1;
	} else {
		a = KEY(',', "note") ? digits(&p, 3) : -1;
		b = KEY(',', "velocity") ? digits(&p, 3) : -1;
	}
	bool running = KEY(',', "running");
	if (a < 0 || a > 127 || b < 0 || b > 127 ||
	    (running && !SKIP("true")) || end - p != 1)
		return false;
	item->kind = RIAD_SMF_EVENT;
	event->kind = RIAD_MIDI_MESSAGE;
	event->status = (uint8_t)(status | (channel - 1));
	event->data[0] = (uint8_t)a;
	event->data[1] = (uint8_t)b;
	event->running = running;
	time->clock = delta ? RIAD_MIDI_DELTA : RIAD_MIDI_TICKS;
	time->value = ticks;
	return true;
}

int
midi_json_read(struct midi_scan *s, struct riad_smf_item *item,
    struct riad_miditext_time *time)
{
	struct midi_object o;
	uint64_t x;

	if (midi_object_take(&o, s) == -1)
		return -1;

	const struct midi_value *type = midi_object_value(&o, K_TYPE);
	const struct midi_word *w = NULL;
	if (type->kind == STRING)
		w = midi_word_find(type->at, (size_t)(type->end - type->at));
	if (w == NULL || w->shape == MIDI_CHANNEL)
		return midi_fail(s, type->kind == NOTHING ? s->end : type->at,
		    "\"type\" expected, as \"on\", \"off\", \"cc\", \"syx\"");
	if (read_time(&o, time) == -1 || midi_object_want(&o, K_CHANNEL, &x, 1,
					     16, s->r->channel + 1u) == -1)
		return -1;
	uint8_t channel = (uint8_t)(x - 1);
	if (midi_object_want(&o, K_TRACK, &x, 1, 65536, 0) == -1)
		return -1;
	s->r->has_track = x > 0;
	item->track = x > 0 ? (uint32_t)(x - 1) : 0;
	if (w->shape < MIDI_SMF ? read_event(&o, w, channel, item) == -1
				: read_file(&o, w, item) == -1)
		return -1;
	if (read_flags(&o, w, item, time) == -1)
		return -1;
	return 1;
}
