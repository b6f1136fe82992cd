/* SPDX-License-Identifier: ISC */
/*
 * send.h - the pack of a set of objects: entries taken as they are from packs
 * on disk, and made by riad_press where that can't be
 *
 * An entry is copied if it holds a whole object, or a delta whose base is sent
 * too or is with the client.  Its CRC-32 is checked on the way; what is
 * damaged is made from another copy.  A set that is one pack of the store goes
 * out as the file is, its trailer included; there damage ends it, since what
 * came before is with the client already.
 *
 * A whole tree or blob is made anew if the client, or another pack, has one of
 * its name, since a delta on that is likely to be small; it is copied after all
 * if it isn't.
 */
#ifndef RIAD_SEND_H
#define RIAD_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/intact.h"
#include "riad/numset.h"
#include "riad/packout.h"
#include "riad/press.h"
#include "riad/reader.h"
#include "riad/store.h"

/* A type and a hash of a name, of objects that are alike. */
static inline uint64_t
riad_likeness(enum riad_type type, uint32_t name_hash)
{
	return (uint64_t)type << 32 | name_hash;
}

/* What is known of names, and of what the client has. */
struct riad_context {
	void *ctx;

	/* All that the client has is known, and not just what is near: then
	 * most stored deltas can go out as they are, and do. */
	bool exact;

	/* Whether the client has an object. */
	bool (*has)(void *ctx, uint32_t number);

	/* Of the name under which an object was found, 0 for none; NULL if
	 * names aren't known. */
	uint32_t (*name_hash)(void *ctx, uint32_t number);

	/*
	 * Calls found with up to max objects that the client has of each of
	 * the n kinds of riad_likeness, which are in order; age is least for
	 * the newest.  0, what found returned, or -1 with errno.
	 */
	int (*alike)(void *ctx, const uint64_t *kinds, size_t n, unsigned max,
	    int (*found)(void *to, uint64_t kind, const struct riad_oid *oid,
		uint32_t age),
	    void *to);
};

struct riad_send {
	struct riad_store *store;
	struct riad_reader *reader;

	/* The odbs for the threads of riad_press, asked for once there is
	 * something to make.  NULL with errno ENOMEM. */
	const struct riad_odb *(*odbs)(void *ctx);
	void *odbs_ctx;

	const struct riad_numset *set;
	const struct riad_context *context; /* NULL if nothing is known */
	bool thin;     /* deltas on what the client has, see packer.h */
	bool as_it_is; /* a pack may go out as its file is */
	struct riad_metrics *metrics;    /* or NULL */
	struct riad_press_options press; /* with the sink, and ofs_delta */

	/* Results. */
	uint32_t total;
	uint32_t deltas;        /* of all */
	uint32_t copied;        /* of all */
	uint32_t copied_deltas; /* of those */
	bool as_file;           /* it was a whole pack */
	uint64_t bytes;         /* of the pack */

	/* Of the work in progress. */
	struct riad_numset made;  /* what isn't copied */
	struct riad_numset ended; /* what is known not to lean on itself */
	struct riad_intact *intact;
	struct riad_press_item *items;
	size_t nitems, items_cap;
	struct riad_moved *moved; /* what isn't written in its turn */
	size_t nmoved;
	uint32_t *late; /* what was not to be copied after all */
	size_t nlate, late_cap;
	struct riad_packout out;
};

/*
 * Writes the pack to s->press.sink.  0, or -1 with errno: as the sink set it,
 * ENOMEM, or for an object that can't be read, which sink->why names, ENOENT,
 * EBADMSG or as the store set it.  riad_send_free in any case.
 */
int riad_send(struct riad_send *s);
void riad_send_free(struct riad_send *s);

#endif
