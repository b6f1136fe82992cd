/* SPDX-License-Identifier: ISC */
/*
 * The first byte is the length of a base that follows, the rest a delta.  What
 * is made of them is what a plain reading of the format makes, or both refuse.
 */

#include "riad/patch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MADE_MAX ((size_t)1 << 18)

/* A cursor on the delta, that gives 0 beyond its end, and knows. */
struct cursor {
	const uint8_t *data;
	size_t len, at;
	bool over;
};

static uint8_t
next(struct cursor *c)
{
	if (c->at < c->len)
		return c->data[c->at++];
	c->over = true;
	return 0;
}

static uint64_t
next_size(struct cursor *c)
{
	uint64_t size = 0;

	for (unsigned i = 0; i < 9; i++) {
		uint8_t b = next(c);
		size |= (uint64_t)(b & 127) << 7 * i;
		if (b < 128)
			return size;
	}
	c->over = true;
	return 0;
}

static uint32_t
next_bits(struct cursor *c, unsigned bits)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < 4; i++) {
		if (bits & 1u << i)
			n += (uint32_t)next(c) << 8 * i;
	}
	return n;
}

/* The length of what is made, or -1; at most MADE_MAX. */
static int64_t
plainly(uint8_t *to, const uint8_t *base, size_t base_len, struct cursor c)
{
	uint64_t want_base = next_size(&c), want = next_size(&c);
	uint64_t made = 0;

	if (c.over || want_base != base_len || want > MADE_MAX)
		return -1;
	while (c.at < c.len) {
		uint8_t op = next(&c);

		if (op >= 128) {
			uint32_t from = next_bits(&c, op & 15);
			uint32_t n = next_bits(&c, op >> 4 & 7);
			if (n == 0)
				n = 65536;
			for (uint32_t i = 0; i < n; i++) {
				if (c.over || (uint64_t)from + i >= base_len ||
				    made == want)
					return -1;
				to[made++] = base[from + i];
			}
		} else if (op == 0) {
			return -1;
		}
		for (; op > 0 && op < 128; op--) {
			uint8_t b = next(&c);
			if (c.over || made == want)
				return -1;
			to[made++] = b;
		}
	}
	return made == want ? (int64_t)made : -1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_patch p;

	if (size < 1 || data[0] > size - 1)
		return 0;
	const uint8_t *base = data + 1, *delta = base + data[0];
	const size_t base_len = data[0], len = size - 1 - base_len;
	uint8_t *plain = malloc(MADE_MAX), *made = NULL;
	int64_t n = -1;

	if (plain == NULL)
		return 0;
	if (riad_patch_open(&p, delta, len) == 0 && p.len <= MADE_MAX) {
		made = malloc((size_t)p.len + (p.len == 0));
		if (made != NULL &&
		    riad_patch_apply(&p, made, base, base_len) == 0)
			n = (int64_t)p.len;
	}
	int64_t want = plainly(
	    plain, base, base_len, (struct cursor){.data = delta, .len = len});
	if (n != want || (n > 0 && memcmp(made, plain, (size_t)n) != 0))
		abort();
	free(plain);
	free(made);
	return 0;
}
