/* SPDX-License-Identifier: ISC */

#include "riad/midx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* A file is put together chunk by chunk; each test changes one thing. */
struct chunk {
	char name[5];
	size_t len;
	uint8_t data[1100];
};

enum { PNAM, OIDF, OIDL, OOFF, LOFF, RIDX, NCHUNKS };
enum { COUNT = 3, HDR = 12 };

static struct chunk chunks[NCHUNKS];
static uint8_t hdr[HDR];
static uint8_t *file;
static size_t file_len;

static void
put32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void
names(const char *text, size_t len, uint8_t npacks)
{
	chunks[PNAM].len = len;
	memcpy(chunks[PNAM].data, text, len);
	hdr[11] = npacks;
}

/* Ids 10..., 20... and 30...; the last is at a long offset of pack 1. */
static void
make(size_t hash_len)
{
	static const char all[NCHUNKS][5] = {
	    "PNAM", "OIDF", "OIDL", "OOFF", "LOFF", "RIDX"};

	memset(chunks, 0, sizeof(chunks));
	for (unsigned i = 0; i < NCHUNKS; i++)
		memcpy(chunks[i].name, all[i], 5);
	memcpy(hdr, "MIDX\1\1\6\0\0\0\0\2", HDR);
	hdr[5] = hash_len == RIAD_SHA1_LEN ? 1 : 2;
	names("a.idx\0b.pack\0\0\0", 15, 2);
	chunks[OIDF].len = 1024;
	for (unsigned i = 0; i < 256; i++)
		chunks[OIDF].data[i * 4 + 3] =
		    (uint8_t)((i >= 0x10) + (i >= 0x20) + (i >= 0x30));
	chunks[OIDL].len = COUNT * hash_len;
	chunks[OOFF].len = COUNT * 8;
	chunks[RIDX].len = COUNT * 4;
	for (uint32_t i = 0; i < COUNT; i++) {
		chunks[OIDL].data[i * hash_len] = (uint8_t)(0x10 + i * 0x10);
		put32(chunks[OOFF].data + i * 8, i % 2);
		put32(chunks[OOFF].data + i * 8 + 4, 12 + i);
		put32(chunks[RIDX].data + i * 4, COUNT - 1 - i);
	}
	put32(chunks[OOFF].data + 8 + 4, 0x80000001);
	chunks[LOFF].len = 16;
	put32(chunks[LOFF].data + 8, 5);
	put32(chunks[LOFF].data + 12, 6);
}

/* A chunk of no length is left out. */
static int
open_made(struct riad_midx *midx, size_t hash_len)
{
	size_t n = 0, at, row = HDR;

	file_len = HDR + hash_len;
	for (unsigned i = 0; i < NCHUNKS; i++) {
		n += chunks[i].len > 0;
		file_len += chunks[i].len;
	}
	file_len += (n + 1) * 12;
	hdr[6] = (uint8_t)n;
	free(file);
	file = calloc(1, file_len);
	if (file == NULL)
		exit(1);
	memcpy(file, hdr, HDR);
	at = HDR + (n + 1) * 12;
	for (unsigned i = 0; i < NCHUNKS; i++) {
		if (chunks[i].len == 0)
			continue;
		memcpy(file + row, chunks[i].name, 4);
		put32(file + row + 8, (uint32_t)at);
		memcpy(file + at, chunks[i].data, chunks[i].len);
		at += chunks[i].len;
		row += 12;
	}
	put32(file + row + 8, (uint32_t)at);
	return riad_midx_open(midx, file, file_len, hash_len);
}

static void
test_lookup(size_t hash_len)
{
	static const struct {
		uint32_t pack;
		uint64_t off;
	} places[COUNT] = {{0, 12}, {1, UINT64_C(5) << 32 | 6}, {0, 14}};
	struct riad_midx midx;
	struct riad_oid oid;

	make(hash_len);
	ok(open_made(&midx, hash_len) == 0 && midx.count == COUNT &&
		midx.npacks == 2 && midx.sum + hash_len == file + file_len,
	    "ids of %zu bytes", hash_len);
	const char *a = riad_midx_name(&midx, NULL);
	const char *b = riad_midx_name(&midx, a);
	ok(strcmp(a, "a.idx") == 0 && strcmp(b, "b.pack") == 0 &&
		riad_midx_name(&midx, b) == NULL,
	    "its names");
	for (uint32_t i = 0; i < COUNT; i++) {
		uint32_t pack;
		uint64_t off;

		riad_midx_id(&midx, i, &oid);
		ok(oid.id[0] == 0x10 + i * 0x10 &&
			riad_midx_find(&midx, &oid) == i,
		    "object %u", i);
		ok(riad_midx_place(&midx, i, &pack, &off) == 0 &&
			pack == places[i].pack && off == places[i].off,
		    "  and its place");
		ok(riad_midx_order(&midx, i) == COUNT - 1 - i,
		    "  and its order");
	}
	oid.id[1] = 1;
	ok(riad_midx_find(&midx, &oid) == -1, "one that is not there");
	ok(riad_midx_order(&midx, COUNT) == RIAD_MIDX_NONE,
	    "beyond the last in order");
	ok(riad_midx_verify(&midx) == -1 && errno == EBADMSG,
	    "a trailer that is not the hash");
}

