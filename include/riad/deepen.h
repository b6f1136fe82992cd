/* SPDX-License-Identifier: ISC */
/*
 * deepen.h - where the history of a shallow clone ends
 *
 * A client that has no more of the history than it asked for keeps a list of
 * the commits whose parents it lacks, its shallow commits.  When it asks for
 * another depth it is told which commits become shallow and which cease to
 * be: gitprotocol-pack(5) "deepen", gitprotocol-v2(5) "shallow-info".
 *
 * The graph that is given is a fresh one, to which nothing was added; its
 * cuts, if it has any, are ends that count as such.  What a call costs is
 * bounded by the history that can be reached.
 */
#ifndef RIAD_DEEPEN_H
#define RIAD_DEEPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/graph.h"
#include "riad/oid.h"

/* The depth that is none: git's clients send it for --unshallow. */
#define RIAD_DEPTH_INFINITE 0x7fffffff

struct riad_deepen {
	/* The shallow commits of the client and of the repository itself, the
	 * latter without parents for the odb too; borrowed, NULL for none. */
	const struct riad_oidmap *client, *own;

	/* What the client is told.  Those that it has already said are shallow
	 * are not told again. */
	struct riad_oidmap shallow, unshallow;
};

void riad_deepen_init(struct riad_deepen *d, const struct riad_oidmap *client,
    const struct riad_oidmap *own);
void riad_deepen_free(struct riad_deepen *d);

/*
 * Keeps depth commits of each line that begins at from, whose objects may be
 * of any type; 1 or more.  0, or -1 with errno: ENOENT if a commit is missing.
 */
int riad_deepen_by_depth(struct riad_deepen *d, struct riad_graph *g,
    const struct riad_oid *from, size_t n, uint32_t depth);

/*
 * Keeps the commits of since (seconds since 1970) or later that can be
 * reached from from and not from without.  Returns 1; 0 if there are none; -1
 * with errno.
 *
 * Dates need not grow along a history.  As with git rev-list --max-age, older
 * commits end a line if nothing is excluded, and are excluded with all that
 * can be reached from them if something is.
 */
int riad_deepen_by_revs(struct riad_deepen *d, struct riad_graph *g,
    const struct riad_oid *from, size_t n, uint64_t since,
    const struct riad_oid *without, size_t nwithout);

/* No commit of the client stays shallow; of a repository that is whole. */
int riad_deepen_whole(struct riad_deepen *d);

#endif
