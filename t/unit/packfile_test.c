/* SPDX-License-Identifier: ISC */

#include "riad/packfile.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "mkpack.h"
#include "riad/packs.h"
#include "scratch.h"
#include "tap.h"

static uint8_t pack_file[512], idx_file[2048];

/* A pack of one entry, whose header is hdr, and the index to it. */
static int
open_one(struct riad_packfile *pack, const void *hdr, size_t len)
{
	static const uint8_t one[] = {
	    'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 0, 0, 1};
	static const uint8_t v2[] = {0xff, 't', 'O', 'c', 0, 0, 0, 2};
	const uint8_t id[RIAD_SHA1_LEN] = {0x11};
	uint8_t *p = idx_file;

	memset(pack_file, 0, sizeof(pack_file));
	memcpy(pack_file, one, sizeof(one));
	memcpy(pack_file + 12, hdr, len);
	memset(pack_file + 12 + len, 's', RIAD_SHA1_LEN);

	memset(idx_file, 0, sizeof(idx_file));
	memcpy(p, v2, sizeof(v2));
	for (int b = 0x11; b < 256; b++)
		p[8 + b * 4 + 3] = 1;
	p += 8 + 1024;
	memcpy(p, id, sizeof(id));
	p += sizeof(id) + 4;
	p[3] = 12;
	p += 4;
	memset(p, 's', RIAD_SHA1_LEN);
	return riad_packfile_init(pack, RIAD_SHA1_LEN, pack_file,
	    12 + len + RIAD_SHA1_LEN, idx_file,
	    (size_t)(p - idx_file) + sizeof(id) + sizeof(id));
}

static void
test_entry(void)
{
	static const struct {
		const char *name;
		const char *hdr;
		size_t len;
		int want; /* the type, or -1 */
		uint64_t size;
	} cases[] = {
	    {"a commit of no bytes", "\x10x", 2, 1, 0},
	    {"a tree of 15", "\x2fx", 2, 2, 15},
	    {"a blob of 16", "\xb0\x01x", 3, 3, 16},
	    {"a tag of 2^60 - 1", "\xcf\xff\xff\xff\xff\xff\xff\xff\x7fx", 10,
		4, (UINT64_C(1) << 60) - 1},
	    {"more than that", "\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x01x", 11,
		-1, 0},
	    {"type 0", "\x00x", 2, -1, 0},
	    {"type 5", "\x50x", 2, -1, 0},
	    {"a size without end", "\xb0\xff\xff", 3, -1, 0},
	    {"no data", "\x10", 1, -1, 0},
	    {"a base by id",
		"\x7f\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf\0\0\0\0x", 22, 7,
		15},
	    {"half of one", "\x7f\1\2\3\4\5\6\7\x8\x9", 10, -1, 0},
	    {"a base by offset before the pack", "\x6f\x0cx", 3, -1, 0},
	    {"  before the first entry", "\x6f\x01x", 3, -1, 0},
	    {"  at the entry itself", "\x6f\x00x", 3, -1, 0},
	    {"  without end", "\x6f\x80\x80\x80\x80\x80", 6, -1, 0},
	    {"  that isn't there", "\x6f", 1, -1, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_packfile pack;
		struct riad_entry e;

		ok(open_one(&pack, cases[i].hdr, cases[i].len) == 0, "%s",
		    cases[i].name);
		int r = riad_packfile_entry(&pack, 12, &e);
		ok(cases[i].want == -1
			? r == -1 && errno == EBADMSG
			: r == 0 && (int)e.type == cases[i].want &&
			      e.size == cases[i].size &&
			      e.data == 12 + cases[i].len - 1,
		    "  is %s", cases[i].want == -1 ? "malformed" : "read");
		if (r == 0 && e.type == RIAD_REF_DELTA)
			ok(memcmp(e.base.id, cases[i].hdr + 1, 20) == 0,
			    "  and its base");
	}
}

static void
test_open(void)
{
	struct riad_packfile pack;
	struct riad_entry e;

	ok(open_one(&pack, "\x10x", 2) == 0, "a pack of one");
	ok(riad_packfile_entry(&pack, 0, &e) == -1, "no entry in the header");
	ok(riad_packfile_entry(&pack, 14, &e) == -1, "nor in the trailer");
	ok(riad_packfile_entry(&pack, UINT64_MAX, &e) == -1, "nor beyond");
	ok(riad_packfile_sort(&pack) == 0 && riad_packfile_end(&pack, 0) == 14,
	    "its entry ends at the trailer");
	ok(riad_packfile_at(&pack, 12) == 0 &&
		riad_packfile_at(&pack, 13) == -1,
	    "what begins where");
	riad_packfile_close(&pack);

	static const struct {
		const char *name;
		size_t at;
		int err;
	} flips[] = {{"another magic", 0, EBADMSG},
	    {"another version", 7, ENOTSUP}, {"another count", 11, EBADMSG},
	    {"another trailer", 33, EBADMSG}};
	for (size_t i = 0; i < sizeof(flips) / sizeof(flips[0]); i++) {
		struct riad_packfile good;

		open_one(&good, "\x10x", 2);
		pack_file[flips[i].at] ^= 0x40;
		ok(riad_packfile_init(&pack, RIAD_SHA1_LEN, pack_file, 34,
		       idx_file, 8 + 1024 + 20 + 4 + 4 + 40) == -1 &&
			errno == flips[i].err,
		    "%s", flips[i].name);
	}
	ok(riad_packfile_init(&pack, RIAD_SHA1_LEN, pack_file, 31, idx_file,
	       8 + 1024 + 20 + 4 + 4 + 40) == -1,
	    "a pack without room for a trailer");
	ok(riad_packfile_open(&pack, "no/such", RIAD_SHA1_LEN) == -1 &&
		errno == ENOENT,
	    "no such pack");
}

/* What git verify-pack says of an object, less what only unpacking tells. */
static const char listing[] =
    "git verify-pack -v a/.git/objects/pack/*.idx | "
    "awk '{ print $1, (NF > 5 ? \"delta \" $7 : $2), $3, $4, $5 }' >listing";

/* The same of the i-th object. */
static void
list(char line[512], const struct riad_packfile *pack, uint32_t i)
{
	static const char *const types[] = {
	    "", "commit", "tree", "blob", "tag", "", "delta ", "delta "};
	const uint64_t off =
	    riad_idx_offset(&pack->idx, riad_packfile_index(pack, i));
	char hex[RIAD_OID_HEX_MAX + 1], base[RIAD_OID_HEX_MAX + 1] = "";
	struct riad_oid oid;
	struct riad_entry e;

	line[0] = '\0';
	if (riad_packfile_entry(pack, off, &e) == -1)
		return;
	if (e.type == RIAD_OFS_DELTA) {
		int64_t at = riad_packfile_at(pack, e.base_off);
		if (at == -1)
			return;
		riad_idx_id(&pack->idx, (uint32_t)at, &e.base);
	}
	if (e.type == RIAD_OFS_DELTA || e.type == RIAD_REF_DELTA)
		riad_oid_hex(base, &e.base, RIAD_SHA1_LEN);
	riad_idx_id(&pack->idx, riad_packfile_index(pack, i), &oid);
	snprintf(line, 512, "%s %s%s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
	    riad_oid_hex(hex, &oid, RIAD_SHA1_LEN), types[e.type], base, e.size,
	    riad_packfile_end(pack, i) - off, off);
}

static void
compare(struct riad_packfile *pack)
{
	char line[512], ours[512];
	uint32_t i = 0, bad = 0;

	ok(riad_packfile_sort(pack) == 0, "sort");
	ok(sh("%s", listing), "what git says");
	FILE *f = fopen("listing", "re");
	for (; i < pack->idx.count && fgets(line, sizeof(line), f); i++) {
		list(ours, pack, i);
		bad += strcmp(line, ours) != 0;
	}
	fclose(f);
	ok(i == pack->idx.count && i > 30 && bad == 0,
	    "  is the same of all %u objects", i);
}

/* Every step-th object has the same end and base as when all are sorted. */
static void
test_pick(struct riad_packfile *pack, uint32_t step)
{
	const uint32_t count = pack->idx.count;
	uint64_t ends[256], bases[256];
	uint32_t numbers[256], n = 0;
	bool same = riad_packfile_sort(pack) == 0 && count <= 256;

	for (uint32_t r = 0; same && r < count; r += step, n++) {
		struct riad_entry e;

		numbers[n] = riad_packfile_index(pack, r);
		ends[n] = riad_packfile_end(pack, r);
		same = riad_packfile_entry(
			   pack, riad_packfile_off(pack, r), &e) == 0;
		bases[n] = e.type == RIAD_OFS_DELTA ? e.base_off : 0;
	}
	same &= riad_packfile_pick(pack, numbers, n) == 0 &&
		pack->nranks >= n && pack->nranks <= 2 * n;
	for (uint32_t i = 0; same && i < n; i++) {
		int64_t r = riad_packfile_rank(
		    pack, riad_idx_offset(&pack->idx, numbers[i]), UINT32_MAX);

		same = r != -1 &&
		       riad_packfile_index(pack, (uint32_t)r) == numbers[i] &&
		       riad_packfile_end(pack, (uint32_t)r) == ends[i];
		r = bases[i] == 0
			? r
			: riad_packfile_rank(pack, bases[i], (uint32_t)r);
		same &= r != -1 &&
			(bases[i] == 0 ||
			    riad_packfile_off(pack, (uint32_t)r) == bases[i]);
	}
	ok(same, "%u picked objects, and their bases", n);
	ok(riad_packfile_at(pack, 12) ==
		(riad_packfile_sort(pack) == 0
			? (int64_t)riad_packfile_index(pack, 0)
			: -1),
	    "an object by its offset, unsorted");
}

static const char history[] =
    "git init -q a && cd a && i=0; while [ $((i += 1)) -le 20 ]; do "
    "seq $((i * 100)) >f && echo $i >g && git add . && git commit -qm $i || "
    "exit; done; git tag -am x t";

static void
test_real(void)
{
	struct riad_packs packs = {.len = 0};

	scratch_enter();
	ok(sh("%s && git repack -adq", history), "a repository");
	ok(riad_packs_add(&packs, "a/.git/objects", RIAD_SHA1_LEN) == 0 &&
		packs.len == 1,
	    "its pack");
	if (packs.len == 1) {
		compare(packs.packs);
		for (uint32_t step = 1; step < 40; step += 6)
			test_pick(packs.packs, step);
	}

	/* What is open stays readable when git gc takes it away. */
	ok(sh("cd a && git repack -qadF --depth=3"), "repack");
	if (packs.len == 1) {
		struct riad_entry e;
		ok(riad_packfile_entry(packs.packs, 12, &e) == 0,
		    "still there");
	}
	riad_packs_close(&packs);

	ok(sh("cd a && git config repack.useDeltaBaseOffset false && "
	      "git repack -qadF"),
	    "with bases by id");
	ok(riad_packs_add(&packs, "a/.git/objects", RIAD_SHA1_LEN) == 0 &&
		packs.len == 1,
	    "its pack");
	if (packs.len == 1) {
		compare(packs.packs);
		for (uint32_t step = 1; step < 40; step += 6)
			test_pick(packs.packs, step);
	}
	riad_packs_close(&packs);
}

/* An entry that takes more bytes than deflate needs ends where the next one
 * begins all the same. */
static void
test_slack(void)
{
	static struct mkpack p;
	struct riad_packfile pack;

	mkpack_begin(&p);
	for (uint8_t id = 1; id <= 9; id++) {
		mkpack_add(
		    &p, (uint8_t)(id * 7 % 10), RIAD_BLOB, 5, 0, "12345", 5);
		p.len += id % 4 * 100;
	}
	mkpack_end(&p, "slack");
	bool opened = riad_packfile_open(&pack, "slack", RIAD_SHA1_LEN) == 0;
	ok(opened, "a pack with gaps");
	for (uint32_t step = 1; opened && step < 5; step++)
		test_pick(&pack, step);
	if (opened)
		riad_packfile_close(&pack);
}

static uint32_t
packs_of(const char *dir)
{
	struct riad_packs packs = {.len = 0};

	if (riad_packs_add(&packs, dir, RIAD_SHA1_LEN) == -1)
		return UINT32_MAX;
	uint32_t n = packs.len;
	riad_packs_close(&packs);
	return n;
}

static void
test_alternates(void)
{
	ok(packs_of("no/such") == 0, "no repository, no packs");
	ok(sh("git clone -qs a b && git clone -qs b c && cd c && "
	      "echo more >more && git add . && git commit -qm more && "
	      "git repack -qadl"),
	    "a repository that borrows from one that borrows");
	ok(packs_of("c/.git/objects") == 2, "all packs");
	ok(sh("echo ../../../c/.git/objects >a/.git/objects/info/alternates"),
	    "in a circle, by a relative path");
	ok(packs_of("a/.git/objects") == 2, "each pack once");

	/* Seven in a row: what is more than five away is not seen. */
	ok(sh("for i in 1 2 3 4 5 6 7; do mkdir -p d$i/pack d$i/info; "
	      "cp a/.git/objects/pack/*.pack d$i/pack; "
	      "cp a/.git/objects/pack/*.idx d$i/pack; "
	      "echo ../d$((i + 1)) >d$i/info/alternates; done"),
	    "a long chain");
	ok(packs_of("d1") == 6, "five are followed");

	ok(sh("printf '#d2\\n\\n/no/such\\n%s/d7\\nd3' >d1/info/alternates",
	       scratch),
	    "comments, empty lines, no newline at the end");
	ok(packs_of("d1") == 2, "the one that is there");
	ok(sh("for f in d7/pack/*.idx; do rm $f && echo >$f; done && "
	      ": >d7/pack/empty.idx && echo >d7/pack/alone.idx"),
	    "broken files");
	ok(packs_of("d7") == 0, "are left out");
}

int
main(void)
{
	test_entry();
	test_open();
	if (have_git()) {
		test_real();
		test_slack();
		test_alternates();
	}
	return tap_done();
}
