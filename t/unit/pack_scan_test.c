/* SPDX-License-Identifier: ISC */
/* What trees reach, by a scan of all packs, is what git says. */

#include "riad/scan.h"

#include <errno.h>

#include "../../lib/pack/namehash.h"
#include "mkpack.h"
#include "randrepo.h"
#include "tap.h"

static const char *const dirs[] = {"a/objects"};

/* Adds the trees of some commits to a list of numbers and to git's words. */
static size_t
some_trees(struct riad_store *s, uint32_t *list, char *words, size_t size,
    unsigned commits)
{
	static const char *const subs[] = {"", "a", "x", "lib"};
	size_t n = 0, at = 0, len;

	words[0] = '\0';
	for (unsigned k = rnd(6); k > 0; k--)
		at += (size_t)snprintf(words + at, size - at, " c%u:%s",
		    1 + rnd(commits), subs[rnd(4)]);
	char *text = said(&len,
	    "cd a && for t in %s; do git rev-parse -q --verify $t; done",
	    words);
	struct ids ids = ids_of(text, s->hash_len);
	words[0] = '\0';
	at = 0;
	for (size_t i = 0; i < ids.len; i++) {
		char hex[RIAD_OID_HEX_MAX + 1];
		int64_t number = riad_store_find(s, &ids.list[i]);

		if (number == -1)
			continue;
		list[n++] = (uint32_t)number;
		at += (size_t)snprintf(words + at, size - at, " %s",
		    riad_oid_hex(hex, &ids.list[i], s->hash_len));
	}
	free(ids.list);
	free(text);
	return n;
}

static bool
is_set(const struct riad_store *s, const struct riad_numset *set,
    const struct ids *want, bool blobs)
{
	size_t n = 0;

	for (size_t i = 0; i < want->len; i++) {
		int64_t number =
		    riad_store_find((struct riad_store *)s, &want->list[i]);
		char hex[RIAD_OID_HEX_MAX + 1];

		if (number != -1 && riad_numset_has(set, (uint32_t)number))
			n++;
		else if (blobs)
			printf("# lacks %s\n",
			    riad_oid_hex(hex, &want->list[i], s->hash_len));
	}
	return n == want->len && riad_numset_count(set) == n;
}

static unsigned ticks, ticks_max = UINT32_MAX;

static int
on_tick(void *ctx)
{
	(void)ctx;
	if (ticks++ < ticks_max)
		return 0;
	errno = ECANCELED;
	return -1;
}

/* All that git finds in trees: ids and what they are called. */
struct called {
	struct riad_oid oid;
	uint32_t hash;
};

static struct called *
all_called(size_t hash_len, size_t *n)
{
	size_t len;
	char *text = said(&len,
	    "cd a && git cat-file --batch-all-objects "
	    "--batch-check='%%(objecttype) %%(objectname)' | "
	    "sed -n 's/^tree //p' | xargs -n1 git ls-tree | cut -d' ' -f3");
	struct called *list = calloc(len / (2 * hash_len) + 1, sizeof(*list));

	*n = 0;
	if (list == NULL)
		exit(1);
	for (char *p = text, *end; (end = strchr(p, '\n')) != NULL;
	     p = end + 1) {
		const char *name = p + 2 * hash_len + 1;

		if (riad_oid_parse(&list[*n].oid, p, 2 * hash_len, hash_len) ==
		    -1)
			exit(1);
		list[(*n)++].hash =
		    hash_name(0, (const uint8_t *)name, (size_t)(end - name));
	}
	free(text);
	return list;
}

