/* SPDX-License-Identifier: ISC */
/* The text form, read.  miditext.c writes it. */

#include <errno.h>

#include "midiread.h"
#include "riad/text.h"
#include "vlq.h"

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline void
blanks(struct midi_scan *s)
{
	while (s->p < s->end && is_blank(*s->p))
		s->p++;
}

static const char *
token_end(const struct midi_scan *s)
{
	const char *q = s->p;

	while (q < s->end && !is_blank(*q))
		q++;
	return q;
}

/* Digits, at most 18 of them, so that they can be counted in 64 bits. */
static inline bool
digits(const char **p, const char *end, uint64_t *value)
{
	const char *q = *p;
	uint64_t v = 0;

	*value = 0;
	for (; q < end && is_digit(*q); q++)
		v = v * 10 + (uint64_t)(*q - '0');
	if (q == *p || q - *p > 18)
		return false;
	*p = q;
	*value = v;
	return true;
}

/* A number that is a token, of at most max. */
static inline int
number(struct midi_scan *s, uint64_t *value, uint64_t min, uint64_t max,
    const char *what)
{
	blanks(s);

	const char *at = s->p;
	if (!digits(&s->p, s->end, value) || *value < min || *value > max ||
	    (s->p < s->end && !is_blank(*s->p)))
		return midi_fail(s, at, "%s expected, %llu to %llu", what,
		    (unsigned long long)min, (unsigned long long)max);
	return 0;
}

/* The same that something else follows. */
static int
number_before(struct midi_scan *s, uint64_t *value, uint64_t max, char c,
    const char *what)
{
	const char *at = s->p;

	if (!digits(&s->p, s->end, value) || *value > max)
		return midi_fail(s, at, "%s expected, 0 to %llu", what,
		    (unsigned long long)max);
	if (s->p == s->end || *s->p != c)
		return midi_fail(s, s->p, "'%c' expected", c);
	s->p++;
	return 0;
}

int
riad_midi_note(const char *s, size_t max, size_t *len)
{
	static const uint8_t step[7] = {9, 11, 0, 2, 4, 5, 7};
	const char *p = s, *end = s + max;
	uint64_t v;

	if (p < end && is_digit(*p)) {
		if (!digits(&p, end, &v) || v > 127)
			return -1;
		*len = (size_t)(p - s);
		return (int)v;
	}
	if (p == end)
		return -1;

	char c = *p & ~0x20;
	if (c < 'A' || c > 'G')
		return -1;
	p++;
	int note = step[c - 'A'];
	for (int i = 0; i < 2 && p < end && (*p == '#' || *p == 'b'); i++, p++)
		note += *p == '#' ? 1 : -1;
	bool minus = p < end && *p == '-';
	p += minus;
	if (!digits(&p, end, &v) || v > 9)
		return -1;
	note += 12 * (minus ? 1 - (int)v : 1 + (int)v);
	if (note < 0 || note > 127)
		return -1;
	*len = (size_t)(p - s);
	return note;
}

static inline int
note(struct midi_scan *s, uint8_t *to)
{
	blanks(s);

	size_t len;
	int v = riad_midi_note(s->p, (size_t)(s->end - s->p), &len);
	if (v == -1 || (s->p + len < s->end && !is_blank(s->p[len])))
		return midi_fail(
		    s, s->p, "note expected, 0 to 127 or C-1 to G9");
	s->p += len;
	*to = (uint8_t)v;
	return 0;
}

