/* SPDX-License-Identifier: ISC */
/*
 * midx.h - a multi-pack-index, version 1, where it lies: gitformat-pack(5)
 *
 * It numbers the objects of several packs 0, 1, 2, ... in the order of their
 * ids, each once, and says for each in which pack it is and where.  Opening it
 * checks the sizes, the fan-out and the names, so that no lookup leaves the
 * file, whatever is in it.
 */
#ifndef RIAD_MIDX_H
#define RIAD_MIDX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/oid.h"

#define RIAD_MIDX_NONE UINT32_MAX

struct riad_midx {
	size_t hash_len;
	uint32_t count;      /* objects */
	uint32_t npacks;     /* packs */
	uint32_t nlong;      /* offsets of 64 bits */
	const uint8_t *data; /* these borrow what was opened */
	size_t len;
	const uint8_t *fanout;
	const uint8_t *ids;
	const uint8_t *places; /* a pack's number and an offset, each */
	const uint8_t *longs;  /* NULL if there are none */
	const uint8_t *order;  /* NULL if it doesn't tell */
	const char *names;     /* each with its NUL */
	const char *last_name; /* NULL if there are none */
	const uint8_t *sum;    /* its own trailer, by which a bitmap names it */
};

/*
 * 0, or -1 with errno: EBADMSG if it is malformed, ENOTSUP for another version
 * or hash, or if it is one of a chain.
 */
int riad_midx_open(
    struct riad_midx *midx, const uint8_t *data, size_t len, size_t hash_len);

/*
 * The names of the packs' indexes in the order of their numbers: the first
 * with prev NULL, the one after prev, NULL after the last.  Each is not empty,
 * has no slash, ends in .idx (or .pack), and sorts after the one before.
 */
const char *riad_midx_name(const struct riad_midx *midx, const char *prev);

/* The position of oid, or -1 if it is not there. */
int64_t riad_midx_find(
    const struct riad_midx *midx, const struct riad_oid *oid);

/* Of the object at position n, n < count. */
void riad_midx_id(
    const struct riad_midx *midx, uint32_t n, struct riad_oid *oid);

/* Its pack, below npacks, and where in it its entry begins: 0, or -1 with
 * errno EBADMSG. */
int riad_midx_place(
    const struct riad_midx *midx, uint32_t n, uint32_t *pack, uint64_t *off);

/*
 * The position of the i-th object in the order of a bitmap: the preferred
 * pack's objects by their offsets, then the other packs'.  RIAD_MIDX_NONE if
 * i >= count, if the file doesn't have that order (midx->order is NULL; older
 * versions of git write it to a file of its own, see revidx.h), or if it is
 * damaged.
 */
uint32_t riad_midx_order(const struct riad_midx *midx, uint32_t i);

/*
 * Hashes the file, and looks at each object: 0, or -1 with errno EBADMSG if
 * anything is wrong in it, or as riad_hash_new sets it.
 */
int riad_midx_verify(const struct riad_midx *midx);

#endif
