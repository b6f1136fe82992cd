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

/* A riad_pack_engine, whose ctx is the struct riad_repo. */
int riad_repo_pack(void *repo, const struct riad_pack_request *request,
    struct riad_pack_sink *sink);

#endif
