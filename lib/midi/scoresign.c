/* SPDX-License-Identifier: ISC */
/*
 * What score text says by words: lines that begin with a keyword, and the same
 * and dynamics in parentheses.
 */

#include <stdlib.h>
#include <string.h>

#include "score.h"

/* Velocities as other notation programs have them: 16 a step. */
static const struct {
	const char *name;
	int velocity;
} dynamics[] = {
    {"ppp", 16},
    {"pp", 33},
    {"p", 49},
    {"mp", 64},
    {"mf", 80},
    {"f", 96},
    {"ff", 112},
    {"fff", 126},
};

/* The rest of a sign or of a line; quotes may be around it. */
static int
read_string(struct score *s, const char **text, size_t *len, const char *stop)
{
	score_space(s);

	const char *at = s->at, *end = stop;
	if (at < stop && *at == '"') {
		end = memchr(at + 1, '"', (size_t)(stop - at - 1));
		if (end == NULL)
			return tune_fault(s, stop, "expected '\"' at the end");
		*text = at + 1;
		*len = (size_t)(end - at - 1);
		s->at = end + 1;
		return 0;
	}
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*text = at;
	*len = (size_t)(end - at);
	s->at = end;
	return *len > 0 ? 0 : tune_fault(s, at, "expected a text or a name");
}

static int
end_swell(struct score *s, int velocity)
{
	struct score_part *p = s->part;

	if (p->swells) {
		tune_swell(p->voice, p->swell_at, p->velocity, velocity);
		p->swells = false;
	}
	p->velocity = velocity;
	return 0;
}

static int
begin_swell(struct score *s, const char *at)
{
	struct score_part *p = s->part;

	if (p->swells)
		return tune_fault(s, at,
		    "expected a dynamic, such as (f), that the last one leads "
		    "to");
	p->swells = true;
	p->swell_at = tune_nops(p->voice);
	p->swell_line = s->line;
	p->swell_column = (size_t)(at - s->line_at) + 1;
	return 0;
}

/* To the part in hand where it is, or to the beginning if there is none. */
static int
conductor(struct score *s, struct tune_op op)
{
	uint8_t b[3] = {
	    (uint8_t)(op.ref >> 16), (uint8_t)(op.ref >> 8), (uint8_t)op.ref};

	if (s->part != NULL)
		return score_op(s, op);
	if (op.kind == TUNE_TEMPO)
		return tune_meta_add(s->m, true, 0, 0x51, b, 3);
	if (op.kind == TUNE_KEY)
		return tune_meta_add(s->m, true, 0, 0x59, op.data, 2);

	struct tune_event ev = {
	    .ref = op.ref, .status = 0xFF, .meta = op.data[0]};
	return tune_event_add(s->m, true, &ev);
}

static int
do_tempo(struct score *s)
{
	struct tune_op op = {.kind = TUNE_TEMPO};
	const char *at = s->at;
	int64_t beat = TUNE_QUARTER;
	unsigned whole = 0, parts = 0, of = 1;

	/* A length and '=' before it say what is counted. */
	for (const char *p = at; p < s->end && *p != ')'; p++) {
		if (*p != '=')
			continue;
		if (score_length(s, &beat) == -1)
			return -1;
		score_space(s);
		if (s->at != p)
			return tune_fault(s, at,
			    "expected a length before '=', as in 4. = 60");
		s->at++;
		score_space(s);
		break;
	}

	const char *digits = s->at;
	for (; s->at < s->end && *s->at >= '0' && *s->at <= '9' &&
	       s->at - digits < 5;
	     s->at++)
		whole = whole * 10 + (unsigned)(*s->at - '0');
	if (s->at > digits && s->at + 1 < s->end && *s->at == '.') {
		for (s->at++; s->at < s->end && *s->at >= '0' &&
			      *s->at <= '9' && of < 1000;
		     s->at++) {
			parts = parts * 10 + (unsigned)(*s->at - '0');
			of *= 10;
		}
	}

	/* A quarter in microseconds takes three bytes. */
	uint64_t beats = (uint64_t)whole * of + parts; /* of a 1/of minute */
	uint64_t us = beats == 0
			  ? 0
			  : ((uint64_t)60000000 * of * (uint64_t)TUNE_QUARTER /
				    (uint64_t)beat +
				beats / 2) /
				beats;
	if (us == 0 || us > 0xFFFFFF)
		return tune_fault(s, digits,
		    "expected beats a minute, such as 120: quarters from 4 on");
	op.ref = (uint32_t)us;
	return conductor(s, op);
}

