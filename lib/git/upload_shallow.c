/* SPDX-License-Identifier: ISC */
/* How much of the history a client gets, and what of the objects. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/bits.h"
#include "riad/deepen.h"
#include "riad/reach.h"
#include "upload_state.h"

static int
take_shallow(struct riad_upload *u, const struct riad_oid *oid)
{
	const struct riad_odb *odb = u->repo->odb;
	char hex[RIAD_OID_HEX_MAX + 1];
	enum riad_type type;

	if (riad_oidmap_get(&u->shallow, oid) != -1)
		return 1;
	int r = odb->type(odb->ctx, oid, &type);

	/* What isn't here was got from elsewhere, and ends nothing of ours. */
	if (r == 0)
		return 1;
	if (r == -1)
		return riad_upload_system(u, "shallow");
	if (type != RIAD_COMMIT)
		return riad_upload_fail(u, "invalid shallow object %s",
		    riad_oid_hex(hex, oid, odb->hash_len));
	if (riad_oidmap_put(&u->shallow, oid, NULL) == -1)
		return riad_upload_system(u, "shallow");
	return 1;
}

static int
take_without(struct riad_upload *u, const struct riad_request_line *line)
{
	u->by_revs = true;
	if (riad_upload_names_add(&u->without, line->arg, line->arg_len) == 0)
		return 1;
	if (errno == EINVAL)
		return riad_upload_fail(u,
		    "upload-pack: deepen-not is not a ref: %.*s",
		    (int)line->len, line->text);
	return riad_upload_system(u, "deepen-not");
}

static int
take_filter(struct riad_upload *u, const struct riad_request_line *line)
{
	char why[256];

	if (u->filter != NULL)
		return riad_upload_fail(
		    u, "multiple filter-specs cannot be combined");
	if (riad_filter_parse(&u->filter, line->arg, line->arg_len, why) ==
	    -1) {
		if (errno == EINVAL)
			return riad_upload_fail(u, "%s", why);
		return riad_upload_system(u, "filter");
	}
	if (riad_filter_refused(u->filter, &u->config->filters, why) != NULL)
		return riad_upload_fail(u, "%s", why);
	return riad_upload_find_sparse(u) == -1 ? -1 : 1;
}

int
riad_upload_take_limit(
    struct riad_upload *u, const struct riad_request_line *line)
{
	switch (line->kind) {
	case RIAD_REQUEST_SHALLOW:
		return take_shallow(u, &line->oid);
	case RIAD_REQUEST_BAD_SHALLOW:
		return riad_upload_fail(u, "invalid shallow line: %.*s",
		    (int)line->len, line->text);
	case RIAD_REQUEST_DEEPEN:
		u->depth = (uint32_t)line->number;
		return 1;
	case RIAD_REQUEST_DEEPEN_SINCE:
		u->since = line->number;
		u->by_revs = true;
		return 1;
	case RIAD_REQUEST_DEEPEN_NOT:
		return take_without(u, line);
	case RIAD_REQUEST_BAD_NUMBER:
		return riad_upload_fail(u, "Invalid %.*s: %.*s",
		    (int)(line->arg - line->text) - 1, line->text,
		    (int)line->len, line->text);
	case RIAD_REQUEST_FILTER:
		return take_filter(u, line);
	default:
		return 0;
	}
}

bool
riad_upload_deepens(const struct riad_upload *u)
{
	return u->depth > 0 || u->by_revs;
}

struct deepening {
	struct riad_upload *u;
	struct riad_deepen found;
	struct riad_graph graph;
	struct riad_oidmap own; /* the repository's shallow commits */
};

static int
missing(struct riad_upload *u)
{
	return riad_upload_fail(u, "upload-pack: history: %s",
	    errno == ENOENT    ? "a commit is missing"
	    : errno == EBADMSG ? "damaged"
			       : strerror(errno));
}

/* The client's shallow commits that we have the descendants of. */
static int
reachable_shallow(struct deepening *d, struct riad_upload_oids *reached)
{
	struct riad_upload *u = d->u;
	struct riad_graph g;
	struct riad_bits met;

	if (riad_upload_tips(u) == -1)
		return -1;
	if (riad_bits_init(&met, u->shallow.len) == -1)
		return riad_upload_system(u, "history");
	riad_graph_init(&g, u->repo->odb);
	int r = riad_reach(
	    &met, &g, u->tip_map.oids, riad_upload_ntips(u), &u->shallow);
	for (size_t i = 0; r == 0 && i < u->shallow.len; i++) {
		if (riad_bits_has(&met, i))
			r = riad_upload_oids_add(reached, &u->shallow.oids[i]);
	}
	riad_graph_free(&g);
	riad_bits_free(&met);
	return r == 0 ? 0 : riad_upload_system(u, "history");
}

static int
by_depth(struct deepening *d)
{
	struct riad_upload *u = d->u;
	struct riad_upload_oids reached = {NULL, 0, 0};
	int r;

	if (u->depth == RIAD_DEPTH_INFINITE && d->own.len == 0)
		return riad_deepen_whole(&d->found) == 0 ? 0 : missing(u);
	if (u->depth == RIAD_DEPTH_INFINITE ||
	    !(u->features & RIAD_DEEPEN_RELATIVE)) {
		r = riad_deepen_by_depth(&d->found, &d->graph, u->wants.oids,
		    u->wants.len, u->depth);
		return r == 0 ? 0 : missing(u);
	}
	r = reachable_shallow(d, &reached);
	if (r == 0 && riad_deepen_by_depth(&d->found, &d->graph, reached.oids,
			  reached.n, u->depth + 1) == -1)
		r = missing(u);
	riad_upload_oids_free(&reached);
	return r;
}

