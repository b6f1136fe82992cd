/* SPDX-License-Identifier: ISC */

#include "riad/dnszonefile.h"

#include <errno.h>
#include <string.h>

#include "dnsbytes.h"
#include "riad/dnsrr.h"
#include "tap.h"

static char got[1 << 16];

/* "name ttl type text; ..." */
static int
keep(void *ctx, const struct riad_dns_record *record)
{
	char name[RIAD_DNS_NAME_TEXT], type[RIAD_DNS_TYPE_TEXT];
	char class[RIAD_DNS_TYPE_TEXT];
	size_t n = strlen(got);

	(void)ctx;
	riad_dns_name_text(name, record->name);
	text_begin();
	riad_dns_text(&text_out, NULL, record);
	snprintf(got + n, sizeof(got) - n, "%s%s %u %s%s%s %.3000s",
	    n > 0 ? "; " : "", name, record->ttl,
	    record->class == 1 ? "" : riad_dns_class_text(class, record->class),
	    record->class == 1 ? "" : " ",
	    riad_dns_type_text(type, record->type), text_end());
	return 0;
}

static struct riad_dns_zonefile *outer;
static unsigned depth;

/* Files of a directory that isn't there. */
static int
include(void *ctx, const char *path, const uint8_t *origin)
{
	static const char *const files[][2] = {
	    {"a.zone", "x A 1.1.1.1\n$TTL 7\n"},
	    {"bad.zone", "x A 1.1.1.1\ny A 1.1.1\n"},
	    {"loop.zone", "$INCLUDE loop.zone\n"},
	    {"with space", "@ A 2.2.2.2\n"},
	};

	(void)ctx;
	if (depth == 5) {
		outer->why = "included too deep";
		errno = ELOOP;
		return -1;
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct riad_dns_zonefile inner = *outer;

		if (strcmp(files[i][0], path) != 0)
			continue;
		memcpy(inner.origin, origin, sizeof(inner.origin));
		struct riad_dns_zonefile *file = outer;
		depth++;
		outer = &inner;
		int r = riad_dns_zonefile_read(
		    &inner, files[i][1], strlen(files[i][1]));
		outer = file;
		depth--;
		if (r == -1)
			outer->why = inner.why;
		return r;
	}
	errno = ENOENT;
	return -1;
}

/* Records, or "LINE:COLUMN reason". */
static const char *
read_zone(const char *text, bool can_include)
{
	struct riad_dns_zonefile file = {.record = keep};
	size_t len = strlen(text);
	char *copy = (char *)exact_copy((const uint8_t *)text, len);

	riad_dns_name_parse(file.origin, "z.", 2, NULL);
	file.include = can_include ? include : NULL;
	outer = &file;
	got[0] = '\0';
	errno = 0;
	if (riad_dns_zonefile_read(&file, copy, len) == -1)
		snprintf(got, sizeof(got), "%ju:%ju %s", (uintmax_t)file.line,
		    (uintmax_t)file.column, file.why);
	free(copy);
	return got;
}

#define SOA "a. b. 1 2 3 4 77"

