/* SPDX-License-Identifier: ISC */

#include "riad/dnsname.h"

#include <errno.h>
#include <string.h>

#include "dnsbytes.h"
#include "tap.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L61 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Text, the origin, the bytes, and the text that they have: NULL, the same. */
static const struct {
	const char *text, *origin, *bytes, *back;
} good[] = {
    {".", NULL, "00", NULL},
    {"@", NULL, "00", "."},
    {"@", "example.", "07 'example' 00", "example."},
    {"www.example.", "other.", "03 'www' 07 'example' 00", NULL},
    {"www", "example.", "03 'www' 07 'example' 00", "www.example."},
    {"www", NULL, "03 'www' 00", "www."},
    {"WwW.", NULL, "03 'WwW' 00", NULL},
    {"\\@.", NULL, "01 '@' 00", NULL},
    {"a\\.b.", NULL, "03 'a.b' 00", NULL},
    {"a\\\\.b.", NULL, "02 'a\\' 01 'b' 00", NULL},
    {"\\000\\001\\032\\127\\128\\255.", NULL, "06 00 01 20 7f 80 ff 00", NULL},
    {"\\\"\\$\\(\\)\\;\\@\\.\\\\.", NULL, "08 '\"$();@.\\' 00", NULL},
    {"\\065\\b\\-.", NULL, "03 'Ab-' 00", "Ab-."},
    {"!#%&'*+,-/:<=>?[]^_`{|}~.", NULL, "18 '!#%&' 27 '*+,-/:<=>?[]^_`{|}~' 00",
	NULL},
    {"a b.", NULL, "03 'a b' 00", "a\\032b."},
    {L63 ".", NULL, "3f *63:61 00", NULL},
    {L63 "." L63 "." L63 "." L61 ".", NULL,
	"3f *63:61 3f *63:61 3f *63:61 3d *61:61 00", NULL},
    {L63 "." L63 "." L63 "." L61, NULL,
	"3f *63:61 3f *63:61 3f *63:61 3d *61:61 00",
	L63 "." L63 "." L63 "." L61 "."},
    {L63 "." L63 "." L63 "." L61, ".",
	"3f *63:61 3f *63:61 3f *63:61 3d *61:61 00",
	L63 "." L63 "." L63 "." L61 "."},
};

static const struct {
	const char *text, *origin;
	int err;
} wrong[] = {
    {"", NULL, EBADMSG},
    {"..", NULL, EBADMSG},
    {".a", NULL, EBADMSG},
    {"a..", NULL, EBADMSG},
    {"a..b.", NULL, EBADMSG},
    {"a\\", NULL, EBADMSG},
    {"a\\1", NULL, EBADMSG},
    {"a\\12.", NULL, EBADMSG},
    {"a\\256.", NULL, EBADMSG},
    {"a\\999.", NULL, EBADMSG},
    {L63 "a.", NULL, EMSGSIZE},
    {L63 "a", NULL, EMSGSIZE},
    {L63 "." L63 "." L63 "." L61 "a.", NULL, EMSGSIZE},
    {L63 "." L63 "." L63 "." L61 "a", NULL, EMSGSIZE},
    {L63 "." L63 "." L63 "." L61 ".a.", NULL, EMSGSIZE},
    {L63 "." L63 "." L63 "." L61, "a.", EMSGSIZE},
    {L63 "." L63 "." L63, L61 "a.", EMSGSIZE},
};

static const uint8_t *
name_of(uint8_t name[RIAD_DNS_NAME], const char *text)
{
	memset(name, 0xee, RIAD_DNS_NAME);
	if (riad_dns_name_parse(name, text, strlen(text), NULL) == -1)
		abort();
	return name;
}

static void
both_ways(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		uint8_t name[RIAD_DNS_NAME], want[300], origin[RIAD_DNS_NAME];
		char text[RIAD_DNS_NAME_TEXT];
		const char *back = good[i].back ? good[i].back : good[i].text;
		size_t len = dns_bytes(want, good[i].bytes);

		int n = riad_dns_name_parse(name, good[i].text,
		    strlen(good[i].text),
		    good[i].origin ? name_of(origin, good[i].origin) : NULL);
		ok(n == (int)len && memcmp(name, want, len) == 0 &&
			riad_dns_name_len(name) == len,
		    "name %zu from text", i + 1);
		size_t m = riad_dns_name_text(text, want);
		ok(m == strlen(back) && strcmp(text, back) == 0,
		    "name %zu as text", i + 1);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t name[RIAD_DNS_NAME], origin[RIAD_DNS_NAME];

		errno = 0;
		ok(riad_dns_name_parse(name, wrong[i].text,
		       strlen(wrong[i].text),
		       wrong[i].origin ? name_of(origin, wrong[i].origin)
				       : NULL) == -1 &&
			errno == wrong[i].err,
		    "no name %zu", i + 1);
	}

	/* All bytes escaped take the most room there is. */
	uint8_t name[300];
	char text[RIAD_DNS_NAME_TEXT];
	dns_bytes(name, "3f *63:00 3f *63:01 3f *63:ff 3d *61:80 00");
	ok(riad_dns_name_text(text, name) == 250 * 4 + 4, "the longest text");
	ok(riad_dns_name_parse(name, text, strlen(text), NULL) == 255,
	    "and it is a name");
}

