/* SPDX-License-Identifier: ISC */
/*
 * The first byte picks the length of ids, the rest is taken for each type of
 * object in turn.  What parses lies inside the input, and says the same when
 * it is written out again.
 */

#include "riad/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_commit(const uint8_t *data, size_t size, size_t hash_len)
{
	struct riad_commit c;
	struct riad_oid oid;
	char hex[RIAD_OID_HEX_MAX + 1];

	if (riad_commit_parse(&c, data, size, hash_len) == -1)
		return;
	size_t at = 5 + 2 * hash_len + 1;
	if (c.date < 0 || at > size || c.parents != (const char *)data + at)
		abort();
	for (size_t i = 0; i < c.nparents; i++) {
		size_t line = 7 + 2 * hash_len + 1;

		if (size - at < line)
			abort();
		riad_commit_parent(&oid, &c, i, hash_len);
		riad_oid_hex(hex, &oid, hash_len);
		if (memcmp(data + at, "parent ", 7) != 0 ||
		    strncasecmp(
			(const char *)data + at + 7, hex, 2 * hash_len) != 0)
			abort();
		at += line;
	}
}

static void
fuzz_tag(const uint8_t *data, size_t size, size_t hash_len)
{
	struct riad_tag tag;
	char text[200], hex[RIAD_OID_HEX_MAX + 1];

	if (riad_tag_parse(&tag, data, size, hash_len) == -1)
		return;
	int n = snprintf(text, sizeof(text), "object %s\ntype %s",
	    riad_oid_hex(hex, &tag.object, hash_len), riad_type_name(tag.type));
	if ((size_t)n > size ||
	    strncasecmp(text, (const char *)data, (size_t)n) != 0)
		abort();
}

static void
fuzz_tree(const uint8_t *data, size_t size, size_t hash_len)
{
	struct riad_tree tree;
	struct riad_tree_entry e;
	const uint8_t *pos = data;
	int r;

	riad_tree_init(&tree, data, size, hash_len);
	while ((r = riad_tree_next(&tree, &e)) == 1) {
		if (e.name <= pos || e.name_len == 0 || e.mode > 0177777 ||
		    e.id != e.name + e.name_len + 1 || e.id[-1] != '\0' ||
		    memchr(e.name, '\0', e.name_len) != NULL ||
		    strtoul((const char *)pos, NULL, 8) != e.mode)
			abort();
		pos = e.id + hash_len;
		if (pos > data + size)
			abort();
	}
	if (r == 0 && size > 0 && pos != data + size)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	size_t hash_len = data[0] & 1 ? RIAD_SHA256_LEN : RIAD_SHA1_LEN;
	fuzz_commit(data + 1, size - 1, hash_len);
	fuzz_tag(data + 1, size - 1, hash_len);
	fuzz_tree(data + 1, size - 1, hash_len);
	return 0;
}
