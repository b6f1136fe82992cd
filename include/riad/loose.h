/* SPDX-License-Identifier: ISC */
/*
 * loose.h - an object in a file of its own: gitrepository-layout(5), objects
 *
 * The file holds "type size", a NUL and the contents, deflated by zlib.  A
 * file that says something else of itself than what it holds is malformed,
 * whoever wrote it, and never makes us write or allocate beyond what it has.
 */
#ifndef RIAD_LOOSE_H
#define RIAD_LOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/odb.h"

struct riad_loose {
	enum riad_type type;
	size_t len; /* of the contents; at most 1032 times that of the file */

	const uint8_t *map;
	size_t map_len, left; /* left: not yet given to z */
	struct z_stream_s *z; /* zlib's */
	int status;           /* likewise */
	char head[64];
	size_t begun, head_len; /* where in head the contents begin and end */
};

/* Whether there is a file of oid in a directory of objects. */
bool riad_loose_exists(
    const char *dir, const struct riad_oid *oid, size_t hash_len);

/*
 * Opens the file of oid in a directory of objects and reads its header.  1; 0
 * if there is none; -1 with errno: EBADMSG if it is malformed, or as the
 * system sets it.
 */
int riad_loose_open(struct riad_loose *l, const char *dir,
    const struct riad_oid *oid, size_t hash_len);

/* Reads the contents, len bytes, once.  0, or -1 with errno EBADMSG if they
 * are damaged, or not as long as the header has it.  They aren't compared
 * with the id. */
int riad_loose_read(struct riad_loose *l, void *to);
void riad_loose_close(struct riad_loose *l);

#endif
