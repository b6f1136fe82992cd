/* SPDX-License-Identifier: ISC */

#include "riad/deepen.h"

#include "fakerepo.h"
#include "riad/reach.h"
#include "tap.h"

/*
 * 1 - 2 - 3 - 5 - 7      0xa1: tag of 5, 0xa2: tag of 0xa1
 *      \     /   /       0xb1: a blob
 *       4 ---   /
 *  8 - 9 ------/         b: leads to the missing f; c: the root d's child,
 *                           which claims to be older
 */
static const struct fake_object objects[] = {
    {1, RIAD_COMMIT, 100, {0}},
    {2, RIAD_COMMIT, 200, {1}},
    {3, RIAD_COMMIT, 300, {2}},
    {4, RIAD_COMMIT, 250, {2}},
    {5, RIAD_COMMIT, 500, {3, 4}},
    {7, RIAD_COMMIT, 700, {5, 9}},
    {8, RIAD_COMMIT, 150, {0}},
    {9, RIAD_COMMIT, 600, {8}},
    {0x0b, RIAD_COMMIT, 800, {0x0f}},
    {0x0c, RIAD_COMMIT, 50, {0x0d}},
    {0x0d, RIAD_COMMIT, 400, {0}},
    {0x0e, RIAD_COMMIT, 450, {0x0c}},
    {0xa1, RIAD_TAG, 0, {5}},
    {0xa2, RIAD_TAG, 0, {0xa1}},
    {0xb1, RIAD_BLOB, 0, {0}},
    {0, RIAD_COMMIT, 0, {0}},
};

enum { INF = RIAD_DEPTH_INFINITE };

struct deep {
	const char *what;
	uint8_t from[4];
	uint32_t depth; /* 0: by revisions */
	uint64_t since;
	uint8_t without[4];
	uint8_t client[4], own[4], cuts[4];
	int result;
	const char *told; /* shallow, "-" and unshallow, sorted */
};

