/* SPDX-License-Identifier: ISC */
/* Information fields of ABC, and the directives that a player needs. */

#include <stdlib.h>
#include <string.h>

#include "abc.h"

static struct abc_state *
state(struct abc *s)
{
	return s->voice != NULL ? &s->voice->state : &s->head;
}

/* What a head says of all voices, a field in the music says of one. */
static struct abc_state *
common_state(struct abc *s)
{
	return s->in_head ? &s->head : state(s);
}

static size_t
word(const struct abc *s)
{
	const char *p = s->at;

	while (p < s->end && *p != ' ' && *p != '\t')
		p++;
	return (size_t)(p - s->at);
}

/* A signed number up to a bound, or fallback if there is none. */
static int
number(struct abc *s, int fallback, int max)
{
	bool minus = false;

	abc_space(s);
	if (s->at < s->end && (*s->at == '-' || *s->at == '+'))
		minus = *s->at++ == '-';
	if (s->at >= s->end || *s->at < '0' || *s->at > '9')
		return fallback;

	int n = (int)abc_digits(s, (unsigned)max);
	return n > max ? fallback : minus ? -n : n;
}

/* --- M: L: Q: */

static int
do_meter(struct abc *s)
{
	struct abc_state *st = common_state(s);
	const char *at = s->at;
	unsigned num = 0, den, shift = 0;
	size_t n = word(s);

	if (n == 0 || abc_is(at, n, "none")) {
		st->num = 0;
	} else if (abc_is(at, n, "c") || abc_is(at, n, "c|")) {
		st->num = n == 1 ? 4 : 2;
		st->shift = n == 1 ? 2 : 1;
	} else {
		/* A sum may be above, in parentheses or not. */
		if (*s->at == '(')
			s->at++;
		for (;;) {
			num += abc_digits(s, 255);
			abc_space(s);
			if (s->at >= s->end || *s->at != '+' || num > 255)
				break;
			s->at++;
			abc_space(s);
		}
		if (s->at < s->end && *s->at == ')')
			s->at++;
		abc_space(s);
		if (s->at >= s->end || *s->at++ != '/')
			return tune_fault(s, at,
			    "expected a meter, such as 6/8, C, C| or none");
		den = abc_digits(s, 64);
		while (shift < 6 && 1U << shift < den)
			shift++;
		if (num == 0 || num > 255 || 1U << shift != den)
			return tune_fault(s, at,
			    "expected a meter of 1 to 255 over 1, 2, 4, 8, 16, "
			    "32 or 64");
		st->num = num;
		st->shift = shift;
	}
	if (s->in_head || s->voice == NULL || st->num == 0)
		return 0;
	return abc_op(s, (struct tune_op){.kind = TUNE_METER,
			     .data = {(uint8_t)st->num, (uint8_t)st->shift}});
}

static int
do_unit(struct abc *s)
{
	const char *at = s->at;
	unsigned num, den;

	if (s->at >= s->end || *s->at < '0' || *s->at > '9')
		return tune_fault(s, at, "expected a length, such as 1/8");
	if (abc_fraction(s, &num, &den) == -1)
		return -1;
	common_state(s)->unit = TUNE_WHOLE * num / den;
	return 0;
}

int64_t
abc_unit(const struct abc_state *st)
{
	if (st->unit > 0)
		return st->unit;

	/* Of a meter below 3/4 sixteenths, else eighths. */
	return TUNE_WHOLE /
	       (st->num > 0 && st->num * 4 < 3U << st->shift ? 16 : 8);
}

/* Beats a minute, in hundredths. */
static unsigned
read_beats(struct abc *s)
{
	unsigned n = abc_digits(s, 9999) * 100;

	if (s->at >= s->end || *s->at != '.')
		return n;
	s->at++;
	for (unsigned unit = 10;
	     s->at < s->end && *s->at >= '0' && *s->at <= '9'; unit /= 10)
		n += unit * (unsigned)(*s->at++ - '0');
	return n;
}

