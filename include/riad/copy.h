/* SPDX-License-Identifier: ISC */
/*
 * copy.h - entries of a new pack that are taken as they are from packs on
 * disk: without inflating, without looking for deltas anew
 *
 * An entry can be taken if it holds a whole object, or a delta whose base is
 * sent as well or is with the client.  Its CRC-32 is checked on the way.  A
 * whole tree or blob is left to riad_press if the client has one of the same
 * name (riad_walk_alike), since a delta on that is likely to be small.
 */
#ifndef RIAD_COPY_H
#define RIAD_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/meter.h"
#include "riad/packout.h"
#include "riad/packs.h"
#include "riad/walk.h"

/* What is taken from a pack. */
struct riad_copy_from {
	uint32_t *chosen; /* by number in its index: which of the list is taken
			   * from here, plus 1; or 0 */
	uint32_t count;   /* of those that are */
};

struct riad_copy {
	const struct riad_packs *packs;
	const struct riad_walk *walk; /* run: the list of what is sent */
	bool thin;      /* deltas on what the client has, see packer.h */
	bool ofs_delta; /* bases by offset, see packer.h */

	/*
	 * By number in the list, room for all, at first 0 and false: where an
	 * object's entry begins in the new pack, 0 if it is not written (yet);
	 * and that it is a delta, or going to be one.  Shared with riad_press.
	 */
	uint64_t *at;
	bool *is_delta;

	uint32_t copied; /* entries; result */
	uint32_t deltas; /* those of them that are deltas; result */

	/* Of the work in progress. */
	struct riad_copy_from *from; /* by pack */
	uint32_t *chosen;            /* of all packs */
	uint8_t *how;                /* by number in the list */
};

/*
 * Decides what is copied, and puts the numbers of the other objects of the
 * list into rest, which has room for all; *nrest says how many.  Those are to
 * be written first: copies lean on them.  They may lean on copies that are no
 * deltas.  0, or -1 with errno ENOMEM, or as the meter's sink set it.
 */
int riad_copy_choose(struct riad_copy *copy, uint32_t *rest, uint32_t *nrest,
    struct riad_meter *meter);

/*
 * Writes the copies.  What turns out to be damaged is put into rest instead,
 * and is to be written in another way, now leaning on nothing but what is
 * whole in the pack.  0, or -1 with errno as out set it.
 */
int riad_copy_write(struct riad_copy *copy, uint32_t *rest, uint32_t *nrest,
    struct riad_packout *out);
void riad_copy_free(struct riad_copy *copy); /* also if nothing was chosen */

#endif
