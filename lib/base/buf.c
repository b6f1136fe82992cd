/* SPDX-License-Identifier: ISC */

#include "riad/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
riad_buf_init(struct riad_buf *buf, size_t max)
{
	*buf = (struct riad_buf){.max = max};
}

void
riad_buf_free(struct riad_buf *buf)
{
	free(buf->data);
	riad_buf_init(buf, buf->max);
}

int
riad_buf_reserve(struct riad_buf *buf, size_t more)
{
	if (more > buf->max - buf->len) {
		errno = EMSGSIZE;
		return -1;
	}
	/* There is always a byte more, for the NUL of riad_buf_str. */
	if (more < buf->cap - buf->len)
		return 0;
	if (more > SIZE_MAX - buf->len - 1) {
		errno = ENOMEM;
		return -1;
	}

	/* By half as much again, so that adding bytewise stays linear. */
	size_t want = buf->len + more + 1;
	size_t cap = buf->cap + buf->cap / 2;
	if (cap > buf->max)
		cap = buf->max;
	if (cap < 64)
		cap = 64;
	if (cap < want)
		cap = want;

	uint8_t *data = realloc(buf->data, cap);
	if (data == NULL)
		return -1;
	buf->data = data;
	buf->cap = cap;
	return 0;
}

int
riad_buf_add(struct riad_buf *buf, const void *data, size_t len)
{
	if (riad_buf_reserve(buf, len) == -1)
		return -1;
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	return 0;
}

int
riad_buf_addstr(struct riad_buf *buf, const char *s)
{
	return riad_buf_add(buf, s, strlen(s));
}

int
riad_buf_addc(struct riad_buf *buf, char c)
{
	return riad_buf_add(buf, &c, 1);
}

int
riad_buf_vaddf(struct riad_buf *buf, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return -1;
	if (riad_buf_reserve(buf, (size_t)n) == -1)
		return -1;
	vsnprintf((char *)buf->data + buf->len, (size_t)n + 1, fmt, ap);
	buf->len += (size_t)n;
	return 0;
}

int
riad_buf_addf(struct riad_buf *buf, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int r = riad_buf_vaddf(buf, fmt, ap);
	va_end(ap);
	return r;
}

const char *
riad_buf_str(struct riad_buf *buf)
{
	if (riad_buf_reserve(buf, 0) == -1)
		return NULL;
	buf->data[buf->len] = '\0';
	return (const char *)buf->data;
}
