/* SPDX-License-Identifier: ISC */
/* reach.h - which commits the history of others leads to */
#ifndef RIAD_REACH_H
#define RIAD_REACH_H

#include <stddef.h>
#include <stdint.h>

#include "riad/bits.h"
#include "riad/graph.h"
#include "riad/oid.h"

/*
 * Adds to met the numbers of those targets, all commits, that can be reached
 * from the tips, objects of any type.  Each commit is looked at once, as long
 * as a target is missing; g is a fresh graph.  What can't be read leads
 * nowhere.  Returns 0, or -1 with errno ENOMEM.
 */
int riad_reach(struct riad_bits *met, struct riad_graph *g,
    const struct riad_oid *tips, size_t ntips,
    const struct riad_oidmap *targets);

#endif
