/* SPDX-License-Identifier: ISC */

#include "riad/ewah.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define RLW(bit, run, literals)                                                \
	((uint64_t)(literals) << 33 | (uint64_t)(run) << 1 | (bit))
#define ONES UINT64_MAX

enum { MAX = 16 };

/* The words of a compressed set, as a file has them; returns its length. */
static size_t
put(uint8_t *file, uint32_t nbits, const uint64_t *words, uint32_t count)
{
	uint8_t *p = file;

	for (int i = 24; i >= 0; i -= 8)
		*p++ = (uint8_t)(nbits >> i);
	for (int i = 24; i >= 0; i -= 8)
		*p++ = (uint8_t)(count >> i);
	for (uint32_t w = 0; w < count; w++) {
		for (int i = 56; i >= 0; i -= 8)
			*p++ = (uint8_t)(words[w] >> i);
	}
	memset(p, 0, 4);
	return (size_t)(p + 4 - file);
}

static const struct {
	const char *what;
	size_t n;
	uint64_t words[MAX];
	uint32_t count;
	uint64_t want[4]; /* after or into nothing */
	bool fails;
} cases[] = {
    {"no words", 100, {0}, 0, {0}, false},
    {"an empty run", 100, {0}, 1, {0}, false},
    {"no bits at all", 0, {0}, 1, {0}, false},
    {"literals", 256, {RLW(0, 0, 2), 5, 6}, 3, {5, 6}, false},
    {"a run of zeros", 256, {RLW(0, 2, 1), 7}, 2, {0, 0, 7}, false},
    {"a run of ones", 256, {RLW(1, 3, 1), 7}, 2, {ONES, ONES, ONES, 7}, false},
    {"ones to the end", 256, {RLW(1, 4, 0)}, 1, {ONES, ONES, ONES, ONES},
	false},
    {"several runs", 256, {RLW(1, 1, 1), 8, RLW(0, 0, 0), RLW(1, 1, 1), 9}, 5,
	{ONES, 8, ONES, 9}, false},
    {"zeros beyond the end", 100, {RLW(0, UINT32_MAX, 2), 0, 0}, 3, {0}, false},
    {"half a word", 100, {RLW(1, 1, 1), 0xfffffffff}, 2, {ONES, 0xfffffffff},
	false},
    {"zeros from before the end", 100, {RLW(0, 0, 1), 3, RLW(0, 2, 1), 0}, 4,
	{3}, false},
    {"a word after those", 100, {RLW(0, 0, 1), 3, RLW(0, 2, 1), 1}, 4, {3},
	true},
    {"ones from before the end", 128, {RLW(0, 0, 1), 3, RLW(1, 2, 0)}, 3, {3},
	true},
    {"a bit too many", 100, {RLW(1, 1, 1), 0x1000000000}, 2, {ONES, 0}, true},
    {"half a word of ones", 100, {RLW(1, 2, 0)}, 1, {0}, true},
    {"ones after it", 100, {RLW(0, 2, 0), RLW(1, 1, 0)}, 2, {0}, true},
    {"ones without end", 256, {RLW(1, UINT32_MAX, 0)}, 1, {0}, true},
    {"a word after the end", 128, {RLW(0, 0, 3), 1, 2, 3}, 4, {1, 2}, true},
    {"a word after zeros", 128, {RLW(0, 9, 1), 1}, 2, {0}, true},
    {"ones after no bits", 0, {RLW(1, 1, 0)}, 1, {0}, true},
    {"a bit after no bits", 0, {RLW(0, 0, 1), 1}, 2, {0}, true},
    {"fewer literals than said", 256, {RLW(0, 0, 2), 1}, 2, {0}, true},
    {"none of very many", 256, {RLW(0, 0, 0x7fffffff)}, 1, {0}, true},
};

static bool
is(const struct riad_bits *bits, const uint64_t want[4])
{
	for (size_t i = 0; i < 4; i++) {
		uint64_t word = i * 64 < bits->n ? bits->words[i] : 0;
		if (word != want[i])
			return false;
	}
	return true;
}

static void
test_cases(void)
{
	uint8_t file[12 + 8 * MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = put(file, 1, cases[i].words, cases[i].count);
		int want = cases[i].fails ? -1 : 0;
		struct riad_bits a, flips;
		struct riad_ewah e;

		ok(riad_ewah_parse(&e, file, len) == (ssize_t)len, "%s: parsed",
		    cases[i].what);
		if (riad_bits_init(&a, cases[i].n) == -1 ||
		    riad_bits_init(&flips, riad_ewah_flips_n(a.n)) == -1)
			exit(1);
		errno = 0;
		ok(riad_ewah_or(&a, &e) == want &&
			(errno == EBADMSG) == cases[i].fails,
		    "  or");
		ok(is(&a, cases[i].want), "  into nothing");
		if (!cases[i].fails)
			ok(riad_ewah_count(&e) == riad_bits_count(&a),
			    "  counted");

		/* Twice is not at all; ones stay, whatever is xored. */
		ok(riad_ewah_xor(&a, &e) == want, "  xor");
		ok(is(&a, cases[0].want) || cases[i].fails, "  to nothing");
		riad_bits_clear(&a);
		ok(riad_ewah_xor_later(&a, &flips, &e) == want, "  later");
		riad_ewah_settle(&a, &flips);
		ok(is(&a, cases[i].want), "  settled");
		ok(riad_bits_count(&flips) == 0, "  and no more");
		if (a.n > 0)
			riad_bits_add(&a, a.n - 1);
		ok(riad_ewah_load(&a, &e) == want, "  load");
		ok(is(&a, cases[i].want), "  over what was there");
		riad_bits_free(&a);
		riad_bits_free(&flips);
	}
}

