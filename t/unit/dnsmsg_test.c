/* SPDX-License-Identifier: ISC */

#include "riad/dnsmsg.h"

#include <errno.h>
#include <string.h>

#include "dnsbytes.h"
#include "riad/dnsrr.h"
#include "tap.h"

enum { MAX = 65535 };

static uint8_t message[2 * MAX];

/* Reads all of it from memory that ends where it does: the number of records,
 * or -1. */
static int
read_all(struct riad_dns_reader *r, const uint8_t *data, size_t len)
{
	uint8_t *copy = exact_copy(data, len);
	struct riad_dns_record record;
	int n = 0, got = riad_dns_reader_init(r, copy, len);

	if (got == 0)
		while ((got = riad_dns_read(r, &record)) == 1)
			n++;
	free(copy);
	return got == -1 ? -1 : n;
}

/* Q: a question of "a." with one record after it, whose owner is a pointer. */
#define Q "1234 8180 #1 #1 #0 #0 @a. #1 #1 "
/* N: nothing but a count of records. */
#define N "1234 8180 #0 #1 #0 #0 "
#define RR(type, len) "c00c " type " #1 #0 #60 " len " "

static const struct {
	const char *name, *bytes, *why;
	size_t off;
} hostile[] = {
    {"nothing", "", "header is cut off", 0},
    {"less than a header", "1234 8180 #1 #0 #0 00", "header is cut off", 11},
    {"no question", "1234 8180 #1 #0 #0 #0", "name is cut off", 12},
    {"a label cut off", "1234 8180 #1 #0 #0 #0 02 'a'", "name is cut off", 12},
    {"a name cut off", "1234 8180 #1 #0 #0 #0 01 'a'", "name is cut off", 14},
    {"no type", "1234 8180 #1 #0 #0 #0 @a.", "question is cut off", 15},
    {"no class", "1234 8180 #1 #0 #0 #0 @a. #1 00", "question is cut off", 15},
    {"a byte too many", "1234 8180 #1 #0 #0 #0 @a. #1 #1 00",
	"bytes after the last record", 19},
    {"no records", "1234 8180 #0 #0 #0 #0 00", "bytes after the last record",
	12},
    {"65535 questions", "1234 8180 ffff #0 #0 #0 @a. #1 #1", "name is cut off",
	19},
    {"65535 records", "1234 8180 #1 #0 #0 ffff @a. #1 #1", "name is cut off",
	19},
    {"a pointer to itself", "1234 8180 #1 #0 #0 #0 c00c #1 #1",
	"pointer does not point back", 12},
    {"a pointer to its name", "1234 8180 #1 #0 #0 #0 01 'a' c00c #1 #1",
	"pointer does not point back", 14},
    {"a pointer forward", "1234 8180 #1 #0 #0 #0 c012 #1 #1 @a.",
	"pointer does not point back", 12},
    {"a pointer out of it", "1234 8180 #1 #0 #0 #0 ffff #1 #1",
	"pointer does not point back", 12},
    {"a pointer cut off", "1234 8180 #1 #0 #0 #0 c0", "pointer is cut off", 12},
    {"a pointer into the header", "1234 8180 #1 #0 #0 #0 c004 #1 #1",
	"pointer into the header", 12},
    {"one to its first byte", "1234 8180 #1 #0 #0 #0 c000 #1 #1",
	"pointer into the header", 12},
    {"a label of 64", "1234 8180 #1 #0 #0 #0 40 *64:61 00 #1 #1",
	"label of unknown kind", 12},
    {"a label of bits", "1234 8180 #1 #0 #0 #0 4101 00 #1 #1",
	"label of unknown kind", 12},
    {"a label of 0x80", "1234 8180 #1 #0 #0 #0 8001 00 #1 #1",
	"label of unknown kind", 12},
    {"two pointers to each other",
	"1234 8180 #2 #0 #0 #0 01 'a' c013 #1 #1 c00c #1 #1",
	"pointer does not point back", 14},
    {"a name of 256 bytes",
	"1234 8180 #1 #0 #0 #0 3f *63:61 3f *63:61 3f *63:61 3e *62:61 00 #1 "
	"#1",
	"name has over 255 bytes", 204},
    {"one by a pointer",
	"1234 8180 #2 #0 #0 #0 3f *63:61 3f *63:61 3f *63:61 00 #1 #1 "
	"3f *63:61 c00c #1 #1",
	"name has over 255 bytes", 140},
    {"the root as a label's end",
	"1234 8180 #1 #0 #0 #0 3f *63:61 3f *63:61 3f *63:61 3d *61:61 01",
	"name is cut off", 266},

    {"an owner alone", Q "c00c", "record is cut off", 21},
    {"no TTL", Q "c00c #1 #1 #0 00", "record is cut off", 25},
    {"no length", Q "c00c #1 #1 #0 #60 00", "record is cut off", 25},
    {"no RDATA", Q RR("#1", "#4"), "RDATA is cut off", 29},
    {"RDATA cut off", Q RR("#1", "#4") "c00002", "RDATA is cut off", 29},
    {"RDATA of 65535 bytes", Q RR("#16", "ffff") "01 'a'", "RDATA is cut off",
	29},
    {"unknown RDATA cut off", Q RR("#65280", "#2") "00", "RDATA is cut off",
	29},
    {"a record that is not counted", Q RR("#1", "#4") "c0000201 c00c #1 #1",
	"bytes after the last record", 35},

    {"A of 3 bytes", Q RR("#1", "#3") "c00002", "RDATA ends within a field",
	31},
    {"A of 5", Q RR("#1", "#5") "c000020100", "RDATA goes on after its fields",
	35},
    {"A of none", Q RR("#1", "#0"), "RDATA ends within a field", 31},
    {"AAAA of 15", Q RR("#28", "#15") "*15:00", "RDATA ends within a field",
	31},
    {"AAAA of 17", Q RR("#28", "#17") "*17:00",
	"RDATA goes on after its fields", 47},
    {"NS of none", Q RR("#2", "#0"), "name is cut off", 31},
    {"NS cut off", Q RR("#2", "#2") "01 'a'", "name is cut off", 33},
    {"NS that goes on in the next record",
	"1234 8180 #0 #2 #0 #0 00 #2 #1 #0 #60 #1 01 00 #2 #1 #0 #60 #1 00",
	"name is cut off", 23},
    {"NS with more after it", Q RR("#2", "#3") "c00c00",
	"RDATA goes on after its fields", 33},
    {"NS to its own RDATA", Q RR("#2", "#2") "c01f",
	"pointer does not point back", 31},
    {"NS forward", Q RR("#2", "#2") "c021", "pointer does not point back", 31},
    {"NS half a pointer", Q RR("#2", "#1") "c0", "pointer is cut off", 31},
    {"SOA of names only", Q RR("#6", "#2") "0000", "RDATA ends within a field",
	33},
    {"SOA short of a byte", Q RR("#6", "#21") "0000 *19:00",
	"RDATA ends within a field", 49},
    {"SOA of one name", Q RR("#6", "#1") "00", "name is cut off", 32},
    {"MX of a number only", Q RR("#15", "#2") "000a", "name is cut off", 33},
    {"MX of half a number", Q RR("#15", "#1") "00", "RDATA ends within a field",
	31},
    {"a condition that is none", Q "c00c #15 #255 #0 #0 #0",
	"RDATA ends within a field", 31},
    {"TXT of none", Q RR("#16", "#0"), "RDATA ends within a field", 31},
    {"TXT cut off", Q RR("#16", "#2") "02 'a'", "RDATA ends within a field",
	32},
    {"TXT, the second cut off", Q RR("#16", "#4") "01 'a' 05 'b'",
	"RDATA ends within a field", 34},
    {"HINFO of one string", Q RR("#13", "#2") "01 'a'",
	"RDATA ends within a field", 33},
    {"HINFO of three", Q RR("#13", "#3") "000000",
	"RDATA goes on after its fields", 33},
    {"SRV without a target", Q RR("#33", "#6") "000000000000",
	"name is cut off", 37},
    {"NAPTR of two strings", Q RR("#35", "#6") "000000000000",
	"RDATA ends within a field", 37},
    {"CAA without a tag", Q RR("#257", "#2") "0000", "tag of no letters", 32},
    {"CAA of a bad tag", Q RR("#257", "#4") "0002 'a\"'",
	"tag of other than letters", 34},
    {"CAA, its tag cut off", Q RR("#257", "#3") "0002 'a'",
	"RDATA ends within a field", 33},
    {"RRSIG with a pointer", Q RR("#46", "#20") "*18:00 c00c",
	"pointer in RDATA that has none", 49},
    {"RRSIG without a signer", Q RR("#46", "#18") "*18:00", "name is cut off",
	49},
    {"NSEC with a pointer", Q RR("#47", "#5") "c00c 000140",
	"pointer in RDATA that has none", 31},
    {"NSEC of no types", Q RR("#47", "#1") "00", "bitmap of no types", 32},
    {"NSEC, half a window", Q RR("#47", "#2") "0000",
	"RDATA ends within a field", 33},
    {"NSEC, a bitmap cut off", Q RR("#47", "#4") "00 0002 40",
	"RDATA ends within a field", 34},
    {"NSEC, a bitmap of 33", Q RR("#47", "#36") "00 0021 *33:ff",
	"bitmap of a wrong length", 33},
    {"NSEC, a bitmap of none", Q RR("#47", "#3") "00 0000",
	"bitmap of a wrong length", 33},
    {"NSEC, windows not in order", Q RR("#47", "#7") "00 010140 000140",
	"bitmaps out of order", 35},
    {"NSEC, a window twice", Q RR("#47", "#7") "00 000140 000140",
	"bitmaps out of order", 35},
    {"NSEC, zeros at the end", Q RR("#47", "#5") "00 0002 4000",
	"bitmap ends in zeros", 35},
    {"NSEC3, salt cut off", Q RR("#50", "#6") "0100 0001 05 aa",
	"RDATA ends within a field", 36},
    {"NSEC3, no hash", Q RR("#50", "#6") "0100 0001 00 00", "hash of no bytes",
	36},
    {"NSEC3, a hash cut off", Q RR("#50", "#7") "0100 0001 00 14 00",
	"RDATA ends within a field", 37},
    {"NSEC3PARAM with more", Q RR("#51", "#6") "0100 0001 00 00",
	"RDATA goes on after its fields", 36},
    {"DS of 3 bytes", Q RR("#43", "#3") "000008", "RDATA ends within a field",
	34},
    {"DS of no digest", Q RR("#43", "#4") "0000 08 02",
	"RDATA ends within a field", 35},
    {"DS of half a digest", Q RR("#43", "#20") "0000 08 02 *16:00",
	"RDATA ends within a field", 51},
    {"DS of a digest too long", Q RR("#43", "#25") "0000 08 01 *21:00",
	"RDATA goes on after its fields", 55},
    {"CDS of a digest too short", Q RR("#59", "#51") "0000 08 04 *47:00",
	"RDATA ends within a field", 82},
    {"SSHFP of a print too short", Q RR("#44", "#21") "01 01 *19:00",
	"RDATA ends within a field", 52},
    {"SSHFP of a print too long", Q RR("#44", "#35") "01 02 *33:00",
	"RDATA goes on after its fields", 65},
    {"ZONEMD of 11 bytes", Q RR("#63", "#17") "00000000 01 ff *11:00",
	"RDATA ends within a field", 48},
    {"TLSA of no data", Q RR("#52", "#3") "030101", "RDATA ends within a field",
	34},
    {"DNSKEY of no key", Q RR("#48", "#4") "0100 03 08",
	"RDATA ends within a field", 35},
    {"RRSIG of no signature", Q RR("#46", "#19") "*18:00 00",
	"RDATA ends within a field", 50},
    {"DNSKEY of 3 bytes", Q RR("#48", "#3") "010003",
	"RDATA ends within a field", 34},
    {"LOC of 15 bytes", Q RR("#29", "#15") "*15:00",
	"RDATA ends within a field", 32},
    {"LOC, a size of ten",
	Q RR("#29", "#16") "00 a2 12 12 80000000 80000000 "
			   "00989680",
	"size that is no number", 32},
    {"LOC, a power of ten",
	Q RR("#29", "#16") "00 12 1a 12 80000000 80000000 "
			   "00989680",
	"size that is no number", 33},
    {"LOC, 91 degrees",
	Q RR("#29", "#16") "00 12 12 12 934fd901 80000000 "
			   "00989680",
	"degrees out of range", 35},
    {"LOC, 181 degrees",
	Q RR("#29", "#16") "00 12 12 12 80000000 59604dff "
			   "00989680",
	"degrees out of range", 39},
    {"APL, a prefix over 32", Q RR("#42", "#4") "0001 21 00",
	"prefix is too long", 33},
    {"APL, 5 bytes of IPv4", Q RR("#42", "#9") "0001 20 05 0102030405",
	"prefix is too long", 33},
    {"APL, a prefix over 128", Q RR("#42", "#4") "0002 81 00",
	"prefix is too long", 33},
    {"APL cut off", Q RR("#42", "#5") "0001 20 02 01",
	"RDATA ends within a field", 35},
    {"APL, zeros at the end", Q RR("#42", "#6") "0001 20 02 0100",
	"prefix ends in zeros", 36},
    {"IPSECKEY of kind 4", Q RR("#45", "#4") "0a 04 02 00",
	"gateway of unknown kind", 32},
    {"IPSECKEY, an address cut off", Q RR("#45", "#6") "0a 01 02 010203",
	"RDATA ends within a field", 34},
    {"IPSECKEY with a pointer", Q RR("#45", "#5") "0a 03 02 c00c",
	"pointer in RDATA that has none", 34},
    {"AMTRELAY, an address cut off", Q RR("#260", "#5") "0a 01 010203",
	"RDATA ends within a field", 33},
    {"HIP of no key", Q RR("#55", "#5") "01 02 0000 aa", "identity of no bytes",
	31},
    {"HIP cut off", Q RR("#55", "#6") "01 02 0002 aa bb",
	"RDATA ends within a field", 36},
    {"HIP, a server cut off", Q RR("#55", "#8") "01 02 0001 aa bb 01 'a'",
	"name is cut off", 39},
    {"EUI48 of 5", Q RR("#108", "#5") "0102030405", "RDATA ends within a field",
	31},
    {"L64 of 9", Q RR("#106", "#9") "*9:00", "RDATA ends within a field", 33},
    {"URI of 3", Q RR("#256", "#3") "000000", "RDATA ends within a field", 33},
    {"WKS of an address", Q RR("#11", "#4") "01020304",
	"RDATA ends within a field", 35},
    {"CSYNC of 5", Q RR("#62", "#5") "0000000000", "RDATA ends within a field",
	35},
    {"ZONEMD of 5", Q RR("#63", "#5") "0000000000", "RDATA ends within a field",
	36},

    {"SVCB with a pointer", Q RR("#64", "#4") "0001 c00c",
	"pointer in RDATA that has none", 33},
    {"SVCB, half a key", Q RR("#64", "#4") "0001 00 00",
	"RDATA ends within a field", 34},
    {"SVCB, a value cut off", Q RR("#64", "#8") "0001 00 0003 0002 01",
	"RDATA ends within a field", 38},
    {"SVCB, keys not in order",
	Q RR("#65", "#13") "0001 00 0003 0002 01bb 0002 0000",
	"parameters out of order", 40},
    {"SVCB, a key twice", Q RR("#65", "#11") "0001 00 0002 0000 0002 0000",
	"parameters out of order", 38},
    {"SVCB, a port of 1 byte", Q RR("#64", "#8") "0001 00 0003 0001 01",
	"parameter of a wrong length", 38},
    {"SVCB, half an address", Q RR("#64", "#9") "0001 00 0004 0002 0102",
	"parameter of a wrong length", 38},
    {"SVCB, no address", Q RR("#64", "#7") "0001 00 0004 0000",
	"parameter of a wrong length", 38},
    {"SVCB, half an address of IPv6",
	Q RR("#64", "#11") "0001 00 0006 0004 "
			   "01020304",
	"parameter of a wrong length", 38},
    {"SVCB, no alpn", Q RR("#64", "#7") "0001 00 0001 0000",
	"parameter of a wrong length", 38},
    {"SVCB, an alpn of nothing", Q RR("#64", "#8") "0001 00 0001 0001 00",
	"alpn is malformed", 38},
    {"SVCB, alpn cut off", Q RR("#64", "#10") "0001 00 0001 0003 03 'h2'",
	"alpn is malformed", 38},
    {"SVCB, no-default-alpn with a value",
	Q RR("#64", "#8") "0001 00 0002 "
			  "0001 00",
	"parameter of a wrong length", 38},
    {"SVCB, mandatory of 1 byte", Q RR("#64", "#8") "0001 00 0000 0001 01",
	"mandatory of a wrong length", 38},
    {"SVCB, mandatory itself", Q RR("#64", "#9") "0001 00 0000 0002 0000",
	"mandatory keys out of order", 38},
    {"SVCB, mandatory not in order",
	Q RR("#64", "#11") "0001 00 0000 0004 0003 0001",
	"mandatory keys out of order", 40},
    {"SVCB, mandatory and not there",
	Q RR("#64", "#15") "0001 00 0000 0002 0001 0003 0002 01bb",
	"mandatory parameter is missing", 46},

    {"OPT in answers", N "00 #41 #1232 #0 #0 #0", "OPT in a wrong section", 12},
    {"OPT of a name", "1234 8180 #0 #0 #0 #1 @a. #41 #1232 #0 #0 #0",
	"OPT of a name", 12},
    {"OPT twice",
	"1234 8180 #0 #0 #0 #2 00 #41 #1232 #0 #0 #0 00 #41 #1232 #0 #0 #0",
	"more than one OPT", 23},
    {"half an option", "1234 8180 #0 #0 #0 #1 00 #41 #1232 #0 #0 #3 000300",
	"RDATA ends within a field", 25},
    {"an option cut off",
	"1234 8180 #0 #0 #0 #1 00 #41 #1232 #0 #0 #5 "
	"0003 0002 00",
	"RDATA ends within a field", 27},
};

