/* SPDX-License-Identifier: ISC */

#include "riad/press.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "press_make.h"
#include "riad/meter.h"
#include "riad/pool.h"

enum {
	/* A task is so much work, by bytes or by objects; on its border what
	 * is alike is not seen to be.  It ends where a name does, but in no
	 * case is it longer than this by a factor. */
	TASK_BYTES = 16 << 20,
	TASK_ITEMS = 8192,
	TASK_STRETCH = 2,

	/* What an object counts for besides its bytes, or with none known. */
	ITEM_BYTES = 1 << 10,

	/* So many of the client's objects of a name are read without more ado;
	 * and where there are few targets, all that git's window holds, and
	 * more of them are tried: it costs little, and in a small pack each
	 * delta weighs more. */
	FEW = 2,
	MANY = 10,
	FEW_TARGETS = 256,

	/* And of not so many, each is soon gone by. */
	SOME_TARGETS = 1024,

	/* Deflated bytes that a thread may be ahead. */
	HOLD = 1 << 20,

	/* Between two calls of tick. */
	TICK_MS = 50,
};

struct press_job;

struct seat {
	struct press_job *job;
	struct press_maker *maker;
	struct riad_pool *pool; /* NULL: no threads */
	size_t task;            /* that it is at */
};

struct press_job {
	struct riad_packout *out;
	const struct riad_odb *odbs;
	struct riad_press_item *items;
	size_t n;
	bool *useful; /* by item: is to be read as a base */
	uint32_t targets;
	struct riad_press_options options;
	struct riad_meter meter;
	uint32_t done, deltas;
	size_t *tasks; /* where each begins, and after the last n */
	size_t ntasks;
	unsigned nseats;
	struct seat *seats; /* by thread */
};

/* A piece on its way from one thread to another. */
struct parcel {
	struct riad_pool_block block;
	struct press_piece piece;
	int err; /* errno, if the item can't be read; else 0 */
	uint8_t data[];
};

/*
 * Like beside like; of one name first what is a base without more ado, and
 * then the targets; in each as git does it, the longest first, since to leave
 * out is said shorter than to add.
 */
static int
by_turn(const void *left, const void *right)
{
	const struct riad_press_item *a = left, *b = right;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->name_hash != b->name_hash)
		return a->name_hash < b->name_hash ? -1 : 1;
	if (a->role != b->role)
		return a->role > b->role ? -1 : 1;
	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank > b->rank ? 1 : -1;
	return riad_oid_cmp(&a->oid, &b->oid);
}

static bool
is_alike(const struct riad_press_item *a, const struct riad_press_item *b)
{
	return a->type == b->type && a->name_hash == b->name_hash;
}

/*
 * Of the client's n objects of one name, those are worth their reading that
 * are about as long as one of the targets, or the newest.
 */
static void
pick_client(
    struct press_job *job, size_t begin, size_t n, size_t target, size_t end)
{
	const struct riad_press_item *items = job->items;
	size_t newest = begin;

	if (target == end)
		return;
	for (size_t i = begin; i < begin + n; i++) {
		job->useful[i] =
		    n <= (job->targets <= FEW_TARGETS ? MANY : FEW);
		if (items[i].rank < items[newest].rank)
			newest = i;
	}
	job->useful[newest] = true;
	for (size_t i = begin; target < end; target++) {
		/* Both are in the order of their sizes. */
		while (i < begin + n && items[i].size > items[target].size)
			i++;
		for (size_t k = i > begin ? i - 1 : i;
		     k < begin + n && k < i + 2; k++)
			job->useful[k] = true;
	}
}

/* Of what is sent, a few before each target, of whatever name. */
static void
pick_sent(struct press_job *job)
{
	const unsigned max = (job->options.window + 4) / 5;
	unsigned left = 0;
	unsigned type = 0;

	for (size_t i = job->n; i > 0; i--) {
		const struct riad_press_item *item = &job->items[i - 1];

		if (item->type != type)
			left = 0;
		type = item->type;
		if (item->role == RIAD_PRESS_TARGET) {
			left = max;
		} else if (item->role == RIAD_PRESS_SENT && left > 0) {
			job->useful[i - 1] = true;
			left--;
		}
	}
}

/* Decides which bases are read: of others it isn't likely to pay. */
static int
pick_bases(struct press_job *job)
{
	const struct riad_press_item *items = job->items;
	size_t end;

	job->useful = calloc(job->n, sizeof(*job->useful));
	if (job->useful == NULL)
		return -1;
	if (job->options.window == 0)
		return 0;
	pick_sent(job);
	for (size_t begin = 0; begin < job->n; begin = end) {
		size_t client = begin, target;

		while (client < job->n &&
		       is_alike(&items[begin], &items[client]) &&
		       items[client].role == RIAD_PRESS_CLIENT)
			client++;
		target = client;
		while (target < job->n &&
		       is_alike(&items[begin], &items[target]) &&
		       items[target].role == RIAD_PRESS_SENT)
			target++;
		end = target;
		while (end < job->n && is_alike(&items[begin], &items[end]))
			end++;
		if (client > begin)
			pick_client(job, begin, client - begin, target, end);
	}
	return 0;
}

