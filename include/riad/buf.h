/* SPDX-License-Identifier: ISC */
/*
 * buf.h - the only thing that grows, and never past its maximum
 *
 * Functions that add return 0, or -1 with errno EMSGSIZE where the contents
 * would pass max, ENOMEM where memory ran out; the contents are then as they
 * were.  data may move whenever something is added.
 */
#ifndef RIAD_BUF_H
#define RIAD_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct riad_buf {
	uint8_t *data; /* NULL while nothing was ever added */
	size_t len;    /* at most max */
	size_t cap;    /* of data; more than len, unless it is NULL */
	size_t max;
};

void riad_buf_init(struct riad_buf *buf, size_t max);
void riad_buf_free(struct riad_buf *buf); /* also ready for use again */

/* Makes room for more bytes after len, which stays what it is. */
int riad_buf_reserve(struct riad_buf *buf, size_t more);

int riad_buf_add(struct riad_buf *buf, const void *data, size_t len);
int riad_buf_addstr(struct riad_buf *buf, const char *s);
int riad_buf_addc(struct riad_buf *buf, char c);

/* The NUL that printf(3) writes is not part of the contents. */
int riad_buf_addf(struct riad_buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int riad_buf_vaddf(struct riad_buf *buf, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* The contents as a string, NUL after the last byte; NULL with ENOMEM. */
const char *riad_buf_str(struct riad_buf *buf);

#endif
