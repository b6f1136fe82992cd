/* SPDX-License-Identifier: ISC */

#include "dnscache_state.h"

#include <string.h>

#include "dnsfield.h"

enum {
	STALE_TTL = 30, /* RFC 8767 section 4 */
	FUTURE = 3600,  /* seconds that a clock may have been set back */
	POPULAR = 3,    /* hits of an answer that is fetched before its end */
	SOON = 10,      /* the last tenth of its time */
	FAILED_FOR = 5, /* seconds; doubled so often: */
	FAILED_AGAIN = 3,
	FAILED_WITHIN = 60, /* seconds after the last failure's end */
	MOVES = 64 /* entries that one new entry may have moved at most */
};

/* What the hash of a failure differs by from that of what failed. */
#define FAILURE_HASH UINT64_C(0x9e3779b97f4a7c15)

static uint8_t *
ttls_of(struct cache_entry *entry)
{
	return (uint8_t *)(entry + 1);
}

static uint8_t *
message_of(struct cache_entry *entry)
{
	return ttls_of(entry) + 2 * (size_t)entry->ttls;
}

static size_t
bytes_of(size_t len, size_t ttls)
{
	return sizeof(struct cache_entry) + 2 * ttls + len;
}

static uint64_t
units_of(size_t len, size_t ttls)
{
	return (bytes_of(len, ttls) + CACHE_UNIT - 1) / CACHE_UNIT;
}

static uint32_t
sum_of(const struct riad_dns_cache *cache, const struct cache_entry *entry)
{
	const size_t from = offsetof(struct cache_entry, hash);

	return (uint32_t)riad_siphash13(&cache->secret,
	    (const uint8_t *)entry + from,
	    bytes_of(entry->len, entry->ttls) - from);
}

/* Even who can make sums is not to lead outside of an entry. */
static bool
is_sound(struct cache_entry *entry)
{
	const uint8_t *message = message_of(entry);
	size_t at = RIAD_DNS_HEADER;

	while (at < entry->len && message[at] != 0)
		at += message[at] + 1u;
	if (at + 5 > entry->len || at - RIAD_DNS_HEADER >= RIAD_DNS_NAME)
		return false;
	for (const uint8_t *p = ttls_of(entry); p < message; p += 2) {
		uint16_t ttl_at;

		memcpy(&ttl_at, p, sizeof(ttl_at));
		if (ttl_at > entry->len - 4)
			return false;
	}
	return true;
}

/* The entry that would be at unit, and would lie within the row, or NULL. */
static struct cache_entry *
lies_at(const struct riad_dns_cache *cache, uint64_t unit)
{
	if (unit >= cache->units || cache->units - unit < 2)
		return NULL;
	struct cache_entry *entry = cache_entry_at(cache, unit);
	return entry->len >= RIAD_DNS_HEADER &&
		       units_of(entry->len, entry->ttls) <= cache->units - unit
		   ? entry
		   : NULL;
}

bool
cache_believe(const struct riad_dns_cache *cache, uint64_t unit)
{
	struct cache_entry *entry = lies_at(cache, unit);

	if (entry == NULL)
		return false;
	if (entry->epoch == cache->epoch)
		return true;
	if (entry->sum != sum_of(cache, entry) || !is_sound(entry))
		return false;
	entry->epoch = cache->epoch;
	return true;
}

static void
count_down(uint64_t *n, uint64_t by)
{
	*n -= *n < by ? *n : by;
}

void
cache_forget(struct riad_dns_cache *cache, uint64_t *slot)
{
	const struct cache_entry *entry =
	    cache_entry_at(cache, cache_place(*slot));

	count_down(&cache->head->entries, 1);
	count_down(&cache->head->bytes,
	    units_of(entry->len, entry->ttls) * CACHE_UNIT);
	*slot = 0;
}

void
cache_forget_damaged(struct riad_dns_cache *cache, uint64_t *slot)
{
	count_down(&cache->head->entries, 1);
	cache->stat.damaged++;
	*slot = 0;
}

static bool
is_key(struct cache_entry *entry, uint64_t hash, unsigned flags,
    const struct riad_dns_key *key)
{
	/* A message has the key's name, type and class for its question. */
	return entry->hash == hash && entry->flags == flags &&
	       entry->len >= RIAD_DNS_HEADER + key->len - 1 &&
	       memcmp(message_of(entry) + RIAD_DNS_HEADER, key->name,
		   key->len - 1) == 0;
}

