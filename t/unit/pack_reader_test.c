/* SPDX-License-Identifier: ISC */

#include "riad/reader.h"

#include <errno.h>
#include <fcntl.h>

#include "mkpack.h"
#include "randrepo.h"
#include "riad/parse.h"
#include "tap.h"

static const char *const dirs[] = {"a/objects"};

static void
open_or_exit(struct riad_store *s, size_t hash_len)
{
	if (riad_store_open(s, dirs, 1, hash_len, true) == -1) {
		printf("Bail out! no store\n");
		exit(1);
	}
}

/* Reads what `git cat-file --batch-all-objects --batch` said, and returns how
 * many objects are other; *count is how many there are. */
static size_t
differ(struct riad_store *s, struct riad_reader *rd, char *all, size_t len,
    size_t *count)
{
	char *p = all;
	size_t wrong = 0;

	for (*count = 0; p < all + len; ++*count) {
		struct riad_oid oid;
		enum riad_type type, want, other = 0;
		const uint8_t *data;
		size_t n, size;
		uint64_t is = 0;

		int used =
		    riad_oid_parse(&oid, p, 2 * s->hash_len, s->hash_len);
		char *word = p + used + 1, *end = strchr(word, ' ');
		if (used == -1 || end == NULL ||
		    riad_type_parse(&want, word, (size_t)(end - word)) == -1)
			return SIZE_MAX;
		size = strtoul(end, &end, 10);
		p = end + 1;
		int64_t number = riad_store_find(s, &oid);
		wrong += number == -1 ||
			 riad_reader_type(rd, (uint32_t)number, &other) == -1 ||
			 other != want ||
			 riad_reader_size(rd, (uint32_t)number, &is) == -1 ||
			 is != size ||
			 riad_reader_read(
			     rd, (uint32_t)number, &type, &data, &n) == -1 ||
			 type != want || n != size || memcmp(data, p, n) != 0;
		p += size + 1;
	}
	return wrong;
}

static const char cat[] =
    "git -C a cat-file --batch-all-objects --batch --unordered";

static void
compare(const char *what, size_t hash_len)
{
	static const size_t keeps[] = {0, 5000, 1 << 20};
	struct riad_store s;
	size_t len, n, wrong = 0;
	char *all = said(&len, "%s", cat);

	open_or_exit(&s, hash_len);
	for (size_t i = 0; i < 6; i++) {
		struct riad_reader *rd =
		    riad_reader_new(&s, keeps[i / 2], i % 2 != 0);
		wrong += rd == NULL ? 1 : differ(&s, rd, all, len, &n);
		riad_reader_free(rd);
	}
	ok(wrong == 0 && n > 100, "%s: %zu of %zu objects differ", what, wrong,
	    n);
	riad_store_close(&s);
	free(all);
}

static void
test_kinds(const char *format, size_t hash_len)
{
	ok(rand_repo("a", 60, format), "a repository, %s", format);
	compare("as git fast-import packs it", hash_len);
	ok(sh("git -C a repack -adfq --depth=100 --window=50"), "repack");
	compare("bases by offset", hash_len);
	ok(sh("git -C a -c repack.usedeltabaseoffset=false repack -adfq"),
	    "repack");
	compare("bases by id", hash_len);
	ok(sh("git -C a rev-list --objects c9 | cut -d' ' -f1 | git -C a "
	      "pack-objects -q objects/pack/pack >/dev/null && "
	      "mkdir shared && mv a/objects/pack shared && "
	      "echo \"$(pwd)/shared\" >a/objects/info/alternates"),
	    "two packs");
	compare("borrowed", hash_len);
	ok(sh("cat shared/pack/*.pack >/dev/null && rm a/objects/info/* && "
	      "for p in shared/pack/*.pack; do git -C a unpack-objects -q <$p "
	      "|| exit; done; rm -r shared"),
	    "unpack");
	compare("loose", hash_len);
}

