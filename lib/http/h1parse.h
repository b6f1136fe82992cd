/* SPDX-License-Identifier: ISC */
/*
 * h1parse.h - messages of HTTP/1.1 (RFC 9112), as they come
 *
 * Every length is bounded; what is ambiguous is refused, since two readers of
 * one message must not disagree on where it ends.
 */
#ifndef RIAD_HTTP_H1PARSE_H
#define RIAD_HTTP_H1PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"

/* Of a line, of a whole header or trailer, and how many fields these have. */
enum { H1_LINE_MAX = 12288, H1_HEADER_MAX = 16384, H1_FIELDS = 100 };

/* Views, until the call returns.  Each returns 0, or -1 to stop. */
struct h1_events {
	/* Of a request; for a response this is NULL, and status is set. */
	int (*start)(void *ctx, const char *method, size_t method_len,
	    const char *target, size_t target_len);
	int (*field)(void *ctx, const uint8_t *name, size_t name_len,
	    const uint8_t *value, size_t value_len);
	/* The header is whole.  Of a 1xx response nothing else follows: what
	 * its fields said is of no concern. */
	int (*head)(void *ctx);
	int (*body)(void *ctx, const uint8_t *data, size_t len);
};

struct h1 {
	const struct h1_events *events;
	void *ctx;
	uint64_t max_body;
	bool request;
	const char *why; /* it is malformed */

	/* Of the message at hand, from head() on. */
	unsigned status;
	unsigned minor; /* of the version HTTP/1.x */
	bool has_length, chunked;
	bool close;    /* no other message follows on this connection */
	bool expects;  /* "100-continue" */
	bool begun;    /* anything of it came */
	bool too_long; /* the body is more than max_body */

	enum {
		H1_START,
		H1_FIELD,
		H1_FIELD_END, /* it may go on in the next line */
		H1_BODY,
		H1_BODY_TO_END, /* of the connection */
		H1_CHUNK_SIZE,
		H1_CHUNK,
		H1_CHUNK_END,
		H1_TRAILER,
		H1_DONE,
		H1_BAD
	} state;
	struct riad_buf line;
	bool cr; /* the line's last byte, if it isn't the line's end */
	bool keep_alive;
	size_t header; /* bytes of it so far */
	unsigned fields;
	uint64_t left; /* of the body or of the chunk */
	uint64_t body;
};

/* Callers hold it in what is zeroed; line is freed with h1_free. */
void h1_init(struct h1 *h1, bool request, uint64_t max_body,
    const struct h1_events *events, void *ctx);
void h1_free(struct h1 *h1);

/*
 * Reads on; *used says how much.  1: a message is whole, and the next call
 * begins another; 0: all was used; -1: malformed (why) or stopped.
 */
int h1_read(struct h1 *h1, const uint8_t *data, size_t len, size_t *used);

/* The connection was closed in an orderly way.  1: so the message is whole;
 * 0: nothing of one had come; -1: it was cut. */
int h1_end(struct h1 *h1);

#endif
