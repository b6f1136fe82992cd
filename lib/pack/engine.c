/* SPDX-License-Identifier: ISC */

#include "riad/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_state.h"
#include "riad/metrics.h"
#include "riad/parse.h"

/* Tags of tags, further than anybody goes. */
enum { TAG_DEPTH_MAX = 100 };

/* Of what git would keep: it reads in the order of the pack, and we by names,
 * where the bases of what comes next were read just now. */
enum { KEEP_PART = 128 };

void
riad_engine_config_init(struct riad_engine_config *config)
{
	*config = (struct riad_engine_config){
	    .window = 10,
	    .depth = 50,
	    .threads = 1,
	    .level = -1,
	    .big_file = (uint64_t)512 << 20,
	    .keep = (uint64_t)96 << 20,
	    .bitmaps = true,
	    .reuse = true,
	    .commit_graph = true,
	    .midx = true,
	    .scan_min = 20000,
	    .cache_max = (uint64_t)1 << 30,
	};
}

/* As riad_history.commit, out of the commit-graph. */
static int
history_commit(
    void *ctx, const struct riad_oid *oid, struct riad_commit_facts *facts)
{
	struct riad_engine *e = ctx;
	struct riad_cg_commit commit;

	int64_t n = riad_commitgraph_find(&e->graph, oid);
	if (n == -1)
		return 0;
	if (riad_commitgraph_commit(&e->graph, (uint32_t)n, &commit) == -1)
		return errno == EBADMSG ? 0 : -1; /* the commit itself tells */
	if (commit.nparents > e->parents_cap) {
		struct riad_oid *parents =
		    reallocarray(e->parents, commit.nparents, sizeof(*parents));
		if (parents == NULL)
			return -1;
		e->parents = parents;
		e->parents_cap = commit.nparents;
	}
	for (uint32_t i = 0; i < commit.nparents; i++)
		riad_commitgraph_id(
		    &e->graph, riad_cg_parent(&commit, i), &e->parents[i]);
	*facts = (struct riad_commit_facts){.tree = commit.tree,
	    .date = commit.date > INT64_MAX ? INT64_MAX : (int64_t)commit.date,
	    .nparents = commit.nparents,
	    .parents = e->parents};
	return 1;
}

struct riad_engine *
riad_engine_open(const char *const *dirs, size_t ndirs, size_t hash_len,
    const struct riad_engine_config *config, const struct riad_grafts *grafts,
    const struct riad_oidmap *cuts)
{
	struct riad_engine *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->config = config;
	e->decreed = grafts != NULL || cuts != NULL;
	if (riad_store_open(&e->store, dirs, ndirs, hash_len, config->midx) ==
	    -1) {
		int err = errno;
		free(e);
		errno = err;
		return NULL;
	}
	e->reader = riad_reader_new(&e->store, ENGINE_KEEP, false);
	if (e->reader == NULL) {
		riad_store_close(&e->store);
		free(e);
		errno = ENOMEM;
		return NULL;
	}

	/* What is decreed is not in a commit-graph: git passes over it then,
	 * and so do bitmaps. */
	e->history = (struct riad_history){.ctx = e, .commit = history_commit};
	riad_commitgraph_init(&e->graph, hash_len);
	if (config->commit_graph && !e->decreed)
		(void)riad_commitgraph_open_dirs(&e->graph,
		    (const char *const *)e->store.dirs, e->store.ndirs,
		    hash_len);
	riad_reader_odb(e->reader, &e->odb,
	    e->graph.count > 0 ? &e->history : NULL, grafts, cuts);
	return e;
}

void
riad_engine_close(struct riad_engine *e)
{
	if (e == NULL)
		return;
	riad_bitindex_close(&e->bitindex);
	riad_reader_free(e->reader);
	riad_store_close(&e->store);
	riad_commitgraph_close(&e->graph);
	free(e->parents);
	free(e);
}

const struct riad_odb *
riad_engine_odb(struct riad_engine *e)
{
	return &e->odb;
}

int
riad_engine_size(
    struct riad_engine *e, const struct riad_oid *oid, uint64_t *size)
{
	int64_t n = riad_store_find(&e->store, oid);

	if (n == -1 || riad_reader_size(e->reader, (uint32_t)n, size) == -1)
		return errno == ENOENT ? 0 : -1;
	return 1;
}

/* The number of an object that is sent, or -1. */
static int64_t
sent(const struct engine_job *j, const struct riad_oid *oid)
{
	int64_t n = riad_store_quick(&j->e->store, oid);

	return n != -1 && riad_numset_has(&j->set, (uint32_t)n) ? n : -1;
}

