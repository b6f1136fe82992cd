/* SPDX-License-Identifier: ISC */
/*
 * filterwalk.h - the trees and blobs that pass a filter, where it matters how
 * deep they lie or by which path they are found
 *
 * That is, for tree:N, sparse:oid and what is combined with them; the others
 * are plain, see riad_filter_is_plain, and a walk for them is a waste.
 *
 * What is found is what `git rev-list --objects --filter` prints: the same
 * objects for a filter of one part.  Of a combination git can lose objects
 * that pass at one place if it came by another place first; here they are
 * found, wherever they pass.
 *
 * Trees are taken level by level, so that each is read once, at its least
 * depth; with sparse:oid once for each place (see pattern.h) that it is found
 * at.  Nothing is called by itself, however deep a tree is.  Memory is a few
 * dozen bytes an object, and 24 for each pair of a tree and a place.
 */
#ifndef RIAD_FILTERWALK_H
#define RIAD_FILTERWALK_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/filter.h"
#include "riad/odb.h"
#include "riad/oid.h"
#include "riad/pattern.h"

struct riad_filterwalk_calls {
	void *ctx;

	/* Only size may use the odb: the others come while a tree is read.

	 * Once for each object to be sent.  name_hash is that of
	 * riad_walk_name_hash.  Ends the walk by returning anything but 0. */
	int (*found)(void *ctx, const struct riad_oid *oid, enum riad_type type,
	    uint32_t name_hash);

	/* Whether the client has the object, and if it is a tree all that is
	 * in it; asked once for each object.  NULL if it has nothing. */
	bool (*known)(void *ctx, const struct riad_oid *oid);

	/* The size of a blob: 1; 0 if it is not here, which lets it pass; -1
	 * with errno.  Called for blob:limit alone. */
	int (*size)(void *ctx, const struct riad_oid *oid, uint64_t *size);

	/* Every so often, with the number found so far.  Ends the walk by
	 * returning anything but 0.  May be NULL. */
	int (*tick)(void *ctx, uint32_t found);
};

struct riad_filterwalk;

/*
 * patterns are those of the sparse:oid parts, in the order of
 * riad_filter_sparse, NULL if there are none.  All of it is borrowed.  NULL
 * with errno ENOMEM.
 */
struct riad_filterwalk *riad_filterwalk_new(const struct riad_odb *odb,
    const struct riad_filter *filter, struct riad_patterns *const *patterns,
    const struct riad_filterwalk_calls *calls);
void riad_filterwalk_free(struct riad_filterwalk *w);

/*
 * The tree of a commit, which has to pass the filter; and a tree or a blob
 * that is wanted by its id, which has not.  What is in a wanted tree is not as
 * deep as in a commit's: with tree:1 it passes.  0, or -1 with errno ENOMEM,
 * EMSGSIZE beyond 2^28 objects, EBADMSG for an object of two types.
 */
int riad_filterwalk_root(
    struct riad_filterwalk *w, const struct riad_oid *tree);
int riad_filterwalk_want(
    struct riad_filterwalk *w, const struct riad_oid *oid, enum riad_type type);

/*
 * Finds them, once.  0, or -1 with errno: ENOENT if a tree is missing, EBADMSG
 * if one is damaged, EMSGSIZE if the patterns are too costly, or what a call
 * left there; riad_filterwalk_why then tells.
 */
int riad_filterwalk_run(struct riad_filterwalk *w);
const char *riad_filterwalk_why(const struct riad_filterwalk *w);

#endif
