/* SPDX-License-Identifier: ISC */

#include "riad/filterwalk.h"

#include "memodb.h"
#include "naivematch.h"
#include "tap.h"

struct found {
	struct mem_odb *db;
	struct riad_oidmap map;
	struct riad_oidmap *known;
	int twice, sizes, size_errno, stop_found, stop_tick;
};

static int
on_found(void *ctx, const struct riad_oid *oid, enum riad_type type,
    uint32_t name_hash)
{
	struct found *f = ctx;
	bool added;

	(void)name_hash;
	int64_t n = riad_oidmap_get(&f->db->ids, oid);
	riad_oidmap_put(&f->map, oid, &added);
	f->twice += !added || (n != -1 && f->db->objects[n].type != type);
	return f->stop_found > 0 && --f->stop_found == 0;
}

static bool
is_known(void *ctx, const struct riad_oid *oid)
{
	const struct found *f = ctx;

	return f->known != NULL && riad_oidmap_get(f->known, oid) != -1;
}

/* Looking at another object takes the last one's bytes away. */
static int
get_size(void *ctx, const struct riad_oid *oid, uint64_t *size)
{
	struct found *f = ctx;
	enum riad_type type;
	const uint8_t *data;
	size_t len = 0;

	f->sizes++;
	if (f->size_errno != 0) {
		errno = f->size_errno;
		return -1;
	}
	int r = mem_read(f->db, oid, &type, &data, &len);
	*size = len;
	return r;
}

static int
on_tick(void *ctx, uint32_t found)
{
	struct found *f = ctx;

	(void)found;
	return f->stop_tick > 0 && --f->stop_tick == 0;
}

/* Numbers of objects, ended by -1: trees of commits, and what is wanted. */
struct tips {
	int roots[8], wants[8];
};

static int
walk(struct found *f, struct mem_odb *db, const char *spec,
    const char *const *texts, const struct tips *tips, char why[256])
{
	const struct riad_filterwalk_calls calls = {
	    f, on_found, is_known, get_size, on_tick};
	struct riad_patterns *patterns[RIAD_FILTER_SPARSE_MAX] = {NULL};
	struct riad_filter *filter;
	char bad[256];

	f->db = db;
	riad_oidmap_init(&f->map, 1 << 20);
	if (riad_filter_parse(&filter, spec, strlen(spec), bad) == -1)
		return -2;
	size_t n = riad_filter_sparse_count(filter);
	for (size_t i = 0; i < n; i++)
		patterns[i] = riad_patterns_new(texts[i], strlen(texts[i]));
	struct riad_filterwalk *w =
	    riad_filterwalk_new(&db->odb, filter, patterns, &calls);
	int r = 0;
	for (int i = 0; r == 0 && tips->roots[i] != -1; i++) {
		struct riad_oid oid = mem_oid(db, (uint32_t)tips->roots[i]);
		r = riad_filterwalk_root(w, &oid);
	}
	for (int i = 0; r == 0 && tips->wants[i] != -1; i++) {
		uint32_t k = (uint32_t)tips->wants[i];
		struct riad_oid oid = mem_oid(db, k);
		r = riad_filterwalk_want(w, &oid, db->objects[k].type);
	}
	if (r == 0)
		r = riad_filterwalk_run(w);
	int err = errno;
	if (why != NULL)
		snprintf(why, 256, "%s", riad_filterwalk_why(w));
	riad_filterwalk_free(w);
	for (size_t i = 0; i < n; i++)
		riad_patterns_free(patterns[i]);
	riad_filter_free(filter);
	errno = err;
	return r;
}

/* What passes, by going down every path there is. */
struct naive_walk {
	struct mem_odb *db;
	struct riad_filter_plain plain;
	uint64_t depth;
	const char *const *texts;
	size_t ntexts;
	bool top; /* of a commit */
	bool *pass;
	char path[256];
};

