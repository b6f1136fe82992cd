/* SPDX-License-Identifier: ISC */
/* Multi-pack-indexes and reverse indexes as git writes them. */

#include "riad/midx.h"

#include <errno.h>
#include <string.h>

#include "gitfile.h"
#include "riad/revidx.h"
#include "scratch.h"
#include "tap.h"

#define PACKS "r/.git/objects/pack"

static void
make(const char *format)
{
	ok(sh("rm -rf r && git init -q --object-format=%s r && cd r && "
	      "git config pack.writeReverseIndex true && "
	      "for p in 1 2 3 4; do for i in $(seq 100); do "
	      "echo $p $((i * p %% 90)) >$i; done && git add . && "
	      "git commit -qm $p && git repack -qd; done && "
	      "git repack -qad --no-write-bitmap-index && "
	      "for p in 5 6; do echo $p >1 && git commit -qam $p && "
	      "git rev-list --objects --all | cut -d' ' -f1 | "
	      "git pack-objects -q --unpacked .git/objects/pack/pack "
	      ">/dev/null; done && "
	      "git multi-pack-index write --bitmap 2>/dev/null",
	       format),
	    "%s", format);
}

/* What git says of each pack: the objects that the multi-pack-index has from
 * there are at that place, and together they are all of it. */
static void
test_objects(const struct riad_midx *midx, const char *format)
{
	uint32_t number = 0, count = 0, wrong = 0;

	for (const char *name = NULL;
	     (name = riad_midx_name(midx, name)) != NULL; number++) {
		size_t len;
		char *all = said(&len,
		    "git show-index --object-format=%s <" PACKS "/%s", format,
		    name);

		for (char *line = strtok(all, "\n"); line != NULL;
		     line = strtok(NULL, "\n")) {
			char hex[RIAD_OID_HEX_MAX + 1];
			unsigned long long at;
			struct riad_oid oid, found;
			uint32_t pack;
			uint64_t off;

			if (sscanf(line, "%llu %64s", &at, hex) != 2 ||
			    riad_oid_parse(
				&oid, hex, strlen(hex), midx->hash_len) == -1)
				break;
			int64_t n = riad_midx_find(midx, &oid);
			if (n < 0 || n >= midx->count ||
			    riad_midx_place(midx, (uint32_t)n, &pack, &off) ==
				-1) {
				wrong++;
				continue;
			}
			riad_midx_id(midx, (uint32_t)n, &found);
			wrong += !riad_oid_eq(&oid, &found);
			if (pack == number) {
				wrong += off != at;
				count++;
			}
		}
		free(all);
	}
	ok(number == midx->npacks && number > 1, "  %u packs", number);
	ok(wrong == 0 && count == midx->count && count > 200,
	    "  each object where git has it");
}

/* Each position once; runs of one pack, within which offsets rise. */
static void
test_order(const struct riad_midx *midx)
{
	uint8_t *seen = calloc(midx->count, 1);
	uint32_t before = midx->npacks, runs = 0, wrong = 0;
	uint64_t last = 0;

	for (uint32_t i = 0; seen != NULL && i < midx->count; i++) {
		uint32_t n = riad_midx_order(midx, i), pack;
		uint64_t off;

		if (n == RIAD_MIDX_NONE || seen[n]++ > 0 ||
		    riad_midx_place(midx, n, &pack, &off) == -1) {
			wrong++;
			continue;
		}
		wrong += pack == before && off <= last;
		runs += pack != before;
		before = pack;
		last = off;
	}
	ok(seen != NULL && midx->order != NULL && wrong == 0 &&
		runs <= midx->npacks,
	    "  in the order of a bitmap");
	free(seen);
}

static void
test_damage(uint8_t *file, size_t len, size_t hash_len)
{
	struct riad_midx midx;
	uint32_t verified = 0;

	for (size_t i = 0; i < len; i += 1 + len / 200) {
		file[i] ^= 0x10;
		verified += riad_midx_open(&midx, file, len, hash_len) == 0 &&
			    riad_midx_verify(&midx) == 0;
		file[i] ^= 0x10;
	}
	ok(verified == 0, "  a changed byte is found");
}

