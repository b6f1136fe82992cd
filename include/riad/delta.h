/* SPDX-License-Identifier: ISC */
/*
 * delta.h - one object told by what it has in common with another,
 * gitformat-pack(5), "Deltified representation"
 *
 * A delta is made from an index of its base, which serves for many targets:
 *
 *	index = riad_delta_index_new(base, base_len);
 *	riad_delta_begin(&d, index, target, target_len, &out);
 *	while ((r = riad_delta_step(&d)) == 1)
 *		...
 *
 * The time is linear in both lengths, whatever their bytes are.
 */
#ifndef RIAD_DELTA_H
#define RIAD_DELTA_H

#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"

/* Offsets in the base are told in four bytes; this is well below. */
#define RIAD_DELTA_BASE_MAX ((size_t)1 << 31)

struct riad_delta_index;

/*
 * Takes about three quarters as much memory as the base, and at most 9 MiB.
 * The base stays the caller's, and where it is.  NULL with errno ENOMEM, or
 * EMSGSIZE for a base longer than RIAD_DELTA_BASE_MAX.
 */
struct riad_delta_index *riad_delta_index_new(const void *base, size_t len);
void riad_delta_index_free(struct riad_delta_index *index);

struct riad_delta {
	const struct riad_delta_index *index;
	const uint8_t *target;
	size_t len;
	size_t at;            /* what is looked at */
	size_t done;          /* what the delta tells already, at most at */
	struct riad_buf *out; /* emptied first */
};

/*
 * Steps are short: some milliseconds.  1 while there is more to do, 0 when
 * out holds the delta, or -1 with errno ENOMEM, or EMSGSIZE when it passes
 * out->max, or is about to.
 */
void riad_delta_begin(struct riad_delta *d,
    const struct riad_delta_index *index, const void *target, size_t len,
    struct riad_buf *out);
int riad_delta_step(struct riad_delta *d);

/*
 * Adds to out what the delta makes of the base.  0, or -1 with errno EBADMSG
 * if it is malformed or belongs to a base of another length, or as riad_buf
 * sets it.
 */
int riad_delta_apply(struct riad_buf *out, const void *base, size_t base_len,
    const void *delta, size_t len);

#endif
