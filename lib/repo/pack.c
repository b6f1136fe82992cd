/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "riad/copy.h"
#include "riad/meter.h"
#include "riad/packout.h"
#include "riad/packs.h"
#include "riad/parse.h"
#include "riad/press.h"
#include "riad/walk.h"

/* Tags of tags, further than anybody goes. */
#define TAG_DEPTH_MAX 100

struct job {
	struct riad_repo *repo;
	const struct riad_pack_request *req;
	struct riad_pack_sink *sink;
	struct riad_walk *walk;
	struct riad_meter meter;
	struct riad_packs packs;
	struct riad_packout out;
};

static int
on_found(void *ctx, uint32_t found)
{
	struct job *job = ctx;

	return riad_meter_at(&job->meter, found);
}

/* Adds the tag, and the tags between it and what it comes down to. */
static int
add_tag(struct job *job, const struct riad_pack_tag *tag)
{
	const struct riad_odb *odb = riad_repo_odb(job->repo);
	struct riad_oid oid = tag->tag;

	for (int i = 0; i < TAG_DEPTH_MAX; i++) {
		enum riad_type type;
		const uint8_t *data;
		size_t len;

		if (riad_oid_eq(&oid, &tag->peeled))
			return 0;
		int r = odb->read(odb->ctx, &oid, &type, &data, &len);
		if (r == 0)
			errno = ENOENT;
		if (r <= 0)
			return -1;
		if (type != RIAD_TAG)
			return 0;
		struct riad_tag parsed;
		if (riad_walk_add(job->walk, &oid, type) == -1 ||
		    riad_tag_parse(&parsed, data, len, odb->hash_len) == -1)
			return -1;
		oid = parsed.object;
	}
	errno = EMSGSIZE;
	return -1;
}

static int
add_tags(struct job *job)
{
	for (size_t i = 0; i < job->req->ntags; i++) {
		const struct riad_pack_tag *tag = &job->req->tags[i];
		char hex[RIAD_OID_HEX_MAX + 1];

		if (!riad_walk_lists(job->walk, &tag->peeled) ||
		    add_tag(job, tag) == 0)
			continue;
		int err = errno;
		riad_oid_hex(
		    hex, &tag->tag, riad_repo_odb(job->repo)->hash_len);
		snprintf(job->sink->why, sizeof(job->sink->why),
		    "bad tag %s: %s", hex, strerror(err));
		errno = err;
		return -1;
	}
	return 0;
}

/* Makes the list of what to send. */
static int
enumerate(struct job *job)
{
	const struct riad_pack_request *req = job->req;

	job->walk = riad_walk_new(riad_repo_odb(job->repo));
	if (job->walk == NULL)
		return -1;
	for (size_t i = 0; i < req->nwants; i++) {
		if (riad_walk_want(job->walk, &req->wants[i]) == -1)
			return -1;
	}
	for (size_t i = 0; i < req->nhaves; i++) {
		if (riad_walk_have(job->walk, &req->haves[i]) == -1)
			return -1;
	}

	riad_meter_start(&job->meter, job->sink, "Enumerating objects", 0);
	if (riad_walk_run(job->walk, on_found, job) == -1) {
		snprintf(job->sink->why, sizeof(job->sink->why), "%s",
		    riad_walk_why(job->walk));
		return -1;
	}
	if (add_tags(job) == -1)
		return -1;
	return riad_meter_done(&job->meter, riad_walk_count(job->walk));
}

static int
say_total(struct job *job, uint32_t count, uint32_t deltas, uint32_t reused,
    uint32_t reused_deltas)
{
	char line[128];

	if (job->sink->progress == NULL)
		return 0;
	int len = snprintf(line, sizeof(line),
	    "Total %u (delta %u), reused %u (delta %u), pack-reused 0\n", count,
	    deltas, reused, reused_deltas);
	return job->sink->progress(job->sink->ctx, line, (size_t)len);
}

/*
 * What packs have is copied, the rest is made.  First that, since copies lean
 * on it; last what was to be copied and turned out to be damaged there.  That
 * doesn't lean on what the client has: copies that were written before it may
 * name it as their base, and the client is to find it before it looks at home.
 */
static int
write_entries(struct job *job, struct riad_copy *copy, uint32_t *rest)
{
	struct riad_press press = {.odb = riad_repo_odb(job->repo),
	    .walk = job->walk,
	    .out = &job->out,
	    .sink = job->sink,
	    .thin = copy->thin,
	    .ofs_delta = copy->ofs_delta,
	    .at = copy->at,
	    .is_delta = copy->is_delta};
	const uint32_t count = riad_walk_count(job->walk);
	uint32_t n;

	riad_meter_start(&job->meter, job->sink, "Counting objects", count);
	if (riad_copy_choose(copy, rest, &n, &job->meter) == -1 ||
	    riad_packout_begin(&job->out, press.odb->hash_len, count,
		job->sink->data, job->sink->ctx) == -1 ||
	    riad_press_write(&press, rest, n) == -1 ||
	    riad_copy_write(copy, rest, &n, &job->out) == -1)
		return -1;
	press.thin = false;
	if (riad_press_write(&press, rest, n) == -1 ||
	    riad_packout_end(&job->out) == -1)
		return -1;
	return say_total(job, count, copy->deltas + press.deltas, copy->copied,
	    copy->deltas);
}

static int
write_pack(struct job *job)
{
	const uint32_t count = riad_walk_count(job->walk);

	if (riad_packs_open(&job->packs, riad_repo_objects_dir(job->repo),
		riad_repo_odb(job->repo)->hash_len) == -1)
		return -1;
	if (job->req->thin && riad_walk_sort_client(job->walk) == -1)
		return -1;

	struct riad_copy copy = {.packs = &job->packs,
	    .walk = job->walk,
	    .thin = job->req->thin,
	    .ofs_delta = job->req->ofs_delta,
	    .at = calloc(count + 1u, sizeof(*copy.at)),
	    .is_delta = calloc(count + 1u, sizeof(*copy.is_delta))};
	uint32_t *rest = reallocarray(NULL, count + 1u, sizeof(*rest));
	int r = -1;
	if (rest != NULL && copy.at != NULL && copy.is_delta != NULL)
		r = write_entries(job, &copy, rest);
	riad_copy_free(&copy);
	free(copy.at);
	free(copy.is_delta);
	free(rest);
	return r;
}

int
riad_repo_pack(void *repo, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	struct job *job = calloc(1, sizeof(*job));

	sink->why[0] = '\0';
	if (job == NULL) {
		snprintf(sink->why, sizeof(sink->why), "out of memory");
		return -1;
	}
	job->repo = repo;
	job->req = request;
	job->sink = sink;
	int r = enumerate(job);
	if (r == 0)
		r = write_pack(job);

	int err = errno;
	riad_packout_free(&job->out);
	riad_packs_close(&job->packs);
	riad_walk_free(job->walk);
	free(job);
	if (r == -1 && sink->why[0] == '\0')
		snprintf(sink->why, sizeof(sink->why), "%s", strerror(err));
	errno = err;
	return r;
}
