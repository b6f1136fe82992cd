/* SPDX-License-Identifier: ISC */
/* Drum lanes of score text: a line a drum, a character a step. */

#include <string.h>

#include "score.h"

static const struct {
	const char *name;
	uint8_t key;
} drums[] = {
    {"kick", 36},
    {"bd", 36},
    {"snare", 38},
    {"sd", 38},
    {"rim", 37},
    {"clap", 39},
    {"hat", 42},
    {"hh", 42},
    {"openhat", 46},
    {"oh", 46},
    {"pedal", 44},
    {"ph", 44},
    {"lowtom", 45},
    {"midtom", 47},
    {"hightom", 50},
    {"floortom", 43},
    {"lt", 45},
    {"mt", 47},
    {"ht", 50},
    {"ft", 43},
    {"crash", 49},
    {"crash2", 57},
    {"ride", 51},
    {"ride2", 59},
    {"bell", 53},
    {"china", 52},
    {"splash", 55},
    {"cowbell", 56},
    {"tambourine", 54},
    {"cabasa", 69},
    {"maracas", 70},
    {"claves", 75},
    {"highblock", 76},
    {"lowblock", 77},
    {"highbongo", 60},
    {"lowbongo", 61},
    {"muteconga", 62},
    {"highconga", 63},
    {"lowconga", 64},
    {"hightimbale", 65},
    {"lowtimbale", 66},
    {"highagogo", 67},
    {"lowagogo", 68},
    {"triangle", 81},
    {"mutetriangle", 80},
    {"guiro", 73},
    {"longguiro", 74},
    {"vibraslap", 58},
    {"whistle", 71},
    {"longwhistle", 72},
    {"cuica", 79},
    {"mutecuica", 78},
};

#define HAT 42
#define OPEN_HAT 46

/* A flam comes this much before the beat: a 64th. */
#define FLAM (TUNE_WHOLE / 64)

struct lane {
	struct score *s;
	uint8_t key;
	int64_t step, len;
	size_t first; /* operation of it */
	int64_t rest; /* that is not written yet */
};

static int
find_drum(const struct score *s, size_t n)
{
	int key = 0;

	for (size_t i = 0; i < sizeof(drums) / sizeof(drums[0]); i++) {
		if (score_is(s->at, n, drums[i].name))
			return drums[i].key;
	}
	for (size_t i = 0; i < n; i++) {
		if (s->at[i] < '0' || s->at[i] > '9' || key > 127)
			return -1;
		key = key * 10 + (s->at[i] - '0');
	}
	return n > 0 && key < 128 ? key : -1;
}

static int
flush_rest(struct lane *l)
{
	struct tune_op op = {.kind = TUNE_REST, .len = l->rest};

	if (l->rest == 0)
		return 0;
	l->rest = 0;
	return score_op(l->s, op);
}

static int
hit(struct lane *l, uint8_t key, int64_t len, uint8_t stress)
{
	struct score_part *p = l->s->part;
	struct tune_op op = {
	    .kind = TUNE_NOTE,
	    .data = {tune_velocity(p->velocity, stress), (uint8_t)p->gate, 1},
	    .len = len,
	    .stress = stress,
	};

	if (flush_rest(l) == -1 ||
	    tune_pitches(l->s->m, &op.ref, &key, 1) == -1)
		return -1;
	return score_op(l->s, op);
}

/* Strokes before the beat take their time from what was before. */
static int
grace(struct lane *l, unsigned n)
{
	l->rest -= FLAM * n;
	for (; n > 0; n--) {
		if (hit(l, l->key, FLAM, TUNE_GRACE) == -1)
			return -1;
	}
	return 0;
}

static int
do_step(struct lane *l, const char *at)
{
	char buf[TUNE_SEEN];

	l->len += l->step;
	switch (*at) {
	case '.':
	case '-':
		l->rest += l->step;
		return 0;
	case 'x':
		return hit(l, l->key, l->step, TUNE_PLAIN);
	case 'X':
		return hit(l, l->key, l->step, TUNE_ACCENT);
	case 'g':
		return hit(l, l->key, l->step, TUNE_GHOST);
	case 'f':
		if (grace(l, 1) == -1)
			return -1;
		return hit(l, l->key, l->step, TUNE_PLAIN);
	case 'd':
		if (grace(l, 2) == -1)
			return -1;
		return hit(l, l->key, l->step, TUNE_PLAIN);
	case 'o':
		if (l->key == HAT)
			return hit(l, OPEN_HAT, l->step, TUNE_PLAIN);
		return tune_fault(
		    l->s, at, "expected o, which opens a hat, in a hat's lane");
	default:
		return tune_fault(l->s, at,
		    "expected a step: x X g o f d or . for none, not %s",
		    tune_seen(at, l->s->end, buf));
	}
}

