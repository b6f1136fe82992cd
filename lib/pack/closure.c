/* SPDX-License-Identifier: ISC */
/*
 * Commits are looked at newest first.  One that is in the set is done; one
 * that has a bitmap brings all it reaches at once; of the others, which are
 * those since the bitmaps were made, parents come next, and their trees are
 * walked at the end, when little is left in them that isn't in the set.
 */

#include "riad/closure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "namehash.h"
#include "revs.h"
#include "riad/parse.h"
#include "treediff.h"

enum { READS_PER_TICK = 128, TAG_DEPTH_MAX = 64 };

/* Whether bits, in the order of the bitmap, has the object. */
static bool
has_bit(
    const struct riad_bitindex *rm, const struct riad_bits *bits, uint32_t pos)
{
	int64_t bit = riad_bitindex_bit(rm, pos);

	return bit != -1 && riad_bits_has(bits, (size_t)bit);
}

/* Adds an object that is in a pack, if it is not known. */
static inline int
add_packed(
    struct riad_numset *set, const struct riad_numset *known, uint32_t number)
{
	if (known != NULL && riad_numset_has(known, number))
		return 0;
	if (number >= set->packed.n)
		return riad_numset_add(set, number) == -1 ? -1 : 0;
	riad_bits_add(&set->packed, number);
	return 0;
}

/* Adds what is in bits, in the order of the bitmap, but not what is known. */
static int
add_bits(const struct riad_bitindex *rm, struct riad_numset *set,
    const struct riad_numset *known, const struct riad_bits *bits)
{
	for (size_t at = 0; at < bits->n; at += 64) {
		uint64_t word = bits->words[at / 64];

		for (; word != 0; word &= word - 1) {
			const uint32_t bit =
			    (uint32_t)at + (uint32_t)__builtin_ctzll(word);

			if (add_packed(set, known,
				riad_bitindex_number(rm, bit)) == -1)
				return -1;
		}
	}
	return 0;
}

/* How many trees are kept to compare the next with: a power of two. */
enum { KEPT_BITS = 5, KEPT = 1 << KEPT_BITS };

/* What is being reached. */
struct job {
	struct riad_closure *r;
	struct riad_numset *set;
	const struct riad_numset *known;
	bool partial;
	struct riad_bits bits; /* by bitmaps, in the order of the bitmap */
	struct riad_graph graph;
	struct revs_entry *heap; /* newest first */
	uint32_t heap_len, heap_cap;
	uint32_t *walked; /* commits of the graph whose trees are to be */
	size_t nwalked, walked_cap;
	struct riad_named *trees; /* to read, by number */
	size_t ntrees, trees_cap;
	struct tree_kept kept[KEPT]; /* all that is in them was added */
	uint32_t reads;
};

static int
fail(struct job *j, const struct riad_oid *oid, enum riad_type type)
{
	const int err = errno;
	char hex[RIAD_OID_HEX_MAX + 1];
	const char *name = type == 0 ? "object" : riad_type_name(type);

	riad_oid_hex(hex, oid, j->r->map->store->hash_len);
	if (err == ENOENT || err == EBADMSG)
		snprintf(j->r->why, sizeof(j->r->why), "%s %s %s",
		    err == ENOENT ? "missing" : "bad", name, hex);
	else
		snprintf(j->r->why, sizeof(j->r->why), "%s %s: %s", name, hex,
		    strerror(err));
	errno = err;
	return -1;
}

static int
tick(struct job *j)
{
	if (j->reads++ % READS_PER_TICK != 0 || j->r->on_tick == NULL ||
	    j->r->on_tick(j->r->ctx) == 0)
		return 0;
	return -1;
}

static bool
is_known(const struct job *j, uint32_t number)
{
	return j->known != NULL && riad_numset_has(j->known, number);
}

/* An array with room for one more. */
static void *
grow(void *array, size_t len, size_t *cap, size_t size)
{
	if (len < *cap)
		return array;
	size_t want = *cap == 0 ? 64 : 2 * *cap;
	void *bigger = reallocarray(array, want, size);
	if (bigger != NULL)
		*cap = want;
	return bigger;
}

static bool
before(const struct revs_entry *a, const struct revs_entry *b)
{
	return a->date != b->date ? a->date > b->date : a->n < b->n;
}

static int
heap_push(struct job *j, struct revs_entry e)
{
	size_t cap = j->heap_cap;
	struct revs_entry *heap = grow(j->heap, j->heap_len, &cap, sizeof(e));

	if (heap == NULL)
		return -1;
	j->heap = heap;
	j->heap_cap = (uint32_t)cap;
	uint32_t i = j->heap_len++;
	while (i > 0 && before(&e, &heap[(i - 1) / 2])) {
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i] = e;
	return 0;
}

static uint32_t
heap_pop(struct job *j)
{
	struct revs_entry *heap = j->heap;
	const uint32_t top = heap[0].n, len = --j->heap_len;
	const struct revs_entry e = heap[len];
	uint32_t i = 0;

	for (uint32_t child; (child = 2 * i + 1) < len; i = child) {
		if (child + 1 < len && before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &e))
			break;
		heap[i] = heap[child];
	}
	heap[i] = e;
	return top;
}

