/* SPDX-License-Identifier: ISC */
/* The music of ABC: notes and what stands around them. */

#include <stdlib.h>
#include <string.h>

#include "abc.h"

static bool
is_note(char c)
{
	return (c >= 'a' && c <= 'g') || (c >= 'A' && c <= 'G');
}

/* Letters that a meaning may be given to, and '~' and '.', which have one. */
static bool
is_decoration(char c)
{
	return (c >= 'H' && c <= 'W') || (c >= 'h' && c <= 'w') || c == '~' ||
	       c == '.';
}

/* Velocities as of the score text: 16 a step. */
static int
dynamic(const char *name, size_t len)
{
	static const struct {
		const char *name;
		int velocity;
	} dynamics[] = {
	    {"pppp", 10},
	    {"ppp", 16},
	    {"pp", 33},
	    {"p", 49},
	    {"mp", 64},
	    {"mf", 80},
	    {"f", 96},
	    {"ff", 112},
	    {"fff", 120},
	    {"ffff", 127},
	};

	for (size_t i = 0; i < sizeof(dynamics) / sizeof(dynamics[0]); i++) {
		if (strlen(dynamics[i].name) == len &&
		    memcmp(name, dynamics[i].name, len) == 0)
			return dynamics[i].velocity;
	}
	return 0;
}

static void
set_velocity(struct abc_voice *v, int velocity)
{
	if (v->swell != 0)
		tune_swell(v->voice, v->swell_at, v->velocity, velocity);
	v->swell = 0;
	v->velocity = velocity;
}

static void
end_swell(struct abc_voice *v)
{
	int to = v->velocity + v->swell;

	if (v->swell != 0)
		set_velocity(v, to < 10 ? 10 : to > 127 ? 127 : to);
}

void
abc_decoration(struct abc_voice *v, const char *name, size_t len)
{
	int velocity = dynamic(name, len);

	if (velocity > 0) {
		set_velocity(v, velocity);
	} else if (abc_is(name, len, "accent") || abc_is(name, len, ">") ||
		   abc_is(name, len, "emphasis") || abc_is(name, len, "sfz") ||
		   abc_is(name, len, "marcato") || abc_is(name, len, "^")) {
		v->accent = true;
	} else if (abc_is(name, len, "staccato") || abc_is(name, len, ".") ||
		   abc_is(name, len, "wedge")) {
		v->staccato = true;
	} else if (abc_is(name, len, "crescendo(") || abc_is(name, len, "<(")) {
		end_swell(v);
		v->swell = 16;
		v->swell_at = tune_nops(v->voice);
	} else if (abc_is(name, len, "diminuendo(") ||
		   abc_is(name, len, ">(")) {
		end_swell(v);
		v->swell = -16;
		v->swell_at = tune_nops(v->voice);
	} else if (abc_is(name, len, "crescendo)") || abc_is(name, len, "<)") ||
		   abc_is(name, len, "diminuendo)") ||
		   abc_is(name, len, ">)")) {
		end_swell(v);
	}
}

/* --- pitch */

struct pitch {
	struct abc_place place;
	bool has_accidental;
	uint8_t key;
};

static int
tied_accidental(const struct abc_voice *v, const struct abc_place *p)
{
	for (size_t i = 0; i < v->nplaces; i++) {
		if (v->places[i].is_tied && v->places[i].letter == p->letter &&
		    v->places[i].octave == p->octave)
			return v->places[i].accidental;
	}
	return ABC_NO_ACCIDENTAL;
}

/* An accidental that is written holds until the bar ends, by default for its
 * letter in all octaves. */
static void
find_accidental(struct abc *s, struct pitch *p)
{
	struct abc_voice *v = s->voice;
	unsigned letter = (unsigned char)p->place.letter;
	int octave = s->propagate == ABC_OCTAVE ? p->place.octave : 0;
	int8_t *of_bar = &v->bar[octave][letter];
	int tied;

	if (p->has_accidental) {
		if (s->propagate != ABC_NOT)
			*of_bar = p->place.accidental;
	} else if (*of_bar != ABC_NO_ACCIDENTAL) {
		p->place.accidental = *of_bar;
	} else if ((tied = tied_accidental(v, &p->place)) !=
		   ABC_NO_ACCIDENTAL) {
		p->place.accidental = (int8_t)tied;
	} else {
		p->place.accidental = v->state.key[letter];
	}
}

