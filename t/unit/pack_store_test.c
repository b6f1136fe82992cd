/* SPDX-License-Identifier: ISC */
/* Repositories that git keeps in one way or another: what is in them, and what
 * is reached by bitmaps, is what git says. */

#include "riad/store.h"

#include <errno.h>

#include "riad/closure.h"
#include "scratch.h"
#include "tap.h"

static size_t hash_len;

/* A shape, made in "r" out of what make() left there. */
struct shape {
	const char *name;
	const char *make;
	size_t midxs; /* that count */
	int bitmap;   /* below */
	bool hidden;  /* some are only found by riad_store_find */
};

enum { NONE, OF_A_PACK, OF_A_MIDX, LEFT_ASIDE };

#define BASE                                                                   \
	"cp -r base r && cd r && "                                             \
	"p() { git rev-list --objects $* | cut -d' ' -f1 | "                   \
	"git pack-objects -q .git/objects/pack/pack >/dev/null; } && "         \
	"all() { git rev-list --objects --all --reflog; } && "                 \
	"P=.git/objects/pack && "

/* Three packs that share objects, and all of them in the largest. */
#define SEVERAL                                                                \
	BASE "git repack -adq && p HEAD~20 && p HEAD~20..HEAD && "             \
	     "p HEAD~30..HEAD~10 && cp $P/*.pack . && "

static const struct shape shapes[] = {
    {"loose objects", "cp -r base r", 0, NONE, false},
    {"one pack", BASE "git repack -adq", 0, NONE, false},
    {"its bitmap", BASE "git repack -adbq", 0, OF_A_PACK, false},
    {"several packs", SEVERAL "true", 0, NONE, false},
    {"many packs",
	BASE "i=0; while [ $i -lt 35 ]; do p HEAD~$((i + 4))..HEAD~$i; "
	     "i=$((i + 2)); done && p --all",
	0, NONE, false},
    {"many packs and a bitmap of the smallest",
	BASE "i=0; while [ $i -lt 35 ]; do p HEAD~$((i + 4))..HEAD~$i; "
	     "i=$((i + 2)); done && p --all && git checkout -q HEAD~38 && "
	     "cp -r $P ../keep && rm -rf $P/* && git branch -q old && "
	     "git rev-list --objects HEAD | "
	     "git pack-objects -q --revs x </dev/null >/dev/null; "
	     "rm -rf $P && mv ../keep $P && git checkout -q main && "
	     "git branch -qD old; rm -f x*",
	0, NONE, false},
    {"a multi-pack-index", SEVERAL "git multi-pack-index write", 1, NONE,
	false},
    {"and its bitmap", SEVERAL "git multi-pack-index write --bitmap", 1,
	OF_A_MIDX, false},
    {"with a preferred pack",
	SEVERAL "git multi-pack-index write --bitmap --preferred-pack=$(ls -S "
		"$P/*.idx | tail -1 | xargs basename)",
	1, OF_A_MIDX, false},
    {"and packs that came since",
	SEVERAL "git multi-pack-index write --bitmap && echo new >new && "
		"git add . && git commit -qm new && p HEAD~1..HEAD && "
		"p HEAD~9..HEAD && git prune-packed -q",
	1, OF_A_MIDX, false},
    {"with its order in a file",
	SEVERAL
	"GIT_TEST_MIDX_WRITE_REV=1 git multi-pack-index write --bitmap && "
	"ls $P/multi*.rev && chmod u+w $P/multi-pack-index && "
	"LC_ALL=C sed -i s/RIDX/XIDX/ $P/multi-pack-index",
	1, OF_A_MIDX, false},
    {"whose order is lost",
	SEVERAL "git multi-pack-index write --bitmap && rm -f $P/multi*.rev && "
		"chmod u+w $P/multi-pack-index && "
		"LC_ALL=C sed -i s/RIDX/XIDX/ $P/multi-pack-index",
	1, LEFT_ASIDE, false},
    {"a bitmap and a multi-pack-index without",
	BASE "git repack -adbq && p HEAD~20 && p HEAD~20..HEAD && "
	     "git multi-pack-index write --preferred-pack=$(ls -S "
	     "$P/*.idx | tail -1 | xargs basename)",
	1, OF_A_PACK, false},
    {"one that names packs that are gone",
	SEVERAL "git multi-pack-index write --bitmap && cp $P/multi* . && "
		"git repack -adbq && cp multi* $P",
	0, OF_A_PACK, false},
    {"one that is cut short",
	SEVERAL "git multi-pack-index write && chmod u+w $P/multi-pack-index "
		"&& truncate -s 3000 $P/multi-pack-index",
	0, NONE, false},
    {"one whose ids are damaged",
	SEVERAL "git multi-pack-index write && chmod u+w $P/multi-pack-index "
		"&& head -c 400 /dev/zero | dd of=$P/multi-pack-index bs=1 "
		"seek=3000 conv=notrunc 2>/dev/null",
	1, NONE, true},
    {"one whose packs were written anew",
	SEVERAL "git multi-pack-index write --bitmap && for i in $P/*.idx; do "
		"q=${i%.idx}; rm -f $q.rev $q.idx; chmod u+w $q.pack; "
		"git index-pack -o $q.idx $q.pack >/dev/null || exit; done",
	1, OF_A_MIDX, false},
    {"indexes of version 1",
	SEVERAL "for i in $P/*.idx; do q=${i%.idx}; rm -f $q.idx; git "
		"index-pack --index-version=1 -o $q.idx $q.pack >/dev/null || "
		"exit; done && git multi-pack-index write --bitmap",
	1, OF_A_MIDX, false},
    {"reverse indexes",
	BASE "git config pack.writeReverseIndex true && git repack -adbq && "
	     "ls $P/*.rev",
	0, OF_A_PACK, false},
    {"what is borrowed",
	"cp -r base lender && cd lender && P=.git/objects/pack && "
	"git repack -adq && git rev-list --objects HEAD~20 | cut -d' ' -f1 | "
	"git pack-objects -q $P/pack >/dev/null && "
	"git multi-pack-index write --bitmap && cd .. && "
	"git clone -qs lender r && cd r && echo n >n && git add . && "
	"git commit -qm n && git repack -adq && "
	"git rev-list --objects HEAD~5 | cut -d' ' -f1 | "
	"git pack-objects -q $P/pack >/dev/null && "
	"git multi-pack-index write",
	2, OF_A_MIDX, false},
};

