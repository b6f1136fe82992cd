/* SPDX-License-Identifier: ISC */

#include "riad/loose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "tap.h"

#define FILE_NAME "o/01/23456789abcdef0123456789abcdef01234567"

/* Deflated by zlib, as `perl -MCompress::Zlib` does it. */
static int
put(const char *perl)
{
	return sh("mkdir -p o/01 && rm -rf " FILE_NAME
		  " && perl -MCompress::Zlib -e '$_ = compress(%s); print' "
		  ">" FILE_NAME,
	    perl);
}

static int
take(struct riad_loose *l, char *to, size_t size)
{
	struct riad_oid oid;

	riad_oid_parse(&oid, "0123456789abcdef0123456789abcdef01234567", 40,
	    RIAD_SHA1_LEN);
	int r = riad_loose_open(l, "o", &oid, RIAD_SHA1_LEN);
	if (r != 1)
		return r;
	if (l->len > size || riad_loose_read(l, to) == -1)
		r = -1;
	riad_loose_close(l);
	return r;
}

static void
test_whole(void)
{
	static char text[200000];
	struct riad_loose l;
	struct riad_oid oid;

	ok(take(&l, text, sizeof(text)) == 0, "no file");
	put("\"blob 5\\0hello\"");
	riad_oid_parse(&oid, "0123456789abcdef0123456789abcdef01234567", 40,
	    RIAD_SHA1_LEN);
	ok(riad_loose_exists("o", &oid, RIAD_SHA1_LEN), "a file");
	ok(riad_loose_open(&l, "o", &oid, RIAD_SHA1_LEN) == 1 && l.len == 5 &&
		l.type == RIAD_BLOB && riad_loose_read(&l, text) == 0 &&
		memcmp(text, "hello", 5) == 0,
	    "its contents");
	riad_loose_close(&l);
	oid.id[0]++;
	ok(!riad_loose_exists("o", &oid, RIAD_SHA1_LEN),
	    "another is not there");
	put("\"tree 0\\0\"");
	ok(take(&l, text, sizeof(text)) == 1, "nothing in it");
	put("\"commit 100000\\0\" . \"x\" x 100000");
	ok(take(&l, text, sizeof(text)) == 1 && text[99999] == 'x',
	    "more than is read with the header");
	put("\"blob 57\\0\" . \"x\" x 57");
	ok(take(&l, text, sizeof(text)) == 1, "as much as that");
}

static void
test_bad(void)
{
	static const char *const cases[] = {
	    "\"\"",
	    "\"blob 5 hello\"",
	    "\"blob5\\0hello\"",
	    "\"blob \\0hello\" . chr(0)x9",
	    "\"blob 5x\\0hello\"",
	    "\"blob -5\\0hello\"",
	    "\"blog 5\\0hello\"",
	    "\"blob 3\\0hello\"",
	    "\"blob 6\\0hello\"",
	    "\"blob 3\\0\" . \"hello\" x 1000",
	    "\"blob 5001\\0\" . \"hello\" x 1000",
	    "\"blob 4999\\0\" . \"hello\" x 1000",
	    "\"blob 99999999999\\0hello\"",
	    "\"blob 18446744073709551615\\0hello\"",
	    "\"blob 18446744073709551621\\0hello\"",
	    "\"blob 5\\0hello\") . \"rest\" . (\"\"",
	};
	static char text[10000];
	struct riad_loose l;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put(cases[i]);
		errno = 0;
		ok(take(&l, text, sizeof(text)) == -1 && errno == EBADMSG,
		    "bad: %s", cases[i]);
	}
	ok(sh(":>" FILE_NAME) && take(&l, text, sizeof(text)) == -1,
	    "an empty file");
	ok(sh("echo garbage >" FILE_NAME) && take(&l, text, sizeof(text)) == -1,
	    "garbage");
	put("\"blob 5000\\0\" . join(\"\", 1..2000)");
	ok(sh("truncate -s -40 " FILE_NAME) &&
		take(&l, text, sizeof(text)) == -1,
	    "cut short");
	ok(sh("rm " FILE_NAME " && mkfifo " FILE_NAME) &&
		take(&l, text, sizeof(text)) == -1,
	    "a pipe is not waited for");
}

int
main(void)
{
	scratch_enter();
	test_whole();
	test_bad();
	return tap_done();
}