/* Adds the tag, and the tags between it and what it comes down to. */
static int
add_tag(struct engine_job *j, const struct riad_pack_tag *tag)
{
	const struct riad_odb *odb = &j->e->odb;
	struct riad_oid oid = tag->tag;

	for (int i = 0; i < TAG_DEPTH_MAX; i++) {
		enum riad_type type;
		const uint8_t *data;
		struct riad_tag parsed;
		size_t len;

		if (riad_oid_eq(&oid, &tag->peeled))
			return 0;
		int64_t n = riad_store_find(&j->e->store, &oid);
		if (n == -1 ||
		    odb->read(odb->ctx, &oid, &type, &data, &len) != 1)
			return -1;
		if (type != RIAD_TAG)
			return 0;
		if (riad_tag_parse(&parsed, data, len, odb->hash_len) == -1 ||
		    (!engine_client_has(j, (uint32_t)n) &&
			riad_numset_add(&j->set, (uint32_t)n) == -1))
			return -1;
		oid = parsed.object;
	}
	errno = EMSGSIZE;
	return -1;
}

static int
set_oids(struct riad_oidmap *oids, struct engine_job *j)
{
	const struct riad_bits *bits[] = {&j->set.packed, &j->set.loose};

	for (uint32_t k = 0; k < 2; k++) {
		for (size_t i = riad_bits_next(bits[k], 0); i < bits[k]->n;
		     i = riad_bits_next(bits[k], i + 1)) {
			struct riad_oid oid;
			riad_store_oid(
			    &j->e->store, (uint32_t)i | k * RIAD_LOOSE, &oid);
			if (riad_oidmap_put(oids, &oid, NULL) == -1)
				return -1;
		}
	}
	return 0;
}

/* Whether so little is sent that it is known by name sooner than the index is
 * asked about all tags, most of which are of what the client has. */
static bool
is_little(const struct engine_job *j)
{
	return riad_numset_count(&j->set) < j->req->ntags;
}

static int
add_tags(struct engine_job *j)
{
	struct riad_oidmap oids;
	const bool little = is_little(j);
	int r = 0;

	riad_oidmap_init(&oids, UINT32_MAX / 4);
	if (little)
		r = set_oids(&oids, j);
	for (size_t i = 0; r == 0 && i < j->req->ntags; i++) {
		const struct riad_pack_tag *tag = &j->req->tags[i];
		char hex[RIAD_OID_HEX_MAX + 1];

		if ((little && riad_oidmap_get(&oids, &tag->peeled) == -1) ||
		    sent(j, &tag->peeled) == -1 || add_tag(j, tag) == 0)
			continue;
		int err = errno;
		riad_oid_hex(hex, &tag->tag, j->e->store.hash_len);
		snprintf(j->sink->why, sizeof(j->sink->why), "bad tag %s: %s",
		    hex, strerror(err));
		errno = err;
		r = -1;
	}
	int err = errno;
	riad_oidmap_free(&oids);
	errno = err;
	return r;
}

/* What was loose when it was met, and has been packed since, may be in the set
 * under both of its numbers. */
static void
drop_doubles(struct engine_job *j)
{
	struct riad_bits *loose = &j->set.loose;

	for (size_t i = riad_bits_next(loose, 0); i < loose->n;
	     i = riad_bits_next(loose, i + 1)) {
		int64_t n =
		    riad_store_packed(&j->e->store, &j->e->store.loose.oids[i]);

		if (n != -1 && riad_numset_has(&j->set, (uint32_t)n))
			riad_bits_drop(loose, i);
	}
}

/* Leaves out what the client gets in other ways. */
static int
leave_out(struct engine_job *j)
{
	for (size_t i = 0; i < j->req->nelsewhere; i++) {
		int64_t n = sent(j, &j->req->elsewhere[i]);

		if (n == -1)
			continue;
		if (n < RIAD_LOOSE)
			riad_bits_drop(&j->set.packed, (size_t)n);
		else
			riad_bits_drop(&j->set.loose, (size_t)n - RIAD_LOOSE);
		if (j->sink->elsewhere != NULL &&
		    j->sink->elsewhere(j->sink->ctx, i) != 0)
			return -1;
	}
	return 0;
}

