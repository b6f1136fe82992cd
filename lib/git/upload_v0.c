/* SPDX-License-Identifier: ISC */
/* Versions 0 and 1: references first, then wants, then haves. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/pktout.h"
#include "upload_state.h"

/* Features in the order of the announcement; no-done is for HTTP. */
static const unsigned announced[] = {
    RIAD_MULTI_ACK,
    RIAD_THIN_PACK,
    RIAD_SIDE_BAND,
    RIAD_SIDE_BAND_64K,
    RIAD_OFS_DELTA,
    RIAD_NO_PROGRESS,
    RIAD_INCLUDE_TAG,
    RIAD_MULTI_ACK_DETAILED,
};

static int
add_tip(struct riad_upload *u, const struct riad_ref *ref)
{
	bool added;
	int64_t n = riad_oidmap_put(&u->tips, &ref->oid, &added);

	if (n == -1)
		return -1;
	if ((size_t)n >= u->hidden_cap) {
		size_t cap = u->hidden_cap ? 2 * u->hidden_cap : 64;
		uint8_t *hidden = realloc(u->hidden, cap);
		if (hidden == NULL)
			return -1;
		u->hidden = hidden;
		u->hidden_cap = cap;
	}
	bool hide = !riad_upload_shows(u, ref);
	u->hidden[n] = hide && (added || u->hidden[n]);
	return 0;
}

static int
add_capabilities(
    struct riad_upload *u, struct riad_buf *line, const struct riad_ref *ref)
{
	const struct riad_upload_config *c = u->config;
	int r = riad_buf_addc(line, '\0');

	for (size_t i = 0; i < sizeof(announced) / sizeof(announced[0]); i++)
		r |= riad_buf_addf(line, "%s%s", i ? " " : "",
		    riad_feature_name(announced[i]));
	if (c->allow_tip || c->allow_any)
		r |= riad_buf_addstr(line, " allow-tip-sha1-in-want");
	if (c->allow_reachable || c->allow_any)
		r |= riad_buf_addstr(line, " allow-reachable-sha1-in-want");
	if (c->stateless)
		r |=
		    riad_buf_addf(line, " %s", riad_feature_name(RIAD_NO_DONE));
	if (ref != NULL && strcmp(ref->name, "HEAD") == 0 && ref->target)
		r |= riad_buf_addf(line, " symref=HEAD:%s", ref->target);
	if (c->session_id != NULL)
		r |= riad_buf_addf(line, " session-id=%s", c->session_id);
	r |= riad_buf_addf(line, " object-format=%s agent=%s",
	    riad_upload_format_name(u->repo->odb->hash_len), c->agent);
	return r;
}

/* A reference's line; the first carries the capabilities. */
static int
send_line(struct riad_upload *u, const struct riad_oid *oid, const char *name,
    const char *suffix, bool first, const struct riad_ref *ref)
{
	char hex[RIAD_OID_HEX_MAX + 1];
	struct riad_buf line;

	riad_buf_init(&line, RIAD_PKT_DATA_MAX);
	int r = riad_buf_addf(&line, "%s %s%s",
	    riad_oid_hex(hex, oid, u->repo->odb->hash_len), name, suffix);
	if (first)
		r |= add_capabilities(u, &line, ref);
	r |= riad_buf_addc(&line, '\n');
	if (r == 0)
		riad_pkt_add(u->out, line.data, line.len);
	riad_buf_free(&line);
	return r;
}

struct advert {
	struct riad_upload *u;
	bool begun;
};

static int
advertise_ref(void *ctx, const struct riad_ref *ref)
{
	struct advert *a = ctx;

	if (ref->unborn || ref->broken)
		return 0;
	if (add_tip(a->u, ref) == -1)
		return -1;
	if (!riad_upload_shows(a->u, ref))
		return 0;
	if (send_line(a->u, &ref->oid, ref->name, "", !a->begun, ref) == -1)
		return -1;
	a->begun = true;
	if (!ref->has_peeled)
		return 0;
	return send_line(a->u, &ref->peeled, ref->name, "^{}", false, ref);
}

static int
note_ref(void *ctx, const struct riad_ref *ref)
{
	return ref->unborn ? 0 : add_tip(ctx, ref);
}

int
riad_upload_v0_advertise(struct riad_upload *u)
{
	static const struct riad_oid none;
	struct advert a = {u, false};

	u->tips_known = true;
	if (u->config->version == 1)
		riad_pkt_addf(u->out, "version 1\n");
	if (u->repo->refs(u->repo->ctx, true, advertise_ref, &a) != 0)
		return riad_upload_system(u, "references");

	/* No reference to carry the capabilities: "no-refs". */
	if (!a.begun &&
	    send_line(u, &none, "capabilities^{}", "", true, NULL) == -1)
		return riad_upload_system(u, "references");
	riad_pkt_add_flush(u->out);
	return 0;
}

