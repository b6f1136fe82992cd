/* SPDX-License-Identifier: ISC */

#include "riad/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int
riad_parse_u64(uint64_t *value, const char *s, uint64_t max)
{
	uint64_t v = 0;

	if (*s == '\0') {
		errno = EINVAL;
		return -1;
	}
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9') {
			errno = EINVAL;
			return -1;
		}
		uint64_t digit = (uint64_t)(*s - '0');
		if (digit > max || v > (max - digit) / 10) {
			errno = ERANGE;
			return -1;
		}
		v = v * 10 + digit;
	}
	*value = v;
	return 0;
}

int
riad_parse_size(uint64_t *value, const char *s, uint64_t max)
{
	static const char units[] = "kmg";
	char digits[21]; /* UINT64_MAX has 20 */
	size_t n = strspn(s, "0123456789");
	unsigned shift = 0;

	if (s[n] != '\0') {
		const char *unit = strchr(units, s[n] | 0x20);
		if (unit == NULL || s[n + 1] != '\0') {
			errno = EINVAL;
			return -1;
		}
		shift = 10 * (unsigned)(unit - units + 1);
	}
	if (n >= sizeof(digits)) {
		errno = ERANGE;
		return -1;
	}
	memcpy(digits, s, n);
	digits[n] = '\0';
	if (riad_parse_u64(value, digits, max >> shift) == -1)
		return -1;
	*value <<= shift;
	return 0;
}

const char *
riad_size_text(char text[RIAD_SIZE_TEXT], uint64_t value)
{
	static const char units[] = "\0kmg";
	int unit = 0;

	while (value != 0 && value % 1024 == 0 && unit < 3) {
		value /= 1024;
		unit++;
	}
	int n = snprintf(text, RIAD_SIZE_TEXT, "%" PRIu64, value);
	if (unit > 0) {
		text[n] = units[unit];
		text[n + 1] = '\0';
	}
	return text;
}

int
riad_hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

size_t
riad_utf8_len(const uint8_t *data, size_t len)
{
	if (len == 0)
		return 0;

	uint8_t c = data[0];
	if (c < 0x80)
		return 1;

	/* The first continuation byte's range is what excludes long forms. */
	uint8_t lo = 0x80, hi = 0xbf;
	size_t n;
	if (c >= 0xc2 && c <= 0xdf) {
		n = 2;
	} else if (c >= 0xe0 && c <= 0xef) {
		n = 3;
		lo = c == 0xe0 ? 0xa0 : lo;
		hi = c == 0xed ? 0x9f : hi;
	} else if (c >= 0xf0 && c <= 0xf4) {
		n = 4;
		lo = c == 0xf0 ? 0x90 : lo;
		hi = c == 0xf4 ? 0x8f : hi;
	} else {
		return 0;
	}
	if (len < n || data[1] < lo || data[1] > hi)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

bool
riad_utf8_valid(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = riad_utf8_len(data + i, len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

size_t
riad_plain_len(const uint8_t *data, size_t len)
{
	uint8_t c = data[0];

	if (c < 0x80)
		return c >= ' ' && c != 0x7f;
	size_t n = riad_utf8_len(data, len);
	if (n == 2 &&
	    ((c == 0xc2 && data[1] < 0xa0) || (c == 0xd8 && data[1] == 0x9c)))
		return 0;
	if (n == 3 && c == 0xe2) {
		/* U+2000 to U+20FF, by the last eight bits. */
		uint8_t low = (uint8_t)(data[1] << 6 | (data[2] & 0x3f));
		if (data[1] <= 0x83 && (low == 0x0e || low == 0x0f ||
					   (low >= 0x28 && low <= 0x2e) ||
					   (low >= 0x66 && low <= 0x69)))
			return 0;
	}
	return n;
}

int
riad_escape(struct riad_buf *buf, const void *data, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++) {
		size_t start = i, n;

		while (i < len && (n = riad_plain_len(p + i, len - i)) > 0)
			i += n;
		if (riad_buf_add(buf, p + start, i - start) == -1)
			return -1;
		if (i == len)
			break;

		uint8_t c = p[i];
		char esc[4] = {'\\', 'x', hex[c >> 4], hex[c & 15]};
		size_t esclen = 2;
		if (c == '\n')
			esc[1] = 'n';
		else if (c == '\t')
			esc[1] = 't';
		else
			esclen = 4;
		if (riad_buf_add(buf, esc, esclen) == -1)
			return -1;
	}
	return 0;
}

void
riad_base64(struct riad_out *out, const void *data, size_t len)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		uint32_t v = (uint32_t)p[i] << 16;
		v |= left > 1 ? (uint32_t)p[i + 1] << 8 : 0;
		v |= left > 2 ? p[i + 2] : 0;

		char quad[4] = {digit[v >> 18], digit[v >> 12 & 63],
		    left > 1 ? digit[v >> 6 & 63] : '=',
		    left > 2 ? digit[v & 63] : '='};
		riad_out_add(out, quad, sizeof(quad));
	}
}
