/* SPDX-License-Identifier: ISC */

#include "riad/dnsserver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* A text, and the URL that it stands for, or NULL where it is none. */
static const struct {
	const char *text, *want;
} cases[] = {
    {"https://dns.example/dns-query", "https://dns.example/dns-query"},
    {"HTTPS://dns.example", "https://dns.example/dns-query"},
    {"https://dns.example/", "https://dns.example/"},
    {"https://dns.example:443/q", "https://dns.example/q"},
    {"https://dns.example:8443/q{?dns}", "https://dns.example:8443/q"},
    {"https://dns.example/q?key=1&x=%20", "https://dns.example/q?key=1&x=%20"},
    {"https://dns.example?key=1", "https://dns.example?key=1"},
    {"https://[::1]:8443/", "https://[::1]:8443/"},
    {"https://127.0.0.1", "https://127.0.0.1/dns-query"},
    {"dns.example", "https://dns.example/dns-query"},
    {"dns.example:8443", "https://dns.example:8443/dns-query"},
    {"dns.example/x", "https://dns.example/x"},
    {"127.0.0.1/x", "https://127.0.0.1/x"},
    {"127.0.0.1", "udp://127.0.0.1"},
    {"127.0.0.1:5353", "udp://127.0.0.1:5353"},
    {"::1", "udp://[::1]"},
    {"[::1]", "udp://[::1]"},
    {"[::1]:5353", "udp://[::1]:5353"},
    {"udp://::1", "udp://[::1]"},
    {"tls://dns.example", "tls://dns.example"},
    {"tls://dns.example:8853/", "tls://dns.example:8853"},
    {"tcp://192.0.2.1:53", "tcp://192.0.2.1"},
    {"quad9", "https://dns.quad9.net/dns-query"},
    {"QUAD9", "https://dns.quad9.net/dns-query"},
    {"tls://quad9", "tls://dns.quad9.net"},
    {"https://quad9/x", "https://dns.quad9.net/x"},
    {"tls://quad9/", "tls://dns.quad9.net"},
    {"udp://quad9/x", NULL},
    {"udp://google", "udp://dns.google"},
    {"a_b.example", "https://a_b.example/dns-query"},
    {"", NULL},
    {"https://", NULL},
    {"https:///dns-query", NULL},
    {"http://dns.example/", NULL},
    {"quic://dns.example", NULL},
    {"://dns.example", NULL},
    {"https://user@dns.example/", NULL},
    {"https://dns.example/#x", NULL},
    {"https://dns.example/a b", NULL},
    {"https://dns.example/a\r\nb", NULL},
    {"https://dns.example/\xc3\xbc", NULL},
    {"https://dns.example/{dns}", NULL},
    {"https://dns.example:0/", NULL},
    {"https://dns.example:65536/", NULL},
    {"https://dns.example:123456/", NULL},
    {"https://dns.example:/", NULL},
    {"https://dns.example:x/", NULL},
    {"https://dns..example/", NULL},
    {"https://.example/", NULL},
    {"https://dns example/", NULL},
    {"https://[::1/", NULL},
    {"https://[::1]x/", NULL},
    {"https://[127.0.0.1]/", NULL},
    {"https://[dns.example]/", NULL},
    {"tls://dns.example/path", NULL},
    {"tls://opendns", NULL},
    {"https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     ".example/",
	NULL},
};

int
main(void)
{
	struct riad_dns_server server;
	char text[RIAD_DNS_SERVER_TEXT], longer[2000];
	const char *why;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why = NULL;
		int r = riad_dns_server_parse(&server, cases[i].text, &why);
		if (r == 0)
			riad_dns_server_text(text, &server);
		ok(cases[i].want == NULL
			? r == -1 && errno == EINVAL && why != NULL
			: r == 0 && strcmp(text, cases[i].want) == 0,
		    "%s: %s", cases[i].text, r == 0 ? text : why);
	}
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ok(riad_dns_server_parse(&server, longer, &why) == -1, "%s", why);
	memcpy(longer, "https://a.example/", 18);
	ok(riad_dns_server_parse(&server, longer, &why) == -1, "%s", why);
	longer[17 + RIAD_DNS_SERVER_PATH - 1] = '\0';
	ok(riad_dns_server_parse(&server, longer, &why) == 0, "just fits");
	for (const struct riad_dns_known *k = riad_dns_known; k->name != NULL;
	     k++)
		ok(riad_dns_server_parse(&server, k->name, &why) == 0 &&
			server.addresses != NULL &&
			strcmp(server.path, k->path) == 0,
		    "%s is known", k->name);
	return tap_done();
}
