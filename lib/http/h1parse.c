/* SPDX-License-Identifier: ISC */

#include "h1parse.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* More digits would be zeros, or a chunk of gigabytes. */
enum { SIZE_DIGITS = 8, EXTENSION_MAX = 1024 };

void
h1_init(struct h1 *h1, bool request, uint64_t max_body,
    const struct h1_events *events, void *ctx)
{
	memset(h1, 0, sizeof(*h1));
	h1->events = events;
	h1->ctx = ctx;
	h1->request = request;
	h1->max_body = max_body;
	riad_buf_init(&h1->line, H1_LINE_MAX);
}

void
h1_free(struct h1 *h1)
{
	riad_buf_free(&h1->line);
}

static int
bad(struct h1 *h1, const char *why)
{
	h1->state = H1_BAD;
	h1->why = why;
	return -1;
}

static bool
is_token(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is(const char *word, const uint8_t *s, size_t len)
{
	return strncasecmp((const char *)s, word, len) == 0 &&
	       word[len] == '\0';
}

static bool
is_digits(const uint8_t *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return len != 0;
}

/* "HTTP/1." and a digit. */
static bool
version(struct h1 *h1, const uint8_t *s)
{
	if (memcmp(s, "HTTP/1.", 7) != 0 || s[7] < '0' || s[7] > '9')
		return false;
	h1->minor = (unsigned)(s[7] - '0');
	return true;
}

static int
status_line(struct h1 *h1, const uint8_t *s, size_t len)
{
	/* The reason, and the space before it, may be missing. */
	if (len < 12 || !version(h1, s) || s[8] != ' ' ||
	    !is_digits(s + 9, 3) || (len > 12 && s[12] != ' '))
		return bad(h1, "not a status line of HTTP/1.1");
	h1->status =
	    (unsigned)((s[9] - '0') * 100 + (s[10] - '0') * 10 + (s[11] - '0'));
	return h1->status < 100 ? bad(h1, "a status below 100") : 0;
}

static int
request_line(struct h1 *h1, const uint8_t *s, size_t len)
{
	size_t method = 0, target;

	while (method < len && is_token(s[method]))
		method++;
	if (method == 0 || len - method < 11 || s[method] != ' ' ||
	    s[len - 9] != ' ' || !version(h1, s + len - 8))
		return bad(h1, "not a request line of HTTP/1.1");
	target = len - 9 - (method + 1);
	for (size_t i = 0; i < target; i++)
		if (s[method + 1 + i] <= ' ' || s[method + 1 + i] >= 0x7f)
			return bad(h1, "a strange character in the target");
	return h1->events->start(h1->ctx, (const char *)s, method,
	    (const char *)s + method + 1, target);
}

static int
length_field(struct h1 *h1, const uint8_t *s, size_t len)
{
	uint64_t n = 0;

	/* 18 digits are less than 2^64. */
	if (!is_digits(s, len) || len > 18)
		return bad(h1, "not a Content-Length");
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (uint64_t)(s[i] - '0');
	if (h1->has_length && n != h1->left)
		return bad(h1, "two Content-Lengths");
	h1->has_length = true;
	h1->left = n;
	return 0;
}

/* Whether the list has the word. */
static bool
has_word(const char *word, const uint8_t *s, size_t len)
{
	while (len != 0) {
		size_t n = 0, end;
		while (n < len && s[n] != ',')
			n++;
		end = n;
		while (end != 0 && (s[end - 1] == ' ' || s[end - 1] == '\t'))
			end--;
		if (is(word, s, end))
			return true;
		if (n < len)
			n++;
		while (n < len && (s[n] == ' ' || s[n] == '\t'))
			n++;
		s += n;
		len -= n;
	}
	return false;
}

/* What decides where the message ends. */
static int
framing(struct h1 *h1, const uint8_t *name, size_t name_len,
    const uint8_t *value, size_t len)
{
	switch (name_len) {
	case 6:
		if (is("expect", name, 6))
			h1->expects = is("100-continue", value, len);
		return 0;
	case 10:
		if (!is("connection", name, 10))
			return 0;
		if (has_word("close", value, len))
			h1->close = true;
		if (has_word("keep-alive", value, len))
			h1->keep_alive = true;
		return 0;
	case 14:
		return is("content-length", name, 14)
			   ? length_field(h1, value, len)
			   : 0;
	case 17:
		if (!is("transfer-encoding", name, 17))
			return 0;
		if (h1->chunked || !is("chunked", value, len))
			return bad(h1, "a transfer coding other than chunked");
		h1->chunked = true;
		return 0;
	default:
		return 0;
	}
}

static int
field_line(struct h1 *h1, uint8_t *s, size_t len, bool trailer)
{
	size_t name = 0, value, end = len;

	if (++h1->fields > H1_FIELDS)
		return bad(h1, "too many header fields");
	while (name < len && is_token(s[name]))
		name++;
	if (name == 0 || name == len || s[name] != ':')
		return bad(h1, "not a header field");
	value = name + 1;
	while (value < end && (s[value] == ' ' || s[value] == '\t'))
		value++;
	while (end > value && (s[end - 1] == ' ' || s[end - 1] == '\t'))
		end--;
	for (size_t i = value; i < end; i++)
		if ((s[i] < ' ' && s[i] != '\t') || s[i] == 0x7f)
			return bad(h1, "a control character in a header field");
	if (trailer)
		return 0;
	if (framing(h1, s, name, s + value, end - value) == -1)
		return -1;
	return h1->events->field(h1->ctx, s, name, s + value, end - value);
}

static void
next_message(struct h1 *h1)
{
	h1->state = H1_START;
	h1->status = h1->minor = h1->fields = 0;
	h1->has_length = h1->chunked = h1->close = h1->expects = false;
	h1->keep_alive = h1->begun = false;
	h1->header = 0;
	h1->left = h1->body = 0;
}

/* RFC 9112 section 6.3. */
static int
header_end(struct h1 *h1)
{
	if (h1->chunked && (h1->has_length || h1->minor == 0))
		return bad(h1, "a length and a transfer coding");
	if (h1->minor == 0 && !h1->keep_alive)
		h1->close = true;
	if (h1->status == 101)
		return bad(h1, "another protocol");
	if (h1->events->head(h1->ctx) == -1)
		return bad(h1, "stopped");
	if (!h1->request && h1->status < 200) {
		next_message(h1);
		h1->begun = true;
		return 0;
	}
	bool none = h1->status == 204 || h1->status == 304 ||
		    (h1->request && !h1->has_length && !h1->chunked);
	if (none) {
		h1->state = H1_DONE;
	} else if (h1->chunked) {
		h1->state = H1_CHUNK_SIZE;
	} else if (!h1->has_length) {
		h1->close = true;
		h1->state = H1_BODY_TO_END;
	} else if (h1->left > h1->max_body) {
		h1->too_long = true;
		return bad(h1, "the body is too long");
	} else {
		h1->state = h1->left != 0 ? H1_BODY : H1_DONE;
	}
	return 0;
}

static int
chunk_line(struct h1 *h1, const uint8_t *s, size_t len)
{
	uint64_t size = 0;
	size_t n = 0;

	for (; n < len; n++) {
		unsigned c = s[n] | 32u;
		if (c >= '0' && c <= '9' && s[n] >= '0')
			size = size << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			size = size << 4 | (c - 'a' + 10);
		else
			break;
		if (n == SIZE_DIGITS)
			return bad(h1, "the size of a chunk is too long");
	}
	if (n == 0)
		return bad(h1, "a chunk without size");
	size_t extension = n;
	while (extension < len && (s[extension] == ' ' || s[extension] == '\t'))
		extension++;
	if (extension < len && s[extension] != ';')
		return bad(h1, "the size of a chunk is not a number");
	h1->header += len - n;
	if (h1->header > H1_HEADER_MAX)
		return bad(h1, "too long extensions of chunks");
	if (size > h1->max_body - h1->body) {
		h1->too_long = true;
		return bad(h1, "the body is too long");
	}
	h1->left = size;
	h1->state = size != 0 ? H1_CHUNK : H1_TRAILER;
	if (size == 0)
		h1->header = h1->fields = 0;
	return 0;
}

/* The line is whole, without its end. */
static int
take_line(struct h1 *h1)
{
	uint8_t *s = h1->line.data;
	size_t len = h1->line.len;

	h1->line.len = 0;
	switch (h1->state) {
	case H1_START:
		/* RFC 9112 section 2.2: empty lines before a request. */
		if (len == 0 && h1->request && h1->header <= 16)
			return 0;
		if (h1->request ? request_line(h1, s, len) == -1
				: status_line(h1, s, len) == -1)
			return bad(h1, h1->why != NULL ? h1->why : "stopped");
		h1->state = H1_FIELD;
		return 0;
	case H1_FIELD:
		if (len == 0)
			return header_end(h1);
		h1->line.len = len;
		h1->state = H1_FIELD_END;
		return 0;
	case H1_FIELD_END:
		h1->state = H1_FIELD;
		if (field_line(h1, s, len, false) == -1)
			return bad(h1, h1->why != NULL ? h1->why : "stopped");
		return 0;
	case H1_CHUNK_SIZE:
		return chunk_line(h1, s, len);
	case H1_CHUNK_END:
		if (len != 0)
			return bad(h1, "a chunk longer than its size");
		h1->state = H1_CHUNK_SIZE;
		return 0;
	case H1_TRAILER:
		if (len == 0) {
			h1->state = H1_DONE;
			return 0;
		}
		return field_line(h1, s, len, true);
	default:
		return bad(h1, "out of turn");
	}
}

/* What is no line of its kind may never end: that is seen before. */
static bool
begins_well(const struct h1 *h1)
{
	const uint8_t *s = h1->line.data;
	size_t len = h1->line.len;

	if (len == 0)
		return true;
	if (h1->state == H1_START && !h1->request)
		return memcmp(s, "HTTP/1.", len < 7 ? len : 7) == 0;
	if (h1->state == H1_CHUNK_SIZE)
		return isxdigit(s[0]) != 0;
	return true;
}

/* Reads to the end of a line, or of data. */
static int
read_line(struct h1 *h1, const uint8_t *data, size_t len, size_t *used)
{
	const uint8_t *end = memchr(data, '\n', len);
	size_t n = end != NULL ? (size_t)(end - data) : len;
	bool chunks = h1->state == H1_CHUNK_SIZE || h1->state == H1_CHUNK_END;
	bool header = !chunks;

	*used = end != NULL ? n + 1 : n;
	if (header && *used > H1_HEADER_MAX - h1->header)
		return bad(h1, "the header is too long");
	if (header)
		h1->header += *used;
	if (chunks && h1->line.len + n > EXTENSION_MAX)
		return bad(h1, "the line of a chunk is too long");
	if (riad_buf_add(&h1->line, data, n) == -1)
		return bad(h1, "a header line is too long");
	if (end == NULL)
		return begins_well(h1) ? 0
				       : bad(h1, "not a message of HTTP/1.1");
	bool cr = h1->line.len != 0 && h1->line.data[h1->line.len - 1] == '\r';
	if (cr)
		h1->line.len--;
	else if (chunks || h1->request)
		return bad(h1, "a line ends without CR");
	if (h1->line.len != 0 &&
	    memchr(h1->line.data, '\r', h1->line.len) != NULL)
		return bad(h1, "CR in a line");
	return take_line(h1);
}

/* The header field is whole if the next line isn't indented.  RFC 9112 section
 * 5.2: of a response, one that is goes on with it. */
static int
unfold(struct h1 *h1, uint8_t next)
{
	if (next != ' ' && next != '\t')
		return take_line(h1);
	if (h1->request)
		return bad(h1, "a folded header field");
	h1->state = H1_FIELD;
	return 0;
}

static int
read_body(struct h1 *h1, const uint8_t *data, size_t len, size_t *used)
{
	bool to_end = h1->state == H1_BODY_TO_END;

	*used = to_end || len < h1->left ? len : (size_t)h1->left;
	if (*used > h1->max_body - h1->body) {
		h1->too_long = true;
		return bad(h1, "the body is too long");
	}
	h1->body += *used;
	if (h1->events->body(h1->ctx, data, *used) == -1)
		return bad(h1, "stopped");
	if (to_end)
		return 0;
	h1->left -= *used;
	if (h1->left == 0)
		h1->state = h1->state == H1_CHUNK ? H1_CHUNK_END : H1_DONE;
	return 0;
}

int
h1_read(struct h1 *h1, const uint8_t *data, size_t len, size_t *used)
{
	int got = 0;

	*used = 0;
	if (h1->state == H1_DONE)
		next_message(h1);
	while (got == 0 && *used < len && h1->state != H1_DONE) {
		size_t n = 0;
		h1->begun = true;
		switch (h1->state) {
		case H1_BODY:
		case H1_BODY_TO_END:
		case H1_CHUNK:
			got = read_body(h1, data + *used, len - *used, &n);
			break;
		case H1_FIELD_END:
			got = unfold(h1, data[*used]);
			break;
		case H1_BAD:
			return -1;
		default:
			got = read_line(h1, data + *used, len - *used, &n);
			break;
		}
		*used += n;
	}
	if (got == -1)
		return -1;
	return h1->state == H1_DONE;
}

int
h1_end(struct h1 *h1)
{
	if (h1->state == H1_BODY_TO_END) {
		h1->state = H1_DONE;
		return 1;
	}
	if (h1->state == H1_DONE || (h1->state == H1_START && !h1->begun))
		return 0;
	return bad(h1, "the message is cut short");
}
