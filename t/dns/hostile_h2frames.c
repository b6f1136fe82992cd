/* SPDX-License-Identifier: ISC */
/* HTTP/2: wrong frames, wrong header blocks, and too many of them. */

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hostile_frames.h"

static struct msg block;

/* -------- frames */

/* The arg is what is sent: whole frames, on stream 1. */
static void
raw(struct peer *peer)
{
	put(peer, peer->kind->arg.data, peer->kind->arg.len);
	put_good(peer);
}

/* The same before SETTINGS, or in their place. */
static void
raw_start(struct peer *peer)
{
	put(peer, peer->kind->arg.data, peer->kind->arg.len);
	if (peer->kind->number == 1)
		quit(peer);
	if (peer->kind->number == 2)
		sleep_on(peer);
	h2_requests(peer, put_good);
}

static void
noise(struct peer *peer)
{
	uint8_t data[30000];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 113 ^ i >> 5);
	put(peer, data, sizeof(data));
	sleep_on(peer);
}

static void
flood(struct peer *peer)
{
	unsigned type = peer->kind->number & 0xff;
	unsigned flags = peer->kind->number >> 8;
	uint32_t stream =
	    type == F_SETTINGS || type == F_PING || type == 0xfa ? 0 : 1;

	if (type == F_DATA)
		put_good_headers(peer, END_HEADERS);
	if (type == F_CONTINUATION)
		put_frame(peer, F_HEADERS, 0, peer->stream, "", 1);
	/* Many in a record. */
	block.len = 0;
	while (block.len < 12000) {
		const uint8_t head[9] = {0, 0, (uint8_t)peer->kind->arg.len,
		    (uint8_t)type, (uint8_t)flags, 0, 0, 0, (uint8_t)stream};
		add(&block, head, sizeof(head));
		add(&block, peer->kind->arg.data, peer->kind->arg.len);
	}
	for (;;)
		put(peer, block.data, block.len);
}

/* Header blocks that are answers to nothing, each of which is refused. */
static void
flood_resets(struct peer *peer)
{
	for (uint32_t i = 0;; i++)
		put_32(peer, F_RST_STREAM, peer->stream, 7);
}

static void
flood_trailers(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS);
	for (;;) {
		block.len = 0;
		add_field(&block, "x", "y");
		put_block(peer, &block, END_HEADERS);
	}
}

static void
flood_informational(struct peer *peer)
{
	for (;;) {
		block.len = 0;
		add_field(&block, ":status", "103");
		put_block(peer, &block, END_HEADERS);
	}
}

static void
long_frame(struct peer *peer)
{
	static uint8_t data[16385];

	put_good_headers(peer, END_HEADERS);
	put_data(peer, END_STREAM, data, sizeof(data));
	sleep_on(peer);
}

static void
ignore_window(struct peer *peer)
{
	static uint8_t data[16384];

	put_good_headers(peer, END_HEADERS);
	for (;;)
		put_data(peer, 0, data, sizeof(data));
}

static void
after_end(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS);
	put_answer(peer, END_STREAM);
	put_answer(peer, END_STREAM);
}

static void
data_first(struct peer *peer)
{
	put_answer(peer, 0);
	put_good_headers(peer, END_HEADERS | END_STREAM);
}

static void
between(struct peer *peer)
{
	good_block(&block);
	put_frame(peer, F_HEADERS, 0, peer->stream, block.data, 10);
	put_frame(peer, F_PING, 0, 0, "12345678", 8);
	put_frame(peer, F_CONTINUATION, END_HEADERS, peer->stream,
	    block.data + 10, block.len - 10);
	put_answer(peer, END_STREAM);
}

static void
between_streams(struct peer *peer)
{
	good_block(&block);
	put_frame(peer, F_HEADERS, 0, peer->stream, block.data, 10);
	put_frame(peer, F_CONTINUATION, END_HEADERS, peer->stream + 2,
	    block.data + 10, block.len - 10);
	put_answer(peer, END_STREAM);
}

static void
other_stream(struct peer *peer)
{
	peer->stream = peer->kind->number;
	put_good(peer);
	sleep_on(peer);
}

static void
push(struct peer *peer)
{
	static struct msg m;

	m.len = 0;
	add(&m, "\0\0\0\2", 4);
	add_field(&m, ":method", "GET");
	add_field(&m, ":scheme", "https");
	add_field(&m, ":authority", "127.0.0.1");
	add_field(&m, ":path", "/");
	put_frame(
	    peer, F_PUSH_PROMISE, END_HEADERS, peer->stream, m.data, m.len);
	put_good(peer);
	sleep_on(peer);
}

static void
padding_too_long(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS);
	put_data(peer, PADDED | END_STREAM, "\377ab", 3);
	sleep_on(peer);
}

