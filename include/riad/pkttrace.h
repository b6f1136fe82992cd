/* SPDX-License-Identifier: ISC */
/*
 * pkttrace.h - packets as lines of GIT_TRACE_PACKET, git(1)
 *
 * What a line says is what git says of the same packet: printable ASCII as
 * it is, newlines left out, other bytes as a backslash and octal digits, and
 * nothing of what goes through the side-band once a pack is under way.  When
 * it was said, and where it is kept, is for the caller to add.
 */
#ifndef RIAD_PKTTRACE_H
#define RIAD_PKTTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/pktline.h"

/* The longest line, without a newline: a packet of nothing but escapes. */
#define RIAD_PKTTRACE_MAX (64 + 4 * RIAD_PKT_DATA_MAX)

struct riad_pkttrace {
	const char *name;   /* of the side that traces: "upload-pack" */
	bool banded;        /* the protocol is 0 or 1: bands need no word */
	bool in_bands, raw; /* a pack is under way, with bands or without */
	void (*line)(void *ctx, const char *text, size_t len);
	void *ctx;

	/* What is there of the packet that is being written. */
	size_t len;
	uint8_t pkt[RIAD_PKT_MAX];
	char text[RIAD_PKTTRACE_MAX];
};

/* line is called with each line: NUL after it, no newline. */
void riad_pkttrace_init(struct riad_pkttrace *t, const char *name, int version,
    void (*line)(void *ctx, const char *text, size_t len), void *ctx);

/* A packet that was read. */
void riad_pkttrace_in(struct riad_pkttrace *t, const struct riad_pkt *pkt);

/*
 * Any piece of the stream that is written.  What is no packet, be it the pack
 * that follows them, ends the trace of this direction.
 */
void riad_pkttrace_out(struct riad_pkttrace *t, const void *data, size_t len);

#endif
