/* SPDX-License-Identifier: ISC */

#include "riad/packout.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static int
flush(struct riad_packout *out)
{
	size_t len = out->len;

	out->len = 0;
	return len > 0 ? out->data(out->ctx, out->buf, len) : 0;
}

static int
put(struct riad_packout *out, const void *data, size_t len)
{
	const uint8_t *p = data;

	out->off += len;
	if (len >= sizeof(out->buf)) {
		if (flush(out) == -1)
			return -1;
		return out->data(out->ctx, data, len);
	}
	while (len > 0) {
		size_t n = sizeof(out->buf) - out->len;
		if (n > len)
			n = len;
		memcpy(out->buf + out->len, p, n);
		out->len += n;
		p += n;
		len -= n;
		if (out->len == sizeof(out->buf) && flush(out) == -1)
			return -1;
	}
	return 0;
}

int
riad_packout_begin(struct riad_packout *out, size_t hash_len, uint32_t count,
    int (*data)(void *ctx, const void *data, size_t len), void *ctx)
{
	const uint8_t hdr[12] = {'P', 'A', 'C', 'K', 0, 0, 0, 2,
	    (uint8_t)(count >> 24), (uint8_t)(count >> 16),
	    (uint8_t)(count >> 8), (uint8_t)count};

	out->data = data;
	out->ctx = ctx;
	out->hash_len = hash_len;
	out->off = 0;
	out->left = count;
	out->len = 0;
	out->hash = riad_hash_new(hash_len);
	if (out->hash == NULL)
		return -1;
	return riad_packout_add(out, hdr, sizeof(hdr));
}

void
riad_packout_free(struct riad_packout *out)
{
	riad_hash_free(out->hash);
	out->hash = NULL;
}

int
riad_packout_add(struct riad_packout *out, const void *data, size_t len)
{
	riad_hash_add(out->hash, data, len);
	return put(out, data, len);
}

int
riad_packout_count(struct riad_packout *out)
{
	if (out->left == 0) {
		errno = EPROTO;
		return -1;
	}
	out->left--;
	return 0;
}

int
riad_packout_entry(struct riad_packout *out, unsigned type, uint64_t size,
    uint64_t distance, const struct riad_oid *base)
{
	uint8_t hdr[RIAD_ENTRY_HDR_MAX];
	size_t n = 0;

	if (riad_packout_count(out) == -1)
		return -1;

	hdr[n] = (uint8_t)(type << 4 | (size & 15));
	for (size >>= 4; size > 0; size >>= 7) {
		hdr[n++] |= 0x80;
		hdr[n] = (uint8_t)(size & 0x7f);
	}
	n++;

	if (type == RIAD_REF_DELTA) {
		memcpy(hdr + n, base->id, out->hash_len);
		n += out->hash_len;
	} else if (type == RIAD_OFS_DELTA) {
		/* Most significant first, and each byte but the last stands
		 * for one more than it says: so no number has two forms. */
		uint8_t rev[10];
		size_t m = 0;

		assert(distance > 0);
		rev[m++] = (uint8_t)(distance & 0x7f);
		while ((distance >>= 7) > 0)
			rev[m++] = (uint8_t)(--distance & 0x7f) | 0x80;
		while (m > 0)
			hdr[n++] = rev[--m];
	}
	return riad_packout_add(out, hdr, n);
}

int
riad_packout_end(struct riad_packout *out)
{
	struct riad_oid sum;

	if (out->left != 0) {
		errno = EPROTO;
		return -1;
	}
	if (riad_hash_end(out->hash, &sum) == -1 ||
	    put(out, sum.id, out->hash_len) == -1)
		return -1;
	return flush(out);
}
