/* SPDX-License-Identifier: ISC */
/*
 * pool.h - tasks that threads do side by side, and one thread that takes what
 * they made, in the order of the tasks
 *
 *	pool = riad_pool_new(threads, ntasks, hold, task, ctx);
 *	while ((r = riad_pool_take(pool, ms, &block)) == 1)
 *		...
 *	riad_pool_free(pool);
 *
 * So what comes out is the same for any number of threads.  Tasks that are
 * ahead of their turn wait once they hold a certain number of bytes; and the
 * taker need never wait for long, so that it can see to other things.
 */
#ifndef RIAD_POOL_H
#define RIAD_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct riad_pool;

/* The head of what a task gives, which is one block of malloc(3). */
struct riad_pool_block {
	struct riad_pool_block *next;
	size_t len; /* what it counts for */
};

/*
 * Starts at most so many threads, which run task for the numbers 0 to
 * ntasks - 1; thread says which of them, from 0.  What task returns, 0 or -1
 * with errno, riad_pool_take passes on.  Signals are blocked in the threads.
 * NULL with errno ENOMEM or EAGAIN.
 */
struct riad_pool *riad_pool_new(unsigned threads, size_t ntasks, size_t hold,
    int (*task)(void *ctx, struct riad_pool *pool, unsigned thread, size_t i),
    void *ctx);

/* Stops what is under way, waits for it, and drops what was not taken. */
void riad_pool_free(struct riad_pool *pool);

/*
 * For task i: hands over a block.  It waits while the task holds more than
 * its share, and isn't the one whose blocks are taken; or while that one has
 * more than its share that isn't taken.  0, or -1 with errno ECANCELED, the
 * block freed, when the pool is to end.
 */
int riad_pool_give(
    struct riad_pool *pool, size_t i, struct riad_pool_block *block);

/* For tasks: whether the pool is to end. */
bool riad_pool_ending(struct riad_pool *pool);

/*
 * The next block, to be freed by the caller: 1; 0 when all tasks are done and
 * all is taken; -1 with errno EAGAIN if there was none for ms milliseconds, or
 * as the task set it whose turn it is.
 */
int riad_pool_take(
    struct riad_pool *pool, unsigned ms, struct riad_pool_block **block);

#endif