/* Each version is a delta on the one before. */
static void
test_long(void)
{
	ok(sh("rm -rf a && git init -q --bare a && l=$(seq 40) && for i in "
	      "$(seq 4200); do printf 'blob\\ndata <<E\\n%%s\\n%%s\\nE\\n' "
	      "\"$l\" \"of $i\"; done | git -C a -c fastimport.unpackLimit=1 "
	      "fast-import --quiet --depth=4095 2>/dev/null"),
	    "a chain of thousands");
	ok(sh("test $(git verify-pack -v a/objects/pack/*.idx | "
	      "awk 'NF == 7 && $6 > n { n = $6 } END { print n }') -gt 4000"),
	    "so long it is");
	compare("read", RIAD_SHA1_LEN);
}

/* Changes the byte at an offset of the one pack that has a name. */
static void
flip(const char *name, uint64_t at)
{
	int fd = open(name, O_RDWR | O_CLOEXEC);
	uint8_t c;

	if (fd == -1 || pread(fd, &c, 1, (off_t)at) != 1)
		exit(1);
	c ^= 0x55;
	if (pwrite(fd, &c, 1, (off_t)at) != 1 || close(fd) == -1)
		exit(1);
}

/* Damages each entry of the first pack in turn: where it is known how, its
 * base, else what is deflated. */
static void
damage_each(const char *what, bool shared, bool heals)
{
	struct riad_store s;
	size_t len, n, wrong = 0, bad = 0;
	char *all = said(&len, "%s", cat);
	char name[512];

	open_or_exit(&s, RIAD_SHA1_LEN);
	struct riad_packfile *pack = &s.packs.packs[0];
	snprintf(name, sizeof(name), "%s.pack", s.packs.paths[0]);
	if (riad_packfile_sort(pack) == -1 || !sh("chmod u+w %s", name))
		exit(1);
	for (uint32_t i = 0; i < pack->idx.count; i += heals ? 1 : 7) {
		struct riad_reader *rd = riad_reader_new(&s, 1 << 16, shared);
		struct riad_entry e;
		enum riad_type type;
		const uint8_t *data;

		if (rd == NULL || riad_packfile_entry(pack,
				      riad_packfile_off(pack, i), &e) == -1)
			exit(1);
		uint64_t at = e.type == RIAD_REF_DELTA
				  ? e.data - 10
				  : riad_packfile_end(pack, i) - 1;
		flip(name, at);
		if (heals) {
			wrong += differ(&s, rd, all, len, &n) != 0;
		} else {
			bad += riad_reader_read(rd, pack->order[i], &type,
				   &data, &n) == -1 &&
			       errno == EBADMSG;
			wrong++;
		}
		flip(name, at);
		riad_reader_free(rd);
	}
	ok(heals ? wrong == 0 : wrong > 0 && bad == wrong,
	    "%s: %zu wrong, %zu refused", what, wrong, bad);
	riad_store_close(&s);
	free(all);
}

static void
test_damage(void)
{
	ok(rand_repo("a", 12, "sha1") && sh("git -C a repack -adfq"),
	    "one pack, bases by offset");
	damage_each("no other copy", false, false);
	damage_each("no other copy, shared", true, false);
	ok(sh("cp -r a/objects/pack keep && mv a/objects/pack mine && mkdir "
	      "a/objects/pack && git -C a unpack-objects -q <$(ls "
	      "mine/*.pack) && rm -r a/objects/pack && mv mine "
	      "a/objects/pack"),
	    "loose copies");
	damage_each("healed", false, true);
	damage_each("healed, shared", true, true);
	ok(sh("git -C a prune-packed && git -C a rev-list --objects --all | "
	      "cut -d' ' -f1 | head -n -3 | git -C a -c "
	      "repack.usedeltabaseoffset=false pack-objects -q "
	      "--no-reuse-delta "
	      "--window=2 objects/pack/pack >/dev/null && "
	      "git -C a rev-list --objects --all | cut -d' ' -f1 | tail -n 3 | "
	      "while read id; do git -C a cat-file $(git -C a cat-file -t $id) "
	      "$id >o && git init -q --bare z && "
	      "git -C z hash-object --literally -w -t "
	      "$(git -C a cat-file -t $id) --stdin <o >/dev/null || exit; done "
	      "&& cp -r z/objects/[0-9a-f][0-9a-f] a/objects"),
	    "another pack of most, and files of the rest");
	damage_each("healed", false, true);
	ok(sh("git -C a -c repack.usedeltabaseoffset=false repack -adfq && "
	      "rm -rf a/objects/[0-9a-f][0-9a-f] && mv a/objects/pack mine && "
	      "mkdir a/objects/pack && git -C a unpack-objects -q <$(ls "
	      "mine/*.pack) && rm -r a/objects/pack && mv mine "
	      "a/objects/pack"),
	    "bases by id, loose copies");
	damage_each("healed", false, true);
	damage_each("healed, shared", true, true);
}

