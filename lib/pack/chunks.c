/* SPDX-License-Identifier: ISC */

#include "riad/chunks.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define NAME_LEN 4
#define ROW_LEN (NAME_LEN + 8)

static const uint8_t *
row(const struct riad_chunks *chunks, unsigned i)
{
	return chunks->toc + (size_t)i * ROW_LEN;
}

static uint64_t
offset(const struct riad_chunks *chunks, unsigned i)
{
	const uint8_t *p = row(chunks, i) + NAME_LEN;
	uint64_t off = 0;

	for (unsigned b = 0; b < 8; b++)
		off = off << 8 | p[b];
	return off;
}

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

int
riad_chunks_open(struct riad_chunks *chunks, const uint8_t *data, size_t len,
    size_t at, uint8_t n, size_t hash_len)
{
	static const uint8_t none[NAME_LEN];
	const size_t toc_len = ((size_t)n + 1) * ROW_LEN;

	*chunks = (struct riad_chunks){.data = data};
	if (len < at || len - at < toc_len || len - at - toc_len < hash_len)
		return bad();
	chunks->toc = data + at;
	chunks->n = n;

	uint64_t before = at + toc_len;
	for (unsigned i = 0; i <= n; i++) {
		uint64_t off = offset(chunks, i);
		bool last = memcmp(row(chunks, i), none, NAME_LEN) == 0;

		if (off < before || off > len - hash_len || last != (i == n))
			return bad();
		before = off;
		for (unsigned j = 0; j < i; j++) {
			if (memcmp(row(chunks, i), row(chunks, j), NAME_LEN) ==
			    0)
				return bad();
		}
	}
	return 0;
}

const uint8_t *
riad_chunks_get(const struct riad_chunks *chunks, const char *name, size_t *len)
{
	*len = 0;
	for (unsigned i = 0; i < chunks->n; i++) {
		if (memcmp(row(chunks, i), name, NAME_LEN) != 0)
			continue;
		uint64_t off = offset(chunks, i);
		*len = (size_t)(offset(chunks, i + 1) - off);
		return chunks->data + off;
	}
	return NULL;
}
