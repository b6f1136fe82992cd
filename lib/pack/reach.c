/* SPDX-License-Identifier: ISC */

#include "riad/reach.h"

#include <errno.h>

int
riad_reach(struct riad_bits *met, struct riad_graph *g,
    const struct riad_oid *tips, size_t ntips,
    const struct riad_oidmap *targets)
{
	uint32_t seen = 0, left = targets->len;

	for (size_t i = 0; i < ntips; i++) {
		struct riad_oid commit;
		int r = riad_peel_to_commit(g->odb, &commit, &tips[i]);

		if (r == 1 && riad_graph_add(g, &commit) == -1)
			return -1;
		if (r == -1 && errno == ENOMEM)
			return -1;
	}

	/* Loading a commit puts its parents at the end of the list. */
	for (uint32_t c = 0;; c++) {
		for (; seen < g->ids.len; seen++) {
			int64_t n =
			    riad_oidmap_get(targets, &g->ids.oids[seen]);
			if (n != -1) {
				riad_bits_add(met, (size_t)n);
				left--;
			}
		}
		if (left == 0 || c == g->ids.len)
			return 0;
		if (riad_graph_load(g, c) == -1 && errno == ENOMEM)
			return -1;
	}
}