static void
test_damaged_rows(void)
{
	struct riad_midx midx;
	uint32_t pack;
	uint64_t off;

	make(RIAD_SHA1_LEN);
	put32(chunks[OOFF].data, 2);
	put32(chunks[OOFF].data + 8 + 4, 0x80000002);
	put32(chunks[RIDX].data, 3);
	ok(open_made(&midx, RIAD_SHA1_LEN) == 0, "damaged rows");
	ok(riad_midx_place(&midx, 0, &pack, &off) == -1 && errno == EBADMSG,
	    "  a pack that is not there");
	errno = 0;
	ok(riad_midx_place(&midx, 1, &pack, &off) == -1 && errno == EBADMSG,
	    "  a long offset that is not there");
	ok(riad_midx_order(&midx, 0) == RIAD_MIDX_NONE,
	    "  a position that is not there");

	make(RIAD_SHA1_LEN);
	chunks[LOFF].len = chunks[RIDX].len = 0;
	ok(open_made(&midx, RIAD_SHA1_LEN) == 0 && midx.order == NULL &&
		riad_midx_order(&midx, 0) == RIAD_MIDX_NONE,
	    "without an order");
	ok(riad_midx_place(&midx, 1, &pack, &off) == 0 && off == 0x80000001,
	    "without long offsets they are of 32 bits");
}

/* Whether it's refused with that error. */
static int
refused(int err)
{
	struct riad_midx midx;

	errno = 0;
	const int r = open_made(&midx, RIAD_SHA1_LEN);
	const int is = r == -1 && errno == err;
	make(RIAD_SHA1_LEN);
	return is;
}

static void
test_malformed(void)
{
	static const struct {
		const char *why, *text;
		size_t len;
		uint8_t n;
	} bad_names[] = {
	    {"a name with a slash", "a/b.idx\0c.idx\0\0", 15, 2},
	    {"an empty name", "\0a.idx", 7, 2},
	    {"only a suffix", ".idx\0a.idx", 11, 2},
	    {"another suffix", "a.idx\0b.rev", 12, 2},
	    {"a name twice", "a.idx\0a.idx", 12, 2},
	    {"out of order", "b.idx\0a.idx", 12, 2},
	    {"without its end", "a.idx\0b.idx", 11, 2},
	    {"fewer than packs", "a.idx\0\0\0", 8, 2},
	    {"of more packs than there's room for", "a.idx", 6, 255},
	};
	struct riad_midx midx;

	make(RIAD_SHA1_LEN);
	for (size_t i = 0; i < sizeof(bad_names) / sizeof(bad_names[0]); i++) {
		names(bad_names[i].text, bad_names[i].len, bad_names[i].n);
		ok(refused(EBADMSG), "%s", bad_names[i].why);
	}
	names("", 1, 0);
	ok(open_made(&midx, RIAD_SHA1_LEN) == 0 &&
		riad_midx_name(&midx, NULL) == NULL,
	    "no packs");
	make(RIAD_SHA1_LEN);
	for (unsigned i = PNAM; i <= OOFF; i++) {
		chunks[i].len = 0;
		ok(refused(EBADMSG), "without %s", chunks[i].name);
	}
	for (unsigned i = OIDF; i < NCHUNKS; i++) {
		chunks[i].len -= 1;
		ok(refused(EBADMSG), "a short %s", chunks[i].name);
		chunks[i].len += chunks[i].len / COUNT;
		if (i != LOFF && i != OIDF)
			ok(refused(EBADMSG), "a long %s", chunks[i].name);
		make(RIAD_SHA1_LEN);
	}
	chunks[LOFF].len = 32;
	ok(refused(EBADMSG), "more long offsets than objects");
	chunks[OIDF].data[0x50] = 9;
	ok(refused(EBADMSG), "a fan-out that falls");
	hdr[0] = 'm';
	ok(refused(EBADMSG), "no signature");
	hdr[4] = 2;
	ok(refused(ENOTSUP), "version 2");
	hdr[5] = 2;
	ok(refused(ENOTSUP), "the other hash");
	hdr[7] = 1;
	ok(refused(ENOTSUP), "one of a chain");

	int opened = 0;
	open_made(&midx, RIAD_SHA1_LEN);
	for (size_t n = 0; n < file_len; n++) {
		uint8_t *cut = malloc(n + (n == 0));
		if (cut == NULL)
			exit(1);
		memcpy(cut, file, n);
		opened += riad_midx_open(&midx, cut, n, RIAD_SHA1_LEN) == 0;
		free(cut);
	}
	ok(opened == 0, "cut short");
}

int
main(void)
{
	test_lookup(RIAD_SHA1_LEN);
	test_lookup(RIAD_SHA256_LEN);
	test_damaged_rows();
	test_malformed();
	free(file);
	return tap_done();
}
