/* SPDX-License-Identifier: ISC */
/*
 * A visit is a tree at a place and a level.  Visits are a queue in the order
 * of levels, so that the first of a tree (at a place) is the one that sees
 * most, and the only one.
 *
 * Level 0 is that of wanted trees, 1 that of commits' trees; what is in a tree
 * is one level further.  Level l passes tree:N if l <= N.
 */

#include "riad/filterwalk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "namehash.h"
#include "riad/parse.h"
#include "seqs.h"
#include "treediff.h"

/* Numbers stay clear of the limits of uint32_t. */
#define MAX_OBJECTS (1u << 28)
#define MAX_VISITS (1u << 28)

/* Of the places of several lists of patterns together: 16 MiB. */
#define MAX_TUPLES (1u << 22)

/* Objects are read at some ten thousand a second and more; patterns step at
 * some hundred million. */
enum { READS_PER_TICK = 256, STEPS_PER_TICK = 1 << 22 };

/* How many trees are kept to compare the next with: a power of two. */
enum { KEPT_BITS = 6, KEPT = 1 << KEPT_BITS };

/* What is known of an object, beside its type in the lowest bits. */
enum {
	TYPE = 7,
	KNOWN = 8,    /* the client has it */
	FOUND = 16,   /* it was sent */
	LARGE = 32,   /* a blob that no place lets pass */
	ENTERED = 64, /* a tree that was visited, where there are no places */
};

struct numbers {
	uint32_t *list;
	uint32_t n, cap;
};

struct visit {
	uint32_t tree, place, level, name_hash;
};

struct kept {
	struct tree_kept tree;
	uint32_t place;
};

struct riad_filterwalk {
	const struct riad_odb *odb;
	struct riad_filterwalk_calls calls;
	struct riad_filter_plain plain;
	uint64_t depth;

	struct riad_patterns *patterns[RIAD_FILTER_SPARSE_MAX];
	uint32_t npatterns;
	struct seqs tuples; /* of places, if npatterns > 1 */

	struct riad_oidmap ids;
	uint8_t *flags; /* by number */
	uint32_t flags_cap;
	struct numbers wants, roots;

	struct visit *queue;
	uint32_t head, nqueue, queue_cap;
	uint64_t *visited; /* tree and place + 1, 0 for empty */
	uint32_t nvisited, visited_cap;

	/* Blobs of the tree in hand that pass if they are small enough, and
	 * their name hashes: a number each, by turns. */
	struct numbers sized;

	struct kept kept[KEPT];
	uint32_t reads, found;
	uint64_t steps; /* at the last tick */
	char why[128];
};

struct riad_filterwalk *
riad_filterwalk_new(const struct riad_odb *odb,
    const struct riad_filter *filter, struct riad_patterns *const *patterns,
    const struct riad_filterwalk_calls *calls)
{
	struct riad_filterwalk *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->odb = odb;
	w->calls = *calls;
	riad_filter_is_plain(filter, &w->plain, &w->depth);
	if (patterns != NULL) {
		w->npatterns = (uint32_t)riad_filter_sparse_count(filter);
		for (uint32_t i = 0; i < w->npatterns; i++)
			w->patterns[i] = patterns[i];
	}
	seqs_init(&w->tuples, MAX_TUPLES);
	riad_oidmap_init(&w->ids, MAX_OBJECTS);
	for (int i = 0; i < KEPT; i++)
		tree_kept_init(&w->kept[i].tree);
	return w;
}

void
riad_filterwalk_free(struct riad_filterwalk *w)
{
	if (w == NULL)
		return;
	seqs_free(&w->tuples);
	riad_oidmap_free(&w->ids);
	free(w->flags);
	free(w->wants.list);
	free(w->roots.list);
	free(w->sized.list);
	free(w->queue);
	free(w->visited);
	for (int i = 0; i < KEPT; i++)
		tree_kept_free(&w->kept[i].tree);
	free(w);
}

const char *
riad_filterwalk_why(const struct riad_filterwalk *w)
{
	return w->why;
}

/* Returns -1 with errno as it is, having named the object. */
static int
blame(struct riad_filterwalk *w, const struct riad_oid *oid, const char *type)
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
fail(struct riad_filterwalk *w, int err, const struct riad_oid *oid,
    const char *type)
{
	errno = err;
	return blame(w, oid, type);
}

static int
stopped(struct riad_filterwalk *w)
{
	snprintf(w->why, sizeof(w->why), "stopped");
	return -1;
}

static int
tick(struct riad_filterwalk *w)
{
	if (w->calls.tick == NULL || w->calls.tick(w->calls.ctx, w->found) == 0)
		return 0;
	return stopped(w);
}

