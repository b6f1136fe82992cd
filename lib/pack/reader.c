/* SPDX-License-Identifier: ISC */

#include "riad/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "blobs.h"
#include "riad/inflate.h"
#include "riad/loose.h"
#include "riad/parse.h"
#include "riad/patch.h"

enum {
	/* Deltas on deltas: git makes chains of 4095 at most. */
	CHAIN_MAX = 8192,

	/* Other copies that are tried to read one object, each of which may
	 * lean on damaged ones in turn. */
	HEAL_MAX = 16,

	/* Of a damaged chain, so many entries are looked for. */
	HEAL_DEPTH = 64,

};

/* Objects come from who pushed them; so much of one is held in memory. */
#define OBJECT_MAX ((size_t)1 << 31)

/* Bytes that are kept of what is read apart. */
#define APART_KEEP ((size_t)1 << 20)

/* Deflate makes a byte of 1032 at most, RFC 1951. */
#define RATIO_MAX 1032

/* Deltas above the base that was found, the last to apply first. */
struct chain {
	uint64_t offs[CHAIN_MAX];
	uint32_t len;
};

struct riad_reader {
	struct riad_store *store;
	bool shared;
	struct riad_inflate *z;
	struct blobs cache;
	struct blob *held;      /* what was given out */
	struct chain *chain;    /* of what is read, but for healing */
	unsigned tries;         /* copies that may be read yet */
	struct riad_store *own; /* of a shared reader, for what isn't found */
	struct riad_reader *other; /* of that */
	uint8_t *delta;            /* what is inflated */
	size_t delta_cap;
	const struct riad_history *history;
	const struct riad_grafts *grafts;
	const struct riad_oidmap *cuts;
	struct riad_oid *parents; /* of the commit in hand */
	size_t parents_cap;
};

static int
fail(int err)
{
	errno = err;
	return -1;
}

struct riad_reader *
riad_reader_new(struct riad_store *store, size_t keep, bool shared)
{
	struct riad_reader *rd = calloc(1, sizeof(*rd));

	if (rd == NULL)
		return NULL;
	rd->store = store;
	rd->shared = shared;
	rd->z = riad_inflate_new();
	rd->chain = malloc(sizeof(*rd->chain));
	if (rd->z == NULL || rd->chain == NULL ||
	    blobs_init(&rd->cache, keep) == -1) {
		riad_reader_free(rd);
		errno = ENOMEM;
		return NULL;
	}
	return rd;
}

void
riad_reader_free(struct riad_reader *rd)
{
	if (rd == NULL)
		return;
	riad_reader_clear(rd);
	free(rd->cache.slots);
	free(rd->cache.heads);
	free(rd->chain);
	free(rd->delta);
	free(rd->parents);
	riad_reader_free(rd->other);
	if (rd->own != NULL)
		riad_store_close(rd->own);
	free(rd->own);
	if (rd->z != NULL)
		riad_inflate_free(rd->z);
	free(rd);
}

void
riad_reader_clear(struct riad_reader *rd)
{
	blobs_clear(&rd->cache);
	blob_release(rd->held);
	rd->held = NULL;
}

static const struct riad_packfile *
pack_of(const struct riad_reader *rd, uint32_t p)
{
	return &rd->store->packs.packs[p];
}

/* Whether an entry's size can be true, and may be. */
static int
check_size(const struct riad_packfile *pack, const struct riad_entry *e)
{
	if (e->size / RATIO_MAX > pack->len - e->data)
		return fail(EBADMSG);
	return e->size > OBJECT_MAX ? fail(EMSGSIZE) : 0;
}

static int
inflate_to(struct riad_reader *rd, const struct riad_packfile *pack,
    const struct riad_entry *e, uint8_t *to)
{
	return riad_inflate(rd->z, to, (size_t)e->size, pack->data + e->data,
		   pack->len - pack->idx.hash_len - e->data) == -1
		   ? -1
		   : 0;
}

static int
is_delta(const struct riad_entry *e)
{
	return e->type == RIAD_OFS_DELTA || e->type == RIAD_REF_DELTA;
}

