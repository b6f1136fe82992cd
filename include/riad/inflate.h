/* SPDX-License-Identifier: ISC */
/* inflate.h - entries of packs, inflated: RFC 1950 */
#ifndef RIAD_INFLATE_H
#define RIAD_INFLATE_H

#include <stddef.h>
#include <stdint.h>

struct riad_inflate;

struct riad_inflate *riad_inflate_new(void); /* NULL with errno ENOMEM */
void riad_inflate_free(struct riad_inflate *z);

/*
 * Inflates the stream that begins at in, of at most in_len bytes, to the
 * out_len bytes at out: how many it takes, or -1 with errno EBADMSG if it is
 * damaged or of another length.
 */
int64_t riad_inflate(struct riad_inflate *z, uint8_t *out, size_t out_len,
    const uint8_t *in, size_t in_len);

/*
 * Makes the first out_len bytes of a stream, at most UINT_MAX, and looks no
 * further: 0, or -1 with errno EBADMSG if it is damaged there or shorter, or
 * ENOMEM.
 */
int riad_inflate_head(
    uint8_t *out, size_t out_len, const uint8_t *in, size_t in_len);

#endif
