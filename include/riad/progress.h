/* SPDX-License-Identifier: ISC */
/*
 * progress.h - a line on the terminal while long work goes on
 *
 * Drawn on standard error only where that is a terminal and standard output
 * is none, after a second and then ten times a second at most.
 */
#ifndef RIAD_PROGRESS_H
#define RIAD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct riad_progress {
	bool on;
	bool drawn;
	uint64_t bytes;
	uint64_t start, next; /* ns of the monotonic clock */
};

void riad_progress_begin(struct riad_progress *pg);
void riad_progress_add(struct riad_progress *pg, uint64_t bytes);
void riad_progress_end(struct riad_progress *pg); /* clears the line */

#endif
