/* SPDX-License-Identifier: ISC */
/* convstat.h - a conversation in figures */
#ifndef RIAD_CONVSTAT_H
#define RIAD_CONVSTAT_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/conv.h"
#include "riad/out.h"

struct riad_convstat {
	uint64_t kinds[2][RIAD_MSG_KINDS]; /* messages, by direction */
	uint64_t acks_common, acks_ready;
	uint64_t bytes[2];
	uint64_t bands[4];     /* bytes without packet headers; [0] raw */
	uint64_t first_answer; /* nanoseconds, as all that follow; 0 for none */
	uint64_t first_pack;
	uint64_t last;
	uint64_t silence, silence_at; /* the longest, and when it began */
	bool exited, signaled;
	uint8_t code;
};

/* All zero is how it begins; then every message of the conversation. */
void riad_convstat_add(struct riad_convstat *st, const struct riad_conv *c,
    const struct riad_msg *msg);

/* timed: the times mean something, it is a tap file. */
void riad_convstat_print(struct riad_out *out, const struct riad_convstat *st,
    const struct riad_conv *c, bool timed);

/* The same as one JSON object on a line; times are in seconds. */
void riad_convstat_json(struct riad_out *out, const struct riad_convstat *st,
    const struct riad_conv *c, bool timed);

#endif
