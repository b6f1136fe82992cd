/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"

/* The home of a user, or of one's own for a name of no length. */
static const char *
home_of(const char *name, size_t len)
{
	char user[256];

	if (len == 0)
		return getenv("HOME");
	if (len >= sizeof(user))
		return NULL;
	memcpy(user, name, len);
	user[len] = '\0';
	const struct passwd *pw = getpwnam(user);
	return pw ? pw->pw_dir : NULL;
}

int
riad_config_path(struct riad_buf *buf, const char *path)
{
	static const char prefix[] = "%(prefix)/";
	const char *home = "", *rest = path;

	if (strncmp(path, prefix, sizeof(prefix) - 1) == 0) {
		home = "/usr";
		rest += sizeof(prefix) - 2;
	} else if (*path == '~') {
		rest += strcspn(path, "/");
		home = home_of(path + 1, (size_t)(rest - path) - 1);
	}
	if (home == NULL) {
		errno = ENOENT;
		return -1;
	}
	return riad_buf_addstr(buf, home) == -1 ? -1
						: riad_buf_addstr(buf, rest);
}
