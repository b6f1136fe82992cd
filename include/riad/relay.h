/* SPDX-License-Identifier: ISC */
/*
 * relay.h - run a command and pass on what goes in and out of it
 *
 * The command has the standard error, exit status and signals it would have
 * without the relay.  Bytes are passed on as soon as they can be, and are not
 * taken from one side before the other had what was taken before: at most
 * RIAD_RELAY_BUF bytes of a direction are held, and what the pipe to or from
 * the command holds.
 */
#ifndef RIAD_RELAY_H
#define RIAD_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RIAD_RELAY_BUF (1 << 17)

/* One direction. */
struct riad_flow {
	int in, out;     /* -1 once closed */
	bool to_client;  /* from the command to our standard output */
	bool is_socket;  /* out is: it takes MSG_DONTWAIT */
	bool may_block;  /* out does, if more than chunk is written */
	size_t chunk;    /* as much is written at once */
	uint64_t ns;     /* when what is in buf was read */
	size_t pos, end; /* bytes to be written are buf[pos..end) */
	uint8_t buf[RIAD_RELAY_BUF];
};

struct riad_relay {
	/*
	 * Told of all bytes after they were passed on, with the nanoseconds
	 * since the start at which they were read; len 0 is the end of the
	 * stream.
	 */
	void (*seen)(void *ctx, bool to_client, uint64_t ns, const void *data,
	    size_t len);
	void *ctx;

	/* Once riad_relay_run has returned: */
	uint64_t ns;  /* how long it took */
	uint64_t off; /* bytes that standard output took */
	int err;      /* why our standard output took no more; 0 if its reader
		       * went, which the command has learnt */

	uint64_t start;
	struct riad_flow flow[2];
};

/*
 * Runs argv, found by PATH, between our standard input and standard output,
 * and returns when it has ended and all of its output was passed on.  Both
 * descriptors are closed then.  SIGHUP, SIGINT, SIGQUIT and SIGTERM that
 * somebody sends to this process go to the command, or, if only children of
 * the command are left, have this return.  SIGPIPE is ignored here, but not in
 * the command, from then on.
 *
 * Returns 0 with *wstatus as waitpid(2) gives it, or -1 with errno set if the
 * command could not be run.
 */
int riad_relay_run(struct riad_relay *r, char *const argv[], int *wstatus);

#endif
