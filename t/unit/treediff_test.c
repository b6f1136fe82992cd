/* SPDX-License-Identifier: ISC */

#include "../../lib/pack/treediff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

enum { NAMES = 400 };

static uint32_t
random_number(uint32_t limit)
{
	static uint32_t state = 7;

	state = state * 1664525u + 1013904223u;
	return (state >> 8) % limit;
}

/* Names 0 to 399, each with one of many ids, or 0 for none. */
static void
make_tree(struct riad_buf *buf, const uint8_t ids[NAMES])
{
	buf->len = 0;
	for (unsigned i = 0; i < NAMES; i++) {
		uint8_t id[20];

		if (ids[i] == 0)
			continue;
		memset(id, ids[i], sizeof(id));
		riad_buf_addf(buf, "100644 n%03u%s", i,
		    i % 7 == 0 ? " with a longer name" : "");
		riad_buf_addc(buf, '\0');
		riad_buf_add(buf, id, sizeof(id));
	}
}

static void
change(uint8_t ids[NAMES], uint32_t n)
{
	for (; n > 0; n--)
		ids[random_number(NAMES)] = (uint8_t)random_number(256);
}

static int
name_of(const struct riad_tree_entry *e)
{
	return (int)strtol((const char *)e->name + 1, NULL, 10);
}

/* What the diff yields is exactly what is new, in order. */
static void
test_random(void)
{
	uint8_t was[NAMES] = {0}, is[NAMES] = {0};
	static struct tree_kept kept;
	static struct tree_diff d;
	struct riad_tree_entry e;
	struct riad_buf buf;
	int bad = 0;

	riad_buf_init(&buf, 1 << 20);
	tree_kept_init(&kept);
	for (int round = 0; round < 3000; round++) {
		change(is, round % 9 == 0 ? 300 : random_number(4));
		make_tree(&buf, is);

		/* Of its exact size, so that a sanitizer sees a byte more. */
		uint8_t *data = malloc(buf.len + (buf.len == 0));
		memcpy(data, buf.data, buf.len);
		tree_diff_init(&d, &kept, data, buf.len, RIAD_SHA1_LEN);
		int r = tree_diff_next(&d, &e);
		for (int i = 0; i < NAMES; i++) {
			if (is[i] == 0 || is[i] == was[i])
				continue;
			bad += r != 1 || name_of(&e) != i || e.id[0] != is[i];
			r = tree_diff_next(&d, &e);
		}
		bad += r != 0;
		free(data);
		memcpy(was, is, sizeof(was));
	}
	ok(bad == 0, "what is new, and nothing else");
	ok(kept.nmarks > 5, "compared in blocks");
	tree_kept_free(&kept);
	riad_buf_free(&buf);
}

static int
count(struct tree_kept *kept, const void *data, size_t len)
{
	static struct tree_diff d;
	struct riad_tree_entry e;
	int r, n = 0;

	tree_diff_init(&d, kept, data, len, RIAD_SHA1_LEN);
	while ((r = tree_diff_next(&d, &e)) == 1)
		n++;
	return r == 0 ? n : -1 - n;
}

#define ID "0123456789abcdefghij"

static void
test_edges(void)
{
	static const char ab[] = "40000 a\0" ID "40000 b\0" ID;
	static const char ba[] = "40000 b\0" ID "40000 a\0" ID;
	static const char other[] = "100644 a\0" ID "40000 b\0" ID;
	struct tree_kept kept;
	size_t len = sizeof(ab) - 1;

	tree_kept_init(&kept);
	ok(count(&kept, ab, len) == 2, "all of it is new");
	ok(count(&kept, ab, len) == 0, "none of it is");
	ok(count(&kept, other, sizeof(other) - 1) == 1, "a mode is");
	ok(count(&kept, ab, len) == 1, "and back");
	ok(count(&kept, ba, len) >= 1, "out of order is no harm");
	ok(count(&kept, ab, len - 1) < 0 && errno == EBADMSG, "cut short");
	ok(count(&kept, NULL, 0) == 0, "an empty tree");
	ok(count(&kept, ab, len) == 2, "all of it is new again");

	struct riad_buf big;
	riad_buf_init(&big, (size_t)2 * TREE_KEPT_MAX);
	while (big.len <= TREE_KEPT_MAX)
		riad_buf_add(&big, ab, len);
	int n = (int)(2 * big.len / len);
	ok(count(&kept, big.data, big.len) == n - 2, "too big to be kept");
	ok(count(&kept, big.data, big.len) == n, "so all of it is new");
	riad_buf_free(&big);
	tree_kept_free(&kept);
}

int
main(void)
{
	test_random();
	test_edges();
	return tap_done();
}
