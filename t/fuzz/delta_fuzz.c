/* SPDX-License-Identifier: ISC */
/*
 * The first two bytes say where the rest is split, into a base and a target.
 * A delta gives the target again, isn't much longer than it, and is the same
 * or none under a limit.  Any bytes as a delta give what they promise, or
 * nothing is said to be good.
 */

#include "riad/delta.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
encode(struct riad_buf *out, const struct riad_delta_index *index,
    const uint8_t *target, size_t len)
{
	struct riad_delta d;
	int r;

	riad_delta_begin(&d, index, target, len, out);
	while ((r = riad_delta_step(&d)) == 1)
		;
	return r;
}

static void
round_trip(const uint8_t *base, size_t base_len, const uint8_t *target,
    size_t len, size_t limit)
{
	struct riad_delta_index *index = riad_delta_index_new(base, base_len);
	struct riad_buf delta, cut, out;

	/* Each 127 bytes that are inserted take one more; copies are shorter
	 * than what they copy. */
	riad_buf_init(&delta, len + len / 64 + 32);
	riad_buf_init(&cut, limit);
	riad_buf_init(&out, len);
	if (index == NULL || encode(&delta, index, target, len) != 0 ||
	    riad_delta_apply(&out, base, base_len, delta.data, delta.len) !=
		0 ||
	    out.len != len || (len > 0 && memcmp(out.data, target, len) != 0))
		abort();
	if (encode(&cut, index, target, len) == 0) {
		if (cut.len != delta.len ||
		    memcmp(cut.data, delta.data, cut.len) != 0)
			abort();
	} else if (errno != EMSGSIZE) {
		abort();
	}
	riad_buf_free(&delta);
	riad_buf_free(&cut);
	riad_buf_free(&out);
	riad_delta_index_free(index);
}

static void
any_delta(
    const uint8_t *base, size_t base_len, const uint8_t *delta, size_t len)
{
	struct riad_buf out;

	riad_buf_init(&out, 1 << 16);
	if (riad_delta_apply(&out, base, base_len, delta, len) == 0) {
		/* The base's size comes first, then this. */
		size_t i = 0, size = 0;

		while (delta[i++] & 0x80)
			;
		for (unsigned shift = 0;; shift += 7) {
			size |= (size_t)(delta[i] & 0x7f) << shift;
			if (!(delta[i++] & 0x80))
				break;
		}
		if (out.len != size)
			abort();
	} else if (errno != EBADMSG && errno != EMSGSIZE) {
		abort();
	}
	riad_buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	size_t split = (size_t)data[0] << 8 | data[1];
	data += 2;
	size -= 2;
	if (split > size)
		split = size;
	round_trip(data, split, data + split, size - split, size / 4);
	any_delta(data, split, data + split, size - split);
	return 0;
}
