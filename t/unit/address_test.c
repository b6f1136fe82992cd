/* SPDX-License-Identifier: ISC */

#include "riad/address.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

static const struct {
	const char *text;
	const char *want; /* NULL: no address */
} addresses[] = {
    {"192.0.2.1", "192.0.2.1:53"},
    {"192.0.2.1:5353", "192.0.2.1:5353"},
    {":5353", "127.0.0.1:5353"},
    {"0.0.0.0", "0.0.0.0:53"},
    {"::", "[::]:53"},
    {"2001:db8::1", "[2001:db8::1]:53"},
    {"[2001:db8::1]", "[2001:db8::1]:53"},
    {"[2001:db8::1]:853", "[2001:db8::1]:853"},
    {"::ffff:192.0.2.1", "[::ffff:192.0.2.1]:53"},
    {"fe80::1%lo", "[fe80::1%lo]:53"},
    {"fe80::1%nosuch", NULL},
    {"", "127.0.0.1:53"},
    {"192.0.2", NULL},
    {"192.0.2.256", NULL},
    {"192.0.2.1:", NULL},
    {"192.0.2.1:65536", NULL},
    {"192.0.2.1:5x", NULL},
    {"[2001:db8::1", NULL},
    {"[2001:db8::1]853", NULL},
    {"[192.0.2.1]:53", "192.0.2.1:53"},
    {"example.org", NULL},
    {"1111111111111111111111111111111111111111111111111111111111111111111111"
     "1111111111111111",
	NULL},
};

static const struct {
	const char *prefix;
	const char *address;
	int want; /* -1: no prefix */
} prefixes[] = {
    {"10.0.0.0/8", "10.255.0.1", 1},
    {"10.0.0.0/8", "11.0.0.1", 0},
    {"10.0.0.0/8", "::ffff:10.1.2.3", 1},
    {"192.0.2.128/25", "192.0.2.129", 1},
    {"192.0.2.128/25", "192.0.2.127", 0},
    {"192.0.2.1", "192.0.2.1", 1},
    {"192.0.2.1", "192.0.2.2", 0},
    {"0.0.0.0/0", "192.0.2.2", 1},
    {"0.0.0.0/0", "2001:db8::1", 0},
    {"::/0", "2001:db8::1", 1},
    {"2001:db8::/33", "2001:db8:7fff::1", 1},
    {"2001:db8::/33", "2001:db8:8000::1", 0},
    {"192.0.2.0/33", "", -1},
    {"2001:db8::/129", "", -1},
    {"192.0.2.1:53", "", -1},
    {"/8", "", -1},
    {"192.0.2.0/", "", -1},
    {"x", "", -1},
};

static const struct {
	const char *address;
	bool private;
	bool loopback;
} kinds[] = {
    {"127.0.0.1", true, true},
    {"127.255.1.1", true, true},
    {"::1", true, true},
    {"10.1.1.1", true, false},
    {"172.16.0.1", true, false},
    {"172.32.0.1", false, false},
    {"192.168.1.1", true, false},
    {"169.254.1.1", true, false},
    {"100.64.0.1", true, false},
    {"100.128.0.1", false, false},
    {"192.0.2.1", false, false},
    {"fd00::1", true, false},
    {"fe80::1", true, false},
    {"fec0::1", false, false},
    {"2001:db8::1", false, false},
    {"::2", false, false},
};

static void
bytes_of(uint8_t bytes[16], const char *text)
{
	union riad_address address;

	memset(bytes, 0, 16);
	if (riad_address_parse(&address, text, 0) == 0)
		riad_address_bytes(bytes, &address);
}

int
main(void)
{
	char text[RIAD_ADDRESS_TEXT];
	union riad_address address;
	struct riad_prefix prefix;
	uint8_t bytes[16];

	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		int r = riad_address_parse(&address, addresses[i].text, 53);
		if (addresses[i].want == NULL)
			ok(r == -1, "\"%s\" is none", addresses[i].text);
		else
			ok(r == 0 && strcmp(riad_address_text(text, &address),
					 addresses[i].want) == 0,
			    "\"%s\"", addresses[i].text);
	}
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		int r = riad_prefix_parse(&prefix, prefixes[i].prefix);
		bytes_of(bytes, prefixes[i].address);
		if (prefixes[i].want == -1)
			ok(r == -1, "\"%s\" is none", prefixes[i].prefix);
		else
			ok(r == 0 && riad_prefix_has(&prefix, bytes) ==
					 (prefixes[i].want == 1),
			    "%s and %s", prefixes[i].prefix,
			    prefixes[i].address);
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		bytes_of(bytes, kinds[i].address);
		ok(riad_address_private(bytes) == kinds[i].private &&
			riad_address_loopback(bytes) == kinds[i].loopback,
		    "what %s is", kinds[i].address);
	}

	/* A port of the system's choice, and nobody else has it then. */
	riad_address_parse(&address, "127.0.0.1", 0);
	int fd = riad_listen(&address, SOCK_STREAM);
	socklen_t len = sizeof(address);
	ok(fd != -1 && getsockname(fd, &address.any, &len) == 0 &&
		riad_address_port(&address) != 0,
	    "a socket listens");
	ok(riad_listen(&address, SOCK_STREAM) == -1, "and only one there");
	close(fd);
	return tap_done();
}
