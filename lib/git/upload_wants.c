/* SPDX-License-Identifier: ISC */
/* What a client may ask for. */

#include <errno.h>
#include <stdlib.h>

#include "riad/bits.h"
#include "riad/reach.h"
#include "upload_state.h"

int
riad_upload_want(struct riad_upload *u, const struct riad_oid *oid)
{
	const struct riad_odb *odb = u->repo->odb;
	char hex[RIAD_OID_HEX_MAX + 1];
	enum riad_type type;

	/* Looked up once, however often a client repeats it. */
	if (riad_oidmap_get(&u->wants, oid) != -1)
		return 0;

	/* Before it is kept: a client can't make us keep what isn't there. */
	int found = odb->type(odb->ctx, oid, &type);
	if (found == 0)
		return riad_upload_fail(u, "upload-pack: not our ref %s",
		    riad_oid_hex(hex, oid, odb->hash_len));
	if (found == -1 && errno == EBADMSG)
		return riad_upload_fail(u, "upload-pack: bad object %s",
		    riad_oid_hex(hex, oid, odb->hash_len));
	if (found == -1 || riad_oidmap_put(&u->wants, oid, NULL) == -1 ||
	    riad_negotiation_want(&u->neg, oid) == -1)
		return riad_upload_system(u, "want");
	return 0;
}

int
riad_upload_note_tip(struct riad_upload *u, const struct riad_ref *ref)
{
	if (ref->unborn || ref->garbled)
		return 0;
	return riad_upload_oids_add(
	    &u->tips[!riad_upload_shows(u, ref)], &ref->oid);
}

static int
note_ref(void *ctx, const struct riad_ref *ref)
{
	return riad_upload_note_tip(ctx, ref);
}

/* The tips are those of the announcement, if this process made one: what was
 * shown may be asked for, even if it has changed meanwhile. */
int
riad_upload_tips(struct riad_upload *u)
{
	if (u->tips_mapped)
		return 0;
	if (!u->tips_noted &&
	    u->repo->refs(u->repo->ctx, false, note_ref, u) != 0)
		return riad_upload_system(u, "references");
	u->tips_noted = u->tips_mapped = true;
	for (int hidden = 0; hidden < 2; hidden++) {
		const struct riad_upload_oids *list = &u->tips[hidden];

		for (size_t i = 0; i < list->n; i++) {
			if (riad_oidmap_put(
				&u->tip_map, &list->oids[i], NULL) == -1)
				return riad_upload_system(u, "references");
		}
		if (!hidden)
			u->nshown = u->tip_map.len;
	}
	riad_upload_oids_free(&u->tips[0]);
	riad_upload_oids_free(&u->tips[1]);
	return 0;
}

size_t
riad_upload_ntips(const struct riad_upload *u)
{
	return u->config->allow_tip || u->config->allow_reachable
		   ? u->tip_map.len
		   : u->nshown;
}

bool
riad_upload_is_tip(const struct riad_upload *u, const struct riad_oid *oid)
{
	int64_t n = riad_oidmap_get(&u->tip_map, oid);

	return n != -1 && (size_t)n < riad_upload_ntips(u);
}

/* Whether all wants that are no tips can be reached from tips: 1, 0, or -1. */
static int
all_reachable(const struct riad_upload *u)
{
	const struct riad_odb *odb = u->repo->odb;
	struct riad_oidmap others;
	struct riad_bits met = {NULL, 0};
	struct riad_graph g;
	enum riad_type type;
	int r = 1;

	riad_oidmap_init(&others, UINT32_MAX);
	riad_graph_init(&g, odb);

	/* Only commits are looked for: other objects would cost a walk of all
	 * there is. */
	for (uint32_t i = 0; r == 1 && i < u->wants.len; i++) {
		const struct riad_oid *want = &u->wants.oids[i];

		if (riad_upload_is_tip(u, want))
			continue;
		if (odb->type(odb->ctx, want, &type) != 1 ||
		    type != RIAD_COMMIT)
			r = 0;
		else if (riad_oidmap_put(&others, want, NULL) == -1)
			r = -1;
	}
	if (r == 1 && (riad_bits_init(&met, others.len) == -1 ||
			  riad_reach(&met, &g, u->tip_map.oids,
			      riad_upload_ntips(u), &others) == -1))
		r = -1;
	if (r == 1)
		r = riad_bits_count(&met) == others.len;
	riad_bits_free(&met);
	riad_graph_free(&g);
	riad_oidmap_free(&others);
	return r;
}

/*
 * What was wanted and is no tip.  A stateless client may have seen the tips
 * of a moment ago; what it may ask for is then still reachable.
 */
int
riad_upload_check_wants(struct riad_upload *u)
{
	char hex[RIAD_OID_HEX_MAX + 1];
	uint32_t i = 0;

	if (!u->other_wants)
		return 0;
	if (u->config->stateless || u->config->allow_reachable) {
		int r = all_reachable(u);
		if (r == -1)
			return riad_upload_system(u, "want");
		if (r == 1)
			return 0;
	}
	while (riad_upload_is_tip(u, &u->wants.oids[i]))
		i++;
	return riad_upload_fail(u, "upload-pack: not our ref %s",
	    riad_oid_hex(hex, &u->wants.oids[i], u->repo->odb->hash_len));
}
