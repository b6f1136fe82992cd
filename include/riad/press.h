/* SPDX-License-Identifier: ISC */
/*
 * press.h - entries of a new pack that are made: deltas where something like
 * the object is in the pack or with the client, else the whole, deflated
 *
 * Bases are looked for among objects of like names.  A sketch of each
 * (sketch.h) says which of them are worth a delta, so that few are made.
 *
 * Each object, of what is written and of what is a base, is checked against
 * its id first, so nothing that is damaged gets a good checksum.
 */
#ifndef RIAD_PRESS_H
#define RIAD_PRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/odb.h"
#include "riad/packer.h"
#include "riad/packout.h"

/* What is larger is neither made a delta nor a base, but deflated as it is;
 * what is smaller gains nothing by one. */
#define RIAD_PRESS_DELTA_MAX ((size_t)128 << 20)
#define RIAD_PRESS_DELTA_MIN ((size_t)50)

enum riad_press_role {
	RIAD_PRESS_TARGET, /* to be written */
	RIAD_PRESS_SENT,   /* in the pack already, whole, at offset `at` */
	RIAD_PRESS_CLIENT, /* with the client: for thin packs */
};

struct riad_press_item {
	struct riad_oid oid;
	uint64_t size; /* 0 if it isn't known: the order is worse then */
	uint64_t at;   /* of a target: its offset in the pack; result */

	/* Bytes of an entry for a target that there is already, which is
	 * copied unless a delta takes fewer; 0 if there is none. */
	uint32_t stored;

	/* Of the last 16 bytes of a path; each counts four times the one
	 * before it, so that numbers of like endings are neighbours. */
	uint32_t name_hash;
	uint32_t rank; /* in age; what is new has a small one */
	uint8_t type;  /* enum riad_type */
	uint8_t role;  /* enum riad_press_role */
	bool is_delta; /* of a target; result */
	uint8_t depth; /* of the deltas below it; result */
};

struct riad_press_options {
	/* As pack.window and pack.depth; git has 10 and 50.  A window of 0 is
	 * no deltas, and here a tenth of it are tried, the likeliest. */
	unsigned window, depth;

	/* As pack.windowMemory, for each thread: bytes of the objects that
	 * are kept as bases; 0 for as many as is sensible. */
	uint64_t window_memory;
	unsigned threads; /* 0 and 1: the caller's does it all */
	int level;        /* zlib's, -1 to 9 */

	/* As core.bigFileThreshold: what is longer is no delta, and deflated
	 * in small pieces; 0 for RIAD_PRESS_DELTA_MAX. */
	uint64_t big_file;
	bool ofs_delta; /* bases in the pack by offset, see packer.h */

	/*
	 * Copies the entry of a target that has stored, and says by at where
	 * it is in the pack; leaves at 0 if that has to wait.  0, or -1 with
	 * errno.  NULL if no target has one.
	 */
	int (*copy)(void *ctx, struct riad_press_item *item);
	void *copy_ctx;

	/* For progress, and its tick; called by the caller's thread only. */
	struct riad_pack_sink *sink;
};

/*
 * Writes the targets among n items, in another order; they may be put into
 * another order, too.  copy is called by the caller's thread only.  There are
 * as many odbs as threads, at least one, and each is used by one thread at a
 * time.  The bytes are the same for any number of threads.  *deltas counts the
 * deltas, in addition to what it was.
 *
 * 0, or -1 with errno: as the sink set it, ENOMEM, EAGAIN if no thread could
 * be started, or for a target that can't be read, which sink->why then names,
 * ENOENT, EBADMSG or as the odb set it.  A base that can't be read is passed
 * over.
 */
int riad_press_run(struct riad_packout *out, const struct riad_odb *odbs,
    struct riad_press_item *items, size_t n,
    const struct riad_press_options *options, uint32_t *deltas);

#endif
