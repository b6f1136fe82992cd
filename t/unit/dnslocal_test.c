/* SPDX-License-Identifier: ISC */

#include "riad/dnslocal.h"

#include <errno.h>

#include "dnsbytes.h"
#include "riad/dnsrr.h"
#include "riad/dnszonefile.h"
#include "tap.h"

static const char zone_text[] =
    "$TTL 300\n"
    "@ IN SOA ns hostmaster 1 3600 600 86400 60\n"
    "@ NS ns\n"
    "ns A 192.0.2.53\n"
    "www 100 A 192.0.2.1\n"
    "www 200 A 192.0.2.2\n"
    "www 300 A 192.0.2.1\n"
    "www AAAA 2001:db8::1\n"
    "MiXed TXT \"letters\"\n"
    "alias CNAME www\n"
    "twice CNAME alias\n"
    "dangling CNAME nothing\n"
    "out CNAME www.example.\n"
    "over CNAME www.other.test.\n"
    "loop1 CNAME loop2\n"
    "loop2 CNAME loop1\n"
    "self CNAME self\n"
    "*.wild TXT \"star\"\n"
    "*.wild MX 10 mail\n"
    "there.wild A 192.0.2.3\n"
    "a.b.c A 192.0.2.4\n"
    "*.aliases CNAME www\n"
    "sub NS ns.sub\n"
    "sub NS ns.example.\n"
    "sub DS 1 8 2 "
    "0000000000000000000000000000000000000000000000000000000000000000\n"
    "ns.sub A 192.0.2.54\n"
    "ns.sub AAAA 2001:db8::54\n"
    "dname DNAME target\n"
    "x.target A 192.0.2.5\n"
    "abroad DNAME example.\n"
    "long DNAME "
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n";
static const char other_text[] =
    "@ 300 IN SOA ns hostmaster 1 3600 600 86400 900\n"
    "@ 300 NS ns\n"
    "www 300 A 192.0.2.9\n"
    "to 300 CNAME host.lan.\n"
    "child 300 NS ns.child\n"
    "child 300 DS 1 8 2 "
    "0000000000000000000000000000000000000000000000000000000000000000\n";
static const char child_text[] =
    "@ 300 IN SOA ns hostmaster 1 3600 600 86400 900\n"
    "@ 300 NS ns\n"
    "www 300 A 192.0.2.10\n";
static const char hosts_text[] = "\xef\xbb\xbf# hosts\r\n"
				 "127.0.0.1\tlocalhost\n"
				 "192.0.2.77  host.lan host  # the one\r\n"
				 "192.0.2.78 host.lan\n"
				 "192.0.2.77 second.lan\n"
				 "2001:db8::77 six.lan\n"
				 "192.0.2.79 host.riad.test\n"
				 "fe80::1%lo0 localhost\n"
				 "nonsense name\n"
				 "192.0.2.80\n"
				 "192.0.2.81 good bad..name\n"
				 "   \n"
				 "192.0.2.82 last.lan";
static const char block_text[] = "! Adblock\n"
				 "[Adblock Plus]\n"
				 "# comment\n"
				 "exact.block\n"
				 "*.star.block\n"
				 ".dot.block # with a comment\n"
				 "||rule.block^\n"
				 "||important.block^$important\n"
				 "||*.below.block^\n"
				 "@@||good.rule.block^\n"
				 "0.0.0.0 hosts.block more.block localhost\n"
				 "127.0.0.1 localhost\n"
				 "::1 ip6-localhost\n"
				 "192.0.2.1 elsewhere.block\n"
				 "||scripts.block^$script\n"
				 "||half.block\n"
				 "##.banner\n"
				 "/regex/\n"
				 "two words\n"
				 "www.other.test\n"
				 "EXACT.block.\n"
				 "localhost.special.test\r\n";

static struct riad_dns_local *local;

static int
take(void *ctx, const struct riad_dns_record *record)
{
	(void)ctx;
	return riad_dns_local_add(local, record);
}

static int
read_zone(const char *apex, const char *text)
{
	struct riad_dns_zonefile file = {.record = take};

	if (riad_dns_name_parse(file.origin, apex, strlen(apex), NULL) == -1)
		abort();
	if (riad_dns_local_zone(local, file.origin) == -1)
		return -1;
	return riad_dns_zonefile_read(&file, text, strlen(text));
}

