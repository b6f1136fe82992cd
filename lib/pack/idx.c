/* SPDX-License-Identifier: ISC */

#include "riad/idx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/interp.h"

#define HDR_LEN 8
#define LONG_MARK UINT32_C(0x80000000)

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static uint64_t
be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

/* Version 1 is the fan-out, offset and id of each, and the trailer. */
static int
open_1(struct riad_idx *idx, const uint8_t *data, size_t len)
{
	const size_t fixed = RIAD_FANOUT_LEN + 2 * idx->hash_len;
	const size_t per = 4 + idx->hash_len;

	if (len < fixed || riad_interp_count(&idx->count, data) == -1 ||
	    (len - fixed) % per != 0 || (len - fixed) / per != idx->count)
		return bad();
	idx->fanout = data;
	idx->offs = data + RIAD_FANOUT_LEN;
	idx->ids = idx->offs + 4;
	idx->stride = idx->off_stride = per;
	idx->sum = idx->offs + idx->count * per;
	return 0;
}

static int
open_2(struct riad_idx *idx, const uint8_t *data, size_t len)
{
	const size_t fixed = HDR_LEN + RIAD_FANOUT_LEN + 2 * idx->hash_len;
	const size_t per = idx->hash_len + 4 + 4;

	if (len < fixed || riad_interp_count(&idx->count, data + HDR_LEN) == -1)
		return bad();

	/* What remains after id, CRC and offset of each is the long offsets. */
	const size_t count = idx->count;
	if (count > (len - fixed) / per)
		return bad();
	size_t rest = len - fixed - count * per;
	if (rest % 8 != 0 || rest / 8 > count)
		return bad();
	idx->nlong = (uint32_t)(rest / 8);
	idx->long_mark = LONG_MARK;
	idx->stride = idx->hash_len;
	idx->off_stride = 4;
	idx->fanout = data + HDR_LEN;
	idx->ids = idx->fanout + RIAD_FANOUT_LEN;
	idx->crcs = idx->ids + count * idx->hash_len;
	idx->offs = idx->crcs + count * 4;
	idx->longs = idx->offs + count * 4;
	idx->sum = idx->longs + rest;
	return 0;
}

int
riad_idx_open(
    struct riad_idx *idx, const uint8_t *data, size_t len, size_t hash_len)
{
	/* A fan-out of version 1 doesn't begin so: those would be more ids
	 * than there is room for. */
	static const uint8_t magic[4] = {0xff, 't', 'O', 'c'};

	*idx = (struct riad_idx){.hash_len = hash_len};
	if (len < HDR_LEN)
		return bad();
	if (memcmp(data, magic, sizeof(magic)) != 0)
		return open_1(idx, data, len);
	if (be32(data + 4) == 2)
		return open_2(idx, data, len);
	errno = ENOTSUP;
	return -1;
}

void
riad_idx_ready(struct riad_idx *idx)
{
	if (idx->starts == NULL)
		idx->starts = riad_interp_starts(
		    &idx->start_bits, idx->ids, idx->stride, idx->count);
}

void
riad_idx_close(struct riad_idx *idx)
{
	free(idx->starts);
	idx->starts = NULL;
}

int64_t
riad_idx_find(const struct riad_idx *idx, const struct riad_oid *oid)
{
	return idx->starts != NULL
		   ? riad_interp_find_from(idx->starts, idx->start_bits,
			 idx->ids, idx->stride, idx->hash_len, oid)
		   : riad_interp_find(idx->fanout, idx->ids, idx->stride,
			 idx->hash_len, oid);
}

void
riad_idx_prefetch(const struct riad_idx *idx, const struct riad_oid *oid)
{
	if (idx->starts != NULL)
		riad_interp_prefetch_from(
		    idx->starts, idx->start_bits, idx->ids, idx->stride, oid);
	else
		riad_interp_prefetch(idx->fanout, idx->ids, idx->stride, oid);
}

void
riad_idx_id(const struct riad_idx *idx, uint32_t n, struct riad_oid *oid)
{
	riad_oid_set(oid, idx->ids + n * idx->stride, idx->hash_len);
}

uint32_t
riad_idx_crc(const struct riad_idx *idx, uint32_t n)
{
	return idx->crcs == NULL ? 0 : be32(idx->crcs + (size_t)n * 4);
}

uint64_t
riad_idx_offset(const struct riad_idx *idx, uint32_t n)
{
	uint32_t off = be32(idx->offs + n * idx->off_stride);

	if ((off & idx->long_mark) == 0)
		return off;
	off &= ~idx->long_mark;
	return off < idx->nlong ? be64(idx->longs + (size_t)off * 8) : 0;
}
