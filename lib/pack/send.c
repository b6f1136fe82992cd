/* SPDX-License-Identifier: ISC */
/*
 * Written are first the copies that what is made may lean on, then what is
 * made, since other copies may lean on that, and then the packs' entries in
 * their order.  There, entries that follow each other in the old pack and the
 * new are one run, and go out as they lie: how far back a delta's base is,
 * changes only where something between them was left out.
 */

#include "riad/send.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/metrics.h"
#include "send_state.h"

/* So long a run is passed on, so that the sink is called now and then. */
#define RUN_MAX ((uint64_t)1 << 20)

/* CRCs lie in the order of ids, and are asked for that much before their
 * turn. */
enum { CRC_AHEAD = 16 };

/* From an entry of a pack on, what is to be added to an offset there to have
 * that in the new pack. */
struct shift {
	uint32_t rank;
	int64_t by;
};

struct copying {
	struct riad_send *s;
	struct riad_packfile *pack;
	uint32_t p;
	struct shift *shifts; /* of what was written, in order */
	size_t nshifts, shifts_cap;
	uint64_t run, run_end; /* in the old pack; run_end 0 for none */
	struct riad_meter meter;
	uint32_t left; /* until the next look at the clock */
};

static int
flush_run(struct copying *c)
{
	const uint64_t run = c->run, end = c->run_end;

	c->run_end = 0;
	return end == 0 ? 0
			: riad_packout_add(&c->s->out, c->pack->data + run,
			      (size_t)(end - run));
}

/* Where the next byte goes in the new pack, once the run is written. */
static uint64_t
here(const struct copying *c)
{
	return c->s->out.off + (c->run_end == 0 ? 0 : c->run_end - c->run);
}