/* The row again, as it was written. */
static int
again(struct lane *l, unsigned times)
{
	struct score_part *p = l->s->part;
	size_t end = tune_nops(p->voice);
	int64_t len = l->len;

	for (; times > 0; times--) {
		for (size_t i = l->first; i < end; i++) {
			struct tune_op op = tune_ops(p->voice)[i];
			if (score_op(l->s, op) == -1)
				return -1;
		}
		l->len += len;
	}
	return 0;
}

/* All lanes of a block begin where it does, and are of one length. */
static int
begin_lane(struct lane *l, const char *name, size_t len)
{
	struct score *s = l->s;
	struct score_part *p = s->part;

	if (!p->in_block) {
		p->in_block = true;
		p->block_len = 0;
		p->block_phase = p->phase;
		p->block_since = p->since;
		p->block_bar = p->bar_number;
		memset(p->lanes, 0, sizeof(p->lanes));
	} else {
		struct tune_op op = {.kind = TUNE_REST, .len = -p->block_len};
		if (tune_add(s->m, p->voice,
			&(struct tune_op){
			    .kind = op.kind, .len = op.len, .count = 1},
			s->line, 1) == -1)
			return -1;
		p->time -= p->block_len;
		p->phase = p->block_phase;
		p->since = p->block_since;
		p->bar_number = p->block_bar;
	}
	if (p->lanes[l->key] != 0)
		return tune_fault(s, name,
		    "expected an empty line before %.*s again: the lanes of a "
		    "block sound together",
		    (int)len, name);
	p->lanes[l->key] = 1;
	l->first = tune_nops(p->voice);
	return 0;
}

static int
end_lane(struct lane *l)
{
	struct score *s = l->s;
	struct score_part *p = s->part;

	if (l->len == 0)
		return tune_fault(
		    s, s->at, "expected the steps of a drum, such as x...x...");
	if (flush_rest(l) == -1)
		return -1;
	if (p->block_len == 0)
		p->block_len = l->len;
	if (l->len != p->block_len)
		return tune_fault(s, s->at,
		    "expected a lane as long as the one above: %lld/480 of a "
		    "quarter, not %lld",
		    (long long)(p->block_len / TUNE_UNIT),
		    (long long)(l->len / TUNE_UNIT));
	return 0;
}

/* The length of what comes after is that of the steps: /8 for eighths. */
static int
lane_grid(struct score *s, int *grid)
{
	const char *at;

	if (s->at >= s->end || *s->at != '/')
		return 0;
	at = ++s->at;
	if (score_number(s, grid, 1, 480, "steps a whole note") == -1)
		return -1;
	if (1920 % *grid != 0)
		return tune_fault(s, at,
		    "expected steps that divide a whole note, such as 8, 12, "
		    "16 or 24");
	return 0;
}

/* Of lanes: the part in hand, or one that is called drums. */
int
score_drums(struct score *s)
{
	if (s->part != NULL && s->part->drums)
		return 0;
	return score_part_new(s, "drums", 5, true);
}

int
score_lane(struct score *s)
{
	const char *name = s->at;
	size_t n = score_word(s);
	struct lane l = {.s = s};
	uint16_t count = 1;
	int key = find_drum(s, n);

	/* What comes next tells it from an ending: 36 x... is a lane. */
	if (key == -1 || (name + n < s->end && !tune_is_one(" \t/", name[n])))
		return 0;
	if (score_drums(s) == -1)
		return -1;
	l.key = (uint8_t)key;
	s->at += n;

	int grid = (int)s->part->grid;
	if (lane_grid(s, &grid) == -1 || begin_lane(&l, name, n) == -1)
		return -1;
	l.step = TUNE_WHOLE / grid;
	for (;;) {
		score_space(s);
		if (s->at >= s->end)
			break;
		if (*s->at == '*') {
			if (flush_rest(&l) == -1 ||
			    score_times(s, &count) == -1 ||
			    again(&l, count - 1U) == -1)
				return -1;
			score_space(s);
			if (s->at < s->end)
				return tune_fault(
				    s, s->at, "expected the end of the lane");
			break;
		}
		if (*s->at == '|') {
			if (flush_rest(&l) == -1 ||
			    score_bar_line(s, s->at) == -1)
				return -1;
		} else if (do_step(&l, s->at) == -1) {
			return -1;
		}
		s->at++;
	}
	return end_lane(&l) == -1 ? -1 : 1;
}
