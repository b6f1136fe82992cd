/* SPDX-License-Identifier: ISC */
/* dnsmake.h - messages made by hand, good and bad ones, without the library */
#ifndef RIAD_DNSMAKE_H
#define RIAD_DNSMAKE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct msg {
	uint8_t data[65535];
	size_t len;
};

static inline void
put16(struct msg *m, unsigned v)
{
	if (m->len + 2 > sizeof(m->data))
		abort();
	m->data[m->len++] = (uint8_t)(v >> 8);
	m->data[m->len++] = (uint8_t)v;
}

static inline void
put_bytes(struct msg *m, const void *data, size_t len)
{
	if (m->len + len > sizeof(m->data))
		abort();
	if (len > 0)
		memcpy(m->data + m->len, data, len);
	m->len += len;
}

/* "www.riad.test" without a final dot; "" is the root; a lone "@" a pointer to
 * the question. */
static inline size_t
to_name(uint8_t name[256], const char *text)
{
	size_t n = 0;

	if (strcmp(text, "@") == 0) {
		memcpy(name, "\xc0\x0c", 2);
		return 2;
	}
	while (*text != '\0') {
		size_t label = strcspn(text, ".");

		name[n++] = (uint8_t)label;
		memcpy(name + n, text, label);
		n += label;
		text += label;
		text += *text == '.';
	}
	name[n++] = 0;
	return n;
}

static inline void
put_name(struct msg *m, const char *text)
{
	uint8_t name[256];

	put_bytes(m, name, to_name(name, text));
}

static inline void
begin(struct msg *m, unsigned id, unsigned flags)
{
	m->len = 0;
	put16(m, id);
	put16(m, flags);
	for (int i = 0; i < 4; i++)
		put16(m, 0);
}

static inline void
count(struct msg *m, unsigned section)
{
	uint8_t *p = m->data + 4 + 2 * (size_t)section;

	if (++p[1] == 0)
		p[0]++;
}

static inline void
question(struct msg *m, const char *name, unsigned type)
{
	put_name(m, name);
	put16(m, type);
	put16(m, 1);
	count(m, 0);
}

/* section: 1 answer, 2 authority, 3 additional. */
static inline void
record(struct msg *m, unsigned section, const char *name, unsigned type,
    uint32_t ttl, const void *data, size_t len)
{
	put_name(m, name);
	put16(m, type);
	put16(m, 1);
	put16(m, ttl >> 16);
	put16(m, ttl & 0xffff);
	put16(m, (unsigned)len);
	put_bytes(m, data, len);
	count(m, section);
}

static inline void
record_name(struct msg *m, unsigned section, const char *name, unsigned type,
    uint32_t ttl, const char *target)
{
	uint8_t data[256];
	size_t n = to_name(data, target);

	record(m, section, name, type, ttl, data, n);
}

static inline void
soa(struct msg *m, const char *zone, uint32_t ttl, uint32_t minimum)
{
	uint8_t data[22] = {0};

	data[18] = (uint8_t)(minimum >> 24);
	data[19] = (uint8_t)(minimum >> 16);
	data[20] = (uint8_t)(minimum >> 8);
	data[21] = (uint8_t)minimum;
	record(m, 2, zone, 6, ttl, data, sizeof(data));
}

/* flags: DO is 0x8000. */
static inline void
opt(struct msg *m, unsigned size, unsigned version, unsigned flags,
    const void *options, size_t len)
{
	put_name(m, "");
	put16(m, 41);
	put16(m, size);
	put16(m, version);
	put16(m, flags);
	put16(m, (unsigned)len);
	put_bytes(m, options, len);
	count(m, 3);
}

static inline uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

#endif
