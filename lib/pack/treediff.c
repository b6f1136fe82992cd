/* SPDX-License-Identifier: ISC */

#include "treediff.h"

#include <stdbool.h>
#include <string.h>

void
tree_kept_init(struct tree_kept *kept)
{
	riad_buf_init(&kept->data, TREE_KEPT_MAX);
	kept->nmarks = 0;
}

void
tree_kept_free(struct tree_kept *kept)
{
	riad_buf_free(&kept->data);
	kept->nmarks = 0;
}

void
tree_diff_init(struct tree_diff *d, struct tree_kept *kept, const void *data,
    size_t len, size_t hash_len)
{
	d->kept = kept;
	riad_tree_init(&d->old, kept->data.data, kept->data.len, hash_len);
	riad_tree_init(&d->tree, data, len, hash_len);
	d->start = d->tree.pos;
	d->at = d->nmarks = 0;
}

/* A block may end here, where an entry does. */
static void
mark(struct tree_diff *d)
{
	size_t last = d->nmarks > 0 ? d->marks[d->nmarks - 1] : 0;
	size_t pos = (size_t)(d->tree.pos - d->start);

	if (pos - last >= TREE_BLOCK_MIN && d->nmarks < TREE_MARKS_MAX - 1)
		d->marks[d->nmarks++] = (uint32_t)pos;
}

/* Both go on with the same bytes; the first of them begin an entry in both. */
static bool
skip_bytes(struct tree_diff *d, size_t len)
{
	if ((size_t)(d->old.end - d->old.pos) < len ||
	    (size_t)(d->tree.end - d->tree.pos) < len ||
	    memcmp(d->old.pos, d->tree.pos, len) != 0)
		return false;
	d->old.pos += len;
	d->tree.pos += len;
	mark(d);
	return true;
}

/* What is left of a block of the old tree. */
static bool
skip_block(struct tree_diff *d)
{
	const struct tree_kept *kept = d->kept;
	size_t pos = kept->data.len - (size_t)(d->old.end - d->old.pos);

	while (d->at < kept->nmarks && kept->marks[d->at] <= pos)
		d->at++;
	return d->at < kept->nmarks && skip_bytes(d, kept->marks[d->at] - pos);
}

static int
compare_names(const struct riad_tree_entry *a, const struct riad_tree_entry *b)
{
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int cmp = memcmp(a->name, b->name, len);

	return cmp != 0 ? cmp : (a->name_len > len) - (b->name_len > len);
}

/* Steps over what the old tree has before the name of an entry.  Names are in
 * order in both, so that one pass does. */
static void
catch_up(struct tree_diff *d, const struct riad_tree_entry *entry)
{
	struct riad_tree ahead = d->old;
	struct riad_tree_entry e;

	while (riad_tree_next(&ahead, &e) == 1 && compare_names(&e, entry) < 0)
		d->old = ahead;
}

/* Without a copy, for want of memory too, the next diff is only longer. */
static void
keep(struct tree_diff *d)
{
	struct tree_kept *kept = d->kept;
	size_t len = (size_t)(d->tree.end - d->start);

	kept->data.len = 0;
	kept->nmarks = 0;
	if (riad_buf_add(&kept->data, d->start, len) == -1)
		return;
	d->marks[d->nmarks++] = (uint32_t)len;
	memcpy(kept->marks, d->marks, d->nmarks * sizeof(d->marks[0]));
	kept->nmarks = d->nmarks;
}

int
tree_diff_next(struct tree_diff *d, struct riad_tree_entry *entry)
{
	for (;;) {
		if (skip_block(d))
			continue;

		struct riad_tree ahead = d->tree;
		int r = riad_tree_next(&ahead, entry);
		if (r == 0)
			keep(d);
		if (r != 1)
			return r;
		size_t len = (size_t)(ahead.pos - d->tree.pos);
		if (skip_bytes(d, len))
			continue;
		catch_up(d, entry);
		if (skip_bytes(d, len))
			continue;
		d->tree = ahead;
		mark(d);
		return 1;
	}
}