static int
grow_flags(struct riad_filterwalk *w)
{
	uint32_t cap = w->flags_cap == 0 ? 64 : 2 * w->flags_cap;
	uint8_t *flags = reallocarray(w->flags, cap, sizeof(*flags));

	if (flags == NULL)
		return -1;
	w->flags = flags;
	w->flags_cap = cap;
	return 0;
}

/* The number of an object. */
static int64_t
put(struct riad_filterwalk *w, const struct riad_oid *oid, enum riad_type type)
{
	bool added;

	/* First the room, so that each id in the map has its flags. */
	if (w->ids.len == w->flags_cap && grow_flags(w) == -1)
		return -1;
	int64_t n = riad_oidmap_put(&w->ids, oid, &added);
	if (n == -1)
		return -1;
	if (added) {
		w->flags[n] = (uint8_t)type;
		if (w->calls.known != NULL && w->calls.known(w->calls.ctx, oid))
			w->flags[n] |= KNOWN;
	} else if ((w->flags[n] & TYPE) != type) {
		return fail(w, EBADMSG, oid, riad_type_name(type));
	}
	return n;
}

/* Sends an object, unless it was or the client has it. */
static int
send(struct riad_filterwalk *w, uint32_t n, uint32_t name_hash)
{
	const struct riad_oid oid = w->ids.oids[n];

	if (w->flags[n] & (KNOWN | FOUND))
		return 0;
	w->flags[n] |= FOUND;
	w->found++;
	if (w->calls.found(w->calls.ctx, &oid,
		(enum riad_type)(w->flags[n] & TYPE), name_hash) == 0)
		return 0;
	return stopped(w);
}

static int
add_number(struct numbers *numbers, uint32_t n)
{
	if (numbers->n == numbers->cap) {
		uint32_t cap = numbers->cap == 0 ? 64 : 2 * numbers->cap;
		uint32_t *grown =
		    reallocarray(numbers->list, cap, sizeof(*numbers->list));

		if (grown == NULL)
			return -1;
		numbers->list = grown;
		numbers->cap = cap;
	}
	numbers->list[numbers->n++] = n;
	return 0;
}

/* Those of commits are often the same in a row; not all are kept. */
int
riad_filterwalk_root(struct riad_filterwalk *w, const struct riad_oid *tree)
{
	struct numbers *roots = &w->roots;
	int64_t n = put(w, tree, RIAD_TREE);

	if (n == -1)
		return -1;
	if (roots->n > 0 && roots->list[roots->n - 1] == n)
		return 0;
	return add_number(roots, (uint32_t)n);
}

int
riad_filterwalk_want(
    struct riad_filterwalk *w, const struct riad_oid *oid, enum riad_type type)
{
	int64_t n = put(w, oid, type);

	return n == -1 ? -1 : add_number(&w->wants, (uint32_t)n);
}

static uint64_t *
find_visited(const struct riad_filterwalk *w, uint64_t key)
{
	uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t mask = w->visited_cap - 1;
	uint32_t i = (uint32_t)(mixed >> 32) & mask;

	while (w->visited[i] != 0 && w->visited[i] != key)
		i = (i + 1) & mask;
	return &w->visited[i];
}

/* At most half of the slots are in use. */
static int
grow_visited(struct riad_filterwalk *w)
{
	uint32_t cap = w->visited_cap, old_cap = cap;
	uint64_t *old = w->visited;

	cap = cap == 0 ? 256 : 2 * cap;
	w->visited = calloc(cap, sizeof(*w->visited));
	if (w->visited == NULL) {
		w->visited = old;
		return -1;
	}
	w->visited_cap = cap;
	for (uint32_t i = 0; i < old_cap; i++) {
		if (old[i] != 0)
			*find_visited(w, old[i]) = old[i];
	}
	free(old);
	return 0;
}

/* 1 for the first visit of a tree at a place, which it notes; 0 after. */
static int
is_first(struct riad_filterwalk *w, uint32_t tree, uint32_t place)
{
	const uint64_t key = (uint64_t)tree << 32 | (place + UINT64_C(1));

	if (w->npatterns == 0) {
		bool first = !(w->flags[tree] & ENTERED);
		w->flags[tree] |= ENTERED;
		return first;
	}
	if (w->nvisited >= w->visited_cap / 2 && grow_visited(w) == -1)
		return -1;
	uint64_t *slot = find_visited(w, key);
	if (*slot == key)
		return 0;
	if (w->nvisited == MAX_VISITS) {
		errno = EMSGSIZE;
		return -1;
	}
	*slot = key;
	w->nvisited++;
	return 1;
}

