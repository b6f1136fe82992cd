/* SPDX-License-Identifier: ISC */
/*
 * filter.h - what a partial clone leaves out, --filter in git-rev-list(1)
 *
 * A filter says which objects pass.  It is asked about those that a walk comes
 * upon: what a client wants by its id is sent whatever the filter says, and so
 * is all that a wanted tag leads to.
 *
 * An object passes a combination if it passes each part, at one and the same
 * place: of the places where an object is found, one will do.
 */
#ifndef RIAD_FILTER_H
#define RIAD_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"
#include "riad/odb.h"

enum riad_filter_kind {
	RIAD_FILTER_BLOB_NONE,
	RIAD_FILTER_BLOB_LIMIT,
	RIAD_FILTER_TREE,
	RIAD_FILTER_SPARSE_OID,
	RIAD_FILTER_OBJECT_TYPE,
	RIAD_FILTER_COMBINE,
	RIAD_FILTER_KINDS,
};

/* Of one specification: its length, and how many parts it may have, how deep
 * within each other, how many of them sparse. */
#define RIAD_FILTER_SPEC_MAX 65536
#define RIAD_FILTER_PARTS_MAX 1024
#define RIAD_FILTER_NEST_MAX 32
#define RIAD_FILTER_SPARSE_MAX 16

struct riad_filter {
	enum riad_filter_kind kind;
	uint64_t number;     /* BLOB_LIMIT: of bytes; TREE: of levels */
	enum riad_type type; /* OBJECT_TYPE */
	char *name; /* SPARSE_OID: a blob, in any form that git understands */
	struct riad_filter *parts; /* COMBINE: each of a kind, at least one */
	size_t nparts;
};

/*
 * Reads a specification.  Returns 0, or -1 with errno EINVAL and why, which is
 * what git says of it; ENOMEM.
 */
int riad_filter_parse(
    struct riad_filter **filter, const char *spec, size_t len, char why[256]);
void riad_filter_free(struct riad_filter *filter);

/*
 * A further specification, which makes a combination of *filter unless that
 * is NULL; on failure *filter is as it was.  (git rev-list takes many; git
 * upload-pack one: "multiple filter-specs cannot be combined".)
 */
int riad_filter_add(
    struct riad_filter **filter, const char *spec, size_t len, char why[256]);

/*
 * Adds the specification to buf: numbers in decimal, what is reserved in a
 * combination escaped.  0, or -1 as buf has it.
 */
int riad_filter_print(struct riad_buf *buf, const struct riad_filter *filter);

/* The name of a kind, as messages and configuration have it: "tree". */
const char *riad_filter_kind_name(enum riad_filter_kind kind);

/*
 * The names of the sparse:oid parts, wherever they are, in order: name i, or
 * NULL if there are not so many.  riad_filter_sparse_set puts another in its
 * place: whoever knows the references turns names into ids.  0, or -1 with
 * errno ENOMEM, or EINVAL if there is no such part.
 */
size_t riad_filter_sparse_count(const struct riad_filter *filter);
const char *riad_filter_sparse(const struct riad_filter *filter, size_t i);
int riad_filter_sparse_set(
    struct riad_filter *filter, size_t i, const char *name);

/* Which objects pass, as far as their type and size decide it. */
struct riad_filter_plain {
	bool commits, trees, blobs, tags;
	uint64_t blob_limit; /* a blob must be smaller; UINT64_MAX for none */
};

/*
 * True if nothing else decides, such as the path of an object, or its depth;
 * plain is filled in either way, and depth with the number of levels that
 * pass: 1 for the trees of commits alone, UINT64_MAX for all.  depth may be
 * NULL.
 */
bool riad_filter_is_plain(const struct riad_filter *filter,
    struct riad_filter_plain *plain, uint64_t *depth);

/* Which filters a server allows: uploadpackfilter.* in git-config(1). */
struct riad_filter_rules {
	bool allow;                          /* those not named below */
	signed char name[RIAD_FILTER_KINDS]; /* 0 no, 1 yes, -1 unset */
	uint64_t tree_max_depth;
};

void riad_filter_rules_init(struct riad_filter_rules *rules);

/*
 * Takes a variable, by its name as riad_repo_config gives it, and its value,
 * NULL where there is none.  1 if it was one of these, 0 if not, -1 with errno
 * EINVAL if the value is none.
 */
int riad_filter_rule_set(
    struct riad_filter_rules *rules, const char *name, const char *value);

/* NULL if the filter is allowed in all its parts, else why, with what git says
 * to the client. */
const char *riad_filter_refused(const struct riad_filter *filter,
    const struct riad_filter_rules *rules, char why[256]);

#endif
