/* SPDX-License-Identifier: ISC */
/* Against what git says is reachable, from bitmaps that git wrote. */

#include "riad/bitmap.h"

#include <ctype.h>
#include <errno.h>

#include "riad/buf.h"
#include "riad/hash.h"
#include "scratch.h"
#include "tap.h"

enum { MAX = 4096, COMMITS_MAX = 128 };

/* The objects of a repository by either order, and the commits. */
static struct object {
	char hex[RIAD_OID_HEX_MAX + 1];
	uint64_t pack, off;
} by_id[MAX], by_pack[MAX];
static uint32_t n;

static uint8_t file[1 << 20];
static size_t len;

static void
load(const char *name)
{
	FILE *f = fopen(name, "re");

	len = f != NULL ? fread(file, 1, sizeof(file), f) : 0;
	if (f != NULL)
		fclose(f);
}

static void
save(const char *name, const void *data, size_t size)
{
	FILE *f = fopen(name, "we");

	if (f == NULL || fwrite(data, 1, size, f) != size || fclose(f) != 0)
		exit(1);
}

static int
cmp_id(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	return strcmp(x->hex, y->hex);
}

static int
cmp_pack(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	return (x->off > y->off) - (x->off < y->off);
}

/* Reads lines of "PACK OFFSET ID". */
static void
load_objects(const char *name)
{
	FILE *f = fopen(name, "re");

	n = 0;
	while (f != NULL && n < MAX &&
	       fscanf(f, "%lu %lu %64s", &by_id[n].pack, &by_id[n].off,
		   by_id[n].hex) == 3)
		n++;
	if (f != NULL)
		fclose(f);
	memcpy(by_pack, by_id, sizeof(by_id));
	qsort(by_id, n, sizeof(*by_id), cmp_id);
	qsort(by_pack, n, sizeof(*by_pack), cmp_pack);
}

/* -1 if there is none. */
static int64_t
number_of(const char *hex)
{
	struct object key;

	snprintf(key.hex, sizeof(key.hex), "%s", hex);
	const struct object *o =
	    bsearch(&key, by_id, n, sizeof(*by_id), cmp_id);
	return o != NULL ? o - by_id : -1;
}

static int64_t
bit_of(const char *hex)
{
	for (uint32_t i = 0; i < n; i++) {
		if (strcmp(by_pack[i].hex, hex) == 0)
			return i;
	}
	return -1;
}

/* Makes bits those whose ids are the first words of a file's lines. */
static void
load_set(struct riad_bits *bits, const char *name)
{
	char line[512];
	FILE *f = fopen(name, "re");

	riad_bits_clear(bits);
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, " \n")] = '\0';
		int64_t i = bit_of(line);
		if (i == -1)
			printf("# %s: %s is not there\n", name, line);
		else
			riad_bits_add(bits, (size_t)i);
	}
	if (f != NULL)
		fclose(f);
}

static bool
same(const struct riad_bits *a, const struct riad_bits *b)
{
	return memcmp(a->words, b->words, (n + 63) / 64 * 8) == 0;
}

/*
 * A repository of many commits, merges and tags, one of which is of a blob,
 * and for each commit a file of what is reachable from it.
 */
static int
make_repo(const char *name, const char *format)
{
	return sh(
	    "git init -q --object-format=%s -b main %s && cd %s && "
	    "git config gc.auto 0 && "
	    "for i in $(seq 30); do "
	    "  mkdir -p d$((i %% 5)) && seq $((i * 7)) >d$((i %% 5))/f$i && "
	    "  echo $i >same && git add . && git commit -qm c$i; "
	    "  case $i in *5) git checkout -qb side$i && seq 50 >s$i && "
	    "    git add . && git commit -qm s$i && git checkout -q main && "
	    "    echo m$i >m$i && git add . && git commit -qm m$i && "
	    "    git merge -q --no-edit side$i >/dev/null;; esac; "
	    "done && git tag -am tag one HEAD~3 && "
	    "git tag -am tag blob $(echo blob | git hash-object -w --stdin) && "
	    "git rev-list --all >../commits && "
	    "mkdir -p ../want && while read c; do "
	    "  git rev-list --objects $c >../want/$c || exit; "
	    "done <../commits && git rev-list --objects --all >../all && "
	    "git cat-file --batch-check --batch-all-objects >../types && "
	    "for t in commit tree blob tag; do "
	    "  grep \" $t \" ../types >../want/$t; done",
	    format, name, name);
}

