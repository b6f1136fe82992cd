/* SPDX-License-Identifier: ISC */
/*
 * sandbox.h - what a process gives up before it reads what it doesn't trust
 *
 * Landlock, landlock(7), leaves it the files beneath some directories, to be
 * read; seccomp(2) leaves it the system calls that serving a repository takes,
 * threads included.  Whatever else it tries fails with EPERM or EACCES: to
 * run a program, to open a socket unless `network`, to trace or signal another
 * process, to open a file for writing, to make memory executable.  Descriptors
 * that are open stay as they are.  There is no way back.
 */
#ifndef RIAD_SANDBOX_H
#define RIAD_SANDBOX_H

#include <stdbool.h>

/* What was put in place. */
enum {
	RIAD_SANDBOX_FILES = 1 << 0, /* Landlock */
	RIAD_SANDBOX_CALLS = 1 << 1, /* the filter of system calls */
};
#define RIAD_SANDBOX_WHOLE (RIAD_SANDBOX_FILES | RIAD_SANDBOX_CALLS)

struct riad_sandbox {
	/* Files or directories that may be read, ended by NULL; those that are
	 * not there, or out of reach, are passed over.  Symbolic links are
	 * followed once, now. */
	const char *const *read;

	/* A directory beneath which files may be made, written, renamed and
	 * removed, and directories made; NULL for none. */
	const char *write;

	/* Sockets may be used and opened, to connect and to accept; none may
	 * be bound to a port where Landlock can forbid that. */
	bool network;
};

/*
 * Confines this thread, and those that it starts; call it while there is no
 * other.  Returns what was put in place, or -1 with errno if not all of want
 * could be, and then why is what was in the way: ENOSYS or EOPNOTSUPP where
 * the kernel lacks it, and in a build with a sanitizer, which needs more than
 * the sandbox leaves.
 */
int riad_sandbox_enter(
    const struct riad_sandbox *box, int want, const char **why);

#endif
