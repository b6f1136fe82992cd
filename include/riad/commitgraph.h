/* SPDX-License-Identifier: ISC */
/*
 * commitgraph.h - what git wrote down about commits: gitformat-commit-graph(5)
 *
 * A commit-graph is a file, or a chain of them, of which each, a layer, adds
 * commits to those below it.  It numbers the commits: those of the lowest
 * layer first, within a layer in the order of their ids.  Opening it checks
 * the sizes, and each commit is checked when it is asked for, so that no
 * number leads out of the files, whatever is in them.
 *
 * A commit that is here need not be in the repository any more.  And what is
 * here is the history without grafts, replacements and shallow boundaries:
 * where there are any, git leaves its commit-graph aside, and so should a
 * caller of this.
 */
#ifndef RIAD_COMMITGRAPH_H
#define RIAD_COMMITGRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/oid.h"

/* A layer counts those below it in a byte. */
#define RIAD_CG_LAYERS_MAX 256

/* Of a commit; a commit of more is said to be damaged, as is its layer.  So the
 * same long list under each commit costs no more than so much. */
#define RIAD_CG_PARENTS_MAX 65536

struct riad_cg_layer {
	uint32_t base;  /* the number of its first commit */
	uint32_t count; /* commits */
	uint32_t noverflow;
	uint32_t nedges;
	const uint8_t *fanout;
	const uint8_t *ids;
	const uint8_t *commits;
	const uint8_t *dates; /* NULL if it has no corrected dates */
	const uint8_t *overflow;
	const uint8_t *edges;
	const uint8_t *sum; /* its trailer */
	const uint8_t *data;
	size_t len;
	bool mapped;
};

struct riad_commitgraph {
	size_t hash_len;
	uint32_t count;  /* commits */
	bool corrected;  /* whether generations are corrected dates */
	bool incomplete; /* a layer of the chain is missing or damaged, and the
			  * layers above it are not here */
	unsigned nlayers;
	struct riad_cg_layer *layers; /* the lowest first */
};

struct riad_cg_commit {
	struct riad_oid tree;
	uint64_t date; /* of the committer, 34 bits */

	/*
	 * More than that of any parent; comparable between the commits of one
	 * commit-graph.  With corrected: a date, at least the commit's.  Else
	 * its level, 1 for a root, or 0 if git didn't work it out, up to
	 * RIAD_CG_LEVEL_MAX, which stands for itself and all above.
	 */
	uint64_t generation;
	uint32_t nparents;
	uint32_t first; /* if nparents > 0 */
	uint32_t second;
	const uint8_t *edges; /* of the second on, if nparents > 2 */
};

#define RIAD_CG_LEVEL_MAX UINT32_C(0x3fffffff)

/* No commits. */
void riad_commitgraph_init(struct riad_commitgraph *cg, size_t hash_len);
void riad_commitgraph_close(struct riad_commitgraph *cg);

/*
 * Adds a layer that lies in memory, which is borrowed.  0, or -1 with errno:
 * EBADMSG if it is malformed or doesn't belong on those below, ENOTSUP for
 * another version or hash, ENOMEM; then the layers are as they were.
 */
int riad_commitgraph_add(
    struct riad_commitgraph *cg, const uint8_t *data, size_t len);

/*
 * Maps the commit-graph in dirs[0], an objects directory: info/commit-graph,
 * or else the chain in info/commit-graphs, whose layers may also lie in the
 * other directories, its alternates.  1; 0 if there is none; -1 with errno as
 * above or as the system sets it, and nothing to close.
 */
int riad_commitgraph_open_dirs(struct riad_commitgraph *cg,
    const char *const *dirs, size_t ndirs, size_t hash_len);

/* The same, of one directory. */
int riad_commitgraph_open(
    struct riad_commitgraph *cg, const char *objects_dir, size_t hash_len);

/* The number of the commit oid, or -1 if it is not there. */
int64_t riad_commitgraph_find(
    const struct riad_commitgraph *cg, const struct riad_oid *oid);

/* Of commit n, n < count. */
void riad_commitgraph_id(
    const struct riad_commitgraph *cg, uint32_t n, struct riad_oid *oid);

/*
 * 0 with the facts, and then every parent is a number below count; or -1 with
 * errno EBADMSG.  That no commit comes before itself by way of others is not
 * checked here, so a walk remembers where it was.
 */
int riad_commitgraph_commit(const struct riad_commitgraph *cg, uint32_t n,
    struct riad_cg_commit *commit);

/* The number of its i-th parent, i < nparents. */
uint32_t riad_cg_parent(const struct riad_cg_commit *commit, uint32_t i);

/*
 * Hashes the files, and looks at each commit: 0, or -1 with errno EBADMSG if
 * anything is wrong, as that a generation is not above a parent's.
 */
int riad_commitgraph_verify(const struct riad_commitgraph *cg);

#endif
