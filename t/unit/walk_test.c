/* SPDX-License-Identifier: ISC */

#include "memwalk.h"
#include "tap.h"

static struct mem_odb db;
static const int none[] = {-1};

static const struct riad_oid *
id(uint32_t n)
{
	return &db.ids.oids[n];
}

/* Wants and haves are numbers, each row ended by -1. */
static struct riad_walk *
prepare(const int wants[], const int haves[])
{
	struct riad_walk *w = riad_walk_new(&db.odb);

	for (; *wants != -1; wants++)
		riad_walk_want(w, id((uint32_t)*wants));
	for (; *haves != -1; haves++)
		riad_walk_have(w, id((uint32_t)*haves));
	return w;
}

/* The objects of the list in order, as "3 1 2"; or why there is none. */
static const char *
walk(const int wants[], const int haves[])
{
	static char text[4096];
	struct riad_walk *w = prepare(wants, haves);
	size_t len = 0;

	text[0] = '\0';
	if (riad_walk_run(w, NULL, NULL) == -1)
		snprintf(text, sizeof(text), "%s", riad_walk_why(w));
	for (uint32_t i = 0; text[len] == '\0' && i < riad_walk_count(w); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%d",
		    i == 0 ? "" : " ",
		    (int)riad_oidmap_get(&db.ids, riad_walk_oid(w, i)));
	riad_walk_free(w);
	return text;
}

#define N(...) ((const int[]){__VA_ARGS__, -1})
#define is(got, want)                                                          \
	do {                                                                   \
		const char *is_got = (got);                                    \
		ok(strcmp(is_got, want) == 0, "\"%s\"", is_got);               \
	} while (0)

/* 0 blob, 1 blob, 2 tree (0, 1), 3 tree (2, 0, a submodule),
 * 4 commit (3), 5 blob, 6 tree (2, 5), 7 commit (6, parent 4). */
static void
make_two(size_t hash_len)
{
	mem_init(&db, hash_len);
	mem_blob(&db);
	mem_blob(&db);
	mem_new(&db, RIAD_TREE);
	mem_add_entry(&db, 2, "100644", "a.c", 0);
	mem_add_entry(&db, 2, "120000", "b.h", 1);
	mem_new(&db, RIAD_TREE);
	mem_add_entry(&db, 3, "40000", "d", 2);
	mem_add_entry(&db, 3, "100755", "e", 0);
	mem_add_entry(&db, 3, "160000", "s", 99);
	mem_commit(&db, 3, none, 1000);
	mem_blob(&db);
	mem_new(&db, RIAD_TREE);
	mem_add_entry(&db, 6, "040000", "d", 2);
	mem_add_entry(&db, 6, "100644", "e", 5);
	mem_commit(&db, 6, N(4), 2000);
}

static void
test_list(size_t hash_len)
{
	make_two(hash_len);
	is(walk(N(4), none), "4 3 2 0 1");
	is(walk(N(7), none), "7 4 6 3 2 5 0 1");
	is(walk(N(7), N(4)), "7 6 5");
	is(walk(N(4), N(7)), "");
	is(walk(N(7), N(7)), "");
	is(walk(none, N(7)), "");
	is(walk(N(7, 7, 4), N(4, 4)), "7 6 5");
	is(walk(N(3), N(2)), "3");
	is(walk(N(2), N(0)), "2 1");
	is(walk(N(0), N(2)), "");
	is(walk(N(1), none), "1");
	mem_free(&db);
}

static void
test_tags(void)
{
	make_two(RIAD_SHA1_LEN);
	uint32_t t = mem_tag(&db, 7, "commit"); /* 8 */
	mem_tag(&db, t, "tag");                 /* 9 */
	mem_tag(&db, 2, "tree");                /* 10 */
	mem_tag(&db, 5, "blob");                /* 11 */
	is(walk(N(9), N(4)), "7 9 8 6 5");
	is(walk(N(9, 8, 7), N(4)), "7 9 8 6 5");
	is(walk(N(9), N(8)), "9");
	is(walk(N(7), N(9)), "");
	is(walk(N(10), none), "10 2 0 1");
	is(walk(N(11), N(4)), "11 5");
	is(walk(N(7), N(11, 10)), "7 4 6 3");

	/* An ancestor of itself, which no hash has; but a walk must end. */
	uint32_t self = mem_tag(&db, 12, "tag");
	is(walk(N((int)self), none), "12");
	mem_free(&db);
}

static bool
is_why(const char *got, const char *what, uint32_t n)
{
	char want[200], hex[RIAD_OID_HEX_MAX + 1];

	snprintf(want, sizeof(want), "%s %s", what,
	    riad_oid_hex(hex, id(n), db.odb.hash_len));
	return strcmp(got, want) == 0;
}

