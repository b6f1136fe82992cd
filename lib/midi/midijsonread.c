/* SPDX-License-Identifier: ISC */
/*
 * Events as JSON objects, read.  midijson.c writes them.
 *
 * An object is flat: strings, numbers without a sign or an exponent, true,
 * false and null.  Keys that are not known are passed over, so that what others
 * add to an object does no harm.
 */

#include <errno.h>

#include "midiread.h"
#include "riad/text.h"

enum key {
	K_OTHER, /* that isn't known */
	K_TYPE,
	K_TICKS,
	K_DELTA,
	K_BAR,
	K_BEAT,
	K_TICK,
	K_TIME,
	K_TRACK,
	K_CHANNEL,
	K_NOTE,
	K_VELOCITY,
	K_PRESSURE,
	K_CONTROLLER,
	K_PARAMETER,
	K_PROGRAM,
	K_VALUE,
	K_PIECE,
	K_POSITION,
	K_SONG,
	K_HEX,
	K_TEXT,
	K_US,
	K_NUM,
	K_DEN,
	K_CLOCKS,
	K_N32,
	K_KEY,
	K_HOURS,
	K_MINUTES,
	K_SECONDS,
	K_FRAMES,
	K_HUNDREDTHS,
	K_FPS,
	K_META,
	K_FORMAT,
	K_TRACKS,
	K_PPQ,
	K_TICKS_PER_FRAME,
	K_EXTRA,
	K_CHUNK,
	K_CHUNK_HEX,
	K_LENGTH,
	K_RUNNING,
	K_DELTA_LEN,
	K_LENGTH_LEN,
	K_EXACT,
	NKEYS
};

static const char keys[NKEYS][16] = {
    [K_TYPE] = "type",
    [K_TICKS] = "ticks",
    [K_DELTA] = "delta",
    [K_BAR] = "bar",
    [K_BEAT] = "beat",
    [K_TICK] = "tick",
    [K_TIME] = "time",
    [K_TRACK] = "track",
    [K_CHANNEL] = "channel",
    [K_NOTE] = "note",
    [K_VELOCITY] = "velocity",
    [K_PRESSURE] = "pressure",
    [K_CONTROLLER] = "controller",
    [K_PARAMETER] = "parameter",
    [K_PROGRAM] = "program",
    [K_VALUE] = "value",
    [K_PIECE] = "piece",
    [K_POSITION] = "position",
    [K_SONG] = "song",
    [K_HEX] = "hex",
    [K_TEXT] = "text",
    [K_US] = "us",
    [K_NUM] = "num",
    [K_DEN] = "den",
    [K_CLOCKS] = "clocks",
    [K_N32] = "n32",
    [K_KEY] = "key",
    [K_HOURS] = "hours",
    [K_MINUTES] = "minutes",
    [K_SECONDS] = "seconds",
    [K_FRAMES] = "frames",
    [K_HUNDREDTHS] = "hundredths",
    [K_FPS] = "fps",
    [K_META] = "meta",
    [K_FORMAT] = "format",
    [K_TRACKS] = "tracks",
    [K_PPQ] = "ppq",
    [K_TICKS_PER_FRAME] = "ticks_per_frame",
    [K_EXTRA] = "extra",
    [K_CHUNK] = "chunk",
    [K_CHUNK_HEX] = "chunk_hex",
    [K_LENGTH] = "length",
    [K_RUNNING] = "running",
    [K_DELTA_LEN] = "delta_len",
    [K_LENGTH_LEN] = "length_len",
    [K_EXACT] = "exact",
};

/* Where a key is found by its first letter, that in its
 * middle, the last and its length: each has a place of its own,
 * or the compiler warns. */
#define PLACES 128
#define PLACE(first, middle, last, len)                                        \
	((22u * (uint8_t)(first) + 20u * (uint8_t)(middle) +                   \
	     13u * (uint8_t)(last) + (unsigned)(len)) %                        \
	    PLACES)

