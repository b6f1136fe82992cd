/* SPDX-License-Identifier: ISC */
/*
 * setcache.h - sets that were worked out, kept in a directory for next time
 *
 * A key is the SHA-256 of all that the sets depend on; making it is the
 * caller's.  Each has a file, HEX.sets: written under another name and then
 * renamed, so that it is there as a whole or not at all, and checked by a hash
 * of its own when it is read.  Any number of processes may use a directory at
 * once.
 *
 * The directory must exist, belong to the user, and be writable by nobody
 * else: what is in it decides what is sent.  Links are not followed in it, and
 * only regular files of the user with names as ours are read or removed.
 */
#ifndef RIAD_SETCACHE_H
#define RIAD_SETCACHE_H

#include <stddef.h>
#include <stdint.h>

#include "riad/bits.h"
#include "riad/buf.h"
#include "riad/oid.h"

/*
 * Reads the sets kept under key into sets, which are made and of the sizes
 * they had.  1; 0 if there are none, or not such ones, and then sets are
 * undefined; -1 with errno (EACCES if the directory is somebody else's, or as
 * open(2), ENOMEM) if the cache can't be used.  A file that is damaged is
 * removed, and one that was read becomes the most recently used.
 */
int riad_setcache_get(const char *dir, const struct riad_oid *key,
    struct riad_bits *sets, size_t nsets);

/*
 * Keeps the sets under key, and removes what was least recently used until
 * all files take max bytes at most, each in blocks of 4 KiB.  0, or -1 with
 * errno: EFBIG if these alone take more, EEXIST if something that isn't a file
 * has the name, or as in get; nothing is kept then.
 */
int riad_setcache_put(const char *dir, const struct riad_oid *key,
    const struct riad_bits *sets, size_t nsets, uint64_t max);

/*
 * The bytes of such a file, and back: 0, or -1 with errno EBADMSG if they are
 * not whole, of another key or of other sizes; EMSGSIZE or ENOMEM from out.
 *
 * "RSET", 1 (the version), the key, the number of sets; of each set its size
 * and then itself as in ewah.h; the SHA-256 of all this.  Numbers are of 32
 * bits, big-endian.
 */
int riad_setcache_write(struct riad_buf *out, const struct riad_oid *key,
    const struct riad_bits *sets, size_t nsets);
int riad_setcache_read(const uint8_t *data, size_t len,
    const struct riad_oid *key, struct riad_bits *sets, size_t nsets);

#endif