/* What is not to be got, by the names that the client has for it. */
static int
find_without(struct riad_upload *u, struct riad_upload_oids *without)
{
	struct riad_upload_name *found = NULL;
	int r = 0;

	if (u->without.n == 0)
		return 0;
	if (riad_upload_names_find(u, &found, &u->without, true) == -1)
		r = riad_upload_system(u, "references");
	for (size_t i = 0; r == 0 && i < u->without.n; i++) {
		const struct riad_upload_name *name = &found[i];

		if (name->found != 1)
			r = riad_upload_fail(u,
			    "upload-pack: %s: deepen-not %s",
			    name->found > 1 ? "ambiguous deepen-not"
					    : "deepen-not is not a ref",
			    name->name);
		else if (i > 0 && strcmp(found[i - 1].name, name->name) == 0)
			continue;
		else if (riad_upload_oids_add(without, &name->oid) == -1)
			r = riad_upload_system(u, "deepen-not");
	}
	free(found);
	return r;
}

static int
by_revs(struct deepening *d)
{
	struct riad_upload *u = d->u;
	struct riad_upload_oids without = {NULL, 0, 0};

	int r = find_without(u, &without);
	if (r == 0) {
		r = riad_deepen_by_revs(&d->found, &d->graph, u->wants.oids,
		    u->wants.len, u->since, without.oids, without.n);
		if (r == 0)
			r = riad_upload_fail(
			    u, "no commits selected for shallow requests");
		else
			r = r == 1 ? 0 : missing(u);
	}
	riad_upload_oids_free(&without);
	return r;
}

static int
find(struct deepening *d)
{
	struct riad_upload *u = d->u;

	if (u->depth > 0 && u->by_revs)
		return riad_upload_fail(u,
		    "upload-pack: deepen and deepen-since (or deepen-not) "
		    "cannot be used together");
	if (u->depth > 0)
		return by_depth(d);
	if (u->by_revs)
		return by_revs(d);

	/* As it is; but where our history ends, a client's has to.  In v0 it
	 * was told by the announcement. */
	if (u->config->version < 2 || d->own.len == 0)
		return 0;
	d->graph.cuts = &u->shallow;
	if (riad_deepen_by_depth(&d->found, &d->graph, u->wants.oids,
		u->wants.len, RIAD_DEPTH_INFINITE) == -1)
		return missing(u);
	return 0;
}

static int
cut_all(struct riad_upload *u, const struct riad_oid *oids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (riad_oidmap_put(&u->cuts, &oids[i], NULL) == -1)
			return riad_upload_system(u, "history");
	}
	return 0;
}

/*
 * What ceases to be shallow the client has, but not the parents: they are
 * wanted.  It stays a cut while the pack is made, so that no one takes the
 * parents for had.
 */
static int
unshallow(struct deepening *d, const struct riad_oid *oid)
{
	struct riad_upload *u = d->u;
	struct riad_graph *g = &d->graph;
	char hex[RIAD_OID_HEX_MAX + 1];

	riad_upload_line(
	    u, "unshallow %s", riad_oid_hex(hex, oid, u->repo->odb->hash_len));
	int64_t c = riad_graph_add(g, oid);
	if (c == -1 || riad_upload_oids_add(&u->edges, oid) == -1)
		return riad_upload_system(u, "history");
	if (riad_graph_load(g, (uint32_t)c) != 1)
		return missing(u);
	const struct riad_commit_node *node = &g->nodes[c];
	for (uint32_t i = 0; i < node->nparents; i++) {
		uint32_t p = g->parents[node->parents + i];
		if (riad_upload_want(u, &g->ids.oids[p]) == -1)
			return -1;
	}
	return 0;
}

static int
tell(struct deepening *d)
{
	struct riad_upload *u = d->u;
	const struct riad_oidmap *shallow = &d->found.shallow;
	char hex[RIAD_OID_HEX_MAX + 1];

	for (uint32_t i = 0; i < shallow->len; i++)
		riad_upload_line(u, "shallow %s",
		    riad_oid_hex(
			hex, &shallow->oids[i], u->repo->odb->hash_len));
	for (uint32_t i = 0; i < d->found.unshallow.len; i++) {
		if (unshallow(d, &d->found.unshallow.oids[i]) == -1)
			return -1;
	}
	if (cut_all(u, d->own.oids, d->own.len) == -1 ||
	    cut_all(u, u->shallow.oids, u->shallow.len) == -1)
		return -1;
	return cut_all(u, shallow->oids, shallow->len);
}

int
riad_upload_deepen(struct riad_upload *u)
{
	struct deepening *d = calloc(1, sizeof(*d));
	int r = 0;

	if (d == NULL)
		return riad_upload_system(u, "history");
	d->u = u;
	riad_oidmap_init(&d->own, UINT32_MAX);
	riad_deepen_init(&d->found, &u->shallow, &d->own);
	riad_graph_init(&d->graph, u->repo->odb);
	for (size_t i = 0; r == 0 && i < u->repo->nshallow; i++) {
		if (riad_oidmap_put(&d->own, &u->repo->shallow[i], NULL) == -1)
			r = riad_upload_system(u, "history");
	}
	if (r == 0)
		r = find(d);
	if (r == 0)
		r = tell(d);
	riad_deepen_free(&d->found);
	riad_graph_free(&d->graph);
	riad_oidmap_free(&d->own);
	free(d);
	return r;
}
