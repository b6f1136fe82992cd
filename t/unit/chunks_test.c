/* SPDX-License-Identifier: ISC */

#include "riad/chunks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define AT 4
#define HASH 20

struct row {
	const char *name;
	unsigned off;
};

/* A file of 100 bytes with this table, as it is opened. */
static int
open_rows(struct riad_chunks *c, const struct row *rows, uint8_t n, size_t len)
{
	static uint8_t *file;

	free(file);
	file = calloc(1, len + 1);
	if (file == NULL)
		exit(1);
	for (size_t i = 0; i <= n; i++) {
		const size_t at = AT + i * 12;
		if (at + 12 > len)
			break;
		memcpy(file + at, rows[i].name, 4);
		file[at + 11] = (uint8_t)rows[i].off;
		file[at + 4] = (uint8_t)(rows[i].off >> 8);
	}
	return riad_chunks_open(c, file, len, AT, n, HASH);
}

#define NONE "\0\0\0"

int
main(void)
{
	static const struct {
		const char *why;
		struct row rows[3];
	} wrong[] = {
	    {"before the table's end",
		{{"AAAA", 39}, {"BBBB", 50}, {NONE, 80}}},
	    {"backwards", {{"AAAA", 60}, {"BBBB", 50}, {NONE, 80}}},
	    {"an end before the last",
		{{"AAAA", 40}, {"BBBB", 50}, {NONE, 49}}},
	    {"into the trailer", {{"AAAA", 40}, {"BBBB", 50}, {NONE, 81}}},
	    {"beyond the file", {{"AAAA", 40}, {"BBBB", 0xff32}, {NONE, 80}}},
	    {"twice", {{"AAAA", 40}, {"AAAA", 50}, {NONE, 80}}},
	    {"ended early", {{"AAAA", 40}, {NONE, 50}, {NONE, 80}}},
	    {"not ended", {{"AAAA", 40}, {"BBBB", 50}, {"CCCC", 80}}},
	};
	static const struct row good[] = {
	    {"AAAA", 40}, {"BBBB", 50}, {NONE, 80}};
	static const struct row none[] = {{NONE, 16}};
	struct riad_chunks c;
	size_t len;

	ok(open_rows(&c, good, 2, 100) == 0, "two chunks");
	ok(riad_chunks_get(&c, "AAAA", &len) == c.data + 40 && len == 10,
	    "the first");
	ok(riad_chunks_get(&c, "BBBB", &len) == c.data + 50 && len == 30,
	    "the second");
	ok(riad_chunks_get(&c, "CCCC", &len) == NULL && len == 0,
	    "none of that name");
	ok(riad_chunks_get(&c, NONE, &len) == NULL, "the end is none");
	ok(open_rows(&c, none, 0, 36) == 0 && c.n == 0, "no chunks");

	int opened = 0;
	for (size_t n = 0; n < 100; n++)
		opened += open_rows(&c, good, 2, n) == 0;
	ok(opened == 0, "cut short");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ok(open_rows(&c, wrong[i].rows, 2, 100) == -1 &&
			errno == EBADMSG,
		    "%s", wrong[i].why);
	return tap_done();
}
