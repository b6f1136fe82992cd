/* SPDX-License-Identifier: ISC */

#include "riad/pkttext.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "riad/io.h"
#include "riad/text.h"

static const char hex[] = "0123456789abcdef";

/*
 * Whether eight bytes are all printable ASCII and no backslash, by the usual
 * arithmetic on a word.  It may miss that they are, never that they are not:
 * a borrow or carry only ever comes from a byte that is not printable.
 */
static bool
is_plain8(const uint8_t *p)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t w, x;

	memcpy(&w, p, sizeof(w));
	x = w ^ ones * '\\';
	return ((w | (w - ones * ' ') | (w + ones) | (x - ones)) &
		   ones * 0x80) == 0;
}

void
riad_pkttext_writer_init(struct riad_pkttext_writer *wr, struct riad_out *out)
{
	wr->out = out;
	wr->col = 0;
	for (unsigned c = 0; c < 256; c++) {
		bool plain = c >= ' ' && c <= '~' && c != '\\';
		char text[4] = {'\\', 'x', hex[c >> 4], hex[c & 15]};

		if (plain)
			text[0] = (char)c;
		else if (c == '\n' || c == '\\')
			text[1] = c == '\n' ? 'n' : '\\';
		memcpy(wr->byte[c].text, text, sizeof(text));
		wr->byte[c].len = plain ? 1 : c == '\n' || c == '\\' ? 2 : 4;
	}
}

/* The text of at most LEN bytes, straight into the room for them. */
enum { PIECE = 8192 };

static uint8_t *
put_piece(const struct riad_pkttext_writer *wr, uint8_t *to, const uint8_t *p,
    size_t len)
{
	const uint8_t *end = p + len;

	while (p < end) {
		if (end - p >= 8 && is_plain8(p)) {
			memcpy(to, p, 8);
			to += 8;
			p += 8;
			continue;
		}
		/* Four bytes whatever it is: no branch to guess wrong. */
		const uint8_t *stop = end - p >= 8 ? p + 8 : end;
		for (; p < stop; p++) {
			memcpy(to, wr->byte[*p].text, 4);
			to += wr->byte[*p].len;
		}
	}
	return to;
}

static void
put_bytes(struct riad_pkttext_writer *wr, const uint8_t *p, size_t len)
{
	while (len > 0) {
		size_t n = len < PIECE ? len : PIECE;
		uint8_t *to = riad_out_room(wr->out, 4 * n);
		wr->out->len += (size_t)(put_piece(wr, to, p, n) - to);
		p += n;
		len -= n;
	}
}

static void
put_raw(struct riad_pkttext_writer *wr, const uint8_t *p, size_t len)
{
	while (len > 0) {
		size_t n = RIAD_PKTTEXT_RAW - wr->col;
		if (n > len)
			n = len;
		if (wr->col == 0)
			riad_out_char(wr->out, '*');
		put_bytes(wr, p, n);
		wr->col += n;
		if (wr->col == RIAD_PKTTEXT_RAW)
			riad_pkttext_end(wr);
		p += n;
		len -= n;
	}
}

void
riad_pkttext_write(struct riad_pkttext_writer *wr, const struct riad_pkt *pkt)
{
	switch (pkt->type) {
	case RIAD_PKT_RAW:
		put_raw(wr, pkt->data, pkt->len);
		return;
	case RIAD_PKT_DATA:
		riad_out_add(wr->out, pkt->data - RIAD_PKT_HDR, RIAD_PKT_HDR);
		riad_out_char(wr->out, ' ');
		put_bytes(wr, pkt->data, pkt->len);
		riad_out_char(wr->out, '\n');
		return;
	default:
		riad_out_add(wr->out, "000", 3);
		riad_out_char(wr->out, hex[pkt->type]);
		riad_out_char(wr->out, '\n');
	}
}

void
riad_pkttext_end(struct riad_pkttext_writer *wr)
{
	if (wr->col > 0)
		riad_out_char(wr->out, '\n');
	wr->col = 0;
}

/* Where a line is read and its bytes are put, and what is wrong with it. */
struct cursor {
	const uint8_t *p, *end;
	uint8_t *to, *limit;
	const char *why;
};

/* The byte of the escape at c->p, or -1. */
static int
take_escape(struct cursor *c)
{
	size_t left = (size_t)(c->end - c->p);

	if (left >= 2 && (c->p[1] == 'n' || c->p[1] == '\\')) {
		int byte = c->p[1] == 'n' ? '\n' : '\\';
		c->p += 2;
		return byte;
	}
	if (left >= 4 && c->p[1] == 'x') {
		int high = riad_hex_digit(c->p[2]);
		int low = riad_hex_digit(c->p[3]);
		if (high != -1 && low != -1) {
			c->p += 4;
			return high << 4 | low;
		}
	}
	c->why = "bad escape: there are \\n, \\\\ and \\xNN";
	return -1;
}