static struct riad_dns_local_more more;
static int result;

/* An answer in a line: flags, RCODE; then records, each after the letter of its
 * section, and where it leads to. */
static const char *
dump(const uint8_t *data, size_t len)
{
	static const char letters[] = "?=^+";
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	char text[RIAD_DNS_NAME_TEXT], type[RIAD_DNS_TYPE_TEXT];
	int r;

	text_begin();
	if (riad_dns_reader_init(&reader, data, len) == -1)
		return "no header";
	if (reader.flags & RIAD_DNS_AA)
		riad_out_str(&text_out, "aa ");
	riad_out_str(&text_out,
	    riad_dns_rcode_text(type, reader.flags & RIAD_DNS_RCODE));
	while ((r = riad_dns_read(&reader, &record)) == 1) {
		if (record.section == RIAD_DNS_QUESTION)
			continue;
		riad_dns_name_text(text, record.name);
		riad_out_printf(&text_out, " %c %s %u %s ",
		    letters[record.section], text, record.ttl,
		    riad_dns_type_text(type, record.type));
		riad_dns_text(&text_out, &reader, &record);
	}
	if (r == -1)
		riad_out_printf(&text_out, " malformed: %s", reader.why);
	if (result == 2) {
		riad_dns_name_text(text, more.target);
		riad_out_printf(&text_out, " > %s", text);
	}
	return text_end();
}

static const char *
ask(const char *text, const char *type)
{
	static uint8_t data[65535];
	struct riad_dns_writer writer;
	uint8_t name[RIAD_DNS_NAME];

	if (riad_dns_name_parse(name, text, strlen(text), NULL) == -1)
		abort();
	int t = riad_dns_type_parse(type, strlen(type));
	riad_dns_writer_init(&writer, data, sizeof(data), 1, RIAD_DNS_QR);
	riad_dns_write_question(&writer, name, (uint16_t)t, RIAD_DNS_IN);
	result =
	    riad_dns_local_answer(local, &writer, name, (uint16_t)t, &more);
	if (result == 0)
		return writer.data[2] == RIAD_DNS_QR >> 8 && writer.data[3] == 0
			   ? ""
			   : "touched";
	return dump(writer.data, writer.len);
}

#define SOA                                                                    \
	"^ riad.test. 60 SOA ns.riad.test. hostmaster.riad.test. 1 3600 "      \
	"600 86400 60"
#define NOBODY "SOA localhost. nobody.invalid. 1 3600 1200 604800 "
#define REFERRAL                                                               \
	"NOERROR ^ sub.riad.test. 300 NS ns.sub.riad.test. ^ "                 \
	"sub.riad.test. 300 NS ns.example. + ns.sub.riad.test. 300 A "         \
	"192.0.2.54 + ns.sub.riad.test. 300 AAAA 2001:db8::54"
#define ZEROES                                                                 \
	"00000000000000000000000000000000000000000000000000000000 00000000"