/* Where the entry of a rank is in the new pack; 0 if it isn't there (yet). */
static uint64_t
place_of(const struct copying *c, uint32_t rank, uint32_t number)
{
	const struct riad_moved *moved = send_moved(c->s, number);
	size_t lo = 0, hi = c->nshifts;

	if (moved != NULL)
		return moved->written ? moved->at : 0;
	if (riad_numset_has(&c->s->made, number))
		return 0;
	while (lo < hi) { /* the last that is not after rank */
		size_t mid = lo + (hi - lo) / 2;

		if (c->shifts[mid].rank <= rank)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return 0;
	return (uint64_t)((int64_t)riad_packfile_off(c->pack, rank) +
			  c->shifts[lo - 1].by);
}

static int
note_shift(struct copying *c, uint32_t rank, int64_t by)
{
	if (c->nshifts > 0 && c->shifts[c->nshifts - 1].by == by)
		return 0;
	if (c->nshifts == c->shifts_cap) {
		size_t cap = c->shifts_cap == 0 ? 256 : 2 * c->shifts_cap;
		struct shift *shifts =
		    reallocarray(c->shifts, cap, sizeof(*shifts));

		if (shifts == NULL)
			return -1;
		c->shifts = shifts;
		c->shifts_cap = cap;
	}
	c->shifts[c->nshifts++] = (struct shift){rank, by};
	return 0;
}

/*
 * Writes the entry of a rank: as a part of the run, if it is the same there;
 * else after it, with a header of its own.  1, 0 if it is damaged, or -1.
 */
static int
copy_entry(struct copying *c, uint32_t rank, bool in_turn)
{
	struct riad_send *s = c->s;
	const struct riad_packfile *pack = c->pack;
	const uint64_t off = riad_packfile_off(pack, rank);
	const uint64_t end = riad_packfile_end(pack, rank);
	struct riad_entry e;
	struct send_base base = {.rank = -1};
	uint64_t at = 0; /* of the base */
	bool as_it_is = true;

	if (riad_packfile_entry(pack, off, &e) == -1 ||
	    !riad_intact_entry(s->intact, pack, rank))
		return 0;
	unsigned type = e.type;
	if (send_is_delta(&e)) {
		if (send_find_base(s, c->p, rank, &e, &base) == -1)
			return 0;
		if (base.here && base.rank < rank)
			at = place_of(
			    c, (uint32_t)base.rank, (uint32_t)base.number);
		type = s->press.ofs_delta && at != 0 ? RIAD_OFS_DELTA
						     : RIAD_REF_DELTA;
		as_it_is =
		    type == e.type && (type == RIAD_REF_DELTA ||
					  here(c) - at == off - e.base_off);
		if (type == RIAD_REF_DELTA && e.type == RIAD_OFS_DELTA &&
		    base.here)
			riad_store_oid(
			    s->store, (uint32_t)base.number, &base.oid);
		else if (e.type == RIAD_REF_DELTA)
			base.oid = e.base;
		s->copied_deltas++;
	}
	s->copied++;

	if (as_it_is) {
		if (c->run_end != off || c->run_end - c->run >= RUN_MAX) {
			if (flush_run(c) == -1)
				return -1;
			c->run = off;
		}
		int64_t by = (int64_t)(s->out.off - c->run);
		c->run_end = end;
		if ((in_turn && note_shift(c, rank, by) == -1) ||
		    riad_packout_count(&s->out) == -1)
			return -1;
		return 1;
	}

	/* The header may have another length: what follows is shifted. */
	if (flush_run(c) == -1)
		return -1;
	const uint64_t begin = s->out.off;
	if ((in_turn && note_shift(c, rank, (int64_t)(begin - off)) == -1) ||
	    riad_packout_entry(&s->out, type, e.size, begin - at, &base.oid) ==
		-1 ||
	    riad_packout_add(
		&s->out, pack->data + e.data, (size_t)(end - e.data)) == -1)
		return -1;
	return 1;
}

/* What can't be copied after all is made at the end; what leans on it in the
 * meantime names it by its id. */
static int
put_off(struct riad_send *s, uint32_t number)
{
	struct riad_moved *moved = send_moved(s, number);

	if (moved != NULL)
		moved->written = false;
	return send_add_target(s, number, 0);
}

static int
tick(struct copying *c)
{
	if (c->left-- > 0)
		return 0;
	c->left = 256;
	return c->s->press.sink->tick(c->s->press.sink->ctx);
}

static int
copy_pack(struct copying *c)
{
	struct riad_send *s = c->s;
	const uint32_t first = s->store->first[c->p];

	c->nshifts = 0;
	for (uint32_t r = 0; r < c->pack->nranks; r++) {
		const uint32_t number = first + riad_packfile_index(c->pack, r);

		if (!riad_numset_has(s->set, number) ||
		    riad_numset_has(&s->made, number) ||
		    send_moved(s, number) != NULL)
			continue;
		int copied = copy_entry(c, r, true);
		if (copied == -1 || tick(c) == -1)
			return -1;
		if (copied == 0 &&
		    (flush_run(c) == -1 || put_off(s, number) == -1))
			return -1;
	}
	return flush_run(c);
}

/* Copies what is not to be written in its turn, where its item says: 1, 0 if
 * it is damaged, or -1. */
static int
copy_item(struct copying *c, struct riad_press_item *item)
{
	struct riad_send *s = c->s;
	uint32_t pos;

	int64_t number = riad_store_packed(s->store, &item->oid);
	struct riad_moved *moved =
	    number == -1 ? NULL : send_moved(s, (uint32_t)number);
	if (moved == NULL) {
		errno = ENOENT;
		return -1;
	}
	c->p = riad_store_pack(s->store, moved->number, &pos);
	c->pack = &s->store->packs.packs[c->p];
	int64_t rank = riad_packfile_rank(
	    c->pack, riad_idx_offset(&c->pack->idx, pos), UINT32_MAX);
	const uint64_t at = here(c);
	int r = rank == -1 ? 0 : copy_entry(c, (uint32_t)rank, false);
	if (r == -1 || flush_run(c) == -1)
		return -1;
	if (r == 1) {
		item->at = moved->at = at;
		moved->written = true;
	}
	return r;
}

/* The copies that what is made may lean on. */
static int
copy_bases(struct copying *c)
{
	struct riad_send *s = c->s;

	for (size_t i = 0; i < s->nitems; i++) {
		struct riad_press_item *item = &s->items[i];

		if (item->role != RIAD_PRESS_SENT)
			continue;
		int r = copy_item(c, item);
		if (r == -1 || tick(c) == -1)
			return -1;
		if (r == 1)
			continue;

		/* Damaged: now it is something to make. */
		item->role = RIAD_PRESS_TARGET;
		int64_t number = riad_store_packed(s->store, &item->oid);
		if (number == -1 ||
		    riad_numset_add(&s->made, (uint32_t)number) == -1)
			return -1;
	}
	return 0;
}

/* A target for which nothing better was found than the entry that there is;
 * if that is damaged, it is made when the others are. */
static int
copy_target(void *ctx, struct riad_press_item *item)
{
	struct copying *c = ctx;
	struct riad_send *s = c->s;

	item->at = 0;
	int r = copy_item(c, item);
	if (r != 0)
		return r == -1 ? -1 : 0;
	if (s->nlate == s->late_cap) {
		size_t cap = 2 * s->late_cap + 16;
		uint32_t *late = reallocarray(s->late, cap, sizeof(*late));

		if (late == NULL)
			return -1;
		s->late = late;
		s->late_cap = cap;
	}
	int64_t number = riad_store_packed(s->store, &item->oid);
	if (number == -1)
		return -1;
	s->late[s->nlate++] = (uint32_t)number;
	return 0;
}

static int
by_number(const void *left, const void *right)
{
	const struct riad_moved *a = left, *b = right;

	return (a->number > b->number) - (a->number < b->number);
}

/* Notes the targets among what isn't written in its turn. */
static int
note_targets(struct riad_send *s)
{
	struct riad_moved *moved =
	    reallocarray(s->moved, s->nmoved + s->nitems + 1, sizeof(*moved));

	if (moved == NULL)
		return -1;
	s->moved = moved;
	for (size_t i = 0; i < s->nitems; i++) {
		if (s->items[i].role != RIAD_PRESS_TARGET)
			continue;
		int64_t n = riad_store_quick(s->store, &s->items[i].oid);
		if (n == -1)
			return -1;
		moved[s->nmoved++] = (struct riad_moved){.number = (uint32_t)n};
	}
	qsort(moved, s->nmoved, sizeof(*moved), by_number);
	return 0;
}

static int
make(struct copying *c)
{
	struct riad_send *s = c->s;

	if (s->nitems == 0)
		return 0;
	s->press.copy = copy_target;
	s->press.copy_ctx = c;
	const struct riad_odb *odbs = s->odbs(s->odbs_ctx);
	if (odbs == NULL)
		return -1;
	riad_metrics_phase_begin(s->metrics, RIAD_PHASE_COMPRESS);
	if (riad_press_run(&s->out, odbs, s->items, s->nitems, &s->press,
		&s->deltas) == -1)
		return -1;
	riad_metrics_phase_end(s->metrics, RIAD_PHASE_COMPRESS);
	for (size_t i = 0; i < s->nitems; i++) {
		const struct riad_press_item *item = &s->items[i];

		if (item->role != RIAD_PRESS_TARGET)
			continue;
		int64_t n = riad_store_quick(s->store, &item->oid);
		struct riad_moved *moved =
		    n == -1 ? NULL : send_moved(s, (uint32_t)n);
		if (moved != NULL && item->at != 0) {
			moved->written = true;
			moved->at = item->at;
		}
	}
	s->nitems = 0;
	return 0;
}

/* What was put off. */
static int
make_late(struct copying *c)
{
	while (c->s->nlate > 0) {
		if (send_add_target(c->s, c->s->late[--c->s->nlate], 0) == -1)
			return -1;
	}
	return make(c);
}

/* Everything but header and trailer. */
static int
write_entries(struct riad_send *s)
{
	struct copying c = {.s = s};
	int r = 0;

	if (note_targets(s) == -1)
		return -1;
	r = copy_bases(&c);
	if (r == 0)
		r = make(&c);
	riad_metrics_phase_begin(s->metrics, RIAD_PHASE_WRITE);
	for (uint32_t p = 0; r == 0 && p < s->store->packs.len; p++) {
		c.p = p;
		c.pack = &s->store->packs.packs[p];
		if (send_uses_pack(s, p))
			r = copy_pack(&c);
	}
	riad_metrics_phase_end(s->metrics, RIAD_PHASE_WRITE);
	if (r == 0)
		r = make_late(&c);
	free(c.shifts);
	return r;
}

/* The pack that the set is, or -1. */
static int64_t
whole_pack(const struct riad_send *s)
{
	const struct riad_store *store = s->store;

	if (!s->as_it_is || !s->press.ofs_delta || s->total == 0 ||
	    riad_bits_count(&s->set->loose) > 0)
		return -1;
	for (uint32_t p = 0; p < store->packs.len; p++) {
		const size_t first = store->first[p];
		const size_t n = store->packs.packs[p].idx.count;

		if (n == s->total && first + n <= s->set->packed.n &&
		    riad_bits_next_gap(&s->set->packed, first) >= first + n)
			return p;
	}
	return -1;
}

/* Sends the file of a pack, as far as its entries are intact. */
static int
send_file(struct riad_send *s, uint32_t p)
{
	struct riad_packfile *pack = &s->store->packs.packs[p];
	struct riad_pack_sink *sink = s->press.sink;
	int (*pass)(void *, const void *, size_t) =
	    sink->lasting != NULL ? sink->lasting : sink->data;
	uint64_t begin = 0;

	if (riad_packfile_sort(pack) == -1)
		return -1;
	for (uint32_t r = 0; r < pack->idx.count; r++) {
		if (r + CRC_AHEAD < pack->idx.count)
			riad_idx_prefetch_crc(&pack->idx,
			    riad_packfile_index(pack, r + CRC_AHEAD));
		if (!riad_intact_entry(s->intact, pack, r)) {
			char hex[RIAD_OID_HEX_MAX + 1];
			struct riad_oid oid;

			riad_idx_id(
			    &pack->idx, riad_packfile_index(pack, r), &oid);
			snprintf(sink->why, sizeof(sink->why),
			    "bad packed object %s",
			    riad_oid_hex(hex, &oid, s->store->hash_len));
			errno = EBADMSG;
			return -1;
		}
		uint64_t end = r + 1 < pack->idx.count
				   ? riad_packfile_off(pack, r + 1)
				   : pack->len;
		if (end - begin < RUN_MAX && end != pack->len)
			continue;
		if (pass(sink->ctx, pack->data + begin,
			(size_t)(end - begin)) == -1)
			return -1;
		begin = end;
	}
	s->as_file = true;
	s->bytes = pack->len;
	s->copied = s->total;
	return 0;
}

static int
send_made(struct riad_send *s, struct riad_meter *meter)
{
	struct riad_pack_sink *sink = s->press.sink;

	if (send_choose(s, meter) == -1 ||
	    riad_meter_done(meter, s->total) == -1 ||
	    riad_packout_begin(&s->out, s->store->hash_len, s->total,
		sink->data, sink->ctx) == -1 ||
	    write_entries(s) == -1 || riad_packout_end(&s->out) == -1)
		return -1;
	s->deltas += s->copied_deltas;
	s->bytes = s->out.off + s->store->hash_len;
	return 0;
}

int
riad_send(struct riad_send *s)
{
	struct riad_meter meter;

	s->total = riad_numset_count(s->set);
	s->intact = riad_intact_new();
	if (s->intact == NULL || riad_numset_init(&s->made, s->store) == -1)
		return -1;
	riad_meter_start(&meter, s->press.sink, "Counting objects", s->total);
	int64_t p = whole_pack(s);
	if (p == -1)
		return send_made(s, &meter);
	if (riad_meter_done(&meter, s->total) == -1)
		return -1;
	riad_metrics_phase_begin(s->metrics, RIAD_PHASE_WRITE);
	int r = send_file(s, (uint32_t)p);
	riad_metrics_phase_end(s->metrics, RIAD_PHASE_WRITE);
	return r;
}

void
riad_send_free(struct riad_send *s)
{
	riad_packout_free(&s->out);
	riad_intact_free(s->intact);
	riad_numset_free(&s->made);
	riad_numset_free(&s->ended);
	free(s->items);
	free(s->moved);
	free(s->late);
	s->items = NULL;
	s->moved = NULL;
	s->late = NULL;
}