static const char *const type_names[] = {"commit", "tree", "blob", "tag"};

static void
check_types(struct riad_bitmap *b)
{
	struct riad_bits got, want;
	bool good = true;

	if (riad_bits_init(&got, n) == -1 || riad_bits_init(&want, n) == -1)
		exit(1);
	for (int t = 0; t < RIAD_BITMAP_TYPES; t++) {
		char name[64];

		snprintf(name, sizeof(name), "want/%s", type_names[t]);
		load_set(&want, name);
		good &=
		    riad_bitmap_type(b, (enum riad_bitmap_type)t, &got) == 0 &&
		    same(&got, &want);
	}
	ok(good, "  the types");
	riad_bits_free(&got);
	riad_bits_free(&want);
}

/* In an order that goes up and down the chains of differences. */
static void
check_commits(struct riad_bitmap *b)
{
	static char commits[COMMITS_MAX][RIAD_OID_HEX_MAX + 1];
	struct riad_bits got, all, want;
	const struct riad_bits *set;
	FILE *f = fopen("commits", "re");
	uint32_t count = 0, found = 0, right = 0;

	while (f != NULL && count < COMMITS_MAX &&
	       fscanf(f, "%64s", commits[count]) == 1)
		count++;
	if (f != NULL)
		fclose(f);
	if (riad_bits_init(&got, n) == -1 || riad_bits_init(&all, n) == -1 ||
	    riad_bits_init(&want, n) == -1)
		exit(1);
	bool adds = true;
	for (uint32_t k = 0; k < 3 * count; k++) {
		uint32_t i = k < count ? k : k * 37 % count;
		char name[128];

		snprintf(name, sizeof(name), "want/%s", commits[i]);
		load_set(&want, name);
		uint32_t number = (uint32_t)number_of(commits[i]);
		int r = riad_bitmap_get(b, number, &set);
		if (riad_bitmap_has(b, number) != (r == 1) || r == -1)
			break;
		found += r == 1;
		right += r == 1 && same(set, &want);
		riad_bits_clear(&got);
		adds &= riad_bitmap_of(b, number, &got) == r &&
			(r == 0 || same(&got, &want)) &&
			riad_bitmap_of(b, number, &all) == r;
		riad_bits_or(&want, &all);
		adds &= same(&all, &want) || r == 0;
	}
	ok(count > 30 && found == 3 * b->count && right == found && adds,
	    "  %u of %u commits have what git says", b->count, count);

	found = 0;
	for (uint32_t i = 0; i < n; i++)
		found += riad_bitmap_has(b, i);
	ok(found == b->count && !riad_bitmap_has(b, n) &&
		!riad_bitmap_has(b, UINT32_MAX) &&
		riad_bitmap_get(b, n, &set) == 0,
	    "  and nothing else");
	riad_bits_free(&got);
	riad_bits_free(&all);
	riad_bits_free(&want);
}

/* The end of a path counts most. */
static uint32_t
name_hash(const char *path)
{
	uint32_t hash = 0;

	for (; *path != '\0'; path++) {
		if (!isspace((unsigned char)*path))
			hash = (hash >> 2) +
			       ((uint32_t)(unsigned char)*path << 24);
	}
	return hash;
}

