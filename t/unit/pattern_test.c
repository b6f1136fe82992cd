/* SPDX-License-Identifier: ISC */

#include "riad/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "naivematch.h"
#include "tap.h"

/* 1, 0; a path ends in a slash for a directory. */
static int
includes(struct riad_patterns *p, const char *path)
{
	uint32_t place = riad_patterns_top(p);
	int r = (int)(place & 1);

	while (*path != '\0') {
		size_t n = strcspn(path, "/");
		bool dir = path[n] == '/';

		r = riad_patterns_match(p, place, path, n, dir ? &place : NULL);
		path += n + dir;
	}
	return r;
}

/* Patterns, paths that they include, paths that they do not. */
static const struct {
	const char *patterns, *in[6], *out[6];
} cases[] = {
    {"", {NULL}, {"a", "a/b"}},
    {"a", {"a", "a/", "a/b", "b/a", "b/a/c"}, {"b", "ab", "b/ab"}},
    {"a/", {"a/", "a/b", "b/a/c"}, {"a", "b/a"}},
    {"/a", {"a", "a/b"}, {"b/a"}},
    {"a/b", {"a/b", "a/b/c"}, {"c/a/b", "a/c"}},
    {"/*", {"a", "a/b"}, {NULL}},
    {"/*\n!/*/", {"a"}, {"a/b", "a/"}},
    {"*", {"a", "a/b", "/"}, {NULL}},
    {"*\n!b", {"a", "c/a", "b/a"}, {"b", "c/b"}},
    {"/*\n!b/\nb/c", {"a", "b", "b/c"}, {"b/d", "b/"}},
    {"*.c", {"a.c", ".c", "d/a.c", "a.c/x"}, {"a.h", "c", "d/a.cc"}},
    {"a?", {"ab", "x/ac"}, {"a", "abc", "a/b"}},
    {"a/*/b", {"a/x/b"}, {"a/b", "a/x/y/b"}},
    {"a/**/b", {"a/b", "a/x/b", "a/x/y/b"}, {"ab", "a/xb", "b"}},
    {"**/b", {"b", "a/b", "a/c/b"}, {"ab", "a/xb"}},
    {"a/**", {"a/b", "a/b/c"}, {"a", "a/", "ab", "b/a"}},
    {"a/x**/b", {"a/x/b", "a/xb", "a/xy/z/b"}, {"a/b"}},
    {"a/b/?**/c", {"a/b/x/c", "a/b/xy/c"}, {"a/b/c", "a/b/x/y/c"}},
    {"[ab]", {"a", "b"}, {"c", "[ab]"}},
    {"[!ab]", {"c", "x/c", "x/a"}, {"a", "xy", "a/b"}},
    {"x[^a-c]y", {"xdy"}, {"xay", "x/y", "xcy"}},
    {"[]-]", {"]", "-"}, {"a"}},
    {"[[:digit:]x]", {"1", "x"}, {"a", ":"}},
    {"[[:nope:]]", {NULL}, {"n", ":", "[[:nope:]]"}},
    {"[a", {NULL}, {"a", "[a"}},
    {"[a-\\c]", {"b", "c"}, {"d", "\\"}},
    {"\\*", {"*"}, {"a", "\\*"}},
    {"a\\", {NULL}, {"a", "a\\"}},
    {"\\#a\n#b", {"#a"}, {"#b", "b"}},
    {"\\!a", {"!a"}, {"a"}},
    {"a  ", {"a"}, {"a  "}},
    {"a\\  ", {"a "}, {"a", "a  "}},
    {"a\r\nb", {"a", "b"}, {"a\r"}},
    {"\xef\xbb\xbf/a", {"a"}, {"b"}},
    {" ", {"a", "a/b"}, {NULL}},
    {"/", {"a", "a/b"}, {NULL}},
    {"!\n/a", {"a"}, {"b"}},
    {"//a", {NULL}, {"a", "b/a"}},
    {"a\\/**", {"a/b"}, {"b"}},
};

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i].patterns;
		struct riad_patterns *p = riad_patterns_new(text, strlen(text));
		int bad = 0;

		for (int k = 0; k < 6 && cases[i].in[k] != NULL; k++)
			bad += strcmp(cases[i].in[k], "/") != 0 &&
			       includes(p, cases[i].in[k]) != 1;
		for (int k = 0; k < 6 && cases[i].out[k] != NULL; k++)
			bad += includes(p, cases[i].out[k]) != 0;
		ok(bad == 0, "case %zu", i);
		riad_patterns_free(p);
	}
}

