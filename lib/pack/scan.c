/* SPDX-License-Identifier: ISC */
/*
 * Deltas form a forest: each entry hangs below its base.  A thread takes a
 * tree object that is whole, and goes down from it depth first, so that a base
 * is in hand while all that hangs below it is made.
 *
 * What a tree has that its base has not is found without reading all of it: a
 * bit for each byte says where entries begin, and where a delta copies from
 * the base, entries that begin and end within the copy are the base's own.
 */

#include "riad/scan.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "namehash.h"
#include "riad/inflate.h"
#include "riad/parse.h"
#include "riad/patch.h"
#include "scan_state.h"

/* What a thread holds of trees on its way down; what is deeper is left to be
 * read when it is reached. */
#define PATH_BYTES ((size_t)8 << 20)
enum { PATH_DEPTH = 4096 };

/* A larger tree is left to be read, too. */
#define TREE_MAX ((size_t)1 << 22)

enum { AHEAD = 16 };

/* One on the way down. */
struct frame {
	uint8_t *data;
	uint64_t *starts; /* a bit for each byte where an entry begins, and
			   * for the end */
	size_t len, cap;
	uint32_t number;
	uint32_t below; /* what to go to next, plus 1 */
};

/* Entries are looked up some at a time, also of more than one tree, for memory
 * is slow to answer. */
enum { PENDING = 32 };

struct pending {
	struct riad_oid oid;
	uint32_t tree; /* TREE, or 0 */
	uint32_t name_hash;
	uint32_t nth;    /* among those found */
	uint32_t number; /* of the tree that it's in; and ... */
	uint32_t *to;    /* ... where it goes in that one's record */
};

struct worker {
	struct riad_scan *scan;
	struct riad_inflate *z;
	struct frame *path;
	uint32_t depth;
	uint32_t used; /* frames that have memory */
	size_t bytes;  /* that these have */
	struct pending pending[PENDING];
	uint32_t npending;
	uint32_t pending_here; /* from there on, they are the tree's in hand */
	uint8_t *delta;
	size_t delta_cap;
	uint32_t *found; /* numbers, of the tree in hand */
	uint32_t nfound, found_cap;
	bool missing; /* an entry isn't in a pack */
	uint32_t *block;
	uint32_t block_at, block_used;
	uint32_t nodes;
	bool ticks; /* it is the thread that may call on_tick */
};

static void
set_error(struct riad_scan *s, int err)
{
	int none = 0;

	atomic_compare_exchange_strong(&s->err, &none, err);
}

static size_t
nwords(size_t len)
{
	return len / 64 + 1; /* room for the bit at len, too */
}

static bool
starts_at(const struct frame *f, size_t at)
{
	return f->starts[at / 64] >> at % 64 & 1;
}

/* The last start in (from, to], or from. */
static size_t
last_start(const struct frame *f, size_t from, size_t to)
{
	size_t w = to / 64;
	uint64_t word = f->starts[w] & UINT64_MAX >> (63 - to % 64);

	while (word == 0 && w > from / 64)
		word = f->starts[--w];
	if (word == 0)
		return from;
	size_t at = w * 64 + 63 - (size_t)__builtin_clzll(word);
	return at > from ? at : from;
}

/* The 64 bits from at on, as far as there are any. */
static uint64_t
bits_at(const uint64_t *words, size_t n, size_t at)
{
	const size_t w = at / 64;
	uint64_t bits = words[w] >> at % 64;

	if (at % 64 != 0 && w + 1 < n)
		bits |= words[w + 1] << (64 - at % 64);
	return bits;
}

/* Copies the starts of len bytes from one place to another. */
static void
copy_starts(struct frame *to, size_t at, const struct frame *from,
    size_t from_at, size_t len)
{
	while (len > 0) {
		size_t n = 64 - at % 64;
		if (n > len)
			n = len;
		uint64_t bits =
		    bits_at(from->starts, nwords(from->len), from_at);
		if (n < 64)
			bits &= ((uint64_t)1 << n) - 1;
		to->starts[at / 64] |= bits << at % 64;
		at += n;
		from_at += n;
		len -= n;
	}
}

