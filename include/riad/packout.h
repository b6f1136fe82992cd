/* SPDX-License-Identifier: ISC */
/*
 * packout.h - a pack as it is written, gitformat-pack(5)
 *
 * Header, entries, trailer, in the order of the calls; small writes are
 * gathered.  Whoever writes counts: the header promises the number of
 * entries, and ending with another number is an error.
 */
#ifndef RIAD_PACKOUT_H
#define RIAD_PACKOUT_H

#include <stddef.h>
#include <stdint.h>

#include "riad/hash.h"
#include "riad/oid.h"
#include "riad/packfile.h"

/* Type and size take 10 bytes, a base by offset 10, one by id 32. */
#define RIAD_ENTRY_HDR_MAX (10 + RIAD_OID_MAX)

struct riad_packout {
	int (*data)(void *ctx, const void *data, size_t len);
	void *ctx;
	struct riad_hash *hash;
	size_t hash_len;
	uint64_t off;  /* of the next byte in the pack */
	uint32_t left; /* entries that the header promised yet */
	size_t len;
	uint8_t buf[65515]; /* as much as one side-band packet takes */
};

/*
 * Functions return 0, or -1 with errno as data sets it.  Writes the header of
 * a pack of count entries; ENOMEM or EINVAL as riad_hash_new sets them.
 */
int riad_packout_begin(struct riad_packout *out, size_t hash_len,
    uint32_t count, int (*data)(void *ctx, const void *data, size_t len),
    void *ctx);
void riad_packout_free(struct riad_packout *out); /* also if it didn't begin */

/*
 * The header of an entry: its type, its size when inflated, and for
 * RIAD_OFS_DELTA how far before the entry its base begins, for RIAD_REF_DELTA
 * its base's id.  What is deflated follows by riad_packout_add.
 */
int riad_packout_entry(struct riad_packout *out, unsigned type, uint64_t size,
    uint64_t distance, const struct riad_oid *base);

/* Bytes of entries.  So many that they'd fill the buffer are passed on from
 * where they are, in one piece. */
int riad_packout_add(struct riad_packout *out, const void *data, size_t len);

/* Counts an entry whose header is written by riad_packout_add. */
int riad_packout_count(struct riad_packout *out);

/* The trailer; EPROTO if entries are missing. */
int riad_packout_end(struct riad_packout *out);

#endif
