/* SPDX-License-Identifier: ISC */

#include "dohrequest.h"

#include <string.h>
#include <strings.h>

#include "conn.h"

enum { HEADER_MAX = 16384, DNS_HEADER = 12, KEPT = 1024 };

void
request_init(struct request *r, size_t max_body)
{
	memset(r, 0, sizeof(*r));
	riad_buf_init(&r->body, max_body);
}

void
request_clear(struct request *r)
{
	struct riad_buf body = r->body;

	if (body.cap > KEPT)
		riad_buf_free(&body);
	body.len = 0;
	memset(r, 0, sizeof(*r));
	r->body = body;
}

void
request_method(struct request *r, const char *method, size_t len)
{
	if (len == 3 && memcmp(method, "GET", 3) == 0)
		r->method = GET;
	else if (len == 4 && memcmp(method, "POST", 4) == 0)
		r->method = POST;
}

static void
parameter(struct request *r, const char *s, size_t len)
{
	/* Four digits are three bytes, and two or three are one less. */
	size_t size = len / 4 * 3 + (len % 4 != 0 ? len % 4 - 1 : 0);

	if (size > r->body.max) {
		r->too_long = true;
		return;
	}
	r->body.len = 0;
	/* Twice, and one proxy may see another message than we do. */
	if (r->dns || riad_buf_reserve(&r->body, size) == -1) {
		r->bad = true;
		return;
	}
	ssize_t n = base64url_read(r->body.data, s, len);
	if (n == -1)
		r->bad = true;
	else
		r->body.len = (size_t)n;
	r->dns = true;
}

void
request_target(
    struct request *r, const char *path, const char *target, size_t len)
{
	const char *end = target + len;
	const char *query = memchr(target, '?', len);
	size_t path_len = query != NULL ? (size_t)(query - target) : len;

	r->found =
	    path_len == strlen(path) && memcmp(target, path, path_len) == 0;
	if (query == NULL || !r->found)
		return;
	for (const char *s = query + 1; s < end;) {
		const char *next = memchr(s, '&', (size_t)(end - s));
		if (next == NULL)
			next = end;
		if (next - s >= 4 && memcmp(s, "dns=", 4) == 0)
			parameter(r, s + 4, (size_t)(next - s) - 4);
		s = next + 1;
	}
}

static bool
is(const char *word, const uint8_t *s, size_t len)
{
	return strncasecmp((const char *)s, word, len) == 0 &&
	       word[len] == '\0';
}

int
request_field(struct request *r, const uint8_t *name, size_t name_len,
    const uint8_t *value, size_t value_len)
{
	size_t size = name_len + value_len + 32;

	if (size > HEADER_MAX || r->header > HEADER_MAX - size)
		return -1;
	r->header += (uint32_t)size;
	if (name_len == 12 && is("content-type", name, name_len))
		r->type = is_dns_type(value, value_len);
	else if (name_len == 16 && is("content-encoding", name, name_len))
		r->encoded = !is("identity", value, value_len);
	return 0;
}

int
request_body(struct request *r, const uint8_t *data, size_t len)
{
	if (r->method != POST)
		return 0;
	if (!r->too_long && riad_buf_add(&r->body, data, len) == 0)
		return 0;
	r->too_long = true;
	return -1;
}

unsigned
request_judge(const struct request *r)
{
	if (!r->found)
		return 404;
	if (r->method == OTHER_METHOD)
		return 405;
	if (r->method == POST && (!r->type || r->encoded))
		return 415;
	if (r->too_long)
		return r->method == POST ? 413 : 414;
	if (r->bad || (r->method == GET && !r->dns))
		return 400;
	return r->body.len < DNS_HEADER ? 400 : 0;
}

const char *
status_words(unsigned status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 413:
		return "Content Too Large";
	case 414:
		return "URI Too Long";
	case 415:
		return "Unsupported Media Type";
	case 429:
		return "Too Many Requests";
	case 431:
		return "Request Header Fields Too Large";
	case 502:
		return "Bad Gateway";
	case 503:
		return "Service Unavailable";
	case 504:
		return "Gateway Timeout";
	default:
		return status < 500 ? "Refused" : "Failed";
	}
}
