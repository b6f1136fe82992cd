/* SPDX-License-Identifier: ISC */
/*
 * packs.h - all packs of a repository and of those that it borrows from,
 * gitrepository-layout(5)
 */
#ifndef RIAD_PACKS_H
#define RIAD_PACKS_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/packfile.h"

struct riad_packs {
	struct riad_packfile *packs;
	char **paths; /* by pack, without a suffix */
	uint32_t len, cap;
	uint32_t *slots; /* by the path: a pack, plus 1 */
	uint32_t nslots; /* a power of two */
};

/*
 * Adds the packs in objects_dir and in what its info/alternates name, as far
 * as they aren't there yet, the largest first.  What can't be read or isn't
 * understood is left out, as if it weren't there.  0, or -1 with errno ENOMEM.
 */
int riad_packs_add(
    struct riad_packs *packs, const char *objects_dir, size_t hash_len);
void riad_packs_close(struct riad_packs *packs);

/* Closes all but the first n. */
void riad_packs_drop(struct riad_packs *packs, uint32_t n);

/* The pack of that path, without a suffix, or -1. */
int64_t riad_packs_find(const struct riad_packs *packs, const char *path);

/*
 * Calls each with objects_dir and then the directories of objects that it
 * borrows from, once each, as far as they are there.  What each returns ends
 * the round if it isn't 0.  0, that, or -1 with errno ENOMEM.
 */
int riad_packs_each_dir(const char *objects_dir,
    int (*each)(void *ctx, const char *dir), void *ctx);

#endif
