/* SPDX-License-Identifier: ISC */

#include "riad/dnsname.h"

#include <errno.h>
#include <string.h>

/* How a byte of a label is written. */
enum { PLAIN, QUOTED, NUMBER };

static inline int
spelling(uint8_t c)
{
	/* What master files give a meaning to: "$().;@\ */
	static const uint8_t special[128] = {['"'] = 1,
	    ['$'] = 1,
	    ['('] = 1,
	    [')'] = 1,
	    ['.'] = 1,
	    [';'] = 1,
	    ['@'] = 1,
	    ['\\'] = 1};

	if (c <= ' ' || c >= 0x7f)
		return NUMBER;
	return special[c];
}

/* Length bytes, being below 'A', stay what they are. */
static inline uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static int
too_long(void)
{
	errno = EMSGSIZE;
	return -1;
}

static int
malformed(void)
{
	errno = EBADMSG;
	return -1;
}

/* The byte that text, just after a backslash, stands for: how many characters
 * that took, or 0. */
static size_t
escaped(uint8_t *c, const char *text, size_t len)
{
	if (len == 0)
		return 0;
	if (text[0] < '0' || text[0] > '9') {
		*c = (uint8_t)text[0];
		return 1;
	}

	unsigned v = 0;
	if (len < 3)
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		v = v * 10 + (unsigned)(text[i] - '0');
	}
	*c = (uint8_t)v;
	return v <= UINT8_MAX ? 3 : 0;
}

int
riad_dns_name_parse(uint8_t name[RIAD_DNS_NAME], const char *text, size_t len,
    const uint8_t *origin)
{
	static const uint8_t root[1] = {0};
	size_t n = 1, label = 0; /* name[label] is the length that is open */

	if (origin == NULL)
		origin = root;
	if (len == 0)
		return malformed();
	if (len == 1 && text[0] == '@') {
		n = riad_dns_name_len(origin);
		memcpy(name, origin, n);
		return (int)n;
	}
	if (len == 1 && text[0] == '.') {
		name[0] = 0;
		return 1;
	}
	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)text[i];

		if (c == '.') {
			if (n == label + 1)
				return malformed();
			name[label] = (uint8_t)(n - label - 1);
			label = n++;
			if (i + 1 < len && n >= RIAD_DNS_NAME)
				return too_long();
			continue;
		}
		if (c == '\\') {
			size_t used = escaped(&c, text + i + 1, len - i - 1);
			if (used == 0)
				return malformed();
			i += used;
		}
		if (n - label > 63 || n >= RIAD_DNS_NAME - 1)
			return too_long();
		name[n++] = c;
	}
	if (n == label + 1) { /* a final dot */
		name[label] = 0;
		return (int)n;
	}
	name[label] = (uint8_t)(n - label - 1);

	size_t more = riad_dns_name_len(origin);
	if (more > RIAD_DNS_NAME - n)
		return too_long();
	memcpy(name + n, origin, more);
	return (int)(n + more);
}

size_t
riad_dns_name_len(const uint8_t *name)
{
	size_t n = 0;

	while (name[n] != 0)
		n += name[n] + 1u;
	return n + 1;
}

size_t
riad_dns_name_text(char text[RIAD_DNS_NAME_TEXT], const uint8_t *name)
{
	char *p = text;

	if (*name == 0)
		*p++ = '.';
	while (*name != 0) {
		const uint8_t *end = name + 1 + *name;

		for (name++; name < end; name++) {
			uint8_t c = *name;
			int how = spelling(c);

			if (how == NUMBER) {
				*p++ = '\\';
				*p++ = (char)('0' + c / 100);
				*p++ = (char)('0' + c / 10 % 10);
				*p++ = (char)('0' + c % 10);
				continue;
			}
			if (how == QUOTED)
				*p++ = '\\';
			*p++ = (char)c;
		}
		*p++ = '.';
	}
	*p = '\0';
	return (size_t)(p - text);
}

bool
riad_dns_name_same(const uint8_t *a, const uint8_t *b)
{
	for (;;) {
		uint8_t len = *a;

		if (len != *b)
			return false;
		if (len == 0)
			return true;
		a++;
		b++;
		for (uint8_t i = 0; i < len; i++) {
			if (a[i] != b[i] && lower(a[i]) != lower(b[i]))
				return false;
		}
		a += len;
		b += len;
	}
}

bool
riad_dns_name_below(const uint8_t *name, const uint8_t *zone)
{
	unsigned n = riad_dns_name_labels(name);
	unsigned z = riad_dns_name_labels(zone);

	if (n < z)
		return false;
	for (; n > z; n--)
		name = riad_dns_name_parent(name);
	return riad_dns_name_same(name, zone);
}

/* Where the labels begin, the first one first: how many. */
static unsigned
labels_of(const uint8_t *at[128], const uint8_t *name)
{
	unsigned n = 0;

	for (; *name != 0; name += *name + 1)
		at[n++] = name;
	return n;
}

int
riad_dns_name_order(const uint8_t *a, const uint8_t *b)
{
	const uint8_t *as[128], *bs[128];
	unsigned i = labels_of(as, a), j = labels_of(bs, b);

	while (i > 0 && j > 0) {
		const uint8_t *x = as[--i], *y = bs[--j];
		uint8_t least = *x < *y ? *x : *y;

		for (uint8_t k = 1; k <= least; k++) {
			int d = lower(x[k]) - lower(y[k]);
			if (d != 0)
				return d;
		}
		if (*x != *y)
			return *x - *y;
	}
	return (int)i - (int)j;
}

unsigned
riad_dns_name_labels(const uint8_t *name)
{
	unsigned n = 0;

	for (; *name != 0; name += *name + 1)
		n++;
	return n;
}

const uint8_t *
riad_dns_name_parent(const uint8_t *name)
{
	return *name != 0 ? name + *name + 1 : name;
}

size_t
riad_dns_name_lower(uint8_t to[RIAD_DNS_NAME], const uint8_t *name)
{
	size_t len = riad_dns_name_len(name);

	for (size_t i = 0; i < len; i++)
		to[i] = lower(name[i]);
	return len;
}

int
riad_dns_name_reverse(
    uint8_t name[RIAD_DNS_NAME], const uint8_t *address, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	static const uint8_t ends[2][14] = {"\7in-addr\4arpa", "\3ip6\4arpa"};
	uint8_t *p = name;

	if (len != 4 && len != 16) {
		errno = EINVAL;
		return -1;
	}
	for (size_t i = len; i-- > 0;) {
		uint8_t v = address[i];

		if (len == 16) {
			*p++ = 1;
			*p++ = (uint8_t)hex[v & 15];
			*p++ = 1;
			*p++ = (uint8_t)hex[v >> 4];
			continue;
		}
		*p++ = v > 99 ? 3 : v > 9 ? 2 : 1;
		if (v > 99)
			*p++ = (uint8_t)('0' + v / 100);
		if (v > 9)
			*p++ = (uint8_t)('0' + v / 10 % 10);
		*p++ = (uint8_t)('0' + v % 10);
	}

	const uint8_t *end = ends[len == 16];
	size_t more = riad_dns_name_len(end);
	memcpy(p, end, more);
	return (int)((size_t)(p - name) + more);
}