/* A tree is worth a visit if anything in it can pass. */
static int
visit(struct riad_filterwalk *w, const struct visit *v)
{
	if ((w->flags[v->tree] & KNOWN) || v->level >= w->depth ||
	    (!w->plain.trees && !w->plain.blobs))
		return 0;
	int first = is_first(w, v->tree, v->place);
	if (first != 1)
		return first;

	if (w->nqueue == w->queue_cap) {
		uint32_t cap = w->queue_cap == 0 ? 256 : 2 * w->queue_cap;
		struct visit *queue;

		if (cap > MAX_VISITS) {
			errno = EMSGSIZE;
			return -1;
		}
		queue = reallocarray(w->queue, cap, sizeof(*queue));
		if (queue == NULL)
			return -1;
		w->queue = queue;
		w->queue_cap = cap;
	}
	w->queue[w->nqueue++] = *v;
	return 0;
}

/* The queue is behind us up to head: it makes room by halves. */
static void
shorten(struct riad_filterwalk *w)
{
	if (w->head < 4096 || w->head < w->nqueue / 2)
		return;
	memmove(w->queue, w->queue + w->head,
	    (w->nqueue - w->head) * sizeof(*w->queue));
	w->nqueue -= w->head;
	w->head = 0;
}

/* One number for the places of each list of patterns. */
static int
join(struct riad_filterwalk *w, const uint32_t *places, uint32_t *place)
{
	int64_t n = w->npatterns == 0 ? 0 : places[0];

	if (w->npatterns > 1)
		n = seqs_put(&w->tuples, places, w->npatterns);
	if (n == -1)
		return -1;
	*place = (uint32_t)n;
	return 0;
}

static void
split(const struct riad_filterwalk *w, uint32_t place, uint32_t *places)
{
	size_t len;

	if (w->npatterns > 1)
		memcpy(places, seqs_get(&w->tuples, place, &len),
		    w->npatterns * sizeof(*places));
	else
		places[0] = place;
}

/* Whether all patterns include a name, and for a tree its place. */
static int
match(struct riad_filterwalk *w, const uint32_t *places,
    const struct riad_tree_entry *e, uint32_t *inner)
{
	uint32_t inners[RIAD_FILTER_SPARSE_MAX];
	uint64_t steps = 0;
	int all = 1;

	for (uint32_t i = 0; i < w->npatterns && (all || inner != NULL); i++) {
		int r = riad_patterns_match(w->patterns[i], places[i], e->name,
		    e->name_len, inner != NULL ? &inners[i] : NULL);
		if (r == -1)
			return -1;
		all = all && r;
	}
	for (uint32_t i = 0; i < w->npatterns; i++)
		steps += riad_patterns_steps(w->patterns[i]);
	if (steps > w->steps + STEPS_PER_TICK) {
		w->steps = steps;
		if (tick(w) == -1)
			return -1;
	}
	if (inner != NULL && join(w, inners, inner) == -1)
		return -1;
	return all;
}

static int
put_tree(struct riad_filterwalk *w, const struct riad_tree_entry *e,
    const struct visit *dir, const uint32_t *places, uint32_t name_hash)
{
	struct riad_oid oid;
	struct visit v = {.level = dir->level + 1, .name_hash = name_hash};

	riad_oid_set(&oid, e->id, w->odb->hash_len);
	int64_t n = put(w, &oid, RIAD_TREE);
	if (n == -1)
		return -1;
	v.tree = (uint32_t)n;
	if (w->plain.trees && send(w, v.tree, name_hash) == -1)
		return -1;
	if (w->npatterns > 0 && match(w, places, e, &v.place) == -1)
		return -1;
	return visit(w, &v);
}

/* The size counts last: to know it costs more than all else. */
static int
put_blob(struct riad_filterwalk *w, const struct riad_tree_entry *e,
    const uint32_t *places, uint32_t name_hash)
{
	struct riad_oid oid;

	riad_oid_set(&oid, e->id, w->odb->hash_len);
	int64_t n = riad_oidmap_get(&w->ids, &oid);
	if (n != -1 && (w->flags[n] & TYPE) == RIAD_BLOB &&
	    (w->flags[n] & (KNOWN | FOUND | LARGE)))
		return 0;
	if (w->npatterns > 0) {
		int r = match(w, places, e, NULL);
		if (r != 1)
			return r;
	}
	if ((n = put(w, &oid, RIAD_BLOB)) == -1)
		return -1;
	if (w->plain.blob_limit == UINT64_MAX)
		return send(w, (uint32_t)n, name_hash);
	if (add_number(&w->sized, (uint32_t)n) == -1 ||
	    add_number(&w->sized, name_hash) == -1)
		return -1;
	return 0;
}

