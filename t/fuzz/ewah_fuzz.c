/* SPDX-License-Identifier: ISC */
/* Every way to apply a compressed set comes to the same, within its bits; and
 * what was read is read again as it was written.  The first two bytes are how
 * many bits there are. */

#include "riad/ewah.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
	if (!good)
		abort();
}

static size_t
size_of(const struct riad_bits *bits)
{
	return (bits->n + 63) / 64 * sizeof(*bits->words);
}

static void
check_bits(const struct riad_bits *bits)
{
	check(bits->n % 64 == 0 ||
	      bits->words[bits->n / 64] >> bits->n % 64 == 0);
}

static void
check_same(const struct riad_bits *a, const struct riad_bits *b)
{
	check(a->n == 0 || memcmp(a->words, b->words, size_of(a)) == 0);
}

static void
check_written(const struct riad_bits *bits)
{
	struct riad_bits again;
	struct riad_ewah ewah;
	struct riad_buf buf;

	check(riad_bits_init(&again, bits->n) == 0);
	riad_buf_init(&buf, 1 << 20);
	check(riad_ewah_write(&buf, bits) == 0);
	check(riad_ewah_parse(&ewah, buf.data, buf.len) == (ssize_t)buf.len);
	check(riad_ewah_load(&again, &ewah) == 0);
	check_same(&again, bits);
	riad_bits_free(&again);
	riad_buf_free(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_bits a, b, flips;
	struct riad_ewah ewah;

	if (size < 2)
		return 0;
	size_t n = (size_t)data[0] << 8 | data[1];
	ssize_t len = riad_ewah_parse(&ewah, data + 2, size - 2);
	if (len == -1)
		return 0;
	check((size_t)len <= size - 2);
	check(riad_bits_init(&a, n) == 0 && riad_bits_init(&b, n) == 0 &&
	      riad_bits_init(&flips, riad_ewah_flips_n(n)) == 0);
	int r = riad_ewah_or(&a, &ewah);
	check_bits(&a);
	check(riad_ewah_xor_later(&b, &flips, &ewah) == r);
	riad_ewah_settle(&b, &flips);
	check_bits(&b);
	check(riad_bits_count(&flips) == 0);
	if (r == 0) {
		check_same(&a, &b);
		check(riad_ewah_count(&ewah) == riad_bits_count(&a));
		check(riad_ewah_xor(&b, &ewah) == 0);
		check(riad_bits_count(&b) == 0);
		check(riad_ewah_load(&b, &ewah) == 0);
		check_same(&a, &b);
	} else {
		check(riad_ewah_xor(&b, &ewah) == -1);
		check_bits(&b);
		check(riad_ewah_load(&b, &ewah) == -1);
		check_bits(&b);
		(void)riad_ewah_count(&ewah);
	}
	check_written(&a);
	riad_bits_free(&a);
	riad_bits_free(&b);
	riad_bits_free(&flips);
	return 0;
}
