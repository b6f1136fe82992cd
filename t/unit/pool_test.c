/* SPDX-License-Identifier: ISC */
/* What threads give is taken in the order of their tasks, and never much. */

#include "riad/pool.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "tap.h"

enum { TASKS = 50, BLOCKS = 20, HOLD = 100 };

/* Milliseconds: a machine may be busy with other things. */
enum { LONG = 60000, BRIEFLY = 20 };

struct numbered {
	struct riad_pool_block block;
	size_t task, number;
};

struct plan {
	size_t fails; /* the task that does, after half of its blocks */
	size_t waits; /* the task that waits for the end */
};

static int
run(void *ctx, struct riad_pool *pool, unsigned thread, size_t i)
{
	const struct plan *plan = ctx;

	(void)thread;
	for (size_t k = 0; k < BLOCKS; k++) {
		struct numbered *n = malloc(sizeof(*n));

		if (i == plan->fails && k == BLOCKS / 2) {
			free(n);
			errno = EBADMSG;
			return -1;
		}
		n->block.len = 30;
		n->task = i;
		n->number = k;
		if (riad_pool_give(pool, i, &n->block) == -1)
			return -1;
	}
	while (i == plan->waits && !riad_pool_ending(pool))
		;
	return 0;
}

/* How many blocks came, in their order; *r is what ended it. */
static size_t
take_all(struct riad_pool *pool, size_t most, unsigned patience_ms, int *r)
{
	struct riad_pool_block *block;
	size_t n = 0;

	for (;;) {
		*r = riad_pool_take(pool, patience_ms, &block);
		if (*r != 1)
			return n;
		const struct numbered *b = (struct numbered *)block;
		if (b->task == n / BLOCKS && b->number == n % BLOCKS)
			n++;
		else
			most = 0;
		free(block);
		if (n >= most)
			return n;
	}
}

int
main(void)
{
	for (unsigned threads = 1; threads <= 4; threads++) {
		struct plan plan = {SIZE_MAX, SIZE_MAX};
		int r;
		struct riad_pool *pool =
		    riad_pool_new(threads, TASKS, HOLD, run, &plan);
		size_t n = take_all(pool, SIZE_MAX, LONG, &r);
		ok(n == (size_t)TASKS * BLOCKS && r == 0, "all by %u: %zu",
		    threads, n);
		ok(riad_pool_take(pool, 0, &(struct riad_pool_block *){0}) == 0,
		    "and that is the end");
		riad_pool_free(pool);

		plan.fails = 7;
		pool = riad_pool_new(threads, TASKS, HOLD, run, &plan);
		errno = 0;
		n = take_all(pool, SIZE_MAX, LONG, &r);
		ok(n == 7 * BLOCKS + BLOCKS / 2 && r == -1 && errno == EBADMSG,
		    "the eighth fails");
		riad_pool_free(pool);

		plan.fails = SIZE_MAX;
		pool = riad_pool_new(threads, TASKS, HOLD, run, &plan);
		n = take_all(pool, 3 * BLOCKS, LONG, &r);
		ok(n == 3 * BLOCKS, "the taker has enough");
		riad_pool_free(pool);

		plan.waits = 2;
		pool = riad_pool_new(threads, TASKS, HOLD, run, &plan);
		errno = 0;
		n = take_all(pool, SIZE_MAX, BRIEFLY, &r);
		ok(n == 3 * BLOCKS && r == -1 && errno == EAGAIN,
		    "the third is slow");
		riad_pool_free(pool);
	}
	struct plan none = {SIZE_MAX, SIZE_MAX};
	struct riad_pool_block *block;
	struct riad_pool *pool = riad_pool_new(2, 0, HOLD, run, &none);
	ok(pool != NULL && riad_pool_take(pool, 0, &block) == 0, "no tasks");
	riad_pool_free(pool);
	riad_pool_free(NULL);
	return tap_done();
}
