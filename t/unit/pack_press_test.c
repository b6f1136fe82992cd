/* SPDX-License-Identifier: ISC */
/* Entries that are made: git takes them, they are small, and what is damaged
 * is in none. */

#include "riad/press.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "memodb.h"
#include "riad/hash.h"
#include "riad/parse.h"
#include "scratch.h"
#include "tap.h"

enum { MAX = 20000, THREADS_MAX = 4 };

struct made {
	struct riad_packout out;
	struct riad_pack_sink sink;
	struct riad_buf pack;
	uint32_t deltas;
	int ticks, ticks_max;
	size_t heap;
};

static struct mem_odb db;
static struct riad_press_item items[MAX];
static size_t nitems;
static struct made made;
static struct riad_press_options options;

static void
reset(size_t hash_len)
{
	mem_free(&db);
	mem_init(&db, hash_len);
	nitems = 0;
	options = (struct riad_press_options){.window = 10,
	    .depth = 50,
	    .level = -1,
	    .ofs_delta = true,
	    .sink = &made.sink};
}

/* A new object, by the id that it has by its contents. */
static struct riad_press_item *
add(enum riad_type type, enum riad_press_role role, uint32_t name,
    const void *data, size_t len)
{
	struct riad_press_item *item = &items[nitems];
	struct riad_hash *hash = riad_hash_new(db.odb.hash_len);
	char head[64];

	*item = (struct riad_press_item){.size = len,
	    .name_hash = name,
	    .rank = (uint32_t)nitems,
	    .type = (uint8_t)type,
	    .role = (uint8_t)role};
	nitems++;
	int n =
	    snprintf(head, sizeof(head), "%s %zu", riad_type_name(type), len);
	riad_hash_add(hash, head, (size_t)n + 1);
	riad_hash_add(hash, data, len);
	riad_hash_end(hash, &item->oid);
	riad_hash_free(hash);
	int64_t i = riad_oidmap_put(&db.ids, &item->oid, NULL);
	db.objects = realloc(db.objects, ((size_t)i + 1) * sizeof(*db.objects));
	db.objects[i] = (struct mem_object){.type = type};
	riad_buf_init(&db.objects[i].buf, SIZE_MAX / 2);
	riad_buf_add(&db.objects[i].buf, data, len);
	return item;
}

/* Version v of a text: a few lines are different in each. */
static const char *
text(unsigned seed, unsigned v, unsigned lines)
{
	static struct riad_buf buf;

	buf.max = SIZE_MAX / 2;
	buf.len = 0;
	for (unsigned i = 0; i < lines + v; i++) {
		unsigned x = (i + 1) * 2654435761u ^ seed * 40503u;

		if (i % 97 < v && i % 97 + 3 > v)
			x += v * 7919u;
		riad_buf_addf(&buf, "%08x line %u of %x\n", x, i, x >> 9);
	}
	return riad_buf_str(&buf);
}

static struct riad_press_item *
add_text(enum riad_press_role role, unsigned seed, unsigned v, unsigned lines)
{
	const char *s = text(seed, v, lines);

	return add(RIAD_BLOB, role, seed, s, strlen(s));
}

static void *
noise(size_t len, uint64_t seed)
{
	uint8_t *p = malloc(len + 8);

	for (size_t i = 0; i < len; i += 8) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		memcpy(p + i, &seed, 8);
	}
	return p;
}

static void
look(void)
{
	const struct mallinfo2 m = mallinfo2();
	const size_t now = m.uordblks + m.hblkhd;

	made.heap = now > made.heap ? now : made.heap;
}

static int
on_data(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	look();
	return riad_buf_add(&made.pack, data, len);
}

/* For the test of memory, which is not to hold the pack. */
static int
on_data_lost(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
	look();
	return 0;
}

static int
on_tick(void *ctx)
{
	(void)ctx;
	look();
	errno = ETIMEDOUT;
	return ++made.ticks == made.ticks_max ? -1 : 0;
}

static int
on_progress(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	(void)line;
	(void)len;
	return 0;
}

/* Makes the pack by so many threads, whole objects first.  What riad_press_run
 * says. */
