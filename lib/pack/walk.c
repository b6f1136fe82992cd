/* SPDX-License-Identifier: ISC */
/*
 * One map numbers all objects, and the numbers tell what they are:
 *
 *	[0, known)	commits that are listed
 *	[known, rest)	what the client has
 *	[rest, ...)	tags, trees and blobs that are listed
 *
 * So an object is in one place for good: whatever is met again, listed or
 * known, is passed over.  The map is the work list too: trees are read in the
 * order of their numbers, and what is new in them is put at its end.
 */

#include "riad/walk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "namehash.h"
#include "riad/parse.h"
#include "walk_state.h"

/* Numbers stay clear of the limits of uint32_t. */
#define MAX_OBJECTS (1u << 28)

/* Objects are read at some ten thousand a second and more. */
enum { READS_PER_TICK = 256 };

static void
objects_free(struct objects *o)
{
	riad_oidmap_free(&o->ids);
	free(o->types);
	free(o->name_hash);
	*o = (struct objects){.ids = o->ids};
}

static int
objects_grow(struct objects *o)
{
	uint32_t cap = o->cap == 0 ? 64 : 2 * o->cap;
	uint8_t *types = reallocarray(o->types, cap, sizeof(*types));

	if (types == NULL)
		return -1;
	o->types = types;

	uint32_t *hash = reallocarray(o->name_hash, cap, sizeof(*hash));
	if (hash == NULL)
		return -1;
	o->name_hash = hash;
	o->cap = cap;
	return 0;
}

/* As riad_oidmap_put; what is added has that type, and a hash of 0. */
static int64_t
objects_put(struct objects *o, const struct riad_oid *oid, enum riad_type type,
    bool *added)
{
	/* First the room, so that each id in the map has its type. */
	if (o->ids.len == o->cap && objects_grow(o) == -1)
		return -1;

	int64_t n = riad_oidmap_put(&o->ids, oid, added);
	if (n != -1 && *added) {
		o->types[n] = (uint8_t)type;
		o->name_hash[n] = 0;
	}
	return n;
}

struct riad_walk *
riad_walk_new(const struct riad_odb *odb)
{
	struct riad_walk *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->odb = odb;
	revs_init(&w->revs, odb);
	riad_oidmap_init(&w->cuts, MAX_OBJECTS);
	w->revs.graph.cuts = &w->cuts;
	riad_oidmap_init(&w->wants.ids, MAX_OBJECTS);
	riad_oidmap_init(&w->haves.ids, MAX_OBJECTS);
	riad_oidmap_init(&w->all.ids, MAX_OBJECTS);
	return w;
}

static void
free_kept(struct riad_walk *w)
{
	for (int i = 0; w->kept != NULL && i < KEPT; i++)
		tree_kept_free(&w->kept[i]);
	free(w->kept);
	w->kept = NULL;
}

void
riad_walk_free(struct riad_walk *w)
{
	if (w == NULL)
		return;
	objects_free(&w->wants);
	objects_free(&w->haves);
	objects_free(&w->all);
	free(w->alike);
	free_kept(w);
	revs_free(&w->revs);
	riad_oidmap_free(&w->cuts);
	free(w);
}

static int
add_tip(struct objects *tips, const struct riad_oid *oid)
{
	bool added;

	return objects_put(tips, oid, 0, &added) == -1 ? -1 : 0;
}

int
riad_walk_want(struct riad_walk *w, const struct riad_oid *oid)
{
	return add_tip(&w->wants, oid);
}

int
riad_walk_have(struct riad_walk *w, const struct riad_oid *oid)
{
	return add_tip(&w->haves, oid);
}

int
riad_walk_cut(struct riad_walk *w, const struct riad_oid *oid)
{
	return riad_oidmap_put(&w->cuts, oid, NULL) == -1 ? -1 : 0;
}

const char *
riad_walk_why(const struct riad_walk *w)
{
	return w->why;
}