static int
read_pitch(struct abc *s, struct pitch *p)
{
	static const int8_t letters[7] = {5, 6, 0, 1, 2, 3, 4}; /* a to g */
	static const int8_t steps[7] = {0, 2, 4, 5, 7, 9, 11};  /* c to b */
	const struct abc_state *st = &s->voice->state;
	const char *at = s->at;
	char buf[TUNE_SEEN];
	int accidental = 0, octave;

	*p = (struct pitch){.has_accidental = false};
	for (; s->at < s->end && tune_is_one("^_=", *s->at); s->at++) {
		p->has_accidental = true;
		accidental += *s->at == '^' ? 1 : *s->at == '_' ? -1 : 0;
	}
	if (s->at >= s->end || !is_note(*s->at))
		return tune_fault(s, s->at,
		    "expected a note, A to G or a to g, not %s",
		    tune_seen(s->at, s->end, buf));
	if (accidental < -2 || accidental > 2)
		return tune_fault(
		    s, at, "expected at most two sharps or flats");

	p->place.letter = letters[(*s->at | 0x20) - 'a'];
	octave = *s->at >= 'a' ? 6 : 5; /* of keys, from 0 */
	s->at++;
	for (; s->at < s->end && (*s->at == '\'' || *s->at == ','); s->at++) {
		octave += *s->at == '\'' ? 1 : -1;
		if (octave < 0 || octave > 11)
			break;
	}
	if (octave < 0 || octave > 11)
		return tune_fault(s, at, "expected a note in reach of MIDI");
	p->place.octave = (int8_t)octave;
	p->place.accidental = (int8_t)accidental;
	find_accidental(s, p);

	int key = (octave + st->octave + st->clef) * 12 +
		  steps[p->place.letter] + p->place.accidental + st->transpose;
	if (key < 0 || key > 127)
		return tune_fault(s, at, "expected a note in reach of MIDI");
	p->key = (uint8_t)key;
	return 0;
}

/* --- notes in time */

/* Sets the length of a note and of the grace notes that are before it. */
static void
set_length(struct abc_voice *v, int64_t len)
{
	struct tune_op *ops = tune_ops(v->voice);
	unsigned n = v->last_graces;
	int64_t grace = n > 0 ? tune_grace_len(len, n) : 0;
	int64_t old = v->last_len;

	for (unsigned i = 0; i < n; i++)
		ops[v->last - 2 - i].len = grace;
	ops[v->last - 1].len = len - grace * n;
	v->last_len = len;
	v->time += len - old;
	v->bar_time += len - old;
}

/* What tuplets and broken rhythm make of a length. */
static int64_t
in_rhythm(struct abc_voice *v, int64_t len)
{
	if (v->tuplet_left > 0) {
		len = len * v->time_of / v->tuplet;
		v->tuplet_left--;
	}
	if (v->broken > 0)
		len >>= v->broken;
	else if (v->broken < 0)
		len = 2 * len - (len >> -v->broken);
	v->broken = 0;
	return len;
}

static int
add_graces(struct abc *s)
{
	struct abc_voice *v = s->voice;

	for (unsigned i = 0; i < v->ngraces; i++) {
		struct tune_op op = {
		    .kind = TUNE_NOTE,
		    .data = {tune_velocity(v->velocity, TUNE_GRACE), 100, 1},
		    .stress = TUNE_GRACE,
		};
		if (tune_pitches(s->m, &op.ref, &v->graces[i], 1) == -1 ||
		    abc_op(s, op) == -1)
			return -1;
	}
	v->last_graces = v->ngraces;
	v->ngraces = 0;
	return 0;
}

/* A note or chord is there but for its length; which a tie may follow. */
static int
add_note(
    struct abc *s, struct pitch *pitches, size_t n, bool *ties, int64_t len)
{
	struct abc_voice *v = s->voice;
	uint8_t keys[TUNE_CHORD];
	struct tune_op op = {.kind = TUNE_NOTE, .stress = TUNE_PLAIN};
	size_t nkeys = 0;

