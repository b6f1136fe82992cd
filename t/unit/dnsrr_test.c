/* SPDX-License-Identifier: ISC */

#include "riad/dnsrr.h"

#include <err.h>
#include <errno.h>
#include <string.h>

#include "dnsbytes.h"
#include "riad/dnszonefile.h"
#include "tap.h"

/* Type and RDATA; its text, and JSON.  parse: text that is read as the same. */
static const struct {
	const char *type, *bytes, *text, *json, *parse;
} good[] = {
    {"A", "c0000201", "192.0.2.1", "\"192.0.2.1\"", NULL},
    {"AAAA", "20010db8 *8:00 00000001", "2001:db8::1", "\"2001:db8::1\"",
	"2001:DB8:0:0::0001"},
    {"AAAA", "*16:00", "::", "\"::\"", NULL},
    {"AAAA", "00000000000000000000000000010000", "::0.1.0.0", "\"::0.1.0.0\"",
	NULL},
    {"AAAA", "00010000000000020000000000000003", "1:0:0:2::3", "\"1:0:0:2::3\"",
	NULL},
    {"AAAA", "00010000000200030004000500060007", "1:0:2:3:4:5:6:7",
	"\"1:0:2:3:4:5:6:7\"", NULL},
    {"AAAA", "00000000000000000000ffff01020304", "::ffff:1.2.3.4",
	"\"::ffff:1.2.3.4\"", NULL},
    {"NS", "@ns.a.", "ns.a.", "\"ns.a.\"", NULL},
    {"CNAME", "@\\000\\\".", "\\000\\\".", "\"\\\\000\\\\\\\".\"", NULL},
    {"MX", "#10 00", "10 .", "{\"preference\":10,\"exchange\":\".\"}", NULL},
    {"SOA", "@a. @b. 00000001 00000e10 00000258 00093a80 0000003c",
	"a. b. 1 3600 600 604800 60",
	"{\"mname\":\"a.\",\"rname\":\"b.\",\"serial\":1,\"refresh\":3600,"
	"\"retry\":600,\"expire\":604800,\"minimum\":60}",
	"a. b. 1 1H 10m 1w 60s"},
    {"TXT", "00", "\"\"", "[\"\"]", NULL},
    {"TXT", "03 'a\"b' 02 '\\;' 01 00", "\"a\\\"b\" \"\\\\;\" \"\\000\"",
	"[\"a\\\"b\",\"\\\\;\",\"\\u0000\"]", NULL},
    {"TXT", "04 1b '[0m'", "\"\\027[0m\"", "[\"\\u001b[0m\"]", NULL},
    {"TXT", "03 c3bc 7f", "\"\\195\\188\\127\"", "[\"\\u00fc\\u007f\"]", NULL},
    {"TXT", "04 f09f9880", "\"\\240\\159\\152\\128\"", "[\"\\ud83d\\ude00\"]",
	NULL},
    {"TXT", "02 c29b", "\"\\194\\155\"", "[\"\\u009b\"]", NULL},
    {"TXT", "01 ff 01 'a'", "\"\\255\" \"a\"", "[{\"base64\":\"/w==\"},\"a\"]",
	NULL},
    {"TXT", "01 'a' 01 'b'", "\"a\" \"b\"", "[\"a\",\"b\"]", "a b"},
    {"HINFO", "00 02 'OS'", "\"\" \"OS\"", "{\"cpu\":\"\",\"os\":\"OS\"}",
	NULL},
    {"CAA", "00 05 'issue' 'ca.example'", "0 issue \"ca.example\"",
	"{\"flags\":0,\"tag\":\"issue\",\"value\":\"ca.example\"}", NULL},
    {"CAA", "80 02 'Ab'", "128 Ab \"\"",
	"{\"flags\":128,\"tag\":\"Ab\",\"value\":\"\"}", NULL},
    {"URI", "#1 #2 ", "1 2 \"\"",
	"{\"priority\":1,\"weight\":2,\"target\":\"\"}", NULL},
    {"NAPTR", "#1 #2 01 'u' 00 03 '!\\!' 00", "1 2 \"u\" \"\" \"!\\\\!\" .",
	"{\"order\":1,\"preference\":2,\"flags\":\"u\",\"services\":\"\","
	"\"regexp\":\"!\\\\!\",\"replacement\":\".\"}",
	NULL},
    {"SRV", "#1 #2 #3 @a.", "1 2 3 a.",
	"{\"priority\":1,\"weight\":2,\"port\":3,\"target\":\"a.\"}", NULL},
    /* RFC 4034 section 5.4 */
    {"DS", "#60485 05 01 2bb183af5f22588179a53b0a98631fad1a292118",
	"60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
	"{\"key_tag\":60485,\"algorithm\":5,\"digest_type\":1,\"digest\":"
	"\"2BB183AF5F22588179A53B0A98631FAD1A292118\"}",
	"60485 RSASHA1 1 ( 2BB183AF5F225 88179A53B0A\n98631fad1a292118 )"},
    /* 28 bytes of hex and 42 of base64 are a word. */
    {"DS", "#1 08 c8 *28:ab",
	"1 8 200 "
	"ABABABABABABABABABABABABABABABABABABABABABABABAB"
	"ABABABAB",
	NULL, NULL},
    {"DS", "#1 08 c8 *29:ab",
	"1 8 200 "
	"ABABABABABABABABABABABABABABABABABABABABABABABAB"
	"ABABABAB AB",
	NULL, NULL},
    {"DNSKEY", "#257 03 0d *42:00",
	"257 3 13 "
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	"AAAAAAAAAAAAAAAA",
	NULL, NULL},
    {"DNSKEY", "#257 03 0d *43:00",
	"257 3 13 "
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	"AAAAAAAAAAAAAAAA AA==",
	NULL,
	"257 3 ECDSAP256SHA256 "
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA A =="},
    {"KEY", "#49152 03 00", "49152 3 0",
	"{\"flags\":49152,\"protocol\":3,\"algorithm\":0,\"key\":\"\"}", NULL},
    /* RFC 4034 section 3.3 */
    {"RRSIG", "#1 05 03 00015180 3e7ddaaf 3e564e77 #2642 @example.com. 7f",
	"A 5 3 86400 20030323160255 20030221160615 2642 example.com. fw==",
	NULL, "A 5 3 86400 1048435375 1045843575 2642 example.com. fw=="},
    {"RRSIG", "#65280 05 03 00000000 ffffffff 00000000 #0 00 00",
	"TYPE65280 5 3 0 21060207062815 19700101000000 0 . AA==", NULL, NULL},
    /* RFC 4034 section 4.3 */
    {"NSEC", "@host. 0006 400100000003 041b *26:00 20",
	"host. A MX RRSIG NSEC TYPE1234",
	"{\"next\":\"host.\",\"types\":[\"A\",\"MX\",\"RRSIG\",\"NSEC\","
	"\"TYPE1234\"]}",
	"host. TYPE1234 NSEC a MX A RRSIG"},
    /* RFC 5155 appendix A */
    {"NSEC3",
	"01 01 000c 04 aabbccdd 14 174eb2409fe28bcb4887a1836f957f0a8425e27b "
	"0007 220100000002 90",
	"1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR NS SOA MX RRSIG "
	"DNSKEY NSEC3PARAM",
	NULL,
	"1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA "
	"NSEC3PARAM RRSIG"},
    {"NSEC3", "01 00 0000 00 01 f8", "1 0 0 - V0",
	"{\"hash\":1,\"flags\":0,\"iterations\":0,\"salt\":\"\",\"next\":"
	"\"V0\",\"types\":[]}",
	NULL},
    {"NSEC3PARAM", "01 00 0001 00", "1 0 1 -", NULL, NULL},
    {"TLSA", "03 01 01 00", "3 1 1 00", NULL, NULL},
    {"SSHFP", "04 09 0a", "4 9 0A", NULL, "4 9 0a"},
    {"CERT", "#3 #0 00 01", "PGP 0 0 AQ==",
	"{\"type\":\"PGP\",\"key_tag\":0,\"algorithm\":\"0\",\"certificate\":"
	"\"AQ==\"}",
	"3 0 0 AQ=="},
    {"CERT", "#9 #0 0d 00", "9 0 ECDSAP256SHA256 AA==", NULL, "9 0 13 AA=="},
    /* RFC 1876 section 4 */
    {"LOC", "00 33 16 13 89172dd0 70be15f0 00988e18",
	"42 21 54.000 N 71 6 18.000 W -21.52m 30m 10000m 10m", NULL, NULL},
    {"LOC", "00 12 16 13 80000000 80000000 00989680",
	"0 0 0.000 N 0 0 0.000 E 0.00m 1m 10000m 10m",
	"\"0 0 0.000 N 0 0 0.000 E 0.00m 1m 10000m 10m\"", "0 N 0 E 0"},
    {"LOC", "01 'x'", "\\# 2 0178", "{\"hex\":\"0178\"}", NULL},
    {"APL", "", "", "[]", NULL},
    /* RFC 3123 section 9 */
    {"APL", "0001 15 03 c0a820 0001 1c 84 c0a82608",
	"1:192.168.32.0/21 !1:192.168.38.8/28",
	"[\"1:192.168.32.0/21\",\"!1:192.168.38.8/28\"]", NULL},
    {"APL", "0002 08 01 ff", "2:ff00::/8", "[\"2:ff00::/8\"]", NULL},
    {"APL", "0001 08 01 0a 0120 00 00", "\\# 9 000108010A01200000",
	"{\"hex\":\"000108010A01200000\"}", NULL},
    {"IPSECKEY", "0a 00 02 01", "10 0 2 . AQ==",
	"{\"precedence\":10,\"gateway_type\":0,\"algorithm\":2,\"gateway\":"
	"null,\"key\":\"AQ==\"}",
	NULL},
    {"IPSECKEY", "0a 01 02 c0000226 01", "10 1 2 192.0.2.38 AQ==", NULL, NULL},
    {"IPSECKEY", "0a 03 02 @a. 01", "10 3 2 a. AQ==", NULL, NULL},
    {"IPSECKEY", "0a 00 00", "10 0 0 .", NULL, NULL},
    {"AMTRELAY", "0a 81 cb00710f", "10 1 1 203.0.113.15",
	"{\"precedence\":10,\"relay\":{\"discovery_optional\":true,\"type\":1,"
	"\"address\":\"203.0.113.15\"}}",
	NULL},
    {"AMTRELAY", "0a 84 01", "\\# 3 0A8401", "{\"hex\":\"0A8401\"}", NULL},
    {"HIP", "02 03 0001 aabb 01 @a. @b.", "3 AABB AQ== a. b.",
	"{\"algorithm\":3,\"hit\":\"AABB\",\"key\":\"AQ==\",\"servers\":"
	"[\"a.\",\"b.\"]}",
	NULL},
    {"WKS", "01020304 06 00000040 8001", "1.2.3.4 6 25 32 47",
	"{\"address\":\"1.2.3.4\",\"services\":{\"protocol\":6,\"ports\":[25,"
	"32,47]}}",
	"1.2.3.4 TCP 47 32 25"},
    {"EUI48", "00005e00532a", "00-00-5e-00-53-2a", "\"00-00-5e-00-53-2a\"",
	"00-00-5E-00-53-2A"},
    {"NID", "#10 00144fffff20ee64", "10 14:4fff:ff20:ee64", NULL,
	"10 0014:4fff:ff20:ee64"},
    {"NSAP", "47000580", "0x47000580", "\"47000580\"", "0x47.0005.80"},
    {"CSYNC", "00000042 #3 0001 40", "66 3 A", NULL, NULL},
    {"ZONEMD", "00000001 01 03 *12:ab", "1 1 3 ABABABABABABABABABABABAB", NULL,
	NULL},
    {"TSIG", "@hmac-sha256. 000054c2f0a0 012c #4 01020304 #7 #18 #0",
	"hmac-sha256. 1422061728 300 4 AQIDBA== 7 BADTIME 0", NULL,
	"hmac-sha256. 1422061728 300 4 AQID BA== 7 18 0"},
    {"TSIG", "00 000000000000 0000 #0 #0 #3999 #1 ff",
	". 0 0 0 0 RCODE3999 1 /w==", NULL, NULL},
    {"DSYNC", "#59 01 #5300 @a.", "CDS NOTIFY 5300 a.",
	"{\"type\":\"CDS\",\"scheme\":\"NOTIFY\",\"port\":5300,\"target\":"
	"\"a.\"}",
	"TYPE59 1 5300 a."},

    /* RFC 9460 appendix D */
    {"SVCB", "0000 @foo.example.com.", "0 foo.example.com.",
	"{\"priority\":0,\"target\":\"foo.example.com.\",\"params\":{}}", NULL},
    {"SVCB", "0001 00", "1 .", NULL, NULL},
    {"SVCB", "0010 @foo.example.com. 0003 0002 0035",
	"16 foo.example.com. port=53",
	"{\"priority\":16,\"target\":\"foo.example.com.\",\"params\":{\"port\":"
	"53}}",
	NULL},
    {"SVCB", "0001 @foo.example.com. 029b 0005 'hello'",
	"1 foo.example.com. key667=\"hello\"",
	"{\"priority\":1,\"target\":\"foo.example.com.\",\"params\":{"
	"\"key667\":\"hello\"}}",
	"1 foo.example.com. key667=hello"},
    {"SVCB", "0001 @foo.example.com. 029b 0009 'hello' d2 'qoo'",
	"1 foo.example.com. key667=\"hello\\210qoo\"",
	"{\"priority\":1,\"target\":\"foo.example.com.\",\"params\":{"
	"\"key667\":{\"base64\":\"aGVsbG/ScW9v\"}}}",
	NULL},
    {"SVCB",
	"0001 @foo.example.com. 0006 0020 20010db8000000000000000000000001 "
	"20010db8000000000000000000530001",
	"1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1", NULL,
	"1 foo.example.com. ipv6hint=\"2001:db8::1,2001:db8::53:1\""},
    {"SVCB",
	"0010 @foo.example.org. 0000 0004 0001 0004 0001 0009 02 'h2' 05 "
	"'h3-19' 0004 0004 c0000201",
	"16 foo.example.org. mandatory=alpn,ipv4hint alpn=\"h2,h3-19\" "
	"ipv4hint=192.0.2.1",
	"{\"priority\":16,\"target\":\"foo.example.org.\",\"params\":{"
	"\"mandatory\":[\"alpn\",\"ipv4hint\"],\"alpn\":[\"h2\",\"h3-19\"],"
	"\"ipv4hint\":[\"192.0.2.1\"]}}",
	"16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn "
	"ipv4hint=192.0.2.1"},
    {"SVCB", "0010 @foo.example.org. 0001 000c 08 'f\\oo,bar' 02 'h2'",
	"16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
	"{\"priority\":16,\"target\":\"foo.example.org.\",\"params\":{"
	"\"alpn\":[\"f\\\\oo,bar\",\"h2\"]}}",
	"16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2"},
    {"HTTPS",
	"0001 00 0001 0003 02 'h2' 0002 0000 0007 0003 '/{?' 0008 0000 "
	"fffe 0000",
	"1 . alpn=\"h2\" no-default-alpn key7=\"/{?\" key8 key65534",
	"{\"priority\":1,\"target\":\".\",\"params\":{\"alpn\":[\"h2\"],"
	"\"no-default-alpn\":true,\"dohpath\":\"/{?\",\"ohttp\":true,"
	"\"key65534\":\"\"}}",
	"1 . ohttp dohpath=/{? key65534 key2 alpn=\"h2\""},
    {"HTTPS", "0001 00 0005 0003 010203", "1 . ech=AQID",
	"{\"priority\":1,\"target\":\".\",\"params\":{\"ech\":\"AQID\"}}",
	"1 . ech=\"AQID\""},
    {"HTTPS", "0001 00 ff00 0005 'a,\"\\ '", "1 . key65280=\"a,\\\"\\\\ \"",
	NULL, NULL},

    /* RFC 3597 */
    {"TYPE65280", "deadbeef", "\\# 4 DEADBEEF", "{\"hex\":\"DEADBEEF\"}",
	"\\# 4 dead be\tef"},
    {"TYPE65280", "", "\\# 0", "{\"hex\":\"\"}", NULL},
    {"NULL", "00", "\\# 1 00", "{\"hex\":\"00\"}", NULL},
    {"A", "c0000201", "192.0.2.1", "\"192.0.2.1\"", "\\# 4 C0000201"},
    {"MX", "#10 @a.", "10 a.", NULL, "\\# 5 000a 01 61 00"},
};

/* A record of text as a zone file has it. */
static struct riad_dns_record parsed;
static uint8_t parsed_data[65536];

static int
keep(void *ctx, const struct riad_dns_record *record)
{
	(*(unsigned *)ctx)++;
	parsed = *record;
	memcpy(parsed_data, record->data, record->len);
	parsed.data = parsed_data;
	return 0;
}

/* Types that no zone has, of plain words. */
static const char *
parse_meta(uint16_t type, const char *text)
{
	struct riad_dns_word words[16];
	struct riad_buf rdata;
	const char *why = NULL;
	size_t n = 0, bad;

	for (; *text != '\0'; text += strspn(text, " ")) {
		words[n++] = (struct riad_dns_word){
		    .text = text, .len = strcspn(text, " ")};
		text += strcspn(text, " ");
	}
	riad_buf_init(&rdata, 65536);
	if (riad_dns_parse(&rdata, type, RIAD_DNS_ANY_CLASS, words, n, NULL,
		&why, &bad) == 0)
		memcpy(parsed_data, rdata.data, rdata.len);
	parsed.len = (uint16_t)rdata.len;
	riad_buf_free(&rdata);
	return why;
}

static const char *
parse(const char *type, const char *text)
{
	static char line[4096];
	unsigned records = 0;
	struct riad_dns_zonefile file = {.record = keep, .ctx = &records};
	int n = snprintf(line, sizeof(line), ". 0 %s %s", type, text);
	int number = riad_dns_type_parse(type, strlen(type));

	if (number > 127 && number < 256)
		return parse_meta((uint16_t)number, text);

	if (n < 0 || (size_t)n >= sizeof(line))
		abort();
	if (riad_dns_zonefile_read(&file, line, (size_t)n) == -1)
		return file.why;
	return records == 1 ? NULL : "not one record";
}

static void
all_ways(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		uint8_t bytes[4096];
		size_t len = dns_bytes(bytes, good[i].bytes);
		uint8_t *copy = exact_copy(bytes, len);
		const char *name = good[i].type, *why;
		struct riad_dns_reader reader = {0};
		struct riad_dns_record record = {
		    .type = (uint16_t)riad_dns_type_parse(name, strlen(name)),
		    .class = RIAD_DNS_IN,
		    .data = copy,
		    .len = (uint16_t)len};

		bool checked = riad_dns_check(NULL, &record) == 0;
		reader.data = copy;
		reader.len = len;
		ok(checked && riad_dns_check(&reader, &record) == 0,
		    "%s %zu is well formed", name, i + 1);
		text_begin();
		riad_dns_text(&text_out, NULL, &record);
		const char *got = text_end();
		bool same = strcmp(got, good[i].text) == 0;
		ok(same, "text of %s %zu", name, i + 1);
		if (!same)
			printf("# got  %s\n# want %s\n", got, good[i].text);
		if (good[i].json != NULL) {
			text_begin();
			riad_dns_json(&text_out, NULL, &record);
			got = text_end();
			same = strcmp(got, good[i].json) == 0;
			ok(same, "JSON of %s %zu", name, i + 1);
			if (!same)
				printf("# got  %s\n# want %s\n", got,
				    good[i].json);
		}
		why = parse(name, good[i].text);
		ok(why == NULL && parsed.len == len &&
			memcmp(parsed_data, bytes, len) == 0,
		    "%s %zu from its text: %s", name, i + 1, why ? why : "");
		if (good[i].parse != NULL) {
			why = parse(name, good[i].parse);
			ok(why == NULL && parsed.len == len &&
				memcmp(parsed_data, bytes, len) == 0,
			    "%s %zu from another: %s", name, i + 1,
			    why ? why : "");
		}
		free(copy);
	}
}

