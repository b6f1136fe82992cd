/* SPDX-License-Identifier: ISC */

#include "riad/sketch.h"

#include <string.h>

enum {
	/* So many hashes are wanted for a sketch: some for each slot.  Of
	 * longer objects fewer of the runs are looked at. */
	SAMPLES = 16 * RIAD_SKETCH_SLOTS,
	RATE_MAX = 6, /* one of 2^6 */
	SLOT_BITS = 6,
};

_Static_assert(1 << SLOT_BITS == RIAD_SKETCH_SLOTS, "slots by bits");

#define EMPTY UINT32_MAX

/* A number for each byte, by the finalizer of splitmix64. */
#define MIX1(x) (((x) ^ (x) >> 30) * 0xbf58476d1ce4e5b9u)
#define MIX2(x) (((x) ^ (x) >> 27) * 0x94d049bb133111ebu)
#define GEAR(i) (uint32_t)(MIX2(MIX1(((i) + 1) * 0x9e3779b97f4a7c15u)) >> 32)
#define GEAR4(i) GEAR(i), GEAR((i) + 1u), GEAR((i) + 2u), GEAR((i) + 3u)
#define GEAR16(i) GEAR4(i), GEAR4((i) + 4u), GEAR4((i) + 8u), GEAR4((i) + 12u)
#define GEAR64(i)                                                              \
	GEAR16(i), GEAR16((i) + 16u), GEAR16((i) + 32u), GEAR16((i) + 48u)

static const uint32_t gear[256] = {
    GEAR64(0u), GEAR64(64u), GEAR64(128u), GEAR64(192u)};

/* The smallest of a class, which is made of the hash's lower bits as well. */
static inline void
put(struct riad_sketch *sketch, uint32_t h)
{
	uint32_t *slot = &sketch->slot[h * 0x9e3779b1u >> (32 - SLOT_BITS)];

	*slot = h < *slot ? h : *slot;
}

/* Bytes that a hash is of, but for the last. */
enum { BEFORE = 15 };

static uint32_t
roll_in(const uint8_t *p)
{
	uint32_t h = 0;

	for (size_t i = 0; i < BEFORE; i++)
		h = (h << 2) + gear[p[i]];
	return h;
}

/* So many steps at a time. */
enum { STEPS = 256 };

/* Notes h, if it is not above below: whether it is can't be foretold, so that
 * not to ask is quicker. */
static inline uint32_t *
note(uint32_t *to, uint32_t h, uint32_t below)
{
	*to = h;
	return to + (h <= below);
}

/* Puts the hashes of p's runs that are not above below.  Each waits for the one
 * before it, so four parts go side by side. */
static void
put_some(
    struct riad_sketch *sketch, const uint8_t *p, size_t len, uint32_t below)
{
	const size_t n = (len - BEFORE) / 4;
	const uint8_t *p1 = p + n, *p2 = p1 + n, *p3 = p2 + n;
	uint32_t h0 = roll_in(p), h1 = roll_in(p1), h2 = roll_in(p2),
		 h3 = roll_in(p3);
	uint32_t noted[4 * STEPS + 1];
	size_t i = BEFORE;

	while (i < n + BEFORE) {
		const size_t end =
		    n + BEFORE - i < STEPS ? n + BEFORE : i + STEPS;
		uint32_t *to = noted;

		for (; i < end; i++) {
			h0 = (h0 << 2) + gear[p[i]];
			h1 = (h1 << 2) + gear[p1[i]];
			h2 = (h2 << 2) + gear[p2[i]];
			h3 = (h3 << 2) + gear[p3[i]];
			to = note(to, h0, below);
			to = note(to, h1, below);
			to = note(to, h2, below);
			to = note(to, h3, below);
		}
		while (to > noted)
			put(sketch, *--to);
	}
	for (; p3 + i < p + len; i++) {
		h3 = (h3 << 2) + gear[p3[i]];
		if (h3 <= below)
			put(sketch, h3);
	}
}

/*
 * Each step moves what a byte did two bits up, so that after 16 it is gone,
 * and the upper bits depend on all 16.  Those must be 0 for a run to count:
 * what one rate takes, is the smaller part of what another does, and the
 * smallest hashes stay the same.
 */
void
riad_sketch_make(struct riad_sketch *sketch, const void *data, size_t len)
{
	unsigned rate = 0;

	sketch->len = len;
	memset(sketch->slot, 0xff, sizeof(sketch->slot));
	while (rate < RATE_MAX && len >> (rate + 1) >= SAMPLES)
		rate++;
	if (len > BEFORE)
		put_some(sketch, data, len, UINT32_MAX >> rate);
}

/*
 * The share s of slots that are equal is about that of what both have in what
 * either has: of their lengths added, s / (1 + s) is in both.
 */
uint64_t
riad_sketch_lacks(
    const struct riad_sketch *base, const struct riad_sketch *target)
{
	uint32_t same = 0, all = 0;

	for (unsigned i = 0; i < RIAD_SKETCH_SLOTS; i++) {
		const uint32_t a = base->slot[i], b = target->slot[i];

		same += a == b && a != EMPTY;
		all += a != EMPTY || b != EMPTY;
	}
	if (same == 0)
		return target->len;
	const uint64_t both = (base->len + target->len) * same / (all + same);
	return both < target->len ? target->len - both : 0;
}
