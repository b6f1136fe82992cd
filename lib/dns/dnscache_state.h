/* SPDX-License-Identifier: ISC */
/*
 * dnscache_state.h - how a cache lies in its mapping
 *
 * A head of a page; an index of buckets, a cache line each, of eight slots; and
 * the row of entries.  Nothing there is believed for being there: entries have
 * sums, a slot is a hint where an entry may be, and head and front, where the
 * row is written and what it will come upon, only decide what is lost.
 */
#ifndef RIAD_DNSCACHE_STATE_H
#define RIAD_DNSCACHE_STATE_H

#include "riad/dnscache.h"

#include "dnskeep.h"

enum {
	CACHE_PAGE = 4096,
	CACHE_WAYS = 8,
	CACHE_UNIT = 16, /* entries begin at, and fill, multiples of it */
	/* A slot for so many bytes of entries, which one of a short answer has;
	 * with two buckets to choose from nearly all slots can be used. */
	CACHE_PER_SLOT = 96,
	/* Buckets in use at first: a page of them. */
	CACHE_ACTIVE_MIN = 64,
	/* Of key flags, in entries that are failures. */
	CACHE_FAILURE = 0x80
};

#define CACHE_MAGIC "riad dns cache\r\n"

struct cache_head {
	char magic[16];
	uint32_t version;
	uint32_t order; /* of bytes, and that sizes of numbers are the same */
	uint64_t size;
	uint64_t buckets;
	uint64_t row_at;
	uint64_t units;
	struct riad_siphash_key secret;
	uint64_t sum; /* of all that is before */

	/* In units, at most `units`: what is between is free, what is behind
	 * front are entries written in the lap before, and what is before head
	 * are those of this lap. */
	uint64_t head, front;
	uint64_t reached; /* the most that head ever was */
	uint64_t entries, bytes;
	uint64_t active; /* buckets that are in use */
};

/* The TTLs' places follow, two bytes each, and then the message. */
struct cache_entry {
	uint32_t sum;   /* of what follows epoch */
	uint32_t epoch; /* of the process that knows the sum to be right */
	uint64_t hash;
	uint32_t stored; /* seconds of the real-time clock */
	uint32_t life;   /* seconds from then on */
	uint16_t len;
	uint16_t ttls;
	uint8_t flags;
	uint8_t again; /* failures: how often before */
	uint16_t spare;
};

/*
 * A slot: where its entry begins, in units and plus 1, so that 0 is none; how
 * often it was asked for, and whether that it ends soon was said; and bits of
 * the hash.
 */
enum {
	SLOT_USED_SHIFT = 32,
	SLOT_USED_MAX = 15,
	SLOT_SAID_SHIFT = 36,
	SLOT_TAG_SHIFT = 40
};
#define SLOT_PLACE UINT64_C(0xffffffff)
#define SLOT_USED ((uint64_t)SLOT_USED_MAX << SLOT_USED_SHIFT)
#define SLOT_SAID (UINT64_C(1) << SLOT_SAID_SHIFT)
#define SLOT_TAG (UINT64_MAX << SLOT_TAG_SHIFT)

struct riad_dns_cache {
	uint8_t *map;
	size_t size;
	int fd; /* -1: memory */
	struct cache_head *head;
	uint64_t *slots;
	uint8_t *row;
	/* As in the head, when it was checked. */
	uint64_t buckets;
	uint64_t active;
	uint64_t mask; /* the least 2^n - 1 that is not below active - 1 */
	uint64_t units;
	struct riad_siphash_key secret;
	uint32_t epoch;
	struct riad_dns_cache_limits limits;
	struct riad_dns_cache_stat stat;
	struct riad_dns_keep keep;
};

/* A bucket that an entry may be in, by either half of its hash; which is 0 or
 * 1.  Those from `active` on are still parts of others. */
static inline uint64_t *
cache_bucket(const struct riad_dns_cache *cache, uint64_t hash, unsigned which)
{
	uint64_t i = (which == 0 ? hash >> 32 : hash) & cache->mask;

	if (i >= cache->active)
		i &= cache->mask >> 1;
	return cache->slots + i * CACHE_WAYS;
}

static inline uint64_t
cache_mask(uint64_t active)
{
	return ~UINT64_C(0) >> __builtin_clzll(active - 1);
}

/* Of bits that do not decide on buckets: the upper ones of each half. */
static inline uint64_t
cache_tag(uint64_t hash)
{
	return (hash >> 52 | (hash >> 20 & 0xfff) << 12) << SLOT_TAG_SHIFT;
}

static inline uint64_t
cache_place(uint64_t slot)
{
	return (slot & SLOT_PLACE) - 1;
}

static inline unsigned
cache_used(uint64_t slot)
{
	return slot >> SLOT_USED_SHIFT & SLOT_USED_MAX;
}

static inline struct cache_entry *
cache_entry_at(const struct riad_dns_cache *cache, uint64_t unit)
{
	return (void *)(cache->row + unit * CACHE_UNIT);
}

/*
 * Whether there is an entry at unit: it lies within the row, and is as it was
 * written, which is looked at once in the life of a process.
 */
bool cache_believe(const struct riad_dns_cache *cache, uint64_t unit);

/* Empties a slot, of an entry that is believed or of one that is not. */
void cache_forget(struct riad_dns_cache *cache, uint64_t *slot);
void cache_forget_damaged(struct riad_dns_cache *cache, uint64_t *slot);

/* The slot of the entry at unit, or NULL: nothing finds that entry. */
uint64_t *cache_slot_of(
    const struct riad_dns_cache *cache, uint64_t hash, uint64_t unit);

/* A slot for an entry: one that is empty, or has what was used least, and of
 * those what the writing will come upon first. */
uint64_t *cache_choose(struct riad_dns_cache *cache, uint64_t hash);

/* As many buckets as there are entries for, and one more. */
void cache_grow_index(struct riad_dns_cache *cache);
void cache_clear_index(struct riad_dns_cache *cache);
void cache_set_active(struct riad_dns_cache *cache, uint64_t active);

#endif