/* Looks up what is pending. */
static void
resolve(struct worker *w)
{
	struct riad_scan *s = w->scan;

	for (uint32_t i = 0; i < w->npending; i++) {
		const struct pending *p = &w->pending[i];
		const bool here = i >= w->pending_here;
		int64_t number = riad_store_packed(s->store, &p->oid);

		if (number == -1 || number >= s->count) {
			/* Then the tree is left to be read. */
			if (here)
				w->missing = true;
			else
				s->at[p->number] = 0;
			continue;
		}
		*(here ? &w->found[p->nth] : p->to) =
		    (uint32_t)number | p->tree;
		if (s->names != NULL)
			riad_names_note(
			    s->names, (uint32_t)number, p->name_hash);
	}
	w->npending = w->pending_here = 0;
}

static int
add_found(struct worker *w, const struct riad_tree_entry *e)
{
	const struct riad_scan *s = w->scan;

	if (e->kind == RIAD_ENTRY_LINK ||
	    (e->kind == RIAD_ENTRY_BLOB && !s->blobs))
		return 0;
	if (w->nfound == w->found_cap) {
		uint32_t cap = 2 * w->found_cap + 256;
		uint32_t *found = reallocarray(w->found, cap, sizeof(*found));

		if (found == NULL)
			return -1;
		w->found = found;
		w->found_cap = cap;
	}
	struct pending *p = &w->pending[w->npending++];
	riad_oid_set(&p->oid, e->id, s->store->hash_len);
	p->tree = e->kind == RIAD_ENTRY_TREE ? TREE : 0;
	p->nth = w->nfound++;
	if (s->names != NULL)
		p->name_hash = hash_name(0, e->name, e->name_len);
	riad_store_prefetch(s->store, &p->oid);
	if (w->npending == PENDING)
		resolve(w);
	return 0;
}

/* Reads the entry at at, which is new: its end, 0 if it is malformed, or
 * SIZE_MAX if there is no memory. */
static size_t
take_entry(struct worker *w, struct frame *f, size_t at)
{
	struct riad_tree tree;
	struct riad_tree_entry e;

	riad_tree_init(
	    &tree, f->data + at, f->len - at, w->scan->store->hash_len);
	if (riad_tree_next(&tree, &e) != 1)
		return 0;
	f->starts[at / 64] |= (uint64_t)1 << at % 64;
	if (add_found(w, &e) == -1)
		return SIZE_MAX;
	return (size_t)(tree.pos - f->data);
}

/* Where the tree in hand was copied from. */
struct span {
	size_t begin, end; /* in the tree */
	size_t from;       /* in the base; SIZE_MAX if it was inserted */
};

/*
 * Takes the entries from *at on that end before or beyond the span's end: 1,
 * 0 if they are malformed, or -1.
 */
static int
take_span(struct worker *w, struct frame *f, const struct frame *base,
    const struct span *span, size_t *at)
{
	while (*at < span->end) {
		size_t in_base = span->from + (*at - span->begin);

		if (span->from != SIZE_MAX && starts_at(base, in_base)) {
			size_t end = last_start(base, in_base,
			    span->from + (span->end - span->begin));

			if (end > in_base) {
				copy_starts(
				    f, *at, base, in_base, end - in_base);
				*at += end - in_base;
				continue;
			}
		}
		size_t next = take_entry(w, f, *at);
		if (next == 0)
			return 0;
		if (next == SIZE_MAX)
			return -1;
		*at = next;
	}
	return 1;
}

/* Makes the tree in f of a delta on base: 1, 0 if that is malformed, or -1. */
static int
patch_tree(struct worker *w, struct frame *f, const struct frame *base,
    struct riad_patch *patch)
{
	struct riad_patch_op op;
	size_t done = 0, at = 0;

	/* The bytes first: an entry may go on into the next span. */
	struct riad_patch again = *patch;
	if (riad_patch_apply(&again, f->data, base->data, base->len) == -1)
		return 0;
	while (riad_patch_next(patch, &op) == 1) {
		const struct span span = {.begin = done,
		    .end = done + op.len,
		    .from = op.insert != NULL ? SIZE_MAX : (size_t)op.from};

		int r = take_span(w, f, base, &span, &at);
		if (r != 1)
			return r;
		done = span.end;
	}
	return at == f->len;
}

static int
whole_tree(struct worker *w, struct frame *f)
{
	const struct span all = {.begin = 0, .end = f->len, .from = SIZE_MAX};
	size_t at = 0;

	int r = take_span(w, f, NULL, &all, &at);
	return r == 1 ? at == f->len : r;
}

