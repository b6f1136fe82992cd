/* SPDX-License-Identifier: ISC */
/* exchange.h - run a command, feed it, and take what it says on both ways */
#ifndef RIAD_EXCHANGE_H
#define RIAD_EXCHANGE_H

#include <stddef.h>

struct riad_exchange {
	char *const *argv; /* found by PATH */
	const char *dir;   /* to run in, or NULL */

	/* Set in its environment, name and value by turns, ended by NULL; or
	 * NULL. */
	const char *const *env;

	const void *input; /* its standard input, whole */
	size_t input_len;

	/* Each returns 0, or -1 with errno, which ends the command.  Without
	 * errors its standard error is ours. */
	int (*output)(void *ctx, const void *data, size_t len);
	int (*errors)(void *ctx, const void *data, size_t len);
	int (*tick)(void *ctx); /* every 100 ms of silence or so; or NULL */
	void *ctx;
};

/*
 * Runs it to its end.  0 and its wait status, as of waitpid(2); or -1 with
 * errno: what kept it from running, or why it was ended, which it was by
 * SIGTERM.  SIGPIPE is ignored meanwhile.
 */
int riad_exchange(const struct riad_exchange *x, int *wstatus);

#endif
