/* SPDX-License-Identifier: ISC */
#include "riad/service.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "riad/text.h"

enum { MOST = 64 };

int
riad_service_sockets(void)
{
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	uint64_t owner;
	uint64_t n;

	if (pid == NULL || count == NULL ||
	    riad_parse_u64(&owner, pid, INT32_MAX) == -1 ||
	    riad_parse_u64(&n, count, MOST) == -1 ||
	    owner != (uint64_t)getpid())
		return 0;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	for (int fd = RIAD_SERVICE_FIRST; fd < RIAD_SERVICE_FIRST + (int)n;
	     fd++) {
		int flags = fcntl(fd, F_GETFL);
		if (flags == -1)
			return 0;
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	return (int)n;
}

int
riad_service_manager(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path != NULL ? strlen(path) : 0;

	if (len == 0 || len >= sizeof(to.sun_path) ||
	    (path[0] != '/' && path[0] != '@'))
		return -1;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@')
		to.sun_path[0] = '\0'; /* a name that is not a file's */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd != -1 && connect(fd, (const struct sockaddr *)&to,
			    (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
					len)) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

void
riad_service_tell(int manager, const char *state)
{
	if (manager != -1)
		(void)send(manager, state, strlen(state), MSG_NOSIGNAL);
}

/* From the file alone: a program with its libraries linked in has no others. */
static int
find_user(const char *user, uid_t *uid, gid_t *gid)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw;

	if (f == NULL)
		return -1;
	while ((pw = fgetpwent(f)) != NULL && strcmp(pw->pw_name, user) != 0)
		;
	if (pw != NULL) {
		*uid = pw->pw_uid;
		*gid = pw->pw_gid;
	}
	fclose(f);
	if (pw == NULL)
		errno = ENOENT;
	return pw != NULL ? 0 : -1;
}

/*
 * A service manager may have given us the right to bind a port, which we have
 * done: neither it nor any other is of use from here on.
 */
static int
drop_capabilities(void)
{
	struct __user_cap_header_struct head = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[2] = {{0}, {0}};

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return (int)syscall(SYS_capset, &head, none);
}

int
riad_service_become(const char *user)
{
	uid_t uid;
	gid_t gid;

	if (geteuid() != 0)
		return drop_capabilities();
	if (find_user(user, &uid, &gid) == -1)
		return -1;
	if (uid == 0)
		return 0; /* as it is asked for */
	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		return -1;
	/* There must be no way back. */
	if (setuid(0) == 0) {
		errno = EPERM;
		return -1;
	}
	return drop_capabilities();
}
