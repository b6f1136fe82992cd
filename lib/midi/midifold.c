/* SPDX-License-Identifier: ISC */

#include "riad/midifold.h"

#include <string.h>

enum { SECOND = 1000000 };

static void
tell(struct riad_midifold *f, enum riad_midifold_what what)
{
	struct riad_midifold_count *c = &f->count[what];

	if (c->n > 0)
		f->tell(f->ctx, what, c);
	c->n = 0;
}

static void
count(struct riad_midifold *f, enum riad_midifold_what what, int64_t time)
{
	struct riad_midifold_count *c = &f->count[what];

	if (c->n++ == 0)
		c->first = time;
	c->last = time;
}

static bool
is_old(const struct riad_midifold_count *c, int64_t time)
{
	return c->n > 0 &&
	       (int64_t)((uint64_t)time - (uint64_t)c->first) >= SECOND;
}

/* Where there are no times, things are told of when something else comes. */
static void
tell_due(struct riad_midifold *f, int64_t time, bool other)
{
	for (int i = 0; i < RIAD_FOLDS; i++)
		if (f->timed ? is_old(&f->count[i], time)
			     : other && i != RIAD_FOLD_SAME)
			tell(f, (enum riad_midifold_what)i);
}

bool
riad_midifold_takes(
    struct riad_midifold *f, const struct riad_midi_event *e, int64_t time)
{
	bool message = e->kind == RIAD_MIDI_MESSAGE;

	if (message &&
	    (e->status == RIAD_MIDI_CLOCK || e->status == RIAD_MIDI_SENSING)) {
		tell_due(f, time, false);
		count(f,
		    e->status == RIAD_MIDI_CLOCK ? RIAD_FOLD_CLOCK
						 : RIAD_FOLD_SENSING,
		    time);
		return true;
	}
	tell_due(f, time, true);
	if (message && e->status == f->status &&
	    memcmp(e->data, f->data, sizeof(e->data)) == 0) {
		count(f, RIAD_FOLD_SAME, time);
		return true;
	}
	tell(f, RIAD_FOLD_SAME);
	f->status = message ? e->status : 0;
	memcpy(f->data, e->data, sizeof(e->data));
	return false;
}

void
riad_midifold_end(struct riad_midifold *f)
{
	tell(f, RIAD_FOLD_SAME);
	tell(f, RIAD_FOLD_CLOCK);
	tell(f, RIAD_FOLD_SENSING);
	f->status = 0;
}

double
riad_midifold_bpm(const struct riad_midifold_count *c)
{
	double us = (double)((uint64_t)c->last - (uint64_t)c->first);

	/* As many intervals as clocks but one, 24 a beat. */
	return c->n > 1 && c->last > c->first
		   ? 60e6 * (double)(c->n - 1) / 24 / us
		   : 0;
}
