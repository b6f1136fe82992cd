/* SPDX-License-Identifier: ISC */
/* namehash.h - a number for a path, by which like names are neighbours */
#ifndef RIAD_PACK_NAMEHASH_H
#define RIAD_PACK_NAMEHASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * The hash of a path from that of its start.  Each byte counts for four times
 * the one before it, so the last sixteen make up the number, and names with
 * the same ending are neighbours.  The sum stays below 2^32: a byte adds less
 * than 2^30, and all before it a third of that.
 */
static inline uint32_t
hash_name(uint32_t hash, const uint8_t *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = hash / 4 + ((uint32_t)name[i] << 22);
	return hash;
}

/* Where the paths in the directory with that hash begin; the top has 0. */
static inline uint32_t
hash_dir(uint32_t hash)
{
	return hash == 0 ? 0 : hash_name(hash, (const uint8_t *)"/", 1);
}

#endif
