/* SPDX-License-Identifier: ISC */
/* Versions 0 and 1: references first, then wants, then haves. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/pktout.h"
#include "upload_state.h"

/* A client may know of features that have no meaning here. */
static const unsigned known =
    RIAD_MULTI_ACK | RIAD_MULTI_ACK_DETAILED | RIAD_NO_DONE | RIAD_THIN_PACK |
    RIAD_SIDE_BAND | RIAD_SIDE_BAND_64K | RIAD_OFS_DELTA | RIAD_NO_PROGRESS |
    RIAD_INCLUDE_TAG | RIAD_DEEPEN_RELATIVE | RIAD_FILTER;

static bool
has(const struct riad_upload *u, unsigned feature)
{
	return (u->features & feature) != 0;
}

static bool
allows_any(const struct riad_upload_config *c)
{
	return c->allow_any && c->allow_tip && c->allow_reachable;
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

	if (riad_upload_tips(u) == -1)
		return -1;
	riad_request_parse(&line, pkt->data, pkt->len, u->repo->odb->hash_len);
	if (line.kind == RIAD_REQUEST_FILTER &&
	    (!u->config->allow_filter || !has(u, RIAD_FILTER)))
		return riad_upload_fail(
		    u, "upload-pack: filtering capability not negotiated");
	int r = riad_upload_take_limit(u, &line);
	if (r != 0)
		return r;
	if (line.kind != RIAD_REQUEST_WANT)
		return riad_upload_fail(u,
		    "upload-pack: protocol error, expected to get object ID, "
		    "not '%.*s'",
		    (int)line.len, line.text);
	if (check_format(u, &line) == -1 ||
	    riad_upload_want(u, &line.oid) == -1)
		return -1;
	u->features |= line.features & known;
	if (!allows_any(u->config) && !riad_upload_is_tip(u, &line.oid))
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
	if (riad_upload_check_wants(u) == -1)
		return -1;
	if (riad_upload_deepens(u) || u->shallow.len > 0 ||
	    u->repo->nshallow > 0) {
		if (riad_upload_deepen(u) == -1)
			return -1;
		u->neg.graph.cuts = &u->cuts;
	}
	if (riad_upload_deepens(u))
		riad_pkt_add_flush(u->out);
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
