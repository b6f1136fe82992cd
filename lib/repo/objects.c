/* SPDX-License-Identifier: ISC */
/*
 * Objects, and packs of them, by lib/pack.  The packs are not opened before
 * something is asked for: an announcement of references needs none.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handle.h"
#include "riad/engine.h"

struct riad_repo_objects {
	struct riad_engine *engine;
	struct riad_engine_config config;
};

struct variable {
	const char *name;
	int (*set)(struct riad_engine_config *c, const char *value);
};

static int
set_unsigned(unsigned *to, const char *value, uint64_t max)
{
	uint64_t n;

	if (riad_config_u64(&n, value, max) == -1)
		return -1;
	*to = (unsigned)n;
	return 0;
}

static int
set_window(struct riad_engine_config *c, const char *value)
{
	return set_unsigned(&c->window, value, 1 << 20);
}

/* git's own bound on chains of deltas. */
static int
set_depth(struct riad_engine_config *c, const char *value)
{
	return set_unsigned(&c->depth, value, 4095);
}

/* 0 is one for each processor. */
static int
set_threads(struct riad_engine_config *c, const char *value)
{
	return set_unsigned(&c->threads, value, 1 << 16);
}

static int
set_window_memory(struct riad_engine_config *c, const char *value)
{
	return riad_config_u64(&c->window_memory, value, UINT64_MAX);
}

static int
set_big_file(struct riad_engine_config *c, const char *value)
{
	return riad_config_u64(&c->big_file, value, UINT64_MAX);
}

static int
set_keep(struct riad_engine_config *c, const char *value)
{
	return riad_config_u64(&c->keep, value, UINT64_MAX);
}

static int
set_level(struct riad_engine_config *c, const char *value)
{
	uint64_t n;

	if (value != NULL && strcmp(value, "-1") == 0) {
		c->level = -1;
		return 0;
	}
	if (riad_config_u64(&n, value, 9) == -1)
		return -1;
	c->level = (int)n;
	return 0;
}

static int
set_bitmaps(struct riad_engine_config *c, const char *value)
{
	return riad_config_bool(&c->bitmaps, value);
}

/* "multi" and "single" of newer gits are as good as true. */
static int
set_reuse(struct riad_engine_config *c, const char *value)
{
	if (value != NULL && (strcasecmp(value, "multi") == 0 ||
				 strcasecmp(value, "single") == 0)) {
		c->reuse = true;
		return 0;
	}
	return riad_config_bool(&c->reuse, value);
}

static int
set_commit_graph(struct riad_engine_config *c, const char *value)
{
	return riad_config_bool(&c->commit_graph, value);
}

static int
set_midx(struct riad_engine_config *c, const char *value)
{
	return riad_config_bool(&c->midx, value);
}

/* pack.compression is the last that counts, wherever it stands. */
static const struct variable variables[] = {
    {"pack.window", set_window},
    {"pack.depth", set_depth},
    {"pack.windowmemory", set_window_memory},
    {"pack.threads", set_threads},
    {"core.compression", set_level},
    {"pack.compression", set_level},
    {"core.bigfilethreshold", set_big_file},
    {"core.deltabasecachelimit", set_keep},
    {"pack.usebitmaps", set_bitmaps},
    {"pack.allowpackreuse", set_reuse},
    {"core.commitgraph", set_commit_graph},
    {"core.multipackindex", set_midx},
};

struct setting {
	struct riad_repo *repo;
	struct riad_engine_config *config;
	size_t which;
};

static int
set_variable(void *ctx, const char *name, const char *value,
    enum riad_config_scope scope)
{
	const struct setting *s = ctx;
	const struct variable *v = &variables[s->which];

	(void)scope;
	if (strcmp(name, v->name) != 0 || v->set(s->config, value) == 0)
		return 0;
	return riad_repo_fail(
	    s->repo, "%s: bad value '%s'", name, value ? value : "");
}

static int
configure(struct riad_repo *repo, struct riad_engine_config *config)
{
	riad_engine_config_init(config);
	config->threads = 0;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		struct setting s = {repo, config, i};

		if (riad_repo_config(repo, set_variable, &s) != 0)
			return -1;
	}
	config->cache = repo->cache;
	if (repo->threads > 0)
		config->threads = repo->threads;
	if (config->threads == 0) {
		long n = sysconf(_SC_NPROCESSORS_ONLN);
		config->threads = n > 0 ? (unsigned)n : 1;
	}
	return 0;
}

/* The engine, opened if it is not yet; NULL where it can't be. */
static struct riad_engine *
engine(struct riad_repo *repo)
{
	if (repo->objects != NULL)
		return repo->objects->engine;

	struct riad_repo_objects *o = calloc(1, sizeof(*o));
	const struct riad_grafts *grafts = riad_repo_grafts(repo);
	const struct riad_oidmap *cuts = riad_repo_cuts(repo);
	const struct riad_oid *ids;
	size_t n;
	size_t ndirs;
	const char *const *dirs = riad_repo_object_dirs(repo, &ndirs);

	if (o == NULL || grafts == NULL ||
	    riad_repo_shallow(repo, &ids, &n) == -1 ||
	    configure(repo, &o->config) == -1) {
		free(o);
		return NULL;
	}
	o->engine =
	    riad_engine_open(dirs, ndirs, repo->odb.hash_len, &o->config,
		grafts->commits.len > 0 ? grafts : NULL, n > 0 ? cuts : NULL);
	if (o->engine == NULL) {
		riad_repo_fail(repo, "objects: %s", strerror(errno));
		free(o);
		return NULL;
	}
	repo->objects = o;
	return o->engine;
}

static int
odb_read(void *ctx, const struct riad_oid *oid, enum riad_type *type,
    const uint8_t **data, size_t *len)
{
	struct riad_engine *e = engine(ctx);

	if (e == NULL)
		return -1;
	const struct riad_odb *odb = riad_engine_odb(e);
	return odb->read(odb->ctx, oid, type, data, len);
}

static int
odb_type(void *ctx, const struct riad_oid *oid, enum riad_type *type)
{
	struct riad_engine *e = engine(ctx);

	if (e == NULL)
		return -1;
	const struct riad_odb *odb = riad_engine_odb(e);
	return odb->type(odb->ctx, oid, type);
}

static int
odb_commit(
    void *ctx, const struct riad_oid *oid, struct riad_commit_facts *facts)
{
	struct riad_engine *e = engine(ctx);

	if (e == NULL)
		return -1;
	const struct riad_odb *odb = riad_engine_odb(e);
	return odb->commit(odb->ctx, oid, facts);
}

void
riad_repo_init_odb(struct riad_repo *repo)
{
	repo->odb = (struct riad_odb){.ctx = repo,
	    .hash_len = RIAD_SHA1_LEN,
	    .read = odb_read,
	    .type = odb_type,
	    .commit = odb_commit};
}

void
riad_repo_release(struct riad_repo *repo)
{
	if (repo->objects == NULL)
		return;
	riad_engine_close(repo->objects->engine);
	free(repo->objects);
	repo->objects = NULL;
}

int
riad_repo_size(void *repo, const struct riad_oid *oid, uint64_t *size)
{
	struct riad_engine *e = engine(repo);

	return e == NULL ? -1 : riad_engine_size(e, oid, size);
}

int
riad_repo_pack(void *ctx, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	struct riad_repo *repo = ctx;
	struct riad_engine *e = engine(repo);

	if (e == NULL) {
		snprintf(sink->why, sizeof(sink->why), "%.250s", repo->why);
		return -1;
	}
	return riad_engine_pack(e, request, sink);
}
