/* SPDX-License-Identifier: ISC */

#include "riad/packfile.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "riad/mapfile.h"

#define HDR_LEN 12

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

static const void *
map(const char *path, const char *suffix, size_t *len)
{
	char name[PATH_MAX];

	int n = snprintf(name, sizeof(name), "%s%s", path, suffix);
	if (n < 0 || (size_t)n >= sizeof(name)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return riad_mapfile(name, len);
}

int
riad_packfile_init(struct riad_packfile *pack, size_t hash_len,
    const uint8_t *data, size_t len, const uint8_t *idx, size_t idx_len)
{
	*pack = (struct riad_packfile){.data = data, .len = len};
	if (riad_idx_open(&pack->idx, idx, idx_len, hash_len) == -1)
		return -1;

	const uint32_t n = pack->idx.count;
	const uint8_t count[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16),
	    (uint8_t)(n >> 8), (uint8_t)n};
	if (len < HDR_LEN + hash_len || memcmp(data, "PACK", 4) != 0 ||
	    memcmp(data + 8, count, sizeof(count)) != 0 ||
	    memcmp(data + len - hash_len, pack->idx.sum, hash_len) != 0)
		return bad();
	if (memcmp(data + 4, "\0\0\0\2", 4) != 0 &&
	    memcmp(data + 4, "\0\0\0\3", 4) != 0) {
		errno = ENOTSUP;
		return -1;
	}
	return 0;
}

int
riad_packfile_open(
    struct riad_packfile *pack, const char *path, size_t hash_len)
{
	size_t len, idx_len;

	*pack = (struct riad_packfile){.data = NULL};
	const void *idx = map(path, ".idx", &idx_len);
	if (idx == NULL)
		return -1;
	const void *data = map(path, ".pack", &len);
	if (data == NULL) {
		int err = errno;
		munmap((void *)idx, idx_len);
		errno = err;
		return -1;
	}

	int r = riad_packfile_init(pack, hash_len, data, len, idx, idx_len);
	pack->path = path;
	pack->idx_map = idx;
	pack->idx_map_len = idx_len;
	if (r == -1) {
		int err = errno;
		riad_packfile_close(pack);
		errno = err;
	}
	return r;
}

void
riad_packfile_forget(struct riad_packfile *pack)
{
	free(pack->order);
	free(pack->offs);
	free(pack->ends);
	pack->order = pack->offs = NULL;
	pack->ends = NULL;
	pack->nranks = 0;
}

void
riad_packfile_close(struct riad_packfile *pack)
{
	riad_packfile_forget(pack);
	riad_idx_close(&pack->idx);
	if (pack->idx_map != NULL) {
		munmap((void *)pack->idx_map, pack->idx_map_len);
		munmap((void *)pack->data, pack->len);
	}
	if (pack->rev_map != NULL)
		munmap((void *)pack->rev_map, pack->rev_map_len);
	*pack = (struct riad_packfile){.data = NULL};
}

/* The end of the entries, and the beginning of the trailer. */
static uint64_t
limit(const struct riad_packfile *pack)
{
	return pack->len - pack->idx.hash_len;
}

int
riad_packfile_entry(
    const struct riad_packfile *pack, uint64_t off, struct riad_entry *entry)
{
	const uint64_t end = limit(pack);
	uint64_t at = off;

	if (off < HDR_LEN || off >= end)
		return bad();
	uint8_t c = pack->data[at++];
	*entry = (struct riad_entry){.type = c >> 4 & 7, .size = c & 15};
	for (unsigned shift = 4; (c & 0x80) != 0; shift += 7) {
		if (at == end || shift > 63 - 7)
			return bad();
		c = pack->data[at++];
		entry->size |= (uint64_t)(c & 0x7f) << shift;
	}

	switch (entry->type) {
	case RIAD_COMMIT:
	case RIAD_TREE:
	case RIAD_BLOB:
	case RIAD_TAG:
		break;
	case RIAD_OFS_DELTA: {
		if (at == end)
			return bad();
		c = pack->data[at++];
		uint64_t distance = c & 0x7f;
		while ((c & 0x80) != 0) {
			/* Each further byte adds what fewer could not say. */
			if (at == end || distance >= off)
				return bad();
			c = pack->data[at++];
			distance = (distance + 1) << 7 | (c & 0x7f);
		}
		if (distance == 0 || distance > off - HDR_LEN)
			return bad();
		entry->base_off = off - distance;
		break;
	}
	case RIAD_REF_DELTA:
		if (end - at < pack->idx.hash_len)
			return bad();
		riad_oid_set(&entry->base, pack->data + at, pack->idx.hash_len);
		at += pack->idx.hash_len;
		break;
	default:
		return bad();
	}
	if (at == end)
		return bad();
	entry->data = at;
	return 0;
}

/* Eleven bits of the offset at a time, least significant first: a pack of
 * 4 GiB takes three rounds, whatever it holds. */
#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)

