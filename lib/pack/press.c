/* SPDX-License-Identifier: ISC */

#include "riad/press.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "riad/delta.h"
#include "riad/hash.h"
#include "riad/meter.h"
#include "riad/parse.h"

enum {
	/* Git's own figures: so many objects are tried as a base, and so many
	 * deltas may lean on each other. */
	WINDOW = 10,
	DEPTH_MAX = 50,

	/* Bytes between two looks at the clock. */
	CHUNK = 1 << 18,
};

/* The window holds so much; indexes add at most 8 MiB for each object. */
#define WINDOW_BYTES (2 * RIAD_PRESS_DELTA_MAX)

/* What is looked at: an object to write, or one that is copied and may be a
 * base.  In an order where like follows like. */
struct item {
	uint32_t name_hash;
	uint32_t i; /* in the list */
	uint8_t type;
	bool to_write;
};

struct object {
	const uint8_t *data; /* owned, or the odb's until its next call */
	size_t len;
	bool owned;
	struct riad_oid id;
	uint64_t at; /* where it begins in the pack; 0 if it isn't written */
	unsigned depth;
	struct riad_delta_index *index; /* NULL until it is needed */
};

struct job {
	struct riad_press *press;
	struct riad_meter meter;
	uint32_t done; /* objects */
	struct riad_hash *hash;
	struct item *items;
	uint32_t nitems;
	struct object window[WINDOW + 1]; /* the last is tried first */
	unsigned nwindow;
	size_t window_bytes;
	struct riad_buf best, trial; /* deltas */
	z_stream z;
	bool z_begun;
	uint8_t deflated[1 << 15];
};

/* Looks at the clock. */
static int
tick(struct job *job)
{
	return riad_meter_at(&job->meter, job->done);
}

static void
drop(struct object *o)
{
	riad_delta_index_free(o->index);
	if (o->owned)
		free((void *)o->data);
}

/* Whether the object is what its id says: 1, 0, or -1. */
static int
check(struct job *job, const struct object *o, enum riad_type type)
{
	struct riad_oid sum;
	char hdr[32];

	int n =
	    snprintf(hdr, sizeof(hdr), "%s %zu", riad_type_name(type), o->len);
	riad_hash_add(job->hash, hdr, (size_t)n + 1);
	for (size_t at = 0; at < o->len; at += CHUNK) {
		riad_hash_add(job->hash, o->data + at,
		    o->len - at < CHUNK ? o->len - at : CHUNK);
		if (tick(job) == -1)
			return -1;
	}
	if (riad_hash_end(job->hash, &sum) == -1)
		return -1;
	return riad_oid_eq(&sum, &o->id);
}

/* Reads an object: 1, 0 with errno if that can't be, or -1. */
static int
load(struct job *job, struct object *o, const struct riad_oid *id,
    enum riad_type type)
{
	const struct riad_odb *odb = job->press->odb;
	enum riad_type is;

	*o = (struct object){.id = *id};
	int r = odb->read(odb->ctx, id, &is, &o->data, &o->len);
	if (r == 0)
		errno = ENOENT;
	if (r != 1)
		return 0;
	r = is == type ? check(job, o, type) : 0;
	if (r == 0)
		errno = EBADMSG;
	if (r != 1 || o->len > RIAD_PRESS_DELTA_MAX)
		return r;

	uint8_t *copy = malloc(o->len + 1);
	if (copy == NULL)
		return -1;
	if (o->len > 0)
		memcpy(copy, o->data, o->len);
	o->data = copy;
	o->owned = true;
	return 1;
}

static void
window_drop(struct job *job)
{
	job->window_bytes -= job->window[0].len;
	drop(&job->window[0]);
	job->nwindow--;
	memmove(job->window, job->window + 1,
	    job->nwindow * sizeof(job->window[0]));
}

/* Takes over the object. */
static void
window_push(struct job *job, struct object *o)
{
	if (!o->owned || o->depth >= DEPTH_MAX) {
		drop(o);
		return;
	}
	while (job->nwindow == WINDOW ||
	       (job->nwindow > 0 && job->window_bytes + o->len > WINDOW_BYTES))
		window_drop(job);
	job->window[job->nwindow++] = *o;
	job->window_bytes += o->len;
}

/* What was a good base once, is kept for longer. */
static void
window_refresh(struct job *job, unsigned k)
{
	const struct object o = job->window[k];
	const unsigned after = --job->nwindow - k;

	memmove(&job->window[k], &job->window[k + 1],
	    after * sizeof(job->window[0]));
	job->window[job->nwindow++] = o;
}

/* How large a delta on base may be.  The longer the chain that it joins, the
 * smaller it has to be, or the chains were soon at their end. */
