/* SPDX-License-Identifier: ISC */
/* From a settled negotiation to the pack, in side-band packets. */

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "riad/pktout.h"
#include "upload_state.h"

enum {
	/* gitprotocol-capabilities(5): packets of side-band are of at most
	 * 1000 bytes; in both, the band takes one. */
	SIDE_BAND_MAX = 1000 - RIAD_PKT_HDR - 1,
	SIDE_BAND_64K_MAX = RIAD_PKT_DATA_MAX - 1,

	GIVEN_PACKETS = 16,
};

struct sender {
	struct riad_upload *u;
	size_t max; /* payload of a packet, 0 without a side-band */

	/* v2 with packfile-uris: where the section of the pack begins is only
	 * known when what is not in it was told. */
	bool header_due, uris_begun;
	const struct riad_pack_uri **uris; /* of the request's elsewhere */
	struct timespec last;
	size_t npending;
	uint8_t pending[SIDE_BAND_64K_MAX];
};

static int
status(const struct sender *s)
{
	errno = s->u->out->err;
	return errno == 0 ? 0 : -1;
}

static void
send_band(struct sender *s, char band, const void *data, size_t len)
{
	riad_upload_alive(s->u);
	riad_pkt_add2(s->u->out, &band, 1, data, len);
	clock_gettime(CLOCK_MONOTONIC, &s->last);
}

static void
send_pending(struct sender *s)
{
	if (s->npending > 0)
		send_band(s, 1, s->pending, s->npending);
	s->npending = 0;
}

static void
begin_pack(struct sender *s)
{
	if (s->uris_begun)
		riad_pkt_add_delim(s->u->out);
	if (s->header_due)
		riad_upload_line(s->u, "packfile\n");
	s->header_due = s->uris_begun = false;
}

static int
send_elsewhere(void *ctx, size_t i)
{
	struct sender *s = ctx;

	if (!s->uris_begun)
		riad_upload_line(s->u, "packfile-uris\n");
	s->uris_begun = true;
	riad_upload_line(s->u, "%s %s\n", s->uris[i]->pack, s->uris[i]->uri);
	return status(s);
}

/* Whole packets go straight on; only what is less is copied. */
static int
send_data(void *ctx, const void *data, size_t len)
{
	struct sender *s = ctx;
	const uint8_t *p = data;

	begin_pack(s);
	if (s->max == 0) {
		riad_upload_alive(s->u);
		riad_out_add(s->u->out, data, len);
		return status(s);
	}
	while (len > 0) {
		size_t n = s->max - s->npending;
		if (n > len)
			n = len;
		if (n == s->max) {
			send_band(s, 1, p, n);
		} else {
			memcpy(s->pending + s->npending, p, n);
			s->npending += n;
			if (s->npending == s->max)
				send_pending(s);
		}
		p += n;
		len -= n;
	}
	return status(s);
}

/* Full packets, straight from where they last, if they can go so: how much
 * of data they took. */
static size_t
give_packets(struct sender *s, const uint8_t *data, size_t len)
{
	static const char header[] = "fff0\1";
	static_assert(RIAD_PKT_HDR + 1 + SIDE_BAND_64K_MAX == 0xfff0,
	    "the header says the length");
	struct iovec iov[2 * GIVEN_PACKETS];
	size_t given = 0;

	while (s->max == SIDE_BAND_64K_MAX && len - given >= s->max &&
	       riad_out_gives(s->u->out)) {
		int cnt = 0;

		while (cnt < 2 * GIVEN_PACKETS && len - given >= s->max) {
			iov[cnt++] =
			    (struct iovec){(char *)header, sizeof(header) - 1};
			iov[cnt++] =
			    (struct iovec){(uint8_t *)data + given, s->max};
			given += s->max;
		}
		riad_out_give(s->u->out, iov, cnt, s->u->config->alive);
		clock_gettime(CLOCK_MONOTONIC, &s->last);
	}
	return given;
}