static int
do_time(struct score *s)
{
	const char *at = s->at;
	int num = 0, den = 0;
	unsigned shift = 0;

	if (score_number(s, &num, 1, 255, "a time signature") == -1)
		return -1;
	if (s->at >= s->end || *s->at != '/')
		return tune_fault(s, s->at, "expected '/', as in time 4/4");
	s->at++;
	const char *below = s->at;
	if (score_number(s, &den, 1, 64, "what a beat is") == -1)
		return -1;
	while (1 << shift < den)
		shift++;
	if (1 << shift != den)
		return tune_fault(
		    s, below, "expected 1, 2, 4, 8, 16, 32 or 64 below");
	if (s->part == NULL && s->pickup >= TUNE_WHOLE * num >> shift)
		return tune_fault(
		    s, at, "expected a bar that is longer than the pickup");
	if (s->part == NULL) {
		s->num = (unsigned)num;
		s->shift = shift;
		return 0;
	}

	struct score_part *p = s->part;
	if (p->phase != 0 && p->time > 0)
		return tune_fault(
		    s, at, "expected a change of time where a bar begins");
	p->num = (unsigned)num;
	p->shift = shift;
	p->bar = TUNE_WHOLE * num >> shift;
	p->phase = p->since = 0;
	return score_op(s, (struct tune_op){.kind = TUNE_METER,
			       .data = {(uint8_t)num, (uint8_t)shift}});
}

static int
do_key(struct score *s)
{
	/* Of f c g d a e b, which are fifths from -1 on. */
	static const char fifths[] = "fcgdaeb";
	struct tune_op op = {.kind = TUNE_KEY};
	const char *at = s->at, *f;
	int sharps;

	if (at >= s->end ||
	    (f = memchr(fifths, *at | 0x20, sizeof(fifths) - 1)) == NULL)
		return tune_fault(
		    s, at, "expected a key, such as C, Bb or F# minor");
	sharps = (int)(f - fifths) - 1;
	s->at++;
	if (s->at < s->end && (*s->at == '#' || *s->at == 'b'))
		sharps += *s->at++ == '#' ? 7 : -7;

	size_t n = score_word(s);
	if (n == 0) {
		score_space(s);
		n = score_word(s);
	}
	if (score_is(s->at, n, "m") || score_is(s->at, n, "minor")) {
		op.data[1] = 1;
		sharps -= 3;
	} else if (n > 0 && !score_is(s->at, n, "major")) {
		return tune_fault(s, s->at, "expected major or minor");
	}
	s->at += n;
	if (sharps < -7 || sharps > 7)
		return tune_fault(
		    s, at, "expected a key of at most 7 sharps or flats");
	op.data[0] = (uint8_t)sharps;
	return conductor(s, op);
}

static int
do_pickup(struct score *s)
{
	const char *at = s->at;
	int64_t len = 0;

	if (s->part != NULL)
		return tune_fault(
		    s, at, "expected a pickup before the first part");
	if (score_length(s, &len) == -1)
		return -1;
	if (len == 0 || len >= TUNE_WHOLE * s->num >> s->shift)
		return tune_fault(s, at,
		    "expected a length, such as 4, that is less than a bar "
		    "(after the time signature)");
	s->pickup = len;
	return 0;
}

static int
text_event(struct score *s, uint8_t meta, bool mark, const char *stop)
{
	struct tune_op op = {
	    .kind = mark ? TUNE_MARK : TUNE_META, .data = {meta}};
	const char *text = NULL;
	size_t len = 0;

	if (read_string(s, &text, &len, stop) == -1 ||
	    tune_text(s->m, &op.ref, text, len) == -1)
		return -1;
	if (!mark && score_part(s) == -1)
		return -1;
	return conductor(s, op);
}

/* Of the whole tune, wherever it stands. */
static int
head_text(struct score *s, uint8_t meta, const char *stop)
{
	const char *text = NULL;
	size_t len = 0;

	if (read_string(s, &text, &len, stop) == -1)
		return -1;
	return tune_meta_add(s->m, true, 0, meta, text, len);
}

static int
control(struct score *s, uint8_t controller)
{
	int value = 0;

	if (score_number(s, &value, 0, 127, "a value") == -1)
		return -1;
	return score_op(
	    s, (struct tune_op){.kind = TUNE_MESSAGE,
		   .data = {RIAD_MIDI_CONTROL, controller, (uint8_t)value}});
}

static int
do_cc(struct score *s)
{
	int controller = 0;

	if (score_number(s, &controller, 0, 127, "a controller") == -1)
		return -1;
	score_space(s);
	return control(s, (uint8_t)controller);
}