static int
say_total(struct engine_job *j, const struct riad_send *s)
{
	char line[128];

	if (j->sink->progress == NULL)
		return 0;
	int len = snprintf(line, sizeof(line),
	    "Total %u (delta %u), reused %u (delta %u), pack-reused %u\n",
	    s->total, s->deltas, s->copied, s->copied_deltas,
	    s->as_file ? s->total : 0);
	return j->sink->progress(j->sink->ctx, line, (size_t)len);
}

/* A reader for each thread that makes deltas. */
struct readers {
	struct riad_engine *e;
	struct riad_reader *reader[ENGINE_THREADS_MAX];
	struct riad_odb odbs[ENGINE_THREADS_MAX];
	unsigned n, threads;
};

static void
readers_free(struct readers *r)
{
	while (r->n > 0)
		riad_reader_free(r->reader[--r->n]);
}

/* Alone it is the engine's own, which has just read what is leaned on. */
static const struct riad_odb *
readers_open(void *ctx)
{
	struct readers *r = ctx;

	if (r->threads <= 1)
		return &r->e->odb;
	for (; r->n < r->threads; r->n++) {
		r->reader[r->n] = riad_reader_new(
		    &r->e->store, (size_t)r->e->config->keep / KEEP_PART, true);
		if (r->reader[r->n] == NULL)
			return NULL;
		riad_reader_odb(
		    r->reader[r->n], &r->odbs[r->n], NULL, NULL, NULL);
	}
	return r->odbs;
}

static int
send_set(struct engine_job *j)
{
	struct riad_engine *e = j->e;
	const struct riad_engine_config *c = e->config;
	struct readers readers = {.e = e,
	    .threads = c->threads < ENGINE_THREADS_MAX ? c->threads
						       : ENGINE_THREADS_MAX};
	struct riad_send s = {.store = &e->store,
	    .reader = e->reader,
	    .odbs = readers_open,
	    .odbs_ctx = &readers,
	    .set = &j->set,
	    .context = j->has_context ? &j->context : NULL,
	    .thin = j->thin,
	    .as_it_is = c->reuse,
	    .metrics = j->sink->metrics,
	    .press = {.window = c->window,
		.depth = c->depth,
		.window_memory = c->window_memory,
		.threads = readers.threads,
		.level = c->level,
		.big_file = c->big_file,
		.ofs_delta = j->req->ofs_delta,
		.sink = j->sink}};
	int r = riad_send(&s);
	if (r == 0)
		r = say_total(j, &s);
	if (r == 0 && j->sink->metrics != NULL) {
		j->sink->metrics->objects += s.total;
		j->sink->metrics->reused += s.copied;
		j->sink->metrics->deltas += s.deltas;
		j->sink->metrics->reused_deltas += s.copied_deltas;
	}
	int err = errno;
	riad_send_free(&s);
	readers_free(&readers);
	errno = err;
	return r;
}

static int
pack(struct engine_job *j)
{
	struct riad_metrics *m = j->sink->metrics;

	if (riad_numset_init(&j->set, &j->e->store) == -1 ||
	    riad_numset_init(&j->known, &j->e->store) == -1)
		return -1;
	riad_metrics_phase_begin(m, RIAD_PHASE_ENUMERATE);
	riad_meter_start(&j->meter, j->sink, "Enumerating objects", 0);
	int r = engine_enumerate(j);
	if (r == 0)
		r = add_tags(j);
	if (r == 0) {
		drop_doubles(j);
		r = leave_out(j);
	}
	if (r == 0)
		r = riad_meter_done(&j->meter, riad_numset_count(&j->set));
	riad_metrics_phase_end(m, RIAD_PHASE_ENUMERATE);
	return r == 0 ? send_set(j) : -1;
}

int
riad_engine_pack(void *engine, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	struct engine_job *j = calloc(1, sizeof(*j));

	sink->why[0] = '\0';
	if (j == NULL) {
		snprintf(sink->why, sizeof(sink->why), "out of memory");
		return -1;
	}
	j->e = engine;
	j->req = request;
	j->sink = sink;
	j->thin = request->thin;
	riad_oidmap_init(&j->wanted, UINT32_MAX);
	int r = pack(j);

	int err = errno;
	engine_forget(j);
	riad_oidmap_free(&j->wanted);
	riad_numset_free(&j->set);
	riad_numset_free(&j->known);
	riad_names_free(&j->names);
	free(j);
	if (r == -1 && sink->why[0] == '\0')
		snprintf(sink->why, sizeof(sink->why), "%s",
		    err == ENOMEM ? "out of memory" : strerror(err));
	errno = err;
	return r;
}
