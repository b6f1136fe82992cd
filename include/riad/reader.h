/* SPDX-License-Identifier: ISC */
/*
 * reader.h - the contents of a store's objects
 *
 * A reader serves one thread.  It keeps what it read last, up to a number of
 * bytes, since most of what is asked for next is a delta on that.  An entry
 * that is damaged is read from another copy if there is one.
 */
#ifndef RIAD_READER_H
#define RIAD_READER_H

#include <stddef.h>
#include <stdint.h>

#include "riad/graft.h"
#include "riad/odb.h"
#include "riad/store.h"

struct riad_reader;

/*
 * Keeps up to keep bytes of objects.  Where others use the store at the same
 * time, shared is true: then the store stays as it is, and what it hasn't, or
 * has damaged, is looked for in a store of the reader's own.  NULL with errno
 * ENOMEM.
 */
struct riad_reader *riad_reader_new(
    struct riad_store *store, size_t keep, bool shared);
void riad_reader_free(struct riad_reader *rd);

/* Forgets what is kept. */
void riad_reader_clear(struct riad_reader *rd);

/*
 * 0 with the contents, borrowed until the next call that reads; -1 with errno
 * EBADMSG if the object is damaged, ENOENT if it has gone, EMSGSIZE if it is
 * larger than an object may be here, ENOMEM, or as the system sets it.
 */
int riad_reader_read(struct riad_reader *rd, uint32_t number,
    enum riad_type *type, const uint8_t **data, size_t *len);

/* The same for its type, and for its length, which cost less. */
int riad_reader_type(
    struct riad_reader *rd, uint32_t number, enum riad_type *type);
int riad_reader_size(struct riad_reader *rd, uint32_t number, uint64_t *size);

/* Where history comes from, where it isn't read from commits. */
struct riad_history {
	void *ctx;

	/* As riad_odb.commit; 0 where it doesn't know the commit. */
	int (*commit)(void *ctx, const struct riad_oid *oid,
	    struct riad_commit_facts *facts);
};

/* The reader as an odb.  What follows is borrowed, and NULL for none: history,
 * commits with other parents than they say, and those without any. */
void riad_reader_odb(struct riad_reader *rd, struct riad_odb *odb,
    const struct riad_history *history, const struct riad_grafts *grafts,
    const struct riad_oidmap *cuts);

#endif