static const struct {
	const char *type, *text, *why;
} wrong[] = {
    {"A", "", "an address is missing"},
    {"A", "1.2.3", "not an IPv4 address"},
    {"A", "1.2.3.256", "not an IPv4 address"},
    {"A", "1.2.3.4.5", "not an IPv4 address"},
    {"A", "::1", "not an IPv4 address"},
    {"A", "1.2.3.4 x", "a word too many"},
    {"A", "\\# 4", "hex of another length"},
    {"A", "\\# 3 010203", "RDATA ends within a field"},
    {"A", "\\# 0", "RDATA ends within a field"},
    {"AAAA", "1.2.3.4", "not an IPv6 address"},
    {"AAAA", "1::2::3", "not an IPv6 address"},
    {"AAAA",
	"00000000000000000000000000000000000000000000000000000000000000000"
	"0000000000::1",
	"not an IPv6 address"},
    {"NS", "", "a name is missing"},
    {"NS", "a..b", "not a name"},
    {"NS", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	"name is too long"},
    {"MX", "a.", "not a number in its range"},
    {"MX", "65536 a.", "not a number in its range"},
    {"MX", "-1 a.", "not a number in its range"},
    {"MX", "1 ", "a name is missing"},
    {"SOA", "a. b. 1 2 3 4", "a number is missing"},
    {"SOA", "a. b. 1 2 3 4 4294967296", "not a number of seconds"},
    {"SOA", "a. b. 1w 2 3 4 5", "not a number in its range"},
    {"SOA", "a. b. 1 1h1 3 4 5", "not a number of seconds"},
    {"TXT", "", "a string is missing"},
    {"TXT", "\"\\256\"", "not three digits up to 255"},
    {"TXT", "\\1", "not three digits up to 255"},
    {"CAA", "0 is-sue \"x\"", "tag of other than letters"},
    {"CAA", "0 \"\" \"x\"", "tag of no letters"},
    {"CAA", "0 issue", "a string is missing"},
    {"DS", "1 2 3", "RDATA ends within a field"},
    {"DS", "1 2 1 00", "RDATA ends within a field"},
    {"DS", "1 2 3 0", "half a byte of hex"},
    {"DS", "1 2 3 0g", "not hex"},
    {"DS", "1 NONE 3 00", "not a number in its range"},
    {"DNSKEY", "1 3 8 A", "base64 is cut off"},
    {"DNSKEY", "1 3 8 AAA", "base64 is cut off"},
    {"DNSKEY", "1 3 8 A===", "not base64"},
    {"DNSKEY", "1 3 8 AA==AA==", "not base64"},
    {"DNSKEY", "1 3 8 AB==", "not base64"},
    {"DNSKEY", "1 3 8 AAB=", "not base64"},
    {"DNSKEY", "1 3 8 AA*A", "not base64"},
    {"RRSIG", "X 5 3 0 0 0 0 . AA==", "not a type"},
    {"RRSIG", "A 5 3 0 20030229000000 0 0 . AA==", "not a time"},
    {"RRSIG", "A 5 3 0 21060207062816 0 0 . AA==", "not a time"},
    {"RRSIG", "A 5 3 0 19691231235959 0 0 . AA==", "not a time"},
    {"RRSIG", "A 5 3 0 20031301000000 0 0 . AA==", "not a time"},
    {"RRSIG", "A 5 3 0 4294967296 0 0 . AA==", "not a time"},
    {"RRSIG", "A 5 3 0 200303231602 0 0 . AA==", "not a time"},
    {"NSEC", "a.", "bitmap of no types"},
    {"NSEC", "a. A BAD", "not a type"},
    {"NSEC3", "1 0 0 - ", "a hash is missing"},
    {"NSEC3", "1 0 0 - W0", "not base32"},
    {"NSEC3", "1 0 0 - V1", "not base32"},
    {"NSEC3", "1 0 0 - V", "not base32"},
    {"NSEC3", "1 0 0 a V0", "half a byte of hex"},
    {"LOC", "91 N 0 E 0", "not degrees, minutes, seconds, side"},
    {"LOC", "90 0 0.001 N 0 E 0", "degrees out of range"},
    {"LOC", "1 60 N 0 E 0", "not degrees, minutes, seconds, side"},
    {"LOC", "1 2 3.0001 N 0 E 0", "not degrees, minutes, seconds, side"},
    {"LOC", "1 2 3 4 N 0 E 0", "not degrees, minutes, seconds, side"},
    {"LOC", "1 E 0 N 0", "not degrees, minutes, seconds, side"},
    {"LOC", "1 N 0 E", "an altitude is missing"},
    {"LOC", "1 N 0 E x", "not an altitude in metres"},
    {"LOC", "1 N 0 E -100000.01m", "not an altitude in metres"},
    {"LOC", "1 N 0 E 42849672.96m", "not an altitude in metres"},
    {"LOC", "1 N 0 E 0 90000001m", "not a size in metres"},
    {"LOC", "1 N 0 E 0 1 1 1 1", "a word too many"},
    {"APL", "1:1.2.3.4/33", "prefix is too long"},
    {"APL", "3:1.2.3.4/3", "not FAMILY:ADDRESS/PREFIX"},
    {"APL", "1:1.2.3/3", "not an address"},
    {"APL", "1:1.2.3.4", "not FAMILY:ADDRESS/PREFIX"},
    {"APL", "!", "not FAMILY:ADDRESS/PREFIX"},
    {"IPSECKEY", "1 0 0 a.", "not \".\", for no gateway"},
    {"IPSECKEY", "1 4 0 a.", "gateway of unknown kind"},
    {"HIP", "1 aa AA==", NULL},
    {"HIP", "1 \"\" AA==", "identity of no bytes"},
    {"HIP", "1 aa", "a key is missing"},
    {"EUI48", "00-00-5e-00-53", "address of a wrong length"},
    {"EUI48", "00-00-5e-00:53-2a", "not pairs and dashes"},
    {"NID", "1 1:2:3", "not four groups of hex"},
    {"NID", "1 1:2:3:4:5", "not four groups of hex"},
    {"NID", "1 1:2:3:12345", "not four groups of hex"},
    {"NID", "1 1::3:4", "not four groups of hex"},
    {"NID", "1 1:2:3:4:", "not four groups of hex"},
    {"NSAP", "47", "not hex after 0x"},
    {"NSAP", "0x470", "half a byte of hex"},
    {"WKS", "1.2.3.4 sctp 1", "not a protocol"},
    {"WKS", "1.2.3.4 tcp 65536", "not the number of a port"},
    {"TYPE65280", "x", "not \"\\#\", for an unknown type"},
    {"TYPE65280", "", "not \"\\#\", for an unknown type"},
    {"TYPE65280", "\\#", "a length is missing"},
    {"TYPE65280", "\\# x", "not a length up to 65535"},
    {"TYPE65280", "\\# 65536", "not a length up to 65535"},
    {"TYPE65280", "\\# 1 0", "half a byte of hex"},
    {"TYPE65280", "\\# 1 0000", "hex of another length"},
    {"TYPE65280", "\"\\\\#\" 1 00", "not \"\\#\", for an unknown type"},
    /* RFC 9460 appendix D.3 */
    {"SVCB", "1 foo.example.com. key123=abc key123=def", "a parameter twice"},
    {"SVCB", "1 foo.example.com. mandatory", "parameter of a wrong length"},
    {"SVCB", "1 foo.example.com. alpn", "parameter of a wrong length"},
    {"SVCB", "1 foo.example.com. port", "parameter of a wrong length"},
    {"SVCB", "1 foo.example.com. ipv4hint", "parameter of a wrong length"},
    {"SVCB", "1 foo.example.com. ipv6hint", "parameter of a wrong length"},
    {"SVCB", "1 foo.example.com. no-default-alpn=abc",
	"parameter of a wrong length"},
    {"SVCB", "1 foo.example.com. mandatory=key123",
	"mandatory parameter is missing"},
    {"SVCB", "1 foo.example.com. mandatory=mandatory",
	"mandatory keys out of order"},
    {"SVCB", "1 foo.example.com. mandatory=key123,key123 key123=abc",
	"mandatory keys out of order"},
    {"SVCB", "1 . port=65536", "not the number of a port"},
    {"SVCB", "1 . ipv4hint=1.2.3.4,", "an item of nothing"},
    {"SVCB", "1 . alpn=h2,", "an item of nothing"},
    {"SVCB", "1 . alpn=,h2", "an item of nothing"},
    {"SVCB", "1 . key65536=x", "not a parameter"},
    {"SVCB", "1 . key01=x", "not a parameter"},
    {"SVCB", "1 . foo=x", "not a parameter"},
    {"SVCB", "1 . \"port=1\"", "not a parameter"},
    {"SVCB", "1 . ech=A", "base64 is cut off"},
    {"SVCB", "x .", "not a number in its range"},
};

