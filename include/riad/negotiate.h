/* SPDX-License-Identifier: ISC */
/*
 * negotiate.h - what client and server have in common
 *
 * The client names commits that it has; the server keeps those that it has
 * too, and is ready to send a pack when from every wanted commit the history
 * leads to one of them.  gitprotocol-pack(5), "Packfile Negotiation".
 */
#ifndef RIAD_NEGOTIATE_H
#define RIAD_NEGOTIATE_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/graph.h"
#include "riad/oid.h"

struct riad_negotiation {
	struct riad_graph graph;  /* cuts: before riad_negotiation_ready */
	struct riad_oidmap haves; /* common objects, as the client named them */
	struct riad_oidmap targets; /* the commits wanted; graph numbers: */
	int64_t oldest_have;        /* the least date of a common commit */
	uint32_t marked;            /* of the haves, in the graph */
	uint32_t epoch;
	bool changed, ready; /* since, and by, the last search */

	/*
	 * A search may cost as many steps as there is history, and a client
	 * could ask for one after every line.  So steps are earned: many to
	 * begin with, some by each line.  Who has spent them is told "not
	 * ready", which is always a right answer.
	 */
	uint64_t credit, last_cost;
};

void riad_negotiation_init(
    struct riad_negotiation *n, const struct riad_odb *odb);
void riad_negotiation_free(struct riad_negotiation *n);

/* An object of any type that exists.  0, or -1 with errno. */
int riad_negotiation_want(
    struct riad_negotiation *n, const struct riad_oid *oid);

/* 1 if we have it too, 0 if not, -1 with errno.  It costs a look; commits are
 * read when it matters. */
int riad_negotiation_have(
    struct riad_negotiation *n, const struct riad_oid *oid);

/* 1 if a pack would lack no history to lean on, 0 if not, -1 with errno. */
int riad_negotiation_ready(struct riad_negotiation *n);

#endif
