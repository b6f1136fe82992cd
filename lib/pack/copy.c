/* SPDX-License-Identifier: ISC */

#include "riad/copy.h"

#include <stdlib.h>
#include <zlib.h>

/* Finds the pack where an object of the list is taken from: the largest that
 * has it, but rather that of the object before, where the delta's base is.
 * Returns its number in that pack's index, or -1. */
static int64_t
find(const struct riad_copy *c, uint32_t i, uint32_t *pack)
{
	const struct riad_packs *packs = c->packs;
	const struct riad_oid *oid = riad_walk_oid(c->walk, i);
	int64_t pos = -1;

	if (packs->len > 0)
		pos = riad_idx_find(&packs->packs[*pack].idx, oid);
	for (uint32_t p = 0; pos == -1 && p < packs->len; p++) {
		pos = riad_idx_find(&packs->packs[p].idx, oid);
		if (pos != -1)
			*pack = p;
	}
	return pos;
}

static int
choose(struct riad_copy *c, uint32_t *rest, uint32_t *nrest,
    struct riad_meter *meter)
{
	const uint32_t count = riad_walk_count(c->walk);
	uint32_t p = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (riad_meter_at(meter, i + 1) == -1)
			return -1;
		int64_t pos = find(c, i, &p);
		if (pos == -1) {
			rest[(*nrest)++] = i;
			continue;
		}
		c->from[p].chosen[pos] = i + 1;
		c->from[p].count++;
	}
	return riad_meter_done(meter, count);
}

/* Where in the new pack the object begins, if it is written; else 0. */
static uint64_t
written_at(const struct riad_copy *c, const struct riad_oid *oid)
{
	for (uint32_t p = 0; p < c->packs->len; p++) {
		if (c->from[p].count == 0)
			continue;
		int64_t pos = riad_idx_find(&c->packs->packs[p].idx, oid);
		if (pos != -1 && c->from[p].chosen[pos] != 0)
			return c->at[c->from[p].chosen[pos] - 1];
	}
	return 0;
}

static bool
is_whole(const struct riad_packfile *pack, uint64_t off)
{
	struct riad_entry e;

	return riad_packfile_entry(pack, off, &e) == 0 &&
	       e.type != RIAD_OFS_DELTA && e.type != RIAD_REF_DELTA;
}

/*
 * Whether the base of the delta at off in pack p will be there for the
 * client; *at is then where it begins in the new pack, 0 if that isn't known,
 * and entry->base is its id.
 *
 * Deltas must not go round in a circle, which each pack by itself doesn't do,
 * but copies of the same objects in several packs can, and a pack from an
 * enemy may.  So a delta is copied if its base was written before it; or is
 * taken from the same pack, where it stands before the delta or is whole; or
 * is with the client.  A base that was to be copied and turned out damaged
 * is sent by other means, and those don't lean on what is copied.
 */
static bool
base_is_there(const struct riad_copy *c, uint32_t p, uint64_t off,
    struct riad_entry *e, uint64_t *at)
{
	const struct riad_packfile *pack = &c->packs->packs[p];
	int64_t pos;

	if (e->type == RIAD_OFS_DELTA) {
		pos = riad_packfile_at(pack, e->base_off);
		if (pos == -1)
			return false;
		riad_idx_id(&pack->idx, (uint32_t)pos, &e->base);
	} else {
		pos = riad_idx_find(&pack->idx, &e->base);
	}

	if (pos != -1 && c->from[p].chosen[pos] != 0) {
		uint64_t base_off = riad_idx_offset(&pack->idx, (uint32_t)pos);
		*at = c->at[c->from[p].chosen[pos] - 1];
		return *at != 0 || base_off < off || is_whole(pack, base_off);
	}
	*at = written_at(c, &e->base);
	return *at != 0 || (c->thin && riad_walk_client_has(c->walk, &e->base));
}

