/* SPDX-License-Identifier: ISC */
/* press_make.h - the work on one task of riad_press_run, in one thread */
#ifndef RIAD_PRESS_MAKE_H
#define RIAD_PRESS_MAKE_H

#include "riad/press.h"

/* A part of an entry, or the whole. */
struct press_piece {
	size_t item;         /* by number */
	int64_t base;        /* of a delta, likewise; or -1 */
	uint64_t size;       /* of what is deflated */
	const uint8_t *data; /* deflated */
	size_t len;
	bool first;
	bool stored; /* nothing was made: the stored entry will do */
};

struct press_maker;

struct press_maker_host {
	const struct riad_odb *odb;
	struct riad_press_item *items;
	const bool *useful;  /* by item: is to be read as a base */
	unsigned more_tries; /* than the window says */
	bool few;            /* little is made: little need be held */
	const struct riad_press_options *options; /* checked and completed */
	void *ctx;

	/* Both return 0, or -1 with errno to end the work.  The data is
	 * borrowed.  pulse is called every some milliseconds at most. */
	int (*put)(void *ctx, const struct press_piece *piece);
	int (*pulse)(void *ctx);
};

struct press_maker *press_maker_new(const struct press_maker_host *host);
void press_maker_free(struct press_maker *m);

/* Makes the targets among items begin to end - 1.  -1 with errno; then
 * press_maker_failed is the number of the item that can't be read, or -1. */
int press_maker_run(struct press_maker *m, size_t begin, size_t end);
int64_t press_maker_failed(const struct press_maker *m);

#endif