/* Where the base of a delta in pack p begins there, or 0 with the errno. */
static uint64_t
base_off(const struct riad_reader *rd, uint32_t p, const struct riad_entry *e)
{
	const struct riad_packfile *pack = pack_of(rd, p);

	if (e->type == RIAD_OFS_DELTA)
		return e->base_off;
	int64_t pos = riad_idx_find(&pack->idx, &e->base);
	if (pos == -1) {
		errno = EBADMSG;
		return 0;
	}
	return riad_idx_offset(&pack->idx, (uint32_t)pos);
}

static struct blob *
read_whole(struct riad_reader *rd, uint32_t p, const struct riad_entry *e)
{
	struct blob *b;

	if (check_size(pack_of(rd, p), e) == -1)
		return NULL;
	b = blob_new((enum riad_type)e->type, (size_t)e->size);
	if (b != NULL && inflate_to(rd, pack_of(rd, p), e, b->data) == -1) {
		blob_release(b);
		return NULL;
	}
	return b;
}

static int
inflate_delta(struct riad_reader *rd, uint32_t p, const struct riad_entry *e)
{
	if (check_size(pack_of(rd, p), e) == -1)
		return -1;
	if (e->size > rd->delta_cap) {
		size_t cap = (size_t)e->size + (size_t)e->size / 2;
		uint8_t *delta = realloc(rd->delta, cap);

		if (delta == NULL)
			return -1;
		rd->delta = delta;
		rd->delta_cap = cap;
	}
	return inflate_to(rd, pack_of(rd, p), e, rd->delta);
}

/* What the delta at off makes of base. */
static struct blob *
apply(struct riad_reader *rd, uint32_t p, uint64_t off, const struct blob *base)
{
	struct riad_entry e;
	struct riad_patch patch;

	if (riad_packfile_entry(pack_of(rd, p), off, &e) == -1 ||
	    inflate_delta(rd, p, &e) == -1 ||
	    riad_patch_open(&patch, rd->delta, (size_t)e.size) == -1)
		return NULL;
	if (patch.len > OBJECT_MAX) {
		errno = EMSGSIZE;
		return NULL;
	}
	struct blob *b = blob_new(base->type, (size_t)patch.len);
	if (b != NULL &&
	    riad_patch_apply(&patch, b->data, base->data, base->len) == -1) {
		blob_release(b);
		return NULL;
	}
	return b;
}

static struct blob *heal(struct riad_reader *rd, uint32_t p, uint64_t off);

/* Goes down the chain of deltas to what is kept or whole, *at. */
static struct blob *
find_base(struct riad_reader *rd, uint32_t p, uint64_t *at, struct chain *c)
{
	const struct riad_packfile *pack = pack_of(rd, p);

	for (;;) {
		struct riad_entry e;
		struct blob *b = blobs_get(&rd->cache, p, *at);

		if (b != NULL)
			return b;
		if (riad_packfile_entry(pack, *at, &e) == -1)
			return NULL;
		if (!is_delta(&e)) {
			b = read_whole(rd, p, &e);
			if (b != NULL)
				blobs_put(&rd->cache, p, *at, b);
			return b;
		}
		uint64_t base = base_off(rd, p, &e);
		if (c->len == CHAIN_MAX)
			errno = EBADMSG;
		if (base == 0 || c->len == CHAIN_MAX)
			return NULL;
		c->offs[c->len++] = *at;
		*at = base;
	}
}

/* What is damaged may be the entry that named the base, so those above *at are
 * looked for elsewhere, too, and then the object itself. */
static struct blob *
heal_chain(struct riad_reader *rd, uint32_t p, uint64_t *at, struct chain *c)
{
	struct blob *b = heal(rd, p, *at);

	for (int i = 0; b == NULL && errno == EBADMSG && c->len > 0; i++) {
		if (i == HEAL_DEPTH)
			c->len = 1;
		*at = c->offs[--c->len];
		b = heal(rd, p, *at);
	}

	/* In a circle it has come up before. */
	for (uint32_t i = 0; b != NULL && i < c->len; i++) {
		if (c->offs[i] == *at)
			c->len = i;
	}
	return b;
}

