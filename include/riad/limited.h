/* SPDX-License-Identifier: ISC */
/*
 * limited.h - a pack engine that stays within limits, and is counted
 *
 * It stands between the protocol machine and an engine and looks at what
 * passes through the sink.  When a limit is reached the engine is ended, and
 * sink->why says which, in words that the client may read.
 */
#ifndef RIAD_LIMITED_H
#define RIAD_LIMITED_H

#include <stdint.h>

#include "riad/packer.h"

/* 0 is for no limit. */
struct riad_limits {
	uint64_t seconds; /* from riad_limits_start, of the clock on the wall */
	uint64_t pack;    /* bytes of a pack */
	uint64_t memory;  /* as set for the process: only told about here */
	uint64_t deadline; /* set by riad_limits_start */
};

void riad_limits_start(struct riad_limits *limits);

/* Milliseconds until the time is up, INT64_MAX where it never is. */
int64_t riad_limits_left(const struct riad_limits *limits);

struct riad_limited {
	riad_pack_engine *engine;
	void *ctx; /* of the engine */
	const struct riad_limits *limits;
	struct riad_metrics *metrics; /* or NULL */
};

/*
 * A riad_pack_engine, whose ctx is a struct riad_limited.  Beside the errors
 * of its engine: ETIMEDOUT, EFBIG, and ENOMEM in words of its own.
 */
int riad_pack_limited(void *limited, const struct riad_pack_request *request,
    struct riad_pack_sink *sink);

/* "time limit of 5 s reached", "out of memory: limit of 1g reached" ... as
 * errno ETIMEDOUT, EFBIG or ENOMEM has it. */
void riad_limits_say(
    char *why, size_t size, const struct riad_limits *limits, int err);

#endif
