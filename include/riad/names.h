/* SPDX-License-Identifier: ISC */
/*
 * names.h - hashes of the names of a store's objects: 4 bytes each
 *
 * What a scan comes upon has a name, but no path.  It is noted by threads, and
 * of the names of one object the greatest hash stays, so that it is the same
 * for any number of them.
 */
#ifndef RIAD_NAMES_H
#define RIAD_NAMES_H

#include <stdatomic.h>
#include <stdint.h>

#include "riad/store.h"

struct riad_names {
	_Atomic uint32_t *packed; /* by number; NULL before riad_names_init */
	uint32_t npacked;
	uint32_t *loose; /* by number less RIAD_LOOSE */
	uint32_t nloose;
};

/* Room for what is in packs: 0, or -1 with ENOMEM. */
int riad_names_init(struct riad_names *names, const struct riad_store *s);
void riad_names_free(struct riad_names *names);

/* Of what is in a pack; from any thread.  Others are passed over. */
static inline void
riad_names_note(struct riad_names *names, uint32_t number, uint32_t hash)
{
	if (number >= names->npacked)
		return;
	uint32_t old =
	    atomic_load_explicit(&names->packed[number], memory_order_relaxed);
	while (old < hash &&
	       !atomic_compare_exchange_weak_explicit(&names->packed[number],
		   &old, hash, memory_order_relaxed, memory_order_relaxed))
		;
}

/* Of a loose object; from one thread only.  0, or -1 with ENOMEM. */
int riad_names_note_loose(
    struct riad_names *names, uint32_t number, uint32_t hash);

/* 0 for none. */
uint32_t riad_names_get(const struct riad_names *names, uint32_t number);

#endif