static struct blob *
read_entry(struct riad_reader *rd, uint32_t p, uint64_t off, bool healing)
{
	struct chain *c = healing ? malloc(sizeof(*c)) : rd->chain;
	uint64_t at = off;

	if (c == NULL)
		return NULL;
	c->len = 0;
	struct blob *b = find_base(rd, p, &at, c);
	if (b == NULL && errno == EBADMSG)
		b = heal_chain(rd, p, &at, c);
	while (b != NULL && c->len > 0) {
		at = c->offs[--c->len];
		struct blob *made = apply(rd, p, at, b);

		if (made == NULL && errno == EBADMSG)
			made = heal_chain(rd, p, &at, c);
		blob_release(b);
		b = made;
		if (b != NULL)
			blobs_put(&rd->cache, p, at, b);
	}
	if (healing)
		free(c);
	return b;
}

static struct blob *
read_loose(struct riad_reader *rd, const struct riad_oid *oid)
{
	const struct riad_store *s = rd->store;
	int err = ENOENT;

	for (size_t i = 0; i < s->ndirs; i++) {
		struct riad_loose l;
		int r = riad_loose_open(&l, s->dirs[i], oid, s->hash_len);

		if (r == -1)
			err = errno;
		if (r != 1)
			continue;
		struct blob *b = NULL;
		if (l.len > OBJECT_MAX)
			err = EMSGSIZE;
		else if ((b = blob_new(l.type, l.len)) == NULL)
			err = ENOMEM;
		else if (riad_loose_read(&l, b->data) == -1) {
			err = errno;
			blob_release(b);
			b = NULL;
		}
		riad_loose_close(&l);
		if (b != NULL)
			return b;
	}
	if (err == ENOENT && riad_tree_is_empty(oid, s->hash_len))
		return blob_new(RIAD_TREE, 0);
	errno = err;
	return NULL;
}

/*
 * Reads another copy of the damaged entry at off of pack p.  Its damage may be
 * that it names no base, so all that counts is its id.  The number of copies
 * that are read for one object bounds how deep this goes.
 */
static struct blob *
heal(struct riad_reader *rd, uint32_t p, uint64_t off)
{
	struct riad_store *s = rd->store;
	struct riad_oid oid;
	struct blob *b = NULL;
	int64_t pos = riad_packfile_at(&s->packs.packs[p], off);

	if (pos != -1) {
		riad_idx_id(&s->packs.packs[p].idx, (uint32_t)pos, &oid);
		for (uint32_t q = 0; b == NULL && q < s->packs.len; q++) {
			const struct riad_idx *idx = &s->packs.packs[q].idx;

			pos = q == p ? -1 : riad_idx_find(idx, &oid);
			if (pos == -1 || rd->tries == 0)
				continue;
			rd->tries--;
			b = read_entry(
			    rd, q, riad_idx_offset(idx, (uint32_t)pos), true);
		}
		if (b == NULL)
			b = read_loose(rd, &oid);
	}
	if (b == NULL && errno != ENOMEM)
		errno = EBADMSG;
	return b;
}

static struct blob *
read_number(struct riad_reader *rd, uint32_t number)
{
	struct riad_store *s = rd->store;

	if (number < RIAD_LOOSE) {
		uint32_t pos, p = riad_store_pack(s, number, &pos);
		uint64_t off = riad_idx_offset(&s->packs.packs[p].idx, pos);

		rd->tries = HEAL_MAX;
		return read_entry(rd, p, off, false);
	}

	const struct riad_oid oid = s->loose.oids[number - RIAD_LOOSE];
	struct blob *b = read_loose(rd, &oid);
	if (b != NULL || errno != ENOENT || rd->shared)
		return b;

	/* It was packed meanwhile. */
	if (riad_store_refresh(s) == -1)
		return NULL;
	int64_t n = riad_store_packed(s, &oid);
	if (n != -1)
		return read_number(rd, (uint32_t)n);
	errno = ENOENT;
	return NULL;
}

/* What a shared reader doesn't find, or finds damaged, is read by one of the
 * thread's own, which may look for what came and for other copies. */
static struct blob *
read_apart(struct riad_reader *rd, const struct riad_oid *oid)
{
	if (rd->other == NULL) {
		const struct riad_store *s = rd->store;
		struct riad_store *own = malloc(sizeof(*own));

		if (own == NULL)
			return NULL;
		if (riad_store_open(own, (const char *const *)s->dirs, s->ndirs,
			s->hash_len, true) == -1) {
			int err = errno;
			free(own);
			errno = err;
			return NULL;
		}
		rd->own = own;
		rd->other = riad_reader_new(own, APART_KEEP, false);
		if (rd->other == NULL) {
			riad_store_close(own);
			free(own);
			rd->own = NULL;
			errno = ENOMEM;
			return NULL;
		}
	}
	int64_t n = riad_store_find(rd->own, oid);
	return n == -1 ? NULL : read_number(rd->other, (uint32_t)n);
}

