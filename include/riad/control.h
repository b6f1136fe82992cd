/* SPDX-License-Identifier: ISC */
/*
 * control.h - a UNIX socket where a server that runs is told things
 *
 * A line comes in, an answer goes out, and the connection is closed.  A client
 * has a few seconds for that, and there are few at a time.
 */
#ifndef RIAD_CONTROL_H
#define RIAD_CONTROL_H

#include "riad/buf.h"
#include "riad/loop.h"

enum {
	RIAD_CONTROL_LINE = 1200,     /* bytes of a line, with its end */
	RIAD_CONTROL_ANSWER = 1 << 20 /* bytes of an answer, at most */
};

struct riad_control;

/*
 * Listens at path, for its owner only; a socket that a dead server left there
 * is taken away, and nothing else.  obey adds the answer to a line, which it
 * may write to; a longer one than RIAD_CONTROL_LINE is answered without it.
 * NULL with errno: EADDRINUSE where something is there, ENAMETOOLONG.
 */
struct riad_control *riad_control_open(struct riad_loop *loop, const char *path,
    void (*obey)(void *ctx, char *line, struct riad_buf *answer), void *ctx);

/* Also takes the socket away, if we still may. */
void riad_control_close(struct riad_control *control);

/* The other end: sends what is in text, and reads the answer into its place.
 * 0, or -1 with errno. */
int riad_control_ask(struct riad_buf *text, const char *path);

#endif
