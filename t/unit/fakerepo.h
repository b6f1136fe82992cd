/* SPDX-License-Identifier: ISC */
/*
 * fakerepo.h - objects in an array: commits by number, the id of commit N is
 * N in its first byte and in all the others; 0xa0 and up are tags
 */
#ifndef RIAD_FAKEREPO_H
#define RIAD_FAKEREPO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "riad/odb.h"
#include "riad/ref.h"

struct fake_object {
	uint8_t number;
	enum riad_type type;
	int date;
	uint8_t links[4]; /* parents of a commit, target of a tag; 0 ends */
};

struct fake_repo {
	const struct fake_object *objects; /* ended by number 0 */
	const struct riad_ref *refs;       /* ended by a NULL name */
	uint8_t shallow[4];                /* commits without parents; 0 ends */
	int reads;
	char text[1024];
};

static struct riad_oid
fake_id(uint8_t number)
{
	struct riad_oid oid = {{0}};

	memset(oid.id, number, RIAD_SHA1_LEN);
	return oid;
}

static const char *
fake_hex(uint8_t number)
{
	static char hex[4][RIAD_OID_HEX_MAX + 1];
	static int turn;
	struct riad_oid oid = fake_id(number);

	turn = (turn + 1) % 4;
	return riad_oid_hex(hex[turn], &oid, RIAD_SHA1_LEN);
}

static const struct fake_object *
fake_find(const struct fake_repo *repo, const struct riad_oid *oid)
{
	for (const struct fake_object *o = repo->objects; o->number; o++) {
		struct riad_oid id = fake_id(o->number);
		if (riad_oid_eq(&id, oid))
			return o;
	}
	return NULL;
}

static inline bool
fake_is_shallow(const struct fake_repo *repo, uint8_t number)
{
	return memchr(repo->shallow, number, sizeof(repo->shallow)) != NULL;
}

static int
fake_type(void *ctx, const struct riad_oid *oid, enum riad_type *type)
{
	const struct fake_object *o = fake_find(ctx, oid);

	if (o != NULL && type != NULL)
		*type = o->type;
	return o != NULL;
}

static int
fake_read(void *ctx, const struct riad_oid *oid, enum riad_type *type,
    const uint8_t **data, size_t *len)
{
	struct fake_repo *repo = ctx;
	const struct fake_object *o = fake_find(repo, oid);
	char *p = repo->text;
	char *end = p + sizeof(repo->text);

	if (o == NULL)
		return 0;
	repo->reads++;
	*type = o->type;
	if (o->type == RIAD_TAG) {
		p += snprintf(p, (size_t)(end - p),
		    "object %s\ntype %s\ntag t\n", fake_hex(o->links[0]),
		    o->links[0] >= 0xa0 ? "tag" : "commit");
	} else {
		p +=
		    snprintf(p, (size_t)(end - p), "tree %s\n", fake_hex(0x99));
		for (int i = 0; i < 4 && o->links[i] != 0 &&
				!fake_is_shallow(repo, o->number);
		     i++)
			p += snprintf(p, (size_t)(end - p), "parent %s\n",
			    fake_hex(o->links[i]));
		p += snprintf(p, (size_t)(end - p),
		    "author A <a@b> %d +0000\ncommitter A <a@b> %d +0000\n\n",
		    o->date, o->date);
	}
	*data = (const uint8_t *)repo->text;
	*len = (size_t)(p - repo->text);
	return 1;
}

static struct riad_odb
fake_odb(struct fake_repo *repo)
{
	return (struct riad_odb){
	    .ctx = repo,
	    .hash_len = RIAD_SHA1_LEN,
	    .read = fake_read,
	    .type = fake_type,
	};
}

#endif
