/* SPDX-License-Identifier: ISC */

#include "riad/copy.h"

#include <stdlib.h>
#include <zlib.h>

#include "riad/press.h"

/* How an object gets into the pack. */
enum { UNDECIDED, COPY, MAKE };

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
find_all(struct riad_copy *c, uint32_t *rest, uint32_t *nrest,
    struct riad_meter *meter)
{
	const uint32_t count = riad_walk_count(c->walk);
	uint32_t p = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (riad_meter_at(meter, i + 1) == -1)
			return -1;
		int64_t pos = find(c, i, &p);
		if (pos == -1) {
			c->how[i] = MAKE;
			rest[(*nrest)++] = i;
			continue;
		}
		c->from[p].chosen[pos] = i + 1;
		c->from[p].count++;
	}
	return 0;
}

static bool
is_delta(const struct riad_entry *e)
{
	return e->type == RIAD_OFS_DELTA || e->type == RIAD_REF_DELTA;
}

static bool
is_whole(const struct riad_packfile *pack, uint64_t off)
{
	struct riad_entry e;

	return riad_packfile_entry(pack, off, &e) == 0 && !is_delta(&e);
}

/* Finds the base of a delta in pack p: its place there, or -1; its number in
 * the list, or -1; and entry->base, its id.  0, or -1 if there is no base. */
static int
find_base(const struct riad_copy *c, uint32_t p, struct riad_entry *e,
    int64_t *pos, int64_t *number)
{
	const struct riad_packfile *pack = &c->packs->packs[p];

	if (e->type == RIAD_OFS_DELTA) {
		*pos = riad_packfile_at(pack, e->base_off);
		if (*pos == -1)
			return -1;
		riad_idx_id(&pack->idx, (uint32_t)*pos, &e->base);
	} else {
		*pos = riad_idx_find(&pack->idx, &e->base);
	}
	if (*pos != -1 && c->from[p].chosen[*pos] != 0)
		*number = (int64_t)c->from[p].chosen[*pos] - 1;
	else
		*number = riad_walk_find(c->walk, &e->base);
	return 0;
}

/*
 * Whether the base of a delta in pack p will be there for the client.
 *
 * Deltas must not go round in a circle, which each pack by itself doesn't do,
 * but copies of the same objects in several packs can, and a pack from an
 * enemy may.  So a delta is copied if its base was decided on before it; or is
 * taken from the same pack and whole there; or is with the client.  What is
 * made, and not copied, may be a base for all: it never leans on a copy that
 * is a delta.
 */
static bool
base_is_there(const struct riad_copy *c, uint32_t p, struct riad_entry *e)
{
	const struct riad_packfile *pack = &c->packs->packs[p];
	int64_t pos, i;

	if (find_base(c, p, e, &pos, &i) == -1)
		return false;
	if (i == -1)
		return c->thin && riad_walk_client_has(c->walk, &e->base);
	if (c->how[i] != UNDECIDED)
		return true;
	if (pos == -1 || c->from[p].chosen[pos] == 0)
		return false;
	return is_whole(pack, riad_idx_offset(&pack->idx, (uint32_t)pos));
}

/* Whether the r-th entry of pack p, object i of the list, can be copied. */
static bool
is_copied(struct riad_copy *c, uint32_t p, uint32_t r, uint32_t i)
{
	const struct riad_packfile *pack = &c->packs->packs[p];
	const uint64_t off = riad_idx_offset(&pack->idx, pack->order[r]);
	struct riad_entry e;
	uint32_t first;

	if (riad_packfile_entry(pack, off, &e) == -1 ||
	    riad_packfile_end(pack, r) <= e.data)
		return false;
	c->is_delta[i] = is_delta(&e) && base_is_there(c, p, &e);
	if (is_delta(&e))
		return c->is_delta[i];
	return e.type == (unsigned)riad_walk_type(c->walk, i) &&
	       (e.size > RIAD_PRESS_DELTA_MAX ||
		   riad_walk_alike(c->walk, i, &first) == 0);
}