static void
padded_empty(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS);
	put_data(peer, PADDED | END_STREAM, NULL, 0);
	sleep_on(peer);
}

static void
reset_stream(struct peer *peer)
{
	put_32(peer, F_RST_STREAM, peer->stream, peer->kind->number);
}

static void
goaway(struct peer *peer)
{
	put_goaway(
	    peer, 0, peer->kind->number, "\33]0;owned\7\33[31mwhatever\r\n");
	sleep_on(peer);
}

static void
goaway_start(struct peer *peer)
{
	h2_settings(peer, NULL, 0);
	put_goaway(peer, 0, peer->kind->number, "");
	sleep_on(peer);
}

/* In the middle of an answer that never ends. */
static void
goaway_inside(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS);
	put_goaway(peer, peer->stream, 0, "");
	put_data(peer, 0, "abc", 3);
	if (peer->kind->number != 0)
		quit(peer);
	sleep_on(peer);
}

static void
close_start(struct peer *peer)
{
	h2_settings(peer, NULL, 0);
	quit(peer);
}

static void
half_close(struct peer *peer)
{
	shutdown(peer->fd, SHUT_WR);
	sleep_on(peer);
}

static void
notify(struct peer *peer)
{
	SSL_shutdown(peer->ssl);
	sleep_on(peer);
}

static void
hard_reset(struct peer *peer)
{
	struct linger hard = {1, 0};

	(void)setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	cut(peer);
}

/* Not a byte more is read. */
static void
deaf(struct peer *peer)
{
	put_frame(peer, F_SETTINGS, 0, 0, NULL, 0);
	sleep_on(peer);
}

static void
partial_frame(struct peer *peer)
{
	put_head(peer, 100, F_HEADERS, END_HEADERS, peer->stream);
	put(peer, "\210", 1);
	if (peer->kind->number == 1)
		quit(peer);
	if (peer->kind->number == 2)
		cut(peer);
	sleep_on(peer);
}

/* -------- header blocks */

static void
raw_block(struct peer *peer)
{
	put_frame(peer, F_HEADERS, END_HEADERS, peer->stream,
	    peer->kind->arg.data, peer->kind->arg.len);
	put_answer(peer, END_STREAM);
}

/* One entry of the table, as long as it may be, is named again and again. */
static void
bomb(struct peer *peer)
{
	static uint8_t value[3900];
	uint8_t again[8192];

	memset(value, 'b', sizeof(value));
	memset(again, 0xbe, sizeof(again));
	block.len = 0;
	add(&block, "\210\100\1x\177\275\35", 7); /* 127 + 3773 = 3900 */
	add(&block, value, sizeof(value));
	add(&block, again, sizeof(again));
	put_block(peer, &block, END_HEADERS);
	put_answer(peer, END_STREAM);
}

static void
long_field(struct peer *peer)
{
	static char value[70000];
	size_t at = 0;

	memset(value, 'v', peer->kind->number);
	good_block(&block);
	add_field(&block, "x", value);
	put_frame(peer, F_HEADERS, block.len > 16384 ? 0 : END_HEADERS,
	    peer->stream, block.data, block.len > 16384 ? 16384 : block.len);
	for (at = 16384; at < block.len; at += 16384) {
		size_t n = block.len - at > 16384 ? 16384 : block.len - at;
		put_frame(peer, F_CONTINUATION,
		    at + n == block.len ? END_HEADERS : 0, peer->stream,
		    block.data + at, n);
	}
	put_answer(peer, END_STREAM);
}

static void
too_many_fields(struct peer *peer)
{
	good_block(&block);
	for (int i = 0; i < 3000; i++)
		add_field(&block, "x", "y");
	put_block(peer, &block, END_HEADERS);
	put_answer(peer, END_STREAM);
}

#define CALL(NAME, CLASS, SERVE, NUMBER)                                       \
	{                                                                      \
		.name = (NAME), .class = (CLASS), .serve = (SERVE),            \
		.number = (NUMBER)                                             \
	}
#define START(NAME, CLASS, SERVE, NUMBER, DATA)                                \
	{                                                                      \
		.name = (NAME), .class = (CLASS), .serve = (SERVE),            \
		.start = true, .number = (NUMBER), .arg = BYTES(DATA)          \
	}
#define RAW(NAME, CLASS, DATA)                                                 \
	{                                                                      \
		.name = (NAME), .class = (CLASS), .serve = raw,                \
		.arg = BYTES(DATA)                                             \
	}
#define BLOCK(NAME, DATA)                                                      \
	{                                                                      \
		.name = (NAME), .class = HTTP, .serve = raw_block,             \
		.arg = BYTES(DATA)                                             \
	}
#define FLOOD(NAME, TYPE, DATA)                                                \
	{                                                                      \
		.name = (NAME), .class = HTTP, .serve = flood,                 \
		.number = (TYPE), .arg = BYTES(DATA)                           \
	}

