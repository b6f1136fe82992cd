/* SPDX-License-Identifier: ISC */
/*
 * memodb.h - a small object database in memory, for tests
 *
 * Ids are made up, not hashes of anything, so that a test can have objects
 * that no honest repository has.  It is never freed: tests are short.
 */
#ifndef RIAD_MEMODB_H
#define RIAD_MEMODB_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/buf.h"
#include "riad/odb.h"
#include "riad/oid.h"

struct mem_object {
	enum riad_type type;
	struct riad_buf buf;
	int err;     /* errno of read and type, 0 for none */
	bool hidden; /* missing */
};

struct mem_odb {
	struct riad_odb odb;
	struct riad_oidmap ids;
	struct mem_object *objects; /* by number */
	uint8_t *lent; /* a copy that dies with the next call, as promised */
	int reads;
};

static struct mem_object *
mem_find(struct mem_odb *db, const struct riad_oid *oid)
{
	int64_t n = riad_oidmap_get(&db->ids, oid);

	free(db->lent);
	db->lent = NULL;
	return n == -1 || db->objects[n].hidden ? NULL : &db->objects[n];
}

static int
mem_type(void *ctx, const struct riad_oid *oid, enum riad_type *type)
{
	struct mem_object *o = mem_find(ctx, oid);

	if (o == NULL)
		return 0;
	if (o->err != 0) {
		errno = o->err;
		return -1;
	}
	if (type != NULL)
		*type = o->type;
	return 1;
}

static int
mem_read(void *ctx, const struct riad_oid *oid, enum riad_type *type,
    const uint8_t **data, size_t *len)
{
	struct mem_odb *db = ctx;
	int r = mem_type(ctx, oid, type);

	if (r != 1)
		return r;
	struct mem_object *o = mem_find(db, oid);
	db->reads++;
	db->lent = malloc(o->buf.len > 0 ? o->buf.len : 1);
	if (o->buf.len > 0)
		memcpy(db->lent, o->buf.data, o->buf.len);
	*data = db->lent;
	*len = o->buf.len;
	return 1;
}

static void
mem_init(struct mem_odb *db, size_t hash_len)
{
	*db = (struct mem_odb){.odb = {db, hash_len, mem_read, mem_type, NULL}};
	riad_oidmap_init(&db->ids, 1 << 20);
}

static void
mem_free(struct mem_odb *db)
{
	for (uint32_t i = 0; i < db->ids.len; i++)
		riad_buf_free(&db->objects[i].buf);
	free(db->objects);
	free(db->lent);
	riad_oidmap_free(&db->ids);
}

/* An id that belongs to n. */
static struct riad_oid
mem_oid(const struct mem_odb *db, uint32_t n)
{
	struct riad_oid oid = {{0}};

	for (size_t i = 0; i < db->odb.hash_len; i++) {
		n = n * 1664525u + 1013904223u;
		oid.id[i] = (uint8_t)(n >> 24);
	}
	return oid;
}

/* A new object, by its number; contents are added to its buf. */
static uint32_t
mem_new(struct mem_odb *db, enum riad_type type)
{
	uint32_t n = db->ids.len;
	struct riad_oid oid = mem_oid(db, n);

	riad_oidmap_put(&db->ids, &oid, NULL);
	db->objects = realloc(db->objects, (n + 1) * sizeof(*db->objects));
	db->objects[n] = (struct mem_object){.type = type};
	riad_buf_init(&db->objects[n].buf, 1 << 24);
	return n;
}

static inline void
mem_add_entry(struct mem_odb *db, uint32_t tree, const char *mode,
    const char *name, uint32_t object)
{
	struct riad_buf *buf = &db->objects[tree].buf;
	struct riad_oid oid = mem_oid(db, object);

	riad_buf_addf(buf, "%s %s", mode, name);
	riad_buf_addc(buf, '\0');
	riad_buf_add(buf, oid.id, db->odb.hash_len);
}

static inline void
mem_add_id(
    struct mem_odb *db, uint32_t object, const char *key, uint32_t target)
{
	char hex[RIAD_OID_HEX_MAX + 1];
	struct riad_oid oid = mem_oid(db, target);

	riad_buf_addf(&db->objects[object].buf, "%s %s\n", key,
	    riad_oid_hex(hex, &oid, db->odb.hash_len));
}

static inline uint32_t
mem_blob(struct mem_odb *db)
{
	return mem_new(db, RIAD_BLOB);
}

/* A commit; parents are numbers, ended by -1. */
static inline uint32_t
mem_commit(
    struct mem_odb *db, uint32_t tree, const int parents[], long long date)
{
	uint32_t n = mem_new(db, RIAD_COMMIT);

	mem_add_id(db, n, "tree", tree);
	for (; *parents != -1; parents++)
		mem_add_id(db, n, "parent", (uint32_t)*parents);
	riad_buf_addf(&db->objects[n].buf,
	    "author A <a> 1 +0000\ncommitter C <c> %lld +0000\n\nx\n", date);
	return n;
}

static inline uint32_t
mem_tag(struct mem_odb *db, uint32_t target, const char *type)
{
	uint32_t n = mem_new(db, RIAD_TAG);

	mem_add_id(db, n, "object", target);
	riad_buf_addf(&db->objects[n].buf, "type %s\ntag t\n\nx\n", type);
	return n;
}

#endif
