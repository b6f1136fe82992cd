/* SPDX-License-Identifier: ISC */
/*
 * The blobs of patterns that a filter names, gitrevisions(7): by an id, or by
 * a reference or an id and a path, as "main:dir/patterns".
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/parse.h"
#include "upload_state.h"

/* Tags of tags, further than anybody goes. */
enum { TAG_DEPTH_MAX = 100 };

/* What a short name may stand for, the likeliest first. */
static int
add_candidates(struct riad_upload_names *names, const char *name, size_t len)
{
	static const struct {
		const char *before, *after;
	} rules[] = {
	    {"", ""},
	    {"refs/", ""},
	    {"refs/tags/", ""},
	    {"refs/heads/", ""},
	    {"refs/remotes/", ""},
	    {"refs/remotes/", "/HEAD"},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		char *full;
		int n = asprintf(&full, "%s%.*s%s", rules[i].before, (int)len,
		    name, rules[i].after);
		if (n == -1)
			return -1;
		int r = riad_upload_names_add(names, full, (size_t)n);
		free(full);
		if (r == -1)
			return -1;
	}
	return 0;
}

/* 1, 0 if there is no such reference, or -1. */
static int
find_ref(
    struct riad_upload *u, struct riad_oid *oid, const char *name, size_t len)
{
	struct riad_upload_names names;
	struct riad_upload_name *found = NULL;
	const struct riad_upload_name *best = NULL;

	riad_upload_names_init(&names);
	int r = add_candidates(&names, name, len);
	if (r == 0)
		r = riad_upload_names_find(u, &found, &names, false);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		if (found[i].found > 0 &&
		    (best == NULL || found[i].nth < best->nth))
			best = &found[i];
	}
	if (best != NULL)
		*oid = best->oid;
	free(found);
	riad_upload_names_clear(&names);
	return r == -1 ? -1 : best != NULL;
}

/* From a commit, or a tag of one, to its tree.  1, 0 if it has none, -1. */
static int
peel_to_tree(const struct riad_odb *odb, struct riad_oid *oid)
{
	for (int i = 0; i < TAG_DEPTH_MAX; i++) {
		enum riad_type type;
		struct riad_commit commit;
		struct riad_tag tag;
		const uint8_t *data;
		size_t len;

		int r = odb->read(odb->ctx, oid, &type, &data, &len);
		if (r != 1 || type == RIAD_BLOB)
			return r == -1 ? -1 : 0;
		if (type == RIAD_TREE)
			return 1;
		if (type == RIAD_COMMIT) {
			if (riad_commit_parse(
				&commit, data, len, odb->hash_len) == -1)
				return -1;
			*oid = commit.tree;
		} else {
			if (riad_tag_parse(&tag, data, len, odb->hash_len) ==
			    -1)
				return -1;
			*oid = tag.object;
		}
	}
	return 0;
}

/* From a tree to what it has by that name: 1, 0 if nothing, -1. */
static int
find_entry(const struct riad_odb *odb, struct riad_oid *oid, const char *name,
    size_t name_len)
{
	enum riad_type type;
	const uint8_t *data;
	size_t len;
	struct riad_tree tree;
	struct riad_tree_entry e;

	int r = odb->read(odb->ctx, oid, &type, &data, &len);
	if (r != 1 || type != RIAD_TREE)
		return r == -1 ? -1 : 0;
	riad_tree_init(&tree, data, len, odb->hash_len);
	while ((r = riad_tree_next(&tree, &e)) == 1) {
		if (e.kind == RIAD_ENTRY_LINK || e.name_len != name_len ||
		    memcmp(e.name, name, name_len) != 0)
			continue;
		riad_oid_set(oid, e.id, odb->hash_len);
		return 1;
	}
	return r;
}

static int
find_path(const struct riad_odb *odb, struct riad_oid *oid, const char *path)
{
	int r = peel_to_tree(odb, oid);

	while (r == 1 && *path != '\0') {
		size_t n = strcspn(path, "/");
		r = find_entry(odb, oid, path, n);
		path += n;
		path += *path == '/';
	}
	return r;
}

/* 1, 0 if the name is of nothing here, or -1. */
static int
find(struct riad_upload *u, struct riad_oid *oid, const char *name)
{
	const struct riad_odb *odb = u->repo->odb;
	const size_t len = strcspn(name, ":");
	int r = 1;

	if (len != 2 * odb->hash_len ||
	    riad_oid_parse(oid, name, len, odb->hash_len) == -1)
		r = find_ref(u, oid, name, len);
	if (r == 1 && name[len] == ':')
		r = find_path(odb, oid, name + len + 1);
	return r;
}

int
riad_upload_find_sparse(struct riad_upload *u)
{
	const struct riad_odb *odb = u->repo->odb;
	const size_t n = riad_filter_sparse_count(u->filter);
	char hex[RIAD_OID_HEX_MAX + 1];

	for (size_t i = 0; i < n; i++) {
		const char *name = riad_filter_sparse(u->filter, i);
		struct riad_oid oid;
		enum riad_type type;

		int r = find(u, &oid, name);
		if (r == 1)
			r = odb->type(odb->ctx, &oid, &type);
		if (r == -1 && errno == ENOMEM)
			return riad_upload_system(u, "filter");
		if (r != 1)
			return riad_upload_fail(u,
			    "unable to access sparse blob in '%.200s'", name);
		riad_oid_hex(hex, &oid, odb->hash_len);
		if (type != RIAD_BLOB)
			return riad_upload_fail(
			    u, "unable to parse sparse filter data in %s", hex);
		if (riad_filter_sparse_set(u->filter, i, hex) == -1)
			return riad_upload_system(u, "filter");
	}
	return 0;
}