static void
sort_round(const struct riad_idx *idx, uint32_t *to, const uint32_t *from,
    unsigned shift)
{
	uint32_t at[DIGITS] = {0};
	uint32_t sum = 0;

	for (uint32_t i = 0; i < idx->count; i++)
		at[riad_idx_offset(idx, i) >> shift & (DIGITS - 1)]++;
	for (uint32_t d = 0; d < DIGITS; d++) {
		uint32_t n = at[d];
		at[d] = sum;
		sum += n;
	}
	for (uint32_t i = 0; i < idx->count; i++) {
		uint64_t off = riad_idx_offset(idx, from[i]);
		to[at[off >> shift & (DIGITS - 1)]++] = from[i];
	}
}

/* Whether git has left the order in a file, and a sound one. */
static bool
read_order(struct riad_packfile *pack)
{
	if (pack->rev.rows != NULL)
		return true;
	if (pack->path == NULL)
		return false;
	pack->rev_map = map(pack->path, ".rev", &pack->rev_map_len);
	if (pack->rev_map == NULL)
		return false;
	if (riad_revidx_open(&pack->rev, pack->rev_map, pack->rev_map_len,
		pack->idx.hash_len, pack->idx.count, pack->idx.sum) == 0 &&
	    riad_revidx_check(&pack->rev, &pack->idx) == 0)
		return true;
	munmap((void *)pack->rev_map, pack->rev_map_len);
	pack->rev_map = NULL;
	pack->rev = (struct riad_revidx){.rows = NULL};
	return false;
}

int
riad_packfile_sort(struct riad_packfile *pack)
{
	const struct riad_idx *idx = &pack->idx;

	if (pack->nranks == idx->count && pack->ends == NULL)
		return 0;
	riad_packfile_forget(pack);
	pack->nranks = idx->count;
	if (read_order(pack))
		return 0;
	pack->nranks = 0;
	uint32_t *order = reallocarray(NULL, idx->count + 1u, sizeof(*order));
	uint32_t *spare = reallocarray(NULL, idx->count + 1u, sizeof(*spare));
	if (order == NULL || spare == NULL) {
		free(order);
		free(spare);
		return -1;
	}

	uint64_t bits = 0;
	for (uint32_t i = 0; i < idx->count; i++) {
		order[i] = i;
		bits |= riad_idx_offset(idx, i);
	}
	for (unsigned shift = 0; shift < 64 && bits >> shift != 0;
	     shift += DIGIT_BITS) {
		sort_round(idx, spare, order, shift);
		uint32_t *swap = order;
		order = spare;
		spare = swap;
	}
	pack->order = order;
	pack->nranks = idx->count;
	if (bits > UINT32_MAX) {
		free(spare);
		return 0;
	}
	for (uint32_t i = 0; i < idx->count; i++)
		spare[i] = (uint32_t)riad_idx_offset(idx, order[i]);
	pack->offs = spare;
	return 0;
}

uint64_t
riad_packfile_off(const struct riad_packfile *pack, uint32_t rank)
{
	return pack->offs != NULL ? pack->offs[rank]
				  : riad_idx_offset(&pack->idx,
					riad_packfile_index(pack, rank));
}

uint64_t
riad_packfile_end(const struct riad_packfile *pack, uint32_t rank)
{
	uint64_t begin = riad_packfile_off(pack, rank);
	uint64_t end = limit(pack);

	if (pack->ends != NULL)
		end = pack->ends[rank];
	else if (rank + 1 < pack->nranks)
		end = riad_packfile_off(pack, rank + 1);
	return end > begin && end <= limit(pack) ? end : 0;
}

/* Bases stand shortly before their deltas, so the search goes back in steps
 * that double, before it halves. */
int64_t
riad_packfile_rank(
    const struct riad_packfile *pack, uint64_t off, uint32_t near)
{
	const uint32_t count = pack->nranks;
	uint32_t lo = 0, hi = count;

	if (near < count && riad_packfile_off(pack, near) >= off) {
		hi = near + 1;
		for (uint32_t step = 1; step < hi; step *= 2) {
			lo = hi - step;
			if (riad_packfile_off(pack, lo) <= off)
				break;
			hi = lo;
			lo = 0;
			if (step > count / 2)
				break;
		}
	}
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		uint64_t at = riad_packfile_off(pack, mid);

		if (at == off)
			return mid;
		if (off < at)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

int64_t
riad_packfile_at(const struct riad_packfile *pack, uint64_t off)
{
	if (pack->nranks < pack->idx.count || pack->ends != NULL) {
		for (uint32_t i = 0; i < pack->idx.count; i++) {
			if (riad_idx_offset(&pack->idx, i) == off)
				return i;
		}
		return -1;
	}
	int64_t rank = riad_packfile_rank(pack, off, UINT32_MAX);

	return rank == -1 ? -1
			  : (int64_t)riad_packfile_index(pack, (uint32_t)rank);
}
