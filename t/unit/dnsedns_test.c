/* SPDX-License-Identifier: ISC */

#include "riad/dnsedns.h"

#include <errno.h>
#include <string.h>

#include "dnsbytes.h"
#include "tap.h"

static uint8_t message[65535];

static void
begin(struct riad_dns_writer *w, size_t max)
{
	uint8_t name[RIAD_DNS_NAME];

	riad_dns_writer_init(w, message, max, 1, RIAD_DNS_RD);
	riad_dns_name_parse(name, "www.example.com.", 16, NULL);
	riad_dns_write_question(w, name, 1, 1);
}

/* Reads the message: the OPT in it, which both ways are to find. */
static bool
reads(struct riad_dns_edns *edns, size_t len)
{
	struct riad_dns_reader r;
	struct riad_dns_record record;
	struct riad_dns_edns found = {0};
	uint8_t *copy = exact_copy(message, len);
	bool good = riad_dns_reader_init(&r, copy, len) == 0 &&
		    riad_dns_read(&r, &record) == 1 &&
		    riad_dns_read(&r, &record) == 1 && record.type == 41 &&
		    riad_dns_edns(edns, &record) == 0 &&
		    riad_dns_read(&r, &record) == 0 &&
		    riad_dns_find_edns(&found, copy, len) == 0;

	free(copy);
	return good && found.present && found.size == edns->size &&
	       found.rcode == edns->rcode && found.version == edns->version &&
	       found.dnssec == edns->dnssec &&
	       found.options_len == edns->options_len;
}

static void
written(void)
{
	struct riad_dns_writer w;
	struct riad_dns_edns edns = {.size = 1232}, back = {0};

	begin(&w, 512);
	ok(riad_dns_write_edns(&w, &edns, 0) == 0 && w.len == 33 + 11 &&
		memcmp(message + 33, "\0\0\51\4\320\0\0\0\0\0\0", 11) == 0 &&
		message[11] == 1,
	    "OPT");
	ok(reads(&back, w.len) && back.size == 1232 && back.version == 0 &&
		back.rcode == 0 && !back.dnssec && back.options_len == 0,
	    "and back");

	edns = (struct riad_dns_edns){.size = 4096,
	    .rcode = 1,
	    .version = 2,
	    .dnssec = true,
	    .options = (const uint8_t *)"\0\3\0\0\0\12\0\2ab",
	    .options_len = 10};
	begin(&w, 512);
	ok(riad_dns_write_edns(&w, &edns, 0) == 0 && reads(&back, w.len) &&
		back.size == 4096 && back.rcode == 1 && back.version == 2 &&
		back.dnssec && back.options_len == 10,
	    "with everything");

	for (unsigned max = 33; max < 33 + 21; max++) {
		begin(&w, max);
		errno = 0;
		if (riad_dns_write_edns(&w, &edns, 0) != -1 ||
		    errno != EMSGSIZE || w.len != 33 || message[11] != 0)
			edns.size = 0;
	}
	ok(edns.size != 0, "not where there is no room");

	static const struct {
		unsigned pad, max, len;
	} pads[] = {{128, 512, 128}, {468, 512, 468}, {468, 300, 300},
	    {128, 128, 128}, {128, 127, 127}, {128, 58, 58}, {128, 57, 54},
	    {128, 54, 54}, {58, 512, 58}, {57, 512, 114}, {1, 512, 58}};
	for (size_t i = 0; i < sizeof(pads) / sizeof(pads[0]); i++) {
		begin(&w, pads[i].max);
		int r = riad_dns_write_edns(&w, &edns, pads[i].pad);
		ok(r == 0 && w.len == pads[i].len && reads(&back, w.len),
		    "padded to %u of %u: %zu", pads[i].pad, pads[i].max, w.len);
	}

	static uint8_t options[65535] = {0, 3, 0xff, 0xf0};
	edns.options = options;
	edns.options_len = 4 + 0xfff0 - 100;
	options[2] = (uint8_t)((edns.options_len - 4) >> 8);
	options[3] = (uint8_t)(edns.options_len - 4);
	begin(&w, sizeof(message));
	ok(riad_dns_write_edns(&w, &edns, 60000) == 0 && w.len <= 65535 &&
		reads(&back, w.len),
	    "options that leave little room for padding");
}