static void
check_hashes(struct riad_bitmap *b, bool there)
{
	char line[512];
	uint32_t hash, right = 0, count = 0;
	FILE *f = fopen("all", "re");

	if (!there) {
		ok(!riad_bitmap_name_hash(b, 0, &hash) && hash == 0,
		    "  no hashes");
		fclose(f);
		return;
	}
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *path = strchr(line, ' ');
		if (path == NULL || path[1] == '\0')
			continue;
		*path++ = '\0';
		/* Only the objects that have one name: files but "same". */
		if (strncmp(path, "d", 1) != 0 || strchr(path, '/') == NULL)
			continue;
		count++;
		right += riad_bitmap_name_hash(
			     b, (uint32_t)number_of(line), &hash) &&
			 hash == name_hash(path);
	}
	fclose(f);
	ok(count > 20 && right == count, "  hashes of %u of %u names", right,
	    count);
}

enum { LOOKUP = 1, HASHES = 2, MIDX = 4 };

static void
check_bitmap(const char *what, size_t hash_len, unsigned flags)
{
	struct riad_bitmap b;

	int r = riad_bitmap_open(&b, file, len, hash_len, n);
	ok(r == 0, "%s: %u objects", what, n);
	if (r == -1)
		return;
	ok((b.rows != NULL) == ((flags & LOOKUP) != 0) &&
		(b.hashes != NULL) == ((flags & HASHES) != 0),
	    "  of that kind");
	ok(riad_bitmap_verify(&b) == 0, "  its own hash");
	check_types(&b);
	check_commits(&b);
	if ((flags & MIDX) == 0)
		check_hashes(&b, (flags & HASHES) != 0);
	riad_bitmap_close(&b);
}

/* What begins the file of that name belongs to a file that ends in sum. */
static bool
is_sum_of(const char *name, size_t hash_len)
{
	static uint8_t kept[sizeof(file)];
	size_t kept_len = len;

	memcpy(kept, file, len);
	load(name);
	bool is = len > hash_len && kept_len > 12 + hash_len &&
		  memcmp(kept + 12, file + len - hash_len, hash_len) == 0;
	memcpy(file, kept, kept_len);
	len = kept_len;
	return is;
}

static void
test_pack(const char *name, size_t hash_len)
{
	static const char *const bools[] = {"false", "true"};

	for (unsigned flags = 0; flags <= (LOOKUP | HASHES); flags++) {
		char what[64];

		ok(sh("cd %s && rm -f .git/objects/pack/*.bitmap && "
		      "git -c pack.writeBitmapLookupTable=%s "
		      "-c pack.writeBitmapHashCache=%s repack -qadfb && "
		      "cp .git/objects/pack/*.bitmap ../bitmap && "
		      "cp .git/objects/pack/*.pack ../pack && "
		      "git show-index --object-format=%s "
		      "<$(echo .git/objects/pack/*.idx) "
		      "| awk '{ print 0, $1, $2 }' >../objects",
		       name, bools[(flags & LOOKUP) != 0],
		       bools[(flags & HASHES) != 0],
		       hash_len == RIAD_SHA1_LEN ? "sha1" : "sha256"),
		    "git writes one");
		load_objects("objects");
		load("bitmap");
		snprintf(what, sizeof(what), "%s%s%s", name,
		    (flags & LOOKUP) != 0 ? ", lookup table" : "",
		    (flags & HASHES) != 0 ? ", hashes" : "");
		check_bitmap(what, hash_len, flags);
		ok(is_sum_of("pack", hash_len), "  it is that pack's");
	}
}