	if (s->at < s->end && *s->at == '-') {
		s->at++;
		for (size_t i = 0; i < n; i++)
			ties[i] = true;
	}
	v->nplaces = n;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		v->places[i] = pitches[i].place;
		v->places[i].is_tied = ties[i];
		while (k < nkeys && (keys[k] & 0x7F) != pitches[i].key)
			k++;
		if (k == nkeys)
			keys[nkeys++] = pitches[i].key;
		if (ties[i])
			keys[k] |= TUNE_TIED;
	}
	if (v->accent)
		op.stress = TUNE_ACCENT;
	op.data[0] = tune_velocity(v->velocity, op.stress);
	op.data[1] = v->staccato ? 50 : 100;
	op.data[2] = (uint8_t)nkeys;
	v->accent = v->staccato = false;
	if (add_graces(s) == -1 ||
	    tune_pitches(s->m, &op.ref, keys, nkeys) == -1 ||
	    abc_op(s, op) == -1)
		return -1;
	v->last = v->last_note = tune_nops(v->voice);
	v->last_len = 0;
	set_length(v, in_rhythm(v, len));
	return 0;
}

/* A tie that stands apart, where a line or a bar begins, or dotted. */
static void
tie_last(struct abc *s)
{
	struct abc_voice *v = s->voice;

	if (v->last_note == 0)
		return;
	const struct tune_op *op = &tune_ops(v->voice)[v->last_note - 1];
	for (unsigned i = 0; i < op->data[2]; i++)
		s->m->pitches.data[op->ref + i] |= TUNE_TIED;
	for (size_t i = 0; i < v->nplaces; i++)
		v->places[i].is_tied = true;
}

static int
multiply(struct abc *s, int64_t *len)
{
	unsigned num, den;

	if (abc_fraction(s, &num, &den) == -1)
		return -1;
	*len = *len * num / den;
	if (*len > TUNE_TIME_MAX)
		return tune_fault(s, s->at, "expected a note that is shorter");
	return 0;
}

static int
read_note(struct abc *s)
{
	struct pitch p;
	bool tie = false;
	int64_t len = abc_unit(&s->voice->state);

	if (read_pitch(s, &p) == -1 || multiply(s, &len) == -1)
		return -1;
	return add_note(s, &p, 1, &tie, len);
}

/* "..." is an annotation or a chord symbol; !...! a decoration. */
static int
read_quoted(struct abc *s)
{
	const char *open = s->at++;
	const char *close = memchr(s->at, '"', (size_t)(s->end - s->at));
	struct tune_op op = {.kind = TUNE_META, .data = {0x01}};
	const char *text = s->at;

	if (close == NULL)
		return tune_fault(s, open, "expected '\"' again in the line");
	s->at = close + 1;
	if (close == text || tune_is_one("^_<>@", *text))
		return 0;
	if (tune_text(s->m, &op.ref, text, (size_t)(close - text)) == -1)
		return -1;
	return abc_op(s, op);
}

static void
read_decoration(struct abc *s)
{
	char mark = *s->at; /* '!', or of old '+' */
	const char *name = ++s->at;
	const char *close = memchr(name, mark, (size_t)(s->end - name));

	/* Alone it once broke lines. */
	if (close == NULL || memchr(name, '|', (size_t)(close - name)) != NULL)
		return;
	abc_decoration(s->voice, name, (size_t)(close - name));
	s->at = close + 1;
}

static int
read_chord(struct abc *s)
{
	struct pitch pitches[TUNE_CHORD];
	bool ties[TUNE_CHORD] = {false};
	const char *open = s->at++;
	int64_t len = 0;
	size_t n = 0;

	for (;;) {
		abc_space(s);
		if (s->at >= s->end)
			return tune_fault(
			    s, open, "expected ']', which ends a chord");
		if (*s->at == ']')
			break;
		if (*s->at == '!') {
			read_decoration(s);
			continue;
		}
		if (*s->at == '"') {
			if (read_quoted(s) == -1)
				return -1;
			continue;
		}
		/* Slurs may begin at one of them. */
		if (is_decoration(*s->at) || tune_is_one("()", *s->at)) {
			s->at++;
			continue;
		}
		if (n == TUNE_CHORD)
			return tune_fault(s, s->at,
			    "expected at most %u notes in a chord", TUNE_CHORD);

		/* The first note's length is the chord's. */
		int64_t own = abc_unit(&s->voice->state);
		if (read_pitch(s, &pitches[n]) == -1 || multiply(s, &own) == -1)
			return -1;
		if (n == 0)
			len = own;
		if (s->at < s->end && *s->at == '-') {
			ties[n] = true;
			s->at++;
		}
		n++;
	}
	s->at++;
	if (n == 0)
		return tune_fault(s, open, "expected notes in a chord");
	if (multiply(s, &len) == -1)
		return -1;
	return add_note(s, pitches, n, ties, len);
}

