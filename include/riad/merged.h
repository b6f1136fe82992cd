/* SPDX-License-Identifier: ISC */
/*
 * merged.h - the objects of many packs in one table, where no
 * multi-pack-index does that
 *
 * To ask each of a thousand packs takes longer than to read what is found.
 * The table takes 6 bytes an object.  It keeps no ids: a bit of each object's
 * own tells most of those apart that aren't meant, and the indexes the rest.
 */
#ifndef RIAD_MERGED_H
#define RIAD_MERGED_H

#include <stddef.h>
#include <stdint.h>

#include "riad/idx.h"
#include "riad/oid.h"

struct riad_merged_idx {
	struct riad_idx idx; /* what it borrows stays the caller's */
	uint32_t first;      /* what the caller calls its object 0 */
	uint32_t begin;      /* objects in the indexes before it */
};

struct riad_merged {
	struct riad_merged_idx *list;
	uint32_t len, cap;
	uint32_t total;  /* of objects in them */
	uint32_t *slots; /* the place in order plus 1, and a tag above it */
	uint32_t nslots;
	unsigned bits; /* of the place */
	uint64_t seed;
};

/* Adds an index, whose object n the caller calls first + n, before it is made.
 * 0, or -1 with errno ENOMEM, EMSGSIZE beyond 2^31 objects. */
int riad_merged_add(
    struct riad_merged *m, const struct riad_idx *idx, uint32_t first);

/* Makes the table.  0, or -1 with errno ENOMEM. */
int riad_merged_make(struct riad_merged *m);
void riad_merged_free(struct riad_merged *m);

/* What the caller calls oid in the first of the indexes that has it, or -1. */
int64_t riad_merged_find(
    const struct riad_merged *m, const struct riad_oid *oid);

#endif
