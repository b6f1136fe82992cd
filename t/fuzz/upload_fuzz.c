/* SPDX-License-Identifier: ISC */
/*
 * Whatever a client sends, by any version: the answer is whole packets (but
 * for a pack without a side-band), an engine is only asked for what exists,
 * and after the end there is nothing more.  The first byte of the input
 * chooses the version and the configuration; the rest are packets.
 */

#include "riad/upload.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../unit/fakerepo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fake_object objects[] = {
    {1, RIAD_COMMIT, 100, {0}},
    {2, RIAD_COMMIT, 200, {1}},
    {3, RIAD_COMMIT, 300, {2}},
    {4, RIAD_COMMIT, 400, {2}},
    {0xa1, RIAD_TAG, 0, {2}},
    {0, RIAD_COMMIT, 0, {0}},
};

static int packs;

static int
refs(void *ctx, bool peel, riad_ref_fn *each, void *each_ctx)
{
	struct riad_ref main_ref = {
	    .name = "refs/heads/main",
	    .full_name = "refs/heads/main",
	    .oid = fake_id(3),
	};
	struct riad_ref tag = {
	    .name = "refs/tags/v1",
	    .full_name = "refs/tags/v1",
	    .oid = fake_id(0xa1),
	    .peeled = fake_id(2),
	    .has_peeled = peel,
	};
	(void)ctx;
	int r = each(each_ctx, &main_ref);
	return r != 0 ? r : each(each_ctx, &tag);
}

static int
pack(void *ctx, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	for (size_t i = 0; i < request->nwants; i++) {
		if (fake_find(ctx, &request->wants[i]) == NULL)
			abort();
	}
	for (size_t i = 0; i < request->nhaves; i++) {
		if (fake_find(ctx, &request->haves[i]) == NULL)
			abort();
	}
	for (size_t i = 0; i < request->ncuts; i++) {
		const struct fake_object *o = fake_find(ctx, &request->cuts[i]);
		if (o == NULL || o->type != RIAD_COMMIT)
			abort();
	}
	for (size_t i = 0; i < request->nelsewhere; i++) {
		if (sink->elsewhere(sink->ctx, i) == -1)
			return -1;
	}
	packs++;
	return sink->data(sink->ctx, "PACK", 4);
}

static int
size_of(void *ctx, const struct riad_oid *oid, uint64_t *size)
{
	*size = oid->id[0];
	return fake_find(ctx, oid) != NULL;
}

/* All that is not on by itself. */
static void
configure(struct riad_upload_config *config)
{
	static const char *const names[] = {"uploadpack.allowfilter",
	    "uploadpack.allowrefinwant", "uploadpack.allowsidebandall",
	    "uploadpack.advertisebundleuris", "transfer.advertiseobjectinfo"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		riad_upload_config_set(config, names[i], "1");
	riad_upload_config_set(config, "bundle.version", "1");
	riad_upload_config_set(config, "uploadpack.blobpackfileuri",
	    "0101010101010101010101010101010101010101 "
	    "0202020202020202020202020202020202020202 https://a/b");
}

static void
check_output(int fd, off_t len)
{
	uint8_t *raw = malloc((size_t)len + 1);

	if (raw == NULL || pread(fd, raw, (size_t)len, 0) != len)
		abort();
	for (size_t pos = 0; pos < (size_t)len;) {
		struct riad_pkt pkt;
		ssize_t n = riad_pkt_parse(&pkt, raw + pos, (size_t)len - pos);

		if (n <= 0) {
			if (packs == 0 || memcmp(raw + pos, "PACK", 4) != 0)
				abort();
			break;
		}
		pos += (size_t)n;
	}
	free(raw);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct riad_out out;
	static int fd = -1;
	struct fake_repo fake = {.objects = objects};
	struct riad_odb odb = fake_odb(&fake);
	struct riad_oid shallow = fake_id(2);
	struct riad_upload_repo repo = {
	    .ctx = &fake,
	    .odb = &odb,
	    .refs = refs,
	    .pack = pack,
	    .size = size_of,
	    .shallow = &shallow,
	};
	struct riad_upload_config config;
	struct riad_pkt pkt;
	int r = 1;

	if (size == 0)
		return 0;
	if (fd == -1)
		fd = memfd_create("answer", MFD_CLOEXEC);
	packs = 0;
	riad_upload_config_init(&config);
	config.version = data[0] % 3;
	config.stateless = data[0] & 0x10;
	config.allow_reachable = data[0] & 0x20;
	if (data[0] & 0x40)
		configure(&config);
	if (data[0] & 0x80) {
		fake.shallow[0] = 2;
		repo.nshallow = 1;
	}
	riad_out_init(&out, fd);
	struct riad_upload *u = riad_upload_new(&config, &repo, &out);
	if (u == NULL)
		abort();
	if (!config.stateless)
		riad_upload_advertise(u);
	for (size_t pos = 1; pos < size && r == 1;) {
		ssize_t n = riad_pkt_parse(&pkt, data + pos, size - pos);
		if (n <= 0)
			break;
		pos += (size_t)n;
		r = riad_upload_packet(u, &pkt);
	}
	if (riad_out_flush(&out) == -1)
		abort();
	off_t len = lseek(fd, 0, SEEK_END);
	check_output(fd, len);
	if (r != 1) {
		pkt = (struct riad_pkt){.type = RIAD_PKT_FLUSH};
		if (riad_upload_packet(u, &pkt) != -1 || out.len != 0)
			abort();
	}
	if (r == -1 && *riad_upload_why(u) == '\0')
		abort();
	riad_upload_free(u);
	riad_upload_config_free(&config);
	if (ftruncate(fd, 0) == -1 || lseek(fd, 0, SEEK_SET) == -1)
		abort();
	return 0;
}