/* Returns -1, with errno as it is, having named the object. */
static int
blame(struct riad_walk *w, const struct riad_oid *oid, const char *type)
{
	char hex[RIAD_OID_HEX_MAX + 1];
	int err = errno;

	riad_oid_hex(hex, oid, w->odb->hash_len);
	if (err == ENOENT)
		snprintf(w->why, sizeof(w->why), "missing %s %s", type, hex);
	else if (err == EBADMSG)
		snprintf(w->why, sizeof(w->why), "bad %s %s", type, hex);
	else
		snprintf(w->why, sizeof(w->why), "%s %s: %s", type, hex,
		    strerror(err));
	errno = err;
	return -1;
}

static int
fail(struct riad_walk *w, int err, const struct riad_oid *oid, const char *type)
{
	errno = err;
	return blame(w, oid, type);
}

/* Counts a read, and lets the caller know now and then. */
static int
tick(struct riad_walk *w, uint32_t found)
{
	if (w->reads++ % READS_PER_TICK != 0 || w->on_tick == NULL)
		return 0;
	if (w->on_tick(w->ctx, found) == 0)
		return 0;
	snprintf(w->why, sizeof(w->why), "stopped");
	return -1;
}

/* What the tag points to becomes a tip as well. */
static int
follow_tag(struct riad_walk *w, struct objects *tips, struct riad_oid *oid)
{
	enum riad_type type;
	struct riad_tag tag;
	const uint8_t *data;
	size_t len;

	int r = w->odb->read(w->odb->ctx, oid, &type, &data, &len);
	if (r == 0)
		return fail(w, ENOENT, oid, "tag");
	if (r == -1 ||
	    riad_tag_parse(&tag, data, len, w->odb->hash_len) == -1 ||
	    add_tip(tips, &tag.object) == -1)
		return blame(w, oid, "tag");
	return 0;
}

/* Finds the type of each tip, down to what is no tag. */
static int
resolve(struct riad_walk *w, struct objects *tips, bool wanted)
{
	for (uint32_t i = 0; i < tips->ids.len; i++) {
		struct riad_oid oid = tips->ids.oids[i];
		enum riad_type type = 0;

		if (tick(w, 0) == -1)
			return -1;
		int r = w->odb->type(w->odb->ctx, &oid, &type);
		if (r == -1)
			return blame(w, &oid, "object");
		if (r == 0 && wanted)
			return fail(w, ENOENT, &oid, "object");
		tips->types[i] = r == 0 ? 0 : (uint8_t)type;
		if (r == 1 && type == RIAD_TAG &&
		    follow_tag(w, tips, &oid) == -1)
			return -1;
	}
	return 0;
}

static int
add_revs(struct revs *r, const struct objects *tips, uint32_t mark)
{
	for (uint32_t i = 0; i < tips->ids.len; i++) {
		if (tips->types[i] == RIAD_COMMIT &&
		    revs_add(r, &tips->ids.oids[i], mark) == -1)
			return -1;
	}
	return 0;
}

static int
begin(struct riad_walk *w)
{
	if (w->begun)
		return 0;
	w->begun = true;
	if (resolve(w, &w->haves, false) == -1 ||
	    resolve(w, &w->wants, true) == -1 ||
	    add_revs(&w->revs, &w->wants, REVS_WANT) == -1)
		return -1;
	return add_revs(&w->revs, &w->haves, REVS_HAVE);
}

static int
walk_commits(struct riad_walk *w, uint32_t max)
{
	struct revs *r = &w->revs;
	int step;

	if (begin(w) == -1)
		return -1;
	while ((step = revs_step(r)) == 1) {
		if (r->nlist >= max)
			return 1;
		if (tick(w, r->nlist) == -1)
			return -1;
	}
	return step == 0 ? 0 : blame(w, &r->graph.ids.oids[r->at], "commit");
}

/* Puts an object where the map ends now: what that means is the phase's. */
static int
put(struct riad_walk *w, const struct riad_oid *oid, enum riad_type type)
{
	bool added;

	int64_t n = objects_put(&w->all, oid, type, &added);
	if (n == -1)
		return -1;
	return w->all.types[n] == type
		   ? 0
		   : fail(w, EBADMSG, oid, riad_type_name(type));
}

