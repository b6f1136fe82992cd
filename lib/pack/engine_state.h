/* SPDX-License-Identifier: ISC */
/* engine_state.h - what engine.c and enumerate.c share */
#ifndef RIAD_PACK_ENGINE_STATE_H
#define RIAD_PACK_ENGINE_STATE_H

#include "riad/closure.h"
#include "riad/commitgraph.h"
#include "riad/engine.h"
#include "riad/filter.h"
#include "riad/meter.h"
#include "riad/names.h"
#include "riad/send.h"
#include "riad/walk.h"

/* Bytes of objects that are kept to read others: of a walk's trees. */
#define ENGINE_KEEP ((size_t)1 << 19)

enum { ENGINE_THREADS_MAX = 64 };

struct riad_engine {
	const struct riad_engine_config *config;
	bool decreed; /* some commits have other parents than they say */
	struct riad_store store;
	struct riad_reader *reader;
	struct riad_odb odb;
	struct riad_history history;
	struct riad_commitgraph graph;
	struct riad_oid *parents; /* of a commit in the graph */
	size_t parents_cap;
	struct riad_bitindex bitindex; /* once it was looked for */
	bool bitindex_tried, has_bitindex;
};

/* One pack. */
struct engine_job {
	struct riad_engine *e;
	const struct riad_pack_request *req;
	struct riad_pack_sink *sink;
	struct riad_meter meter;
	struct riad_numset set;    /* what is sent */
	struct riad_numset known;  /* what the client has, unless walk knows */
	struct riad_oidmap wanted; /* with a filter: what it is not asked of */
	bool thin;
	bool by_bitmaps;
	struct riad_walk *walk;
	struct riad_closure closure;
	struct riad_names names; /* of a scan, if they are of use */
	struct riad_context context;
	bool has_context;
};

/* enumerate.c: fills the set, and says by context what it knows beside.  0, or
 * -1 with errno and perhaps the sink's why. */
int engine_enumerate(struct engine_job *j);
void engine_forget(struct engine_job *j);

/* alike.c: makes the context of what the job knows after a walk, by bitmaps, or
 * by the names of a scan if there are any. */
void engine_know_walk(struct engine_job *j);
void engine_know_bitmaps(struct engine_job *j);
void engine_know_names(struct engine_job *j);

/*
 * remember.c: fills the set of a clone, and perhaps of a filter by type, as it
 * was the last time: 1, or 0 if it isn't known; and keeps it.
 */
int engine_recall(struct engine_job *j);
void engine_remember(struct engine_job *j);

bool engine_client_has(const struct engine_job *j, uint32_t number);

#endif
