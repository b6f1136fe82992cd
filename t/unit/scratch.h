/* SPDX-License-Identifier: ISC */
/* scratch.h - a directory to work in, and git to work with */
#ifndef RIAD_SCRATCH_H
#define RIAD_SCRATCH_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch[] = "/tmp/riad-test.XXXXXX";

static void
scratch_remove(void)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", scratch);
	if (system(cmd) != 0)
		perror(scratch);
}

/* Goes to a new directory, which is removed at exit.  The user's and the
 * system's configuration of git are left out, and time stands still. */
static void
scratch_enter(void)
{
	static const char *const env[][2] = {
	    {"GIT_CONFIG_NOSYSTEM", "1"},
	    {"GIT_CONFIG_GLOBAL", "/dev/null"},
	    {"GIT_AUTHOR_NAME", "A U Thor"},
	    {"GIT_AUTHOR_EMAIL", "author@example.com"},
	    {"GIT_AUTHOR_DATE", "1700000000 +0000"},
	    {"GIT_COMMITTER_NAME", "C O Mitter"},
	    {"GIT_COMMITTER_EMAIL", "committer@example.com"},
	    {"GIT_COMMITTER_DATE", "1700000000 +0000"},
	};

	if (mkdtemp(scratch) == NULL || chdir(scratch) == -1) {
		printf("Bail out! no directory to work in\n");
		exit(1);
	}
	atexit(scratch_remove);
	for (size_t i = 0; i < sizeof(env) / sizeof(env[0]); i++)
		setenv(env[i][0], env[i][1], 1);
}

/* Runs a shell command, and returns whether it succeeded. */
static int __attribute__((format(printf, 1, 2))) sh(const char *fmt, ...)
{
	char cmd[4096];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	fflush(stdout);
	return n > 0 && (size_t)n < sizeof(cmd) && system(cmd) == 0;
}

/* Without git there is nothing to compare with: a skip, but not in CI. */
static int __attribute__((unused)) have_git(void)
{
	if (sh("command -v git >/dev/null"))
		return 1;
	if (getenv("CI") != NULL) {
		printf("Bail out! git is not installed\n");
		exit(1);
	}
	return 0;
}

#endif
