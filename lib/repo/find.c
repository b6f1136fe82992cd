/* SPDX-License-Identifier: ISC */
/* Which directory a path names, as git upload-pack takes it. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handle.h"

/* git's limit for a .git file. */
enum { GITFILE_MAX = 1 << 20 };

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A branch of refs/, by either kind of link, or the id of a commit. */
static bool
is_head(const char *path)
{
	char text[256];
	struct riad_buf buf;
	struct riad_oid oid;
	bool is = false;

	ssize_t n = readlink(path, text, sizeof(text));
	if (n >= 0)
		return n >= 5 && memcmp(text, "refs/", 5) == 0;
	riad_buf_init(&buf, sizeof(text) - 1);
	/* There may be more: a name of a branch is as long as it likes. */
	if ((riad_file_read_inside(&buf, AT_FDCWD, path) == 0 ||
		errno == EMSGSIZE) &&
	    riad_buf_str(&buf) != NULL) {
		const char *s = (const char *)buf.data;
		is = riad_oid_parse(&oid, s, buf.len, RIAD_SHA1_LEN) > 0;
		if (strncmp(s, "ref:", 4) == 0) {
			s += 4;
			while (is_space(*s))
				s++;
			is = strncmp(s, "refs/", 5) == 0;
		}
	}
	riad_buf_free(&buf);
	return is;
}

/* Where the rest of a worktree is: dir itself unless the file commondir, or
 * the environment, says otherwise.  1 if so, 0, -1. */
static int
add_common(struct riad_buf *path, const char *dir)
{
	const char *env = getenv("GIT_COMMON_DIR");
	struct riad_buf text;
	int r = 0;

	if (env != NULL) {
		if (*env != '/' && riad_buf_addf(path, "%s/", dir) == -1)
			return -1;
		return riad_buf_addstr(path, env) == -1 ? -1 : 1;
	}
	riad_buf_init(&text, RIAD_PATH_MAX);
	if (riad_buf_addf(path, "%s/commondir", dir) == -1)
		return -1;
	const char *name = riad_buf_str(path);
	if (name == NULL ||
	    (riad_file_read_inside(&text, AT_FDCWD, name) == -1 &&
		errno != ENOENT && errno != ENOTDIR))
		r = -1;
	while (text.len > 0 && (text.data[text.len - 1] == '\n' ||
				   text.data[text.len - 1] == '\r'))
		text.len--;
	path->len = 0;
	const char *s = riad_buf_str(&text);
	if (r == -1 || s == NULL) {
		r = -1;
	} else if (*s == '\0') {
		r = riad_buf_addstr(path, dir);
	} else {
		if (*s != '/')
			r = riad_buf_addf(path, "%s/", dir);
		if (r == 0)
			r = riad_buf_addstr(path, s) == -1 ? -1 : 1;
	}
	riad_buf_free(&text);
	return r;
}

static bool
is_dir_at(struct riad_buf *path, size_t len, const char *name)
{
	path->len = len;
	if (riad_buf_addstr(path, name) == -1)
		return false;
	const char *s = riad_buf_str(path);
	return s != NULL && access(s, X_OK) == 0;
}

/* What makes git call a directory a repository. */
static bool
is_repository(const char *dir)
{
	const char *objects = getenv("GIT_OBJECT_DIRECTORY");
	struct riad_buf path;

	riad_buf_init(&path, 4 * RIAD_PATH_MAX);
	bool is = riad_buf_addf(&path, "%s/HEAD", dir) == 0 &&
		  riad_buf_str(&path) != NULL &&
		  is_head((const char *)path.data);
	path.len = 0;
	is = is && add_common(&path, dir) >= 0;
	size_t len = path.len;
	/* A relative one is looked for where git is by now. */
	if (is && objects != NULL && *objects == '/')
		is = access(objects, X_OK) == 0;
	else if (is && objects == NULL)
		is = is_dir_at(&path, len, "/objects");
	is = is && is_dir_at(&path, len, "/refs");
	riad_buf_free(&path);
	return is;
}

/*
 * A file "gitdir: PATH" in place of a repository: makes path, which names it,
 * that of the directory, relative to where the file stands.
 */
