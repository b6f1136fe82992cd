/* SPDX-License-Identifier: ISC */
/* vlq.h - numbers of seven bits a byte, as MIDI files have them */
#ifndef RIAD_VLQ_H
#define RIAD_VLQ_H

#include <stddef.h>
#include <stdint.h>

/* The standard allows four bytes; read and kept are up to eight of a number
 * that fits 32 bits, since some write zeros before it. */
#define RIAD_VLQ_MAX ((size_t)8)

/* How many of len bytes at p the number takes; 0 if it is none. */
static inline size_t
riad_vlq_get(uint32_t *value, const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len && i < RIAD_VLQ_MAX; i++) {
		v = v << 7 | (p[i] & 0x7Fu);
		if (p[i] < 0x80) {
			if (v > UINT32_MAX)
				return 0;
			*value = (uint32_t)v;
			return i + 1;
		}
	}
	return 0;
}

/* Writes it in at least min bytes, of which RIAD_VLQ_MAX are there; returns how
 * many these are. */
static inline size_t
riad_vlq_put(uint8_t to[RIAD_VLQ_MAX], uint32_t value, size_t min)
{
	size_t n = 1;

	while (n < 5 && value >> (7 * n) != 0)
		n++;
	if (n < min)
		n = min < RIAD_VLQ_MAX ? min : RIAD_VLQ_MAX;
	for (size_t i = n; i-- > 0; value >>= 7)
		to[i] = (uint8_t)((value & 0x7F) | (i + 1 < n ? 0x80 : 0));
	return n;
}

#endif