/* 1 with a time, 0 if there is none. */
static inline int
read_time(struct midi_scan *s, struct riad_miditext_time *time)
{
	const char *at = s->p;
	uint64_t v, w, x;

	time->clock = RIAD_MIDI_NO_TIME;
	time->value = 0;
	if (*at == '+') {
		s->p++;
		if (number(s, &v, 0, MIDI_DELTA_MAX, "ticks") == -1)
			return -1;
		time->clock = RIAD_MIDI_DELTA;
		time->value = (int64_t)v;
		return 1;
	}
	if (!is_digit(*at))
		return 0;
	if (!digits(&s->p, s->end, &v) || v > MIDI_TICKS_MAX)
		return midi_fail(s, at, "that time is too great");
	if (s->p == s->end || is_blank(*s->p)) {
		time->clock = RIAD_MIDI_TICKS;
		time->value = (int64_t)v;
		return 1;
	}
	if (*s->p == ':') {
		s->p++;
		if (v == 0)
			return midi_fail(s, at, "bars count from 1");
		at = s->p;
		if (number_before(s, &w, UINT32_MAX, ':', "beat") == -1)
			return -1;
		if (w == 0)
			return midi_fail(s, at, "beats count from 1");
		if (number(s, &x, 0, UINT32_MAX, "ticks") == -1)
			return -1;
		time->clock = RIAD_MIDI_BARS;
		time->beat.bar = (int64_t)v;
		time->beat.beat = (uint32_t)w;
		time->beat.tick = (uint32_t)x;
		return 1;
	}
	if (*s->p != '.')
		return midi_fail(
		    s, s->p, "time expected: N, +N, BAR:BEAT:TICK or S.SSS");
	if (v > MIDI_SECONDS_MAX)
		return midi_fail(s, at, "that time is too great");
	v *= 1000000;
	s->p++;
	for (uint64_t unit = 100000; s->p < s->end && is_digit(*s->p); s->p++) {
		v += unit * (uint64_t)(*s->p - '0');
		unit /= 10;
	}
	if (s->p < s->end && !is_blank(*s->p))
		return midi_fail(s, s->p, "digits of a second expected");
	time->clock = RIAD_MIDI_SECONDS;
	time->value = (int64_t)v;
	return 1;
}

/* What stands in quotes, added to the bytes of the line. */
static int
quoted(struct midi_scan *s, const char *what)
{
	blanks(s);

	const char *at = s->p;
	if (s->p == s->end || *s->p != '"')
		return midi_fail(s, at, "%s in quotes expected", what);
	s->p++;
	for (;;) {
		const char *q = s->p;
		while (q < s->end && *q != '"' && *q != '\\')
			q++;
		if (midi_bytes(s, at, s->p, (size_t)(q - s->p)) == -1)
			return -1;
		s->p = q;
		if (q == s->end)
			return midi_fail(s, q, "closing quote expected");
		if (*q == '"') {
			s->p++;
			return 0;
		}
		char c = q + 1 < s->end ? q[1] : '\0';
		uint8_t byte = (uint8_t)c;
		if (c == 'x') {
			int hi =
			    q + 3 < s->end ? riad_hex_digit((uint8_t)q[2]) : -1;
			int lo =
			    q + 3 < s->end ? riad_hex_digit((uint8_t)q[3]) : -1;
			if (hi == -1 || lo == -1)
				return midi_fail(
				    s, q, "\\x and two hex digits expected");
			byte = (uint8_t)(hi << 4 | lo);
			s->p += 2;
		} else if (c == 'n') {
			byte = '\n';
		} else if (c == 't') {
			byte = '\t';
		} else if (c != '"' && c != '\\') {
			return midi_fail(
			    s, q, "\\n, \\t, \\\", \\\\ or \\xNN expected");
		}
		if (midi_bytes(s, q, &byte, 1) == -1)
			return -1;
		s->p += 2;
	}
}

/* A meta event with its numbers. */
static int
read_meta(
    struct midi_scan *s, const struct midi_word *w, struct riad_smf_item *item)
{
	uint64_t v[5], fps = 24, n32 = 8;
	uint8_t b[4];
	const char *at;

