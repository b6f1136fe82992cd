/* SPDX-License-Identifier: ISC */
/*
 * sketch.h - how much of one object is in another, without looking at either
 *
 * A sketch is made in one pass over an object, and two of them tell in some
 * nanoseconds about how many bytes a delta would have to insert.  It is a
 * sample: of the hashes of all runs of 16 bytes, those that are the smallest
 * in each of some classes.  The chance that two objects have the same one is
 * the share of their runs that they have in common (minwise hashing, with one
 * permutation).
 */
#ifndef RIAD_SKETCH_H
#define RIAD_SKETCH_H

#include <stddef.h>
#include <stdint.h>

#define RIAD_SKETCH_SLOTS 64

struct riad_sketch {
	uint64_t len; /* of the object */
	uint32_t slot[RIAD_SKETCH_SLOTS];
};

void riad_sketch_make(struct riad_sketch *sketch, const void *data, size_t len);

/* About how many bytes of the target are not in the base: 0 to its length. */
uint64_t riad_sketch_lacks(
    const struct riad_sketch *base, const struct riad_sketch *target);

#endif
