/* SPDX-License-Identifier: ISC */

#include "riad/upload.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/pktout.h"
#include "upload_state.h"

/* All that a fetch collects, while it is empty. */
static void
begin_fetch(struct riad_upload *u)
{
	riad_oidmap_init(&u->wants, UINT32_MAX);
	riad_oidmap_init(&u->shallow, UINT32_MAX);
	riad_oidmap_init(&u->cuts, UINT32_MAX);
	riad_negotiation_init(&u->neg, u->repo->odb);
	riad_upload_names_init(&u->without);
	riad_upload_names_init(&u->want_refs);
	u->features = 0;
	u->depth = 0;
	u->by_revs = u->seen_uris = false;
	u->since = 0;
	u->filter = NULL;
	u->wanted = NULL;
	u->uris = NULL;
}

void
riad_upload_reset(struct riad_upload *u)
{
	riad_oidmap_free(&u->wants);
	riad_oidmap_free(&u->shallow);
	riad_oidmap_free(&u->cuts);
	riad_negotiation_free(&u->neg);
	riad_upload_names_clear(&u->without);
	riad_upload_names_clear(&u->want_refs);
	riad_upload_oids_free(&u->edges);
	riad_filter_free(u->filter);
	free(u->wanted);
	free(u->uris);
	begin_fetch(u);
}

struct riad_upload *
riad_upload_new(const struct riad_upload_config *config,
    const struct riad_upload_repo *repo, struct riad_out *out)
{
	struct riad_upload *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->config = config;
	u->repo = repo;
	u->out = out;
	u->state = config->version == 2 ? UPLOAD_KEYS : UPLOAD_WANTS;
	u->object_format_len = RIAD_SHA1_LEN;
	riad_oidmap_init(&u->tip_map, UINT32_MAX);
	riad_upload_names_init(&u->prefixes);
	begin_fetch(u);
	return u;
}

void
riad_upload_free(struct riad_upload *u)
{
	if (u == NULL)
		return;
	riad_upload_reset(u);
	riad_upload_oids_free(&u->tips[0]);
	riad_upload_oids_free(&u->tips[1]);
	riad_upload_oids_free(&u->infos);
	riad_oidmap_free(&u->tip_map);
	riad_upload_names_clear(&u->prefixes);
	free(u);
}

void
riad_upload_line(struct riad_upload *u, const char *fmt, ...)
{
	char text[RIAD_PKT_DATA_MAX + 1];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	riad_pkt_add2(u->out, "\1", (u->features & RIAD_SIDEBAND_ALL) != 0,
	    text, n < 0 ? SIZE_MAX : (size_t)n);
}

int
riad_upload_fail(struct riad_upload *u, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(u->why, sizeof(u->why), fmt, ap);
	va_end(ap);
	if (u->features & RIAD_SIDEBAND_ALL)
		riad_pkt_addf(u->out, "\3%s", u->why);
	else
		riad_pkt_addf(u->out, "ERR %s\n", u->why);
	u->state = UPLOAD_OVER;
	return -1;
}

int
riad_upload_die(struct riad_upload *u, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(u->why, sizeof(u->why), fmt, ap);
	va_end(ap);
	u->state = UPLOAD_OVER;
	return -1;
}

int
riad_upload_system(struct riad_upload *u, const char *what)
{
	return riad_upload_fail(u, "upload-pack: %s: %s", what,
	    errno == EBADMSG ? "damaged" : strerror(errno));
}

void
riad_upload_alive(const struct riad_upload *u)
{
	if (u->config->alive != NULL)
		u->config->alive();
}

const char *
riad_upload_why(const struct riad_upload *u)
{
	return u->why;
}

const char *
riad_upload_format_name(size_t hash_len)
{
	return hash_len == RIAD_SHA1_LEN ? "sha1" : "sha256";
}

int
riad_upload_advertise(struct riad_upload *u)
{
	return u->config->version == 2 ? riad_upload_v2_advertise(u)
				       : riad_upload_v0_advertise(u);
}

int
riad_upload_packet(struct riad_upload *u, const struct riad_pkt *pkt)
{
	riad_upload_alive(u);
	if (u->state == UPLOAD_OVER)
		return riad_upload_die(u, "data after the end");
	return u->config->version == 2 ? riad_upload_v2_packet(u, pkt)
				       : riad_upload_v0_packet(u, pkt);
}

int
riad_upload_eof(struct riad_upload *u)
{
	/* A stateless client may take the references, or the shallow list,
	 * and come back with the rest in a request of its own. */
	bool between = u->state == UPLOAD_OVER ||
		       (u->state == UPLOAD_KEYS && !u->seen_key) ||
		       (u->state == UPLOAD_HAVES && u->config->stateless &&
			   u->neg.haves.len == 0 && !u->got_other);

	return between
		   ? 0
		   : riad_upload_die(u, "the remote end hung up unexpectedly");
}
