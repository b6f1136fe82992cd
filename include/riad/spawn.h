/* SPDX-License-Identifier: ISC */
/* spawn.h - run a command with other descriptors, and end as it ended */
#ifndef RIAD_SPAWN_H
#define RIAD_SPAWN_H

#include <signal.h>
#include <sys/types.h>

/* What a shell and its like exit with if a command cannot be run. */
enum { RIAD_EXIT_CANNOT_RUN = 126, RIAD_EXIT_NOT_FOUND = 127 };

/*
 * Runs argv, found by PATH, with in and out as its standard input and output
 * (they stay open here) and mask as its signal mask.  Every other descriptor
 * that is not close-on-exec is inherited.  Returns its process id, or -1 with
 * the errno of whatever failed, exec included.
 */
pid_t riad_spawn(char *const argv[], int in, int out, const sigset_t *mask);

/* waitpid(2) that is not interrupted: 1, 0 with WNOHANG if it runs, or -1. */
int riad_wait(pid_t pid, int *wstatus, int options);

/*
 * Ends as a command ended that waitpid(2) tells of: by the same signal, or,
 * where this process survives that, with 128 and its number as a shell does.
 * Returns the status to exit with.
 */
int riad_end_like(int wstatus);

#endif
