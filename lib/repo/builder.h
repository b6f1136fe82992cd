/* SPDX-License-Identifier: ISC */
/*
 * builder.h - entries of a pack made from nothing, by libgit2
 *
 * For objects that no pack has in a form to pass on: libgit2 reads each (and
 * checks it against its id), looks for deltas among them, and compresses.
 */
#ifndef RIAD_REPO_BUILDER_H
#define RIAD_REPO_BUILDER_H

#include <git2.h>

#include "riad/meter.h"
#include "riad/packout.h"
#include "riad/walk.h"

struct riad_builder {
	const char *objects_dir;
	const struct riad_walk *walk;
	struct riad_packout *out;
	struct riad_pack_sink *sink;
	uint32_t deltas; /* how many of the entries are deltas; result */

	/* Of the work in progress. */
	struct riad_meter meter;
	git_repository *git;
	git_packbuilder *pb;
	uint32_t before; /* objects of batches that are done */
	uint32_t batch;  /* objects of this one */
	uint32_t begun;  /* entries of this one that were seen to begin */
	int err;         /* errno of the sink's failure, once there is one */
};

/*
 * Writes the n objects of the walk that are numbered in list, in another
 * order.  0, or -1 with errno: as the sink set it, or EBADMSG or ENOENT for
 * an object that can't be read, which sink->why then names.
 */
int riad_builder_write(struct riad_builder *b, uint32_t *list, uint32_t n);

#endif