static int
read_rest(struct abc *s)
{
	struct abc_voice *v = s->voice;
	char kind = *s->at++;
	const char *at = s->at;
	int64_t len = abc_unit(&v->state);

	if (kind == 'Z' || kind == 'X') {
		unsigned n = abc_digits(s, 999);
		if (s->at == at)
			n = 1;
		if (n == 0 || n > 999)
			return tune_fault(
			    s, at, "expected a rest of 1 to 999 bars");
		len = v->state.num == 0
			  ? TUNE_WHOLE
			  : TUNE_WHOLE * v->state.num >> v->state.shift;
		len *= n;
	} else if (multiply(s, &len) == -1) {
		return -1;
	}
	v->nplaces = v->last_note = 0;
	v->last_graces = 0;
	v->last_len = 0;
	if (abc_op(s, (struct tune_op){.kind = TUNE_REST}) == -1)
		return -1;
	v->last = tune_nops(v->voice);
	set_length(v, in_rhythm(v, len));
	return 0;
}

static int
read_graces(struct abc *s)
{
	struct abc_voice *v = s->voice;
	const char *open = s->at++;

	if (s->at < s->end && *s->at == '/')
		s->at++;
	for (;;) {
		struct pitch p;
		unsigned num, den;

		abc_space(s);
		if (s->at >= s->end)
			return tune_fault(
			    s, open, "expected '}', which ends grace notes");
		if (*s->at == '}')
			break;
		/* Slurs, ties, chords, rhythm and signs among them sound no
		 * other. */
		if (is_decoration(*s->at) || tune_is_one("()[]-><", *s->at)) {
			s->at++;
			continue;
		}
		if (read_pitch(s, &p) == -1 ||
		    abc_fraction(s, &num, &den) == -1)
			return -1;
		if (v->ngraces == ABC_GRACES)
			return tune_fault(s, s->at,
			    "expected at most %u grace notes", ABC_GRACES);
		v->graces[v->ngraces++] = p.key;
	}
	s->at++;
	return 0;
}

/* (3 or (p:q:r; or a slur, which is not heard. */
static int
read_tuplet(struct abc *s)
{
	static const unsigned of[10] = {0, 0, 3, 2, 3, 0, 2, 0, 3, 0};
	struct abc_voice *v = s->voice;
	const char *at = s->at++;
	unsigned p, q = 0, r = 0;

	if (s->at >= s->end || *s->at < '0' || *s->at > '9')
		return 0;
	p = abc_digits(s, 99);
	if (s->at < s->end && *s->at == ':') {
		s->at++;
		q = abc_digits(s, 99);
		if (s->at < s->end && *s->at == ':') {
			s->at++;
			r = abc_digits(s, 99);
		}
	}
	if (p < 2 || p > 99 || q > 99 || r > 99)
		return tune_fault(s, at, "expected a tuplet of 2 to 99 notes");

	/* Five, seven and nine are for two beats, or three of 6/8 and like. */
	bool compound = v->state.num > 3 && v->state.num % 3 == 0;
	if (q == 0)
		q = p < 10 ? of[p] : 0;
	if (q == 0)
		q = compound ? 3 : 2;
	v->tuplet = p;
	v->time_of = q;
	v->tuplet_left = r == 0 ? p : r;
	return 0;
}

static int
read_broken(struct abc *s)
{
	struct abc_voice *v = s->voice;
	const char *at = s->at;
	int n = 0;

	for (; s->at < s->end && *s->at == *at; s->at++)
		n++;
	if (v->last == 0 || v->broken != 0)
		return tune_fault(s, at, "expected a note before %c", *at);
	if (n > 3)
		return tune_fault(s, at, "expected at most three of %c", *at);

	int64_t len = v->last_len;
	set_length(v, *at == '>' ? 2 * len - (len >> n) : len >> n);
	v->broken = *at == '>' ? n : -n;
	return 0;
}

