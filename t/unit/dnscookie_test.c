/* SPDX-License-Identifier: ISC */

#include "riad/dnscookie.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "riad/text.h"
#include "tap.h"

static void
bytes(uint8_t *to, const char *hex)
{
	for (; hex[0] != '\0'; hex += 2)
		*to++ = (uint8_t)(riad_hex_digit((uint8_t)hex[0]) << 4 |
				  riad_hex_digit((uint8_t)hex[1]));
}

static void
address(uint8_t to[16], const char *text)
{
	memcpy(to, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	if (inet_pton(AF_INET, text, to + 12) != 1)
		inet_pton(AF_INET6, text, to);
}

/* RFC 9018, Appendix A: what a client sends and what it gets. */
static const struct {
	const char *name, *secret, *ip, *sent;
	uint64_t now;
	enum riad_dns_cookie is;
	const char *got;
} cases[] = {
    {"A.1: learning a new cookie", "e5e973e5a6b2a43f48e7dc849e37bfcf",
	"198.51.100.100", "2464c4abcf10c957", 1559731985, RIAD_DNS_COOKIE_NEW,
	"2464c4abcf10c957010000005cf79f111f8130c3eee29480"},
    {"A.2: the same client, later", "e5e973e5a6b2a43f48e7dc849e37bfcf",
	"198.51.100.100", "2464c4abcf10c957010000005cf79f111f8130c3eee29480",
	1559734385, RIAD_DNS_COOKIE_OLD,
	"2464c4abcf10c957010000005cf7a871d4a564a1442aca77"},
    {"A.3: reserved bits that are set", "e5e973e5a6b2a43f48e7dc849e37bfcf",
	"203.0.113.203", "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
	1559734700, RIAD_DNS_COOKIE_BAD,
	"fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e"},
    {"A.3: in time", "e5e973e5a6b2a43f48e7dc849e37bfcf", "203.0.113.203",
	"fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5", 1559728100,
	RIAD_DNS_COOKIE_GOOD, NULL},
};

static void
test_vectors(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct riad_dns_cookies cookies = {.secrets = 0};
		uint8_t secret[16], ip[16], sent[40], got[24], want[24];
		size_t len = strlen(cases[i].sent) / 2;

		bytes(secret, cases[i].secret);
		bytes(sent, cases[i].sent);
		address(ip, cases[i].ip);
		riad_dns_cookie_secret(&cookies, secret);
		ok(riad_dns_cookie_check(
		       &cookies, sent, len, ip, cases[i].now) == cases[i].is,
		    "%s: taken", cases[i].name);
		if (cases[i].got == NULL)
			continue;
		bytes(want, cases[i].got);
		riad_dns_cookie_make(got, &cookies, sent, ip, cases[i].now);
		ok(memcmp(got, want, 24) == 0, "%s: made", cases[i].name);
	}
}

/* A.4: IPv6, and a server whose secret changed. */
static void
test_rollover(void)
{
	struct riad_dns_cookies cookies = {.secrets = 0};
	uint8_t old[16], new[16], ip[16], sent[24], got[24], want[24];

	bytes(old, "dd3bdf9344b678b185a6f5cb60fca715");
	bytes(new, "445536bcd2513298075a5d379663c962");
	address(ip, "2001:db8:220:1:59de:d0f4:8769:82b8");
	bytes(sent, "22681ab97d52c298010000005cf7c57926556bd0934c72f8");
	riad_dns_cookie_secret(&cookies, new);
	ok(riad_dns_cookie_check(&cookies, sent, 24, ip, 1559741961) ==
		RIAD_DNS_COOKIE_BAD,
	    "A.4: of a secret that is not known");
	cookies.secrets = 0;
	riad_dns_cookie_secret(&cookies, old);
	ok(riad_dns_cookie_check(&cookies, sent, 24, ip, 1559741961) ==
		RIAD_DNS_COOKIE_GOOD,
	    "of the one there is");
	riad_dns_cookie_secret(&cookies, new);
	ok(riad_dns_cookie_check(&cookies, sent, 24, ip, 1559741961) ==
		RIAD_DNS_COOKIE_OLD,
	    "of the one before");
	bytes(want, "22681ab97d52c298010000005cf7c609a6bb79d16625507a");
	riad_dns_cookie_make(got, &cookies, sent, ip, 1559741961);
	ok(memcmp(got, want, 24) == 0, "and made anew by the next");
	riad_dns_cookie_secret(&cookies, new);
	ok(riad_dns_cookie_check(&cookies, sent, 24, ip, 1559741961) ==
		RIAD_DNS_COOKIE_BAD,
	    "of the one before that");
}

static void
test_bad(void)
{
	struct riad_dns_cookies cookies = {.secrets = 0};
	uint8_t secret[16] = {1}, ip[16], other[16], c[40] = {2};
	const uint64_t now = 1800000000;
	bool all = true;

	address(ip, "192.0.2.1");
	address(other, "192.0.2.2");
	riad_dns_cookie_secret(&cookies, secret);
	riad_dns_cookie_make(c, &cookies, c, ip, now);
	for (size_t len = 0; len <= 41; len++) {
		enum riad_dns_cookie is = riad_dns_cookie_check(
		    &cookies, c, len < 40 ? len : 41, ip, now);
		all &= is == (len == 8       ? RIAD_DNS_COOKIE_NEW
				 : len < 16  ? RIAD_DNS_COOKIE_MALFORMED
				 : len == 24 ? RIAD_DNS_COOKIE_GOOD
				 : len < 40  ? RIAD_DNS_COOKIE_BAD
					     : RIAD_DNS_COOKIE_MALFORMED);
	}
	ok(all, "lengths");
	ok(riad_dns_cookie_check(&cookies, c, 24, other, now) ==
		RIAD_DNS_COOKIE_BAD,
	    "another address");
	static const struct {
		int32_t after;
		enum riad_dns_cookie is;
	} times[] = {{-301, RIAD_DNS_COOKIE_BAD}, {-300, RIAD_DNS_COOKIE_GOOD},
	    {1800, RIAD_DNS_COOKIE_GOOD}, {1801, RIAD_DNS_COOKIE_OLD},
	    {3600, RIAD_DNS_COOKIE_OLD}, {3601, RIAD_DNS_COOKIE_BAD}};
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		ok(riad_dns_cookie_check(&cookies, c, 24, ip,
		       now + (uint64_t)(int64_t)times[i].after) == times[i].is,
		    "after %d seconds", times[i].after);
	for (size_t i = 0; i < 24; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			c[i] ^= (uint8_t)(1u << bit);
			all &= riad_dns_cookie_check(&cookies, c, 24, ip,
				   now) == RIAD_DNS_COOKIE_BAD;
			c[i] ^= (uint8_t)(1u << bit);
		}
	ok(all, "any bit of it changed");
}

int
main(void)
{
	test_vectors();
	test_rollover();
	test_bad();
	return tap_done();
}
