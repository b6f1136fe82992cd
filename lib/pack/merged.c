/* SPDX-License-Identifier: ISC */

#include "riad/merged.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TOTAL_MAX ((uint32_t)1 << 31)

int
riad_merged_add(
    struct riad_merged *m, const struct riad_idx *idx, uint32_t first)
{
	if (idx->count >= TOTAL_MAX - m->total) {
		errno = EMSGSIZE;
		return -1;
	}
	if (m->len == m->cap) {
		uint32_t cap = m->cap == 0 ? 16 : 2 * m->cap;
		struct riad_merged_idx *list =
		    reallocarray(m->list, cap, sizeof(*list));

		if (list == NULL)
			return -1;
		m->list = list;
		m->cap = cap;
	}
	m->list[m->len++] =
	    (struct riad_merged_idx){*idx, first, .begin = m->total};
	m->total += idx->count;
	return 0;
}

/*
 * Ids can be chosen whose first bytes agree, at the price of some work.  That
 * they should meet here takes the seed, too, which is where we happen to lie.
 */
static uint64_t
mix(const struct riad_merged *m, const uint8_t *id)
{
	uint64_t a, b;

	memcpy(&a, id, sizeof(a));
	memcpy(&b, id + 8, sizeof(b));
	a = (a ^ m->seed) * UINT64_C(0x9e3779b97f4a7c15);
	b = (b ^ a >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	return a ^ b ^ b >> 32;
}

static uint32_t
slot_of(const struct riad_merged *m, uint64_t hash)
{
	return (uint32_t)((hash >> 32) * m->nslots >> 32);
}

/* What is in a slot above the place. */
static uint32_t
tag_of(const struct riad_merged *m, uint64_t hash)
{
	return m->bits == 32 ? 0 : (uint32_t)hash << m->bits;
}

static const struct riad_merged_idx *
idx_of(const struct riad_merged *m, uint32_t place)
{
	uint32_t lo = 0, hi = m->len;

	/* The last that begins not after it; those that are empty begin where
	 * the next does. */
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (m->list[mid].begin <= place)
			lo = mid;
		else
			hi = mid;
	}
	return &m->list[lo];
}

/* The slot of an id, or the empty one where it belongs. */
static uint32_t *
find_slot(const struct riad_merged *m, const uint8_t *id, uint64_t hash)
{
	const uint32_t mask =
	    m->bits == 32 ? UINT32_MAX : ((uint32_t)1 << m->bits) - 1;
	const uint32_t tag = tag_of(m, hash);
	uint32_t i = slot_of(m, hash);

	for (; m->slots[i] != 0; i = i + 1 < m->nslots ? i + 1 : 0) {
		if ((m->slots[i] & ~mask) != tag)
			continue;
		const uint32_t place = (m->slots[i] & mask) - 1;
		const struct riad_merged_idx *x = idx_of(m, place);

		if (memcmp(id, x->idx.ids + (place - x->begin) * x->idx.stride,
			x->idx.hash_len) == 0)
			break;
	}
	return &m->slots[i];
}

int
riad_merged_make(struct riad_merged *m)
{
	/* At most two of three are in use, so that searches stay short. */
	const uint64_t nslots = (uint64_t)m->total + m->total / 2 + 1;

	if (nslots > UINT32_MAX) {
		errno = ENOMEM;
		return -1;
	}
	m->slots = calloc((size_t)nslots, sizeof(*m->slots));
	if (m->slots == NULL)
		return -1;
	m->nslots = (uint32_t)nslots;
	m->seed = (uint64_t)(uintptr_t)m->slots;
	m->bits = 1;
	while (m->bits < 32 && m->total >> m->bits != 0)
		m->bits++;
	for (const struct riad_merged_idx *x = m->list; x < m->list + m->len;
	     x++) {
		for (uint32_t n = 0; n < x->idx.count; n++) {
			const uint8_t *id = x->idx.ids + n * x->idx.stride;
			const uint64_t hash = mix(m, id);
			uint32_t *slot = find_slot(m, id, hash);

			if (*slot == 0)
				*slot = tag_of(m, hash) | (x->begin + n + 1);
		}
	}
	return 0;
}

void
riad_merged_free(struct riad_merged *m)
{
	free(m->list);
	free(m->slots);
	*m = (struct riad_merged){.list = NULL};
}

int64_t
riad_merged_find(const struct riad_merged *m, const struct riad_oid *oid)
{
	if (m->slots == NULL)
		return -1;
	const uint64_t hash = mix(m, oid->id);
	const uint32_t slot = *find_slot(m, oid->id, hash);

	if (slot == 0)
		return -1;
	const uint32_t place =
	    (m->bits == 32 ? slot : slot & (((uint32_t)1 << m->bits) - 1)) - 1;
	const struct riad_merged_idx *x = idx_of(m, place);
	return (int64_t)x->first + (place - x->begin);
}
