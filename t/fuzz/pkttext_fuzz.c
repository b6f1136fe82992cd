/* SPDX-License-Identifier: ISC */
/*
 * Any stream goes to text and back without a byte lost, up to where it is
 * damaged; any text that is understood goes to bytes that, read as a stream
 * without fault, mean the same.
 */

#include "riad/pkttext.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Text never comes near the buffer's end, where it would be written out. */
enum { LIMIT = 4096 };
static struct riad_out text;
static struct riad_pkttext_writer wr;
static uint8_t wire[RIAD_PKT_MAX];

/* data to text, as much of it as is good; returns how much that is. */
static size_t
decode(const uint8_t *data, size_t size)
{
	struct riad_pkt pkt;
	size_t pos = 0;

	riad_out_init(&text, -1);
	riad_pkttext_writer_init(&wr, &text);
	for (ssize_t n; (n = riad_pkt_parse(&pkt, data + pos, size - pos)) > 0;
	     pos += (size_t)n)
		riad_pkttext_write(&wr, &pkt);
	if (size - pos >= 4 && memcmp(data + pos, "PACK", 4) == 0) {
		/* In two pieces, as it may arrive. */
		size_t half = (size - pos) / 2;
		pkt = (struct riad_pkt){RIAD_PKT_RAW, data + pos, half};
		riad_pkttext_write(&wr, &pkt);
		pkt.data += half;
		pkt.len = size - pos - half;
		riad_pkttext_write(&wr, &pkt);
		pos = size;
	}
	riad_pkttext_end(&wr);
	return pos;
}

/* Text to bytes; -1 where a line of it is not understood. */
static ssize_t
encode(uint8_t *to, const uint8_t *p, size_t len)
{
	size_t sum = 0, col;
	const char *why;

	for (const uint8_t *end = p + len; p < end;) {
		const uint8_t *nl = memchr(p, '\n', (size_t)(end - p));
		const uint8_t *stop = nl != NULL ? nl : end;
		ssize_t n =
		    riad_pkttext_parse(wire, p, (size_t)(stop - p), &why, &col);
		if (n == -1) {
			if (why == NULL || col < 1 ||
			    col > (size_t)(stop - p) + 1)
				abort();
			return -1;
		}
		memcpy(to + sum, wire, (size_t)n);
		sum += (size_t)n;
		p = nl != NULL ? nl + 1 : end;
	}
	return (ssize_t)sum;
}

static void
there_and_back(const uint8_t *data, size_t size)
{
	static uint8_t back[LIMIT];

	size_t good = decode(data, size);
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.buf[i];
		if ((c < ' ' || c > '~') && c != '\n')
			abort();
	}
	ssize_t n = encode(back, text.buf, text.len);
	if (n != (ssize_t)good || memcmp(back, data, good) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[2 * LIMIT];

	if (size > LIMIT)
		return 0;
	there_and_back(data, size);

	/* A byte of text makes at most one; .... and * are no more than that.
	 */
	ssize_t n = encode(bytes, data, size);
	if (n > (ssize_t)size)
		abort();
	if (n > 0)
		there_and_back(bytes, (size_t)n);
	return 0;
}