static int
make(unsigned threads, int (*data)(void *, const void *, size_t))
{
	static struct mem_odb dbs[THREADS_MAX];
	struct riad_odb odbs[THREADS_MAX];
	uint32_t count = 0;

	for (unsigned t = 0; t < THREADS_MAX; t++) {
		dbs[t] = db;
		dbs[t].lent = NULL;
		odbs[t] = db.odb;
		odbs[t].ctx = &dbs[t];
	}
	made.sink = (struct riad_pack_sink){
	    .data = data, .tick = on_tick, .progress = on_progress};
	made.pack.max = SIZE_MAX / 2;
	made.pack.len = 0;
	made.deltas = 0;
	made.ticks = 0;
	made.heap = 0;
	options.threads = threads;
	for (size_t i = 0; i < nitems; i++)
		count += items[i].role != RIAD_PRESS_CLIENT;
	riad_packout_begin(&made.out, db.odb.hash_len, count, data, NULL);
	for (size_t i = 0; i < nitems; i++) {
		/* The smallest of deflated streams: one stored block. */
		struct riad_buf z = {.max = SIZE_MAX / 2};
		const int64_t n = riad_oidmap_get(&db.ids, &items[i].oid);
		const struct riad_buf *o = &db.objects[n].buf;
		uint32_t a = 1, b = 0;

		if (items[i].role != RIAD_PRESS_SENT)
			continue;
		const uint8_t head[7] = {0x78, 0x01, 1, (uint8_t)o->len,
		    (uint8_t)(o->len >> 8), (uint8_t)~o->len,
		    (uint8_t)(~o->len >> 8)};
		riad_buf_add(&z, head, sizeof(head));
		riad_buf_add(&z, o->data, o->len);
		for (size_t k = 0; k < o->len; k++) {
			a = (a + o->data[k]) % 65521;
			b = (b + a) % 65521;
		}
		const uint8_t tail[4] = {(uint8_t)(b >> 8), (uint8_t)b,
		    (uint8_t)(a >> 8), (uint8_t)a};
		riad_buf_add(&z, tail, sizeof(tail));
		items[i].at = made.out.off;
		riad_packout_entry(&made.out, items[i].type, o->len, 0, NULL);
		riad_packout_add(&made.out, z.data, z.len);
		riad_buf_free(&z);
	}
	int r = riad_press_run(
	    &made.out, odbs, items, nitems, &options, &made.deltas);
	if (r == 0)
		r = riad_packout_end(&made.out);
	const int err = errno;
	riad_packout_free(&made.out);
	for (unsigned t = 0; t < THREADS_MAX; t++)
		free(dbs[t].lent);
	errno = err;
	return r;
}

/* Has git index the pack, in a repository that is there or a new one. */
static int
git_takes(const char *repo, const char *how)
{
	FILE *f = fopen("pack", "w");

	fwrite(made.pack.data, 1, made.pack.len, f);
	fclose(f);
	return sh("test -d %s || git init -q --bare --object-format=%s %s",
		   repo, db.odb.hash_len == RIAD_SHA1_LEN ? "sha1" : "sha256",
		   repo) &&
	       sh("git -C %s index-pack --stdin %s <pack >out 2>&1", repo, how);
}

/* Whether git has all of them, by their ids. */
static int
git_has_all(const char *repo)
{
	FILE *f = fopen("ids", "w");
	char hex[RIAD_OID_HEX_MAX + 1];

	for (size_t i = 0; i < nitems; i++)
		fprintf(f, "%s\n",
		    riad_oid_hex(hex, &items[i].oid, db.odb.hash_len));
	fclose(f);
	return sh("git -C %s cat-file --batch-check <ids >out 2>&1 && "
		  "! grep -q missing out && git -C %s fsck --full >out 2>&1",
	    repo, repo);
}

static void
test_versions(size_t hash_len, const char *repo)
{
	size_t size = 0;

	reset(hash_len);
	for (unsigned v = 0; v < 60; v++)
		size += add_text(RIAD_PRESS_TARGET, 1, v, 300)->size;
	add(RIAD_BLOB, RIAD_PRESS_TARGET, 9, "", 0);
	add(RIAD_BLOB, RIAD_PRESS_TARGET, 9, "x", 1);
	ok(make(0, on_data) == 0 && made.deltas == 59, "versions: %u deltas",
	    made.deltas);
	ok(made.pack.len * 15 < size, "which are small: %zu of %zu bytes",
	    made.pack.len, size);
	ok(git_takes(repo, "--strict") && git_has_all(repo), "git takes them");
	uint32_t deltas = 0, deep = 0;
	for (size_t i = 0; i < nitems; i++) {
		deltas += items[i].is_delta;
		deep = items[i].depth > deep ? items[i].depth : deep;
		if (!items[i].is_delta && items[i].depth != 0)
			deep = 99;
	}
	ok(deltas == made.deltas && deep > 0 && deep <= 50, "depth %u", deep);

	const size_t with = made.pack.len;
	options.depth = 2;
	ok(make(0, on_data) == 0 && made.pack.len > with, "of depth 2");
	deep = 0;
	for (size_t i = 0; i < nitems; i++)
		deep = items[i].depth > deep ? items[i].depth : deep;
	ok(deep == 2, "and no more");
	options.window = 0;
	ok(make(0, on_data) == 0 && made.deltas == 0, "no window, no deltas");
	const size_t without = made.pack.len;
	options.level = 0;
	ok(make(0, on_data) == 0 && made.pack.len > size, "no deflating");
	ok(git_takes("level0.git", "--strict"), "and git takes it");
	options.level = 9;
	ok(make(0, on_data) == 0 && made.pack.len < without, "the best");
	options.window = 10;
	options.depth = 50;
	options.big_file = 5000;
	ok(make(0, on_data) == 0 && made.deltas == 0, "all are big");
	ok(git_takes("big.git", "--strict") && git_has_all("big.git"),
	    "git takes what is deflated in pieces");
	sh("rm -rf %s level0.git big.git", repo);
}

