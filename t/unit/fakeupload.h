/* SPDX-License-Identifier: ISC */
/* fakeupload.h - conversations with the upload machine, packet by packet */
#ifndef RIAD_FAKEUPLOAD_H
#define RIAD_FAKEUPLOAD_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "riad/upload.h"

#include "fakerepo.h"
#include "tap.h"

/* 1 - 2 - 3 (main, HEAD)    4 (hidden) - 2    0xa1: a tag of 2    9: alone */
static const struct fake_object objects[] = {
    {1, RIAD_COMMIT, 100, {0}},
    {2, RIAD_COMMIT, 200, {1}},
    {3, RIAD_COMMIT, 300, {2}},
    {4, RIAD_COMMIT, 400, {2}},
    {9, RIAD_COMMIT, 500, {0}},
    {0xa1, RIAD_TAG, 0, {2}},
    {0, RIAD_COMMIT, 0, {0}},
};

#define ID1 "0101010101010101010101010101010101010101"
#define ID2 "0202020202020202020202020202020202020202"
#define ID3 "0303030303030303030303030303030303030303"
#define ID4 "0404040404040404040404040404040404040404"
#define ID7 "0707070707070707070707070707070707070707"
#define ID9 "0909090909090909090909090909090909090909"
#define IDA "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"

struct world {
	struct fake_repo repo; /* refs: NULL for those below */
	bool empty;            /* of references, but for an unborn HEAD */
	bool one_tag;          /* the only reference */
	bool pack_fails;       /* after the first bytes */
	char asked[512];       /* what the engine was asked for */
	int listings;          /* of the references */
};

static int
world_refs(void *ctx, bool peel, riad_ref_fn *each, void *each_ctx)
{
	struct world *w = ctx;
	struct riad_ref refs[] = {
	    {.name = "HEAD", .target = "refs/heads/main", .oid = fake_id(3)},
	    {.name = "refs/heads/main", .oid = fake_id(3)},
	    {.name = "refs/secret/x", .oid = fake_id(4)},
	    {.name = "refs/tags/v1",
		.oid = fake_id(0xa1),
		.peeled = fake_id(2),
		.has_peeled = peel},
	};
	size_t n = sizeof(refs) / sizeof(refs[0]);

	w->listings++;
	for (const struct riad_ref *r = w->repo.refs; r && r->name; r++) {
		struct riad_ref ref = *r;
		if (ref.full_name == NULL)
			ref.full_name = ref.name;
		ref.has_peeled &= peel;
		int result = each(each_ctx, &ref);
		if (result != 0)
			return result;
	}
	if (w->repo.refs != NULL)
		return 0;
	if (w->empty) {
		refs[0].unborn = true;
		n = 1;
	}
	if (w->one_tag) {
		refs[0] = refs[3];
		n = 1;
	}
	for (size_t i = 0; i < n; i++) {
		refs[i].full_name = refs[i].name;
		int r = each(each_ctx, &refs[i]);
		if (r != 0)
			return r;
	}
	return 0;
}

static int
world_pack(void *ctx, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	struct world *w = ctx;
	char *p = w->asked, *end = p + sizeof(w->asked);

	for (size_t i = 0; i < request->nwants; i++)
		p += snprintf(
		    p, (size_t)(end - p), "%x ", request->wants[i].id[0]);
	for (size_t i = 0; i < request->nhaves; i++)
		p += snprintf(
		    p, (size_t)(end - p), "^%x ", request->haves[i].id[0]);
	for (size_t i = 0; i < request->ncuts; i++)
		p += snprintf(
		    p, (size_t)(end - p), "/%x ", request->cuts[i].id[0]);
	for (size_t i = 0; i < request->nelsewhere; i++)
		p += snprintf(
		    p, (size_t)(end - p), "@%x ", request->elsewhere[i].id[0]);
	snprintf(p, (size_t)(end - p), "%s%s%s%zu",
	    request->filter ? "filter " : "", request->thin ? "thin " : "",
	    request->ofs_delta ? "ofs " : "", request->ntags);

	if (sink->progress != NULL)
		sink->progress(sink->ctx, "busy\r", 5);
	for (size_t i = 0; i < request->nelsewhere; i++) {
		if (sink->elsewhere(sink->ctx, i) == -1)
			return -1;
	}
	if (sink->data(sink->ctx, "PA", 2) == -1)
		return -1;
	if (w->pack_fails) {
		snprintf(sink->why, sizeof(sink->why), "object gone");
		errno = ENOENT;
		return -1;
	}
	return sink->data(sink->ctx, "CK", 2);
}

static int
world_size(void *ctx, const struct riad_oid *oid, uint64_t *size)
{
	struct world *w = ctx;
	const struct fake_object *o = fake_find(&w->repo, oid);

	if (o != NULL)
		*size = (uint64_t)o->date;
	return o != NULL;
}

struct talk {
	const char *name;
	int version;
	bool stateless;
	const char *in[16]; /* lines of data; "0000", "0001" are themselves */
	const char *out;    /* NUL bytes as they are shown: '@' */
	int result;         /* of the last packet */
	const char *asked;
	bool empty, one_tag, pack_fails, allow_tip, allow_reachable;
	const char *config[8]; /* "name=value" */
	uint8_t shallow[4];    /* the repository's */
	const struct fake_object *objects;
	const struct riad_ref *refs;
};