static int
follow_gitfile(struct riad_repo *repo, struct riad_buf *path)
{
	static const char key[] = "gitdir: ";
	const size_t skip = sizeof(key) - 1;
	const char *file = riad_buf_str(path);
	struct riad_buf text;
	int r = -1;

	if (file == NULL)
		return -1;
	riad_buf_init(&text, GITFILE_MAX);
	if (riad_file_read_inside(&text, AT_FDCWD, file) == -1) {
		if (errno == EMSGSIZE)
			riad_repo_fail(
			    repo, "too large to be a .git file: '%s'", file);
		else
			riad_repo_fail(repo, "error opening '%s': %s", file,
			    strerror(errno));
	} else if (text.len < skip || memcmp(text.data, key, skip) != 0) {
		riad_repo_fail(repo, "invalid gitfile format: %s", file);
	} else {
		while (text.data[text.len - 1] == '\n' ||
		       text.data[text.len - 1] == '\r')
			text.len--;
		const char *target = riad_buf_str(&text);
		if (target == NULL) {
			r = -1;
		} else if (text.len <= skip) {
			riad_repo_fail(repo, "no path in gitfile: %s", file);
		} else {
			if (target[skip] == '/')
				path->len = 0;
			while (
			    path->len > 0 && path->data[path->len - 1] != '/')
				path->len--;
			r = riad_buf_addstr(path, target + skip);
		}
	}
	riad_buf_free(&text);
	return r;
}

/* Leaves in path what is there: a directory, or a file that names one. */
static int
find(struct riad_buf *path, const char *name)
{
	static const char *const suffixes[] = {
	    "/.git", "", ".git/.git", ".git"};
	size_t len = strlen(name);
	struct stat st;

	while (len > 1 && name[len - 1] == '/')
		len--;
	if (len >= RIAD_PATH_MAX)
		return -1;
	char *given = strndup(name, len);
	int r = given == NULL   ? -1
		: *given == '~' ? riad_config_path(path, given)
				: riad_buf_addstr(path, given);
	free(given);
	if (r == -1)
		return -1;
	len = path->len;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		path->len = len;
		if (riad_buf_addstr(path, suffixes[i]) == -1)
			return -1;
		const char *candidate = riad_buf_str(path);
		if (candidate != NULL && stat(candidate, &st) == 0 &&
		    (S_ISREG(st.st_mode) ||
			(S_ISDIR(st.st_mode) && is_repository(candidate))))
			return 0;
	}
	return -1;
}

static int
set_common(struct riad_repo *repo)
{
	struct riad_buf path;

	riad_buf_init(&path, 4 * RIAD_PATH_MAX);
	int r = add_common(&path, repo->dir);
	const char *s = riad_buf_str(&path);
	if (r == 1 && s != NULL) {
		repo->common = realpath(s, NULL);
		if (repo->common == NULL)
			r = riad_repo_fail(
			    repo, "failed to read %s: %s", s, strerror(errno));
	} else if (r == 0) {
		repo->common = strdup(repo->dir);
	}
	riad_buf_free(&path);
	return r == -1 || repo->common == NULL ? -1 : 0;
}

/* path is what was found, and a repository for sure if it is a directory and
 * checked; what it leads to is kept. */
static int
take(struct riad_repo *repo, struct riad_buf *path, bool checked)
{
	char *found = NULL, *target = NULL;
	const char *s = riad_buf_str(path);
	struct stat st;
	int r = -1;

	if (s == NULL || (found = strdup(s)) == NULL || stat(s, &st) == -1)
		goto done;
	if (S_ISREG(st.st_mode)) {
		if (follow_gitfile(repo, path) == -1)
			goto done;
		s = riad_buf_str(path);
		if (s == NULL || !is_repository(s)) {
			riad_repo_fail(
			    repo, "not a git repository: %s", s ? s : "");
			goto done;
		}
		target = realpath(s, NULL);
		if (target == NULL)
			goto done;
	}
	if (riad_repo_check_owner(repo, target, found) == -1)
		goto done;
	repo->dir = strdup(target ? target : found);
	if (repo->dir == NULL ||
	    (target == NULL && !checked && !is_repository(found)))
		goto done;
	r = set_common(repo);
done:
	free(found);
	free(target);
	return r;
}

int
riad_repo_find(struct riad_repo *repo, const char *name, bool strict)
{
	struct riad_buf path;

	riad_buf_init(&path, 4 * RIAD_PATH_MAX);
	int r = strict ? riad_buf_addstr(&path, name) : find(&path, name);
	if (r == 0)
		r = take(repo, &path, !strict);
	riad_buf_free(&path);
	return r;
}