/* Whether what was reached is called as in one of the trees. */
static bool
are_called(struct riad_store *s, const struct riad_numset *set,
    const struct riad_names *names)
{
	size_t n;
	struct called *list = all_called(s->hash_len, &n);
	bool right = n > 0;
	size_t nnamed = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t number = riad_store_find(s, &list[i].oid);
		bool same = false;

		if (number == -1 || !riad_numset_has(set, (uint32_t)number))
			continue;
		uint32_t hash = riad_names_get(names, (uint32_t)number);
		for (size_t k = 0; k < n && !same; k++)
			same = riad_oid_eq(&list[k].oid, &list[i].oid) &&
			       list[k].hash == hash;

		/* What is wanted need not be in a tree that was read. */
		right = right && (same || hash == 0);
		nnamed += same;
	}
	free(list);
	return right && (nnamed > 0 || riad_numset_count(set) < 8);
}

/* With known, what other trees reach is not to be added. */
static bool
try(struct riad_store *s, struct riad_reader *rd, unsigned threads, bool blobs,
    bool named, unsigned commits)
{
	uint32_t list[16], others[16];
	char words[1024], without[1024], args[2200];
	struct riad_numset set, known;
	struct riad_blame blame;
	struct riad_names names;

	size_t n = some_trees(s, list, words, sizeof(words), commits);
	size_t m = rnd(2) == 0 ? 0
			       : some_trees(s, others, without, sizeof(without),
				     commits);
	if (m == 0)
		without[0] = '\0';
	if (riad_numset_init(&set, s) == -1 ||
	    riad_numset_init(&known, s) == -1 ||
	    riad_names_init(&names, s) == -1)
		exit(1);
	struct riad_scan *scan =
	    riad_scan_new(s, threads, blobs, &names, on_tick, NULL);
	bool right = scan != NULL &&
		     riad_scan_reach(scan, &known, NULL, others, m, rd, true,
			 &blame) == 0 &&
		     riad_scan_reach(
			 scan, &set, &known, list, n, rd, false, &blame) == 0;
	const char *no_blobs = blobs ? "" : "--filter=blob:none";
	snprintf(args, sizeof(args), "%s %s %s %s", no_blobs, words,
	    m > 0 ? "--not" : "", without);
	struct ids want = n == 0 ? (struct ids){.list = NULL}
				 : reached("a", s->hash_len, args);
	right = right && is_set(s, &set, &want, blobs) &&
		(!named || are_called(s, &set, &names));
	if (!right)
		printf("# %u threads: %s\n", threads, args);
	free(want.list);
	riad_scan_free(scan);
	riad_names_free(&names);
	riad_numset_free(&set);
	riad_numset_free(&known);
	return right;
}

static void
try_all(const char *what, size_t hash_len, unsigned commits)
{
	static const unsigned threads[] = {0, 1, 2, 4};
	struct riad_store s;
	unsigned wrong = 0;

	if (riad_store_open(&s, dirs, 1, hash_len, true) == -1)
		exit(1);
	struct riad_reader *rd = riad_reader_new(&s, 1 << 16, false);
	for (unsigned i = 0; rd != NULL && i < 24; i++)
		wrong +=
		    !try(&s, rd, threads[i % 4], i % 3 != 0, i == 23, commits);
	ok(rd != NULL && wrong == 0, "%s: %u of 24 are wrong", what, wrong);
	riad_reader_free(rd);
	riad_store_close(&s);
}

static void
test_random(const char *format, size_t hash_len, unsigned seed)
{
	rand_state = seed;
	ok(rand_repo("a", 70, format), "a history, %s", format);
	try_all("as it came", hash_len, 70);
	ok(sh("git -C a repack -adfq --depth=60"), "repack");
	try_all("one pack, bases in front", hash_len, 70);
	ok(sh("git -C a rev-list --objects --all | cut -d' ' -f1 | git -C a "
	      "pack-objects -q objects/pack/pack --window=2 >/dev/null; "
	      "git -C a rev-list --objects c20 c40 | cut -d' ' -f1 | "
	      "git -C a pack-objects -q --no-reuse-delta objects/pack/pack "
	      ">/dev/null"),
	    "more packs");
	try_all("objects in several packs", hash_len, 70);
	ok(sh("git -C a -c repack.usedeltabaseoffset=false repack -adfq"),
	    "repack");
	try_all("bases by id", hash_len, 70);
	ok(sh("mv a/objects/pack p && mkdir a/objects/pack && for p in "
	      "p/*.pack; do git -C a unpack-objects -q <$p || exit; done; "
	      "rm -r p; git -C a rev-list --objects c30 | cut -d' ' -f1 | "
	      "git -C a pack-objects -q objects/pack/pack >/dev/null && "
	      "git -C a prune-packed"),
	    "some packed");
	try_all("some loose", hash_len, 70);
}