/* 1, 0 if there are enough of them, or -1. */
static int
new_block(struct worker *w)
{
	struct riad_scan *s = w->scan;
	uint32_t *block = malloc(BLOCK_WORDS * sizeof(*block));
	int r = 0;

	if (block == NULL)
		return -1;
	pthread_mutex_lock(&s->lock);
	if (s->nblocks < s->blocks_max) {
		s->blocks[s->nblocks] = block;
		w->block = block;
		w->block_at = s->nblocks++ << BLOCK_BITS;
		w->block_used = 0;
		r = 1;
	}
	pthread_mutex_unlock(&s->lock);
	if (r == 0)
		free(block);
	return r;
}

/* Writes down what was found of the tree in f.  What doesn't fit into a block,
 * or into all of them, will be read instead. */
static int
record(struct worker *w, const struct frame *f, uint32_t base)
{
	const uint32_t len = RECORD_HEAD + w->nfound;

	if (w->missing || len > BLOCK_WORDS)
		return 0;
	if (w->block == NULL || BLOCK_WORDS - w->block_used < len) {
		int r = new_block(w);
		if (r != 1)
			return r;
	}
	uint32_t *to = w->block + w->block_used;
	to[0] = base;
	to[1] = w->nfound;
	if (w->nfound > 0)
		memcpy(
		    to + RECORD_HEAD, w->found, w->nfound * sizeof(*w->found));
	for (uint32_t i = w->pending_here; i < w->npending; i++) {
		struct pending *p = &w->pending[i];

		p->number = f->number;
		p->to = to + RECORD_HEAD + p->nth;
	}
	w->pending_here = w->npending;
	w->scan->at[f->number] = w->block_at + w->block_used + 1;
	w->block_used += len;
	return 0;
}

static const struct riad_packfile *
pack_of(const struct riad_scan *s)
{
	return &s->store->packs.packs[s->pack];
}

/* Inflates the entry e, to; 1, 0 if it is damaged. */
static int
inflate_to(struct worker *w, const struct riad_entry *e, uint8_t *to)
{
	const struct riad_packfile *pack = pack_of(w->scan);

	return riad_inflate(w->z, to, (size_t)e->size, pack->data + e->data,
		   pack->len - pack->idx.hash_len - e->data) != -1;
}

static int
inflate_delta(struct worker *w, const struct riad_entry *e)
{
	if (e->size > TREE_MAX)
		return 0;
	if (e->size > w->delta_cap) {
		size_t cap = 2 * (size_t)e->size;
		uint8_t *delta = realloc(w->delta, cap);

		if (delta == NULL)
			return -1;
		w->delta = delta;
		w->delta_cap = cap;
	}
	return inflate_to(w, e, w->delta);
}

/* Gives back the memory of frames that aren't on the path. */
static void
shed(struct worker *w)
{
	while (w->used > w->depth) {
		struct frame *f = &w->path[--w->used];

		w->bytes -= f->cap;
		free(f->data);
		free(f->starts);
	}
}

/* Room for a tree of that length on the way down: 1, 0 if it is too large or
 * the way too long, or -1. */
static int
push(struct worker *w, size_t len)
{
	if (len > TREE_MAX || w->depth == PATH_DEPTH)
		return 0;
	struct frame *f = &w->path[w->depth];
	if (w->depth == w->used || f->cap < len) {
		const size_t cap = len + len / 4 + 256;

		shed(w);
		if (w->bytes + cap > PATH_BYTES)
			return 0;
		*f = (struct frame){.cap = cap,
		    .data = malloc(cap),
		    .starts = malloc(nwords(cap) * sizeof(*f->starts))};
		w->used++;
		w->bytes += cap;
		if (f->data == NULL || f->starts == NULL)
			return -1;
	}
	w->depth++;
	f->len = len;
	memset(f->starts, 0, nwords(len) * sizeof(*f->starts));
	return 1;
}

/* Says that a rank is going to be entered. */
static void
prefetch_rank(const struct riad_scan *s, uint32_t rank)
{
	riad_packfile_prefetch(pack_of(s), rank);
	__builtin_prefetch(&s->below[rank]);
	__builtin_prefetch(&s->beside[rank]);
	if (pack_of(s)->order != NULL)
		__builtin_prefetch(&pack_of(s)->order[rank]);
}

