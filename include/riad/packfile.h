/* SPDX-License-Identifier: ISC */
/*
 * packfile.h - a pack and its index, gitformat-pack(5)
 *
 * Both are mapped, so a pack that git gc removes stays readable until it is
 * closed.  (One that is cut short in place would end us with SIGBUS; nobody
 * who keeps to the format does that.)
 */
#ifndef RIAD_PACKFILE_H
#define RIAD_PACKFILE_H

#include <stddef.h>
#include <stdint.h>

#include "riad/idx.h"
#include "riad/odb.h"
#include "riad/oid.h"
#include "riad/revidx.h"

/* The types of entries that hold a delta; the others are enum riad_type. */
#define RIAD_OFS_DELTA 6
#define RIAD_REF_DELTA 7

struct riad_packfile {
	struct riad_idx idx;
	const uint8_t *data; /* the whole pack */
	size_t len;

	/* Once sorted, objects by their offset: in memory, or else in git's
	 * own file; and their offsets, unless that file or a pack of 4 GiB
	 * and more makes it NULL. */
	uint32_t *order;
	struct riad_revidx rev;
	uint32_t *offs;
	uint32_t nranks; /* 0 before that; count, or as many as were picked */
	uint64_t *ends;  /* of those that were picked, else NULL */

	const char *path; /* where .rev is looked for; NULL in memory */

	const void *idx_map; /* what was mapped, NULL if nothing was */
	size_t idx_map_len;
	const void *rev_map;
	size_t rev_map_len;
};

struct riad_entry {
	unsigned type;        /* enum riad_type, or one of the deltas */
	uint64_t size;        /* when inflated: of the object or the delta */
	uint64_t base_off;    /* of RIAD_OFS_DELTA: where its base begins */
	struct riad_oid base; /* of RIAD_REF_DELTA */
	uint64_t data;        /* where the deflated bytes begin */
};

/*
 * Opens path.pack and path.idx; path is borrowed as long as the pack is open,
 * for path.rev may be looked for later.  0, or -1 with errno: EBADMSG if one of
 * the files is malformed or they don't belong together, ENOTSUP for other
 * versions, or as the system sets it.
 */
int riad_packfile_open(
    struct riad_packfile *pack, const char *path, size_t hash_len);

/* The same with both files in memory, which stays the caller's. */
int riad_packfile_init(struct riad_packfile *pack, size_t hash_len,
    const uint8_t *data, size_t len, const uint8_t *idx, size_t idx_len);
void riad_packfile_close(struct riad_packfile *pack);

/*
 * Reads the header of the entry that begins at offset off.  0, or -1 with
 * errno EBADMSG; on success the data and the base by offset lie in the pack.
 */
int riad_packfile_entry(
    const struct riad_packfile *pack, uint64_t off, struct riad_entry *entry);

/*
 * Puts the objects in the order of their offsets, unless that was done before
 * or git has done it (pack.writeReverseIndex).  The place of an object there is
 * its rank.  0, or -1 with ENOMEM.  The functions below need it.
 */
int riad_packfile_sort(struct riad_packfile *pack);

/*
 * The same for some of the objects alone, n of them by their numbers in the
 * index, and the bases by offset of those that are deltas: for a few of many
 * that takes less time and memory.  Until the next call these have ranks, and
 * no others.  0, or -1 with ENOMEM.
 */
int riad_packfile_pick(
    struct riad_packfile *pack, const uint32_t *numbers, uint32_t n);

/* Takes the ranks away, but for git's own file. */
void riad_packfile_forget(struct riad_packfile *pack);

/* The number in the index of the object of a rank below nranks. */
static inline uint32_t
riad_packfile_index(const struct riad_packfile *pack, uint32_t rank)
{
	/* What is in rev was looked at once; it's a map, and may change. */
	const uint32_t n = pack->order != NULL
			       ? pack->order[rank]
			       : riad_revidx_at(&pack->rev, rank);
	return n < pack->idx.count ? n : 0;
}

/* Where the entry of a rank begins. */
uint64_t riad_packfile_off(const struct riad_packfile *pack, uint32_t rank);

/* Where it ends: where the next begins, or the trailer does; 0 if that is not
 * after its beginning. */
uint64_t riad_packfile_end(const struct riad_packfile *pack, uint32_t rank);

/* Says that the entry of a rank is going to be looked at, if there is one. */
static inline void
riad_packfile_prefetch(const struct riad_packfile *pack, uint32_t rank)
{
	if (rank < pack->nranks && pack->offs != NULL &&
	    pack->offs[rank] < pack->len)
		__builtin_prefetch(pack->data + pack->offs[rank]);
}

/* The rank of the entry that begins at off, or -1.  Quickest for one that is
 * shortly before the rank near. */
int64_t riad_packfile_rank(
    const struct riad_packfile *pack, uint64_t off, uint32_t near);

/* The number in the index of the object whose entry begins at off, or -1; as
 * the others, but slow, for a pack that wasn't sorted. */
int64_t riad_packfile_at(const struct riad_packfile *pack, uint64_t off);

#endif
