/* SPDX-License-Identifier: ISC */
/*
 * ABC notation 2.1, https://abcnotation.com/wiki/abc:standard:v2.1: tunes in a
 * file, and lines of a tune.
 */

#include "abc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
abc_space(struct abc *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;
}

bool
abc_is(const char *word, size_t len, const char *name)
{
	for (size_t i = 0; i < len; i++) {
		char c = word[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if (c != name[i] || c == '\0')
			return false;
	}
	return name[len] == '\0';
}

unsigned
abc_digits(struct abc *s, unsigned max)
{
	unsigned n = 0;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9') {
		n = n * 10 + (unsigned)(*s->at++ - '0');
		if (n > max)
			n = max + 1;
	}
	return n;
}

int
abc_fraction(struct abc *s, unsigned *num, unsigned *den)
{
	const char *at = s->at;

	*num = *den = 1;
	if (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		*num = abc_digits(s, 9999);
	while (s->at < s->end && *s->at == '/') {
		s->at++;
		if (s->at < s->end && *s->at >= '0' && *s->at <= '9') {
			*den *= abc_digits(s, 1024);
			break;
		}
		*den *= 2;
		if (*den > 1024)
			break;
	}
	if (*num == 0 || *num > 9999 || *den == 0 || *den > 1024)
		return tune_fault(
		    s, at, "expected a length of 1 to 9999, over 1 to 1024");
	return 0;
}

/* What the head said of all voices; and the part that has begun: what is before
 * it is not of the voice that comes late. */
static int
begin_voice(struct abc *s, struct abc_voice *v)
{
	struct tune_op op = {.kind = TUNE_MESSAGE, .count = 1};

	op.data[0] = RIAD_MIDI_CONTROL;
	for (unsigned i = 0; i < s->ncontrols; i++) {
		memcpy(op.data + 1, s->controls[i], 2);
		if (tune_add(s->m, v->voice, &op, s->line, 1) == -1)
			return -1;
	}
	op = (struct tune_op){
	    .kind = TUNE_PART, .data = {(uint8_t)s->part}, .count = 1};
	if (s->part != 0 && tune_add(s->m, v->voice, &op, s->line, 1) == -1)
		return -1;
	v->nfirst = tune_nops(v->voice);
	return 0;
}

struct abc_voice *
abc_voice_new(struct abc *s, const char *id, size_t len)
{
	struct tune_voice *tv = tune_voice_new(s->m, s->line);
	struct abc_voice *v;

	if (tv == NULL)
		return NULL;
	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return NULL;
	s->voices[s->nvoices++] = v;
	v->voice = tv;
	v->id = id;
	v->id_len = len;
	if (s->in_head)
		v->state = (struct abc_state){.program = -1, .channel = -1};
	else
		v->state = s->head;
	v->velocity = 80;
	abc_bar_begins(v);
	return begin_voice(s, v) == -1 ? NULL : v;
}

int
abc_voice(struct abc *s)
{
	if (s->voice == NULL && s->nvoices > 0)
		s->voice = s->voices[0];
	if (s->voice == NULL)
		s->voice = abc_voice_new(s, "", 0);
	return s->voice == NULL ? -1 : 0;
}

int
abc_op(struct abc *s, struct tune_op op)
{
	struct abc_voice *v = s->voice;

	if (op.count == 0)
		op.count = 1;
	v->time += op.len;
	v->bar_time += op.len;
	if (v->time > TUNE_TIME_MAX)
		return tune_fault(s, s->line_at,
		    "too long: a voice has at most %d ticks", RIAD_TUNE_TICKS);
	return tune_add(
	    s->m, v->voice, &op, s->line, (size_t)(s->at - s->line_at) + 1);
}

/* The end of the line without a comment, and without space. */
static const char *
content_end(const char *at, const char *end)
{
	for (const char *p = at; p < end; p++) {
		if (*p == '%' && (p == at || p[-1] != '\\')) {
			end = p;
			break;
		}
	}
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return end;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* In music A:| is no field. */
static bool
is_field(const struct abc *s)
{
	if (s->end - s->at < 2 || s->at[1] != ':' ||
	    !(is_letter(*s->at) || *s->at == '+'))
		return false;
	return s->in_head || s->end - s->at < 3 ||
	       (s->at[2] != '|' && s->at[2] != ':');
}

static int
read_line(struct abc *s)
{
	if (s->end - s->at >= 2 && memcmp(s->at, "%%", 2) == 0) {
		s->at += 2;
		s->end = content_end(s->at, s->end);
		return abc_directive(s);
	}
	s->end = content_end(s->at, s->end);
	if (s->at == s->end)
		return 0; /* a comment */
	if (is_field(s)) {
		char name = *s->at;
		if (name != '+')
			s->field = name;
		s->at += 2;
		abc_space(s);
		return abc_field(s, name);
	}
	if (s->in_head)
		return tune_fault(s, s->at,
		    "expected a field; K: ends the head, and music follows");
	s->field = 0;
	return abc_music(s);
}

/* The next line; its end is without what ends lines: LF, CR or both. */
static bool
next_line(struct abc *s, const char **next, const char *end)
{
	if (*next >= end)
		return false;
	s->at = s->line_at = s->end = *next;
	s->line++;
	while (s->end < end && *s->end != '\n' && *s->end != '\r')
		s->end++;
	*next = s->end < end ? s->end + 1 : end;
	if (*next < end && *s->end == '\r' && **next == '\n')
		++*next;
	return true;
}

static bool
is_empty(const struct abc *s)
{
	for (const char *p = s->at; p < s->end; p++) {
		if (*p != ' ' && *p != '\t')
			return false;
	}
	return true;
}

/* What the head of a file says holds for each of its tunes. */
static bool
of_file_head(const struct abc *s)
{
	if (s->end - s->at < 2)
		return false;
	if (memcmp(s->at, "%%", 2) == 0)
		return true;
	return s->at[1] == ':' && tune_is_one("MLIU", s->at[0]);
}

/* Goes to the line of X: with that number.  The head of the file is what comes
 * before the first empty line and the first tune. */
static int
find_tune(struct abc *s, uint32_t number, const char **next, const char *end)
{
	bool in_file_head = true, any = false;

	while (next_line(s, next, end)) {
		if (is_empty(s)) {
			in_file_head = false;
		} else if (s->end - s->at >= 2 && memcmp(s->at, "X:", 2) == 0) {
			in_file_head = false;
			any = true;
			s->at += 2;
			abc_space(s);
			if (number == 0 ||
			    abc_digits(s, UINT32_MAX / 16) == number)
				return 0;
		} else if (in_file_head && of_file_head(s)) {
			if (read_line(s) == -1)
				return -1;
		}
	}
	if (any)
		return tune_fail(
		    s->m, 1, 1, "expected a tune X:%u in the file", number);
	return tune_fail(s->m, 1, 1,
	    "expected X: and a number, which begin a "
	    "tune");
}

/* Between %%begintext and %%endtext, and the like, nothing is music. */
static bool
begins_with(const struct abc *s, const char *name)
{
	size_t n = strlen(name);

	return (size_t)(s->end - s->at) >= n && memcmp(s->at, name, n) == 0;
}

static int
read_tune(struct abc *s, const char *next, const char *end)
{
	bool in_text = false;

	s->in_head = true;
	while (next_line(s, &next, end)) {
		if (is_empty(s) || begins_with(s, "X:"))
			break;
		if (begins_with(s, "%%begin"))
			in_text = true;
		else if (begins_with(s, "%%end"))
			in_text = false;
		else if (!in_text && read_line(s) == -1)
			return -1;
	}
	if (s->in_head)
		return tune_fault(s, s->end,
		    "expected K: and a key, which end the head of the tune");
	return 0;
}

/* Channels that %%MIDI gives none: those that are free, from the first on.
 * Where there are more voices, they are used again. */
static void
give_channels(struct abc *s)
{
	bool taken[16] = {[9] = true};
	uint8_t next = 0;

	for (size_t i = 0; i < s->nvoices; i++) {
		const struct abc_voice *v = s->voices[i];
		if (v->state.channel >= 0)
			taken[v->state.channel] = true;
	}
	for (size_t i = 0; i < s->nvoices; i++) {
		struct abc_voice *v = s->voices[i];
		struct tune_voice *tv = v->voice;

		tv->program = (int16_t)v->state.program;
		if (v->state.channel >= 0) {
			tv->channel = (uint8_t)v->state.channel;
			continue;
		}
		for (int k = 0; k < 16 && taken[next]; k++)
			next = (uint8_t)((next + 1) % 16);
		if (next == 9)
			next = 0;
		tv->channel = next;
		next = (uint8_t)((next + 1) % 16);
		if (next == 9)
			next = 10;
	}
}

int
tune_read_abc(
    struct tune_maker *m, uint32_t number, const char *text, size_t len)
{
	struct abc *s = calloc(1, sizeof(*s));
	const char *next = text, *end = text + len;
	int r;

	if (s == NULL)
		return -1;
	s->m = m;
	s->head.num = 4;
	s->head.shift = 2;
	s->head.program = s->head.channel = -1;
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		next += 3;
	r = find_tune(s, number, &next, end);
	if (r == 0)
		r = read_tune(s, next, end);
	if (r == 0)
		give_channels(s);
	if (r == 0 && m->norder > 0) {
		/* The maker outlives the reader. */
		m->order = malloc(m->norder);
		if (m->order != NULL)
			memcpy(m->order, s->order, m->norder);
		else
			r = -1;
	}
	for (size_t i = 0; i < s->nvoices; i++)
		free(s->voices[i]);
	free(s);
	return r;
}
