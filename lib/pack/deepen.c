/* SPDX-License-Identifier: ISC */

#include "riad/deepen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	SEEN = 1,
	ADDED = 2, /* its parents were looked at */
	QUEUED = 4,
	EXCLUDED = 8,
	KEPT = 16,

	/* How many excluded commits git looks at in vain, before it believes
	 * that no date is out of order. */
	SLOP = 5,
};

void
riad_deepen_init(struct riad_deepen *d, const struct riad_oidmap *client,
    const struct riad_oidmap *own)
{
	d->client = client;
	d->own = own;
	riad_oidmap_init(&d->shallow, UINT32_MAX);
	riad_oidmap_init(&d->unshallow, UINT32_MAX);
}

void
riad_deepen_free(struct riad_deepen *d)
{
	riad_oidmap_free(&d->shallow);
	riad_oidmap_free(&d->unshallow);
}

static bool
among(const struct riad_oidmap *map, const struct riad_oid *oid)
{
	return map != NULL && riad_oidmap_get(map, oid) != -1;
}

static int
put(struct riad_oidmap *map, const struct riad_oid *oid)
{
	return riad_oidmap_put(map, oid, NULL) == -1 ? -1 : 0;
}

/* A commit that is the last of its line, or that isn't. */
static int
tell(struct riad_deepen *d, const struct riad_oid *oid, bool last)
{
	if (last)
		return among(d->client, oid) ? 0 : put(&d->shallow, oid);
	return among(d->client, oid) ? put(&d->unshallow, oid) : 0;
}

/* The commit's number, -2 if the object leads to none, or -1. */
static int64_t
add_commit(struct riad_graph *g, const struct riad_oid *oid)
{
	struct riad_oid commit;

	int r = riad_peel_to_commit(g->odb, &commit, oid);
	if (r != 1)
		return r == 0 ? -2 : -1;
	return riad_graph_add(g, &commit);
}

static int
load(struct riad_graph *g, uint32_t c)
{
	int r = riad_graph_load(g, c);

	if (r == 0)
		errno = ENOENT;
	return r == 1 ? 0 : -1;
}

int
riad_deepen_by_depth(struct riad_deepen *d, struct riad_graph *g,
    const struct riad_oid *from, size_t n, uint32_t depth)
{
	for (size_t i = 0; i < n; i++) {
		if (add_commit(g, &from[i]) == -1)
			return -1;
	}

	/* A fresh graph numbers parents as they are loaded: so the numbers go
	 * by distance, and a level ends where the graph did when the one
	 * before it had been loaded. */
	uint32_t distance = 0, level_end = g->ids.len;
	for (uint32_t c = 0; c < g->ids.len; c++) {
		if (c == level_end) {
			distance++;
			level_end = g->ids.len;
		}
		const struct riad_oid oid = g->ids.oids[c];
		bool last =
		    (depth != RIAD_DEPTH_INFINITE && distance + 1 >= depth) ||
		    among(d->own, &oid) || among(g->cuts, &oid);
		if ((!last && load(g, c) == -1) || tell(d, &oid, last) == -1)
			return -1;
	}
	return 0;
}

int
riad_deepen_whole(struct riad_deepen *d)
{
	for (uint32_t i = 0; d->client != NULL && i < d->client->len; i++) {
		if (put(&d->unshallow, &d->client->oids[i]) == -1)
			return -1;
	}
	return 0;
}

struct numbers {
	uint32_t *n;
	size_t len, cap;
};

static int
append(struct numbers *list, uint32_t c)
{
	if (list->len == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 256;
		uint32_t *n = reallocarray(list->n, cap, sizeof(*n));
		if (n == NULL)
			return -1;
		list->n = n;
		list->cap = cap;
	}
	list->n[list->len++] = c;
	return 0;
}

/* A search, and the queue of commits to look at: a heap, the newest on top,
 * of equal ones the first that came. */
