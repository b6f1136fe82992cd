/* SPDX-License-Identifier: ISC */
/*
 * packer.h - from (wants, haves) to a pack: the seam between the protocol,
 * which knows what a client asked for, and the engine, which makes its pack
 *
 * The protocol machine fills in a request and calls an engine of this type;
 * the engine gives the bytes of one whole pack, gitformat-pack(5), header to
 * trailer, to the sink.  It returns 0, or -1 with errno; then what the sink
 * was given is no whole pack (its trailer is missing), and sink.why says what
 * was wrong.
 */
#ifndef RIAD_PACKER_H
#define RIAD_PACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/oid.h"

/* An annotated tag that a ref names, and the object that it comes down to. */
struct riad_pack_tag {
	struct riad_oid tag;
	struct riad_oid peeled;
};

struct riad_filter;
struct riad_metrics;

struct riad_pack_request {
	const struct riad_oid *wants; /* all exist; of any type */
	size_t nwants;
	const struct riad_oid *haves; /* all exist; the client has them whole */
	size_t nhaves;

	/* Commits that count as having no parents, for wants and haves alike:
	 * where a shallow client's history ends once it has the pack. */
	const struct riad_oid *cuts;
	size_t ncuts;

	/* What is left out unless it is wanted by its id; NULL for nothing. */
	const struct riad_filter *filter;

	/* Blobs that the client gets in other ways.  Those of them that would
	 * be sent are left out, and told to sink->elsewhere. */
	const struct riad_oid *elsewhere;
	size_t nelsewhere;

	bool thin;      /* deltas may lean on objects that the client has */
	bool ofs_delta; /* bases in the pack may be given by offset */

	/* Sent too where their object is (include-tag); ntags 0 for none. */
	const struct riad_pack_tag *tags;
	size_t ntags;
};

/* Each function returns 0, or -1 with errno, which ends the engine's work. */
struct riad_pack_sink {
	void *ctx;
	int (*data)(void *ctx, const void *data, size_t len);

	/* The same for data that will never change, a mapped pack's: it may
	 * be read when this has returned, and the map is gone.  NULL if that
	 * makes no difference. */
	int (*lasting)(void *ctx, const void *data, size_t len);

	/* Text as git's pack-objects says it, "\r" and "\n" included: a line
	 * for a person.  NULL if nobody wants to know. */
	int (*progress)(void *ctx, const char *text, size_t len);

	/* Called at least every 100 ms or so while there is nothing to send. */
	int (*tick)(void *ctx);

	/* Before the first call of data: blob i of request->elsewhere is left
	 * out.  NULL if there are none. */
	int (*elsewhere)(void *ctx, size_t i);

	char why[256]; /* what went wrong, set by the engine */
	bool tell;     /* and it is something that the client may know */

	/* What the engine keeps count in: the objects, what was reused, the
	 * phases after the negotiation.  NULL if nobody wants to know. */
	struct riad_metrics *metrics;
};

typedef int riad_pack_engine(void *ctx, const struct riad_pack_request *request,
    struct riad_pack_sink *sink);

#endif
