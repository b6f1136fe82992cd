/* SPDX-License-Identifier: ISC */
/*
 * The input is the length of an index (2 bytes, most significant first), the
 * index, and its pack.  What an entry says lies in the pack; the order is one
 * of all objects, by rising offsets.
 */

#include "riad/packfile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_all(struct riad_packfile *pack)
{
	const struct riad_idx *idx = &pack->idx;
	uint64_t before = 0;

	if (riad_packfile_sort(pack) == -1)
		return;
	for (uint32_t i = 0; i < idx->count; i++) {
		uint64_t off =
		    riad_idx_offset(idx, riad_packfile_index(pack, i));
		uint64_t end = riad_packfile_end(pack, i);
		struct riad_entry e;

		if (off < before || end > pack->len - idx->hash_len)
			abort();
		before = off;
		int64_t at = riad_packfile_at(pack, off);
		if (at < 0 || riad_idx_offset(idx, (uint32_t)at) != off)
			abort();
		if (riad_packfile_entry(pack, off, &e) == -1)
			continue;
		if (e.data <= off || e.data >= pack->len - idx->hash_len ||
		    e.base_off >= off)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_packfile pack;

	if (size < 2)
		return 0;
	size_t idx_len = (size_t)data[0] << 8 | data[1];
	if (idx_len > size - 2)
		return 0;
	const uint8_t *rest = data + 2 + idx_len;
	if (riad_packfile_init(&pack, RIAD_SHA1_LEN, rest, size - 2 - idx_len,
		data + 2, idx_len) == 0)
		read_all(&pack);
	riad_packfile_close(&pack);
	return 0;
}