static const struct {
	const char *name, *type, *answer;
} cases[] = {
    /* Zones. */
    {"riad.test", "SOA",
	"aa NOERROR = riad.test. 300 SOA ns.riad.test. hostmaster.riad.test. 1 "
	"3600 600 86400 60"},
    {"riad.test", "NS", "aa NOERROR = riad.test. 300 NS ns.riad.test."},
    {"riad.test", "A", "aa NOERROR " SOA},
    {"WWW.riad.test", "AAAA",
	"aa NOERROR = WWW.riad.test. 300 AAAA 2001:db8::1"},
    {"mixed.RIAD.test", "TXT",
	"aa NOERROR = mixed.RIAD.test. 300 TXT \"letters\""},
    {"www.riad.test", "MX", "aa NOERROR " SOA},
    {"nothing.riad.test", "A", "aa NXDOMAIN " SOA},
    {"below.www.riad.test", "A", "aa NXDOMAIN " SOA},
    {"c.riad.test", "A", "aa NOERROR " SOA},
    {"b.c.riad.test", "TXT", "aa NOERROR " SOA},
    {"x.b.c.riad.test", "TXT", "aa NXDOMAIN " SOA},
    {"a.b.c.riad.test", "A", "aa NOERROR = a.b.c.riad.test. 300 A 192.0.2.4"},
    {"www.riad.test", "ANY", /* The first set. */
	"aa NOERROR = www.riad.test. 100 A 192.0.2.1 = www.riad.test. 100 A "
	"192.0.2.2"},
    {"mixed.riad.test", "ANY",
	"aa NOERROR = mixed.riad.test. 300 TXT \"letters\""},

    /* Aliases. */
    {"alias.riad.test", "AAAA",
	"aa NOERROR = alias.riad.test. 300 CNAME www.riad.test. = "
	"www.riad.test. 300 AAAA 2001:db8::1"},
    {"twice.riad.test", "AAAA",
	"aa NOERROR = twice.riad.test. 300 CNAME alias.riad.test. = "
	"alias.riad.test. 300 CNAME www.riad.test. = www.riad.test. 300 AAAA "
	"2001:db8::1"},
    {"alias.riad.test", "CNAME",
	"aa NOERROR = alias.riad.test. 300 CNAME www.riad.test."},
    {"alias.riad.test", "ANY",
	"aa NOERROR = alias.riad.test. 300 CNAME www.riad.test."},
    {"alias.riad.test", "MX",
	"aa NOERROR = alias.riad.test. 300 CNAME www.riad.test. " SOA},
    {"dangling.riad.test", "A",
	"aa NXDOMAIN = dangling.riad.test. 300 CNAME nothing.riad.test. " SOA},
    {"out.riad.test", "A",
	"aa NOERROR = out.riad.test. 300 CNAME www.example. > www.example."},
    {"over.riad.test", "A",
	"aa NOERROR = over.riad.test. 300 CNAME www.other.test. = "
	"www.other.test. 300 A 192.0.2.9"},
    {"to.other.test", "A",
	"aa NOERROR = to.other.test. 300 CNAME host.lan. = host.lan. 60 A "
	"192.0.2.77 = host.lan. 60 A 192.0.2.78"},
    {"loop1.riad.test", "A",
	"aa SERVFAIL = loop1.riad.test. 300 CNAME loop2.riad.test. = "
	"loop2.riad.test. 300 CNAME loop1.riad.test."},
    {"self.riad.test", "A",
	"aa SERVFAIL = self.riad.test. 300 CNAME self.riad.test."},

    /* Wildcards, as RFC 4592 section 2.2.1. */
    {"x.wild.riad.test", "TXT",
	"aa NOERROR = x.wild.riad.test. 300 TXT \"star\""},
    {"x.y.WILD.riad.test", "MX",
	"aa NOERROR = x.y.WILD.riad.test. 300 MX 10 mail.riad.test."},
    {"*.wild.riad.test", "TXT",
	"aa NOERROR = *.wild.riad.test. 300 TXT \"star\""},
    {"x.*.wild.riad.test", "TXT", "aa NXDOMAIN " SOA},
    {"x.wild.riad.test", "A", "aa NOERROR " SOA},
    {"there.wild.riad.test", "TXT", "aa NOERROR " SOA},
    {"x.there.wild.riad.test", "TXT", "aa NXDOMAIN " SOA},
    {"wild.riad.test", "TXT", "aa NOERROR " SOA},
    {"x.aliases.riad.test", "AAAA",
	"aa NOERROR = x.aliases.riad.test. 300 CNAME www.riad.test. = "
	"www.riad.test. 300 AAAA 2001:db8::1"},

    /* Delegations. */
    {"sub.riad.test", "A", REFERRAL},
    {"sub.riad.test", "NS", REFERRAL},
    {"x.y.sub.riad.test", "A", REFERRAL},
    {"ns.sub.riad.test", "A", REFERRAL},
    {"sub.riad.test", "DS", "aa NOERROR = sub.riad.test. 300 DS 1 8 2 " ZEROES},
    {"x.sub.riad.test", "DS", REFERRAL},
    {"www.child.other.test", "A",
	"aa NOERROR = www.child.other.test. 300 A 192.0.2.10"},
    {"child.other.test", "DS",
	"aa NOERROR = child.other.test. 300 DS 1 8 2 " ZEROES},
    {"child.other.test", "NS",
	"aa NOERROR = child.other.test. 300 NS ns.child.other.test."},
    {"riad.test", "DS", "aa NOERROR " SOA},

    /* DNAME. */
    {"x.dname.riad.test", "A",
	"aa NOERROR = dname.riad.test. 300 DNAME target.riad.test. = "
	"x.dname.riad.test. 300 CNAME x.target.riad.test. = "
	"x.target.riad.test. "
	"300 A 192.0.2.5"},
    {"x.dname.riad.test", "CNAME",
	"aa NOERROR = dname.riad.test. 300 DNAME target.riad.test. = "
	"x.dname.riad.test. 300 CNAME x.target.riad.test."},
    {"dname.riad.test", "A", "aa NOERROR " SOA},
    {"dname.riad.test", "DNAME",
	"aa NOERROR = dname.riad.test. 300 DNAME target.riad.test."},
    {"a.b.abroad.riad.test", "A",
	"aa NOERROR = abroad.riad.test. 300 DNAME example. = "
	"a.b.abroad.riad.test. 300 CNAME a.b.example. > a.b.example."},

    /* Hosts: before zones. */
    {"host.riad.test", "A", "aa NOERROR = host.riad.test. 60 A 192.0.2.79"},
    {"Host.LAN", "A",
	"aa NOERROR = Host.LAN. 60 A 192.0.2.77 = Host.LAN. 60 A 192.0.2.78"},
    {"host", "A", "aa NOERROR = host. 60 A 192.0.2.77"},
    {"host.lan", "AAAA", "aa NOERROR ^ host.lan. 60 " NOBODY "60"},
    {"host.lan", "HTTPS", "aa NOERROR ^ host.lan. 60 " NOBODY "60"},
    {"host.lan", "MX", ""},
    {"x.host.lan", "A", ""},
    {"six.lan", "AAAA", "aa NOERROR = six.lan. 60 AAAA 2001:db8::77"},
    {"77.2.0.192.in-addr.arpa", "PTR",
	"aa NOERROR = 77.2.0.192.in-addr.arpa. 60 PTR host.lan."},
    {"78.2.0.192.in-addr.arpa", "PTR",
	"aa NOERROR = 78.2.0.192.in-addr.arpa. 60 PTR host.lan."},
    {"7.7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6."
     "arpa",
	"PTR",
	"aa NOERROR = "
	"7.7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6."
	"arpa. 60 PTR six.lan."},
    {"good", "A", "aa NOERROR = good. 60 A 192.0.2.81"},
    {"last.lan", "A", "aa NOERROR = last.lan. 60 A 192.0.2.82"},

    /* Blocked names. */
    {"Exact.block", "A", "NXDOMAIN ^ Exact.block. 300 " NOBODY "300"},
    {"x.exact.block", "A", ""},
    {"block", "A", ""},
    {"star.block", "A", "NXDOMAIN ^ star.block. 300 " NOBODY "300"},
    {"x.y.star.block", "MX", "NXDOMAIN ^ x.y.star.block. 300 " NOBODY "300"},
    {"x.dot.block", "A", "NXDOMAIN ^ x.dot.block. 300 " NOBODY "300"},
    {"x.rule.block", "A", "NXDOMAIN ^ x.rule.block. 300 " NOBODY "300"},
    {"good.rule.block", "A", ""},
    {"x.good.rule.block", "A", ""},
    {"important.block", "A", "NXDOMAIN ^ important.block. 300 " NOBODY "300"},
    {"x.below.block", "A", "NXDOMAIN ^ x.below.block. 300 " NOBODY "300"},
    {"hosts.block", "A", "NXDOMAIN ^ hosts.block. 300 " NOBODY "300"},
    {"more.block", "A", "NXDOMAIN ^ more.block. 300 " NOBODY "300"},
    {"x.more.block", "A", ""},
    {"elsewhere.block", "A", ""},
    {"scripts.block", "A", ""},
    {"half.block", "A", ""},
    {"www.other.test", "A", /* a zone of ours */
	"aa NOERROR = www.other.test. 300 A 192.0.2.9"},

    /* Names of special use. */
    {"localhost", "A", "aa NOERROR = localhost. 60 A 127.0.0.1"}, /* hosts */
    {"x.localhost", "A", "aa NOERROR = x.localhost. 10800 A 127.0.0.1"},
    {"x.localhost", "AAAA", "aa NOERROR = x.localhost. 10800 AAAA ::1"},
    {"x.localhost", "MX", "aa NOERROR ^ localhost. 10800 " NOBODY "10800"},
    {"2.0.0.127.in-addr.arpa", "PTR",
	"aa NXDOMAIN ^ 127.in-addr.arpa. 10800 " NOBODY "10800"},
    {"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa",
	"PTR",
	"aa NOERROR = "
	"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6."
	"arpa. 10800 PTR localhost."},
    {"printer.local", "A", "aa NXDOMAIN ^ local. 10800 " NOBODY "10800"},
    {"a.b.ONION", "A", "aa NXDOMAIN ^ ONION. 10800 " NOBODY "10800"},
    {"x.invalid", "A", "aa NXDOMAIN ^ invalid. 10800 " NOBODY "10800"},
    {"x.alt", "A", "aa NXDOMAIN ^ alt. 10800 " NOBODY "10800"},
    {"x.test", "A", ""},
    {"home.arpa", "SOA", "aa NOERROR = home.arpa. 10800 " NOBODY "10800"},
    {"home.arpa", "NS", "aa NOERROR = home.arpa. 10800 NS localhost."},
    {"home.arpa", "A", "aa NOERROR ^ home.arpa. 10800 " NOBODY "10800"},
    {"x.home.arpa", "A", "aa NXDOMAIN ^ home.arpa. 10800 " NOBODY "10800"},
    {"_dns.resolver.arpa", "SVCB",
	"aa NOERROR ^ resolver.arpa. 10800 " NOBODY "10800"},
    {"use-application-dns.net", "A",
	"aa NXDOMAIN ^ use-application-dns.net. 10800 " NOBODY "10800"},
    {"1.0.0.10.in-addr.arpa", "PTR",
	"aa NXDOMAIN ^ 10.in-addr.arpa. 10800 " NOBODY "10800"},
    {"1.2.31.172.in-addr.arpa", "PTR",
	"aa NXDOMAIN ^ 31.172.in-addr.arpa. 10800 " NOBODY "10800"},
    {"1.2.32.172.in-addr.arpa", "PTR", ""},
    {"1.2.127.100.in-addr.arpa", "PTR",
	"aa NXDOMAIN ^ 127.100.in-addr.arpa. 10800 " NOBODY "10800"},
    {"1.2.168.192.in-addr.arpa", "PTR", ""}, /* is to be asked */
    {"8.8.8.8.in-addr.arpa", "PTR", ""},
    {"x.d.f.ip6.arpa", "PTR",
	"aa NXDOMAIN ^ d.f.ip6.arpa. 10800 " NOBODY "10800"},
    {"www.example", "A", ""},
    {".", "NS", ""},
};