	item->event.meta = w->code;
	switch (w->shape) {
	case MIDI_TEMPO:
		if (number(s, v, 0, MIDI_TEMPO_MAX, "microseconds") == -1)
			return -1;
		b[0] = (uint8_t)(v[0] >> 16);
		b[1] = (uint8_t)(v[0] >> 8);
		b[2] = (uint8_t)v[0];
		return midi_bytes(s, s->p, b, 3);
	case MIDI_TIME_SIG:
		blanks(s);
		at = s->p;
		if (number_before(s, v, 255, '/', "beats") == -1 ||
		    number(s, v + 1, 1, 1 << 30, "note value") == -1)
			return -1;
		v[2] = 24;
		blanks(s);
		if (s->p < s->end && is_digit(*s->p) &&
		    (number(s, v + 2, 0, 255, "clocks") == -1 ||
			number(s, &n32, 0, 255, "32nd notes") == -1))
			return -1;
		return midi_time_sig(s, at, v[0], v[1], v[2], n32);
	case MIDI_KEY_SIG:
		at = s->p;
		if (quoted(s, "key") == -1)
			return -1;
		if (midi_key_find(b, (const char *)s->r->bytes.data,
			s->r->bytes.len) == -1)
			return midi_fail(s, at + 1,
			    "key expected, as \"Bb major\" or \"F# minor\"");
		s->r->bytes.len = 0;
		return midi_bytes(s, at, b, 2);
	case MIDI_TEXT:
		return quoted(s, "text");
	case MIDI_NUMBER:
		/* A prefix is a channel, and counts as these do. */
		fps = w->code == 0x20 ? 1 : 0;
		if (number(s, v, fps, 254 + fps, "number") == -1)
			return -1;
		b[0] = (uint8_t)(v[0] - fps);
		return midi_bytes(s, s->p, b, 1);
	case MIDI_NUMBER2:
		if (number(s, v, 0, 65535, "number") == -1)
			return -1;
		b[0] = (uint8_t)(v[0] >> 8);
		b[1] = (uint8_t)v[0];
		return midi_bytes(s, s->p, b, 2);
	case MIDI_SMPTE:
		blanks(s);
		at = s->p;
		if (number_before(s, v, 31, ':', "hours") == -1 ||
		    number_before(s, v + 1, 255, ':', "minutes") == -1 ||
		    number_before(s, v + 2, 255, ':', "seconds") == -1 ||
		    number_before(s, v + 3, 255, '.', "frames") == -1 ||
		    number(s, v + 4, 0, 255, "hundredths") == -1 ||
		    number(s, &fps, 24, 30, "frames a second") == -1)
			return -1;
		return midi_smpte(s, at, v, fps);
	case MIDI_META:
		if (number(s, v, 0, 255, "type") == -1)
			return -1;
		item->event.meta = (uint8_t)v[0];
		return midi_hex(s, &s->p, s->end);
	case MIDI_SEQUENCER:
		return midi_hex(s, &s->p, s->end);
	case MIDI_END:
	default:
		return 0;
	}
}

static bool
take_word(struct midi_scan *s, const char *word)
{
	blanks(s);

	const char *q = token_end(s);
	size_t n = strlen(word);
	if ((size_t)(q - s->p) != n || memcmp(s->p, word, n) != 0)
		return false;
	s->p = q;
	return true;
}

static int
read_smf(struct midi_scan *s, struct riad_smf_item *item)
{
	uint64_t format, ntracks, v, ticks;

	item->kind = RIAD_SMF_HEADER;
	if (number(s, &format, 0, 65535, "format") == -1 ||
	    number(s, &ntracks, 0, 65535, "number of tracks") == -1)
		return -1;
	item->format = (uint16_t)format;
	item->ntracks = (uint16_t)ntracks;
	if (take_word(s, "ppq")) {
		if (number(s, &v, 0, 32767, "ticks a quarter") == -1)
			return -1;
		item->division = (uint16_t)v;
	} else if (take_word(s, "smpte")) {
		if (number(s, &v, 1, 128, "frames a second") == -1 ||
		    number(s, &ticks, 0, 255, "ticks a frame") == -1)
			return -1;
		item->division = (uint16_t)((256 - v) << 8 | ticks);
	} else {
		return midi_fail(s, s->p, "ppq or smpte expected");
	}
	if (take_word(s, "extra") && midi_hex(s, &s->p, s->end) == -1)
		return -1;
	item->extra = s->r->bytes.data;
	item->extra_len = s->r->bytes.len;
	item->length = 6 + (uint32_t)item->extra_len;
	return 0;
}

/* The rest of a line that is no event. */
static int
read_file(
    struct midi_scan *s, const struct midi_word *w, struct riad_smf_item *item)
{
	switch (w->shape) {
	case MIDI_SMF:
		return read_smf(s, item);
	case MIDI_TRACK:
	case MIDI_TRACK_END:
		item->kind =
		    w->shape == MIDI_TRACK ? RIAD_SMF_TRACK : RIAD_SMF_END;
		return 0;
	case MIDI_CHUNK: {
		blanks(s);
		const char *at = s->p;
		if (quoted(s, "type") == -1 ||
		    midi_chunk_type(s, at, item) == -1)
			return -1;
		break;
	}
	default:
		break;
	}
	if (midi_hex(s, &s->p, s->end) == -1)
		return -1;
	midi_contents(item, w, s->r);
	return 0;
}