static int
do_tempo(struct abc *s)
{
	const char *at = s->at;
	int64_t beat = 0;
	unsigned bpm = 0;
	bool named = false;

	while (s->at < s->end) {
		abc_space(s);
		if (s->at < s->end && *s->at == '"') {
			const char *q = memchr(
			    s->at + 1, '"', (size_t)(s->end - s->at - 1));
			if (q == NULL)
				return tune_fault(
				    s, s->at, "expected '\"' at the end");
			s->at = q + 1;
			named = true;
		} else if (s->at < s->end && *s->at == '=') {
			s->at++;
			abc_space(s);
			bpm = read_beats(s);
		} else if (s->at < s->end && (*s->at == 'C' || *s->at == 'c')) {
			/* Of old: the unit length, or so many. */
			unsigned n;
			s->at++;
			n = abc_digits(s, 64);
			beat += abc_unit(common_state(s)) * (n > 0 ? n : 1);
		} else if (s->at < s->end && *s->at >= '0' && *s->at <= '9') {
			unsigned num, den;
			const char *digits = s->at;
			if (abc_fraction(s, &num, &den) == -1)
				return -1;
			if (memchr(digits, '/', (size_t)(s->at - digits)))
				beat += TUNE_WHOLE * num / den;
			else
				bpm = num * 100; /* of old: of quarters */
		} else if (s->at < s->end) {
			return tune_fault(
			    s, s->at, "expected a tempo, such as 1/4=120");
		}
	}
	if (named && bpm == 0)
		return 0; /* words alone */
	if (beat == 0)
		beat = TUNE_QUARTER;

	uint64_t us = bpm == 0 ? 0
			       : (uint64_t)6000000000 * (uint64_t)TUNE_QUARTER /
				     ((uint64_t)beat * bpm);
	if (us == 0 || us > 0xFFFFFF)
		return tune_fault(s, at,
		    "expected a tempo of beats a minute, such as 1/4=120");
	if (s->voice != NULL && !s->in_head)
		return abc_op(s,
		    (struct tune_op){.kind = TUNE_TEMPO, .ref = (uint32_t)us});

	uint8_t b[3] = {(uint8_t)(us >> 16), (uint8_t)(us >> 8), (uint8_t)us};
	return tune_meta_add(s->m, true, 0, 0x51, b, 3);
}

/* --- K: and V: */

static void
set_sharps(struct abc_state *st, int sharps)
{
	static const uint8_t order[7] = {3, 0, 4, 1, 5, 2, 6}; /* f c g ... */

	memset(st->key, 0, sizeof(st->key));
	/* More than seven begin again, with double ones. */
	for (int i = 0; i < sharps && i < 14; i++)
		st->key[order[i % 7]]++;
	for (int i = 0; i < -sharps && i < 14; i++)
		st->key[order[6 - i % 7]]--;
	st->sharps = (int8_t)(sharps < -7 ? -7 : sharps > 7 ? 7 : sharps);
}

/* Fifths that a mode is away from major; or 99.  Three letters count. */
static int
mode_of(const char *name, size_t len, bool *minor)
{
	static const struct {
		const char *name;
		int fifths;
	} modes[] = {
	    {"maj", 0},
	    {"ion", 0},
	    {"mix", -1},
	    {"dor", -2},
	    {"min", -3},
	    {"aeo", -3},
	    {"phr", -4},
	    {"loc", -5},
	    {"lyd", 1},
	};

	*minor = false;
	if (len == 0)
		return 0;
	if (abc_is(name, len, "m")) {
		*minor = true;
		return -3;
	}
	for (size_t i = 0; len >= 3 && i < sizeof(modes) / sizeof(modes[0]);
	     i++) {
		if (abc_is(name, 3, modes[i].name)) {
			*minor = modes[i].fifths == -3;
			return modes[i].fifths;
		}
	}
	return 99;
}

/* A clef, perhaps in quotes: an 8 after it is heard. */
static void
read_clef(struct abc_state *st, const char *at, const char *end)
{
	static const char names[][8] = {
	    "treble", "bass", "alto", "tenor", "perc", "none"};

	if (end - at >= 2 && *at == '"' && end[-1] == '"') {
		at++;
		end--;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);
		if ((size_t)(end - at) >= n && memcmp(at, names[i], n) == 0 &&
		    tune_is_one("12345", (size_t)(end - at) > n ? at[n] : '1'))
			st->clef = 0;
	}
	if (end - at > 2 && memcmp(end - 2, "-8", 2) == 0)
		st->clef = -1;
	else if (end - at > 2 && memcmp(end - 2, "+8", 2) == 0)
		st->clef = 1;
}

