/* SPDX-License-Identifier: ISC */
/* What of a set is copied, and what has to be made. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "send_state.h"

enum { OBJECTS_PER_TICK = 1024, AHEAD = 16 };

/* A delta on what the client has that is stored is sent as it is, if it takes
 * no more bytes, or no more than such a part of its object; others may be from
 * the times of another version. */
enum { THIN_DELTA_MAX = 1024, THIN_DELTA_PART = 4 };

static struct riad_packfile *
pack_of(const struct riad_send *s, uint32_t p)
{
	return &s->store->packs.packs[p];
}

static bool
client_has(const struct riad_send *s, uint32_t number)
{
	return s->context != NULL && s->context->has(s->context->ctx, number);
}

static uint32_t
name_hash(const struct riad_send *s, uint32_t number)
{
	return s->context == NULL || s->context->name_hash == NULL
		   ? 0
		   : s->context->name_hash(s->context->ctx, number);
}

int
send_find_base(const struct riad_send *s, uint32_t p, uint32_t rank,
    const struct riad_entry *e, struct send_base *base)
{
	const struct riad_packfile *pack = pack_of(s, p);
	int64_t pos;

	*base = (struct send_base){.rank = -1, .number = -1};
	if (e->type == RIAD_OFS_DELTA) {
		base->rank = riad_packfile_rank(pack, e->base_off, rank);
		if (base->rank == -1)
			return -1;
		pos = riad_packfile_index(pack, (uint32_t)base->rank);
	} else {
		pos = riad_idx_find(&pack->idx, &e->base);
		if (pos != -1)
			base->rank = riad_packfile_rank(pack,
			    riad_idx_offset(&pack->idx, (uint32_t)pos), rank);
	}
	if (pos != -1) {
		uint32_t number = s->store->first[p] + (uint32_t)pos;

		if (riad_numset_has(s->set, number)) {
			base->number = number;
			base->here = true;
			return 0;
		}
	}

	/* The same object may be sent out of another pack. */
	if (pos != -1)
		riad_idx_id(&pack->idx, (uint32_t)pos, &base->oid);
	else
		base->oid = e->base;
	base->number = riad_store_quick(s->store, &base->oid);
	return 0;
}

/* So long may the way be from a delta to what is whole. */
enum { CHAIN_MAX = 4096 };

/*
 * Deltas must not go round in a circle.  Those by offset can't, as long as
 * they lean on the copy in their own pack: bases come before them.  By id
 * anything may be said; and where the copy that is sent is in another pack, it
 * may lean, there, on what leans on it here.  Each circle has such a step, so
 * from those the way is followed, over the copies that are sent.
 */
static bool
ends(struct riad_send *s, uint32_t p, uint32_t rank)
{
	uint32_t seen[CHAIN_MAX], n = 0;
	bool done = false;

	for (; !done; n++) {
		struct riad_packfile *pack = pack_of(s, p);
		struct riad_entry e;
		struct send_base base;

		if (n == CHAIN_MAX)
			return false;
		seen[n] = s->store->first[p] + riad_packfile_index(pack, rank);
		if (riad_numset_has(&s->ended, seen[n]))
			break;
		if (riad_packfile_entry(
			pack, riad_packfile_off(pack, rank), &e) == -1)
			return false;
		if (!send_is_delta(&e)) {
			done = true;
			continue;
		}
		if (send_find_base(s, p, rank, &e, &base) == -1)
			return false;
		int64_t next = base.rank;
		if (base.number == -1 || base.number >= RIAD_LOOSE ||
		    !riad_numset_has(s->set, (uint32_t)base.number)) {
			done = true;
			continue;
		}
		if (!base.here) {
			uint32_t pos;

			p = riad_store_pack(
			    s->store, (uint32_t)base.number, &pos);
			pack = pack_of(s, p);
			/* Where some have ranks others must not move them. */
			if (pack->nranks == 0 && riad_packfile_sort(pack) == -1)
				return false;
			next = riad_packfile_rank(
			    pack, riad_idx_offset(&pack->idx, pos), UINT32_MAX);
		}
		if (next == -1)
			return false;
		rank = (uint32_t)next;
	}

	/* Not to be followed again; to have no memory for that is no harm. */
	while (n > 0)
		(void)riad_numset_add(&s->ended, seen[--n]);
	return true;
}