static int
do_bend(struct score *s)
{
	int n = 0;

	if (score_number(s, &n, -8192, 8191, "a pitch bend") == -1)
		return -1;
	n += 8192;
	return score_op(s, (struct tune_op){.kind = TUNE_MESSAGE,
			       .data = {RIAD_MIDI_BEND, (uint8_t)(n & 0x7F),
				   (uint8_t)(n >> 7)}});
}

static int
do_instrument(struct score *s, const char *stop)
{
	struct score_part *p = s->part;
	int n = score_instrument(s, stop);

	if (n == -1)
		return -1;
	if (tune_nops(p->voice) == 0) {
		p->voice->program = (int16_t)n;
		return 0;
	}
	return score_op(s, (struct tune_op){.kind = TUNE_MESSAGE,
			       .data = {RIAD_MIDI_PROGRAM, (uint8_t)n}});
}

static int
do_channel(struct score *s)
{
	struct score_part *p = s->part;
	const char *at = s->at;
	int n = 0;

	if (score_number(s, &n, 1, 16, "a channel") == -1)
		return -1;
	if (tune_nops(p->voice) > 0)
		return tune_fault(
		    s, at, "expected a channel before what a part plays");
	p->voice->channel = (uint8_t)(n - 1);
	p->voice->has_channel = true;
	return 0;
}

static int
do_grid(struct score *s)
{
	const char *at = s->at;
	int n = 0;

	if (score_number(s, &n, 1, 480, "steps a whole note") == -1)
		return -1;
	if (1920 % n != 0)
		return tune_fault(s, at,
		    "expected steps that divide a whole note, such as 8, 12, "
		    "16 or 24");
	if (score_drums(s) == -1)
		return -1;
	s->part->grid = (unsigned)n;
	return 0;
}

static int
do_part(struct score *s, bool drums)
{
	const char *name = "drums";
	size_t len = 5;
	char buf[TUNE_SEEN];

	score_space(s);
	if (s->at < s->end && *s->at == '"') {
		const char *stop = s->end;
		if (read_string(s, &name, &len, stop) == -1)
			return -1;
	} else if (s->at < s->end) {
		const char *p = s->at;
		while (p < s->end && *p != ' ' && *p != '\t')
			p++;
		name = s->at;
		len = (size_t)(p - name);
		s->at = p;
	} else if (!drums) {
		return tune_fault(s, s->at, "expected the name of the part");
	}

	size_t before = s->nparts;
	if (score_part_new(s, name, len, drums) == -1)
		return -1;
	score_space(s);
	if (drums && s->at < s->end)
		return tune_fault(s, s->at,
		    "expected no more than a name after drums, not %s",
		    tune_seen(s->at, s->end, buf));
	if (s->at < s->end)
		return do_instrument(s, s->end);

	/* A part that has the name of an instrument, is for it. */
	if (s->nparts > before && !drums) {
		int n = tune_program(name, len);
		s->part->voice->program = (int16_t)(n < 0 ? 0 : n);
	}
	return 0;
}

enum keyword {
	TEMPO,
	TIME,
	KEY,
	PICKUP,
	TITLE,
	COMPOSER,
	COPYRIGHT,
	MARKER,
	LYRIC,
	PART,
	DRUMS,
	INSTRUMENT,
	CHANNEL,
	VOLUME,
	PAN,
	CC,
	BEND,
	GATE,
	VELOCITY,
	TRANSPOSE,
	GRID,
	CRESC,
	DIM,
};

static const struct {
	const char *name;
	enum keyword keyword;
	bool line_only; /* not in parentheses */
	bool of_part;
} keywords[] = {
    {"tempo", TEMPO, false, false},
    {"time", TIME, false, false},
    {"key", KEY, false, false},
    {"pickup", PICKUP, true, false},
    {"title", TITLE, true, false},
    {"composer", COMPOSER, true, false},
    {"copyright", COPYRIGHT, true, false},
    {"marker", MARKER, false, false},
    {"lyric", LYRIC, false, true},
    {"part", PART, true, false},
    {"drums", DRUMS, true, false},
    {"instrument", INSTRUMENT, false, true},
    {"channel", CHANNEL, true, true},
    {"volume", VOLUME, false, true},
    {"pan", PAN, false, true},
    {"cc", CC, false, true},
    {"bend", BEND, false, true},
    {"gate", GATE, false, true},
    {"velocity", VELOCITY, false, true},
    {"transpose", TRANSPOSE, false, true},
    {"grid", GRID, true, false},
    {"cresc", CRESC, false, true},
    {"dim", DIM, false, true},
};

