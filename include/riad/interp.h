/* SPDX-License-Identifier: ISC */
/*
 * interp.h - sorted tables of ids, as pack indexes and commit-graphs have them
 *
 * A table is a fan-out of 256 numbers of four bytes, big-endian, each of which
 * says how many ids have a first byte at most its own, and the ids in order,
 * stride bytes apart.  Ids are hashes, so where one lies in its bucket follows
 * from its value, give or take the square root of the bucket's size: two
 * guesses and a few neighbours find it, where halving takes a cache miss a
 * step.
 */
#ifndef RIAD_INTERP_H
#define RIAD_INTERP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/oid.h"

#define RIAD_FANOUT_LEN ((size_t)256 * 4)

/* The number of ids by the fan-out: 0, or -1 with errno EBADMSG if it falls. */
int riad_interp_count(uint32_t *count, const uint8_t *fanout);

/*
 * The position of oid, or -1 if it is not there.  The fan-out has passed
 * riad_interp_count and no more ids are said than there are; their order is
 * taken on trust, and if it's broken then ids are not found.  Whatever the ids
 * are, that takes no more than 34 + log2(n) steps.
 */
int64_t riad_interp_find(const uint8_t *fanout, const uint8_t *ids,
    size_t stride, size_t hash_len, const struct riad_oid *oid);

/*
 * For who looks for many: where ids begin by their first bits, more of them
 * than the fan-out has, so that one guess will do.  Takes a byte for four
 * ids, at most, and a look at all of them.  An array of 2^*bits + 1 for the
 * caller to free, or NULL if there's no memory.
 */
uint32_t *riad_interp_starts(
    unsigned *bits, const uint8_t *ids, size_t stride, uint32_t count);

/* As the others, by what that made. */
int64_t riad_interp_find_from(const uint32_t *starts, unsigned bits,
    const uint8_t *ids, size_t stride, size_t hash_len,
    const struct riad_oid *oid);
void riad_interp_prefetch_from(const uint32_t *starts, unsigned bits,
    const uint8_t *ids, size_t stride, const struct riad_oid *oid);

/* Looks at every id: 0, or -1 with errno EBADMSG if one is out of order, there
 * twice or not in its bucket. */
int riad_interp_check(
    const uint8_t *fanout, const uint8_t *ids, size_t stride, size_t hash_len);

/* Asks for the memory where riad_interp_find will look first. */
void riad_interp_prefetch(const uint8_t *fanout, const uint8_t *ids,
    size_t stride, const struct riad_oid *oid);

#endif