/* What git wrote, with each set written by us, is what git reads. */
static void
test_written(const char *name)
{
	struct riad_bitmap b;
	struct riad_ewah ewah;
	struct riad_buf buf;
	struct riad_bits bits;
	struct riad_oid sum;

	ok(sh("cd %s && git -c pack.writeBitmapHashCache=false "
	      "-c pack.writeBitmapLookupTable=false repack -qadfb && "
	      "cp .git/objects/pack/*.bitmap ../bitmap && "
	      "git show-index <$(echo .git/objects/pack/*.idx) "
	      "| awk '{ print 0, $1, $2 }' >../objects",
	       name),
	    "git writes one");
	load_objects("objects");
	load("bitmap");
	if (riad_bitmap_open(&b, file, len, RIAD_SHA1_LEN, n) == -1 ||
	    riad_bits_init(&bits, n) == -1)
		exit(1);
	riad_buf_init(&buf, sizeof(file));
	bool good = riad_buf_add(&buf, file, 32) == 0;
	size_t at = 32;
	for (uint32_t i = 0; i < RIAD_BITMAP_TYPES + b.count; i++) {
		if (i >= RIAD_BITMAP_TYPES) {
			good &= riad_buf_add(&buf, file + at, 6) == 0;
			at += 6;
		}
		ssize_t size = riad_ewah_parse(&ewah, file + at, b.end - at);
		good &= size != -1 && riad_ewah_load(&bits, &ewah) == 0 &&
			riad_ewah_write(&buf, &bits) == 0;
		at += (size_t)size;
	}
	ok(good && at == b.end, "its sets are written anew");
	struct riad_hash *hash = riad_hash_new(RIAD_SHA1_LEN);
	riad_hash_add(hash, buf.data, buf.len);
	riad_hash_end(hash, &sum);
	riad_hash_free(hash);
	riad_buf_add(&buf, sum.id, RIAD_SHA1_LEN);
	save("ours", buf.data, buf.len);
	ok(sh("cd %s && cp -f ../ours .git/objects/pack/*.bitmap && "
	      "for c in HEAD HEAD~7; do "
	      "git rev-list --test-bitmap $c 2>../log || exit; "
	      "grep -q '^OK!' ../log || exit; done && "
	      "git rev-list --use-bitmap-index --count --objects HEAD >../a && "
	      "git rev-list --count --objects HEAD >../b && cmp ../a ../b",
	       name),
	    "and git finds them right");
	riad_bitmap_close(&b);
	riad_bits_free(&bits);
	riad_buf_free(&buf);
}

/*
 * Three packs; the second is the preferred one, and so the first of the
 * pseudo-pack order.  No object is in two of them.
 */
static void
test_midx(const char *name, size_t hash_len)
{
	static const char *const bools[] = {"false", "true"};

	for (unsigned flags = MIDX; flags <= (MIDX | LOOKUP | HASHES);
	     flags++) {
		const char *format =
		    hash_len == RIAD_SHA1_LEN ? "sha1" : "sha256";
		char what[64];

		/* What is packed already isn't unpacked: hence "old". */
		ok(sh("cd %s && p=.git/objects/pack && "
		      "rm -f $p/*.bitmap $p/multi* && mkdir ../old && "
		      "mv $p/pack-* ../old && "
		      "git unpack-objects -q <$(echo ../old/*.pack) && "
		      "rm -rf ../old && "
		      "git rev-list --objects HEAD~20 | "
		      "git pack-objects -q $p/pack >/dev/null && "
		      "git rev-list --objects HEAD~8 ^HEAD~20 | "
		      "git pack-objects -q $p/pack >../preferred && "
		      "git prune-packed -q && git repack -qd && "
		      "git -c pack.writeBitmapLookupTable=%s "
		      "-c pack.writeBitmapHashCache=%s "
		      "multi-pack-index write --bitmap "
		      "--preferred-pack=pack-$(cat ../preferred).idx && "
		      "cp $p/multi-pack-index-*.bitmap ../bitmap && "
		      "cp $p/multi-pack-index ../midx && i=1 && "
		      "for x in $p/pack-*.idx; do k=$i; "
		      "case $x in *$(cat ../preferred)*) k=0;; esac; "
		      "git show-index --object-format=%s <$x | "
		      "awk '{ print k, $1, $2 }' k=$k; "
		      "i=$((i + 1)); done >../objects && "
		      "test $i = 4 && git repack -qad",
		       name, bools[(flags & LOOKUP) != 0],
		       bools[(flags & HASHES) != 0], format),
		    "git writes one");
		load_objects("objects");
		load("bitmap");
		snprintf(what, sizeof(what), "%s, several packs%s%s", name,
		    (flags & LOOKUP) != 0 ? ", lookup table" : "",
		    (flags & HASHES) != 0 ? ", hashes" : "");
		check_bitmap(what, hash_len, flags);
		ok(is_sum_of("midx", hash_len), "  it is that index's");
	}
}