static void
refuse(void)
{
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct riad_dns_reader r;
		size_t len = dns_bytes(message, hostile[i].bytes);

		errno = 0;
		int n = read_all(&r, message, len);
		ok(n == -1 && errno == EBADMSG && r.why != NULL &&
			strcmp(r.why, hostile[i].why) == 0 &&
			r.off == hostile[i].off,
		    "%s", hostile[i].name);
		if (n != -1)
			printf("# %d records\n", n);
		else if (r.off != hostile[i].off ||
			 strcmp(r.why, hostile[i].why) != 0)
			printf("# %s at %zu\n", r.why, r.off);
	}
}

/* What has to be taken. */
static const struct {
	const char *name, *bytes;
	int records;
} fine[] = {
    {"nothing but a header", "1234 8180 #0 #0 #0 #0", 0},
    {"a question", "1234 8180 #1 #0 #0 #0 @a. #1 #1", 1},
    {"two questions", "1234 8180 #2 #0 #0 #0 @a. #1 #1 c00c #1 #1", 2},
    {"a name of 255 bytes",
	"1234 8180 #1 #0 #0 #0 3f *63:61 3f *63:61 3f *63:61 3d *61:61 00 #1 "
	"#1",
	1},
    {"A", Q RR("#1", "#4") "c0000201", 2},
    {"A of another class", Q "c00c #1 #3 #0 #60 #3 c00c01", 2},
    {"a condition of an update",
	"1234 2800 #1 #1 #0 #0 @a. #6 #1 c00c #15 #255 #0 #0 #0", 2},
    {"NULL of nothing", Q RR("#10", "#0"), 2},
    {"TXT of nothing", Q RR("#16", "#1") "00", 2},
    {"APL of nothing", Q RR("#42", "#0"), 2},
    {"APL of an unknown family", Q RR("#42", "#6") "4005 ff 82 0102", 2},
    {"NSEC3 of no types", Q RR("#50", "#7") "0100 0001 00 01 aa", 2},
    {"LOC of a later version", Q RR("#29", "#2") "01ff", 2},
    {"SRV with a pointer", Q RR("#33", "#8") "000000000000 c00c", 2},
    {"SVCB of unknown keys", Q RR("#64", "#11") "0001 00 ff00 0000 ffff 0000",
	2},
    {"an unknown type", Q RR("#65280", "#2") "c00c", 2},
    {"DS of an unknown digest", Q RR("#43", "#5") "0000 08 ff 00", 2},
    {"KEY of no key", Q RR("#25", "#4") "c000 03 08", 2},
    {"OPT", "1234 8180 #0 #0 #0 #1 00 #41 #1232 #0 #0 #4 0003 0000", 1},
    {"TSIG",
	"1234 8180 #0 #0 #0 #1 @k. #250 #255 #0 #0 #17 00 "
	"000000000000 012c 0000 1234 0000 0000",
	1},
};

