/* SPDX-License-Identifier: ISC */
/* What is sent: the set of a job, by one of three ways, less what is filtered.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_state.h"
#include "riad/bulk.h"
#include "riad/filterwalk.h"
#include "riad/parse.h"
#include "walk_state.h"

/*
 * From so many commits on, the set of what came after a client's last fetch is
 * worked out by bitmaps.  Of fewer the walk is as quick, and tells a boundary
 * more exactly.
 */
enum { BITMAP_COMMITS = 400 };

/* Such a part of the objects is much to be in other packs than the largest. */
enum { AWAY_PART = 8 };

static const struct riad_filter_plain everything = {.commits = true,
    .trees = true,
    .blobs = true,
    .tags = true,
    .blob_limit = UINT64_MAX};

static int
on_found(void *ctx, uint32_t found)
{
	struct engine_job *j = ctx;

	return riad_meter_at(&j->meter, found);
}

static int
on_tick(void *ctx)
{
	struct engine_job *j = ctx;

	return riad_meter_at(&j->meter, 0);
}

static void
say(struct engine_job *j, const char *why)
{
	snprintf(j->sink->why, sizeof(j->sink->why), "%s", why);
}

/* Whether bitmaps may be used at all. */
static bool
has_bitmaps(struct engine_job *j)
{
	struct riad_engine *e = j->e;
	char why[256];

	if (!e->config->bitmaps || e->decreed || j->req->ncuts > 0)
		return false;
	if (!e->bitindex_tried) {
		e->bitindex_tried = true;
		e->has_bitindex =
		    riad_bitindex_open(&e->bitindex, &e->store, why) == 1;
		if (why[0] != '\0' && j->sink->progress != NULL) {
			char line[300];
			int n = snprintf(line, sizeof(line),
			    "warning: ignoring bitmap %s\n", why);
			(void)j->sink->progress(j->sink->ctx, line, (size_t)n);
		}
	}
	return e->has_bitindex;
}

/* Walks the commits, or so many that bitmaps are quicker: 0 or 1, or -1. */
static int
commits_of(struct engine_job *j, bool bitmaps)
{
	const struct riad_pack_request *req = j->req;

	j->walk = riad_walk_new(&j->e->odb);
	if (j->walk == NULL)
		return -1;
	for (size_t i = 0; i < req->ncuts; i++) {
		if (riad_walk_cut(j->walk, &req->cuts[i]) == -1)
			return -1;
	}
	for (size_t i = 0; i < req->nwants; i++) {
		if (riad_walk_want(j->walk, &req->wants[i]) == -1)
			return -1;
	}
	for (size_t i = 0; i < req->nhaves; i++) {
		if (riad_walk_have(j->walk, &req->haves[i]) == -1)
			return -1;
	}
	int r = riad_walk_some(
	    j->walk, bitmaps ? BITMAP_COMMITS : UINT32_MAX, on_found, j);

	/* Without names there is nothing to lean on what the client has. */
	if (r == 1 && has_bitmaps(j) && j->e->bitindex.named)
		return 1;
	if (r == 1)
		r = riad_walk_commits(j->walk, on_found, j);
	if (r == -1)
		say(j, riad_walk_why(j->walk));
	return r;
}

/* Notes what is wanted by its id, and what a tag that is leads to. */
static int
note_wanted(struct engine_job *j)
{
	const struct riad_odb *odb = &j->e->odb;

	for (size_t i = 0; i < j->req->nwants; i++) {
		struct riad_oid oid = j->req->wants[i];
		bool added = true;

		while (added) {
			enum riad_type type;
			const uint8_t *data;
			struct riad_tag tag;
			size_t len;

			if (riad_oidmap_put(&j->wanted, &oid, &added) == -1)
				return -1;
			if (!added || odb->type(odb->ctx, &oid, &type) != 1 ||
			    type != RIAD_TAG ||
			    odb->read(odb->ctx, &oid, &type, &data, &len) !=
				1 ||
			    riad_tag_parse(&tag, data, len, odb->hash_len) ==
				-1)
				break;
			oid = tag.object;
		}
	}
	return 0;
}

