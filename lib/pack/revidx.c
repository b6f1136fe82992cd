/* SPDX-License-Identifier: ISC */

#include "riad/revidx.h"

#include <errno.h>
#include <string.h>

#define HDR_LEN 12

int
riad_revidx_open(struct riad_revidx *rev, const uint8_t *data, size_t len,
    size_t hash_len, uint32_t count, const uint8_t *sum)
{
	const size_t fixed = HDR_LEN + 2 * hash_len;
	const uint8_t hash = hash_len == RIAD_SHA1_LEN ? 1 : 2;
	const uint8_t hdr[8] = {0, 0, 0, 1, 0, 0, 0, hash};

	*rev = (struct riad_revidx){.rows = NULL};
	if (len < fixed || memcmp(data, "RIDX", 4) != 0)
		goto bad;
	if (memcmp(data + 4, hdr, sizeof(hdr)) != 0) {
		errno = ENOTSUP;
		return -1;
	}
	const size_t rest = len - fixed;
	if (rest % 4 != 0 || rest / 4 != count ||
	    memcmp(data + HDR_LEN + rest, sum, hash_len) != 0)
		goto bad;
	rev->rows = data + HDR_LEN;
	rev->count = count;
	return 0;
bad:
	errno = EBADMSG;
	return -1;
}

int
riad_revidx_check(const struct riad_revidx *rev, const struct riad_idx *idx)
{
	uint64_t before = 0;

	if (rev->count != idx->count)
		goto bad;
	for (uint32_t i = 0; i < rev->count; i++) {
		uint32_t n = riad_revidx_at(rev, i);
		if (n == RIAD_REVIDX_NONE)
			goto bad;
		uint64_t off = riad_idx_offset(idx, n);
		if (off <= before)
			goto bad;
		before = off;
	}
	return 0;
bad:
	errno = EBADMSG;
	return -1;
}
