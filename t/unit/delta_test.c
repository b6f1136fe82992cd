/* SPDX-License-Identifier: ISC */
/* Deltas: what they say is small, right, and not believed when it is bad. */

#include "riad/delta.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tap.h"

/* Bytes that don't repeat. */
static void
noise(uint8_t *p, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525u + 1013904223u;
		p[i] = (uint8_t)(seed >> 24);
	}
}

static int
encode(struct riad_buf *delta, const uint8_t *base, size_t base_len,
    const uint8_t *target, size_t len)
{
	struct riad_delta_index *index = riad_delta_index_new(base, base_len);
	struct riad_delta d;
	int r = -1;

	if (index == NULL)
		return -1;
	riad_delta_begin(&d, index, target, len, delta);
	while ((r = riad_delta_step(&d)) == 1)
		;
	int err = errno;
	riad_delta_index_free(index);
	errno = err;
	return r;
}

/* The length of the delta, or -1 if it doesn't give the target. */
static long
delta_len(
    const uint8_t *base, size_t base_len, const uint8_t *target, size_t len)
{
	struct riad_buf delta, out;
	long n = -1;

	riad_buf_init(&delta, SIZE_MAX / 2);
	riad_buf_init(&out, len);
	if (encode(&delta, base, base_len, target, len) == 0 &&
	    riad_delta_apply(&out, base, base_len, delta.data, delta.len) ==
		0 &&
	    out.len == len && (len == 0 || memcmp(out.data, target, len) == 0))
		n = (long)delta.len;
	riad_buf_free(&delta);
	riad_buf_free(&out);
	return n;
}

static void
test_small(void)
{
	enum { LEN = 100000 };
	uint8_t *base = malloc(2 * LEN), *target = malloc(2 * LEN);

	noise(base, LEN, 1);
	memcpy(target, base, LEN);
	ok(delta_len(base, LEN, target, LEN) == 3 + 3 + 1 + 4,
	    "equal: two sizes and two copies");
	ok(delta_len(base, LEN, target, 20) <= 3 + 1 + 4, "the start of it");
	ok(delta_len(base, LEN, target + 777, LEN - 777) <= 6 + 14, "the end");

	target[50000] ^= 1;
	ok(delta_len(base, LEN, target, LEN) <= 6 + 14 + 2, "a byte changed");
	memmove(target + 501, target + 500, LEN - 500);
	ok(delta_len(base, LEN, target, LEN + 1) <= 6 + 3 * 7 + 4,
	    "and one inserted");
	memcpy(target, base + LEN / 2, LEN / 2);
	memcpy(target + LEN / 2, base, LEN / 2);
	ok(delta_len(base, LEN, target, LEN) <= 6 + 14, "halves swapped");

	noise(target, LEN, 2);
	long n = delta_len(base, LEN, target, LEN);
	ok(n > LEN && n <= LEN + LEN / 127 + 8, "nothing alike");
	ok(delta_len(base, LEN, target, 0) == 4, "to nothing");
	ok(delta_len(base, 0, target, 10) == 1 + 1 + 11, "from nothing");
	ok(delta_len(base, 0, target, 0) == 2, "neither");
	ok(delta_len(base, 15, base, 15) == 2 + 16, "less than a block");
	ok(delta_len(base, 16, base, 16) == 2 + 2, "a block");
	free(base);
	free(target);
}

static void
test_large(void)
{
	const size_t len = (size_t)40 << 20;
	uint8_t *base = malloc(len), *target = malloc(len);

	noise(base, len, 1);
	memcpy(target, base + 12345, len - 12345);
	ok(delta_len(base, len, target, len - 12345) <=
		8 + (long)(len / 0x10000 + 2) * 7,
	    "a base with gaps between its blocks");
	free(base);
	free(target);
}

static void
test_limit(void)
{
	uint8_t base[4000], target[4000];
	struct riad_buf delta;

	noise(base, sizeof(base), 1);
	memcpy(target, base, sizeof(base));
	noise(target + 1000, 100, 2);
	long n = delta_len(base, sizeof(base), target, sizeof(target));
	ok(n > 100 && n < 130, "a hundred bytes are new: %ld", n);
	riad_buf_init(&delta, (size_t)n);
	ok(encode(&delta, base, sizeof(base), target, sizeof(target)) == 0,
	    "so much is allowed");
	delta.max--;
	errno = 0;
	ok(encode(&delta, base, sizeof(base), target, sizeof(target)) == -1 &&
		errno == EMSGSIZE,
	    "and a byte less is too little");
	riad_buf_free(&delta);
}