static void
accept(void)
{
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		struct riad_dns_reader r;
		size_t len = dns_bytes(message, fine[i].bytes);
		int n = read_all(&r, message, len);

		ok(n == fine[i].records, "%s", fine[i].name);
		if (n == -1)
			printf("# %s at %zu\n", r.why, r.off);
	}
}

/* A message of all sections and kinds of names. */
static const char whole[] = "1234 8580 #1 #3 #1 #3 @www.example.com. #1 #1 "
			    "c00c #5 #1 #0 #60 #6 03 'web' c010 "
			    "c02d #1 #1 #0 #60 #4 c0000201 "
			    "c02d #15 #1 #0 #60 #9 #10 04 'mail' c010 "
			    "c010 #6 #1 #0 #60 #24 c02d c010 *20:01 "
			    "c02d #64 #1 #0 #60 #9 0001 00 0003 0002 01bb "
			    "c02d #16 #1 #0 #60 #4 03 'a\"b' "
			    "00 #41 #1232 #0 8000 #4 000c 0000";

static void
cut(void)
{
	struct riad_dns_reader r;
	int taken = 0;

	size_t len = dns_bytes(message, whole);
	ok(read_all(&r, message, len) == 8, "a message of all sections");
	for (size_t n = 0; n < len; n++)
		taken += read_all(&r, message, n) != -1;
	ok(taken == 0, "and not one that is a beginning of it");

	/* Whatever a byte is, nothing goes wrong; a sanitizer looks on. */
	for (size_t i = 0; i < len; i++) {
		uint8_t was = message[i];
		for (unsigned v = 0; v < 256; v++) {
			message[i] = (uint8_t)v;
			taken += read_all(&r, message, len) != -1;
		}
		message[i] = was;
	}
	ok(taken > 0, "any byte of it changed");
}

