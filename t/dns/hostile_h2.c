/* SPDX-License-Identifier: ISC */
/* HTTP/2: frames, header blocks, flow; and answers that HTTP refuses. */

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hostile_frames.h"

static struct msg block, answer;

void
h2_message(struct peer *peer)
{
	size_t at = 0;

	kind_message(peer, &answer);
	put_good_headers(peer, END_HEADERS);
	for (; answer.len - at > 16384; at += 16384)
		put_data(peer, 0, answer.data + at, 16384);
	put_data(peer, END_STREAM, answer.data + at, answer.len - at);
}

/* Status, and what more: the arg is "name: value" lines; then the answer. */
static void
fields(struct peer *peer)
{
	const char *s = peer->kind->arg.data;
	const char *end = s + peer->kind->arg.len;
	char status[8];

	block.len = 0;
	snprintf(status, sizeof(status), "%u", peer->kind->number);
	if (peer->kind->number != 0)
		add_field(&block, ":status", status);
	while (s < end) {
		const char *line = memchr(s, '\n', (size_t)(end - s));
		if (line == NULL)
			line = end;
		const char *colon = memchr(s + 1, ':', (size_t)(line - s - 1));
		add_field_bytes(&block, s, (size_t)(colon - s), colon + 1,
		    (size_t)(line - colon - 1));
		s = line + 1;
	}
	put_block(peer, &block, END_HEADERS);
	put_answer(peer, END_STREAM);
}

/* The status, with a text that nobody should believe. */
static void
status(struct peer *peer)
{
	char text[8];

	snprintf(text, sizeof(text), "%u", peer->kind->number);
	block.len = 0;
	add_field(&block, ":status", text);
	add_field(&block, "location", "https://127.0.0.1:1/dns-query");
	add_field(&block, "content-type", "application/dns-message");
	put_block(peer, &block, END_HEADERS);
	put_answer(peer, END_STREAM);
}

static void
status_alone(struct peer *peer)
{
	char text[8];

	snprintf(text, sizeof(text), "%u", peer->kind->number);
	block.len = 0;
	add_field(&block, ":status", text);
	put_block(peer, &block, END_HEADERS | END_STREAM);
}

/* -------- right, if odd */

static void
padded(struct peer *peer)
{
	static struct msg m;
	uint8_t pad[255] = {0};

	good_block(&block);
	m.len = 0;
	add(&m, "\12", 1);
	add(&m, block.data, block.len);
	add(&m, pad, 10);
	put_frame(
	    peer, F_HEADERS, END_HEADERS | PADDED, peer->stream, m.data, m.len);
	good_message(peer, &answer);
	for (size_t i = 0; i < answer.len; i++) {
		m.len = 0;
		add(&m, "\377", 1);
		add(&m, answer.data + i, 1);
		add(&m, pad, 255);
		put_data(peer, PADDED, m.data, m.len);
	}
	put_data(peer, END_STREAM, NULL, 0);
}

static void
continuation(struct peer *peer)
{
	good_block(&block);
	put_frame(peer, F_HEADERS, 0, peer->stream, block.data, 10);
	put_frame(peer, F_CONTINUATION, 0, peer->stream, block.data + 10, 5);
	put_frame(peer, F_CONTINUATION, 0, peer->stream, NULL, 0);
	put_frame(peer, F_CONTINUATION, END_HEADERS, peer->stream,
	    block.data + 15, block.len - 15);
	put_answer(peer, END_STREAM);
}

static void
trailers(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS);
	put_answer(peer, 0);
	block.len = 0;
	add_field(&block, "x-sum", "1234");
	add_field(&block, "content-type", "text/html");
	put_block(peer, &block, END_HEADERS | END_STREAM);
}

static void
informational(struct peer *peer)
{
	for (int i = 0; i < 3; i++) {
		block.len = 0;
		add_field(&block, ":status", i != 1 ? "103" : "100");
		add_field(&block, "content-type", "text/html");
		add_field(&block, "link", "</style.css>");
		put_block(peer, &block, END_HEADERS);
	}
	put_good(peer);
}

static void
bytes(struct peer *peer)
{
	peer->split = true;
	put_good(peer);
	peer->split = false;
}