/* "delta/N" and "len/N". */
static int
read_count(struct midi_scan *s, const char *at, size_t skip, const char *end,
    uint64_t least, uint8_t *to)
{
	const char *p = at + skip;
	uint64_t v;

	if (!digits(&p, end, &v) || p != end || v < least || v > RIAD_VLQ_MAX)
		return midi_fail(s, at + skip,
		    "number of bytes expected, %u to 8", (unsigned)least);
	*to = (uint8_t)v;
	return 0;
}

static int
read_flags(struct midi_scan *s, const struct midi_word *w,
    struct riad_smf_item *item, const struct riad_miditext_time *time)
{
	struct riad_midi_event *event = &item->event;

	for (;;) {
		blanks(s);
		if (s->p == s->end || *s->p == '#')
			return 0;

		const char *at = s->p, *end = token_end(s);
		size_t n = (size_t)(end - at);
		if (take_word(s, "running")) {
			if (w->shape > MIDI_WIDE ||
			    !riad_midi_is_channel(event->status))
				return midi_fail(s, at,
				    "only messages of channels have that");
			event->running = true;
		} else if (take_word(s, "exact")) {
			s->r->exact = true;
		} else if (n > 6 && memcmp(at, "delta/", 6) == 0 &&
			   item->kind == RIAD_SMF_EVENT) {
			uint32_t v = time->clock == RIAD_MIDI_DELTA
					 ? (uint32_t)time->value
					 : 0;
			s->p = end;
			if (read_count(s, at, 6, end, midi_vlq_len(v),
				&item->delta_len) == -1)
				return -1;
		} else if (n > 4 && memcmp(at, "len/", 4) == 0 &&
			   item->kind == RIAD_SMF_EVENT &&
			   event->kind != RIAD_MIDI_MESSAGE) {
			size_t len = event->len + event->last;
			s->p = end;
			if (read_count(s, at, 4, end,
				midi_vlq_len((uint32_t)len),
				&item->length_len) == -1)
				return -1;
		} else if (w->shape >= MIDI_SMF && w->shape <= MIDI_CHUNK &&
			   take_word(s, "length")) {
			uint64_t v;
			if (number(s, &v, 0, UINT32_MAX, "length") == -1)
				return -1;
			item->length = (uint32_t)v;
			item->lies = true;
		} else {
			return midi_fail(s, at, "end of line expected");
		}
	}
}

/* The arguments of a word that is an event. */
static inline int
read_event(struct midi_scan *s, const struct midi_word *w, uint8_t channel,
    struct riad_smf_item *item)
{
	struct riad_midi_event *event = &item->event;
	uint64_t v, x;

	event->kind = RIAD_MIDI_MESSAGE;
	event->status = w->code < 0xF0 ? w->code | channel : w->code;
	switch (w->shape) {
	case MIDI_NOTE:
		if (note(s, event->data) == -1 ||
		    number(s, &v, 0, 127, w->arg[1]) == -1)
			return -1;
		event->data[1] = (uint8_t)v;
		return 0;
	case MIDI_CONTROL:
		if (number(s, &v, 0, 127, w->arg[0]) == -1 ||
		    number(s, &x, 0, 127, w->arg[1]) == -1)
			return -1;
		event->data[0] = (uint8_t)v;
		event->data[1] = (uint8_t)x;
		return 0;
	case MIDI_ONE:
		if (number(s, &v, 0, 127, w->arg[0]) == -1)
			return -1;
		event->data[0] = (uint8_t)v;
		return 0;
	case MIDI_WIDE:
		if (number(s, &v, 0, 16383, w->arg[0]) == -1)
			return -1;
		event->data[0] = v & 127;
		event->data[1] = (uint8_t)(v >> 7);
		return 0;
	case MIDI_PIECE:
		if (number(s, &v, 0, 7, w->arg[0]) == -1 ||
		    number(s, &x, 0, 15, w->arg[1]) == -1)
			return -1;
		event->data[0] = (uint8_t)(v << 4 | x);
		return 0;
	case MIDI_NONE:
		return 0;
	case MIDI_CC14:
	case MIDI_PARAMETER:
		if (number(s, &v, 0, w->shape == MIDI_CC14 ? 31 : 16383,
			w->arg[0]) == -1 ||
		    number(s, &x, 0, 16383, w->arg[1]) == -1)
			return -1;
		midi_several(s->r, item, w, channel, (unsigned)v, (unsigned)x);
		return 0;
	case MIDI_SYSEX:
	case MIDI_BYTES:
		if (midi_hex(s, &s->p, s->end) == -1)
			return -1;
		midi_event_bytes(item,
		    w->shape == MIDI_SYSEX ? RIAD_MIDI_EXCLUSIVE
					   : RIAD_MIDI_ESCAPE,
		    s->r);
		event->first = w->code & 1;
		event->last = w->code & 2;
		return 0;
	default:
		if (read_meta(s, w, item) == -1)
			return -1;
		midi_event_bytes(item, RIAD_MIDI_META, s->r);
		return 0;
	}
}

