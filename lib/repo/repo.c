/* SPDX-License-Identifier: ISC */
/* Finding and opening a repository as git upload-pack does. */

#include "riad/repo.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handle.h"
#include "riad/buf.h"
#include "riad/packs.h"

/* git's sanity check on a path that comes from outside. */
enum { NAME_MAX_LEN = PATH_MAX };

int
riad_repo_fail(struct riad_repo *repo, const char *what)
{
	const git_error *e = git_error_last();

	snprintf(repo->why, sizeof(repo->why), "%s: %s", what,
	    e ? e->message : "unknown error");
	errno = EBADMSG;
	return -1;
}

/* "~/x" and "~user/x" by the password file; any other path as it is. */
static int
expand_home(struct riad_buf *buf, const char *path)
{
	if (path[0] != '~')
		return riad_buf_addstr(buf, path);

	const char *rest = path + strcspn(path, "/");
	size_t len = (size_t)(rest - path) - 1;
	const char *home = NULL;
	if (len == 0) {
		home = getenv("HOME");
	} else {
		char user[256];
		if (len >= sizeof(user))
			return -1;
		memcpy(user, path + 1, len);
		user[len] = '\0';
		const struct passwd *pw = getpwnam(user);
		home = pw ? pw->pw_dir : NULL;
	}
	if (home == NULL)
		return -1;
	return riad_buf_addstr(buf, home) == -1 ? -1
						: riad_buf_addstr(buf, rest);
}

/* "gitdir: PATH" in place of a repository; relative to where it stands. */
static int
follow_gitfile(struct riad_buf *path)
{
	static const char key[] = "gitdir: ";
	char line[NAME_MAX_LEN];
	const char *file = riad_buf_str(path);

	if (file == NULL)
		return -1;
	FILE *f = fopen(file, "re");
	if (f == NULL)
		return -1;
	char *got = fgets(line, sizeof(line), f);
	fclose(f);
	if (got == NULL || strncmp(line, key, sizeof(key) - 1) != 0)
		return -1;
	char *target = line + sizeof(key) - 1;
	target[strcspn(target, "\r\n")] = '\0';
	if (*target == '/')
		path->len = 0;
	while (path->len > 0 && path->data[path->len - 1] != '/')
		path->len--;
	return riad_buf_addstr(path, target);
}

/* What makes git call a directory a repository. */
static bool
is_repository(const char *dir)
{
	struct riad_buf path;
	struct stat st;

	riad_buf_init(&path, 2 * NAME_MAX_LEN);
	bool head = riad_buf_addf(&path, "%s/HEAD", dir) == 0 &&
		    lstat(riad_buf_str(&path), &st) == 0;
	path.len = 0;
	bool objects = riad_buf_addf(&path, "%s/objects", dir) == 0 &&
		       access(riad_buf_str(&path), X_OK) == 0;
	path.len = 0;
	bool refs = riad_buf_addf(&path, "%s/refs", dir) == 0 &&
		    access(riad_buf_str(&path), X_OK) == 0;
	if (!objects || !refs) { /* a worktree has those elsewhere */
		path.len = 0;
		objects = refs =
		    riad_buf_addf(&path, "%s/commondir", dir) == 0 &&
		    access(riad_buf_str(&path), R_OK) == 0;
	}
	riad_buf_free(&path);
	return head && objects && refs;
}

/* Leaves in path the repository's own directory. */
static int
find(struct riad_buf *path, const char *name, bool strict)
{
	static const char *const suffixes[] = {
	    "/.git", "", ".git/.git", ".git"};
	size_t nsuffixes = sizeof(suffixes) / sizeof(suffixes[0]);
	struct stat st;

	if (strlen(name) >= NAME_MAX_LEN)
		return -1;
	if (strict) {
		if (riad_buf_addstr(path, name) == -1 ||
		    stat(riad_buf_str(path), &st) == -1)
			return -1;
		return S_ISREG(st.st_mode) ? follow_gitfile(path) : 0;
	}

	if (expand_home(path, name) == -1)
		return -1;
	while (path->len > 1 && path->data[path->len - 1] == '/')
		path->len--;
	size_t len = path->len;
	for (size_t i = 0; i < nsuffixes; i++, path->len = len) {
		if (riad_buf_addstr(path, suffixes[i]) == -1)
			return -1;
		const char *candidate = riad_buf_str(path);
		if (candidate == NULL || stat(candidate, &st) == -1)
			continue;
		if (S_ISREG(st.st_mode))
			return follow_gitfile(path);
		if (S_ISDIR(st.st_mode) && is_repository(candidate))
			return 0;
	}
	return -1;
}

