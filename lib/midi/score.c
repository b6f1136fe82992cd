/* SPDX-License-Identifier: ISC */
/* Score text, riad-score(5): lines, and the music in them. */

#include "score.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
score_space(struct score *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;

	/* A comment is space, up to the end. */
	if (s->at < s->end && *s->at == '#' &&
	    (s->at == s->line_at || s->at[-1] == ' ' || s->at[-1] == '\t'))
		s->at = s->end;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The letters and digits that are next. */
size_t
score_word(const struct score *s)
{
	const char *p = s->at;

	while (p < s->end && (is_letter(*p) || is_digit(*p)))
		p++;
	return (size_t)(p - s->at);
}

bool
score_is(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

int
score_number(struct score *s, int *value, int min, int max, const char *what)
{
	const char *p = s->at;
	char buf[TUNE_SEEN];
	bool minus = false;
	int n = 0;

	if (min < 0 && p < s->end && (*p == '-' || *p == '+'))
		minus = *p++ == '-';
	const char *digits = p;
	for (; p < s->end && is_digit(*p) && p - digits < 8; p++)
		n = n * 10 + (*p - '0');
	if (minus)
		n = -n;
	if (p == digits || n < min || n > max)
		return tune_fault(s, s->at, "expected %s, %d to %d, not %s",
		    what, min, max, tune_seen(s->at, s->end, buf));
	s->at = p;
	*value = n;
	return 0;
}

int
score_part_new(struct score *s, const char *name, size_t len, bool drums)
{
	struct score_part *p;

	for (size_t i = 0; i < s->nparts; i++) {
		p = s->parts[i];
		if (p->name_len == len && memcmp(p->name, name, len) == 0) {
			if (p->drums != drums)
				return tune_fault(s, s->line_at,
				    "expected another name: a part has this "
				    "one");
			p->in_block = false;
			s->part = p;
			return 0;
		}
	}

	struct tune_voice *v = tune_voice_new(s->m, s->line);
	if (v == NULL)
		return -1;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return -1;
	s->part = s->parts[s->nparts++] = p;
	*p = (struct score_part){
	    .voice = v,
	    .name = name,
	    .name_len = len,
	    .drums = drums,
	    .octave = 4,
	    .len = TUNE_QUARTER,
	    .velocity = 80,
	    .gate = 100,
	    .num = s->num,
	    .shift = s->shift,
	    .bar = TUNE_WHOLE * s->num >> s->shift,
	    .bar_number = 1,
	    .repeat = {.phase = -1},
	    .ending_phase = -1,
	    .grid = 16,
	};
	if (s->pickup > 0)
		p->since = p->phase = p->bar - s->pickup;
	if (drums) {
		v->channel = 9;
		v->has_channel = true;
	}
	return tune_text(s->m, &v->name, name, len);
}

int
score_part(struct score *s)
{
	if (s->part != NULL)
		return 0;
	return score_part_new(s, "music", 5, false);
}

/* Every operation that takes time comes by here. */
int
score_op(struct score *s, struct tune_op op)
{
	struct score_part *p = s->part;

	if (op.count == 0)
		op.count = 1;
	if (s->in_tuplet > 0) {
		/* Each may come to another length. */
		for (; op.count > 1; op.count--) {
			struct tune_op one = op;
			one.count = 1;
			if (score_op(s, one) == -1)
				return -1;
		}
		int64_t len = op.len * s->time_of + s->left_over;
		op.len = len / s->in_tuplet;
		s->left_over = (unsigned)(len % s->in_tuplet);
	}

	int64_t len = op.len * op.count;
	p->time += len;
	if (p->time > TUNE_TIME_MAX)
		return tune_fault(s, s->line_at,
		    "too long: a part has at most %d ticks", RIAD_TUNE_TICKS);
	if (p->bar > 0) {
		int64_t at = p->phase + len, bars = at / p->bar;
		if (at % p->bar < 0)
			bars--; /* a grace note before the bar */
		p->phase = at - bars * p->bar;
		p->bar_number += (uint32_t)bars;
	}
	p->since += len;
	return tune_add(
	    s->m, p->voice, &op, s->line, (size_t)(s->at - s->line_at) + 1);
}

int
score_length(struct score *s, int64_t *len)
{
	const char *p = s->at;
	unsigned n = 0;

	if (p >= s->end || !is_digit(*p))
		return 0;
	for (; p < s->end && is_digit(*p) && p - s->at < 5; p++)
		n = n * 10 + (unsigned)(*p - '0');
	if (n == 0 || n > 480 || 1920 % n != 0)
		return tune_fault(s, s->at,
		    "expected a length that divides a whole note, such as 1, "
		    "2, 4, 8, 16 or 12, not %.*s",
		    (int)(p - s->at), s->at);

	int64_t more = TUNE_WHOLE / n;
	*len = more;
	for (int dots = 0; p < s->end && *p == '.'; p++) {
		if (++dots > 3)
			return tune_fault(s, p, "expected at most 3 dots");
		more /= 2;
		*len += more;
	}
	s->at = p;
	return 0;
}

/* *N: so many times. */
int
score_times(struct score *s, uint16_t *count)
{
	int n = 1;

	*count = 1;
	if (s->at >= s->end || *s->at != '*')
		return 0;
	s->at++;
	if (score_number(s, &n, 1, SCORE_REPEAT_MAX, "how many times") == -1)
		return -1;
	*count = (uint16_t)n;
	return 0;
}

/* A pitch such as c, f#, bb' at s->at. */
static int
read_pitch(struct score *s, uint8_t *key)
{
	static const int steps[7] = {9, 11, 0, 2, 4, 5, 7}; /* a to g */
	struct score_part *p = s->part;
	const char *at = s->at;
	int n = steps[*s->at++ - 'a'] + 12 * (p->octave + 1) + p->transpose;

	while (s->at < s->end && (*s->at == '#' || *s->at == 'b'))
		n += *s->at++ == '#' ? 1 : -1;
	while (s->at < s->end && (*s->at == '\'' || *s->at == ','))
		n += *s->at++ == '\'' ? 12 : -12;
	if (n < 0 || n > 127)
		return tune_fault(s, at,
		    "expected a note of MIDI, from c in octave -1 to g in "
		    "octave 9");
	*key = (uint8_t)n;
	return 0;
}

/* What a tie leads to is there. */
static int
check_tie(struct score *s, const char *at, const uint8_t *keys, size_t n)
{
	struct score_part *p = s->part;

	if (p->tied == 0)
		return 0;

	const struct tune_op *op = &tune_ops(p->voice)[p->tied - 1];
	const uint8_t *tied = s->m->pitches.data + op->ref;
	for (size_t i = 0; i < op->data[2]; i++) {
		for (size_t k = 0; k < n; k++) {
			if ((tied[i] & 0x7F) == keys[k]) {
				p->tied = 0;
				return 0;
			}
		}
	}
	return tune_fault(
	    s, at, "expected the same note again, since the last one is tied");
}

/* /d : a grace note of what follows. */
static int
read_grace(struct score *s)
{
	struct score_part *p = s->part;
	const char *at = s->at++;
	char buf[TUNE_SEEN];

	if (p->tied != 0)
		return check_tie(s, at, NULL, 0);
	if (s->at >= s->end || *s->at < 'a' || *s->at > 'g')
		return tune_fault(s, s->at,
		    "expected a grace note, as in /d c4, not %s",
		    tune_seen(s->at, s->end, buf));
	if (p->ngraces == SCORE_GRACES)
		return tune_fault(
		    s, at, "expected at most %u grace notes", SCORE_GRACES);
	if (p->ngraces == 0) {
		p->grace_line = s->line;
		p->grace_column = (size_t)(at - s->line_at) + 1;
	}
	if (read_pitch(s, &p->graces[p->ngraces]) == -1)
		return -1;
	p->ngraces++;
	if (s->at < s->end && is_digit(*s->at))
		return tune_fault(
		    s, s->at, "expected a grace note without a length");
	return 0;
}

/* They take their time from the note, whose length is left. */
static int
add_graces(struct score *s, int64_t *len)
{
	struct score_part *p = s->part;
	unsigned n = p->ngraces;

	p->ngraces = 0;
	for (unsigned i = 0; i < n; i++) {
		struct tune_op op = {
		    .kind = TUNE_NOTE,
		    .data = {tune_velocity(p->velocity, TUNE_GRACE), 100, 1},
		    .len = tune_grace_len(p->len, n),
		    .stress = TUNE_GRACE,
		};
		*len -= op.len;
		if (tune_pitches(s->m, &op.ref, &p->graces[i], 1) == -1 ||
		    score_op(s, op) == -1)
			return -1;
	}
	return 0;
}

/* What follows the pitches of a note or a chord: length, accent, tie. */
static int
end_note(struct score *s, const char *at, uint8_t *keys, size_t n)
{
	struct score_part *p = s->part;
	struct tune_op op = {
	    .kind = TUNE_NOTE,
	    .data = {0, (uint8_t)p->gate, (uint8_t)n},
	};
	bool tie = false;

	/* d5 is hardly meant as a fifth of a whole note. */
	if (s->at < s->end && tune_is_one("579", *s->at) &&
	    (s->at + 1 == s->end || !is_digit(s->at[1])))
		return tune_fault(s, s->at,
		    "expected a length, such as 4, 8 or 12; octaves are set "
		    "before notes, as o%c",
		    *s->at);
	if (score_length(s, &p->len) == -1)
		return -1;
	op.len = p->len;
	if (s->at < s->end && *s->at == '^') {
		op.stress = TUNE_ACCENT;
		s->at++;
	}
	if (s->at < s->end && *s->at == '~') {
		tie = true;
		s->at++;
	}
	if (score_times(s, &op.count) == -1 || check_tie(s, at, keys, n) == -1)
		return -1;
	op.data[0] = tune_velocity(p->velocity, op.stress);
	for (size_t i = 0; tie && i < n; i++)
		keys[i] |= TUNE_TIED;
	if (tune_pitches(s->m, &op.ref, keys, n) == -1 ||
	    add_graces(s, &op.len) == -1)
		return -1;
	if (op.len < p->len && op.count > 1) {
		/* Grace notes are of the first one. */
		struct tune_op first = op;
		first.count = 1;
		if (score_op(s, first) == -1)
			return -1;
		op.count--;
		op.len = p->len;
	}
	if (score_op(s, op) == -1)
		return -1;
	p->tied = tie ? tune_nops(p->voice) : 0;
	return 0;
}

static int
read_chord(struct score *s)
{
	const char *at = s->at++;
	uint8_t keys[TUNE_CHORD];
	char buf[TUNE_SEEN];
	size_t n = 0;

	for (;;) {
		score_space(s);
		if (s->at < s->end && *s->at == ']')
			break;
		if (s->at >= s->end || *s->at < 'a' || *s->at > 'g')
			return tune_fault(s, s->at,
			    "expected a note of the chord, or ']', not %s",
			    tune_seen(s->at, s->end, buf));
		if (n == TUNE_CHORD)
			return tune_fault(s, s->at,
			    "expected at most %u notes in a chord", TUNE_CHORD);

		const char *note = s->at;
		if (read_pitch(s, &keys[n]) == -1)
			return -1;
		if (s->at < s->end && (is_digit(*s->at) || *s->at == '~'))
			return tune_fault(s, s->at,
			    "expected lengths and ties of a chord after "
			    "its ']'");
		for (size_t i = 0; i < n; i++) {
			if (keys[i] == keys[n])
				return tune_fault(s, note,
				    "expected another note: the chord has "
				    "this one");
		}
		n++;
	}
	s->at++;
	if (n == 0)
		return tune_fault(
		    s, at + 1, "expected the notes of a chord, such as c e g");
	return end_note(s, at, keys, n);
}

static int
read_rest(struct score *s, bool whole_bar)
{
	struct score_part *p = s->part;
	struct tune_op op = {.kind = TUNE_REST};
	const char *at = s->at++;

	if (p->tied != 0)
		return check_tie(s, at, NULL, 0);
	if (p->ngraces > 0)
		return tune_fault(s, at, "expected a note after a grace note");
	if (whole_bar) {
		if (p->phase != 0 && p->time > 0)
			return tune_fault(
			    s, at, "expected a bar's rest where a bar begins");
		op.len = p->bar - p->phase; /* or a pickup's */
	} else {
		if (score_length(s, &p->len) == -1)
			return -1;
		op.len = p->len;
	}
	if (score_times(s, &op.count) == -1)
		return -1;
	return score_op(s, op);
}

/* {3 or {3:2 : so many notes in the time of so many. */
static int
begin_tuplet(struct score *s)
{
	const char *at = s->at++;
	int n = 0, of;

	if (s->in_tuplet != 0)
		return tune_fault(s, at, "expected no tuplet in a tuplet");
	score_space(s);
	if (score_number(s, &n, 2, 99, "how many notes the tuplet has") == -1)
		return -1;

	/* Two and four are for the time of three, others for that of the
	 * power of two below. */
	for (of = 2; of * 2 < n; of *= 2)
		;
	if (n == 2 || n == 4)
		of = 3;
	if (s->at < s->end && *s->at == ':') {
		s->at++;
		if (score_number(s, &of, 1, 99, "how many its time is for") ==
		    -1)
			return -1;
	}
	s->left_over = 0;
	s->in_tuplet = (unsigned)n;
	s->time_of = (unsigned)of;
	s->tuplet_column = (size_t)(at - s->line_at) + 1;
	return 0;
}

static int
set_octave(struct score *s)
{
	s->at++;
	return score_number(s, &s->part->octave, -1, 9, "an octave");
}

/* What comes after a note is a space or one of a few signs. */
static int
check_gap(struct score *s)
{
	char buf[TUNE_SEEN];

	if (s->at >= s->end || tune_is_one(" \t]}|:(<>{[/", *s->at))
		return 0;
	return tune_fault(s, s->at, "expected a space after the note, not %s",
	    tune_seen(s->at, s->end, buf));
}

int
score_music(struct score *s)
{
	char buf[TUNE_SEEN];
	uint8_t key;

	if (score_part(s) == -1)
		return -1;
	s->part->in_block = false;
	for (;;) {
		const char *at;
		int r = 0;

		score_space(s);
		at = s->at;
		if (at >= s->end)
			break;
		switch (*at) {
		case 'a':
		case 'b':
		case 'c':
		case 'd':
		case 'e':
		case 'f':
		case 'g':
			r = read_pitch(s, &key);
			if (r == 0)
				r = end_note(s, at, &key, 1);
			if (r == 0)
				r = check_gap(s);
			break;
		case 'r':
		case 'R':
			r = read_rest(s, *at == 'R');
			if (r == 0)
				r = check_gap(s);
			break;
		case '[':
			r = read_chord(s);
			if (r == 0)
				r = check_gap(s);
			break;
		case '/':
			r = read_grace(s);
			if (r == 0)
				r = check_gap(s);
			break;
		case '{':
			r = begin_tuplet(s);
			break;
		case '}':
			if (s->in_tuplet == 0)
				r = tune_fault(
				    s, at, "expected '{' before '}'");
			s->in_tuplet = 0;
			s->at++;
			break;
		case '|':
		case ':':
			if (*at == '|' || score_next_is(s, ":|")) {
				r = score_bar(s);
				break;
			}
			r = tune_fault(s, at, "expected :| and not ':' alone");
			break;
		case '(':
			r = score_sign(s);
			break;
		case 'o':
			r = set_octave(s);
			break;
		case '<':
		case '>':
			s->part->octave += *at == '<' ? -1 : 1;
			if (s->part->octave < -1 || s->part->octave > 9)
				r = tune_fault(
				    s, at, "expected an octave from -1 to 9");
			s->at++;
			break;
		default:
			if (is_digit(*at)) {
				r = score_ending(s);
				break;
			}
			if (*at >= 'A' && *at <= 'G' &&
			    (at + 1 == s->end || !is_letter(at[1])))
				r = tune_fault(s, at,
				    "expected a note in lower case, as c4: a "
				    "quarter C in the octave that o4 set");
			else
				r = tune_fault(s, at,
				    "expected a keyword, a drum, or music "
				    "(notes a to g, rest r, |), not %s",
				    tune_seen(at, s->end, buf));
		}
		if (r == -1)
			return -1;
	}
	if (s->in_tuplet != 0)
		return tune_fault(s, s->at,
		    "expected '}', which ends the tuplet in column %zu",
		    s->tuplet_column);
	return 0;
}

static int
read_line(struct score *s)
{
	int r;

	score_space(s);
	if (s->at >= s->end) {
		/* An empty line ends a block of drum lanes, one of a comment
		 * doesn't. */
		if (s->line_at == s->end && s->part != NULL)
			s->part->in_block = false;
		return 0;
	}
	r = score_statement(s);
	if (r == 0)
		r = score_lane(s);
	if (r == 0)
		return score_music(s);
	return r == -1 ? -1 : 0;
}

/* Channels of voices that have none: those that no other has, but the one of
 * drums. */
static int
give_channels(struct score *s)
{
	bool taken[16] = {[9] = true};
	uint8_t next = 0;

	for (size_t i = 0; i < s->nparts; i++) {
		if (s->parts[i]->voice->has_channel)
			taken[s->parts[i]->voice->channel] = true;
	}
	for (size_t i = 0; i < s->nparts; i++) {
		struct tune_voice *v = s->parts[i]->voice;
		if (v->has_channel)
			continue;
		while (next < 16 && taken[next])
			next++;
		if (next == 16)
			return tune_fail(s->m, v->line, 1,
			    "expected a channel for this part: more than 15 "
			    "are not there");
		v->channel = next++;
	}
	return 0;
}

static int
end_parts(struct score *s)
{
	for (size_t i = 0; i < s->nparts; i++) {
		struct score_part *p = s->parts[i];

		if (p->repeat.phase >= 0 && p->ending_phase < 0)
			return tune_fail(s->m, p->repeat.line, p->repeat.column,
			    "expected :| after this |:");
		if (p->ngraces > 0)
			return tune_fail(s->m, p->grace_line, p->grace_column,
			    "expected a note after a grace note");
		if (p->swells)
			return tune_fail(s->m, p->swell_line, p->swell_column,
			    "expected a dynamic, such as (f), that this leads "
			    "to");
	}
	return give_channels(s);
}

/* The meter at the beginning; a pickup is a bar of its own. */
static int
begin_meter(struct score *s)
{
	uint32_t at = 0;

	if (s->pickup > 0) {
		int64_t g = score_gcd(s->pickup, TUNE_WHOLE);
		int64_t over = TUNE_WHOLE / g;
		unsigned shift = 0;
		while ((INT64_C(1) << shift) < over)
			shift++;
		if ((INT64_C(1) << shift) == over && s->pickup / g < 256 &&
		    tune_meter_add(s->m, 0, (unsigned)(s->pickup / g), shift) ==
			-1)
			return -1;
		at = (uint32_t)tune_ticks(s->pickup);
	}
	return tune_meter_add(s->m, at, s->num, s->shift);
}

int
tune_read_score(struct tune_maker *m, const char *text, size_t len)
{
	struct score s = {.m = m, .num = 4, .shift = 2};
	const char *end = text + len;
	int r = 0;

	s.text = s.at = text;
	while (r == 0 && s.at < end) {
		s.line_at = s.at;
		s.line++;
		s.end = memchr(s.at, '\n', (size_t)(end - s.at));

		const char *next = s.end == NULL ? end : s.end + 1;
		if (s.end == NULL)
			s.end = end;
		if (s.end > s.line_at && s.end[-1] == '\r')
			s.end--;
		r = read_line(&s);
		s.at = next;
	}
	if (r == 0)
		r = end_parts(&s);
	if (r == 0)
		r = begin_meter(&s);
	for (size_t i = 0; i < s.nparts; i++)
		free(s.parts[i]);
	return r;
}
