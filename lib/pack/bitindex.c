/* SPDX-License-Identifier: ISC */

#include "riad/bitindex.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "riad/mapfile.h"

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

static const struct riad_packfile *
own_pack(const struct riad_bitindex *b)
{
	return &b->store->packs.packs[b->pack];
}

/* The position of a bit. */
static uint32_t
position_of(const struct riad_bitindex *b, uint32_t bit)
{
	if (b->midx == NULL)
		return riad_packfile_index(own_pack(b), bit);
	return b->rev.rows != NULL ? riad_revidx_at(&b->rev, bit)
				   : riad_midx_order(&b->midx->midx, bit);
}

/* The place of a bit's object among those of a multi-pack-index. */
static int
place_of(
    const struct riad_bitindex *b, uint32_t bit, uint32_t *pack, uint64_t *off)
{
	const uint32_t pos = position_of(b, bit);

	return pos < b->midx->midx.count
		   ? riad_midx_place(&b->midx->midx, pos, pack, off)
		   : bad();
}

/*
 * Makes the numbers of a multi-pack-index's bits, which are in the order of
 * its packs, the preferred one first, and of offsets there: so they and the
 * packs' own order are merged.  0, or -1 with EBADMSG if any isn't there.
 */
static int
number_bits(struct riad_bitindex *b)
{
	struct riad_packs *packs = &b->store->packs;
	struct riad_packfile *pack = NULL;
	uint32_t q = 0, rank = 0, last = UINT32_MAX, second = UINT32_MAX;

	b->numbers =
	    reallocarray(NULL, b->bitmap.n + (size_t)1, sizeof(*b->numbers));
	if (b->numbers == NULL)
		return -1;
	for (uint32_t bit = 0; bit < b->bitmap.n; bit++) {
		uint32_t p;
		uint64_t off;

		if (place_of(b, bit, &p, &off) == -1)
			return -1;
		if (pack == NULL || p != last) {
			/* They rise from the second on. */
			if (second != UINT32_MAX && p <= last)
				return bad();
			if (last != UINT32_MAX)
				second = p;
			last = p;
			q = b->midx->packs[p];
			pack = &packs->packs[q];
			rank = 0;
			if (riad_packfile_sort(pack) == -1)
				return -1;
		}
		while (rank < pack->idx.count &&
		       riad_packfile_off(pack, rank) < off)
			rank++;
		if (rank == pack->idx.count ||
		    riad_packfile_off(pack, rank) != off)
			return bad();
		b->numbers[bit] =
		    b->store->first[q] + riad_packfile_index(pack, rank++);
	}
	return 0;
}

static int64_t
find_position(const struct riad_bitindex *b, const struct riad_oid *oid)
{
	return b->midx != NULL ? riad_midx_find(&b->midx->midx, oid)
			       : riad_idx_find(&own_pack(b)->idx, oid);
}

static int
set_number(struct riad_bitindex *b, uint32_t bit, uint32_t number)
{
	if (riad_bitindex_number(b, bit) == number)
		return 0;
	if (b->numbers == NULL) {
		const uint32_t n = b->bitmap.n;
		uint32_t *numbers =
		    reallocarray(NULL, n + (size_t)1, sizeof(*numbers));

		if (numbers == NULL)
			return -1;
		for (uint32_t i = 0; i < n; i++)
			numbers[i] = riad_bitindex_number(b, i);
		b->numbers = numbers;
	}
	b->numbers[bit] = number;
	return 0;
}

/* An object that the store finds elsewhere has another number there. */
static int
take_number(struct riad_bitindex *b, const struct riad_oid *oid)
{
	int64_t position = find_position(b, oid);
	int64_t bit =
	    position == -1 ? -1 : riad_bitindex_bit(b, (uint32_t)position);
	int64_t number = bit == -1 ? -1 : riad_store_packed(b->store, oid);

	return number == -1 ? 0
			    : set_number(b, (uint32_t)bit, (uint32_t)number);
}

/* Whether it is in the bitmap's own pack that a multi-pack-index says. */
static bool
is_own(const struct riad_bitindex *b, const struct riad_midxfile *f, uint32_t n)
{
	uint32_t pack;
	uint64_t off;

	return b->midx == NULL &&
	       riad_midx_place(&f->midx, n, &pack, &off) == 0 &&
	       f->packs[pack] == b->pack;
}

/* How many objects there are that the store asks for before those here. */
static uint64_t
count_before(const struct riad_bitindex *b, size_t *nmidxs, uint32_t *nothers)
{
	const struct riad_store *s = b->store;
	uint64_t n = 0;

	*nmidxs = b->midx != NULL ? (size_t)(b->midx - s->midxs) : s->nmidxs;
	*nothers = 0;
	for (size_t i = 0; i < *nmidxs; i++) {
		for (uint32_t k = 0; k < s->midxs[i].midx.count; k++)
			n += !is_own(b, &s->midxs[i], k);
	}
	if (b->midx != NULL)
		return n;
	while (*nothers < s->nothers && s->others[*nothers] != b->pack)
		n += s->packs.packs[s->others[(*nothers)++]].idx.count;
	return n;
}

