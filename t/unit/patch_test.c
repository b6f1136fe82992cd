/* SPDX-License-Identifier: ISC */

#include "riad/patch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define BASE "0123456789"

/* What the delta makes of the base; its length, or -1. */
static int
patched(uint8_t *to, size_t room, const uint8_t *delta, size_t len)
{
	/* Of its exact size, so that a sanitizer sees one byte too many. */
	uint8_t *copy = malloc(len + (len == 0));
	struct riad_patch p;
	int r = -1;

	if (copy == NULL)
		exit(1);
	if (len > 0)
		memcpy(copy, delta, len);
	errno = 0;
	if (riad_patch_open(&p, copy, len) == 0 && p.len <= room) {
		uint8_t *made = malloc((size_t)p.len + (p.len == 0));
		if (made == NULL)
			exit(1);
		r = (int)p.len;
		if (riad_patch_apply(
			&p, made, (const uint8_t *)BASE, strlen(BASE)) == -1)
			r = -1;
		else if (r > 0)
			memcpy(to, made, (size_t)r);
		free(made);
	}
	free(copy);
	return r;
}

static void
test_cases(void)
{
	static const struct {
		const char *name, *delta;
		size_t len;
		const char *want; /* NULL if it is refused */
	} cases[] = {
	    {"nothing", "\x0a\0", 2, ""},
	    {"an insert", "\x0a\3\3abc", 6, "abc"},
	    {"a copy", "\x0a\3\x91\2\3", 5, "234"},
	    {"a copy from 0", "\x0a\3\x90\3", 4, "012"},
	    {"a copy to the end", "\x0a\1\x91\x09\1", 5, "9"},
	    {"all of it", "\x0a\x0a\x90\x0a", 4, BASE},
	    {"both", "\x0a\5\2ab\x91\2\3", 8, "ab234"},
	    {"sizes of two bytes", "\x8a\0\x83\0\3abc", 8, "abc"},
	    {"an offset of four bytes", "\x0a\1\x9f\2\0\0\0\1", 8, "2"},
	    {"no bytes", "", 0, NULL},
	    {"one size", "\x0a", 1, NULL},
	    {"half a size", "\x8a", 1, NULL},
	    {"a size of 64 bits", "\x8a\x80\x80\x80\x80\x80\x80\x80\x80\0\0",
		11, NULL},
	    {"the reserved instruction", "\x0a\1\0\0", 4, NULL},
	    {"an insert that is cut", "\x0a\3\3ab", 5, NULL},
	    {"a copy that is cut", "\x0a\3\x91\2", 4, NULL},
	    {"a copy without arguments, of 65536", "\x0a\3\x80", 3, NULL},
	    {"from beyond the end", "\x0a\1\x91\x0a\1", 5, NULL},
	    {"to beyond the end", "\x0a\2\x91\x09\2", 5, NULL},
	    {"from far away", "\x0a\1\x9f\xff\xff\xff\xff\1", 8, NULL},
	    {"less than it says", "\x0a\4\3abc", 6, NULL},
	    {"more than it says", "\x0a\2\3abc", 6, NULL},
	    {"more by a copy", "\x0a\2\x90\3", 4, NULL},
	    {"another base", "\x0b\3\3abc", 6, NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t to[64] = {0};
		int r = patched(to, sizeof(to), (const uint8_t *)cases[i].delta,
		    cases[i].len);

		ok(cases[i].want == NULL
			? r == -1 && errno == EBADMSG
			: r == (int)strlen(cases[i].want) &&
			      memcmp(to, cases[i].want, (size_t)r) == 0,
		    "%s", cases[i].name);
		for (size_t cut = 0; cases[i].want != NULL && *cases[i].want &&
				     cut < cases[i].len;
		     cut++) {
			r = patched(to, sizeof(to),
			    (const uint8_t *)cases[i].delta, cut);
			if (r != -1)
				ok(0, "  cut at %zu", cut);
		}
	}
}

static void
test_steps(void)
{
	static const uint8_t delta[] = "\x0a\5\2ab\x91\2\3";
	struct riad_patch p;
	struct riad_patch_op op;

	ok(riad_patch_open(&p, delta, sizeof(delta) - 1) == 0 &&
		p.base_len == 10 && p.len == 5,
	    "the sizes");
	ok(riad_patch_next(&p, &op) == 1 && op.insert == delta + 3 &&
		op.len == 2,
	    "an insert lies where it lay");
	ok(riad_patch_next(&p, &op) == 1 && op.insert == NULL && op.from == 2 &&
		op.len == 3,
	    "a copy");
	ok(riad_patch_next(&p, &op) == 0 && riad_patch_next(&p, &op) == 0,
	    "the end");
}

int
main(void)
{
	test_cases();
	test_steps();
	return tap_done();
}
