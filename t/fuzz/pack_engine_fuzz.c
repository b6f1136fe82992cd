/* SPDX-License-Identifier: ISC */
/*
 * The input is the length of an index (2 bytes, most significant first), the
 * index, and its pack.  All objects are read; what the trees reach is the same
 * by a scan as tree by tree; and what is sent of the objects is as many as its
 * header promises.
 */

#include "riad/scan.h"
#include "riad/send.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* More would only take longer. */
enum { OBJECTS_MAX = 200, OUT_MAX = 1 << 20 };

static int
open_store(struct riad_store *s, const uint8_t *data, size_t size)
{
	if (size < 2)
		return -1;
	size_t idx_len = (size_t)data[0] << 8 | data[1];
	if (idx_len > size - 2)
		return -1;
	*s = (struct riad_store){.hash_len = RIAD_SHA1_LEN};
	riad_oidmap_init(&s->loose, RIAD_LOOSE - 1);
	s->packs.packs = calloc(1, sizeof(*s->packs.packs));
	s->packs.paths = calloc(1, sizeof(*s->packs.paths));
	s->first = calloc(1, sizeof(*s->first));
	s->others = calloc(1, sizeof(*s->others));
	if (s->packs.packs == NULL || s->packs.paths == NULL ||
	    s->first == NULL || s->others == NULL)
		abort();
	s->nothers = 1;
	s->packs.len = s->packs.cap = 1;
	s->packs.paths[0] = strdup("pack");
	if (riad_packfile_init(&s->packs.packs[0], RIAD_SHA1_LEN,
		data + 2 + idx_len, size - 2 - idx_len, data + 2,
		idx_len) == -1 ||
	    s->packs.packs[0].idx.count > OBJECTS_MAX) {
		riad_store_close(s);
		return -1;
	}
	s->count = s->packs.packs[0].idx.count;
	return 0;
}

static void
read_all(struct riad_store *s, struct riad_reader *rd)
{
	for (uint32_t n = 0; n < s->count; n++) {
		enum riad_type type, same;
		const uint8_t *data;
		size_t len;
		uint64_t is;

		if (riad_reader_read(rd, n, &type, &data, &len) == -1)
			continue;
		if (len > 0 && data[len - 1] == data[0] + 1)
			errno = 0; /* all of it is there */
		if (riad_reader_type(rd, n, &same) == -1 || same != type)
			abort();
		(void)riad_reader_size(rd, n, &is);
	}
}

/* What all trees reach, each alone: 1, 0 if one of them is damaged. */
static void
reach(struct riad_store *s, struct riad_reader *rd, unsigned threads,
    int results[OBJECTS_MAX])
{
	struct riad_scan *scan =
	    riad_scan_new(s, threads, true, NULL, NULL, NULL);

	if (scan == NULL)
		abort();
	for (uint32_t n = 0; n < s->count; n++) {
		struct riad_numset set;
		struct riad_blame blame;
		enum riad_type type;

		results[n] = -2;
		if (riad_reader_type(rd, n, &type) == -1 || type != RIAD_TREE)
			continue;
		if (riad_numset_init(&set, s) == -1)
			abort();
		results[n] = riad_scan_reach(scan, &set, NULL, &n, 1, rd, true,
				 &blame) == -1
				 ? -1
				 : (int)riad_numset_count(&set);
		riad_numset_free(&set);
	}
	riad_scan_free(scan);
}

struct out {
	uint8_t head[12];
	size_t len;
};

static int
on_data(void *ctx, const void *data, size_t len)
{
	struct out *out = ctx;

	for (size_t i = 0; i < len && out->len + i < sizeof(out->head); i++)
		out->head[out->len + i] = ((const uint8_t *)data)[i];
	out->len += len;
	if (out->len <= OUT_MAX)
		return 0;
	errno = EMSGSIZE;
	return -1;
}

static int
on_tick(void *ctx)
{
	(void)ctx;
	return 0;
}

static const struct riad_odb *
one_odb(void *ctx)
{
	return ctx;
}

/* Sends the objects whose number isn't a multiple of skip. */
static void
send_some(struct riad_store *s, struct riad_reader *rd, uint32_t skip)
{
	struct out out = {.len = 0};
	struct riad_pack_sink sink = {
	    .ctx = &out, .data = on_data, .tick = on_tick};
	struct riad_numset set;
	struct riad_odb odb;

	if (riad_numset_init(&set, s) == -1)
		abort();
	for (uint32_t n = 0; n < s->count; n++) {
		if ((n + 1) % skip != 0)
			riad_numset_add(&set, n);
	}
	riad_reader_odb(rd, &odb, NULL, NULL, NULL);
	struct riad_send *send = calloc(1, sizeof(*send));
	if (send == NULL)
		abort();
	send->store = s;
	send->reader = rd;
	send->odbs = one_odb;
	send->odbs_ctx = &odb;
	send->set = &set;
	send->as_it_is = true;
	send->press = (struct riad_press_options){.window = 10,
	    .depth = 50,
	    .level = 1,
	    .ofs_delta = skip % 2 == 0,
	    .sink = &sink};
	if (riad_send(send) == 0 &&
	    (out.len < 12 || out.head[11] != riad_numset_count(&set)))
		abort();
	riad_send_free(send);
	free(send);
	riad_numset_free(&set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_store s;

	if (open_store(&s, data, size) == -1)
		return 0;
	struct riad_reader *rd = riad_reader_new(&s, 1 << 16, false);
	if (rd == NULL)
		abort();
	read_all(&s, rd);
	int one[OBJECTS_MAX], other[OBJECTS_MAX];

	/* In an index out of order an id may be found by one way and not by
	 * another; a scan makes the tables by which it goes from then on. */
	struct riad_scan *scan = riad_scan_new(&s, 1, true, NULL, NULL, NULL);
	if (scan == NULL)
		abort();
	riad_scan_free(scan);
	reach(&s, rd, 0, one);
	reach(&s, rd, 1, other);
	if (memcmp(one, other, s.count * sizeof(one[0])) != 0)
		abort();
	send_some(&s, rd, OBJECTS_MAX + 1);
	send_some(&s, rd, 2);
	send_some(&s, rd, 3);
	riad_reader_free(rd);
	riad_store_close(&s);
	return 0;
}
