/* SPDX-License-Identifier: ISC */

#include "riad/patch.h"

#include <errno.h>
#include <string.h>

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

/* Seven bits a byte, the least first. */
static int
read_size(struct riad_patch *p, uint64_t *size)
{
	*size = 0;
	for (unsigned shift = 0; shift < 63; shift += 7) {
		if (p->pos == p->end)
			return bad();
		uint8_t c = *p->pos++;
		*size |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80))
			return 0;
	}
	return bad();
}

int
riad_patch_open(struct riad_patch *p, const uint8_t *delta, size_t len)
{
	*p = (struct riad_patch){.pos = delta, .end = delta + len};
	return read_size(p, &p->base_len) == -1 ? -1 : read_size(p, &p->len);
}

static int
read_copy(struct riad_patch *p, struct riad_patch_op *op, uint8_t c)
{
	uint32_t from = 0, len = 0;

	if (p->end - p->pos < __builtin_popcount(c & 0x7f))
		return bad();
	for (unsigned i = 0; i < 4; i++) {
		if (c >> i & 1)
			from |= (uint32_t)*p->pos++ << 8 * i;
	}
	for (unsigned i = 0; i < 3; i++) {
		if (c >> (4 + i) & 1)
			len |= (uint32_t)*p->pos++ << 8 * i;
	}
	if (len == 0)
		len = 0x10000;
	if (from > p->base_len || len > p->base_len - from)
		return bad();
	*op = (struct riad_patch_op){.from = from, .len = len};
	return 1;
}

int
riad_patch_next(struct riad_patch *p, struct riad_patch_op *op)
{
	if (p->pos == p->end)
		return 0;
	uint8_t c = *p->pos++;
	if (c & 0x80)
		return read_copy(p, op, c);
	if (c == 0 || p->end - p->pos < c)
		return bad();
	*op = (struct riad_patch_op){.insert = p->pos, .len = c};
	p->pos += c;
	return 1;
}

int
riad_patch_apply(
    struct riad_patch *p, uint8_t *to, const uint8_t *base, size_t base_len)
{
	struct riad_patch_op op;
	size_t left = (size_t)p->len;
	int r;

	if (base_len != p->base_len)
		return bad();
	while ((r = riad_patch_next(p, &op)) == 1) {
		if (op.len > left)
			return bad();
		memcpy(to, op.insert ? op.insert : base + op.from, op.len);
		to += op.len;
		left -= op.len;
	}
	return r == -1 || left > 0 ? bad() : 0;
}
