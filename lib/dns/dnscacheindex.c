/* SPDX-License-Identifier: ISC */
/*
 * The index of a cache: it grows a bucket at a time with what is in the cache,
 * as linear hashing does, so that few answers take few pages.
 */

#include "dnscache_state.h"

#include <string.h>

/* The slot of the entry at unit, or NULL: nothing finds that entry. */
uint64_t *
cache_slot_of(const struct riad_dns_cache *cache, uint64_t hash, uint64_t unit)
{
	for (unsigned b = 0; b < 2; b++) {
		uint64_t *slots = cache_bucket(cache, hash, b);

		for (unsigned i = 0; i < CACHE_WAYS; i++)
			if ((slots[i] & SLOT_PLACE) == unit + 1)
				return &slots[i];
	}
	return NULL;
}

/* Of an entry written at unit: one that is empty, or has what was used least,
 * and of those what will go first. */
uint64_t *
cache_choose(struct riad_dns_cache *cache, uint64_t hash)
{
	uint64_t *best = NULL, least = UINT64_MAX;
	unsigned empty[2] = {0, 0};

	for (unsigned b = 0; b < 2; b++) {
		uint64_t *slots = cache_bucket(cache, hash, b);

		for (unsigned i = 0; i < CACHE_WAYS; i++) {
			uint64_t unit = cache_place(slots[i]);
			uint64_t cost = cache_used(slots[i]);

			if (slots[i] == 0) {
				if (++empty[b] > empty[!b]) {
					best = &slots[i];
					least = 0;
				}
				continue;
			}
			if (empty[0] + empty[1] > 0)
				continue;
			cost <<= 40;
			cost += unit < cache->head->head ? unit + cache->units
							 : unit;
			if (cost + 1 < least) {
				best = &slots[i];
				least = cost + 1;
			}
		}
	}
	return best;
}

/*
 * The next bucket takes from its elder, of which it was a part, what belongs to
 * it now.  If that is cut short, what is there twice or cannot be found is
 * pushed out in the course of time.
 */
static void
split(struct riad_dns_cache *cache)
{
	uint64_t elder = cache->active & cache_mask(cache->active + 1) >> 1;
	uint64_t *from = cache->slots + elder * CACHE_WAYS;
	uint64_t *to = cache->slots + cache->active * CACHE_WAYS;
	bool goes[CACHE_WAYS] = {false};

	memset(to, 0, CACHE_WAYS * sizeof(*to));
	cache->active++;
	cache->mask = cache_mask(cache->active);
	for (unsigned i = 0; i < CACHE_WAYS; i++) {
		if (from[i] == 0)
			continue;
		if (!cache_believe(cache, cache_place(from[i]))) {
			cache_forget_damaged(cache, &from[i]);
			continue;
		}
		uint64_t hash =
		    cache_entry_at(cache, cache_place(from[i]))->hash;
		goes[i] = cache_bucket(cache, hash, 0) != from &&
			  cache_bucket(cache, hash, 1) != from;
		if (goes[i])
			to[i] = from[i];
	}
	cache->head->active = cache->active;
	for (unsigned i = 0; i < CACHE_WAYS; i++)
		if (goes[i])
			from[i] = 0;
}

void
cache_grow_index(struct riad_dns_cache *cache)
{
	/* A bucket that is still of two has twice as much to hold: so half of
	 * the slots are used, until all buckets are.  A few splits at once
	 * where the number of entries was not right. */
	for (unsigned i = 0;
	     i < 4 && cache->active < cache->buckets &&
	     cache->head->entries * 2 >= cache->active * CACHE_WAYS;
	     i++)
		split(cache);
}

void
cache_clear_index(struct riad_dns_cache *cache)
{
	cache_set_active(cache, CACHE_ACTIVE_MIN);
	memset(cache->slots, 0,
	    cache->active * CACHE_WAYS * sizeof(*cache->slots));
}

void
cache_set_active(struct riad_dns_cache *cache, uint64_t active)
{
	if (active < CACHE_ACTIVE_MIN)
		active = CACHE_ACTIVE_MIN;
	if (active > cache->buckets)
		active = cache->buckets;
	cache->active = active;
	cache->mask = cache_mask(active);
	cache->head->active = active;
}
