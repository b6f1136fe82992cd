/* SPDX-License-Identifier: ISC */
/*
 * Cleartext to a server: HTTP/2 begins with "PRI * HTTP/2.0" (RFC 9113 section
 * 3.4), which no request of HTTP/1.1 does.
 */

#include <stdlib.h>
#include <string.h>

#include "conn.h"

struct sniff {
	uint8_t bytes[3];
	size_t len;
};

static int
sniff_start(struct riad_http *http)
{
	http->state = calloc(1, sizeof(struct sniff));
	return http->state != NULL
		   ? 0
		   : conn_fail(http, RIAD_HTTP_PROTOCOL, "out of memory");
}

static int
sniff_input(struct riad_http *http, const uint8_t *data, size_t len)
{
	struct sniff *s = http->state;
	struct sniff got;
	size_t n = sizeof(s->bytes) - s->len;

	if (n > len)
		n = len;
	if (n != 0)
		memcpy(s->bytes + s->len, data, n);
	s->len += n;
	if (s->len < sizeof(s->bytes))
		return 0;
	got = *s;
	free(s);
	http->state = NULL;
	http->protocol =
	    memcmp(got.bytes, "PRI", 3) == 0 ? &h2_server : &h1_server;
	if (http->protocol->start(http) == -1 ||
	    http->protocol->input(http, got.bytes, sizeof(got.bytes)) == -1)
		return -1;
	return len > n ? http->protocol->input(http, data + n, len - n) : 0;
}

static void
sniff_free(struct riad_http *http)
{
	free(http->state);
}

const struct protocol sniffer = {
    .start = sniff_start,
    .input = sniff_input,
    .free = sniff_free,
};
