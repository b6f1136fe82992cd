/* SPDX-License-Identifier: ISC */

#include "riad/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/loose.h"
#include "riad/parse.h"

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

/* So few packs are asked one after the other. */
enum { OTHERS_MAX = 8 };

/* To enter an object into the table takes so many times as long as to ask a
 * pack for it. */
enum { ENTER_COST = 3 };

/* A pack that was asked is looked through for starts in the time that they
 * save in finding one of so many objects. */
enum { READY_PER_ASKED = 16 };

/* Gives numbers to the objects of the packs from number p on. */
static int
number(struct riad_store *s, uint32_t p)
{
	uint32_t *first =
	    reallocarray(s->first, s->packs.len + 1u, sizeof(*first));

	if (first == NULL)
		return -1;
	s->first = first;
	uint32_t *others =
	    reallocarray(s->others, s->packs.len + 1u, sizeof(*others));
	if (others == NULL)
		return -1;
	s->others = others;
	for (; p < s->packs.len; p++) {
		uint32_t n = s->packs.packs[p].idx.count;

		if (n >= RIAD_LOOSE - s->count) {
			errno = EMSGSIZE;
			return -1;
		}
		s->first[p] = s->count;
		s->count += n;
		others[s->nothers++] = p;
	}
	return 0;
}

/* Takes the packs of multi-pack-indexes from the others. */
static int
cover(struct riad_store *s)
{
	uint32_t kept = 0;
	bool *covered = calloc(s->packs.len + 1u, sizeof(*covered));

	if (covered == NULL)
		return -1;
	for (size_t i = 0; i < s->nmidxs; i++) {
		for (uint32_t k = 0; k < s->midxs[i].midx.npacks; k++)
			covered[s->midxs[i].packs[k]] = true;
	}
	for (uint32_t p = 0; p < s->packs.len; p++) {
		if (!covered[p])
			s->others[kept++] = p;
	}
	s->nothers = kept;
	free(covered);
	return 0;
}

static int
open_midxs(struct riad_store *s)
{
	s->midxs = calloc(s->ndirs + 1, sizeof(*s->midxs));
	if (s->midxs == NULL)
		return -1;
	for (size_t i = 0; i < s->ndirs; i++) {
		int r = riad_midxfile_open(
		    &s->midxs[s->nmidxs], s->dirs[i], &s->packs, s->hash_len);

		if (r == -1)
			return -1;
		if (r == 1)
			s->nmidxs++;
	}
	return cover(s);
}

int
riad_store_open(struct riad_store *s, const char *const *dirs, size_t ndirs,
    size_t hash_len, bool midx)
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
	if (number(s, 0) == -1 || (midx && open_midxs(s) == -1)) {
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
	while (s->nmidxs > 0)
		riad_midxfile_close(&s->midxs[--s->nmidxs]);
	free(s->midxs);
	free(s->others);
	riad_merged_free(&s->merged);
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
	const uint32_t before = s->packs.len, count = s->count;
	const uint32_t nothers = s->nothers;
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->ndirs; i++)
		r = riad_packs_add(&s->packs, s->dirs[i], s->hash_len);
	if (r == 0 && s->packs.len > before)
		r = number(s, before) == -1 ? -1 : 1;
	if (r == -1) {
		int err = errno;

		/* No pack without numbers. */
		riad_packs_drop(&s->packs, before);
		s->count = count;
		s->nothers = nothers;
		errno = err;
	}
	return r;
}

static int64_t
find_in(const struct riad_store *s, uint32_t p, const struct riad_oid *oid)
{
	int64_t pos = riad_idx_find(&s->packs.packs[p].idx, oid);

	return pos == -1 ? -1 : (int64_t)s->first[p] + pos;
}

/* Where it says the object is; where in the index of that pack is another
 * question. */
static int64_t
find_by(const struct riad_store *s, const struct riad_midxfile *f,
    const struct riad_oid *oid)
{
	uint32_t pack;
	uint64_t off;
	int64_t n = riad_midx_find(&f->midx, oid);

	if (n == -1 ||
	    riad_midx_place(&f->midx, (uint32_t)n, &pack, &off) == -1)
		return -1;
	return find_in(s, f->packs[pack], oid);
}