/* Reads the tree 0xNN of a made pack: how many objects it reaches, or the
 * errno less than 0. */
static int
reach_made(uint8_t id, unsigned threads, bool partial, struct riad_blame *blame)
{
	struct riad_store s;
	struct riad_numset set;
	struct riad_oid oid = {{0}};
	uint32_t tree;

	memset(oid.id, id, 20);
	if (riad_store_open(&s, dirs, 1, RIAD_SHA1_LEN, true) == -1 ||
	    riad_numset_init(&set, &s) == -1)
		exit(1);
	struct riad_reader *rd = riad_reader_new(&s, 4096, false);
	struct riad_scan *scan =
	    riad_scan_new(&s, threads, true, NULL, NULL, NULL);
	if (rd == NULL || scan == NULL)
		exit(1);
	tree = (uint32_t)riad_store_find(&s, &oid);
	int r = riad_scan_reach(
		    scan, &set, NULL, &tree, 1, rd, partial, blame) == -1
		    ? -errno
		    : (int)riad_numset_count(&set);
	riad_scan_free(scan);
	riad_reader_free(rd);
	riad_numset_free(&set);
	riad_store_close(&s);
	return r;
}

/* "100644 x\0", and the id of that many times the byte. */
static size_t
entry(uint8_t *to, const char *mode, const char *name, uint8_t id)
{
	int n = sprintf((char *)to, "%s %s", mode, name) + 1;

	memset(to + n, id, 20);
	return (size_t)n + 20;
}