static bool
is_wanted(const struct engine_job *j, const struct riad_oid *oid)
{
	return riad_oidmap_get(&j->wanted, oid) != -1;
}

static bool
passes(const struct riad_filter_plain *plain, enum riad_type type)
{
	return type == RIAD_COMMIT ? plain->commits
	       : type == RIAD_TREE ? plain->trees
	       : type == RIAD_BLOB ? plain->blobs
				   : plain->tags;
}

/* Adds an object that has to be here. */
static int
add(struct engine_job *j, const struct riad_oid *oid, enum riad_type type)
{
	int64_t n = riad_store_find(&j->e->store, oid);

	if (n != -1)
		return riad_numset_add(&j->set, (uint32_t)n) == -1 ? -1 : 0;
	const int err = errno;
	char hex[RIAD_OID_HEX_MAX + 1];
	snprintf(j->sink->why, sizeof(j->sink->why), "%s %s %s",
	    err == ENOENT ? "missing" : "bad", riad_type_name(type),
	    riad_oid_hex(hex, oid, j->e->store.hash_len));
	errno = err;
	return -1;
}

static int
by_walk(struct engine_job *j, const struct riad_filter_plain *plain)
{
	if (riad_walk_objects(j->walk) == -1) {
		say(j, riad_walk_why(j->walk));
		return -1;
	}
	for (uint32_t i = 0; i < riad_walk_count(j->walk); i++) {
		const struct riad_oid *oid = riad_walk_oid(j->walk, i);
		const enum riad_type type = riad_walk_type(j->walk, i);

		if ((passes(plain, type) || is_wanted(j, oid)) &&
		    add(j, oid, type) == -1)
			return -1;
	}
	engine_know_walk(j);
	return 0;
}

static int
by_scan(struct engine_job *j, const struct riad_filter_plain *plain)
{
	struct riad_store *store = &j->e->store;
	struct riad_bulk bulk = {.store = store,
	    .reader = j->e->reader,
	    .threads = j->e->config->threads,
	    .trees = plain->trees || plain->blobs,
	    .blobs = plain->blobs,
	    .on_tick = on_tick,
	    .ctx = j};

	/* All that comes from one pack is copied, and needs no names. */
	const bool named = store->packs.len > 1 || store->loose.len > 0;
	if (named && riad_names_init(&j->names, store) == -1)
		return -1;
	bulk.names = named ? &j->names : NULL;
	if (riad_bulk_run(&bulk, j->walk, &j->set, &j->known) == -1) {
		say(j, bulk.why);
		return -1;
	}
	engine_know_names(j);
	j->has_context = j->req->nhaves > 0 || named;
	return 0;
}

static int
found_by_filter(void *ctx, const struct riad_oid *oid, enum riad_type type,
    uint32_t name_hash)
{
	(void)name_hash;
	return add(ctx, oid, type);
}

static bool
known_to_client(void *ctx, const struct riad_oid *oid)
{
	struct engine_job *j = ctx;
	int64_t n = riad_store_quick(&j->e->store, oid);

	return n != -1 && riad_numset_has(&j->known, (uint32_t)n);
}

static int
size_of(void *ctx, const struct riad_oid *oid, uint64_t *size)
{
	struct engine_job *j = ctx;

	return riad_engine_size(j->e, oid, size);
}

/* Reads the blobs of patterns that the filter names by their ids. */
static int
read_patterns(struct engine_job *j, struct riad_patterns **patterns, size_t *n)
{
	const struct riad_odb *odb = &j->e->odb;
	const struct riad_filter *filter = j->req->filter;

	for (*n = 0; *n < riad_filter_sparse_count(filter); ++*n) {
		const char *name = riad_filter_sparse(filter, *n);
		enum riad_type type;
		const uint8_t *data;
		struct riad_oid oid;
		size_t len;

		if (strlen(name) != 2 * odb->hash_len ||
		    riad_oid_parse(&oid, name, strlen(name), odb->hash_len) ==
			-1 ||
		    odb->read(odb->ctx, &oid, &type, &data, &len) != 1 ||
		    type != RIAD_BLOB) {
			snprintf(j->sink->why, sizeof(j->sink->why),
			    "unable to access sparse blob in '%.64s'", name);
			errno = EINVAL;
			return -1;
		}
		patterns[*n] = riad_patterns_new(data, len);
		if (patterns[*n] == NULL)
			return -1;
	}
	return 0;
}

