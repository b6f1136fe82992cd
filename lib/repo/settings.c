/* SPDX-License-Identifier: ISC */
/*
 * The configuration out of all the files of git-config(1), and of those that
 * they include.  It is read once and kept.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "riad/glob.h"
#include "riad/text.h"

/* Of one file; of all that is kept; of what is read, which includes can make
 * more than the files are. */
#define FILE_MAX ((size_t)8 << 20)
#define TEXT_MAX ((size_t)32 << 20)
#define READ_MAX ((size_t)64 << 20)
#define FILES_MAX 10000
#define SETTINGS_MAX ((size_t)1 << 20)

/* git's own, against files that include themselves. */
enum { DEPTH_MAX = 10 };

struct reader {
	struct riad_repo *repo;
	struct riad_settings *to;
	enum riad_config_scope scope;
	unsigned depth;
	const char *file; /* that is being read; NULL for the environment */
	size_t bytes, files;
	bool only_protected;

	/* includeIf "hasconfig:remote.*.url:..." is about the whole, so the
	 * whole is read another time, with whatever it may include; there no
	 * URL may be, or it would be about itself. */
	struct riad_settings *urls;
	bool for_urls, no_url;
};

const char *
riad_setting_name(const struct riad_settings *s, size_t i)
{
	return (const char *)s->text.data + s->list[i].name;
}

const char *
riad_setting_value(const struct riad_settings *s, size_t i)
{
	if (s->list[i].value == SIZE_MAX)
		return NULL;
	return (const char *)s->text.data + s->list[i].value;
}

void
riad_settings_free(struct riad_settings *s)
{
	riad_buf_free(&s->text);
	free(s->list);
	*s = (struct riad_settings){0};
}

static int
add(struct riad_settings *s, const char *name, const char *value,
    enum riad_config_scope scope, unsigned depth)
{
	if (s->len == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 64;
		if (cap > SETTINGS_MAX) {
			errno = EMSGSIZE;
			return -1;
		}
		struct riad_setting *list =
		    reallocarray(s->list, cap, sizeof(*list));
		if (list == NULL)
			return -1;
		s->list = list;
		s->cap = cap;
	}
	struct riad_setting *set = &s->list[s->len];
	*set = (struct riad_setting){s->text.len, SIZE_MAX, scope, depth};
	if (riad_buf_add(&s->text, name, strlen(name) + 1) == -1)
		return -1;
	if (value != NULL) {
		set->value = s->text.len;
		if (riad_buf_add(&s->text, value, strlen(value) + 1) == -1)
			return -1;
	}
	s->len++;
	return 0;
}

/* Of the form "remote.NAME.url". */
static bool
is_url(const char *name)
{
	const char *last = strrchr(name, '.');

	return strncmp(name, "remote.", 7) == 0 && last > name + 6 &&
	       strcmp(last, ".url") == 0;
}

static int read_everything(struct reader *r);

/* 1, 0, or -1. */
static int
has_url(struct reader *r, const char *pattern)
{
	if (r->for_urls)
		return 1;
	if (r->urls == NULL) {
		struct reader whole = {.repo = r->repo,
		    .only_protected = r->only_protected,
		    .for_urls = true};
		r->urls = calloc(1, sizeof(*r->urls));
		if (r->urls == NULL)
			return -1;
		whole.to = r->urls;
		if (read_everything(&whole) == -1)
			return -1;
	}
	for (size_t i = 0; i < r->urls->len; i++) {
		const char *url = riad_setting_value(r->urls, i);

		if (url == NULL || !is_url(riad_setting_name(r->urls, i)))
			continue;
		int fits = riad_glob(pattern, url, false);
		if (fits != 0)
			return fits;
	}
	return 0;
}

/* For "includeif.CONDITION.path": 1, 0, or -1. */
static int
holds(struct reader *r, const char *name)
{
	static const char url[] = "hasconfig:remote.*.url:";
	const size_t skip = sizeof(url) - 1;
	const char *begin = name + sizeof("includeif.") - 1;
	const char *end = strrchr(name, '.');

	if (end <= begin || strcmp(end, ".path") != 0)
		return 0;
	char *condition = strndup(begin, (size_t)(end - begin));
	if (condition == NULL)
		return -1;
	int result = 0;
	if (strncmp(condition, url, skip) == 0)
		result = has_url(r, condition + skip);
	else if (!r->only_protected)
		result = riad_repo_condition(r->repo, condition, r->file);
	free(condition);
	return result;
}

static int read_file(struct reader *r, const char *path, bool must_be);