/* Makes the entry of a rank, below the last of the path if it is a delta. */
static int
enter(struct worker *w, uint32_t rank)
{
	struct riad_scan *s = w->scan;
	const struct riad_packfile *pack = pack_of(s);
	struct riad_entry e;
	struct riad_patch patch;
	int r;

	if (s->below[rank] != 0)
		prefetch_rank(s, s->below[rank] - 1);
	const uint32_t number =
	    s->store->first[s->pack] + riad_packfile_index(pack, rank);
	__builtin_prefetch(&s->at[number], 1);
	w->nfound = 0;
	w->npending = w->pending_here; /* without those of no record */
	w->missing = false;
	if (riad_packfile_entry(pack, riad_packfile_off(pack, rank), &e) == -1)
		return 0;
	bool whole = e.type == RIAD_TREE;
	if (whole) {
		r = push(w, (size_t)e.size);
	} else {
		r = inflate_delta(w, &e);
		if (r == 1)
			r = riad_patch_open(&patch, w->delta, (size_t)e.size) ==
			    0;
		if (r == 1)
			r = push(w, (size_t)patch.len);
	}
	if (r != 1)
		return r;

	struct frame *f = &w->path[w->depth - 1];
	f->number = number;
	f->below = s->below[rank];
	f->starts[f->len / 64] |= (uint64_t)1 << f->len % 64;
	r = !whole                       ? patch_tree(w, f, f - 1, &patch)
	    : inflate_to(w, &e, f->data) ? whole_tree(w, f)
					 : 0;
	if (r == 1)
		r = record(w, f, whole ? NONE : f[-1].number) == -1 ? -1 : 1;
	if (r != 1)
		w->depth--;
	return r;
}

static int
tick(struct worker *w)
{
	struct riad_scan *s = w->scan;

	if (atomic_load_explicit(&s->err, memory_order_relaxed) != 0)
		return -1;
	if (!w->ticks || w->nodes++ % NODES_PER_TICK != 0 ||
	    s->on_tick == NULL || s->on_tick(s->ctx) == 0)
		return 0;
	return -1;
}

/* All that hangs below the whole tree of a rank.  What can't be made, and all
 * below it, is left to be read. */
static int
descend(struct worker *w, uint32_t root)
{
	int r = enter(w, root);

	while (r != -1 && w->depth > 0) {
		struct frame *f = &w->path[w->depth - 1];
		uint32_t rank = f->below;

		if (rank-- == 0) {
			w->depth--;
			continue;
		}
		f->below = w->scan->beside[rank];
		r = tick(w) == -1 ? -1 : enter(w, rank);
	}
	return r;
}

static void
work(struct worker *w)
{
	struct riad_scan *s = w->scan;
	const uint32_t count = pack_of(s)->idx.count;
	uint32_t rank;

	/* A root is taken with its type, so that no other thread sees it. */
	while ((rank = atomic_fetch_add(&s->next, 1)) < count) {
		if (s->types[rank] != RIAD_TREE + 8)
			continue;
		if (tick(w) == -1 || descend(w, rank) == -1) {
			set_error(s, errno == 0 ? ENOMEM : errno);
			return;
		}
	}
	w->npending = w->pending_here;
	resolve(w);
}

static void
worker_free(struct worker *w)
{
	w->depth = 0;
	shed(w);
	free(w->path);
	free(w->delta);
	free(w->found);
	if (w->z != NULL)
		riad_inflate_free(w->z);
}

static int
worker_init(struct worker *w, struct riad_scan *s)
{
	*w = (struct worker){.scan = s, .z = riad_inflate_new()};
	w->path = reallocarray(NULL, PATH_DEPTH, sizeof(*w->path));
	return w->z == NULL || w->path == NULL ? -1 : 0;
}

static void *
run_thread(void *ctx)
{
	struct riad_scan *s = ctx;
	struct worker w;

	if (worker_init(&w, s) == 0)
		work(&w);
	else
		set_error(s, ENOMEM);
	worker_free(&w);
	return NULL;
}

/* The rank of what a delta leans on, or -1. */
static int64_t
base_of(
    const struct riad_packfile *pack, uint32_t rank, const struct riad_entry *e)
{
	if (e->type == RIAD_OFS_DELTA)
		return riad_packfile_rank(pack, e->base_off, rank);
	int64_t pos = riad_idx_find(&pack->idx, &e->base);
	return pos == -1 ? -1
			 : riad_packfile_rank(pack,
			       riad_idx_offset(&pack->idx, (uint32_t)pos),
			       UINT32_MAX);
}

/*
 * The types of all entries, and the forest of those that are trees.  Bases
 * come before their deltas, but for those that a thin pack lacked: these were
 * put at its end.  So what is found without a type is looked at once more.
 */
