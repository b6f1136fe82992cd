/* SPDX-License-Identifier: ISC */

#include "riad/idx.h"

#include <errno.h>
#include <string.h>

#define HDR_LEN 8
#define FANOUT_LEN ((size_t)256 * 4)
#define LONG_OFFSET UINT32_C(0x80000000)

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

static uint32_t
fanout(const struct riad_idx *idx, unsigned byte)
{
	return be32(idx->fanout + (size_t)byte * 4);
}

int
riad_idx_open(
    struct riad_idx *idx, const uint8_t *data, size_t len, size_t hash_len)
{
	static const uint8_t magic[4] = {0xff, 't', 'O', 'c'};
	const size_t fixed = HDR_LEN + FANOUT_LEN + 2 * hash_len;

	*idx = (struct riad_idx){.hash_len = hash_len};
	if (len < fixed)
		goto bad;
	if (memcmp(data, magic, sizeof(magic)) != 0 || be32(data + 4) != 2) {
		errno = ENOTSUP;
		return -1;
	}
	idx->fanout = data + HDR_LEN;
	for (unsigned i = 0; i < 256; i++) {
		if (fanout(idx, i) < idx->count)
			goto bad;
		idx->count = fanout(idx, i);
	}

	/* What remains after id, CRC and offset of each is the long offsets. */
	const size_t count = idx->count, per = hash_len + 4 + 4;
	if (count > (len - fixed) / per)
		goto bad;
	size_t rest = len - fixed - count * per;
	if (rest % 8 != 0 || rest / 8 > count)
		goto bad;
	idx->nlong = (uint32_t)(rest / 8);
	idx->ids = idx->fanout + FANOUT_LEN;
	idx->crcs = idx->ids + count * hash_len;
	idx->offs = idx->crcs + count * 4;
	idx->longs = idx->offs + count * 4;
	idx->sum = idx->longs + rest;
	return 0;
bad:
	errno = EBADMSG;
	return -1;
}

int64_t
riad_idx_find(const struct riad_idx *idx, const struct riad_oid *oid)
{
	uint32_t lo = oid->id[0] == 0 ? 0 : fanout(idx, oid->id[0] - 1u);
	uint32_t hi = fanout(idx, oid->id[0]);

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int order = memcmp(oid->id,
		    idx->ids + (size_t)mid * idx->hash_len, idx->hash_len);

		if (order == 0)
			return mid;
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

void
riad_idx_id(const struct riad_idx *idx, uint32_t n, struct riad_oid *oid)
{
	riad_oid_set(oid, idx->ids + (size_t)n * idx->hash_len, idx->hash_len);
}

uint32_t
riad_idx_crc(const struct riad_idx *idx, uint32_t n)
{
	return be32(idx->crcs + (size_t)n * 4);
}

uint64_t
riad_idx_offset(const struct riad_idx *idx, uint32_t n)
{
	uint32_t off = be32(idx->offs + (size_t)n * 4);

	if ((off & LONG_OFFSET) == 0)
		return off;
	off &= ~LONG_OFFSET;
	return off < idx->nlong ? be64(idx->longs + (size_t)off * 8) : 0;
}
