/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "handle.h"

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

void
riad_repo_set_oid(struct riad_oid *to, const git_oid *from)
{
	riad_oid_set(to, from->id, sizeof(from->id));
}

void
riad_repo_get_oid(git_oid *to, const struct riad_oid *from)
{
	git_oid_fromraw(to, from->id);
}

/* The types of libgit2 that an object of its own can have are numbered as in
 * packs, and so are ours. */
static enum riad_type
type_of(git_object_t type)
{
	return (enum riad_type)type;
}

static void
release(struct riad_repo *repo)
{
	git_odb_object_free(repo->held);
	repo->held = NULL;
}

static int
odb_read(void *ctx, const struct riad_oid *oid, enum riad_type *type,
    const uint8_t **data, size_t *len)
{
	struct riad_repo *repo = ctx;
	git_oid id;

	release(repo);
	riad_repo_get_oid(&id, oid);
	int r = git_odb_read(&repo->held, repo->db, &id);
	if (r == GIT_ENOTFOUND)
		return 0;
	if (r < 0)
		return fail(repo, &id);
	*type = type_of(git_odb_object_type(repo->held));
	*data = git_odb_object_data(repo->held);
	*len = git_odb_object_size(repo->held);
	return 1;
}

static int
odb_type(void *ctx, const struct riad_oid *oid, enum riad_type *type)
{
	struct riad_repo *repo = ctx;
	git_object_t t;
	size_t len;
	git_oid id;

	release(repo);
	riad_repo_get_oid(&id, oid);
	if (type == NULL)
		return git_odb_exists_ext(
		    repo->db, &id, GIT_ODB_LOOKUP_NO_REFRESH);
	int r = git_odb_read_header(&len, &t, repo->db, &id);
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
	release(repo);
}
