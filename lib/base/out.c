/* SPDX-License-Identifier: ISC */

#include "riad/out.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/io.h"

/* From here on a copy costs more than the system call that it saves. */
enum { LONG_DATA = 16384 };

void
riad_out_init(struct riad_out *out, int fd)
{
	out->fd = fd;
	out->err = 0;
	out->off = 0;
	out->len = 0;
	out->way = RIAD_OUT_UNKNOWN;
	out->tap = NULL;
	out->tap_ctx = NULL;
	out->tapped = 0;
}

void
riad_out_show(struct riad_out *out)
{
	if (out->tap != NULL && out->len > out->tapped)
		out->tap(out->tap_ctx, out->buf + out->tapped,
		    out->len - out->tapped);
	out->tapped = out->len;
}

static void
write_all(struct riad_out *out, struct iovec *iov, int cnt)
{
	for (int i = 0; i < cnt; i++)
		out->off += iov[i].iov_len;
	if (riad_writev(out->fd, iov, cnt) == 0)
		return;
	out->err = errno;
	for (int i = 0; i < cnt; i++)
		out->off -= iov[i].iov_len;
}

/* Sends what is buffered and then data, in one system call if it can. */
static void
send_with(struct riad_out *out, const void *data, size_t len)
{
	struct iovec iov[] = {
	    {out->buf, out->len},
	    {(void *)data, len},
	};

	if (out->tap != NULL) {
		riad_out_show(out);
		if (len > 0)
			out->tap(out->tap_ctx, data, len);
	}
	if (out->err == 0)
		write_all(out, iov, 2);
	out->len = 0;
	out->tapped = 0;
}

void
riad_out_add(struct riad_out *out, const void *data, size_t len)
{
	if (len >= LONG_DATA || len > sizeof(out->buf) - out->len) {
		send_with(out, data, len);
		return;
	}
	if (len > 0)
		memcpy(out->buf + out->len, data, len);
	out->len += len;
}

bool
riad_out_gives(struct riad_out *out)
{
	if (out->way == RIAD_OUT_UNKNOWN)
		out->way =
		    riad_give_begin(out->fd) ? RIAD_OUT_GIVES : RIAD_OUT_COPIES;
	return out->way == RIAD_OUT_GIVES;
}

void
riad_out_give(
    struct riad_out *out, struct iovec *iov, int cnt, void (*each)(void))
{
	(void)riad_out_flush(out);
	for (int i = 0; out->tap != NULL && i < cnt; i++)
		out->tap(out->tap_ctx, iov[i].iov_base, iov[i].iov_len);
	while (out->err == 0 && cnt > 0) {
		if (each != NULL)
			each();
		ssize_t n = riad_give(out->fd, iov, cnt);
		if (n <= 0)
			break;
		out->off += (size_t)n;
		cnt = riad_iov_take(&iov, cnt, (size_t)n);
	}
	if (out->err == 0 && cnt > 0) {
		/* What we may not give, we may be able to write. */
		out->way = RIAD_OUT_COPIES;
		write_all(out, iov, cnt);
	}
}

void
riad_out_str(struct riad_out *out, const char *s)
{
	riad_out_add(out, s, strlen(s));
}

void
riad_out_char(struct riad_out *out, char c)
{
	if (out->len == sizeof(out->buf))
		send_with(out, NULL, 0);
	out->buf[out->len++] = (uint8_t)c;
}

void
riad_out_printf(struct riad_out *out, const char *fmt, ...)
{
	char small[512];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0) {
		out->err = out->err ? out->err : errno;
		return;
	}
	if ((size_t)n < sizeof(small)) {
		riad_out_add(out, small, (size_t)n);
		return;
	}

	char *big = malloc((size_t)n + 1);
	if (big == NULL) {
		out->err = out->err ? out->err : ENOMEM;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(big, (size_t)n + 1, fmt, ap);
	va_end(ap);
	riad_out_add(out, big, (size_t)n);
	free(big);
}

uint8_t *
riad_out_room(struct riad_out *out, size_t len)
{
	assert(len <= sizeof(out->buf));
	if (len > sizeof(out->buf) - out->len)
		send_with(out, NULL, 0);
	return out->buf + out->len;
}

int
riad_out_flush(struct riad_out *out)
{
	if (out->len > 0)
		send_with(out, NULL, 0);
	if (out->err != 0) {
		errno = out->err;
		return -1;
	}
	return 0;
}
