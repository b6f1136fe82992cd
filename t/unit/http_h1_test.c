/* SPDX-License-Identifier: ISC */

#include "../../lib/http/h1parse.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* All that was heard, as text. */
static struct riad_buf heard;

static int
on_start(void *ctx, const char *method, size_t method_len, const char *target,
    size_t target_len)
{
	(void)ctx;
	return riad_buf_addf(&heard, "%.*s %.*s\n", (int)method_len, method,
	    (int)target_len, target);
}

static int
on_field(void *ctx, const uint8_t *name, size_t name_len, const uint8_t *value,
    size_t value_len)
{
	(void)ctx;
	return riad_buf_addf(&heard, "%.*s=%.*s\n", (int)name_len,
	    (const char *)name, (int)value_len, (const char *)value);
}

static int
on_head(void *ctx)
{
	const struct h1 *h1 = ctx;

	return h1->request ? riad_buf_addstr(&heard, "head\n")
			   : riad_buf_addf(&heard, "head %u\n", h1->status);
}

static int
on_body(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	return riad_buf_add(&heard, data, len);
}

static const struct h1_events events = {on_start, on_field, on_head, on_body};

/* Reads text in pieces of that length, to its end; what was heard, and then
 * "|" for each message, "closes" and "bad". */
static const char *
read_in(const char *text, size_t len, size_t piece, bool request, bool end)
{
	struct h1 h1;
	size_t at = 0;
	int got = 0;

	heard.len = 0;
	h1_init(&h1, request, 100, &events, &h1);
	while (at < len && got != -1) {
		size_t n = len - at < piece ? len - at : piece, used;
		got = h1_read(&h1, (const uint8_t *)text + at, n, &used);
		at += used;
		if (got == 0 && used != n)
			riad_buf_addstr(&heard, "(not all)");
		if (got == 1)
			riad_buf_addstr(&heard, h1.close ? "|closes" : "|");
	}
	if (got == 0 && end) {
		int last = h1_end(&h1);
		riad_buf_addstr(&heard, last == 1   ? "|end"
					: last == 0 ? ""
						    : "cut");
	}
	if (got == -1)
		riad_buf_addf(&heard, "%s", h1.too_long ? "too long" : "bad");
	h1_free(&h1);
	return riad_buf_str(&heard);
}

#define OK "HTTP/1.1 200 OK\r\n"

