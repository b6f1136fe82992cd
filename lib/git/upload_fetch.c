/* SPDX-License-Identifier: ISC */
/* Version 2, the command fetch. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/pktout.h"
#include "upload_state.h"

static int
unexpected(struct riad_upload *u, const struct riad_request_line *line)
{
	return riad_upload_fail(
	    u, "unexpected line: '%.*s'", (int)line->len, line->text);
}

static int
take_have(struct riad_upload *u, const struct riad_oid *oid)
{
	u->seen_have = true;
	int found = riad_negotiation_have(&u->neg, oid);
	if (found == -1)
		return riad_upload_system(u, "have");
	return 1;
}

static int
take_want_ref(struct riad_upload *u, const struct riad_request_line *line)
{
	if (!u->config->allow_ref_in_want)
		return unexpected(u, line);
	if (riad_upload_names_add(&u->want_refs, line->arg, line->arg_len) == 0)
		return 1;
	if (errno == EINVAL)
		return riad_upload_fail(
		    u, "unknown ref %.*s", (int)line->arg_len, line->arg);
	return riad_upload_system(u, "want-ref");
}

/* Whether a URI is of one of the protocols in a list with commas. */
static bool
is_of(const char *uri, const char *list, size_t len)
{
	while (len > 0) {
		const char *comma = memchr(list, ',', len);
		size_t n = comma == NULL ? len : (size_t)(comma - list);

		if (strncmp(uri, list, n) == 0 && uri[n] == ':')
			return true;
		n += n < len;
		list += n;
		len -= n;
	}
	return false;
}

static int
take_uris(struct riad_upload *u, const struct riad_request_line *line)
{
	const struct riad_upload_config *c = u->config;

	u->seen_uris = true;
	if (u->uris == NULL)
		u->uris = calloc(c->nuris + 1, sizeof(*u->uris));
	if (u->uris == NULL)
		return riad_upload_system(u, "packfile-uris");
	for (size_t i = 0; i < c->nuris; i++)
		u->uris[i] |= is_of(c->uris[i].uri, line->arg, line->arg_len);
	return 1;
}

static int
take_feature(struct riad_upload *u, const struct riad_request_line *line)
{
	const unsigned known = RIAD_THIN_PACK | RIAD_OFS_DELTA |
			       RIAD_NO_PROGRESS | RIAD_INCLUDE_TAG |
			       RIAD_WAIT_FOR_DONE | RIAD_DEEPEN_RELATIVE;
	const unsigned bands =
	    u->config->allow_sideband_all ? RIAD_SIDEBAND_ALL : 0;

	if (!(line->features & (known | bands)))
		return unexpected(u, line);
	u->features |= line->features;
	return 1;
}

int
riad_upload_take_fetch(
    struct riad_upload *u, const struct riad_request_line *line)
{
	switch (line->kind) {
	case RIAD_REQUEST_WANT:
		return riad_upload_want(u, &line->oid) == -1 ? -1 : 1;
	case RIAD_REQUEST_HAVE:
		return take_have(u, &line->oid);
	case RIAD_REQUEST_BAD_OID:
		return riad_upload_fail(u,
		    "upload-pack: protocol error, expected to get oid, not "
		    "'%.*s'",
		    (int)line->len, line->text);
	case RIAD_REQUEST_DONE:
		u->done = true;
		return 1;
	case RIAD_REQUEST_FEATURE:
		return take_feature(u, line);
	case RIAD_REQUEST_WANT_REF:
		return take_want_ref(u, line);
	case RIAD_REQUEST_PACKFILE_URIS:
		return take_uris(u, line);
	case RIAD_REQUEST_FILTER:
		if (!u->config->allow_filter)
			return unexpected(u, line);
		break;
	default:
		break;
	}
	int r = riad_upload_take_limit(u, line);
	return r == 0 ? unexpected(u, line) : r;
}

static int
by_turn(const void *a, const void *b)
{
	const struct riad_upload_name *x = a, *y = b;

	return x->nth < y->nth ? -1 : x->nth > y->nth;
}

/* In one listing for all, and what they are is wanted. */
static int
find_want_refs(struct riad_upload *u)
{
	const size_t n = u->want_refs.n;

	if (n == 0)
		return 0;
	if (riad_upload_names_find(u, &u->wanted, &u->want_refs, false) == -1)
		return riad_upload_system(u, "references");
	for (size_t i = 0; i < n; i++) {
		const struct riad_upload_name *name = &u->wanted[i];

		if (name->found == 0)
			return riad_upload_fail(
			    u, "unknown ref %s", name->name);
		if (i > 0 && strcmp(u->wanted[i - 1].name, name->name) == 0)
			return riad_upload_fail(
			    u, "duplicate want-ref %s", name->name);
		if (riad_upload_want(u, &name->oid) == -1)
			return -1;
	}
	qsort(u->wanted, n, sizeof(*u->wanted), by_turn);
	return 0;
}

/* 1 if the pack follows in this answer, 0 if not, -1. */
static int
acknowledge(struct riad_upload *u)
{
	const struct riad_oidmap *haves = &u->neg.haves;
	char hex[RIAD_OID_HEX_MAX + 1];

	riad_upload_line(u, "acknowledgments\n");
	if (haves->len == 0)
		riad_upload_line(u, "NAK\n");
	for (uint32_t i = 0; i < haves->len; i++)
		riad_upload_line(u, "ACK %s\n",
		    riad_oid_hex(hex, &haves->oids[i], u->repo->odb->hash_len));
	if (u->features & RIAD_WAIT_FOR_DONE)
		return 0;
	u->neg.graph.cuts = &u->shallow;
	return riad_negotiation_ready(&u->neg);
}

/* In the order in which clients expect them. */
static int
send_sections(struct riad_upload *u)
{
	size_t hash_len = u->repo->odb->hash_len;
	char hex[RIAD_OID_HEX_MAX + 1];

	if (riad_upload_deepens(u) || u->shallow.len > 0 ||
	    u->repo->nshallow > 0) {
		riad_upload_line(u, "shallow-info\n");
		if (riad_upload_deepen(u) == -1)
			return -1;
		riad_pkt_add_delim(u->out);
	}
	if (u->want_refs.n == 0)
		return 0;
	riad_upload_line(u, "wanted-refs\n");
	for (size_t i = 0; i < u->want_refs.n; i++)
		riad_upload_line(u, "%s %s\n",
		    riad_oid_hex(hex, &u->wanted[i].oid, hash_len),
		    u->wanted[i].name);
	riad_pkt_add_delim(u->out);
	return 0;
}

int
riad_upload_fetch(struct riad_upload *u)
{
	if (find_want_refs(u) == -1)
		return -1;
	if (u->wants.len == 0 && !(u->features & RIAD_WAIT_FOR_DONE))
		return 1;
	if (u->seen_have && !u->done) {
		int ready = acknowledge(u);
		if (ready == -1)
			return riad_upload_system(u, "have");
		if (ready == 0) {
			riad_pkt_add_flush(u->out);
			return 1;
		}
		riad_upload_line(u, "ready\n");
		riad_pkt_add_delim(u->out);
	}
	if (send_sections(u) == -1)
		return -1;
	u->features |= RIAD_SIDE_BAND_64K;
	return riad_upload_pack(u) == -1 ? -1 : 1;
}