static void
test_sent(void)
{
	reset(RIAD_SHA1_LEN);
	add_text(RIAD_PRESS_SENT, 1, 1, 200);
	add_text(RIAD_PRESS_TARGET, 1, 2, 200);
	add_text(RIAD_PRESS_SENT, 3, 1, 200);
	add_text(RIAD_PRESS_TARGET, 4, 1, 200);
	ok(make(0, on_data) == 0 && made.deltas == 1, "a base that is sent");
	ok(git_takes("sent.git", "--strict") && git_has_all("sent.git"),
	    "by offset");
	const size_t by_offset = made.pack.len;
	options.ofs_delta = false;
	ok(make(0, on_data) == 0 && made.deltas == 1 &&
		made.pack.len > by_offset,
	    "or by its id");
	ok(git_takes("id.git", "--strict") && git_has_all("id.git"),
	    "which git takes as well");
	for (size_t i = 0; i < nitems; i++) {
		if (items[i].role == RIAD_PRESS_TARGET)
			items[i].role = RIAD_PRESS_SENT;
	}
	ok(make(0, on_data) == 0 && made.deltas == 0, "nothing to make");
}

static void
test_thin(void)
{
	reset(RIAD_SHA1_LEN);
	for (unsigned v = 0; v < 30; v++)
		add_text(RIAD_PRESS_TARGET, 1, v, 200);
	ok(make(0, on_data) == 0 && git_takes("thin.git", "--strict"),
	    "what the client has");
	for (size_t i = 0; i < nitems; i++)
		items[i].role = RIAD_PRESS_CLIENT;
	add_text(RIAD_PRESS_TARGET, 1, 31, 200);
	db.reads = 0;
	ok(make(0, on_data) == 0 && made.deltas == 1 && made.pack.len < 600,
	    "a thin pack of %zu bytes", made.pack.len);
	ok(!git_takes("other.git", "--strict") &&
		git_takes("thin.git", "--fix-thin") && git_has_all("thin.git"),
	    "git mends it");

	/* A base that can't be read, or isn't what its id says, is none. */
	for (size_t i = 0; i < nitems; i++) {
		const int64_t n = riad_oidmap_get(&db.ids, &items[i].oid);

		if (items[i].role == RIAD_PRESS_CLIENT && i % 2 == 0)
			db.objects[n].hidden = true;
		else if (items[i].role == RIAD_PRESS_CLIENT)
			db.objects[n].buf.data[100] ^= 1;
	}
	ok(make(0, on_data) == 0 && made.deltas == 0 &&
		git_takes("other.git", "--strict"),
	    "without bases");
}

