/* SPDX-License-Identifier: ISC */

#include "riad/oid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
riad_oid_set(struct riad_oid *oid, const uint8_t *raw, size_t hash_len)
{
	memset(oid, 0, sizeof(*oid));
	memcpy(oid->id, raw, hash_len);
}

/* Of a digit, its value plus 1; of anything else, 0. */
static const uint8_t digits[256] = {['0'] = 1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    ['A'] = 11,
    12,
    13,
    14,
    15,
    16,
    ['a'] = 11,
    12,
    13,
    14,
    15,
    16};

int
riad_oid_parse(struct riad_oid *oid, const char *s, size_t len, size_t hash_len)
{
	const uint8_t *p = (const uint8_t *)s;

	*oid = (struct riad_oid){{0}};
	if (len < 2 * hash_len) {
		errno = EBADMSG;
		return -1;
	}
	for (size_t i = 0; i < hash_len; i++) {
		const unsigned hi = digits[p[2 * i]], lo = digits[p[2 * i + 1]];

		if (hi == 0 || lo == 0) {
			errno = EBADMSG;
			return -1;
		}
		oid->id[i] = (uint8_t)((hi - 1) << 4 | (lo - 1));
	}
	return (int)(2 * hash_len);
}

char *
riad_oid_hex(
    char hex[RIAD_OID_HEX_MAX + 1], const struct riad_oid *oid, size_t hash_len)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < hash_len; i++) {
		hex[2 * i] = digit[oid->id[i] >> 4];
		hex[2 * i + 1] = digit[oid->id[i] & 15];
	}
	hex[2 * hash_len] = '\0';
	return hex;
}

int
riad_oid_cmp(const struct riad_oid *a, const struct riad_oid *b)
{
	return memcmp(a->id, b->id, sizeof(a->id));
}

bool
riad_oid_eq(const struct riad_oid *a, const struct riad_oid *b)
{
	return riad_oid_cmp(a, b) == 0;
}

void
riad_oidmap_init(struct riad_oidmap *map, uint32_t max)
{
	*map = (struct riad_oidmap){.max = max};
}

void
riad_oidmap_free(struct riad_oidmap *map)
{
	free(map->oids);
	free(map->slots);
	riad_oidmap_init(map, map->max);
}

/* A hash is its own best hash.  Not its first bytes alone, though: those of
 * a hostile set of objects can be chosen, at the price of some work. */
static uint32_t
slot_of(const struct riad_oid *oid)
{
	uint32_t a, b, c;

	memcpy(&a, oid->id, sizeof(a));
	memcpy(&b, oid->id + 8, sizeof(b));
	memcpy(&c, oid->id + 16, sizeof(c));
	return a ^ b * 0x9e3779b1u ^ c * 0x85ebca77u;
}

/* Where oid is, or the empty slot where it belongs. */
static uint32_t *
find_slot(const struct riad_oidmap *map, const struct riad_oid *oid)
{
	uint32_t i = slot_of(oid) & map->mask;

	while (map->slots[i] != 0 &&
	       !riad_oid_eq(&map->oids[map->slots[i] - 1], oid))
		i = (i + 1) & map->mask;
	return &map->slots[i];
}

/* At most half of the slots are in use, so that searches stay short. */
static int
grow(struct riad_oidmap *map)
{
	uint32_t cap = map->cap == 0 ? 64 : map->cap * 2;

	if (map->cap > UINT32_MAX / 8) {
		errno = EMSGSIZE;
		return -1;
	}
	struct riad_oid *oids =
	    reallocarray(map->oids, cap, sizeof(*map->oids));
	if (oids == NULL)
		return -1;
	map->oids = oids;

	uint32_t nslots = cap * 2;
	uint32_t *slots = calloc(nslots, sizeof(*slots));
	if (slots == NULL)
		return -1;
	free(map->slots);
	map->slots = slots;
	map->mask = nslots - 1;
	map->cap = cap;
	for (uint32_t i = 0; i < map->len; i++)
		*find_slot(map, &map->oids[i]) = i + 1;
	return 0;
}

int64_t
riad_oidmap_put(
    struct riad_oidmap *map, const struct riad_oid *oid, bool *added)
{
	if (map->len == map->cap && grow(map) == -1)
		return -1;

	uint32_t *slot = find_slot(map, oid);
	if (added != NULL)
		*added = *slot == 0;
	if (*slot != 0)
		return (int64_t)*slot - 1;
	if (map->len >= map->max) {
		errno = EMSGSIZE;
		return -1;
	}
	map->oids[map->len] = *oid;
	*slot = map->len + 1;
	return map->len++;
}

int64_t
riad_oidmap_get(const struct riad_oidmap *map, const struct riad_oid *oid)
{
	if (map->len == 0)
		return -1;
	return (int64_t)*find_slot(map, oid) - 1;
}
