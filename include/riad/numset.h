/* SPDX-License-Identifier: ISC */
/* numset.h - a set of a store's objects: a bit each, and it grows */
#ifndef RIAD_NUMSET_H
#define RIAD_NUMSET_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/bits.h"
#include "riad/store.h"

struct riad_numset {
	struct riad_bits packed; /* by number */
	struct riad_bits loose;  /* by number less RIAD_LOOSE */
};

/* The empty set, with room for what is in packs: 0, or -1 with ENOMEM. */
int riad_numset_init(struct riad_numset *set, const struct riad_store *s);
void riad_numset_free(struct riad_numset *set);

/* 1 if number was not there before, 0, or -1 with errno ENOMEM. */
int riad_numset_add(struct riad_numset *set, uint32_t number);

static inline bool
riad_numset_has(const struct riad_numset *set, uint32_t number)
{
	const struct riad_bits *bits =
	    number < RIAD_LOOSE ? &set->packed : &set->loose;
	const uint32_t i = number & (RIAD_LOOSE - 1);

	return i < bits->n && riad_bits_has(bits, i);
}

uint32_t riad_numset_count(const struct riad_numset *set);

/* Takes what is in other out of set. */
void riad_numset_take(struct riad_numset *set, const struct riad_numset *other);

#endif
