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
	struct riad_packfile *packs; /* the largest first */
	uint32_t len, cap;
};

/*
 * Opens the packs in objects_dir and in what its info/alternates name.  What
 * can't be read or isn't understood is left out, as if it weren't there.
 * 0, or -1 with errno ENOMEM.
 */
int riad_packs_open(
    struct riad_packs *packs, const char *objects_dir, size_t hash_len);
void riad_packs_close(struct riad_packs *packs);

/*
 * Looks at the same packs for one that is malformed, or whose index leads out
 * of it, by riad_packfile_check: for callers whose next reader would trust it.
 * 0, or -1 with errno EBADMSG and its file's name, without the suffix, in
 * name; or ENOMEM.  A pack that goes away meanwhile is none.
 */
int riad_packs_check(
    char name[NAME_MAX + 1], const char *objects_dir, size_t hash_len);

/*
 * Calls each with objects_dir and then the directories of objects that it
 * borrows from, once each, as far as they are there.  What each returns ends
 * the round if it isn't 0.  0, that, or -1 with errno ENOMEM.
 */
int riad_packs_each_dir(const char *objects_dir,
    int (*each)(void *ctx, const char *dir), void *ctx);

#endif