static bool
intact(
    const struct riad_packfile *pack, uint32_t pos, uint64_t off, uint64_t end)
{
	uLong crc = crc32_z(0, pack->data + off, (size_t)(end - off));

	return crc == riad_idx_crc(&pack->idx, pos);
}

/* Copies the r-th entry of pack p, object i of the list.  1, 0 if it can't be
 * copied, or -1. */
static int
copy_entry(struct riad_copy *c, uint32_t p, uint32_t r, uint32_t i,
    struct riad_packout *out)
{
	const struct riad_packfile *pack = &c->packs->packs[p];
	const uint32_t pos = pack->order[r];
	const uint64_t off = riad_idx_offset(&pack->idx, pos);
	const uint64_t end = riad_packfile_end(pack, r);
	const uint64_t here = out->off;
	struct riad_entry e;
	uint64_t base_at = 0;

	if (riad_packfile_entry(pack, off, &e) == -1 || end <= e.data ||
	    !intact(pack, pos, off, end))
		return 0;
	unsigned type = e.type;
	if (type == RIAD_OFS_DELTA || type == RIAD_REF_DELTA) {
		if (!base_is_there(c, p, off, &e, &base_at))
			return 0;
		type = c->ofs_delta && base_at != 0 ? RIAD_OFS_DELTA
						    : RIAD_REF_DELTA;
		c->deltas++;
	} else if (type != (unsigned)riad_walk_type(c->walk, i)) {
		return 0;
	}

	if (riad_packout_entry(out, type, e.size, here - base_at, &e.base) ==
		-1 ||
	    riad_packout_add(
		out, pack->data + e.data, (size_t)(end - e.data)) == -1)
		return -1;
	c->at[i] = here;
	c->copied++;
	return 1;
}

/* In the order of the pack, where bases stand before their deltas, and what
 * is new before what is old. */
static int
copy_pack(struct riad_copy *c, uint32_t p, uint32_t *rest, uint32_t *nrest,
    struct riad_packout *out)
{
	struct riad_packfile *pack = &c->packs->packs[p];

	if (riad_packfile_sort(pack) == -1)
		return -1;
	for (uint32_t r = 0; r < pack->idx.count; r++) {
		uint32_t i = c->from[p].chosen[pack->order[r]];
		if (i == 0)
			continue;
		int copied = copy_entry(c, p, r, i - 1, out);
		if (copied == -1)
			return -1;
		if (copied == 0)
			rest[(*nrest)++] = i - 1;
	}
	return 0;
}

int
riad_copy_write(struct riad_copy *c, uint32_t *rest, uint32_t *nrest,
    struct riad_packout *out, struct riad_meter *meter)
{
	size_t total = 0;
	int r = -1;

	for (uint32_t p = 0; p < c->packs->len; p++)
		total += c->packs->packs[p].idx.count;
	c->copied = 0;
	c->deltas = 0;
	*nrest = 0;
	c->at = calloc(riad_walk_count(c->walk) + 1u, sizeof(*c->at));
	c->from = calloc(c->packs->len + 1u, sizeof(*c->from));
	c->chosen = calloc(total + 1, sizeof(*c->chosen));
	if (c->at == NULL || c->from == NULL || c->chosen == NULL)
		goto out;
	for (uint32_t p = 0, *chosen = c->chosen; p < c->packs->len; p++) {
		c->from[p].chosen = chosen;
		chosen += c->packs->packs[p].idx.count;
	}
	if (choose(c, rest, nrest, meter) == -1)
		goto out;
	for (uint32_t p = 0; p < c->packs->len; p++) {
		if (c->from[p].count > 0 &&
		    copy_pack(c, p, rest, nrest, out) == -1)
			goto out;
	}
	r = 0;
out:
	free(c->at);
	free(c->from);
	free(c->chosen);
	c->at = NULL;
	c->from = NULL;
	c->chosen = NULL;
	return r;
}
