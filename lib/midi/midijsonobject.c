/* SPDX-License-Identifier: ISC */

#include "midijsonobject.h"

#include "riad/text.h"

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

/* Where a key is found by its first letter, that in its middle, the last and
 * its length: each has a place of its own, or the compiler warns. */
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
take_string(struct midi_scan *s, struct midi_value *v)
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
take_number(struct midi_scan *s, struct midi_value *v)
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
take_value(struct midi_scan *s, struct midi_value *v)
{
	blanks(s);
	*v = (struct midi_value){.at = s->p, .end = s->p};
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

enum midi_key
midi_object_key(const char *name, size_t n)
{
	if (n == 0 || n >= sizeof(keys[0]))
		return K_OTHER;

	unsigned k = places[PLACE(name[0], name[n / 2], name[n - 1], n)];
	/* Short as they are, no call of memcmp is worth it. */
	for (size_t i = 0; i < n; i++) {
		if (keys[k][i] != name[i])
			return K_OTHER;
	}
	return keys[k][n] == '\0' ? (enum midi_key)k : K_OTHER;
}

int
midi_object_take(struct midi_object *o, struct midi_scan *s)
{
	struct midi_value name = {.kind = NOTHING};

	o->s = s;
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
		enum midi_key k =
		    midi_object_key(name.at, (size_t)(name.end - name.at));
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
int
midi_object_need(const struct midi_object *o, enum midi_key k, uint64_t *to,
    uint64_t min, uint64_t max)
{
	const struct midi_value *v = midi_object_value(o, k);

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

int
midi_object_want(const struct midi_object *o, enum midi_key k, uint64_t *to,
    uint64_t min, uint64_t max, uint64_t without)
{
	*to = without;
	return midi_object_value(o, k)->kind == NOTHING
		   ? 0
		   : midi_object_need(o, k, to, min, max);
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
int
midi_object_text(const struct midi_object *o, enum midi_key k)
{
	const struct midi_value *v = midi_object_value(o, k);
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

int
midi_object_hex(const struct midi_object *o, enum midi_key k)
{
	const struct midi_value *v = midi_object_value(o, k);
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
