/* SPDX-License-Identifier: ISC */
/* Bars of ABC: lines, repeats, endings, and what sounds together in one. */

#include <string.h>

#include "abc.h"

void
abc_bar_begins(struct abc_voice *v)
{
	memset(v->bar, ABC_NO_ACCIDENTAL, sizeof(v->bar));
	v->bar_time = 0;
	v->in_overlay = false;
}

static int
sign(struct abc *s, enum tune_op_kind kind, uint16_t count, uint32_t ref)
{
	return abc_op(
	    s, (struct tune_op){
		   .kind = (uint8_t)kind, .count = count, .ref = ref});
}

/* 1 or 1,3 or 1-3 after a bar or '['. */
int
abc_ending(struct abc *s)
{
	uint32_t mask = 0;
	const char *at = s->at;

	for (;;) {
		unsigned from = abc_digits(s, 32), to = from;
		if (s->at + 1 < s->end && *s->at == '-' && s->at[1] >= '0' &&
		    s->at[1] <= '9') {
			s->at++;
			to = abc_digits(s, 32);
		}
		if (from == 0 || to > 32 || to < from)
			return tune_fault(
			    s, at, "expected an ending from 1 to 32");
		for (; from <= to; from++)
			mask |= UINT32_C(1) << (from - 1);
		if (s->at + 1 >= s->end || *s->at != ',' || s->at[1] < '0' ||
		    s->at[1] > '9')
			break;
		s->at++;
	}
	s->voice->in_ending = true;
	return sign(s, TUNE_ENDING, 1, mask);
}

static int
end_bar(struct abc *s)
{
	struct abc_voice *v = s->voice;

	if (v->in_overlay && v->bar_time < v->overlaid) {
		int64_t len = v->overlaid - v->bar_time;
		if (abc_op(s,
			(struct tune_op){.kind = TUNE_REST, .len = len}) == -1)
			return -1;
	}
	abc_bar_begins(v);
	v->last = 0;
	return sign(s, TUNE_BAR, 1, 0);
}

/* What a repeat without a beginning goes back to is the last double bar: not a
 * [|], which is one that isn't seen, and not one behind a pickup, which is of
 * what comes after. */
static bool
begins_section(
    const struct abc_voice *v, bool opens, bool closes, unsigned lines)
{
	int64_t len = v->time - v->section_time;

	if (lines < 2 && opens == closes)
		return false;
	return len <= 0 || v->in_ending || v->state.num == 0 ||
	       len >= TUNE_WHOLE * v->state.num >> v->state.shift;
}

/* Any row of | [ ] and : that is a bar line. */
int
abc_bar(struct abc *s)
{
	struct abc_voice *v = s->voice;
	uint16_t ends = 0, begins = 0;
	unsigned lines = 0;
	bool opens = false, closes = false;

	for (; s->at < s->end && *s->at == ':' && ends < 9; s->at++)
		ends++;
	for (; s->at < s->end; s->at++) {
		char next = s->end - s->at > 1 ? s->at[1] : '\0';
		if (*s->at == '|') {
			lines++;
		} else if (*s->at == ':' && lines > 0 && next == '|') {
			/* Of :|:| and the like the first ':' counts. */
			if (ends == 0)
				ends = 1;
		} else if (*s->at == ']') {
			closes = true;
		} else if (*s->at == '[' && tune_is_one("|]", next)) {
			opens = true;
		} else {
			break;
		}
	}
	for (; s->at < s->end && *s->at == ':' && begins < 9; s->at++)
		begins++;
	bool thick = opens || closes;
	if (lines == 0 && !thick && begins == 0) {
		/* Of :: one half ends and the other begins; ':' alone belongs
		 * to the bar line before, or is a dotted one. */
		begins = ends / 2;
		ends = (uint16_t)(ends - begins);
		if (ends > begins) {
			size_t n = tune_nops(v->voice);
			begins = v->begun == 0 && n > 0 &&
				 tune_ops(v->voice)[n - 1].kind == TUNE_BAR;
			ends = 0;
		}
	}
	if (end_bar(s) == -1)
		return -1;
	if (ends > 0) {
		uint16_t passes = (uint16_t)(ends + 1);
		if (v->begun > passes)
			passes = (uint16_t)v->begun;
		if (sign(s, TUNE_END, passes, 0) == -1)
			return -1;
		v->begun = 0;
	}
	if (begins > 0) {
		v->begun = begins + 1U;
		if (sign(s, TUNE_BEGIN, 1, 0) == -1)
			return -1;
	} else if (ends == 0 && begins_section(v, opens, closes, lines)) {
		if (sign(s, TUNE_SECTION, 1, 0) == -1)
			return -1;
	}
	if (ends > 0 || begins > 0 || thick || lines > 1) {
		v->section_time = v->time;
		v->in_ending = false;
	}
	abc_space(s);
	if (s->at < s->end && *s->at >= '1' && *s->at <= '9')
		return abc_ending(s);
	return 0;
}

/* & : what follows sounds together with the bar so far. */
int
abc_overlay(struct abc *s)
{
	struct abc_voice *v = s->voice;
	int64_t len = v->bar_time;

	s->at++;
	if (!v->in_overlay || len > v->overlaid)
		v->overlaid = len;
	if (abc_op(s, (struct tune_op){.kind = TUNE_REST, .len = -len}) == -1)
		return -1;
	v->bar_time = 0;
	v->in_overlay = true;
	v->last = v->last_note = 0;
	return 0;
}
