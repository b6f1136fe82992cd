/* SPDX-License-Identifier: ISC */
/*
 * bitindex.h - a reachability bitmap whose bits are numbers of a store
 *
 * It is that of a multi-pack-index or of a pack.  Its objects are counted in
 * two ways, see bitmap.h: by bits, and by positions in the index.
 */
#ifndef RIAD_BITINDEX_H
#define RIAD_BITINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/bitmap.h"
#include "riad/revidx.h"
#include "riad/store.h"

struct riad_bitindex {
	struct riad_store *store;
	struct riad_bitmap bitmap;
	const void *map; /* its file */
	size_t map_len;
	const struct riad_midxfile *midx; /* whose it is, or NULL: ... */
	uint32_t pack;                    /* ... this pack's */
	struct riad_revidx rev;           /* the order that midx lacks */
	const void *rev_map;
	size_t rev_map_len;
	bool named;        /* the file has names: git writes those of a
			    * multi-pack-index as it knew them before, if it did */
	uint32_t *numbers; /* by bit; NULL where those are the pack's own */
};

/*
 * Opens the bitmap of the first multi-pack-index that has one, or else of the
 * first pack.  1; 0 if there is none, with why where one was left aside, be it
 * for another, because it is damaged or of other objects than are there; -1
 * with errno ENOMEM.
 */
int riad_bitindex_open(
    struct riad_bitindex *b, struct riad_store *store, char why[256]);
void riad_bitindex_close(struct riad_bitindex *b);

/* The number of the object of a bit below bitmap.n. */
static inline uint32_t
riad_bitindex_number(const struct riad_bitindex *b, uint32_t bit)
{
	return b->numbers != NULL
		   ? b->numbers[bit]
		   : b->store->first[b->pack] +
			 riad_packfile_index(
			     &b->store->packs.packs[b->pack], bit);
}

/* The position of an object, or -1 if the bitmap doesn't know it. */
int64_t riad_bitindex_position(const struct riad_bitindex *b, uint32_t number);

/* The bit of a position, or -1. */
int64_t riad_bitindex_bit(const struct riad_bitindex *b, uint32_t position);

/* Of the name under which the object of a bit was found; false if it isn't
 * known. */
bool riad_bitindex_name_hash(
    const struct riad_bitindex *b, uint32_t bit, uint32_t *hash);

#endif