/* Whether the client will find what the delta leans on, and where. */
enum base_place { NOWHERE, IN_THE_PACK, WITH_THE_CLIENT };

static enum base_place
place_of_base(
    struct riad_send *s, uint32_t p, uint32_t rank, const struct riad_entry *e)
{
	struct send_base base;

	if (send_find_base(s, p, rank, e, &base) == -1 || base.number == -1)
		return NOWHERE;
	if (riad_numset_has(s->set, (uint32_t)base.number))
		return (e->type == RIAD_OFS_DELTA && base.here) ||
			       ends(s, p, rank)
			   ? IN_THE_PACK
			   : NOWHERE;
	return s->thin && client_has(s, (uint32_t)base.number) ? WITH_THE_CLIENT
							       : NOWHERE;
}

int
send_add_target(struct riad_send *s, uint32_t number, uint32_t stored)
{
	if (s->nitems == s->items_cap) {
		size_t cap = s->items_cap == 0 ? 256 : 2 * s->items_cap;
		struct riad_press_item *items =
		    reallocarray(s->items, cap, sizeof(*items));

		if (items == NULL)
			return -1;
		s->items = items;
		s->items_cap = cap;
	}
	enum riad_type type;
	struct riad_oid oid;
	riad_store_oid(s->store, number, &oid);
	if (riad_reader_type(s->reader, number, &type) == -1) {
		char hex[RIAD_OID_HEX_MAX + 1];
		const int err = errno;

		snprintf(s->press.sink->why, sizeof(s->press.sink->why),
		    "unable to read %s: it is %s",
		    riad_oid_hex(hex, &oid, s->store->hash_len),
		    err == ENOENT ? "missing" : "damaged");
		errno = err;
		return -1;
	}
	uint64_t size = 0;
	(void)riad_reader_size(s->reader, number, &size);
	s->items[s->nitems++] = (struct riad_press_item){.oid = oid,
	    .size = size,
	    .stored = stored,
	    .name_hash = name_hash(s, number),
	    .type = (uint8_t)type,
	    .role = RIAD_PRESS_TARGET};
	return riad_numset_add(&s->made, number) == -1 ? -1 : 0;
}

/* Adds an object that a target may lean on. */
static int
add_base(struct riad_send *s, const struct riad_oid *oid, uint64_t kind,
    uint32_t age, enum riad_press_role role)
{
	if (s->nitems == s->items_cap) {
		size_t cap = 2 * s->items_cap + 256;
		struct riad_press_item *items =
		    reallocarray(s->items, cap, sizeof(*items));

		if (items == NULL)
			return -1;
		s->items = items;
		s->items_cap = cap;
	}
	uint64_t size = 0;
	int64_t number = riad_store_quick(s->store, oid);
	if (number != -1)
		(void)riad_reader_size(s->reader, (uint32_t)number, &size);
	s->items[s->nitems++] = (struct riad_press_item){.oid = *oid,
	    .size = size,
	    .name_hash = (uint32_t)kind,
	    .rank = age,
	    .type = (uint8_t)(kind >> 32),
	    .role = (uint8_t)role};
	return 0;
}

/* Trees and blobs that may be better made, or leaned on if they are whole. */
struct whole {
	uint64_t kind;
	uint32_t number;
	uint32_t age;
	uint32_t stored; /* bytes of its entry */
	bool whole;      /* not a delta on what the client has */
	bool home;       /* in the pack that most comes from */
};

struct wholes {
	struct whole *list;
	size_t len, cap;
};

static int
add_whole(struct wholes *w, struct whole whole)
{
	if (w->len == w->cap) {
		size_t cap = w->cap == 0 ? 256 : 2 * w->cap;
		struct whole *list = reallocarray(w->list, cap, sizeof(*list));

		if (list == NULL)
			return -1;
		w->list = list;
		w->cap = cap;
	}
	w->list[w->len++] = whole;
	return 0;
}

