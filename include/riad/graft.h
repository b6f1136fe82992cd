/* SPDX-License-Identifier: ISC */
/*
 * graft.h - commits that count as having other parents than they say: the
 * file info/grafts of gitrepository-layout(5); and the file shallow, of those
 * that count as having none
 */
#ifndef RIAD_GRAFT_H
#define RIAD_GRAFT_H

#include <stddef.h>
#include <stdint.h>

#include "riad/oid.h"

struct riad_grafts {
	struct riad_oidmap commits;
	size_t
	    *ends; /* by number: where its parents end; they follow others' */
	struct riad_oid *parents;
	size_t nparents, cap;
	uint32_t ends_cap;
	uint32_t ignored; /* lines that were none, or of a commit again */
};

void riad_grafts_init(struct riad_grafts *g);
void riad_grafts_free(struct riad_grafts *g);

/* Adds what a file says.  0, or -1 with errno ENOMEM. */
int riad_grafts_parse(
    struct riad_grafts *g, const char *data, size_t size, size_t hash_len);

/* The parents of a commit that was grafted, which may be 0; else NULL. */
const struct riad_oid *riad_grafts_get(
    const struct riad_grafts *g, const struct riad_oid *oid, size_t *n);

/*
 * Adds the ids of a file shallow, in their own order.  0, or -1 with errno
 * EBADMSG and the offset of the line in *bad; or ENOMEM.
 */
int riad_shallow_parse(struct riad_oidmap *shallow, const char *data,
    size_t size, size_t hash_len, size_t *bad);

#endif