/* All bytes from c->p to the end of the line; -1 leaves it where it stopped. */
static int
take_bytes(struct cursor *c)
{
	while (c->p < c->end) {
		while (c->end - c->p >= 8 && c->limit - c->to >= 8 &&
		       is_plain8(c->p)) {
			memcpy(c->to, c->p, 8);
			c->to += 8;
			c->p += 8;
		}
		if (c->p == c->end)
			break;
		if (c->to == c->limit) {
			c->why = "line too long for a packet";
			return -1;
		}
		int byte = *c->p;
		if (byte < ' ' || byte == 0x7f) {
			c->why = "control character: write it as \\xNN";
			return -1;
		}
		if (byte != '\\')
			c->p++;
		else if ((byte = take_escape(c)) == -1)
			return -1;
		*c->to++ = (uint8_t)byte;
	}
	return 0;
}

/* What a length says of the line that it begins. */
static int
check_length(struct cursor *c, const uint8_t *line, const uint8_t *wire)
{
	size_t total = (size_t)(c->to - wire), said = 0;

	for (int i = 0; i < RIAD_PKT_HDR; i++)
		said = said << 4 | (size_t)riad_hex_digit(line[i]);
	if (said == total)
		return 0;
	c->p = line;
	c->why = "wrong length for this payload: .... works it out";
	return -1;
}

static int
take_digits(struct cursor *c, const uint8_t *line, bool *dots)
{
	*dots = c->end - c->p >= 4 && memcmp(c->p, "....", 4) == 0;
	for (int i = 0; i < RIAD_PKT_HDR; i++, c->p++) {
		if (c->p == c->end || (!*dots && riad_hex_digit(*c->p) == -1)) {
			c->why = "four hex digits, .... or * expected";
			return -1;
		}
		*c->to++ = *c->p;
	}
	/* Editors cut the blank after an empty payload. */
	if (c->p < c->end && *c->p != ' ') {
		c->why = "a space expected after the length";
		return -1;
	}
	bool special = memcmp(line, "000", 3) == 0 && line[3] <= '2';
	if (c->p < c->end && special) {
		c->why = "a packet of this length has no payload";
		return -1;
	}
	c->p += c->p < c->end;
	return special;
}

static int
take_line(struct cursor *c, uint8_t *wire)
{
	const uint8_t *line = c->p;
	bool dots;

	if (c->p < c->end && *c->p == '*') {
		c->p++;
		return take_bytes(c);
	}
	int special = take_digits(c, line, &dots);
	if (special != 0)
		return special == 1 ? 0 : -1;
	if (take_bytes(c) == -1)
		return -1;
	if (!dots)
		return check_length(c, line, wire);

	size_t total = (size_t)(c->to - wire);
	for (int i = 0; i < RIAD_PKT_HDR; i++)
		wire[i] = (uint8_t)hex[total >> (12 - 4 * i) & 15];
	return 0;
}

ssize_t
riad_pkttext_parse(uint8_t wire[RIAD_PKT_MAX], const uint8_t *line, size_t len,
    const char **why, size_t *col)
{
	struct cursor c = {line, line + len, wire, wire + RIAD_PKT_MAX, NULL};

	if (take_line(&c, wire) == -1) {
		*why = c.why;
		*col = (size_t)(c.p - line) + 1;
		errno = EBADMSG;
		return -1;
	}
	return c.to - wire;
}

void
riad_pkttext_reader_init(struct riad_pkttext_reader *rd, int fd)
{
	rd->fd = fd;
	rd->eof = false;
	rd->why = NULL;
	rd->line = 0;
	rd->col = 0;
	rd->pos = rd->end = 0;
}

int
riad_pkttext_next(
    struct riad_pkttext_reader *rd, const uint8_t **wire, size_t *len)
{
	const uint8_t *line = rd->buf + rd->pos;
	size_t left = rd->end - rd->pos;
	if (left == 0)
		return 0;

	const uint8_t *newline = memchr(line, '\n', left);
	if (newline == NULL && !rd->eof && left < RIAD_PKTTEXT_MAX)
		return 0;

	/* What is longer than any line goes wrong before it ends. */
	size_t n = newline != NULL ? (size_t)(newline - line) : left;
	rd->line++;
	ssize_t r = riad_pkttext_parse(rd->wire, line, n, &rd->why, &rd->col);
	if (r == -1)
		return -1;
	rd->pos += n + (newline != NULL);
	*wire = rd->wire;
	*len = (size_t)r;
	return 1;
}

int
riad_pkttext_fill(struct riad_pkttext_reader *rd)
{
	size_t left = rd->end - rd->pos;
	assert(left < sizeof(rd->buf));
	memmove(rd->buf, rd->buf + rd->pos, left);
	rd->pos = 0;
	rd->end = left;

	ssize_t n = riad_read(rd->fd, rd->buf + left, sizeof(rd->buf) - left);
	if (n == -1) {
		rd->why = strerror(errno);
		rd->col = 0;
		return -1;
	}
	rd->end += (size_t)n;
	rd->eof = n == 0;
	return rd->end > 0;
}
