/* SPDX-License-Identifier: ISC */

#include "riad/numset.h"

#include <stdlib.h>

#include "tap.h"

/* Numbers at random, beside an array that says the same. */
static void
test_random(uint32_t count)
{
	enum { N = 5000 };
	static bool has[2][N], theirs[2][N];
	const struct riad_store s = {.count = count};
	struct riad_numset set, other;
	uint32_t n = 0, seed = count + 1, wrong = 0;

	for (int i = 0; i < N; i++)
		has[0][i] = has[1][i] = theirs[0][i] = theirs[1][i] = false;
	if (riad_numset_init(&set, &s) == -1 ||
	    riad_numset_init(&other, &s) == -1)
		exit(1);
	for (int i = 0; i < 3000; i++) {
		seed = seed * 1664525 + 1013904223;
		uint32_t at = (seed >> 8) % (N / (1 + (seed >> 20 & 7)));
		const uint32_t loose = seed >> 31;
		uint32_t number = at + (loose ? RIAD_LOOSE : 0);

		if (i % 4 == 3) {
			riad_numset_add(&other, number);
			theirs[loose][at] = true;
			continue;
		}
		int r = riad_numset_add(&set, number);
		wrong += r != !has[loose][at];
		n += !has[loose][at];
		has[loose][at] = true;
	}
	ok(wrong == 0 && riad_numset_count(&set) == n, "%u numbers of %u", n,
	    count);
	for (uint32_t i = 0; i < 2 * N; i++)
		wrong +=
		    riad_numset_has(&set, i % N + (i < N ? 0 : RIAD_LOOSE)) !=
		    has[i >= N][i % N];
	ok(wrong == 0, "  are there, and no others");
	ok(!riad_numset_has(&set, RIAD_LOOSE - 1) &&
		!riad_numset_has(&set, UINT32_MAX),
	    "  nor is what is far beyond");
	riad_numset_take(&set, &other);
	for (uint32_t i = 0; i < 2 * N; i++)
		wrong +=
		    riad_numset_has(&set, i % N + (i < N ? 0 : RIAD_LOOSE)) !=
		    (has[i >= N][i % N] && !theirs[i >= N][i % N]);
	ok(wrong == 0, "  less those of another set");
	riad_numset_free(&set);
	riad_numset_free(&other);
}

int
main(void)
{
	test_random(0);
	test_random(1);
	test_random(63);
	test_random(64);
	test_random(5000);
	return tap_done();
}
