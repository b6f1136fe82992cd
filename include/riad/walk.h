/* SPDX-License-Identifier: ISC */
/*
 * walk.h - which objects a client needs: all that the wants reach, less what
 * the haves do
 *
 * The commits are exactly those of `git rev-list wants ^haves`.  Of trees and
 * blobs, those are left out that are in the tree of a boundary commit (a
 * parent that the client has of a commit that it has not), as git does it;
 * what the client has in older commits only may be listed again.
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

/* An object of any type that exists.  0, or -1 with errno ENOMEM. */
int riad_walk_want(struct riad_walk *w, const struct riad_oid *oid);
int riad_walk_have(struct riad_walk *w, const struct riad_oid *oid);

/*
 * Makes the list.  tick is called every so often (a thousand objects at the
 * most) with the number found so far, and ends the walk by returning
 * anything but 0; it may be NULL.  0, or -1 with errno: ENOENT if an object
 * that is reached is missing, EBADMSG if one is damaged; riad_walk_why then
 * names it.
 */
int riad_walk_run(struct riad_walk *w,
    int (*tick)(void *ctx, uint32_t found), void *ctx);
const char *riad_walk_why(const struct riad_walk *w);

/* The list: commits newest first, then tags, then trees and blobs as the
 * walk came upon them. */
uint32_t riad_walk_count(const struct riad_walk *w);
const struct riad_oid *riad_walk_oid(const struct riad_walk *w, uint32_t i);
enum riad_type riad_walk_type(const struct riad_walk *w, uint32_t i);

/*
 * Of the path at which the object was found first, such that like names sort
 * together, the last characters weighing most; 0 for commits and tags.
 */
uint32_t riad_walk_name_hash(const struct riad_walk *w, uint32_t i);

/* Adds an object to the list of a finished walk, unless it is there or the
 * client has it: how the tags of include-tag come in.  1 added, 0, or -1. */
int riad_walk_add(
    struct riad_walk *w, const struct riad_oid *oid, enum riad_type type);

/* The object is on the list. */
bool riad_walk_lists(const struct riad_walk *w, const struct riad_oid *oid);

/* The walk found that the client has the object: a base for a thin pack. */
bool riad_walk_client_has(
    const struct riad_walk *w, const struct riad_oid *oid);

#endif