static void
compare(void)
{
	static const struct {
		const char *a, *b;
		bool same, below;
		int order;
	} cases[] = {
	    {".", ".", true, true, 0},
	    {"a.", ".", false, true, 1},
	    {".", "a.", false, false, -1},
	    {"A.b.", "a.B.", true, true, 0},
	    {"x.a.b.", "a.B.", false, true, 1},
	    {"xa.b.", "a.b.", false, false, 1},
	    {"a\\.b.", "b.", false, false, -1},
	    {"a\\.b.", "a.b.", false, false, -1},
	    /* RFC 4034 section 6.1 */
	    {"example.", "a.example.", false, false, -1},
	    {"a.example.", "yljkjljk.a.example.", false, false, -1},
	    {"yljkjljk.a.example.", "Z.a.example.", false, false, -1},
	    {"Z.a.example.", "zABC.a.EXAMPLE.", false, false, -1},
	    {"zABC.a.EXAMPLE.", "z.example.", false, false, -1},
	    {"z.example.", "\\001.z.example.", false, false, -1},
	    {"\\001.z.example.", "*.z.example.", false, false, -1},
	    {"*.z.example.", "\\200.z.example.", false, false, -1},
	    {"[.", "{.", false, false, -1},
	    {"@.", "`.", false, false, -1},
	    {"\\193.", "\\225.", false, false, -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t a[RIAD_DNS_NAME], b[RIAD_DNS_NAME];

		name_of(a, cases[i].a);
		name_of(b, cases[i].b);
		int d = riad_dns_name_order(a, b);
		int e = riad_dns_name_order(b, a);
		ok(riad_dns_name_same(a, b) == cases[i].same &&
			riad_dns_name_same(b, a) == cases[i].same &&
			riad_dns_name_below(a, b) == cases[i].below,
		    "%s and %s", cases[i].a, cases[i].b);
		ok((d > 0) - (d < 0) == cases[i].order &&
			(e > 0) - (e < 0) == -cases[i].order,
		    "order of %s and %s", cases[i].a, cases[i].b);
	}
}

static void
others(void)
{
	uint8_t name[RIAD_DNS_NAME], low[RIAD_DNS_NAME];
	char text[RIAD_DNS_NAME_TEXT];

	name_of(name, "A.bC.[Z.");
	ok(riad_dns_name_labels(name) == 3, "labels");
	riad_dns_name_text(text, riad_dns_name_parent(name));
	ok(strcmp(text, "bC.[Z.") == 0, "parent");
	ok(*riad_dns_name_parent((const uint8_t *)"") == 0, "of the root");
	ok(riad_dns_name_lower(low, name) == 9 &&
		riad_dns_name_text(text, low) == 8 &&
		strcmp(text, "a.bc.[z.") == 0,
	    "lower case");

	static const uint8_t v4[] = {192, 0, 2, 255},
			     v6[16] = {0x20, 1, 0x0d, 0xb8, [15] = 0xfa};
	int n = riad_dns_name_reverse(name, v4, 4);
	riad_dns_name_text(text, name);
	ok(n == (int)riad_dns_name_len(name) &&
		strcmp(text, "255.2.0.192.in-addr.arpa.") == 0,
	    "reverse of IPv4: %s", text);
	n = riad_dns_name_reverse(name, v6, 16);
	riad_dns_name_text(text, name);
	ok(n == (int)riad_dns_name_len(name) &&
		strcmp(text, "a.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
			     "8.b.d.0.1.0.0.2.ip6.arpa.") == 0,
	    "reverse of IPv6: %s", text);
	errno = 0;
	ok(riad_dns_name_reverse(name, v6, 8) == -1 && errno == EINVAL,
	    "of nothing else");
}

int
main(void)
{
	both_ways();
	compare();
	others();
	return tap_done();
}
