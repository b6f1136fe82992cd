/* SPDX-License-Identifier: ISC */
/*
 * request.h - the lines of a client that fetches: gitprotocol-pack(5) for
 * versions 0 and 1, gitprotocol-v2(5)
 */
#ifndef RIAD_REQUEST_H
#define RIAD_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "riad/oid.h"

/* Features of a fetch; v0 capabilities and v2 arguments are named alike. */
enum riad_feature {
	RIAD_MULTI_ACK = 1 << 0,
	RIAD_MULTI_ACK_DETAILED = 1 << 1,
	RIAD_NO_DONE = 1 << 2,
	RIAD_THIN_PACK = 1 << 3,
	RIAD_SIDE_BAND = 1 << 4,
	RIAD_SIDE_BAND_64K = 1 << 5,
	RIAD_OFS_DELTA = 1 << 6,
	RIAD_NO_PROGRESS = 1 << 7,
	RIAD_INCLUDE_TAG = 1 << 8,
	RIAD_WAIT_FOR_DONE = 1 << 9,
	RIAD_DEEPEN_RELATIVE = 1 << 10,
	RIAD_FILTER = 1 << 11, /* v0: the client may send a filter */
	RIAD_SIDEBAND_ALL = 1 << 12,
};

enum riad_request_kind {
	RIAD_REQUEST_WANT,
	RIAD_REQUEST_HAVE,
	RIAD_REQUEST_DONE,
	RIAD_REQUEST_FEATURE, /* v2: a feature on a line of its own */
	RIAD_REQUEST_COMMAND, /* v2: "command=" */
	RIAD_REQUEST_SHALLOW,
	RIAD_REQUEST_DEEPEN,
	RIAD_REQUEST_DEEPEN_SINCE,
	RIAD_REQUEST_DEEPEN_NOT,
	RIAD_REQUEST_FILTER,
	RIAD_REQUEST_WANT_REF,
	RIAD_REQUEST_PACKFILE_URIS,
	RIAD_REQUEST_OID, /* v2: of object-info */
	RIAD_REQUEST_OTHER,

	/* A want or have, a shallow or an oid line without an id; a deepen or
	 * deepen-since without a number. */
	RIAD_REQUEST_BAD_OID,
	RIAD_REQUEST_BAD_SHALLOW,
	RIAD_REQUEST_BAD_INFO_OID,
	RIAD_REQUEST_BAD_NUMBER,
};

struct riad_request_line {
	enum riad_request_kind kind;
	struct riad_oid oid; /* of a want, have, shallow or oid */
	uint64_t number;     /* of a deepen, 1 to 2^31 - 1; of a deepen-since */
	unsigned features;   /* of a want in v0, or of a line in v2 */
	const char *text;    /* the line less its newline; borrowed */
	size_t len;
	const char *arg; /* what follows the keyword, within text */
	size_t arg_len;
};

/*
 * Takes a line apart.  Any bytes are a line; what is none of the protocol's
 * is of kind RIAD_REQUEST_OTHER.
 */
void riad_request_parse(struct riad_request_line *line, const void *data,
    size_t len, size_t hash_len);

/* The value of "key=value" among the words of text, or NULL. */
const char *riad_request_value(
    const char *text, size_t len, const char *key, size_t *value_len);

/* The name of a feature, one bit; as it is announced. */
const char *riad_feature_name(unsigned feature);

#endif
