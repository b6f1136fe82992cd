/* SPDX-License-Identifier: ISC */
/* Words of ABC, which are aligned with notes. */

#include <string.h>

#include "abc.h"

/* The next note that has no words, from *i on; within the bar. */
static struct tune_op *
next_note(struct abc_voice *v, size_t *i)
{
	struct tune_op *ops = tune_ops(v->voice);
	size_t n = tune_nops(v->voice);

	for (; *i < n; ++*i) {
		if (ops[*i].kind == TUNE_NOTE && ops[*i].stress != TUNE_GRACE)
			return &ops[(*i)++];
	}
	return NULL;
}

static int
syllable(struct abc *s, struct tune_op *op, const char *from, const char *to,
    bool ends)
{
	uint8_t text[256];
	size_t n = 0;

	for (; from < to && n < sizeof(text) - 1; from++) {
		if (*from == '\\' && from + 1 < to && from[1] == '-')
			continue;
		text[n++] = (uint8_t)(*from == '~' ? ' ' : *from);
	}
	if (ends)
		text[n++] = ' ';
	return tune_text(s->m, &op->lyric, text, n);
}

/* w: syllables for the notes of the lines before, or +: more of them; a verse
 * after the first isn't sung. */
int
abc_words(struct abc *s, bool goes_on)
{
	const char *begin = s->at;
	struct abc_voice *v;
	size_t i;

	if (abc_voice(s) == -1)
		return -1;
	v = s->voice;
	i = goes_on ? v->lyric_at : v->had_words ? SIZE_MAX : v->lyric_from;
	v->had_words = true;
	v->lyric_at = SIZE_MAX;
	if (i == SIZE_MAX)
		return 0;
	while (s->at < s->end) {
		struct tune_op *op;
		const char *from = s->at;

		switch (*from) {
		case ' ':
		case '\t':
			s->at++;
			continue;
		case '-':
			/* First, after a space or another one it is a
			 * syllable. */
			if (from == begin || tune_is_one(" \t-", from[-1]))
				next_note(v, &i);
			s->at++;
			continue;
		case '|':
			s->at++;
			while (i < tune_nops(v->voice) &&
			       tune_ops(v->voice)[i].kind != TUNE_BAR)
				i++;
			if (i < tune_nops(v->voice))
				i++;
			continue;
		case '_':
		case '*':
			s->at++;
			next_note(v, &i);
			continue;
		default:
			break;
		}
		while (s->at < s->end && !tune_is_one(" \t-_*|", *s->at)) {
			if (*s->at == '\\' && s->at + 1 < s->end)
				s->at++;
			s->at++;
		}
		op = next_note(v, &i);
		if (op == NULL)
			return 0;
		if (syllable(s, op, from, s->at,
			s->at == s->end || *s->at != '-') == -1)
			return -1;
	}
	v->lyric_at = i;
	return 0;
}
