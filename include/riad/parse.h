/* SPDX-License-Identifier: ISC */
/*
 * parse.h - the contents of commits, trees and tags
 *
 * All of it is borrowed: what is parsed points into the object's bytes, which
 * are any bytes at all.  What is malformed gives -1 with errno EBADMSG.
 *
 * Only what a reader must rely on is checked.  The order of a tree, forbidden
 * names, the spelling of authors are matters of git-fsck(1): repositories are
 * full of old sins, and have to be served nevertheless.
 */
#ifndef RIAD_PARSE_H
#define RIAD_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/odb.h"
#include "riad/oid.h"

/* "commit", "tree", "blob", "tag". */
const char *riad_type_name(enum riad_type type);

/* The type that the len bytes at name spell. */
int riad_type_parse(enum riad_type *type, const void *name, size_t len);

struct riad_commit {
	struct riad_oid tree;
	size_t nparents;
	const char *parents; /* their lines, for riad_commit_parent */
	int64_t date; /* of the committer, seconds since 1970; 0 if bad */
};

int riad_commit_parse(
    struct riad_commit *commit, const void *data, size_t len, size_t hash_len);

/* The id of parent i < nparents. */
void riad_commit_parent(struct riad_oid *oid, const struct riad_commit *commit,
    size_t i, size_t hash_len);

/* Only the object that it names counts here, and its type. */
struct riad_tag {
	struct riad_oid object;
	enum riad_type type;
};

int riad_tag_parse(
    struct riad_tag *tag, const void *data, size_t len, size_t hash_len);

/* What an entry of a tree is, by the file type in its mode. */
enum riad_entry_kind {
	RIAD_ENTRY_TREE,
	RIAD_ENTRY_BLOB, /* a file or a symbolic link */
	RIAD_ENTRY_LINK, /* a commit of another repository; as git has it,
			  * any other file type is one too */
};

struct riad_tree_entry {
	enum riad_entry_kind kind;
	uint32_t mode;       /* as in stat(2), at most 0177777 */
	const uint8_t *name; /* no NUL at its end, at least a byte */
	size_t name_len;
	const uint8_t *id; /* hash_len bytes */
};

struct riad_tree {
	const uint8_t *pos, *end; /* what was not yet read */
	size_t hash_len;
};

/* Whether it is the tree of nothing, which git takes for there without its
 * being there. */
bool riad_tree_is_empty(const struct riad_oid *oid, size_t hash_len);

void riad_tree_init(
    struct riad_tree *tree, const void *data, size_t len, size_t hash_len);

/* The next entry: 1, 0 after the last, or -1. */
int riad_tree_next(struct riad_tree *tree, struct riad_tree_entry *entry);

#endif
