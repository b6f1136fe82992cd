/* SPDX-License-Identifier: ISC */
/*
 * The input is a recipe for a small repository, where anything may name
 * anything: itself, what is missing, what is of another type.  A walk over it
 * ends; if it succeeds nothing is lacking in its list, else it says why.
 */

#include "../unit/memwalk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct recipe {
	const uint8_t *pos, *end;
};

static uint8_t
take(struct recipe *r)
{
	return r->pos < r->end ? *r->pos++ : 0;
}

static void
make_commit(struct mem_odb *db, struct recipe *r)
{
	int parents[8];
	uint8_t shape = take(r), n = 0;
	uint32_t tree = take(r);

	for (; n < shape % 8; n++)
		parents[n] = take(r);
	parents[n] = -1;
	mem_commit(db, tree, parents, (shape >> 3) * 50000LL);
}

static void
make_tree(struct mem_odb *db, struct recipe *r)
{
	static const char *const modes[] = {
	    "100644", "40000", "120000", "160000"};
	uint8_t n = take(r) % 32;
	uint32_t tree = mem_new(db, RIAD_TREE);

	for (uint8_t i = 0; i < n; i++) {
		uint8_t kind = take(r);
		char name[] = {(char)('a' + i), '\0'};

		mem_add_entry(db, tree, modes[kind % 4], name, take(r));
	}
}

static void
make_raw(struct mem_odb *db, struct recipe *r)
{
	uint32_t n = mem_new(db, take(r) % 4 + RIAD_COMMIT);

	for (uint8_t len = take(r); len > 0; len--)
		riad_buf_addc(&db->objects[n].buf, (char)take(r));
}

static void
make_object(struct mem_odb *db, struct recipe *r)
{
	static const char *const types[] = {"commit", "tree", "blob", "tag"};
	uint8_t kind = take(r);

	switch (kind % 8) {
	case 0:
		mem_blob(db);
		break;
	case 1:
		kind = take(r);
		mem_tag(db, take(r), types[kind % 4]);
		break;
	case 2:
		make_raw(db, r);
		break;
	case 3:
	case 4:
		make_tree(db, r);
		break;
	default:
		make_commit(db, r);
		break;
	}
	db->objects[db->ids.len - 1].hidden = kind >> 3 == 31;
	db->objects[db->ids.len - 1].err = kind >> 3 == 30 ? EIO : 0;
}

static int
stop_after(void *ctx, uint32_t found)
{
	(void)found;
	return --*(int *)ctx == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recipe r = {data, data + size};
	struct mem_odb db;
	struct riad_oid wants[4];

	uint8_t head = take(&r);
	mem_init(&db, head & 1 ? RIAD_SHA256_LEN : RIAD_SHA1_LEN);
	struct riad_walk *w = riad_walk_new(&db.odb);
	uint8_t nwants = head >> 1 & 3, nhaves = head >> 3 & 3;
	for (uint8_t i = 0; i < nwants; i++) {
		wants[i] = mem_oid(&db, take(&r));
		riad_walk_want(w, &wants[i]);
	}
	for (uint8_t i = 0; i < nhaves; i++) {
		struct riad_oid oid = mem_oid(&db, take(&r));
		riad_walk_have(w, &oid);
	}
	while (r.pos < r.end && db.ids.len < 256)
		make_object(&db, &r);

	int ticks = 1 + (head >> 5) * 2;
	if (riad_walk_run(w, stop_after, &ticks) == 0) {
		if (!mem_closed(w, &db))
			abort();
		for (uint8_t i = 0; i < nwants; i++) {
			if (!mem_accounted(w, &wants[i]))
				abort();
		}
	} else if (riad_walk_why(w)[0] == '\0') {
		abort();
	}
	riad_walk_free(w);
	mem_free(&db);
	return 0;
}
