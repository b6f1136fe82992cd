/* SPDX-License-Identifier: ISC */

#include "riad/pkttrace.h"

#include <string.h>

#include "tap.h"

static struct riad_pkttrace trace;
static char lines[4096];

static void
keep(void *ctx, const char *text, size_t len)
{
	size_t n = strlen(lines);

	(void)ctx;
	if (text[len] == '\0' && n + len + 2 < sizeof(lines))
		snprintf(lines + n, sizeof(lines) - n, "%s\n", text);
}

static void
start(int version)
{
	lines[0] = '\0';
	riad_pkttrace_init(&trace, "upload-pack", version, keep, NULL);
}

#define LINE "packet:  upload-pack"

static void
test_in(void)
{
	static const struct {
		struct riad_pkt pkt;
		const char *line;
	} cases[] = {
	    {{RIAD_PKT_FLUSH, NULL, 0}, LINE "< 0000\n"},
	    {{RIAD_PKT_DELIM, NULL, 0}, LINE "< 0001\n"},
	    {{RIAD_PKT_END, NULL, 0}, LINE "< 0002\n"},
	    {{RIAD_PKT_DATA, (const uint8_t *)"done\n", 5}, LINE "< done\n"},
	    {{RIAD_PKT_DATA, (const uint8_t *)"", 0}, LINE "< \n"},
	    {{RIAD_PKT_DATA, (const uint8_t *)"a\nb\0c\x7f\xc3", 7},
		LINE "< ab\\0c\\177\\303\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(2);
		riad_pkttrace_in(&trace, &cases[i].pkt);
		ok(strcmp(lines, cases[i].line) == 0, "in: case %zu", i);
	}
}

static void
test_out(void)
{
	static const struct {
		int version;
		const char *wire;
		size_t len;
		const char *lines;
	} cases[] = {
#define WIRE(s) s, sizeof(s) - 1
	    {0,
		WIRE("0008NAK\n0006\2x0009\1PACK0005\1"
		     "0000"),
		LINE "> NAK\n" LINE "> 0000\n"},
	    {0, WIRE("0008NAK\nPACK....0008NAK\n"), LINE "> NAK\n"},
	    {2,
		WIRE("000dpackfile\n0006\2x0009\1PACK0005\1"
		     "000000010002"),
		LINE "> packfile\n" LINE "> 0000\n" LINE "> 0001\n" LINE
		     "> 0002\n"},
	    /* sideband-all */
	    {2, WIRE("000a\1NAK!\n0006\1x000e\1packfile\n0006\1x0006\2x0000"),
		LINE "> \\1NAK!\n" LINE "> \\1x\n" LINE "> \\1packfile\n" LINE
		     "> 0000\n"},
	    /* What is malformed ends it. */
	    {2,
		WIRE("0005x0003"
		     "0005y"),
		LINE "> x\n"},
	    {2,
		WIRE("0005xfff1"
		     "0005y"),
		LINE "> x\n"},
	    {2, WIRE("0005x00"), LINE "> x\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int wrong = 0;
		/* In two pieces, wherever it is cut. */
		for (size_t cut = 0; cut <= cases[i].len; cut++) {
			start(cases[i].version);
			riad_pkttrace_out(&trace, cases[i].wire, cut);
			riad_pkttrace_out(
			    &trace, cases[i].wire + cut, cases[i].len - cut);
			wrong += strcmp(lines, cases[i].lines) != 0;
		}
		start(cases[i].version);
		for (size_t k = 0; k < cases[i].len; k++)
			riad_pkttrace_out(&trace, cases[i].wire + k, 1);
		wrong += strcmp(lines, cases[i].lines) != 0;
		ok(wrong == 0, "out: case %zu, however it is cut", i);
	}
}

static size_t longest;

static void
measure(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	(void)text;
	longest = len;
}

static void
test_longest(void)
{
	static uint8_t wire[RIAD_PKT_MAX];

	memset(wire, 0xff, sizeof(wire));
	memcpy(wire, "fff0", 4);
	riad_pkttrace_init(&trace,
	    "a name that is far too long for anybody to have it", 2, measure,
	    NULL);
	riad_pkttrace_out(&trace, wire, sizeof(wire));
	ok(longest == strlen("packet: ") + 32 + 2 + 4 * RIAD_PKT_DATA_MAX,
	    "the longest line has room");
}

int
main(void)
{
	test_in();
	test_out();
	test_longest();
	return tap_done();
}
