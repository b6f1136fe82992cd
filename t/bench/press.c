/* SPDX-License-Identifier: ISC */
/*
 * Makes the targets of a list and says what that took.  A line of LIST is an
 * id, a role (target, sent, client) and a path; BATCH is what `git cat-file
 * --batch` says of the ids in that order.  The pack goes to OUT: first what is
 * sent, deflated in the plain way and not measured, then the targets.
 */

#include <err.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "riad/parse.h"
#include "riad/press.h"
#include "riad/text.h"

struct object {
	const uint8_t *data;
	size_t len;
	enum riad_type type;
};

struct db {
	struct riad_oidmap ids;
	struct object *objects;
};

static struct riad_press_item *items;
static size_t nitems;
static struct db db;
static FILE *out;
static size_t heap, heap_before;
static uint64_t reads, read_bytes;

static void
look(void)
{
	struct mallinfo2 m = mallinfo2();
	size_t now = m.uordblks + m.hblkhd;

	heap = now > heap ? now : heap;
}

static int
db_read(void *ctx, const struct riad_oid *oid, enum riad_type *type,
    const uint8_t **data, size_t *len)
{
	const struct db *d = ctx;
	int64_t n = riad_oidmap_get(&d->ids, oid);

	if (n == -1)
		return 0;
	__atomic_fetch_add(&reads, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&read_bytes, d->objects[n].len, __ATOMIC_RELAXED);
	*type = d->objects[n].type;
	*data = d->objects[n].data;
	*len = d->objects[n].len;
	return 1;
}

static int
on_data(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	look();
	return fwrite(data, 1, len, out) == len ? 0 : -1;
}

static int
on_tick(void *ctx)
{
	(void)ctx;
	look();
	return 0;
}

static uint32_t
hash_name(const char *name)
{
	uint32_t hash = 0;

	for (; *name != '\0' && *name != '\n'; name++)
		hash = hash / 4 + ((uint32_t)(unsigned char)*name << 22);
	return hash;
}

static const char *
map(const char *path, size_t *len)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || fstat(fd, &st) == -1)
		err(1, "%s", path);
	*len = (size_t)st.st_size;
	void *p = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		err(1, "%s", path);
	close(fd);
	return p;
}

/* The role and the path after the id. */
static void
read_line(const char *line, size_t hash_len)
{
	struct riad_press_item *item;
	char role[16];
	int at;

	items = realloc(items, (nitems + 1) * sizeof(*items));
	item = &items[nitems];
	*item = (struct riad_press_item){.rank = (uint32_t)nitems};
	nitems++;
	if (riad_oid_parse(&item->oid, line, strlen(line), hash_len) == -1 ||
	    sscanf(line + 2 * hash_len, " %15s%n", role, &at) != 1)
		errx(1, "bad line: %s", line);
	item->role = *role == 't'   ? RIAD_PRESS_TARGET
		     : *role == 's' ? RIAD_PRESS_SENT
				    : RIAD_PRESS_CLIENT;
	const char *name = line + 2 * hash_len + at;
	item->name_hash = hash_name(*name == ' ' ? name + 1 : name);
}

static void
read_batch(const char *path)
{
	size_t len;
	const char *p = map(path, &len), *end = p + len;

	riad_oidmap_init(&db.ids, UINT32_MAX / 2);
	db.objects = calloc(nitems + 1, sizeof(*db.objects));
	for (size_t i = 0; i < nitems; i++) {
		struct riad_press_item *item = &items[i];
		char type[16];
		size_t size;
		bool added;
		const char *nl =
		    p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		enum riad_type is;

		if (nl == NULL || sscanf(p, "%*s %15s %zu", type, &size) != 2 ||
		    riad_type_parse(&is, type, strlen(type)) == -1)
			errx(1, "%s: bad head of object %zu", path, i);
		int64_t n = riad_oidmap_put(&db.ids, &item->oid, &added);
		db.objects[n] =
		    (struct object){(const uint8_t *)nl + 1, size, is};
		item->type = (uint8_t)is;
		item->size = size;
		p = nl + 1 + size + 1;
	}
}