static int
plant(struct riad_scan *s, bool again)
{
	const struct riad_packfile *pack = pack_of(s);

	for (uint32_t r = 0; r < pack->idx.count; r++) {
		struct riad_entry e;

		riad_packfile_prefetch(pack, r + AHEAD);
		if (r % (1 << 16) == 0 && s->on_tick != NULL &&
		    s->on_tick(s->ctx) != 0)
			return -1;
		if (s->types[r] != 0 ||
		    riad_packfile_entry(pack, riad_packfile_off(pack, r), &e) ==
			-1)
			continue;
		if (e.type == RIAD_TREE) {
			s->types[r] = RIAD_TREE + 8; /* a root */
			continue;
		}
		if (e.type != RIAD_OFS_DELTA && e.type != RIAD_REF_DELTA) {
			s->types[r] = (uint8_t)e.type;
			continue;
		}
		const int64_t base = base_of(pack, r, &e);
		if (base == -1)
			continue;
		s->types[r] = s->types[base] & 7;
		s->untyped |= s->types[r] == 0;
		if (s->types[r] != RIAD_TREE)
			continue;
		s->beside[r] = s->below[base];
		s->below[base] = r + 1;
	}
	return again || !s->untyped ? 0 : plant(s, true);
}

/* Starts so many, or fewer, which will do; signals are the caller's. */
static unsigned
start_threads(struct riad_scan *s, pthread_t *threads, unsigned n)
{
	unsigned started = 0;
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	while (started < n &&
	       pthread_create(&threads[started], NULL, run_thread, s) == 0)
		started++;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return started;
}

static int
scan_pack(struct riad_scan *s, uint32_t p)
{
	struct riad_packfile *pack = &s->store->packs.packs[p];
	const size_t n = pack->idx.count;
	unsigned nthreads = s->threads - 1;
	pthread_t threads[RIAD_SCAN_THREADS_MAX];
	struct worker w;

	if (n == 0)
		return 0;
	s->pack = p;
	s->untyped = false;
	s->types = calloc(n, sizeof(*s->types));
	s->below = calloc(n, sizeof(*s->below));
	s->beside = calloc(n, sizeof(*s->beside));
	int r = -1;
	if (s->types != NULL && s->below != NULL && s->beside != NULL &&
	    riad_packfile_sort(pack) == 0)
		r = plant(s, false);
	if (r == 0) {
		atomic_store(&s->next, 0);
		nthreads = start_threads(s, threads, nthreads);
		r = worker_init(&w, s);
		w.ticks = true;
		if (r == 0)
			work(&w);
		else
			set_error(s, ENOMEM);
		worker_free(&w);
		for (unsigned i = 0; i < nthreads; i++)
			pthread_join(threads[i], NULL);
		if (s->err != 0) {
			errno = s->err;
			r = -1;
		}
	}
	free(s->types);
	free(s->below);
	free(s->beside);
	s->types = NULL;
	s->below = s->beside = NULL;
	return r;
}

struct riad_scan *
riad_scan_new(struct riad_store *store, unsigned threads, bool blobs,
    struct riad_names *names, int (*on_tick)(void *ctx), void *ctx)
{
	struct riad_scan *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->store = store;
	s->blobs = blobs;
	s->names = names;
	s->threads =
	    threads < RIAD_SCAN_THREADS_MAX ? threads : RIAD_SCAN_THREADS_MAX;
	s->on_tick = on_tick;
	s->ctx = ctx;
	pthread_mutex_init(&s->lock, NULL);
	if (threads == 0)
		return s;
	riad_store_merge(store);
	s->count = store->count;
	s->blocks_cap = 1u << (32 - BLOCK_BITS);
	s->blocks_max =
	    store->count / (BLOCK_WORDS / WORDS_PER_OBJECT) + 2 * s->threads;
	if (s->blocks_max > s->blocks_cap)
		s->blocks_max = s->blocks_cap;
	s->blocks = calloc(s->blocks_cap, sizeof(*s->blocks));
	s->at = calloc(s->count + 1u, sizeof(*s->at));
	int r = s->blocks == NULL || s->at == NULL ? -1 : 0;
	for (uint32_t p = 0; r == 0 && p < store->packs.len; p++)
		r = scan_pack(s, p);
	if (r == -1) {
		int err = errno;
		riad_scan_free(s);
		errno = err;
		return NULL;
	}
	return s;
}

void
riad_scan_free(struct riad_scan *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; i < s->nblocks; i++)
		free(s->blocks[i]);
	free(s->blocks);
	free(s->at);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
