/* SPDX-License-Identifier: ISC */
/*
 * convsvg.h - a conversation as a sequence picture
 *
 * Time runs downward, the client is on the left, the server on the right.
 * What one side says before the other speaks is a turn: an arrow with the
 * messages above it, those alike on one line with their number.  However long
 * the conversation, the picture shows its first and last turns and sums up
 * those between; it needs no more memory than this struct.
 */
#ifndef RIAD_CONVSVG_H
#define RIAD_CONVSVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/conv.h"
#include "riad/convstat.h"
#include "riad/out.h"

enum { RIAD_SVG_LINES = 14, RIAD_SVG_TEXT = 120 };

struct riad_svg_line {
	enum {
		RIAD_SVG_PLAIN,
		RIAD_SVG_LIST, /* of words, side by side */
		RIAD_SVG_NOTE,
		RIAD_SVG_PACK,
		RIAD_SVG_ERROR
	} look;
	enum riad_msg_kind kind;
	uint64_t count; /* of messages that this line stands for */
	uint64_t bytes, objects, began, ended; /* of a pack */
	bool cut;                              /* text goes on */
	size_t len;
	uint8_t text[RIAD_SVG_TEXT];
};

struct riad_svg_turn {
	enum riad_dir dir;
	uint64_t began, ended;
	uint64_t left_out; /* lines that found no room */
	size_t nlines;
	struct riad_svg_line line[RIAD_SVG_LINES];
};

enum { RIAD_SVG_FIRST = 40, RIAD_SVG_LAST = 12 };

struct riad_convsvg {
	struct riad_convstat stat;
	uint64_t nturns;
	struct riad_svg_turn turn[RIAD_SVG_FIRST + RIAD_SVG_LAST];
	uint64_t folded_haves, folded_acks;
	size_t note_len; /* of a progress line that has not ended */
	uint8_t note[RIAD_SVG_TEXT];
};

/* Where a turn is, or was: the last ones have a ring behind the first. */
static inline size_t
riad_svg_slot(uint64_t turn)
{
	return turn < RIAD_SVG_FIRST
		   ? (size_t)turn
		   : (size_t)(turn - RIAD_SVG_FIRST) % RIAD_SVG_LAST +
			 RIAD_SVG_FIRST;
}

/* All zero is how it begins; then every message of the conversation. */
void riad_convsvg_add(struct riad_convsvg *svg, const struct riad_conv *c,
    const struct riad_msg *msg);

/* Draws it all. */
void riad_convsvg_print(struct riad_out *out, const struct riad_convsvg *svg,
    const struct riad_conv *c);

#endif
