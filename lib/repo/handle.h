/* SPDX-License-Identifier: ISC */
/* handle.h - what lib/repo keeps of a repository; seen nowhere else */
#ifndef RIAD_REPO_HANDLE_H
#define RIAD_REPO_HANDLE_H

#include <git2.h>

#include "riad/repo.h"

struct riad_repo {
	git_repository *git;
	git_odb *db;
	git_odb_object *held; /* what odb.read gave out last */
	struct riad_odb odb;
	char *objects_dir;
	char *namespace; /* "refs/namespaces/a/", or "" */
	char why[512];
};

/* objects.c: fills in repo->odb, and lets go of what it holds. */
void riad_repo_init_odb(struct riad_repo *repo);
void riad_repo_release(struct riad_repo *repo);

/* backend.c: opens the database of objects_dir.  0 or -1. */
int riad_repo_open_db(struct riad_repo *repo);

/* owner.c: the directory is one's own, or configured as safe. */
bool riad_repo_is_safe(const char *dir);

/* Sets why to what libgit2 says of its last failure, and returns -1. */
int riad_repo_fail(struct riad_repo *repo, const char *what);

void riad_repo_set_oid(struct riad_oid *to, const git_oid *from);
void riad_repo_get_oid(git_oid *to, const struct riad_oid *from);

#endif
