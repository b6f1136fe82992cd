/* SPDX-License-Identifier: ISC */
/*
 * closure.h - what is reachable, by bitmaps that were worked out before, and a
 * walk of what came after them
 */
#ifndef RIAD_CLOSURE_H
#define RIAD_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/bitindex.h"
#include "riad/numset.h"
#include "riad/reader.h"
#include "riad/store.h"

/* An object that was met by a name, and that name's hash. */
struct riad_named {
	uint32_t number;
	uint32_t name_hash;
};

struct riad_closure {
	struct riad_bitindex *map;
	struct riad_reader *reader;
	const struct riad_odb *odb; /* of reader */
	int (*on_tick)(void *ctx);
	void *ctx;
	char why[128];

	/* Objects that the bitmap has no names of; by number, once all is
	 * reached. */
	struct riad_named *named;
	size_t nnamed, named_cap;

	struct riad_bits reached; /* by bitmaps, the last time */
};

/*
 * Adds to set all that the tips reach and known has not; known is NULL, or
 * closed under reaching and with all that the call before found.  The tips are
 * of any type, tags stand for all that they lead to.  With partial, what is
 * missing is passed over, and what is in the trees of old commits may be: a set
 * of what a client has.  0, or -1 with errno and why.
 */
int riad_closure(struct riad_closure *r, struct riad_numset *set,
    const struct riad_numset *known, const struct riad_oid *tips, size_t ntips,
    bool partial);
void riad_closure_free(struct riad_closure *r);

/* Of an object in one of the sets; 0 if it has none. */
uint32_t riad_closure_name_hash(const struct riad_closure *r, uint32_t number);

#endif