static const struct {
	const char *text, *want;
} cases[] = {
    {"", ""},
    {"\n\n; nothing\n  ; at all\n\t\n", ""},
    {"; no end of line", ""},
    {"a 5 IN A 1.2.3.4\n", "a.z. 5 A 1.2.3.4"},
    {"a 5 IN A 1.2.3.4", "a.z. 5 A 1.2.3.4"},
    {"a IN 5 A 1.2.3.4\r\n", "a.z. 5 A 1.2.3.4"},
    {"a in 1h a 1.2.3.4;x", "a.z. 3600 A 1.2.3.4"},
    {"a. 5 A 1.2.3.4", "a. 5 A 1.2.3.4"},
    {"@ 5 A 1.2.3.4\n 6 A 1.2.3.5\n\tA 1.2.3.6",
	"z. 5 A 1.2.3.4; z. 6 A 1.2.3.5; z. 6 A 1.2.3.6"},
    {"\\@ 0 A 1.2.3.4", "\\@.z. 0 A 1.2.3.4"},
    {"\\$TTL 0 A 1.2.3.4", "\\$TTL.z. 0 A 1.2.3.4"},
    {"in 0 A 1.2.3.4\n", "in.z. 0 A 1.2.3.4"},
    {"5 0 A 1.2.3.4\n", "5.z. 0 A 1.2.3.4"},
    {"A 0 A 1.2.3.4\n", "A.z. 0 A 1.2.3.4"},

    /* TTLs */
    {"$TTL 1m\na A 1.2.3.4\nb 9 A 1.2.3.4\nc A 1.2.3.4",
	"a.z. 60 A 1.2.3.4; b.z. 9 A 1.2.3.4; c.z. 60 A 1.2.3.4"},
    {"$ttl 2147483647\na A 1.2.3.4", "a.z. 2147483647 A 1.2.3.4"},
    {"@ SOA " SOA "\na A 1.2.3.4\nb 9 A 1.2.3.4\nc A 1.2.3.4",
	"z. 77 SOA " SOA "; a.z. 77 A 1.2.3.4; b.z. 9 A 1.2.3.4; "
	"c.z. 9 A 1.2.3.4"},
    {"a A 1.2.3.4", "1:1 no TTL"},
    {"\n  ( a A 1.2.3.4", "2:1 no owner, nor one before"},
    {"a 2147483648 A 1.2.3.4", "1:3 TTL over 2147483647"},
    {"a 1x A 1.2.3.4", "1:3 not a TTL"},
    {"a 1 2 A 1.2.3.4", "1:5 not a type"},
    {"$TTL", "1:5 a TTL is missing"},
    {"$TTL x", "1:6 not a TTL"},
    {"$TTL 1 2", "1:8 a word too many"},

    /* classes and types */
    {"a 0 CH A 1.2.3.4", "1:5 class is another"},
    {"a 0 IN IN A 1.2.3.4", "1:8 not a type"},
    {"a 0 ANY A 1.2.3.4", "1:5 type that is no data"},
    {"a 0 AXFR", "1:5 type that is no data"},
    {"a 0 OPT", "1:5 type that is no data"},
    {"a 0 TYPE0 \\# 0", "1:5 type that is no data"},
    {"a 0 TYPE250 \\# 0", "1:5 type that is no data"},
    {"a 0 FOO 1.2.3.4", "1:5 not a type"},
    {"a 0 \"A\" 1.2.3.4", "1:6 type in quotes"},
    {"a 0", "1:4 a type is missing"},
    {"a\n", "1:2 a type is missing"},
    {"a 0 TYPE1 1.2.3.4", "a.z. 0 A 1.2.3.4"},
    {"a 0 CLASS1 A \\# 4 01020304", "a.z. 0 A 1.2.3.4"},

    /* origins */
    {"$ORIGIN y.\na 0 NS b\n$ORIGIN x\n@ 0 NS @",
	"a.y. 0 NS b.y.; x.y. 0 NS x.y."},
    {"$ORIGIN .\na 0 NS b", "a. 0 NS b."},
    {"a 0 NS @\n$ORIGIN y.\n 1 NS @", "a.z. 0 NS z.; a.z. 1 NS y."},
    {"$ORIGIN", "1:8 a name is missing"},
    {"$ORIGIN a..b", "1:9 not a name"},
    {"$ORIGIN a b", "1:11 a word too many"},
    {"$FOO", "1:1 unknown directive"},

    /* parentheses, comments, quotes */
    {"a 0 MX ( 10\n\tmail ) ; x", "a.z. 0 MX 10 mail.z."},
    {"a 0 (MX)10(mail)\nb 0 NS c", "a.z. 0 MX 10 mail.z.; b.z. 0 NS c.z."},
    {"a ( ; one (\n 0 ; two )\n TXT\n\n \"x\"\n)\n", "a.z. 0 TXT \"x\""},
    {"a 0 TXT \"a;b(c)\" ;d", "a.z. 0 TXT \"a;b(c)\""},
    {"a 0 TXT a\\;b\\(c\\)\\ d\\\"", "a.z. 0 TXT \"a;b(c) d\\\"\""},
    {"a 0 TXT a\"b c\"", "a.z. 0 TXT \"a\" \"b c\""},
    {"a 0 TXT \"\\\\\" \"\\\"\"", "a.z. 0 TXT \"\\\\\" \"\\\"\""},
    {"a 0 TXT k=\"v w\"", "a.z. 0 TXT \"k=\" \"v w\""},
    {"a 0 SVCB 1 . key9=\"v ;w\"", "a.z. 0 SVCB 1 . key9=\"v ;w\""},
    {"a 0 SVCB 1 . key9=\"v\" key8", "a.z. 0 SVCB 1 . key8 key9=\"v\""},
    {"a 0 SVCB 1 . key9=\"v", "1:19 quote is not closed"},
    {"a 0 TXT \"a\nb\"", "1:9 quote is not closed"},
    {"a 0 TXT \"a", "1:9 quote is not closed"},
    {"a 0 TXT \"a\\\"", "1:9 quote is not closed"},
    {"a 0 TXT \"a\"b\"\"c", "a.z. 0 TXT \"a\" \"b\" \"\" \"c\""},
    {"a 0 SVCB 1 . key9=\"v\"w", "1:22 not a parameter"},
    {"a 0 SVCB 1 . key9=v\"w\"", "1:21 not a parameter"},
    {"a 0 MX 1 b\"", "1:11 quote is not closed"},
    {"a 0 TXT a\\\n", "1:10 nothing is escaped"},
    {"a 0 TXT a\\", "1:10 nothing is escaped"},
    {"a 0 TXT (a", "1:9 parenthesis is not closed"},
    {"a 0 TXT ((a))", "1:10 parenthesis within parentheses"},
    {"a 0 TXT a)", "1:10 parenthesis was not opened"},
    {")", "1:1 parenthesis was not opened"},
    {"(\n", "1:1 parenthesis is not closed"},
    {"\"a\" 0 A 1.2.3.4", "1:2 name in quotes"},

    /* where faults are */
    {"a 0 A 1.2.3.4\nb 0 MX 10\n", "2:8 a name is missing"},
    {"a 0 MX (\n10\n x..y )", "3:2 not a name"},
    {"a 0 MX x y", "1:8 not a number in its range"},
    {"a 0 A", "1:6 an address is missing"},
    {"a 0 SVCB 1 . port=1 alpn=,", "1:21 an item of nothing"},
    {"a..b 0 A 1.2.3.4", "1:1 not a name"},
    {" A 1.2.3.4", "1:1 no owner, nor one before"},

    /* $INCLUDE */
    {"$TTL 5\n$INCLUDE a.zone\nb A 1.2.3.4\n",
	"x.z. 5 A 1.1.1.1; b.z. 5 A 1.2.3.4"},
    {"$TTL 5\n$INCLUDE a.zone sub ; x\n", "x.sub.z. 5 A 1.1.1.1"},
    {"$TTL 5\n$INCLUDE \"with space\" y.\n", "y. 5 A 2.2.2.2"},
    {"$TTL 5\n$INCLUDE bad.zone", "2:10 not an IPv4 address"},
    {"$INCLUDE loop.zone", "1:10 included too deep"},
    {"$INCLUDE none.zone", "1:10 cannot be included"},
    {"$INCLUDE", "1:9 a path is missing"},
    {"$INCLUDE a.zone b..c", "1:17 not a name"},
    {"$INCLUDE a.zone b c", "1:19 a word too many"},

    /* $GENERATE */
    {"$GENERATE 1-3 h$ 0 A 10.0.0.$",
	"h1.z. 0 A 10.0.0.1; h2.z. 0 A 10.0.0.2; h3.z. 0 A 10.0.0.3"},
    {"$GENERATE 0-4/2 $ 0 IN PTR h$.y.\na 0 NS b",
	"0.z. 0 PTR h0.y.; 2.z. 0 PTR h2.y.; 4.z. 0 PTR h4.y.; a.z. 0 NS b.z."},
    {"$GENERATE 9-10 a${0,3} 0 NS b${-9,2,d}.${1}",
	"a009.z. 0 NS b00.10.z.; a010.z. 0 NS b01.11.z."},
    {"$GENERATE 254-255 ${0,4,x}.${0,0,X}.${0,3,o} 0 NS $",
	"00fe.FE.376.z. 0 NS 254.z.; 00ff.FF.377.z. 0 NS 255.z."},
    {"$GENERATE 18-18 ${0,3,n} 0 NS ${0,7,N}", "2.1.z. 0 NS 2.1.0.0.z."},
    {"$GENERATE 1-1 a$$b\\$c 0 NS $", "a\\$b\\$c.z. 0 NS 1.z."},
    {"$GENERATE 1-1 t 0 TXT \"a $ ${5} \\\"\" ; $",
	"t.z. 0 TXT \"a 1 6 \\\"\""},
    {"$GENERATE 1-2 m 0 MX $ m$ ; x\n", "m.z. 0 MX 1 m1.z.; m.z. 0 MX 2 m2.z."},
    {"($GENERATE 1-1 a 0 TXT (", "1:1 $GENERATE in parentheses"},
    {"$GENERATE ( 1-1 a 0 TXT a )", "1:11 $GENERATE in parentheses"},
    {"$GENERATE 1-1 a 0 TXT ( a )", "a.z. 0 TXT \"a\""},
    {"$GENERATE 1", "1:11 not a range FROM-TO/STEP"},
    {"$GENERATE 2-1 a A 1.2.3.4", "1:11 not a range FROM-TO/STEP"},
    {"$GENERATE 1-2/0 a A 1.2.3.4", "1:11 not a range FROM-TO/STEP"},
    {"$GENERATE 1-2x a A 1.2.3.4", "1:11 not a range FROM-TO/STEP"},
    {"$GENERATE 1-2147483648 a 0 A 1.2.3.4", "1:11 not a range FROM-TO/STEP"},
    {"$GENERATE 0-1048576 a 0 A 1.2.3.4", "1:11 range of too many"},
    {"$GENERATE 1-2\na 0 A 1.2.3.4", "1:11 an owner is missing"},
    {"$GENERATE 1-2", "1:11 an owner is missing"},
    {"$GENERATE", "1:10 a range is missing"},
    {"$GENERATE 1-2 a$ 0 A 1.2.3.25$.", "1:11 not an IPv4 address"},
    {"$GENERATE 1-2 a${-2} 0 NS b", "1:16 number below 0"},
    {"$GENERATE 1-2 a${x} 0 NS b", "1:16 not {OFFSET,WIDTH,BASE}"},
    {"$GENERATE 1-2 a${1,2,y} 0 NS b", "1:16 base is none of doxXnN"},
    {"$GENERATE 1-2 a${1,256} 0 NS b", "1:16 width over 255"},
    {"$GENERATE 1-2 a${1 0 NS b", "1:16 not {OFFSET,WIDTH,BASE}"},
    {"$GENERATE 1-2 a$ 0 NS ( b", "1:11 parenthesis is not closed"},
    {"$GENERATE 1-1 $TTL 0 NS b", "1TTL.z. 0 NS b.z."},
};

