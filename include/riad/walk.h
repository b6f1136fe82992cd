/* SPDX-License-Identifier: ISC */
/*
 * walk.h - which objects a client needs: all that the wants reach, less what
 * the haves do
 *
 * The commits are those of `git rev-list wants ^haves`.  To look at all of
 * history for that would be too dear, so dates are trusted within a margin,
 * which is wider than git's: where the clocks of committers were more than a
 * day off, a commit that the client has may be listed.  None that it lacks is
 * ever left out.
 *
 * Of trees and blobs, those are left out that are in the tree of a boundary
 * commit (a parent that the client has of a commit that it has not), as git
 * does it; what the client has in older commits only may be listed again.
 * Submodules are commits of other repositories, and no part of this.
 *
 * Commits, tags and trees are read, blobs are not: whether they exist is for
 * the reader of the list to find out.  Nothing is asked of what the client
 * has: a missing object there is passed over.
 */
#ifndef RIAD_WALK_H
#define RIAD_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/odb.h"
#include "riad/oid.h"

struct riad_walk;

struct riad_walk *riad_walk_new(const struct riad_odb *odb);
void riad_walk_free(struct riad_walk *w);

/*
 * An object of any type; a tag stands for all that it leads to.  A have that
 * is not here counts for nothing.  0, or -1 with errno ENOMEM, or EMSGSIZE
 * beyond 2^28 objects.
 */
int riad_walk_want(struct riad_walk *w, const struct riad_oid *oid);
int riad_walk_have(struct riad_walk *w, const struct riad_oid *oid);

/* A commit that counts as having no parents; before the walk only.  0, or -1
 * with errno ENOMEM or EMSGSIZE. */
int riad_walk_cut(struct riad_walk *w, const struct riad_oid *oid);

/*
 * Makes the list, once.  on_tick is called every so often (a few hundred
 * objects that were read) with the number found so far, and ends the walk by
 * returning anything but 0; it may be NULL.  0, or -1 with errno: ENOENT if an
 * object that is reached is missing, EBADMSG if one is damaged, what on_tick
 * or the odb left there; riad_walk_why then tells, by type and id.
 */
int riad_walk_run(
    struct riad_walk *w, int (*on_tick)(void *ctx, uint32_t found), void *ctx);
const char *riad_walk_why(const struct riad_walk *w);

/* The same in two steps: the commits, and then all that is below them. */
int riad_walk_commits(
    struct riad_walk *w, int (*on_tick)(void *ctx, uint32_t found), void *ctx);
int riad_walk_objects(struct riad_walk *w);

/* As riad_walk_commits, but stops when max commits or more are listed, some of
 * which the client may turn out to have: then 1, and riad_walk_commits goes on
 * from there. */
int riad_walk_some(struct riad_walk *w, uint32_t max,
    int (*on_tick)(void *ctx, uint32_t found), void *ctx);

/* The list: commits newest first, then tags, then trees and blobs as the
 * walk came upon them. */
uint32_t riad_walk_count(const struct riad_walk *w);
const struct riad_oid *riad_walk_oid(const struct riad_walk *w, uint32_t i);
enum riad_type riad_walk_type(const struct riad_walk *w, uint32_t i);

/*
 * Of the path at which the object was found first, such that like names sort
 * together, the last bytes weighing most; 0 where there is none, as for
 * commits, tags and the trees of commits.
 */
uint32_t riad_walk_name_hash(const struct riad_walk *w, uint32_t i);

/*
 * Adds an object to the list of a finished walk, unless it is there or the
 * client has it: how the tags of include-tag come in.  1 if it was added, 0,
 * or -1 with errno ENOMEM or EMSGSIZE.
 */
int riad_walk_add(
    struct riad_walk *w, const struct riad_oid *oid, enum riad_type type);

/* The number of an object on the list; -1 if it is not there. */
int64_t riad_walk_find(const struct riad_walk *w, const struct riad_oid *oid);
bool riad_walk_lists(const struct riad_walk *w, const struct riad_oid *oid);

/* The walk found that the client has the object: a base for a thin pack. */
bool riad_walk_client_has(
    const struct riad_walk *w, const struct riad_oid *oid);

/*
 * The trees and blobs that the client has, in the order of type and name
 * hash, the newest of the same first; whether they exist here is not known.
 * riad_walk_sort_client makes that order, of a finished walk: 0, or -1 with
 * errno ENOMEM.  Then riad_walk_alike says how many of them have a type and a
 * name hash, and which is the first; before, and for other types, there are
 * none.
 */
int riad_walk_sort_client(struct riad_walk *w);
uint32_t riad_walk_alike(const struct riad_walk *w, enum riad_type type,
    uint32_t name_hash, uint32_t *first);
const struct riad_oid *riad_walk_client_oid(
    const struct riad_walk *w, uint32_t k);

#endif
