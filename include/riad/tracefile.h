/* SPDX-License-Identifier: ISC */
/*
 * tracefile.h - where the lines of GIT_TRACE and its kin go, and what stands
 * before them: git(1), "Other"
 */
#ifndef RIAD_TRACEFILE_H
#define RIAD_TRACEFILE_H

#include <stdbool.h>
#include <stddef.h>

struct riad_tracefile {
	int fd;    /* -1 while there is no trace */
	bool bare; /* GIT_TRACE_BARE: no time and no source before a line */
};

/*
 * value is the variable's: NULL, "", 0 and false are for no trace, 1 and true
 * for standard error, another digit for the descriptor, and a path that begins
 * with a slash for a file that is added to.  0, or -1 with errno: EINVAL for
 * any other value, or why the file could not be opened; then there is no
 * trace.
 */
int riad_tracefile_open(struct riad_tracefile *t, const char *value, bool bare);

/*
 * One line in one write(2), so that processes can share the file.  source is
 * what the line is said to come from, "file.c:10".  The first that can't be
 * written is the last.
 */
void riad_tracefile_line(
    struct riad_tracefile *t, const char *source, const char *text, size_t len);

/*
 * Writes the words of a command line to text, as git quotes them for a shell
 * to read, each after a space; as much as there is room for, NUL after it.
 */
void riad_tracefile_quote(char *text, size_t size, char *const argv[]);

#endif
