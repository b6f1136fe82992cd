/* SPDX-License-Identifier: ISC */
/* events to bytes for a cable: as they are, in hex, or by pace.c in time */

#include "parts.h"

/* A part of an exclusive from text is one line at most. */
#define EVENT_MAX ((size_t)32 << 20)

enum { PIECE = 4096 };

static struct riad_buf bytes; /* of an event */
static uint8_t status;        /* in force */

void
wire_begin(void)
{
	riad_buf_init(&bytes, EVENT_MAX);
	status = 0;
	if (opt.pace)
		pace_begin();
}

static void
put_hex(const uint8_t *data, size_t len, bool ends)
{
	static const char digit[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		uint8_t *p = riad_out_room(&out, 3);
		p[0] = (uint8_t)digit[data[i] >> 4];
		p[1] = (uint8_t)digit[data[i] & 15];
		p[2] = i + 1 == len && ends ? '\n' : ' ';
		out.len += 3;
	}
}

static void
put(const uint8_t *data, size_t len)
{
	while (len > 0 && !pace_is_cut()) {
		size_t n = len < PIECE ? len : PIECE;
		if (opt.pace && sizeof(out.buf) - out.len < 3 * n)
			(void)pace_flush();
		if (pace_is_cut())
			return;
		if (opt.hex)
			put_hex(data, n, n == len);
		else
			riad_out_add(&out, data, n);
		if (opt.hex && opt.pace)
			pace_see(data, n);
		data += n;
		len -= n;
	}
}

void
wire_put(const uint8_t *data, size_t len)
{
	status = 0;
	put(data, len);
}

int
wire_rest(int64_t us)
{
	if (!opt.pace)
		return 0;
	us = us / opt.permille * 1000 + us % opt.permille * 1000 / opt.permille;
	return pace_until(us);
}

int
wire_take(const struct riad_midi_event *event, int64_t us)
{
	if (wire_rest(us) == -1)
		return -1;
	bytes.len = 0;
	if (riad_midi_write(
		&bytes, event, opt.running_status ? &status : NULL) == -1)
		return -1;
	if (bytes.len > 0)
		put(bytes.data, bytes.len);
	return 0;
}

int
wire_wait(int fd)
{
	return opt.pace ? pace_wait(fd) : riad_out_flush(&out);
}

int
wire_end(void)
{
	riad_buf_free(&bytes);
	return opt.pace ? pace_end() : 0;
}