static void
byte_frames(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS);
	good_message(peer, &answer);
	for (size_t i = 0; i < answer.len; i++) {
		put_data(peer, 0, NULL, 0);
		put_data(peer, i + 1 == answer.len ? END_STREAM : 0,
		    answer.data + i, 1);
	}
}

/* Frames of all sorts that a client may pass over. */
static void
company(struct peer *peer)
{
	static const uint8_t text[] = "\0\0abcdefghijklmnopqrstuvwxyz";

	put_frame(peer, F_PING, 0, 0, "12345678", 8);
	put_frame(peer, F_PRIORITY, 0, peer->stream, "\0\0\0\0\17", 5);
	put_frame(peer, F_PRIORITY, 0, 101, "\0\0\0\0\17", 5);
	put_frame(peer, 10, 0, 0, text, sizeof(text) - 1); /* ALTSVC */
	put_frame(peer, 12, 0, 0, text, 2);                /* ORIGIN */
	put_frame(peer, 16, 0, 0, "\0\0\0\1u=1", 7);       /* PRIORITY_UPDATE */
	put_frame(peer, 0xfa, 0xff, 0, text, sizeof(text));
	put_frame(peer, 0xfb, 0, peer->stream, text, sizeof(text));
	put_frame(peer, F_SETTINGS, 0, 0, "\0\3\0\0\0\62\xfa\xfa\0\0\0\1", 12);
	put_32(peer, F_WINDOW_UPDATE, 0, 1000000);
	put_32(peer, F_WINDOW_UPDATE, peer->stream, 1000000);
	put_frame(peer, F_PING, ACK, 0, "87654321", 8);
	put_good(peer);
}

static void
with_priority(struct peer *peer)
{
	static struct msg m;

	good_block(&block);
	m.len = 0;
	add(&m, "\0\0\0\0\17", 5);
	add(&m, block.data, block.len);
	put_frame(peer, F_HEADERS, END_HEADERS | WITH_PRIORITY, peer->stream,
	    m.data, m.len);
	put_answer(peer, END_STREAM);
}

/* The dynamic table, with its size changed before. */
static void
table(struct peer *peer)
{
	block.len = 0;
	add(&block, "\40\77\341\37", 4); /* to 0, and to 4096 */
	add(&block, "\210", 1);          /* :status 200, of the static table */
	add(&block, "\100\5x-foo\3bar", 11);
	add(&block, "\276\276\276", 3); /* that one again */
	add(&block, "\137\27application/dns-message", 25);
	put_block(peer, &block, END_HEADERS);
	put_answer(peer, END_STREAM);
}

static void
many_fields(struct peer *peer)
{
	char name[24];

	good_block(&block);
	for (int i = 0; i < 80; i++) {
		snprintf(name, sizeof(name), "x-field-%d", i);
		add_field(&block, name, "some value \xe2\x82\xac");
	}
	put_block(peer, &block, END_HEADERS);
	put_answer(peer, END_STREAM);
}

static void
late(struct peer *peer)
{
	nap(300);
	put_good(peer);
}

static void
reset_after(struct peer *peer)
{
	put_good(peer);
	put_32(peer, F_RST_STREAM, peer->stream, 0);
}

static void
refused_at_first(struct peer *peer)
{
	if (peer->requests <= peer->kind->number)
		put_32(peer, F_RST_STREAM, peer->stream, 7);
	else
		put_good(peer);
}

static void
goaway_then_answer(struct peer *peer)
{
	put_goaway(peer, peer->stream, 0, "");
	put_good(peer);
	quit(peer);
}

static void
graceful(struct peer *peer)
{
	put_goaway(peer, 0x7fffffff, 0, "soon");
	put_good(peer);
	put_goaway(peer, peer->stream, 0, "now");
	quit(peer);
}

/* The first connection is going away, the second is all right. */
static void
goaway_at_first(struct peer *peer)
{
	if (peer->connections != 0) {
		put_good(peer);
		return;
	}
	put_goaway(peer, 0, 0, "");
	quit(peer);
}

static void
cut_at_first(struct peer *peer)
{
	if (peer->connections == 0)
		cut(peer);
	put_good(peer);
}

