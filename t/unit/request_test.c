/* SPDX-License-Identifier: ISC */

#include "riad/request.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define ID "0123456789abcdef0123456789abcdef01234567"

static void
test_lines(void)
{
	static const struct {
		const char *line;
		enum riad_request_kind kind;
		unsigned features;
	} cases[] = {
	    {"want " ID "\n", RIAD_REQUEST_WANT, 0},
	    {"want " ID, RIAD_REQUEST_WANT, 0},
	    {"want " ID " ofs-delta  thin-pack agent=x/1 thin-packs\n",
		RIAD_REQUEST_WANT, RIAD_OFS_DELTA | RIAD_THIN_PACK},
	    {"want " ID " multi_ack_detailed", RIAD_REQUEST_WANT,
		RIAD_MULTI_ACK_DETAILED},
	    {"want " ID " side-band-64k side-band", RIAD_REQUEST_WANT,
		RIAD_SIDE_BAND | RIAD_SIDE_BAND_64K},
	    {"want " ID "x\n", RIAD_REQUEST_BAD_OID, 0},
	    {"want 0123", RIAD_REQUEST_BAD_OID, 0},
	    {"want ", RIAD_REQUEST_BAD_OID, 0},
	    {"want", RIAD_REQUEST_OTHER, 0},
	    {"have " ID "\n", RIAD_REQUEST_HAVE, 0},
	    {"have " ID " x\n", RIAD_REQUEST_BAD_OID, 0},
	    {"done\n", RIAD_REQUEST_DONE, 0},
	    {"done", RIAD_REQUEST_DONE, 0},
	    {"done\n\n", RIAD_REQUEST_OTHER, 0},
	    {"done ", RIAD_REQUEST_OTHER, 0},
	    {"no-progress\n", RIAD_REQUEST_FEATURE, RIAD_NO_PROGRESS},
	    {"wait-for-done", RIAD_REQUEST_FEATURE, RIAD_WAIT_FOR_DONE},
	    {"command=fetch\n", RIAD_REQUEST_COMMAND, 0},
	    {"shallow " ID, RIAD_REQUEST_SHALLOW, 0},
	    {"shallow " ID " x", RIAD_REQUEST_BAD_SHALLOW, 0},
	    {"shallow", RIAD_REQUEST_OTHER, 0},
	    {"oid " ID, RIAD_REQUEST_OID, 0},
	    {"oid x", RIAD_REQUEST_BAD_INFO_OID, 0},
	    {"deepen 1\n", RIAD_REQUEST_DEEPEN, 0},
	    {"deepen 0", RIAD_REQUEST_BAD_NUMBER, 0},
	    {"deepen -1", RIAD_REQUEST_BAD_NUMBER, 0},
	    {"deepen ", RIAD_REQUEST_BAD_NUMBER, 0},
	    {"deepen 1 ", RIAD_REQUEST_BAD_NUMBER, 0},
	    {"deepen 1x", RIAD_REQUEST_BAD_NUMBER, 0},
	    {"deepen-relative", RIAD_REQUEST_FEATURE, RIAD_DEEPEN_RELATIVE},
	    {"deepen-since 1", RIAD_REQUEST_DEEPEN_SINCE, 0},
	    {"deepen-since 0", RIAD_REQUEST_DEEPEN_SINCE, 0},
	    {"deepen-since -1", RIAD_REQUEST_BAD_NUMBER, 0},
	    {"deepen-since 99999999999999999999", RIAD_REQUEST_BAD_NUMBER, 0},
	    {"deepen-since 000000000000000000000000000000001",
		RIAD_REQUEST_BAD_NUMBER, 0},
	    {"deepen-not refs/tags/v1\n", RIAD_REQUEST_DEEPEN_NOT, 0},
	    {"filter blob:none", RIAD_REQUEST_FILTER, 0},
	    {"filter", RIAD_REQUEST_FEATURE, RIAD_FILTER},
	    {"want-ref refs/heads/x", RIAD_REQUEST_WANT_REF, 0},
	    {"packfile-uris https,http", RIAD_REQUEST_PACKFILE_URIS, 0},
	    {"want " ID " filter deepen-relative", RIAD_REQUEST_WANT,
		RIAD_FILTER | RIAD_DEEPEN_RELATIVE},
	    {"", RIAD_REQUEST_OTHER, 0},
	    {"\n", RIAD_REQUEST_OTHER, 0},
	    {"peel\n", RIAD_REQUEST_OTHER, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_request_line line;
		size_t len = strlen(cases[i].line);
		char *exact = malloc(len + 1); /* not a byte too far */

		memcpy(exact, cases[i].line, len);
		riad_request_parse(&line, exact, len, RIAD_SHA1_LEN);
		ok(line.kind == cases[i].kind &&
			line.features == cases[i].features,
		    "\"%.*s\" is %d", (int)strcspn(cases[i].line, "\n"),
		    cases[i].line, line.kind);
		free(exact);
	}
}

static void
test_parts(void)
{
	static const char text[] = " agent=git/2.39 object-format=sha1 agent=b";
	struct riad_request_line line;
	size_t len;

	riad_request_parse(&line, "want " ID " a=b\n", 5 + 40 + 5, 20);
	ok(line.oid.id[0] == 0x01 && line.oid.id[19] == 0x67, "the id");
	ok(line.arg_len == 44 && line.len == 49, "lengths");
	riad_request_parse(&line, "command=ls-refs", 15, 20);
	ok(line.arg_len == 7 && memcmp(line.arg, "ls-refs", 7) == 0,
	    "the command");

	static const struct {
		const char *line;
		uint64_t number;
	} numbers[] = {
	    {"deepen 7", 7},
	    {"deepen 0x10\n", 16},
	    {"deepen 2147483647", INT32_MAX},
	    {"deepen 4294967297", INT32_MAX},
	    {"deepen-since 4294967297", 4294967297},
	};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		riad_request_parse(
		    &line, numbers[i].line, strlen(numbers[i].line), 20);
		ok(line.number == numbers[i].number, "%s", numbers[i].line);
	}

	const char *v =
	    riad_request_value(text, sizeof(text) - 1, "agent", &len);
	ok(v != NULL && len == 8 && memcmp(v, "git/2.39", 8) == 0,
	    "the first value");
	ok(riad_request_value(text, sizeof(text) - 1, "age", &len) == NULL,
	    "not of half a key");
	ok(riad_request_value(text, 6, "agent", &len) == NULL,
	    "nor of one cut off");
	for (unsigned f = 1; f <= RIAD_SIDEBAND_ALL; f <<= 1) {
		const char *name = riad_feature_name(f);
		riad_request_parse(&line, name, strlen(name), 20);
		ok(line.features == f, "%s by its name", name);
	}
}

int
main(void)
{
	test_lines();
	test_parts();
	return tap_done();
}