static void
pointers(void)
{
	/* A chain: each points to the one before, at last to a name. */
	struct riad_dns_reader r;
	uint8_t name[RIAD_DNS_NAME];
	const char *why;
	size_t off;

	for (size_t n = 126; n < 130; n++) {
		size_t len =
		    dns_bytes(message, "1234 8180 #0 #0 #0 #0 01 'a' 00");
		for (size_t i = 0; i < n; i++) {
			size_t to = i == 0 ? 12 : len - 2;
			message[len++] = (uint8_t)(0xc0 | to >> 8);
			message[len++] = (uint8_t)to;
		}
		size_t at = len - 2;
		int got =
		    riad_dns_read_name(name, message, len, &at, &why, &off);
		ok(n <= 127 ? got == 3 && at == len
			    : got == -1 && strcmp(why, "name of too many "
						       "pointers") == 0,
		    "a chain of %zu pointers", n);
	}

	/* 127 labels is what a name can have, each by a pointer here. */
	size_t len = dns_bytes(message, "1234 8180 #0 #0 #0 #0 00"), last = 12;
	for (unsigned i = 0; i < 127; i++) {
		size_t here = len;
		len += dns_bytes(message + len, "01 'a'");
		message[len++] = (uint8_t)(0xc0 | last >> 8);
		message[len++] = (uint8_t)last;
		last = here;
	}
	size_t at = last;
	ok(riad_dns_read_name(name, message, len, &at, NULL, NULL) == 255 &&
		at == len,
	    "127 labels by 127 pointers");

	/* Reading is in the bounds of the message, whatever counts say. */
	dns_bytes(message, "1234 8180 ffff ffff ffff ffff");
	memset(message + 12, 0, MAX - 12);
	ok(read_all(&r, message, MAX) == -1, "counts of 65535, and zeros");
}