static int
read_line(struct midi_scan *s, struct riad_smf_item *item,
    struct riad_miditext_time *time)
{
	struct riad_miditext_reader *r = s->r;
	uint8_t channel = r->channel;
	bool alone = false; /* "ch N" was the last that came */
	uint64_t v;

	if (read_time(s, time) == -1)
		return -1;
	for (;;) {
		blanks(s);

		const char *at = s->p, *end = token_end(s);
		size_t n = (size_t)(end - at);
		if (n == 2 && at[0] == 'c' && at[1] == 'h') {
			s->p = end;
			if (number(s, &v, 1, 16, "channel") == -1)
				return -1;
			channel = (uint8_t)(v - 1);
			alone = true;
			continue;
		}
		if (n == 2 && at[0] == 't' && at[1] == 'r') {
			s->p = end;
			if (number(s, &v, 1, 65536, "track") == -1)
				return -1;
			item->track = (uint32_t)(v - 1);
			r->has_track = true;
			alone = false;
			continue;
		}
		if (alone && (n == 0 || *at == '#')) {
			r->channel = channel;
			return 0;
		}

		const struct midi_word *w = midi_word_find(at, n);
		if (w == NULL)
			return midi_fail(s, at,
			    "word expected, as on, off, cc, pc, pb, syx");
		s->p = end;
		item->kind = RIAD_SMF_EVENT;
		if (w->shape < MIDI_SMF ? read_event(s, w, channel, item) == -1
					: read_file(s, w, item) == -1)
			return -1;
		blanks(s);
		if (s->p < s->end && read_flags(s, w, item, time) == -1)
			return -1;
		return 1;
	}
}

/* Digits that a blank or the end comes after; -1 if they are others. */
static inline int
fast_number(const char **p, const char *end, int max)
{
	const char *q = *p;
	int v = 0;

	while (q < end && is_digit(*q) && q - *p < 5)
		v = v * 10 + (*q++ - '0');
	if (q == *p || v > max || (q < end && *q != ' '))
		return -1;
	*p = q;
	return v;
}

/* A note by a name such as ours are. */
static inline int
fast_note(const char **p, const char *end)
{
	static const uint8_t step[8] = {9, 11, 0, 2, 4, 5, 7, 0};
	const char *q = *p;

	if (end - q < 5 || *q < 'A' || *q > 'G')
		return -1;
	int v = step[*q++ - 'A'];
	if (*q == '#') {
		v++;
		q++;
	}
	if (is_digit(q[0]) && q[1] == ' ') {
		v += 12 * (*q - '0' + 1);
		*p = q + 1;
	} else if (q[0] == '-' && q[1] == '1' && q[2] == ' ') {
		*p = q + 2;
	} else {
		return -1;
	}
	return v < 128 ? v : -1;
}

/*
 * A message of a channel, with a time in ticks, as riad_miditext_write has it:
 * nearly all lines are that.  Of any other, or if anything is wrong with it,
 * nothing is taken.
 */
static bool
read_fast(const char *p, const char *end, struct riad_smf_item *item,
    struct riad_miditext_time *time)
{
	struct riad_midi_event *event = &item->event;
	bool delta = *p == '+';
	uint64_t ticks = 0;
	int a, b = 0;

	p += delta;
	const char *first = p;
	while (p < end && is_digit(*p) && p - first < 10)
		ticks = ticks * 10 + (uint64_t)(*p++ - '0');
	if (p == first || end - p < 10 || memcmp(p, " ch ", 4) != 0 ||
	    (delta && ticks > MIDI_DELTA_MAX))
		return false;
	p += 4;
	int channel = fast_number(&p, end, 16);
	if (channel < 1 || end - p < 5)
		return false;

