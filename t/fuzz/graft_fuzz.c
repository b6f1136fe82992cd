/* SPDX-License-Identifier: ISC */
/* No more ids come out than there is text for; those of shallow in order. */

#include "riad/graft.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct riad_grafts g;
	struct riad_oidmap shallow;
	size_t total = 0, n, bad = 0;

	riad_grafts_init(&g);
	if (riad_grafts_parse(&g, text, size, RIAD_SHA1_LEN) == -1)
		abort();
	for (uint32_t i = 0; i < g.commits.len; i++) {
		const struct riad_oid *oid = &g.commits.oids[i];
		const struct riad_oid *p = riad_grafts_get(&g, oid, &n);
		if (p == NULL || (n > 0 && p != g.parents + total))
			abort();
		total += n;
	}
	if (total != g.nparents || (total + g.commits.len) * 40 > size)
		abort();
	riad_grafts_free(&g);

	riad_oidmap_init(&shallow, UINT32_MAX / 4);
	int r = riad_shallow_parse(&shallow, text, size, RIAD_SHA256_LEN, &bad);
	if (r == -1 ? bad >= size : (size_t)shallow.len * 64 > size)
		abort();
	for (uint32_t i = 1; i < shallow.len; i++) {
		if (riad_oid_cmp(&shallow.oids[i - 1], &shallow.oids[i]) >= 0)
			abort();
	}
	riad_oidmap_free(&shallow);
	return 0;
}
