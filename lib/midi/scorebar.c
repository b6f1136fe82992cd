/* SPDX-License-Identifier: ISC */
/* Bars of score text: that they are full, and how they are repeated. */

#include <string.h>

#include "score.h"

int64_t
score_gcd(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t t = a % b;
		a = b;
		b = t;
	}
	return a;
}

int
score_bar_line(struct score *s, const char *at)
{
	struct score_part *p = s->part;

	if (p->phase != 0) {
		int64_t g = score_gcd(p->since, TUNE_WHOLE);
		return tune_fault(s, at,
		    "expected a bar line after %u/%u: bar %u is %lld/%lld "
		    "long here",
		    p->num, 1u << p->shift, p->bar_number,
		    (long long)(p->since / g), (long long)(TUNE_WHOLE / g));
	}
	p->since = 0;
	return 0;
}

/* 1. or 1,2. or 1-3. begins an ending. */
int
score_ending(struct score *s)
{
	struct score_part *p = s->part;
	struct tune_op op = {.kind = TUNE_ENDING, .count = 1};
	const char *at = s->at;

	for (;;) {
		int from = 0, to;
		if (score_number(s, &from, 1, 32, "the pass of an ending") ==
		    -1)
			return -1;
		to = from;
		if (s->at < s->end && *s->at == '-') {
			s->at++;
			if (score_number(s, &to, from, 32,
				"the last pass of an ending") == -1)
				return -1;
		}
		for (; from <= to; from++)
			op.ref |= UINT32_C(1) << (from - 1);
		if (s->at >= s->end || *s->at != ',')
			break;
		s->at++;
	}
	if (s->at >= s->end || *s->at != '.')
		return tune_fault(s, s->at,
		    "expected '.' after the number of an ending, as in 1.");
	s->at++;
	if (p->repeat.phase < 0)
		return tune_fault(
		    s, at, "expected an ending in a repeat, after |:");
	if (p->depth > 0)
		return tune_fault(s, at,
		    "expected endings of the outer repeat only, after the "
		    "inner one's :|");
	if (op.ref & 1)
		p->ending_phase = p->phase;
	else if (p->ending_phase < 0)
		return tune_fault(s, at, "expected the ending 1. before");
	else {
		p->since += p->ending_phase - p->phase;
		p->phase = p->ending_phase;
	}
	return score_op(s, op);
}

/* :| ends a repeat; what it repeats is whole bars. */
static int
end_repeat(struct score *s, const char *at)
{
	struct score_part *p = s->part;
	struct tune_op op = {.kind = TUNE_END, .count = 2};

	if (s->at < s->end && *s->at == '*' && score_times(s, &op.count) == -1)
		return -1;
	if (p->repeat.phase < 0)
		return tune_fault(s, at, "expected |: before :|");
	if (p->phase != p->repeat.phase && p->repeat.phase == 0)
		return score_bar_line(s, at);
	if (p->phase != p->repeat.phase)
		return tune_fault(s, at,
		    "expected whole bars of %u/%u between |: and :|", p->num,
		    1u << p->shift);
	op.data[0] = p->depth > 0;
	if (score_op(s, op) == -1)
		return -1;
	p->since = p->phase;
	if (p->depth > 0)
		p->repeat = p->outer[--p->depth];
	else if (p->ending_phase < 0)
		p->repeat.phase = -1;
	return 0;
}

static int
begin_repeat(struct score *s, const char *at)
{
	struct score_part *p = s->part;
	struct tune_op op = {.kind = TUNE_BEGIN, .count = 1};

	/* One in another; but after the last ending, which nothing ends, the
	 * next one begins. */
	if (p->repeat.phase >= 0 && p->ending_phase < 0) {
		if (p->depth == TUNE_NEST)
			return tune_fault(s, at,
			    "expected :| before another |: (%d are open)",
			    TUNE_NEST + 1);
		p->outer[p->depth++] = p->repeat;
		op.data[0] = 1;
	}
	p->repeat = (struct score_repeat){
	    p->phase, s->line, (size_t)(at - s->line_at) + 1};
	p->ending_phase = -1;
	return score_op(s, op);
}

bool
score_next_is(const struct score *s, const char *what)
{
	size_t n = strlen(what);

	return (size_t)(s->end - s->at) >= n && memcmp(s->at, what, n) == 0;
}

int
score_bar(struct score *s)
{
	const char *at = s->at;

	if (s->in_tuplet != 0)
		return tune_fault(s, at,
		    "expected '}', which ends the tuplet "
		    "in column %zu, before the bar does",
		    s->tuplet_column);
	if (score_next_is(s, ":|:")) {
		s->at += 2;
		if (end_repeat(s, at) == -1)
			return -1;
		s->at++;
		return begin_repeat(s, at);
	}
	if (score_next_is(s, ":|")) {
		s->at += 2;
		return end_repeat(s, at);
	}
	if (score_next_is(s, "|:")) {
		s->at += 2;
		return begin_repeat(s, at);
	}
	if (score_next_is(s, "||")) {
		s->at += 2;
		s->part->since = s->part->phase;
		return 0;
	}
	s->at++;
	return score_bar_line(s, at);
}