/* Whether the object is at the tip of a reference that the client may use. */
static bool
is_tip(const struct riad_upload *u, const struct riad_oid *oid)
{
	const struct riad_upload_config *c = u->config;
	int64_t n = riad_oidmap_get(&u->tips, oid);

	return n != -1 && (!u->hidden[n] || c->allow_tip || c->allow_reachable);
}

/* Takes commits from number *seen on off the list of wants not accounted for.
 */
static void
tick_off(const struct riad_upload *u, const struct riad_graph *g,
    uint32_t *seen, uint32_t *left)
{
	for (; *seen < g->ids.len; ++*seen) {
		const struct riad_oid *oid = &g->ids.oids[*seen];
		if (riad_oidmap_get(&u->wants, oid) != -1 && !is_tip(u, oid))
			--*left;
	}
}

/* Breadth first from all tips, until every want was met: 1, 0, or -1. */
static int
all_reachable(const struct riad_upload *u, struct riad_graph *g)
{
	const struct riad_odb *odb = u->repo->odb;
	uint32_t seen = 0, left = 0;
	enum riad_type type;

	/* Only commits are looked for: other objects would cost a walk of all
	 * there is. */
	for (uint32_t i = 0; i < u->wants.len; i++) {
		const struct riad_oid *want = &u->wants.oids[i];

		if (is_tip(u, want))
			continue;
		if (odb->type(odb->ctx, want, &type) != 1 ||
		    type != RIAD_COMMIT)
			return 0;
		left++;
	}
	for (uint32_t i = 0; i < u->tips.len; i++) {
		const struct riad_oid *tip = &u->tips.oids[i];
		struct riad_oid commit;

		if (is_tip(u, tip) &&
		    riad_peel_to_commit(odb, &commit, tip) == 1 &&
		    riad_graph_add(g, &commit) == -1)
			return -1;
	}
	/* Loading a commit puts its parents at the end of the list. */
	for (uint32_t c = 0; left > 0 && c < g->ids.len; c++) {
		if (riad_graph_load(g, c) == -1 && errno == ENOMEM)
			return -1;
		tick_off(u, g, &seen, &left);
	}
	return left == 0;
}

/*
 * What was wanted and is no tip.  A stateless client may have seen the tips
 * of a moment ago; what it may ask for is then still reachable.
 */
static int
check_other_wants(struct riad_upload *u)
{
	char hex[RIAD_OID_HEX_MAX + 1];
	struct riad_graph g;
	uint32_t i = 0;

	if (u->config->stateless || u->config->allow_reachable) {
		riad_graph_init(&g, u->repo->odb);
		int r = all_reachable(u, &g);
		riad_graph_free(&g);
		if (r == -1)
			return riad_upload_system(u, "want");
		if (r == 1)
			return 0;
	}
	while (is_tip(u, &u->wants.oids[i]))
		i++;
	return riad_upload_fail(u, "upload-pack: not our ref %s",
	    riad_oid_hex(hex, &u->wants.oids[i], u->repo->odb->hash_len));
}

/* The tips are known from the announcement, if this process made it. */
static int
begin_wants(struct riad_upload *u)
{
	if (u->tips_known)
		return 0;
	u->tips_known = true;
	if (u->repo->refs(u->repo->ctx, false, note_ref, u) != 0)
		return riad_upload_system(u, "references");
	return 0;
}

static int
check_format(struct riad_upload *u, const struct riad_request_line *line)
{
	size_t len;
	const char *ours = riad_upload_format_name(u->repo->odb->hash_len);
	const char *theirs =
	    riad_request_value(line->arg, line->arg_len, "object-format", &len);

	if (theirs == NULL ||
	    (len == strlen(ours) && memcmp(theirs, ours, len) == 0))
		return 0;
	return riad_upload_fail(u,
	    "mismatched object format: server %s; client %.*s", ours, (int)len,
	    theirs);
}

static int
take_want(struct riad_upload *u, const struct riad_pkt *pkt)
{
	struct riad_request_line line;

	if (begin_wants(u) == -1)
		return -1;
	riad_request_parse(&line, pkt->data, pkt->len, u->repo->odb->hash_len);
	switch (line.kind) {
	case RIAD_REQUEST_WANT:
		break;
	case RIAD_REQUEST_UNSUPPORTED:
		return riad_upload_fail(u, "upload-pack: not supported: '%.*s'",
		    (int)line.len, line.text);
	default:
		return riad_upload_fail(u,
		    "upload-pack: protocol error, expected to get object ID, "
		    "not '%.*s'",
		    (int)line.len, line.text);
	}
	if (check_format(u, &line) == -1 ||
	    riad_upload_want(u, &line.oid) == -1)
		return -1;
	u->features |= line.features;
	if (!u->config->allow_any && !is_tip(u, &line.oid))
		u->other_wants = true;
	return 1;
}