static size_t
limit_for(const struct job *job, const struct object *base,
    const struct object *o, const struct object *best)
{
	if (best == NULL)
		return o->len / 2 * (DEPTH_MAX - base->depth) / DEPTH_MAX;
	return (job->best.len * (DEPTH_MAX - base->depth) - 1) /
	       (DEPTH_MAX - best->depth);
}

/* Puts the delta of o on base into trial: 1, 0 if there is none that small,
 * or -1. */
static int
try(struct job *job, struct object *base, const struct object *o, size_t limit)
{
	struct riad_delta d;
	int r;

	/* What o has more than the base is to be inserted; a base that is so
	 * much longer is something else. */
	if ((o->len > base->len && o->len - base->len >= limit) ||
	    base->len / 32 > o->len)
		return 0;
	if (base->index == NULL)
		base->index = riad_delta_index_new(base->data, base->len);
	if (base->index == NULL)
		return -1;
	job->trial.max = limit;
	riad_delta_begin(&d, base->index, o->data, o->len, &job->trial);
	do {
		if (tick(job) == -1)
			return -1;
	} while ((r = riad_delta_step(&d)) == 1);
	if (r == -1)
		return errno == EMSGSIZE ? 0 : -1;
	return 1;
}

/* Looks for the best delta; *base is what it leans on, in the window, or
 * NULL if there is none.  0 or -1. */
static int
search(struct job *job, const struct object *o, const struct object **base)
{
	unsigned k_best = 0;

	*base = NULL;
	for (unsigned k = job->nwindow; o->owned && k > 0; k--) {
		struct object *candidate = &job->window[k - 1];
		int r =
		    try(job, candidate, o, limit_for(job, candidate, o, *base));
		if (r == -1)
			return -1;
		if (r == 0)
			continue;
		const struct riad_buf best = job->best;
		job->best = job->trial;
		job->trial = best;
		*base = candidate;
		k_best = k - 1;
	}
	if (*base != NULL) {
		window_refresh(job, k_best);
		*base = &job->window[job->nwindow - 1];
	}
	return 0;
}

/* Deflates what is in z, to the end of the stream if flush is Z_FINISH. */
static int
deflate_some(struct job *job, int flush)
{
	z_stream *z = &job->z;

	do {
		z->next_out = job->deflated;
		z->avail_out = sizeof(job->deflated);
		if (deflate(z, flush) == Z_STREAM_ERROR) {
			errno = EIO;
			return -1;
		}
		if (riad_packout_add(job->press->out, job->deflated,
			sizeof(job->deflated) - z->avail_out) == -1)
			return -1;
	} while (z->avail_out == 0);
	return 0;
}

static int
write_deflated(struct job *job, const uint8_t *data, size_t len)
{
	bool last;

	deflateReset(&job->z);
	do {
		size_t n = len < CHUNK ? len : CHUNK;

		last = n == len;
		job->z.next_in = (Bytef *)data;
		job->z.avail_in = (uInt)n;
		data += n;
		len -= n;
		if (deflate_some(job, last ? Z_FINISH : Z_NO_FLUSH) == -1 ||
		    tick(job) == -1)
			return -1;
	} while (!last);
	return 0;
}

/* The entry of object i of the list, a delta on base unless that is NULL. */
static int
write_entry(
    struct job *job, uint32_t i, struct object *o, const struct object *base)
{
	struct riad_press *p = job->press;

	o->at = p->at[i] = p->out->off;
	p->is_delta[i] = base != NULL;
	if (base == NULL) {
		if (riad_packout_entry(p->out, riad_walk_type(p->walk, i),
			o->len, 0, NULL) == -1)
			return -1;
		return write_deflated(job, o->data, o->len);
	}

	o->depth = base->depth + 1;
	p->deltas++;
	bool ofs = p->ofs_delta && base->at != 0;
	if (riad_packout_entry(p->out, ofs ? RIAD_OFS_DELTA : RIAD_REF_DELTA,
		job->best.len, ofs ? o->at - base->at : 0, &base->id) == -1)
		return -1;
	return write_deflated(job, job->best.data, job->best.len);
}

/* Returns -1, having named the object. */
static int
blame(struct riad_press *p, const struct riad_oid *id)
{
	const int err = errno;
	char hex[RIAD_OID_HEX_MAX + 1];

	snprintf(p->sink->why, sizeof(p->sink->why), "unable to read %s: %s",
	    riad_oid_hex(hex, id, p->odb->hash_len),
	    err == ENOENT    ? "it is missing"
	    : err == EBADMSG ? "it is damaged"
			     : strerror(err));
	errno = err;
	return -1;
}

/* Puts a base into the window, unless it can't be read. */
static int
add_base(struct job *job, const struct riad_oid *id, enum riad_type type,
    uint64_t at)
{
	struct object o;

	int r = load(job, &o, id, type);
	if (r == 1) {
		o.at = at;
		window_push(job, &o);
	}
	return r == -1 ? -1 : 0;
}

