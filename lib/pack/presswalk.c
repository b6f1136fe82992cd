/* SPDX-License-Identifier: ISC */

#include <stdlib.h>

#include "riad/press.h"

enum { WINDOW = 10, DEPTH = 50 };

/* What riad_press_run gets, and how the list of the walk is found again. */
struct list {
	struct riad_press_item *items;
	size_t n;
	uint32_t *firsts; /* of the client's that are alike */
	size_t nfirsts;
};

static void
add(struct list *l, const struct riad_press *p, uint32_t i, uint8_t role)
{
	l->items[l->n++] = (struct riad_press_item){
	    .oid = *riad_walk_oid(p->walk, i),
	    .at = p->at[i],
	    .name_hash = riad_walk_name_hash(p->walk, i),
	    .rank = i,
	    .type = (uint8_t)riad_walk_type(p->walk, i),
	    .role = role,
	};
}

static int
by_number(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* Adds what the client has of the names that are on the list. */
static int
add_client(struct list *l, const struct riad_press *p, const uint32_t *list,
    uint32_t n)
{
	const uint32_t count = riad_walk_count(p->walk);

	l->firsts = reallocarray(NULL, 2 * (n + (size_t)1), sizeof(uint32_t));
	if (l->firsts == NULL)
		return -1;
	for (uint32_t k = 0; p->thin && k < n; k++) {
		uint32_t *pair = &l->firsts[2 * l->nfirsts];

		pair[1] = list[k];
		if (riad_walk_alike(p->walk, list[k], &pair[0]) > 0)
			l->nfirsts++;
	}
	qsort(l->firsts, l->nfirsts, 2 * sizeof(uint32_t), by_number);
	size_t unique = 0;
	for (size_t k = 0; k < l->nfirsts; k++) {
		if (k > 0 && l->firsts[2 * k] == l->firsts[2 * unique - 2])
			continue;
		l->firsts[2 * unique] = l->firsts[2 * k];
		l->firsts[2 * unique++ + 1] = l->firsts[2 * k + 1];
	}

	struct riad_press_item *items =
	    reallocarray(l->items, count + unique * WINDOW + 1, sizeof(*items));
	if (items == NULL)
		return -1;
	l->items = items;
	for (size_t k = 0; k < unique; k++) {
		uint32_t i = l->firsts[2 * k + 1], first;
		uint32_t alike = riad_walk_alike(p->walk, i, &first);

		for (uint32_t c = 0; c < alike && c < WINDOW; c++) {
			add(l, p, i, RIAD_PRESS_CLIENT);
			items[l->n - 1].oid =
			    *riad_walk_client_oid(p->walk, first + c);
			items[l->n - 1].rank = c;
		}
	}
	return 0;
}

/* What is like nothing on the list is no use, but does no harm. */
static int
make_list(struct list *l, const struct riad_press *p, const uint32_t *list,
    uint32_t n)
{
	const uint32_t count = riad_walk_count(p->walk);

	l->items = reallocarray(NULL, count + 1u, sizeof(*l->items));
	if (l->items == NULL)
		return -1;
	for (uint32_t k = 0; k < n; k++) {
		add(l, p, list[k], RIAD_PRESS_TARGET);
		p->is_delta[list[k]] = true; /* until it is written */
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!p->is_delta[i])
			add(l, p, i, RIAD_PRESS_SENT);
	}
	return add_client(l, p, list, n);
}

int
riad_press_write(struct riad_press *p, const uint32_t *list, uint32_t n)
{
	const struct riad_press_options options = {.window = WINDOW,
	    .depth = DEPTH,
	    .level = -1,
	    .ofs_delta = p->ofs_delta,
	    .sink = p->sink};
	struct list l = {.n = 0};

	int r = make_list(&l, p, list, n);
	if (r == 0)
		r = riad_press_run(
		    p->out, p->odb, l.items, l.n, &options, &p->deltas);
	for (size_t k = 0; r == 0 && k < l.n; k++) {
		const struct riad_press_item *item = &l.items[k];

		if (item->role != RIAD_PRESS_TARGET)
			continue;
		p->at[item->rank] = item->at;
		p->is_delta[item->rank] = item->is_delta;
	}
	free(l.items);
	free(l.firsts);
	return r;
}
