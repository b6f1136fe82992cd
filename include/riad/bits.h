/* SPDX-License-Identifier: ISC */
/*
 * bits.h - sets of the numbers below some n, a bit each
 *
 * Bit i is bit i % 64 of words[i / 64]; those from n on are 0.  Sets that are
 * combined are of the same n.
 */
#ifndef RIAD_BITS_H
#define RIAD_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct riad_bits {
	uint64_t *words; /* NULL if n is 0, or as long as it wasn't made */
	size_t n;
};

/* The empty set: 0, or -1 with errno ENOMEM, and then n is 0. */
int riad_bits_init(struct riad_bits *bits, size_t n);
void riad_bits_free(struct riad_bits *bits);

/* Of i < n. */
static inline bool
riad_bits_has(const struct riad_bits *bits, size_t i)
{
	return (bits->words[i / 64] >> i % 64 & 1) != 0;
}

static inline void
riad_bits_add(struct riad_bits *bits, size_t i)
{
	bits->words[i / 64] |= (uint64_t)1 << i % 64;
}

static inline void
riad_bits_drop(struct riad_bits *bits, size_t i)
{
	bits->words[i / 64] &= ~((uint64_t)1 << i % 64);
}

void riad_bits_clear(struct riad_bits *bits);
size_t riad_bits_count(const struct riad_bits *bits);

/* The first at or after i that is in the set, or that is not; n if none. */
size_t riad_bits_next(const struct riad_bits *bits, size_t i);
size_t riad_bits_next_gap(const struct riad_bits *bits, size_t i);

/* To what is in both, in either, and not in other. */
void riad_bits_and(struct riad_bits *bits, const struct riad_bits *other);
void riad_bits_or(struct riad_bits *bits, const struct riad_bits *other);
void riad_bits_and_not(struct riad_bits *bits, const struct riad_bits *other);

#endif
