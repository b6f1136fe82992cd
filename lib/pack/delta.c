/* SPDX-License-Identifier: ISC */

#include "riad/delta.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* What is found is at least a block, and may begin anywhere in the
	 * target, but in the base where a block does. */
	BLOCK = 16,

	/* In a long base there are gaps between the blocks: what is alike for
	 * long is found in any case. */
	BLOCKS_MAX = 1 << 20,

	/* So many blocks with the same hash are looked at, and no more once
	 * one was found that goes on for so long. */
	PROBES = 32,
	GOOD = 4096,

	/* Of the target, a step. */
	STEP = 1 << 18,

	/* An instruction; that of a copy could say more, but git doesn't. */
	COPY_MAX = 0x10000,
	INSERT_MAX = 0x7f,
};

/* In chains, a block is its number plus 1, and in the upper bits a part of its
 * hash: so most of those that are not equal are passed over unseen. */
#define REF_BITS 21
#define REF(i, hash) (((i) + 1) | (uint32_t)(hash) << REF_BITS)
#define REF_BLOCK(ref) (((ref) & ((1u << REF_BITS) - 1)) - 1)

_Static_assert(BLOCKS_MAX < 1 << REF_BITS, "a number of a block plus 1");

/* Chains of blocks, in order of their place in the base. */
struct riad_delta_index {
	const uint8_t *base;
	size_t len;
	size_t stride;    /* from a block to the next */
	unsigned shift;   /* from a hash to a chain */
	uint8_t *seen;    /* by chain: what bits of hashes are in it */
	uint32_t *next;   /* by block: the next of its chain, or 0 */
	uint32_t first[]; /* by chain, likewise */
};

/* Of the hashes of a chain, three bits that those of others have as well. */
static inline uint8_t
seen_bit(const struct riad_delta_index *x, uint64_t hash)
{
	return (uint8_t)(1u << (hash >> (x->shift - 3) & 7));
}

static uint64_t
hash_block(const uint8_t *p)
{
	uint64_t a, b;

	memcpy(&a, p, sizeof(a));
	memcpy(&b, p + sizeof(a), sizeof(b));
	a = a * 0x9e3779b97f4a7c15u + b;
	return (a ^ a >> 32) * 0xff51afd7ed558ccdu;
}

static void
add_block(struct riad_delta_index *x, uint32_t i)
{
	const uint8_t *p = x->base + i * x->stride;
	const uint64_t hash = hash_block(p);
	uint32_t *first = &x->first[hash >> x->shift];

	/* Of a row of equal blocks the first has most behind it. */
	bool same =
	    *first == REF(i + 1, hash) && memcmp(p, p + x->stride, BLOCK) == 0;
	x->next[i] = same ? x->next[i + 1] : *first;
	*first = REF(i, hash);
	x->seen[hash >> x->shift] |= seen_bit(x, hash);
}

struct riad_delta_index *
riad_delta_index_new(const void *base, size_t len)
{
	if (len > RIAD_DELTA_BASE_MAX) {
		errno = EMSGSIZE;
		return NULL;
	}

	const size_t stride = (len / BLOCKS_MAX / BLOCK + 1) * BLOCK;
	const uint32_t n = (uint32_t)(len / stride);
	unsigned bits = 4;
	while (1u << bits < n)
		bits++;

	const size_t nfirst = (size_t)1 << bits;
	struct riad_delta_index *x =
	    calloc(1, sizeof(*x) + (nfirst + n) * sizeof(x->first[0]) + nfirst);
	if (x == NULL)
		return NULL;
	x->base = base;
	x->len = len;
	x->stride = stride;
	x->shift = 64 - bits;
	x->next = x->first + nfirst;
	x->seen = (uint8_t *)(x->next + n);
	for (uint32_t i = n; i > 0; i--)
		add_block(x, i - 1);
	return x;
}

void
riad_delta_index_free(struct riad_delta_index *index)
{
	free(index);
}

/* How many of max bytes are equal. */
static size_t
common(const uint8_t *p, const uint8_t *q, size_t max)
{
	size_t n = 0;
	uint64_t a, b;

	for (; max - n >= sizeof(a); n += sizeof(a)) {
		memcpy(&a, p + n, sizeof(a));
		memcpy(&b, q + n, sizeof(b));
		if (a != b)
			break;
	}
	while (n < max && p[n] == q[n])
		n++;
	return n;
}

/*
 * The longest of what the base has and begins like p, of len bytes, at least
 * a block; 0 if there is none.  All that is compared is less than what is
 * found, or a block: so the bound on probes bounds the time.
 */
static size_t
find(const struct riad_delta_index *x, const uint8_t *p, size_t len,
    uint64_t hash, size_t *base_off)
{
	uint32_t ref = x->first[hash >> x->shift];
	size_t best = 0;

	for (int k = 0; ref != 0 && k < PROBES && best < GOOD; k++) {
		const uint32_t i = REF_BLOCK(ref);
		const bool same = ref == REF(i, hash);

		ref = x->next[i];
		if (!same)
			continue;
		const size_t off = i * x->stride;
		const uint8_t *q = x->base + off;
		const size_t max = len < x->len - off ? len : x->len - off;

		/* To be longer, it must be equal where the best one ended. */
		if (max <= best || q[best] != p[best] ||
		    memcmp(p, q, BLOCK) != 0)
			continue;
		size_t n = BLOCK + common(p + BLOCK, q + BLOCK, max - BLOCK);
		if (n > best) {
			best = n;
			*base_off = off;
		}
	}
	return best;
}