/* name=value, or a clef: what of these bears on pitch. */
static int
parameter(struct abc *s, struct abc_state *st, struct abc_voice *v)
{
	const char *at = s->at, *end = at, *value = NULL;

	for (; end < s->end && *end != ' ' && *end != '\t'; end++) {
		if (*end == '=' && value == NULL)
			value = end + 1;
		if (*end == '"') {
			end = memchr(end + 1, '"', (size_t)(s->end - end - 1));
			if (end == NULL) {
				end = s->end;
				break;
			}
		}
	}
	size_t n =
	    value == NULL ? (size_t)(end - at) : (size_t)(value - 1 - at);
	if (value == NULL)
		value = at;

	s->at = value;
	if (abc_is(at, n, "transpose")) {
		st->transpose = number(s, 0, 60);
	} else if (abc_is(at, n, "octave")) {
		st->octave = number(s, 0, 5);
	} else if (v != NULL &&
		   (abc_is(at, n, "name") || abc_is(at, n, "nm")) &&
		   end - value > 2 && *value == '"') {
		if (tune_text(s->m, &v->voice->name, value + 1,
			(size_t)(end - value - 2)) == -1)
			return -1;
	} else if (value == at || abc_is(at, n, "clef")) {
		read_clef(st, value, end);
	}
	s->at = end;
	return 0;
}

/* An accidental such as ^f or _b: of a key. */
static int
key_accidental(struct abc *s, struct abc_state *st)
{
	static const char letters[] = "cdefgab";
	const char *at = s->at, *l;
	int n = 0;

	for (; s->at < s->end && tune_is_one("^_=", *s->at); s->at++)
		n += *s->at == '^' ? 1 : *s->at == '_' ? -1 : 0;
	if (s->at >= s->end || n < -2 || n > 2 ||
	    (l = memchr(letters, *s->at | 0x20, 7)) == NULL)
		return tune_fault(
		    s, at, "expected an accidental and a note, such as ^f");
	st->key[l - letters] = (int8_t)n;
	s->at++;
	return 0;
}

static int
do_key(struct abc *s)
{
	static const char fifths[] = "FCGDAEB";
	struct abc_state *st = common_state(s);
	const char *at = s->at, *f;
	size_t n = word(s);
	bool changes = true;

	if (n == 0 || abc_is(at, n, "none")) {
		set_sharps(st, 0);
		st->minor = false;
		s->at += n;
	} else if (n == 2 &&
		   (memcmp(at, "HP", 2) == 0 || memcmp(at, "Hp", 2) == 0)) {
		/* The pipes play f and c sharp, whether marked or not. */
		set_sharps(st, 2);
		st->minor = false;
		s->at += n;
	} else if (*at >= 'A' && *at <= 'G' &&
		   (f = memchr(fifths, *at, 7)) != NULL) {
		int sharps = (int)(f - fifths) - 1, mode;
		const char *p;
		bool explicit = false;

		s->at++;
		if (s->at < s->end && (*s->at == '#' || *s->at == 'b'))
			sharps += *s->at++ == '#' ? 7 : -7;
		abc_space(s);
		for (p = s->at; p < s->end && ((*p >= 'a' && *p <= 'z') ||
						  (*p >= 'A' && *p <= 'Z'));)
			p++;
		/* The name of a parameter; but Dmix=c has an accidental. */
		if (p < s->end && *p == '=' &&
		    (p == s->at ||
			mode_of(s->at, (size_t)(p - s->at), &st->minor) == 99))
			p = s->at;
		n = (size_t)(p - s->at);
		if (abc_is(s->at, n, "exp")) {
			explicit = true;
			mode = 0;
			st->minor = false;
		} else {
			mode = mode_of(s->at, n, &st->minor);
		}
		if (mode == 99) {
			/* A clef, perhaps; it is read below. */
			if (!(n >= 4))
				return tune_fault(s, s->at,
				    "expected a mode, such as m, mix, dor or "
				    "exp");
			mode = 0;
		} else {
			s->at = p;
		}
		set_sharps(st, explicit ? 0 : sharps + mode);
	} else if (tune_is_one("^_=", *at)) {
		set_sharps(st, 0);
	} else if (memchr(at, '=', n) == NULL && n < 3) {
		return tune_fault(
		    s, at, "expected a key, such as G, Em, F#dor or none");
	} else {
		changes = false;
	}

	for (abc_space(s); s->at < s->end; abc_space(s)) {
		if (tune_is_one("^_=", *s->at)) {
			if (key_accidental(s, st) == -1)
				return -1;
		} else if (parameter(s, st, NULL) == -1) {
			return -1;
		}
	}
	if (s->in_head)
		return abc_end_head(s);
	if (!changes || s->voice == NULL)
		return 0;
	return abc_op(s, (struct tune_op){.kind = TUNE_KEY,
			     .data = {(uint8_t)st->sharps, st->minor}});
}