static void
close_after(struct peer *peer)
{
	put_good(peer);
	quit(peer);
}

static void
cut_after(struct peer *peer)
{
	put_good(peer);
	cut(peer);
}

static void
half_close_after(struct peer *peer)
{
	put_good(peer);
	shutdown(peer->fd, SHUT_WR);
	sleep_on(peer);
}

/* SETTINGS of the arg come first. */
static void
with_settings(struct peer *peer)
{
	h2_settings(peer, peer->kind->arg.data, peer->kind->arg.len);
	h2_requests(peer, put_good);
}

static void
settings_later(struct peer *peer)
{
	put_frame(peer, F_SETTINGS, 0, 0, "\0\3\0\0\0\1\0\4\0\0\0\100", 12);
	put_frame(peer, F_SETTINGS, 0, 0, "\0\4\0\0\377\377", 6);
	put_good(peer);
}

/* A window of one byte, which opens as slowly. */
static void
small_window(struct peer *peer)
{
	peer->slow = true;
	h2_settings(peer, "\0\4\0\0\0\1", 6);
	h2_requests(peer, put_good);
}

/* -------- answers that aren't */

static void
without_end(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS);
	put_answer(peer, 0);
	sleep_on(peer);
}

static void
only_headers(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS);
	sleep_on(peer);
}

static void
no_body(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS | END_STREAM);
}

static void
half_body(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS);
	good_message(peer, &answer);
	put_data(peer, 0, answer.data, answer.len / 2);
	if (peer->kind->number == 0)
		sleep_on(peer);
	if (peer->kind->number == 1)
		quit(peer);
	if (peer->kind->number == 2)
		cut(peer);
	put_32(peer, F_RST_STREAM, peer->stream, 0);
}

/* Says `number` bytes. */
static void
content_length(struct peer *peer)
{
	char text[32];

	snprintf(text, sizeof(text), "%u", peer->kind->number);
	good_block(&block);
	add_field(&block, "content-length", text);
	put_block(peer, &block, END_HEADERS);
	put_answer(peer, END_STREAM);
}

static void
right_length(struct peer *peer)
{
	char text[32];

	good_message(peer, &answer);
	snprintf(text, sizeof(text), "%zu", answer.len);
	good_block(&block);
	add_field(&block, "content-length", text);
	put_block(peer, &block, END_HEADERS);
	put_data(peer, END_STREAM, answer.data, answer.len);
}

/* A body without end; number: MiB. */
static void
huge_body(struct peer *peer)
{
	static uint8_t data[16384];

	put_good_headers(peer, END_HEADERS);
	put_answer(peer, 0);
	for (unsigned i = 0; i < peer->kind->number * 64; i++)
		put_data(peer, 0, data, sizeof(data));
	sleep_on(peer);
}

/* One byte more than a message may have. */
static void
long_body(struct peer *peer)
{
	static uint8_t data[16384];

	put_good_headers(peer, END_HEADERS);
	for (int i = 0; i < 4; i++)
		put_data(peer, 0, data, sizeof(data));
	put_data(peer, END_STREAM, data, 1);
}

static void
drip_body(struct peer *peer)
{
	put_good_headers(peer, END_HEADERS);
	for (;;) {
		put_data(peer, 0, "x", 1);
		nap(100);
	}
}

static void
drip_bytes(struct peer *peer)
{
	put_head(peer, 16000, F_HEADERS, END_HEADERS, peer->stream);
	put(peer, "\210\0\1x\177\200\175", 7);
	for (;;) {
		put(peer, "v", 1);
		nap(100);
	}
}

static void
drip_pings(struct peer *peer)
{
	for (;;) {
		put_frame(peer, F_PING, 0, 0, "12345678", 8);
		nap(50);
	}
}

static void
drip_informational(struct peer *peer)
{
	for (;;) {
		block.len = 0;
		add_field(&block, ":status", "103");
		put_block(peer, &block, END_HEADERS);
		nap(50);
	}
}

