/* SPDX-License-Identifier: ISC */
/*
 * treediff.h - the entries that a tree has and one before it had not
 *
 * A directory changes in an entry or two from one commit to the next.  To
 * compare it with its last version, block by block, costs next to nothing
 * beside looking all of its entries up.
 */
#ifndef RIAD_PACK_TREEDIFF_H
#define RIAD_PACK_TREEDIFF_H

#include <stdint.h>

#include "riad/buf.h"
#include "riad/parse.h"

/* Longer trees are not kept; blocks end where an entry does. */
enum {
	TREE_KEPT_MAX = 1 << 18,
	TREE_BLOCK_MIN = 512,
	TREE_MARKS_MAX = TREE_KEPT_MAX / TREE_BLOCK_MIN + 1,
};

struct tree_kept {
	struct riad_buf data;
	uint32_t nmarks;
	uint32_t marks[TREE_MARKS_MAX]; /* ends of blocks, offsets in data */
};

void tree_kept_init(struct tree_kept *kept);
void tree_kept_free(struct tree_kept *kept);

struct tree_diff {
	struct tree_kept *kept;
	struct riad_tree old, tree;
	const uint8_t *start; /* of tree */
	uint32_t at;          /* the block of kept to compare next */
	uint32_t nmarks;
	uint32_t marks[TREE_MARKS_MAX]; /* of tree */
};

void tree_diff_init(struct tree_diff *d, struct tree_kept *kept,
    const void *data, size_t len, size_t hash_len);

/*
 * As riad_tree_next, but passes over entries that kept has in the same form;
 * not over all, if names are out of order.  After the last, the tree takes
 * the place of the kept one.
 */
int tree_diff_next(struct tree_diff *d, struct riad_tree_entry *entry);

#endif