/* Mends the numbers of what the store finds in another pack. */
static int
settle(struct riad_bitindex *b)
{
	const struct riad_store *s = b->store;
	size_t nmidxs;
	uint32_t nothers;
	struct riad_oid oid;
	uint64_t before = count_before(b, &nmidxs, &nothers);

	if (before == 0)
		return 0;
	if (before >= b->bitmap.n) {
		for (uint32_t bit = 0; bit < b->bitmap.n; bit++) {
			riad_store_oid(s, riad_bitindex_number(b, bit), &oid);
			int64_t n = riad_store_packed(s, &oid);
			if (n != -1 && set_number(b, bit, (uint32_t)n) == -1)
				return -1;
		}
		return 0;
	}
	for (size_t i = 0; i < nmidxs; i++) {
		const struct riad_midx *midx = &s->midxs[i].midx;

		for (uint32_t n = 0; n < midx->count; n++) {
			if (is_own(b, &s->midxs[i], n))
				continue;
			riad_midx_id(midx, n, &oid);
			if (take_number(b, &oid) == -1)
				return -1;
		}
	}
	for (uint32_t i = 0; i < nothers; i++) {
		const struct riad_idx *idx = &s->packs.packs[s->others[i]].idx;

		for (uint32_t n = 0; n < idx->count; n++) {
			riad_idx_id(idx, n, &oid);
			if (take_number(b, &oid) == -1)
				return -1;
		}
	}
	return 0;
}

static void
close_maps(struct riad_bitindex *b)
{
	const int err = errno;

	free(b->numbers);
	if (b->map != NULL)
		munmap((void *)b->map, b->map_len);
	if (b->rev_map != NULL)
		munmap((void *)b->rev_map, b->rev_map_len);
	*b = (struct riad_bitindex){.store = b->store};
	errno = err;
}

void
riad_bitindex_close(struct riad_bitindex *b)
{
	if (b->map != NULL)
		riad_bitmap_close(&b->bitmap);
	close_maps(b);
}

/* Opens the bitmap of n objects and of what has that sum: 1, 0 if there is
 * none, -1. */
static int
open_map(
    struct riad_bitindex *b, const char *path, uint32_t n, const uint8_t *sum)
{
	const size_t hash_len = b->store->hash_len;
	char name[PATH_MAX];

	int len = snprintf(name, sizeof(name), "%s.bitmap", path);
	if (len < 0 || (size_t)len >= sizeof(name))
		return 0;
	b->map = riad_mapfile(name, &b->map_len);
	if (b->map == NULL)
		return errno == EBADMSG || errno == ENOMEM ? -1 : 0;
	if (riad_bitmap_open(&b->bitmap, b->map, b->map_len, hash_len, n) ==
	    -1) {
		close_maps(b);
		return -1;
	}
	if (memcmp(b->bitmap.sum, sum, hash_len) == 0) {
		for (uint32_t i = 0; i < n && !b->named; i++) {
			uint32_t hash;
			b->named =
			    riad_bitmap_name_hash(&b->bitmap, i, &hash) &&
			    hash != 0;
		}
		return 1;
	}
	riad_bitindex_close(b);
	return bad();
}

/* The order of the bits, from a file of its own. */
static int
open_order(struct riad_bitindex *b, const char *path)
{
	const struct riad_midx *midx = &b->midx->midx;
	char name[PATH_MAX];

	int len = snprintf(name, sizeof(name), "%s.rev", path);
	if (len < 0 || (size_t)len >= sizeof(name))
		return bad();
	b->rev_map = riad_mapfile(name, &b->rev_map_len);
	if (b->rev_map == NULL)
		return errno == ENOMEM ? -1 : bad();
	return riad_revidx_open(&b->rev, b->rev_map, b->rev_map_len,
	    midx->hash_len, midx->count, midx->sum);
}

static int
open_midx(struct riad_bitindex *b, const struct riad_midxfile *f, char *path,
    size_t size)
{
	char hex[RIAD_OID_HEX_MAX + 1];
	struct riad_oid sum;

	riad_oid_set(&sum, f->midx.sum, f->midx.hash_len);
	riad_oid_hex(hex, &sum, f->midx.hash_len);
	int len =
	    snprintf(path, size, "%s/pack/multi-pack-index-%s", f->dir, hex);
	if (len < 0 || (size_t)len >= size)
		return 0;
	int r = open_map(b, path, f->midx.count, f->midx.sum);
	if (r != 1)
		return r;
	b->midx = f;
	if ((f->midx.order == NULL && open_order(b, path) == -1) ||
	    number_bits(b) == -1 || settle(b) == -1) {
		riad_bitindex_close(b);
		return -1;
	}
	return 1;
}

