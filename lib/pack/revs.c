/* SPDX-License-Identifier: ISC */
/*
 * Marks flow from the tips to the parents, newest commit first.  A commit
 * whose turn comes with the mark WANT alone is listed.  Where dates lie, the
 * mark HAVE reaches some only after their turn: it is then carried on at once
 * through everything that was already expanded, and at the end those that
 * have it are struck from the list.
 *
 * That is exact if it goes on to the roots.  It ends much sooner: when nothing
 * is left to be listed, and the client's commits that are still queued are
 * older than all that was listed, by a margin.
 */

#include "revs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * The margin: clocks that are off by a day at most do no harm, and a commit
 * with a date out of all order does none if it comes up among the next so
 * many.  Beyond that a commit which the client has may be listed, never one
 * left out that it lacks.
 */
enum { MARGIN_SECONDS = 24 * 60 * 60, MARGIN_COMMITS = 64 };

void
revs_init(struct revs *r, const struct riad_odb *odb)
{
	*r = (struct revs){.oldest = INT64_MAX};
	riad_graph_init(&r->graph, odb);
}

void
revs_free(struct revs *r)
{
	riad_graph_free(&r->graph);
	free(r->heap);
	free(r->stack);
	free(r->list);
	*r = (struct revs){.graph = r->graph};
}

/* The array, with room for one more of size bytes; NULL with errno. */
static void *
grow(void *array, uint32_t len, uint32_t *cap, size_t size)
{
	if (len < *cap)
		return array;
	uint32_t want = *cap == 0 ? 64 : 2 * *cap;
	void *bigger = reallocarray(array, want, size);
	if (bigger != NULL)
		*cap = want;
	return bigger;
}

int
revs_add(struct revs *r, const struct riad_oid *oid, uint32_t mark)
{
	int64_t n = riad_graph_add(&r->graph, oid);

	if (n == -1)
		return -1;
	r->graph.nodes[n].flags |= mark;
	return 0;
}

/* Equal dates go by number, that is, as they were come upon. */
static bool
before(const struct revs_entry *a, const struct revs_entry *b)
{
	return a->date != b->date ? a->date > b->date : a->n < b->n;
}