/* Queues a commit, once. */
static int
queue(struct job *j, uint32_t n)
{
	struct riad_graph *g = &j->graph;

	if (g->nodes[n].flags != 0)
		return 0;
	g->nodes[n].flags = REVS_QUEUED;
	const struct riad_oid oid = g->ids.oids[n];
	int r = riad_graph_load(g, n);
	if (r == 0 && j->partial)
		return 0;
	if (r == 0)
		errno = ENOENT;
	if (r != 1)
		return fail(j, &oid, RIAD_COMMIT);
	return heap_push(j, (struct revs_entry){g->nodes[n].date, n});
}

static int
queue_tree(struct job *j, uint32_t number, uint32_t name_hash)
{
	struct riad_named *trees =
	    grow(j->trees, j->ntrees, &j->trees_cap, sizeof(*trees));

	if (trees == NULL)
		return -1;
	j->trees = trees;
	trees[j->ntrees++] = (struct riad_named){number, name_hash};
	return 0;
}

/* Keeps a name that the bitmap hasn't. */
static int
keep_name(struct job *j, uint32_t number, uint32_t name_hash)
{
	struct riad_closure *r = j->r;

	if (name_hash == 0 || riad_bitindex_position(r->map, number) != -1)
		return 0;
	struct riad_named *named =
	    grow(r->named, r->nnamed, &r->named_cap, sizeof(*named));
	if (named == NULL)
		return -1;
	r->named = named;
	named[r->nnamed++] = (struct riad_named){number, name_hash};
	return 0;
}

/* Adds an object to the set, and looks into it later if it is a tree. */
static int
add(struct job *j, const struct riad_oid *oid, enum riad_type type,
    uint32_t name_hash)
{
	int64_t n = riad_store_find(j->r->map->store, oid);

	if (n == -1 && errno == ENOENT && j->partial)
		return 0;
	if (n == -1)
		return fail(j, oid, type);
	if (is_known(j, (uint32_t)n))
		return 0;
	int added = riad_numset_add(j->set, (uint32_t)n);
	if (added != 1)
		return added;
	if (keep_name(j, (uint32_t)n, name_hash) == -1)
		return -1;
	return type == RIAD_TREE ? queue_tree(j, (uint32_t)n, name_hash) : 0;
}

/* A tip of any type. */
static int
add_tip(struct job *j, const struct riad_oid *tip)
{
	const struct riad_odb *odb = j->r->odb;
	struct riad_oid oid = *tip;

	for (int i = 0; i < TAG_DEPTH_MAX; i++) {
		enum riad_type type = 0;
		const uint8_t *data;
		struct riad_tag tag;
		size_t len;

		if (tick(j) == -1)
			return -1;
		int r = odb->type(odb->ctx, &oid, &type);
		if (r == 0 && j->partial)
			return 0;
		if (r == 0)
			errno = ENOENT;
		if (r != 1)
			return fail(j, &oid, 0);
		if (type == RIAD_COMMIT) {
			int64_t n = riad_graph_add(&j->graph, &oid);
			return n == -1 ? -1 : queue(j, (uint32_t)n);
		}
		if (add(j, &oid, type, 0) == -1)
			return -1;
		if (type != RIAD_TAG)
			return 0;
		r = odb->read(odb->ctx, &oid, &type, &data, &len);
		if (r != 1 ||
		    riad_tag_parse(&tag, data, len, odb->hash_len) == -1)
			return fail(j, &oid, RIAD_TAG);
		oid = tag.object;
	}
	errno = EMSGSIZE;
	return fail(j, tip, RIAD_TAG);
}

/* Looks at the newest commit in the queue. */
static int
visit(struct job *j)
{
	struct riad_bitindex *rm = j->r->map;
	const uint32_t n = heap_pop(j);
	const struct riad_oid oid = j->graph.ids.oids[n];

	int64_t number = riad_store_find(rm->store, &oid);
	if (number == -1 && errno == ENOENT && j->partial)
		return 0;
	if (number == -1)
		return fail(j, &oid, RIAD_COMMIT);
	if (is_known(j, (uint32_t)number))
		return 0;
	int64_t pos = riad_bitindex_position(rm, (uint32_t)number);
	if (pos != -1) {
		if (has_bit(rm, &j->bits, (uint32_t)pos))
			return 0;
		int r = riad_bitmap_of(&rm->bitmap, (uint32_t)pos, &j->bits);
		if (r == -1) {
			snprintf(j->r->why, sizeof(j->r->why),
			    "the bitmap is damaged");
			return -1;
		}
		if (r == 1)
			return 0;
	}
	if (riad_numset_add(j->set, (uint32_t)number) == -1)
		return -1;

	/* Of what a client has, the newest will do: the boundary of a walk. */
	const struct riad_commit_node *node = &j->graph.nodes[n];
	uint32_t *walked =
	    grow(j->walked, j->nwalked, &j->walked_cap, sizeof(*walked));
	if (walked == NULL)
		return -1;
	j->walked = walked;
	walked[j->nwalked++] = n;
	const size_t first = node->parents, end = first + node->nparents;
	for (size_t i = first; i < end; i++) {
		if (queue(j, j->graph.parents[i]) == -1)
			return -1;
	}
	return 0;
}