static void
naive_tree(struct naive_walk *w, uint32_t tree, size_t path_len, uint64_t level)
{
	struct riad_buf *buf = &w->db->objects[tree].buf;
	const size_t hash_len = w->db->odb.hash_len;

	for (size_t pos = 0; pos < buf->len;) {
		const char *mode = (const char *)buf->data + pos;
		const char *name = strchr(mode, ' ') + 1;
		size_t n = strlen(name), len = path_len;
		struct riad_oid oid;
		long budget = 1000000;

		riad_oid_set(&oid, (const uint8_t *)name + n + 1, hash_len);
		pos =
		    (size_t)(name + n + 1 - (const char *)buf->data) + hash_len;
		if (len > 0)
			w->path[len++] = '/';
		memcpy(w->path + len, name, n);
		len += n;
		uint32_t k = (uint32_t)riad_oidmap_get(&w->db->ids, &oid);
		if (*mode == '4') {
			if (level < w->depth && w->plain.trees)
				w->pass[k] = true;
			naive_tree(w, k, len, level + 1);
			continue;
		}
		bool pass = level < w->depth && w->plain.blobs &&
			    w->db->objects[k].buf.len < w->plain.blob_limit;
		for (size_t i = 0; i < w->ntexts; i++)
			pass = pass &&
			       naive_includes(w->texts[i], strlen(w->texts[i]),
				   w->path, len, false, w->top, &budget);
		if (pass)
			w->pass[k] = true;
	}
}

static uint32_t seed = 5;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* Blobs, then trees of what is before them. */
static void
make_random(struct mem_odb *db, uint32_t nblobs, uint32_t ntrees)
{
	for (uint32_t i = 0; i < nblobs; i++) {
		uint32_t n = mem_blob(db);
		for (uint32_t len = rnd(20); len > 0; len--)
			riad_buf_addc(&db->objects[n].buf, 'x');
	}
	for (uint32_t i = 0; i < ntrees; i++) {
		uint32_t tree = mem_new(db, RIAD_TREE), last = tree;

		for (int c = 'a'; c < 'e'; c++) {
			char name[] = {(char)c, 'c', '\0'};
			uint32_t k = rnd(last);

			name[1] = rnd(2) ? 'c' : '\0';
			if (rnd(3) == 0)
				continue;
			if (k >= nblobs && rnd(2))
				k = last - 1 - rnd((last - nblobs) / 4 + 1);
			mem_add_entry(db, tree,
			    db->objects[k].type == RIAD_TREE ? "40000"
							     : "100644",
			    name, k);
		}
	}
}

static void
test_random(size_t hash_len)
{
	static const char *const specs[] = {"tree:0", "tree:1", "tree:2",
	    "tree:3", "tree:5", "blob:limit=10", "sparse:oid=x",
	    "combine:tree:3+sparse:oid=x", "combine:tree:4+blob:limit=8",
	    "combine:sparse:oid=x+blob:limit=12",
	    "combine:sparse:oid=x+sparse:oid=y",
	    "combine:sparse:oid=x+tree:3+sparse:oid=y",
	    "combine:object:type=blob+tree:3", "combine:blob:none+tree:2",
	    "combine:object:type=tree+tree:2", "object:type=commit",
	    "combine:object:type=blob+sparse:oid=y"};
	static const char *const texts[] = {"*c\n!/a/\n", "/a\n/b/*/c\n",
	    "/*\n!/*/\n", "**/b/**\n!d", "a/**/c\nb\n!c/", " \n!b",
	    "ac/b\nbc/*/d\n/**/ac/**/d*\n"};
	int bad = 0, most = 0;

	for (int i = 0; i < 1500; i++) {
		const char *spec = specs[rnd(sizeof(specs) / sizeof(*specs))];
		const char *two[] = {texts[rnd(7)], texts[rnd(7)]};
		struct tips tips = {{-1, -1}, {-1, -1, -1}};
		struct mem_odb db;
		struct found f = {.twice = 0};
		bool pass[64] = {false};
		char why[256];

		mem_init(&db, hash_len);
		make_random(&db, 10, 10 + rnd(10));
		const uint32_t n = db.ids.len;
		tips.roots[0] = (int)(10 + rnd(n - 10));
		tips.roots[1] = rnd(2) ? (int)(10 + rnd(n - 10)) : -1;
		tips.roots[2] = -1;
		tips.wants[0] = rnd(3) == 0 ? (int)rnd(n) : -1;

		struct riad_filter *filter;
		riad_filter_parse(&filter, spec, strlen(spec), why);
		struct naive_walk w = {.db = &db,
		    .texts = two,
		    .ntexts = riad_filter_sparse_count(filter),
		    .pass = pass};
		riad_filter_is_plain(filter, &w.plain, &w.depth);
		riad_filter_free(filter);
		for (int k = 0; tips.roots[k] != -1; k++) {
			w.top = true;
			if (w.depth > 0 && w.plain.trees)
				pass[tips.roots[k]] = true;
			naive_tree(&w, (uint32_t)tips.roots[k], 0, 1);
		}
		for (int k = 0; tips.wants[k] != -1; k++) {
			w.top = false;
			pass[tips.wants[k]] = true;
			if (db.objects[tips.wants[k]].type == RIAD_TREE)
				naive_tree(&w, (uint32_t)tips.wants[k], 0, 0);
		}

		int r = walk(&f, &db, spec, two, &tips, why);
		int wrong = r != 0 || f.twice != 0;
		for (uint32_t k = 0; k < n; k++) {
			struct riad_oid oid = mem_oid(&db, k);
			wrong +=
			    (riad_oidmap_get(&f.map, &oid) != -1) != pass[k];
		}
		if (wrong && bad++ < 5)
			printf("# %s: %d wrong %s\n", spec, wrong, why);
		if ((int)f.map.len > most)
			most = (int)f.map.len;
		riad_oidmap_free(&f.map);
		mem_free(&db);
	}
	ok(bad == 0, "ids of %zu: what passes by some path, up to %d", hash_len,
	    most);
}