static int
heap_push(struct revs *r, struct revs_entry e)
{
	struct revs_entry *heap =
	    grow(r->heap, r->heap_len, &r->heap_cap, sizeof(e));

	if (heap == NULL)
		return -1;
	r->heap = heap;

	uint32_t i = r->heap_len++;
	while (i > 0 && before(&e, &r->heap[(i - 1) / 2])) {
		r->heap[i] = r->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	r->heap[i] = e;
	return 0;
}

static uint32_t
heap_pop(struct revs *r)
{
	uint32_t top = r->heap[0].n, len = --r->heap_len;
	struct revs_entry e = r->heap[len];
	uint32_t i = 0;

	for (uint32_t child; (child = 2 * i + 1) < len; i = child) {
		if (child + 1 < len &&
		    before(&r->heap[child + 1], &r->heap[child]))
			child++;
		if (!before(&r->heap[child], &e))
			break;
		r->heap[i] = r->heap[child];
	}
	r->heap[i] = e;
	return top;
}

static bool
only_wanted(uint32_t flags)
{
	return (flags & (REVS_WANT | REVS_HAVE)) == REVS_WANT;
}

/* Loads commit n, which has its mark, and queues it, once. */
static int
enqueue(struct revs *r, uint32_t n)
{
	static const uint32_t done = REVS_QUEUED | REVS_EXPANDED | REVS_MISSING;

	if (r->graph.nodes[n].flags & done)
		return 0;
	r->at = n;
	int found = riad_graph_load(&r->graph, n);
	if (found == -1)
		return -1;

	/* No failure yet: the client may turn out to have what lacks here. */
	struct riad_commit_node *node = &r->graph.nodes[n];
	if (found == 0) {
		node->flags |= REVS_MISSING;
		return 0;
	}
	if (heap_push(r, (struct revs_entry){node->date, n}) == -1)
		return -1;
	node->flags |= REVS_QUEUED;
	r->wanted += only_wanted(node->flags);
	return 0;
}

static int
mark_one(struct revs *r, uint32_t n)
{
	struct riad_commit_node *node = &r->graph.nodes[n];

	if (node->flags & REVS_HAVE)
		return 0;
	if (node->flags & REVS_QUEUED)
		r->wanted--;
	node->flags |= REVS_HAVE;
	if (!(node->flags & REVS_EXPANDED))
		return 0;

	uint32_t *stack =
	    grow(r->stack, r->stack_len, &r->stack_cap, sizeof(n));
	if (stack == NULL)
		return -1;
	r->stack = stack;
	r->stack[r->stack_len++] = n;
	return 0;
}

/* The client has n, and so its ancestors, as far as they were seen. */
static int
mark_have(struct revs *r, uint32_t n)
{
	if (mark_one(r, n) == -1)
		return -1;
	while (r->stack_len > 0) {
		const struct riad_commit_node *node =
		    &r->graph.nodes[r->stack[--r->stack_len]];
		for (uint32_t i = 0; i < node->nparents; i++) {
			if (mark_one(r, r->graph.parents[node->parents + i]) ==
			    -1)
				return -1;
		}
	}
	return 0;
}

static int
list(struct revs *r, uint32_t n)
{
	uint32_t *bigger = grow(r->list, r->nlist, &r->list_cap, sizeof(n));

	if (bigger == NULL)
		return -1;
	r->list = bigger;
	r->list[r->nlist++] = n;
	if (r->oldest > r->graph.nodes[n].date)
		r->oldest = r->graph.nodes[n].date;
	return 0;
}

static int
expand(struct revs *r, uint32_t n)
{
	struct riad_commit_node *node = &r->graph.nodes[n];
	bool wanted = only_wanted(node->flags);
	size_t first = node->parents, end = first + node->nparents;

	r->at = n;
	node->flags = (node->flags & ~(uint32_t)REVS_QUEUED) | REVS_EXPANDED;
	r->wanted -= wanted;
	if (wanted && list(r, n) == -1)
		return -1;
	for (size_t i = first; i < end; i++) {
		uint32_t parent = r->graph.parents[i];

		if (wanted)
			r->graph.nodes[parent].flags |= REVS_WANT;
		else if (mark_have(r, parent) == -1)
			return -1;
		if (enqueue(r, parent) == -1)
			return -1;
	}
	return 0;
}

/* Nothing that is queued can change the list, as far as dates tell. */
static bool
settled(struct revs *r)
{
	if (r->heap_len == 0)
		return true;
	if (r->wanted > 0)
		return false;
	if (r->nlist == 0)
		return true;
	if (r->heap[0].date >= r->oldest - MARGIN_SECONDS) {
		r->slop = 0;
		return false;
	}
	return r->slop++ == MARGIN_COMMITS;
}

/* Strikes from the list what the client turned out to have. */
static int
finish(struct revs *r)
{
	const struct riad_commit_node *nodes = r->graph.nodes;
	uint32_t kept = 0;

	for (uint32_t n = 0; n < r->graph.ids.len; n++) {
		if ((nodes[n].flags & REVS_MISSING) &&
		    only_wanted(nodes[n].flags)) {
			r->at = n;
			errno = ENOENT;
			return -1;
		}
	}
	for (uint32_t i = 0; i < r->nlist; i++) {
		if (!(nodes[r->list[i]].flags & REVS_HAVE))
			r->list[kept++] = r->list[i];
	}
	r->nlist = kept;
	return 0;
}

int
revs_step(struct revs *r)
{
	/* At first the graph holds the tips and nothing else. */
	if (!r->started) {
		r->started = true;
		for (uint32_t i = 0, tips = r->graph.ids.len; i < tips; i++) {
			if (enqueue(r, i) == -1)
				return -1;
		}
	}
	if (settled(r))
		return finish(r);
	return expand(r, heap_pop(r)) == -1 ? -1 : 1;
}
