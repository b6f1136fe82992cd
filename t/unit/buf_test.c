/* SPDX-License-Identifier: ISC */

#include "riad/buf.h"

#include <errno.h>
#include <string.h>

#include "tap.h"

static void
test_maximum(void)
{
	struct riad_buf buf;
	int bad = 0;

	riad_buf_init(&buf, 100);
	ok(strcmp(riad_buf_str(&buf), "") == 0, "an empty one is a string");
	for (int i = 0; i < 100; i++)
		bad += riad_buf_addc(&buf, (char)('a' + i % 26)) != 0;
	ok(bad == 0 && buf.len == 100, "as many bytes as the maximum");

	errno = 0;
	ok(riad_buf_addc(&buf, '!') == -1 && errno == EMSGSIZE, "not one more");
	ok(riad_buf_add(&buf, "", 0) == 0, "though nothing can be added");
	ok(buf.len == 100 && buf.data[99] == 'a' + 99 % 26, "all still there");
	ok(strlen(riad_buf_str(&buf)) == 100, "a full one is a string too");

	buf.len = 50;
	errno = 0;
	ok(riad_buf_reserve(&buf, SIZE_MAX) == -1 && errno == EMSGSIZE,
	    "a size that wraps round");
	ok(riad_buf_reserve(&buf, 50) == 0 && buf.len == 50, "reserve");

	riad_buf_free(&buf);
	ok(buf.data == NULL && buf.len == 0 && buf.max == 100, "free");
	ok(riad_buf_addstr(&buf, "again") == 0, "and used again");
	riad_buf_free(&buf);

	riad_buf_init(&buf, SIZE_MAX);
	ok(riad_buf_addc(&buf, 'x') == 0, "no maximum");
	errno = 0;
	ok(riad_buf_reserve(&buf, SIZE_MAX - 1) == -1 && errno == ENOMEM,
	    "but memory has one");
	ok(buf.len == 1 && buf.data[0] == 'x', "which does no harm");
	riad_buf_free(&buf);
}

static void
test_format(void)
{
	struct riad_buf buf;

	riad_buf_init(&buf, 10);
	ok(riad_buf_addf(&buf, "%d-%s", 12, "ab") == 0, "addf");
	ok(riad_buf_addf(&buf, "%s", "56789") == 0, "to the last byte");
	ok(buf.len == 10 && memcmp(buf.data, "12-ab56789", 10) == 0, "text");
	errno = 0;
	ok(riad_buf_addf(&buf, "%c", 'x') == -1 && errno == EMSGSIZE, "full");
	ok(strcmp(riad_buf_str(&buf), "12-ab56789") == 0, "as it was");
	riad_buf_free(&buf);
}

int
main(void)
{
	test_maximum();
	test_format();
	return tap_done();
}