static const uint8_t places[PLACES] = {
    [PLACE('t', 'p', 'e', 4)] = K_TYPE,
    [PLACE('t', 'c', 's', 5)] = K_TICKS,
    [PLACE('d', 'l', 'a', 5)] = K_DELTA,
    [PLACE('b', 'a', 'r', 3)] = K_BAR,
    [PLACE('b', 'a', 't', 4)] = K_BEAT,
    [PLACE('t', 'c', 'k', 4)] = K_TICK,
    [PLACE('t', 'm', 'e', 4)] = K_TIME,
    [PLACE('t', 'a', 'k', 5)] = K_TRACK,
    [PLACE('c', 'n', 'l', 7)] = K_CHANNEL,
    [PLACE('n', 't', 'e', 4)] = K_NOTE,
    [PLACE('v', 'c', 'y', 8)] = K_VELOCITY,
    [PLACE('p', 's', 'e', 8)] = K_PRESSURE,
    [PLACE('c', 'o', 'r', 10)] = K_CONTROLLER,
    [PLACE('p', 'm', 'r', 9)] = K_PARAMETER,
    [PLACE('p', 'g', 'm', 7)] = K_PROGRAM,
    [PLACE('v', 'l', 'e', 5)] = K_VALUE,
    [PLACE('p', 'e', 'e', 5)] = K_PIECE,
    [PLACE('p', 't', 'n', 8)] = K_POSITION,
    [PLACE('s', 'n', 'g', 4)] = K_SONG,
    [PLACE('h', 'e', 'x', 3)] = K_HEX,
    [PLACE('t', 'x', 't', 4)] = K_TEXT,
    [PLACE('u', 's', 's', 2)] = K_US,
    [PLACE('n', 'u', 'm', 3)] = K_NUM,
    [PLACE('d', 'e', 'n', 3)] = K_DEN,
    [PLACE('c', 'c', 's', 6)] = K_CLOCKS,
    [PLACE('n', '3', '2', 3)] = K_N32,
    [PLACE('k', 'e', 'y', 3)] = K_KEY,
    [PLACE('h', 'u', 's', 5)] = K_HOURS,
    [PLACE('m', 'u', 's', 7)] = K_MINUTES,
    [PLACE('s', 'o', 's', 7)] = K_SECONDS,
    [PLACE('f', 'm', 's', 6)] = K_FRAMES,
    [PLACE('h', 'e', 's', 10)] = K_HUNDREDTHS,
    [PLACE('f', 'p', 's', 3)] = K_FPS,
    [PLACE('m', 't', 'a', 4)] = K_META,
    [PLACE('f', 'm', 't', 6)] = K_FORMAT,
    [PLACE('t', 'c', 's', 6)] = K_TRACKS,
    [PLACE('p', 'p', 'q', 3)] = K_PPQ,
    [PLACE('t', 'e', 'e', 15)] = K_TICKS_PER_FRAME,
    [PLACE('e', 't', 'a', 5)] = K_EXTRA,
    [PLACE('c', 'u', 'k', 5)] = K_CHUNK,
    [PLACE('c', 'k', 'x', 9)] = K_CHUNK_HEX,
    [PLACE('l', 'g', 'h', 6)] = K_LENGTH,
    [PLACE('r', 'n', 'g', 7)] = K_RUNNING,
    [PLACE('d', 'a', 'n', 9)] = K_DELTA_LEN,
    [PLACE('l', 'h', 'n', 10)] = K_LENGTH_LEN,
    [PLACE('e', 'a', 't', 5)] = K_EXACT,
};

/* A value where it lies in the line. */
struct value {
	enum { NOTHING, STRING, NUMBER, TRUE, OTHER } kind;
	const char *at, *end; /* of a string, what is between the quotes */
	uint64_t number;      /* its whole part */
	uint32_t millionths;
	bool fraction;
};

/* Values in their order, and where that of a key is among them: the first one
 * is NOTHING, for keys that aren't there. */
struct object {
	struct midi_scan *s;
	uint8_t at[NKEYS];
	unsigned n;
	struct value v[NKEYS + 1]; /* the last: of a key that isn't known */
};

static const struct value *
value_of(const struct object *o, enum key k)
{
	return &o->v[o->at[k]];
}