/* GIT_NAMESPACE=a/b is refs/namespaces/a/refs/namespaces/b/. */
static char *
namespace_prefix(const char *name)
{
	struct riad_buf buf;

	riad_buf_init(&buf, 64 * NAME_MAX_LEN);
	while (name != NULL && *name != '\0') {
		int n = (int)strcspn(name, "/");
		if (n > 0 &&
		    riad_buf_addf(&buf, "refs/namespaces/%.*s/", n, name) == -1)
			break;
		name += n;
		name += strspn(name, "/");
	}
	const char *s = riad_buf_str(&buf);
	char *prefix = s ? strdup(s) : NULL;
	riad_buf_free(&buf);
	return prefix;
}

/* libgit2 1.5 follows what a damaged index says out of the files. */
static int
check_packs(struct riad_repo *repo)
{
	char name[NAME_MAX + 1];

	if (riad_packs_check(name, repo->objects_dir, repo->odb.hash_len) == 0)
		return 0;
	if (errno == EBADMSG)
		snprintf(repo->why, sizeof(repo->why), "%s is damaged", name);
	else
		snprintf(repo->why, sizeof(repo->why), "%s", strerror(errno));
	return -1;
}

static int
open_found(struct riad_repo *repo, const char *dir)
{
	if (!riad_repo_is_safe(dir)) {
		snprintf(repo->why, sizeof(repo->why),
		    "detected dubious ownership in repository at '%s'", dir);
		return -1;
	}
	/* As a bare one: the work tree is nothing to us. */
	int r = git_repository_open_ext(&repo->git, dir,
	    GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT |
		GIT_REPOSITORY_OPEN_BARE,
	    NULL);
	if (r == GIT_ENOTFOUND) {
		repo->why[0] = '\0';
		return -1;
	}
	if (r < 0)
		return riad_repo_fail(repo, dir);

	struct riad_buf objects;
	riad_buf_init(&objects, 2 * NAME_MAX_LEN);
	if (riad_buf_addf(&objects, "%sobjects",
		git_repository_commondir(repo->git)) == 0 &&
	    riad_buf_str(&objects) != NULL)
		repo->objects_dir = strdup(riad_buf_str(&objects));
	riad_buf_free(&objects);
	repo->namespace = namespace_prefix(getenv("GIT_NAMESPACE"));
	if (repo->objects_dir == NULL || repo->namespace == NULL) {
		snprintf(repo->why, sizeof(repo->why), "%s: %s", dir,
		    strerror(ENOMEM));
		return -1;
	}
	if (check_packs(repo) == -1)
		return -1;
	return riad_repo_open_db(repo) == -1 ? riad_repo_fail(repo, dir) : 0;
}

int
riad_repo_open(
    struct riad_repo **repo, const char *path, bool strict, char why[512])
{
	struct riad_buf dir;

	*repo = calloc(1, sizeof(**repo));
	if (*repo == NULL) {
		snprintf(why, 512, "%s", strerror(errno));
		return -1;
	}
	git_libgit2_init();
	/* A client checks every object's id by its own count; damage that
	 * inflates is found there, and by the pack's own sums before. */
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	riad_repo_init_odb(*repo);

	riad_buf_init(&dir, 4 * NAME_MAX_LEN);
	if (find(&dir, path, strict) == 0 && riad_buf_str(&dir) != NULL &&
	    open_found(*repo, riad_buf_str(&dir)) == 0) {
		riad_buf_free(&dir);
		return 0;
	}
	if ((*repo)->why[0] == '\0') {
		snprintf(why, 512,
		    "'%s' does not appear to be a git repository", path);
	} else {
		snprintf(why, 512, "%s", (*repo)->why);
	}
	riad_buf_free(&dir);
	riad_repo_free(*repo);
	*repo = NULL;
	return -1;
}

void
riad_repo_free(struct riad_repo *repo)
{
	if (repo == NULL)
		return;
	riad_repo_release(repo);
	git_odb_free(repo->db);
	git_repository_free(repo->git);
	free(repo->objects_dir);
	free(repo->namespace);
	free(repo);
	git_libgit2_shutdown();
}

const char *
riad_repo_why(const struct riad_repo *repo)
{
	return repo->why;
}

const struct riad_odb *
riad_repo_odb(struct riad_repo *repo)
{
	return &repo->odb;
}

const char *
riad_repo_objects_dir(const struct riad_repo *repo)
{
	return repo->objects_dir;
}

bool
riad_repo_is_shallow(struct riad_repo *repo)
{
	return git_repository_is_shallow(repo->git) == 1;
}
