/* SPDX-License-Identifier: ISC */
/* Whatever the file, each number it gives is one of the objects'. */

#include "riad/revidx.h"

#include <stdlib.h>

#include "riad/oid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(const uint8_t *data, size_t size, size_t hash_len)
{
	struct riad_revidx rev;

	if (size < 12 + 2 * hash_len)
		return;

	/* Of as many objects and of the pack that it says itself. */
	const uint32_t count = (uint32_t)((size - 12 - 2 * hash_len) / 4);
	if (riad_revidx_open(&rev, data, size, hash_len, count,
		data + size - 2 * hash_len) == -1)
		return;
	for (uint32_t i = 0; i <= count; i++) {
		const uint32_t n = riad_revidx_at(&rev, i);
		if (n != RIAD_REVIDX_NONE && n >= count)
			abort();
	}
	if (riad_revidx_at(&rev, count) != RIAD_REVIDX_NONE)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	look(data, size, RIAD_SHA1_LEN);
	look(data, size, RIAD_SHA256_LEN);
	return 0;
}