int
riad_reader_read(struct riad_reader *rd, uint32_t number, enum riad_type *type,
    const uint8_t **data, size_t *len)
{
	blob_release(rd->held);
	rd->held = read_number(rd, number);
	if (rd->held == NULL && rd->shared &&
	    (errno == ENOENT || errno == EBADMSG)) {
		struct riad_oid oid;

		riad_store_oid(rd->store, number, &oid);
		rd->held = read_apart(rd, &oid);
	}
	if (rd->held == NULL)
		return -1;
	*type = rd->held->type;
	*data = rd->held->data;
	*len = rd->held->len;
	return 0;
}

int
riad_reader_type(struct riad_reader *rd, uint32_t number, enum riad_type *type)
{
	const struct riad_store *s = rd->store;

	if (number >= RIAD_LOOSE) {
		*type = (enum riad_type)s->loose_types[number - RIAD_LOOSE];
		return 0;
	}

	uint32_t pos, p = riad_store_pack(s, number, &pos);
	uint64_t off = riad_idx_offset(&s->packs.packs[p].idx, pos);
	for (unsigned i = 0; i < CHAIN_MAX && off != 0; i++) {
		struct riad_entry e;

		if (riad_packfile_entry(pack_of(rd, p), off, &e) == -1)
			break;
		if (!is_delta(&e)) {
			*type = (enum riad_type)e.type;
			return 0;
		}
		off = base_off(rd, p, &e);
	}

	/* Damaged: another copy may tell. */
	const uint8_t *data;
	size_t len;
	return riad_reader_read(rd, number, type, &data, &len);
}

/* The length that the file of a loose object says: 0, or -1 if there is none
 * that can be read. */
static int
loose_size(const struct riad_reader *rd, uint32_t number, uint64_t *size)
{
	const struct riad_store *s = rd->store;
	const struct riad_oid *oid = &s->loose.oids[number - RIAD_LOOSE];

	for (size_t i = 0; i < s->ndirs; i++) {
		struct riad_loose l;

		if (riad_loose_open(&l, s->dirs[i], oid, s->hash_len) == 1) {
			*size = l.len;
			riad_loose_close(&l);
			return 0;
		}
	}
	return -1;
}

/* Two numbers of seven bits a byte, and of 63 at most. */
enum { DELTA_HEAD = 18 };

/* The length that a delta says that it makes: 0, or -1. */
static int
delta_size(const struct riad_packfile *pack, const struct riad_entry *e,
    uint64_t *size)
{
	uint8_t head[DELTA_HEAD];
	struct riad_patch patch;
	const size_t n = e->size < DELTA_HEAD ? (size_t)e->size : DELTA_HEAD;

	if (riad_inflate_head(head, n, pack->data + e->data,
		pack->len - pack->idx.hash_len - e->data) == -1 ||
	    riad_patch_open(&patch, head, n) == -1)
		return -1;
	*size = patch.len;
	return 0;
}

int
riad_reader_size(struct riad_reader *rd, uint32_t number, uint64_t *size)
{
	enum riad_type type;
	const uint8_t *data;
	size_t len;

	if (number >= RIAD_LOOSE && loose_size(rd, number, size) == 0)
		return 0;

	if (number < RIAD_LOOSE) {
		uint32_t pos, p = riad_store_pack(rd->store, number, &pos);
		const struct riad_packfile *pack = pack_of(rd, p);
		uint64_t off = riad_idx_offset(&pack->idx, pos);
		struct riad_entry e;

		if (riad_packfile_entry(pack, off, &e) == 0) {
			*size = e.size;
			if (!is_delta(&e) || delta_size(pack, &e, size) == 0)
				return 0;
		}
	}
	if (riad_reader_read(rd, number, &type, &data, &len) == -1)
		return -1;
	*size = len;
	return 0;
}

