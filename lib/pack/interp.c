/* SPDX-License-Identifier: ISC */

#include "riad/interp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In a bucket of a million ids the second guess is off by 22, as a rule. */
#define STEPS 32

/* A guess among so many is off by three, as a rule.  With more starts it would
 * be nearer, but they'd lie in slower caches. */
#define PER_START 32

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* Written so that compilers make one load of it. */
static uint64_t
be64(const uint8_t *p)
{
	return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 |
	       (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 |
	       (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
	       (uint64_t)p[6] << 8 | p[7];
}

static uint32_t
fan(const uint8_t *fanout, unsigned byte)
{
	return be32(fanout + (size_t)byte * 4);
}

int
riad_interp_count(uint32_t *count, const uint8_t *fanout)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < 256; i++) {
		uint32_t next = fan(fanout, i);
		if (next < n) {
			errno = EBADMSG;
			return -1;
		}
		n = next;
	}
	*count = n;
	return 0;
}

/* Of n ids of one first byte, how many lie in a span of values, about. */
static uint32_t
share(uint64_t span, uint32_t n)
{
	return (uint32_t)((span << 8 >> 32) * n >> 32);
}

struct table {
	const uint8_t *ids;
	size_t stride;
};

/* The first eight bytes of an id, as a number. */
static uint64_t
head(const struct table *t, uint32_t at)
{
	return be64(t->ids + at * t->stride);
}

/* Between lo and hi. */
static int64_t
halve(const struct table *t, uint32_t lo, uint32_t hi,
    const struct riad_oid *oid, size_t hash_len)
{
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int order = memcmp(oid->id, t->ids + mid * t->stride, hash_len);

		if (order == 0)
			return mid;
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

static bool
same_rest(const uint8_t *a, const uint8_t *b, size_t hash_len)
{
	/* Of a length that is known, it is compared in place. */
	return hash_len == RIAD_SHA1_LEN
		   ? memcmp(a + 8, b + 8, RIAD_SHA1_LEN - 8) == 0
		   : memcmp(a + 8, b + 8, hash_len - 8) == 0;
}

/* From a place in [lo, hi) it's a few neighbours, which lie in a cache line or
 * two; but in a table that was made to be searched at length. */
static int64_t
near(const struct table *t, uint32_t lo, uint32_t hi, uint32_t at,
    const struct riad_oid *oid, size_t hash_len)
{
	const uint64_t key = be64(oid->id);
	uint32_t steps = 0;
	uint64_t v = head(t, at);
	while (v < key) {
		lo = ++at;
		if (at == hi)
			return -1;
		if (++steps == STEPS)
			return halve(t, lo, hi, oid, hash_len);
		v = head(t, at);
	}
	while (v > key) {
		hi = at;
		if (at == lo)
			return -1;
		if (++steps == STEPS)
			return halve(t, lo, hi, oid, hash_len);
		v = head(t, --at);
	}
	if (v != key)
		return -1;
	if (same_rest(oid->id, t->ids + at * t->stride, hash_len))
		return at;
	return halve(t, lo, hi, oid, hash_len);
}

void
riad_interp_prefetch(const uint8_t *fanout, const uint8_t *ids, size_t stride,
    const struct riad_oid *oid)
{
	const unsigned first = oid->id[0];
	const uint32_t lo = first == 0 ? 0 : fan(fanout, first - 1);
	const uint32_t n = fan(fanout, first) - lo;

	__builtin_prefetch(ids + (lo + share(be64(oid->id), n)) * stride);
}

int64_t
riad_interp_find(const uint8_t *fanout, const uint8_t *ids, size_t stride,
    size_t hash_len, const struct riad_oid *oid)
{
	const struct table t = {ids, stride};
	const unsigned first = oid->id[0];
	const uint64_t key = be64(oid->id);
	uint32_t lo = first == 0 ? 0 : fan(fanout, first - 1);
	uint32_t hi = fan(fanout, first);
	const uint32_t n = hi - lo;

	if (n == 0)
		return -1;

	/* A guess from the value, which is off by half the root of n, and one
	 * from what lies there, which is off by the root of that. */
	uint32_t at = lo + share(key, n);
	uint64_t v = head(&t, at);
	if (v < key) {
		uint32_t step = share(key - v, n);
		lo = at;
		at = step < hi - lo ? lo + step : hi - 1;
	} else if (v > key) {
		if (at == lo)
			return -1;
		uint32_t step = share(v - key, n);
		hi = at;
		at = step < hi - lo ? hi - 1 - step : lo;
	}
	return near(&t, lo, hi, at, oid, hash_len);
}

uint32_t *
riad_interp_starts(
    unsigned *bits, const uint8_t *ids, size_t stride, uint32_t count)
{
	unsigned n = 8;

	while (n < 24 && count >> n > PER_START)
		n++;
	uint32_t *starts =
	    reallocarray(NULL, ((size_t)1 << n) + 1, sizeof(*starts));
	if (starts == NULL)
		return NULL;

	/* Whatever the ids are, they rise, and none is more than count. */
	uint32_t next = 0;
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t value = be32(ids + i * stride) >> (32 - n);

		while (next <= value)
			starts[next++] = i;
	}
	while (next <= (uint32_t)1 << n)
		starts[next++] = count;
	*bits = n;
	return starts;
}

/* The ids whose first bits are those of key: [*lo, *hi); and where among them
 * it is, about. */
static uint32_t
aim(uint32_t *lo, uint32_t *hi, const uint32_t *starts, unsigned bits,
    uint64_t key)
{
	const uint64_t value = key >> (64 - bits);

	*lo = starts[value];
	*hi = starts[value + 1];
	return *lo + (uint32_t)((key << bits >> 32) * (*hi - *lo) >> 32);
}

void
riad_interp_prefetch_from(const uint32_t *starts, unsigned bits,
    const uint8_t *ids, size_t stride, const struct riad_oid *oid)
{
	uint32_t lo, hi, at = aim(&lo, &hi, starts, bits, be64(oid->id));

	__builtin_prefetch(ids + at * stride);
}

int64_t
riad_interp_find_from(const uint32_t *starts, unsigned bits, const uint8_t *ids,
    size_t stride, size_t hash_len, const struct riad_oid *oid)
{
	const struct table t = {ids, stride};
	uint32_t lo, hi, at = aim(&lo, &hi, starts, bits, be64(oid->id));

	return lo == hi ? -1 : near(&t, lo, hi, at, oid, hash_len);
}

int
riad_interp_check(
    const uint8_t *fanout, const uint8_t *ids, size_t stride, size_t hash_len)
{
	uint32_t at = 0;
	const uint8_t *last = NULL;

	for (unsigned i = 0; i < 256; i++) {
		for (const uint32_t end = fan(fanout, i); at < end; at++) {
			const uint8_t *p = ids + at * stride;
			if (p[0] != i ||
			    (last != NULL && memcmp(last, p, hash_len) >= 0)) {
				errno = EBADMSG;
				return -1;
			}
			last = p;
		}
	}
	return 0;
}
