/* SPDX-License-Identifier: ISC */
/* No lookup leaves the index, every id that is found is that one, and in an
 * index that is in order each is. */

#include "riad/idx.h"

#include <stdlib.h>

#include "riad/interp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(const struct riad_idx *idx)
{
	const bool ordered = riad_interp_check(idx->fanout, idx->ids,
				 idx->stride, idx->hash_len) == 0;

	for (uint32_t n = 0; n < idx->count; n++) {
		struct riad_oid oid, found;

		riad_idx_id(idx, n, &oid);
		int64_t at = riad_idx_find(idx, &oid);
		if (at >= idx->count)
			abort();
		if (at != -1) {
			riad_idx_id(idx, (uint32_t)at, &found);
			if (!riad_oid_eq(&oid, &found))
				abort();
		}
		const uint64_t most =
		    riad_idx_has_crc(idx) ? UINT32_MAX / 2 : UINT32_MAX;
		if (riad_idx_offset(idx, n) > most && idx->nlong == 0)
			abort();
		(void)riad_idx_crc(idx, n);
		if (at != n && ordered)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_idx idx;

	if (riad_idx_open(&idx, data, size, RIAD_SHA1_LEN) == 0)
		look(&idx);
	if (riad_idx_open(&idx, data, size, RIAD_SHA256_LEN) == 0)
		look(&idx);
	return 0;
}