/* -1 for what isn't there as well. */
static int64_t
find(struct riad_reader *rd, const struct riad_oid *oid)
{
	if (!rd->shared)
		return riad_store_find(rd->store, oid);
	int64_t n = riad_store_packed(rd->store, oid);
	if (n == -1)
		errno = ENOENT;
	return n;
}

/* What a failure means to an odb. */
static int
missing_or_bad(void)
{
	return errno == ENOENT ? 0 : -1;
}

static int
odb_read(void *ctx, const struct riad_oid *oid, enum riad_type *type,
    const uint8_t **data, size_t *len)
{
	struct riad_reader *rd = ctx;
	int64_t n = find(rd, oid);

	if (n == -1 && rd->shared) {
		/* A file of its own needs no table. */
		blob_release(rd->held);
		rd->held = read_loose(rd, oid);
		if (rd->held == NULL && (errno == ENOENT || errno == EBADMSG))
			rd->held = read_apart(rd, oid);
		if (rd->held == NULL)
			return missing_or_bad();
		*type = rd->held->type;
		*data = rd->held->data;
		*len = rd->held->len;
		return 1;
	}
	if (n == -1 || riad_reader_read(rd, (uint32_t)n, type, data, len) == -1)
		return missing_or_bad();
	return 1;
}

static int
odb_type(void *ctx, const struct riad_oid *oid, enum riad_type *type)
{
	struct riad_reader *rd = ctx;
	int64_t n = type == NULL && !rd->shared
			? riad_store_quick(rd->store, oid)
			: find(rd, oid);

	if (n == -1 && type != NULL && rd->shared) {
		const uint8_t *data;
		size_t len;

		return odb_read(ctx, oid, type, &data, &len);
	}
	if (n == -1 ||
	    (type != NULL && riad_reader_type(rd, (uint32_t)n, type) == -1))
		return missing_or_bad();
	return 1;
}

/* What a commit says of itself. */
static int
read_commit(struct riad_reader *rd, const struct riad_oid *oid,
    struct riad_commit_facts *facts)
{
	const size_t hash_len = rd->store->hash_len;
	struct riad_commit commit;
	enum riad_type type;
	const uint8_t *data;
	size_t len;

	int r = odb_read(rd, oid, &type, &data, &len);
	if (r != 1)
		return r;
	if (type != RIAD_COMMIT)
		return fail(EBADMSG);
	if (riad_commit_parse(&commit, data, len, hash_len) == -1)
		return -1;
	if (commit.nparents > rd->parents_cap) {
		struct riad_oid *parents = reallocarray(
		    rd->parents, commit.nparents, sizeof(*parents));
		if (parents == NULL)
			return -1;
		rd->parents = parents;
		rd->parents_cap = commit.nparents;
	}
	for (size_t i = 0; i < commit.nparents; i++)
		riad_commit_parent(&rd->parents[i], &commit, i, hash_len);
	*facts = (struct riad_commit_facts){.tree = commit.tree,
	    .date = commit.date,
	    .nparents = (uint32_t)commit.nparents,
	    .parents = rd->parents};
	return 1;
}

static int
odb_commit(
    void *ctx, const struct riad_oid *oid, struct riad_commit_facts *facts)
{
	struct riad_reader *rd = ctx;
	int r = 0;

	if (rd->history != NULL)
		r = rd->history->commit(rd->history->ctx, oid, facts);
	if (r == 0)
		r = read_commit(rd, oid, facts);
	if (r == 1 && rd->grafts != NULL) {
		size_t n;
		const struct riad_oid *parents =
		    riad_grafts_get(rd->grafts, oid, &n);

		if (parents != NULL) {
			facts->parents = parents;
			facts->nparents = (uint32_t)n;
		}
	}
	if (r == 1 && rd->cuts != NULL && riad_oidmap_get(rd->cuts, oid) != -1)
		facts->nparents = 0;
	return r;
}

void
riad_reader_odb(struct riad_reader *rd, struct riad_odb *odb,
    const struct riad_history *history, const struct riad_grafts *grafts,
    const struct riad_oidmap *cuts)
{
	rd->history = history;
	rd->grafts = grafts;
	rd->cuts = cuts;
	*odb = (struct riad_odb){.ctx = rd,
	    .hash_len = rd->store->hash_len,
	    .read = odb_read,
	    .type = odb_type,
	    .commit = odb_commit};
}
