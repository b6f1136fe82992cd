/* SPDX-License-Identifier: ISC */

#include "riad/graph.h"

#include "memodb.h"
#include "tap.h"

static const int none[] = {-1};

/* 300 commits in a row and a merge of them all, added from the last on. */
static void
test_graph(size_t hash_len)
{
	static struct mem_odb db;
	struct riad_graph g;
	int parents[301];

	mem_init(&db, hash_len);
	uint32_t tree = mem_new(&db, RIAD_TREE);
	for (int i = 0; i < 300; i++) {
		int parent[] = {i == 0 ? -1 : parents[i - 1], -1};
		parents[i] = (int)mem_commit(&db, tree, parent, 1000 + i);
	}
	parents[300] = -1;
	uint32_t top = mem_commit(&db, tree, parents, 5000);

	riad_graph_init(&g, &db.odb);
	ok(riad_graph_add(&g, &db.ids.oids[top]) == 0, "the first is 0");
	ok(!g.nodes[0].loaded && g.nodes[0].flags == 0, "and not loaded");
	ok(riad_graph_load(&g, 0) == 1, "load");
	ok(g.nodes[0].loaded && g.nodes[0].nparents == 300 &&
		g.nodes[0].date == 5000 &&
		riad_oid_eq(&g.nodes[0].tree, &db.ids.oids[tree]),
	    "what it says");
	ok(g.ids.len == 301 && g.nodes_cap >= 301, "its parents are there");
	g.nodes[0].flags = 5;

	int bad = 0;
	for (uint32_t i = 0; i < 300; i++) {
		uint32_t n = g.parents[g.nodes[0].parents + i];

		bad += g.nodes[n].loaded || g.nodes[n].flags != 0;
		bad += riad_graph_load(&g, n) != 1;
		bad += g.nodes[n].date != 1000 + i;
		bad += g.nodes[n].nparents != (i > 0);
		if (i > 0)
			bad += g.parents[g.nodes[n].parents] !=
			       g.parents[g.nodes[0].parents + i - 1];
	}
	ok(bad == 0, "in the order of the commit, and each once");
	ok(g.ids.len == 301, "nothing is there twice");
	ok(db.reads == 301, "a read for each");
	ok(riad_graph_load(&g, 0) == 1 && db.reads == 301, "only one");
	ok(g.nodes[0].flags == 5, "flags are kept");
	ok(riad_graph_add(&g, &db.ids.oids[top]) == 0, "known again");
	riad_graph_free(&g);
	mem_free(&db);
}

static void
test_bad(void)
{
	static struct mem_odb db;
	struct riad_graph g;

	mem_init(&db, RIAD_SHA1_LEN);
	uint32_t tree = mem_new(&db, RIAD_TREE);
	uint32_t bad = mem_new(&db, RIAD_COMMIT);
	uint32_t fine = mem_commit(&db, tree, none, 1);
	uint32_t sick = mem_commit(&db, tree, none, 1);
	uint32_t gone = mem_commit(&db, tree, none, 1);
	int parent[] = {(int)gone, -1};
	uint32_t child = mem_commit(&db, tree, parent, 1);
	db.objects[gone].hidden = true;
	db.objects[sick].err = EIO;

	riad_graph_init(&g, &db.odb);
	uint32_t all[] = {tree, bad, sick, gone, fine, child};
	for (size_t i = 0; i < 6; i++)
		riad_graph_add(&g, &db.ids.oids[all[i]]);
	ok(riad_graph_load(&g, 0) == -1 && errno == EBADMSG, "a tree is none");
	ok(riad_graph_load(&g, 1) == -1 && errno == EBADMSG, "damaged");
	ok(riad_graph_load(&g, 2) == -1 && errno == EIO, "not readable");
	ok(riad_graph_load(&g, 3) == 0, "missing");
	ok(!g.nodes[3].loaded, "  and not loaded");
	ok(riad_graph_load(&g, 4) == 1 && g.nodes[4].nparents == 0, "a root");
	ok(riad_graph_load(&g, 5) == 1 && g.parents[g.nodes[5].parents] == 3,
	    "the child of a missing one");
	db.objects[gone].hidden = false;
	ok(riad_graph_load(&g, 3) == 1, "missing no more");
	riad_graph_free(&g);
	mem_free(&db);
}

int
main(void)
{
	test_graph(RIAD_SHA1_LEN);
	test_graph(RIAD_SHA256_LEN);
	test_bad();
	return tap_done();
}
