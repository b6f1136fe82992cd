/* SPDX-License-Identifier: ISC */

#include "conn.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t
base64url_write(char *to, const uint8_t *from, size_t len)
{
	char *p = to;

	for (; len >= 3; from += 3, len -= 3) {
		uint32_t v =
		    (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
		*p++ = digits[v >> 18];
		*p++ = digits[v >> 12 & 63];
		*p++ = digits[v >> 6 & 63];
		*p++ = digits[v & 63];
	}
	if (len != 0) {
		uint32_t v = (uint32_t)from[0] << 16 |
			     (len == 2 ? (uint32_t)from[1] << 8 : 0);
		*p++ = digits[v >> 18];
		*p++ = digits[v >> 12 & 63];
		if (len == 2)
			*p++ = digits[v >> 6 & 63];
	}
	return (size_t)(p - to);
}

static int
value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

ssize_t
base64url_read(uint8_t *to, const char *from, size_t len)
{
	uint8_t *p = to;
	uint32_t v = 0;
	unsigned bits = 0;

	if (len % 4 == 1)
		return -1;
	for (size_t i = 0; i < len; i++) {
		int d = value(from[i]);
		if (d < 0)
			return -1;
		v = v << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*p++ = (uint8_t)(v >> bits);
		}
	}
	/* One text for one message: what is left over is zero. */
	return (v & ((1u << bits) - 1)) != 0 ? -1 : p - to;
}
