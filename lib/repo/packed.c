/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "handle.h"

void
riad_packed_free(struct riad_packed *packed)
{
	riad_packed_refs_free(&packed->refs);
	if (packed->map != NULL)
		munmap(packed->map, packed->len);
	*packed = (struct riad_packed){0};
}

/* A new file takes the old one's place whenever anything changes. */
static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int
map_file(struct riad_packed *packed, int fd)
{
	if (fstat(fd, &packed->st) == -1)
		return -1;
	if (!S_ISREG(packed->st.st_mode)) {
		errno = EBADMSG;
		return -1;
	}
	packed->len = (size_t)packed->st.st_size;
	if (packed->len == 0)
		return 0;
	void *map = mmap(NULL, packed->len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return -1;
	packed->map = map;
	return 0;
}

int
riad_packed_load(struct riad_repo *repo)
{
	struct riad_packed *packed = &repo->packed;
	static const char name[] = "packed-refs";
	struct stat st;

	if (packed->loaded) {
		if (fstatat(repo->common_fd, name, &st, 0) == -1)
			memset(&st, 0, sizeof(st));
		if (is_same(&st, &packed->st))
			return 0;
		riad_packed_free(packed);
	}
	int fd = openat(repo->common_fd, name,
	    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1) {
		packed->loaded = errno == ENOENT;
		if (packed->loaded)
			return 0;
		return riad_repo_fail(
		    repo, "couldn't read %s: %s", name, strerror(errno));
	}
	int r = map_file(packed, fd);
	if (r == 0)
		r = riad_packed_refs_init(&packed->refs, packed->map,
		    packed->len, repo->odb.hash_len);
	int err = errno;
	close(fd);
	if (r == -1) {
		riad_packed_free(packed);
		errno = err;
		if (err == EBADMSG)
			return riad_repo_fail(
			    repo, "unexpected line in %s", name);
		return riad_repo_fail(
		    repo, "couldn't read %s: %s", name, strerror(err));
	}
	packed->loaded = true;
	return 0;
}

int
riad_packed_get(
    struct riad_repo *repo, struct riad_packed_ref *ref, const char *name)
{
	const struct riad_packed_refs *refs = &repo->packed.refs;
	const size_t len = strlen(name);

	if (riad_packed_load(repo) == -1)
		return -1;
	size_t pos = riad_packed_refs_find(refs, name, len);
	int r = riad_packed_refs_next(refs, &pos, ref);
	if (r == -1)
		return riad_repo_fail(repo, "unexpected line in packed-refs");
	return r == 1 && ref->name_len == len &&
	       memcmp(ref->name, name, len) == 0;
}
