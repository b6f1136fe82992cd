/* SPDX-License-Identifier: ISC */

#include "riad/idx.h"

#include <errno.h>
#include <string.h>

#include "tap.h"

#define FANOUT 8
#define IDS (FANOUT + 1024)

static const uint8_t v2[] = {0xff, 't', 'O', 'c', 0, 0, 0, 2};
static uint8_t file[4096];

static void
put32(size_t at, uint32_t v)
{
	file[at] = (uint8_t)(v >> 24);
	file[at + 1] = (uint8_t)(v >> 16);
	file[at + 2] = (uint8_t)(v >> 8);
	file[at + 3] = (uint8_t)v;
}

/* Five objects, the first bytes of whose ids are these. */
static const uint8_t firsts[] = {0x00, 0x00, 0x7f, 0xff, 0xff};
enum { COUNT = sizeof(firsts) };

static struct riad_oid
oid_of(size_t i, size_t hash_len)
{
	struct riad_oid oid = {{firsts[i], (uint8_t)(i + 1)}};

	oid.id[hash_len - 1] = 9;
	return oid;
}

/* A well-formed index, with two long offsets; returns its length. */
static size_t
make(size_t hash_len)
{
	size_t at = IDS;

	memset(file, 0, sizeof(file));
	memcpy(file, v2, sizeof(v2));
	for (unsigned b = 0; b < 256; b++) {
		uint32_t n = 0;
		while (n < COUNT && firsts[n] <= b)
			n++;
		put32(FANOUT + (size_t)b * 4, n);
	}
	for (size_t i = 0; i < COUNT; i++, at += hash_len) {
		struct riad_oid oid = oid_of(i, hash_len);
		memcpy(file + at, oid.id, hash_len);
	}
	for (uint32_t i = 0; i < COUNT; i++, at += 4)
		put32(at, 0xdeadbe00 + i);
	for (uint32_t i = 0; i < COUNT; i++, at += 4)
		put32(at, i < 3 ? 12 + i * 100 : 0x80000000 + (i - 3));
	for (uint32_t i = 0; i < 2; i++, at += 8) {
		put32(at, 1 + i);
		put32(at + 4, 7);
	}
	memset(file + at, 's', hash_len);
	return at + 2 * hash_len;
}

static void
test_lookup(size_t hash_len)
{
	struct riad_idx idx;
	struct riad_oid oid;
	size_t len = make(hash_len);

	ok(riad_idx_open(&idx, file, len, hash_len) == 0, "ids of %zu bytes",
	    hash_len);
	ok(idx.count == COUNT && idx.nlong == 2 && idx.sum[0] == 's' &&
		idx.sum + 2 * hash_len == file + len,
	    "its parts");
	for (uint32_t i = 0; i < COUNT; i++) {
		struct riad_oid want = oid_of(i, hash_len);
		uint64_t off = i < 3 ? 12 + i * 100u : (i - 2ull) << 32 | 7;

		riad_idx_id(&idx, i, &oid);
		ok(riad_oid_eq(&oid, &want) && riad_idx_find(&idx, &oid) == i,
		    "object %u is found", i);
		ok(riad_idx_offset(&idx, i) == off, "  and its offset");
		ok(riad_idx_has_crc(&idx) &&
			riad_idx_crc(&idx, i) == 0xdeadbe00 + i,
		    "  and its CRC");
		oid.id[hash_len - 1] = 8;
		ok(riad_idx_find(&idx, &oid) == -1, "  nothing just before it");
		oid.id[hash_len - 1] = 10;
		ok(riad_idx_find(&idx, &oid) == -1, "  nothing just after it");
	}
	oid = (struct riad_oid){{0x80}};
	ok(riad_idx_find(&idx, &oid) == -1, "an empty bucket");

	put32(IDS + COUNT * (hash_len + 4) + 16, 0x80000002);
	ok(riad_idx_offset(&idx, 4) == 0, "a long offset that isn't there");
}