static uint64_t *
find(struct riad_dns_cache *cache, const struct riad_dns_key *key, bool failure)
{
	uint64_t hash = failure ? key->hash ^ FAILURE_HASH : key->hash;
	unsigned flags =
	    key->name[key->len - 1] | (failure ? CACHE_FAILURE : 0u);
	uint64_t want = cache_tag(hash);

	for (unsigned b = 0; b < 2; b++) {
		uint64_t *slots = cache_bucket(cache, hash, b);

		for (unsigned i = 0; i < CACHE_WAYS; i++) {
			if ((slots[i] & SLOT_TAG) != want || slots[i] == 0)
				continue;
			if (!cache_believe(cache, cache_place(slots[i])))
				cache_forget_damaged(cache, &slots[i]);
			else if (is_key(cache_entry_at(
					    cache, cache_place(slots[i])),
				     hash, flags, key))
				return &slots[i];
		}
	}
	return NULL;
}

void
riad_dns_cache_near(
    const struct riad_dns_cache *cache, const struct riad_dns_key *key)
{
	__builtin_prefetch(cache_bucket(cache, key->hash, 0));
	__builtin_prefetch(cache_bucket(cache, key->hash, 1));
}

/* Seconds since it was stored.  UINT64_MAX where that is yet to come. */
static uint64_t
age_of(const struct cache_entry *entry, uint64_t now)
{
	if (entry->stored <= now)
		return now - entry->stored;
	return entry->stored - now < FUTURE ? 0 : UINT64_MAX;
}

/* The entry as an answer to query. */
static void
answer(struct cache_entry *entry, const struct riad_dns_key *key,
    const uint8_t *query, uint64_t age, uint8_t *to, size_t max, size_t *len)
{
	const uint8_t *message = message_of(entry);

	*len = 0;
	if (entry->len > max)
		return;
	*len = entry->len;
	memcpy(to, message, entry->len);
	to[0] = query[0];
	to[1] = query[1];
	to[2] |= query[2] & RIAD_DNS_RD >> 8;
	to[3] = (uint8_t)((to[3] & ~RIAD_DNS_CD) | (query[3] & RIAD_DNS_CD));
	memcpy(to + RIAD_DNS_HEADER, query + RIAD_DNS_HEADER, key->name_len);
	for (const uint8_t *p = ttls_of(entry); p < message; p += 2) {
		uint16_t at;

		memcpy(&at, p, sizeof(at));
		dns_put32(to + at, age < entry->life
				       ? dns_get32(to + at) - (uint32_t)age
				       : STALE_TTL);
	}
}

/* Counts a hit; whether it ends soon, has been popular, and that is news. */
static bool
use(uint64_t *slot, const struct cache_entry *entry, uint64_t age)
{
	if (cache_used(*slot) < SLOT_USED_MAX)
		*slot += UINT64_C(1) << SLOT_USED_SHIFT;
	if (entry->life - age > entry->life / SOON || *slot & SLOT_SAID ||
	    cache_used(*slot) < POPULAR)
		return false;
	*slot |= SLOT_SAID;
	return true;
}

enum riad_dns_hit
riad_dns_cache_get(struct riad_dns_cache *cache, const struct riad_dns_key *key,
    const uint8_t *query, uint64_t now, uint8_t *to, size_t max, size_t *len)
{
	struct cache_entry *entry = NULL;
	uint64_t age = 0;
	uint64_t *slot = find(cache, key, false);

	if (slot != NULL) {
		entry = cache_entry_at(cache, cache_place(*slot));
		age = age_of(entry, now);
		if (age < entry->life) {
			bool soon = use(slot, entry, age);

			cache->stat.hits++;
			answer(entry, key, query, age, to, max, len);
			return soon ? RIAD_DNS_HIT_SOON : RIAD_DNS_HIT;
		}
		if (age == UINT64_MAX ||
		    age - entry->life >= cache->limits.max_stale)
			slot = NULL;
	}

	uint64_t *failed = find(cache, key, true);
	if (failed != NULL) {
		struct cache_entry *failure =
		    cache_entry_at(cache, cache_place(*failed));
		uint64_t since = age_of(failure, now);

		if (since >= failure->life)
			failed = NULL;
		else if (slot == NULL) {
			cache->stat.hits++;
			answer(failure, key, query, since, to, max, len);
			return RIAD_DNS_HIT;
		}
	}
	if (slot == NULL) {
		cache->stat.misses++;
		*len = 0;
		return RIAD_DNS_MISS;
	}
	if (cache_used(*slot) < SLOT_USED_MAX)
		*slot += UINT64_C(1) << SLOT_USED_SHIFT;
	cache->stat.stale++;
	answer(entry, key, query, age, to, max, len);
	return failed != NULL ? RIAD_DNS_STALE_HELD : RIAD_DNS_STALE;
}

