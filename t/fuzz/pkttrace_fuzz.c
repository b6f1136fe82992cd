/* SPDX-License-Identifier: ISC */
/*
 * A stream has the same trace in whatever pieces it comes, in printable
 * characters alone.
 */

#include "riad/pkttrace.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 4096 };

struct text {
	size_t len;
	char text[64 * LIMIT];
};

static struct riad_pkttrace trace;
static struct text whole, pieces;

static void
keep(void *ctx, const char *line, size_t len)
{
	struct text *t = ctx;

	if (line[len] != '\0' || len > sizeof(t->text) - t->len)
		abort();
	for (size_t i = 0; i < len; i++) {
		if (line[i] < ' ' || line[i] > '~')
			abort();
	}
	memcpy(t->text + t->len, line, len);
	t->len += len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > LIMIT)
		return 0;
	int version = data[0] % 3;
	size_t step = data[0] / 3 + 1u;
	data++;
	size--;

	whole.len = pieces.len = 0;
	riad_pkttrace_init(&trace, "fuzz", version, keep, &whole);
	riad_pkttrace_out(&trace, data, size);
	riad_pkttrace_init(&trace, "fuzz", version, keep, &pieces);
	for (size_t i = 0; i < size; i += step)
		riad_pkttrace_out(
		    &trace, data + i, step < size - i ? step : size - i);
	if (whole.len != pieces.len ||
	    memcmp(whole.text, pieces.text, whole.len) != 0)
		abort();
	return 0;
}
