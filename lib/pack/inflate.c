/* SPDX-License-Identifier: ISC */

#include "riad/inflate.h"

#include <errno.h>
#include <libdeflate.h>
#include <limits.h>
#include <zlib.h>

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

/* Of a part libdeflate makes nothing that it says may be looked at. */
int
riad_inflate_head(
    uint8_t *out, size_t out_len, const uint8_t *in, size_t in_len)
{
	z_stream z = {.next_in = (z_const Bytef *)in,
	    .avail_in = in_len < UINT_MAX ? (uInt)in_len : UINT_MAX,
	    .avail_out = (uInt)out_len};

	z.next_out = out;
	if (inflateInit(&z) != Z_OK) {
		errno = ENOMEM;
		return -1;
	}
	(void)inflate(&z, Z_SYNC_FLUSH);
	inflateEnd(&z);
	if (z.avail_out == 0)
		return 0;
	errno = EBADMSG;
	return -1;
}