static int
send_lasting(void *ctx, const void *data, size_t len)
{
	struct sender *s = ctx;
	const uint8_t *p = data;

	/* What makes a packet full that was begun. */
	size_t n = s->npending > 0 ? s->max - s->npending : 0;
	if (n > len)
		n = len;
	if (send_data(s, p, n) == -1)
		return -1;
	n += give_packets(s, p + n, len - n);
	return send_data(s, p + n, len - n);
}

static int
send_progress(void *ctx, const char *text, size_t len)
{
	struct sender *s = ctx;

	while (len > 0) {
		size_t n = len < s->max ? len : s->max;
		send_band(s, 2, text, n);
		text += n;
		len -= n;
	}
	(void)riad_out_flush(s->u->out);
	return status(s);
}

/* A client, or a proxy between, takes long silence for death. */
static int
send_keepalive(void *ctx)
{
	struct sender *s = ctx;
	struct timespec now;

	riad_upload_alive(s->u);
	if (s->max == 0 || s->u->config->keepalive == 0)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	int64_t silent = (int64_t)(now.tv_sec - s->last.tv_sec) * 1000 +
			 (now.tv_nsec - s->last.tv_nsec) / 1000000;
	if (silent >= (int64_t)s->u->config->keepalive * 1000) {
		/* Among lines in band 1 it would be one of them. */
		bool lines = s->u->features & RIAD_SIDEBAND_ALL;
		send_band(s, lines ? 2 : 1, "", 0);
		(void)riad_out_flush(s->u->out);
	}
	return status(s);
}

/* The annotated tags among the references, for include-tag. */
struct tags {
	const struct riad_upload *u;
	struct riad_pack_tag *tags;
	size_t n, cap;
};

static int
add_tag(void *ctx, const struct riad_ref *ref)
{
	struct tags *t = ctx;

	if (!ref->has_peeled || !riad_upload_shows(t->u, ref) ||
	    strncmp(ref->name, "refs/tags/", 10) != 0)
		return 0;
	if (t->n == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;
		struct riad_pack_tag *tags =
		    reallocarray(t->tags, cap, sizeof(*tags));
		if (tags == NULL)
			return -1;
		t->tags = tags;
		t->cap = cap;
	}
	t->tags[t->n++] = (struct riad_pack_tag){ref->oid, ref->peeled};
	return 0;
}

/* What the engine's work needs while it lasts. */
struct work {
	struct tags tags;
	struct riad_upload_oids haves, elsewhere;
	const struct riad_pack_uri **uris;
};

/* Those of which the client is getting the parents it has itself. */
static int
gather_haves(const struct riad_upload *u, struct work *w)
{
	const struct riad_oidmap *haves = &u->neg.haves;

	if (u->edges.n == 0)
		return 0;
	for (uint32_t i = 0; i < haves->len; i++) {
		if (riad_upload_oids_add(&w->haves, &haves->oids[i]) == -1)
			return -1;
	}
	for (size_t i = 0; i < u->edges.n; i++) {
		if (riad_upload_oids_add(&w->haves, &u->edges.oids[i]) == -1)
			return -1;
	}
	return 0;
}

static int
gather_uris(const struct riad_upload *u, struct work *w)
{
	const struct riad_upload_config *c = u->config;

	if (u->uris == NULL || !(u->features & RIAD_SIDEBAND_ALL))
		return 0;
	w->uris = calloc(c->nuris + 1, sizeof(*w->uris));
	if (w->uris == NULL)
		return -1;
	for (size_t i = 0; i < c->nuris; i++) {
		if (!u->uris[i] ||
		    strlen(c->uris[i].pack) != 2 * u->repo->odb->hash_len)
			continue;
		w->uris[w->elsewhere.n] = &c->uris[i];
		if (riad_upload_oids_add(&w->elsewhere, &c->uris[i].object) ==
		    -1)
			return -1;
	}
	return 0;
}

