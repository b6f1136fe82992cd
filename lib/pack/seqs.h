/* SPDX-License-Identifier: ISC */
/* seqs.h - sequences of numbers, each kept once and numbered 0, 1, 2, ... */
#ifndef RIAD_PACK_SEQS_H
#define RIAD_PACK_SEQS_H

#include <stddef.h>
#include <stdint.h>

struct seqs {
	uint32_t *data; /* one after the other */
	size_t len, cap;
	size_t max;     /* of len */
	size_t *starts; /* n + 1 of them, in data */
	uint32_t n, starts_cap;
	uint32_t *slots; /* number + 1, or 0 for empty; mask + 1 of them */
	uint32_t mask;
};

/* max is the sum of the lengths; of sequences there are at most so many too. */
void seqs_init(struct seqs *s, size_t max);
void seqs_free(struct seqs *s);

/* The number of a sequence, put in if it was not there.  -1 with errno ENOMEM
 * or EMSGSIZE. */
int64_t seqs_put(struct seqs *s, const uint32_t *seq, size_t len);

/* Borrowed until the next put. */
const uint32_t *seqs_get(const struct seqs *s, uint32_t n, size_t *len);

#endif
