/* SPDX-License-Identifier: ISC */

#include "riad/refname.h"

#include <string.h>

#include "tap.h"

static const char *const good[] = {"HEAD", "refs/heads/main", "a", "a.b/c.d",
    "refs/heads/@", "a@b", "@/x", "refs/heads/lock", "a.locked", "a{b", "-",
    "refs/heads/\xc3\xa4"};

static const char *const bad[] = {"", "/", "/a", "a/", "a//b", ".", "..", "a/.",
    ".a", "a/.b", "a.", "a..b", "@", "a@{b", "a b", "a~b", "a^b", "a:b", "a?b",
    "a*b", "a[b", "a\\b", "a\nb", "a\x7f", "a.lock", "a.lock/b", "refs/../x",
    "refs/heads/..", "\x01"};

int
main(void)
{
	static char name[RIAD_REFNAME_MAX + 2];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(riad_refname_valid(good[i], strlen(good[i])), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!riad_refname_valid(bad[i], strlen(bad[i])), "not %zu", i);
	ok(!riad_refname_valid("a\0b", 3), "no NUL");

	memset(name, 'x', sizeof(name));
	ok(riad_refname_valid(name, RIAD_REFNAME_MAX), "a long one");
	ok(!riad_refname_valid(name, RIAD_REFNAME_MAX + 1), "one too long");
	return tap_done();
}