/* Classes, byte by byte, against the C locale: isspace(3) has two more. */
static void
test_classes(void)
{
	static const char *const names[] = {"alnum", "alpha", "blank", "cntrl",
	    "digit", "graph", "lower", "print", "punct", "space", "upper",
	    "xdigit"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char text[32];
		int bad = 0;

		int len = snprintf(text, sizeof(text), "[[:%s:]]", names[i]);
		struct riad_patterns *p = riad_patterns_new(text, (size_t)len);
		for (int c = 1; c < 256; c++) {
			char name = (char)c;
			long budget = 1000;
			bool want = c != '/' && naive_match(text, (size_t)len,
						    &name, 1, false, &budget);
			bad += riad_patterns_match(p, RIAD_PATTERN_ALONE, &name,
				   1, NULL) != want;
		}
		ok(bad == 0, "[:%s:]", names[i]);
		riad_patterns_free(p);
	}
}

static uint32_t
rnd(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % n;
}

static void
test_random(void)
{
	static const char letters[] = "ab/*?[]!-^\\ \n\n**//ab";
	static const char path_letters[] = "aab//b-";
	uint32_t seed = 1;
	int bad = 0, spent = 0;

	for (int i = 0; i < 100000; i++) {
		char text[24], path[12];
		long budget = 20000;
		size_t len = 1 + rnd(&seed, sizeof(text)), n = 0;

		for (size_t k = 0; k < len; k++)
			text[k] = letters[rnd(&seed, sizeof(letters) - 1)];
		size_t path_len = 1 + rnd(&seed, sizeof(path) - 2);
		while (n < path_len) {
			char c =
			    path_letters[rnd(&seed, sizeof(path_letters) - 1)];
			if (c != '/' || (n > 0 && path[n - 1] != '/'))
				path[n++] = c;
		}
		path[n] = '\0';
		struct riad_patterns *p = riad_patterns_new(text, len);
		int r = includes(p, path);
		bool dir = path[n - 1] == '/';
		bool naive = naive_includes(
		    text, len, path, n - dir, dir, true, &budget);
		spent += budget < 0;
		if (budget >= 0 && r != (int)naive && bad++ < 5)
			printf("# %.*s: %s\n", (int)len, text, path);
		riad_patterns_free(p);
	}
	ok(bad == 0, "a hundred thousand of any kind");
	ok(spent < 100, "of which %d were too much", spent);
}

static void
test_limits(void)
{
	char *text = malloc(RIAD_PATTERN_TEXT_MAX + 1);
	static char name[1 << 15];
	uint32_t inner;

	memset(text, 'a', RIAD_PATTERN_TEXT_MAX + 1);
	ok(riad_patterns_new(text, RIAD_PATTERN_TEXT_MAX + 1) == NULL &&
		errno == EMSGSIZE,
	    "patterns that are too long");

	/* What takes a matcher that goes back 2^100 tries. */
	memset(name, 'a', sizeof(name));
	for (int i = 0; i < 200; i += 2)
		memcpy(text + i, "*a", 2);
	memcpy(text + 200, "*b", 2);
	struct riad_patterns *p = riad_patterns_new(text, 202);
	ok(riad_patterns_match(p, RIAD_PATTERN_ALONE, name, 4096, NULL) == 0 &&
		riad_patterns_steps(p) < 4096 * 1000,
	    "stars upon stars: %llu steps",
	    (unsigned long long)riad_patterns_steps(p));
	riad_patterns_free(p);

	for (int i = 0; i < RIAD_PATTERN_TEXT_MAX; i += 2)
		memcpy(text + i, "*a", 2);
	p = riad_patterns_new(text, RIAD_PATTERN_TEXT_MAX);
	errno = 0;
	ok(riad_patterns_match(
	       p, RIAD_PATTERN_ALONE, name, sizeof(name), NULL) == -1 &&
		errno == EMSGSIZE,
	    "a match that takes too long");
	riad_patterns_free(p);

	/* Places that have all the subsets of many states. */
	size_t len = 0;
	for (int i = 0; i < 40; i++) {
		len += (size_t)sprintf(text + len, "**/a");
		for (int k = 0; k < i; k++)
			len += (size_t)sprintf(text + len, "/*");
		len += (size_t)sprintf(text + len, "/c\n");
	}
	p = riad_patterns_new(text, len);
	uint32_t place = riad_patterns_top(p), seed = 7;
	int r = 0;
	for (int i = 0; r != -1 && i < 1000000; i++) {
		r = riad_patterns_match(
		    p, place, rnd(&seed, 1024) < 512 ? "a" : "b", 1, &inner);
		place = inner;
	}
	ok(r == -1 && errno == EMSGSIZE, "more places than there may be");
	riad_patterns_free(p);
	free(text);
}

int
main(void)
{
	test_cases();
	test_classes();
	test_random();
	test_limits();
	return tap_done();
}
