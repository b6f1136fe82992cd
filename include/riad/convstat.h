/* SPDX-License-Identifier: ISC */
/* convstat.h - a conversation in figures */
#ifndef RIAD_CONVSTAT_H
#define RIAD_CONVSTAT_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/conv.h"

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

enum riad_unit { RIAD_UNIT_COUNT, RIAD_UNIT_TEXT, RIAD_UNIT_NS };

struct riad_figure {
	const char *key; /* lower-case words joined by _ */
	enum riad_unit unit;
	uint64_t value;
	const char *text; /* printable ASCII */
};

enum { RIAD_FIGURES_MAX = 40, RIAD_AGENT_MAX = 128 };

struct riad_figures {
	size_t n;
	struct riad_figure list[RIAD_FIGURES_MAX];
	char protocol[8], client[RIAD_AGENT_MAX], server[RIAD_AGENT_MAX];
};

/*
 * What is known, in the order in which a person would read it.  timed: the
 * times mean something, it is a tap file.
 */
void riad_convstat_figures(struct riad_figures *f,
    const struct riad_convstat *st, const struct riad_conv *c, bool timed);

#endif