static void
put32(size_t at, uint32_t v)
{
	file[at] = (uint8_t)(v >> 24);
	file[at + 1] = (uint8_t)(v >> 16);
	file[at + 2] = (uint8_t)(v >> 8);
	file[at + 3] = (uint8_t)v;
}

static uint32_t
get32(size_t at)
{
	const uint8_t *p = file + at;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* What opening says: 0, or errno. */
static int
opens(size_t size)
{
	struct riad_bitmap b;

	/* Of its exact size, so that a sanitizer sees one byte too many. */
	uint8_t *data = malloc(size + 1);
	if (data == NULL)
		exit(1);
	memcpy(data + 1, file, size);
	int r = riad_bitmap_open(&b, data + 1, size, RIAD_SHA1_LEN, n);
	int err = r == 0 ? 0 : errno;
	if (r == 0)
		riad_bitmap_close(&b);
	free(data);
	return err;
}

/* How many of the numbers below n have a set, none, or fail. */
static void
get_all(size_t counts[3])
{
	const struct riad_bits *set;
	struct riad_bitmap b;

	memset(counts, 0, 3 * sizeof(*counts));
	if (riad_bitmap_open(&b, file, len, RIAD_SHA1_LEN, n) == -1)
		return;
	for (uint32_t i = 0; i < n; i++)
		counts[1 + riad_bitmap_get(&b, i, &set)]++;
	riad_bitmap_close(&b);
}

static bool
make_bitmap(const char *table, const char *hashes)
{
	bool made = sh("cd sha1 && rm -f .git/objects/pack/*.bitmap && "
		       "git -c pack.writeBitmapLookupTable=%s "
		       "-c pack.writeBitmapHashCache=%s repack -qadfb && "
		       "cp .git/objects/pack/*.bitmap ../bitmap && "
		       "git show-index <$(echo .git/objects/pack/*.idx) | "
		       "awk '{ print 0, $1, $2 }' >../objects",
	    table, hashes);

	load_objects("objects");
	load("bitmap");
	return made;
}

/* Where the entries begin, and the first that has a base. */
static size_t
first_difference(size_t *begin)
{
	struct riad_bitmap b;
	struct riad_ewah ewah;

	if (riad_bitmap_open(&b, file, len, RIAD_SHA1_LEN, n) == -1)
		exit(1);
	size_t at = *begin = b.begin;
	while (at < b.end && file[at + 4] == 0)
		at += 6 + (size_t)riad_ewah_parse(
			      &ewah, file + at + 6, b.end - at - 6);
	riad_bitmap_close(&b);
	return at;
}

static void
test_damage(void)
{
	size_t counts[3], begin, whole;
	int opened = 0;

	ok(make_bitmap("false", "true"), "git writes one");
	whole = len;
	ok(opens(len) == 0, "it is good");
	for (size_t i = 0; i < len; i++)
		opened += opens(i) != EBADMSG;
	ok(opened == 0, "cut short");
	n++;
	ok(opens(len) == EBADMSG, "of more objects");
	n -= 2;
	ok(opens(len) == EBADMSG, "of fewer");
	n++;
	file[0] = 'b';
	ok(opens(len) == EBADMSG, "no magic");
	file[0] = 'B';
	file[5] = 2;
	ok(opens(len) == ENOTSUP, "version 2");
	file[5] = 1;
	file[7] = 0x25;
	ok(opens(len) == ENOTSUP, "pseudo-merges");
	file[7] = 0x4;
	ok(opens(len) == ENOTSUP, "not the whole graph");
	file[7] = 0x5;
	for (uint32_t count = get32(8), i = 0; i < 3; i++) {
		static const uint32_t by[] = {1, UINT32_MAX, 1u << 31};

		put32(8, count + by[i]);
		ok(opens(len) == EBADMSG, "another number of entries");
		put32(8, count);
	}

	size_t at = first_difference(&begin);
	uint32_t number = get32(at);
	put32(at, n);
	ok(opens(len) == EBADMSG, "a commit beyond the objects");
	put32(at, get32(begin));
	ok(opens(len) == EBADMSG, "a commit twice");
	put32(at, number);
	uint8_t back = file[at + 4];
	file[at + 4] = 161;
	ok(opens(len) == EBADMSG, "a base too far back");
	file[at + 4] = back;
	file[begin + 4] = 1;
	ok(opens(len) == EBADMSG, "a base before the first");
	file[begin + 4] = 0;
	file[len - 1] ^= 1;
	struct riad_bitmap b;
	ok(riad_bitmap_open(&b, file, len, RIAD_SHA1_LEN, n) == 0 &&
		riad_bitmap_verify(&b) == -1 && errno == EBADMSG,
	    "another hash at the end");
	riad_bitmap_close(&b);

	/* The first run-length word of the first entry: ones without end.
	 * Those that are differences from it fail, too, and the rest don't. */
	load("bitmap");
	get_all(counts);
	size_t good = counts[2];
	ok(counts[0] == 0 && good == get32(8), "each has a set");
	put32(begin + 14, 1);
	put32(begin + 18, UINT32_MAX);
	get_all(counts);
	ok(counts[0] > 0 && counts[0] + counts[2] == good,
	    "%zu that can't be, %zu that can", counts[0], counts[2]);
	load("bitmap");

	/* Of the first type, commits, to the second, trees. */
	uint8_t kept[64];
	size_t size = 12 + (size_t)get32(36) * 8;
	memcpy(kept, file + 32, sizeof(kept));
	file[32 + size - 5] ^= 1;
	ok(opens(len) == EBADMSG, "an object of no type, or of two");
	memcpy(file + 32, kept, sizeof(kept));
	ok(opens(whole) == 0, "all is as it was");
}

static void
test_damaged_table(void)
{
	size_t counts[3];

	ok(make_bitmap("true", "true"), "git writes one with a table");
	uint32_t count = get32(8);
	size_t rows = len - 20 - (size_t)n * 4 - (size_t)count * 16;
	get_all(counts);
	ok(counts[2] == count && counts[0] == 0, "it is good");

	put32(rows + 4, 1);
	get_all(counts);
	ok(counts[2] < count && counts[0] > 0, "an offset beyond the file");
	put32(rows + 4, 0);
	put32(rows + 8, (uint32_t)rows - 17);
	get_all(counts);
	ok(counts[0] > 0, "an offset near the end of the entries");
	put32(rows + 8, 12);
	get_all(counts);
	ok(counts[0] > 0, "an offset in the header");

	load("bitmap");
	put32(rows, get32(rows) == 0 ? n - 1 : get32(rows) - 1);
	get_all(counts);
	ok(counts[0] > 0, "another commit's entry");

	load("bitmap");
	uint32_t row = 0;
	while (row < count - 1 &&
	       get32(rows + (size_t)row * 16 + 12) == UINT32_MAX)
		row++;
	put32(rows + (size_t)row * 16 + 12, row);
	get_all(counts);
	ok(counts[0] > 0, "a row that is its own base");
	put32(rows + 12, count);
	get_all(counts);
	ok(counts[0] > 0, "a base beyond the table");
	put32(rows + 12, 0x7fffffff);
	get_all(counts);
	ok(counts[0] > 0, "far beyond it");

	/* Every row the next one's difference, in a ring. */
	for (uint32_t i = 0; i < count; i++)
		put32(rows + (size_t)i * 16 + 12, (i + 1) % count);
	get_all(counts);
	ok(counts[2] == 0 && counts[0] == count, "a ring");

	load("bitmap");
	for (uint32_t i = 0; i < count; i++)
		put32(rows + (size_t)i * 16, i ^ 0x55);
	get_all(counts);
	ok(counts[0] + counts[1] + counts[2] == n, "in no order");
}

/*
 * Each commit's set is all up to its bit, and a difference from the one
 * before: two words of one bit, a run of ones, and what ends it.  The chain is
 * as long as there are commits; git's are of hundreds.
 */
static void
test_long_chain(void)
{
	enum { COMMITS = 1000, STEP = 199 };
	static const uint8_t head[32] = {
	    'B', 'I', 'T', 'M', 0, 1, 0, 1, 0, 0, COMMITS >> 8, COMMITS & 0xff};
	static const uint8_t entry[6] = {0, 0, 0, 0, 1, 0};
	const uint32_t count = COMMITS * STEP;
	const struct riad_bits *set;
	struct riad_bits all, none, step;
	struct riad_bitmap b;
	struct riad_buf buf;

	if (riad_bits_init(&all, count) == -1 ||
	    riad_bits_init(&none, count) == -1 ||
	    riad_bits_init(&step, count) == -1)
		exit(1);
	for (uint32_t i = 0; i < count; i++)
		riad_bits_add(&all, i);
	riad_buf_init(&buf, sizeof(file));
	riad_buf_add(&buf, head, sizeof(head));
	riad_ewah_write(&buf, &all);
	for (int i = 1; i < RIAD_BITMAP_TYPES; i++)
		riad_ewah_write(&buf, &none);
	for (uint32_t i = 0; i < COMMITS; i++) {
		size_t at = buf.len;

		riad_bits_clear(&step);
		for (uint32_t k = i * STEP; k < (i + 1) * STEP; k++)
			riad_bits_add(&step, k);
		riad_buf_add(&buf, entry, sizeof(entry));
		riad_ewah_write(&buf, &step);
		buf.data[at + 2] = (uint8_t)(i >> 8);
		buf.data[at + 3] = (uint8_t)i;
		buf.data[at + 4] = i > 0;
	}
	riad_buf_add(&buf, head, 20);

	bool good =
	    riad_bitmap_open(&b, buf.data, buf.len, RIAD_SHA1_LEN, count) == 0;
	for (uint32_t k = 0; good && k < COMMITS; k++) {
		uint32_t i = k * 371 % COMMITS;
		size_t end = (size_t)(i + 1) * STEP;

		good &= riad_bitmap_get(&b, i, &set) == 1 &&
			riad_bits_next_gap(set, 0) == end &&
			riad_bits_next(set, end) == count;
	}
	ok(good, "a chain of %d", COMMITS);
	riad_bitmap_close(&b);
	riad_bits_free(&all);
	riad_bits_free(&none);
	riad_bits_free(&step);
	riad_buf_free(&buf);
}

int
main(void)
{
	scratch_enter();
	test_long_chain();
	if (!have_git()) {
		ok(true, "the rest # SKIP git is not installed");
		return tap_done();
	}
	ok(make_repo("sha1", "sha1"), "a repository");
	test_pack("sha1", RIAD_SHA1_LEN);
	test_written("sha1");
	test_damage();
	test_damaged_table();
	test_midx("sha1", RIAD_SHA1_LEN);
	sh("rm -rf want");
	ok(make_repo("sha256", "sha256"), "one of SHA-256");
	test_pack("sha256", RIAD_SHA256_LEN);
	test_midx("sha256", RIAD_SHA256_LEN);
	return tap_done();
}
