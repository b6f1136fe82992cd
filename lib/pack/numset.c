/* SPDX-License-Identifier: ISC */

#include "riad/numset.h"

#include <stdlib.h>
#include <string.h>

int
riad_numset_init(struct riad_numset *set, const struct riad_store *s)
{
	*set = (struct riad_numset){.packed.n = 0};
	return riad_bits_init(&set->packed, s->count);
}

void
riad_numset_free(struct riad_numset *set)
{
	riad_bits_free(&set->packed);
	riad_bits_free(&set->loose);
}

/* To more than i; by half more, since what comes is as likely to go on. */
static int
grow(struct riad_bits *bits, size_t i)
{
	const size_t before = (bits->n + 63) / 64;
	const size_t after = (i + i / 2) / 64 + 4;
	uint64_t *words = reallocarray(bits->words, after, sizeof(*words));

	if (words == NULL)
		return -1;
	memset(words + before, 0, (after - before) * sizeof(*words));
	bits->words = words;
	bits->n = after * 64;
	return 0;
}

int
riad_numset_add(struct riad_numset *set, uint32_t number)
{
	struct riad_bits *bits =
	    number < RIAD_LOOSE ? &set->packed : &set->loose;
	const uint32_t i = number & (RIAD_LOOSE - 1);

	if (i >= bits->n && grow(bits, i) == -1)
		return -1;
	if (riad_bits_has(bits, i))
		return 0;
	riad_bits_add(bits, i);
	return 1;
}

uint32_t
riad_numset_count(const struct riad_numset *set)
{
	return (uint32_t)(riad_bits_count(&set->packed) +
			  riad_bits_count(&set->loose));
}

static void
take(struct riad_bits *bits, const struct riad_bits *other)
{
	const size_t n = bits->n < other->n ? bits->n : other->n;

	for (size_t i = 0; i < (n + 63) / 64; i++)
		bits->words[i] &= ~other->words[i];
}

void
riad_numset_take(struct riad_numset *set, const struct riad_numset *other)
{
	take(&set->packed, &other->packed);
	take(&set->loose, &other->loose);
}
