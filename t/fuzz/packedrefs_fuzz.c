/* SPDX-License-Identifier: ISC */
/* Records lie within the file, and each is found by its name. */

#include "riad/packedrefs.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
compare(const struct riad_packed_ref *a, const struct riad_packed_ref *b)
{
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int r = memcmp(a->name, b->name, len);

	return r != 0
		   ? r
		   : (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

static void
check(const uint8_t *data, size_t size, size_t hash_len)
{
	struct riad_packed_refs refs;
	struct riad_packed_ref ref, last = {.name = ""}, found;
	const char *begin = (const char *)data;
	int sorted = 1;

	if (riad_packed_refs_init(&refs, data, size, hash_len) == -1)
		return;
	/* Whatever the order, looking for something ends. */
	size_t end = riad_packed_refs_find(&refs, "refs/heads/x", 12);
	if (end > size)
		abort();
	for (int pass = 0; pass < 2 && sorted; pass++) {
		size_t pos = refs.index ? 0 : refs.begin;
		int r;
		while ((r = riad_packed_refs_next(&refs, &pos, &ref)) == 1) {
			if (ref.name < begin + 2 * hash_len ||
			    ref.name_len == 0 || ref.name_len > size ||
			    ref.name + ref.name_len >= begin + size ||
			    (ref.has_peeled && !ref.knows_peeled))
				abort();
			if (pass == 0) {
				sorted &= compare(&last, &ref) <= 0;
				last = ref;
				continue;
			}
			size_t at = riad_packed_refs_find(
			    &refs, ref.name, ref.name_len);
			if (riad_packed_refs_next(&refs, &at, &found) != 1 ||
			    compare(&found, &ref) != 0)
				abort();
		}
		if (refs.index != NULL && (r == -1 || !sorted))
			abort();
		sorted &= r == 0;
	}
	riad_packed_refs_free(&refs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(data, size, RIAD_SHA1_LEN);
	check(data, size, RIAD_SHA256_LEN);
	return 0;
}