/* A field of the block, of a name and a value of less than 127 bytes. */
#define OK_FIELD "\0\7:status\003200"
#define TYPE_FIELD "\0\14content-type\27application/dns-message"

const struct kind frame_kinds[] = {
    /* Frames. */
    START("h2-speaks-h1", HTTP, raw_start, 2,
	"HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\n"
	"Content-Length: 0\r\n\r\n"),
    START("h2-speaks-h1-closes", HTTP, raw_start, 1,
	"HTTP/1.1 400 Bad Request\r\n\r\n"),
    START(
	"h2-no-settings", HTTP, raw_start, 2, "\0\0\10\6\0\0\0\0\00012345678"),
    START(
	"h2-settings-cut", HTTP, raw_start, 2, "\0\0\5\4\0\0\0\0\0\0\3\0\0\0"),
    START("h2-settings-stream", HTTP, raw_start, 2, "\0\0\0\4\0\0\0\0\1"),
    START("h2-settings-ack-long", HTTP, raw_start, 2,
	"\0\0\0\4\0\0\0\0\0\0\0\6\4\1\0\0\0\0\0\3\0\0\0\1"),
    START("h2-settings-push", HTTP, raw_start, 2,
	"\0\0\6\4\0\0\0\0\0\0\2\0\0\0\2"),
    START("h2-settings-window", HTTP, raw_start, 2,
	"\0\0\6\4\0\0\0\0\0\0\4\200\0\0\0"),
    START("h2-settings-frame-size", HTTP, raw_start, 2,
	"\0\0\6\4\0\0\0\0\0\0\5\0\0\0\1"),
    START("h2-settings-long", HTTP, raw_start, 2, "\377\377\377\4\0\0\0\0\0"),
    START("h2-closed-start", HTTP, close_start, 0, ""),
    START("h2-goaway-start", HTTP, goaway_start, 0, ""),
    START("h2-goaway-start-error", HTTP, goaway_start, 11, ""),
    START("h2-deaf", TIMEOUT, deaf, 0, ""),
    CALL("h2-noise", HTTP, noise, 0),
    RAW("h2-ping-7", HTTP, "\0\0\7\6\0\0\0\0\0001234567"),
    RAW("h2-ping-stream", HTTP, "\0\0\10\6\0\0\0\0\00112345678"),
    RAW("h2-reset-0", HTTP, "\0\0\4\3\0\0\0\0\0\0\0\0\1"),
    RAW("h2-reset-5", HTTP, "\0\0\5\3\0\0\0\0\1\0\0\0\1\0"),
    RAW("h2-reset-idle", HTTP, "\0\0\4\3\0\0\0\0\177\0\0\0\1"),
    RAW("h2-window-0", HTTP, "\0\0\4\10\0\0\0\0\0\0\0\0\0"),
    RAW("h2-window-0-stream", HTTP, "\0\0\4\10\0\0\0\0\1\0\0\0\0"),
    RAW("h2-window-over", HTTP, "\0\0\4\10\0\0\0\0\0\177\377\377\377"),
    RAW("h2-window-over-stream", ANY, "\0\0\4\10\0\0\0\0\1\177\377\377\377"),
    RAW("h2-window-idle", HTTP, "\0\0\4\10\0\0\0\0\177\0\0\0\1"),
    RAW("h2-goaway-short", HTTP, "\0\0\4\7\0\0\0\0\0\0\0\0\0"),
    RAW("h2-goaway-stream", HTTP, "\0\0\10\7\0\0\0\0\1\0\0\0\0\0\0\0\0"),
    RAW("h2-priority-short", HTTP, "\0\0\4\2\0\0\0\0\1\0\0\0\0"),
    RAW("h2-data-0", HTTP, "\0\0\1\0\0\0\0\0\0x"),
    RAW("h2-headers-0", HTTP, "\0\0\1\1\4\0\0\0\0\210"),
    RAW("h2-continuation-alone", HTTP, "\0\0\1\11\4\0\0\0\1\210"),
    RAW("h2-setting-in-use", GOOD, "\0\0\6\4\0\0\0\0\0\0\5\0\377\377\377"),
    CALL("h2-stream-0", HTTP, other_stream, 0),
    CALL("h2-stream-2", HTTP, other_stream, 2),
    CALL("h2-stream-99", HTTP, other_stream, 99),
    CALL("h2-push", HTTP, push, 0),
    CALL("h2-long-frame", HTTP, long_frame, 0),
    CALL("h2-ignores-window", MALFORMED, ignore_window, 0),
    CALL("h2-more-after-end", ANY, after_end, 0),
    CALL("h2-data-first", HTTP, data_first, 0),
    CALL("h2-between", HTTP, between, 0),
    CALL("h2-between-streams", HTTP, between_streams, 0),
    CALL("h2-padding-too-long", HTTP, padding_too_long, 0),
    CALL("h2-padded-empty", HTTP, padded_empty, 0),
    CALL("h2-reset-no-error", HTTP, reset_stream, 0),
    CALL("h2-reset-protocol", HTTP, reset_stream, 1),
    CALL("h2-reset-internal", HTTP, reset_stream, 2),
    CALL("h2-reset-refused", HTTP, reset_stream, 7),
    CALL("h2-reset-cancel", HTTP, reset_stream, 8),
    CALL("h2-reset-calm", HTTP, reset_stream, 11),
    CALL("h2-reset-http-1.1", HTTP, reset_stream, 13),
    CALL("h2-reset-unknown", HTTP, reset_stream, 0xffffffff),
    CALL("h2-goaway", HTTP, goaway, 0),
    CALL("h2-goaway-protocol", HTTP, goaway, 1),
    CALL("h2-goaway-calm", HTTP, goaway, 11),
    CALL("h2-goaway-inside", TIMEOUT, goaway_inside, 0),
    CALL("h2-goaway-inside-close", HTTP, goaway_inside, 1),
    CALL("h2-closed", HTTP, quit, 0),
    CALL("h2-cut", HTTP, cut, 0),
    CALL("h2-hard-reset", HTTP, hard_reset, 0),
    CALL("h2-half-close", HTTP, half_close, 0),
    CALL("h2-notify", HTTP, notify, 0),
    CALL("h2-partial-frame", TIMEOUT, partial_frame, 0),
    CALL("h2-partial-then-close", HTTP, partial_frame, 1),
    CALL("h2-partial-then-cut", HTTP, partial_frame, 2),

    /* Floods. */
    FLOOD("h2-flood-ping", F_PING, "12345678"),
    FLOOD("h2-flood-ping-ack", F_PING | ACK << 8, "12345678"),
    FLOOD("h2-flood-settings", F_SETTINGS, ""),
    FLOOD("h2-flood-settings-values", F_SETTINGS,
	"\0\1\0\0\0\0\0\1\0\0\20\0\0\3\0\0\0\144"),
    FLOOD("h2-flood-data", F_DATA, ""),
    FLOOD("h2-flood-padding", F_DATA | PADDED << 8, "\7\0\0\0\0\0\0\0"),
    FLOOD("h2-flood-window", F_WINDOW_UPDATE, "\0\0\0\1"),
    FLOOD("h2-flood-priority", F_PRIORITY, "\0\0\0\0\17"),
    FLOOD("h2-flood-unknown", 0xfa, ""),
    FLOOD("h2-flood-unknown-long", 0xfa, "abcdefghijklmnopqrstuvwxyz"),
    FLOOD("h2-flood-continuation", F_CONTINUATION, ""),
    FLOOD("h2-flood-continuation-long", F_CONTINUATION, "\0\1x\1y\0\1x\1y"),
    CALL("h2-flood-resets", HTTP, flood_resets, 0),
    CALL("h2-flood-trailers", HTTP, flood_trailers, 0),
    CALL("h2-flood-informational", HTTP, flood_informational, 0),

    /* Header blocks. */
    BLOCK("hpack-index-0", "\200"),
    BLOCK("hpack-index-beyond", "\210\377\200\1"),
    BLOCK("hpack-index-62", "\210\276"),
    BLOCK("hpack-integer-long", "\210\377\377\377\377\377\377\377\377\377\1"),
    BLOCK("hpack-integer-cut", "\210\377"),
    BLOCK("hpack-string-beyond", OK_FIELD "\0\1x\176y"),
    BLOCK("hpack-string-huge", OK_FIELD "\0\1x\177\200\200\200\200\17y"),
    BLOCK("hpack-huffman-padding", OK_FIELD "\0\1x\201\0"),
    BLOCK("hpack-huffman-long-padding", OK_FIELD "\0\1x\202\377\377"),
    BLOCK("hpack-huffman-end", OK_FIELD "\0\1x\204\377\377\377\377"),
    BLOCK("hpack-size-too-large", "\77\342\377\3" OK_FIELD TYPE_FIELD),
    BLOCK("hpack-size-late", OK_FIELD "\40" TYPE_FIELD),
    BLOCK("hpack-name-empty", OK_FIELD TYPE_FIELD "\0\0\1x"),
    BLOCK("hpack-cut", OK_FIELD "\0\14content"),
    BLOCK("hpack-empty", ""),
    CALL("h2-long-field", GOOD, long_field, 8000),
    CALL("hpack-bomb", HTTP, bomb, 0),
    CALL("hpack-long-field", HTTP, long_field, 20000),
    CALL("hpack-longer-field", HTTP, long_field, 69000),
    CALL("hpack-many-fields", HTTP, too_many_fields, 0),
    {.name = NULL},
};
