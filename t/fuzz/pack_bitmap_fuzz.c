/* SPDX-License-Identifier: ISC */
/* Every set is of objects that there are, and the same by whichever way.  The
 * first two bytes are how many objects there are, but their highest bit says
 * which hash. */

#include "riad/bitmap.h"

#include <stdlib.h>
#include <string.h>

#include "riad/oid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
check_set(const struct riad_bits *set)
{
	check(set->n % 64 == 0 || set->words[set->n / 64] >> set->n % 64 == 0);
}

/* a goes from set to set, b begins anew each time. */
static void
check_all(struct riad_bitmap *a, struct riad_bitmap *b)
{
	const struct riad_bits *s, *t;
	uint32_t hash, found = 0;

	for (uint32_t i = 0; i < a->n; i++) {
		(void)riad_bitmap_name_hash(a, i, &hash);
		int r = riad_bitmap_get(a, i, &s);
		check_set(s);
		check(riad_bitmap_has(a, i) == (r != 0));
		found += r != 0;
		b->at = UINT32_MAX;
		check(riad_bitmap_get(b, i, &t) == r);
		if (r == 1 && a->n > 0)
			check(memcmp(s->words, t->words,
				  (a->n + 63) / 64 * sizeof(*s->words)) == 0);
	}
	check(a->rows != NULL ? found <= a->count : found == a->count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_bitmap a, b;
	struct riad_bits type;

	if (size < 2)
		return 0;
	uint32_t n = (uint32_t)(data[0] & 0x7f) << 8 | data[1];
	size_t hash_len = data[0] >> 7 ? RIAD_SHA256_LEN : RIAD_SHA1_LEN;
	if (riad_bitmap_open(&a, data + 2, size - 2, hash_len, n) == -1)
		return 0;
	check(riad_bitmap_open(&b, data + 2, size - 2, hash_len, n) == 0);
	check(riad_bits_init(&type, n) == 0);
	size_t count = 0;
	for (int t = 0; t < RIAD_BITMAP_TYPES; t++) {
		check(
		    riad_bitmap_type(&a, (enum riad_bitmap_type)t, &type) == 0);
		check_set(&type);
		count += riad_bits_count(&type);
	}
	check(count == n);
	(void)riad_bitmap_verify(&a);
	check_all(&a, &b);
	riad_bits_free(&type);
	riad_bitmap_close(&a);
	riad_bitmap_close(&b);
	return 0;
}
