/* SPDX-License-Identifier: ISC */

#include "riad/tracefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static void
test_values(void)
{
	static const struct {
		const char *value;
		int result, fd;
	} cases[] = {
	    {NULL, 0, -1},
	    {"", 0, -1},
	    {"0", 0, -1},
	    {"FALSE", 0, -1},
	    {"1", 0, 2},
	    {"True", 0, 2},
	    {"2", 0, 2},
	    {"9", 0, 9},
	    {"10", -1, -1},
	    {"yes", -1, -1},
	    {"file", -1, -1},
	    {"/no/such/file", -1, -1},
	};
	struct riad_tracefile t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(riad_tracefile_open(&t, cases[i].value, false) ==
			    cases[i].result &&
			t.fd == cases[i].fd,
		    "value %s", cases[i].value ? cases[i].value : "(none)");
}

static void
test_lines(void)
{
	char name[] = "/tmp/riad-trace.XXXXXX", text[256] = "";
	struct riad_tracefile t;
	int fd = mkstemp(name);

	ok(riad_tracefile_open(&t, name, false) == 0, "a file");
	riad_tracefile_line(&t, "a.c:1", "one", 3);
	close(t.fd);
	ok(riad_tracefile_open(&t, name, true) == 0, "again");
	riad_tracefile_line(&t, "a.c:1", "two", 3);
	close(t.fd);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	ok(n == 48 && text[2] == ':' && text[8] == '.' &&
		strcmp(text + 15, " a.c:1                   one\ntwo\n") == 0,
	    "with a time and without: %s", text);
	t.fd = 1000;
	riad_tracefile_line(&t, "a.c:1", "three", 5);
	ok(t.fd == -1, "what can't be written ends it");
	close(fd);
	unlink(name);
}

static void
test_quote(void)
{
	char *const argv[] = {(char *)"git", (char *)"a b", (char *)"",
	    (char *)"it's!", (char *)"x=/y", NULL};
	char text[64], little[8];

	riad_tracefile_quote(text, sizeof(text), argv);
	ok(strcmp(text, " git 'a b' '' 'it'\\''s'\\!'' x=/y") == 0, "%s", text);
	riad_tracefile_quote(little, sizeof(little), argv);
	ok(strcmp(little, " git 'a") == 0, "cut: %s", little);
}

int
main(void)
{
	test_values();
	test_lines();
	test_quote();
	return tap_done();
}