static void
test_missing(void)
{
	make_two(RIAD_SHA1_LEN);
	static const struct {
		uint32_t n;
		const char *why;
	} cases[] = {
	    {4, "missing commit"},
	    {6, "missing tree"},
	    {2, "missing tree"},
	    {7, "missing object"},
	};
	for (size_t i = 0; i < 4; i++) {
		uint32_t n = cases[i].n;

		db.objects[n].hidden = true;
		const char *got = walk(N(7), none);
		ok(is_why(got, cases[i].why, n) && errno == ENOENT, "%s", got);
		db.objects[n].hidden = false;
		db.objects[n].err = EIO;
		got = walk(N(7), none);
		ok(strstr(got, strerror(EIO)) != NULL && errno == EIO, "%s",
		    got);
		db.objects[n].err = 0;
	}

	db.objects[5].hidden = true;
	is(walk(N(7), N(4)), "7 6 5");

	/* What the client has is no loss; only it can't serve as a boundary. */
	uint32_t child = mem_commit(&db, 3, N(4), 3000);
	db.objects[4].hidden = true;
	is(walk(N(7), N((int)child)), "7 6 2 5 0 1");
	const char *got = walk(N(7), N(4));
	ok(is_why(got, "missing commit", 4), "a have that is not here is none");
	db.objects[4].hidden = false;
	db.objects[3].hidden = true;
	is(walk(N(7), N(4)), "7 6 2 5 0 1");
	db.objects[3].hidden = false;
	db.objects[2].hidden = true;
	is(walk(N(7), N(4)), "7 6 5");
	mem_free(&db);
}

static void
test_damaged(void)
{
	make_two(RIAD_SHA256_LEN);
	for (uint32_t n = 2; n < 8; n++) {
		if (n == 5)
			continue;
		struct riad_buf *buf = &db.objects[n].buf;
		size_t len = buf->len;

		buf->len = 9;
		const char *got = walk(N(7), none);
		ok(is_why(
		       got, n == 4 || n == 7 ? "bad commit" : "bad tree", n) &&
			errno == EBADMSG,
		    "%s", got);
		buf->len = len;
	}

	/* One object cannot be of two types, whichever comes first. */
	uint32_t odd = mem_new(&db, RIAD_TREE);
	mem_add_entry(&db, odd, "100644", "a", 2);
	mem_add_entry(&db, odd, "40000", "b", 2);
	const char *got = walk(N((int)odd), none);
	ok(is_why(got, "bad tree", 2) && errno == EBADMSG, "%s", got);
	uint32_t blob = mem_new(&db, RIAD_TREE);
	mem_add_entry(&db, blob, "40000", "a", 0);
	got = walk(N((int)blob), none);
	ok(is_why(got, "bad tree", 0) && errno == EBADMSG, "%s", got);
	uint32_t commit = mem_commit(&db, 3, N(6), 7);
	got = walk(N((int)commit), none);
	ok(is_why(got, "bad commit", 6) && errno == EBADMSG, "%s", got);
	mem_free(&db);
}

static void
test_after(void)
{
	make_two(RIAD_SHA1_LEN);
	struct riad_walk *w = prepare(N(7), N(4));
	ok(riad_walk_run(w, NULL, NULL) == 0, "run");
	ok(riad_walk_type(w, 0) == RIAD_COMMIT &&
		riad_walk_type(w, 1) == RIAD_TREE &&
		riad_walk_type(w, 2) == RIAD_BLOB,
	    "types");
	ok(riad_walk_lists(w, id(7)) && !riad_walk_client_has(w, id(7)),
	    "listed");
	ok(!riad_walk_lists(w, id(4)) && riad_walk_client_has(w, id(4)),
	    "the client's commit");
	ok(!riad_walk_lists(w, id(1)) && riad_walk_client_has(w, id(1)),
	    "the client's blob");
	struct riad_oid other = mem_oid(&db, 77);
	ok(!riad_walk_lists(w, &other) && !riad_walk_client_has(w, &other),
	    "neither");
	ok(riad_walk_add(w, id(7), RIAD_COMMIT) == 0, "on the list before");
	ok(riad_walk_add(w, id(4), RIAD_COMMIT) == 0, "the client's before");
	ok(riad_walk_count(w) == 3, "nothing was added");
	ok(riad_walk_add(w, &other, RIAD_TAG) == 1, "added");
	ok(riad_walk_count(w) == 4 && riad_walk_type(w, 3) == RIAD_TAG &&
		riad_oid_eq(riad_walk_oid(w, 3), &other) &&
		riad_walk_lists(w, &other),
	    "and there");
	riad_walk_free(w);
	mem_free(&db);
}