static int
put_commits(struct riad_walk *w, const struct revs *r)
{
	for (uint32_t i = 0; i < r->nlist; i++) {
		if (put(w, &r->graph.ids.oids[r->list[i]], RIAD_COMMIT) == -1)
			return -1;
	}
	return 0;
}

/* The tips of a type. */
static int
put_tips(struct riad_walk *w, const struct objects *tips, enum riad_type type)
{
	for (uint32_t i = 0; i < tips->ids.len; i++) {
		if (tips->types[i] == type &&
		    put(w, &tips->ids.oids[i], type) == -1)
			return -1;
	}
	return 0;
}

/* Those next to a listed commit. */
static int
neighbours(const struct riad_walk *w, walk_tree_fn *tree, void *ctx)
{
	const struct riad_graph *g = &w->revs.graph;

	for (uint32_t i = 0; i < w->revs.nlist; i++) {
		const struct riad_commit_node *node =
		    &g->nodes[w->revs.list[i]];

		for (uint32_t k = 0; k < node->nparents; k++) {
			const struct riad_commit_node *parent =
			    &g->nodes[g->parents[node->parents + k]];
			if ((parent->flags & REVS_HAVE) && parent->loaded &&
			    tree(ctx, &parent->tree) == -1)
				return -1;
		}
	}
	return 0;
}

/*
 * Where history is cut, what a client has and what it lacks need not be next
 * to each other to be nearly the same: the trees of all that it named count.
 */
int
walk_boundary(const struct riad_walk *w, walk_tree_fn *tree, void *ctx)
{
	const struct riad_graph *g = &w->revs.graph;

	if (neighbours(w, tree, ctx) == -1)
		return -1;
	for (uint32_t i = 0; w->cuts.len > 0 && i < w->haves.ids.len; i++) {
		int64_t n =
		    w->haves.types[i] == RIAD_COMMIT
			? riad_oidmap_get(&g->ids, &w->haves.ids.oids[i])
			: -1;

		if (n != -1 && g->nodes[n].loaded &&
		    tree(ctx, &g->nodes[n].tree) == -1)
			return -1;
	}
	return 0;
}

static int
put_boundary_tree(void *ctx, const struct riad_oid *tree)
{
	return put(ctx, tree, RIAD_TREE);
}

/* The client's commits, and the trees that it is sure to have. */
static int
put_boundary(struct riad_walk *w)
{
	const struct riad_graph *g = &w->revs.graph;

	for (uint32_t n = 0; n < g->ids.len; n++) {
		if ((g->nodes[n].flags & REVS_HAVE) &&
		    put(w, &g->ids.oids[n], RIAD_COMMIT) == -1)
			return -1;
	}
	return walk_boundary(w, put_boundary_tree, w);
}

static int
put_commit_trees(struct riad_walk *w, const struct revs *r)
{
	for (uint32_t i = 0; i < r->nlist; i++) {
		if (put(w, &r->graph.nodes[r->list[i]].tree, RIAD_TREE) == -1)
			return -1;
	}
	return 0;
}

static int
put_entry(
    struct riad_walk *w, const struct riad_tree_entry *e, uint32_t dir_hash)
{
	enum riad_type type =
	    e->kind == RIAD_ENTRY_TREE ? RIAD_TREE : RIAD_BLOB;
	struct riad_oid oid;
	bool added;

	if (e->kind == RIAD_ENTRY_LINK)
		return 0;
	riad_oid_set(&oid, e->id, w->odb->hash_len);
	int64_t n = objects_put(&w->all, &oid, type, &added);
	if (n == -1)
		return -1;
	if (added)
		w->all.name_hash[n] = hash_name(dir_hash, e->name, e->name_len);
	else if (w->all.types[n] != type)
		return fail(w, EBADMSG, &oid, riad_type_name(type));
	return 0;
}

