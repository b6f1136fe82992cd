/* SPDX-License-Identifier: ISC */

#include "riad/intact.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>

#include "riad/inflate.h"

/* What is longer is inflated piece by piece: that takes twice as long. */
#define WHOLE_MAX ((size_t)1 << 20)

struct riad_intact {
	struct riad_inflate *z;
	uint8_t out[WHOLE_MAX];
};

struct riad_intact *
riad_intact_new(void)
{
	/* Most never look at an index of version 1, and touch none of it. */
	struct riad_intact *x = malloc(sizeof(*x));

	if (x == NULL)
		return NULL;
	x->z = riad_inflate_new();
	if (x->z == NULL) {
		free(x);
		errno = ENOMEM;
		return NULL;
	}
	return x;
}

void
riad_intact_free(struct riad_intact *x)
{
	if (x == NULL)
		return;
	riad_inflate_free(x->z);
	free(x);
}

static bool
inflate_in_pieces(
    struct riad_intact *x, uint64_t size, const uint8_t *in, size_t in_len)
{
	z_stream z = {.next_in = NULL};
	uint64_t out = 0;
	int r = Z_OK;

	if (inflateInit(&z) != Z_OK)
		return false;
	while (r == Z_OK) {
		const size_t n = in_len < WHOLE_MAX ? in_len : WHOLE_MAX;

		if (z.avail_in == 0) {
			z.next_in = (z_const Bytef *)in;
			z.avail_in = (uInt)n;
			in += n;
			in_len -= n;
		}
		z.next_out = x->out;
		z.avail_out = (uInt)WHOLE_MAX;
		r = inflate(&z, Z_NO_FLUSH);
		out += WHOLE_MAX - z.avail_out;
		if (out > size)
			break;
	}
	bool whole =
	    r == Z_STREAM_END && out == size && z.avail_in == 0 && in_len == 0;
	inflateEnd(&z);
	return whole;
}

bool
riad_intact_entry(
    struct riad_intact *x, const struct riad_packfile *pack, uint32_t rank)
{
	const uint64_t off = riad_packfile_off(pack, rank);
	const uint64_t end = riad_packfile_end(pack, rank);
	struct riad_entry e;

	if (end == 0)
		return false;
	if (riad_idx_has_crc(&pack->idx))
		return libdeflate_crc32(
			   0, pack->data + off, (size_t)(end - off)) ==
		       riad_idx_crc(
			   &pack->idx, riad_packfile_index(pack, rank));
	if (riad_packfile_entry(pack, off, &e) == -1 || e.data >= end)
		return false;
	const uint8_t *in = pack->data + e.data;
	const size_t in_len = (size_t)(end - e.data);
	if (e.size > WHOLE_MAX)
		return inflate_in_pieces(x, e.size, in, in_len);
	return riad_inflate(x->z, x->out, (size_t)e.size, in, in_len) ==
	       (int64_t)in_len;
}
