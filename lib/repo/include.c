/* SPDX-License-Identifier: ISC */
/* The conditions of includeIf, git-config(1). */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "handle.h"
#include "riad/glob.h"

/* The real path of a file that may be named from the repository. */
static char *
real_path(const struct riad_repo *repo, const char *file)
{
	struct riad_buf path;
	char *real = NULL;

	riad_buf_init(&path, 4 * RIAD_PATH_MAX);
	if ((*file == '/' || riad_buf_addf(&path, "%s/", repo->dir) == 0) &&
	    riad_buf_addstr(&path, file) == 0 && riad_buf_str(&path) != NULL)
		real = realpath((const char *)path.data, NULL);
	riad_buf_free(&path);
	return real;
}

/* Puts in its place "~/" and the like, with symbolic links resolved. */
static int
expand_home(struct riad_buf *pattern, const char *text)
{
	char *home = NULL;

	if (text[0] != '~' || (text[1] != '/' && text[1] != '\0')) {
		if (riad_config_path(pattern, text) == 0)
			return 0;
		pattern->len = 0; /* of an unknown user: it stays */
		return riad_buf_addstr(pattern, text);
	}
	if (getenv("HOME") != NULL)
		home = realpath(getenv("HOME"), NULL);
	int r = riad_buf_addstr(pattern, home ? home : "~");
	free(home);
	return r == -1 ? -1 : riad_buf_addstr(pattern, text + 1);
}

/*
 * A relative pattern is of any place, "./" of where the file is, and a
 * directory stands for all that is in it.  In *prefix is how much of it is no
 * pattern.
 */
static int
prepare(struct riad_buf *pattern, size_t *prefix, const char *text,
    const struct riad_repo *repo, const char *file)
{
	struct riad_buf expanded;
	int r = 0;

	*prefix = 0;
	riad_buf_init(&expanded, pattern->max);
	if (expand_home(&expanded, text) == -1 ||
	    riad_buf_str(&expanded) == NULL) {
		riad_buf_free(&expanded);
		return -1;
	}
	const char *s = (const char *)expanded.data;
	if (strncmp(s, "./", 2) == 0) {
		char *real = file ? real_path(repo, file) : NULL;
		if (real == NULL) {
			riad_buf_free(&expanded);
			return 1;
		}
		*prefix = (size_t)(strrchr(real, '/') - real) + 1;
		r = riad_buf_add(pattern, real, *prefix - 1);
		free(real);
		s++;
	} else if (*s != '/') {
		r = riad_buf_addstr(pattern, "**/");
	}
	if (r == 0)
		r = riad_buf_addstr(pattern, s);
	riad_buf_free(&expanded);
	if (r == 0 && pattern->len > 0 &&
	    pattern->data[pattern->len - 1] == '/')
		r = riad_buf_addstr(pattern, "**");
	return r == 0 && riad_buf_str(pattern) == NULL ? -1 : r;
}

static int
is_dir(const struct riad_repo *repo, const char *text, const char *file,
    bool fold_case)
{
	struct riad_buf pattern;
	size_t prefix;

	riad_buf_init(&pattern, 4 * RIAD_PATH_MAX + RIAD_GLOB_MAX);
	int r = prepare(&pattern, &prefix, text, repo, file);
	if (r == 0) {
		const char *p = (const char *)pattern.data;
		char *dir = realpath(repo->dir, NULL);

		if (dir != NULL && strlen(dir) >= prefix &&
		    (fold_case ? strncasecmp : strncmp)(p, dir, prefix) == 0)
			r = riad_glob(p + prefix, dir + prefix, fold_case);
		free(dir);
	} else {
		r = r == 1 || errno == EMSGSIZE ? 0 : -1;
	}
	riad_buf_free(&pattern);
	return r;
}

/* Which branch HEAD names, if any, born or not: without "refs/heads/". */
static int
is_branch(const struct riad_repo *repo, const char *text)
{
	static const char heads[] = "refs/heads/";
	struct riad_loose_ref ref = {.target = "HEAD"};
	struct riad_buf pattern;

	for (int depth = 0; depth < 5; depth++) {
		struct riad_loose_ref next;
		int got = riad_loose_ref_read(&next, repo, ref.target);
		if (got != 1 || !next.symbolic)
			break;
		ref = next;
	}
	if (strncmp(ref.target, heads, sizeof(heads) - 1) != 0)
		return 0;
	riad_buf_init(&pattern, RIAD_GLOB_MAX + 3);
	int r = riad_buf_addstr(&pattern, text);
	if (r == 0 && pattern.len > 0 && pattern.data[pattern.len - 1] == '/')
		r = riad_buf_addstr(&pattern, "**");
	if (r == -1 && errno == EMSGSIZE)
		r = 0;
	else if (r == 0 && riad_buf_str(&pattern) != NULL)
		r = riad_glob((const char *)pattern.data,
		    ref.target + sizeof(heads) - 1, false);
	riad_buf_free(&pattern);
	return r;
}

int
riad_repo_condition(
    struct riad_repo *repo, const char *condition, const char *file)
{
	static const struct {
		const char *name;
		size_t len;
	} kinds[] = {{"gitdir:", 7}, {"gitdir/i:", 9}, {"onbranch:", 9}};

	for (size_t i = 0; i < 3; i++) {
		const char *text = condition + kinds[i].len;

		if (strncmp(condition, kinds[i].name, kinds[i].len) != 0)
			continue;
		return i == 2 ? is_branch(repo, text)
			      : is_dir(repo, text, file, i == 1);
	}
	return 0; /* one of a later git: doesn't hold */
}
