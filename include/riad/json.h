/* SPDX-License-Identifier: ISC */
/* json.h - JSON objects, RFC 8259, one a line */
#ifndef RIAD_JSON_H
#define RIAD_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "riad/out.h"

struct riad_json {
	struct riad_out *out;
	char sep; /* what stands before the next field */
};

void riad_json_begin(struct riad_json *json, struct riad_out *out);
void riad_json_end(struct riad_json *json);

/* A field each.  Keys are plain ASCII and are not escaped. */
void riad_json_str(struct riad_json *json, const char *key, const char *s);
void riad_json_u64(struct riad_json *json, const char *key, uint64_t value);

/* Seconds with nine decimals. */
void riad_json_ns(struct riad_json *json, const char *key, uint64_t ns);

/*
 * Bytes from a peer: "text" where they are valid UTF-8, control characters
 * escaped, C1 and DEL too, and otherwise "base64".
 */
void riad_json_bytes(struct riad_json *json, const void *data, size_t len);

#endif
