/* SPDX-License-Identifier: ISC */

#include "riad/ewah.h"

#include <errno.h>
#include <string.h>

enum {
	WORD = 8,
	HEAD = 4 + 4, /* the number of bits, and of words */
	TAIL = 4,     /* where the last run-length word is: for appending */
};

/*
 * A run-length word: from its lowest bit on, a bit, how many words consist
 * of it, and how many words follow as they are.
 */
#define RUN_SHIFT 1
#define LITERALS_SHIFT 33
#define RUN_MAX UINT32_MAX

enum op { OR, XOR, XOR_LATER };

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static uint64_t
be64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

static size_t
words_of(size_t n)
{
	return n / 64 + (n % 64 != 0);
}

ssize_t
riad_ewah_parse(struct riad_ewah *ewah, const uint8_t *data, size_t len)
{
	*ewah = (struct riad_ewah){.words = NULL};
	if (len < HEAD + TAIL)
		return bad();
	uint32_t nwords = be32(data + 4);
	if (nwords > (len - HEAD - TAIL) / WORD)
		return bad();
	size_t size = (size_t)nwords * WORD;
	uint32_t last = be32(data + HEAD + size);
	if (last > 0 && last >= nwords)
		return bad();
	ewah->words = data + HEAD;
	ewah->nwords = nwords;
	ewah->nbits = be32(data);
	return (ssize_t)(HEAD + size + TAIL);
}

static void
toggle(struct riad_bits *bits, size_t i)
{
	bits->words[i / 64] ^= (uint64_t)1 << i % 64;
}

/* Words [from, from + count) of to consist of ones in the other set. */
static void
apply_ones(struct riad_bits *to, struct riad_bits *flips, enum op op,
    size_t from, size_t count)
{
	switch (op) {
	case OR:
		memset(to->words + from, 0xff, count * sizeof(*to->words));
		break;
	case XOR:
		for (size_t i = from; i < from + count; i++)
			to->words[i] = ~to->words[i];
		break;
	case XOR_LATER:
		toggle(flips, from);
		toggle(flips, from + count);
		break;
	}
}

static void
apply_words(uint64_t *to, const uint8_t *words, enum op op, size_t count)
{
	if (op == OR) {
		for (size_t i = 0; i < count; i++)
			to[i] |= be64(words + i * WORD);
	} else {
		for (size_t i = 0; i < count; i++)
			to[i] ^= be64(words + i * WORD);
	}
}

static int
apply(struct riad_bits *to, struct riad_bits *flips, enum op op,
    const struct riad_ewah *ewah)
{
	const size_t whole = to->n / 64, nwords = words_of(to->n);
	size_t at = 0; /* words of to that were passed */

	for (size_t i = 0; i < ewah->nwords;) {
		uint64_t rlw = be64(ewah->words + i++ * WORD);
		size_t run = rlw >> RUN_SHIFT & RUN_MAX;
		size_t literals = rlw >> LITERALS_SHIFT;

		if (literals > ewah->nwords - i)
			return bad();
		if ((rlw & 1) == 0) {
			at += run < nwords - at ? run : nwords - at;
		} else if (run > 0) {
			/* The last word, if it isn't whole, can't be ones. */
			if (at > whole || run > whole - at)
				return bad();
			apply_ones(to, flips, op, at, run);
			at += run;
		}

		const uint8_t *words = ewah->words + i * WORD;
		size_t fit = literals < nwords - at ? literals : nwords - at;
		if (fit > 0)
			apply_words(to->words + at, words, op, fit);
		at += fit;
		if (at == nwords && nwords > whole &&
		    to->words[whole] >> to->n % 64 != 0) {
			to->words[whole] &= ~(UINT64_MAX << to->n % 64);
			return bad();
		}
		for (size_t k = fit; k < literals; k++) {
			if (be64(words + k * WORD) != 0)
				return bad();
		}
		i += literals;
	}
	return 0;
}

int
riad_ewah_or(struct riad_bits *to, const struct riad_ewah *ewah)
{
	return apply(to, NULL, OR, ewah);
}

