/* SPDX-License-Identifier: ISC */

#include "riad/interp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define MAX 20000
#define STRIDE_MAX 36

static uint8_t fanout[RIAD_FANOUT_LEN];
static struct riad_oid oids[MAX];
static uint8_t ids[MAX * STRIDE_MAX];

static uint64_t seed = 1;

static uint8_t
draw(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint8_t)(seed >> 56);
}

static int
cmp(const void *a, const void *b)
{
	return memcmp(a, b, RIAD_OID_MAX);
}

static void
put_fanout(unsigned i, uint32_t n)
{
	for (unsigned b = 0; b < 4; b++)
		fanout[i * 4 + b] = (uint8_t)(n >> (24 - 8 * b));
}

/* Lays out oids[0..n). */
static void
lay(uint32_t n, size_t hash_len, size_t stride)
{
	uint32_t at = 0;

	qsort(oids, n, sizeof(*oids), cmp);
	for (unsigned i = 0; i < 256; i++) {
		while (at < n && oids[at].id[0] <= i)
			at++;
		put_fanout(i, at);
	}
	for (uint32_t i = 0; i < n; i++)
		memcpy(ids + i * stride, oids[i].id, hash_len);
}

/* Ids that are random from byte `from` on, and before that all the same but
 * for the low bits of the byte before it. */
static void
make(uint32_t n, size_t hash_len, size_t stride, unsigned from)
{
	for (uint32_t i = 0; i < n; i++) {
		oids[i] = (struct riad_oid){{0x5a, 0xa5, 0x5a}};
		for (size_t b = from; b < hash_len; b++)
			oids[i].id[b] = draw();
		if (from > 0)
			oids[i].id[from - 1] |= (uint8_t)(draw() & 3);
	}
	lay(n, hash_len, stride);
}

/* Where ids begin, once there is that. */
static uint32_t *starts;
static unsigned bits;

/* In both ways, which agree; -2 if they don't. */
static int64_t
find(const struct riad_oid *oid, size_t hash_len, size_t stride)
{
	int64_t at = riad_interp_find(fanout, ids, stride, hash_len, oid);

	riad_interp_prefetch(fanout, ids, stride, oid);
	if (starts == NULL)
		return at;
	riad_interp_prefetch_from(starts, bits, ids, stride, oid);
	return riad_interp_find_from(
		   starts, bits, ids, stride, hash_len, oid) == at
		   ? at
		   : -2;
}

static void
make_starts(uint32_t n, size_t stride)
{
	free(starts);
	starts = riad_interp_starts(&bits, ids, stride, n);
	ok(starts != NULL && starts[(size_t)1 << bits] == n, "%u bits of %u",
	    bits, n);
}

static void
test_all(uint32_t n, size_t hash_len, size_t stride, unsigned from)
{
	uint32_t found = 0, missed = 0, count;

	make(n, hash_len, stride, from);
	make_starts(n, stride);
	for (uint32_t i = 0; i < n; i++) {
		struct riad_oid oid = oids[i];

		found += find(&oid, hash_len, stride) == i;
		oid.id[hash_len - 1]++;
		missed += find(&oid, hash_len, stride) == -1;
		oid = oids[i];
		oid.id[8]--;
		missed += find(&oid, hash_len, stride) == -1;
		oid = oids[i];
		oid.id[1] ^= 0x80;
		missed += find(&oid, hash_len, stride) == -1;
	}
	ok(riad_interp_count(&count, fanout) == 0 && count == n,
	    "%u ids of %zu bytes in %zu, alike in %u", n, hash_len, stride,
	    from);
	ok(found == n, "  all are found");
	ok(missed == 3 * n, "  and what is beside them is not");
	ok(riad_interp_check(fanout, ids, stride, hash_len) == 0,
	    "  and they are in order");
}

/* Two clusters at the ends of a bucket, so that each guess is wrong. */
static void
test_clusters(void)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < MAX; i++) {
		oids[i] = (struct riad_oid){{7, i % 100 == 0 ? 0xff : 0}};
		oids[i].id[6] = (uint8_t)(i >> 16);
		oids[i].id[7] = (uint8_t)(i >> 8);
		oids[i].id[8] = (uint8_t)i;
	}
	lay(MAX, RIAD_SHA1_LEN, RIAD_SHA1_LEN);
	make_starts(MAX, RIAD_SHA1_LEN);
	for (uint32_t i = 0; i < MAX; i++)
		found += find(&oids[i], RIAD_SHA1_LEN, RIAD_SHA1_LEN) == i;
	ok(found == MAX, "ids in clusters");
}

static void
test_broken(void)
{
	uint32_t count, ended = 0;

	make(1000, RIAD_SHA1_LEN, RIAD_SHA1_LEN, 0);
	uint8_t *p = ids + (size_t)500 * RIAD_SHA1_LEN;
	memcpy(p, p - RIAD_SHA1_LEN, RIAD_SHA1_LEN);
	ok(riad_interp_check(fanout, ids, RIAD_SHA1_LEN, RIAD_SHA1_LEN) == -1 &&
		errno == EBADMSG,
	    "an id that is there twice");
	make(1000, RIAD_SHA1_LEN, RIAD_SHA1_LEN, 0);
	p[0] ^= 1;
	ok(riad_interp_check(fanout, ids, RIAD_SHA1_LEN, RIAD_SHA1_LEN) == -1,
	    "an id in another's bucket");

	for (size_t i = 0; i < (size_t)1000 * RIAD_SHA1_LEN; i++)
		ids[i] = draw();
	for (uint32_t i = 0; i < 1000; i++) {
		int64_t at = find(&oids[i], RIAD_SHA1_LEN, RIAD_SHA1_LEN);
		ended += at == -1 || memcmp(ids + (size_t)at * RIAD_SHA1_LEN,
					 oids[i].id, RIAD_SHA1_LEN) == 0;
	}
	ok(ended == 1000, "ids in no order");

	put_fanout(9, 2000);
	ok(riad_interp_count(&count, fanout) == -1 && errno == EBADMSG,
	    "a fan-out that falls");
}

int
main(void)
{
	for (uint32_t n = 0; n < 20; n++)
		test_all(n, RIAD_SHA1_LEN, RIAD_SHA1_LEN, 1);
	for (unsigned from = 0; from < 12; from++) {
		test_all(3000, RIAD_SHA1_LEN, RIAD_SHA1_LEN, from);
		test_all(3000, RIAD_SHA256_LEN, STRIDE_MAX, from);
	}
	test_all(MAX, RIAD_SHA1_LEN, 24, 0);
	test_clusters();
	test_broken();
	return tap_done();
}
