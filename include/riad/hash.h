/* SPDX-License-Identifier: ISC */
/*
 * hash.h - SHA-1 and SHA-256, which names objects and ends packs
 *
 * Which of them, is said by the length of its result: RIAD_SHA1_LEN or
 * RIAD_SHA256_LEN.
 */
#ifndef RIAD_HASH_H
#define RIAD_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "riad/oid.h"

struct riad_hash;

/* NULL with errno ENOMEM, or EINVAL for another length. */
struct riad_hash *riad_hash_new(size_t hash_len);
void riad_hash_free(struct riad_hash *hash);

void riad_hash_add(struct riad_hash *hash, const void *data, size_t len);

/* The hash of all that was added; then hash is as new.  -1 with errno EIO if
 * the library failed at any of it. */
int riad_hash_end(struct riad_hash *hash, struct riad_oid *sum);

#endif
