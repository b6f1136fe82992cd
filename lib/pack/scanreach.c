/* SPDX-License-Identifier: ISC */
/*
 * What trees reach, by what a scan found.  A tree whose base is in a set has
 * its new entries added; one whose base isn't is put off, since that may still
 * be reached, and is read as a whole at the end.
 */

#include <errno.h>
#include <stdlib.h>

#include "namehash.h"
#include "riad/parse.h"
#include "scan_state.h"

/* Trees that are in the set and whose entries are not, yet. */
struct todo {
	uint32_t *trees;
	size_t len, cap;
};

static int
todo_add(struct todo *t, uint32_t tree)
{
	if (t->len == t->cap) {
		size_t cap = t->cap == 0 ? 1024 : 2 * t->cap;
		uint32_t *trees = reallocarray(t->trees, cap, sizeof(*trees));

		if (trees == NULL)
			return -1;
		t->trees = trees;
		t->cap = cap;
	}
	t->trees[t->len++] = tree;
	return 0;
}

struct reach {
	struct riad_scan *scan;
	struct riad_numset *set;
	const struct riad_numset *known;
	struct riad_reader *reader;
	bool partial;
	struct riad_blame *blame;
	struct todo todo;
	struct todo later; /* those whose base isn't in a set, so far */
	uint32_t done;
};

static bool
is_known(const struct reach *r, uint32_t number)
{
	return r->known != NULL && riad_numset_has(r->known, number);
}

static int
add(struct reach *r, uint32_t number, bool is_tree)
{
	if (is_known(r, number))
		return 0;
	int added = riad_numset_add(r->set, number);
	if (added != 1)
		return added;
	return is_tree ? todo_add(&r->todo, number) : 0;
}

static int
fail(struct reach *r, const struct riad_oid *oid, enum riad_type type)
{
	*r->blame = (struct riad_blame){.oid = *oid, .type = type};
	return -1;
}

static int
note_name(struct reach *r, uint32_t number, const struct riad_tree_entry *e)
{
	struct riad_names *names = r->scan->names;

	if (names == NULL)
		return 0;
	const uint32_t hash = hash_name(0, e->name, e->name_len);
	if (number >= RIAD_LOOSE)
		return riad_names_note_loose(names, number, hash);
	riad_names_note(names, number, hash);
	return 0;
}

/* Reads a tree and adds all that is in it. */
static int
read_tree(struct reach *r, uint32_t number)
{
	struct riad_store *store = r->scan->store;
	struct riad_tree tree;
	struct riad_tree_entry e;
	enum riad_type type;
	const uint8_t *data;
	struct riad_oid oid, child;
	size_t len;
	int more;

	riad_store_oid(store, number, &oid);
	if (riad_reader_read(r->reader, number, &type, &data, &len) == -1)
		return fail(r, &oid, RIAD_TREE);
	if (type != RIAD_TREE) {
		errno = EBADMSG;
		return fail(r, &oid, RIAD_TREE);
	}
	riad_tree_init(&tree, data, len, store->hash_len);
	while ((more = riad_tree_next(&tree, &e)) == 1) {
		bool is_tree = e.kind == RIAD_ENTRY_TREE;

		if (e.kind == RIAD_ENTRY_LINK || (!is_tree && !r->scan->blobs))
			continue;
		riad_oid_set(&child, e.id, store->hash_len);
		int64_t n = riad_store_find(store, &child);
		if (n == -1 && errno == ENOENT && r->partial)
			continue;
		if (n == -1)
			return fail(r, &child, is_tree ? RIAD_TREE : RIAD_BLOB);
		if (note_name(r, (uint32_t)n, &e) == -1 ||
		    add(r, (uint32_t)n, is_tree) == -1)
			return -1;
	}
	return more == -1 ? fail(r, &oid, RIAD_TREE) : 0;
}

/* Adds what a tree has; puts it off if that isn't known before its base is
 * reached. */
static int
expand(struct reach *r, uint32_t number, bool last)
{
	const struct riad_scan *s = r->scan;
	uint32_t at = number < s->count ? s->at[number] : 0;

	if (at-- == 0)
		return read_tree(r, number);
	const uint32_t *rec =
	    &s->blocks[at >> BLOCK_BITS][at & (BLOCK_WORDS - 1)];
	if (rec[0] != NONE && !riad_numset_has(r->set, rec[0]) &&
	    !is_known(r, rec[0]))
		return last ? read_tree(r, number)
			    : todo_add(&r->later, number);
	for (uint32_t i = 0; i < rec[1]; i++) {
		uint32_t child = rec[RECORD_HEAD + i];

		if (add(r, child & ~TREE, child & TREE) == -1)
			return -1;
	}
	return 0;
}

static int
drain(struct reach *r)
{
	const struct riad_scan *s = r->scan;

	for (;;) {
		bool last = r->todo.len == 0;

		/* Those put off: one by one, since each may reach the base
		 * of others. */
		struct todo *from = last ? &r->later : &r->todo;
		if (from->len == 0)
			return 0;
		if (r->done++ % NODES_PER_TICK == 0 && s->on_tick != NULL &&
		    s->on_tick(s->ctx) != 0)
			return -1;
		if (expand(r, from->trees[--from->len], last) == -1)
			return -1;
	}
}

int
riad_scan_reach(struct riad_scan *scan, struct riad_numset *set,
    const struct riad_numset *known, const uint32_t *trees, size_t n,
    struct riad_reader *reader, bool partial, struct riad_blame *blame)
{
	struct reach r = {.scan = scan,
	    .set = set,
	    .known = known,
	    .reader = reader,
	    .partial = partial,
	    .blame = blame};
	int result = 0;

	*blame = (struct riad_blame){.type = 0};
	for (size_t i = 0; result != -1 && i < n; i++)
		result = add(&r, trees[i], true);
	if (result != -1)
		result = drain(&r);

	int err = errno;
	free(r.todo.trees);
	free(r.later.trees);
	errno = err;
	return result == -1 ? -1 : 0;
}