static int
ask_engine(struct sender *s, struct riad_pack_sink *sink, struct work *w)
{
	struct riad_upload *u = s->u;

	w->tags.u = u;
	if (gather_haves(u, w) == -1 || gather_uris(u, w) == -1)
		return -1;
	if ((u->features & RIAD_INCLUDE_TAG) &&
	    u->repo->refs(u->repo->ctx, true, add_tag, &w->tags) != 0)
		return -1;
	struct riad_pack_request request = {
	    .wants = u->wants.oids,
	    .nwants = u->wants.len,
	    .haves = w->haves.n > 0 ? w->haves.oids : u->neg.haves.oids,
	    .nhaves = w->haves.n > 0 ? w->haves.n : u->neg.haves.len,
	    .cuts = u->cuts.oids,
	    .ncuts = u->cuts.len,
	    .filter = u->filter,
	    .elsewhere = w->elsewhere.oids,
	    .nelsewhere = w->elsewhere.n,
	    .thin = (u->features & RIAD_THIN_PACK) != 0,
	    .ofs_delta = (u->features & RIAD_OFS_DELTA) != 0,
	    .tags = w->tags.tags,
	    .ntags = w->tags.n,
	};
	s->uris = w->uris;
	sink->elsewhere = w->elsewhere.n > 0 ? send_elsewhere : NULL;
	return u->repo->pack(u->repo->ctx, &request, sink);
}

static int
run_engine(struct sender *s, struct riad_pack_sink *sink)
{
	struct work w = {.uris = NULL};

	int r = ask_engine(s, sink, &w);
	int err = errno;
	riad_upload_oids_free(&w.haves);
	riad_upload_oids_free(&w.elsewhere);
	free(w.uris);
	free(w.tags.tags);
	errno = err;
	return r;
}

int
riad_upload_pack(struct riad_upload *u)
{
	static const char corrupt[] =
	    "aborting due to possible repository corruption on the remote "
	    "side.";
	char told[sizeof("upload-pack: ") +
		  sizeof(((struct riad_pack_sink *)0)->why)];
	struct sender *s = malloc(sizeof(*s));

	if (s == NULL)
		return riad_upload_system(u, "pack");
	s->u = u;
	s->npending = 0;
	s->uris_begun = false;
	s->uris = NULL;
	s->header_due = u->config->version == 2;
	s->max = u->features & RIAD_SIDE_BAND_64K ? SIDE_BAND_64K_MAX
		 : u->features & RIAD_SIDE_BAND   ? SIDE_BAND_MAX
						  : 0;
	clock_gettime(CLOCK_MONOTONIC, &s->last);

	bool quiet = s->max == 0 || (u->features & RIAD_NO_PROGRESS);
	struct riad_pack_sink sink = {
	    .ctx = s,
	    .data = send_data,
	    .lasting = send_lasting,
	    .progress = quiet ? NULL : send_progress,
	    .tick = send_keepalive,
	};
	if (!u->seen_uris || !(u->features & RIAD_SIDEBAND_ALL))
		begin_pack(s);
	(void)riad_out_flush(u->out);
	if (run_engine(s, &sink) == 0) {
		begin_pack(s);
		send_pending(s);
		if (s->max != 0)
			riad_pkt_add_flush(u->out);
		free(s);
		return 0;
	}

	/* The trailer was not sent, so nobody takes this for a pack. */
	if (u->out->err != 0) {
		riad_upload_die(u, "client: %s", strerror(u->out->err));
	} else {
		riad_upload_die(
		    u, "pack: %s", *sink.why ? sink.why : strerror(errno));
		snprintf(told, sizeof(told), "upload-pack: %s", sink.why);
		const char *text = sink.tell ? told : corrupt;
		if (s->max != 0)
			send_band(s, 3, text, strlen(text));
	}
	free(s);
	return -1;
}
