/* SPDX-License-Identifier: ISC */
/* packedrefs.h - the file packed-refs, gitrepository-layout(5) */
#ifndef RIAD_PACKEDREFS_H
#define RIAD_PACKEDREFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/oid.h"

struct riad_packed_refs {
	const char *data; /* borrowed */
	size_t len;
	size_t hash_len;
	size_t begin;      /* of the first record */
	bool peeled;       /* tags/ have what they peel to, if it is another */
	bool fully_peeled; /* and so has everything */
	size_t *index;     /* where records start, by name; NULL if in order */
	size_t nindex;
};

struct riad_packed_ref {
	const char *name; /* in the file, without a NUL */
	size_t name_len;
	struct riad_oid oid;
	struct riad_oid peeled;
	bool has_peeled;   /* it is a tag of what peeled says */
	bool knows_peeled; /* if it were a tag, that would stand here */
};

/*
 * Takes the file's contents.  One that doesn't say that it is sorted is put in
 * order, for which memory of a fifth of its size is needed.  0, or -1 with
 * errno EBADMSG or ENOMEM.
 */
int riad_packed_refs_init(struct riad_packed_refs *refs, const void *data,
    size_t len, size_t hash_len);
void riad_packed_refs_free(struct riad_packed_refs *refs);

/*
 * A position among the records: riad_packed_refs_find gives that of the first
 * whose name is not less than the given one, by strcmp(3).  In a file that is
 * not in the order that it says, it may be any.
 */
size_t riad_packed_refs_find(
    const struct riad_packed_refs *refs, const char *name, size_t len);

/* The record at *pos, which moves on.  1, 0 at the end, -1 with EBADMSG. */
int riad_packed_refs_next(const struct riad_packed_refs *refs, size_t *pos,
    struct riad_packed_ref *ref);

#endif
