/* SPDX-License-Identifier: ISC */

#include "riad/repo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handle.h"

/* More alternates than that are a mistake. */
enum { OBJECT_DIRS_MAX = 1000 };

int
riad_repo_fail(struct riad_repo *repo, const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(repo->why, sizeof(repo->why), fmt, ap);
	va_end(ap);
	errno = err != 0 ? err : EBADMSG;
	return -1;
}

/* GIT_NAMESPACE=a/b is refs/namespaces/a/refs/namespaces/b/. */
static int
set_namespace(struct riad_repo *repo, const char *name)
{
	struct riad_buf buf;
	const char *all = name;

	riad_buf_init(&buf, RIAD_REFNAME_MAX - sizeof("HEAD"));
	while (name != NULL && *name != '\0') {
		int n = (int)strcspn(name, "/");
		if (n > 0 &&
		    riad_buf_addf(&buf, "refs/namespaces/%.*s/", n, name) == -1)
			break;
		name += n;
		name += strspn(name, "/");
	}
	const char *s = riad_buf_str(&buf);
	bool bad = name != NULL && *name != '\0';
	if (s != NULL && all != NULL && *all != '\0' && !bad)
		bad = buf.len == 0 || !riad_refname_valid(s, buf.len - 1);
	if (s != NULL && !bad)
		repo->namespace = strdup(s);
	riad_buf_free(&buf);
	if (bad)
		return riad_repo_fail(
		    repo, "bad git namespace path \"%s\"", all);
	return repo->namespace == NULL ? -1 : 0;
}

