/* SPDX-License-Identifier: ISC */
/*
 * blobs.h - contents of objects by where their entries begin, of which those
 * used last are kept; seen by reader.c
 */
#ifndef RIAD_PACK_BLOBS_H
#define RIAD_PACK_BLOBS_H

#include <stddef.h>
#include <stdint.h>

#include "riad/odb.h"

/* Contents, shared by who needs them. */
struct blob {
	size_t refs;
	size_t len;
	enum riad_type type;
	uint8_t data[];
};

struct slot {
	uint64_t off;
	uint32_t pack;
	uint32_t chain;        /* the next with the same hash, plus 1 */
	uint32_t older, newer; /* in the order of use, plus 1 */
	struct blob *blob;     /* NULL if it is free */
};

struct blobs {
	struct slot *slots;
	uint32_t *heads;         /* by hash: a slot, plus 1 */
	uint32_t cap;            /* of both; a power of two */
	uint32_t used;           /* slots from here on never were */
	uint32_t spare;          /* a slot that is free again, plus 1 */
	uint32_t newest, oldest; /* plus 1 */
	size_t bytes, max;
};

struct blob *blob_new(enum riad_type type, size_t len); /* one reference */
void blob_release(struct blob *b);                      /* NULL is fine */

/* Keeps at most max bytes.  0, or -1; blobs_clear and then free of its two
 * arrays in either case. */
int blobs_init(struct blobs *c, size_t max);
void blobs_clear(struct blobs *c);

/* What is kept of the entry at off of a pack, with a reference; or NULL. */
struct blob *blobs_get(struct blobs *c, uint32_t pack, uint64_t off);

/* Keeps it, with a reference of its own, unless it is so large that it would
 * push out most of the others. */
void blobs_put(struct blobs *c, uint32_t pack, uint64_t off, struct blob *b);

#endif
