/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "handle.h"
#include "riad/io.h"

#ifdef RIAD_STATIC

/* Runs getent(1) with its output to fd. */
static pid_t
run_getent(int fd, const char *user)
{
	char *const argv[] = {
	    (char *)"getent", (char *)"passwd", (char *)user, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	if (posix_spawn_file_actions_addopen(
		&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) != 0 ||
	    posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO) !=
		0 ||
	    posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* "user:password:uid:gid:name:home:shell\n", NUL after it. */
static int
read_entry(char *line, size_t size, const char *user)
{
	size_t len = 0;
	ssize_t n = -1;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1)
		return -1;
	pid_t pid = run_getent(fds[1], user);
	close(fds[1]);
	while (pid != -1 && len < size - 1 &&
	       (n = riad_read(fds[0], line + len, size - 1 - len)) > 0)
		len += (size_t)n;
	close(fds[0]);
	while (pid != -1 && waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
	line[len] = '\0';
	return n == 0 ? 0 : -1;
}

/*
 * A libc that is linked in would have to load libraries of its own version to
 * ask everybody who knows users; getent(1) belongs to the one that is there.
 */
static const char *
home_of_user(const char *user)
{
	static char line[4096];
	const size_t len = strlen(user);

	/* It takes numbers and options, too. */
	if (*user == '-' || read_entry(line, sizeof(line), user) == -1 ||
	    strncmp(line, user, len) != 0 || line[len] != ':')
		return NULL;
	char *home = line + len;
	for (int i = 0; home != NULL && i < 5; i++)
		home = strchr(home + (i > 0), ':');
	if (home == NULL)
		return NULL;
	home++;
	home[strcspn(home, ":\n")] = '\0';
	return home;
}

#else

static const char *
home_of_user(const char *user)
{
	const struct passwd *pw = getpwnam(user);

	return pw ? pw->pw_dir : NULL;
}

#endif

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
	return home_of_user(user);
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