/* Whether an entry that the writing came upon stays, being asked for. */
static bool
is_wanted(const struct riad_dns_cache *cache, const struct cache_entry *entry,
    uint64_t slot, uint64_t now)
{
	uint64_t age = age_of(entry, now);

	return cache_used(slot) > 0 && age != UINT64_MAX &&
	       (age < entry->life ||
		   age - entry->life < cache->limits.max_stale);
}

/* Goes past what is at front; what is wanted moves to head.  Whether. */
static bool
come_upon(struct riad_dns_cache *cache, uint64_t now, bool may_move)
{
	struct cache_head *head = cache->head;
	uint64_t front = head->front;

	/* Of what is damaged not even the length is known. */
	if (!cache_believe(cache, front)) {
		head->front++;
		return false;
	}
	struct cache_entry *entry = cache_entry_at(cache, front);
	uint64_t units = units_of(entry->len, entry->ttls);
	uint64_t *slot = cache_slot_of(cache, entry->hash, front);
	bool moves =
	    slot != NULL && may_move && is_wanted(cache, entry, *slot, now);
	if (moves) {
		memmove(cache_entry_at(cache, head->head), entry,
		    units * CACHE_UNIT);
		*slot = (*slot & ~(SLOT_PLACE | SLOT_USED)) |
			(uint64_t)(cache_used(*slot) / 2) << SLOT_USED_SHIFT |
			(head->head + 1);
		head->head += units;
		cache->stat.moved++;
	} else if (slot != NULL) {
		cache_forget(cache, slot);
		cache->stat.evicted++;
	}
	head->front = front + units;
	return moves;
}

/* Makes room for so many units at head. */
static void
make_room(struct riad_dns_cache *cache, uint64_t units, uint64_t now)
{
	struct cache_head *head = cache->head;
	unsigned moves = 0;

	while (head->front - head->head < units) {
		if (head->front < cache->units) {
			moves += come_upon(cache, now, moves < MOVES);
			continue;
		}
		head->head = 0;
		head->front = 0;
	}
}

/* Keeps cache->keep for key. */
static void
add(struct riad_dns_cache *cache, const struct riad_dns_key *key,
    unsigned again, uint64_t now)
{
	const struct riad_dns_keep *keep = &cache->keep;
	struct cache_head *head = cache->head;
	uint64_t units = units_of(keep->len, keep->ttls_len);
	uint64_t hash = keep->failed ? key->hash ^ FAILURE_HASH : key->hash;
	uint64_t popular = 0;

	uint64_t *slot = find(cache, key, keep->failed);
	if (slot != NULL) {
		popular = cache_used(*slot) / 2;
		cache_forget(cache, slot);
	}
	make_room(cache, units, now);

	struct cache_entry *entry = cache_entry_at(cache, head->head);
	*entry = (struct cache_entry){.hash = hash,
	    .stored = now < UINT32_MAX ? (uint32_t)now : UINT32_MAX,
	    .life = keep->life,
	    .len = keep->len,
	    .ttls = keep->ttls_len,
	    .again = (uint8_t)again};
	entry->flags = key->name[key->len - 1];
	if (keep->failed)
		entry->flags |= CACHE_FAILURE;
	memcpy(ttls_of(entry), keep->ttls, 2 * (size_t)keep->ttls_len);
	memcpy(message_of(entry), keep->message, keep->len);
	entry->sum = sum_of(cache, entry);
	entry->epoch = cache->epoch;

	cache_grow_index(cache);
	slot = cache_choose(cache, hash);
	if (*slot != 0) {
		if (cache_believe(cache, cache_place(*slot))) {
			cache_forget(cache, slot);
			cache->stat.evicted++;
		} else {
			cache_forget_damaged(cache, slot);
		}
	}
	*slot = cache_tag(hash) | popular << SLOT_USED_SHIFT | (head->head + 1);
	head->head += units;
	if (head->reached < head->head)
		head->reached = head->head;
	head->entries++;
	head->bytes += units * CACHE_UNIT;
	cache->stat.puts++;
}

