/* SPDX-License-Identifier: ISC */
/* No lookup leaves the index, every id that is found is that one, and in an
 * index that is in order each is. */

#include "riad/midx.h"

#include <stdlib.h>
#include <string.h>

#include "riad/interp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(const struct riad_midx *midx)
{
	const bool ordered = riad_interp_check(midx->fanout, midx->ids,
				 midx->hash_len, midx->hash_len) == 0;
	const char *name = NULL;
	uint32_t npacks = 0;

	while ((name = riad_midx_name(midx, name)) != NULL) {
		npacks++;
		if (strchr(name, '/') != NULL)
			abort();
	}
	if (npacks != midx->npacks)
		abort();
	for (uint32_t n = 0; n < midx->count; n++) {
		struct riad_oid oid, found;
		uint32_t pack;
		uint64_t off;

		riad_midx_id(midx, n, &oid);
		int64_t at = riad_midx_find(midx, &oid);
		if (at >= midx->count || (ordered && at != n))
			abort();
		if (at != -1) {
			riad_midx_id(midx, (uint32_t)at, &found);
			if (!riad_oid_eq(&oid, &found))
				abort();
		}
		if (riad_midx_place(midx, n, &pack, &off) == 0 &&
		    (pack >= npacks ||
			(off > UINT32_MAX && midx->longs == NULL)))
			abort();
		const uint32_t i = riad_midx_order(midx, n);
		if (i != RIAD_MIDX_NONE && i >= midx->count)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_midx midx;

	if (riad_midx_open(&midx, data, size, RIAD_SHA1_LEN) == 0)
		look(&midx);
	if (riad_midx_open(&midx, data, size, RIAD_SHA256_LEN) == 0)
		look(&midx);
	return 0;
}
