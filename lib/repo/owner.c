/* SPDX-License-Identifier: ISC */
/*
 * Whose repositories are served, safe.directory of git-config(1): one's own,
 * and those that the system's or the user's configuration names.  libgit2
 * 1.5 knows no "*" there, so its own check is off.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handle.h"
#include "riad/text.h"

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

static bool
is_named(const char *value, const struct names *names)
{
	size_t len = strlen(value);
	char path[4096];

	if (strcmp(value, "*") == 0)
		return true;
	if (strncmp(value, "~/", 2) == 0 && getenv("HOME") != NULL) {
		int n = snprintf(
		    path, sizeof(path), "%s%s", getenv("HOME"), value + 1);
		if (n < 0 || (size_t)n >= sizeof(path))
			return false;
		value = path;
		len = (size_t)n;
	}
	while (len > 1 && value[len - 1] == '/')
		len--;
	return (strlen(names->given) == len &&
		   memcmp(names->given, value, len) == 0) ||
	       (strlen(names->real) == len &&
		   memcmp(names->real, value, len) == 0);
}

/* The last word counts: an empty value takes back what was before. */
static bool
is_listed(const struct names *names)
{
	git_config *config;
	git_config_iterator *it;
	git_config_entry *entry;
	bool listed = false;

	/* Not the repository's own: it could call itself safe. */
	if (git_config_open_default(&config) < 0)
		return false;
	if (git_config_multivar_iterator_new(
		&it, config, "safe.directory", NULL) == 0) {
		while (git_config_next(&entry, it) == 0) {
			if (entry->value == NULL || *entry->value == '\0')
				listed = false;
			else if (is_named(entry->value, names))
				listed = true;
		}
		git_config_iterator_free(it);
	}
	git_config_free(config);
	return listed;
}

bool
riad_repo_is_safe(const char *dir)
{
	if (is_mine(dir))
		return true;

	char *real = realpath(dir, NULL);
	struct names names = {dir, real ? real : dir};
	bool safe = is_listed(&names);
	free(real);
	return safe;
}
