/* SPDX-License-Identifier: ISC */

#include "riad/text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static void
test_numbers(void)
{
	static const struct {
		const char *in;
		uint64_t max;
		int err; /* 0 if it is want */
		uint64_t want;
	} cases[] = {
	    {"0", 0, 0, 0},
	    {"1", 0, ERANGE, 0},
	    {"007", 7, 0, 7},
	    {"8", 7, ERANGE, 0},
	    {"100", 99, ERANGE, 0},
	    {"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
	    {"18446744073709551616", UINT64_MAX, ERANGE, 0},
	    {"99999999999999999999", UINT64_MAX, ERANGE, 0},
	    {"", 9, EINVAL, 0},
	    {"-1", 9, EINVAL, 0},
	    {"+1", 9, EINVAL, 0},
	    {" 1", 9, EINVAL, 0},
	    {"1 ", 9, EINVAL, 0},
	    {"0x1", 9, EINVAL, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t v = 0;
		errno = 0;
		int r = riad_parse_u64(&v, cases[i].in, cases[i].max);
		ok(r == (cases[i].err ? -1 : 0) && errno == cases[i].err &&
			v == cases[i].want,
		    "\"%s\"", cases[i].in);
	}
}

/* Every byte against what isxdigit(3) would say in the C locale. */
static void
test_hex(void)
{
	static const char digits[] = "0123456789abcdef", up[] = "ABCDEF";
	int bad = 0;

	for (int c = 0; c < 256; c++) {
		const char *d = c ? strchr(digits, c) : NULL;
		const char *u = c ? strchr(up, c) : NULL;
		int want = d ? (int)(d - digits) : u ? (int)(u - up) + 10 : -1;
		bad += riad_hex_digit((uint8_t)c) != want;
	}
	ok(bad == 0, "hex digits");
}

/* All code points encode to what is taken, and cut short they are not. */
static void
test_utf8_valid(void)
{
	int bad = 0;

	for (uint32_t c = 0; c <= 0x110000; c++) {
		uint8_t s[4];
		size_t n;

		if (c < 0x80) {
			n = 1;
			s[0] = (uint8_t)c;
		} else if (c < 0x800) {
			n = 2;
			s[0] = (uint8_t)(0xc0 | c >> 6);
		} else if (c < 0x10000) {
			n = 3;
			s[0] = (uint8_t)(0xe0 | c >> 12);
		} else {
			n = 4;
			s[0] = (uint8_t)(0xf0 | c >> 18);
		}
		for (size_t i = 1; i < n; i++)
			s[i] = (uint8_t)(0x80 | (c >> 6 * (n - 1 - i) & 0x3f));

		int wrong = (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff;
		bad += riad_utf8_len(s, n) != (wrong ? 0 : n);
		for (size_t cut = 0; cut < n; cut++)
			bad += riad_utf8_len(s, cut) != 0;
	}
	ok(bad == 0, "UTF-8 of all code points");
}

static void
test_utf8_invalid(void)
{
	static const char *const cases[] = {"\x80", "\xbf", "\xc0\x80",
	    "\xc1\xbf", "\xc2\x20", "\xe0\x80\x80", "\xe0\x9f\xbf",
	    "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
	    "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff",
	    "\xe2\x82\x20", "\xf0\x9f\x90\x20"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const uint8_t *s = (const uint8_t *)cases[i];
		ok(riad_utf8_len(s, strlen(cases[i])) == 0, "not UTF-8: %zu",
		    i);
	}
	ok(riad_utf8_valid((const uint8_t *)"a\xc3\xa9z", 4), "valid");
	ok(!riad_utf8_valid((const uint8_t *)"a\xc3z", 3), "not valid");
	ok(riad_utf8_valid(NULL, 0), "nothing is valid");
}

static void
test_escape(void)
{
	static const struct {
		const char *in, *want;
		size_t len;
	} cases[] = {
	    {"", "", 0},
	    {"plain ~", "plain ~", 7},
	    {"a\nb\tc\\", "a\\nb\\tc\\", 6},
	    {"\0\x01\x1b[31m\x7f", "\\x00\\x01\\x1b[31m\\x7f", 8},
	    {"\r", "\\x0d", 1},
	    /* What turns the direction of others, and its neighbours. */
	    {"\xd8\x9b\xd8\x9c\xd8\x9d", "\xd8\x9b\\xd8\\x9c\xd8\x9d", 6},
	    {"\xe2\x80\x8d\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\x90",
		"\xe2\x80\x8d\\xe2\\x80\\x8e\\xe2\\x80\\x8f\xe2\x80\x90", 12},
	    /* NOLINTNEXTLINE(misc-misleading-bidirectional): on purpose. */
	    {"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xae\xe2\x80\xaf",
		"\xe2\x80\xa7\\xe2\\x80\\xa8\\xe2\\x80\\xae\xe2\x80\xaf", 12},
	    {"\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa",
		"\xe2\x81\xa5\\xe2\\x81\\xa6\\xe2\\x81\\xa9\xe2\x81\xaa", 12},
	    {"\xe2\x84\xae", "\xe2\x84\xae", 3},
	    {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xaa",
		"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xaa", 9},
	    {"\xc2\x9b\xc2\xa0", "\\xc2\\x9b\xc2\xa0", 4},
	    {"\xc3", "\\xc3", 1},
	    {"a\xff", "a\\xff", 2},
	    {"\xed\xa0\x80", "\\xed\\xa0\\x80", 3},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_buf buf;

		riad_buf_init(&buf, 100);
		ok(riad_escape(&buf, cases[i].in, cases[i].len) == 0 &&
			strcmp(riad_buf_str(&buf), cases[i].want) == 0,
		    "escape %zu", i);
		riad_buf_free(&buf);
	}

	struct riad_buf small;
	riad_buf_init(&small, 3);
	errno = 0;
	ok(riad_escape(&small, "\x01", 1) == -1 && errno == EMSGSIZE,
	    "no room");
	riad_buf_free(&small);
}

/* The examples of RFC 4648, and the other digits. */
static void
test_base64(void)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
	    {"", ""},
	    {"f", "Zg=="},
	    {"fo", "Zm8="},
	    {"foo", "Zm9v"},
	    {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="},
	    {"foobar", "Zm9vYmFy"},
	    {"\xff\xef\xbe", "/+++"},
	};
	static struct riad_out out;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char back[32] = "";
		int p[2];

		ok(pipe(p) == 0, "pipe");
		riad_out_init(&out, p[1]);
		riad_base64(&out, cases[i].in, strlen(cases[i].in));
		ok(riad_out_flush(&out) == 0 && close(p[1]) == 0, "flush");
		ok(read(p[0], back, sizeof(back) - 1) ==
			    (ssize_t)strlen(cases[i].want) &&
			strcmp(back, cases[i].want) == 0,
		    "base64 %s", cases[i].want);
		close(p[0]);
	}
}

static void
test_size(void)
{
	static const struct {
		const char *text;
		uint64_t value;
		int err;
		const char *back;
	} cases[] = {
	    {"0", 0, 0, "0"},
	    {"1000", 1000, 0, "1000"},
	    {"1k", 1024, 0, "1k"},
	    {"3M", 3 << 20, 0, "3m"},
	    {"1536k", 1536 << 10, 0, "1536k"},
	    {"2048g", UINT64_C(2) << 40, 0, "2048g"},
	    {"4097g", 0, ERANGE, NULL},
	    {"4398046511104", UINT64_C(1) << 42, 0, "4096g"},
	    {"4398046511105", 0, ERANGE, NULL},
	    {"18446744073709551616", 0, ERANGE, NULL},
	    {"018446744073709551616", 0, ERANGE, NULL},
	    {"", 0, EINVAL, NULL},
	    {"k", 0, EINVAL, NULL},
	    {"-1", 0, EINVAL, NULL},
	    {" 1", 0, EINVAL, NULL},
	    {"1kb", 0, EINVAL, NULL},
	    {"1t", 0, EINVAL, NULL},
	    {"1.5g", 0, EINVAL, NULL},
	};
	const uint64_t max = UINT64_C(1) << 42;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[RIAD_SIZE_TEXT];
		uint64_t value = 0;
		errno = 0;
		int r = riad_parse_size(&value, cases[i].text, max);
		if (cases[i].err != 0)
			ok(r == -1 && errno == cases[i].err, "no size: '%s'",
			    cases[i].text);
		else
			ok(r == 0 && value == cases[i].value &&
				strcmp(riad_size_text(text, value),
				    cases[i].back) == 0,
			    "size: %s", cases[i].text);
	}
}

int
main(void)
{
	test_size();
	test_numbers();
	test_hex();
	test_utf8_valid();
	test_utf8_invalid();
	test_escape();
	test_base64();
	return tap_done();
}
