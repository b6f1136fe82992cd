/* SPDX-License-Identifier: ISC */

#include "riad/dnsask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/dnsrr.h"
#include "tap.h"

/* What a line comes to: "name class types", or "why at column". */
static const struct {
	const char *line, *want;
} lines[] = {
    {"", ""},
    {" \t\r", ""},
    {"# example.org A", ""},
    {"  ;x", ""},
    {"example.org", "example.org 1"},
    {"example.org\r", "example.org 1"},
    {"  example.org\tAAAA ", "example.org 1 28"},
    {"example.org a,Aaaa,mX", "example.org 1 1 28 15"},
    {"example.org TYPE65280 type1", "example.org 1 65280 1"},
    {"example.org IN A", "example.org 1 1"},
    {"version.bind TXT CH", "version.bind 3 16"},
    {"x CLASS7", "x 7"},
    {"a", "a 1"},
    {"a a", "a 1 1"},
    {"x ANY", "x 1 255"},
    {"sp\\ ace A", "sp\\ ace 1 1"},
    {"co\\,mma.x A", "co\\,mma.x 1 1"},
    {"x\\", "x\\ 1"},
    {"-x 192.0.2.1", "-x 192.0.2.1 1"},
    {"-x  2001:db8::1 PTR", "-x 2001:db8::1 1 12"},
    {"-x", "-x is not followed by an address at 2"},
    {"-xy", "-xy 1"},
    {"b\xc3\xbc"
     "cher.x A",
	"b\xc3\xbc"
	"cher.x 1 1"},
    {"x FOO", "no such type or class at 2"},
    {"x A FOO", "no such type or class at 4"},
    {"x OPT", "no type to ask for at 2"},
    {"x TYPE0", "no type to ask for at 2"},
    {"x AXFR", "zones are not transferred at 2"},
    {"x A IXFR", "zones are not transferred at 4"},
    {"x IN CH", "a second class at 5"},
    {"x A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A A",
	"too many types at 66"},
};

static void
show(char *got, size_t size, const char *line, size_t len)
{
	struct riad_dns_ask ask;
	int r = riad_dns_ask_line(&ask, line, len);
	int n = 0;

	got[0] = '\0';
	if (r == -1) {
		snprintf(got, size, "%s at %zu", ask.why, ask.off);
	} else if (r == 1) {
		n = snprintf(got, size, "%s%.*s %u", ask.reverse ? "-x " : "",
		    (int)ask.name_len, ask.name, ask.class);
		for (unsigned i = 0; i < ask.types_len; i++)
			n += snprintf(
			    got + n, size - (size_t)n, " %u", ask.types[i]);
	}
}

static void
test_lines(void)
{
	char got[512];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		/* Of its exact size, for a sanitizer. */
		size_t len = strlen(lines[i].line);
		char *line = malloc(len + !len);
		memcpy(line, lines[i].line, len);
		show(got, sizeof(got), line, len);
		ok(strcmp(got, lines[i].want) == 0, "'%s': %s", lines[i].line,
		    got);
		free(line);
	}
	show(got, sizeof(got), "a\0b A", 5);
	ok(strcmp(got, "a NUL byte at 1") == 0, "NUL: %s", got);
}

static const struct {
	const char *text;
	bool reverse;
	const char *want; /* the name, or why not */
} names[] = {
    {"example.org", false, "example.org."},
    {".", false, "."},
    {"a\\.b.c", false, "a\\.b.c."},
    {"a..b", false, "not a name"},
    {"192.0.2.1", true, "1.2.0.192.in-addr.arpa."},
    {"::1", true,
	"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
	"ip6.arpa."},
    {"192.0.2", true, "not an address"},
    {"192.0.2.1.2", true, "not an address"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false,
	"the name is too long, or a label of it"},
};

static void
test_names(void)
{
	uint8_t name[RIAD_DNS_NAME];
	char text[RIAD_DNS_NAME_TEXT];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct riad_dns_ask ask = {.reverse = names[i].reverse};
		int n = riad_dns_ask_name(
		    name, &ask, names[i].text, strlen(names[i].text));
		if (n != -1)
			riad_dns_name_text(text, name);
		ok(strcmp(n == -1 ? ask.why : text, names[i].want) == 0,
		    "%s: %s", names[i].text, n == -1 ? ask.why : text);
	}
}