static const struct {
	const char *text, *want;
} responses[] = {
    {OK "Content-Length: 3\r\n\r\nabc", "Content-Length=3\nhead 200\nabc|"},
    {OK "Content-Length: 0\r\n\r\n", "Content-Length=0\nhead 200\n|"},
    {OK "content-length:03 \r\nA:\r\n\r\nabc",
	"content-length=03\nA=\nhead 200\nabc|"},
    {OK "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
	"Content-Length=3\nContent-Length=3\nhead 200\nabc|"},
    {OK "\r\nabc", "head 200\nabc|end"},
    {OK "Connection: close\r\nContent-Length: 1\r\n\r\na",
	"Connection=close\nContent-Length=1\nhead 200\na|closes"},
    {OK "Connection: a , CLOSE\r\nContent-Length: 1\r\n\r\na",
	"Connection=a , CLOSE\nContent-Length=1\nhead 200\na|closes"},
    {OK "Connection: closed\r\nContent-Length: 1\r\n\r\na",
	"Connection=closed\nContent-Length=1\nhead 200\na|"},
    {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
	"Content-Length=1\nhead 200\na|closes"},
    {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na",
	"Connection=keep-alive\nContent-Length=1\nhead 200\na|"},
    {"HTTP/1.1 200\nContent-Length: 1\n\na", "Content-Length=1\nhead 200\na|"},
    {"HTTP/1.1 204 None\r\nContent-Length: 9\r\n\r\n",
	"Content-Length=9\nhead 204\n|"},
    {"HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n" OK
     "Content-Length: 1\r\n\r\na",
	"Content-Length=9\nhead 304\n|Content-Length=1\nhead 200\na|"},
    {"HTTP/1.1 103 Soon\r\nContent-Length: 9\r\nA: b\r\n\r\n" OK
     "Content-Length: 1\r\n\r\na",
	"Content-Length=9\nA=b\nhead 103\nContent-Length=1\nhead 200\na|"},
    {OK "A: b\r\n c\r\n\td \r\nContent-Length: 1\r\n\r\na",
	"A=b c\td\nContent-Length=1\nhead 200\na|"},
    {OK "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n002;x=y\r\nde\r\n0\r\n"
	"A: b\r\n\r\n",
	"Transfer-Encoding=Chunked\nhead 200\nabcde|"},
    {OK "Transfer-Encoding: chunked\r\n\r\nA \r\n0123456789\r\n0\r\n\r\n",
	"Transfer-Encoding=chunked\nhead 200\n0123456789|"},
    {OK "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
	"Transfer-Encoding=chunked\nhead 200\nxcut"},
    {OK "Content-Length: 3\r\n\r\nab", "Content-Length=3\nhead 200\nabcut"},
    {OK, "cut"},
    {"HTTP/1.1 2", "cut"},
    {OK "Content-Length: 101\r\n\r\n",
	"Content-Length=101\nhead 200\ntoo long"},
    {OK "Transfer-Encoding: chunked\r\n\r\n65\r\n",
	"Transfer-Encoding=chunked\nhead 200\ntoo long"},
    {OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
	"Content-Length=1\nbad"},
    {OK "Content-Length: 1, 1\r\n\r\n", "bad"},
    {OK "Content-Length: -1\r\n\r\n", "bad"},
    {OK "Content-Length: +1\r\n\r\n", "bad"},
    {OK "Content-Length: 0x1\r\n\r\n", "bad"},
    {OK "Content-Length:\r\n\r\n", "bad"},
    {OK "Content-Length: 18446744073709551617\r\n\r\n", "bad"},
    {OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
	"Content-Length=1\nTransfer-Encoding=chunked\nbad"},
    {OK "Transfer-Encoding: gzip\r\n\r\n", "bad"},
    {OK "Transfer-Encoding: chunked, chunked\r\n\r\n", "bad"},
    {OK "A : b\r\n\r\n", "bad"},
    {OK ": b\r\n\r\n", "bad"},
    {OK "A\r\n\r\n", "bad"},
    {OK " A: b\r\n\r\n", "bad"},
    {OK "A: \33\r\n\r\n", "bad"},
    {OK "A: b\rc\r\n\r\n", "bad"},
    {OK "Transfer-Encoding: chunked\r\n\r\n\r\n",
	"Transfer-Encoding=chunked\nhead 200\nbad"},
    {OK "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
	"Transfer-Encoding=chunked\nhead 200\nbad"},
    {OK "Transfer-Encoding: chunked\r\n\r\n1\nx\n0\n\n",
	"Transfer-Encoding=chunked\nhead 200\nbad"},
    {OK "Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n",
	"Transfer-Encoding=chunked\nhead 200\nxbad"},
    {OK "Transfer-Encoding: chunked\r\n\r\n000000001\r\n",
	"Transfer-Encoding=chunked\nhead 200\nbad"},
    {"HTTP/2.0 200 OK\r\n\r\n", "bad"},
    {"HTTP/1.1 2x0 OK\r\n\r\n", "bad"},
    {"HTTP/1.1 2000 OK\r\n\r\n", "bad"},
    {"HTTP/1.1 099 OK\r\n\r\n", "bad"},
    {"HTTP/1.1 101 Other\r\n\r\n", "bad"},
    {"hello", "bad"},
    {"\r\nHTTP/1.1 200 OK\r\n\r\n", "bad"},
};

