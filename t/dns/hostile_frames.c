/* SPDX-License-Identifier: ISC */

#include "hostile_frames.h"

#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

static nghttp2_hd_inflater *inflater;

void
put_head(struct peer *peer, size_t len, unsigned type, unsigned flags,
    uint32_t stream)
{
	const uint8_t head[9] = {(uint8_t)(len >> 16), (uint8_t)(len >> 8),
	    (uint8_t)len, (uint8_t)type, (uint8_t)flags,
	    (uint8_t)(stream >> 24), (uint8_t)(stream >> 16),
	    (uint8_t)(stream >> 8), (uint8_t)stream};

	put(peer, head, sizeof(head));
}

void
put_frame(struct peer *peer, unsigned type, unsigned flags, uint32_t stream,
    const void *data, size_t len)
{
	put_head(peer, len, type, flags, stream);
	put(peer, data, len);
}

void
put_32(struct peer *peer, unsigned type, uint32_t stream, uint32_t value)
{
	const uint8_t data[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16),
	    (uint8_t)(value >> 8), (uint8_t)value};

	put_frame(peer, type, 0, stream, data, sizeof(data));
}

void
put_goaway(struct peer *peer, uint32_t last, uint32_t code, const char *text)
{
	struct msg m = {.len = 0};

	add16(&m, last >> 16);
	add16(&m, last & 0xffff);
	add16(&m, code >> 16);
	add16(&m, code & 0xffff);
	add(&m, text, strlen(text));
	put_frame(peer, F_GOAWAY, 0, 0, m.data, m.len);
}

/* An integer of seven bits and more (RFC 7541 section 5.1). */
static void
add_length(struct msg *block, size_t n)
{
	uint8_t b;

	if (n < 127) {
		b = (uint8_t)n;
		add(block, &b, 1);
		return;
	}
	add(block, "\177", 1);
	for (n -= 127; n >= 128; n >>= 7) {
		b = (uint8_t)(0x80 | (n & 0x7f));
		add(block, &b, 1);
	}
	b = (uint8_t)n;
	add(block, &b, 1);
}

void
add_field_bytes(struct msg *block, const void *name, size_t name_len,
    const void *value, size_t value_len)
{
	add(block, "", 1);
	add_length(block, name_len);
	add(block, name, name_len);
	add_length(block, value_len);
	add(block, value, value_len);
}

void
add_field(struct msg *block, const char *name, const char *value)
{
	add_field_bytes(block, name, strlen(name), value, strlen(value));
}

void
good_block(struct msg *block)
{
	block->len = 0;
	add_field(block, ":status", "200");
	add_field(block, "content-type", "application/dns-message");
}

void
put_good_headers(struct peer *peer, unsigned flags)
{
	static struct msg block;

	good_block(&block);
	put_block(peer, &block, flags);
}

void
put_data(struct peer *peer, unsigned flags, const void *data, size_t len)
{
	put_frame(peer, F_DATA, flags, peer->stream, data, len);
}

void
put_block(struct peer *peer, const struct msg *block, unsigned flags)
{
	put_frame(
	    peer, F_HEADERS, flags, peer->stream, block->data, block->len);
}

void
put_answer(struct peer *peer, unsigned flags)
{
	static struct msg answer;

	good_message(peer, &answer);
	put_data(peer, flags, answer.data, answer.len);
}

void
put_good(struct peer *peer)
{
	static struct msg m;

	good_message(peer, &m);
	put_good_headers(peer, END_HEADERS);
	put_data(peer, END_STREAM, m.data, m.len);
}

void
h2_settings(struct peer *peer, const void *data, size_t len)
{
	uint8_t got[sizeof(preface) - 1];

	put_frame(peer, F_SETTINGS, 0, 0, data, len);
	get_all(peer, got, sizeof(got));
	if (memcmp(got, preface, sizeof(got)) != 0)
		_exit(1);
}

static int
digit(uint8_t c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* The message of GET. */
static void
from_path(struct peer *peer, const uint8_t *path, size_t len)
{
	unsigned bits = 0, value = 0;

	peer->query_len = 0;
	for (size_t i = 0; i + 4 < len; i++) {
		if (memcmp(path + i, "dns=", 4) != 0)
			continue;
		for (i += 4; i < len && digit(path[i]) >= 0; i++) {
			value = value << 6 | (unsigned)digit(path[i]);
			bits += 6;
			if (bits >= 8) {
				bits -= 8;
				peer->query[peer->query_len++] =
				    (uint8_t)(value >> bits);
			}
			value &= 0xffff;
		}
		return;
	}
}

static void
read_headers(struct peer *peer, uint8_t *block, size_t len)
{
	int flags = 0;
	nghttp2_nv nv;

	if (inflater == NULL && nghttp2_hd_inflate_new(&inflater) != 0)
		_exit(1);
	peer->query_len = 0;
	while (len != 0) {
		ssize_t n = nghttp2_hd_inflate_hd2(
		    inflater, &nv, &flags, block, len, 1);
		if (n < 0)
			_exit(1);
		block += n;
		len -= (size_t)n;
		if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0 && nv.namelen == 5 &&
		    memcmp(nv.name, ":path", 5) == 0)
			from_path(peer, nv.value, nv.valuelen);
		if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0)
			break;
	}
	nghttp2_hd_inflate_end_headers(inflater);
}

static uint32_t
get_32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

void
h2_request(struct peer *peer)
{
	static uint8_t data[1 << 16];

	for (;;) {
		uint8_t head[9];
		get_all(peer, head, sizeof(head));
		size_t len =
		    (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
		if (len > sizeof(data))
			_exit(1);
		get_all(peer, data, len);
		switch (head[3]) {
		case F_SETTINGS:
			if ((head[4] & ACK) == 0)
				put_frame(peer, F_SETTINGS, ACK, 0, NULL, 0);
			continue;
		case F_PING:
			if ((head[4] & ACK) == 0)
				put_frame(peer, F_PING, ACK, 0, data, len);
			continue;
		case F_GOAWAY:
			quit(peer);
		case F_HEADERS:
			read_headers(peer, data, len);
			break;
		case F_DATA:
			/* Bodies are short: each is in one frame, unless the
			 * window is small. */
			if (!peer->slow && len != 0)
				peer->query_len = 0;
			if (len > sizeof(peer->query) - peer->query_len)
				_exit(1);
			memcpy(peer->query + peer->query_len, data, len);
			peer->query_len += len;
			if (peer->slow && (head[4] & END_STREAM) == 0)
				put_32(
				    peer, F_WINDOW_UPDATE, get_32(head + 5), 1);
			break;
		default:
			continue;
		}
		if ((head[4] & END_STREAM) == 0)
			continue;
		peer->stream = get_32(head + 5);
		peer->requests++;
		return;
	}
}

void
h2_requests(struct peer *peer, void (*serve)(struct peer *))
{
	for (;;) {
		h2_request(peer);
		serve(peer);
	}
}

void
serve_h2(struct peer *peer)
{
	h2_settings(peer, NULL, 0);
	h2_requests(
	    peer, peer->kind->serve != NULL ? peer->kind->serve : put_good);
}
