/* SPDX-License-Identifier: ISC */

#include "builder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "handle.h"

/*
 * libgit2 looks for deltas among all objects of a builder, and cannot be
 * stopped while it does.  With so many at a time, a client that went away is
 * noticed soon, and memory stays small; what is alike is in one batch.
 */
#define BATCH 4096

static int
failed(struct riad_builder *b, const struct riad_oid *oid, int code)
{
	const git_error *e = git_error_last();

	if (b->err != 0) {
		errno = b->err;
		return -1;
	}
	if (oid != NULL) {
		char hex[RIAD_OID_HEX_MAX + 1];

		snprintf(b->sink->why, sizeof(b->sink->why),
		    "unable to read %s: %s",
		    riad_oid_hex(hex, oid, b->out->hash_len),
		    e != NULL ? e->message : "unknown error");
	} else {
		snprintf(b->sink->why, sizeof(b->sink->why), "%s",
		    e != NULL ? e->message : "unknown error");
	}
	errno = code == GIT_ENOTFOUND ? ENOENT : EBADMSG;
	return -1;
}

/*
 * The name hash of the walk as a name.  libgit2 makes a hash of its own from
 * names, adding up characters, each of which weighs four times as much as the
 * one before it: so the last one takes the most significant two bits, and
 * order is preserved down to the last few bits.
 */
static void
name_of(char name[17], uint32_t hash)
{
	for (int i = 15; i >= 0; i--, hash <<= 2)
		name[i] = (char)('@' + (hash >> 30));
	name[16] = '\0';
}

static int
on_progress(int stage, uint32_t current, uint32_t total, void *ctx)
{
	struct riad_builder *b = ctx;

	(void)total;
	if (b->err != 0)
		return -1;
	if (stage == GIT_PACKBUILDER_DELTAFICATION &&
	    riad_meter_at(&b->meter, b->before + current) == -1) {
		b->err = errno;
		return -1;
	}
	return 0;
}

/*
 * Takes the entries out of libgit2's pack.  An entry begins with the call
 * after which the count of those written has gone up; what comes before the
 * first is the pack's header, what comes after the last its trailer.
 */
static int
on_data(void *data, size_t len, void *ctx)
{
	struct riad_builder *b = ctx;
	const uint8_t *p = data;
	size_t written = git_packbuilder_written(b->pb);

	if (b->err != 0)
		return -1;
	if (b->begun == UINT32_MAX) {
		b->begun = 0;
		return 0;
	}
	if (written == b->batch)
		return 0;
	if (written == b->begun) {
		b->begun++;
		b->deltas += (p[0] >> 4 & 7) == RIAD_REF_DELTA;
		if (riad_packout_count(b->out) == -1) {
			b->err = errno;
			return -1;
		}
	}
	if (riad_packout_add(b->out, data, len) == -1) {
		b->err = errno;
		return -1;
	}
	return 0;
}

/* A builder that failed doesn't tell at which object: reads them all again. */
static int
find_fault(struct riad_builder *b, const uint32_t *list, uint32_t n, int code)
{
	git_odb *db = NULL;

	if (b->err != 0 || git_repository_odb(&db, b->git) < 0)
		return failed(b, NULL, code);

	int r = failed(b, NULL, code);
	for (uint32_t i = 0; i < n; i++) {
		const struct riad_oid *id = riad_walk_oid(b->walk, list[i]);
		git_odb_object *obj = NULL;
		git_oid oid;

		riad_repo_get_oid(&oid, id);
		code = git_odb_read(&obj, db, &oid);
		git_odb_object_free(obj);
		if (code < 0) {
			r = failed(b, id, code);
			break;
		}
	}
	int err = errno;
	git_odb_free(db);
	errno = err;
	return r;
}

static int
write_batch(struct riad_builder *b, const uint32_t *list, uint32_t n)
{
	int r = git_packbuilder_new(&b->pb, b->git);

	if (r < 0)
		return failed(b, NULL, r);
	git_packbuilder_set_callbacks(b->pb, on_progress, b);
	for (uint32_t i = 0; i < n; i++) {
		const struct riad_oid *id = riad_walk_oid(b->walk, list[i]);
		git_oid oid;
		char name[17];

		riad_repo_get_oid(&oid, id);
		name_of(name, riad_walk_name_hash(b->walk, list[i]));
		r = git_packbuilder_insert(b->pb, &oid, name);
		if (r < 0)
			return failed(b, id, r);
		if (riad_meter_at(&b->meter, b->before) == -1)
			return -1;
	}

	b->batch = n;
	b->begun = UINT32_MAX;
	r = git_packbuilder_foreach(b->pb, on_data, b);
	if (r < 0 || b->err != 0)
		return find_fault(b, list, n, r);
	b->before += n;
	return 0;
}

static int
by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static int
by_name(const void *left, const void *right, void *ctx)
{
	const struct riad_walk *w = ctx;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	int order = (int)riad_walk_type(w, a) - (int)riad_walk_type(w, b);

	if (order != 0)
		return order;
	uint32_t x = riad_walk_name_hash(w, a), y = riad_walk_name_hash(w, b);
	return x != y ? (x > y) - (x < y) : by_number(left, right);
}

static int
write_all(struct riad_builder *b, uint32_t *list, uint32_t n)
{
	riad_meter_start(&b->meter, b->sink, "Compressing objects", n);
	if (n > BATCH)
		qsort_r(list, n, sizeof(*list), by_name, (void *)b->walk);
	for (uint32_t i = 0; i < n; i += BATCH) {
		uint32_t len = n - i < BATCH ? n - i : BATCH;

		/* Within a batch in the walk's order, newest first. */
		qsort(list + i, len, sizeof(*list), by_number);
		int r = write_batch(b, list + i, len);
		git_packbuilder_free(b->pb);
		b->pb = NULL;
		if (r == -1)
			return -1;
	}
	return riad_meter_done(&b->meter, n);
}

int
riad_builder_write(struct riad_builder *b, uint32_t *list, uint32_t n)
{
	git_odb *db = NULL;

	b->deltas = 0;
	b->before = 0;
	b->err = 0;
	if (n == 0)
		return 0;

	/*
	 * What is compressed anew gets new checksums, so it has to be what its
	 * id says: libgit2 is to check that, which it is told not to do while
	 * the walk goes on, and without the walk's cache of objects.  And a
	 * repository of objects alone: where there are references, a builder
	 * reads all the tags, and fails with one that is broken.
	 */
	int r = git_odb_open(&db, b->objects_dir);
	if (r == 0)
		r = git_repository_wrap_odb(&b->git, db);
	if (r < 0) {
		r = failed(b, NULL, r);
	} else {
		git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
		r = write_all(b, list, n);
		git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	}
	int err = errno;
	git_repository_free(b->git);
	git_odb_free(db);
	errno = err;
	return r;
}