static int
add_object_dir(struct riad_repo *repo, const char *base, const char *path)
{
	struct riad_buf buf;
	int r = -1;

	if (repo->nobject_dirs == OBJECT_DIRS_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	char **dirs = reallocarray(
	    repo->object_dirs, repo->nobject_dirs + 1, sizeof(*dirs));
	if (dirs == NULL)
		return -1;
	repo->object_dirs = dirs;
	riad_buf_init(&buf, SIZE_MAX / 2);
	if ((*path == '/' || riad_buf_addf(&buf, "%s/", base) == 0) &&
	    riad_buf_addstr(&buf, path) == 0 && riad_buf_str(&buf) != NULL) {
		dirs[repo->nobject_dirs] = strdup((const char *)buf.data);
		if (dirs[repo->nobject_dirs] != NULL) {
			repo->nobject_dirs++;
			r = 0;
		}
	}
	riad_buf_free(&buf);
	return r;
}

/* A path in double quotes, with escapes as in C, is one with colons in it.
 * What follows, or NULL where it is not that. */
static const char *
unquote(char *to, const char *s)
{
	static const char letters[] = "a\ab\bf\fn\nr\rt\tv\v\\\\\"\"";

	for (s++; *s != '"'; s++) {
		if (*s == '\0')
			return NULL;
		if (*s != '\\') {
			*to++ = *s;
			continue;
		}
		s++;
		if (s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' &&
		    s[2] >= '0' && s[2] <= '7') {
			*to++ = (char)((s[0] - '0') * 64 + (s[1] - '0') * 8 +
				       (s[2] - '0'));
			s += 2;
			continue;
		}
		size_t i = 0;
		while (letters[i] != '\0' && letters[i] != *s)
			i += 2;
		if (letters[i] == '\0')
			return NULL;
		*to++ = letters[i + 1];
	}
	*to = '\0';
	return s + 1;
}

/* GIT_ALTERNATE_OBJECT_DIRECTORIES: paths with colons between them. */
static int
add_alternates(struct riad_repo *repo, const char *s)
{
	char *path = malloc(strlen(s) + 1);
	int r = path == NULL ? -1 : 0;

	while (r == 0 && *s != '\0') {
		const char *end = *s == '"' ? unquote(path, s) : NULL;
		if (end == NULL) {
			end = s + strcspn(s, ":");
			memcpy(path, s, (size_t)(end - s));
			path[end - s] = '\0';
		}
		if (*s != '#' && *path != '\0')
			r = add_object_dir(repo, repo->dir, path);
		s = end + (*end != '\0');
	}
	free(path);
	return r;
}

static int
set_object_dirs(struct riad_repo *repo)
{
	const char *env = getenv("GIT_OBJECT_DIRECTORY");
	const char *more = getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES");

	if (env != NULL ? add_object_dir(repo, repo->dir, env) == -1
			: add_object_dir(repo, repo->common, "objects") == -1)
		return -1;
	return more != NULL ? add_alternates(repo, more) : 0;
}

static int
open_dirs(struct riad_repo *repo)
{
	const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

	repo->dir_fd = open(repo->dir, flags);
	if (repo->dir_fd == -1)
		return -1;
	repo->common_fd = repo->dir_fd;
	if (strcmp(repo->dir, repo->common) != 0)
		repo->common_fd = open(repo->common, flags);
	return repo->common_fd == -1 ? -1 : 0;
}

static int
open_found(struct riad_repo *repo)
{
	if (open_dirs(repo) == -1 ||
	    riad_settings_read(&repo->settings, repo, false) == -1 ||
	    riad_repo_check_format(repo) == -1 ||
	    set_namespace(repo, getenv("GIT_NAMESPACE")) == -1 ||
	    set_object_dirs(repo) == -1) {
		if (repo->why[0] == '\0')
			riad_repo_fail(
			    repo, "%s: %s", repo->dir, strerror(errno));
		return -1;
	}
	return 0;
}

int
riad_repo_open(
    struct riad_repo **repo, const char *path, bool strict, char why[512])
{
	struct riad_repo *r = calloc(1, sizeof(*r));

	*repo = r;
	if (r == NULL) {
		snprintf(why, 512, "%s", strerror(errno));
		return -1;
	}
	r->dir_fd = r->common_fd = AT_FDCWD;
	riad_oidmap_init(&r->shallow, UINT32_MAX / 4);
	riad_grafts_init(&r->grafts);
	riad_repo_init_odb(r);
	if (riad_repo_find(r, path, strict) == 0 && open_found(r) == 0)
		return 0;
	if (r->why[0] == '\0')
		riad_repo_fail(
		    r, "'%s' does not appear to be a git repository", path);
	snprintf(why, 512, "%s", r->why);
	riad_repo_free(r);
	*repo = NULL;
	return -1;
}

void
riad_repo_free(struct riad_repo *repo)
{
	if (repo == NULL)
		return;
	riad_repo_release(repo);
	riad_settings_free(&repo->settings);
	riad_packed_free(&repo->packed);
	riad_oidmap_free(&repo->shallow);
	riad_grafts_free(&repo->grafts);
	for (size_t i = 0; i < repo->nobject_dirs; i++)
		free(repo->object_dirs[i]);
	free(repo->object_dirs);
	free(repo->partial_clone);
	free(repo->namespace);
	if (repo->common_fd != repo->dir_fd && repo->common_fd >= 0)
		close(repo->common_fd);
	if (repo->dir_fd >= 0)
		close(repo->dir_fd);
	free(repo->dir);
	free(repo->common);
	free(repo);
}

const char *
riad_repo_why(const struct riad_repo *repo)
{
	return repo->why;
}

const char *
riad_repo_dir(const struct riad_repo *repo)
{
	return repo->dir;
}

const char *
riad_repo_common_dir(const struct riad_repo *repo)
{
	return repo->common;
}

const struct riad_odb *
riad_repo_odb(struct riad_repo *repo)
{
	return &repo->odb;
}

const char *const *
riad_repo_object_dirs(const struct riad_repo *repo, size_t *n)
{
	*n = repo->nobject_dirs;
	return (const char *const *)repo->object_dirs;
}

const char *
riad_repo_objects_dir(const struct riad_repo *repo)
{
	return repo->object_dirs[0];
}

const char *
riad_repo_partial_clone(const struct riad_repo *repo)
{
	return repo->partial_clone;
}

int
riad_repo_config(struct riad_repo *repo,
    int (*each)(void *ctx, const char *name, const char *value,
	enum riad_config_scope scope),
    void *ctx)
{
	const struct riad_settings *s = &repo->settings;
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->len; i++)
		r = each(ctx, riad_setting_name(s, i), riad_setting_value(s, i),
		    s->list[i].scope);
	return r;
}

bool
riad_repo_is_shallow(struct riad_repo *repo)
{
	const struct riad_oid *ids;
	size_t n;

	return riad_repo_shallow(repo, &ids, &n) == 0 && n > 0;
}

void
riad_repo_tune(struct riad_repo *repo, unsigned threads, const char *cache)
{
	repo->threads = threads;
	repo->cache = cache;
}