/* Many walks end before the first tree. */
static int
make_kept(struct riad_walk *w)
{
	w->kept = calloc(KEPT, sizeof(*w->kept));
	if (w->kept == NULL)
		return -1;
	for (int i = 0; i < KEPT; i++)
		tree_kept_init(&w->kept[i]);
	return 0;
}

/*
 * Puts what the tree with this hash has and is new.  All that is in a kept
 * tree was put, so it matters not if that comes from another path.
 */
static int
put_entries(struct riad_walk *w, const uint8_t *data, size_t len, uint32_t hash)
{
	const uint32_t dir_hash = hash_dir(hash);
	struct tree_diff diff;
	struct riad_tree_entry e;
	int r;

	if (w->kept == NULL && make_kept(w) == -1)
		return -1;
	/* Fibonacci hashing: the upper bits of the product are well mixed. */
	tree_diff_init(&diff, &w->kept[hash * 0x9e3779b1u >> (32 - KEPT_BITS)],
	    data, len, w->odb->hash_len);
	while ((r = tree_diff_next(&diff, &e)) == 1) {
		if (put_entry(w, &e, dir_hash) == -1)
			return -1;
	}
	return r;
}

/* Reads the trees from number n on, until no more turn up. */
static int
walk_trees(struct riad_walk *w, uint32_t n, bool known)
{
	for (; n < w->all.ids.len; n++) {
		if (w->all.types[n] != RIAD_TREE)
			continue;

		struct riad_oid oid = w->all.ids.oids[n];
		enum riad_type type;
		const uint8_t *data;
		size_t len;
		if (tick(w, known ? w->known : riad_walk_count(w)) == -1)
			return -1;
		int r = w->odb->read(w->odb->ctx, &oid, &type, &data, &len);
		if (r == 0 && known)
			continue;
		if (r == 0)
			return fail(w, ENOENT, &oid, "tree");
		if (r == 1 && type != RIAD_TREE)
			return fail(w, EBADMSG, &oid, "tree");
		if (r == -1 ||
		    put_entries(w, data, len, w->all.name_hash[n]) == -1)
			return w->why[0] != '\0' ? -1 : blame(w, &oid, "tree");
	}
	return 0;
}

static int
list_objects(struct riad_walk *w)
{
	struct revs *r = &w->revs;

	if (put_commits(w, r) == -1)
		return -1;

	w->known = w->rest = w->all.ids.len;
	if (put_boundary(w) == -1 || put_tips(w, &w->haves, RIAD_TAG) == -1 ||
	    put_tips(w, &w->haves, RIAD_TREE) == -1 ||
	    put_tips(w, &w->haves, RIAD_BLOB) == -1 ||
	    walk_trees(w, w->known, true) == -1)
		return -1;

	w->rest = w->all.ids.len;
	if (put_tips(w, &w->wants, RIAD_TAG) == -1 ||
	    put_commit_trees(w, r) == -1 ||
	    put_tips(w, &w->wants, RIAD_TREE) == -1 ||
	    put_tips(w, &w->wants, RIAD_BLOB) == -1)
		return -1;
	revs_free(r);
	if (walk_trees(w, w->rest, false) == -1)
		return -1;
	free_kept(w);
	return 0;
}

/* Has why say something, if r is -1. */
static int
result(struct riad_walk *w, int r)
{
	if (r == -1 && w->why[0] == '\0')
		snprintf(w->why, sizeof(w->why), "%s", strerror(errno));
	return r;
}

int
riad_walk_some(struct riad_walk *w, uint32_t max,
    int (*on_tick)(void *ctx, uint32_t found), void *ctx)
{
	w->on_tick = on_tick;
	w->ctx = ctx;
	return result(w, walk_commits(w, max));
}

int
riad_walk_commits(
    struct riad_walk *w, int (*on_tick)(void *ctx, uint32_t found), void *ctx)
{
	return riad_walk_some(w, UINT32_MAX, on_tick, ctx);
}

int
riad_walk_objects(struct riad_walk *w)
{
	return result(w, list_objects(w));
}

int
riad_walk_run(
    struct riad_walk *w, int (*on_tick)(void *ctx, uint32_t found), void *ctx)
{
	return riad_walk_commits(w, on_tick, ctx) == -1 ? -1
							: riad_walk_objects(w);
}

