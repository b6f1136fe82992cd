/* SPDX-License-Identifier: ISC */
/*
 * idx.h - a pack's index, version 1 or 2, where it lies: gitformat-pack(5)
 *
 * The index numbers the objects of its pack 0, 1, 2, ... in the order of
 * their ids.  Opening it checks the sizes and the fan-out once, so that no
 * lookup leaves the file, whatever is in it.  It doesn't check the ids' order
 * or the trailer: in a damaged index objects are not found, or found at an
 * offset where riad_idx_crc doesn't fit what lies there.
 */
#ifndef RIAD_IDX_H
#define RIAD_IDX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/oid.h"

struct riad_idx {
	size_t hash_len;
	uint32_t count;
	uint32_t nlong;        /* offsets of 64 bits */
	uint32_t long_mark;    /* what marks their numbers, 0 in version 1 */
	size_t stride;         /* from one id to the next */
	size_t off_stride;     /* from one offset to the next */
	const uint8_t *fanout; /* these borrow what was opened */
	const uint8_t *ids;
	const uint8_t *crcs; /* NULL in version 1 */
	const uint8_t *offs;
	const uint8_t *longs;
	const uint8_t *sum; /* the pack's trailer, hash_len bytes */

	uint32_t *starts; /* see riad_interp_starts; NULL unless it's ready */
	unsigned start_bits;
};

/* 0, or -1 with errno EBADMSG if it is malformed, ENOTSUP for another version
 * than 1 and 2. */
int riad_idx_open(
    struct riad_idx *idx, const uint8_t *data, size_t len, size_t hash_len);

/* Makes ready for many lookups, if there is memory; until it is closed. */
void riad_idx_ready(struct riad_idx *idx);
void riad_idx_close(struct riad_idx *idx);

/* The number of oid, or -1 if it is not there. */
int64_t riad_idx_find(const struct riad_idx *idx, const struct riad_oid *oid);

/* Says that oid is going to be looked for: a handful at a time is found in less
 * than they are one by one. */
void riad_idx_prefetch(const struct riad_idx *idx, const struct riad_oid *oid);

/* Of object n, n < count. */
void riad_idx_id(const struct riad_idx *idx, uint32_t n, struct riad_oid *oid);

/*
 * The CRC-32 of its entry in the pack.  Version 1 has none: then this is 0, and
 * an entry is known to be whole only by the hash of its object.
 */
uint32_t riad_idx_crc(const struct riad_idx *idx, uint32_t n);

static inline bool
riad_idx_has_crc(const struct riad_idx *idx)
{
	return idx->crcs != NULL;
}

/* Says that it is going to be asked for. */
static inline void
riad_idx_prefetch_crc(const struct riad_idx *idx, uint32_t n)
{
	if (idx->crcs != NULL)
		__builtin_prefetch(idx->crcs + (size_t)n * 4);
}

/* Where its entry begins; 0, where none does, if the index is damaged. */
uint64_t riad_idx_offset(const struct riad_idx *idx, uint32_t n);

#endif