/* Commits, and what is wanted by its id. */
static int
add_outer(struct engine_job *j, struct riad_filterwalk *fw,
    const struct riad_filter_plain *plain)
{
	const struct revs *revs = &j->walk->revs;
	const struct objects *wants = &j->walk->wants;

	for (uint32_t i = 0; i < revs->nlist; i++) {
		const uint32_t n = revs->list[i];
		const struct riad_oid *oid = &revs->graph.ids.oids[n];

		if (((plain->commits || is_wanted(j, oid)) &&
			add(j, oid, RIAD_COMMIT) == -1) ||
		    riad_filterwalk_root(fw, &revs->graph.nodes[n].tree) == -1)
			return -1;
	}
	for (uint32_t i = 0; i < wants->ids.len; i++) {
		const struct riad_oid *oid = &wants->ids.oids[i];
		const enum riad_type type = (enum riad_type)wants->types[i];

		if (type == RIAD_TAG && add(j, oid, type) == -1)
			return -1;
		if ((type == RIAD_TREE || type == RIAD_BLOB) &&
		    riad_filterwalk_want(fw, oid, type) == -1)
			return -1;
	}
	return 0;
}

/* What the client has; its trees are read one by one. */
static int
find_known(struct engine_job *j)
{
	struct riad_bulk bulk = {.store = &j->e->store,
	    .reader = j->e->reader,
	    .trees = true,
	    .blobs = true,
	    .on_tick = on_tick,
	    .ctx = j};

	if (j->req->nhaves == 0)
		return 0;
	if (riad_bulk_run(&bulk, j->walk, NULL, &j->known) == 0)
		return 0;
	say(j, bulk.why);
	return -1;
}

/* A filter that goes by paths or by depth. */
static int
by_filter(struct engine_job *j, const struct riad_filter_plain *plain)
{
	struct riad_patterns *patterns[RIAD_FILTER_SPARSE_MAX];
	size_t npatterns = 0;
	const struct riad_filterwalk_calls calls = {.ctx = j,
	    .found = found_by_filter,
	    .known = known_to_client,
	    .size = size_of,
	    .tick = on_found};
	struct riad_filterwalk *fw = NULL;
	int r = find_known(j);

	if (r == 0)
		r = read_patterns(j, patterns, &npatterns);
	if (r == 0) {
		fw = riad_filterwalk_new(
		    &j->e->odb, j->req->filter, patterns, &calls);
		r = fw == NULL ? -1 : add_outer(j, fw, plain);
	}
	if (r == 0) {
		r = riad_filterwalk_run(fw);
		if (r == -1 && j->sink->why[0] == '\0')
			say(j, riad_filterwalk_why(fw));
	}
	int err = errno;
	riad_filterwalk_free(fw);
	while (npatterns > 0)
		riad_patterns_free(patterns[--npatterns]);
	errno = err;
	return r;
}

static int
by_bitmaps(struct engine_job *j)
{
	const struct riad_pack_request *req = j->req;

	j->closure = (struct riad_closure){.map = &j->e->bitindex,
	    .reader = j->e->reader,
	    .odb = &j->e->odb,
	    .on_tick = on_tick,
	    .ctx = j};
	if (riad_closure(&j->closure, &j->known, NULL, req->haves, req->nhaves,
		true) == -1 ||
	    riad_closure(&j->closure, &j->set, &j->known, req->wants,
		req->nwants, false) == -1) {
		say(j, j->closure.why);
		return -1;
	}
	engine_know_bitmaps(j);

	/* Without it nothing is made but what no pack has. */
	j->has_context = req->nhaves > 0 || j->e->store.packs.len > 1 ||
			 j->e->store.loose.len > 0;
	return 0;
}

