/* SPDX-License-Identifier: ISC */
/*
 * Whose repositories are served, safe.directory of git-config(1): one's own,
 * and those that the system's or the user's configuration names.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handle.h"
#include "riad/text.h"

/* git's own tests set this, to see what is refused. */
static bool
assume_other(void)
{
	const char *env = getenv("GIT_TEST_ASSUME_DIFFERENT_OWNER");
	bool other;

	return env != NULL && riad_config_bool(&other, env) == 0 && other;
}

static bool
is_mine(const char *path)
{
	const char *sudo = getenv("SUDO_UID");
	struct stat st;
	uint64_t uid;

	if (lstat(path, &st) == -1)
		return false;
	if (st.st_uid == geteuid())
		return true;
	/* Root by sudo(8) stands for who called it, as with git. */
	return geteuid() == 0 && sudo != NULL &&
	       riad_parse_u64(&uid, sudo, UINT32_MAX) == 0 && uid == st.st_uid;
}

/* Both names of the same directory: as it was given, and as it is. */
struct names {
	const char *given;
	const char *real;
};

/* A path that ends in a star is what lies below. */
static bool
is_same(const char *path, const struct names *names)
{
	size_t len = strlen(path);

	if (len >= 2 && strcmp(path + len - 2, "/*") == 0)
		return strncmp(names->real, path, len - 1) == 0 ||
		       strncmp(names->given, path, len - 1) == 0;
	while (len > 1 && path[len - 1] == '/')
		len--;
	return (strlen(names->given) == len &&
		   memcmp(names->given, path, len) == 0) ||
	       (strlen(names->real) == len &&
		   memcmp(names->real, path, len) == 0);
}

static bool
is_named(const char *value, const struct names *names)
{
	struct riad_buf buf;

	if (strcmp(value, "*") == 0)
		return true;
	riad_buf_init(&buf, 2 * RIAD_PATH_MAX);
	bool named = riad_config_path(&buf, value) == 0 &&
		     riad_buf_str(&buf) != NULL &&
		     is_same((const char *)buf.data, names);
	if (!named && buf.len > 0 && *buf.data == '/') {
		char *real = realpath((const char *)buf.data, NULL);
		named = real != NULL && is_same(real, names);
		free(real);
	}
	riad_buf_free(&buf);
	return named;
}

/* The last word counts: an empty value takes back what was before. */
static bool
is_listed(const struct riad_settings *s, const struct names *names)
{
	bool listed = false;

	for (size_t i = 0; i < s->len; i++) {
		const char *value = riad_setting_value(s, i);

		if (strcmp(riad_setting_name(s, i), "safe.directory") != 0)
			continue;
		if (value == NULL || *value == '\0')
			listed = false;
		else if (is_named(value, names))
			listed = true;
	}
	return listed;
}

int
riad_repo_check_owner(
    struct riad_repo *repo, const char *gitfile, const char *dir)
{
	struct riad_settings settings = {0};

	if (!assume_other() && (gitfile == NULL || is_mine(gitfile)) &&
	    is_mine(dir))
		return 0;

	/* Not the repository's own configuration: it could call itself safe. */
	int r = riad_settings_read(&settings, repo, true);
	if (r == 0) {
		char *real = realpath(dir, NULL);
		struct names names = {dir, real ? real : dir};
		if (!is_listed(&settings, &names))
			r = riad_repo_fail(repo,
			    "detected dubious ownership in repository at '%s'",
			    gitfile ? gitfile : dir);
		free(real);
	}
	riad_settings_free(&settings);
	return r;
}