static void
make_base(const char *format)
{
	ok(sh("rm -rf base r lender && "
	      "git init -q --object-format=%s -b main base && cd base && "
	      "git config gc.auto 0 && for i in $(seq 40); do "
	      "mkdir -p d$((i %% 5)) && seq $((i * 9)) >d$((i %% 5))/f$i && "
	      "seq $i 400 >same && git add . && git commit -qm c$i; done && "
	      "git tag -am tag one HEAD~3 && git tag -am again two one "
	      "2>/dev/null && "
	      "git tag -am tag blob $(echo blob | git hash-object -w --stdin)",
	       format),
	    "%s", format);
}

/* Whether each object that git lists is there, once; and how many. */
static uint32_t
check_objects(struct riad_store *s, bool hidden, uint32_t *wrong)
{
	struct riad_numset seen;
	char hex[RIAD_OID_HEX_MAX + 2];
	uint32_t n = 0;

	*wrong = 0;
	if (riad_numset_init(&seen, s) == -1)
		return 0;
	FILE *f = fopen("r/objects", "re");
	while (f != NULL && fscanf(f, "%65s", hex) == 1) {
		struct riad_oid oid, back;

		n++;
		if (riad_oid_parse(&oid, hex, strlen(hex), hash_len) == -1) {
			++*wrong;
			continue;
		}
		int64_t number = hidden ? riad_store_find(s, &oid)
					: riad_store_quick(s, &oid);
		if (number == -1) {
			printf("# %s is missing\n", hex);
			++*wrong;
			continue;
		}
		riad_store_oid(s, (uint32_t)number, &back);
		*wrong += !riad_oid_eq(&oid, &back) ||
			  riad_numset_add(&seen, (uint32_t)number) != 1 ||
			  (number < RIAD_LOOSE &&
			      riad_store_packed(s, &oid) != number);
	}
	if (f != NULL)
		fclose(f);
	riad_numset_free(&seen);
	return n;
}