uint32_t
riad_walk_count(const struct riad_walk *w)
{
	return w->all.ids.len - (w->rest - w->known);
}

/* The number of the i-th object of the list. */
static uint32_t
number(const struct riad_walk *w, uint32_t i)
{
	return i < w->known ? i : i + (w->rest - w->known);
}

const struct riad_oid *
riad_walk_oid(const struct riad_walk *w, uint32_t i)
{
	return &w->all.ids.oids[number(w, i)];
}

enum riad_type
riad_walk_type(const struct riad_walk *w, uint32_t i)
{
	return (enum riad_type)w->all.types[number(w, i)];
}

uint32_t
riad_walk_name_hash(const struct riad_walk *w, uint32_t i)
{
	return w->all.name_hash[number(w, i)];
}

int
riad_walk_add(
    struct riad_walk *w, const struct riad_oid *oid, enum riad_type type)
{
	bool added;

	if (objects_put(&w->all, oid, type, &added) == -1)
		return -1;
	return added;
}

bool
riad_walk_client_has(const struct riad_walk *w, const struct riad_oid *oid)
{
	int64_t n = riad_oidmap_get(&w->all.ids, oid);

	return n >= w->known && n < w->rest;
}

int64_t
riad_walk_find(const struct riad_walk *w, const struct riad_oid *oid)
{
	int64_t n = riad_oidmap_get(&w->all.ids, oid);

	if (n < w->known)
		return n;
	return n < w->rest ? -1 : n - (w->rest - w->known);
}

bool
riad_walk_lists(const struct riad_walk *w, const struct riad_oid *oid)
{
	return riad_walk_find(w, oid) != -1;
}

/* Of two objects of the map. */
static int
order(const struct riad_walk *w, uint32_t a, uint32_t b)
{
	const struct objects *all = &w->all;

	if (all->types[a] != all->types[b])
		return all->types[a] < all->types[b] ? -1 : 1;
	if (all->name_hash[a] != all->name_hash[b])
		return all->name_hash[a] < all->name_hash[b] ? -1 : 1;
	return 0;
}

static int
by_likeness(const void *left, const void *right, void *ctx)
{
	const uint32_t a = *(const uint32_t *)left,
		       b = *(const uint32_t *)right;
	int r = order(ctx, a, b);

	return r != 0 ? r : (a > b) - (a < b);
}

int
riad_walk_sort_client(struct riad_walk *w)
{
	w->alike =
	    reallocarray(w->alike, w->rest - w->known + 1u, sizeof(*w->alike));
	if (w->alike == NULL)
		return -1;
	w->nalike = 0;
	for (uint32_t n = w->known; n < w->rest; n++) {
		if (w->all.types[n] == RIAD_TREE ||
		    w->all.types[n] == RIAD_BLOB)
			w->alike[w->nalike++] = n;
	}
	qsort_r(w->alike, w->nalike, sizeof(*w->alike), by_likeness, w);
	return 0;
}

/* The first in alike that comes not before that type and hash, or after. */
static uint32_t
bound(const struct riad_walk *w, enum riad_type type, uint32_t hash, bool after)
{
	uint32_t lo = 0, hi = w->nalike;

	while (lo < hi) {
		const uint32_t mid = lo + (hi - lo) / 2, n = w->alike[mid];
		int cmp = w->all.types[n] != type
			      ? (w->all.types[n] < type ? -1 : 1)
			      : (w->all.name_hash[n] > hash) -
				    (w->all.name_hash[n] < hash);

		if (cmp < (after ? 1 : 0))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

uint32_t
riad_walk_alike(const struct riad_walk *w, enum riad_type type, uint32_t hash,
    uint32_t *first)
{
	*first = bound(w, type, hash, false);
	return bound(w, type, hash, true) - *first;
}

const struct riad_oid *
riad_walk_client_oid(const struct riad_walk *w, uint32_t k)
{
	return &w->all.ids.oids[w->alike[k]];
}
