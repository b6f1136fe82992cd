/* SPDX-License-Identifier: ISC */
/*
 * upload.h - the server's side of a fetch: gitprotocol-pack(5) for versions 0
 * and 1, gitprotocol-v2(5)
 *
 * The machine is fed the client's packets one at a time and writes its answer
 * to a riad_out; it reads no descriptor, and knows a repository only by the
 * functions that it is given.  The tool reads, feeds, and flushes when the
 * packets at hand are used up.
 */
#ifndef RIAD_UPLOAD_H
#define RIAD_UPLOAD_H

#include <stdbool.h>

#include "riad/filter.h"
#include "riad/odb.h"
#include "riad/out.h"
#include "riad/packer.h"
#include "riad/pktline.h"
#include "riad/ref.h"

/* lsrefs.unborn: whether HEAD is shown while its branch is yet to be born. */
enum riad_unborn {
	RIAD_UNBORN_ADVERTISE,
	RIAD_UNBORN_ALLOW,
	RIAD_UNBORN_IGNORE,
};

/* uploadpack.blobPackfileUri: a pack that has the object, elsewhere. */
struct riad_pack_uri {
	struct riad_oid object;
	char pack[RIAD_OID_HEX_MAX + 1]; /* the pack's hash */
	char *uri;
};

struct riad_upload_config {
	int version;        /* of the protocol: 0, 1 or 2 */
	bool stateless;     /* one request and one answer: HTTP */
	bool announce_only; /* the answer to /info/refs */
	const char *agent;
	const char *session_id; /* NULL to announce none */
	int keepalive;          /* seconds of silence; 0 for never */
	bool advertise_session_id;
	bool advertise_object_info, advertise_bundle_uris;

	/* Ids that are not shown, in v0: at the tip of a hidden ref, or
	 * reachable from one; any, if all three are set. */
	bool allow_tip, allow_reachable, allow_any;
	bool allow_filter, allow_ref_in_want, allow_sideband_all;
	enum riad_unborn unborn;
	struct riad_hidden_refs hidden;
	struct riad_filter_rules filters;
	struct riad_pack_uri *uris; /* no object twice */
	size_t nuris;
	char **bundles; /* bundle.*, as "key=value" */
	size_t nbundles;
	void (*alive)(void); /* called when bytes move; may be NULL */
};

void riad_upload_config_init(struct riad_upload_config *config);
void riad_upload_config_free(struct riad_upload_config *config);

/*
 * Takes a variable of git-config(1); one that is not about serving is passed
 * over.  value is NULL for a name alone.  -1 with errno EINVAL for a value
 * that the variable can't have.
 */
int riad_upload_config_set(
    struct riad_upload_config *config, const char *name, const char *value);

/* The version that GIT_PROTOCOL asks for: the highest that we speak. */
int riad_upload_version(const char *git_protocol);

struct riad_upload_repo {
	void *ctx;
	const struct riad_odb *odb;
	int (*refs)(void *ctx, bool peel, riad_ref_fn *each, void *each_ctx);
	riad_pack_engine *pack;

	/* The same for the names that begin with one of the n prefixes, or
	 * for more; NULL where that is no quicker. */
	int (*refs_below)(void *ctx, bool peel, const char *const *prefixes,
	    size_t n, riad_ref_fn *each, void *each_ctx);

	/* The length of an object: 1, 0 if there is none, -1 with errno; NULL
	 * if object-info is not to be. */
	int (*size)(void *ctx, const struct riad_oid *oid, uint64_t *size);

	/* The repository's own shallow commits; for odb they have no parents
	 * already. */
	const struct riad_oid *shallow;
	size_t nshallow;
};

struct riad_upload;

/* All three are borrowed.  NULL with errno ENOMEM. */
struct riad_upload *riad_upload_new(const struct riad_upload_config *config,
    const struct riad_upload_repo *repo, struct riad_out *out);
void riad_upload_free(struct riad_upload *u);

/* What the server says first: references, or for v2 capabilities.  0 or -1.
 * A stateless request is not begun with it. */
int riad_upload_advertise(struct riad_upload *u);

/*
 * Feeds a packet.  1: go on; 0: the conversation is over; -1: it failed, the
 * client was told as far as the protocol allows, and riad_upload_why says it.
 */
int riad_upload_packet(struct riad_upload *u, const struct riad_pkt *pkt);

/* The client has hung up between packets: 0 where it may, -1. */
int riad_upload_eof(struct riad_upload *u);

const char *riad_upload_why(const struct riad_upload *u);

#endif
