/* SPDX-License-Identifier: ISC */

#include "riad/bits.h"
#include "tap.h"

/* Against an array of bools, at sizes around whole words. */
enum { SIZES = 5 };
static const size_t sizes[SIZES] = {1, 63, 64, 65, 200};

static void
test_walk(size_t n)
{
	struct riad_bits b;
	bool in[200] = {false};
	size_t count = 0;
	bool same = riad_bits_init(&b, n) == 0;

	for (size_t i = 0; i < n; i += 1 + i % 7) {
		riad_bits_add(&b, i);
		in[i] = true;
	}
	riad_bits_drop(&b, 0);
	in[0] = false;
	for (size_t i = 0; i < n; i++) {
		size_t set = i, gap = i;

		while (set < n && !in[set])
			set++;
		while (gap < n && in[gap])
			gap++;
		count += in[i];
		same &= riad_bits_has(&b, i) == in[i] &&
			riad_bits_next(&b, i) == set &&
			riad_bits_next_gap(&b, i) == gap;
	}
	same &= riad_bits_next(&b, n) == n && riad_bits_next_gap(&b, n) == n;
	ok(same, "%zu: each bit, the next of either kind", n);
	ok(riad_bits_count(&b) == count, "%zu: their number", n);
	riad_bits_clear(&b);
	ok(riad_bits_next(&b, 0) == n, "%zu: cleared", n);
	riad_bits_free(&b);
}

static void
test_combine(size_t n)
{
	struct riad_bits a, b, r;
	bool same = true;

	for (int op = 0; op < 3; op++) {
		riad_bits_init(&a, n);
		riad_bits_init(&b, n);
		for (size_t i = 0; i < n; i++) {
			if (i % 2 == 0)
				riad_bits_add(&a, i);
			if (i % 3 == 0)
				riad_bits_add(&b, i);
		}
		r = a;
		if (op == 0)
			riad_bits_and(&r, &b);
		else if (op == 1)
			riad_bits_or(&r, &b);
		else
			riad_bits_and_not(&r, &b);
		for (size_t i = 0; i < n; i++) {
			bool x = i % 2 == 0, y = i % 3 == 0;
			bool want = op == 0   ? x && y
				    : op == 1 ? x || y
					      : x && !y;
			same &= riad_bits_has(&r, i) == want;
		}
		riad_bits_free(&a);
		riad_bits_free(&b);
	}
	ok(same, "%zu: and, or, and not", n);
}

int
main(void)
{
	struct riad_bits none;

	ok(riad_bits_init(&none, 0) == 0 && riad_bits_count(&none) == 0 &&
		riad_bits_next(&none, 0) == 0,
	    "a set of nothing");
	riad_bits_free(&none);
	for (int i = 0; i < SIZES; i++) {
		test_walk(sizes[i]);
		test_combine(sizes[i]);
	}
	return tap_done();
}
