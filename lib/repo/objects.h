/* SPDX-License-Identifier: ISC */
/* objects.h - what objects.c and backend.c share */
#ifndef RIAD_REPO_OBJECTS_H
#define RIAD_REPO_OBJECTS_H

#include <git2.h>

struct riad_repo;

struct riad_repo_objects {
	git_odb *db;
	git_odb_object *held; /* what odb.read gave out last */
};

/* backend.c: opens the database of the repository.  0 or -1. */
int riad_repo_open_db(struct riad_repo_objects *o, struct riad_repo *repo);

#endif
