/* SPDX-License-Identifier: ISC */
/*
 * engine.h - from (wants, haves) to a pack: what stands behind packer.h
 *
 * An engine is opened once for a repository and makes any number of packs.
 * What is sent is worked out in one of three ways: by bitmaps, where the
 * repository has them and the request lets them be used; by a scan of all
 * packs, where much of the repository is wanted; else by a walk.
 */
#ifndef RIAD_ENGINE_H
#define RIAD_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/graft.h"
#include "riad/odb.h"
#include "riad/packer.h"

struct riad_engine;

/* Variables of git-config(1), with git's defaults. */
struct riad_engine_config {
	unsigned window, depth; /* pack.window, pack.depth */
	uint64_t window_memory; /* pack.windowMemory */
	unsigned threads;       /* pack.threads; at least 1 */
	int level;              /* pack.compression, core.compression */
	uint64_t big_file;      /* core.bigFileThreshold */
	uint64_t keep;          /* core.deltaBaseCacheLimit, for each thread */
	bool bitmaps;           /* pack.useBitmaps */
	bool reuse;             /* pack.allowPackReuse: a pack as its file is */
	bool commit_graph;      /* core.commitGraph */
	bool midx;              /* core.multiPackIndex */
	uint32_t scan_min;      /* objects in packs, from which on to scan */
	const char *cache;      /* directory of setcache.h; NULL for none */
	uint64_t cache_max;     /* bytes in it */
};

void riad_engine_config_init(struct riad_engine_config *config);

/*
 * Opens the directories of objects, and those they borrow from.  cuts are the
 * commits of a shallow repository that count as having no parents; either is
 * NULL if there are none.  All of it is borrowed.  NULL with errno.
 */
struct riad_engine *riad_engine_open(const char *const *dirs, size_t ndirs,
    size_t hash_len, const struct riad_engine_config *config,
    const struct riad_grafts *grafts, const struct riad_oidmap *cuts);
void riad_engine_close(struct riad_engine *e);

/* Its objects; good as long as the engine is. */
const struct riad_odb *riad_engine_odb(struct riad_engine *e);

/* The length of an object: 1, 0 if it isn't there, or -1 with errno. */
int riad_engine_size(
    struct riad_engine *e, const struct riad_oid *oid, uint64_t *size);

/* A riad_pack_engine, whose ctx is the engine. */
int riad_engine_pack(void *engine, const struct riad_pack_request *request,
    struct riad_pack_sink *sink);

#endif