static int
add_client_bases(struct job *job, const struct item *item)
{
	const struct riad_walk *w = job->press->walk;
	uint32_t first, n;

	if (!job->press->thin)
		return 0;
	n = riad_walk_alike(w, item->i, &first);
	for (n = n < WINDOW ? n : WINDOW; n > 0; n--) {
		if (add_base(job, riad_walk_client_oid(w, first + n - 1),
			(enum riad_type)item->type, 0) == -1)
			return -1;
	}
	return 0;
}

static int
write_item(struct job *job, const struct item *item)
{
	const struct riad_oid *id = riad_walk_oid(job->press->walk, item->i);
	const struct object *base;
	struct object o;

	int r = load(job, &o, id, (enum riad_type)item->type);
	if (r == 0)
		return blame(job->press, id);
	if (r == -1 || search(job, &o, &base) == -1 ||
	    write_entry(job, item->i, &o, base) == -1) {
		drop(&o);
		return -1;
	}
	window_push(job, &o);
	job->done++;
	return 0;
}

static int
by_kind(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->name_hash != b->name_hash)
		return a->name_hash < b->name_hash ? -1 : 1;
	return 0;
}

/* What is alike newest first, but bases before all. */
static int
by_turn(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int order = by_kind(left, right);

	if (order != 0)
		return order;
	if (a->to_write != b->to_write)
		return a->to_write ? 1 : -1;
	return (a->i > b->i) - (a->i < b->i);
}

static struct item
item_of(const struct job *job, uint32_t i, bool to_write)
{
	const struct riad_walk *w = job->press->walk;

	return (struct item){.name_hash = riad_walk_name_hash(w, i),
	    .i = i,
	    .type = (uint8_t)riad_walk_type(w, i),
	    .to_write = to_write};
}

/* The list, and what is like something on it and gets into the pack whole. */
static int
make_items(struct job *job, const uint32_t *list, uint32_t n)
{
	const struct riad_press *p = job->press;
	const uint32_t count = riad_walk_count(p->walk);

	job->items = reallocarray(NULL, count, sizeof(*job->items));
	if (job->items == NULL)
		return -1;
	for (uint32_t k = 0; k < n; k++) {
		job->items[k] = item_of(job, list[k], true);
		p->is_delta[list[k]] = true; /* until it is written */
	}
	qsort(job->items, n, sizeof(*job->items), by_kind);

	job->nitems = n;
	for (uint32_t i = 0; i < count; i++) {
		const struct item item = item_of(job, i, false);

		if (!p->is_delta[i] && bsearch(&item, job->items, n,
					   sizeof(item), by_kind) != NULL)
			job->items[job->nitems++] = item;
	}
	qsort(job->items, job->nitems, sizeof(*job->items), by_turn);
	return 0;
}

static int
write_items(struct job *job)
{
	uint32_t of_kind = 0;

	for (uint32_t k = 0; k < job->nitems; k++) {
		const struct item *item = &job->items[k];

		of_kind++;
		if (k == 0 || by_kind(item - 1, item) != 0) {
			of_kind = 1;
			while (k > 0 && item->type != item[-1].type &&
			       job->nwindow > 0)
				window_drop(job);
			if (add_client_bases(job, item) == -1)
				return -1;
		}
		if (item->to_write) {
			if (write_item(job, item) == -1)
				return -1;
		} else if (of_kind <= WINDOW) {
			if (add_base(job,
				riad_walk_oid(job->press->walk, item->i),
				(enum riad_type)item->type,
				job->press->at[item->i]) == -1)
				return -1;
		}
	}
	return 0;
}

static int
begin(struct job *job)
{
	job->hash = riad_hash_new(job->press->odb->hash_len);
	job->z_begun = deflateInit(&job->z, Z_DEFAULT_COMPRESSION) == Z_OK;
	if (job->hash != NULL && job->z_begun)
		return 0;
	errno = ENOMEM;
	return -1;
}

int
riad_press_write(struct riad_press *press, const uint32_t *list, uint32_t n)
{
	if (n == 0)
		return 0;
	struct job *job = calloc(1, sizeof(*job));
	if (job == NULL)
		return -1;
	job->press = press;
	riad_meter_start(&job->meter, press->sink, "Compressing objects", n);

	int r = begin(job);
	if (r == 0)
		r = make_items(job, list, n);
	if (r == 0)
		r = write_items(job);
	if (r == 0)
		r = riad_meter_done(&job->meter, n);

	const int err = errno;
	while (job->nwindow > 0)
		window_drop(job);
	riad_buf_free(&job->best);
	riad_buf_free(&job->trial);
	if (job->z_begun)
		deflateEnd(&job->z);
	riad_hash_free(job->hash);
	free(job->items);
	free(job);
	errno = err;
	return r;
}
