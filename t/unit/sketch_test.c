/* SPDX-License-Identifier: ISC */
/* A sketch tells about what a delta has to insert. */

#include "riad/sketch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

static void
noise(uint8_t *p, size_t len, uint64_t seed)
{
	for (size_t i = 0; i < len; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		p[i] = (uint8_t)(seed >> 24);
	}
}

/* That what the target lacks is within a fifth of its length of so much. */
static bool
is_about(const uint8_t *base, size_t base_len, const uint8_t *target,
    size_t len, size_t lacks)
{
	struct riad_sketch a, b;

	riad_sketch_make(&a, base, base_len);
	riad_sketch_make(&b, target, len);
	const uint64_t got = riad_sketch_lacks(&a, &b);
	printf("# %zu of %zu: %llu\n", lacks, len, (unsigned long long)got);
	return got <= lacks + len / 5 && got + len / 5 >= lacks && got <= len;
}

int
main(void)
{
	static const size_t lens[] = {500, 5000, 50000, 1000000};

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		const size_t len = lens[i];
		uint8_t *a = malloc(2 * len), *b = malloc(2 * len);

		noise(a, 2 * len, 1);
		noise(b, 2 * len, 2);
		ok(is_about(a, len, b, len, len), "nothing alike");
		ok(is_about(a, len, a, len, 0), "all");
		ok(is_about(a, 2 * len, a, len, 0), "the first half");
		ok(is_about(a, len, a, 2 * len, len), "and more");
		memcpy(b, a, len / 2);
		ok(is_about(a, len, b, len, len / 2), "half of it");
		memcpy(b, a + len / 4, 3 * len / 4);
		ok(is_about(a, len, b, len, len / 4), "at another place");
		free(a);
		free(b);
	}

	struct riad_sketch none, few;
	riad_sketch_make(&none, "", 0);
	riad_sketch_make(&few, "fifteen or less", 15);
	ok(riad_sketch_lacks(&none, &none) == 0, "nothing lacks nothing");
	ok(riad_sketch_lacks(&few, &few) == 15 &&
		riad_sketch_lacks(&none, &few) == 15,
	    "too short to tell");
	return tap_done();
}
