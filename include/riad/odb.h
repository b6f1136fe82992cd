/* SPDX-License-Identifier: ISC */
/*
 * odb.h - where a pure core finds objects
 *
 * Whoever has a repository fills this in; whoever walks one calls it.
 */
#ifndef RIAD_ODB_H
#define RIAD_ODB_H

#include <stddef.h>
#include <stdint.h>

#include "riad/oid.h"

/* As numbered in packs, gitformat-pack(5). */
enum riad_type {
	RIAD_COMMIT = 1,
	RIAD_TREE = 2,
	RIAD_BLOB = 3,
	RIAD_TAG = 4,
};

/* What history is made of; borrowed as the contents of objects are. */
struct riad_commit_facts {
	struct riad_oid tree;
	int64_t date; /* of the committer, seconds since 1970 */
	uint32_t nparents;
	const struct riad_oid *parents;
};

struct riad_odb {
	void *ctx;
	size_t hash_len; /* of every id here: RIAD_SHA1_LEN, RIAD_SHA256_LEN */

	/*
	 * 1 with the object's contents, which stay until the next call of
	 * either function; 0 if there is no such object; -1 with errno if it
	 * is there and cannot be read (EBADMSG: it is damaged).
	 */
	int (*read)(void *ctx, const struct riad_oid *oid, enum riad_type *type,
	    const uint8_t **data, size_t *len);

	/*
	 * The same for the type alone, which is cheaper.  With type NULL it
	 * is a quick look, which may miss what came a moment ago.
	 */
	int (*type)(
	    void *ctx, const struct riad_oid *oid, enum riad_type *type);

	/*
	 * The same for a commit, whose contents need not be read where a
	 * commit-graph tells; -1 with EBADMSG for an object of another type.
	 * NULL where nothing is quicker than reading.
	 */
	int (*commit)(void *ctx, const struct riad_oid *oid,
	    struct riad_commit_facts *facts);
};

#endif
