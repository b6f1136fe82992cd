/* SPDX-License-Identifier: ISC */
/*
 * No number leads out of the graph, and in layers that are in order each
 * commit is found.  The input is a file as it is, or the layers of a chain with
 * the length of each before it, in two bytes.
 */

#include "riad/commitgraph.h"

#include <stdlib.h>

#include "riad/interp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(const struct riad_commitgraph *cg)
{
	bool ordered = cg->nlayers == 1;

	for (unsigned i = 0; i < cg->nlayers; i++)
		ordered = ordered && riad_interp_check(cg->layers[i].fanout,
					 cg->layers[i].ids, cg->hash_len,
					 cg->hash_len) == 0;
	for (uint32_t n = 0; n < cg->count; n++) {
		struct riad_cg_commit commit;
		struct riad_oid oid, found;

		riad_commitgraph_id(cg, n, &oid);
		int64_t at = riad_commitgraph_find(cg, &oid);
		if (at >= cg->count || (ordered && at != n))
			abort();
		if (at != -1) {
			riad_commitgraph_id(cg, (uint32_t)at, &found);
			if (!riad_oid_eq(&oid, &found))
				abort();
		}
		if (riad_commitgraph_commit(cg, n, &commit) == -1)
			continue;
		for (uint32_t i = 0; i < commit.nparents; i++) {
			const uint32_t parent = riad_cg_parent(&commit, i);
			if (parent >= cg->count || parent == n)
				abort();
		}
		if (commit.date >> 34 != 0 ||
		    (cg->corrected && commit.generation < commit.date))
			abort();
	}
	(void)riad_commitgraph_verify(cg);
}

static void
layers(const uint8_t *data, size_t size, size_t hash_len)
{
	struct riad_commitgraph cg;
	size_t at = 0;

	riad_commitgraph_init(&cg, hash_len);
	while (size - at > 2) {
		size_t len = (size_t)data[at] << 8 | data[at + 1];
		at += 2;
		if (len > size - at)
			len = size - at;
		if (riad_commitgraph_add(&cg, data + at, len) == -1)
			break;
		at += len;
	}
	look(&cg);
	riad_commitgraph_close(&cg);
}

static void
one(const uint8_t *data, size_t size, size_t hash_len)
{
	struct riad_commitgraph cg;

	riad_commitgraph_init(&cg, hash_len);
	if (riad_commitgraph_add(&cg, data, size) == 0)
		look(&cg);
	riad_commitgraph_close(&cg);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	one(data, size, RIAD_SHA1_LEN);
	one(data, size, RIAD_SHA256_LEN);
	layers(data, size, RIAD_SHA1_LEN);
	layers(data, size, RIAD_SHA256_LEN);
	return 0;
}
