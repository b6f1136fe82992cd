/* SPDX-License-Identifier: ISC */
/*
 * Ranks for some of a pack's objects.  What an index doesn't tell without being
 * sorted is where an entry ends, and which object begins at an offset: one pass
 * over all offsets answers both for all that is picked.
 */

#include "riad/packfile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "riad/bits.h"

struct pick {
	uint64_t off;
	uint64_t end;
	uint64_t latest; /* where it ends if deflate did well */
	uint32_t number; /* UNKNOWN for a base, until it is met */
};

#define UNKNOWN UINT32_MAX

static int
by_offset(const void *left, const void *right)
{
	const struct pick *a = left, *b = right;

	return (a->off > b->off) - (a->off < b->off);
}

/* The last pick that is not after off, from the n of them; n if none is. */
static uint32_t
last_before(const struct pick *picks, uint32_t n, uint64_t off)
{
	uint32_t lo = 0, hi = n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (picks[mid].off <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo == 0 ? n : lo - 1;
}

/* Puts the bases that aren't picked after the n picks: how many picks there
 * are then. */
static uint32_t
add_bases(const struct riad_packfile *pack, struct pick *picks, uint32_t n)
{
	uint32_t len = n;

	for (uint32_t i = 0; i < n; i++) {
		struct riad_entry e;

		if (riad_packfile_entry(pack, picks[i].off, &e) == -1 ||
		    e.type != RIAD_OFS_DELTA)
			continue;
		uint32_t k = last_before(picks, n, e.base_off);
		if (k == n || picks[k].off != e.base_off)
			picks[len++] =
			    (struct pick){.off = e.base_off, .number = UNKNOWN};
	}
	return len;
}

/* Those of the same offset become one. */
static uint32_t
unite(struct pick *picks, uint32_t n)
{
	uint32_t kept = 0;

	qsort(picks, n, sizeof(*picks), by_offset);
	for (uint32_t i = 0; i < n; i++) {
		if (kept == 0 || picks[kept - 1].off != picks[i].off)
			picks[kept++] = picks[i];
		else if (picks[kept - 1].number == UNKNOWN)
			picks[kept - 1].number = picks[i].number;
	}
	return kept;
}

/* Where in the picks to look for an offset: by some bits of it.  By more of
 * them, whether it can be of any interest. */
struct table {
	unsigned shift, near_shift;
	uint32_t n;      /* entries of first */
	uint32_t *first; /* the first pick at or after the entry's offsets */
	struct riad_bits near; /* where a pick begins, or may end */
};

enum { TABLE_BITS = 12, NEAR_BITS = 18 };

static unsigned
shift_for(uint64_t len, unsigned bits)
{
	unsigned shift = 0;

	while (len >> shift >= 1u << bits)
		shift++;
	return shift;
}

/* How long an entry is at most: its header, and what deflate makes of what is
 * incompressible, with some to spare. */
static uint64_t
room_for(const struct riad_packfile *pack, uint64_t off)
{
	struct riad_entry e;

	if (riad_packfile_entry(pack, off, &e) == -1 || e.size > pack->len)
		return 0;
	return e.data - off + e.size + e.size / 1024 + 64;
}

static int
make_table(struct table *t, const struct riad_packfile *pack,
    const struct pick *picks, uint32_t n)
{
	t->shift = shift_for(pack->len, TABLE_BITS);
	t->near_shift = shift_for(pack->len, NEAR_BITS);
	t->n = (uint32_t)(pack->len >> t->shift) + 2;
	t->first = reallocarray(NULL, t->n, sizeof(*t->first));
	if (t->first == NULL ||
	    riad_bits_init(
		&t->near, (size_t)(pack->len >> t->near_shift) + 1) == -1)
		return -1;
	for (uint32_t e = 0, i = 0; e < t->n; e++) {
		while (i < n && picks[i].off >> t->shift < e)
			i++;
		t->first[e] = i;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint64_t at = picks[i].off >> t->near_shift;
		const uint64_t last = picks[i].latest >> t->near_shift;

		for (; at <= last && at < t->near.n; at++)
			riad_bits_add(&t->near, (size_t)at);
	}
	return 0;
}

/* Tells the picks about the object that begins at off. */
static void
meet(struct pick *picks, uint32_t n, const struct table *t, uint64_t off,
    uint32_t number)
{
	uint32_t i = t->first[off >> t->shift];

	while (i < n && picks[i].off < off)
		i++;
	if (i < n && picks[i].off == off && picks[i].number == UNKNOWN)
		picks[i].number = number;
	if (i > 0 && picks[i - 1].end > off)
		picks[i - 1].end = off;
}

/* Goes over all offsets of the pack, or over those that are near. */
static void
meet_all(const struct riad_packfile *pack, struct pick *picks, uint32_t n,
    const struct table *t, bool near)
{
	const uint64_t limit = pack->len - pack->idx.hash_len;

	for (uint32_t i = 0; i < pack->idx.count; i++) {
		const uint64_t off = riad_idx_offset(&pack->idx, i);

		if (off >= limit)
			continue;
		const size_t at = (size_t)(off >> t->near_shift);
		if (!near || riad_bits_has(&t->near, at))
			meet(picks, n, t, off, i);
	}
}

/* An entry that takes more bytes than it needs may end where nobody looked. */
static bool
all_end(const struct pick *picks, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (picks[i].end > picks[i].latest)
			return false;
	}
	return true;
}

static int
keep(struct riad_packfile *pack, const struct pick *picks, uint32_t n)
{
	pack->order = reallocarray(NULL, n + 1u, sizeof(*pack->order));
	pack->ends = reallocarray(NULL, n + 1u, sizeof(*pack->ends));
	if (pack->order == NULL || pack->ends == NULL) {
		riad_packfile_forget(pack);
		return -1;
	}
	pack->nranks = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (picks[i].number == UNKNOWN)
			continue; /* no base is there: it is damaged */
		pack->order[pack->nranks] = picks[i].number;
		pack->ends[pack->nranks++] = picks[i].end;
	}
	return 0;
}

int
riad_packfile_pick(
    struct riad_packfile *pack, const uint32_t *numbers, uint32_t n)
{
	const uint64_t limit = pack->len - pack->idx.hash_len;
	struct table t = {.first = NULL};

	riad_packfile_forget(pack);
	struct pick *picks =
	    reallocarray(NULL, 2u * (size_t)n + 1, sizeof(*picks));
	if (picks == NULL)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		picks[i] = (struct pick){
		    .off = riad_idx_offset(&pack->idx, numbers[i]),
		    .number = numbers[i]};
	qsort(picks, n, sizeof(*picks), by_offset);
	n = unite(picks, add_bases(pack, picks, n));
	for (uint32_t i = 0; i < n; i++) {
		picks[i].end = limit;
		picks[i].latest = picks[i].off + room_for(pack, picks[i].off);
	}

	int r = make_table(&t, pack, picks, n);
	if (r == 0) {
		meet_all(pack, picks, n, &t, true);
		if (!all_end(picks, n))
			meet_all(pack, picks, n, &t, false);
		r = keep(pack, picks, n);
	}
	free(t.first);
	riad_bits_free(&t.near);
	free(picks);
	return r;
}