/* After the tree, whose bytes may be gone once something else is looked at. */
static int
send_small(struct riad_filterwalk *w)
{
	for (uint32_t i = 0; i < w->sized.n; i += 2) {
		const uint32_t n = w->sized.list[i];
		const struct riad_oid oid = w->ids.oids[n];
		uint64_t size = 0;

		if (w->flags[n] & (KNOWN | FOUND | LARGE))
			continue;
		int r = w->calls.size(w->calls.ctx, &oid, &size);
		if (r == -1)
			return blame(w, &oid, "blob");
		if (r == 1 && size >= w->plain.blob_limit)
			w->flags[n] |= LARGE;
		else if (send(w, n, w->sized.list[i + 1]) == -1)
			return -1;
	}
	w->sized.n = 0;
	return 0;
}

/* The tree to compare with was seen at the same place, or at none. */
static struct tree_kept *
kept_for(struct riad_filterwalk *w, const struct visit *v)
{
	/* Fibonacci hashing: the upper bits of the product are well mixed. */
	struct kept *kept = &w->kept[(v->name_hash ^ v->place) * 0x9e3779b1u >>
				     (32 - KEPT_BITS)];

	if (kept->place != v->place) {
		kept->place = v->place;
		kept->tree.data.len = 0;
		kept->tree.nmarks = 0;
	}
	return &kept->tree;
}

/*
 * What is in a tree.  A kept one is of the same place, and was at this level
 * or before it, so that all that both have was put.
 */
static int
put_entries(struct riad_filterwalk *w, const struct visit *v,
    const uint8_t *data, size_t len)
{
	const uint32_t dir_hash = hash_dir(v->name_hash);
	uint32_t places[RIAD_FILTER_SPARSE_MAX];
	struct tree_diff diff;
	struct riad_tree_entry e;
	int r;

	split(w, v->place, places);
	tree_diff_init(&diff, kept_for(w, v), data, len, w->odb->hash_len);
	while ((r = tree_diff_next(&diff, &e)) == 1) {
		uint32_t hash = hash_name(dir_hash, e.name, e.name_len);

		if (e.kind == RIAD_ENTRY_TREE)
			r = put_tree(w, &e, v, places, hash);
		else if (e.kind == RIAD_ENTRY_BLOB && w->plain.blobs)
			r = put_blob(w, &e, places, hash);
		if (r == -1)
			break;
	}
	return r;
}

static int
read_tree(struct riad_filterwalk *w, const struct visit *v)
{
	const struct riad_oid oid = w->ids.oids[v->tree];
	enum riad_type type;
	const uint8_t *data;
	size_t len;

	if (w->reads++ % READS_PER_TICK == 0 && tick(w) == -1)
		return -1;
	int r = w->odb->read(w->odb->ctx, &oid, &type, &data, &len);
	if (r == 0)
		return fail(w, ENOENT, &oid, "tree");
	if (r == 1 && type != RIAD_TREE)
		return fail(w, EBADMSG, &oid, "tree");
	if (r == -1 || put_entries(w, v, data, len) == -1)
		return w->why[0] != '\0' ? -1 : blame(w, &oid, "tree");
	return send_small(w);
}

static int
start(struct riad_filterwalk *w)
{
	uint32_t alone[RIAD_FILTER_SPARSE_MAX], top[RIAD_FILTER_PARTS_MAX];
	struct visit want = {.level = 0}, root = {.level = 1};

	for (uint32_t i = 0; i < w->npatterns; i++) {
		alone[i] = RIAD_PATTERN_ALONE;
		top[i] = riad_patterns_top(w->patterns[i]);
	}
	if (join(w, alone, &want.place) == -1 ||
	    join(w, top, &root.place) == -1)
		return -1;
	for (uint32_t i = 0; i < w->wants.n; i++) {
		want.tree = w->wants.list[i];
		if (send(w, want.tree, 0) == -1)
			return -1;
		if ((w->flags[want.tree] & TYPE) == RIAD_TREE &&
		    visit(w, &want) == -1)
			return -1;
	}
	for (uint32_t i = 0; i < w->roots.n; i++) {
		root.tree = w->roots.list[i];
		if (w->plain.trees && send(w, root.tree, 0) == -1)
			return -1;
		if (visit(w, &root) == -1)
			return -1;
	}
	return 0;
}

static int
run(struct riad_filterwalk *w)
{
	if (start(w) == -1)
		return -1;
	while (w->head < w->nqueue) {
		const struct visit v = w->queue[w->head++];

		if (read_tree(w, &v) == -1)
			return -1;
		shorten(w);
	}
	return 0;
}

int
riad_filterwalk_run(struct riad_filterwalk *w)
{
	int r = run(w);

	if (r == -1 && w->why[0] == '\0')
		snprintf(w->why, sizeof(w->why), "%s", strerror(errno));
	return r;
}
