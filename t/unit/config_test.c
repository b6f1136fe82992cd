/* SPDX-License-Identifier: ISC */

#include "riad/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"

/* What a file says, as "name=value;" or "name;", or "!LINE" at the end. */
static const char *
list(const char *text, size_t len)
{
	static char out[1024];
	struct riad_config_parser p;
	size_t n = 0;
	int r;

	out[0] = '\0';
	riad_config_parser_init(&p, text, len);
	while ((r = riad_config_next(&p)) == 1)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s%s;",
		    p.name, p.value ? "=" : "", p.value ? p.value : "");
	if (r == -1)
		snprintf(out + n, sizeof(out) - n, "!%u", p.line);
	riad_config_parser_free(&p);
	return out;
}

static const struct {
	const char *text;
	const char *want;
} files[] = {
    {"", ""},
    {"\n\n  \t\n", ""},
    {"# [a]\n;b\n", ""},
    {"[a]\nb = c\n", "a.b=c;"},
    {"[a]b=c", "a.b=c;"},
    {"[A]\n\tB-2 = C d\n", "a.b-2=C d;"},
    {"[a]\nb\n", "a.b;"},
    {"[a]\nb", "a.b;"},
    {"[a]\nb =\n", "a.b=;"},
    {"[a]\nb = # no\nc = ;\n", "a.b=;a.c=;"},
    {"[a]\r\nb = c\r\n", "a.b=c;"},
    {"\xef\xbb\xbf[a]\nb = c\n", "a.b=c;"},
    {"[a]\nb = \"  c # d ; \"  # e\n", "a.b=  c # d ; ;"},
    {"[a]\nb = c \"d\" e\n", "a.b=c d e;"},
    {"[a]\nb = c \\\n d\n", "a.b=c  d;"},
    {"[a]\nb = c\\\n", "a.b=c;"},
    {"[a]\nb = c\\", "a.b=c;"},
    {"[a]\nb = \\t\\n\\\\\\\"\\b\n", "a.b=\t\n\\\"\b;"},
    {"[a]\nb = \"\" \n", "a.b=;"},
    {"[a]\nb = c \"\"\n", "a.b=c ;"},
    {"[a \"Sub.x Y\"]\nb = c\n", "a.Sub.x Y.b=c;"},
    {"[a \"q\\\"b\\\\s\\x\"]b=c\n", "a.q\"b\\sx.b=c;"},
    {"[a.Sub]\nb = c\n", "a.sub.b=c;"},
    {"[a \"\"]\nb = c\n", "a..b=c;"},
    {"[a]\nb = 1\n[c]\nb = 2\n[a]\nb = 3\n", "a.b=1;c.b=2;a.b=3;"},
    {"b = c\n", "b=c;"},
    {"[a]\n1b = c\n", "!2"},
    {"[a]\nb c\n", "!2"},
    {"[a]\n\nb = \"c\n", "!3"},
    {"[a]\nb = \\x\n", "!2"},
    {"[a\nb = c\n", "!1"},
    {"[a \"b\n\"]\nc = d\n", "!1"},
    {"[a \"b\" ]\nc = d\n", "!1"},
    {"[a b]\nc = d\n", "!1"},
    {"[]\nb = c\n", "!1"},
    {"[a]\nb = c\n[a/b]\n", "a.b=c;!3"},
    {"\xef\xbb[a]\n", "!1"},
    {"[a]\nb = c\n]\n", "a.b=c;!3"},
    {"[a]\nb=\xc3\xa4\n", "a.b=\xc3\xa4;"},
};

static int
on_param(void *ctx, const char *name, const char *value)
{
	char *out = ctx;
	size_t n = strlen(out);

	snprintf(out + n, 256 - n, "%s%s%s;", name, value ? "=" : "",
	    value ? value : "");
	return strcmp(name, "stop.now") == 0 ? 7 : 0;
}

static const struct {
	const char *text;
	int r;
	const char *want;
} params[] = {
    {"", 0, ""},
    {"'a.b=c'", 0, "a.b=c;"},
    {"'a.b=c' 'D.e'", 0, "a.b=c;d.e;"},
    {"  'a.b=c'", -1, ""},
    {"'a.b=c'   'd.e=f=g'", 0, "a.b=c;d.e=f=g;"},
    {"'A.S=x.b'='c d'", 0, "a.S=x.b=c d;"},
    {"'a.b'=", 0, "a.b;"},
    {"'a.b'=''", 0, "a.b=;"},
    {"'a.b'='it'\\''s'\\!''", 0, "a.b=it's!;"},
    {"' a.b =c'", 0, "a.b=c;"},
    {"'stop.now=1' 'a.b=c'", 7, "stop.now=1;"},
    {"'a.b'=c", -1, ""},
    {"'a.b'x", -1, ""},
    {"'a.b'='c'x", -1, ""},
    {"'a.b", -1, ""},
    {"a.b=c", -1, ""},
    {"''", -1, ""},
    {"'b=c'", -1, ""},
    {"'a.=c'", -1, ""},
    {"'a_b.c=d'", -1, ""},
};

static const struct {
	const char *value;
	int boolean; /* -1: none */
	int64_t number;
} values[] = {
    {NULL, 1, -1},
    {"", 0, -1},
    {"true", 1, -1},
    {"Yes", 1, -1},
    {"on", 1, -1},
    {"FALSE", 0, -1},
    {"no", 0, -1},
    {"off", 0, -1},
    {"0", 0, 0},
    {"1", 1, 1},
    {"-1", 1, -1},
    {"0x10", 1, 16},
    {"010", 1, 8},
    {"2k", 1, 2048},
    {"1M", 1, 1 << 20},
    {"1g", 1, 1 << 30},
    {"8g", -1, -2},
    {"1kk", -1, -1},
    {"1 ", -1, -1},
    {"k", -1, -1},
    {"maybe", -1, -1},
    {"99999999999999999999", -1, -2},
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *got = list(files[i].text, strlen(files[i].text));
		ok(strcmp(got, files[i].want) == 0, "file %zu: %s", i, got);
	}
	ok(strcmp(list("[a]\nb = c\0d\n", 12), "a.b=c;") == 0,
	    "a value ends at a NUL");

	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		char out[256] = "";
		int r = riad_config_params(params[i].text, on_param, out);
		ok(r == params[i].r && strcmp(out, params[i].want) == 0 &&
			(r != -1 || errno == EINVAL),
		    "parameters %s", params[i].text);
	}

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const char *value = values[i].value;
		uint64_t n;
		bool b;

		int r = riad_config_bool(&b, value);
		ok(r == 0 ? b == values[i].boolean : values[i].boolean == -1,
		    "'%s' as a boolean", value ? value : "(none)");
		r = riad_config_u64(&n, value, UINT64_C(4) << 30);
		int want = values[i].number == -2 ? ERANGE : EINVAL;
		ok(r == 0 ? (int64_t)n == values[i].number
			  : values[i].number < 0 && errno == want,
		    "  and as a number");
	}
	return tap_done();
}