static bool
alike(const struct riad_walk *w, uint32_t n, const int bases[])
{
	uint32_t first, k = 0;
	const uint32_t i = (uint32_t)riad_walk_find(w, id(n));
	uint32_t count = riad_walk_alike(
	    w, riad_walk_type(w, i), riad_walk_name_hash(w, i), &first);

	while (bases[k] != -1 && k < count &&
	       riad_oid_eq(
		   riad_walk_client_oid(w, first + k), id((uint32_t)bases[k])))
		k++;
	return k == count && bases[k] == -1;
}

static void
test_alike(void)
{
	make_two(RIAD_SHA1_LEN);
	struct riad_walk *w = prepare(N(7), N(4));
	ok(riad_walk_run(w, NULL, NULL) == 0, "run");
	for (uint32_t i = 0; i < riad_walk_count(w); i++)
		ok(riad_walk_find(w, riad_walk_oid(w, i)) == i, "find %u", i);
	ok(riad_walk_find(w, id(4)) == -1 && riad_walk_find(w, id(0)) == -1,
	    "what the client has is not on the list");
	ok(alike(w, 5, none) && alike(w, 6, none), "nothing before the sort");
	ok(riad_walk_sort_client(w) == 0, "sort");
	ok(alike(w, 7, none), "a commit is like none");
	ok(alike(w, 6, N(3)), "the tree of one is like that of the other");
	ok(alike(w, 5, N(0)), "e is like e");
	riad_walk_free(w);
	mem_free(&db);
}

static uint32_t
hash_of(const struct riad_walk *w, uint32_t n)
{
	for (uint32_t i = 0; i < riad_walk_count(w); i++) {
		if (riad_oid_eq(riad_walk_oid(w, i), id(n)))
			return riad_walk_name_hash(w, i);
	}
	return 0;
}

static void
test_hash(void)
{
	static const char *const names[] = {
	    "aaaa.h", "src1.c", "src2.c", "src2.h", "\377\377\377\377"};
	uint32_t files[5], same[5];

	mem_init(&db, RIAD_SHA1_LEN);
	uint32_t tree = mem_new(&db, RIAD_TREE);
	uint32_t sub = mem_new(&db, RIAD_TREE);
	for (int i = 0; i < 5; i++) {
		files[i] = mem_blob(&db);
		mem_add_entry(&db, tree, "100644", names[i], files[i]);
	}
	for (int i = 0; i < 5; i++) {
		same[i] = mem_blob(&db);
		mem_add_entry(&db, sub, "100644", names[i], same[i]);
	}
	mem_add_entry(&db, tree, "40000", "lib", sub);
	struct riad_walk *w = prepare(N((int)tree), none);
	ok(riad_walk_run(w, NULL, NULL) == 0, "run");
	uint32_t h[5], in_sub[5];
	for (int i = 0; i < 5; i++) {
		h[i] = hash_of(w, files[i]);
		in_sub[i] = hash_of(w, same[i]);
	}
	ok(h[1] < h[2] && h[2] < h[3] && h[3] < h[0], "endings are together");
	ok(h[2] - h[1] < h[3] - h[2], "and the rest is in order");
	ok(h[4] > h[0], "no byte makes it wrap");
	ok(in_sub[1] != h[1], "a directory counts");
	ok(in_sub[1] < h[3], "but less than the ending");
	riad_walk_free(w);
	mem_free(&db);
}

static int
count_ticks(void *ctx, uint32_t found)
{
	int *t = ctx;

	t[0]++;
	t[1] = found < (uint32_t)t[1] ? -1000000 : (int)found;
	errno = ECANCELED;
	return t[0] == t[2];
}

