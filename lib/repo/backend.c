/* SPDX-License-Identifier: ISC */
/*
 * The database of objects: packs by libgit2, loose objects by our own reader.
 * That of libgit2 1.5 writes beyond what it allocated where the contents are
 * longer than their header says, and what lies in a repository may have been
 * put there by somebody else.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <git2/sys/odb_backend.h>

#include "handle.h"
#include "objects.h"
#include "riad/loose.h"
#include "riad/packs.h"

struct backend {
	git_odb_backend base;
	char *dir;
};

/* What riad_loose_open returned, in libgit2's terms. */
static int
result(int r)
{
	if (r == 1)
		return 0;
	if (r == 0)
		return GIT_ENOTFOUND;
	if (errno == ENOMEM)
		git_error_set_oom();
	else
		git_error_set_str(GIT_ERROR_ODB,
		    errno == EBADMSG ? "damaged file" : strerror(errno));
	return GIT_ERROR;
}

static int
open_loose(
    struct riad_loose *l, const git_odb_backend *backend, const git_oid *id)
{
	const struct backend *b = (const struct backend *)backend;
	struct riad_oid oid;

	riad_oid_set(&oid, id->id, GIT_OID_RAWSZ);
	return riad_loose_open(l, b->dir, &oid, GIT_OID_RAWSZ);
}

static int
loose_read(void **data, size_t *len, git_object_t *type,
    git_odb_backend *backend, const git_oid *id)
{
	struct riad_loose l;
	int r = open_loose(&l, backend, id);

	if (r != 1)
		return result(r);
	*len = l.len;
	*type = (git_object_t)l.type;
	*data = git_odb_backend_data_alloc(backend, l.len + 1);
	if (*data == NULL) {
		errno = ENOMEM;
		r = -1;
	} else if (riad_loose_read(&l, *data) == -1) {
		git_odb_backend_data_free(backend, *data);
		r = -1;
	} else {
		((char *)*data)[l.len] = '\0';
	}
	int err = errno;
	riad_loose_close(&l);
	errno = err;
	return result(r);
}

static int
loose_read_header(size_t *len, git_object_t *type, git_odb_backend *backend,
    const git_oid *id)
{
	struct riad_loose l;
	int r = open_loose(&l, backend, id);

	if (r == 1) {
		*len = l.len;
		*type = (git_object_t)l.type;
		riad_loose_close(&l);
	}
	return result(r);
}

static int
loose_exists(git_odb_backend *backend, const git_oid *id)
{
	const struct backend *b = (const struct backend *)backend;
	struct riad_oid oid;

	riad_oid_set(&oid, id->id, GIT_OID_RAWSZ);
	return riad_loose_exists(b->dir, &oid, GIT_OID_RAWSZ);
}

static void
loose_free(git_odb_backend *backend)
{
	struct backend *b = (struct backend *)backend;

	free(b->dir);
	free(b);
}

static int
add_loose(git_odb *db, const char *dir)
{
	struct backend *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return -1;
	b->dir = strdup(dir);
	if (b->dir == NULL ||
	    git_odb_init_backend(&b->base, GIT_ODB_BACKEND_VERSION) < 0) {
		loose_free(&b->base);
		return -1;
	}
	b->base.read = loose_read;
	b->base.read_header = loose_read_header;
	b->base.exists = loose_exists;
	b->base.free = loose_free;
	if (git_odb_add_backend(db, &b->base, 1) == 0)
		return 0;
	loose_free(&b->base);
	return -1;
}

/* Packs come first, wherever they lie: most objects are there. */
static int
add_dir(void *ctx, const char *dir)
{
	git_odb *db = ctx;
	git_odb_backend *packs;

	if (git_odb_backend_pack(&packs, dir) < 0)
		return -1;
	if (git_odb_add_backend(db, packs, 2) < 0) {
		packs->free(packs);
		return -1;
	}
	return add_loose(db, dir);
}

int
riad_repo_open_db(struct riad_repo_objects *o, struct riad_repo *repo)
{
	size_t n;
	const char *const *dirs = riad_repo_object_dirs(repo, &n);

	if (git_odb_new(&o->db) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (riad_packs_each_dir(dirs[i], add_dir, o->db) == -1)
			return -1;
	}
	return 0;
}
