/* SPDX-License-Identifier: ISC */

#include "riad/bitmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/hash.h"

enum {
	HDR_LEN = 4 + 2 + 2 + 4, /* and the sum */
	FULL_DAG = 0x1,
	HASH_CACHE = 0x4,
	LOOKUP_TABLE = 0x10,
	ENTRY_HDR = 4 + 1 + 1, /* and the compressed set */
	ENTRY_MIN = ENTRY_HDR + 12,
	XOR_MAX = 160, /* entries back from one is its base at most */
	ROW_LEN = 4 + 8 + 4,
};

#define NO_ROW UINT32_MAX

/* A commit that has a bitmap, and the way to the next of its bases. */
struct row {
	uint32_t i;    /* NO_ROW is that of the empty set, which ends it */
	uint32_t base; /* the row from which this one is a difference */
	uint64_t off;  /* of its entry in the file, and so after its base's */
	size_t size;   /* of the difference, in words */
};

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static uint32_t
be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint64_t
be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

/* The row i, or the empty set's if that is NO_ROW. */
static int
row_get(struct row *row, const struct riad_bitmap *b, uint32_t i)
{
	*row = (struct row){.i = i, .base = NO_ROW};
	if (i == NO_ROW)
		return 0;
	if (i >= b->count)
		return bad();
	uint32_t number = 0;
	if (b->rows != NULL) {
		const uint8_t *p = b->rows + (size_t)i * ROW_LEN;
		number = be32(p);
		row->off = be64(p + 4);
		row->base = be32(p + 12);
		if (row->off < b->begin || row->off > b->end ||
		    b->end - row->off < ENTRY_MIN)
			return bad();
	} else {
		row->off = b->offs[i];
	}

	const uint8_t *entry = b->data + row->off;
	if (b->rows == NULL) {
		row->base = entry[4] == 0 ? NO_ROW : i - entry[4];
	} else if (be32(entry) != number ||
		   (entry[4] == 0) != (row->base == NO_ROW)) {
		return bad();
	}
	row->size = be32(entry + ENTRY_HDR + 4);
	return 0;
}

/* From a row to its base, which is before it: so this comes to an end. */
static int
row_up(struct row *row, const struct riad_bitmap *b)
{
	uint64_t off = row->off;

	if (row_get(row, b, row->base) == -1)
		return -1;
	return row->off < off ? 0 : bad();
}

static uint32_t
row_of(const struct riad_bitmap *b, uint32_t number)
{
	uint32_t lo = 0, hi = b->count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		uint32_t at = b->rows != NULL
				  ? be32(b->rows + (size_t)mid * ROW_LEN)
				  : (uint32_t)(b->order[mid] >> 32);

		if (at == number)
			return b->rows != NULL ? mid : (uint32_t)b->order[mid];
		if (number < at)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NO_ROW;
}

static int
by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Finds the entries, where there is no table that says. */
static int
scan(struct riad_bitmap *b)
{
	size_t at = b->begin;

	b->offs = calloc(b->count, sizeof(*b->offs));
	b->order = calloc(b->count, sizeof(*b->order));
	if (b->offs == NULL || b->order == NULL) {
		errno = ENOMEM;
		return -1;
	}
	for (uint32_t i = 0; i < b->count; i++) {
		struct riad_ewah ewah;

		if (b->end - at < ENTRY_MIN)
			return bad();
		const uint8_t *p = b->data + at;
		uint32_t number = be32(p);
		if (number >= b->n || p[4] > XOR_MAX || p[4] > i)
			return bad();
		b->offs[i] = at;
		b->order[i] = (uint64_t)number << 32 | i;
		ssize_t size = riad_ewah_parse(
		    &ewah, p + ENTRY_HDR, b->end - at - ENTRY_HDR);
		if (size == -1)
			return -1;
		at += ENTRY_HDR + (size_t)size;
	}
	if (at != b->end)
		return bad();
	qsort(b->order, b->count, sizeof(*b->order), by_value);
	for (uint32_t i = 1; i < b->count; i++) {
		if (b->order[i] >> 32 == b->order[i - 1] >> 32)
			return bad();
	}
	return 0;
}

/* Reads the four types: each object is of one.  If each is of some, and there
 * are no more of them than objects, none is of two. */
static int
types(struct riad_bitmap *b)
{
	uint64_t count = 0;

	for (int t = 0; t < RIAD_BITMAP_TYPES; t++) {
		ssize_t size = riad_ewah_parse(
		    &b->types[t], b->data + b->begin, b->end - b->begin);

		if (size == -1 || riad_ewah_or(&b->set, &b->types[t]) == -1)
			return -1;
		b->begin += (size_t)size;
		count += riad_ewah_count(&b->types[t]);
	}
	if (riad_bits_next_gap(&b->set, 0) != b->n || count != b->n ||
	    b->count > riad_ewah_count(&b->types[RIAD_BITMAP_COMMITS]))
		return bad();
	return 0;
}

/* Cuts what the header says that is there off the end of the entries. */
static int
extensions(struct riad_bitmap *b, uint32_t flags)
{
	uint64_t hashes = (flags & HASH_CACHE) != 0 ? (uint64_t)b->n * 4 : 0;
	uint64_t rows =
	    (flags & LOOKUP_TABLE) != 0 ? (uint64_t)b->count * ROW_LEN : 0;
	size_t room = b->end - b->begin;

	if (hashes > room || rows > room - hashes ||
	    b->count > (room - hashes - rows) / ENTRY_MIN)
		return bad();
	b->end -= (size_t)hashes;
	if ((flags & HASH_CACHE) != 0)
		b->hashes = b->data + b->end;
	b->end -= (size_t)rows;
	if ((flags & LOOKUP_TABLE) != 0)
		b->rows = b->data + b->end;
	return 0;
}