static void
test_cut(void)
{
	const uint64_t words[] = {RLW(1, 1, 1), 8, RLW(1, 1, 0)};
	uint8_t file[12 + 8 * 3 + 1] = {0};
	size_t len = put(file, 192, words, 3);
	struct riad_ewah e;
	int parsed = 0;

	for (size_t n = 0; n < len; n++)
		parsed += riad_ewah_parse(&e, file, n) != -1;
	ok(parsed == 0 && errno == EBADMSG, "cut short");
	ok(riad_ewah_parse(&e, file, len + 1) == (ssize_t)len &&
		e.nbits == 192 && e.nwords == 3,
	    "what follows is left");
	file[len - 1] = 2;
	ok(riad_ewah_parse(&e, file, len) == (ssize_t)len, "a last run");
	file[len - 1] = 3;
	ok(riad_ewah_parse(&e, file, len) == -1, "a last run past the end");
	memset(file + 4, 0xff, 4);
	ok(riad_ewah_parse(&e, file, len) == -1, "words past the end");
}

/* A set of n bits in stretches of some kind, from seed. */
static void
fill(struct riad_bits *bits, size_t n, unsigned *seed)
{
	if (riad_bits_init(bits, n) == -1)
		exit(1);
	for (size_t i = 0; i < n;) {
		size_t len = (size_t)rand_r(seed) % 400;
		int kind = rand_r(seed) % 3;

		for (; len > 0 && i < n; len--, i++) {
			if (kind == 1 || (kind == 2 && rand_r(seed) % 2))
				riad_bits_add(bits, i);
		}
	}
}

static bool
same(const struct riad_bits *a, const struct riad_bits *b)
{
	for (size_t i = 0; i < a->n; i++) {
		if (riad_bits_has(a, i) != riad_bits_has(b, i))
			return false;
	}
	return true;
}

static void
test_write(void)
{
	static const size_t sizes[] = {0, 1, 63, 64, 65, 128, 1000, 20000};
	unsigned seed = 1;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		bool good = true;

		for (int round = 0; round < 50; round++) {
			struct riad_bits a, b, c, flips;
			struct riad_ewah e, f;
			struct riad_buf buf;

			fill(&a, sizes[i], &seed);
			fill(&b, sizes[i], &seed);
			fill(&c, sizes[i], &seed);
			if (riad_bits_init(
				&flips, riad_ewah_flips_n(sizes[i])) == -1)
				exit(1);
			riad_buf_init(&buf, 1 << 20);
			riad_buf_addstr(&buf, "before");
			good &= riad_ewah_write(&buf, &a) == 0;
			size_t end = buf.len;
			good &= riad_ewah_write(&buf, &b) == 0;
			good &= riad_ewah_parse(&e, buf.data + 6, end - 6) ==
				    (ssize_t)(end - 6) &&
				riad_ewah_parse(&f, buf.data + end,
				    buf.len - end) == (ssize_t)(buf.len - end);
			good &= e.nbits == sizes[i];
			good &= riad_ewah_count(&e) == riad_bits_count(&a);
			good &= riad_ewah_load(&c, &e) == 0 && same(&c, &a);

			/* a ^ b, in two ways */
			good &= riad_ewah_xor(&c, &f) == 0;
			for (size_t k = 0; k < sizes[i]; k++)
				good &= riad_bits_has(&c, k) ==
					(riad_bits_has(&a, k) !=
					    riad_bits_has(&b, k));
			good &= riad_ewah_xor_later(&c, &flips, &f) == 0 &&
				riad_ewah_xor_later(&c, &flips, &e) == 0;
			riad_ewah_settle(&c, &flips);
			good &= riad_bits_count(&c) == 0;

			good &= riad_ewah_or(&a, &f) == 0;
			riad_bits_or(&b, &a);
			good &= same(&a, &b);
			riad_buf_free(&buf);
			riad_bits_free(&a);
			riad_bits_free(&b);
			riad_bits_free(&c);
			riad_bits_free(&flips);
		}
		ok(good, "sets of %zu bits, written and read", sizes[i]);
	}
}

static void
test_write_bytes(void)
{
	static const uint8_t want[] = {0, 0, 1, 0, 0, 0, 0, 3, /* 256, 3 */
	    0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 5,    /* ones, 5 */
	    0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2};               /* zeros */
	struct riad_bits bits;
	struct riad_buf buf;

	if (riad_bits_init(&bits, 256) == -1)
		exit(1);
	bits.words[0] = ONES;
	bits.words[1] = 5;
	riad_buf_init(&buf, sizeof(want));
	ok(riad_ewah_write(&buf, &bits) == 0 && buf.len == sizeof(want) &&
		memcmp(buf.data, want, sizeof(want)) == 0,
	    "what is written");
	riad_buf_free(&buf);
	for (size_t max = 0; max < sizeof(want); max++) {
		riad_buf_init(&buf, max);
		if (riad_ewah_write(&buf, &bits) != -1 || errno != EMSGSIZE ||
		    buf.len != 0)
			break;
		riad_buf_free(&buf);
	}
	ok(buf.max == sizeof(want) - 1, "too little room");
	riad_bits_free(&bits);
}

int
main(void)
{
	test_cases();
	test_cut();
	test_write();
	test_write_bytes();
	return tap_done();
}
