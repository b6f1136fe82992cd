/* SPDX-License-Identifier: ISC */
/*
 * store.h - all objects of a repository, numbered: those of its packs and of
 * the repositories that it borrows from, and loose ones
 *
 * An object in a pack has the number of the pack's first object plus its own
 * in the pack's index.  What is in several packs has one number: in the pack
 * that a multi-pack-index says, if there is one that has it, else in the first
 * of those that none covers.  A loose object has one from RIAD_LOOSE on, in
 * the order in which they were asked for.  Numbers never change, so a set of
 * objects is a set of bits, see numset.h.
 *
 * What turns out to be missing is looked for once more among packs that came
 * since: another process may have packed it.  Packs that went are still read,
 * because they are mapped.
 */
#ifndef RIAD_STORE_H
#define RIAD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/merged.h"
#include "riad/midxfile.h"
#include "riad/odb.h"
#include "riad/oid.h"
#include "riad/packs.h"

#define RIAD_LOOSE ((uint32_t)1 << 31)

struct riad_store {
	size_t hash_len;
	struct riad_packs packs; /* grows; what is there keeps its place */
	uint32_t *first;         /* by pack: the number of its object 0 */
	uint32_t count;          /* of numbers in packs */

	/* Who is asked, in that order: multi-pack-indexes; a table of other
	 * packs, once it pays; and the packs that are in neither. */
	struct riad_midxfile *midxs;
	size_t nmidxs;
	uint32_t *others; /* packs that no multi-pack-index covers */
	uint32_t nothers;
	struct riad_merged merged; /* of the first of them */
	uint64_t asked;            /* packs, since there is that */
	bool no_merged;            /* there is no memory */
	bool ready;                /* what isn't merged */

	char **dirs; /* of objects */
	size_t ndirs;
	struct riad_oidmap loose; /* number less RIAD_LOOSE */
	uint8_t *loose_types;     /* by the same; enum riad_type */
	size_t loose_cap;
};

/*
 * Opens the directories of objects and what they borrow from, with their
 * multi-pack-indexes if midx; what can't be read is left out.  0, or -1 with
 * errno ENOMEM, EMSGSIZE beyond 2^31 objects.
 */
int riad_store_open(struct riad_store *s, const char *const *dirs, size_t ndirs,
    size_t hash_len, bool midx);
void riad_store_close(struct riad_store *s);

/*
 * The number of an object; -1 with errno: ENOENT if it isn't there, EBADMSG if
 * its file is damaged, or as the system sets it.  The first looks again after
 * a miss, the second doesn't; the third looks into packs alone, and may be
 * called by several threads at once.
 */
int64_t riad_store_find(struct riad_store *s, const struct riad_oid *oid);
int64_t riad_store_quick(struct riad_store *s, const struct riad_oid *oid);
int64_t riad_store_packed(
    const struct riad_store *s, const struct riad_oid *oid);

/* Says that oid is going to be looked for, see riad_idx_prefetch. */
void riad_store_prefetch(
    const struct riad_store *s, const struct riad_oid *oid);

void riad_store_oid(
    const struct riad_store *s, uint32_t number, struct riad_oid *oid);

/* The pack of a number below RIAD_LOOSE; *pos is its number in the index. */
uint32_t riad_store_pack(
    const struct riad_store *s, uint32_t number, uint32_t *pos);

/* Makes the table of many packs, or few ready for many lookups, before most of
 * their objects are asked for; what can't be has no table. */
void riad_store_merge(struct riad_store *s);

/* Looks for packs that came: 1 if there are any, 0, or -1 with ENOMEM. */
int riad_store_refresh(struct riad_store *s);

#endif
