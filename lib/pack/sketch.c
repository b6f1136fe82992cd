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

/*
 * Each step moves what a byte did two bits up, so that after 16 it is gone,
 * and the upper bits depend on all 16.  Those must be 0 for a run to count:
 * what one rate takes, is the smaller part of what another does, and the
 * smallest hashes stay the same.
 */
void
riad_sketch_make(struct riad_sketch *sketch, const void *data, size_t len)
{
	const uint8_t *p = data;
	unsigned rate = 0;
	uint32_t h = 0;
	size_t i = 0;

	sketch->len = len;
	memset(sketch->slot, 0xff, sizeof(sketch->slot));
	while (rate < RATE_MAX && len >> (rate + 1) >= SAMPLES)
		rate++;

	const uint32_t below = UINT32_MAX >> rate;
	for (; i < 15 && i < len; i++)
		h = (h << 2) + gear[p[i]];
	if (rate == 0) {
		for (; i < len; i++) {
			h = (h << 2) + gear[p[i]];
			put(sketch, h);
		}
		return;
	}
	for (; i + 4 <= len; i += 4) {
		const uint32_t a = (h << 2) + gear[p[i]];
		const uint32_t b = (a << 2) + gear[p[i + 1]];
		const uint32_t c = (b << 2) + gear[p[i + 2]];

		h = (c << 2) + gear[p[i + 3]];
		if (a <= below)
			put(sketch, a);
		if (b <= below)
			put(sketch, b);
		if (c <= below)
			put(sketch, c);
		if (h <= below)
			put(sketch, h);
	}
	for (; i < len; i++) {
		h = (h << 2) + gear[p[i]];
		if (h <= below)
			put(sketch, h);
	}
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