/* Most cases leave most of it at zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct deep cases[] = {
    {"the tip alone", {7}, 1, .told = "7-"},
    {"two", {7}, 2, .told = "59-"},
    {"a root is told at the depth", {7}, 3, .told = "348-"},
    {"the shorter way counts", {7, 3}, 3, .told = "148-"},
    {"a short way after a long one", {7, 2}, 4, .told = "-"},
    {"deeper than there is", {7}, 9, .told = "-"},
    {"by tags", {0xa2, 0xb1}, 2, .told = "34-"},
    {"of nothing but a blob", {0xb1}, 2, .told = "-"},
    {"the client's is known", {7}, 2, .client = {5}, .told = "9-"},
    {"the client's goes on", {7}, 3, .client = {5}, .told = "348-5"},
    {"the client's is not reached", {5}, 1, .client = {9}, .told = "5-"},
    {"a client's is nearer than the depth", {3}, INF, .client = {3, 1},
	.told = "-13"},
    {"our own end", {7}, 9, .own = {2}, .told = "2-"},
    {"our own end before the depth", {7}, 4, .own = {9, 2}, .told = "29-"},
    {"our own end for good", {7}, INF, .client = {5}, .own = {2, 1},
	.told = "2-5"},
    {"our own end is the client's", {7}, INF, .client = {2}, .own = {2},
	.told = "-"},
    {"as it is", {7}, INF, .client = {5}, .own = {2, 8}, .cuts = {5},
	.told = "8-"},
    {"missing", {0x0b}, 3, .result = -1, .told = "-"},
    {"missing, not looked at", {0x0b}, 1, .told = "b-"},

    {"since", {7}, .since = 300, .result = 1, .told = "359-"},
    {"since all", {7}, .since = 100, .result = 1, .told = "-"},
    {"since zero", {7}, .since = 0, .result = 1, .told = "-"},
    {"since later", {7}, .since = 701, .told = "-"},
    {"since for ever", {7}, .since = UINT64_MAX, .told = "-"},
    {"since, from two", {7, 0xa1}, .since = 600, .result = 1, .told = "79-"},
    {"an older commit ends it", {0x0e}, .since = 300, .result = 1,
	.told = "e-"},
    {"our own in it", {7}, .since = 200, .own = {2, 4}, .result = 1,
	.told = "249-"},
    {"without", {7}, .without = {3}, .result = 1, .told = "45-"},
    {"without a tag", {7}, .without = {0xa2}, .result = 1, .told = "7-"},
    {"without two", {7}, .without = {4, 8}, .result = 1, .told = "359-"},
    {"without itself", {7}, .without = {7}, .told = "-"},
    {"without what is apart", {5}, .without = {9}, .result = 1, .told = "-"},
    {"without a blob", {5}, .without = {0xb1}, .result = 1, .told = "-"},
    {"without, since", {7}, .since = 260, .without = {9}, .result = 1,
	.told = "357-"},
    {"without, since: the older are left out with all below", {0x0e, 0x0d},
	.since = 300, .without = {8}, .result = 1, .told = "e-"},
    {"without, the client's goes on", {7}, .without = {1}, .client = {5, 9},
	.result = 1, .told = "2-59"},
    {"without what leads nowhere", {7}, .without = {0x0b}, .result = 1,
	.told = "-"},
    {"missing, by revisions", {0x0b}, .since = 1, .result = -1, .told = "-"},
    {"missing, with something left out", {0x0b}, .without = {1}, .result = -1,
	.told = "-"},
};

static void
fill(struct riad_oidmap *map, const uint8_t numbers[4])
{
	riad_oidmap_init(map, UINT32_MAX);
	for (int i = 0; i < 4 && numbers[i] != 0; i++) {
		struct riad_oid oid = fake_id(numbers[i]);
		riad_oidmap_put(map, &oid, NULL);
	}
}

static size_t
list(struct riad_oid oids[4], const uint8_t numbers[4])
{
	size_t n = 0;

	for (; n < 4 && numbers[n] != 0; n++)
		oids[n] = fake_id(numbers[n]);
	return n;
}

static char *
show(char *p, const struct riad_oidmap *map)
{
	for (unsigned k = 1; k < 16; k++) {
		struct riad_oid oid = fake_id((uint8_t)k);
		if (riad_oidmap_get(map, &oid) != -1)
			p += sprintf(p, "%x", k);
	}
	return p;
}

static void
test_case(const struct deep *c)
{
	struct fake_repo repo = {.objects = objects};
	struct riad_odb odb = fake_odb(&repo);
	struct riad_oidmap client, own, cuts;
	struct riad_oid from[4], without[4];
	struct riad_deepen d;
	struct riad_graph g;
	char told[64];
	int r;

	memcpy(repo.shallow, c->own, sizeof(repo.shallow));
	fill(&client, c->client);
	fill(&own, c->own);
	fill(&cuts, c->cuts);
	riad_graph_init(&g, &odb);
	g.cuts = &cuts;
	riad_deepen_init(&d, &client, &own);
	size_t n = list(from, c->from);
	if (c->depth == INF && own.len == 0)
		r = riad_deepen_whole(&d);
	else if (c->depth > 0)
		r = riad_deepen_by_depth(&d, &g, from, n, c->depth);
	else
		r = riad_deepen_by_revs(&d, &g, from, n, c->since, without,
		    list(without, c->without));
	char *p = show(told, &d.shallow);
	*p++ = '-';
	*show(p, &d.unshallow) = '\0';
	ok(r == c->result && strcmp(told, c->told) == 0, "%s: %d %s", c->what,
	    r, told);
	riad_deepen_free(&d);
	riad_graph_free(&g);
	riad_oidmap_free(&client);
	riad_oidmap_free(&own);
	riad_oidmap_free(&cuts);
}

static void
test_cost(void)
{
	struct fake_repo repo = {.objects = objects};
	struct riad_odb odb = fake_odb(&repo);
	struct riad_oid from[4];
	struct riad_deepen d;
	struct riad_graph g;

	riad_graph_init(&g, &odb);
	riad_deepen_init(&d, NULL, NULL);
	size_t n = list(from, (const uint8_t[4]){7, 5, 9, 7});
	riad_deepen_by_depth(&d, &g, from, n, 2);
	ok(repo.reads == 3, "a commit is read once, the last not at all: %d",
	    repo.reads);
	riad_deepen_free(&d);
	riad_graph_free(&g);
}

/* What is excluded is not followed to its end. */
static void
test_exclusion_cost(void)
{
	static struct fake_object chain[41];
	struct fake_repo repo = {.objects = chain};
	struct riad_odb odb = fake_odb(&repo);
	struct riad_oid from = fake_id(40), without = fake_id(37);
	struct riad_deepen d;
	struct riad_graph g;

	for (uint8_t i = 0; i < 40; i++)
		chain[i] = (struct fake_object){
		    (uint8_t)(i + 1), RIAD_COMMIT, 100 + i, {i}};
	riad_graph_init(&g, &odb);
	riad_deepen_init(&d, NULL, NULL);
	int r = riad_deepen_by_revs(&d, &g, &from, 1, 0, &without, 1);
	struct riad_oid end = fake_id(38);
	ok(r == 1 && d.shallow.len == 1 &&
		riad_oid_eq(&d.shallow.oids[0], &end),
	    "three of forty");
	ok(repo.reads < 12, "  of which %d were read", repo.reads);
	riad_deepen_free(&d);
	riad_graph_free(&g);
}

static void
test_reach(void)
{
	static const struct {
		uint8_t tips[4], targets[4];
		unsigned met;
	} reaches[] = {
	    {{7}, {7, 1, 8}, 7},
	    {{5}, {7, 1, 8}, 2},
	    {{0xa2, 0xb1, 0x0f}, {3, 9}, 1},
	    {{0x0b}, {0x0f, 1}, 1},
	    {{0}, {1}, 0},
	    {{1}, {0}, 0},
	};

	for (size_t i = 0; i < sizeof(reaches) / sizeof(reaches[0]); i++) {
		struct fake_repo repo = {.objects = objects};
		struct riad_odb odb = fake_odb(&repo);
		struct riad_oidmap targets;
		struct riad_oid tips[4];
		struct riad_bits met;
		struct riad_graph g;
		unsigned got = 0;

		fill(&targets, reaches[i].targets);
		riad_graph_init(&g, &odb);
		riad_bits_init(&met, targets.len);
		size_t n = list(tips, reaches[i].tips);
		int r = riad_reach(&met, &g, tips, n, &targets);
		if (targets.len == 0)
			ok(repo.reads == 0, "nothing to look for");
		for (size_t k = 0; k < met.n; k++)
			got |= (unsigned)riad_bits_has(&met, k) << k;
		ok(r == 0 && got == reaches[i].met, "from %x: %x",
		    reaches[i].tips[0], got);
		riad_bits_free(&met);
		riad_graph_free(&g);
		riad_oidmap_free(&targets);
	}
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	test_cost();
	test_exclusion_cost();
	test_reach();
	return tap_done();
}
