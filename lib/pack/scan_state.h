/* SPDX-License-Identifier: ISC */
/* scan_state.h - what scan.c finds and scanreach.c follows */
#ifndef RIAD_PACK_SCAN_STATE_H
#define RIAD_PACK_SCAN_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "riad/scan.h"

/*
 * What is found is kept in blocks of words: of a tree, its base's number or
 * NONE, how many entries follow, and for each its number, with TREE set if it
 * is a tree.
 */
enum {
	BLOCK_BITS = 14,
	BLOCK_WORDS = 1 << BLOCK_BITS,
	RECORD_HEAD = 2,

	/* Most histories take 3 words an object.  Trees of one entry a
	 * thousand times are small as well, and whoever pushes them has no
	 * say in what we hold. */
	WORDS_PER_OBJECT = 16,
};
#define NONE UINT32_MAX
#define TREE ((uint32_t)1 << 31)

enum { NODES_PER_TICK = 512 };

struct riad_scan {
	struct riad_store *store;
	bool blobs;
	struct riad_names *names; /* or NULL */
	unsigned threads;
	int (*on_tick)(void *ctx);
	void *ctx;

	uint32_t count; /* of objects in packs, as they were scanned */
	uint32_t *at;   /* by number: where its record is, plus 1; or 0 */

	pthread_mutex_t lock;
	uint32_t **blocks; /* the table never moves while threads run */
	uint32_t nblocks, blocks_cap, blocks_max;

	/* Of the pack in work. */
	uint32_t pack;
	uint8_t *types;        /* by rank; 0 if it isn't known */
	bool untyped;          /* there was a base without a type */
	uint32_t *below;       /* by rank: what hangs below, plus 1; and ... */
	uint32_t *beside;      /* ... the next below the same base, plus 1 */
	_Atomic uint32_t next; /* rank to look at */
	_Atomic int err;
};

#endif
