/* SPDX-License-Identifier: ISC */
/*
 * bulk.h - the objects of a walk whose commits are known, as sets, by a scan of
 * all packs: what is quicker than riad_walk_objects where much of a
 * repository is wanted
 */
#ifndef RIAD_BULK_H
#define RIAD_BULK_H

#include "riad/scan.h"
#include "riad/walk.h"

struct riad_bulk {
	struct riad_store *store;
	struct riad_reader *reader;
	unsigned threads;  /* as for riad_scan_new */
	bool trees, blobs; /* what is looked for, beside what is wanted */
	struct riad_names *names; /* as for riad_scan_new */
	int (*on_tick)(void *ctx);
	void *ctx;
	char why[128];
};

/*
 * Adds to set what the walk's wants reach and its haves don't, and to known
 * what these do, in the trees next to a commit that is sent and in all their
 * commits.  riad_walk_commits has been called.  0, or -1 with errno and why.
 */
int riad_bulk_run(struct riad_bulk *b, const struct riad_walk *w,
    struct riad_numset *set, struct riad_numset *known);

/* Whether a walk of so many commits is better done so; it isn't where packs
 * have fewer objects than min. */
bool riad_bulk_is_better(
    const struct riad_store *store, uint32_t min, const struct riad_walk *w);

#endif
