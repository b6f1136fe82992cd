/* SPDX-License-Identifier: ISC */

#include "riad/negotiate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Flags of a commit: the client has it; then what a search has found
	 * out, which is void if its number is not the search's. */
	THEY_HAVE = 1,
	ENTERED = 2, /* no way known yet, or none */
	REACHES = 4, /* leads to a commit that the client has */
	EPOCH_SHIFT = 3,
};

/* Steps: all of a large history at once, or a bit of it by each line. */
static const uint64_t credit_first = 1 << 22;
static const uint64_t credit_line = 1 << 10;

void
riad_negotiation_init(struct riad_negotiation *n, const struct riad_odb *odb)
{
	*n = (struct riad_negotiation){
	    .oldest_have = INT64_MAX,
	    .credit = credit_first,
	};
	riad_graph_init(&n->graph, odb);
	riad_oidmap_init(&n->haves, UINT32_MAX);
	riad_oidmap_init(&n->targets, UINT32_MAX);
}

void
riad_negotiation_free(struct riad_negotiation *n)
{
	riad_graph_free(&n->graph);
	riad_oidmap_free(&n->haves);
	riad_oidmap_free(&n->targets);
}

int
riad_negotiation_want(struct riad_negotiation *n, const struct riad_oid *oid)
{
	struct riad_oid commit;

	/* Of other objects nothing can be said by history. */
	int r = riad_peel_to_commit(n->graph.odb, &commit, oid);
	if (r == 1 && riad_oidmap_put(&n->targets, &commit, NULL) == -1)
		return -1;
	n->changed = true;
	return r == -1 ? -1 : 0;
}

/* Marks commit number c and, since a client has whole histories, its
 * parents. */
static int
mark(struct riad_negotiation *n, uint32_t c)
{
	struct riad_graph *g = &n->graph;

	int r = riad_graph_load(g, c);
	if (r != 1)
		return r;
	const struct riad_commit_node *node = &g->nodes[c];
	if (node->date < n->oldest_have)
		n->oldest_have = node->date;
	g->nodes[c].flags |= THEY_HAVE;
	for (uint32_t i = 0; i < node->nparents; i++)
		g->nodes[g->parents[node->parents + i]].flags |= THEY_HAVE;
	return 0;
}

int
riad_negotiation_have(struct riad_negotiation *n, const struct riad_oid *oid)
{
	const struct riad_odb *odb = n->graph.odb;

	if (n->credit < UINT64_MAX / 2)
		n->credit += credit_line;
	if (riad_oidmap_get(&n->haves, oid) != -1)
		return 1;
	int r = odb->type(odb->ctx, oid, NULL);
	if (r != 1)
		return r;
	if (riad_oidmap_put(&n->haves, oid, NULL) == -1)
		return -1;
	n->changed = true;
	return 1;
}

/* Those that came since the last time. */
static int
mark_haves(struct riad_negotiation *n)
{
	for (; n->marked < n->haves.len; n->marked++) {
		struct riad_oid commit;
		int r = riad_peel_to_commit(
		    n->graph.odb, &commit, &n->haves.oids[n->marked]);

		if (r == -1)
			return -1;
		if (r == 0)
			continue;
		int64_t c = riad_graph_add(&n->graph, &commit);
		if (c == -1 || mark(n, (uint32_t)c) == -1)
			return -1;
	}
	return 0;
}

/* What this search knows of commit c. */
static uint32_t
known(const struct riad_negotiation *n, uint32_t c)
{
	uint32_t flags = n->graph.nodes[c].flags;

	if (flags & THEY_HAVE)
		return REACHES;
	return flags >> EPOCH_SHIFT == n->epoch ? flags & (ENTERED | REACHES)
						: 0;
}

static void
learn(struct riad_negotiation *n, uint32_t c, uint32_t what)
{
	uint32_t *flags = &n->graph.nodes[c].flags;

	*flags = (*flags & THEY_HAVE) | what | n->epoch << EPOCH_SHIFT;
}

struct frame {
	uint32_t commit;
	uint32_t next; /* the parent to look at */
};

struct stack {
	struct frame *frames;
	size_t n, cap;
};

static int
push(struct stack *s, uint32_t commit)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 256;
		struct frame *frames =
		    reallocarray(s->frames, cap, sizeof(*frames));
		if (frames == NULL)
			return -1;
		s->frames = frames;
		s->cap = cap;
	}
	s->frames[s->n++] = (struct frame){commit, 0};
	return 0;
}

/*
 * Enters a commit: 1 if its parents are to be looked at, 0 if it can't lead
 * anywhere: it is older than all that the client has, or not to be read.
 */
static int
enter(struct riad_negotiation *n, uint32_t c)
{
	learn(n, c, ENTERED);
	n->last_cost++;
	int r = riad_graph_load(&n->graph, c);
	if (r == -1 && errno == ENOMEM)
		return -1;
	return r == 1 && n->graph.nodes[c].date >= n->oldest_have;
}

/* Depth first from one commit; the marks stay for the next one. */
static int
search(struct riad_negotiation *n, struct stack *s, uint32_t from)
{
	const struct riad_graph *g = &n->graph;

	s->n = 0;
	if (known(n, from) == 0 && push(s, from) == -1)
		return -1;
	while (s->n > 0) {
		struct frame *f = &s->frames[s->n - 1];
		uint32_t c = f->commit;

		if (known(n, c) == 0) {
			int r = enter(n, c);
			if (r == -1)
				return -1;
			if (r == 0) {
				s->n--;
				continue;
			}
		}
		const struct riad_commit_node *node = &g->nodes[c];
		if (f->next > 0) { /* back from a parent */
			uint32_t p = g->parents[node->parents + f->next - 1];
			if (known(n, p) & REACHES) {
				learn(n, c, REACHES);
				s->n--;
				continue;
			}
		}
		if (f->next == node->nparents) {
			s->n--;
			continue;
		}
		uint32_t p = g->parents[node->parents + f->next++];
		if (known(n, p) == 0 && push(s, p) == -1)
			return -1;
	}
	return (known(n, from) & REACHES) != 0;
}

int
riad_negotiation_ready(struct riad_negotiation *n)
{
	struct stack s = {NULL, 0, 0};
	int r = 1;

	if (n->haves.len == 0)
		return 0;
	if (!n->changed || n->ready)
		return n->ready;
	if (n->last_cost > n->credit)
		return 0;
	if (mark_haves(n) == -1)
		return -1;

	n->epoch++;
	n->last_cost = 0;
	for (uint32_t i = 0; r == 1 && i < n->targets.len; i++) {
		int64_t c = riad_graph_add(&n->graph, &n->targets.oids[i]);
		r = c == -1 ? -1 : search(n, &s, (uint32_t)c);
	}
	free(s.frames);
	n->credit -= n->last_cost < n->credit ? n->last_cost : n->credit;
	n->changed = false;
	n->ready = r == 1;
	return r;
}