/* In the order of the pack, where bases stand before their deltas, and what
 * is new before what is old. */
static int
choose_from(struct riad_copy *c, uint32_t p, uint32_t *rest, uint32_t *nrest,
    struct riad_meter *meter)
{
	struct riad_packfile *pack = &c->packs->packs[p];

	if (riad_packfile_sort(pack) == -1)
		return -1;
	for (uint32_t r = 0; r < pack->idx.count; r++) {
		uint32_t i = c->from[p].chosen[pack->order[r]];
		if (i-- == 0)
			continue;
		c->how[i] = is_copied(c, p, r, i) ? COPY : MAKE;
		if (c->how[i] == MAKE)
			rest[(*nrest)++] = i;
		if (riad_meter_at(meter, meter->total) == -1)
			return -1;
	}
	return 0;
}

int
riad_copy_choose(struct riad_copy *c, uint32_t *rest, uint32_t *nrest,
    struct riad_meter *meter)
{
	const uint32_t count = riad_walk_count(c->walk);
	size_t total = 0;

	for (uint32_t p = 0; p < c->packs->len; p++)
		total += c->packs->packs[p].idx.count;
	*nrest = 0;
	c->how = calloc(count + 1u, sizeof(*c->how));
	c->from = calloc(c->packs->len + 1u, sizeof(*c->from));
	c->chosen = calloc(total + 1, sizeof(*c->chosen));
	if (c->how == NULL || c->from == NULL || c->chosen == NULL)
		return -1;
	for (uint32_t p = 0, *chosen = c->chosen; p < c->packs->len; p++) {
		c->from[p].chosen = chosen;
		chosen += c->packs->packs[p].idx.count;
	}
	if (find_all(c, rest, nrest, meter) == -1)
		return -1;
	for (uint32_t p = 0; p < c->packs->len; p++) {
		if (c->from[p].count > 0 &&
		    choose_from(c, p, rest, nrest, meter) == -1)
			return -1;
	}
	return riad_meter_done(meter, count);
}

static bool
intact(
    const struct riad_packfile *pack, uint32_t pos, uint64_t off, uint64_t end)
{
	uLong crc = crc32_z(0, pack->data + off, (size_t)(end - off));

	return crc == riad_idx_crc(&pack->idx, pos);
}

/* Copies the r-th entry of pack p, object i of the list.  1, 0 if it is
 * damaged, or -1. */
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
	int64_t base_pos, base;

	if (riad_packfile_entry(pack, off, &e) == -1 ||
	    !intact(pack, pos, off, end))
		return 0;
	unsigned type = e.type;
	if (is_delta(&e)) {
		if (find_base(c, p, &e, &base_pos, &base) == -1)
			return 0;
		if (base != -1)
			base_at = c->at[base];
		type = c->ofs_delta && base_at != 0 ? RIAD_OFS_DELTA
						    : RIAD_REF_DELTA;
		c->deltas++;
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

int
riad_copy_write(struct riad_copy *c, uint32_t *rest, uint32_t *nrest,
    struct riad_packout *out)
{
	c->copied = 0;
	c->deltas = 0;
	*nrest = 0;
	for (uint32_t p = 0; p < c->packs->len; p++) {
		const struct riad_packfile *pack = &c->packs->packs[p];

		if (c->from[p].count == 0)
			continue;
		for (uint32_t r = 0; r < pack->idx.count; r++) {
			uint32_t i = c->from[p].chosen[pack->order[r]];
			if (i == 0 || c->how[--i] != COPY)
				continue;
			int copied = copy_entry(c, p, r, i, out);
			if (copied == -1)
				return -1;
			if (copied == 0)
				rest[(*nrest)++] = i;
		}
	}
	return 0;
}

void
riad_copy_free(struct riad_copy *c)
{
	free(c->from);
	free(c->chosen);
	free(c->how);
	c->from = NULL;
	c->chosen = NULL;
	c->how = NULL;
}