static int
include(struct reader *r, const char *name, const char *value)
{
	struct riad_buf path, expanded;
	int result = -1;

	if (value == NULL)
		return riad_repo_fail(r->repo, "missing value for '%s'", name);
	riad_buf_init(&path, 4 * RIAD_PATH_MAX);
	riad_buf_init(&expanded, 2 * RIAD_PATH_MAX);
	if (riad_config_path(&expanded, value) == -1 ||
	    riad_buf_str(&expanded) == NULL) {
		riad_repo_fail(
		    r->repo, "could not expand include path '%s'", value);
		goto done;
	}
	const char *file = (const char *)expanded.data;
	if (*file != '/') {
		if (r->file == NULL) {
			riad_repo_fail(r->repo,
			    "relative config includes must come from files");
			goto done;
		}
		const char *slash = strrchr(r->file, '/');
		if (slash != NULL && riad_buf_add(&path, r->file,
					 (size_t)(slash - r->file) + 1) == -1)
			goto done;
	}
	if (riad_buf_addstr(&path, file) == -1 || riad_buf_str(&path) == NULL)
		goto done;
	r->depth++;
	result = read_file(r, (const char *)path.data, true);
	r->depth--;
done:
	riad_buf_free(&path);
	riad_buf_free(&expanded);
	return result;
}

static int
take(struct reader *r, const char *name, const char *value)
{
	if (r->no_url && is_url(name))
		return riad_repo_fail(r->repo,
		    "remote URLs cannot be configured in file directly or "
		    "indirectly included by includeIf.hasconfig:remote.*.url");
	if (add(r->to, name, value, r->scope, r->depth) == -1)
		return -1;
	if (strcmp(name, "include.path") == 0)
		return include(r, name, value);
	if (strncmp(name, "includeif.", 10) != 0)
		return 0;
	int yes = holds(r, name);
	if (yes != 1)
		return yes;
	bool before = r->no_url;
	r->no_url |= r->for_urls;
	int result = include(r, name, value);
	r->no_url = before;
	return result;
}

static int
parse_file(struct reader *r, const struct riad_buf *text)
{
	struct riad_config_parser p;
	int got;

	riad_config_parser_init(&p, text->data, text->len);
	while ((got = riad_config_next(&p)) == 1) {
		if (take(r, p.name, p.value) == -1) {
			got = -2; /* not the parser's fault */
			break;
		}
	}
	if (got == -1 && errno == EBADMSG)
		riad_repo_fail(
		    r->repo, "bad config line %u in file %s", p.line, r->file);
	int err = errno;
	riad_config_parser_free(&p);
	errno = err;
	return got == 0 ? 0 : -1;
}

/* One that is not there says nothing; nor does one that may not be read,
 * unless it must be. */
static int
read_file(struct reader *r, const char *path, bool must_be)
{
	const char *before = r->file;
	struct riad_buf text;
	int result = -1;

	riad_buf_init(&text, FILE_MAX);
	int got =
	    r->scope == RIAD_CONFIG_LOCAL || r->scope == RIAD_CONFIG_WORKTREE
		? riad_file_read_inside(&text, r->repo->dir_fd, path)
		: riad_file_read(&text, r->repo->dir_fd, path);
	r->bytes += text.len;
	if (got == -1) {
		if (errno == ENOENT || errno == ENOTDIR ||
		    (errno == EACCES && !must_be))
			result = 0;
		else
			riad_repo_fail(r->repo, "unable to access '%s': %s",
			    path, strerror(errno));
	} else if (r->depth > DEPTH_MAX) {
		riad_repo_fail(r->repo,
		    "exceeded maximum include depth (%d) while including %s",
		    DEPTH_MAX, path);
	} else if (r->bytes > READ_MAX || ++r->files > FILES_MAX) {
		errno = EMSGSIZE;
	} else {
		r->file = path;
		result = parse_file(r, &text);
		r->file = before;
	}
	int err = errno;
	riad_buf_free(&text);
	errno = err;
	return result;
}

static int
read_file_of(struct reader *r, const char *dir, const char *name, bool must_be)
{
	struct riad_buf path;
	int result = -1;

	if (dir == NULL)
		return 0;
	riad_buf_init(&path, 2 * RIAD_PATH_MAX);
	if (riad_buf_addf(&path, "%s/%s", dir, name) == 0 &&
	    riad_buf_str(&path) != NULL)
		result = read_file(r, (const char *)path.data, must_be);
	riad_buf_free(&path);
	return result;
}

static int
read_system(struct reader *r)
{
	const char *off = getenv("GIT_CONFIG_NOSYSTEM");
	const char *file = getenv("GIT_CONFIG_SYSTEM");
	bool is_off = false;

	if (off != NULL && riad_config_bool(&is_off, off) == -1)
		return riad_repo_fail(r->repo,
		    "bad boolean config value '%s' for 'GIT_CONFIG_NOSYSTEM'",
		    off);
	r->scope = RIAD_CONFIG_SYSTEM;
	return is_off ? 0
		      : read_file(r, file ? file : "/etc/gitconfig",
			    !r->only_protected);
}