int64_t
riad_store_packed(const struct riad_store *s, const struct riad_oid *oid)
{
	for (size_t i = 0; i < s->nmidxs; i++) {
		int64_t n = find_by(s, &s->midxs[i], oid);
		if (n != -1)
			return n;
	}
	int64_t n = riad_merged_find(&s->merged, oid);
	if (n != -1)
		return n;
	for (uint32_t i = s->merged.len; i < s->nothers; i++) {
		n = find_in(s, s->others[i], oid);
		if (n != -1)
			return n;
	}
	return -1;
}

void
riad_store_prefetch(const struct riad_store *s, const struct riad_oid *oid)
{
	if (s->packs.len > 0)
		riad_idx_prefetch(&s->packs.packs[0].idx, oid);
}

/* Those that are asked one after the other. */
static void
make_ready(struct riad_store *s)
{
	for (uint32_t i = s->merged.len; i < s->nothers; i++)
		riad_idx_ready(&s->packs.packs[s->others[i]].idx);
	s->ready = true;
}

static void
merge(struct riad_store *s)
{
	if (s->nothers - s->merged.len <= OTHERS_MAX || s->no_merged)
		return;
	riad_merged_free(&s->merged);
	for (uint32_t i = 0; i < s->nothers; i++) {
		const uint32_t p = s->others[i];

		if (riad_merged_add(
			&s->merged, &s->packs.packs[p].idx, s->first[p]) == -1)
			s->no_merged = true;
	}
	if (s->no_merged || riad_merged_make(&s->merged) == -1) {
		riad_merged_free(&s->merged);
		s->no_merged = true;
	}
}

void
riad_store_merge(struct riad_store *s)
{
	merge(s);
	make_ready(s);
}

/* The same, once to do without has cost as much. */
static void
merge_in_time(struct riad_store *s)
{
	const uint32_t packs = s->nothers - s->merged.len;

	s->asked += packs;
	if (packs > OTHERS_MAX && s->asked / ENTER_COST > s->count) {
		merge(s);
		s->asked = 0;
	} else if (packs <= OTHERS_MAX && !s->ready &&
		   s->asked > s->count / READY_PER_ASKED) {
		make_ready(s);
	}
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
	if (err == ENOENT && riad_tree_is_empty(oid, s->hash_len))
		return add_loose(s, oid, RIAD_TREE);
	errno = err;
	return -1;
}

int64_t
riad_store_quick(struct riad_store *s, const struct riad_oid *oid)
{
	merge_in_time(s);

	/* What was loose keeps its number when it has been packed since. */
	int64_t n = s->loose.len == 0 ? -1 : riad_oidmap_get(&s->loose, oid);

	if (n != -1)
		return (int64_t)RIAD_LOOSE + n;
	n = riad_store_packed(s, oid);
	return n != -1 ? n : find_loose(s, oid);
}

/* A multi-pack-index that is damaged may hide what its packs have: then they
 * are asked, too, from now on. */
static int64_t
find_hidden(struct riad_store *s, const struct riad_oid *oid)
{
	for (size_t i = 0; i < s->nmidxs; i++) {
		struct riad_midxfile *f = &s->midxs[i];
		int64_t n = -1;

		for (uint32_t k = 0;
		     n == -1 && !f->doubted && k < f->midx.npacks; k++)
			n = find_in(s, f->packs[k], oid);
		if (n == -1)
			continue;
		f->doubted = true;
		for (uint32_t k = 0; k < f->midx.npacks; k++)
			s->others[s->nothers++] = f->packs[k];
		return riad_store_packed(s, oid);
	}
	errno = ENOENT;
	return -1;
}

int64_t
riad_store_find(struct riad_store *s, const struct riad_oid *oid)
{
	int64_t n = riad_store_quick(s, oid);

	if (n != -1 || errno != ENOENT)
		return n;
	int r = riad_store_refresh(s);
	if (r == -1)
		return -1;
	if (r == 1) {
		n = riad_store_quick(s, oid);
		if (n != -1 || errno != ENOENT)
			return n;
	}
	return find_hidden(s, oid);
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