static void
write_back(void)
{
	static uint8_t out[MAX];
	uint8_t name[RIAD_DNS_NAME];
	struct riad_dns_writer w;
	struct riad_dns_record record = {.section = RIAD_DNS_ANSWER,
	    .type = RIAD_DNS_A,
	    .class = RIAD_DNS_IN,
	    .ttl = 60,
	    .data = (const uint8_t *)"\300\0\2\1",
	    .len = 4};

	riad_dns_writer_init(&w, out, sizeof(out), 0x1234, 0x8180);
	riad_dns_name_parse(name, "www.example.com.", 16, NULL);
	ok(riad_dns_write_question(&w, name, 1, 1) == 0 && w.len == 33,
	    "a question");
	memcpy(record.name, name, sizeof(name));
	ok(riad_dns_write(&w, &record) == 0 && w.len == 33 + 16 &&
		memcmp(out + 33, "\300\014", 2) == 0,
	    "an owner that was asked for is a pointer");
	riad_dns_name_parse(record.name, "mail.example.com.", 17, NULL);
	ok(riad_dns_write(&w, &record) == 0 && w.len == 49 + 21 &&
		memcmp(out + 49, "\4mail\300\020", 7) == 0,
	    "one that ends alike ends with it");
	riad_dns_name_parse(record.name, "WWW.example.com.", 16, NULL);
	ok(riad_dns_write(&w, &record) == 0 && w.len == 70 + 20 &&
		memcmp(out + 70, "\3WWW\300\020", 6) == 0,
	    "letters stay what they are");

	uint8_t mx[3 + RIAD_DNS_NAME] = {0, 10};
	int n = riad_dns_name_parse(mx + 2, "mail.example.com.", 17, NULL);
	memcpy(record.name, name, sizeof(name));
	record.type = RIAD_DNS_MX;
	record.data = mx;
	record.len = (uint16_t)(2 + n);
	ok(riad_dns_write(&w, &record) == 0 && w.len == 90 + 16 &&
		memcmp(out + 100, "\0\4\0\12\300\061", 6) == 0,
	    "names in RDATA of RFC 1035 have pointers");
	record.type = RIAD_DNS_SRV;
	uint8_t srv[6 + RIAD_DNS_NAME] = {0};
	memcpy(srv + 6, mx + 2, (size_t)n);
	record.data = srv;
	record.len = (uint16_t)(6 + n);
	ok(riad_dns_write(&w, &record) == 0 && w.len == 106 + 12 + 6 + 18,
	    "those of later types have none");

	record.section = RIAD_DNS_QUESTION;
	errno = 0;
	ok(riad_dns_write(&w, &record) == -1 && errno == EINVAL,
	    "no question after answers");
	record.section = RIAD_DNS_ANSWER;
	record.type = RIAD_DNS_MX;
	record.data = (const uint8_t *)"\0\12\5mail";
	record.len = 7;
	size_t len = w.len;
	errno = 0;
	ok(riad_dns_write(&w, &record) == -1 && errno == EBADMSG &&
		w.len == len,
	    "nor RDATA that is malformed");
	uint8_t copy[512];
	memcpy(copy, out, len);
	for (size_t max = 12; max < len + 16; max++) {
		w.max = max < len ? len : max;
		record.type = RIAD_DNS_A;
		record.len = 4;
		errno = 0;
		if (riad_dns_write(&w, &record) != -1 || errno != EMSGSIZE ||
		    w.len != len || memcmp(copy, out, len) != 0)
			break;
	}
	ok(w.max == len + 15 && w.len == len,
	    "nor more than there is room for");
	w.max = len + 16;
	ok(riad_dns_write(&w, &record) == 0, "but just as much");

	struct riad_dns_reader r;
	ok(read_all(&r, out, w.len) == 7, "and all of it can be read");

	/* As many names as one likes: those that are not kept have no pointers
	 * to them. */
	riad_dns_writer_init(&w, out, sizeof(out), 0, 0x8180);
	unsigned i = 0;
	for (; i < 2000; i++) {
		char text[64];
		int l = snprintf(text, sizeof(text), "n%u.x%u.example.", i, i);
		riad_dns_name_parse(record.name, text, (size_t)l, NULL);
		if (riad_dns_write(&w, &record) == -1)
			break;
	}
	ok(read_all(&r, out, w.len) == (int)i && i == 2000, "%u names", i);

	w.compress = false;
	riad_dns_writer_init(&w, out, 100, 0, 0);
	w.compress = false;
	ok(riad_dns_write_question(&w, name, 1, 1) == 0 &&
		riad_dns_write_question(&w, name, 1, 1) == 0 &&
		w.len == 12 + 2 * 21,
	    "not compressed");
}

