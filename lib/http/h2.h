/* SPDX-License-Identifier: ISC */
/* h2.h - what both sides of HTTP/2 share */
#ifndef RIAD_HTTP_H2_H
#define RIAD_HTTP_H2_H

#include <nghttp2/nghttp2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "conn.h"

/* What a callback returns: not 0 when its session is not to go on. */
int h2_go_on(const struct riad_http *http);

/* name is constant; so is value if it is kept, and else it is copied. */
nghttp2_nv h2_field(const char *name, const char *value, bool kept);

/* The state of either side begins with its session, a nghttp2_session *. */
int h2_input(struct riad_http *http, const uint8_t *data, size_t len);
ssize_t h2_output(struct riad_http *http, const uint8_t **data);
int h2_on_error(nghttp2_session *session, int code, const char *msg, size_t len,
    void *data);

#endif
