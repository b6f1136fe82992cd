/* SPDX-License-Identifier: ISC */
/*
 * bitmap.h - reachability bitmaps where they lie: gitformat-bitmap(5)
 *
 * A .bitmap file belongs to a pack or to a multi-pack-index, whose n objects
 * are counted in two ways.  A bit is that of an object by its place in the
 * pack (pack order; of a multi-pack-index its pseudo-pack order).  A commit
 * is looked for, and the hash of a name, by the object's number in the index,
 * in the order of ids (index order).
 *
 * Nothing of the file is trusted: a set that was got is of objects below n,
 * but whether it is the right one can only be seen from riad_bitmap_verify
 * and from what the objects say.
 */
#ifndef RIAD_BITMAP_H
#define RIAD_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/bits.h"
#include "riad/ewah.h"

enum riad_bitmap_type {
	RIAD_BITMAP_COMMITS,
	RIAD_BITMAP_TREES,
	RIAD_BITMAP_BLOBS,
	RIAD_BITMAP_TAGS,
};
#define RIAD_BITMAP_TYPES 4

struct riad_bitmap {
	const uint8_t *data; /* these borrow what was opened */
	size_t len;
	size_t hash_len;
	const uint8_t *sum; /* the pack's or the index's trailer, hash_len
			       bytes: it is for the caller to compare */
	uint32_t n;
	uint32_t count;        /* commits that have a bitmap */
	size_t begin, end;     /* where their entries are */
	const uint8_t *rows;   /* the file's lookup table, or NULL: then */
	uint64_t *offs;        /* where each entry is, and */
	uint64_t *order;       /* by number, that << 32 and the entry */
	const uint8_t *hashes; /* or NULL */
	struct riad_ewah types[RIAD_BITMAP_TYPES];

	/* The set that was asked for last, and the row it is of: of the lookup
	 * table, or an entry. */
	struct riad_bits set;
	struct riad_bits flips;
	uint32_t at;
};

/*
 * Reads the file of an index of n objects.  Checks how its parts lie, and
 * that each object is of just one type.  Takes 16 bytes an entry if the file
 * has no lookup table, and n bits.
 *
 * 0, or -1 with errno EBADMSG if it is malformed, ENOTSUP for another version
 * or a flag that isn't known, ENOMEM; nothing is to be closed then.
 */
int riad_bitmap_open(struct riad_bitmap *b, const uint8_t *data, size_t len,
    size_t hash_len, uint32_t n);
void riad_bitmap_close(struct riad_bitmap *b);

/* Whether the file ends in its own hash.  0, or -1 with errno EBADMSG or as
 * riad_hash_new and riad_hash_end. */
int riad_bitmap_verify(const struct riad_bitmap *b);

/* Makes bits, of n, the objects of a type.  0, or -1 with errno EBADMSG. */
int riad_bitmap_type(const struct riad_bitmap *b, enum riad_bitmap_type type,
    struct riad_bits *bits);

/* Whether the object of this number in index order has a bitmap. */
bool riad_bitmap_has(const struct riad_bitmap *b, uint32_t number);

/*
 * What is reachable from that commit, itself included: 1 with a set that is
 * valid until the next call, 0 if it has no bitmap, -1 with errno EBADMSG.
 *
 * Bitmaps are stored as differences from others.  Each call goes from the set
 * of the last one to its own by way of the differences between them, or
 * starts anew where that is less: neighbours are best asked for in a row.
 */
int riad_bitmap_get(
    struct riad_bitmap *b, uint32_t number, const struct riad_bits **set);

/* The same, added to what is in to already. */
int riad_bitmap_of(
    struct riad_bitmap *b, uint32_t number, struct riad_bits *to);

/*
 * The hash of a path of the object of this number < n in index order, as
 * pack-objects makes it to find similar objects; 0 is that of the root, and
 * of one that isn't known.  false if the file has none.
 */
bool riad_bitmap_name_hash(
    const struct riad_bitmap *b, uint32_t number, uint32_t *hash);

#endif
