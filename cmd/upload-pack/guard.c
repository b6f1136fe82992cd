/* SPDX-License-Identifier: ISC */
/* The sandbox: which files a repository is. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "riad/packs.h"
#include "riad/sandbox.h"

/* Paths of some length to as many alternates as anybody has. */
enum { PATHS_MAX = 1 << 20 };

static int
add(struct riad_buf *paths, const char *dir, const char *name)
{
	return riad_buf_addf(paths, "%s%s%s", dir, *name ? "/" : "", name) ==
			   0 &&
		       riad_buf_addc(paths, '\0') == 0
		   ? 0
		   : -1;
}

/* What lies in a directory that is there already counts if it is elsewhere:
 * a symbolic link, as git-new-workdir makes them. */
static int
add_link(struct riad_buf *paths, const char *dir, const char *name)
{
	const size_t len = paths->len;
	char target[1];

	if (add(paths, dir, name) == -1)
		return -1;
	if (readlink((const char *)paths->data + len, target, 1) == -1)
		paths->len = len;
	return 0;
}

static int
add_objects(void *ctx, const char *dir)
{
	return add(ctx, dir, "") == 0 && add_link(ctx, dir, "pack") == 0 ? 0
									 : -1;
}

static int
add_repository(struct riad_buf *paths, const char *dir)
{
	static const char *const names[] = {
	    "refs", "packed-refs", "shallow", "info"};

	if (add(paths, dir, "") == -1)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (add_link(paths, dir, names[i]) == -1)
			return -1;
	}
	return 0;
}

static int
collect(struct riad_buf *paths, const struct riad_repo *repo)
{
	const char *dir = riad_repo_dir(repo);
	const char *common = riad_repo_common_dir(repo);

	if (add_repository(paths, dir) == -1 ||
	    (strcmp(dir, common) != 0 && add_repository(paths, common) == -1))
		return -1;

	/* The environment may name files and directories of its own. */
	static const char *const files[] = {
	    "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *file = getenv(files[i]);
		if (file != NULL && add(paths, file, "") == -1)
			return -1;
	}
	size_t n;
	const char *const *objects = riad_repo_object_dirs(repo, &n);
	for (size_t i = 0; i < n; i++) {
		if (riad_packs_each_dir(objects[i], add_objects, paths) == -1)
			return -1;
	}
	return 0;
}

/* The strings one after the other, as an array that ends with NULL. */
static const char **
as_array(const struct riad_buf *paths)
{
	const char *p = (const char *)paths->data, *end = p + paths->len;
	size_t n = 0;

	for (size_t i = 0; i < paths->len; i++)
		n += paths->data[i] == '\0';
	const char **array = calloc(n + 1, sizeof(*array));
	if (array == NULL)
		return NULL;
	for (size_t i = 0; p < end; p += strlen(p) + 1)
		array[i++] = p;
	return array;
}

int
guard_enter(const struct settings *s, const struct riad_repo *repo, char *text,
    size_t size)
{
	int want = s->sandbox == SANDBOX_REQUIRE ? RIAD_SANDBOX_WHOLE : 0;
	struct riad_sandbox box = {.write = s->cache};
	struct riad_buf paths;
	const char *why = "paths";
	int r = -1;

	/* A hook is a program that runs as it did without us. */
	if (s->sandbox == SANDBOX_OFF || s->hook != NULL)
		return 0;
	riad_buf_init(&paths, PATHS_MAX);
	const char **read = NULL;
	if (collect(&paths, repo) == 0 && (read = as_array(&paths)) != NULL) {
		box.read = read;
		r = riad_sandbox_enter(&box, want, &why);
	}
	if (r == -1)
		snprintf(
		    text, size, "no sandbox: %s: %s", why, strerror(errno));
	free(read);
	riad_buf_free(&paths);
	return r == -1 && want != 0 ? -1 : 0;
}
