/* SPDX-License-Identifier: ISC */
/* revs.h - the commits that wants reach and haves do not; seen by walk.c */
#ifndef RIAD_PACK_REVS_H
#define RIAD_PACK_REVS_H

#include <stdint.h>

#include "riad/graph.h"

/* Flags of the graph's nodes. */
enum {
	REVS_WANT = 1,     /* reached from a want */
	REVS_HAVE = 2,     /* reached from a have: the client has it */
	REVS_QUEUED = 4,   /* loaded, its parents not yet looked at */
	REVS_EXPANDED = 8, /* its parents carry the marks too */
	REVS_MISSING = 16,
};

struct revs_entry {
	int64_t date;
	uint32_t n;
};

struct revs {
	struct riad_graph graph;
	struct revs_entry *heap; /* newest first */
	uint32_t heap_len, heap_cap;
	uint32_t wanted; /* entries of the heap that may come to be listed */
	uint32_t *stack; /* of mark_have() */
	uint32_t stack_len, stack_cap;
	uint32_t *list; /* the result: numbers in the graph */
	uint32_t nlist, list_cap;
	int64_t oldest; /* date in the list */
	uint32_t slop;  /* commits since all looked settled */
	bool started;
	uint32_t at; /* after a failure: the commit to blame */
};

void revs_init(struct revs *r, const struct riad_odb *odb);
void revs_free(struct revs *r);

/* Before the first step only: marks a commit WANT or HAVE.  0 or -1. */
int revs_add(struct revs *r, const struct riad_oid *oid, uint32_t mark);

/*
 * Looks at one commit more: 1, 0 when all is done and list holds the result,
 * or -1 with errno as riad_graph_load has it, or ENOENT if a wanted commit is
 * missing; at is its number.
 */
int revs_step(struct revs *r);

#endif