static int
end_wants(struct riad_upload *u)
{
	if (u->wants.len == 0) {
		u->state = UPLOAD_OVER;
		return 0;
	}
	if (u->other_wants && check_other_wants(u) == -1)
		return -1;
	u->state = UPLOAD_HAVES;
	return 1;
}

static void
send_ack(struct riad_upload *u, const struct riad_oid *oid, const char *how)
{
	char hex[RIAD_OID_HEX_MAX + 1];

	riad_pkt_addf(u->out, "ACK %s%s\n",
	    riad_oid_hex(hex, oid, u->repo->odb->hash_len), how);
}

static int
finish(struct riad_upload *u)
{
	u->state = UPLOAD_OVER;
	return riad_upload_pack(u);
}

static bool
has(const struct riad_upload *u, unsigned feature)
{
	return (u->features & feature) != 0;
}

/* The detailed form has precedence, as with git. */
static int
take_have(struct riad_upload *u, const struct riad_oid *oid)
{
	bool detailed = has(u, RIAD_MULTI_ACK_DETAILED);
	bool multi = detailed || has(u, RIAD_MULTI_ACK);

	int found = riad_negotiation_have(&u->neg, oid);
	if (found == -1)
		return riad_upload_system(u, "have");
	if (found == 1) {
		u->got_common = true;
		u->last_common = *oid;
		if (multi)
			send_ack(u, oid, detailed ? " common" : " continue");
		else if (u->neg.haves.len == 1)
			send_ack(u, oid, "");
		return 1;
	}

	/* Ours is enough: the client need not go further down this line. */
	u->got_other = true;
	int ready = multi ? riad_negotiation_ready(&u->neg) : 0;
	if (ready == -1)
		return riad_upload_system(u, "have");
	if (ready == 1) {
		u->sent_ready |= detailed;
		send_ack(u, oid, detailed ? " ready" : " continue");
	}
	return 1;
}

static int
end_haves(struct riad_upload *u)
{
	bool detailed = has(u, RIAD_MULTI_ACK_DETAILED);

	if (detailed && u->got_common && !u->got_other) {
		int ready = riad_negotiation_ready(&u->neg);
		if (ready == -1)
			return riad_upload_system(u, "have");
		if (ready == 1) {
			u->sent_ready = true;
			send_ack(u, &u->last_common, " ready");
		}
	}
	if (u->neg.haves.len == 0 || detailed || has(u, RIAD_MULTI_ACK))
		riad_pkt_addf(u->out, "NAK\n");
	if (has(u, RIAD_NO_DONE) && u->sent_ready) {
		send_ack(u, &u->last_common, "");
		return finish(u);
	}
	if (u->config->stateless) {
		u->state = UPLOAD_OVER;
		return 0;
	}
	u->got_common = u->got_other = false;
	return 1;
}

static int
take_done(struct riad_upload *u)
{
	if (u->neg.haves.len == 0)
		riad_pkt_addf(u->out, "NAK\n");
	else if (has(u, RIAD_MULTI_ACK_DETAILED) || has(u, RIAD_MULTI_ACK))
		send_ack(u, &u->last_common, "");
	return finish(u);
}

static int
take_negotiation(struct riad_upload *u, const struct riad_pkt *pkt)
{
	struct riad_request_line line;

	riad_request_parse(&line, pkt->data, pkt->len, u->repo->odb->hash_len);
	if (line.kind == RIAD_REQUEST_HAVE)
		return take_have(u, &line.oid);
	if (line.kind == RIAD_REQUEST_DONE)
		return take_done(u);
	return riad_upload_fail(u,
	    "upload-pack: expected SHA1 list, got '%.*s'", (int)line.len,
	    line.text);
}

int
riad_upload_v0_packet(struct riad_upload *u, const struct riad_pkt *pkt)
{
	bool wants = u->state == UPLOAD_WANTS;

	switch (pkt->type) {
	case RIAD_PKT_DATA:
		return wants ? take_want(u, pkt) : take_negotiation(u, pkt);
	case RIAD_PKT_FLUSH:
		return wants ? end_wants(u) : end_haves(u);
	default:
		return riad_upload_fail(u,
		    "upload-pack: protocol error, unexpected packet %04x",
		    pkt->type);
	}
}
