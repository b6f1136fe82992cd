/* SPDX-License-Identifier: ISC */
/*
 * press.h - entries of a new pack that are made: deltas where something like
 * the object is in the pack or with the client, else the whole, deflated
 *
 * Bases are looked for among objects of like names.  Each object, of what is
 * written and of what is a base, is checked against its id first, so nothing
 * that is damaged gets a good checksum.
 */
#ifndef RIAD_PRESS_H
#define RIAD_PRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/odb.h"
#include "riad/packer.h"
#include "riad/packout.h"
#include "riad/walk.h"

/* What is larger is neither made a delta nor a base, but deflated as it is. */
#define RIAD_PRESS_DELTA_MAX ((size_t)128 << 20)

struct riad_press {
	const struct riad_odb *odb;
	const struct riad_walk *walk;
	struct riad_packout *out;
	struct riad_pack_sink *sink;
	bool thin;      /* deltas on what the client has, see packer.h */
	bool ofs_delta; /* bases by offset, see packer.h */

	/* As in struct riad_copy.  What is not on the list and no delta, may
	 * be a base; what is written is put in. */
	uint64_t *at;
	bool *is_delta;

	uint32_t deltas; /* how many of the entries are deltas; added to */
};

/*
 * Writes the n objects of the walk that are numbered in list, in another
 * order.  0, or -1 with errno: as the sink set it, ENOMEM, or for an object
 * that can't be read, which sink->why then names, ENOENT, EBADMSG or as odb
 * set it.
 */
int riad_press_write(
    struct riad_press *press, const uint32_t *list, uint32_t n);

#endif