/* Content that has all blocks in few chains, and goes on long or not at all,
 * takes time by its length and no more. */
static void
test_hostile(void)
{
	const size_t len = (size_t)2 << 20;
	uint8_t *base = calloc(1, len), *target = calloc(1, len);
	const clock_t start = clock();

	ok(delta_len(base, len, target, len) > 0, "zeros");
	for (size_t i = 0; i < len; i += 24)
		base[i] = (uint8_t)(i >> 3);
	for (size_t i = 0; i < len; i += 40)
		target[i] = (uint8_t)(i >> 4);
	ok(delta_len(base, len, target, len) > 0, "almost zeros");
	noise(base, len, 1);
	noise(target, len, 2);
	for (size_t i = 0; i < len; i += 32) {
		memset(base + i, 0, 16);
		memset(target + i, 0, 16);
	}
	ok(delta_len(base, len, target, len) > 0, "a block again and again");
	ok(clock() - start < 5 * CLOCKS_PER_SEC, "and soon done");
	free(base);
	free(target);
}

static void
test_apply(void)
{
	static const uint8_t base[] = "0123456789";
	static const struct {
		const char *what;
		const char *delta;
		size_t len;
		const char *target; /* NULL if it is bad */
		int err;
	} cases[] = {
	    {"an insert",
		"\x0a\x03\x03"
		"abc",
		6, "abc", 0},
	    {"a copy", "\x0a\x03\x91\x02\x03", 5, "234", 0},
	    {"from the start", "\x0a\x03\x90\x03", 4, "012", 0},
	    {"both",
		"\x0a\x04\x01"
		"a\x91\x07\x03",
		7, "a789", 0},
	    {"to nothing", "\x0a\0", 2, "", 0},
	    {"a size of more bytes than it needs",
		"\x8a\x00\x01\x01"
		"a",
		5, "a", 0},
	    {"nothing", "", 0, NULL, EBADMSG},
	    {"half a size", "\x0a\x80", 2, NULL, EBADMSG},
	    {"no end of a size",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12, NULL,
		EBADMSG},
	    {"another base",
		"\x0b\x03\x03"
		"abc",
		6, NULL, EBADMSG},
	    {"the reserved instruction",
		"\x0a\x01\x00"
		"a",
		4, NULL, EBADMSG},
	    {"a short insert",
		"\x0a\x03\x03"
		"ab",
		5, NULL, EBADMSG},
	    {"a short copy", "\x0a\x03\x91\x02", 4, NULL, EBADMSG},
	    {"a copy past the end", "\x0a\x03\x91\x08\x03", 5, NULL, EBADMSG},
	    {"a copy from past the end", "\x0a\x03\x9f\xff\xff\xff\xff\x03", 8,
		NULL, EBADMSG},
	    {"a copy of 64 KiB", "\x0a\x03\x80", 3, NULL, EBADMSG},
	    {"too little",
		"\x0a\x04\x03"
		"abc",
		6, NULL, EBADMSG},
	    {"too much",
		"\x0a\x02\x03"
		"abc",
		6, NULL, EBADMSG},
	    {"more after the end",
		"\x0a\x03\x03"
		"abc\x01"
		"d",
		8, NULL, EBADMSG},
	    {"more than is allowed", "\x0a\x14\x90\x0a\x90\x0a", 6, NULL,
		EMSGSIZE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_buf out;

		riad_buf_init(&out, 16);
		errno = 0;
		int r = riad_delta_apply(
		    &out, base, 10, cases[i].delta, cases[i].len);
		if (cases[i].target != NULL)
			ok(r == 0 && strcmp(riad_buf_str(&out),
					 cases[i].target) == 0,
			    "%s", cases[i].what);
		else
			ok(r == -1 && errno == cases[i].err, "%s",
			    cases[i].what);
		riad_buf_free(&out);
	}
}

int
main(void)
{
	test_small();
	test_large();
	test_limit();
	test_hostile();
	test_apply();
	return tap_done();
}