static void
rdata(void)
{
	struct riad_dns_reader r;
	struct riad_dns_record record;
	uint8_t to[300], want[300];
	size_t len = dns_bytes(message, Q RR("#15", "#9") "#10 04 'mail' c00c");

	riad_dns_reader_init(&r, message, len);
	riad_dns_read(&r, &record);
	ok(record.section == RIAD_DNS_QUESTION && record.type == 1 &&
		record.ttl_at == 0 && record.len == 0,
	    "what a question is");
	riad_dns_read(&r, &record);
	ok(record.section == RIAD_DNS_ANSWER && record.at == 19 &&
		record.ttl_at == 25 && record.ttl == 60 && record.len == 9 &&
		memcmp(record.name, "\1a", 3) == 0,
	    "what a record is");
	size_t n = dns_bytes(want, "#10 @mail.a.");
	ok(riad_dns_rdata(to, sizeof(to), &r, &record) == (int)n &&
		memcmp(to, want, n) == 0,
	    "RDATA without pointers");
	for (size_t max = 0; max < n; max++) {
		errno = 0;
		if (riad_dns_rdata(to, max, &r, &record) != -1 ||
		    errno != EMSGSIZE)
			n = 0;
	}
	ok(n > 0, "but not where there is no room");
}

static const struct {
	const char *name, *answer, *query, *why;
	bool any_id, exact;
} answers[] = {
    {"the answer", "1234 8180 #1 #0 #0 #0 @a.b. #1 #1",
	"1234 0100 #1 #0 #0 #0 @a.b. #1 #1", NULL, false, true},
    {"other letters", "1234 8180 #1 #0 #0 #0 @A.b. #1 #1",
	"1234 0100 #1 #0 #0 #0 @a.B. #1 #1", NULL, false, false},
    {"other letters where they count", "1234 8180 #1 #0 #0 #0 @A.b. #1 #1",
	"1234 0100 #1 #0 #0 #0 @a.B. #1 #1", "question is of another name",
	false, true},
    {"another ID", "1235 8180 #1 #0 #0 #0 @a. #1 #1",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "ID is another", false, false},
    {"any ID", "0000 8180 #1 #0 #0 #0 @a. #1 #1",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", NULL, true, false},
    {"a query", "1234 0180 #1 #0 #0 #0 @a. #1 #1",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "not a response", false, false},
    {"another opcode", "1234 8980 #1 #0 #0 #0 @a. #1 #1",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "opcode is another", false, false},
    {"another name", "1234 8180 #1 #0 #0 #0 @b. #1 #1",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "question is of another name", false,
	false},
    {"a longer name", "1234 8180 #1 #0 #0 #0 @a.a. #1 #1",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "question is of another name", false,
	true},
    {"another type", "1234 8180 #1 #0 #0 #0 @a. #28 #1",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "question is of another type", false,
	false},
    {"another class", "1234 8180 #1 #0 #0 #0 @a. #1 #3",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "question is of another class",
	false, false},
    {"no question", "1234 8180 #0 #1 #0 #0 @a. #1 #1",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "not one question", false, false},
    {"two questions", "1234 8180 #2 #0 #0 #0 @a. #1 #1 @a. #1 #1",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "not one question", false, false},
    {"a question cut off", "1234 8180 #1 #0 #0 #0 @a. #1 00",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "question is malformed", false,
	false},
    {"a question that loops", "1234 8180 #1 #0 #0 #0 c00c #1 #1",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "question is malformed", false,
	false},
    {"half a header", "1234 8180 #1", "1234 0100 #1 #0 #0 #0 @a. #1 #1",
	"header is cut off", false, false},
    {"FORMERR of a header", "1234 8181 #0 #0 #0 #0",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", NULL, false, false},
    {"FORMERR of a header and OPT",
	"1234 8181 #0 #0 #0 #1 00 #41 #512 #0 #0 #0",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", NULL, false, false},
    {"NXDOMAIN of a header", "1234 8183 #0 #0 #0 #0",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "not one question", false, false},
    {"NOERROR of a header", "1234 8180 #0 #0 #0 #0",
	"1234 0100 #1 #0 #0 #0 @a. #1 #1", "not one question", false, false},
};

static void
match(void)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		uint8_t a[300], q[300];
		size_t n = dns_bytes(a, answers[i].answer);
		size_t m = dns_bytes(q, answers[i].query);
		uint8_t *x = exact_copy(a, n), *y = exact_copy(q, m);
		const char *why = riad_dns_answers(
		    x, n, y, m, answers[i].any_id, answers[i].exact);

		ok(answers[i].why == NULL
			? why == NULL
			: why != NULL && strcmp(why, answers[i].why) == 0,
		    "%s: %s", answers[i].name, why ? why : "taken");
		free(x);
		free(y);
	}
}

int
main(void)
{
	refuse();
	accept();
	cut();
	pointers();
	write_back();
	rdata();
	match();
	return tap_done();
}