static void
send_whole(struct riad_packout *pack)
{
	for (size_t i = 0; i < nitems; i++) {
		const uint8_t *data = NULL;
		enum riad_type type = RIAD_BLOB;
		size_t len = 0;

		if (items[i].role != RIAD_PRESS_SENT)
			continue;
		db_read(&db, &items[i].oid, &type, &data, &len);
		uLong n = compressBound(len);
		uint8_t *to = malloc(n);
		compress(to, &n, data, len);
		items[i].at = pack->off;
		if (riad_packout_entry(pack, type, len, 0, NULL) == -1 ||
		    riad_packout_add(pack, to, n) == -1)
			err(1, "write");
		free(to);
	}
}

static double
cpu(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int
main(int argc, char *argv[])
{
	struct riad_pack_sink sink = {.tick = on_tick};
	struct riad_press_options o = {.window = 10,
	    .depth = 50,
	    .threads = 1,
	    .level = -1,
	    .ofs_delta = true,
	    .sink = &sink};
	char *line = NULL;
	size_t cap = 0, hash_len = RIAD_SHA1_LEN;
	uint32_t deltas = 0, targets = 0, whole = 0;
	int opt;

	while ((opt = getopt(argc, argv, "t:w:l:m:")) != -1) {
		uint64_t n;

		if (opt == '?' || riad_parse_u64(&n, optarg, UINT32_MAX) == -1)
			errx(2, "-%c: a number expected",
			    opt == '?' ? optopt : opt);
		if (opt == 't')
			o.threads = (unsigned)n;
		else if (opt == 'w')
			o.window = (unsigned)n;
		else if (opt == 'l')
			o.level = (int)n;
		else
			o.window_memory = n;
	}
	if (argc - optind != 3)
		errx(2, "usage: press [-t THREADS] [-w WINDOW] [-l LEVEL] "
			"[-m BYTES] LIST BATCH OUT");
	FILE *list = fopen(argv[optind], "r");
	if (list == NULL)
		err(1, "%s", argv[optind]);
	while (getline(&line, &cap, list) > 0)
		read_line(line, hash_len);
	free(line);
	fclose(list);
	read_batch(argv[optind + 1]);
	out = fopen(argv[optind + 2], "w");
	if (out == NULL)
		err(1, "%s", argv[optind + 2]);

	for (size_t i = 0; i < nitems; i++) {
		targets += items[i].role == RIAD_PRESS_TARGET;
		whole += items[i].role == RIAD_PRESS_SENT;
	}
	struct riad_odb *odbs = calloc(o.threads + 1, sizeof(*odbs));
	for (unsigned t = 0; t <= o.threads; t++)
		odbs[t] = (struct riad_odb){
		    .ctx = &db, .hash_len = hash_len, .read = db_read};

	static struct riad_packout pack;
	if (riad_packout_begin(
		&pack, hash_len, targets + whole, on_data, NULL) == -1)
		err(1, "begin");
	send_whole(&pack);
	const uint64_t at = pack.off;
	heap = 0;
	look();
	heap_before = heap;
	reads = read_bytes = 0;
	const double begin = cpu();
	if (riad_press_run(&pack, odbs, items, nitems, &o, &deltas) == -1)
		err(1, "%s", sink.why);
	const double end = cpu();
	free(odbs);
	if (riad_packout_end(&pack) == -1 || fclose(out) != 0)
		err(1, "end");
	printf("%u of %u targets are deltas; %.3f s, %llu bytes, %.1f MiB, "
	       "%llu reads of %.1f MiB\n",
	    deltas, targets, end - begin, (unsigned long long)(pack.off - at),
	    (double)(heap - heap_before) / (1 << 20), (unsigned long long)reads,
	    (double)read_bytes / (1 << 20));
	return 0;
}
