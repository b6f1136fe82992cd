/* SPDX-License-Identifier: ISC */
/*
 * revidx.h - a reverse index, version 1, where it lies: gitformat-pack(5)
 *
 * The objects of a pack in the order of their offsets, by their numbers in the
 * index: what riad_packfile_sort works out, where git has written it down.  A
 * multi-pack-index may have such a file too.
 */
#ifndef RIAD_REVIDX_H
#define RIAD_REVIDX_H

#include <stddef.h>
#include <stdint.h>

#include "riad/idx.h"

#define RIAD_REVIDX_NONE UINT32_MAX

struct riad_revidx {
	const uint8_t *rows; /* borrowed */
	uint32_t count;
};

/*
 * Of count objects, and of the pack (or multi-pack-index) whose checksum sum
 * is, of hash_len bytes.  0, or -1 with errno: EBADMSG if it is malformed or
 * belongs to another, ENOTSUP for another version or hash.
 */
int riad_revidx_open(struct riad_revidx *rev, const uint8_t *data, size_t len,
    size_t hash_len, uint32_t count, const uint8_t *sum);

/* The number in the index of the i-th object of the pack; RIAD_REVIDX_NONE if
 * i >= count, or if the file is damaged and says one that is not there. */
static inline uint32_t
riad_revidx_at(const struct riad_revidx *rev, uint32_t i)
{
	if (i >= rev->count)
		return RIAD_REVIDX_NONE;
	const uint8_t *p = rev->rows + (size_t)i * 4;
	const uint32_t n = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
			   (uint32_t)p[2] << 8 | p[3];
	return n < rev->count ? n : RIAD_REVIDX_NONE;
}

/*
 * Whether the offsets of the pack's index rise in this order, by which each
 * object is in it once: 0, or -1 with errno EBADMSG.  Costs a look at each.
 */
int riad_revidx_check(
    const struct riad_revidx *rev, const struct riad_idx *idx);

#endif
