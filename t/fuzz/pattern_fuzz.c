/* SPDX-License-Identifier: ISC */
/*
 * The input is a path, a newline, and patterns.  They say of the path, name by
 * name, what a plain matcher says of it as a whole, where that comes to an
 * end; and they say it in a bounded number of steps.
 */

#include "riad/pattern.h"

#include <stdlib.h>

#include "../unit/naivematch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
match_path(struct riad_patterns *p, const char *path, size_t len, bool is_dir)
{
	uint32_t place = riad_patterns_top(p);
	const char *end = path + len;
	int r;

	for (;;) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		const char *stop = slash != NULL ? slash : end;
		bool dir = slash != NULL || is_dir;

		r = riad_patterns_match(
		    p, place, path, (size_t)(stop - path), dir ? &place : NULL);
		if (r == -1 || slash == NULL)
			return r;
		if (r != (int)(place & 1))
			abort();
		path = slash + 1;
	}
}

/* Names in it, each followed by one slash but the last. */
static bool
good_path(const char *path, size_t len)
{
	char last = '/';

	for (size_t i = 0; i < len; i++) {
		if (path[i] == '\0' || (path[i] == '/' && last == '/'))
			return false;
		last = path[i];
	}
	return last != '/';
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nl = size > 0 ? memchr(data, '\n', size) : NULL;

	if (nl == NULL || !good_path((const char *)data, (size_t)(nl - data)))
		return 0;
	const char *path = (const char *)data, *text = (const char *)nl + 1;
	const size_t path_len = (size_t)(nl - data), len = size - path_len - 1;

	struct riad_patterns *p = riad_patterns_new(text, len);
	if (p == NULL)
		abort();
	for (int is_dir = 0; is_dir < 2; is_dir++) {
		const uint64_t before = riad_patterns_steps(p);
		long budget = 100000;
		int r = match_path(p, path, path_len, is_dir);

		/* Of each of at most 3 tokens a byte, twice a byte. */
		if (riad_patterns_steps(p) - before >
		    (path_len * 4 + 8) * (2 * len + 8))
			abort();
		bool naive = naive_includes(
		    text, len, path, path_len, is_dir, true, &budget);
		if (r == -1 || (budget >= 0 && naive != (r == 1)))
			abort();
	}
	riad_patterns_free(p);
	return 0;
}
