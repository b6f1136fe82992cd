/* SPDX-License-Identifier: ISC */
/*
 * midifold.h - what comes over and over, counted
 *
 * Clock and active sensing, and messages that are the same as the one before.
 * They are told of once a second, or when something else comes, so that who
 * shows events shows few lines.
 */
#ifndef RIAD_MIDIFOLD_H
#define RIAD_MIDIFOLD_H

#include "riad/midi.h"

enum riad_midifold_what {
	RIAD_FOLD_CLOCK,
	RIAD_FOLD_SENSING,
	RIAD_FOLD_SAME, /* as the message that was let through last */
	RIAD_FOLDS,
};

struct riad_midifold_count {
	uint64_t n;
	int64_t first, last; /* times of the first and the last of them */
};

struct riad_midifold {
	/* The caller's.  With timed, times are microseconds. */
	bool timed;
	void (*tell)(void *ctx, enum riad_midifold_what what,
	    const struct riad_midifold_count *count);
	void *ctx;
	/* The rest is its own. */
	struct riad_midifold_count count[RIAD_FOLDS];
	uint8_t status, data[2]; /* of that message; or 0 */
};

/* Whether an event is counted, and not to be shown.  What is due is told. */
bool riad_midifold_takes(
    struct riad_midifold *f, const struct riad_midi_event *event, int64_t time);

/* Something that is no event comes, or nothing: all is told. */
void riad_midifold_end(struct riad_midifold *f);

/* The tempo of a clock, in beats a minute; 0 if not known. */
double riad_midifold_bpm(const struct riad_midifold_count *count);

#endif
