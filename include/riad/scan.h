/* SPDX-License-Identifier: ISC */
/*
 * scan.h - the trees of all packs at once, for walks that need most of them
 *
 * To walk history tree by tree means to make each version of a directory from
 * its base, often more than once, and to look up all that is in it.  Here all
 * trees are made in an order that makes each base once, and only the entries
 * are looked up that a tree has and its base has not.  That is enough to tell
 * what is reached: what a tree shares with its base is reached with the base.
 * Where the base itself isn't reached, the tree is read as a whole.
 *
 * By number of objects in packs it takes 13 bytes an object while it runs,
 * and 4 bytes, and 4 for each new entry of a tree, afterwards.
 */
#ifndef RIAD_SCAN_H
#define RIAD_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/names.h"
#include "riad/numset.h"
#include "riad/reader.h"
#include "riad/store.h"

struct riad_scan;

enum { RIAD_SCAN_THREADS_MAX = 64 };

/*
 * Of a store's packs as they are, by a number of threads; with none nothing is
 * scanned, and each tree is read when it is reached.  blobs says whether blobs
 * are looked for at all.  The names that are come upon are noted in names,
 * which may be NULL; it outlives the scan.  on_tick is called at least every
 * few ms, by the calling thread, and ends the work by returning anything but 0.
 * NULL with errno ENOMEM, or what on_tick left there.
 */
struct riad_scan *riad_scan_new(struct riad_store *store, unsigned threads,
    bool blobs, struct riad_names *names, int (*on_tick)(void *ctx), void *ctx);
void riad_scan_free(struct riad_scan *scan);

/* What a failure is about; type 0 if it is no object. */
struct riad_blame {
	struct riad_oid oid;
	enum riad_type type;
};

/*
 * Adds to set all that the n trees reach and known (which may be NULL) has
 * not, the trees themselves included.  Both sets are closed: whatever the
 * trees in them reach is in one of them.  Commits of other repositories are
 * passed over.  0, or -1 with errno: ENOENT if an object is missing, unless
 * partial says that this may be, EBADMSG if one is damaged, ENOMEM, or what
 * on_tick left there.
 */
int riad_scan_reach(struct riad_scan *scan, struct riad_numset *set,
    const struct riad_numset *known, const uint32_t *trees, size_t n,
    struct riad_reader *reader, bool partial, struct riad_blame *blame);

#endif
