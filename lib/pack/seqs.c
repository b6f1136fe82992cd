/* SPDX-License-Identifier: ISC */

#include "seqs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
seqs_init(struct seqs *s, size_t max)
{
	*s = (struct seqs){.max = max};
}

void
seqs_free(struct seqs *s)
{
	free(s->data);
	free(s->starts);
	free(s->slots);
	seqs_init(s, s->max);
}

const uint32_t *
seqs_get(const struct seqs *s, uint32_t n, size_t *len)
{
	*len = s->starts[n + 1] - s->starts[n];
	return s->data + s->starts[n];
}

/* FNV-1a, by numbers, with its bits mixed at the end. */
static uint32_t
hash(const uint32_t *seq, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		h = (h ^ seq[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	return (uint32_t)(h * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static uint32_t *
find_slot(const struct seqs *s, const uint32_t *seq, size_t len)
{
	for (uint32_t i = hash(seq, len) & s->mask;; i = (i + 1) & s->mask) {
		size_t other_len;

		if (s->slots[i] == 0)
			return &s->slots[i];
		const uint32_t *other =
		    seqs_get(s, s->slots[i] - 1, &other_len);
		if (other_len == len &&
		    (len == 0 || memcmp(other, seq, len * sizeof(*seq)) == 0))
			return &s->slots[i];
	}
}

/* Room for one more sequence, with half of the slots empty. */
static int
grow(struct seqs *s)
{
	uint32_t cap = s->starts_cap == 0 ? 32 : 2 * s->starts_cap;
	size_t *starts = reallocarray(s->starts, cap + 1, sizeof(*starts));

	if (starts == NULL)
		return -1;
	if (s->starts == NULL)
		starts[0] = 0;
	s->starts = starts;

	uint32_t *slots = calloc((size_t)cap * 2, sizeof(*slots));
	if (slots == NULL)
		return -1;
	free(s->slots);
	s->slots = slots;
	s->mask = cap * 2 - 1;
	s->starts_cap = cap;
	for (uint32_t n = 0; n < s->n; n++) {
		size_t len;
		const uint32_t *seq = seqs_get(s, n, &len);
		*find_slot(s, seq, len) = n + 1;
	}
	return 0;
}

static int
reserve(struct seqs *s, size_t more)
{
	size_t cap = s->cap == 0 ? 64 : s->cap;

	while (cap - s->len < more)
		cap *= 2;
	if (cap == s->cap)
		return 0;
	uint32_t *data = reallocarray(s->data, cap, sizeof(*data));
	if (data == NULL)
		return -1;
	s->data = data;
	s->cap = cap;
	return 0;
}

int64_t
seqs_put(struct seqs *s, const uint32_t *seq, size_t len)
{
	if (s->n == s->starts_cap && s->n < 1u << 30 && grow(s) == -1)
		return -1;
	uint32_t *slot = find_slot(s, seq, len);
	if (*slot != 0)
		return (int64_t)*slot - 1;
	if (len > s->max - s->len || s->n >= s->max || s->n == s->starts_cap) {
		errno = EMSGSIZE;
		return -1;
	}
	if (reserve(s, len) == -1)
		return -1;
	if (len > 0)
		memcpy(s->data + s->len, seq, len * sizeof(*seq));
	s->len += len;
	s->starts[s->n + 1] = s->len;
	*slot = ++s->n;
	return (int64_t)s->n - 1;
}