static void
test_malformed(void)
{
	struct riad_idx idx;
	size_t len = make(RIAD_SHA1_LEN);

	int opened = 0;
	for (size_t n = 0; n < len; n++)
		opened += riad_idx_open(&idx, file, n, RIAD_SHA1_LEN) == 0;
	ok(opened == 2, "cut short, but where that means fewer long offsets");
	ok(riad_idx_open(&idx, file, len + 4, RIAD_SHA1_LEN) == -1 &&
		errno == EBADMSG,
	    "half a long offset too many");
	ok(riad_idx_open(&idx, file, len + 32, RIAD_SHA1_LEN) == -1,
	    "more long offsets than objects");
	ok(riad_idx_open(&idx, file, len, RIAD_SHA256_LEN) == -1,
	    "of the other hash");

	put32(FANOUT + 0x40 * 4, 1);
	ok(riad_idx_open(&idx, file, len, RIAD_SHA1_LEN) == -1 &&
		errno == EBADMSG,
	    "a fan-out that falls");
	make(RIAD_SHA1_LEN);
	put32(FANOUT + 255 * 4, UINT32_MAX);
	ok(riad_idx_open(&idx, file, len, RIAD_SHA1_LEN) == -1 &&
		errno == EBADMSG,
	    "a count beyond the file");
	make(RIAD_SHA1_LEN);
	put32(4, 3);
	ok(riad_idx_open(&idx, file, len, RIAD_SHA1_LEN) == -1 &&
		errno == ENOTSUP,
	    "version 3");
	ok(riad_idx_open(&idx, file, 7, RIAD_SHA1_LEN) == -1 &&
		errno == EBADMSG,
	    "less than a header");
}

/* The same objects in version 1. */
static size_t
make_v1(size_t hash_len)
{
	size_t at = 1024;

	make(hash_len);
	memmove(file, file + FANOUT, 1024);
	memset(file + at, 0, sizeof(file) - at);
	for (size_t i = 0; i < COUNT; i++, at += hash_len) {
		struct riad_oid oid = oid_of(i, hash_len);
		put32(at, 0xf0000000 + (uint32_t)i);
		at += 4;
		memcpy(file + at, oid.id, hash_len);
	}
	memset(file + at, 's', hash_len);
	return at + 2 * hash_len;
}

static void
test_version_1(size_t hash_len)
{
	struct riad_idx idx;
	struct riad_oid oid;
	const size_t len = make_v1(hash_len);

	ok(riad_idx_open(&idx, file, len, hash_len) == 0 &&
		idx.count == COUNT && !riad_idx_has_crc(&idx) &&
		idx.sum + 2 * hash_len == file + len && idx.sum[0] == 's',
	    "version 1, ids of %zu bytes", hash_len);
	for (uint32_t i = 0; i < COUNT; i++) {
		struct riad_oid want = oid_of(i, hash_len);

		riad_idx_id(&idx, i, &oid);
		ok(riad_oid_eq(&oid, &want) && riad_idx_find(&idx, &oid) == i,
		    "object %u is found", i);
		ok(riad_idx_offset(&idx, i) == 0xf0000000 + i &&
			riad_idx_crc(&idx, i) == 0,
		    "  its offset, of 32 bits, and no CRC");
	}

	int opened = 0;
	for (size_t n = 0; n < len + hash_len + 4; n++)
		opened += riad_idx_open(&idx, file, n, hash_len) == 0;
	ok(opened == 1, "of no other length");
	put32(255 * 4, UINT32_MAX);
	ok(riad_idx_open(&idx, file, len, hash_len) == -1 && errno == EBADMSG,
	    "a count beyond the file");
	make_v1(hash_len);
	put32(0x40 * 4, 1);
	ok(riad_idx_open(&idx, file, len, hash_len) == -1 && errno == EBADMSG,
	    "a fan-out that falls");
}

static void
test_empty(void)
{
	struct riad_idx idx;
	struct riad_oid oid = {{0}};

	memset(file, 0, sizeof(file));
	memcpy(file, v2, sizeof(v2));
	ok(riad_idx_open(&idx, file, IDS + 40, RIAD_SHA1_LEN) == 0 &&
		idx.count == 0,
	    "no objects");
	ok(riad_idx_find(&idx, &oid) == -1, "  and none found");
}

int
main(void)
{
	test_lookup(RIAD_SHA1_LEN);
	test_lookup(RIAD_SHA256_LEN);
	test_version_1(RIAD_SHA1_LEN);
	test_version_1(RIAD_SHA256_LEN);
	test_malformed();
	test_empty();
	return tap_done();
}