static int
put_size(struct riad_buf *out, size_t size)
{
	uint8_t bytes[10];
	size_t n = 0;

	for (; size > 0x7f; size >>= 7)
		bytes[n++] = (uint8_t)(size & 0x7f) | 0x80;
	bytes[n++] = (uint8_t)size;
	return riad_buf_add(out, bytes, n);
}

static int
put_insert(struct riad_buf *out, const uint8_t *data, size_t len)
{
	while (len > 0) {
		const size_t n = len < INSERT_MAX ? len : INSERT_MAX;

		if (riad_buf_addc(out, (char)n) == -1 ||
		    riad_buf_add(out, data, n) == -1)
			return -1;
		data += n;
		len -= n;
	}
	return 0;
}

/* Bytes that are 0 are left out, and so is a length of COPY_MAX. */
static int
put_copy(struct riad_buf *out, size_t off, size_t len)
{
	while (len > 0) {
		const size_t n = len < COPY_MAX ? len : COPY_MAX;
		uint8_t op[8] = {0x80};
		size_t k = 1;

		for (unsigned i = 0; i < 6; i++) {
			uint8_t byte =
			    (uint8_t)(i < 4 ? off >> 8 * i : n >> 8 * (i - 4));
			if (byte == 0)
				continue;
			op[0] |= (uint8_t)(1u << i);
			op[k++] = byte;
		}
		if (riad_buf_add(out, op, k) == -1)
			return -1;
		off += n;
		len -= n;
	}
	return 0;
}

void
riad_delta_begin(struct riad_delta *d, const struct riad_delta_index *index,
    const void *target, size_t len, struct riad_buf *out)
{
	*d = (struct riad_delta){
	    .index = index, .target = target, .len = len, .out = out};
	out->len = 0;
}

/* Tells what is alike, len bytes where d->at is, and what comes before. */
static int
put_found(struct riad_delta *d, size_t off, size_t len)
{
	const uint8_t *base = d->index->base;

	for (; d->at > d->done && off > 0 &&
	       base[off - 1] == d->target[d->at - 1];
	     len++) {
		d->at--;
		off--;
	}
	if (put_insert(d->out, d->target + d->done, d->at - d->done) == -1 ||
	    put_copy(d->out, off, len) == -1)
		return -1;
	d->at += len;
	d->done = d->at;
	return 0;
}

int
riad_delta_step(struct riad_delta *d)
{
	const struct riad_delta_index *x = d->index;
	const size_t end = d->len - d->at > STEP ? d->at + STEP : d->len;

	if (d->out->len == 0 && (put_size(d->out, d->index->len) == -1 ||
				    put_size(d->out, d->len) == -1))
		return -1;

	while (d->at < end && d->len - d->at >= BLOCK) {
		const uint8_t *p = d->target + d->at;
		const uint64_t hash = hash_block(p);
		size_t off, n = 0;

		if (x->seen[hash >> x->shift] & seen_bit(x, hash))
			n = find(x, p, d->len - d->at, hash, &off);
		if (n > 0) {
			if (put_found(d, off, n) == -1)
				return -1;
			continue;
		}
		/* Most of that will have to be inserted. */
		if (d->at - d->done > d->out->max - d->out->len) {
			errno = EMSGSIZE;
			return -1;
		}
		d->at++;
	}
	if (d->at < d->len && d->len - d->at >= BLOCK)
		return 1;
	return put_insert(d->out, d->target + d->done, d->len - d->done);
}

struct reader {
	const uint8_t *pos, *end;
	bool bad; /* sticky */
};

static uint8_t
next(struct reader *r)
{
	if (r->pos == r->end) {
		r->bad = true;
		return 0;
	}
	return *r->pos++;
}

static size_t
read_size(struct reader *r)
{
	size_t size = 0;
	uint8_t byte;
	unsigned shift = 0;

	do {
		byte = next(r);
		const size_t part = byte & 0x7f;
		if (shift >= 8 * sizeof(size) ||
		    part << shift >> shift != part) {
			r->bad = true;
			return 0;
		}
		size |= part << shift;
		shift += 7;
	} while (byte & 0x80);
	return size;
}

static size_t
read_bytes(struct reader *r, unsigned present, unsigned n)
{
	size_t value = 0;

	for (unsigned i = 0; i < n; i++) {
		if (present & 1u << i)
			value |= (size_t)next(r) << 8 * i;
	}
	return value;
}

static int
apply(struct riad_buf *out, const uint8_t *base, size_t base_len, size_t left,
    struct reader *r)
{
	while (r->pos < r->end && !r->bad) {
		const uint8_t op = next(r);
		const uint8_t *from = r->pos;
		size_t len = op;

		if (op & 0x80) {
			size_t off = read_bytes(r, op, 4);

			len = read_bytes(r, op >> 4 & 7, 3);
			if (len == 0)
				len = COPY_MAX;
			if (off > base_len || len > base_len - off)
				break;
			from = base + off;
		} else if (len > 0 && len <= (size_t)(r->end - r->pos)) {
			r->pos += len;
		} else {
			break;
		}
		if (len > left || r->bad)
			break;
		if (riad_buf_add(out, from, len) == -1)
			return -1;
		left -= len;
		if (left == 0 && r->pos == r->end)
			return 0;
	}
	errno = EBADMSG;
	return -1;
}

int
riad_delta_apply(struct riad_buf *out, const void *base, size_t base_len,
    const void *delta, size_t len)
{
	struct reader r = {delta, (const uint8_t *)delta + len, false};
	const size_t from = read_size(&r);
	const size_t to = read_size(&r);

	if (r.bad || from != base_len) {
		errno = EBADMSG;
		return -1;
	}
	if (to == 0 && r.pos == r.end)
		return 0;
	return apply(out, base, base_len, to, &r);
}