static int
do_voice(struct abc *s)
{
	size_t n = word(s);
	struct abc_voice *v = NULL;

	if (n == 0)
		return tune_fault(s, s->at, "expected the name of a voice");
	if (n == 1 && *s->at == '*')
		return 0;
	for (size_t i = 0; i < s->nvoices && v == NULL; i++) {
		if (s->voices[i]->id_len == n &&
		    memcmp(s->voices[i]->id, s->at, n) == 0)
			v = s->voices[i];
	}
	if (v == NULL) {
		v = abc_voice_new(s, s->at, n);
		if (v == NULL ||
		    tune_text(s->m, &v->voice->name, s->at, n) == -1)
			return -1;
	}
	s->voice = v;
	s->at += n;
	for (abc_space(s); s->at < s->end; abc_space(s)) {
		if (parameter(s, &v->state, v) == -1)
			return -1;
	}
	return 0;
}

/* The head has ended: its voices take what it says, but for what they said
 * themselves, and the first track begins with it. */
int
abc_end_head(struct abc *s)
{
	uint8_t key[2];

	/* A meter in the music changes no length. */
	s->head.unit = abc_unit(&s->head);
	for (size_t i = 0; i < s->nvoices; i++) {
		struct abc_state *st = &s->voices[i]->state, own = *st;
		*st = s->head;
		if (own.unit > 0)
			st->unit = own.unit;
		if (own.octave != 0)
			st->octave = own.octave;
		if (own.clef != 0)
			st->clef = own.clef;
		if (own.transpose != 0)
			st->transpose = own.transpose;
		if (own.program >= 0)
			st->program = own.program;
		if (own.channel >= 0)
			st->channel = own.channel;
	}
	s->in_head = false;
	s->voice = s->nvoices > 0 ? s->voices[0] : NULL;
	key[0] = (uint8_t)s->head.sharps;
	key[1] = s->head.minor;
	if (s->head.num > 0 &&
	    tune_meter_add(s->m, 0, s->head.num, s->head.shift) == -1)
		return -1;
	return tune_meta_add(s->m, true, 0, 0x59, key, 2);
}

/* --- P: of the head, the order of parts, such as A(AB)3C */

static int
do_order(struct abc *s)
{
	struct {
		size_t at;
	} open[8];
	size_t depth = 0, n = 0, last = 0;

	for (; s->at < s->end; s->at++) {
		char c = *s->at;

		if (c >= 'A' && c <= 'Z') {
			last = n;
			if (n == ABC_ORDER_MAX)
				goto full;
			s->order[n++] = c;
		} else if (c == '(') {
			if (depth == 8)
				return tune_fault(s, s->at,
				    "expected at most 8 parentheses in each "
				    "other");
			open[depth++].at = n;
		} else if (c == ')') {
			if (depth == 0)
				return tune_fault(
				    s, s->at, "expected '(' before ')'");
			last = open[--depth].at;
		} else if (c >= '0' && c <= '9') {
			const char *at = s->at;
			unsigned times = abc_digits(s, 999);
			size_t len = n - last;

			s->at--;
			if (times == 0 || times > 999 || len == 0)
				return tune_fault(s, at,
				    "expected a part, and how often it comes: "
				    "1 to 999");
			for (; times > 1; times--) {
				if (len > ABC_ORDER_MAX - n)
					goto full;
				memcpy(s->order + n, s->order + last, len);
				n += len;
			}
		} else if (c != '.' && c != ' ' && c != '\t') {
			/* Words, for people. */
			s->m->norder = 0;
			return 0;
		}
	}
	if (depth > 0)
		return tune_fault(s, s->at, "expected ')' after '('");
	s->m->norder = n;
	return 0;
full:
	return tune_fault(s, s->at, "expected at most %d parts", ABC_ORDER_MAX);
}

static int
do_part(struct abc *s)
{
	if (s->in_head)
		return do_order(s);
	if (s->at >= s->end || *s->at < 'A' || *s->at > 'Z')
		return 0; /* a name that no order can say */

	struct tune_op op = {
	    .kind = TUNE_PART, .data = {(uint8_t)*s->at}, .count = 1};
	for (size_t i = 0; i < s->nvoices; i++) {
		if (tune_add(s->m, s->voices[i]->voice, &op, s->line, 1) == -1)
			return -1;
	}
	s->part = *s->at;
	return 0;
}

/* --- directives */

static bool
has_begun(const struct abc *s)
{
	return !s->in_head && s->voice != NULL &&
	       tune_nops(s->voice->voice) > s->voice->nfirst;
}

