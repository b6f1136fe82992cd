/* SPDX-License-Identifier: ISC */
/*
 * graph.h - the commits that were looked at, by number
 *
 * A commit is added by its id and loaded when its parents or date matter; it
 * is read once, however often it is asked for.  The negotiation marks commits
 * with flags of its own, and so does a walk.
 */
#ifndef RIAD_GRAPH_H
#define RIAD_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/odb.h"
#include "riad/oid.h"

struct riad_commit_node {
	struct riad_oid tree; /* this and what follows: once loaded */
	int64_t date;         /* of the committer, seconds since 1970 */
	size_t parents;       /* index into graph.parents */
	uint32_t nparents;
	uint32_t flags; /* the user's, 0 at first */
	bool loaded;
};

struct riad_graph {
	const struct riad_odb *odb;

	/* Commits that count as having no parents, shallow(5) in gitglossary;
	 * borrowed, NULL for none.  Set before anything is loaded. */
	const struct riad_oidmap *cuts;
	struct riad_oidmap ids;
	struct riad_commit_node *nodes; /* by number; moves on add and load */
	uint32_t nodes_cap;
	uint32_t *parents; /* numbers of commits; moves on load */
	size_t nparents, parents_cap;
	struct riad_oid *read; /* of the commit in hand */
	size_t read_cap;
};

void riad_graph_init(struct riad_graph *g, const struct riad_odb *odb);
void riad_graph_free(struct riad_graph *g);

/*
 * The number of the commit oid, which need not exist.  -1 with errno ENOMEM,
 * or EMSGSIZE beyond 2^28 commits.
 */
int64_t riad_graph_add(struct riad_graph *g, const struct riad_oid *oid);

/*
 * Reads commit n and adds its parents (which stay unloaded), if that was not
 * done before.  Returns 1; 0 if there is no such object; -1 with errno
 * EBADMSG if it is damaged or no commit, else as the odb sets it.
 */
int riad_graph_load(struct riad_graph *g, uint32_t n);

/*
 * Follows tags to the commit that they come down to: 1 with its id, 0 where
 * they lead to something else or to nothing, -1 with errno.
 */
int riad_peel_to_commit(const struct riad_odb *odb, struct riad_oid *commit,
    const struct riad_oid *oid);

#endif