static void
blanks(struct midi_scan *s)
{
	while (
	    s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r'))
		s->p++;
}

static bool
is_digit(const struct midi_scan *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static int
take(struct midi_scan *s, char c)
{
	blanks(s);
	if (s->p == s->end || *s->p != c)
		return midi_fail(s, s->p, "'%c' expected", c);
	s->p++;
	return 0;
}

/* What is between quotes is left as it is; escapes are known to end. */
static int
take_string(struct midi_scan *s, struct value *v)
{
	if (take(s, '"') == -1)
		return -1;
	const char *p = s->p, *end = s->end;

	v->kind = STRING;
	v->at = p;
	for (; p < end && *p != '"'; p++) {
		if ((uint8_t)*p < ' ')
			return midi_fail(
			    s, p, "control characters are \\u00XX");
		if (*p == '\\' && ++p == end)
			break;
	}
	if (p == end)
		return midi_fail(s, p, "closing quote expected");
	v->end = p;
	s->p = p + 1;
	return 0;
}

static int
take_number(struct midi_scan *s, struct value *v)
{
	uint32_t unit = 100000;
	uint64_t number = 0;
	const char *p = s->p, *end = s->end;

	v->kind = NUMBER;
	v->at = p;
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		if (number > UINT64_MAX / 16)
			return midi_fail(s, v->at, "that number is too great");
		number = number * 10 + (uint64_t)(*p - '0');
	}
	v->number = number;
	s->p = p;
	if (s->p < s->end && *s->p == '.') {
		s->p++;
		v->fraction = true;
		for (; is_digit(s); s->p++, unit /= 10)
			v->millionths += unit * (uint32_t)(*s->p - '0');
	}
	v->end = s->p;
	return 0;
}

static bool
take_literal(struct midi_scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

static int
take_value(struct midi_scan *s, struct value *v)
{
	blanks(s);
	*v = (struct value){.at = s->p, .end = s->p};
	if (s->p < s->end && *s->p == '"')
		return take_string(s, v);
	if (is_digit(s))
		return take_number(s, v);
	if (take_literal(s, "true"))
		v->kind = TRUE;
	else if (take_literal(s, "false") || take_literal(s, "null"))
		v->kind = OTHER;
	else
		return midi_fail(s, s->p,
		    "string, number from 0, true, false or null expected");
	return 0;
}

static inline enum key
find_key(const char *name, size_t n)
{
	if (n == 0 || n >= sizeof(keys[0]))
		return K_OTHER;

	unsigned k = places[PLACE(name[0], name[n / 2], name[n - 1], n)];
	/* Short as they are, no call of memcmp is worth it. */
	for (size_t i = 0; i < n; i++) {
		if (keys[k][i] != name[i])
			return K_OTHER;
	}
	return keys[k][n] == '\0' ? (enum key)k : K_OTHER;
}

static int
take_object(struct object *o)
{
	struct midi_scan *s = o->s;
	struct value name = {.kind = NOTHING};

	memset(o->at, 0, sizeof(o->at));
	o->v[0] = name;
	o->n = 1;
	s->p++;
	blanks(s);
	if (s->p < s->end && *s->p == '}')
		return midi_fail(s, s->p, "\"type\" expected");
	do {
		if (take_string(s, &name) == -1 || take(s, ':') == -1)
			return -1;
		enum key k = find_key(name.at, (size_t)(name.end - name.at));
		if (o->at[k] != 0)
			return midi_fail(
			    s, name.at, "that key is there already");
		if (take_value(s, &o->v[o->n]) == -1)
			return -1;
		if (k != K_OTHER)
			o->at[k] = (uint8_t)o->n++;
		blanks(s);
	} while (s->p < s->end && *s->p == ',' && s->p++);
	if (take(s, '}') == -1)
		return -1;
	blanks(s);
	if (s->p < s->end)
		return midi_fail(s, s->p, "end of line expected");
	return 0;
}

/* A number that has to be there; where it isn't, the object ends. */
static int
need(const struct object *o, enum key k, uint64_t *to, uint64_t min,
    uint64_t max)
{
	const struct value *v = value_of(o, k);

	*to = 0;
	if (v->kind == NOTHING)
		return midi_fail(
		    o->s, o->s->end, "\"%s\" expected in it", keys[k]);
	if (v->kind != NUMBER || v->fraction || v->number < min ||
	    v->number > max)
		return midi_fail(o->s, v->at, "\"%s\" expected, %llu to %llu",
		    keys[k], (unsigned long long)min, (unsigned long long)max);
	*to = v->number;
	return 0;
}

static int
want(const struct object *o, enum key k, uint64_t *to, uint64_t min,
    uint64_t max, uint64_t without)
{
	*to = without;
	return value_of(o, k)->kind == NOTHING ? 0 : need(o, k, to, min, max);
}

/* 0x-less hex of a \uXXXX, or -1. */
static long
unicode(const char *p, const char *end)
{
	long c = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int d = riad_hex_digit((uint8_t)p[i]);
		if (d == -1)
			return -1;
		c = c << 4 | d;
	}
	return c;
}

static size_t
to_utf8(uint8_t b[4], unsigned long c)
{
	if (c < 0x80) {
		b[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		b[0] = (uint8_t)(0xC0 | c >> 6);
		b[1] = (uint8_t)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		b[0] = (uint8_t)(0xE0 | c >> 12);
		b[1] = (uint8_t)(0x80 | (c >> 6 & 63));
		b[2] = (uint8_t)(0x80 | (c & 63));
		return 3;
	}
	b[0] = (uint8_t)(0xF0 | c >> 18);
	b[1] = (uint8_t)(0x80 | (c >> 12 & 63));
	b[2] = (uint8_t)(0x80 | (c >> 6 & 63));
	b[3] = (uint8_t)(0x80 | (c & 63));
	return 4;
}

/* An escape at p, added; returns where it ends, or NULL. */
static const char *
add_escape(struct midi_scan *s, const char *p, const char *end)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *which = p[1] != '\0' ? strchr(from, p[1]) : NULL;
	uint8_t bytes[4];

	if (which != NULL)
		return midi_bytes(s, p, to + (which - from), 1) == -1 ? NULL
								      : p + 2;
	long c = p[1] == 'u' ? unicode(p + 2, end) : -1;
	const char *next = p + 6;
	if (c >= 0xD800 && c < 0xDC00 && end - next >= 6 && next[0] == '\\' &&
	    next[1] == 'u') {
		long low = unicode(next + 2, end);
		if (low >= 0xDC00 && low < 0xE000) {
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
			next += 6;
		}
	}
	if (c == -1 || (c >= 0xD800 && c < 0xE000)) {
		midi_fail(s, p, "escape of a character expected");
		return NULL;
	}
	size_t n = to_utf8(bytes, (unsigned long)c);
	return midi_bytes(s, p, bytes, n) == -1 ? NULL : next;
}

/* A string's bytes, to those of the line. */
static int
need_text(const struct object *o, enum key k)
{
	const struct value *v = value_of(o, k);
	const char *p = v->at;

	if (v->kind == NOTHING)
		return midi_fail(
		    o->s, o->s->end, "\"%s\" expected in it", keys[k]);
	if (v->kind != STRING)
		return midi_fail(o->s, v->at, "string expected");
	while (p < v->end) {
		const char *q = memchr(p, '\\', (size_t)(v->end - p));
		if (q == NULL)
			q = v->end;
		if (midi_bytes(o->s, p, p, (size_t)(q - p)) == -1)
			return -1;
		p = q;
		if (q < v->end && (p = add_escape(o->s, q, v->end)) == NULL)
			return -1;
	}
	return 0;
}

static int
want_hex(const struct object *o, enum key k)
{
	const struct value *v = value_of(o, k);
	const char *p = v->at;

	if (v->kind == NOTHING)
		return 0;
	if (v->kind != STRING)
		return midi_fail(o->s, v->at, "string of hex digits expected");
	if (midi_hex(o->s, &p, v->end) == -1)
		return -1;
	if (p < v->end)
		return midi_fail(o->s, p, "hex digits expected");
	return 0;
}

static int
read_time(const struct object *o, struct riad_miditext_time *time)
{
	const struct value *v;
	uint64_t x = 0, beat, tick;

	time->clock = RIAD_MIDI_NO_TIME;
	time->value = 0;
	if (value_of(o, K_TICKS)->kind != NOTHING) {
		if (need(o, K_TICKS, &x, 0, MIDI_TICKS_MAX) == -1)
			return -1;
		time->clock = RIAD_MIDI_TICKS;
	} else if (value_of(o, K_DELTA)->kind != NOTHING) {
		if (need(o, K_DELTA, &x, 0, MIDI_DELTA_MAX) == -1)
			return -1;
		time->clock = RIAD_MIDI_DELTA;
	} else if (value_of(o, K_BAR)->kind != NOTHING) {
		if (need(o, K_BAR, &x, 1, MIDI_TICKS_MAX) == -1 ||
		    want(o, K_BEAT, &beat, 1, UINT32_MAX, 1) == -1 ||
		    want(o, K_TICK, &tick, 0, UINT32_MAX, 0) == -1)
			return -1;
		time->clock = RIAD_MIDI_BARS;
		time->beat.bar = (int64_t)x;
		time->beat.beat = (uint32_t)beat;
		time->beat.tick = (uint32_t)tick;
	} else if ((v = value_of(o, K_TIME))->kind != NOTHING) {
		if (v->kind != NUMBER || v->number > MIDI_SECONDS_MAX)
			return midi_fail(o->s, v->at, "seconds expected");
		x = v->number * 1000000 + v->millionths;
		time->clock = RIAD_MIDI_SECONDS;
	}
	time->value = (int64_t)x;
	return 0;
}

static int
need_note(const struct object *o, uint64_t *to)
{
	const struct value *v = value_of(o, K_NOTE);

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
	return need(o, K_NOTE, to, 0, 127);
}

static enum key
arg_key(const struct midi_word *w, unsigned i)
{
	return find_key(w->arg[i], strlen(w->arg[i]));
}

static int
read_message(const struct object *o, const struct midi_word *w, uint8_t channel,
    struct riad_smf_item *item)
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
		if (need(o, arg_key(w, 0), &x, 0, max) == -1 ||
		    need(o, arg_key(w, 1), &y, 0, 16383) == -1)
			return -1;
		midi_several(
		    o->s->r, item, w, channel, (unsigned)x, (unsigned)y);
		return 0;
	}
	if (w->shape == MIDI_NOTE) {
		if (need_note(o, &x) == -1)
			return -1;
	} else if (w->arg[0] != NULL &&
		   need(o, arg_key(w, 0), &x, 0, max) == -1) {
		return -1;
	}
	if (w->arg[1] != NULL && need(o, arg_key(w, 1), &y, 0,
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
read_meta(const struct object *o, const struct midi_word *w,
    struct riad_smf_item *item)
{
	struct midi_scan *s = o->s;
	uint64_t v[5], x, y;
	uint8_t b[3];

	item->event.meta = w->code;
	switch (w->shape) {
	case MIDI_TEMPO:
		if (need(o, K_US, &x, 0, MIDI_TEMPO_MAX) == -1)
			return -1;
		b[0] = (uint8_t)(x >> 16);
		b[1] = (uint8_t)(x >> 8);
		b[2] = (uint8_t)x;
		return midi_bytes(s, s->end, b, 3);
	case MIDI_TIME_SIG:
		if (need(o, K_NUM, v, 0, 255) == -1 ||
		    need(o, K_DEN, v + 1, 1, 1 << 30) == -1 ||
		    want(o, K_CLOCKS, v + 2, 0, 255, 24) == -1 ||
		    want(o, K_N32, v + 3, 0, 255, 8) == -1)
			return -1;
		return midi_time_sig(
		    s, value_of(o, K_DEN)->at, v[0], v[1], v[2], v[3]);
	case MIDI_KEY_SIG: {
		const struct value *k = value_of(o, K_KEY);
		if (k->kind != STRING ||
		    midi_key_find(b, k->at, (size_t)(k->end - k->at)) == -1)
			return midi_fail(s, k->kind == NOTHING ? s->end : k->at,
			    "\"key\" expected, as \"Bb major\"");
		return midi_bytes(s, s->end, b, 2);
	}
	case MIDI_TEXT:
		return value_of(o, K_HEX)->kind != NOTHING
			   ? want_hex(o, K_HEX)
			   : need_text(o, K_TEXT);
	case MIDI_NUMBER:
		y = w->code == 0x20 ? 1 : 0;
		if (need(o, K_VALUE, &x, y, 254 + y) == -1)
			return -1;
		b[0] = (uint8_t)(x - y);
		return midi_bytes(s, s->end, b, 1);
	case MIDI_NUMBER2:
		if (need(o, K_VALUE, &x, 0, 65535) == -1)
			return -1;
		b[0] = (uint8_t)(x >> 8);
		b[1] = (uint8_t)x;
		return midi_bytes(s, s->end, b, 2);
	case MIDI_SMPTE:
		if (need(o, K_HOURS, v, 0, 31) == -1 ||
		    want(o, K_MINUTES, v + 1, 0, 255, 0) == -1 ||
		    want(o, K_SECONDS, v + 2, 0, 255, 0) == -1 ||
		    want(o, K_FRAMES, v + 3, 0, 255, 0) == -1 ||
		    want(o, K_HUNDREDTHS, v + 4, 0, 255, 0) == -1 ||
		    need(o, K_FPS, &x, 24, 30) == -1)
			return -1;
		return midi_smpte(s, value_of(o, K_FPS)->at, v, x);
	case MIDI_META:
		if (need(o, K_META, &x, 0, 255) == -1)
			return -1;
		item->event.meta = (uint8_t)x;
		return want_hex(o, K_HEX);
	case MIDI_SEQUENCER:
		return want_hex(o, K_HEX);
	case MIDI_END:
	default:
		return 0;
	}
}

static int
read_smf(const struct object *o, struct riad_smf_item *item)
{
	struct riad_miditext_reader *r = o->s->r;
	uint64_t format, ntracks, x, y;

	if (need(o, K_FORMAT, &format, 0, 65535) == -1 ||
	    need(o, K_TRACKS, &ntracks, 0, 65535) == -1 ||
	    want_hex(o, K_EXTRA) == -1)
		return -1;
	if (value_of(o, K_FPS)->kind != NOTHING) {
		if (need(o, K_FPS, &x, 1, 128) == -1 ||
		    need(o, K_TICKS_PER_FRAME, &y, 0, 255) == -1)
			return -1;
		x = (256 - x) << 8 | y;
	} else if (need(o, K_PPQ, &x, 0, 32767) == -1) {
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
read_file(const struct object *o, const struct midi_word *w,
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
		if (value_of(o, K_CHUNK_HEX)->kind != NOTHING
			? want_hex(o, K_CHUNK_HEX) == -1
			: need_text(o, K_CHUNK) == -1)
			return -1;
		if (midi_chunk_type(o->s, o->s->end, item) == -1)
			return -1;
		break;
	default:
		break;
	}
	if (want_hex(o, K_HEX) == -1)
		return -1;
	midi_contents(item, w, o->s->r);
	return 0;
}

static int
read_flags(const struct object *o, const struct midi_word *w,
    struct riad_smf_item *item, const struct riad_miditext_time *time)
{
	struct riad_midi_event *event = &item->event;
	uint64_t x;

	o->s->r->exact |= value_of(o, K_EXACT)->kind == TRUE;
	if (w->shape >= MIDI_SMF && w->shape <= MIDI_CHUNK &&
	    value_of(o, K_LENGTH)->kind != NOTHING) {
		if (need(o, K_LENGTH, &x, 0, UINT32_MAX) == -1)
			return -1;
		item->length = (uint32_t)x;
		item->lies = true;
	}
	if (item->kind != RIAD_SMF_EVENT)
		return 0;
	event->running = value_of(o, K_RUNNING)->kind == TRUE &&
			 w->shape <= MIDI_WIDE &&
			 riad_midi_is_channel(event->status);
	if (value_of(o, K_DELTA_LEN)->kind != NOTHING) {
		uint32_t v =
		    time->clock == RIAD_MIDI_DELTA ? (uint32_t)time->value : 0;
		if (need(o, K_DELTA_LEN, &x, midi_vlq_len(v), 8) == -1)
			return -1;
		item->delta_len = (uint8_t)x;
	}
	if (value_of(o, K_LENGTH_LEN)->kind != NOTHING) {
		uint32_t v = (uint32_t)(event->len + event->last);
		if (need(o, K_LENGTH_LEN, &x, midi_vlq_len(v), 8) == -1)
			return -1;
		item->length_len = (uint8_t)x;
	}
	return 0;
}

static int
read_event(const struct object *o, const struct midi_word *w, uint8_t channel,
    struct riad_smf_item *item)
{
	item->kind = RIAD_SMF_EVENT;
	if (w->shape <= MIDI_NONE || w->shape == MIDI_CC14 ||
	    w->shape == MIDI_PARAMETER)
		return read_message(o, w, channel, item);
	if (w->shape == MIDI_SYSEX || w->shape == MIDI_BYTES) {
		if (want_hex(o, K_HEX) == -1)
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
	struct object o;
	uint64_t x;

	o.s = s;
	if (take_object(&o) == -1)
		return -1;

	const struct value *type = value_of(&o, K_TYPE);
	const struct midi_word *w = NULL;
	if (type->kind == STRING)
		w = midi_word_find(type->at, (size_t)(type->end - type->at));
	if (w == NULL || w->shape == MIDI_CHANNEL)
		return midi_fail(s, type->kind == NOTHING ? s->end : type->at,
		    "\"type\" expected, as \"on\", \"off\", \"cc\", \"syx\"");
	if (read_time(&o, time) == -1 ||
	    want(&o, K_CHANNEL, &x, 1, 16, s->r->channel + 1u) == -1)
		return -1;
	uint8_t channel = (uint8_t)(x - 1);
	if (want(&o, K_TRACK, &x, 1, 65536, 0) == -1)
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