int
riad_ewah_xor(struct riad_bits *to, const struct riad_ewah *ewah)
{
	return apply(to, NULL, XOR, ewah);
}

int
riad_ewah_load(struct riad_bits *to, const struct riad_ewah *ewah)
{
	riad_bits_clear(to);
	return apply(to, NULL, OR, ewah);
}

size_t
riad_ewah_flips_n(size_t n)
{
	return words_of(n) + 1;
}

int
riad_ewah_xor_later(
    struct riad_bits *to, struct riad_bits *flips, const struct riad_ewah *ewah)
{
	return apply(to, flips, XOR_LATER, ewah);
}

void
riad_ewah_settle(struct riad_bits *to, struct riad_bits *flips)
{
	/* Each run was toggled where it began and where it ended: they pair
	 * up, within the whole words. */
	for (size_t i = riad_bits_next(flips, 0); i < flips->n;) {
		size_t end = riad_bits_next(flips, i + 1);

		apply_ones(to, NULL, XOR, i, end - i);
		i = riad_bits_next(flips, end + 1);
	}
	riad_bits_clear(flips);
}

uint64_t
riad_ewah_count(const struct riad_ewah *ewah)
{
	uint64_t count = 0;

	for (size_t i = 0; i < ewah->nwords;) {
		uint64_t rlw = be64(ewah->words + i++ * WORD);
		size_t left = ewah->nwords - i;
		size_t literals = rlw >> LITERALS_SHIFT;

		if ((rlw & 1) != 0)
			count += (rlw >> RUN_SHIFT & RUN_MAX) * 64;
		for (size_t end = i + (literals < left ? literals : left);
		     i < end; i++)
			count += (uint64_t)__builtin_popcountll(
			    be64(ewah->words + i * WORD));
	}
	return count;
}

static uint8_t *
put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
	return p + 4;
}

static uint8_t *
put64(uint8_t *p, uint64_t v)
{
	return put32(put32(p, (uint32_t)(v >> 32)), (uint32_t)v);
}

/* The first word from i on that differs from the one at i. */
static size_t
run_end(const struct riad_bits *bits, size_t i)
{
	const uint64_t word = bits->words[i];

	while (i < words_of(bits->n) && bits->words[i] == word)
		i++;
	return i;
}

static size_t
literals_end(const struct riad_bits *bits, size_t i)
{
	while (i < words_of(bits->n) && bits->words[i] != 0 &&
	       bits->words[i] != UINT64_MAX)
		i++;
	return i;
}

int
riad_ewah_write(struct riad_buf *out, const struct riad_bits *bits)
{
	const size_t begin = out->len, nwords = words_of(bits->n);
	const size_t head = begin + HEAD;
	size_t i = 0, last;

	if (bits->n > UINT32_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (riad_buf_reserve(out, HEAD) == -1)
		return -1;
	out->len += HEAD;

	/* n is over neither maximum of a run-length word in words.  An empty
	 * set has one as well: readers may take the first for granted. */
	do {
		size_t from = i, ones = 0;

		if (i < nwords &&
		    (bits->words[i] == 0 || bits->words[i] == UINT64_MAX)) {
			ones = bits->words[i] != 0;
			i = run_end(bits, i);
		}
		size_t run = i - from, end = literals_end(bits, i);
		if (riad_buf_reserve(out, (1 + end - i) * WORD + TAIL) == -1) {
			out->len = begin;
			return -1;
		}
		last = out->len;
		uint8_t *p = put64(
		    out->data + last, (uint64_t)(end - i) << LITERALS_SHIFT |
					  (uint64_t)run << RUN_SHIFT | ones);
		for (; i < end; i++)
			p = put64(p, bits->words[i]);
		out->len = (size_t)(p - out->data);
	} while (i < nwords);

	uint32_t count = (uint32_t)((out->len - head) / WORD);
	put32(put32(out->data + begin, (uint32_t)bits->n), count);
	put32(out->data + out->len, (uint32_t)((last - head) / WORD));
	out->len += TAIL;
	return 0;
}