static void
test_answers(void)
{
	uint8_t name[RIAD_DNS_NAME];
	uint64_t skipped;
	const char *why;

	local = riad_dns_local_new(1 << 20);
	if (local == NULL)
		abort();
	ok(read_zone("riad.test", zone_text) == 0 &&
		read_zone("other.test", other_text) == 0 &&
		read_zone("child.other.test", child_text) == 0,
	    "zones");
	riad_dns_name_parse(name, "RIAD.test", 9, NULL);
	ok(riad_dns_local_zone(local, name) == -1 && errno == EEXIST,
	    "a zone twice");
	ok(riad_dns_local_hosts(
	       local, hosts_text, sizeof(hosts_text) - 1, &skipped) == 0 &&
		skipped == 4,
	    "hosts: %llu lines skipped", (unsigned long long)skipped);
	ok(riad_dns_local_block(
	       local, block_text, sizeof(block_text) - 1, &skipped) == 0 &&
		skipped == 5,
	    "blocked names: %llu lines skipped", (unsigned long long)skipped);
	riad_dns_name_parse(name, "168.192.in-addr.arpa", 20, NULL);
	ok(riad_dns_local_ask(local, name) == 0 &&
		riad_dns_local_seal(local, &why) == 0,
	    "sealed");
	struct riad_dns_local_stat stat;
	riad_dns_local_stat(local, &stat);
	ok(stat.zones == 3 && stat.blocked == 11 && stat.bytes < 1 << 20,
	    "counted: %llu names, %llu records, %llu blocked, %llu bytes",
	    (unsigned long long)stat.names, (unsigned long long)stat.records,
	    (unsigned long long)stat.blocked, (unsigned long long)stat.bytes);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *got = ask(cases[i].name, cases[i].type);
		bool same = strcmp(got, cases[i].answer) == 0;

		ok(same, "%s %s", cases[i].name, cases[i].type);
		if (!same)
			printf("# got  %s\n# want %s\n", got, cases[i].answer);
	}

	ask("exact.block", "A");
	ok(more.ede == 15, "blocked, says the extended error");
	ask("www.riad.test", "A");
	ok(more.ede == -1, "others say none");
	ok(riad_dns_local_is_blocked(
	       local, (const uint8_t *)"\1x\4rule\5block"),
	    "where an answer leads is blocked");
	ok(!riad_dns_local_is_blocked(local, (const uint8_t *)"\4rule"),
	    "or not");
	ok(strncmp(ask("0123456789012345678901234567890123456789."
		       "012345678901234567890123456789012345678901."
		       "long.riad.test",
		       "A"),
	       "aa YXDOMAIN = long.riad.test. 300 DNAME ", 40) == 0 &&
		result == 1,
	    "a DNAME that makes a name too long");

	riad_dns_local_blocked(local, RIAD_DNS_BLOCKED_NULL);
	ok(strcmp(ask("exact.block", "A"),
	       "NOERROR = exact.block. 300 A 0.0.0.0") == 0,
	    "blocked, with 0.0.0.0");
	ok(strcmp(ask("exact.block", "AAAA"),
	       "NOERROR = exact.block. 300 AAAA ::") == 0,
	    "and ::");
	ok(strcmp(ask("exact.block", "HTTPS"),
	       "NOERROR ^ exact.block. 300 " NOBODY "300") == 0,
	    "and nothing");
	riad_dns_local_blocked(local, RIAD_DNS_BLOCKED_REFUSED);
	ok(strcmp(ask("exact.block", "A"), "REFUSED") == 0, "refused");

	riad_dns_local_special(local, RIAD_DNS_SPECIAL_TEST);
	ok(strcmp(ask("x.test", "A"),
	       "aa NXDOMAIN ^ test. 10800 " NOBODY "10800") == 0 &&
		strcmp(ask("x.onion", "A"), "") == 0,
	    "special uses as one likes");
	riad_dns_local_free(local);
}

