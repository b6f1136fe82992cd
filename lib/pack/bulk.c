/* SPDX-License-Identifier: ISC */

#include "riad/bulk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/parse.h"
#include "walk_state.h"

/*
 * A commit brings 5 to 10 objects with it in most histories, and to read all
 * trees costs less, a tree, than to walk.  But a walk knows names, by which
 * deltas are found on what a client has; and of few objects either is quick.
 */
enum {
	OBJECTS_PER_COMMIT = 20,
	OBJECTS_PER_NEW_COMMIT = 10,
};

/* Numbers of trees. */
struct trees {
	uint32_t *list;
	size_t len, cap;
};

static int
trees_add(struct trees *t, uint32_t number)
{
	if (t->len == t->cap) {
		size_t cap = t->cap == 0 ? 256 : 2 * t->cap;
		uint32_t *list = reallocarray(t->list, cap, sizeof(*list));

		if (list == NULL)
			return -1;
		t->list = list;
		t->cap = cap;
	}
	t->list[t->len++] = number;
	return 0;
}

/* Returns -1, with errno as it is, having named the object. */
static int
blame(struct riad_bulk *b, const struct riad_oid *oid, enum riad_type type)
{
	const int err = errno;
	char hex[RIAD_OID_HEX_MAX + 1];

	riad_oid_hex(hex, oid, b->store->hash_len);
	if (err == ENOENT || err == EBADMSG)
		snprintf(b->why, sizeof(b->why), "%s %s %s",
		    err == ENOENT ? "missing" : "bad", riad_type_name(type),
		    hex);
	else
		snprintf(b->why, sizeof(b->why), "%s %s: %s",
		    riad_type_name(type), hex, strerror(err));
	errno = err;
	return -1;
}

/* Adds an object to the set, and a tree to the trees.  What the client has may
 * be missing here. */
static int
add(struct riad_bulk *b, struct riad_numset *set, struct trees *trees,
    const struct riad_oid *oid, enum riad_type type, bool partial)
{
	int64_t n = riad_store_find(b->store, oid);

	if (n == -1 && partial && errno == ENOENT)
		return 0;
	if (n == -1)
		return blame(b, oid, type);
	if (type == RIAD_TREE)
		return trees_add(trees, (uint32_t)n);
	return riad_numset_add(set, (uint32_t)n) == -1 ? -1 : 0;
}

static int
add_tips(struct riad_bulk *b, const struct objects *tips,
    struct riad_numset *set, struct trees *trees, bool partial)
{
	for (uint32_t i = 0; i < tips->ids.len; i++) {
		enum riad_type type = (enum riad_type)tips->types[i];

		if (type == 0 || type == RIAD_COMMIT)
			continue;
		if (add(b, set, trees, &tips->ids.oids[i], type, partial) == -1)
			return -1;
	}
	return 0;
}

/* Memory is slow to answer, so objects are asked for before their turn. */
enum { AHEAD = 8 };

static void
ask_ahead(const struct riad_bulk *b, const struct riad_walk *w, uint32_t i)
{
	const struct riad_graph *g = &w->revs.graph;

	if (w->revs.nlist - i > AHEAD) {
		const uint32_t n = w->revs.list[i + AHEAD];

		riad_store_prefetch(b->store, &g->ids.oids[n]);
		riad_store_prefetch(b->store, &g->nodes[n].tree);
	}
}

static int
add_listed(struct riad_bulk *b, const struct riad_walk *w,
    struct riad_numset *set, struct trees *trees)
{
	const struct riad_graph *g = &w->revs.graph;

	for (uint32_t i = 0; i < w->revs.nlist; i++) {
		const uint32_t n = w->revs.list[i];

		ask_ahead(b, w, i);
		if (add(b, set, trees, &g->ids.oids[n], RIAD_COMMIT, false) ==
			-1 ||
		    (b->trees && add(b, set, trees, &g->nodes[n].tree,
				     RIAD_TREE, false) == -1))
			return -1;
	}
	return 0;
}

struct boundary {
	struct riad_bulk *bulk;
	struct riad_numset *known;
	struct trees *trees;
};

static int
add_boundary_tree(void *ctx, const struct riad_oid *tree)
{
	struct boundary *b = ctx;

	return add(b->bulk, b->known, b->trees, tree, RIAD_TREE, true);
}

/* The client's commits, and the trees that it is sure to have. */
static int
add_boundary(struct riad_bulk *b, const struct riad_walk *w,
    struct riad_numset *known, struct trees *trees)
{
	const struct riad_graph *g = &w->revs.graph;
	struct boundary boundary = {b, known, trees};

	for (uint32_t n = 0; n < g->ids.len; n++) {
		if ((g->nodes[n].flags & REVS_HAVE) &&
		    add(b, known, trees, &g->ids.oids[n], RIAD_COMMIT, true) ==
			-1)
			return -1;
	}
	return b->trees ? walk_boundary(w, add_boundary_tree, &boundary) : 0;
}

static int
reach(struct riad_bulk *b, struct riad_scan *scan, struct riad_numset *set,
    const struct riad_numset *known, const struct trees *trees, bool partial)
{
	struct riad_blame who;

	if (riad_scan_reach(scan, set, known, trees->list, trees->len,
		b->reader, partial, &who) == 0)
		return 0;
	return who.type == 0 ? -1 : blame(b, &who.oid, who.type);
}

static int
run(struct riad_bulk *b, const struct riad_walk *w, struct riad_numset *set,
    struct riad_numset *known, struct trees *theirs, struct trees *ours)
{
	if (add_boundary(b, w, known, theirs) == -1 ||
	    add_tips(b, &w->haves, known, theirs, true) == -1)
		return -1;
	if (set != NULL) {
		if (add_listed(b, w, set, ours) == -1 ||
		    add_tips(b, &w->wants, set, ours, false) == -1)
			return -1;
		riad_numset_take(set, known);
	}
	if (ours->len == 0 && theirs->len == 0)
		return 0;

	struct riad_scan *scan = riad_scan_new(
	    b->store, b->threads, b->blobs, b->names, b->on_tick, b->ctx);
	if (scan == NULL)
		return -1;
	int r = reach(b, scan, known, NULL, theirs, true);
	if (r == 0 && set != NULL)
		r = reach(b, scan, set, known, ours, false);
	int err = errno;
	riad_scan_free(scan);
	errno = err;
	return r;
}

int
riad_bulk_run(struct riad_bulk *b, const struct riad_walk *w,
    struct riad_numset *set, struct riad_numset *known)
{
	struct trees theirs = {.list = NULL}, ours = {.list = NULL};

	b->why[0] = '\0';
	int r = run(b, w, set, known, &theirs, &ours);
	int err = errno;
	free(theirs.list);
	free(ours.list);
	if (r == -1 && b->why[0] == '\0')
		snprintf(b->why, sizeof(b->why), "%s", strerror(err));
	errno = err;
	return r;
}

bool
riad_bulk_is_better(
    const struct riad_store *store, uint32_t min, const struct riad_walk *w)
{
	return store->count >= min &&
	       w->revs.nlist >=
		   store->count / (w->haves.ids.len == 0
					  ? OBJECTS_PER_COMMIT
					  : OBJECTS_PER_NEW_COMMIT);
}
