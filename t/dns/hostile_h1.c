/* SPDX-License-Identifier: ISC */
/* HTTP/1.1: where a message ends, and what comes instead of one. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "hostile.h"

static struct msg answer;

static void
say(struct peer *peer, const char *text)
{
	put(peer, text, strlen(text));
}

/* The header in the arg, where @ is the length of the answer, and then that. */
static void
plain(struct peer *peer)
{
	const char *s = peer->kind->arg.data;
	char number[16];
	static struct msg m;

	good_message(peer, &answer);
	snprintf(number, sizeof(number), "%zu", answer.len);
	m.len = 0;
	for (size_t i = 0; i < peer->kind->arg.len; i++) {
		if (s[i] == '@')
			add(&m, number, strlen(number));
		else
			add(&m, s + i, 1);
	}
	add(&m, answer.data, answer.len);
	put(peer, m.data, m.len);
}

static void
plain_bytes(struct peer *peer)
{
	peer->split = true;
	plain(peer);
	peer->split = false;
}

static void
plain_close(struct peer *peer)
{
	plain(peer);
	quit(peer);
}

static void
plain_cut(struct peer *peer)
{
	plain(peer);
	cut(peer);
}

static void
plain_more(struct peer *peer)
{
	static const char more[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

	plain(peer);
	say(peer, more);
}

/* Only what the arg says. */
static void
text(struct peer *peer)
{
	put(peer, peer->kind->arg.data, peer->kind->arg.len);
	if (peer->kind->number == 0)
		quit(peer);
	sleep_on(peer);
}

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\n"
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"

/* Chunks of `number` bytes. */
static void
chunks(struct peer *peer)
{
	char head[64];
	unsigned size = peer->kind->number;

	good_message(peer, &answer);
	say(peer, CHUNKED);
	for (size_t at = 0; at < answer.len; at += size) {
		size_t n = answer.len - at < size ? answer.len - at : size;
		snprintf(head, sizeof(head), "%04zX;ext=\"a b\"\r\n", n);
		say(peer, head);
		put(peer, answer.data + at, n);
		say(peer, "\r\n");
	}
	say(peer, "0\r\nX-Sum: 1\r\nContent-Type: text/html\r\n\r\n");
}

/* One chunk with the head and the end of the arg: these are before and after
 * an @, and a % is the length. */
static void
chunk(struct peer *peer)
{
	const char *s = peer->kind->arg.data;

	good_message(peer, &answer);
	say(peer, CHUNKED);
	for (size_t i = 0; i < peer->kind->arg.len; i++) {
		char number[16];
		if (s[i] == '@') {
			put(peer, answer.data, answer.len);
		} else if (s[i] == '%') {
			snprintf(number, sizeof(number), "%zx", answer.len);
			say(peer, number);
		} else {
			put(peer, s + i, 1);
		}
	}
	if (peer->kind->number != 0)
		quit(peer);
}

/* Says more than the answer has, and goes on as if it hadn't. */
static void
chunk_shorter(struct peer *peer)
{
	char head[16];

	good_message(peer, &answer);
	say(peer, CHUNKED);
	snprintf(head, sizeof(head), "%zx\r\n", answer.len + 3);
	say(peer, head);
	put(peer, answer.data, answer.len);
	say(peer, "\r\n0\r\n\r\n");
}

static void
keep(struct peer *peer)
{
	plain(peer);
	if (peer->requests == 3)
		quit(peer);
}

static void
informational(struct peer *peer)
{
	for (int i = 0; i < 3; i++)
		say(peer, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n"
			  "Content-Type: text/html\r\nAge: 1\r\n\r\n");
	say(peer, "HTTP/1.1 100 Continue\r\n\r\n");
	plain(peer);
}

static void
status(struct peer *peer)
{
	char line[128];

	snprintf(line, sizeof(line),
	    "HTTP/1.1 %u \33]0;owned\7\33[31m\r\nContent-Type: "
	    "application/dns-message\r\nContent-Length: 0\r\n\r\n",
	    peer->kind->number);
	say(peer, line);
}

static void
flood_informational(struct peer *peer)
{
	for (;;)
		say(peer, "HTTP/1.1 103 Early Hints\r\n\r\n");
}

static void
flood_header(struct peer *peer)
{
	say(peer, HEAD);
	for (;;)
		say(peer, "X-Filler: abcdefghijklmnopqrstuvwxyz\r\n");
}

static void
flood_line(struct peer *peer)
{
	say(peer, HEAD "X: ");
	for (;;)
		say(peer, "abcdefghijklmnopqrstuvwxyz");
}

static void
flood_status(struct peer *peer)
{
	say(peer, "HTTP/1.1 200 ");
	for (;;)
		say(peer, "abcdefghijklmnopqrstuvwxyz");
}

static void
flood_chunks(struct peer *peer)
{
	say(peer, CHUNKED);
	for (;;)
		say(peer, "1\r\nx\r\n");
}

static void
flood_extensions(struct peer *peer)
{
	say(peer, CHUNKED "1;");
	for (;;)
		say(peer, "abcdefghijklmnopqrstuvwxyz");
}

static void
flood_trailer(struct peer *peer)
{
	say(peer, CHUNKED "0\r\n");
	for (;;)
		say(peer, "X: y\r\n");
}

static void
flood_body(struct peer *peer)
{
	static const char zeros[16384];

	say(peer, HEAD "Connection: close\r\n\r\n");
	for (;;)
		put(peer, zeros, sizeof(zeros));
}

static void
drip(struct peer *peer)
{
	say(peer, peer->kind->arg.data);
	for (;;) {
		say(peer, "x");
		nap(100);
	}
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

#define LENGTH "Content-Length: @\r\n"
#define WITH(NAME, CLASS, SERVE, TEXT)                                         \
	{                                                                      \
		.name = (NAME), .class = (CLASS), .serve = (SERVE),            \
		.arg = BYTES(TEXT)                                             \
	}
#define PLAIN(NAME, CLASS, TEXT) WITH(NAME, CLASS, plain, TEXT)
#define CHUNK(NAME, CLASS, TEXT) WITH(NAME, CLASS, chunk, TEXT)
#define CALL(NAME, CLASS, SERVE, NUMBER)                                       \
	{                                                                      \
		.name = (NAME), .class = (CLASS), .serve = (SERVE),            \
		.number = (NUMBER)                                             \
	}

const struct kind h1_kinds[] = {
    /* Right, if odd. */
    PLAIN("h1-good", GOOD, HEAD LENGTH "\r\n"),
    WITH("h1-bytes", GOOD, plain_bytes, HEAD LENGTH "\r\n"),
    WITH("h1-keep", GOOD, keep, HEAD LENGTH "\r\n"),
    WITH(
	"h1-close", GOOD, plain_close, HEAD LENGTH "Connection: close\r\n\r\n"),
    WITH("h1-close-unsaid", GOOD, plain_close, HEAD LENGTH "\r\n"),
    WITH("h1-cut-after", GOOD, plain_cut, HEAD LENGTH "\r\n"),
    WITH("h1-to-end", GOOD, plain_close, HEAD "\r\n"),
    WITH("h1-1.0", GOOD, plain_close,
	"HTTP/1.0 200 OK\r\nContent-Type: application/dns-message\r\n\r\n"),
    PLAIN("h1-1.0-length", GOOD,
	"HTTP/1.0 200 OK\r\nContent-Type: application/dns-message\r\n" LENGTH
	"\r\n"),
    PLAIN("h1-1.9", GOOD,
	"HTTP/1.9 200 OK\r\nContent-Type: application/dns-message\r\n" LENGTH
	"\r\n"),
    PLAIN("h1-no-reason", GOOD,
	"HTTP/1.1 200\r\nContent-Type: application/dns-message\r\n" LENGTH
	"\r\n"),
    PLAIN("h1-empty-reason", GOOD,
	"HTTP/1.1 200 \r\nContent-Type: application/dns-message\r\n" LENGTH
	"\r\n"),
    PLAIN("h1-case", GOOD,
	"HTTP/1.1 200 OK\r\ncOnTeNt-TyPe: APPLICATION/dns-message\r\n"
	"CONTENT-LENGTH: @\r\n\r\n"),
    PLAIN("h1-spaces", GOOD,
	"HTTP/1.1 200 OK\r\nContent-Type:application/dns-message \t\r\n"
	"Content-Length:\t  @  \r\n\r\n"),
    PLAIN("h1-parameter", GOOD,
	"HTTP/1.1 200 OK\r\nContent-Type: "
	"application/dns-message;a=b\r\n" LENGTH "\r\n"),
    PLAIN("h1-only-lf", GOOD,
	"HTTP/1.1 200 OK\nContent-Type: application/dns-message\n"
	"Content-Length: @\n\n"),
    PLAIN("h1-folded", GOOD, HEAD "X: a\r\n  b\r\n\tc\r\n" LENGTH "\r\n"),
    PLAIN("h1-length-zeros", GOOD, HEAD "Content-Length: 000@\r\n\r\n"),
    PLAIN("h1-length-again", GOOD, HEAD LENGTH LENGTH "\r\n"),
    PLAIN("h1-age", GOOD, HEAD "Age: 5\r\n" LENGTH "\r\n"),
    PLAIN("h1-value-latin", GOOD, HEAD "X: \xe9\xff\r\n" LENGTH "\r\n"),
    PLAIN("h1-value-empty", GOOD, HEAD "X:\r\n" LENGTH "\r\n"),
    WITH("h1-informational", GOOD, informational, HEAD LENGTH "\r\n"),
    CALL("h1-chunks", GOOD, chunks, 10),
    CALL("h1-chunks-1", GOOD, chunks, 1),
    CALL("h1-chunks-all", GOOD, chunks, 60000),
    CHUNK("h1-chunk-zeros", GOOD, "0000%\r\n@\r\n000\r\n\r\n"),
    CHUNK("h1-chunk-space", GOOD, "% \r\n@\r\n0 ; a=b\r\n\r\n"),

    /* Refused. */
    CALL("h1-301", HTTP, status, 301),
    CALL("h1-400", HTTP, status, 400),
    CALL("h1-404", HTTP, status, 404),
    CALL("h1-500", HTTP, status, 500),
    CALL("h1-204", HTTP, status, 204),
    CALL("h1-304", HTTP, status, 304),
    CALL("h1-099", HTTP, status, 99),
    CALL("h1-101", HTTP, status, 101),
    CALL("h1-1000", HTTP, status, 1000),
    CALL("h1-200-empty", ANY, status, 200),
    PLAIN("h1-type-html", HTTP,
	"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" LENGTH "\r\n"),
    PLAIN("h1-type-none", HTTP, "HTTP/1.1 200 OK\r\n" LENGTH "\r\n"),
    PLAIN("h1-gzip", HTTP, HEAD "Content-Encoding: gzip\r\n" LENGTH "\r\n"),
    WITH("h1-to-end-cut", HTTP, plain_cut, HEAD "\r\n"),
    WITH("h1-length-more", HTTP, plain_close,
	HEAD "Content-Length: 60000\r\n\r\n"),
    WITH("h1-length-more-silent", TIMEOUT, plain,
	HEAD "Content-Length: 60000\r\n\r\n"),
    PLAIN("h1-length-less", HTTP, HEAD "Content-Length: 20\r\n\r\n"),
    PLAIN("h1-length-zero", HTTP, HEAD "Content-Length: 0\r\n\r\n"),
    PLAIN("h1-length-65536", MALFORMED, HEAD "Content-Length: 65536\r\n\r\n"),
    PLAIN("h1-length-huge", HTTP,
	HEAD "Content-Length: 99999999999999999999999\r\n\r\n"),
    PLAIN("h1-length-wraps", HTTP,
	HEAD "Content-Length: 18446744073709551666\r\n\r\n"),
    PLAIN("h1-length-negative", HTTP, HEAD "Content-Length: -1\r\n\r\n"),
    PLAIN("h1-length-plus", HTTP, HEAD "Content-Length: +@\r\n\r\n"),
    PLAIN("h1-length-hex", HTTP, HEAD "Content-Length: 0x@\r\n\r\n"),
    PLAIN("h1-length-empty", HTTP, HEAD "Content-Length:\r\n\r\n"),
    PLAIN("h1-length-word", HTTP, HEAD "Content-Length: many\r\n\r\n"),
    PLAIN("h1-length-twice", HTTP, HEAD LENGTH "Content-Length: 12\r\n\r\n"),
    PLAIN("h1-length-list", ANY, HEAD "Content-Length: @, @\r\n\r\n"),
    PLAIN("h1-length-and-chunks", HTTP,
	HEAD LENGTH "Transfer-Encoding: chunked\r\n\r\n"),
    PLAIN("h1-coding-gzip", HTTP,
	HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n"),
    PLAIN("h1-coding-unknown", HTTP, HEAD "Transfer-Encoding: x\r\n\r\n"),
    PLAIN("h1-coding-twice", HTTP,
	HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"
	     "\r\n\r\n"),
    PLAIN("h1-coding-1.0", HTTP,
	"HTTP/1.0 200 OK\r\nContent-Type: application/dns-message\r\n"
	"Transfer-Encoding: chunked\r\n\r\n"),
    WITH("h1-more", ANY, plain_more, HEAD LENGTH "\r\n"),
    PLAIN("h1-2.0", HTTP,
	"HTTP/2.0 200 OK\r\nContent-Type: application/dns-message\r\n" LENGTH
	"\r\n"),
    PLAIN("h1-0.9", HTTP, ""),
    PLAIN("h1-icy", HTTP,
	"ICY 200 OK\r\nContent-Type: application/dns-message\r\n" LENGTH
	"\r\n"),
    PLAIN("h1-status-word", HTTP, "HTTP/1.1 2x0 OK\r\n" LENGTH "\r\n"),
    PLAIN("h1-status-none", HTTP, "HTTP/1.1\r\n" LENGTH "\r\n"),
    PLAIN("h1-status-20", HTTP, "HTTP/1.1 20 OK\r\n" LENGTH "\r\n"),
    PLAIN("h1-no-colon", HTTP, HEAD "Foo\r\n" LENGTH "\r\n"),
    PLAIN("h1-space-before-colon", HTTP, HEAD "Content-Length : @\r\n\r\n"),
    PLAIN("h1-name-empty", HTTP, HEAD ": x\r\n" LENGTH "\r\n"),
    PLAIN("h1-name-escape", HTTP, HEAD "\33[31mX: x\r\n" LENGTH "\r\n"),
    PLAIN("h1-value-nul", HTTP, HEAD "X: a\0b\r\n" LENGTH "\r\n"),
    PLAIN("h1-value-escape", HTTP, HEAD "X: \33[31m\r\n" LENGTH "\r\n"),
    PLAIN("h1-cr-inside", HTTP, HEAD "X: a\rb\r\n" LENGTH "\r\n"),
    PLAIN("h1-folded-first", HTTP,
	"HTTP/1.1 200 OK\r\n X: y\r\nContent-Type: application/dns-message"
	"\r\n" LENGTH "\r\n"),
    CHUNK("h1-chunk-none", HTTP, "@"),
    CHUNK("h1-chunk-word", HTTP, "many\r\n@\r\n0\r\n\r\n"),
    CHUNK("h1-chunk-negative", HTTP, "-%\r\n@\r\n0\r\n\r\n"),
    CHUNK("h1-chunk-0x", HTTP, "0x%\r\n@\r\n0\r\n\r\n"),
    CHUNK("h1-chunk-large", MALFORMED, "ffffffff\r\n@\r\n0\r\n\r\n"),
    CHUNK("h1-chunk-wraps", HTTP, "10000000000000032\r\n@\r\n0\r\n\r\n"),
    CHUNK("h1-chunk-longer", HTTP, "%\r\n@xx\r\n0\r\n\r\n"),
    CALL("h1-chunk-shorter", HTTP, chunk_shorter, 0),
    CHUNK("h1-chunk-lf", HTTP, "%\n@\n0\n\n"),
    CHUNK("h1-chunk-trailer-wrong", HTTP, "%\r\n@\r\n0\r\nfoo\r\n\r\n"),
    {.name = "h1-chunk-last-none",
	.class = HTTP,
	.serve = chunk,
	.number = 1,
	.arg = BYTES("%\r\n@\r\n")},
    CHUNK("h1-chunk-last-silent", TIMEOUT, "%\r\n@\r\n"),
    WITH("h1-text-error", HTTP, text, "-ERR go away\33[2J\r\n"),
    WITH("h1-empty-lines", HTTP, text, "\r\n\r\n\r\n\r\n"),
    WITH("h1-only-status", HTTP, text, "HTTP/1.1 200 OK\r\n"),
    WITH("h1-half-header", HTTP, text, HEAD "Content-Le"),
    CALL("h1-noise", HTTP, noise, 0),
    CALL("h1-closed", HTTP, quit, 0),
    CALL("h1-cut", HTTP, cut, 0),
    CALL("h1-silent", TIMEOUT, sleep_on, 0),
    WITH("h1-drip-status", TIMEOUT, drip, "HTTP/1.1 200 "),
    WITH("h1-drip-header", TIMEOUT, drip, HEAD "X: "),
    WITH("h1-drip-body", TIMEOUT, drip, HEAD "Content-Length: 60000\r\n\r\n"),
    WITH("h1-drip-chunk", TIMEOUT, drip, CHUNKED "f000\r\n"),
    CALL("h1-flood-informational", HTTP, flood_informational, 0),
    CALL("h1-flood-header", HTTP, flood_header, 0),
    CALL("h1-flood-line", HTTP, flood_line, 0),
    CALL("h1-flood-status", HTTP, flood_status, 0),
    CALL("h1-flood-chunks", HTTP, flood_chunks, 0),
    CALL("h1-flood-extensions", HTTP, flood_extensions, 0),
    CALL("h1-flood-trailer", HTTP, flood_trailer, 0),
    CALL("h1-flood-body", MALFORMED, flood_body, 0),
    {.name = NULL},
};

/* The message of GET in the request line. */
static void
from_line(struct peer *peer, const char *line)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_";
	const char *s = strstr(line, "dns=");
	unsigned bits = 0, value = 0;

	peer->query_len = 0;
	if (s == NULL)
		return;
	for (s += 4; *s != '\0' && strchr(digits, *s) != NULL; s++) {
		value = value << 6 | (unsigned)(strchr(digits, *s) - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			peer->query[peer->query_len++] =
			    (uint8_t)(value >> bits);
		}
		value &= 0xffff;
	}
}

/* A request of a client that does it right, with Content-Length. */
static void
request(struct peer *peer)
{
	static char head[16384];
	size_t len = 0;

	while (len < 4 || memcmp(head + len - 4, "\r\n\r\n", 4) != 0) {
		if (len == sizeof(head) - 1)
			_exit(1);
		get_all(peer, head + len++, 1);
	}
	head[len] = '\0';
	from_line(peer, head);
	const char *length = strcasestr(head, "\r\ncontent-length:");
	if (length != NULL) {
		unsigned long n = strtoul(length + 17, NULL, 10);
		if (n > sizeof(peer->query))
			_exit(1);
		peer->query_len = n;
		get_all(peer, peer->query, n);
	}
	peer->requests++;
}

void
serve_h1(struct peer *peer)
{
	for (;;) {
		request(peer);
		peer->kind->serve(peer);
	}
}
