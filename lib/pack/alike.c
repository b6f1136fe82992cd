/* SPDX-License-Identifier: ISC */
/* What is known beside the set: what the client has, names, and what is alike.
 */

#include <stdlib.h>
#include <string.h>

#include "engine_state.h"

bool
engine_client_has(const struct engine_job *j, uint32_t number)
{
	if (riad_numset_has(&j->known, number))
		return true;
	if (j->walk == NULL)
		return false;
	struct riad_oid oid;
	riad_store_oid(&j->e->store, number, &oid);
	return riad_walk_client_has(j->walk, &oid);
}

/* A client that leaves out blobs need not have those that it might. */
static bool
context_has(void *ctx, uint32_t number)
{
	struct engine_job *j = ctx;
	enum riad_type type;

	if (!engine_client_has(j, number))
		return false;
	return j->req->filter == NULL ||
	       (riad_reader_type(j->e->reader, number, &type) == 0 &&
		   type != RIAD_BLOB);
}

static bool
is_base(const struct engine_job *j, uint64_t kind)
{
	return j->req->filter == NULL || kind >> 32 != RIAD_BLOB;
}

/* --- names and what is alike, after a walk */

static uint32_t
walk_name_hash(void *ctx, uint32_t number)
{
	struct engine_job *j = ctx;
	struct riad_oid oid;

	riad_store_oid(&j->e->store, number, &oid);
	int64_t i = riad_walk_find(j->walk, &oid);
	return i == -1 ? 0 : riad_walk_name_hash(j->walk, (uint32_t)i);
}

static int
walk_alike(void *ctx, const uint64_t *kinds, size_t n, unsigned max,
    int (*found)(
	void *to, uint64_t kind, const struct riad_oid *oid, uint32_t age),
    void *to)
{
	struct engine_job *j = ctx;

	if (riad_walk_sort_client(j->walk) == -1)
		return -1;
	for (size_t k = 0; k < n; k++) {
		uint32_t first;
		uint32_t have =
		    riad_walk_alike(j->walk, (enum riad_type)(kinds[k] >> 32),
			(uint32_t)kinds[k], &first);

		if (!is_base(j, kinds[k]))
			continue;
		for (uint32_t i = 0; i < have && i < max; i++) {
			int r = found(to, kinds[k],
			    riad_walk_client_oid(j->walk, first + i), i);
			if (r != 0)
				return r;
		}
	}
	return 0;
}

/* --- the same after bitmaps */

static uint32_t
closure_name_hash(void *ctx, uint32_t number)
{
	struct engine_job *j = ctx;

	return riad_closure_name_hash(&j->closure, number);
}

struct match {
	uint64_t kind;
	uint32_t number;
	uint32_t age;
};

static int
by_kind(const void *left, const void *right)
{
	const struct match *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->age > b->age) - (a->age < b->age);
}

