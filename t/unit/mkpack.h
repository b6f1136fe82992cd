/* SPDX-License-Identifier: ISC */
/* mkpack.h - packs of any entries, and their indexes */
#ifndef RIAD_MKPACK_H
#define RIAD_MKPACK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MKPACK_MAX = 64 };

struct mkpack {
	uint8_t data[1 << 18];
	size_t len;
	uint32_t n;
	struct {
		uint8_t id[20];
		size_t off;
	} entry[MKPACK_MAX];
};

static void
mkpack_begin(struct mkpack *p)
{
	*p = (struct mkpack){.len = 12};
	memcpy(p->data, "PACK\0\0\0\2", 8);
}

/* Adds an entry of the id that is 20 times the byte id, of the size that it
 * says; base is that of a delta: an id, or the offset of an entry. */
static void
mkpack_add(struct mkpack *p, uint8_t id, unsigned type, uint64_t size,
    uint64_t base, const void *data, size_t len)
{
	uint8_t *to = p->data + p->len;

	memset(p->entry[p->n].id, id, 20);
	p->entry[p->n].off = p->len;
	uint8_t c = (uint8_t)(type << 4 | (size & 15));
	for (size >>= 4; size > 0; size >>= 7) {
		*to++ = c | 0x80;
		c = size & 0x7f;
	}
	*to++ = c;
	if (type == 7) {
		memset(to, (int)base, 20);
		to += 20;
	} else if (type == 6) {
		uint64_t distance = p->len - base;
		uint8_t bytes[10];
		int n = 0;

		bytes[n++] = distance & 0x7f;
		while ((distance >>= 7) > 0)
			bytes[n++] = (uint8_t)(0x80 | (--distance & 0x7f));
		while (n > 0)
			*to++ = bytes[--n];
	}
	uLongf room = (uLongf)(p->data + sizeof(p->data) - to);
	if (compress2(to, &room, data, len, 9) != Z_OK)
		exit(1);
	p->len = (size_t)(to - p->data) + room;
	p->n++;
}

static uint8_t *
mkpack_be32(uint8_t *to, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(n >> (24 - 8 * i));
	return to + 4;
}

/* Writes path.pack and path.idx; the entries come in the order of their ids
 * there, whose trailers are no hashes. */
static void
mkpack_end(struct mkpack *p, const char *path)
{
	uint8_t idx[8 + 1024 + MKPACK_MAX * 28 + 40], *to = idx + 8;
	uint32_t order[MKPACK_MAX];
	char name[256];

	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t k = i;
		for (;
		     k > 0 && p->entry[order[k - 1]].id[0] > p->entry[i].id[0];
		     k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	memset(idx, 0, sizeof(idx));
	memcpy(idx, "\377tOc\0\0\0\2", 8);
	for (unsigned b = 0; b < 256; b++) {
		uint32_t n = 0;
		for (uint32_t i = 0; i < p->n; i++)
			n += p->entry[i].id[0] <= b;
		to = mkpack_be32(to, n);
	}
	for (uint32_t i = 0; i < p->n; i++, to += 20)
		memcpy(to, p->entry[order[i]].id, 20);
	for (uint32_t i = 0; i < p->n; i++) {
		size_t off = p->entry[order[i]].off;
		size_t end =
		    order[i] + 1 < p->n ? p->entry[order[i] + 1].off : p->len;
		to = mkpack_be32(
		    to, (uint32_t)crc32(0, p->data + off, (uInt)(end - off)));
	}
	for (uint32_t i = 0; i < p->n; i++)
		to = mkpack_be32(to, (uint32_t)p->entry[order[i]].off);
	memset(to, 's', 20);
	to += 40;

	mkpack_be32(p->data + 8, p->n);
	memset(p->data + p->len, 's', 20);
	snprintf(name, sizeof(name), "%s.pack", path);
	FILE *f = fopen(name, "we");
	if (f == NULL || fwrite(p->data, p->len + 20, 1, f) != 1 ||
	    fclose(f) != 0)
		exit(1);
	snprintf(name, sizeof(name), "%s.idx", path);
	f = fopen(name, "we");
	if (f == NULL || fwrite(idx, (size_t)(to - idx), 1, f) != 1 ||
	    fclose(f) != 0)
		exit(1);
}

#endif