/* [K:...] and the like. */
static int
read_inline(struct abc *s)
{
	const char *open = s->at, *end = s->end;
	const char *close = memchr(open, ']', (size_t)(end - open));
	char name = open[1];
	int r;

	if (close == NULL)
		return tune_fault(
		    s, open, "expected ']', which ends a field in the line");
	if (tune_is_one("KLMPQVI", name)) {
		s->at = open + 3;
		s->end = close;
		while (s->end > s->at && s->end[-1] == ' ')
			s->end--;
		abc_space(s);
		r = abc_field(s, name);
		s->end = end;
		if (r == -1)
			return -1;
	}
	s->at = close + 1;
	return 0;
}

/* ["last" and music, in which a bar line or a bracket opens before one
 * closes. */
static bool
is_named_ending(const struct abc *s)
{
	bool quoted = false;

	for (const char *p = s->at + 1; p < s->end; p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (!quoted && tune_is_one("[]|", *p))
			return *p != ']';
	}
	return !quoted;
}

static int
read_bracket(struct abc *s)
{
	char c = s->end - s->at > 1 ? s->at[1] : '\0';
	char d = s->end - s->at > 2 ? s->at[2] : '\0';

	if (c == '|' || (c == ']' && s->end - s->at > 1))
		return abc_bar(s);
	if (c >= '1' && c <= '9') {
		s->at++;
		return abc_ending(s);
	}
	if (c == '"' && is_named_ending(s)) {
		s->at++; /* and then its name, as if it were a chord's */
		return 0;
	}
	if (d == ':' && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
		return read_inline(s);
	return read_chord(s);
}

static int
read_symbol(struct abc *s)
{
	unsigned char c = (unsigned char)*s->at;
	char buf[TUNE_SEEN];

	if (c < 128 && s->symbols[c].name != NULL) {
		abc_decoration(s->voice, s->symbols[c].name, s->symbols[c].len);
	} else if (c == '.') {
		s->voice->staccato = true;
	} else if (c == 'L') {
		s->voice->accent = true;
	} else if (c == 'Y' || !(is_decoration((char)c) ||
				   tune_is_one("#*;?@$`)\\, \t", (char)c))) {
		/* Letters that are not given a meaning, have none. */
		return tune_fault(s, s->at,
		    "expected a note, a rest, a bar or another sign of music, "
		    "not %s",
		    tune_seen(s->at, s->end, buf));
	}
	s->at++;
	return 0;
}

/* A dot that is of a bar line, a slur or a tie. */
static bool
is_dotted(const struct abc *s)
{
	return *s->at == '.' && s->end - s->at > 1 &&
	       tune_is_one("|(-", s->at[1]);
}

int
abc_music(struct abc *s)
{
	if (abc_voice(s) == -1)
		return -1;
	if (s->voice->had_words) {
		s->voice->had_words = false;
		s->voice->lyric_from = tune_nops(s->voice->voice);
	}
	while (s->at < s->end) {
		char c = *s->at;
		int r = 0;

		if (is_note(c) || c == '^' || c == '_' || c == '=') {
			r = read_note(s);
		} else if (c == 'z' || c == 'x' || c == 'Z' || c == 'X') {
			r = read_rest(s);
		} else if (c == '|' || c == ':' || c == ']') {
			r = abc_bar(s);
		} else if (c == '[') {
			r = read_bracket(s);
		} else if (c == '>' || c == '<') {
			r = read_broken(s);
		} else if (c == '(') {
			r = read_tuplet(s);
		} else if (c == '{') {
			r = read_graces(s);
		} else if (c == '"') {
			r = read_quoted(s);
		} else if (c == '!' || c == '+') {
			read_decoration(s);
		} else if (c == '&') {
			r = abc_overlay(s);
		} else if (c == '-') {
			tie_last(s);
			s->at++;
		} else if (is_dotted(s)) {
			s->at++;
		} else if (c == 'y') {
			s->at++;
			abc_digits(s, 999);
		} else {
			r = read_symbol(s);
		}
		if (r == -1)
			return -1;
	}
	return 0;
}