/* Whether a stored delta of so many bytes is worth keeping. */
static bool
is_good(const struct riad_send *s, uint32_t number, uint64_t len)
{
	uint64_t size;

	if (len < THIN_DELTA_MAX)
		return true;
	return s->context->exact &&
	       riad_reader_size(s->reader, number, &size) == 0 &&
	       len < size / THIN_DELTA_PART;
}

/* Of so many objects it takes less to sort one than the whole pack. */
enum { PICK_PART = 32 };

/* Gives ranks to what is sent of a pack, and to its bases there. */
static int
give_ranks(const struct riad_send *s, uint32_t p)
{
	struct riad_packfile *pack = pack_of(s, p);
	const struct riad_bits *bits = &s->set->packed;
	const size_t first = s->store->first[p];
	const size_t end = first + pack->idx.count;
	uint32_t max = pack->idx.count / PICK_PART, n = 0;

	if (pack->nranks == pack->idx.count && pack->ends == NULL)
		return 0;
	uint32_t *numbers = reallocarray(NULL, max + 1u, sizeof(*numbers));
	if (numbers == NULL)
		return -1;
	size_t i = riad_bits_next(bits, first);
	for (; n < max && i < end && i < bits->n;
	     i = riad_bits_next(bits, i + 1))
		numbers[n++] = (uint32_t)(i - first);
	int r = n == max ? riad_packfile_sort(pack)
			 : riad_packfile_pick(pack, numbers, n);
	free(numbers);
	return r;
}

/* As an item has it: what is longer isn't known. */
static uint32_t
stored_bytes(uint64_t len)
{
	return len < UINT32_MAX ? (uint32_t)len : 0;
}

/* Sorts the copies of a pack from the rest. */
static int
choose_from(struct riad_send *s, uint32_t p, bool home, struct wholes *wholes,
    struct riad_meter *m)
{
	struct riad_packfile *pack = pack_of(s, p);
	const uint32_t first = s->store->first[p];

	if (give_ranks(s, p) == -1)
		return -1;
	for (uint32_t r = 0; r < pack->nranks; r++) {
		const uint32_t number = first + riad_packfile_index(pack, r);
		struct riad_entry e;

		riad_packfile_prefetch(pack, r + AHEAD);
		if (!riad_numset_has(s->set, number))
			continue;
		if (r % OBJECTS_PER_TICK == 0 &&
		    riad_meter_at(m, m->total) == -1)
			return -1;
		const uint64_t off = riad_packfile_off(pack, r);
		const uint64_t end = riad_packfile_end(pack, r);
		if (end == 0 || riad_packfile_entry(pack, off, &e) == -1) {
			if (send_add_target(s, number, 0) == -1)
				return -1;
			continue;
		}
		enum base_place base = send_is_delta(&e)
					   ? place_of_base(s, p, r, &e)
					   : IN_THE_PACK;
		if (base == NOWHERE) {
			if (send_add_target(s, number, 0) == -1)
				return -1;
			continue;
		}

		/* What the client has under that name may be a better base. */
		if (s->context == NULL ||
		    (send_is_delta(&e) && base == IN_THE_PACK))
			continue;
		if (send_is_delta(&e) && is_good(s, number, end - off))
			continue;
		enum riad_type type = (enum riad_type)e.type;
		if (send_is_delta(&e) &&
		    riad_reader_type(s->reader, number, &type) == -1)
			continue;
		uint32_t hash = name_hash(s, number);
		if ((type == RIAD_TREE || (type == RIAD_BLOB && hash != 0)) &&
		    e.size >= RIAD_PRESS_DELTA_MIN &&
		    e.size <= RIAD_PRESS_DELTA_MAX &&
		    add_whole(wholes,
			(struct whole){.kind = riad_likeness(type, hash),
			    .number = number,
			    .age = r,
			    .stored = stored_bytes(end - off),
			    .whole = !send_is_delta(&e),
			    .home = home}) == -1)
			return -1;
	}
	return 0;
}