/* A message that would be too long, and one that just fits. */
static void
test_room(void)
{
	uint8_t data[512];
	struct riad_dns_writer writer;
	const char *why;

	local = riad_dns_local_new(1 << 20);
	read_zone("t", "@ 1 SOA a b 1 2 3 4 5\nx 1 TXT a\nx 1 TXT b\n");
	riad_dns_local_seal(local, &why);
	int fitting = 0;
	for (size_t max = 20; max < 60; max++) {
		riad_dns_writer_init(&writer, data, max, 1, RIAD_DNS_QR);
		riad_dns_write_question(
		    &writer, (const uint8_t *)"\1x\1t", 16, RIAD_DNS_IN);
		errno = 0;
		int r = riad_dns_local_answer(
		    local, &writer, (const uint8_t *)"\1x\1t", 16, &more);
		fitting += r == 1;
		if (r == -1 && errno != EMSGSIZE)
			abort();
	}
	ok(fitting == 60 - 49, "where it would not fit: %d", fitting);
	riad_dns_local_free(local);
}

static const struct {
	const char *name, *text, *why;
} bad[] = {
    {"no SOA", "@ 1 NS a\n", "z.: the zone has no SOA"},
    {"two", "@ 1 SOA a b 1 2 3 4 5\n@ 1 SOA a b 2 2 3 4 5\n",
	"z.: more than one SOA"},
    {"SOA below", "@ 1 SOA a b 1 2 3 4 5\nx 1 SOA a b 1 2 3 4 5\n",
	"x.z.: SOA below the zone's apex"},
    {"CNAME and other data",
	"@ 1 SOA a b 1 2 3 4 5\nx 1 CNAME a\nx 1 A 1.2.3.4\n",
	"x.z.: CNAME and other data"},
    {"two CNAMEs", "@ 1 SOA a b 1 2 3 4 5\nx 1 CNAME a\nx 1 CNAME b\n",
	"x.z.: more than one CNAME"},
    {"two DNAMEs", "@ 1 SOA a b 1 2 3 4 5\nx 1 DNAME a\nx 1 DNAME b\n",
	"x.z.: more than one DNAME"},
};

