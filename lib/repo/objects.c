/* SPDX-License-Identifier: ISC */
/* Objects, through libgit2, which is not set up before one is asked for. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "objects.h"
#include "riad/packs.h"

/* A damaged object is data that is bad; anything else is the system's. */
static int
fail(struct riad_repo *repo, const git_oid *id)
{
	const git_error *e = git_error_last();
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), id);
	snprintf(repo->why, sizeof(repo->why), "object %s: %s", hex,
	    e ? e->message : "unreadable");
	errno = e != NULL && e->klass == GIT_ERROR_NOMEMORY ? ENOMEM : EBADMSG;
	return -1;
}

/* libgit2 1.5 follows what a damaged index says out of the files. */
static int
check_packs(struct riad_repo *repo)
{
	char name[NAME_MAX + 1];

	if (riad_packs_check(
		name, riad_repo_objects_dir(repo), repo->odb.hash_len) == 0)
		return 0;
	if (errno == EBADMSG) {
		errno = EIO; /* not of one object, but of any */
		return riad_repo_fail(repo, "%s is damaged", name);
	}
	return riad_repo_fail(repo, "%s", strerror(errno));
}

/* The database, opened if it is not yet; NULL where it can't be. */
static struct riad_repo_objects *
database(struct riad_repo *repo)
{
	if (repo->objects != NULL)
		return repo->objects;
	if (repo->odb.hash_len != RIAD_SHA1_LEN) {
		errno = ENOTSUP;
		riad_repo_fail(repo, "SHA-256 objects are not supported");
		return NULL;
	}
	if (check_packs(repo) == -1)
		return NULL;
	struct riad_repo_objects *o = calloc(1, sizeof(*o));
	if (o == NULL)
		return NULL;
	git_libgit2_init();
	/* A client checks every object's id by its own count; damage that
	 * inflates is found there, and by the pack's own sums before. */
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	repo->objects = o;
	if (riad_repo_open_db(o, repo) == -1) {
		riad_repo_fail(repo, "objects can't be opened");
		riad_repo_release(repo);
		errno = EBADMSG;
		return NULL;
	}
	return o;
}

/* The types of libgit2 that an object of its own can have are numbered as in
 * packs, and so are ours. */
static enum riad_type
type_of(git_object_t type)
{
	return (enum riad_type)type;
}

static void
release(struct riad_repo_objects *o)
{
	git_odb_object_free(o->held);
	o->held = NULL;
}

static int
odb_read(void *ctx, const struct riad_oid *oid, enum riad_type *type,
    const uint8_t **data, size_t *len)
{
	struct riad_repo *repo = ctx;
	struct riad_repo_objects *o = database(repo);
	git_oid id;

	if (o == NULL)
		return -1;
	release(o);
	git_oid_fromraw(&id, oid->id);
	int r = git_odb_read(&o->held, o->db, &id);
	if (r == GIT_ENOTFOUND)
		return 0;
	if (r < 0)
		return fail(repo, &id);
	*type = type_of(git_odb_object_type(o->held));
	*data = git_odb_object_data(o->held);
	*len = git_odb_object_size(o->held);
	return 1;
}

static int
odb_type(void *ctx, const struct riad_oid *oid, enum riad_type *type)
{
	struct riad_repo *repo = ctx;
	struct riad_repo_objects *o = database(repo);
	git_object_t t;
	size_t len;
	git_oid id;

	if (o == NULL)
		return -1;
	release(o);
	git_oid_fromraw(&id, oid->id);
	if (type == NULL)
		return git_odb_exists_ext(
		    o->db, &id, GIT_ODB_LOOKUP_NO_REFRESH);
	int r = git_odb_read_header(&len, &t, o->db, &id);
	if (r == GIT_ENOTFOUND)
		return 0;
	if (r < 0)
		return fail(repo, &id);
	*type = type_of(t);
	return 1;
}

void
riad_repo_init_odb(struct riad_repo *repo)
{
	repo->odb = (struct riad_odb){
	    .ctx = repo,
	    .hash_len = RIAD_SHA1_LEN,
	    .read = odb_read,
	    .type = odb_type,
	};
}

void
riad_repo_release(struct riad_repo *repo)
{
	struct riad_repo_objects *o = repo->objects;

	if (o == NULL)
		return;
	release(o);
	git_odb_free(o->db);
	free(o);
	repo->objects = NULL;
	git_libgit2_shutdown();
}
