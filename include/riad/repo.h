/* SPDX-License-Identifier: ISC */
/*
 * repo.h - a Git repository on disk
 *
 * Functions return 0, or -1 with riad_repo_why telling what went wrong.
 */
#ifndef RIAD_REPO_H
#define RIAD_REPO_H

#include <stdbool.h>
#include <stddef.h>

#include "riad/buf.h"
#include "riad/config.h"
#include "riad/graft.h"
#include "riad/odb.h"
#include "riad/packer.h"
#include "riad/ref.h"

struct riad_repo;

/*
 * Opens the repository that path names by the rules of git upload-pack: path
 * itself, or unless strict what it is short for (path/.git, path.git/.git,
 * path.git, ~user/path).  On failure *repo is NULL, and why is a line in
 * git's wording.
 *
 * Of the environment count GIT_COMMON_DIR, GIT_OBJECT_DIRECTORY,
 * GIT_ALTERNATE_OBJECT_DIRECTORIES, GIT_NAMESPACE, GIT_SHALLOW_FILE,
 * GIT_GRAFT_FILE, GIT_REF_PARANOIA, and what git-config(1) names; GIT_DIR does
 * not.
 */
int riad_repo_open(
    struct riad_repo **repo, const char *path, bool strict, char why[512]);
void riad_repo_free(struct riad_repo *repo);

const char *riad_repo_why(const struct riad_repo *repo);

/* Its own directory; and where the rest of a linked worktree is, else the
 * same. */
const char *riad_repo_dir(const struct riad_repo *repo);
const char *riad_repo_common_dir(const struct riad_repo *repo);

/* Borrowed; objects that are read stay until the next call of either
 * function, as odb.h has it. */
const struct riad_odb *riad_repo_odb(struct riad_repo *repo);

/*
 * Where it keeps its objects, and then those that the environment adds; not
 * what info/alternates in any of these name.
 */
const char *const *riad_repo_object_dirs(
    const struct riad_repo *repo, size_t *n);

/* The first of them. */
const char *riad_repo_objects_dir(const struct riad_repo *repo);

/* The remote of extensions.partialClone, or NULL. */
const char *riad_repo_partial_clone(const struct riad_repo *repo);

/*
 * Calls each with every variable of git-config(1), in order; name is in
 * lower case where case doesn't matter, value is NULL for a name alone.  What
 * each returns ends the round if it is not 0, and is returned.  This is the
 * configuration at the time that the repository was opened.
 */
int riad_repo_config(struct riad_repo *repo,
    int (*each)(void *ctx, const char *name, const char *value,
	enum riad_config_scope scope),
    void *ctx);

/*
 * Adds the path that a variable's value is: "~/x" and "~user/x" are in a
 * home.  0, or -1 with errno ENOENT where there is no such home.
 */
int riad_config_path(struct riad_buf *buf, const char *path);

/*
 * Calls each with the references of GIT_NAMESPACE, HEAD first and the others
 * by name; ctx is the struct riad_repo.  Symbolic ones are resolved; one that
 * leads nowhere is left out, but for HEAD, which is unborn.  What each returns
 * ends the round if it is not 0, and is returned.
 *
 * Whether objects exist is not looked at, unless GIT_REF_PARANOIA is off; but
 * a reference is broken that names none: with an id of nothing but 0 where
 * its file makes no sense, and where it had to be looked at for want_peeled
 * with the id of what is missing or damaged.
 */
int riad_repo_refs(
    void *ctx, bool want_peeled, riad_ref_fn *each, void *each_ctx);

/* The same, for those that start with one of n prefixes: "HEAD",
 * "refs/heads/", "refs/tags/v1". */
int riad_repo_refs_below(void *ctx, bool want_peeled,
    const char *const *prefixes, size_t n, riad_ref_fn *each, void *each_ctx);

/*
 * The reference of that name, which is without the namespace; not its peeled
 * value.  What *ref points to stays until the next call.  1, 0 if there is
 * none that makes sense, -1.
 */
int riad_repo_ref(
    struct riad_repo *repo, const char *name, struct riad_ref *ref);

/* The commits that count as having no parents, by id; none unless it is a
 * shallow repository.  Borrowed; read once. */
int riad_repo_shallow(
    struct riad_repo *repo, const struct riad_oid **ids, size_t *n);

/* The same as a map, empty before riad_repo_shallow. */
const struct riad_oidmap *riad_repo_cuts(const struct riad_repo *repo);

/* info/grafts, without those; empty for most.  NULL in place of -1. */
const struct riad_grafts *riad_repo_grafts(struct riad_repo *repo);

/* Whether shallow says anything; false too where it can't be read. */
bool riad_repo_is_shallow(struct riad_repo *repo);

/* The length of an object: 1, 0 if it isn't there, or -1 with errno. */
int riad_repo_size(void *repo, const struct riad_oid *oid, uint64_t *size);

/*
 * Before any object is asked for: how many threads a pack may take, whatever
 * pack.threads says, unless that is 0; and the directory where the sets of
 * clones are kept, setcache.h, borrowed, NULL for none.
 */
void riad_repo_tune(
    struct riad_repo *repo, unsigned threads, const char *cache);

/* A riad_pack_engine; ctx is a struct riad_repo. */
int riad_repo_pack(void *ctx, const struct riad_pack_request *request,
    struct riad_pack_sink *sink);

#endif
