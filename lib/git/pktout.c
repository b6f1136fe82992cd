/* SPDX-License-Identifier: ISC */

#include "riad/pktout.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "riad/pktline.h"

void
riad_pkt_add2(struct riad_out *out, const void *head, size_t head_len,
    const void *data, size_t len)
{
	static const char hex[] = "0123456789abcdef";

	if (head_len > RIAD_PKT_DATA_MAX ||
	    len > RIAD_PKT_DATA_MAX - head_len) {
		out->err = out->err ? out->err : EMSGSIZE;
		return;
	}
	size_t n = RIAD_PKT_HDR + head_len + len;
	char hdr[RIAD_PKT_HDR] = {
	    hex[n >> 12], hex[n >> 8 & 15], hex[n >> 4 & 15], hex[n & 15]};
	riad_out_add(out, hdr, sizeof(hdr));
	riad_out_add(out, head, head_len);
	riad_out_add(out, data, len);
}

void
riad_pkt_add(struct riad_out *out, const void *data, size_t len)
{
	riad_pkt_add2(out, data, len, "", 0);
}

void
riad_pkt_addf(struct riad_out *out, const char *fmt, ...)
{
	char text[RIAD_PKT_DATA_MAX + 1];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	riad_pkt_add(out, text, n < 0 ? SIZE_MAX : (size_t)n);
}

void
riad_pkt_add_flush(struct riad_out *out)
{
	riad_out_str(out, "0000");
}

void
riad_pkt_add_delim(struct riad_out *out)
{
	riad_out_str(out, "0001");
}
