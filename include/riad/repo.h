/* SPDX-License-Identifier: ISC */
/*
 * repo.h - a Git repository on disk, through libgit2
 *
 * Functions return 0, or -1 with riad_repo_why telling what went wrong.
 */
#ifndef RIAD_REPO_H
#define RIAD_REPO_H

#include <stdbool.h>
#include <stddef.h>

#include "riad/odb.h"
#include "riad/packer.h"
#include "riad/ref.h"

struct riad_repo;

/*
 * Opens the repository that path names by the rules of git upload-pack: path
 * itself, or unless strict what it is short for (path/.git, path.git/.git,
 * path.git, ~user/path).  On failure *repo is NULL, and why is a line in
 * git's wording.
 */
int riad_repo_open(
    struct riad_repo **repo, const char *path, bool strict, char why[512]);
void riad_repo_free(struct riad_repo *repo);
const char *riad_repo_why(const struct riad_repo *repo);

/* Good as long as the repository is. */
const struct riad_odb *riad_repo_odb(struct riad_repo *repo);

/* The directory of objects, without a slash at its end. */
const char *riad_repo_objects_dir(const struct riad_repo *repo);

/* Commits whose parents are missing on purpose are listed in its "shallow". */
bool riad_repo_is_shallow(struct riad_repo *repo);

/*
 * HEAD first, then all references in the order of their names, symbolic ones
 * resolved, those of GIT_NAMESPACE alone where that is set.  Of those that
 * lead nowhere only HEAD is shown, as unborn.  want_peeled asks what annotated
 * tags come down to.  Returns 0, what each returned, or -1.
 */
int riad_repo_refs(
    void *ctx, bool want_peeled, riad_ref_fn *each, void *each_ctx);

/* Every configured variable, by its name in lower case (as far as git folds
 * it); value is NULL where the file has the name alone. */
int riad_repo_config(struct riad_repo *repo,
    int (*each)(void *ctx, const char *name, const char *value), void *ctx);

/* A riad_pack_engine, whose ctx is the struct riad_repo. */
int riad_repo_pack(void *repo, const struct riad_pack_request *request,
    struct riad_pack_sink *sink);

#endif
