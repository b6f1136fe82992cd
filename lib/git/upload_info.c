/* SPDX-License-Identifier: ISC */
/* Version 2, object-info and bundle-uri: facts without a pack. */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "riad/pktout.h"
#include "upload_state.h"

/* The answer begins when the request has ended, so that it has to be kept. */
enum { INFOS_MAX = 1 << 17 };

int
riad_upload_take_object_info(
    struct riad_upload *u, const struct riad_request_line *line)
{
	switch (line->kind) {
	case RIAD_REQUEST_OID:
		if (u->infos.n == INFOS_MAX)
			return riad_upload_fail(
			    u, "object-info: too many objects");
		if (riad_upload_oids_add(&u->infos, &line->oid) == -1)
			return riad_upload_system(u, "object-info");
		return 1;
	case RIAD_REQUEST_BAD_INFO_OID:
		return riad_upload_fail(u,
		    "object-info: protocol error, expected to get oid, not "
		    "'%.*s'",
		    (int)line->arg_len, line->arg);
	default:
		if (line->len == 4 && memcmp(line->text, "size", 4) == 0) {
			u->want_size = true;
			return 1;
		}
		return riad_upload_fail(u,
		    "object-info: unexpected line: '%.*s'", (int)line->len,
		    line->text);
	}
}

static int
tell_object(struct riad_upload *u, const struct riad_oid *oid)
{
	char hex[RIAD_OID_HEX_MAX + 1];
	uint64_t size;

	riad_upload_alive(u);
	riad_oid_hex(hex, oid, u->repo->odb->hash_len);
	if (!u->want_size) {
		riad_pkt_addf(u->out, "%s", hex);
		return 0;
	}
	int r = u->repo->size(u->repo->ctx, oid, &size);
	if (r == -1 && errno == ENOMEM)
		return riad_upload_system(u, "object-info");
	if (r == 1)
		riad_pkt_addf(u->out, "%s %" PRIu64, hex, size);
	else /* not here, or not readable */
		riad_pkt_addf(u->out, "%s ", hex);
	return 0;
}

int
riad_upload_object_info(struct riad_upload *u)
{
	if (u->infos.n > 0 && u->want_size)
		riad_pkt_addf(u->out, "size");
	for (size_t i = 0; i < u->infos.n; i++) {
		if (tell_object(u, &u->infos.oids[i]) == -1)
			return -1;
	}
	riad_pkt_add_flush(u->out);
	return 1;
}

int
riad_upload_bundle_uri(struct riad_upload *u)
{
	const struct riad_upload_config *c = u->config;

	for (size_t i = 0; i < c->nbundles; i++)
		riad_pkt_add(u->out, c->bundles[i], strlen(c->bundles[i]));
	riad_pkt_add_flush(u->out);
	return 1;
}