/* Whether a task that holds so much ends before item i. */
static bool
ends_before(const struct press_job *job, size_t i, uint64_t bytes, size_t count)
{
	const struct riad_press_item *item = &job->items[i];

	if (bytes >= (uint64_t)TASK_BYTES * TASK_STRETCH ||
	    count >= (size_t)TASK_ITEMS * TASK_STRETCH)
		return true;
	if (bytes < TASK_BYTES && count < TASK_ITEMS)
		return false;
	return !is_alike(&item[-1], item);
}

static int
make_tasks(struct press_job *job)
{
	uint64_t bytes = 0;
	size_t cap = 0;

	for (size_t i = 0; i <= job->n; i++) {
		const size_t begin =
		    job->ntasks > 0 ? job->tasks[job->ntasks - 1] : 0;

		if (i > 0 && i < job->n &&
		    !ends_before(job, i, bytes, i - begin)) {
			bytes += job->items[i].size + ITEM_BYTES;
			continue;
		}
		if (job->ntasks == cap) {
			cap = cap * 2 + 16;
			size_t *tasks =
			    reallocarray(job->tasks, cap, sizeof(*job->tasks));
			if (tasks == NULL)
				return -1;
			job->tasks = tasks;
		}
		job->tasks[job->ntasks++] = i;
		bytes = i < job->n ? job->items[i].size + ITEM_BYTES : 0;
	}
	job->ntasks--;
	return 0;
}

/* Returns -1, having named the object. */
static int
blame(const struct press_job *job, int64_t item)
{
	struct riad_pack_sink *sink = job->options.sink;
	const int err = errno;
	char hex[RIAD_OID_HEX_MAX + 1];

	snprintf(sink->why, sizeof(sink->why), "unable to read %s: %s",
	    riad_oid_hex(hex, &job->items[item].oid, job->odbs->hash_len),
	    err == ENOENT    ? "it is missing"
	    : err == EBADMSG ? "it is damaged"
			     : strerror(err));
	errno = err;
	return -1;
}

/* Where a base is in the pack, 0 if it isn't. */
static uint64_t
base_at(const struct press_job *job, const struct riad_press_item *base)
{
	return base->role == RIAD_PRESS_CLIENT || !job->options.ofs_delta
		   ? 0
		   : base->at;
}

static int
write_head(struct press_job *job, const struct press_piece *piece)
{
	struct riad_press_item *item = &job->items[piece->item];

	job->done++;
	if (piece->stored)
		return job->options.copy(job->options.copy_ctx, item);
	item->at = job->out->off;
	if (piece->base == -1)
		return riad_packout_entry(
		    job->out, item->type, piece->size, 0, NULL);

	const struct riad_press_item *base = &job->items[piece->base];
	const uint64_t at = base_at(job, base);
	job->deltas++;
	return riad_packout_entry(job->out,
	    at != 0 ? RIAD_OFS_DELTA : RIAD_REF_DELTA, piece->size,
	    at != 0 ? item->at - at : 0, &base->oid);
}

static int
write_piece(struct press_job *job, const struct press_piece *piece)
{
	if (piece->first && write_head(job, piece) == -1)
		return -1;
	return riad_packout_add(job->out, piece->data, piece->len);
}

static int
put_here(void *ctx, const struct press_piece *piece)
{
	const struct seat *seat = ctx;

	return write_piece(seat->job, piece);
}

static int
pulse_here(void *ctx)
{
	const struct seat *seat = ctx;

	return riad_meter_at(&seat->job->meter, seat->job->done);
}

static int
give(const struct seat *seat, const struct press_piece *piece, int err)
{
	struct parcel *p = malloc(sizeof(*p) + piece->len);

	if (p == NULL)
		return -1;
	p->block.len = sizeof(*p) + piece->len;
	p->piece = *piece;
	p->piece.data = p->data;
	p->err = err;
	if (piece->len > 0)
		memcpy(p->data, piece->data, piece->len);
	return riad_pool_give(seat->pool, seat->task, &p->block);
}

static int
give_piece(void *ctx, const struct press_piece *piece)
{
	return give(ctx, piece, 0);
}

static int
pulse_in_thread(void *ctx)
{
	const struct seat *seat = ctx;

	if (!riad_pool_ending(seat->pool))
		return 0;
	errno = ECANCELED;
	return -1;
}

