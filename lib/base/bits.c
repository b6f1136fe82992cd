/* SPDX-License-Identifier: ISC */

#include "riad/bits.h"

#include <stdlib.h>
#include <string.h>

static size_t
nwords(const struct riad_bits *bits)
{
	return bits->n / 64 + (bits->n % 64 != 0);
}

int
riad_bits_init(struct riad_bits *bits, size_t n)
{
	*bits = (struct riad_bits){.n = n};
	if (n == 0)
		return 0;
	bits->words = calloc(nwords(bits), sizeof(*bits->words));
	if (bits->words == NULL) {
		bits->n = 0;
		return -1;
	}
	return 0;
}

void
riad_bits_free(struct riad_bits *bits)
{
	free(bits->words);
	*bits = (struct riad_bits){.words = NULL};
}

void
riad_bits_clear(struct riad_bits *bits)
{
	if (bits->n > 0)
		memset(bits->words, 0, nwords(bits) * sizeof(*bits->words));
}

size_t
riad_bits_count(const struct riad_bits *bits)
{
	size_t count = 0;

	/* What is counted has often few bits, and to count is a call. */
	for (size_t i = 0; i < nwords(bits); i++) {
		if (bits->words[i] != 0)
			count += (size_t)__builtin_popcountll(bits->words[i]);
	}
	return count;
}

/* The first bit from i on that is 1 once flip was applied. */
static size_t
next(const struct riad_bits *bits, size_t i, uint64_t flip)
{
	if (i >= bits->n)
		return bits->n;

	size_t w = i / 64;
	uint64_t word = (bits->words[w] ^ flip) & UINT64_MAX << i % 64;
	while (word == 0 && ++w < nwords(bits))
		word = bits->words[w] ^ flip;
	if (word == 0)
		return bits->n;
	i = w * 64 + (size_t)__builtin_ctzll(word);
	return i < bits->n ? i : bits->n;
}

size_t
riad_bits_next(const struct riad_bits *bits, size_t i)
{
	return next(bits, i, 0);
}

size_t
riad_bits_next_gap(const struct riad_bits *bits, size_t i)
{
	return next(bits, i, UINT64_MAX);
}

void
riad_bits_and(struct riad_bits *bits, const struct riad_bits *other)
{
	for (size_t i = 0; i < nwords(bits); i++)
		bits->words[i] &= other->words[i];
}

void
riad_bits_or(struct riad_bits *bits, const struct riad_bits *other)
{
	for (size_t i = 0; i < nwords(bits); i++)
		bits->words[i] |= other->words[i];
}

void
riad_bits_and_not(struct riad_bits *bits, const struct riad_bits *other)
{
	for (size_t i = 0; i < nwords(bits); i++)
		bits->words[i] &= ~other->words[i];
}