struct search {
	struct riad_graph *g;
	uint64_t since;
	struct numbers kept, marking;
	struct queued {
		int64_t date;
		uint64_t turn;
		uint32_t commit;
	} * heap;
	size_t len, cap;
	size_t included; /* of the queued, those that aren't excluded */
	uint64_t turns;
};

static bool
is_old(const struct search *s, uint32_t c)
{
	int64_t date = s->g->nodes[c].date;

	return (date < 0 ? 0 : (uint64_t)date) < s->since;
}

static bool
before(const struct queued *a, const struct queued *b)
{
	return a->date != b->date ? a->date > b->date : a->turn < b->turn;
}

/* A commit that is loaded. */
static int
enqueue(struct search *s, uint32_t c)
{
	if (s->len == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 256;
		struct queued *heap = reallocarray(s->heap, cap, sizeof(*heap));
		if (heap == NULL)
			return -1;
		s->heap = heap;
		s->cap = cap;
	}
	struct queued q = {s->g->nodes[c].date, s->turns++, c};
	size_t i = s->len++;
	while (i > 0 && before(&q, &s->heap[(i - 1) / 2])) {
		s->heap[i] = s->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	s->heap[i] = q;
	s->g->nodes[c].flags |= SEEN | QUEUED;
	s->included += !(s->g->nodes[c].flags & EXCLUDED);
	return 0;
}

static uint32_t
dequeue(struct search *s)
{
	uint32_t c = s->heap[0].commit;
	const struct queued q = s->heap[--s->len];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < s->len) {
		if (child + 1 < s->len &&
		    before(&s->heap[child + 1], &s->heap[child]))
			child++;
		if (!before(&s->heap[child], &q))
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = q;
	s->g->nodes[c].flags &= ~(uint32_t)QUEUED;
	s->included -= !(s->g->nodes[c].flags & EXCLUDED);
	return c;
}

static void
exclude(struct search *s, uint32_t c)
{
	uint32_t *flags = &s->g->nodes[c].flags;

	if ((*flags & (QUEUED | EXCLUDED)) == QUEUED)
		s->included--;
	*flags |= EXCLUDED;
}

static uint32_t
parent(const struct riad_graph *g, uint32_t c, uint32_t i)
{
	return g->parents[g->nodes[c].parents + i];
}

/* Excludes what can be reached from a commit, as far as it is known. */
static int
exclude_parents(struct search *s, uint32_t c)
{
	struct riad_graph *g = s->g;

	s->marking.len = 0;
	if (append(&s->marking, c) == -1)
		return -1;
	while (s->marking.len > 0) {
		c = s->marking.n[--s->marking.len];
		for (uint32_t i = 0; i < g->nodes[c].nparents; i++) {
			uint32_t p = parent(g, c, i);
			if (g->nodes[p].flags & EXCLUDED)
				continue;
			exclude(s, p);
			if (g->nodes[p].loaded && append(&s->marking, p) == -1)
				return -1;
		}
	}
	return 0;
}

static int
look_at_parents(struct search *s, uint32_t c)
{
	struct riad_graph *g = s->g;
	bool excluded = g->nodes[c].flags & EXCLUDED;

	if (g->nodes[c].flags & ADDED)
		return 0;
	g->nodes[c].flags |= ADDED;
	for (uint32_t i = 0; i < g->nodes[c].nparents; i++) {
		uint32_t p = parent(g, c, i);

		if (excluded)
			exclude(s, p);
		if (load(g, p) == -1) {
			/* What nobody gets may be missing. */
			if (excluded && errno != ENOMEM)
				continue;
			return -1;
		}
		if (excluded && exclude_parents(s, p) == -1)
			return -1;
		if (!(g->nodes[p].flags & SEEN) && enqueue(s, p) == -1)
			return -1;
	}
	return 0;
}

/* From the newest commit to older ones, until all that is left is excluded
 * and older than what was kept last. */
static int
search_excluding(struct search *s)
{
	int64_t date = INT64_MAX;
	int slop = SLOP;

	while (s->len > 0 && slop > 0) {
		uint32_t c = dequeue(s);

		if (is_old(s, c))
			exclude(s, c);
		if (look_at_parents(s, c) == -1)
			return -1;
		if (!(s->g->nodes[c].flags & EXCLUDED)) {
			date = s->g->nodes[c].date;
			if (append(&s->kept, c) == -1)
				return -1;
			continue;
		}
		if (exclude_parents(s, c) == -1)
			return -1;
		bool open =
		    s->len > 0 && (date <= s->heap[0].date || s->included > 0);
		slop = open ? SLOP : slop - 1;
	}
	return 0;
}

/* The list of those kept is the queue as well. */
static int
search_all(struct search *s)
{
	struct riad_graph *g = s->g;
	size_t kept = 0;

	for (size_t i = 0; i < s->kept.len; i++) {
		uint32_t c = s->kept.n[i];

		if (load(g, c) == -1)
			return -1;
		if (is_old(s, c))
			continue;
		s->kept.n[kept++] = c;
		for (uint32_t k = 0; k < g->nodes[c].nparents; k++) {
			uint32_t p = parent(g, c, k);
			if (g->nodes[p].flags & SEEN)
				continue;
			g->nodes[p].flags |= SEEN;
			if (append(&s->kept, p) == -1)
				return -1;
		}
	}
	s->kept.len = kept;
	return 0;
}

static int
begin_excluding(
    struct search *s, const struct riad_oid *oids, size_t n, bool excluded)
{
	for (size_t i = 0; i < n; i++) {
		int64_t c = add_commit(s->g, &oids[i]);

		if (c == -2)
			continue;
		if (c == -1 || load(s->g, (uint32_t)c) == -1)
			return -1;
		if (excluded) {
			exclude(s, (uint32_t)c);
			if (exclude_parents(s, (uint32_t)c) == -1)
				return -1;
		}
		if (!(s->g->nodes[c].flags & SEEN) &&
		    enqueue(s, (uint32_t)c) == -1)
			return -1;
	}
	return 0;
}

static int
begin_all(struct search *s, const struct riad_oid *oids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t c = add_commit(s->g, &oids[i]);

		if (c == -1)
			return -1;
		if (c == -2 || s->g->nodes[c].flags & SEEN)
			continue;
		s->g->nodes[c].flags |= SEEN;
		if (append(&s->kept, (uint32_t)c) == -1)
			return -1;
	}
	return 0;
}