/* 64 levels of two names for the same: 2^64 paths. */
static void
test_paths(void)
{
	static const char *const texts[] = {
	    "/nowhere\n", "*x\n!a/a\n", "/a/b/a/b/*\n"};
	struct mem_odb db;
	char spec[64];

	mem_init(&db, RIAD_SHA256_LEN);
	uint32_t at = mem_blob(&db);
	for (int i = 0; i < 64; i++) {
		uint32_t tree = mem_new(&db, RIAD_TREE);
		const char *mode = i == 0 ? "100644" : "40000";

		mem_add_entry(&db, tree, mode, "a", at);
		mem_add_entry(&db, tree, mode, "b", at);
		at = tree;
	}
	const struct tips tips = {{(int)at, -1}, {-1}};
	for (int i = 0; i < 3; i++) {
		struct found f = {.twice = 0};

		db.reads = 0;
		int r = walk(&f, &db, "sparse:oid=x", &texts[i], &tips, NULL);
		ok(r == 0 && f.map.len == (i == 2 ? 65 : 64) &&
			db.reads < 64 * 8,
		    "more paths than time: %d trees read", db.reads);
		riad_oidmap_free(&f.map);
	}
	for (int n = 1; n <= 64; n += 21) {
		struct found f = {.twice = 0};

		db.reads = 0;
		snprintf(spec, sizeof(spec), "tree:%d", n);
		int r = walk(&f, &db, spec, NULL, &tips, NULL);
		ok(r == 0 && (int)f.map.len == n && db.reads == n - 1,
		    "%s: %d trees read", spec, db.reads);
		riad_oidmap_free(&f.map);
	}
	mem_free(&db);
}

static void
test_deep(void)
{
	static const char *const texts[] = {"b\n/a/*\n"};
	struct found f = {.twice = 0};
	struct mem_odb db;

	mem_init(&db, RIAD_SHA1_LEN);
	uint32_t at = mem_blob(&db);
	for (int i = 0; i < 50000; i++) {
		uint32_t tree = mem_new(&db, RIAD_TREE);

		mem_add_entry(&db, tree, i == 0 ? "100644" : "40000",
		    i == 0 ? "b" : "a", at);
		at = tree;
	}
	const struct tips tips = {{(int)at, -1}, {-1}};
	int r = walk(&f, &db, "sparse:oid=x", texts, &tips, NULL);
	ok(r == 0 && f.map.len == 50001, "50000 levels");
	riad_oidmap_free(&f.map);
	mem_free(&db);
}