static void
hex(char *to, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sprintf(to + 2 * i, "%02x", p[i]);
	to[2 * len] = '\0';
}

static const struct {
	bool subnet;
	const char *text, *want; /* NULL: refused */
} options[] = {
    {true, "192.0.2.129/24", "0008000700011800c00002"},
    {true, "192.0.2.129/25", "0008000800011900c0000280"},
    {true, "192.0.2.129", "0008000800012000c0000281"},
    {true, "2001:db8::1/33",
	"0008000900022100"
	"20010db800"},
    {true, "0", "0008000400010000"},
    {true, "::/0", "0008000400020000"},
    {true, "192.0.2.1/33", NULL},
    {true, "192.0.2.1/", NULL},
    {true, "192.0.2/24", NULL},
    {true, "", NULL},
    {false, "3", "00030000"},
    {false, "65001:00fF", "fde9000200ff"},
    {false, "10:", "000a0000"},
    {false, "65536:00", NULL},
    {false, ":00", NULL},
    {false, "1:0", NULL},
    {false, "1:0g", NULL},
    {false, "1:00:", NULL},
};

static void
test_options(void)
{
	char got[2 * RIAD_DNS_OPTIONS + 1];

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct riad_dns_query query;
		riad_dns_query_init(&query);
		int r =
		    options[i].subnet
			? riad_dns_query_subnet(&query, options[i].text)
			: riad_dns_query_option_text(&query, options[i].text);
		hex(got, query.options.data, query.options.len);
		ok(options[i].want == NULL
			? r == -1 && query.options.len == 0
			: r == 0 && strcmp(got, options[i].want) == 0,
		    "%s: %s", options[i].text, got);
		riad_dns_query_free(&query);
	}
	struct riad_dns_query query;
	static const uint8_t zeros[RIAD_DNS_OPTIONS];
	riad_dns_query_init(&query);
	ok(riad_dns_query_option(&query, 1, zeros, sizeof(zeros) - 3) == -1 &&
		errno == EMSGSIZE,
	    "one byte too many");
	ok(riad_dns_query_option(&query, 1, zeros, sizeof(zeros) - 4) == 0 &&
		riad_dns_query_option(&query, 1, zeros, 0) == -1,
	    "as many as there may be");
	riad_dns_query_free(&query);
}

static void
test_message(void)
{
	static const uint8_t name[] = "\1a\4test";
	struct riad_dns_query query;
	uint8_t message[512];
	char got[1025];

	riad_dns_query_init(&query);
	int n = riad_dns_query_write(
	    message, sizeof(message), &query, 0x1234, name, 28, 1);
	hex(got, message, n > 0 ? (size_t)n : 0);
	ok(strcmp(got, "123401000001000000000001"
		       "0161047465737400001c0001"
		       "00002904d0000000000000") == 0,
	    "a query: %s", got);
	query.edns = false;
	query.flags = RIAD_DNS_CD;
	n = riad_dns_query_write(
	    message, sizeof(message), &query, 0, name, 1, 3);
	hex(got, message, n > 0 ? (size_t)n : 0);
	ok(strcmp(got, "000000100001000000000000"
		       "016104746573740000010003") == 0,
	    "without EDNS: %s", got);
	query.edns = true;
	query.dnssec = true;
	query.pad = 128;
	riad_dns_query_option(&query, RIAD_DNS_NSID, NULL, 0);
	n = riad_dns_query_write(
	    message, sizeof(message), &query, 0, name, 1, 1);
	ok(n == 128, "padded to %d", n);
	ok(riad_dns_query_write(message, 20, &query, 0, name, 1, 1) == -1 &&
		errno == EMSGSIZE,
	    "no room");
	riad_dns_query_free(&query);
}

int
main(void)
{
	test_lines();
	test_names();
	test_options();
	test_message();
	return tap_done();
}
