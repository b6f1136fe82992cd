/* SPDX-License-Identifier: ISC */

#include "riad/pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

struct task {
	struct riad_pool_block *first, *last; /* given, not taken */
	size_t held;                          /* their lengths added */
	int err;                              /* errno, if it failed */
	bool done;
};

struct member {
	pthread_t id;
	struct riad_pool *pool;
	unsigned number;
};

struct riad_pool {
	int (*run)(
	    void *ctx, struct riad_pool *pool, unsigned thread, size_t i);
	void *ctx;
	size_t hold; /* bytes, for a task */

	pthread_mutex_t lock; /* for all that follows */
	pthread_cond_t given; /* to the task whose turn it is, or it is done */
	pthread_cond_t taken; /* from it; or the turn has passed on */
	size_t ntasks;
	size_t begun; /* the first task that wasn't */
	size_t turn;  /* the task whose blocks are taken */
	bool ending;

	unsigned nmembers;
	struct member *members;
	struct task tasks[];
};

/* The next task's number; ntasks if there is none. */
static size_t
begin_task(struct riad_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	size_t i = pool->ending ? pool->ntasks : pool->begun;
	if (i < pool->ntasks)
		pool->begun++;
	pthread_mutex_unlock(&pool->lock);
	return i;
}

static void
end_task(struct riad_pool *pool, size_t i, int err)
{
	pthread_mutex_lock(&pool->lock);
	pool->tasks[i].done = true;
	pool->tasks[i].err = err;
	if (i == pool->turn)
		pthread_cond_signal(&pool->given);
	pthread_mutex_unlock(&pool->lock);
}

static void *
work(void *arg)
{
	struct member *m = arg;
	struct riad_pool *pool = m->pool;
	size_t i;

	while ((i = begin_task(pool)) < pool->ntasks) {
		int r = pool->run(pool->ctx, pool, m->number, i);
		end_task(pool, i, r == 0 ? 0 : errno == 0 ? EIO : errno);
	}
	return NULL;
}

static int
init_locks(struct riad_pool *pool)
{
	pthread_condattr_t attr;

	int err = pthread_condattr_init(&attr);
	if (err != 0)
		return err;
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	err = pthread_mutex_init(&pool->lock, NULL);
	if (err == 0 && (err = pthread_cond_init(&pool->given, &attr)) != 0)
		pthread_mutex_destroy(&pool->lock);
	if (err == 0 && (err = pthread_cond_init(&pool->taken, &attr)) != 0) {
		pthread_cond_destroy(&pool->given);
		pthread_mutex_destroy(&pool->lock);
	}
	pthread_condattr_destroy(&attr);
	return err;
}

/* Fewer threads than were asked for will do, if it is at least one. */
static int
start(struct riad_pool *pool, unsigned threads)
{
	sigset_t all, old;
	int err = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	for (unsigned t = 0; t < threads && t < pool->ntasks; t++) {
		struct member *m = &pool->members[t];

		m->pool = pool;
		m->number = t;
		err = pthread_create(&m->id, NULL, work, m);
		if (err != 0)
			break;
		pool->nmembers++;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pool->nmembers > 0 ? 0 : err;
}

struct riad_pool *
riad_pool_new(unsigned threads, size_t ntasks, size_t hold,
    int (*task)(void *ctx, struct riad_pool *pool, unsigned thread, size_t i),
    void *ctx)
{
	struct riad_pool *pool = NULL;

	if (ntasks <= (SIZE_MAX - sizeof(*pool)) / sizeof(pool->tasks[0]))
		pool =
		    calloc(1, sizeof(*pool) + ntasks * sizeof(pool->tasks[0]));
	if (pool == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	pool->run = task;
	pool->ctx = ctx;
	pool->hold = hold;
	pool->ntasks = ntasks;
	pool->members = calloc(threads + 1u, sizeof(*pool->members));
	int err = pool->members == NULL ? ENOMEM : init_locks(pool);
	if (err == 0) {
		err = start(pool, threads);
		if (err == 0)
			return pool;
		riad_pool_free(pool);
	} else {
		free(pool->members);
		free(pool);
	}
	errno = err;
	return NULL;
}

void
riad_pool_free(struct riad_pool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	pthread_cond_broadcast(&pool->taken);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned t = 0; t < pool->nmembers; t++)
		pthread_join(pool->members[t].id, NULL);

	for (size_t i = 0; i < pool->ntasks; i++) {
		while (pool->tasks[i].first != NULL) {
			struct riad_pool_block *b = pool->tasks[i].first;

			pool->tasks[i].first = b->next;
			free(b);
		}
	}
	pthread_cond_destroy(&pool->taken);
	pthread_cond_destroy(&pool->given);
	pthread_mutex_destroy(&pool->lock);
	free(pool->members);
	free(pool);
}

int
riad_pool_give(struct riad_pool *pool, size_t i, struct riad_pool_block *block)
{
	struct task *t = &pool->tasks[i];

	pthread_mutex_lock(&pool->lock);
	while (
	    !pool->ending && t->held > 0 && t->held + block->len > pool->hold)
		pthread_cond_wait(&pool->taken, &pool->lock);
	if (pool->ending) {
		pthread_mutex_unlock(&pool->lock);
		free(block);
		errno = ECANCELED;
		return -1;
	}
	block->next = NULL;
	if (t->first == NULL)
		t->first = block;
	else
		t->last->next = block;
	t->last = block;
	t->held += block->len;
	if (i == pool->turn)
		pthread_cond_signal(&pool->given);
	pthread_mutex_unlock(&pool->lock);
	return 0;
}

bool
riad_pool_ending(struct riad_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	bool ending = pool->ending;
	pthread_mutex_unlock(&pool->lock);
	return ending;
}

static struct timespec
in_ms(unsigned ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += ms / 1000;
	ts.tv_nsec += (long)(ms % 1000) * 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000;
	}
	return ts;
}

/* Waits for a block of the task whose turn it is. */
static int
take(struct riad_pool *pool, unsigned ms, struct riad_pool_block **block)
{
	const struct timespec until = in_ms(ms);

	while (pool->turn < pool->ntasks) {
		struct task *t = &pool->tasks[pool->turn];

		if (t->first != NULL) {
			*block = t->first;
			t->first = t->first->next;
			t->held -= (*block)->len;
			pthread_cond_broadcast(&pool->taken);
			return 1;
		}
		if (t->done && t->err != 0) {
			errno = t->err;
			return -1;
		}
		if (t->done) {
			pool->turn++;
			continue;
		}
		int err =
		    pthread_cond_timedwait(&pool->given, &pool->lock, &until);
		if (err != 0) {
			errno = err == ETIMEDOUT ? EAGAIN : err;
			return -1;
		}
	}
	return 0;
}

int
riad_pool_take(
    struct riad_pool *pool, unsigned ms, struct riad_pool_block **block)
{
	pthread_mutex_lock(&pool->lock);
	int r = take(pool, ms, block);
	pthread_mutex_unlock(&pool->lock);
	return r;
}