static void
refused(void)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *why = parse(wrong[i].type, wrong[i].text);
		bool same = why == wrong[i].why ||
			    (why != NULL && wrong[i].why != NULL &&
				strcmp(why, wrong[i].why) == 0);

		ok(same, "no %s %zu", wrong[i].type, i + 1);
		if (!same)
			printf("# %s %s: got %s\n# want %s\n", wrong[i].type,
			    wrong[i].text, why, wrong[i].why);
	}
}

static void
words(void)
{
	char text[RIAD_DNS_TYPE_TEXT];
	unsigned bad = 0;
	uint32_t ttl;

	for (unsigned i = 0; i <= UINT16_MAX; i++) {
		const char *s = riad_dns_type_text(text, (uint16_t)i);
		bad += riad_dns_type_parse(s, strlen(s)) != (int)i;
		s = riad_dns_class_text(text, (uint16_t)i);
		bad += riad_dns_class_parse(s, strlen(s)) != (int)i;
		s = riad_dns_rcode_text(text, i);
		bad += riad_dns_rcode_parse(s, strlen(s)) != (int)i;
	}
	ok(bad == 0, "types, classes and RCODEs, both ways");
	ok(riad_dns_type_parse("aAaA", 4) == 28 &&
		riad_dns_type_parse("type28", 6) == 28 &&
		riad_dns_type_parse("NSAP-ptr", 8) == 23 &&
		riad_dns_class_parse("in", 2) == 1 &&
		riad_dns_class_parse("chaos", 5) == 3,
	    "of any case");
	static const char *const none[] = {"", "AA", "TYPE", "TYPE65536",
	    "TYPE000001", "TYPE-1", "TYPE1x", "A "};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		errno = 0;
		ok(riad_dns_type_parse(none[i], strlen(none[i])) == -1 &&
			errno == EINVAL,
		    "\"%s\" is no type", none[i]);
	}

	static const struct {
		const char *text;
		int64_t seconds;
	} ttls[] = {{"0", 0}, {"300", 300}, {"4294967295", 4294967295},
	    {"1s", 1}, {"1m", 60}, {"1H", 3600}, {"1d", 86400},
	    {"1w2d3h4m5s", 788645}, {"1h1h", 7200}, {"7101w", 4294684800},
	    {"", -1}, {"4294967296", -1}, {"7102w", -1}, {"s", -1}, {"1h1", -1},
	    {"1x", -1}, {"-1", -1}, {"1 ", -1}, {"99999999999999999999", -1},
	    {"99999999999999999999w", -1}};
	for (size_t i = 0; i < sizeof(ttls) / sizeof(ttls[0]); i++) {
		int r = riad_dns_ttl_parse(
		    &ttl, ttls[i].text, strlen(ttls[i].text));
		ok(r == -1 ? ttls[i].seconds == -1 : ttls[i].seconds == ttl,
		    "TTL \"%s\"", ttls[i].text);
	}
}

