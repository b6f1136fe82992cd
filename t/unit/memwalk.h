/* SPDX-License-Identifier: ISC */
/* memwalk.h - what has to be true of every walk, checked object by object */
#ifndef RIAD_MEMWALK_H
#define RIAD_MEMWALK_H

#include "memodb.h"

#include "riad/parse.h"
#include "riad/walk.h"

static bool
mem_accounted(const struct riad_walk *w, const struct riad_oid *oid)
{
	return riad_walk_lists(w, oid) != riad_walk_client_has(w, oid);
}

static bool
mem_commit_closed(const struct riad_walk *w, const struct mem_odb *db,
    const uint8_t *data, size_t len)
{
	struct riad_commit c;
	struct riad_oid oid;

	if (riad_commit_parse(&c, data, len, db->odb.hash_len) == -1 ||
	    !mem_accounted(w, &c.tree))
		return false;
	for (size_t i = 0; i < c.nparents; i++) {
		riad_commit_parent(&oid, &c, i, db->odb.hash_len);
		if (!mem_accounted(w, &oid))
			return false;
	}
	return true;
}

static bool
mem_tree_closed(const struct riad_walk *w, const struct mem_odb *db,
    const uint8_t *data, size_t len)
{
	struct riad_tree tree;
	struct riad_tree_entry e;
	int r;

	riad_tree_init(&tree, data, len, db->odb.hash_len);
	while ((r = riad_tree_next(&tree, &e)) == 1) {
		struct riad_oid oid;

		riad_oid_set(&oid, e.id, db->odb.hash_len);
		if (e.kind != RIAD_ENTRY_LINK && !mem_accounted(w, &oid))
			return false;
	}
	return r == 0;
}

/*
 * Whatever a listed object names is listed or the client's, and nothing is
 * listed twice; so with the wants listed too, the client lacks nothing.
 */
static bool
mem_closed(const struct riad_walk *w, const struct mem_odb *db)
{
	struct riad_oidmap seen;
	bool good = true;

	riad_oidmap_init(&seen, 1 << 20);
	for (uint32_t i = 0; good && i < riad_walk_count(w); i++) {
		struct riad_oid oid = *riad_walk_oid(w, i);
		int64_t n = riad_oidmap_get(&db->ids, &oid);
		struct riad_tag tag;
		bool added;

		riad_oidmap_put(&seen, &oid, &added);
		good = added && riad_walk_lists(w, &oid);
		if (n == -1 || db->objects[n].hidden) {
			good = good && riad_walk_type(w, i) == RIAD_BLOB;
			continue;
		}

		const uint8_t *data = db->objects[n].buf.data;
		size_t len = db->objects[n].buf.len;
		switch (riad_walk_type(w, i)) {
		case RIAD_COMMIT:
			good = good && mem_commit_closed(w, db, data, len);
			break;
		case RIAD_TREE:
			good = good && mem_tree_closed(w, db, data, len);
			break;
		case RIAD_TAG:
			good = good &&
			       riad_tag_parse(
				   &tag, data, len, db->odb.hash_len) == 0 &&
			       mem_accounted(w, &tag.object);
			break;
		case RIAD_BLOB:
			break;
		}
	}
	riad_oidmap_free(&seen);
	return good;
}

#endif