static void
test_bad(void)
{
	const char *why;
	uint64_t skipped;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		local = riad_dns_local_new(1 << 20);
		ok(read_zone("z", bad[i].text) == 0 &&
			riad_dns_local_seal(local, &why) == -1 &&
			errno == EBADMSG && strcmp(why, bad[i].why) == 0,
		    "%s", bad[i].name);
		riad_dns_local_free(local);
	}

	local = riad_dns_local_new(1 << 20);
	struct riad_dns_record r = {.name = "\1x\1z",
	    .type = 1,
	    .class = 1,
	    .data = (const uint8_t *)"abcd",
	    .len = 4};
	ok(riad_dns_local_add(local, &r) == -1 && errno == EINVAL,
	    "a record of no zone");
	riad_dns_local_zone(local, (const uint8_t *)"\1y");
	ok(riad_dns_local_add(local, &r) == -1 && errno == ERANGE,
	    "of another");
	riad_dns_local_zone(local, (const uint8_t *)"\1z");
	ok(riad_dns_local_add(local, &r) == 0, "of this");
	r.len = 3;
	ok(riad_dns_local_add(local, &r) == -1 && errno == EBADMSG,
	    "malformed");
	r.len = 4;
	r.class = 3;
	ok(riad_dns_local_add(local, &r) == -1 && errno == EINVAL,
	    "another class");
	r.class = 1;
	r.type = 255;
	ok(riad_dns_local_add(local, &r) == -1 && errno == EINVAL,
	    "a type of questions");
	riad_dns_local_free(local);

	/* More than there may be, of each kind. */
	local = riad_dns_local_new(65536);
	char line[64];
	int n = 0, put;
	do {
		snprintf(line, sizeof(line), "192.0.2.1 host%d.example\n", n);
		put = riad_dns_local_hosts(local, line, strlen(line), &skipped);
	} while (put == 0 && ++n < 10000);
	struct riad_dns_local_stat stat;
	riad_dns_local_stat(local, &stat);
	ok(put == -1 && errno == EMSGSIZE && n > 100 && stat.bytes < 70000,
	    "more hosts than there may be: %d", n);
	riad_dns_local_free(local);
	local = riad_dns_local_new(65536);
	n = 0;
	do {
		snprintf(line, sizeof(line), "host%d.example\n", n);
		put = riad_dns_local_block(local, line, strlen(line), &skipped);
	} while (put == 0 && ++n < 100000);
	ok(put == -1 && errno == EMSGSIZE && n > 3000, "more blocked names: %d",
	    n);
	ok(riad_dns_local_seal(local, &why) == -1 && errno == EMSGSIZE,
	    "which are too many then");
	riad_dns_local_free(local);
	ok(riad_dns_local_new(100) == NULL && errno == EMSGSIZE, "nothing");
}

