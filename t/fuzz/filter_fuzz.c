/* SPDX-License-Identifier: ISC */
/*
 * What parses is within its limits, and prints to a specification that parses
 * and prints to itself.  Lines after the first are added to the filter.
 */

#include "riad/filter.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_print(const struct riad_filter *f)
{
	struct riad_filter *again;
	struct riad_filter_plain plain[2];
	uint64_t depth[2];
	struct riad_buf a, b;
	char why[256];

	riad_buf_init(&a, RIAD_FILTER_SPEC_MAX);
	riad_buf_init(&b, RIAD_FILTER_SPEC_MAX);
	if (riad_filter_print(&a, f) == 0) {
		if (riad_filter_parse(
			&again, (const char *)a.data, a.len, why) == -1 ||
		    riad_filter_print(&b, again) == -1 || a.len != b.len ||
		    memcmp(a.data, b.data, a.len) != 0)
			abort();
		bool p = riad_filter_is_plain(f, &plain[0], &depth[0]);
		if (p != riad_filter_is_plain(again, &plain[1], &depth[1]) ||
		    depth[0] != depth[1] ||
		    plain[0].blob_limit != plain[1].blob_limit ||
		    plain[0].blobs != plain[1].blobs)
			abort();
		riad_filter_free(again);
	}
	riad_buf_free(&a);
	riad_buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data, *end = s + size;
	struct riad_filter *f = NULL;
	struct riad_filter_rules rules;
	char why[256];

	for (int lines = 0; lines < 8; lines++) {
		const char *nl =
		    s < end ? memchr(s, '\n', (size_t)(end - s)) : NULL;
		const char *stop = nl != NULL ? nl : end;

		why[0] = '\0';
		if (riad_filter_add(&f, s, (size_t)(stop - s), why) == -1 &&
		    why[0] == '\0')
			abort();
		if (nl == NULL)
			break;
		s = nl + 1;
	}
	if (f == NULL)
		return 0;
	check_print(f);
	size_t n = riad_filter_sparse_count(f);
	if (n > RIAD_FILTER_SPARSE_MAX || riad_filter_sparse(f, n) != NULL ||
	    (n > 0 && riad_filter_sparse_set(f, n - 1, "HEAD:x+y%") == -1))
		abort();
	check_print(f);
	riad_filter_rules_init(&rules);
	if (riad_filter_refused(f, &rules, why) != NULL)
		abort();
	rules.allow = false;
	if (riad_filter_refused(f, &rules, why) == NULL)
		abort();
	riad_filter_free(f);
	return 0;
}
