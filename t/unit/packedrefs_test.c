/* SPDX-License-Identifier: ISC */

#include "riad/packedrefs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/buf.h"
#include "tap.h"

#define A "00000000000000000000000000000000000000aa"
#define B "00000000000000000000000000000000000000BB"
#define C "cccccccccccccccccccccccccccccccccccccccc"
#define FULL "# pack-refs with: peeled fully-peeled sorted \n"

/* "NAME LAST-BYTE[^LAST-BYTE][!];" for each; "!" for what could be a tag and
 * doesn't say. */
static const struct {
	const char *text;
	const char *want; /* NULL: init fails */
} cases[] = {
    {"", ""},
    {FULL, ""},
    {FULL A " refs/a\n", "refs/a aa;"},
    {FULL A " refs/a\n" B " refs/b\n^" C "\n" C " refs/c\n",
	"refs/a aa;refs/b bb^cc;refs/c cc;"},
    {FULL A " refs/a\n^" B "\n", "refs/a aa^bb;"},
    {A " refs/b\n" B " refs/a\n", "refs/a bb!;refs/b aa!;"},
    {A " refs/b\n^" C "\n" B " refs/a\n", "refs/a bb!;refs/b aa^cc;"},
    {"# pack-refs with: peeled \n" A " refs/tags/b\n" B " refs/a\n",
	"refs/a bb!;refs/tags/b aa;"},
    {"# pack-refs with:\n" A " refs/a\n", "refs/a aa!;"},
    {"# pack-refs with: unsorted\n" A " refs/b\n" B " refs/a\n",
	"refs/a bb!;refs/b aa!;"},
    {A " b\n" A " ab\n" A " a\n" A " abc\n", "a aa!;ab aa!;abc aa!;b aa!;"},
    {FULL A " refs/a", NULL},
    {FULL A "\n", "ERR"},
    {FULL A " \n", "ERR"},
    {FULL A "  refs/a\n", " refs/a aa;"}, /* the name is the caller's */
    {FULL A "\trefs/a\n", "ERR"},
    {FULL "x" A " refs/a\n", "ERR"},
    {FULL A " refs/a\n\n", "refs/a aa;ERR"},
    {FULL A " refs/a\n^" A " \n", "ERR"},
    {FULL A " refs/a\n^\n", "ERR"},
    {FULL A " refs/a\n^" A "\n^" A "\n", "refs/a aa^aa;ERR"},
    {FULL "^" A "\n", "ERR"},
    {"#x\n", NULL},
    {"# pack-refs", NULL},
    {"^" A "\n", NULL},
    {"x\n", NULL},
    {"\n", NULL},
};

static void
list(const struct riad_packed_refs *refs, size_t pos, char out[1024])
{
	struct riad_packed_ref ref;
	size_t n = 0;
	int r;

	out[0] = '\0';
	while ((r = riad_packed_refs_next(refs, &pos, &ref)) == 1) {
		n += (size_t)snprintf(out + n, 1024 - n, "%.*s %02x",
		    (int)ref.name_len, ref.name, ref.oid.id[19]);
		if (ref.has_peeled)
			n += (size_t)snprintf(
			    out + n, 1024 - n, "^%02x", ref.peeled.id[19]);
		n += (size_t)snprintf(
		    out + n, 1024 - n, "%s;", ref.knows_peeled ? "" : "!");
	}
	if (r == -1)
		snprintf(out + n, 1024 - n,
		    errno == EBADMSG ? "ERR" : "errno %d", errno);
}

/* Whatever is looked for, what is found is the first that is not less. */
static void
test_find(bool sorted)
{
	struct riad_packed_refs refs;
	struct riad_packed_ref ref;
	struct riad_buf text;
	bool good = true;

	riad_buf_init(&text, 1 << 20);
	if (sorted)
		riad_buf_addstr(&text, FULL);
	for (int i = 0; i < 500; i++) {
		int n = sorted ? i : i * 7 % 500;
		riad_buf_addf(&text, A " refs/%03d%s\n%s", n,
		    n % 3 ? "/long" : "", n % 5 ? "" : "^" B "\n");
	}
	ok(riad_packed_refs_init(&refs, text.data, text.len, 20) == 0,
	    "many, %ssorted", sorted ? "" : "not ");
	for (int i = 0; i <= 500; i++) {
		char name[32];
		int len = snprintf(name, sizeof(name), "refs/%03d", i);
		size_t pos = riad_packed_refs_find(&refs, name, (size_t)len);
		int r = riad_packed_refs_next(&refs, &pos, &ref);
		good &= i == 500 ? r == 0
				 : r == 1 && memcmp(ref.name, name, 8) == 0;
		pos = riad_packed_refs_find(&refs, "refs/000", (size_t)len + 1);
		good &= riad_packed_refs_next(&refs, &pos, &ref) == 1 &&
			memcmp(ref.name, "refs/001", 8) == 0;
	}
	ok(good, "  each is found");
	size_t pos = riad_packed_refs_find(&refs, "a", 1);
	ok(riad_packed_refs_next(&refs, &pos, &ref) == 1 &&
		memcmp(ref.name, "refs/000", 8) == 0,
	    "  and the first");
	riad_packed_refs_free(&refs);
	riad_buf_free(&text);
}

int
main(void)
{
	struct riad_packed_refs refs;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char got[1024];
		const char *want = cases[i].want;
		size_t len = strlen(cases[i].text);

		/* Of its exact size, so that a sanitizer sees a byte more. */
		char *text = malloc(len + (len == 0));
		if (text == NULL)
			return 1;
		memcpy(text, cases[i].text, len);
		int r = riad_packed_refs_init(&refs, text, len, 20);
		if (r == -1) {
			ok(want == NULL && errno == EBADMSG, "case %zu", i);
		} else {
			list(&refs, riad_packed_refs_find(&refs, "", 0), got);
			ok(want != NULL && strcmp(got, want) == 0,
			    "case %zu: %s", i, got);
			riad_packed_refs_free(&refs);
		}
		free(text);
	}

	static const char sha256[] = FULL C
	    "cccccccccccccccccccccccc refs/a\n^" C "cccccccccccccccccccccccd\n";
	ok(riad_packed_refs_init(&refs, sha256, sizeof(sha256) - 1, 32) == 0,
	    "SHA-256");
	size_t pos = riad_packed_refs_find(&refs, "", 0);
	struct riad_packed_ref ref;
	ok(riad_packed_refs_next(&refs, &pos, &ref) == 1 && ref.has_peeled &&
		ref.oid.id[31] == 0xcc && ref.peeled.id[31] == 0xcd,
	    "  whole");
	test_find(true);
	test_find(false);
	return tap_done();
}
