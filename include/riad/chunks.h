/* SPDX-License-Identifier: ISC */
/*
 * chunks.h - the table of contents of a chunked file: gitformat-chunk(5)
 *
 * Multi-pack-indexes and commit-graphs are made of it.  Opening it checks that
 * each chunk lies behind the table and before the trailer.
 */
#ifndef RIAD_CHUNKS_H
#define RIAD_CHUNKS_H

#include <stddef.h>
#include <stdint.h>

struct riad_chunks {
	const uint8_t *data; /* borrowed: the whole file */
	const uint8_t *toc;
	unsigned n;
};

/*
 * Of a file whose table of n chunks begins at offset at, and which ends in a
 * hash.  0, or -1 with errno EBADMSG.
 */
int riad_chunks_open(struct riad_chunks *chunks, const uint8_t *data,
    size_t len, size_t at, uint8_t n, size_t hash_len);

/* The chunk by the name of four letters, and its length; NULL if there is
 * none, and then the length is 0. */
const uint8_t *riad_chunks_get(
    const struct riad_chunks *chunks, const char *name, size_t *len);

#endif