#define TYPE "\ncontent-type:application/dns-message"
#define FIELDS(NAME, CLASS, STATUS, TEXT)                                      \
	{                                                                      \
		.name = (NAME), .class = (CLASS), .serve = fields,             \
		.number = (STATUS), .arg = BYTES(TEXT)                         \
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

const struct kind h2_kinds[] = {
    /* Right, if odd. */
    CALL("h2-good", GOOD, put_good, 0),
    CALL("h2-padded", GOOD, padded, 0),
    CALL("h2-continuation", GOOD, continuation, 0),
    CALL("h2-trailers", GOOD, trailers, 0),
    CALL("h2-informational", GOOD, informational, 0),
    CALL("h2-bytes", GOOD, bytes, 0),
    CALL("h2-byte-frames", GOOD, byte_frames, 0),
    CALL("h2-company", GOOD, company, 0),
    CALL("h2-with-priority", GOOD, with_priority, 0),
    CALL("h2-table", GOOD, table, 0),
    CALL("h2-many-fields", GOOD, many_fields, 0),
    CALL("h2-late", GOOD, late, 0),
    CALL("h2-right-length", GOOD, right_length, 0),
    CALL("h2-reset-after", GOOD, reset_after, 0),
    CALL("h2-refused-once", GOOD, refused_at_first, 1),
    CALL("h2-refused-twice", GOOD, refused_at_first, 2),
    CALL("h2-goaway-then-answer", GOOD, goaway_then_answer, 0),
    CALL("h2-graceful", GOOD, graceful, 0),
    CALL("h2-goaway-at-first", GOOD, goaway_at_first, 0),
    CALL("h2-cut-at-first", GOOD, cut_at_first, 0),
    CALL("h2-close-after", GOOD, close_after, 0),
    CALL("h2-cut-after", GOOD, cut_after, 0),
    CALL("h2-half-close-after", GOOD, half_close_after, 0),
    CALL("h2-settings-later", GOOD, settings_later, 0),
    START("h2-one-stream", GOOD, with_settings, 0, "\0\3\0\0\0\1"),
    START("h2-no-table", GOOD, with_settings, 0, "\0\1\0\0\0\0"),
    START("h2-large-frames", GOOD, with_settings, 0, "\0\5\0\377\377\377"),
    START("h2-unknown-settings", GOOD, with_settings, 0,
	"\0\0\0\0\0\1\377\377\377\377\377\377\0\10\0\0\0\1"),
    START("h2-push-disabled", GOOD, with_settings, 0, "\0\2\0\0\0\0"),
    START("h2-small-window", GOOD, small_window, 0, ""),
    FIELDS("h2-type-case", GOOD, 200, "content-type:Application/DNS-Message"),
    FIELDS("h2-type-parameter", GOOD, 200,
	"content-type:application/dns-message; charset=\"x;y\""),
    FIELDS("h2-type-space", GOOD, 200,
	"content-type:application/dns-message ;q=1"),
    FIELDS("h2-age", GOOD, 200, "age:60" TYPE),
    FIELDS("h2-age-wrong", GOOD, 200, "age:-1" TYPE),
    FIELDS("h2-age-large", GOOD, 200, "age:99999999999999999999" TYPE),
    FIELDS("h2-identity", GOOD, 200, "content-encoding:identity" TYPE),

    /* Refused by HTTP. */
    CALL("h2-201", HTTP, status, 201),
    CALL("h2-204", HTTP, status_alone, 204),
    CALL("h2-206", HTTP, status, 206),
    CALL("h2-301", HTTP, status, 301),
    CALL("h2-302", HTTP, status, 302),
    CALL("h2-304", HTTP, status_alone, 304),
    CALL("h2-307", HTTP, status, 307),
    CALL("h2-400", HTTP, status, 400),
    CALL("h2-401", HTTP, status, 401),
    CALL("h2-403", HTTP, status_alone, 403),
    CALL("h2-404", HTTP, status, 404),
    CALL("h2-405", HTTP, status, 405),
    CALL("h2-413", HTTP, status, 413),
    CALL("h2-415", HTTP, status, 415),
    CALL("h2-429", HTTP, status, 429),
    CALL("h2-500", HTTP, status, 500),
    CALL("h2-502", HTTP, status, 502),
    CALL("h2-503", HTTP, status_alone, 503),
    CALL("h2-999", HTTP, status, 999),
    CALL("h2-600", HTTP, status, 600),
    FIELDS("h2-type-html", HTTP, 200, "content-type:text/html"),
    FIELDS("h2-type-json", HTTP, 200, "content-type:application/dns-json"),
    FIELDS(
	"h2-type-longer", HTTP, 200, "content-type:application/dns-message-x"),
    FIELDS("h2-type-shorter", HTTP, 200, "content-type:application/dns-messag"),
    FIELDS("h2-type-empty", HTTP, 200, "content-type:"),
    FIELDS("h2-type-inside", HTTP, 200,
	"content-type:text/html; a=application/dns-message"),
    FIELDS("h2-type-none", HTTP, 200, "server:x"),
    FIELDS("h2-gzip", HTTP, 200, "content-encoding:gzip" TYPE),
    FIELDS("h2-brotli", HTTP, 200, "content-encoding:br" TYPE),
    FIELDS("h2-status-none", HTTP, 0, "content-type:application/dns-message"),
    FIELDS("h2-status-twice", HTTP, 200, ":status:404" TYPE),
    FIELDS("h2-status-after", HTTP, 0,
	"content-type:application/dns-message\n:status:200"),
    FIELDS("h2-status-2", HTTP, 0, ":status:2" TYPE),
    FIELDS("h2-status-word", HTTP, 0, ":status:2x0" TYPE),
    FIELDS("h2-status-long", HTTP, 0, ":status:2000" TYPE),
    FIELDS("h2-101", HTTP, 0, ":status:101" TYPE),
    FIELDS("h2-pseudo-unknown", HTTP, 200, ":foo:bar" TYPE),
    FIELDS("h2-pseudo-request", HTTP, 200, ":path:/" TYPE),
    FIELDS("h2-upper-case", HTTP, 200, "Server:x" TYPE),
    FIELDS("h2-connection", HTTP, 200, "connection:close" TYPE),
    FIELDS("h2-transfer-encoding", HTTP, 200, "transfer-encoding:chunked" TYPE),
    FIELDS("h2-name-space", ANY, 200, "a b:x" TYPE),
    FIELDS("h2-value-cr", ANY, 200, "x:a\rb" TYPE),
    FIELDS("h2-value-nul", ANY, 200, "x:a\0b" TYPE),
    FIELDS("h2-value-escapes", ANY, 200, "x:\33[31m\33]0;owned\7" TYPE),
    FIELDS("h2-length-word", HTTP, 200, "content-length:many" TYPE),
    FIELDS("h2-length-twice", HTTP, 200,
	"content-length:1\ncontent-length:2" TYPE),
    CALL("h2-length-more", HTTP, content_length, 1000),
    CALL("h2-length-less", HTTP, content_length, 20),
    CALL("h2-length-zero", HTTP, content_length, 0),
    CALL("h2-length-huge", HTTP, content_length, 4294967295u),
    CALL("h2-no-body", MALFORMED, no_body, 0),
    CALL("h2-body-65536", MALFORMED, long_body, 0),
    CALL("h2-body-100-mb", MALFORMED, huge_body, 100),
    CALL("h2-half-then-close", HTTP, half_body, 1),
    CALL("h2-half-then-cut", HTTP, half_body, 2),
    CALL("h2-half-then-reset", HTTP, half_body, 3),
    CALL("h2-half-then-silent", TIMEOUT, half_body, 0),
    CALL("h2-without-end", TIMEOUT, without_end, 0),
    CALL("h2-only-headers", TIMEOUT, only_headers, 0),
    CALL("h2-drip-body", TIMEOUT, drip_body, 0),
    CALL("h2-drip-bytes", TIMEOUT, drip_bytes, 0),
    CALL("h2-drip-pings", TIMEOUT, drip_pings, 0),
    CALL("h2-drip-informational", TIMEOUT, drip_informational, 0),
    CALL("h2-silent", TIMEOUT, sleep_on, 0),
    START("h2-silent-start", TIMEOUT, sleep_on, 0, ""),
    START("h2-no-streams", ANY, with_settings, 0, "\0\3\0\0\0\0"),

    {.name = NULL},
};