static int
read_tree(struct job *j, const struct riad_named *tree)
{
	struct riad_store *store = j->r->map->store;
	struct tree_diff diff;
	struct riad_tree_entry e;
	enum riad_type type;
	const uint8_t *data;
	struct riad_oid oid, child;
	size_t len;
	int more;

	riad_store_oid(store, tree->number, &oid);
	if (riad_reader_read(j->r->reader, tree->number, &type, &data, &len) ==
	    -1)
		return fail(j, &oid, RIAD_TREE);
	if (type != RIAD_TREE) {
		errno = EBADMSG;
		return fail(j, &oid, RIAD_TREE);
	}
	const uint32_t dir = hash_dir(tree->name_hash);
	tree_diff_init(&diff,
	    &j->kept[tree->name_hash * 0x9e3779b1u >> (32 - KEPT_BITS)], data,
	    len, store->hash_len);
	while ((more = tree_diff_next(&diff, &e)) == 1) {
		if (e.kind == RIAD_ENTRY_LINK)
			continue;
		riad_oid_set(&child, e.id, store->hash_len);
		if (add(j, &child,
			e.kind == RIAD_ENTRY_TREE ? RIAD_TREE : RIAD_BLOB,
			hash_name(dir, e.name, e.name_len)) == -1)
			return -1;
	}
	return more == -1 ? fail(j, &oid, RIAD_TREE) : 0;
}

static int
walk_trees(struct job *j)
{
	while (j->ntrees > 0) {
		const struct riad_named tree = j->trees[--j->ntrees];

		if (tick(j) == -1 || read_tree(j, &tree) == -1)
			return -1;
	}
	return 0;
}

/* So many commits of the client's are looked into. */
enum { PARTIAL_TREES = 16 };

static int
run(struct job *j, const struct riad_oid *tips, size_t ntips)
{
	struct riad_bitindex *rm = j->r->map;

	if (riad_bits_init(&j->bits, rm->bitmap.n) == -1)
		return -1;
	for (size_t i = 0; i < ntips; i++) {
		if (add_tip(j, &tips[i]) == -1)
			return -1;
	}
	while (j->heap_len > 0) {
		if (tick(j) == -1 || visit(j) == -1)
			return -1;
	}
	/* Most of what is known need not be looked at one by one. */
	if (j->known != NULL && j->r->reached.n == j->bits.n)
		riad_bits_and_not(&j->bits, &j->r->reached);
	if (add_bits(rm, j->set, j->known, &j->bits) == -1)
		return -1;
	for (size_t i = 0; i < j->nwalked; i++) {
		if (j->partial && i == PARTIAL_TREES)
			break;
		const struct riad_oid tree = j->graph.nodes[j->walked[i]].tree;
		if (add(j, &tree, RIAD_TREE, 0) == -1)
			return -1;
	}
	return walk_trees(j);
}

static int
by_number(const void *left, const void *right)
{
	const struct riad_named *a = left, *b = right;

	return (a->number > b->number) - (a->number < b->number);
}

int
riad_closure(struct riad_closure *r, struct riad_numset *set,
    const struct riad_numset *known, const struct riad_oid *tips, size_t ntips,
    bool partial)
{
	struct job j = {.r = r, .set = set, .known = known, .partial = partial};

	r->why[0] = '\0';
	riad_graph_init(&j.graph, r->odb);
	for (int i = 0; i < KEPT; i++)
		tree_kept_init(&j.kept[i]);
	int result = run(&j, tips, ntips);
	int err = errno;
	riad_bits_free(&r->reached);
	r->reached = j.bits;
	riad_graph_free(&j.graph);
	free(j.heap);
	free(j.walked);
	free(j.trees);
	for (int i = 0; i < KEPT; i++)
		tree_kept_free(&j.kept[i]);
	if (r->nnamed > 0)
		qsort(r->named, r->nnamed, sizeof(*r->named), by_number);
	if (result == -1 && r->why[0] == '\0')
		snprintf(r->why, sizeof(r->why), "%s", strerror(err));
	errno = err;
	return result;
}

void
riad_closure_free(struct riad_closure *r)
{
	free(r->named);
	r->named = NULL;
	r->nnamed = r->named_cap = 0;
	riad_bits_free(&r->reached);
}

uint32_t
riad_closure_name_hash(const struct riad_closure *r, uint32_t number)
{
	const struct riad_named key = {.number = number};
	int64_t pos = riad_bitindex_position(r->map, number);
	uint32_t hash = 0;

	if (pos != -1) {
		(void)riad_bitmap_name_hash(
		    &r->map->bitmap, (uint32_t)pos, &hash);
		return hash;
	}
	if (r->nnamed == 0)
		return 0;
	const struct riad_named *named =
	    bsearch(&key, r->named, r->nnamed, sizeof(*r->named), by_number);
	return named == NULL ? 0 : named->name_hash;
}