/* Two trees below a root, of which the second has the second blob. */
static void
test_trouble(void)
{
	const struct tips tips = {{4, -1}, {-1}}, want = {{4, -1}, {3, -1}};
	struct mem_odb db;
	char why[256];

	mem_init(&db, RIAD_SHA1_LEN);
	uint32_t blobs[] = {mem_blob(&db), mem_blob(&db)};
	uint32_t trees[] = {mem_new(&db, RIAD_TREE), mem_new(&db, RIAD_TREE)};
	uint32_t root = mem_new(&db, RIAD_TREE);
	riad_buf_addstr(&db.objects[0].buf, "12345");
	mem_add_entry(&db, trees[0], "100644", "x", blobs[0]);
	mem_add_entry(&db, trees[1], "100755", "y", blobs[1]);
	mem_add_entry(&db, trees[1], "160000", "z", blobs[0]);
	mem_add_entry(&db, root, "40000", "a", trees[0]);
	mem_add_entry(&db, root, "40000", "b", trees[1]);

	struct found f = {.twice = 0};
	ok(walk(&f, &db, "tree:9", NULL, &tips, why) == 0 && f.map.len == 5 &&
		f.sizes == 0,
	    "all of it, and no sizes asked");
	riad_oidmap_free(&f.map);

	/* The client has a tree, and with it what is in it. */
	struct riad_oidmap known;
	struct riad_oid oid = mem_oid(&db, trees[1]);
	riad_oidmap_init(&known, 10);
	riad_oidmap_put(&known, &oid, NULL);
	f = (struct found){.known = &known};
	ok(walk(&f, &db, "tree:9", NULL, &want, why) == 0 && f.map.len == 3,
	    "what the client has is left out, even if wanted");
	riad_oidmap_free(&f.map);
	riad_oidmap_free(&known);

	f = (struct found){.size_errno = 0};
	db.objects[0].hidden = true;
	ok(walk(&f, &db, "combine:tree:9+blob:limit=1", NULL, &tips, why) ==
		    0 &&
		f.map.len == 5 && f.sizes == 2,
	    "a blob that is not here passes");
	riad_oidmap_free(&f.map);
	db.objects[0].hidden = false;
	f = (struct found){.size_errno = 0};
	ok(walk(&f, &db, "combine:tree:9+blob:limit=5", NULL, &tips, why) ==
		    0 &&
		f.map.len == 4,
	    "a large one does not");
	riad_oidmap_free(&f.map);
	f = (struct found){.size_errno = EIO};
	ok(walk(&f, &db, "combine:tree:9+blob:limit=5", NULL, &tips, why) ==
		    -1 &&
		errno == EIO,
	    "no size: %s", why);
	riad_oidmap_free(&f.map);

	f = (struct found){.stop_found = 3};
	ok(walk(&f, &db, "tree:9", NULL, &tips, why) == -1 && f.map.len == 3,
	    "found says stop: %s", why);
	riad_oidmap_free(&f.map);
	f = (struct found){.stop_tick = 1};
	ok(walk(&f, &db, "tree:9", NULL, &tips, why) == -1, "tick: %s", why);
	riad_oidmap_free(&f.map);

	f = (struct found){.twice = 0};
	db.objects[trees[1]].hidden = true;
	ok(walk(&f, &db, "tree:2", NULL, &tips, why) == 0 && f.map.len == 3,
	    "a missing tree that is not looked at");
	riad_oidmap_free(&f.map);
	f = (struct found){.twice = 0};
	ok(walk(&f, &db, "tree:3", NULL, &tips, why) == -1 && errno == ENOENT,
	    "and one that is: %s", why);
	riad_oidmap_free(&f.map);
	db.objects[trees[1]].hidden = false;

	db.objects[trees[0]].buf.len--;
	f = (struct found){.twice = 0};
	ok(walk(&f, &db, "tree:3", NULL, &tips, why) == -1 && errno == EBADMSG,
	    "cut short: %s", why);
	riad_oidmap_free(&f.map);
	db.objects[trees[0]].buf.len++;

	db.objects[trees[0]].type = RIAD_BLOB;
	f = (struct found){.twice = 0};
	ok(walk(&f, &db, "tree:3", NULL, &tips, why) == -1 && errno == EBADMSG,
	    "a blob for a tree: %s", why);
	riad_oidmap_free(&f.map);
	db.objects[trees[0]].type = RIAD_TREE;

	mem_add_entry(&db, trees[1], "40000", "zz", blobs[0]);
	f = (struct found){.twice = 0};
	ok(walk(&f, &db, "tree:5", NULL, &tips, why) == -1 && errno == EBADMSG,
	    "both blob and tree: %s", why);
	riad_oidmap_free(&f.map);

	/* No honest tree has itself in it. */
	mem_add_entry(&db, trees[0], "40000", "me", trees[0]);
	static const char *const texts[] = {"/a/**/x\n!me\n"};
	f = (struct found){.twice = 0};
	const struct tips loop = {{2, -1}, {-1}};
	ok(walk(&f, &db, "sparse:oid=x", texts, &loop, why) == 0,
	    "a tree in itself comes to an end");
	riad_oidmap_free(&f.map);
	mem_free(&db);
}

int
main(void)
{
	test_random(RIAD_SHA1_LEN);
	test_random(RIAD_SHA256_LEN);
	test_paths();
	test_deep();
	test_trouble();
	return tap_done();
}
