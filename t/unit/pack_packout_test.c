/* SPDX-License-Identifier: ISC */
/* A pack is the same in whatever pieces it is written; long ones are passed on
 * from where they are. */

#include "riad/packout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/buf.h"
#include "tap.h"

enum { LEN = 300000 };

static struct riad_packout out;
static const uint8_t *data;
static struct riad_buf got = {.max = SIZE_MAX / 2};
static size_t direct; /* bytes that were passed on as they were */

static int
on_data(void *ctx, const void *p, size_t len)
{
	const uint8_t *q = p;

	(void)ctx;
	if (q >= data && q < data + LEN)
		direct += len;
	return riad_buf_add(&got, p, len);
}

static int
write_by(size_t step)
{
	got.len = 0;
	direct = 0;
	if (riad_packout_begin(&out, RIAD_SHA1_LEN, 1, on_data, NULL) == -1 ||
	    riad_packout_entry(&out, RIAD_BLOB, LEN, 0, NULL) == -1)
		return -1;
	for (size_t at = 0; at < LEN; at += step) {
		if (riad_packout_add(&out, data + at,
			LEN - at < step ? LEN - at : step) == -1)
			return -1;
	}
	int r = riad_packout_end(&out);
	riad_packout_free(&out);
	return r;
}

int
main(void)
{
	uint8_t *bytes = malloc(LEN);
	struct riad_buf first = {.max = SIZE_MAX / 2};

	for (size_t i = 0; i < LEN; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 24);
	data = bytes;
	ok(write_by(1) == 0 && direct == 0, "by bytes");
	ok(got.len == 12 + 4 + LEN + 20 && out.off == got.len,
	    "header, entry, trailer");
	riad_buf_add(&first, got.data, got.len);
	static const size_t steps[] = {7, 1000, 65514, 65515, 65516, LEN};
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		ok(write_by(steps[i]) == 0 && got.len == first.len &&
			memcmp(got.data, first.data, got.len) == 0,
		    "by %zu", steps[i]);
	}
	ok(direct == LEN, "in one piece, without a copy");

	riad_packout_begin(&out, RIAD_SHA1_LEN, 1, on_data, NULL);
	errno = 0;
	ok(riad_packout_end(&out) == -1 && errno == EPROTO, "one is missing");
	riad_packout_entry(&out, RIAD_BLOB, 0, 0, NULL);
	ok(riad_packout_entry(&out, RIAD_BLOB, 0, 0, NULL) == -1, "one more");
	riad_packout_free(&out);
	riad_buf_free(&first);
	riad_buf_free(&got);
	free(bytes);
	return tap_done();
}
