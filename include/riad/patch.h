/* SPDX-License-Identifier: ISC */
/*
 * patch.h - deltas where they lie: what they make, and where it comes from;
 * gitformat-pack(5), "Deltified representation"
 */
#ifndef RIAD_PATCH_H
#define RIAD_PATCH_H

#include <stddef.h>
#include <stdint.h>

struct riad_patch {
	uint64_t base_len, len;   /* of the base and of the result */
	const uint8_t *pos, *end; /* instructions that are yet to come */
};

/* Reads the two sizes.  0, or -1 with errno EBADMSG. */
int riad_patch_open(struct riad_patch *p, const uint8_t *delta, size_t len);

struct riad_patch_op {
	const uint8_t *insert; /* len bytes, or NULL for a copy */
	uint64_t from;         /* of a copy: where in the base */
	size_t len;            /* at least 1 */
};

/* The next instruction: 1, 0 after the last, or -1 with errno EBADMSG for one
 * that is malformed or reaches out of the base. */
int riad_patch_next(struct riad_patch *p, struct riad_patch_op *op);

/*
 * Makes the result, of p->len bytes at to, of an opened patch.  0, or -1 with
 * errno EBADMSG if it belongs to a base of another length, is malformed or
 * makes another length than it says.
 */
int riad_patch_apply(
    struct riad_patch *p, uint8_t *to, const uint8_t *base, size_t base_len);

#endif