static int
open_pack(struct riad_bitindex *b, uint32_t p)
{
	struct riad_packfile *pack = &b->store->packs.packs[p];

	int r = open_map(
	    b, b->store->packs.paths[p], pack->idx.count, pack->idx.sum);
	if (r != 1)
		return r;
	b->pack = p;
	if (riad_packfile_sort(pack) == -1 || settle(b) == -1) {
		riad_bitindex_close(b);
		return -1;
	}
	return 1;
}

/* What comes of trying one.  The first that is left aside is named. */
static int
tried(int r, const char *path, char why[256])
{
	if (r != -1)
		return r;
	if (errno == ENOMEM)
		return -1;
	if (why[0] == '\0')
		snprintf(why, 256, "%s.bitmap: %s", strrchr(path, '/') + 1,
		    errno == ENOTSUP ? "unknown version" : "damaged");
	return 0;
}

/* Marks the packs that have one: to look once is quicker than to try each. */
static void
mark(const struct riad_store *s, bool *has)
{
	static const char suffix[] = ".bitmap";
	char path[PATH_MAX];

	for (size_t i = 0; i < s->ndirs; i++) {
		int n = snprintf(path, sizeof(path), "%s/pack", s->dirs[i]);
		DIR *d =
		    n < 0 || (size_t)n >= sizeof(path) ? NULL : opendir(path);

		for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
			size_t len = strlen(e->d_name);

			if (len < sizeof(suffix) ||
			    strcmp(e->d_name + len - (sizeof(suffix) - 1),
				suffix) != 0)
				continue;
			n = snprintf(path, sizeof(path), "%s/pack/%.*s",
			    s->dirs[i], (int)(len - (sizeof(suffix) - 1)),
			    e->d_name);
			int64_t p = n < 0 || (size_t)n >= sizeof(path)
					? -1
					: riad_packs_find(&s->packs, path);
			if (p != -1)
				has[p] = true;
		}
		if (d != NULL)
			closedir(d);
	}
}

static int
open_packs(struct riad_bitindex *b, char why[256])
{
	const struct riad_packs *packs = &b->store->packs;
	bool *has = calloc(packs->len + 1u, sizeof(*has));
	int r = 0;

	if (has == NULL)
		return -1;
	mark(b->store, has);
	for (uint32_t p = 0; r == 0 && p < packs->len; p++) {
		if (has[p])
			r = tried(open_pack(b, p), packs->paths[p], why);
	}
	free(has);
	return r;
}

int
riad_bitindex_open(
    struct riad_bitindex *b, struct riad_store *store, char why[256])
{
	char path[PATH_MAX];
	int r = 0;

	*b = (struct riad_bitindex){.store = store};
	why[0] = '\0';
	for (size_t i = 0; r == 0 && i < store->nmidxs; i++)
		r = tried(open_midx(b, &store->midxs[i], path, sizeof(path)),
		    path, why);
	return r == 0 ? open_packs(b, why) : r;
}

int64_t
riad_bitindex_position(const struct riad_bitindex *b, uint32_t number)
{
	struct riad_oid oid;

	if (number >= RIAD_LOOSE)
		return -1;
	if (b->midx == NULL) {
		const uint32_t first = b->store->first[b->pack];

		if (number >= first && number - first < b->bitmap.n)
			return number - first;
		if (b->numbers == NULL)
			return -1;
	}
	riad_store_oid(b->store, number, &oid);
	return find_position(b, &oid);
}

/* Where an object stands among the bits of a multi-pack-index: its pack, the
 * preferred one first, and its place there. */
static int64_t
midx_bit(const struct riad_bitindex *b, uint32_t position)
{
	uint32_t pack, p, preferred, lo = 0, hi = b->bitmap.n;
	uint64_t off, o;

	if (riad_midx_place(&b->midx->midx, position, &pack, &off) == -1 ||
	    place_of(b, 0, &preferred, &o) == -1)
		return -1;
	while (lo < hi) {
		const uint32_t mid = lo + (hi - lo) / 2;

		if (place_of(b, mid, &p, &o) == -1)
			return -1;
		if (p == pack && o == off)
			return mid;
		bool before = p == pack ? o < off
					: p == preferred ||
					      (pack != preferred && p < pack);
		if (before)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

int64_t
riad_bitindex_bit(const struct riad_bitindex *b, uint32_t position)
{
	if (b->midx != NULL)
		return midx_bit(b, position);
	const struct riad_packfile *pack = own_pack(b);
	return riad_packfile_rank(
	    pack, riad_idx_offset(&pack->idx, position), UINT32_MAX);
}

bool
riad_bitindex_name_hash(
    const struct riad_bitindex *b, uint32_t bit, uint32_t *hash)
{
	const uint32_t pos = position_of(b, bit);

	*hash = 0;
	return pos < b->bitmap.n &&
	       riad_bitmap_name_hash(&b->bitmap, pos, hash);
}
