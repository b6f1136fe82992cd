/* SPDX-License-Identifier: ISC */
/*
 * tune.h - music as a person writes it: the score text of riad-score(5), and
 * ABC notation
 *
 * Both become items of a standard MIDI file (smf.h) of format 1, handed out in
 * their order: header, and for each track its events and its end.  The first
 * track has tempo, time and key signatures, then one follows a voice.
 */
#ifndef RIAD_TUNE_H
#define RIAD_TUNE_H

#include "riad/smf.h"

enum riad_tune_form { RIAD_TUNE_SCORE, RIAD_TUNE_ABC };

struct riad_tune;

/* Bounds: of a text, and of what its repeats may make of it. */
#define RIAD_TUNE_MAX ((size_t)16 << 20)
#define RIAD_TUNE_EVENTS ((uint32_t)1 << 22)

/* Ticks a quarter note; and at most as many in all as a delta can say. */
#define RIAD_TUNE_PPQ 480
#define RIAD_TUNE_TICKS 0x0FFFFFFF

struct riad_tune_fault {
	uint32_t line, column; /* from 1; a column is a byte */
	char why[160];         /* printable */
};

/*
 * Reads a whole text of at most RIAD_TUNE_MAX bytes.  Of an ABC file, which
 * may hold several tunes, number is the X: of the one that is meant, or 0 for
 * the first.  NULL with errno: ENOMEM, or EBADMSG and then fault says where
 * and what was expected.
 */
struct riad_tune *riad_tune_read(enum riad_tune_form form, uint32_t number,
    const char *text, size_t len, struct riad_tune_fault *fault);
void riad_tune_free(struct riad_tune *tune);

/* Calls item with each, until that doesn't return 0: 0, or what it returned. */
int riad_tune_items(const struct riad_tune *tune,
    int (*item)(void *ctx, const struct riad_smf_item *item), void *ctx);

/* Whether a text looks like ABC: "X:" or "%abc" where its first line begins. */
bool riad_tune_is_abc(const char *text, size_t len);

#endif