static int
read_global(struct reader *r)
{
	const char *file = getenv("GIT_CONFIG_GLOBAL");
	const char *xdg = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int result;

	r->scope = RIAD_CONFIG_GLOBAL;
	if (file != NULL)
		return *file == '\0' ? 0 : read_file(r, file, false);
	if (xdg != NULL && *xdg != '\0')
		result = read_file_of(r, xdg, "git/config", false);
	else
		result = read_file_of(r, home, ".config/git/config", false);
	return result == -1 ? -1 : read_file_of(r, home, ".gitconfig", false);
}

/* extensions.worktreeConfig, where the repository's own file says it. */
static bool
has_worktree_config(const struct riad_settings *s)
{
	bool on = false;

	for (size_t i = 0; i < s->len; i++) {
		if (s->list[i].scope == RIAD_CONFIG_LOCAL &&
		    s->list[i].depth == 0 &&
		    strcmp(riad_setting_name(s, i),
			"extensions.worktreeconfig") == 0 &&
		    riad_config_bool(&on, riad_setting_value(s, i)) == -1)
			on = false;
	}
	return on;
}

static int
read_local(struct reader *r)
{
	const struct riad_repo *repo = r->repo;

	r->scope = RIAD_CONFIG_LOCAL;
	if (read_file_of(r,
		repo->common_fd == repo->dir_fd ? "." : repo->common, "config",
		true) == -1)
		return -1;
	r->scope = RIAD_CONFIG_WORKTREE;
	if (!has_worktree_config(r->to))
		return 0;
	return read_file(r, "config.worktree", true);
}

static int
take_param(void *ctx, const char *name, const char *value)
{
	return take(ctx, name, value);
}

static int
read_counted(struct reader *r)
{
	static const char *const kinds[] = {"KEY", "VALUE"};
	const char *text = getenv("GIT_CONFIG_COUNT");
	uint64_t count = 0;

	if (text == NULL || *text == '\0')
		return 0;
	if (riad_parse_u64(&count, text, INT32_MAX) == -1)
		return riad_repo_fail(r->repo,
		    errno == ERANGE ? "too many entries in GIT_CONFIG_COUNT"
				    : "bogus count in GIT_CONFIG_COUNT");
	for (unsigned i = 0; i < count; i++) {
		const char *pair[2];
		struct riad_buf key;

		for (int k = 0; k < 2; k++) {
			char name[64];

			snprintf(name, sizeof(name), "GIT_CONFIG_%s_%u",
			    kinds[k], i);
			pair[k] = getenv(name);
			if (pair[k] == NULL)
				return riad_repo_fail(r->repo,
				    "missing config %s %s",
				    k == 0 ? "key" : "value", name);
		}
		riad_buf_init(&key, strlen(pair[0]) + 1);
		int result = riad_config_key(&key, pair[0]);
		if (result == -1)
			riad_repo_fail(r->repo, "invalid key: %s", pair[0]);
		else
			result = take(r, (const char *)key.data, pair[1]);
		riad_buf_free(&key);
		if (result == -1)
			return -1;
	}
	return 0;
}

static int
read_command(struct reader *r)
{
	const char *params = getenv("GIT_CONFIG_PARAMETERS");

	r->scope = RIAD_CONFIG_COMMAND;
	if (read_counted(r) == -1)
		return -1;
	if (params == NULL || riad_config_params(params, take_param, r) == 0)
		return 0;
	if (errno == EINVAL)
		riad_repo_fail(
		    r->repo, "bogus format in GIT_CONFIG_PARAMETERS");
	return -1;
}

static int
read_everything(struct reader *r)
{
	r->repo->why[0] = '\0';
	riad_buf_init(&r->to->text, TEXT_MAX);
	if (read_system(r) == -1 || read_global(r) == -1 ||
	    (!r->only_protected && read_local(r) == -1) ||
	    read_command(r) == -1) {
		if (r->repo->why[0] == '\0')
			riad_repo_fail(r->repo, "configuration: %s",
			    errno == EMSGSIZE ? "too long" : strerror(errno));
		return -1;
	}
	return 0;
}

int
riad_settings_read(
    struct riad_settings *settings, struct riad_repo *repo, bool only_protected)
{
	struct reader r = {
	    .repo = repo, .to = settings, .only_protected = only_protected};

	int result = read_everything(&r);
	if (r.urls != NULL)
		riad_settings_free(r.urls);
	free(r.urls);
	return result;
}