/* Trees nested deeper than any stack would stand, and a long history. */
static void
test_deep(void)
{
	enum { DEPTH = 50000 };

	mem_init(&db, RIAD_SHA1_LEN);
	mem_new(&db, RIAD_TREE);
	for (uint32_t i = 1; i < DEPTH; i++) {
		uint32_t n = mem_new(&db, RIAD_TREE);
		mem_add_entry(&db, n, "40000", "d", n - 1);
	}
	uint32_t n = mem_commit(&db, DEPTH - 1, none, 1);
	for (uint32_t i = 0; i < DEPTH; i++)
		n = mem_commit(&db, DEPTH - 1, N((int)n), i * 3600LL);

	int ticks[3] = {0};
	struct riad_walk *w = prepare(N((int)n), none);
	ok(riad_walk_run(w, count_ticks, ticks) == 0, "deep trees");
	ok(riad_walk_count(w) == 2 * DEPTH + 1, "all of them");
	ok(ticks[0] >= 2 * DEPTH / 1000 && ticks[1] > 0, "ticks");
	riad_walk_free(w);

	ticks[0] = 0;
	ticks[2] = 3;
	w = prepare(N((int)n), none);
	ok(riad_walk_run(w, count_ticks, ticks) == -1 && errno == ECANCELED,
	    "stopped");
	ok(ticks[0] == 3 && riad_walk_why(w)[0] != '\0', "at once");
	riad_walk_free(w);

	/* A fetch of the latest commit does not walk it all, nor does one of
	 * a branch, where the client's mark comes late to what was queued. */
	uint32_t branch =
	    mem_commit(&db, DEPTH - 1, N((int)n - 1), DEPTH * 3600LL);
	const int fetches[][2] = {{(int)n, (int)n - 1}, {(int)branch, (int)n}};
	for (int i = 0; i < 2; i++) {
		db.reads = 0;
		w = prepare(N(fetches[i][0]), N(fetches[i][1]));
		ok(riad_walk_run(w, NULL, NULL) == 0 && riad_walk_count(w) == 1,
		    "a fetch");
		ok(db.reads < DEPTH + 200, "reads the trees, and %d commits",
		    db.reads - DEPTH);
		riad_walk_free(w);
	}
	mem_free(&db);
}

static uint32_t
random_number(uint32_t limit)
{
	static uint32_t state = 1;

	state = state * 1664525u + 1013904223u;
	return (state >> 8) % limit;
}

/* Ten trees with a blob each, and twenty commits on each other's shoulders;
 * some of their dates are out of all order. */
static void
make_random(bool reached[20][20])
{
	uint32_t first = 20;

	mem_init(&db, RIAD_SHA1_LEN);
	for (uint32_t i = 0; i < 10; i++) {
		mem_blob(&db);
		uint32_t tree = mem_new(&db, RIAD_TREE);
		mem_add_entry(
		    &db, tree, "100644", "x", 2 * random_number(i + 1));
		if (i > 0)
			mem_add_entry(
			    &db, tree, "40000", "y", 2 * random_number(i) + 1);
	}
	for (uint32_t i = 0; i < 20; i++) {
		int parents[4] = {-1, -1, -1, -1};
		long long date = i * 100000LL;

		memset(reached[i], 0, 20);
		reached[i][i] = true;
		for (uint32_t k = 0; k < 3 && i > 0; k++) {
			if (k > 0 && random_number(3) > 0)
				break;
			uint32_t p = random_number(4) == 0 ? 0 : i - 1;
			if (random_number(3) == 0)
				p = random_number(i);
			parents[k] = (int)(first + p);
			for (int j = 0; j < 20; j++)
				reached[i][j] |= reached[p][j];
		}
		if (random_number(4) == 0)
			date = random_number(2000000);
		mem_commit(&db, 2 * random_number(10) + 1, parents, date);
	}
}

/* The commits are those and no others; and the client lacks nothing. */
static void
test_random(void)
{
	int bad = 0, open = 0, out = 0;

	for (int round = 0; round < 2000; round++) {
		bool reached[20][20];
		make_random(reached);
		uint32_t a = random_number(20), b = random_number(20);
		uint32_t x = random_number(20), y = random_number(20);
		struct riad_walk *w = prepare(
		    N(20 + (int)a, 20 + (int)b), N(20 + (int)x, 20 + (int)y));

		if (riad_walk_run(w, NULL, NULL) == -1) {
			bad++;
			riad_walk_free(w);
			continue;
		}
		uint32_t n = 0;
		for (uint32_t i = 0; i < 20; i++) {
			bool want = (reached[a][i] || reached[b][i]) &&
				    !reached[x][i] && !reached[y][i];
			bad += riad_walk_lists(w, id(20 + i)) != want;
			n += want;
		}
		for (uint32_t i = 0; i < riad_walk_count(w); i++)
			out += (riad_walk_type(w, i) == RIAD_COMMIT) != (i < n);
		open += !mem_closed(w, &db);
		riad_walk_free(w);
		mem_free(&db);
	}
	ok(bad == 0, "the commits are exact, %d are not", bad);
	ok(open == 0, "nothing is lacking, %d times", open);
	ok(out == 0, "commits come first, %d do not", out);
}

int
main(void)
{
	test_list(RIAD_SHA1_LEN);
	test_list(RIAD_SHA256_LEN);
	test_tags();
	test_missing();
	test_damaged();
	test_after();
	test_alike();
	test_hash();
	test_deep();
	test_random();
	return tap_done();
}
