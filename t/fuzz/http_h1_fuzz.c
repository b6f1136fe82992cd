/* SPDX-License-Identifier: ISC */
/*
 * However the bytes come, the same is heard of them; and no body is longer
 * than it may be.  The first byte says whether they are a request.
 */

#include "../../lib/http/h1parse.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_BODY = 1000 };

struct heard {
	uint64_t hash;
	size_t body;
	struct h1 h1;
};

static void
mix(struct heard *heard, const void *data, size_t len, uint8_t kind)
{
	const uint8_t *p = data;

	heard->hash = (heard->hash ^ kind) * 0x100000001b3u;
	for (size_t i = 0; i < len; i++)
		heard->hash = (heard->hash ^ p[i]) * 0x100000001b3u;
}

static int
on_start(void *ctx, const char *method, size_t method_len, const char *target,
    size_t target_len)
{
	mix(ctx, method, method_len, 1);
	mix(ctx, target, target_len, 2);
	return 0;
}

static int
on_field(void *ctx, const uint8_t *name, size_t name_len, const uint8_t *value,
    size_t value_len)
{
	mix(ctx, name, name_len, 3);
	mix(ctx, value, value_len, 4);
	return 0;
}

static int
on_head(void *ctx)
{
	struct heard *heard = ctx;

	heard->body = 0;
	mix(heard, &heard->h1.status, sizeof(heard->h1.status), 5);
	return 0;
}

static int
on_body(void *ctx, const uint8_t *data, size_t len)
{
	struct heard *heard = ctx;

	/* Where the pieces end is no matter. */
	for (size_t i = 0; i < len; i++)
		mix(heard, data + i, 1, 6);
	heard->body += len;
	if (heard->body > MAX_BODY)
		abort();
	return 0;
}

static const struct h1_events events = {on_start, on_field, on_head, on_body};

static uint64_t
hear(const uint8_t *data, size_t size, size_t piece, bool request)
{
	struct heard heard = {.hash = 0xcbf29ce484222325u};
	size_t at = 0;
	int got = 0;

	h1_init(&heard.h1, request, MAX_BODY, &events, &heard);
	while (at < size && got != -1) {
		size_t n = size - at < piece ? size - at : piece, used = 0;
		got = h1_read(&heard.h1, data + at, n, &used);
		if (used > n || (got == 0 && used != n) ||
		    (got == 1 && used == 0))
			abort();
		if (got == 1)
			mix(&heard, &heard.h1.close, 1, 7);
		at += used;
	}
	if (got == -1 && heard.h1.why == NULL)
		abort();
	if (got == 0)
		got = h1_end(&heard.h1);
	mix(&heard, &got, sizeof(got), 8);
	h1_free(&heard.h1);
	return heard.hash;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	bool request = (data[0] & 1) != 0;
	uint64_t whole = hear(data + 1, size - 1, size, request);
	if (hear(data + 1, size - 1, 1, request) != whole ||
	    hear(data + 1, size - 1, 1 + data[0] / 2u, request) != whole)
		abort();
	return 0;
}