/* One entry is to displace few others. */
static bool
fits(const struct riad_dns_cache *cache)
{
	return units_of(cache->keep.len, cache->keep.ttls_len) <=
	       cache->units / 16;
}

uint32_t
riad_dns_cache_put(struct riad_dns_cache *cache, const struct riad_dns_key *key,
    const uint8_t *data, size_t len, uint64_t now)
{
	struct riad_dns_keep *keep = &cache->keep;

	riad_dns_keep(keep, key, &cache->limits, data, len);
	if (keep->failed) {
		riad_dns_cache_fail(cache, key, keep->rcode, now);
		return 0;
	}
	if (keep->life == 0 || !fits(cache))
		return 0;
	uint64_t *failed = find(cache, key, true);
	if (failed != NULL)
		cache_forget(cache, failed);
	add(cache, key, 0, now);
	return keep->life;
}

void
riad_dns_cache_fail(struct riad_dns_cache *cache,
    const struct riad_dns_key *key, unsigned rcode, uint64_t now)
{
	struct riad_dns_keep *keep = &cache->keep;
	unsigned again = 0;
	const uint64_t *slot = find(cache, key, true);

	if (slot != NULL) {
		const struct cache_entry *before =
		    cache_entry_at(cache, cache_place(*slot));
		uint64_t age = age_of(before, now);

		if (age < before->life)
			return;
		if (age - before->life < FAILED_WITHIN)
			again = before->again + 1u;
		if (again > FAILED_AGAIN)
			again = FAILED_AGAIN;
	}
	memset(keep->message, 0, RIAD_DNS_HEADER);
	keep->message[2] = RIAD_DNS_QR >> 8;
	keep->message[3] = (uint8_t)(RIAD_DNS_RA | (rcode & RIAD_DNS_RCODE));
	keep->message[5] = 1;
	memcpy(keep->message + RIAD_DNS_HEADER, key->name, key->len - 1);
	keep->len = (uint16_t)(RIAD_DNS_HEADER + key->len - 1);
	keep->ttls_len = 0;
	keep->life = (uint32_t)FAILED_FOR << again;
	keep->failed = true;
	add(cache, key, again, now);
}

void
riad_dns_cache_limit(
    struct riad_dns_cache *cache, const struct riad_dns_cache_limits *limits)
{
	cache->limits = *limits;
}

static size_t
flush_all(struct riad_dns_cache *cache)
{
	struct cache_head *head = cache->head;
	size_t n = (size_t)head->entries;

	if (n > 0 || head->reached > 0)
		cache_clear_index(cache);
	head->entries = 0;
	head->bytes = 0;
	head->head = 0;
	head->front = cache->units;
	return n;
}

size_t
riad_dns_cache_flush(
    struct riad_dns_cache *cache, const uint8_t *name, bool below)
{
	size_t n = 0;

	if (name == NULL)
		return flush_all(cache);
	if (cache->head->entries == 0)
		return 0;
	for (uint64_t i = 0; i < cache->active * CACHE_WAYS; i++) {
		uint64_t *slot = &cache->slots[i];

		/* After the last there is the row, which is as good. */
		uint64_t next = cache_place(slot[CACHE_WAYS]);
		if (next < cache->head->units)
			__builtin_prefetch(cache_entry_at(cache, next));
		if (*slot == 0)
			continue;
		/* To make a sum of each would take a tenth of a second. */
		struct cache_entry *entry = lies_at(cache, cache_place(*slot));
		if (entry == NULL || !is_sound(entry)) {
			cache_forget_damaged(cache, slot);
			continue;
		}
		const uint8_t *asked = message_of(entry) + RIAD_DNS_HEADER;
		if (below ? !riad_dns_name_below(asked, name)
			  : !riad_dns_name_same(asked, name))
			continue;
		if (!cache_believe(cache, cache_place(*slot))) {
			cache_forget_damaged(cache, slot);
			continue;
		}
		cache_forget(cache, slot);
		n++;
	}
	return n;
}

void
riad_dns_cache_stat(
    const struct riad_dns_cache *cache, struct riad_dns_cache_stat *stat)
{
	*stat = cache->stat;
	stat->entries = cache->head->entries;
	stat->bytes = cache->head->bytes;
	stat->size = cache->units * CACHE_UNIT;
}
