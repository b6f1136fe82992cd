/* SPDX-License-Identifier: ISC */
/* What is read is written again as the same sets.  The first byte says how
 * many sets are asked for, two bytes each how large; the hash at the end of
 * the file is added here, since it can't be guessed. */

#include "riad/setcache.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "riad/hash.h"

enum { SETS_MAX = 3, KEY_AT = 8, HEAD_LEN = 44 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
check_same(const struct riad_bits *a, const struct riad_bits *b)
{
	check(a->n == 0 || memcmp(a->words, b->words,
			       (a->n + 63) / 64 * sizeof(*a->words)) == 0);
	check(a->n % 64 == 0 || a->words[a->n / 64] >> a->n % 64 == 0);
}

static void
check_again(
    const struct riad_oid *key, const struct riad_bits *sets, size_t nsets)
{
	struct riad_bits again[SETS_MAX];
	struct riad_buf buf;

	riad_buf_init(&buf, 1 << 20);
	for (size_t i = 0; i < nsets; i++)
		check(riad_bits_init(&again[i], sets[i].n) == 0);
	check(riad_setcache_write(&buf, key, sets, nsets) == 0);
	check(riad_setcache_read(buf.data, buf.len, key, again, nsets) == 0);
	for (size_t i = 0; i < nsets; i++) {
		check_same(&sets[i], &again[i]);
		riad_bits_free(&again[i]);
	}
	riad_buf_free(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_bits sets[SETS_MAX];
	struct riad_oid key = {{0}}, sum;

	size_t nsets = size > 0 ? data[0] % (SETS_MAX + 1) : 0;
	if (size < 1 + 2 * nsets)
		return 0;
	for (size_t i = 0; i < nsets; i++)
		check(riad_bits_init(&sets[i],
			  (size_t)data[1 + 2 * i] << 8 | data[2 + 2 * i]) == 0);
	data += 1 + 2 * nsets;
	size -= 1 + 2 * nsets;

	uint8_t *file = malloc(size + RIAD_SHA256_LEN);
	struct riad_hash *hash = riad_hash_new(RIAD_SHA256_LEN);
	check(file != NULL && hash != NULL);
	if (size > 0)
		memcpy(file, data, size);
	riad_hash_add(hash, data, size);
	check(riad_hash_end(hash, &sum) == 0);
	riad_hash_free(hash);
	memcpy(file + size, sum.id, RIAD_SHA256_LEN);
	if (size >= HEAD_LEN)
		memcpy(key.id, data + KEY_AT, sizeof(key.id));
	if (riad_setcache_read(
		file, size + RIAD_SHA256_LEN, &key, sets, nsets) == 0)
		check_again(&key, sets, nsets);
	free(file);
	for (size_t i = 0; i < nsets; i++)
		riad_bits_free(&sets[i]);
	return 0;
}
