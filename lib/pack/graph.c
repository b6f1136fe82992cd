/* SPDX-License-Identifier: ISC */

#include "riad/graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/parse.h"

/* Tags of tags, further than anybody goes. */
enum { TAG_DEPTH_MAX = 64 };

/* More commits than any history has, so that no sum of their numbers and
 * sizes gets near the limits of uint32_t. */
#define MAX_COMMITS (1u << 28)

void
riad_graph_init(struct riad_graph *g, const struct riad_odb *odb)
{
	*g = (struct riad_graph){.odb = odb};
	riad_oidmap_init(&g->ids, MAX_COMMITS);
}

void
riad_graph_free(struct riad_graph *g)
{
	riad_oidmap_free(&g->ids);
	free(g->nodes);
	free(g->parents);
	free(g->read);
	const struct riad_oidmap *cuts = g->cuts;
	riad_graph_init(g, g->odb);
	g->cuts = cuts;
}

static int
grow_nodes(struct riad_graph *g)
{
	uint32_t cap = g->nodes_cap == 0 ? 64 : 2 * g->nodes_cap;
	struct riad_commit_node *nodes =
	    reallocarray(g->nodes, cap, sizeof(*nodes));

	if (nodes == NULL)
		return -1;
	memset(nodes + g->nodes_cap, 0, (cap - g->nodes_cap) * sizeof(*nodes));
	g->nodes = nodes;
	g->nodes_cap = cap;
	return 0;
}

int64_t
riad_graph_add(struct riad_graph *g, const struct riad_oid *oid)
{
	/* First the room, so that each id in the map has its node. */
	if (g->ids.len == g->nodes_cap && grow_nodes(g) == -1)
		return -1;
	return riad_oidmap_put(&g->ids, oid, NULL);
}

static int
grow_parents(struct riad_graph *g, size_t more)
{
	if (more <= g->parents_cap - g->nparents)
		return 0;

	size_t cap = g->nparents + more;
	cap += cap / 2 + 64;
	uint32_t *parents = reallocarray(g->parents, cap, sizeof(*parents));
	if (parents == NULL)
		return -1;
	g->parents = parents;
	g->parents_cap = cap;
	return 0;
}

/* Reads the commit as a whole, for want of anything quicker. */
static int
read_facts(struct riad_graph *g, const struct riad_oid *oid,
    struct riad_commit_facts *facts)
{
	const size_t hash_len = g->odb->hash_len;
	enum riad_type type;
	struct riad_commit commit;
	const uint8_t *data;
	size_t len;

	int r = g->odb->read(g->odb->ctx, oid, &type, &data, &len);
	if (r != 1)
		return r;
	if (type != RIAD_COMMIT) {
		errno = EBADMSG;
		return -1;
	}
	if (riad_commit_parse(&commit, data, len, hash_len) == -1)
		return -1;
	if (commit.nparents > g->read_cap) {
		struct riad_oid *ids =
		    reallocarray(g->read, commit.nparents, sizeof(*ids));
		if (ids == NULL)
			return -1;
		g->read = ids;
		g->read_cap = commit.nparents;
	}
	for (size_t i = 0; i < commit.nparents; i++)
		riad_commit_parent(&g->read[i], &commit, i, hash_len);
	*facts = (struct riad_commit_facts){.tree = commit.tree,
	    .date = commit.date,
	    .nparents = (uint32_t)commit.nparents,
	    .parents = g->read};
	return 1;
}

int
riad_graph_load(struct riad_graph *g, uint32_t n)
{
	struct riad_commit_facts facts;

	if (g->nodes[n].loaded)
		return 1;

	const struct riad_oid oid = g->ids.oids[n];
	int r = g->odb->commit != NULL
		    ? g->odb->commit(g->odb->ctx, &oid, &facts)
		    : read_facts(g, &oid, &facts);
	if (r != 1)
		return r;
	if (g->cuts != NULL && riad_oidmap_get(g->cuts, &oid) != -1)
		facts.nparents = 0;
	if (grow_parents(g, facts.nparents) == -1)
		return -1;

	/* Entered only when all of them are there: a failure leaves no half. */
	for (uint32_t i = 0; i < facts.nparents; i++) {
		int64_t p = riad_graph_add(g, &facts.parents[i]);
		if (p == -1)
			return -1;
		g->parents[g->nparents + i] = (uint32_t)p;
	}

	struct riad_commit_node *node = &g->nodes[n];
	node->tree = facts.tree;
	node->date = facts.date;
	node->parents = g->nparents;
	node->nparents = facts.nparents;
	node->loaded = true;
	g->nparents += facts.nparents;
	return 1;
}

int
riad_peel_to_commit(const struct riad_odb *odb, struct riad_oid *commit,
    const struct riad_oid *oid)
{
	*commit = *oid;
	for (int i = 0; i < TAG_DEPTH_MAX; i++) {
		struct riad_tag tag;
		const uint8_t *data;
		enum riad_type type;
		size_t len;

		int r = odb->type(odb->ctx, commit, &type);
		if (r != 1)
			return r;
		if (type != RIAD_TAG)
			return type == RIAD_COMMIT;
		r = odb->read(odb->ctx, commit, &type, &data, &len);
		if (r != 1)
			return r;
		if (riad_tag_parse(&tag, data, len, odb->hash_len) == -1)
			return -1;
		*commit = tag.object;
	}
	return 0;
}