static void
test_damaged(unsigned threads)
{
	char hex[RIAD_OID_HEX_MAX + 1];

	reset(RIAD_SHA1_LEN);
	for (unsigned v = 0; v < 20; v++)
		add_text(RIAD_PRESS_TARGET, v / 5, v, 50);
	const struct riad_oid oid = items[13].oid;
	struct mem_object *o = &db.objects[riad_oidmap_get(&db.ids, &oid)];
	riad_oid_hex(hex, &oid, RIAD_SHA1_LEN);

	errno = 0;
	o->buf.data[1000] ^= 1;
	ok(make(threads, on_data) == -1 && errno == EBADMSG &&
		strstr(made.sink.why, hex) != NULL &&
		strstr(made.sink.why, "damaged") != NULL,
	    "a byte is wrong: %s", made.sink.why);
	o->buf.data[1000] ^= 1;
	o->type = RIAD_TREE;
	ok(make(threads, on_data) == -1 && errno == EBADMSG, "another type");
	o->type = RIAD_BLOB;
	o->hidden = true;
	ok(make(threads, on_data) == -1 && errno == ENOENT &&
		strstr(made.sink.why, hex) != NULL &&
		strstr(made.sink.why, "missing") != NULL,
	    "missing: %s", made.sink.why);
	o->hidden = false;
	o->err = EACCES;
	ok(make(threads, on_data) == -1 && errno == EACCES &&
		strstr(made.sink.why, hex) != NULL,
	    "as the odb has it: %s", made.sink.why);
	o->err = 0;
	ok(make(threads, on_data) == 0, "and all is well");

	/* What the client has is no base, if it isn't that here. */
	reset(RIAD_SHA1_LEN);
	add_text(RIAD_PRESS_CLIENT, 1, 0, 50);
	const struct riad_oid base = items[0].oid;
	add_text(RIAD_PRESS_TARGET, 1, 1, 50);
	ok(make(threads, on_data) == 0 && made.deltas == 1, "a base");
	o = &db.objects[riad_oidmap_get(&db.ids, &base)];
	o->buf.data[1000] ^= 1;
	ok(make(threads, on_data) == 0 && made.deltas == 0, "that is damaged");
}

static void
test_threads(void)
{
	struct riad_buf first = {.max = SIZE_MAX / 2};
	char *big = noise(3 << 20, 1);

	/* Enough for some tasks. */
	reset(RIAD_SHA1_LEN);
	for (unsigned k = 0; k < 10; k++) {
		add(RIAD_BLOB, RIAD_PRESS_TARGET, k * 1000, big, 3 << 20);
		big[k * 1000] ^= 1;
	}
	for (unsigned k = 0; k < 18000; k++)
		add_text(RIAD_PRESS_TARGET, k / 4, k % 4, 4);
	free(big);
	ok(make(1, on_data) == 0 && made.deltas > 5000 &&
		git_takes("threads.git", "--strict"),
	    "%u deltas by one thread", made.deltas);
	riad_buf_add(&first, made.pack.data, made.pack.len);
	for (unsigned t = 2; t <= THREADS_MAX; t++) {
		ok(make(t, on_data) == 0 && made.pack.len == first.len &&
			memcmp(made.pack.data, first.data, first.len) == 0,
		    "the same bytes by %u", t);
	}

	/* The same object is named, the first in order of those two. */
	char why[2][sizeof(made.sink.why)];
	for (unsigned k = 0; k < 2; k++)
		db.objects[8000 + k * 5000].hidden = true;
	for (unsigned t = 1; t <= 2; t++) {
		errno = 0;
		ok(make(t * 2, on_data) == -1 && errno == ENOENT,
		    "missing, by %u", t * 2);
		memcpy(why[t - 1], made.sink.why, sizeof(why[0]));
	}
	ok(strcmp(why[0], why[1]) == 0, "%s", why[0]);
	for (unsigned k = 0; k < 2; k++)
		db.objects[8000 + k * 5000].hidden = false;

	made.ticks_max = 2;
	errno = 0;
	ok(make(2, on_data) == -1 && errno == ETIMEDOUT, "a tick ends it");
	ok(make(1, on_data) == -1 && errno == ETIMEDOUT, "by one thread, too");
	made.ticks_max = 0;
	riad_buf_free(&first);
}

static void
test_memory(void)
{
	const size_t len = 2 << 20;
	char *big = noise(len, 2);

	reset(RIAD_SHA1_LEN);
	for (unsigned k = 0; k < 40; k++) {
		add(RIAD_BLOB, RIAD_PRESS_TARGET, 1, big, len);
		for (unsigned i = 0; i < 100; i++)
			big[(k * 1000 + i) * 37 % len] ^= 1;
	}
	free(big);
	riad_buf_free(&made.pack);
	const struct mallinfo2 m = mallinfo2();
	const size_t before = m.uordblks + m.hblkhd;
	ok(make(1, on_data_lost) == 0 && made.deltas >= 30, "long ones: %u",
	    made.deltas);
	const size_t more = made.heap > before ? made.heap - before : 0;
	ok(more < 8 * len, "which take %zu KiB", more >> 10);
}

int
main(void)
{
	if (!have_git()) {
		printf("1..0 # SKIP git is not installed\n");
		return 0;
	}
	scratch_enter();
	test_versions(RIAD_SHA1_LEN, "sha1.git");
	test_versions(RIAD_SHA256_LEN, "sha256.git");
	test_sent();
	test_thin();
	test_damaged(0);
	test_damaged(2);
	test_threads();
	test_memory();
	riad_buf_free(&made.pack);
	mem_free(&db);
	return tap_done();
}