/* --- every type, as dig(1) wrote it */

struct compare {
	char *want; /* lines not yet seen */
	unsigned lines, bad;
	uint8_t wire[65535];
};

/* Its text by way of a message, in which names have pointers. */
static const char *
by_message(struct compare *c, const struct riad_dns_record *record)
{
	struct riad_dns_writer w;
	struct riad_dns_reader r;
	struct riad_dns_record again;
	uint8_t rdata[4096];

	riad_dns_writer_init(&w, c->wire, sizeof(c->wire), 0, 0x8000);
	if (riad_dns_write_question(&w, record->name, 255, 1) == -1 ||
	    riad_dns_write(&w, record) == -1 ||
	    riad_dns_reader_init(&r, c->wire, w.len) == -1 ||
	    riad_dns_read(&r, &again) != 1 || riad_dns_read(&r, &again) != 1)
		return "not written";
	if (riad_dns_rdata(rdata, sizeof(rdata), &r, &again) !=
		(int)record->len ||
	    memcmp(rdata, record->data, record->len) != 0)
		return "RDATA is another";
	text_begin();
	riad_dns_text(&text_out, &r, &again);
	return text_end();
}

static int
line_of(void *ctx, const struct riad_dns_record *record)
{
	struct compare *c = ctx;
	char name[RIAD_DNS_NAME_TEXT], type[RIAD_DNS_TYPE_TEXT];
	char class[RIAD_DNS_TYPE_TEXT], text[4096], head[2048];

	riad_dns_name_text(name, record->name);
	snprintf(head, sizeof(head), "%s %u %s %s", name, record->ttl,
	    riad_dns_class_text(class, record->class),
	    riad_dns_type_text(type, record->type));
	int n = snprintf(
	    text, sizeof(text), "%s %s\n", head, by_message(c, record));
	bool same = strncmp(c->want, text, (size_t)n) == 0;

	text_begin();
	riad_dns_text(&text_out, NULL, record);
	n = snprintf(text, sizeof(text), "%s %s\n", head, text_end());
	same = same && strncmp(c->want, text, (size_t)n) == 0;
	if (!same) {
		c->bad++;
		printf("# got  %s# want %.*s\n", text,
		    (int)strcspn(c->want, "\n"), c->want);
	}
	c->want += strcspn(c->want, "\n");
	c->want += *c->want != '\0';
	c->lines++;
	return 0;
}

static char *
file_of(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	static char text[2][1 << 16];
	static int next;
	char *to = text[next++ % 2];

	if (f == NULL)
		err(1, "%s", path);
	*len = fread(to, 1, sizeof(text[0]) - 1, f);
	to[*len] = '\0';
	fclose(f);
	return to;
}

static void
all_types(void)
{
	static struct compare c;
	struct riad_dns_zonefile file = {.record = line_of, .ctx = &c};
	size_t len, want_len;
	char *zone = file_of("t/dns/types.zone", &len);

	c.want = file_of("t/dns/types.text", &want_len);
	int r = riad_dns_zonefile_read(&file, zone, len);
	ok(r == 0 && *c.want == '\0', "a zone of all types: %s, line %ju",
	    r == 0 ? "read" : file.why, (uintmax_t)file.line);
	ok(c.lines > 150 && c.bad == 0, "%u records as dig writes them",
	    c.lines);
}

int
main(void)
{
	all_ways();
	refused();
	words();
	all_types();
	return tap_done();
}