/* Of a made pack, what the object of an id is: its length, or the errno less
 * than 0. */
static int
read_made(uint8_t id)
{
	struct riad_store s;
	struct riad_oid oid = {{0}};
	enum riad_type type;
	const uint8_t *data;
	size_t len;

	memset(oid.id, id, 20);
	open_or_exit(&s, RIAD_SHA1_LEN);
	struct riad_reader *rd = riad_reader_new(&s, 4096, false);
	int64_t n = riad_store_find(&s, &oid);
	if (rd == NULL || n == -1)
		exit(1);
	int r = riad_reader_read(rd, (uint32_t)n, &type, &data, &len) == -1
		    ? -errno
		    : (int)len;
	/* Of one in a circle the entry tells another length. */
	uint64_t size;
	if (r >= 0 && id != 0x23 &&
	    (riad_reader_size(rd, (uint32_t)n, &size) == -1 || size != len))
		r = -1;
	riad_reader_free(rd);
	riad_store_close(&s);
	return r;
}

/* Three bytes of a base of five, twice. */
#define DELTA "\5\6\x91\1\3\x91\1\3"

static void
test_made(void)
{
	static struct mkpack p;

	ok(sh("rm -rf a && mkdir -p a/objects/pack"), "packs by hand");
	mkpack_begin(&p);
	mkpack_add(&p, 0x80, RIAD_BLOB, 5, 0, "12345", 5);
	mkpack_add(&p, 0x50, RIAD_OFS_DELTA, 8, p.entry[0].off, DELTA, 8);
	mkpack_add(&p, 0x20, RIAD_REF_DELTA, 8, 0x80, DELTA, 8);
	mkpack_add(&p, 0x21, RIAD_REF_DELTA, 8, 0x21, DELTA, 8);
	mkpack_add(&p, 0x22, RIAD_REF_DELTA, 8, 0x23, DELTA, 8);
	mkpack_add(&p, 0x23, RIAD_REF_DELTA, 8, 0x22, DELTA, 8);
	mkpack_add(&p, 0x24, RIAD_REF_DELTA, 8, 0x99, DELTA, 8);
	mkpack_add(&p, 0x25, RIAD_OFS_DELTA, 8, p.entry[1].off, DELTA, 8);
	mkpack_add(&p, 0x26, RIAD_OFS_DELTA, 8, p.entry[0].off + 1, DELTA, 8);
	mkpack_add(&p, 0x30, RIAD_BLOB, UINT64_C(1) << 40, 0, "12345", 5);
	mkpack_add(&p, 0x31, RIAD_BLOB, 6, 0, "12345", 5);
	mkpack_add(&p, 0x32, RIAD_BLOB, 4, 0, "12345", 5);
	mkpack_add(&p, 0x33, RIAD_BLOB, 0, 0, "", 0);
	mkpack_add(&p, 0x34, RIAD_REF_DELTA, 4, 0x80, DELTA, 8);
	mkpack_add(&p, 0x35, RIAD_REF_DELTA, 10, 0x80,
	    "\5\xff\xff\xff\xff\xff\xff\x7f\x91\1", 10);
	mkpack_add(&p, 0x36, RIAD_REF_DELTA, 2, 0x80, "\5", 1);
	mkpack_add(&p, 0x37, RIAD_REF_DELTA, UINT64_C(1) << 50, 0x80, DELTA, 8);
	mkpack_add(&p, 0x38, RIAD_REF_DELTA, 2, 0x80, "\5\0", 2);
	mkpack_end(&p, "a/objects/pack/pack-1");
	static const struct {
		const char *name;
		uint8_t id;
		int want;
	} cases[] = {
	    {"whole", 0x80, 5},
	    {"a delta", 0x50, 6},
	    {"a delta by id", 0x20, 6},
	    {"a delta on itself", 0x21, -EBADMSG},
	    {"a circle", 0x22, -EBADMSG},
	    {"the other half of it", 0x23, -EBADMSG},
	    {"a base that isn't there", 0x24, -EBADMSG},
	    {"a base of another length", 0x25, -EBADMSG},
	    {"a base that is none", 0x26, -EBADMSG},
	    {"a terabyte", 0x30, -EBADMSG},
	    {"more than there is", 0x31, -EBADMSG},
	    {"less than there is", 0x32, -EBADMSG},
	    {"nothing", 0x33, 0},
	    {"a delta that is longer than it says", 0x34, -EBADMSG},
	    {"a delta that makes petabytes", 0x35, -EMSGSIZE},
	    {"half a header", 0x36, -EBADMSG},
	    {"a delta of petabytes", 0x37, -EBADMSG},
	    {"a delta that makes nothing", 0x38, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int r = read_made(cases[i].id);
		ok(r == cases[i].want, "%s: %d", cases[i].name, r);
	}

	/* A circle of three, of which one is elsewhere. */
	mkpack_begin(&p);
	mkpack_add(&p, 0x23, RIAD_BLOB, 5, 0, "54321", 5);
	mkpack_end(&p, "a/objects/pack/pack-2");
	ok(read_made(0x22) == 6 && read_made(0x23) == 5,
	    "a circle is broken by another copy");

	/* The same circle in many packs takes no longer. */
	mkpack_begin(&p);
	mkpack_add(&p, 0x41, RIAD_REF_DELTA, 8, 0x42, DELTA, 8);
	mkpack_add(&p, 0x42, RIAD_REF_DELTA, 8, 0x41, DELTA, 8);
	for (int i = 0; i < 60; i++) {
		char path[64];
		snprintf(path, sizeof(path), "a/objects/pack/pack-c%d", i);
		mkpack_end(&p, path);
	}
	ok(read_made(0x41) == -EBADMSG, "circles everywhere");
}

/* What is loose is packed, or taken away, while a reader looks. */
static void
test_moved(void)
{
	struct riad_store s;
	struct riad_oid oid;
	const uint8_t *data;
	enum riad_type type;
	size_t len;

	for (int shared = 0; shared < 2; shared++) {
		ok(rand_repo("a", 3, "sha1") &&
			sh("mv a/objects/pack p && mkdir a/objects/pack && git "
			   "-C a unpack-objects -q <$(ls p/*.pack) && rm -r p"),
		    "loose objects");
		char *hex = said(&len, "git -C a rev-parse c1 c2");
		struct ids ids = ids_of(hex, RIAD_SHA1_LEN);
		if (ids.len != 2) {
			ok(false, "two commits");
			return;
		}
		oid = ids.list[0];
		open_or_exit(&s, RIAD_SHA1_LEN);
		struct riad_reader *rd = riad_reader_new(&s, 4096, shared == 1);
		int64_t n = riad_store_find(&s, &oid);
		ok(n >= RIAD_LOOSE &&
			riad_reader_read(rd, (uint32_t)n, &type, &data, &len) ==
			    0 &&
			type == RIAD_COMMIT,
		    "one of them");
		ok(sh("git -C a repack -adq && git -C a prune-packed"),
		    "are packed");
		ok(riad_reader_read(rd, (uint32_t)n, &type, &data, &len) == 0 &&
			type == RIAD_COMMIT,
		    "and read from there");
		struct riad_odb odb;
		riad_reader_odb(rd, &odb, NULL, NULL, NULL);
		ok(odb.type(odb.ctx, &ids.list[1], &type) == 1 &&
			type == RIAD_COMMIT &&
			odb.read(odb.ctx, &ids.list[1], &type, &data, &len) ==
			    1,
		    "as is what nobody had asked for");
		ok(riad_store_quick(&s, &oid) == n, "its number stays");
		riad_reader_free(rd);
		riad_store_close(&s);
		free(hex);
		free(ids.list);
	}
}

int
main(void)
{
	scratch_enter();
	test_made();
	if (have_git()) {
		test_kinds("sha1", RIAD_SHA1_LEN);
		test_kinds("sha256", RIAD_SHA256_LEN);
		test_long();
		test_damage();
		test_moved();
	}
	return tap_done();
}
