/* SPDX-License-Identifier: ISC */
/*
 * oid.h - the ids of Git objects, and maps from ids to small numbers
 *
 * An id is a hash of 20 bytes (SHA-1) or 32 (SHA-256); which, is a fact about
 * the repository, so the functions that care take that length.  The bytes
 * after a shorter hash are 0, so that ids compare as a whole.
 */
#ifndef RIAD_OID_H
#define RIAD_OID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RIAD_SHA1_LEN 20
#define RIAD_SHA256_LEN 32
#define RIAD_OID_MAX 32
#define RIAD_OID_HEX_MAX (2 * RIAD_OID_MAX)

struct riad_oid {
	uint8_t id[RIAD_OID_MAX];
};

/* The id of hash_len raw bytes. */
void riad_oid_set(struct riad_oid *oid, const uint8_t *raw, size_t hash_len);

/*
 * Reads 2 * hash_len hexadecimal digits at the start of s, of len bytes.
 * Returns the bytes taken, or -1 with errno EBADMSG.  Digits are of either
 * case, as git reads them.
 */
int riad_oid_parse(
    struct riad_oid *oid, const char *s, size_t len, size_t hash_len);

/* Lower-case digits and a NUL; returns hex. */
char *riad_oid_hex(char hex[RIAD_OID_HEX_MAX + 1], const struct riad_oid *oid,
    size_t hash_len);

/* By memcmp(3), the order of a pack index. */
int riad_oid_cmp(const struct riad_oid *a, const struct riad_oid *b);
bool riad_oid_eq(const struct riad_oid *a, const struct riad_oid *b);

/*
 * Numbers ids 0, 1, 2, ... as they are put in.  What belongs to an id is kept
 * by the map's owner in arrays of its own, under that number.
 */
struct riad_oidmap {
	struct riad_oid *oids; /* oids[0..len), by number; moves on put */
	uint32_t len;
	uint32_t cap;
	uint32_t *slots; /* number + 1, or 0 for empty; mask + 1 of them */
	uint32_t mask;
	uint32_t max; /* put fails with EMSGSIZE beyond so many ids */
};

void riad_oidmap_init(struct riad_oidmap *map, uint32_t max);
void riad_oidmap_free(struct riad_oidmap *map);

/*
 * The number of oid, put in if it was not there; *added says which, and may
 * be NULL.  -1 with errno ENOMEM or EMSGSIZE.
 */
int64_t riad_oidmap_put(
    struct riad_oidmap *map, const struct riad_oid *oid, bool *added);

/* The number of oid, or -1 if it is not there. */
int64_t riad_oidmap_get(
    const struct riad_oidmap *map, const struct riad_oid *oid);

#endif
