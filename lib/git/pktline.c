/* SPDX-License-Identifier: ISC */

#include "riad/pktline.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "riad/io.h"
#include "riad/text.h"

static int
header_value(const uint8_t hdr[RIAD_PKT_HDR])
{
	int value = 0;

	for (int i = 0; i < RIAD_PKT_HDR; i++) {
		int digit = riad_hex_digit(hdr[i]);
		if (digit == -1)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

ssize_t
riad_pkt_parse(struct riad_pkt *pkt, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	if (len < RIAD_PKT_HDR)
		return 0;

	int value = header_value(p);
	if (value == -1 || value == 3 || value > RIAD_PKT_MAX) {
		errno = EBADMSG;
		return -1;
	}
	if (value < RIAD_PKT_HDR) {
		*pkt = (struct riad_pkt){.type = (enum riad_pkt_type)value};
		return RIAD_PKT_HDR;
	}

	size_t total = (size_t)value;
	if (len < total)
		return 0;
	*pkt = (struct riad_pkt){
	    .type = RIAD_PKT_DATA,
	    .data = p + RIAD_PKT_HDR,
	    .len = total - RIAD_PKT_HDR,
	};
	return (ssize_t)total;
}

int
riad_pkt_write(int fd, const struct riad_pkt *pkt)
{
	static const char hex[] = "0123456789abcdef";

	if (pkt->len > RIAD_PKT_DATA_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	assert(pkt->type == RIAD_PKT_DATA || pkt->len == 0);

	size_t n = (size_t)pkt->type + pkt->len;
	char hdr[RIAD_PKT_HDR] = {
	    hex[n >> 12], hex[n >> 8 & 15], hex[n >> 4 & 15], hex[n & 15]};
	struct iovec iov[] = {
	    {hdr, sizeof(hdr)},
	    {(void *)pkt->data, pkt->len},
	};
	return riad_writev(fd, iov, 2);
}

void
riad_pkt_reader_init(struct riad_pkt_reader *rd, int fd)
{
	rd->fd = fd;
	rd->packs = rd->raw = false;
	rd->why = NULL;
	rd->off = 0;
	rd->pos = rd->end = 0;
}

int
riad_pkt_next(struct riad_pkt_reader *rd, struct riad_pkt *pkt)
{
	const uint8_t *p = rd->buf + rd->pos;
	size_t len = rd->end - rd->pos;
	ssize_t n = rd->raw ? -1 : riad_pkt_parse(pkt, p, len);

	/* The letters of a pack's signature are no digits. */
	if (n == -1 && !rd->raw && rd->packs && memcmp(p, "PACK", 4) == 0)
		rd->raw = true;
	if (rd->raw) {
		*pkt = (struct riad_pkt){RIAD_PKT_RAW, p, len};
		n = (ssize_t)len;
	}
	if (n == -1) {
		rd->why = "bad packet length";
		return -1;
	}
	rd->pos += (size_t)n;
	rd->off += (uint64_t)n;
	return n > 0;
}

int
riad_pkt_fill(struct riad_pkt_reader *rd)
{
	/* An unfinished packet is shorter than the buffer: there is room. */
	size_t left = rd->end - rd->pos;
	assert(left < sizeof(rd->buf));
	memmove(rd->buf, rd->buf + rd->pos, left);
	rd->pos = 0;
	rd->end = left;

	ssize_t n = riad_read(rd->fd, rd->buf + left, sizeof(rd->buf) - left);
	if (n == -1) {
		rd->why = strerror(errno);
		return -1;
	}
	if (n == 0 && left > 0) {
		rd->why = "truncated packet";
		errno = EBADMSG;
		return -1;
	}
	rd->end += (size_t)n;
	return n > 0;
}

int
riad_pkt_read(struct riad_pkt_reader *rd, struct riad_pkt *pkt)
{
	int r;

	while ((r = riad_pkt_next(rd, pkt)) == 0) {
		if ((r = riad_pkt_fill(rd)) <= 0)
			break;
	}
	return r;
}

size_t
riad_pkt_rest(struct riad_pkt_reader *rd, const uint8_t **data)
{
	size_t len = rd->end - rd->pos;

	*data = rd->buf + rd->pos;
	rd->pos = rd->end;
	rd->off += len;
	return len;
}