	const char *word = ++p;
	p += word[2] == ' ' ? 3 : 4;
	if (memcmp(word, "on ", 3) == 0)
		event->status = RIAD_MIDI_ON;
	else if (memcmp(word, "off ", 4) == 0)
		event->status = RIAD_MIDI_OFF;
	else if (memcmp(word, "cc ", 3) == 0)
		event->status = RIAD_MIDI_CONTROL;
	else if (memcmp(word, "pb ", 3) == 0)
		event->status = RIAD_MIDI_BEND;
	else
		return false;
	if (event->status == RIAD_MIDI_BEND) {
		a = fast_number(&p, end, 16383);
		b = a >> 7;
		a = a < 0 ? a : a & 127;
	} else {
		a = event->status == RIAD_MIDI_CONTROL
			? fast_number(&p, end, 127)
			: fast_note(&p, end);
		if (a < 0 || end - p < 2)
			return false;
		p++;
		b = fast_number(&p, end, 127);
	}
	bool running = end - p == 8 && memcmp(p, " running", 8) == 0;
	if (a < 0 || b < 0 || (p != end && !running))
		return false;
	item->kind = RIAD_SMF_EVENT;
	event->kind = RIAD_MIDI_MESSAGE;
	event->status |= (uint8_t)(channel - 1);
	event->data[0] = (uint8_t)a;
	event->data[1] = (uint8_t)b;
	event->running = running;
	time->clock = delta ? RIAD_MIDI_DELTA : RIAD_MIDI_TICKS;
	time->value = (int64_t)ticks;
	return true;
}

int
riad_miditext_read(struct riad_miditext_reader *r, const char *line, size_t len,
    struct riad_smf_item *item, struct riad_miditext_time *time)
{
	static const struct riad_smf_item none;

	memcpy(item, &none, sizeof(*item));
	if (line == NULL) {
		if (r->at == r->nqueue)
			return 0;
		item->kind = RIAD_SMF_EVENT;
		item->event = r->queue[r->at++];
		item->track = r->queue_track;
		return 1;
	}

	struct midi_scan s = {r, line, line, line + len};
	r->line++;
	r->nqueue = r->at = 0;
	r->has_track = false;
	r->bytes.len = 0;
	if (len > 0 && (*line == '{' ? midi_json_fast(line, s.end, item, time)
				     : read_fast(line, s.end, item, time)))
		return 1;
	item->event.status = 0;
	blanks(&s);
	if (s.p == s.end || *s.p == '#')
		return 0;

	int got = *s.p == '{' ? midi_json_read(&s, item, time)
			      : read_line(&s, item, time);
	r->queue_track = item->track;
	return got;
}

int
riad_miditext_is(const char *line, size_t len)
{
	/* A tempo below this is one in quarters a minute. */
	enum { LEAST_TEMPO = 1000 };
	static const char both[][12] = {
	    "pp", "tempo", "copyright", "marker", "lyric", "instrument", "cc"};
	struct riad_miditext_reader r;
	struct riad_miditext_time time;
	struct riad_smf_item item;
	struct midi_scan s = {&r, line, line, line + len};

	blanks(&s);
	if (s.p == s.end || *s.p == '#')
		return -1;
	if (*s.p == '+' || is_digit(*s.p))
		return 1;
	if (*s.p == '{') {
		/* A tuplet of a score has a number there. */
		s.p++;
		blanks(&s);
		return s.p == s.end || !is_digit(*s.p);
	}

	const char *at = s.p, *end = token_end(&s);
	size_t n = (size_t)(end - at);
	if (n == 2 && (memcmp(at, "ch", 2) == 0 || memcmp(at, "tr", 2) == 0))
		return 1;
	if (midi_word_find(at, n) == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		if (strlen(both[i]) != n || memcmp(both[i], at, n) != 0)
			continue;
		riad_miditext_init(&r);
		int got = riad_miditext_read(&r, line, len, &item, &time);
		bool slow = got == 1 && item.event.kind == RIAD_MIDI_META &&
			    item.event.meta == 0x51 &&
			    item.event.bytes[0] == 0 &&
			    (item.event.bytes[1] << 8 | item.event.bytes[2]) <
				LEAST_TEMPO;
		riad_miditext_free(&r);
		return got == 1 && !slow;
	}
	return 1;
}