static void
test_midx(const char *format, size_t hash_len)
{
	struct riad_midx midx;
	size_t len;

	make(format);
	uint8_t *file = whole(PACKS "/multi-pack-index", &len);
	ok(riad_midx_open(&midx, file, len, hash_len) == 0, "  is opened");
	test_objects(&midx, format);
	test_order(&midx);
	ok(riad_midx_verify(&midx) == 0, "  is verified");

	/* A bitmap is named by the checksum. */
	char hex[RIAD_OID_HEX_MAX + 1];
	struct riad_oid sum;
	riad_oid_set(&sum, midx.sum, hash_len);
	ok(sh("test -f " PACKS "/multi-pack-index-%s.bitmap",
	       riad_oid_hex(hex, &sum, hash_len)),
	    "  its checksum is in its bitmap's name");
	test_damage(file, len, hash_len);
	free(file);
}

static void
test_revidx(const char *format, size_t hash_len)
{
	size_t len, rev_len, n;
	struct riad_idx idx;
	struct riad_revidx rev;

	ok(sh("cd r && rm .git/objects/pack/multi* && git repack -qad"),
	    "%s, a reverse index", format);
	uint8_t *file = whole(PACKS "/pack-*.idx", &len);
	uint8_t *rev_file = whole(PACKS "/pack-*.rev", &rev_len);
	char *all = said(&n,
	    "git show-index --object-format=%s <$(ls " PACKS
	    "/pack-*.idx) | sort -n",
	    format);

	if (riad_idx_open(&idx, file, len, hash_len) == -1)
		exit(1);
	ok(riad_revidx_open(
	       &rev, rev_file, rev_len, hash_len, idx.count, idx.sum) == 0 &&
		rev.count == idx.count,
	    "  is opened");
	uint32_t i = 0, same = 0;
	for (char *line = strtok(all, "\n"); line != NULL && i < rev.count;
	     line = strtok(NULL, "\n"), i++) {
		char hex[RIAD_OID_HEX_MAX + 1];
		struct riad_oid oid;

		riad_idx_id(&idx, riad_revidx_at(&rev, i), &oid);
		riad_oid_hex(hex, &oid, hash_len);
		same += strncmp(strchr(line, ' ') + 1, hex, 2 * hash_len) == 0;
	}
	ok(same == idx.count && i == idx.count, "  the order of the pack");
	ok(riad_revidx_check(&rev, &idx) == 0, "  is checked");
	ok(riad_revidx_at(&rev, rev.count) == RIAD_REVIDX_NONE,
	    "  beyond the last");

	int opened = 0;
	for (size_t k = 0; k < rev_len; k++)
		opened += riad_revidx_open(&rev, rev_file, k, hash_len,
			      idx.count, idx.sum) == 0;
	ok(opened == 0, "  cut short");
	ok(riad_revidx_open(&rev, rev_file, rev_len, hash_len, idx.count - 1,
	       idx.sum) == -1 &&
		errno == EBADMSG,
	    "  of another number of objects");
	rev_file[rev_len - hash_len - 1] ^= 1;
	ok(riad_revidx_open(
	       &rev, rev_file, rev_len, hash_len, idx.count, idx.sum) == -1 &&
		errno == EBADMSG,
	    "  of another pack");
	rev_file[rev_len - hash_len - 1] ^= 1;
	rev_file[0] ^= 1;
	ok(riad_revidx_open(
	       &rev, rev_file, rev_len, hash_len, idx.count, idx.sum) == -1 &&
		errno == EBADMSG,
	    "  no signature");
	rev_file[0] ^= 1;
	for (unsigned at = 7; at <= 11; at += 4) {
		rev_file[at] ^= 3;
		ok(riad_revidx_open(&rev, rev_file, rev_len, hash_len,
		       idx.count, idx.sum) == -1 &&
			errno == ENOTSUP,
		    "  another %s", at == 7 ? "version" : "hash");
		rev_file[at] ^= 3;
	}
	riad_revidx_open(&rev, rev_file, rev_len, hash_len, idx.count, idx.sum);
	rev_file[12] = 0x80;
	ok(riad_revidx_at(&rev, 0) == RIAD_REVIDX_NONE &&
		riad_revidx_check(&rev, &idx) == -1 && errno == EBADMSG,
	    "  an object that is not there");
	memcpy(rev_file + 12, rev_file + 16, 4);
	ok(riad_revidx_check(&rev, &idx) == -1, "  an object twice");
	free(all);
	free(rev_file);
	free(file);
}

int
main(void)
{
	if (!have_git()) {
		printf("1..0 # SKIP git is not installed\n");
		return 0;
	}
	scratch_enter();
	test_midx("sha1", RIAD_SHA1_LEN);
	test_revidx("sha1", RIAD_SHA1_LEN);
	test_midx("sha256", RIAD_SHA256_LEN);
	test_revidx("sha256", RIAD_SHA256_LEN);
	return tap_done();
}
