/* SPDX-License-Identifier: ISC */
/* Raw system calls: libc has none of Landlock, and there is no libseccomp. */

#include "riad/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||     \
    __has_feature(memory_sanitizer)
#define SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZER 1
#endif
#ifndef SANITIZER
#define SANITIZER 0
#endif

#ifdef __linux__
#include <sys/syscall.h>

/*
 * linux/landlock.h, of which a distribution's may be older than the kernel
 * that the program runs on.  The numbers of the system calls are those of all
 * architectures.
 */
enum {
	NR_CREATE_RULESET = 444,
	NR_ADD_RULE = 445,
	NR_RESTRICT_SELF = 446,
	ASK_VERSION = 1,
	PATH_BENEATH = 1,
};

#define FS(bit) (UINT64_C(1) << (bit))
enum { FS_EXECUTE, FS_WRITE, FS_READ, FS_READ_DIR, FS_REMOVE_FILE = 5 };
enum {
	FS_MAKE_DIR = 7,
	FS_MAKE_REG,
	FS_REFER = 13,
	FS_TRUNCATE = 14,
	FS_IOCTL_DEV = 15
};

struct ruleset {
	uint64_t fs;
	uint64_t net;    /* from version 4 */
	uint64_t scoped; /* from version 6 */
};

/* The kernel's is packed; its first twelve bytes are these. */
struct path_rule {
	uint64_t allowed;
	int32_t fd;
	int32_t unused;
};

/* Everything that a version of Landlock can forbid is forbidden. */
static size_t
fill_ruleset(struct ruleset *rules, long version, bool network)
{
	rules->fs = FS(FS_REFER) - 1;
	if (version >= 2)
		rules->fs |= FS(FS_REFER);
	if (version >= 3)
		rules->fs |= FS(FS_TRUNCATE);
	if (version >= 5)
		rules->fs |= FS(FS_IOCTL_DEV);
	/* to bind; to connect */
	rules->net = version >= 4 ? (network ? 1 : 3) : 0;
	rules->scoped = version >= 6 ? 3 : 0; /* sockets, signals */
	return version >= 6   ? sizeof(*rules)
	       : version >= 4 ? offsetof(struct ruleset, scoped)
			      : offsetof(struct ruleset, net);
}

static int
add_path(int ruleset, const char *path, uint64_t allowed)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat st;

	/* Who can't get there needs no leave to read there. */
	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES
			   ? 0
			   : -1;
	int r = fstat(fd, &st);
	/* Rights that only a directory can have are wrong on a file. */
	if (r == 0 && !S_ISDIR(st.st_mode))
		allowed &= FS(FS_WRITE) | FS(FS_READ) | FS(FS_TRUNCATE);
	struct path_rule rule = {allowed, fd, 0};
	if (r == 0)
		r = (int)syscall(NR_ADD_RULE, ruleset, PATH_BENEATH, &rule, 0);
	int err = errno;
	close(fd);
	errno = err;
	return r;
}

static int
confine_files(const struct riad_sandbox *box)
{
	const uint64_t read = FS(FS_READ) | FS(FS_READ_DIR);
	const uint64_t write = read | FS(FS_WRITE) | FS(FS_REMOVE_FILE) |
			       FS(FS_MAKE_DIR) | FS(FS_MAKE_REG) |
			       FS(FS_REFER) | FS(FS_TRUNCATE);
	struct ruleset rules;

	long version = syscall(NR_CREATE_RULESET, NULL, 0, ASK_VERSION);
	if (version < 1)
		return -1;
	size_t size = fill_ruleset(&rules, version, box->network);
	int fd = (int)syscall(NR_CREATE_RULESET, &rules, size, 0);
	if (fd == -1)
		return -1;

	int r = 0;
	for (const char *const *p = box->read; r == 0 && *p != NULL; p++)
		r = add_path(fd, *p, read);
	if (r == 0 && box->write != NULL)
		r = add_path(fd, box->write, write & rules.fs);
	if (r == 0)
		r = (int)syscall(NR_RESTRICT_SELF, fd, 0);
	int err = errno;
	close(fd);
	errno = err;
	return r;
}

int
riad_sandbox_enter(const struct riad_sandbox *box, int want, const char **why)
{
	int got = 0, err;

	*why = "a sanitizer is built in";
	errno = EOPNOTSUPP;
	if (SANITIZER)
		return want == 0 ? 0 : -1;

	/* Either refuses whoever could gain rights by exec. */
	*why = "PR_SET_NO_NEW_PRIVS";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return want == 0 ? 0 : -1;

	/* Keys, and what people ask, are for no debugger of the same user, and
	 * for no core file. */
	if (box->network)
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);

	if (confine_files(box) == 0) {
		got |= RIAD_SANDBOX_FILES;
	} else if (want & RIAD_SANDBOX_FILES) {
		*why = "Landlock";
		return -1;
	}
	if (riad_sandbox_filter(box->write != NULL, box->network) == 0) {
		got |= RIAD_SANDBOX_CALLS;
	} else if (want & RIAD_SANDBOX_CALLS) {
		err = errno;
		*why = "seccomp";
		errno = err;
		return -1;
	}
	*why = NULL;
	return got;
}

#else

int
riad_sandbox_enter(const struct riad_sandbox *box, int want, const char **why)
{
	(void)box;
	*why = "this system has none";
	errno = ENOSYS;
	return want == 0 ? 0 : -1;
}

#endif
