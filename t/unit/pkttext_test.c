/* SPDX-License-Identifier: ISC */

#include "riad/pkttext.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static struct riad_out out;

static bool
wrote(const char *want)
{
	size_t len = out.len;

	out.len = 0;
	return len == strlen(want) && memcmp(out.buf, want, len) == 0;
}

/* Each byte at each place of a word, so that none hides in the fast path. */
static void
test_bytes(void)
{
	static uint8_t wire[RIAD_PKT_MAX];
	static struct riad_pkttext_writer wr;
	uint8_t packet[4 + 24];
	int bad = 0, raw = 0;

	riad_out_init(&out, -1);
	riad_pkttext_writer_init(&wr, &out);
	for (int place = 0; place < 24; place++) {
		for (int c = 0; c < 256; c++) {
			struct riad_pkt pkt;
			const char *why;
			size_t col;

			memcpy(packet, "001cabcdefghijklmnopqrstuvwx", 28);
			packet[4 + place] = (uint8_t)c;
			if (riad_pkt_parse(&pkt, packet, 28) != 28)
				bad++;
			riad_pkttext_write(&wr, &pkt);
			for (size_t i = 0; i < out.len - 1; i++)
				raw += out.buf[i] < ' ' || out.buf[i] > '~';
			if (riad_pkttext_parse(
				wire, out.buf, out.len - 1, &why, &col) != 28 ||
			    memcmp(wire, packet, 28) != 0)
				bad++;
			out.len = 0;
		}
	}
	ok(bad == 0, "every byte comes back from every place");
	ok(raw == 0, "and none was raw");
}

static void
test_raw(void)
{
	static struct riad_pkttext_writer wr;
	static uint8_t data[RIAD_PKTTEXT_RAW + 1];
	struct riad_pkt pkt = {RIAD_PKT_RAW, (const uint8_t *)"PACK", 4};

	riad_pkttext_writer_init(&wr, &out);
	riad_pkttext_write(&wr, &pkt);
	ok(wrote("*PACK"), "a raw line stays open");
	pkt.len = 1;
	riad_pkttext_write(&wr, &pkt);
	riad_pkttext_end(&wr);
	ok(wrote("P\n"), "and goes on");
	riad_pkttext_end(&wr);
	ok(wrote(""), "it ends once");

	memset(data, 'x', sizeof(data));
	pkt = (struct riad_pkt){RIAD_PKT_RAW, data, sizeof(data)};
	riad_pkttext_write(&wr, &pkt);
	ok(out.len == 1 + RIAD_PKTTEXT_RAW + 1 + 2 &&
		memcmp(out.buf + out.len - 4, "x\n*x", 4) == 0,
	    "lines have one length");
	out.len = 0;
}

static void
test_parse(void)
{
	static const struct {
		const char *line;
		const char *want; /* NULL: wrong, at col */
		size_t col;
	} cases[] = {
	    {"0000", "0000", 0},
	    {"0002", "0002", 0},
	    {"0004", "0004", 0},
	    {"0004 ", "0004", 0},
	    {"000A abc\\\\\\x7e\\n", "000Aabc\\~\n", 0},
	    {"....", "0004", 0},
	    {".... a\\n", "0006a\n", 0},
	    {"*", "", 0},
	    {"*0fzz\\x41", "0fzzA", 0},
	    {"", NULL, 1},
	    {"000", NULL, 4},
	    {"..", NULL, 1},
	    {"00g0", NULL, 3},
	    {"0001 ", NULL, 5},
	    {"0003", NULL, 1},
	    {"0005 ab", NULL, 1},
	    {"fff1 a", NULL, 1},
	    {"0006ab", NULL, 5},
	    {"0006 a\\", NULL, 7},
	    {"0006 \\xg0", NULL, 6},
	    {"0006 a\t", NULL, 7},
	};
	static uint8_t wire[RIAD_PKT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *line = cases[i].line, *why = NULL;
		size_t col = 0;
		ssize_t n = riad_pkttext_parse(
		    wire, (const uint8_t *)line, strlen(line), &why, &col);

		if (cases[i].want == NULL)
			ok(n == -1 && errno == EBADMSG && why != NULL &&
				col == cases[i].col,
			    "\"%s\" is wrong at %zu, not %zu", line,
			    cases[i].col, col);
		else
			ok(n == (ssize_t)strlen(cases[i].want) &&
				memcmp(wire, cases[i].want, (size_t)n) == 0,
			    "\"%s\"", line);
	}
}

/* The longest packet and the longest raw line fit; a byte more does not. */
static void
test_limits(void)
{
	static uint8_t wire[RIAD_PKT_MAX], line[RIAD_PKTTEXT_MAX + 8];
	static const uint8_t escape[4] = {'\\', 'x', 'f', 'e'};
	const char *why;
	size_t col;

	memset(line, 'x', sizeof(line));
	memset(line, '.', 4);
	line[4] = ' ';
	ok(riad_pkttext_parse(wire, line, 5 + RIAD_PKT_DATA_MAX, &why, &col) ==
		    RIAD_PKT_MAX &&
		memcmp(wire, "fff0", 4) == 0,
	    "the longest packet");
	ok(riad_pkttext_parse(wire, line, 6 + RIAD_PKT_DATA_MAX, &why, &col) ==
		    -1 &&
		col == 6 + RIAD_PKT_DATA_MAX,
	    "no longer one");
	for (size_t i = 0; i < RIAD_PKT_MAX; i++)
		memcpy(line + 1 + 4 * i, escape, sizeof(escape));
	line[0] = '*';
	ok(riad_pkttext_parse(wire, line, RIAD_PKTTEXT_MAX - 1, &why, &col) ==
		RIAD_PKT_MAX,
	    "the longest line");
	ok(riad_pkttext_parse(wire, line, RIAD_PKTTEXT_MAX, &why, &col) == -1,
	    "no longer one");
}

/* Every split of the text yields the same bytes. */
static void
test_split(void)
{
	static const char in[] = "000a hello\\n\n0000\n*ab\\\\\n.... x";
	static const char want[] = "000ahello\n0000ab\\0005x";
	static struct riad_pkttext_reader rd;
	int bad = 0;

	for (size_t cut = 0; cut < sizeof(in) - 1; cut++) {
		char got[64];
		const uint8_t *wire;
		size_t sum = 0, len;
		int p[2], r;

		if (pipe(p) == -1 || write(p[1], in, cut) != (ssize_t)cut)
			break;
		riad_pkttext_reader_init(&rd, p[0]);
		if (cut > 0)
			bad += riad_pkttext_fill(&rd) != 1;
		bad += write(p[1], in + cut, sizeof(in) - 1 - cut) == -1;
		close(p[1]);
		do {
			while ((r = riad_pkttext_next(&rd, &wire, &len)) == 1) {
				memcpy(got + sum, wire, len);
				sum += len;
			}
		} while (r == 0 && (r = riad_pkttext_fill(&rd)) == 1);
		bad += r != 0 || rd.line != 4 || sum != sizeof(want) - 1 ||
		       memcmp(got, want, sum) != 0;
		close(p[0]);
	}
	ok(bad == 0, "bytes do not depend on how the text arrives");
}

int
main(void)
{
	test_bytes();
	test_raw();
	test_parse();
	test_limits();
	test_split();
	return tap_done();
}