static void
drop(struct riad_numset *set, uint32_t number)
{
	if (!riad_numset_has(set, number))
		return;
	if (number < RIAD_LOOSE)
		riad_bits_drop(&set->packed, number);
	else
		riad_bits_drop(&set->loose, number - RIAD_LOOSE);
}

/* Takes out of the set the objects of a type, as far as the bitmap knows it. */
static int
take_type(struct engine_job *j, enum riad_bitmap_type type)
{
	const struct riad_bitindex *b = &j->e->bitindex;
	struct riad_bits bits;

	if (riad_bits_init(&bits, b->bitmap.n) == -1)
		return -1;
	int r = riad_bitmap_type(&b->bitmap, type, &bits);
	if (r == -1)
		snprintf(j->sink->why, sizeof(j->sink->why), "bad bitmap: %s",
		    strerror(errno));
	for (size_t i = riad_bits_next(&bits, 0); r == 0 && i < bits.n;
	     i = riad_bits_next(&bits, i + 1))
		drop(&j->set, riad_bitindex_number(b, (uint32_t)i));
	riad_bits_free(&bits);
	return r;
}

static int
take_types(struct engine_job *j, const struct riad_filter_plain *plain)
{
	if ((!plain->commits && take_type(j, RIAD_BITMAP_COMMITS) == -1) ||
	    (!plain->trees && take_type(j, RIAD_BITMAP_TREES) == -1) ||
	    (!plain->blobs && take_type(j, RIAD_BITMAP_BLOBS) == -1) ||
	    (!plain->tags && take_type(j, RIAD_BITMAP_TAGS) == -1))
		return -1;

	/* What is wanted by its id is back again. */
	for (uint32_t i = 0; i < j->wanted.len; i++) {
		int64_t n = riad_store_quick(&j->e->store, &j->wanted.oids[i]);

		if (n != -1 && !riad_numset_has(&j->known, (uint32_t)n) &&
		    riad_numset_add(&j->set, (uint32_t)n) == -1)
			return -1;
	}
	return 0;
}

/* Whether an object passes by its type and size.  What can't be read does:
 * whoever writes it will say so. */
static bool
passes_by_size(struct engine_job *j, const struct riad_filter_plain *plain,
    uint32_t number)
{
	enum riad_type type;
	uint64_t size;

	if (riad_reader_type(j->e->reader, number, &type) == -1)
		return true;
	if (!passes(plain, type))
		return false;
	return type != RIAD_BLOB || plain->blob_limit == UINT64_MAX ||
	       riad_reader_size(j->e->reader, number, &size) == -1 ||
	       size < plain->blob_limit;
}

/* Looks at the objects from number begin to end, as far as they are sent. */
static int
take_each(struct engine_job *j, const struct riad_filter_plain *plain,
    const struct riad_bits *bits, size_t begin, size_t end, uint32_t base)
{
	uint32_t seen = 0;

	for (size_t i = riad_bits_next(bits, begin); i < end && i < bits->n;
	     i = riad_bits_next(bits, i + 1)) {
		const uint32_t n = base + (uint32_t)i;
		struct riad_oid oid;

		if (seen++ % 1024 == 0 && on_tick(j) != 0)
			return -1;
		if (passes_by_size(j, plain, n))
			continue;
		riad_store_oid(&j->e->store, n, &oid);
		if (!is_wanted(j, &oid))
			drop(&j->set, n);
	}
	return 0;
}

/* Whether the bitmap told already what the objects of a pack are. */
static bool
is_told(const struct engine_job *j, const struct riad_filter_plain *plain,
    uint32_t p)
{
	return j->by_bitmaps && plain->blob_limit == UINT64_MAX &&
	       j->e->bitindex.midx == NULL && j->e->bitindex.pack == p;
}