static int
do_midi(struct abc *s)
{
	size_t n = word(s);
	const char *name = s->at;
	struct abc_state *st = state(s);
	int a, b;

	s->at += n;
	if (abc_is(name, n, "program")) {
		const char *at = s->at;
		a = number(s, -1, 127);
		b = number(s, -1, 127);
		if (a < 0)
			return tune_fault(
			    s, at, "expected a program from 0 to 127");
		if (b >= 0) {
			if (a < 1 || a > 16)
				return tune_fault(
				    s, at, "expected a channel from 1 to 16");
			st->channel = a - 1;
			a = b;
		}
		if (has_begun(s))
			return abc_op(
			    s, (struct tune_op){.kind = TUNE_MESSAGE,
				   .data = {RIAD_MIDI_PROGRAM, (uint8_t)a}});
		st->program = a;
	} else if (abc_is(name, n, "channel")) {
		const char *at = s->at;
		a = number(s, 0, 16);
		if (a < 1)
			return tune_fault(
			    s, at, "expected a channel from 1 to 16");
		if (has_begun(s))
			return abc_op(s, (struct tune_op){.kind = TUNE_CHANNEL,
					     .data = {(uint8_t)(a - 1)}});
		st->channel = a - 1;
	} else if (abc_is(name, n, "transpose")) {
		st->transpose = number(s, 0, 60);
	} else if (abc_is(name, n, "control")) {
		const char *at = s->at;
		a = number(s, -1, 127);
		b = number(s, -1, 127);
		if (a < 0 || b < 0)
			return tune_fault(s, at,
			    "expected a controller and its value, 0 to 127");
		if (s->in_head && s->voice == NULL) {
			if (s->ncontrols == ABC_CONTROLS)
				return tune_fault(s, at,
				    "expected at most %u controllers",
				    ABC_CONTROLS);
			s->controls[s->ncontrols][0] = (uint8_t)a;
			s->controls[s->ncontrols++][1] = (uint8_t)b;
			return 0;
		}
		if (abc_voice(s) == -1)
			return -1;
		return abc_op(s,
		    (struct tune_op){.kind = TUNE_MESSAGE,
			.data = {RIAD_MIDI_CONTROL, (uint8_t)a, (uint8_t)b}});
	}
	return 0;
}

int
abc_directive(struct abc *s)
{
	size_t n = word(s);
	const char *name = s->at;

	s->at += n;
	abc_space(s);
	if (abc_is(name, n, "midi"))
		return do_midi(s);
	if (n > 5 && abc_is(name, 5, "midi=")) { /* of I: */
		s->at = name + 5;
		return do_midi(s);
	}
	if (abc_is(name, n, "propagate-accidentals")) {
		n = word(s);
		if (abc_is(s->at, n, "not"))
			s->propagate = ABC_NOT;
		else if (abc_is(s->at, n, "octave"))
			s->propagate = ABC_OCTAVE;
		else if (abc_is(s->at, n, "pitch"))
			s->propagate = ABC_PITCH;
		else
			return tune_fault(
			    s, s->at, "expected not, octave or pitch");
	}
	return 0;
}

/* U:T = !trill! */
static int
do_symbol(struct abc *s)
{
	if (s->at >= s->end || (unsigned char)*s->at >= 128)
		return 0;

	char c = *s->at++;
	abc_space(s);
	if (s->at >= s->end || *s->at++ != '=')
		return tune_fault(s, s->at, "expected '=', as in U:T=!trill!");
	abc_space(s);
	const char *from = s->at, *to = s->end;
	if (to - from >= 2 && (*from == '!' || *from == '+')) {
		from++;
		to = memchr(from, from[-1], (size_t)(to - from));
		if (to == NULL)
			to = s->end;
	}
	s->symbols[(unsigned char)c].name = from;
	s->symbols[(unsigned char)c].len = (size_t)(to - from);
	return 0;
}

static int
do_text(struct abc *s, uint8_t meta)
{
	return tune_meta_add(
	    s->m, true, 0, meta, s->at, (size_t)(s->end - s->at));
}

int
abc_field(struct abc *s, char name)
{
	switch (name) {
	case 'T':
		if (!s->in_head || s->had_title)
			return 0;
		s->had_title = true;
		return do_text(s, 0x03);
	case 'C':
		return s->in_head ? do_text(s, 0x01) : 0;
	case 'M':
		return do_meter(s);
	case 'L':
		return do_unit(s);
	case 'Q':
		return do_tempo(s);
	case 'K':
		return do_key(s);
	case 'V':
		return do_voice(s);
	case 'P':
		return do_part(s);
	case 'I':
		return abc_directive(s);
	case 'U':
		return do_symbol(s);
	case 'w':
		return s->in_head ? 0 : abc_words(s, false);
	case '+':
		return s->field == 'w' && !s->in_head ? abc_words(s, true) : 0;
	default:
		return 0; /* for people, or for paper */
	}
}