/* The set of what the tips reach by the bitmap is what git lists. */
static void
check_reached(struct riad_store *s, struct riad_bitindex *b, const char *list,
    const char *tips)
{
	struct riad_reader *reader = riad_reader_new(s, 1 << 20, false);
	struct riad_odb odb;
	struct riad_numset set;
	struct riad_oid tip[64];
	char hex[RIAD_OID_HEX_MAX + 2];
	size_t ntips = 0;
	uint32_t n = 0, wrong = 0;

	riad_reader_odb(reader, &odb, NULL, NULL, NULL);
	FILE *f = fopen(tips, "re");
	while (f != NULL && ntips < 64 && fscanf(f, "%65s", hex) == 1)
		wrong += riad_oid_parse(
			     &tip[ntips++], hex, strlen(hex), hash_len) == -1;
	if (f != NULL)
		fclose(f);
	struct riad_closure c = {.map = b, .reader = reader, .odb = &odb};
	int r = riad_numset_init(&set, s);
	if (r == 0)
		r = riad_closure(&c, &set, NULL, tip, ntips, false);
	f = fopen(list, "re");
	while (f != NULL && fscanf(f, "%65s%*[^\n]", hex) >= 1) {
		struct riad_oid oid;

		n++;
		int64_t number =
		    riad_oid_parse(&oid, hex, strlen(hex), hash_len) == -1
			? -1
			: riad_store_quick(s, &oid);
		wrong +=
		    number == -1 || !riad_numset_has(&set, (uint32_t)number);
	}
	if (f != NULL)
		fclose(f);
	ok(r == 0 && n > 0 && wrong == 0 && riad_numset_count(&set) == n,
	    "  %s: %u objects, %u wrong, %u found%s%s", list, n, wrong,
	    riad_numset_count(&set), r == -1 ? ", " : "", r == -1 ? c.why : "");
	riad_closure_free(&c);
	riad_numset_free(&set);
	riad_reader_free(reader);
}

static void
check_bitmap(struct riad_store *s, const struct shape *shape)
{
	struct riad_bitindex b;
	char why[256];
	uint32_t wrong = 0;

	int r = riad_bitindex_open(&b, s, why);
	const int want =
	    shape->bitmap == OF_A_PACK || shape->bitmap == OF_A_MIDX;
	ok(r == want && (why[0] != '\0') == (shape->bitmap == LEFT_ASIDE) &&
		(r != 1 || (b.midx != NULL) == (shape->bitmap == OF_A_MIDX)),
	    "  its bitmap%s%s", why[0] == '\0' ? "" : ": ", why);
	if (r != 1)
		return;
	for (uint32_t bit = 0; bit < b.bitmap.n; bit++) {
		const uint32_t number = riad_bitindex_number(&b, bit);
		struct riad_oid oid;

		riad_store_oid(s, number, &oid);
		int64_t pos = riad_bitindex_position(&b, number);
		wrong += riad_store_packed(s, &oid) != number || pos == -1 ||
			 riad_bitindex_bit(&b, (uint32_t)pos) != bit;
	}
	ok(wrong == 0, "  %u bits, %u wrong", b.bitmap.n, wrong);
	check_reached(s, &b, "r/reached", "r/tips");
	check_reached(s, &b, "r/old", "r/old-tip");
	riad_bitindex_close(&b);
}

static void
check(const struct shape *shape)
{
	const char *const dirs[] = {"r/.git/objects"};
	struct riad_store s;
	uint32_t wrong, n;

	/* git does worse than fall back where one names packs that are gone. */
	const int made = sh(
	    "rm -rf r lender && (%s) >/dev/null 2>&1 && cd r && "
	    "g() { git -c core.multiPackIndex=false \"$@\"; } && "
	    "g cat-file --batch-all-objects --batch-check='%%(objectname)' "
	    ">objects && g rev-list --objects --all >reached && "
	    "g for-each-ref --format='%%(objectname)' >tips && "
	    "g rev-list --objects HEAD~12 >old && g rev-parse HEAD~12 >old-tip",
	    shape->make);
	ok(made, "%s", shape->name);
	if (!made)
		return;
	for (int midx = 0; midx < 2; midx++) {
		if (riad_store_open(&s, dirs, 1, hash_len, midx) == -1) {
			ok(0, "  open");
			return;
		}
		ok(s.nmidxs == (midx ? shape->midxs : 0),
		    "  %zu multi-pack-indexes", s.nmidxs);
		n = check_objects(&s, midx && shape->hidden, &wrong);
		ok(n > 100 && wrong == 0, "  %u objects, %u wrong", n, wrong);
		const bool many = s.nothers > 8;
		riad_store_merge(&s);
		ok((s.merged.len > 0) == many, "  %s", many ? "merged" : "few");
		n = check_objects(&s, false, &wrong);
		ok(n > 100 && wrong == 0, "  again %u, %u wrong", n, wrong);
		if (midx)
			check_bitmap(&s, shape);
		riad_store_close(&s);
	}
}

int
main(void)
{
	if (!have_git()) {
		printf("1..0 # SKIP git is not installed\n");
		return 0;
	}
	scratch_enter();
	for (int i = 0; i < 2; i++) {
		hash_len = i == 0 ? RIAD_SHA1_LEN : RIAD_SHA256_LEN;
		make_base(i == 0 ? "sha1" : "sha256");
		for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++)
			check(&shapes[k]);
	}
	return tap_done();
}