static int
take_filtered(struct engine_job *j, const struct riad_filter_plain *plain)
{
	const struct riad_store *store = &j->e->store;

	for (uint32_t p = 0; p < store->packs.len; p++) {
		const size_t first = store->first[p];

		if (!is_told(j, plain, p) &&
		    take_each(j, plain, &j->set.packed, first,
			first + store->packs.packs[p].idx.count, 0) == -1)
			return -1;
	}
	return take_each(
	    j, plain, &j->set.loose, 0, j->set.loose.n, RIAD_LOOSE);
}

/*
 * A scan has no number for what the client has and is missing here, and so
 * takes it for something to be sent.  A walk goes by ids.
 */
static int
after_scan(struct engine_job *j, const struct riad_filter_plain *plain)
{
	riad_numset_free(&j->set);
	riad_numset_free(&j->known);
	if (riad_numset_init(&j->set, &j->e->store) == -1 ||
	    riad_numset_init(&j->known, &j->e->store) == -1)
		return -1;
	j->sink->why[0] = '\0';
	if (by_walk(j, plain) == -1)
		return -1;
	return plain->blob_limit == UINT64_MAX ? 0 : take_filtered(j, plain);
}

/*
 * Whether the bitmap has no names (git writes those of a multi-pack-index
 * without) where much may be a delta across packs: then it costs less to find
 * them than to send so much more.
 */
static bool
lacks_names(const struct engine_job *j)
{
	const struct riad_store *store = &j->e->store;
	uint32_t largest = 0;

	for (uint32_t p = 0; p < store->packs.len; p++) {
		if (store->packs.packs[p].idx.count > largest)
			largest = store->packs.packs[p].idx.count;
	}
	return !j->e->bitindex.named &&
	       store->count - largest > store->count / AWAY_PART;
}

static bool
wants_tree(const struct riad_walk *w)
{
	for (uint32_t i = 0; i < w->wants.ids.len; i++) {
		if (w->wants.types[i] == RIAD_TREE)
			return true;
	}
	return false;
}

int
engine_enumerate(struct engine_job *j)
{
	const struct riad_filter *filter = j->req->filter;
	struct riad_filter_plain plain = everything;
	bool by_type = true, bitmaps;

	if (filter != NULL) {
		by_type = riad_filter_is_plain(filter, &plain, NULL);
		j->thin = j->thin && by_type && plain.commits && plain.trees;
		if (note_wanted(j) == -1)
			return -1;
	}
	/* A client that has nothing needs no look at the commits. */
	bitmaps =
	    by_type && j->req->nhaves == 0 && has_bitmaps(j) && !lacks_names(j);
	if (!bitmaps && by_type && engine_recall(j) == 1)
		return 0;
	if (!bitmaps) {
		int r = commits_of(j, by_type && j->req->nhaves > 0);
		if (r == -1)
			return -1;
		bitmaps = r == 1;
	}
	if (!by_type)
		return by_filter(j, &plain);

	/* A walk has gone by types.  A scan knows blobs alone, and enters all
	 * that is in a wanted tree. */
	bool filtered = plain.blob_limit == UINT64_MAX;
	j->by_bitmaps = bitmaps;
	if (bitmaps) {
		riad_walk_free(j->walk);
		j->walk = NULL;
		if (by_bitmaps(j) == -1 || take_types(j, &plain) == -1)
			return -1;
		filtered = filtered && filter == NULL;
	} else if (riad_bulk_is_better(
		       &j->e->store, j->e->config->scan_min, j->walk)) {
		int r = by_scan(j, &plain);
		if (r == -1 && errno == ENOENT && j->req->nhaves > 0)
			return after_scan(j, &plain);
		if (r == -1)
			return -1;
		filtered =
		    filtered && plain.commits && plain.tags &&
		    (plain.trees || (!plain.blobs && !wants_tree(j->walk)));
	} else if (by_walk(j, &plain) == -1) {
		return -1;
	}
	if (!filtered && take_filtered(j, &plain) == -1)
		return -1;
	if (!bitmaps)
		engine_remember(j);
	return 0;
}

void
engine_forget(struct engine_job *j)
{
	riad_walk_free(j->walk);
	j->walk = NULL;
	riad_closure_free(&j->closure);
}
