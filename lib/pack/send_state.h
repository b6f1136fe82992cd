/* SPDX-License-Identifier: ISC */
/* send_state.h - what choose.c and send.c share */
#ifndef RIAD_PACK_SEND_STATE_H
#define RIAD_PACK_SEND_STATE_H

#include "riad/meter.h"
#include "riad/send.h"

/* So many objects of a likeness are looked at as bases. */
enum { SEND_BASES = 4 };

struct riad_moved {
	uint32_t number;
	bool written;
	uint64_t at; /* in the new pack, once it is written */
};

/* What a delta in a pack leans on. */
struct send_base {
	int64_t rank;        /* in the same pack, or -1 */
	int64_t number;      /* on the list of what is sent, or -1 */
	bool here;           /* number is that of rank */
	struct riad_oid oid; /* unless it is here */
};

static inline bool
send_is_delta(const struct riad_entry *e)
{
	return e->type == RIAD_OFS_DELTA || e->type == RIAD_REF_DELTA;
}

/* Finds the base of e, at a rank of pack p.  0, or -1 if it has none. */
int send_find_base(const struct riad_send *s, uint32_t p, uint32_t rank,
    const struct riad_entry *e, struct send_base *base);

/* Whether a pack has something of the set. */
static inline bool
send_uses_pack(const struct riad_send *s, uint32_t p)
{
	const uint32_t first = s->store->first[p];

	return first < s->set->packed.n &&
	       riad_bits_next(&s->set->packed, first) <
		   first + s->store->packs.packs[p].idx.count;
}

/*
 * choose.c: decides what is made, and puts that and its possible bases into
 * s->items, sorts the packs, and puts what is to be written out of turn into
 * s->moved, in the order of numbers.  0, or -1 with errno.
 */
int send_choose(struct riad_send *s, struct riad_meter *meter);

/* The entry in s->moved, or NULL. */
struct riad_moved *send_moved(const struct riad_send *s, uint32_t number);

/* Adds a target to s->items, whose entry of so many bytes can be copied, or 0;
 * 0 or -1. */
int send_add_target(struct riad_send *s, uint32_t number, uint32_t stored);

#endif