static int
by_value(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left,
		       b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* What is looked for in the bitmap, and what was found. */
struct search {
	struct engine_job *j;
	const uint64_t *kinds; /* in order */
	size_t n;
	unsigned max;
	uint32_t *seen;        /* by kind */
	struct riad_bits bits; /* of a type */
	uint8_t *sieve; /* kinds of that of which more is looked for, or */
	size_t left;    /* ... MANY and more, which are not counted; and all */
	struct match *matches;
	size_t nmatches;
};

/* Most names that are not looked for are told by some bits of their hash; of
 * that itself the upper bits are of the last letters, and many end alike. */
enum { SIEVE_BITS = 16, MANY = UINT8_MAX };

static uint8_t *
sieve_of(const struct search *s, uint64_t kind)
{
	return &s->sieve[(uint32_t)kind * 0x9e3779b1u >> (32 - SIEVE_BITS)];
}

/* Looks at an object that may have a name that is looked for. */
static void
look_at(struct search *s, uint32_t bit, uint32_t number, uint64_t kind)
{
	const uint64_t *at =
	    bsearch(&kind, s->kinds, s->n, sizeof(kind), by_value);

	if (at == NULL || s->seen[at - s->kinds] == s->max)
		return;
	s->matches[s->nmatches++] = (struct match){kind, number, bit};
	if (++s->seen[at - s->kinds] < s->max)
		return;
	s->left--;
	if (*sieve_of(s, kind) < MANY)
		--*sieve_of(s, kind);
}

/* Of what the client has of a type in the bitmap, newest first. */
static void
search_type(struct search *s, enum riad_bitmap_type in, enum riad_type type)
{
	const struct riad_bitindex *b = &s->j->e->bitindex;
	const uint64_t first = riad_likeness(type, 0);

	memset(s->sieve, 0, 1 << SIEVE_BITS);
	s->left = 0;
	for (size_t k = 0; k < s->n; k++) {
		if (s->kinds[k] >> 32 != first >> 32)
			continue;
		if (*sieve_of(s, s->kinds[k]) < MANY)
			++*sieve_of(s, s->kinds[k]);
		s->left++;
	}
	/* Nothing leans on what a damaged bitmap says. */
	if (s->left == 0 || !is_base(s->j, first) ||
	    riad_bitmap_type(&b->bitmap, in, &s->bits) == -1)
		return;
	for (size_t i = riad_bits_next(&s->bits, 0);
	     s->left > 0 && i < s->bits.n;
	     i = riad_bits_next(&s->bits, i + 1)) {
		const uint32_t bit = (uint32_t)i;
		uint32_t hash;

		if (!riad_bitindex_name_hash(b, bit, &hash) ||
		    *sieve_of(s, hash) == 0)
			continue;
		const uint32_t number = riad_bitindex_number(b, bit);
		if (riad_numset_has(&s->j->known, number))
			look_at(s, bit, number, riad_likeness(type, hash));
	}
}

static int
find_matches(struct search *s)
{
	s->seen = calloc(s->n + 1, sizeof(*s->seen));
	s->sieve = malloc(1 << SIEVE_BITS);
	if (s->seen == NULL || s->sieve == NULL ||
	    riad_bits_init(&s->bits, s->j->e->bitindex.bitmap.n) == -1)
		return -1;
	search_type(s, RIAD_BITMAP_COMMITS, RIAD_COMMIT);
	search_type(s, RIAD_BITMAP_TREES, RIAD_TREE);
	search_type(s, RIAD_BITMAP_BLOBS, RIAD_BLOB);
	search_type(s, RIAD_BITMAP_TAGS, RIAD_TAG);
	return 0;
}

static int
closure_alike(void *ctx, const uint64_t *kinds, size_t n, unsigned max,
    int (*found)(
	void *to, uint64_t kind, const struct riad_oid *oid, uint32_t age),
    void *to)
{
	struct engine_job *j = ctx;
	struct search s = {.j = j, .kinds = kinds, .n = n, .max = max};

	if (n == 0)
		return 0;
	s.matches = reallocarray(NULL, n, max * sizeof(*s.matches));
	if (s.matches == NULL)
		return -1;
	int r = find_matches(&s);
	free(s.seen);
	free(s.sieve);
	riad_bits_free(&s.bits);
	qsort(s.matches, s.nmatches, sizeof(*s.matches), by_kind);
	for (size_t i = 0; r == 0 && i < s.nmatches; i++) {
		const struct match *match = &s.matches[i];
		struct riad_oid oid;

		riad_store_oid(&j->e->store, match->number, &oid);
		r = found(to, match->kind, &oid, match->age);
	}
	free(s.matches);
	return r;
}

/* --- after a scan */

static int
no_alike(void *ctx, const uint64_t *kinds, size_t n, unsigned max,
    int (*found)(
	void *to, uint64_t kind, const struct riad_oid *oid, uint32_t age),
    void *to)
{
	(void)ctx;
	(void)kinds;
	(void)n;
	(void)max;
	(void)found;
	(void)to;
	return 0;
}

static uint32_t
scan_name_hash(void *ctx, uint32_t number)
{
	const struct engine_job *j = ctx;

	return riad_names_get(&j->names, number);
}

void
engine_know_names(struct engine_job *j)
{
	j->context = (struct riad_context){.ctx = j,
	    .has = context_has,
	    .name_hash = j->names.packed != NULL ? scan_name_hash : NULL,
	    .alike = no_alike};
	j->has_context = true;
}

void
engine_know_walk(struct engine_job *j)
{
	j->context = (struct riad_context){.ctx = j,
	    .has = context_has,
	    .name_hash = walk_name_hash,
	    .alike = walk_alike};
	j->has_context = true;
}

void
engine_know_bitmaps(struct engine_job *j)
{
	j->context = (struct riad_context){.ctx = j,
	    .exact = true,
	    .has = context_has,
	    .name_hash = j->e->bitindex.named ? closure_name_hash : NULL,
	    .alike = closure_alike};
	j->has_context = true;
}
