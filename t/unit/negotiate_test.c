/* SPDX-License-Identifier: ISC */

#include "riad/negotiate.h"

#include "fakerepo.h"
#include "tap.h"

/*
 * 1 - 2 - 3 - 4 - 7      0xa1: tag of 3, 0xa2: tag of 0xa1
 *      \       /
 *       5 - 6 -          9: a root of its own
 */
static const struct fake_object objects[] = {
    {1, RIAD_COMMIT, 100, {0}},
    {2, RIAD_COMMIT, 200, {1}},
    {3, RIAD_COMMIT, 300, {2}},
    {4, RIAD_COMMIT, 400, {3}},
    {5, RIAD_COMMIT, 250, {2}},
    {6, RIAD_COMMIT, 350, {5}},
    {7, RIAD_COMMIT, 500, {4, 6}},
    {9, RIAD_COMMIT, 150, {0}},
    {0xa1, RIAD_TAG, 0, {3}},
    {0xa2, RIAD_TAG, 0, {0xa1}},
    {0xb0, RIAD_BLOB, 0, {0}},
    {0, RIAD_COMMIT, 0, {0}},
};

static void
test_ready(void)
{
	static const struct {
		uint8_t wants[3], haves[3];
		int ready;
	} cases[] = {
	    {{7}, {0}, 0}, {{7}, {4}, 1}, {{7}, {1}, 1}, {{7}, {9}, 0},
	    {{7}, {8}, 0}, /* which does not exist */
	    {{4, 6}, {4}, 0},
	    {{4, 6}, {3}, 0}, /* 5 is older than 3: not looked into */
	    {{4, 6}, {3, 5}, 1}, {{4, 6}, {1}, 1}, {{4, 9}, {3}, 0},
	    {{2}, {7}, 0}, /* older than what they have: no way up */
	    {{4}, {0xa2}, 1}, {{0xa2}, {2}, 1},
	    {{0xb0}, {1}, 1},             /* history says nothing of a blob */
	    {{3}, {3}, 1}, {{1}, {2}, 1}, /* as a parent of what they have */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_repo repo = {.objects = objects};
		struct riad_odb odb = fake_odb(&repo);
		struct riad_negotiation n;
		struct riad_oid oid;
		int bad = 0;

		riad_negotiation_init(&n, &odb);
		for (int k = 0; k < 3 && cases[i].wants[k]; k++) {
			oid = fake_id(cases[i].wants[k]);
			bad |= riad_negotiation_want(&n, &oid) != 0;
		}
		for (int k = 0; k < 3 && cases[i].haves[k]; k++) {
			oid = fake_id(cases[i].haves[k]);
			bad |= riad_negotiation_have(&n, &oid) !=
			       (cases[i].haves[k] != 8);
		}
		int ready = riad_negotiation_ready(&n);
		ok(!bad && ready == cases[i].ready,
		    "want %x %x, have %x %x: %d", cases[i].wants[0],
		    cases[i].wants[1], cases[i].haves[0], cases[i].haves[1],
		    ready);
		ok(riad_negotiation_ready(&n) == ready, "  and once more");
		riad_negotiation_free(&n);
	}
}

/* A client that asks after every line does not make us walk every time. */
static void
test_credit(void)
{
	struct fake_repo repo = {.objects = objects};
	struct riad_odb odb = fake_odb(&repo);
	struct riad_negotiation n;
	struct riad_oid want = fake_id(7), have = fake_id(9);

	riad_negotiation_init(&n, &odb);
	n.credit = 3;
	riad_negotiation_want(&n, &want);
	riad_negotiation_have(&n, &have);
	n.credit = 3;
	ok(riad_negotiation_ready(&n) == 0 && n.last_cost > 3 && n.credit == 0,
	    "a search is paid for");
	n.changed = true;
	uint32_t epoch = n.epoch;
	ok(riad_negotiation_ready(&n) == 0 && n.epoch == epoch,
	    "without credit there is none");
	have = fake_id(1);
	riad_negotiation_have(&n, &have);
	ok(riad_negotiation_ready(&n) == 1 && n.epoch == epoch + 1,
	    "a line earns one");
	riad_negotiation_free(&n);
}

int
main(void)
{
	test_ready();
	test_credit();
	return tap_done();
}
