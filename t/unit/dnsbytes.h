/* SPDX-License-Identifier: ISC */
/* dnsbytes.h - messages of a few words for tests, and text in memory */
#ifndef RIAD_DNSBYTES_H
#define RIAD_DNSBYTES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/dnsname.h"
#include "riad/out.h"
#include "riad/text.h"

/*
 * Bytes in hex, blanks between them as one likes; text in ' as it is; a name
 * after @, up to a blank, ended by a dot; a number of 16 bits after #; the byte
 * after *N: so many times.
 */
static inline size_t
dns_bytes(uint8_t *to, const char *from)
{
	size_t n = 0;

	while (*from != '\0') {
		char c = *from++;
		size_t len = strcspn(from, " ");

		if (c == ' ')
			continue;
		if (c == '\'') {
			while (*from != '\'')
				to[n++] = (uint8_t)*from++;
			from++;
		} else if (c == '@') {
			uint8_t name[RIAD_DNS_NAME];
			int l = riad_dns_name_parse(name, from, len, NULL);
			if (l == -1)
				abort();
			memcpy(to + n, name, (size_t)l);
			n += (size_t)l;
			from += len;
		} else if (c == '#') {
			unsigned long v = strtoul(from, NULL, 10);
			to[n++] = (uint8_t)(v >> 8);
			to[n++] = (uint8_t)v;
			from += len;
		} else if (c == '*') {
			char *end;
			unsigned long v = strtoul(from, &end, 10);
			int high = riad_hex_digit((uint8_t)end[1]);
			int low = riad_hex_digit((uint8_t)end[2]);
			memset(to + n, high << 4 | low, v);
			n += v;
			from = end + 3;
		} else {
			int high = riad_hex_digit((uint8_t)c);
			int low = riad_hex_digit((uint8_t)*from++);
			if (high == -1 || low == -1)
				abort();
			to[n++] = (uint8_t)(high << 4 | low);
		}
	}
	return n;
}

/* An output that writes nowhere: what is short enough stays in it. */
static struct riad_out text_out;

static inline void
text_begin(void)
{
	riad_out_init(&text_out, -1);
}

static inline const char *
text_end(void)
{
	riad_out_char(&text_out, '\0');
	return (const char *)text_out.buf;
}

/* The same bytes at the very end of what is allocated, for a sanitizer. */
static inline uint8_t *
exact_copy(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, data, len);
	return copy;
}

#endif
