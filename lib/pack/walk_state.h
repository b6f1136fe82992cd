/* SPDX-License-Identifier: ISC */
/* walk_state.h - what walk.c and bulk.c share */
#ifndef RIAD_PACK_WALK_STATE_H
#define RIAD_PACK_WALK_STATE_H

#include <stdbool.h>

#include "revs.h"
#include "riad/walk.h"
#include "treediff.h"

/* How many trees are kept to compare the next with: a power of two. */
enum { KEPT_BITS = 6, KEPT = 1 << KEPT_BITS };

struct objects {
	struct riad_oidmap ids;
	uint8_t *types;      /* by number; 0 if the object is missing */
	uint32_t *name_hash; /* likewise */
	uint32_t cap;
};

struct riad_walk {
	const struct riad_odb *odb;
	struct riad_oidmap cuts;
	struct revs revs; /* the commits, until their trees are listed */
	struct objects wants, haves; /* with all that tags lead to */
	struct objects all;
	uint32_t known, rest; /* see above */
	uint32_t *alike;      /* of [known, rest), by type and name hash */
	uint32_t nalike;
	struct tree_kept *kept; /* KEPT of them, once there was a tree */
	int (*on_tick)(void *ctx, uint32_t found);
	void *ctx;
	uint32_t reads;
	bool begun; /* the tips are among the commits */
	char why[128];
};

/* Calls tree for trees that the client has because it has their commits, some
 * more than once: 0, or -1 as soon as tree does. */
typedef int walk_tree_fn(void *ctx, const struct riad_oid *oid);
int walk_boundary(const struct riad_walk *w, walk_tree_fn *tree, void *ctx);

#endif