static int
by_kind(const void *left, const void *right)
{
	const struct whole *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->age > b->age) - (a->age < b->age);
}

static int
by_number(const void *left, const void *right)
{
	const struct riad_moved *a = left, *b = right;

	return (a->number > b->number) - (a->number < b->number);
}

static int
by_value(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left,
		       b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* The kinds of the targets and of what is whole, each once; NULL if there is
 * no memory. */
static uint64_t *
list_kinds(const struct riad_send *s, const struct wholes *w, size_t *n)
{
	uint64_t *kinds =
	    reallocarray(NULL, s->nitems + w->len + 1, sizeof(*kinds));
	size_t kept = 0;

	*n = 0;
	if (kinds == NULL)
		return NULL;
	for (size_t i = 0; i < s->nitems; i++)
		kinds[(*n)++] = riad_likeness(
		    (enum riad_type)s->items[i].type, s->items[i].name_hash);
	for (size_t i = 0; i < w->len; i++)
		kinds[(*n)++] = w->list[i].kind;
	qsort(kinds, *n, sizeof(*kinds), by_value);
	for (size_t i = 0; i < *n; i++) {
		if (kept == 0 || kinds[kept - 1] != kinds[i])
			kinds[kept++] = kinds[i];
	}
	*n = kept;
	return kinds;
}

static int
take_client_base(
    void *to, uint64_t kind, const struct riad_oid *oid, uint32_t age)
{
	return add_base(to, oid, kind, age, RIAD_PRESS_CLIENT);
}

/* Whether a base of the client's is of that kind; they come kind by kind, from
 * number first of the items on. */
static bool
client_has_kind(const struct riad_send *s, size_t *first, uint64_t kind)
{
	for (; *first < s->nitems; ++*first) {
		const struct riad_press_item *item = &s->items[*first];
		uint64_t k =
		    riad_likeness((enum riad_type)item->type, item->name_hash);

		if (k >= kind)
			return k == kind;
	}
	return false;
}

/* Adds what the client has, and makes of what is whole a target if the client
 * has something like it. */
static int
add_client(struct riad_send *s, struct wholes *w)
{
	const size_t targets = s->nitems;
	size_t n, kept = 0;

	uint64_t *kinds = list_kinds(s, w, &n);
	if (kinds == NULL)
		return -1;
	int r = s->context->alike(
	    s->context->ctx, kinds, n, SEND_BASES, take_client_base, s);
	free(kinds);

	size_t first = targets;
	const size_t bases = s->nitems;
	for (size_t i = 0; r == 0 && i < w->len; i++) {
		const size_t nitems = s->nitems;

		s->nitems = bases;
		bool made = client_has_kind(s, &first, w->list[i].kind);
		s->nitems = nitems;
		if (made)
			r = send_add_target(
			    s, w->list[i].number, w->list[i].stored);
		else
			w->list[kept++] = w->list[i];
	}
	if (r == 0)
		w->len = kept;
	return r;
}

/*
 * Makes targets of what is whole in more packs than one: of one name, all but
 * what the home pack has.  Within a pack it was tried when that was made.
 */
static int
add_across(struct riad_send *s, struct wholes *w)
{
	size_t end, kept = 0;

	for (size_t begin = 0; begin < w->len; begin = end) {
		const struct whole *list = w->list;
		size_t away = 0;

		for (end = begin;
		     end < w->len && list[end].kind == list[begin].kind; end++)
			away += list[end].whole && !list[end].home;
		const bool made = away > 0 && end - begin > 1;
		for (size_t i = begin; i < end; i++) {
			if (!made || !list[i].whole || list[i].home)
				w->list[kept++] = list[i];
			else if (send_add_target(
				     s, list[i].number, list[i].stored) == -1)
				return -1;
		}
	}
	w->len = kept;
	return 0;
}

static int
add_moved(struct riad_send *s, size_t *cap, uint32_t number)
{
	if (s->nmoved == *cap) {
		*cap = *cap == 0 ? 256 : 2 * *cap;
		struct riad_moved *moved =
		    reallocarray(s->moved, *cap, sizeof(*moved));

		if (moved == NULL)
			return -1;
		s->moved = moved;
	}
	s->moved[s->nmoved++] = (struct riad_moved){.number = number};
	return 0;
}

/* Adds some of what is whole and like a target: copies, that are written
 * before the targets. */
static int
add_sent(struct riad_send *s, const struct wholes *w, size_t ntargets)
{
	size_t cap = 0, n = 0, k = 0;
	unsigned same = 0;
	int r = 0;

	uint64_t *kinds = reallocarray(NULL, ntargets + 1, sizeof(*kinds));
	if (kinds == NULL)
		return -1;
	for (size_t i = 0; i < s->nitems; i++) {
		if (s->items[i].role == RIAD_PRESS_TARGET)
			kinds[n++] =
			    riad_likeness((enum riad_type)s->items[i].type,
				s->items[i].name_hash);
	}
	qsort(kinds, n, sizeof(*kinds), by_value);
	for (size_t i = 0; r == 0 && i < w->len; i++) {
		const struct whole *whole = &w->list[i];
		struct riad_oid oid;

		same = i > 0 && whole[-1].kind == whole->kind ? same + 1 : 0;
		while (k < n && kinds[k] < whole->kind)
			k++;
		if (k == n || kinds[k] != whole->kind || same >= SEND_BASES ||
		    !whole->whole)
			continue;
		riad_store_oid(s->store, whole->number, &oid);
		r = add_base(s, &oid, whole->kind, whole->age, RIAD_PRESS_SENT);
		if (r == 0)
			r = add_moved(s, &cap, whole->number);
	}
	free(kinds);
	return r;
}

struct riad_moved *
send_moved(const struct riad_send *s, uint32_t number)
{
	const struct riad_moved key = {.number = number};

	if (s->nmoved == 0)
		return NULL;
	return bsearch(&key, s->moved, s->nmoved, sizeof(*s->moved), by_number);
}

/* The largest of the packs that something is sent of; *n is how many. */
static uint32_t
home_pack(const struct riad_send *s, uint32_t *n)
{
	uint32_t home = 0;

	*n = 0;
	for (uint32_t p = 0; p < s->store->packs.len; p++) {
		if (!send_uses_pack(s, p))
			continue;
		if ((*n)++ == 0 ||
		    pack_of(s, p)->idx.count > pack_of(s, home)->idx.count)
			home = p;
	}
	return home;
}

static int
choose(struct riad_send *s, struct wholes *wholes, struct riad_meter *m)
{
	uint32_t used;
	const uint32_t home = home_pack(s, &used);

	for (uint32_t p = 0; p < s->store->packs.len; p++) {
		if (send_uses_pack(s, p) &&
		    choose_from(s, p, p == home, wholes, m) == -1)
			return -1;
	}
	for (size_t i = riad_bits_next(&s->set->loose, 0); i < s->set->loose.n;
	     i = riad_bits_next(&s->set->loose, i + 1)) {
		if (send_add_target(s, RIAD_LOOSE + (uint32_t)i, 0) == -1)
			return -1;
	}
	if (wholes->len > 0)
		qsort(
		    wholes->list, wholes->len, sizeof(*wholes->list), by_kind);
	if (used > 1 && s->press.window > 0 && s->press.depth > 0 &&
	    s->context != NULL && s->context->name_hash != NULL &&
	    add_across(s, wholes) == -1)
		return -1;
	if (s->thin && s->context != NULL && s->total > 0 &&
	    add_client(s, wholes) == -1)
		return -1;
	const size_t targets = riad_numset_count(&s->made);
	if (targets > 0 && add_sent(s, wholes, targets) == -1)
		return -1;
	return 0;
}

int
send_choose(struct riad_send *s, struct riad_meter *meter)
{
	struct wholes wholes = {.list = NULL};

	int r = choose(s, &wholes, meter);
	int err = errno;
	free(wholes.list);
	errno = err;
	return r;
}
