/* SPDX-License-Identifier: ISC */

#include "riad/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/loose.h"

static int
add_dir(void *ctx, const char *dir)
{
	struct riad_store *s = ctx;

	for (size_t i = 0; i < s->ndirs; i++) {
		if (strcmp(s->dirs[i], dir) == 0)
			return 0;
	}
	char **dirs = reallocarray(s->dirs, s->ndirs + 1, sizeof(*dirs));
	if (dirs == NULL)
		return -1;
	s->dirs = dirs;
	s->dirs[s->ndirs] = strdup(dir);
	return s->dirs[s->ndirs++] == NULL ? -1 : 0;
}

/* Gives numbers to the objects of the packs from number p on. */
static int
number(struct riad_store *s, uint32_t p)
{
	uint32_t *first =
	    reallocarray(s->first, s->packs.len + 1u, sizeof(*first));

	if (first == NULL)
		return -1;
	s->first = first;
	for (; p < s->packs.len; p++) {
		uint32_t n = s->packs.packs[p].idx.count;

		if (n >= RIAD_LOOSE - s->count) {
			errno = EMSGSIZE;
			return -1;
		}
		s->first[p] = s->count;
		s->count += n;
	}
	return 0;
}

int
riad_store_open(struct riad_store *s, const char *const *dirs, size_t ndirs,
    size_t hash_len)
{
	*s = (struct riad_store){.hash_len = hash_len};
	riad_oidmap_init(&s->loose, RIAD_LOOSE - 1);
	for (size_t i = 0; i < ndirs; i++) {
		if (riad_packs_each_dir(dirs[i], add_dir, s) == -1 ||
		    riad_packs_add(&s->packs, dirs[i], hash_len) == -1) {
			riad_store_close(s);
			errno = ENOMEM;
			return -1;
		}
	}
	if (number(s, 0) == -1) {
		int err = errno;
		riad_store_close(s);
		errno = err;
		return -1;
	}
	return 0;
}

void
riad_store_close(struct riad_store *s)
{
	riad_packs_close(&s->packs);
	free(s->first);
	for (size_t i = 0; i < s->ndirs; i++)
		free(s->dirs[i]);
	free(s->dirs);
	riad_oidmap_free(&s->loose);
	free(s->loose_types);
	*s = (struct riad_store){.hash_len = s->hash_len};
}

int
riad_store_refresh(struct riad_store *s)
{
	const uint32_t before = s->packs.len;

	for (size_t i = 0; i < s->ndirs; i++) {
		if (riad_packs_add(&s->packs, s->dirs[i], s->hash_len) == -1)
			return -1;
	}
	if (s->packs.len == before)
		return 0;
	return number(s, before) == -1 ? -1 : 1;
}

int64_t
riad_store_packed(const struct riad_store *s, const struct riad_oid *oid)
{
	for (uint32_t p = 0; p < s->packs.len; p++) {
		int64_t pos = riad_idx_find(&s->packs.packs[p].idx, oid);
		if (pos != -1)
			return (int64_t)s->first[p] + pos;
	}
	return -1;
}

void
riad_store_prefetch(const struct riad_store *s, const struct riad_oid *oid)
{
	if (s->packs.len > 0)
		riad_idx_prefetch(&s->packs.packs[0].idx, oid);
}

/* Enters a loose object whose file was opened. */
static int64_t
add_loose(struct riad_store *s, const struct riad_oid *oid, uint8_t type)
{
	if (s->loose.len == s->loose_cap) {
		size_t cap = s->loose_cap == 0 ? 64 : 2 * s->loose_cap;
		uint8_t *types = realloc(s->loose_types, cap);

		if (types == NULL)
			return -1;
		s->loose_types = types;
		s->loose_cap = cap;
	}
	int64_t n = riad_oidmap_put(&s->loose, oid, NULL);
	if (n == -1)
		return -1;
	s->loose_types[n] = type;
	return (int64_t)RIAD_LOOSE + n;
}

static int64_t
find_loose(struct riad_store *s, const struct riad_oid *oid)
{
	int64_t n = riad_oidmap_get(&s->loose, oid);
	int err = ENOENT;

	if (n != -1)
		return (int64_t)RIAD_LOOSE + n;
	for (size_t i = 0; i < s->ndirs; i++) {
		struct riad_loose l;
		int r = riad_loose_open(&l, s->dirs[i], oid, s->hash_len);

		if (r == 1) {
			uint8_t type = (uint8_t)l.type;
			riad_loose_close(&l);
			return add_loose(s, oid, type);
		}
		if (r == -1)
			err = errno;
	}
	errno = err;
	return -1;
}

int64_t
riad_store_quick(struct riad_store *s, const struct riad_oid *oid)
{
	int64_t n = riad_store_packed(s, oid);

	return n != -1 ? n : find_loose(s, oid);
}

int64_t
riad_store_find(struct riad_store *s, const struct riad_oid *oid)
{
	int64_t n = riad_store_quick(s, oid);

	if (n != -1 || errno != ENOENT)
		return n;
	int r = riad_store_refresh(s);
	if (r == 1)
		return riad_store_quick(s, oid);
	if (r == 0)
		errno = ENOENT;
	return -1;
}

void
riad_store_oid(
    const struct riad_store *s, uint32_t number, struct riad_oid *oid)
{
	if (number >= RIAD_LOOSE) {
		*oid = s->loose.oids[number - RIAD_LOOSE];
		return;
	}
	uint32_t pos, p = riad_store_pack(s, number, &pos);
	riad_idx_id(&s->packs.packs[p].idx, pos, oid);
}

uint32_t
riad_store_pack(const struct riad_store *s, uint32_t number, uint32_t *pos)
{
	uint32_t lo = 0, hi = s->packs.len;

	/* The last whose first object is not after the number. */
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->first[mid] <= number)
			lo = mid;
		else
			hi = mid;
	}
	*pos = number - s->first[lo];
	return lo;
}
