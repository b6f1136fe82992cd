/* SPDX-License-Identifier: ISC */

#include "riad/glob.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tap.h"

static const struct {
	int want; /* 2: if case is folded */
	const char *pattern, *text;
} cases[] = {
    {1, "", ""},
    {0, "", "a"},
    {1, "foo", "foo"},
    {0, "foo", "bar"},
    {1, "???", "foo"},
    {0, "??", "foo"},
    {1, "*", "foo"},
    {1, "f*", "foo"},
    {0, "*f", "foo"},
    {1, "*foo*", "foo"},
    {1, "*ob*a*r*", "foobar"},
    {1, "*ab", "aaaaaaabababab"},
    {1, "foo\\*", "foo*"},
    {0, "foo\\*bar", "foobar"},
    {1, "f\\\\oo", "f\\oo"},
    {0, "foo\\", "foo"},
    {0, "foo\\", "foo\\"},
    {1, "*[al]?", "ball"},
    {0, "[ten]", "ten"},
    {1, "**[!te]", "ten"},
    {0, "**[!ten]", "ten"},
    {1, "t[a-g]n", "ten"},
    {0, "t[!a-g]n", "ten"},
    {1, "t[!a-g]n", "ton"},
    {1, "t[^a-g]n", "ton"},
    {1, "a[]]b", "a]b"},
    {1, "a[]-]b", "a-b"},
    {0, "a[]-]b", "aab"},
    {1, "]", "]"},
    {0, "foo*bar", "foo/baz/bar"},
    {0, "foo**bar", "foo/baz/bar"},
    {1, "foo**bar", "foobazbar"},
    {1, "foo/**/bar", "foo/baz/bar"},
    {1, "foo/**/**/bar", "foo/baz/bar"},
    {1, "foo/**/bar", "foo/b/a/z/bar"},
    {1, "foo/**/bar", "foo/bar"},
    {1, "foo/**/**/bar", "foo/bar"},
    {0, "foo?bar", "foo/bar"},
    {0, "foo[/]bar", "foo/bar"},
    {0, "foo[^a-z]bar", "foo/bar"},
    {0, "f[^eiu][^eiu][^eiu][^eiu][^eiu]r", "foo/bar"},
    {1, "**/foo", "foo"},
    {1, "**/foo", "/foo"},
    {1, "**/foo", "bar/baz/foo"},
    {0, "**/foo", "barfoo"},
    {0, "*/foo", "bar/baz/foo"},
    {0, "**/bar*", "foo/bar/baz"},
    {1, "**/bar/*", "deep/foo/bar/baz"},
    {0, "**/bar/*", "deep/foo/bar/baz/"},
    {1, "**/bar/**", "deep/foo/bar/baz/"},
    {0, "**/bar/*", "deep/foo/bar"},
    {1, "**/bar/**", "deep/foo/bar/"},
    {1, "*/bar/**", "foo/bar/baz/x"},
    {0, "*/bar/**", "deep/foo/bar/baz/x"},
    {1, "**/bar/*/*", "deep/foo/bar/baz/x"},
    {0, "a[c-c]st", "acrt"},
    {1, "[[:alpha:]][[:digit:]][[:upper:]]", "a1B"},
    {2, "[[:digit:][:upper:][:space:]]", "a"},
    {1, "[[:digit:][:upper:][:space:]]", "A"},
    {1, "[[:xdigit:]]", "f"},
    {0, "[[:alnum:]", "a"},
    {0, "[", "["},
    {0, "[a", "a"},
    {1, "[a-c]b*", "bbb"},
    {1, "[\\-_]", "-"},
    {1, "[,-.]", "-"},
    {1, "[\\]]", "]"},
    {2, "FOO", "foo"},
    {2, "[A-Z]x", "bX"},
    {2, "[[:upper:]]", "a"},
    {1, "-*-*-*-b", "-a-a-a-b"},
    {1, "**/*a*b*g*n*t", "abcd/abcdefg/abcdefghijk/abcdefghijklmnop.txt"},
    {0, "a/**", "a"},
    {1, "a/**", "a/"},
    {1, "a/**", "a/b/c"},
};

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *p = cases[i].pattern, *text = cases[i].text;
		ok(riad_glob(p, text, false) == (cases[i].want == 1) &&
			riad_glob(p, text, true) == (cases[i].want != 0),
		    "'%s' and '%s'", p, text);
	}

	/* What takes ages by trying one way after another. */
	char pattern[2048], text[4096];
	for (size_t i = 0; i < sizeof(pattern) - 2; i += 2)
		memcpy(pattern + i, "*a", 3);
	memset(text, 'a', sizeof(text) - 2);
	memcpy(text + sizeof(text) - 2, "b", 2);
	clock_t begin = clock();
	ok(riad_glob(pattern, text, false) == 0 &&
		clock() - begin < CLOCKS_PER_SEC,
	    "many stars");
	return tap_done();
}