static void
test_made(void)
{
	static struct mkpack p;
	static const struct {
		const char *name;
		uint8_t id;
		int want, partial;
		uint8_t blamed;
	} cases[] = {
	    {"a blob and a link", 0x10, 2, 2, 0},
	    {"a delta on it that inserts an entry", 0x11, 3, 3, 0},
	    {"a delta that cuts entries in two", 0x12, 3, 3, 0},
	    {"a delta of the middle of an entry", 0x13, -EBADMSG, -EBADMSG,
		0x13},
	    {"no tree, but it says so", 0x14, -EBADMSG, -EBADMSG, 0x80},
	    {"a blob that isn't there", 0x15, -ENOENT, 2, 0x99},
	    {"a tree that is itself", 0x16, 1, 1, 0},
	    {"half an entry", 0x17, -EBADMSG, -EBADMSG, 0x17},
	    {"nothing", 0x18, 1, 1, 0},
	    {"a tree of the same kind below", 0x19, 3, 3, 0},
	    {"a base that isn't reached, and has more", 0x1a, 2, 2, 0},
	    {"more of one than a record takes", 0x1b, 2, 2, 0},
	};
	static uint8_t big[17000 * 29];
	uint8_t t[512], d[512];
	size_t n, len;

	ok(sh("rm -rf a && mkdir -p a/objects/pack"), "trees by hand");
	mkpack_begin(&p);
	mkpack_add(&p, 0x80, RIAD_BLOB, 1, 0, "x", 1);
	mkpack_add(&p, 0x81, RIAD_BLOB, 1, 0, "y", 1);
	len = entry(t, "100644", "a", 0x80);
	len += entry(t + len, "160000", "m", 0x77);
	const size_t base = p.len;
	mkpack_add(&p, 0x10, RIAD_TREE, len, 0, t, len);

	n = entry(t, "100644", "b", 0x81);
	memcpy(d, "\x3a\x57\x90\x1d\x1d", 5);
	memcpy(d + 5, t, n);
	memcpy(d + 5 + n, "\x91\x1d\x1d", 3);
	mkpack_add(&p, 0x11, RIAD_OFS_DELTA, 8 + n, base, d, 8 + n);

	/* Ten bytes and nineteen, as two copies. */
	memcpy(d, "\x3a\x57\x90\x0a\x91\x0a\x13\x1d", 8);
	memcpy(d + 8, t, n);
	memcpy(d + 8 + n, "\x91\x1d\x1d", 3);
	mkpack_add(&p, 0x12, RIAD_OFS_DELTA, 11 + n, base, d, 11 + n);
	mkpack_add(
	    &p, 0x13, RIAD_OFS_DELTA, 5, base, "\x3a\x14\x91\x05\x14", 5);
	n = entry(t, "40000", "d", 0x80);
	mkpack_add(&p, 0x14, RIAD_TREE, n, 0, t, n);
	n = entry(t, "100644", "a", 0x80);
	n += entry(t + n, "100644", "b", 0x99);
	mkpack_add(&p, 0x15, RIAD_TREE, n, 0, t, n);
	n = entry(t, "40000", "d", 0x16);
	mkpack_add(&p, 0x16, RIAD_TREE, n, 0, t, n);
	n = entry(t, "100644", "b", 0x80);
	mkpack_add(&p, 0x17, RIAD_TREE, n - 1, 0, t, n - 1);
	mkpack_add(&p, 0x18, RIAD_TREE, 0, 0, "", 0);
	n = entry(t, "40000", "d", 0x10);
	mkpack_add(&p, 0x19, RIAD_TREE, n, 0, t, n);

	n = entry(t, "100644", "a", 0x80);
	n += entry(t + n, "100644", "b", 0x81);
	const size_t two = p.len;
	mkpack_add(&p, 0x1c, RIAD_TREE, n, 0, t, n);
	mkpack_add(&p, 0x1a, RIAD_OFS_DELTA, 4, two, "\x3a\x1d\x90\x1d", 4);
	n = 0;
	for (int i = 0; i < 17000; i++)
		n += entry(big + n, "100644", "a", 0x80);
	mkpack_add(&p, 0x1b, RIAD_TREE, n, 0, big, n);
	mkpack_end(&p, "a/objects/pack/pack-1");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool right = true;

		for (unsigned threads = 0; threads < 4; threads++) {
			struct riad_blame blame;
			int r = reach_made(cases[i].id, threads, false, &blame);

			right = right && r == cases[i].want &&
				(r >= 0 || blame.oid.id[0] == cases[i].blamed);
			r = reach_made(cases[i].id, threads, true, &blame);
			right = right && r == cases[i].partial;
		}
		ok(right, "%s", cases[i].name);
	}
}

static void
test_stop(void)
{
	struct riad_store s;

	if (riad_store_open(&s, dirs, 1, RIAD_SHA1_LEN, true) == -1)
		exit(1);
	for (unsigned threads = 1; threads < 4; threads += 2) {
		ticks = ticks_max = 0;
		errno = 0;
		ok(riad_scan_new(&s, threads, true, NULL, on_tick, NULL) ==
			    NULL &&
			errno == ECANCELED,
		    "%u threads are stopped", threads);
	}
	ticks_max = UINT32_MAX;
	riad_store_close(&s);
}

int
main(int argc, char *argv[])
{
	unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 7;

	scratch_enter();
	test_made();
	test_stop();
	if (have_git()) {
		test_random("sha1", RIAD_SHA1_LEN, seed);
		test_random("sha256", RIAD_SHA256_LEN, seed + 1);
	}
	return tap_done();
}
