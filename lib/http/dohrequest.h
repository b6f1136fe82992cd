/* SPDX-License-Identifier: ISC */
/* dohrequest.h - what makes an HTTP request a DNS query (RFC 8484 section 4.1)
 */
#ifndef RIAD_HTTP_DOHREQUEST_H
#define RIAD_HTTP_DOHREQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"

struct request {
	enum { OTHER_METHOD, GET, POST } method;
	bool found;           /* the path is the one that is served */
	bool type;            /* application/dns-message */
	bool encoded;         /* by a content coding */
	bool dns;             /* the parameter was there */
	bool bad, too_long;   /* what was in it, or the body */
	uint32_t header;      /* bytes of the fields so far */
	struct riad_buf body; /* the message */
};

void request_init(struct request *r, size_t max_body);
/* As it was, but keeps a small buffer. */
void request_clear(struct request *r);

void request_method(struct request *r, const char *method, size_t len);
void request_target(
    struct request *r, const char *path, const char *target, size_t len);
/* -1 when there are too many. */
int request_field(struct request *r, const uint8_t *name, size_t name_len,
    const uint8_t *value, size_t value_len);
/* Bytes of the body; -1 when it is too long, which is noted. */
int request_body(struct request *r, const uint8_t *data, size_t len);

/* 0 for a query, or the status that refuses it. */
unsigned request_judge(const struct request *r);

const char *status_words(unsigned status);

#endif