/* Many blocked names: each is found, and no others are. */
static void
test_many(void)
{
	struct riad_buf text;
	char line[64];
	uint8_t name[RIAD_DNS_NAME];
	uint64_t skipped;
	const char *why;
	const unsigned n = 100000;
	bool all = true, none = true;

	local = riad_dns_local_new(16 << 20);
	riad_buf_init(&text, 16 << 20);
	for (unsigned i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "host%u.example.com\n", i);
		riad_buf_addstr(&text, line);
	}
	riad_dns_local_block(
	    local, (const char *)text.data, text.len, &skipped);
	riad_dns_local_seal(local, &why);
	for (unsigned i = 0; i < 2 * n; i++) {
		snprintf(line, sizeof(line), "host%u.example.com", i);
		riad_dns_name_parse(name, line, strlen(line), NULL);
		bool is = riad_dns_local_is_blocked(local, name);
		all &= i >= n || is;
		none &= i < n || !is;
	}
	struct riad_dns_local_stat stat;
	riad_dns_local_stat(local, &stat);
	ok(all && stat.blocked == n, "of many blocked names each is");
	ok(none, "and others are not");
	ok(stat.bytes < 12 * n, "%llu bytes for %u names",
	    (unsigned long long)stat.bytes, n);
	riad_buf_free(&text);
	riad_dns_local_free(local);
}

int
main(void)
{
	test_answers();
	test_room();
	test_bad();
	test_many();
	return tap_done();
}