static void
feed(struct riad_upload *u, const char *line, int *result)
{
	struct riad_pkt pkt = {
	    RIAD_PKT_DATA, (const uint8_t *)line, strlen(line)};

	if (strcmp(line, "0000") == 0 || strcmp(line, "0001") == 0)
		pkt = (struct riad_pkt){
		    .type = line[3] == '0' ? RIAD_PKT_FLUSH : RIAD_PKT_DELIM};
	*result = riad_upload_packet(u, &pkt);
}

/* What came out, lengths left out, as text to compare with. */
static char *
flatten(int fd)
{
	static char raw[1 << 16], text[1 << 16];
	size_t n = 0;
	ssize_t len = pread(fd, raw, sizeof(raw), 0);

	for (size_t pos = 0; pos < (size_t)len;) {
		struct riad_pkt pkt;
		ssize_t r = riad_pkt_parse(&pkt, raw + pos, (size_t)len - pos);
		if (r <= 0) { /* a pack without side-band */
			memcpy(text + n, raw + pos, (size_t)len - pos);
			n += (size_t)len - pos;
			break;
		}
		pos += (size_t)r;
		if (pkt.type != RIAD_PKT_DATA) {
			n += (size_t)snprintf(
			    text + n, 6, "%04d\n", (int)pkt.type);
			continue;
		}
		for (size_t i = 0; i < pkt.len; i++) {
			uint8_t c = pkt.data[i];
			text[n++] = c == 0  ? '@'
				    : c < 4 ? (char)('0' + c)
					    : (char)c;
		}
		if (pkt.len == 0 || pkt.data[pkt.len - 1] != '\n')
			text[n++] = '\n';
	}
	text[n] = '\0';
	return text;
}

static void
configure(struct riad_upload_config *config, const char *const lines[8])
{
	for (int i = 0; i < 8 && lines[i] != NULL; i++) {
		char name[64];
		size_t n = strcspn(lines[i], "=");

		snprintf(name, sizeof(name), "%.*s", (int)n, lines[i]);
		if (riad_upload_config_set(config, name, lines[i] + n + 1) ==
		    -1)
			abort();
	}
}

static void
run(const struct talk *t)
{
	static struct riad_out out;
	struct world w = {
	    .repo = {.objects = t->objects ? t->objects : objects,
		.refs = t->refs},
	    .empty = t->empty,
	    .one_tag = t->one_tag,
	    .pack_fails = t->pack_fails,
	};
	struct riad_odb odb = fake_odb(&w.repo);
	struct riad_oid shallow[4];
	struct riad_upload_repo repo = {
	    .ctx = &w,
	    .odb = &odb,
	    .refs = world_refs,
	    .pack = world_pack,
	    .size = world_size,
	    .shallow = shallow,
	};
	for (; t->shallow[repo.nshallow] != 0; repo.nshallow++)
		shallow[repo.nshallow] = fake_id(t->shallow[repo.nshallow]);
	memcpy(w.repo.shallow, t->shallow, sizeof(t->shallow));
	struct riad_upload_config config;
	int fd = memfd_create("out", 0), result = 1;

	riad_upload_config_init(&config);
	config.advertise_object_info = false;
	riad_hidden_refs_add(&config.hidden, "refs/secret");
	configure(&config, t->config);
	config.agent = "a";
	config.version = t->version;
	config.stateless = t->stateless;
	config.allow_tip |= t->allow_tip;
	config.allow_reachable |= t->allow_reachable;
	riad_out_init(&out, fd);
	struct riad_upload *u = riad_upload_new(&config, &repo, &out);
	if (t->in[0] == NULL)
		riad_upload_advertise(u);
	else if (!t->stateless && t->version < 2) {
		riad_upload_advertise(u); /* to learn the tips; not shown */
		riad_out_flush(&out);
		if (ftruncate(fd, 0) == -1 || lseek(fd, 0, SEEK_SET) == -1)
			abort();
	}
	for (int i = 0; t->in[i] != NULL && result == 1; i++)
		feed(u, t->in[i], &result);
	ok(riad_out_flush(&out) == 0, "%s", t->name);

	const char *text = flatten(fd);
	ok(strcmp(text, t->out) == 0, "  the answer");
	if (strcmp(text, t->out) != 0)
		printf("# got:\n%s# want:\n%s", text, t->out);
	ok(result == t->result, "  go on, end or fail: %d", result);
	ok(strcmp(w.asked, t->asked ? t->asked : "") == 0,
	    "  the engine is asked for \"%s\"", w.asked);
	riad_upload_free(u);
	riad_upload_config_free(&config);
	close(fd);
}

#define CAPS                                                                   \
	"multi_ack thin-pack side-band side-band-64k ofs-delta shallow "       \
	"deepen-since deepen-not deepen-relative no-progress include-tag "     \
	"multi_ack_detailed"
#define WANT3 "want " ID3

/* Most conversations leave the last fields at zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#endif