static int
read_file(struct riad_bitmap *b)
{
	static const uint8_t magic[4] = {'B', 'I', 'T', 'M'};
	const size_t fixed = HDR_LEN + b->hash_len;

	if (b->len < fixed + b->hash_len ||
	    memcmp(b->data, magic, sizeof(magic)) != 0)
		return bad();
	uint32_t flags = be16(b->data + 6);
	if (be16(b->data + 4) != 1 || (flags & FULL_DAG) == 0 ||
	    (flags & ~(uint32_t)(FULL_DAG | HASH_CACHE | LOOKUP_TABLE)) != 0) {
		errno = ENOTSUP;
		return -1;
	}
	b->count = be32(b->data + 8);
	b->sum = b->data + HDR_LEN;
	b->begin = fixed;
	b->end = b->len - b->hash_len;
	if (extensions(b, flags) == -1 || riad_bits_init(&b->set, b->n) == -1 ||
	    riad_bits_init(&b->flips, riad_ewah_flips_n(b->n)) == -1 ||
	    types(b) == -1)
		return -1;
	return b->rows != NULL || b->count == 0 ? 0 : scan(b);
}

int
riad_bitmap_open(struct riad_bitmap *b, const uint8_t *data, size_t len,
    size_t hash_len, uint32_t n)
{
	*b = (struct riad_bitmap){.data = data,
	    .len = len,
	    .hash_len = hash_len,
	    .n = n,
	    .at = NO_ROW};
	if (read_file(b) == 0)
		return 0;
	int err = errno;
	riad_bitmap_close(b);
	errno = err;
	return -1;
}

void
riad_bitmap_close(struct riad_bitmap *b)
{
	free(b->offs);
	free(b->order);
	riad_bits_free(&b->set);
	riad_bits_free(&b->flips);
	*b = (struct riad_bitmap){.data = NULL};
}

int
riad_bitmap_verify(const struct riad_bitmap *b)
{
	const size_t len = b->len - b->hash_len;
	struct riad_oid sum;

	struct riad_hash *hash = riad_hash_new(b->hash_len);
	if (hash == NULL)
		return -1;
	riad_hash_add(hash, b->data, len);
	int r = riad_hash_end(hash, &sum);
	riad_hash_free(hash);
	if (r == 0 && memcmp(sum.id, b->data + len, b->hash_len) != 0)
		return bad();
	return r;
}

int
riad_bitmap_type(const struct riad_bitmap *b, enum riad_bitmap_type type,
    struct riad_bits *bits)
{
	return riad_ewah_load(bits, &b->types[type]);
}

bool
riad_bitmap_has(const struct riad_bitmap *b, uint32_t number)
{
	return row_of(b, number) != NO_ROW;
}

/* Goes from what is in b->set to its difference from the row's base. */
static int
cross(struct riad_bitmap *b, const struct row *row)
{
	const size_t at = (size_t)row->off + ENTRY_HDR;
	struct riad_ewah ewah;

	if (riad_ewah_parse(&ewah, b->data + at, b->end - at) == -1)
		return -1;
	return riad_ewah_xor_later(&b->set, &b->flips, &ewah);
}

/*
 * The ways up from two rows meet, in the empty set if not before.  Either is
 * the other and all differences on both ways to where they meet, in whatever
 * order: so neither is remembered, and nothing recurs.
 */
static int
meet(struct riad_bitmap *b, struct row *x, struct row *y, uint64_t *ysize,
    bool go)
{
	while (x->i != y->i) {
		struct row *later = x->off > y->off ? x : y;

		if (go && cross(b, later) == -1)
			return -1;
		if (later == y)
			*ysize += y->size;
		if (row_up(later, b) == -1)
			return -1;
	}
	return 0;
}

/* Makes b->set the row's. */
static int
go_to(struct riad_bitmap *b, uint32_t i)
{
	uint64_t back = 0, rest = 0;
	struct row x, y;

	/* Is it shorter to go back to where they meet, or to start anew? */
	if (row_get(&x, b, i) == -1 || row_get(&y, b, b->at) == -1 ||
	    meet(b, &x, &y, &back, false) == -1)
		return -1;
	while (x.i != NO_ROW) {
		rest += x.size;
		if (row_up(&x, b) == -1)
			return -1;
	}
	if (back >= rest) {
		riad_bits_clear(&b->set);
		b->at = NO_ROW;
	}

	if (row_get(&x, b, i) == -1 || row_get(&y, b, b->at) == -1)
		return -1;
	b->at = NO_ROW;
	int r = meet(b, &x, &y, &back, true);
	riad_ewah_settle(&b->set, &b->flips);
	if (r == 0)
		b->at = i;
	return r;
}

int
riad_bitmap_get(
    struct riad_bitmap *b, uint32_t number, const struct riad_bits **set)
{
	uint32_t i = row_of(b, number);

	*set = &b->set;
	if (i == NO_ROW)
		return 0;
	return i == b->at || go_to(b, i) == 0 ? 1 : -1;
}

int
riad_bitmap_of(struct riad_bitmap *b, uint32_t number, struct riad_bits *to)
{
	const struct riad_bits *set;

	int r = riad_bitmap_get(b, number, &set);
	if (r == 1)
		riad_bits_or(to, set);
	return r;
}

bool
riad_bitmap_name_hash(
    const struct riad_bitmap *b, uint32_t number, uint32_t *hash)
{
	*hash = 0;
	if (b->hashes == NULL)
		return false;
	*hash = be32(b->hashes + (size_t)number * 4);
	return true;
}