static void
zones(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *r = read_zone(cases[i].text, true);
		bool same = strcmp(r, cases[i].want) == 0;

		ok(same, "zone %zu", i + 1);
		if (!same)
			printf("# of   %s\n# got  %s\n# want %s\n",
			    cases[i].text, r, cases[i].want);
	}
	ok(strcmp(read_zone("$INCLUDE a", false),
	       "1:10 nothing is included here") == 0,
	    "no $INCLUDE");
}

static int
refuse(void *ctx, const struct riad_dns_record *record)
{
	struct riad_dns_zonefile *file = ctx;

	if (record->data[3] != 3)
		return 0;
	file->why = "three is refused";
	errno = ENOSPC;
	return -1;
}

static void
callbacks(void)
{
	static const char text[] = "a 0 A 1.1.1.1\n\n(\n) b 0 A 1.1.1.3\n";
	struct riad_dns_zonefile file = {.record = refuse, .ctx = &file};

	errno = 0;
	ok(riad_dns_zonefile_read(&file, text, sizeof(text) - 1) == -1 &&
		errno == ENOSPC && file.line == 4 && file.column == 3 &&
		strcmp(file.why, "three is refused") == 0,
	    "a record that is refused: %s, line %ju column %ju", file.why,
	    (uintmax_t)file.line, (uintmax_t)file.column);

	static const char more[] = "$GENERATE 1-4 a 0 A 1.1.1.$";
	ok(riad_dns_zonefile_read(&file, more, sizeof(more) - 1) == -1 &&
		errno == ENOSPC && file.column == 11,
	    "one that is generated");

	static const char chaos[] = "a 0 CH TXT x\nb 0 A \\# 1 00\n"
				    "c 0 A 1.2.3.4";
	struct riad_dns_zonefile ch = {.record = keep, .class = 3};
	got[0] = '\0';
	int r = riad_dns_zonefile_read(&ch, chaos, sizeof(chaos) - 1);
	ok(r == -1 && ch.line == 3 &&
		strcmp(got, "a. 0 CH TXT \"x\"; b. 0 CH A \\# 1 00") == 0,
	    "another class: %s", got);

	/* What is longer than anything may be. */
	size_t len = 600000;
	char *big = malloc(len);
	memset(big, 'a', len);
	memcpy(big, "a 0 TXT ", 8);
	struct riad_dns_zonefile long_word = {.record = keep};
	ok(riad_dns_zonefile_read(&long_word, big, len) == -1 &&
		strcmp(long_word.why, "string is too long") == 0,
	    "a long word");
	for (size_t i = 8; i < len; i += 2)
		big[i] = ' ';
	ok(riad_dns_zonefile_read(&long_word, big, len) == -1 &&
		strcmp(long_word.why, "too many words") == 0,
	    "many words");
	ok(riad_dns_zonefile_read(&long_word, big, 140000) == -1 &&
		strcmp(long_word.why, "RDATA of over 65535 bytes") == 0,
	    "long RDATA");
	memset(big + 8, '"', 1);
	memset(big + 9, 'a', len - 10);
	big[len - 1] = '"';
	memcpy(big, "a 0 CAA 0 a ", 12);
	memset(big + 12, '"', 1);
	memset(big + 13, 'a', len - 14);
	ok(riad_dns_zonefile_read(&long_word, big, len) == -1 &&
		strcmp(long_word.why, "RDATA is too long") == 0,
	    "a long value: %s", long_word.why);
	free(big);
}

int
main(void)
{
	zones();
	callbacks();
	return tap_done();
}