static const struct {
	const char *text, *want;
} requests[] = {
    {"GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a?b\nHost=x\nhead\n|"},
    {"\r\nGET / HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n",
	"GET /\nhead\n|GET /2\nhead\n|"},
    {"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET / HTTP/1.0\r\n\r\n",
	"POST /\nContent-Length=2\nhead\nab|GET /\nhead\n|closes"},
    {"POST / HTTP/1.1\r\nTransfer-Encoding: "
     "chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
	"POST /\nTransfer-Encoding=chunked\nhead\nab|"},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
	"POST /\nTransfer-Encoding=chunked\nbad"},
    {"GET / HTTP/1.1\nHost: x\n\n", "bad"},
    {"GET / HTTP/1.1\r\nHost: x\n\r\n", "GET /\nbad"},
    {"GET  / HTTP/1.1\r\n\r\n", "bad"},
    {"GET /a b HTTP/1.1\r\n\r\n", "bad"},
    {"GET /\xff HTTP/1.1\r\n\r\n", "bad"},
    {"GET HTTP/1.1\r\n\r\n", "bad"},
    {"GET / HTTP/2.0\r\n\r\n", "bad"},
    {" GET / HTTP/1.1\r\n\r\n", "bad"},
    {"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "GET /\nbad"},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "bad"},
};

/* In pieces of each length the same is heard. */
static void
check(const char *text, const char *want, bool request)
{
	size_t len = strlen(text);
	bool same = true;

	for (size_t piece = 1; same && piece <= len; piece++) {
		const char *got = read_in(text, len, piece, request, true);
		same = strcmp(got, want) == 0;
		if (!same)
			printf("# by %zu: %s\n# want: %s\n", piece, got, want);
	}
	ok(same, "%.*s ...", (int)strcspn(text, "\r\n"), text);
}

/* How much of a flood is read before it is refused. */
static size_t
bound(const char *head, const char *again, bool request)
{
	struct h1 h1;
	size_t all = 0, used;
	int got;

	heard.len = 0;
	h1_init(&h1, request, 100, &events, &h1);
	got = h1_read(&h1, (const uint8_t *)head, strlen(head), &used);
	while (got == 0 && all < 1000000) {
		heard.len = 0;
		got =
		    h1_read(&h1, (const uint8_t *)again, strlen(again), &used);
		all += used;
	}
	h1_free(&h1);
	return got == -1 ? all : SIZE_MAX;
}

static void
test_bounds(void)
{
	ok(bound(OK, "A: b\r\n", false) <= H1_HEADER_MAX, "fields");
	ok(bound(OK "A: ", "b", false) <= H1_HEADER_MAX, "a field");
	ok(bound("HTTP/1.1 200 ", "b", false) <= H1_HEADER_MAX, "a reason");
	ok(bound(OK "A: b\r\n", " b\r\n", false) <= H1_HEADER_MAX, "folds");
	ok(bound(OK "Transfer-Encoding: chunked\r\n\r\n0\r\n", "A: b\r\n",
	       false) <= H1_HEADER_MAX,
	    "a trailer");
	ok(bound(OK "Transfer-Encoding: chunked\r\n\r\n1;", "b", false) <=
		H1_HEADER_MAX,
	    "an extension");
	ok(bound(OK "Transfer-Encoding: chunked\r\n\r\n",
	       "1;aaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n",
	       false) <= H1_HEADER_MAX,
	    "extensions");
	ok(bound("GET ", "/", true) <= H1_HEADER_MAX, "a target");
	ok(bound("", "\r\n", true) <= H1_HEADER_MAX, "empty lines");
}

int
main(void)
{
	riad_buf_init(&heard, 1 << 20);
	for (size_t i = 0; i < sizeof(responses) / sizeof(*responses); i++)
		check(responses[i].text, responses[i].want, false);
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		check(requests[i].text, requests[i].want, true);
	test_bounds();
	ok(strcmp(read_in(OK "A: a\0b\r\n\r\n", 27, 30, false, true), "bad") ==
		0,
	    "a NUL");
	riad_buf_free(&heard);
	return tap_done();
}
