/* SPDX-License-Identifier: ISC */

#include "riad/midx.h"

#include <errno.h>
#include <string.h>

#include "riad/chunks.h"
#include "riad/hash.h"
#include "riad/interp.h"

#define HDR_LEN 12
#define PLACE_LEN 8
#define LONG_MARK UINT32_C(0x80000000)

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
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

static bool
ends_in(const char *name, size_t len, const char *suffix)
{
	const size_t n = strlen(suffix);

	return len > n && memcmp(name + len - n, suffix, n) == 0;
}

static bool
read_names(struct riad_midx *midx, const char *names, size_t len)
{
	const char *before = NULL;

	midx->names = names;
	for (uint32_t i = 0; i < midx->npacks; i++) {
		const char *end = memchr(names, '\0', len);
		if (end == NULL)
			return false;
		const size_t name_len = (size_t)(end - names);
		if (memchr(names, '/', name_len) != NULL ||
		    (!ends_in(names, name_len, ".idx") &&
			!ends_in(names, name_len, ".pack")) ||
		    (before != NULL && strcmp(before, names) >= 0))
			return false;
		before = names;
		names = end + 1;
		len -= name_len + 1;
	}
	midx->last_name = before;
	return true;
}

/* A chunk of n rows; false if it is there and of another length. */
static bool
rows(const uint8_t **rows, const struct riad_chunks *chunks, const char *name,
    uint32_t n, size_t row_len)
{
	size_t len;

	*rows = riad_chunks_get(chunks, name, &len);
	return *rows == NULL || (len % row_len == 0 && len / row_len == n);
}

int
riad_midx_open(
    struct riad_midx *midx, const uint8_t *data, size_t len, size_t hash_len)
{
	struct riad_chunks chunks;
	size_t fanout_len, names_len, longs_len;

	*midx =
	    (struct riad_midx){.hash_len = hash_len, .data = data, .len = len};
	if (len < HDR_LEN || memcmp(data, "MIDX", 4) != 0)
		return bad();
	if (data[4] != 1 || data[5] != (hash_len == RIAD_SHA1_LEN ? 1 : 2) ||
	    data[7] != 0) {
		errno = ENOTSUP;
		return -1;
	}
	if (riad_chunks_open(&chunks, data, len, HDR_LEN, data[6], hash_len) ==
	    -1)
		return -1;
	midx->npacks = be32(data + 8);
	midx->sum = data + len - hash_len;
	midx->fanout = riad_chunks_get(&chunks, "OIDF", &fanout_len);
	const uint8_t *names = riad_chunks_get(&chunks, "PNAM", &names_len);
	midx->longs = riad_chunks_get(&chunks, "LOFF", &longs_len);
	if (midx->fanout == NULL || fanout_len != RIAD_FANOUT_LEN ||
	    riad_interp_count(&midx->count, midx->fanout) == -1 ||
	    longs_len % 8 != 0 || longs_len / 8 > midx->count)
		return bad();
	midx->nlong = (uint32_t)(longs_len / 8);
	if (!rows(&midx->ids, &chunks, "OIDL", midx->count, hash_len) ||
	    !rows(&midx->places, &chunks, "OOFF", midx->count, PLACE_LEN) ||
	    !rows(&midx->order, &chunks, "RIDX", midx->count, 4) ||
	    midx->ids == NULL || midx->places == NULL || names == NULL ||
	    !read_names(midx, (const char *)names, names_len))
		return bad();
	return 0;
}

const char *
riad_midx_name(const struct riad_midx *midx, const char *prev)
{
	if (prev == midx->last_name)
		return NULL;
	return prev == NULL ? midx->names : prev + strlen(prev) + 1;
}

int64_t
riad_midx_find(const struct riad_midx *midx, const struct riad_oid *oid)
{
	return riad_interp_find(
	    midx->fanout, midx->ids, midx->hash_len, midx->hash_len, oid);
}

void
riad_midx_id(const struct riad_midx *midx, uint32_t n, struct riad_oid *oid)
{
	riad_oid_set(oid, midx->ids + n * midx->hash_len, midx->hash_len);
}

int
riad_midx_place(
    const struct riad_midx *midx, uint32_t n, uint32_t *pack, uint64_t *off)
{
	const uint8_t *p = midx->places + (size_t)n * PLACE_LEN;

	*pack = be32(p);
	*off = be32(p + 4);
	if (*pack >= midx->npacks)
		return bad();
	if (midx->longs == NULL || (*off & LONG_MARK) == 0)
		return 0;
	*off &= ~(uint64_t)LONG_MARK;
	if (*off >= midx->nlong)
		return bad();
	*off = be64(midx->longs + *off * 8);
	return 0;
}

uint32_t
riad_midx_order(const struct riad_midx *midx, uint32_t i)
{
	if (i >= midx->count || midx->order == NULL)
		return RIAD_MIDX_NONE;
	const uint32_t n = be32(midx->order + (size_t)i * 4);
	return n < midx->count ? n : RIAD_MIDX_NONE;
}

/* Whether the trailer is the hash of what comes before it. */
static int
check_sum(const struct riad_midx *midx)
{
	struct riad_oid sum;
	struct riad_hash *hash = riad_hash_new(midx->hash_len);

	if (hash == NULL)
		return -1;
	riad_hash_add(hash, midx->data, midx->len - midx->hash_len);
	int r = riad_hash_end(hash, &sum);
	riad_hash_free(hash);
	if (r == 0 && memcmp(sum.id, midx->sum, midx->hash_len) != 0)
		return bad();
	return r;
}

int
riad_midx_verify(const struct riad_midx *midx)
{
	uint32_t pack;
	uint64_t off;

	if (check_sum(midx) == -1 || riad_interp_check(midx->fanout, midx->ids,
					 midx->hash_len, midx->hash_len) == -1)
		return -1;
	for (uint32_t n = 0; n < midx->count; n++) {
		if (riad_midx_place(midx, n, &pack, &off) == -1)
			return -1;
		if (midx->order != NULL &&
		    riad_midx_order(midx, n) == RIAD_MIDX_NONE)
			return bad();
	}
	return 0;
}
