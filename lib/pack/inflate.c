/* SPDX-License-Identifier: ISC */

#include "riad/inflate.h"

#include <errno.h>
#include <libdeflate.h>

/* libdeflate's own type by our name: there is nothing to add. */
struct riad_inflate *
riad_inflate_new(void)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();

	if (d == NULL)
		errno = ENOMEM;
	return (struct riad_inflate *)d;
}

void
riad_inflate_free(struct riad_inflate *z)
{
	libdeflate_free_decompressor((struct libdeflate_decompressor *)z);
}

int64_t
riad_inflate(struct riad_inflate *z, uint8_t *out, size_t out_len,
    const uint8_t *in, size_t in_len)
{
	size_t taken, made;

	if (libdeflate_zlib_decompress_ex((struct libdeflate_decompressor *)z,
		in, in_len, out, out_len, &taken,
		&made) != LIBDEFLATE_SUCCESS ||
	    made != out_len) {
		errno = EBADMSG;
		return -1;
	}
	return (int64_t)taken;
}