static int
run_in_thread(void *ctx, struct riad_pool *pool, unsigned thread, size_t i)
{
	const struct press_job *job = ctx;
	struct seat *seat = &job->seats[thread];

	seat->pool = pool;
	seat->task = i;
	int r = press_maker_run(seat->maker, job->tasks[i], job->tasks[i + 1]);
	if (r == -1 && press_maker_failed(seat->maker) != -1) {
		const struct press_piece piece = {
		    .item = (size_t)press_maker_failed(seat->maker)};

		return give(seat, &piece, errno);
	}
	return r;
}

static int
take_parcel(struct press_job *job, const struct parcel *p)
{
	if (p->err == 0)
		return write_piece(job, &p->piece);
	errno = p->err;
	return blame(job, (int64_t)p->piece.item);
}

/* Takes what the threads make. */
static int
take_all(struct press_job *job, struct riad_pool *pool)
{
	for (;;) {
		struct riad_pool_block *block;
		int r = riad_pool_take(pool, TICK_MS, &block);

		if (r == 0 || (r == -1 && errno != EAGAIN))
			return r;
		if (r == 1) {
			r = take_parcel(job, (struct parcel *)block);
			free(block);
			if (r == -1)
				return -1;
		}
		if (riad_meter_at(&job->meter, job->done) == -1)
			return -1;
	}
}

static int
run_threads(struct press_job *job)
{
	struct riad_pool *pool =
	    riad_pool_new(job->nseats, job->ntasks, HOLD, run_in_thread, job);
	if (pool == NULL)
		return -1;
	int r = take_all(job, pool);
	const int err = errno;
	riad_pool_free(pool);
	errno = err;
	return r;
}

static int
run_here(struct press_job *job)
{
	struct press_maker *maker = job->seats[0].maker;

	for (size_t i = 0; i < job->ntasks; i++) {
		if (press_maker_run(maker, job->tasks[i], job->tasks[i + 1]) ==
		    0)
			continue;
		int64_t failed = press_maker_failed(maker);
		return failed == -1 ? -1 : blame(job, failed);
	}
	return 0;
}

static int
make_seats(struct press_job *job, unsigned n)
{
	job->seats = calloc(n, sizeof(*job->seats));
	if (job->seats == NULL)
		return -1;
	for (; job->nseats < n; job->nseats++) {
		struct seat *seat = &job->seats[job->nseats];
		const struct press_maker_host host = {
		    .odb = &job->odbs[job->nseats],
		    .items = job->items,
		    .useful = job->useful,
		    .more_tries = job->targets <= FEW_TARGETS ? 2 : 0,
		    .few = job->targets <= SOME_TARGETS,
		    .options = &job->options,
		    .ctx = seat,
		    .put = n == 1 ? put_here : give_piece,
		    .pulse = n == 1 ? pulse_here : pulse_in_thread};

		seat->job = job;
		seat->maker = press_maker_new(&host);
		if (seat->maker == NULL)
			return -1;
	}
	return 0;
}

/* Git's limits, and what 0 stands for. */
static void
complete(struct riad_press_options *o)
{
	if (o->depth == 0)
		o->window = 0;
	if (o->depth > UINT8_MAX)
		o->depth = UINT8_MAX;
	if (o->big_file == 0)
		o->big_file = RIAD_PRESS_DELTA_MAX;
}

static uint32_t
count_targets(const struct riad_press_item *items, size_t n)
{
	uint32_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += items[i].role == RIAD_PRESS_TARGET;
	return count;
}

static int
run(struct press_job *job)
{
	const size_t threads = job->options.threads;

	qsort(job->items, job->n, sizeof(*job->items), by_turn);
	if (pick_bases(job) == -1 || make_tasks(job) == -1 ||
	    make_seats(job, threads < 2 ? 1
			    : threads < job->ntasks
				? (unsigned)threads
				: (unsigned)job->ntasks) == -1)
		return -1;
	return job->nseats == 1 ? run_here(job) : run_threads(job);
}

int
riad_press_run(struct riad_packout *out, const struct riad_odb *odbs,
    struct riad_press_item *items, size_t n,
    const struct riad_press_options *options, uint32_t *deltas)
{
	const uint32_t targets = count_targets(items, n);
	struct press_job job = {.out = out,
	    .odbs = odbs,
	    .items = items,
	    .n = n,
	    .targets = targets,
	    .options = *options};

	if (targets == 0)
		return 0;
	complete(&job.options);
	riad_meter_start(
	    &job.meter, options->sink, "Compressing objects", targets);
	int r = run(&job);
	if (r == 0)
		r = riad_meter_done(&job.meter, targets);

	const int err = errno;
	for (unsigned t = 0; t < job.nseats; t++)
		press_maker_free(job.seats[t].maker);
	free(job.seats);
	free(job.tasks);
	free(job.useful);
	*deltas += job.deltas;
	errno = err;
	return r;
}