static void
options(void)
{
	static const struct {
		const char *bytes, *codes;
		int r;
	} cases[] = {
	    {"", "", 0},
	    {"0003 0000", "3:0 ", 0},
	    {"0003 0000 000a 0002 0102", "3:0 10:2 ", 0},
	    {"ffff 0001 00 ffff 0000", "65535:1 65535:0 ", 0},
	    {"00", "", -1},
	    {"0003 00", "", -1},
	    {"0003 0001", "", -1},
	    {"0003 0000 000a 0003 0102", "3:0 ", -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[64];
		char codes[64] = "";
		size_t at = 0, len = dns_bytes(bytes, cases[i].bytes);
		uint8_t *copy = exact_copy(bytes, len);
		struct riad_dns_record opt = {.type = 41,
		    .class = 512,
		    .data = copy,
		    .len = (uint16_t)len};
		struct riad_dns_edns edns;
		struct riad_dns_opt o;

		errno = 0;
		int r = riad_dns_edns(&edns, &opt);
		ok(r == cases[i].r && (r == 0 || errno == EBADMSG),
		    "options \"%s\"", cases[i].bytes);
		while (riad_dns_edns_next(&o, &edns, &at) == 1) {
			size_t n = strlen(codes);
			snprintf(codes + n, sizeof(codes) - n, "%u:%u ", o.code,
			    o.len);
		}
		ok(strcmp(codes, cases[i].codes) == 0, "one by one: %s", codes);
		free(copy);
	}
}

static void
found(void)
{
	static const struct {
		const char *name, *bytes;
		int size; /* of the payload; 0: none, -1: malformed */
	} cases[] = {
	    {"a header", "0001 0100 #0 #0 #0 #0", 0},
	    {"half of one", "0001 0100", -1},
	    {"no OPT", "0001 0100 #1 #0 #0 #0 @a. #1 #1", 0},
	    {"OPT", "0001 0100 #1 #0 #0 #1 @a. #1 #1 00 #41 #1232 #0 #0 #0",
		1232},
	    {"OPT after others",
		"0001 8100 #1 #1 #0 #2 @a. #1 #1 c00c #1 #1 #0 #9 #4 01020304 "
		"c00c #16 #1 #0 #9 #2 01 'a' 00 #41 #512 #0 #0 #0",
		512},
	    {"in a wrong section", "0001 8100 #0 #1 #0 #0 00 #41 #512 #0 #0 #0",
		-1},
	    {"of a name", "0001 8100 #0 #0 #0 #1 @a. #41 #512 #0 #0 #0", -1},
	    {"twice",
		"0001 8100 #0 #0 #0 #2 00 #41 #512 #0 #0 #0 00 #41 #512 #0 #0 "
		"#0",
		-1},
	    {"cut off", "0001 8100 #0 #0 #0 #1 00 #41 #512 #0 #0 00", -1},
	    {"its options cut off",
		"0001 8100 #0 #0 #0 #1 00 #41 #512 #0 #0 "
		"#4 000300",
		-1},
	    {"bad options",
		"0001 8100 #0 #0 #0 #1 00 #41 #512 #0 #0 #4 "
		"00030001",
		-1},
	    {"a name cut off", "0001 8100 #1 #0 #0 #0 05 'a'", -1},
	    {"a pointer cut off", "0001 8100 #1 #0 #0 #0 c0", -1},
	    {"a question cut off", "0001 8100 #1 #0 #0 #0 @a. #1", -1},
	    {"a label of unknown kind", "0001 8100 #1 #0 #0 #0 80 00 #1 #1",
		-1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = dns_bytes(message, cases[i].bytes);
		uint8_t *copy = exact_copy(message, len);
		struct riad_dns_edns edns;

		errno = 0;
		int r = riad_dns_find_edns(&edns, copy, len);
		ok(r == -1 ? cases[i].size == -1 && errno == EBADMSG
			   : cases[i].size == (edns.present ? edns.size : 0),
		    "%s", cases[i].name);
		free(copy);
	}
}

int
main(void)
{
	written();
	options();
	found();
	ok(strcmp(riad_dns_ede_text(3), "Stale Answer") == 0 &&
		strcmp(riad_dns_ede_text(0), "Other") == 0 &&
		strcmp(riad_dns_ede_text(24), "Invalid Data") == 0 &&
		riad_dns_ede_text(31) == NULL &&
		riad_dns_ede_text(65535) == NULL,
	    "extended errors");
	return tap_done();
}