static int
do_keyword(
    struct score *s, const char *at, enum keyword keyword, const char *stop)
{
	int n = 0;

	switch (keyword) {
	case TEMPO:
		return do_tempo(s);
	case TIME:
		return do_time(s);
	case KEY:
		return do_key(s);
	case PICKUP:
		return do_pickup(s);
	case TITLE:
		return head_text(s, 0x03, stop);
	case COMPOSER:
		return head_text(s, 0x01, stop);
	case COPYRIGHT:
		return head_text(s, 0x02, stop);
	case MARKER:
		return text_event(s, 0x06, true, stop);
	case LYRIC:
		return text_event(s, 0x05, false, stop);
	case PART:
	case DRUMS:
		return do_part(s, keyword == DRUMS);
	case INSTRUMENT:
		return do_instrument(s, stop);
	case CHANNEL:
		return do_channel(s);
	case VOLUME:
		return control(s, 7);
	case PAN:
		return control(s, 10);
	case CC:
		return do_cc(s);
	case BEND:
		return do_bend(s);
	case GATE:
		return score_number(s, &s->part->gate, 1, 100,
		    "percent of their length that notes sound");
	case VELOCITY:
		if (score_number(s, &n, 1, 127, "a velocity") == -1)
			return -1;
		return end_swell(s, n);
	case TRANSPOSE:
		return score_number(
		    s, &s->part->transpose, -60, 60, "semitones");
	case GRID:
		return do_grid(s);
	case CRESC:
	case DIM:
	default:
		return begin_swell(s, at);
	}
}

/* A keyword at s->at, and what belongs to it. */
static int
statement(struct score *s, const char *stop, bool is_line)
{
	const char *at = s->at;
	size_t n = score_word(s);

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (!score_is(at, n, keywords[i].name))
			continue;
		if (!is_line && keywords[i].line_only)
			return tune_fault(s, at,
			    "expected \"%s\" on a line of its own",
			    keywords[i].name);
		if (keywords[i].of_part && score_part(s) == -1)
			return -1;
		if (s->part != NULL)
			s->part->in_block = false;
		s->at += n;
		score_space(s);
		if (do_keyword(s, at, keywords[i].keyword, stop) == -1)
			return -1;
		return 1;
	}
	return 0;
}

int
score_statement(struct score *s)
{
	char buf[TUNE_SEEN];

	/* Where a comment begins, what the keyword says has ended. */
	const char *stop = s->at;
	bool quoted = false;
	for (; stop < s->end; stop++) {
		if (*stop == '"')
			quoted = !quoted;
		if (*stop == '#' && !quoted && stop > s->line_at &&
		    (stop[-1] == ' ' || stop[-1] == '\t'))
			break;
	}

	const char *end = s->end;
	s->end = stop;
	int r = statement(s, stop, true);
	if (r == 1) {
		score_space(s);
		if (s->at < stop)
			r = tune_fault(s, s->at,
			    "expected the end of the line, not %s",
			    tune_seen(s->at, s->end, buf));
	}
	s->end = end;
	return r;
}

int
score_sign(struct score *s)
{
	const char *open = s->at++, *stop = s->at;
	char buf[TUNE_SEEN];
	bool quoted = false;

	while (stop < s->end && (quoted || *stop != ')')) {
		if (*stop == '"')
			quoted = !quoted;
		stop++;
	}
	if (stop == s->end)
		return tune_fault(s, open, "expected ')' in the line");
	score_space(s);

	const char *at = s->at, *end = s->end;
	size_t n = score_word(s);
	int r = 0;
	for (size_t i = 0; i < sizeof(dynamics) / sizeof(dynamics[0]); i++) {
		if (score_is(at, n, dynamics[i].name)) {
			s->at += n;
			end_swell(s, dynamics[i].velocity);
			r = 1;
		}
	}
	s->end = stop;
	if (r == 0)
		r = statement(s, stop, false);
	if (r == 0)
		r = tune_fault(s, at,
		    "expected a dynamic (pp to ff), cresc, dim, or a keyword, "
		    "not %s",
		    tune_seen(at, s->end, buf));
	if (r == 1) {
		score_space(s);
		if (s->at < stop)
			r = tune_fault(s, s->at, "expected ')', not %s",
			    tune_seen(s->at, s->end, buf));
	}
	s->end = end;
	s->at = stop + 1;
	return r == -1 ? -1 : 0;
}