/* 1, or 0 if none is kept. */
static int
tell_kept(struct riad_deepen *d, const struct search *s)
{
	const struct riad_graph *g = s->g;
	bool any = false;

	for (size_t i = 0; i < s->kept.len; i++) {
		struct riad_commit_node *node = &g->nodes[s->kept.n[i]];
		if (!(node->flags & EXCLUDED))
			node->flags |= KEPT;
	}
	for (size_t i = 0; i < s->kept.len; i++) {
		uint32_t c = s->kept.n[i];
		const struct riad_oid *oid = &g->ids.oids[c];
		bool last = among(d->own, oid) || among(g->cuts, oid);

		if (!(g->nodes[c].flags & KEPT))
			continue;
		any = true;
		for (uint32_t k = 0; k < g->nodes[c].nparents && !last; k++)
			last = !(g->nodes[parent(g, c, k)].flags & KEPT);
		if (tell(d, oid, last) == -1)
			return -1;
	}
	return any;
}

int
riad_deepen_by_revs(struct riad_deepen *d, struct riad_graph *g,
    const struct riad_oid *from, size_t n, uint64_t since,
    const struct riad_oid *without, size_t nwithout)
{
	struct search s = {.g = g, .since = since};
	int r;

	if (nwithout == 0) {
		r = begin_all(&s, from, n);
		if (r == 0)
			r = search_all(&s);
	} else {
		r = begin_excluding(&s, without, nwithout, true);
		if (r == 0)
			r = begin_excluding(&s, from, n, false);
		if (r == 0)
			r = search_excluding(&s);
	}
	if (r == 0)
		r = tell_kept(d, &s);
	free(s.heap);
	free(s.kept.n);
	free(s.marking.n);
	return r;
}
