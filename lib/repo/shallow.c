/* SPDX-License-Identifier: ISC */
/* The files that give commits other parents than theirs. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"

/* A hundred thousand times what a shallow clone of one branch has. */
#define FILE_MAX ((size_t)64 << 20)

/* 1, 0 if there is no such file, -1. */
static int
read_file(
    struct riad_buf *buf, struct riad_repo *repo, int dir_fd, const char *path)
{
	riad_buf_init(buf, FILE_MAX);
	if (riad_file_read_inside(buf, dir_fd, path) == 0)
		return 1;
	riad_buf_free(buf);
	if (errno == ENOENT || errno == ENOTDIR)
		return 0;
	return riad_repo_fail(
	    repo, "unable to read '%s': %s", path, strerror(errno));
}

int
riad_repo_shallow(
    struct riad_repo *repo, const struct riad_oid **ids, size_t *n)
{
	const char *env = getenv("GIT_SHALLOW_FILE");
	struct riad_buf text;
	size_t bad;
	int r = 0;

	if (!repo->shallow_read && (env == NULL || *env != '\0')) {
		r = env != NULL
			? read_file(&text, repo, repo->dir_fd, env)
			: read_file(&text, repo, repo->common_fd, "shallow");
		if (r == 1) {
			const char *data = (const char *)text.data;
			r = riad_shallow_parse(&repo->shallow, data, text.len,
			    repo->odb.hash_len, &bad);
			if (r == -1 && errno == EBADMSG)
				riad_repo_fail(repo, "bad shallow line: %.*s",
				    (int)strcspn(data + bad, "\n"), data + bad);
			else if (r == -1)
				riad_repo_fail(
				    repo, "shallow: %s", strerror(errno));
			int err = errno;
			riad_buf_free(&text);
			errno = err;
		}
	}
	repo->shallow_read = r != -1;
	*ids = repo->shallow.oids;
	*n = repo->shallow.len;
	return r == -1 ? -1 : 0;
}

const struct riad_oidmap *
riad_repo_cuts(const struct riad_repo *repo)
{
	return &repo->shallow;
}

const struct riad_grafts *
riad_repo_grafts(struct riad_repo *repo)
{
	const char *env = getenv("GIT_GRAFT_FILE");
	struct riad_buf text;

	if (!repo->grafts_read) {
		int r = env != NULL ? read_file(&text, repo, repo->dir_fd, env)
				    : read_file(&text, repo, repo->common_fd,
					  "info/grafts");
		if (r == 1) {
			r = riad_grafts_parse(&repo->grafts,
			    (const char *)text.data, text.len,
			    repo->odb.hash_len);
			riad_buf_free(&text);
			if (r == -1)
				riad_repo_fail(repo, "out of memory");
		}
		if (r == -1)
			return NULL;
		repo->grafts_read = true;
	}
	return &repo->grafts;
}
