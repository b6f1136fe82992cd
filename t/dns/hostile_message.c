/* SPDX-License-Identifier: ISC */
/* Messages that are none, or not the answer; and odd ones that are. */

#include <string.h>

#include "hostile.h"

enum {
	A = 1,
	NS = 2,
	CNAME = 5,
	SOA = 6,
	PTR = 12,
	HINFO = 13,
	MX = 15,
	TXT = 16,
	AAAA = 28,
	LOC = 29,
	SRV = 33,
	NAPTR = 35,
	DNAME = 39,
	OPT = 41,
	DS = 43,
	SSHFP = 44,
	RRSIG = 46,
	NSEC = 47,
	DNSKEY = 48,
	NSEC3 = 50,
	NSEC3PARAM = 51,
	TLSA = 52,
	SVCB = 64,
	HTTPS = 65,
	TSIG = 250,
	URI = 256,
	CAA = 257
};

/* Counts in the header. */
enum { QUESTIONS = 4, ANSWERS = 6, AUTHORITY = 8, ADDITIONAL = 10 };

void
add(struct msg *m, const void *data, size_t len)
{
	if (len > sizeof(m->data) - m->len)
		len = sizeof(m->data) - m->len;
	if (len != 0)
		memcpy(m->data + m->len, data, len);
	m->len += len;
}

void
add16(struct msg *m, unsigned value)
{
	const uint8_t b[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	add(m, b, 2);
}

static void
count(struct msg *m, size_t where, int more)
{
	int n = (m->data[where] << 8 | m->data[where + 1]) + more;

	m->data[where] = (uint8_t)(n >> 8);
	m->data[where + 1] = (uint8_t)n;
}

/* All of a record behind the owner. */
static void
add_rest(
    struct msg *m, unsigned type, uint32_t ttl, const void *data, size_t len)
{
	add16(m, type);
	add16(m, 1);
	add16(m, ttl >> 16);
	add16(m, ttl & 0xffff);
	add16(m, (unsigned)len);
	add(m, data, len);
}

/* Of the name that was asked for. */
void
add_record(
    struct msg *m, unsigned type, uint32_t ttl, const void *data, size_t len)
{
	add16(m, 0xc00c);
	add_rest(m, type, ttl, data, len);
}

static void
answer(struct msg *m, unsigned type, const void *data, size_t len)
{
	add_record(m, type, 300, data, len);
	count(m, ANSWERS, 1);
}

/* Where the question ends: the query is a client's, and right. */
static size_t
question_end(const struct peer *peer)
{
	size_t at = 12;

	while (at < peer->query_len && peer->query[at] != 0)
		at += peer->query[at] + 1u;
	at += 5;
	return at <= peer->query_len ? at : peer->query_len;
}

/* Header and question. */
static void
begin(struct peer *peer, struct msg *m)
{
	static const uint8_t counts[8] = {0, 1};

	m->len = 0;
	add(m, peer->query, 2);
	add16(m, 0x8180);
	add(m, counts, sizeof(counts));
	add(m, peer->query + 12, question_end(peer) - 12);
}

static void
add_address(struct msg *m)
{
	answer(m, A, "\300\0\2\1", 4);
}

void
good_message(struct peer *peer, struct msg *m)
{
	begin(peer, m);
	add_address(m);
}

/* Filled with TXT to just that size. */
void
big_message(struct peer *peer, struct msg *m, size_t size)
{
	uint8_t text[256];

	good_message(peer, m);
	text[0] = 255;
	memset(text + 1, 'x', 255);
	while (m->len < size) {
		size_t left = size - m->len - 12; /* with room for a head */
		size_t n = left < 256 ? left : 256;
		if (left > 256 && left - 256 < 14)
			n = left - 14;
		text[0] = (uint8_t)(n - 1);
		answer(m, TXT, text, n);
	}
}

/* A record, and then whatever is said of it is wrong. */
static void
cut_tail(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	m->len -= peer->kind->number;
}

static void
only(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	m->len = peer->kind->number;
}

/* Bytes of the header: at the place, these. */
static void
poke(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	memcpy(m->data + peer->kind->number, peer->kind->arg.data,
	    peer->kind->arg.len);
}

static void
wrong_id(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	m->data[1] ^= 1;
}

static void
wrong_name(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	m->data[13] ^= 1;
}

static void
longer_name(struct peer *peer, struct msg *m)
{
	begin(peer, m);
	memmove(m->data + 14, m->data + 12, m->len - 12);
	memcpy(m->data + 12, "\1x", 2);
	m->len += 2;
	add_address(m);
}

static void
other_case(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	for (size_t i = 13; i < question_end(peer) - 5; i++)
		if (m->data[i] >= 'a' && m->data[i] <= 'z')
			m->data[i] ^= 0x20;
}

static void
wrong_type(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	m->data[question_end(peer) - 3] ^= 1;
}

static void
wrong_class(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	m->data[question_end(peer) - 1] ^= 2;
}

static void
no_question(struct peer *peer, struct msg *m)
{
	static const uint8_t record[] =
	    "\1x\4test\0\0\1\0\1\0\0\0\1\0\4\300\0\2\1";

	begin(peer, m);
	m->len = 12;
	m->data[QUESTIONS + 1] = 0;
	add(m, record, sizeof(record) - 1);
	count(m, ANSWERS, 1);
}

static void
two_questions(struct peer *peer, struct msg *m)
{
	begin(peer, m);
	add(m, peer->query + 12, question_end(peer) - 12);
	m->data[QUESTIONS + 1] = 2;
	add_address(m);
}

static void
echo(struct peer *peer, struct msg *m)
{
	m->len = 0;
	add(m, peer->query, peer->query_len);
}

static void
trailing(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	add(m, peer->kind->arg.data, peer->kind->arg.len);
}

static void
noise(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	for (size_t i = question_end(peer); i < 60000; i++)
		m->data[i] = (uint8_t)(i * 151 ^ i >> 7);
	m->len = 60000;
	count(m, ANSWERS, 999);
}

/* The same with the id of the question, and nothing else right. */
static void
all_ones(struct peer *peer, struct msg *m)
{
	m->len = 0;
	add(m, peer->query, 2);
	memset(m->data + 2, 0xff, 4000);
	m->len = 4002;
}

/* The arg is the owner of an address record, as it is on the wire. */
static void
owner(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	add(m, peer->kind->arg.data, peer->kind->arg.len);
	add_rest(m, A, 300, "\300\0\2\2", 4);
	count(m, ANSWERS, 1);
}

/* A name that is a pointer to a place after what is said, in the arg. */
static void
loop_to_itself(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	add16(m, 0xc000 | (unsigned)m->len);
	add_rest(m, A, 300, "\300\0\2\2", 4);
	count(m, ANSWERS, 1);
}

static void
loop_of_two(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	add16(m, 0xc002 | (unsigned)m->len);
	add16(m, 0xc000 | (unsigned)(m->len - 2));
	count(m, ANSWERS, 1);
}

static void
loop_with_label(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	unsigned at = (unsigned)m->len;
	add(m, "\1a", 2);
	add16(m, 0xc000 | at);
	add_rest(m, A, 300, "\300\0\2\2", 4);
	count(m, ANSWERS, 1);
}

static void
loop_in_data(struct peer *peer, struct msg *m)
{
	uint8_t target[2];

	good_message(peer, m);
	target[0] = (uint8_t)(0xc0 | (m->len + 12) >> 8);
	target[1] = (uint8_t)(m->len + 12);
	answer(m, CNAME, target, 2);
}

static void
loop_in_question(struct peer *peer, struct msg *m)
{
	begin(peer, m);
	m->len = 12;
	add16(m, 0xc00c);
	add16(m, A);
	add16(m, 1);
	answer(m, A, "\300\0\2\1", 4);
}

static void
forward(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	add16(m, 0xc000 | (unsigned)(m->len + 16));
	add_rest(m, A, 300, "\300\0\2\2", 4);
	add(m, "\1a\0", 3);
	count(m, ANSWERS, 1);
}

/* More than 255 octets: labels, and the last of them by a pointer. */
static void
long_name(struct peer *peer, struct msg *m)
{
	uint8_t label[64];

	good_message(peer, m);
	label[0] = 63;
	memset(label + 1, 'l', 63);
	for (int i = 0; i < 4; i++)
		add(m, label, sizeof(label));
	if (peer->kind->number == 0)
		add(m, "", 1);
	else
		add16(m, 0xc00c);
	add_rest(m, A, 300, "\300\0\2\2", 4);
	count(m, ANSWERS, 1);
}

/* Each name is a label and a pointer to the one before: they grow too long. */
static void
growing(struct peer *peer, struct msg *m)
{
	unsigned before = 12;

	good_message(peer, m);
	for (unsigned i = 0; i < peer->kind->number; i++) {
		unsigned at = (unsigned)m->len;
		add(m, "\3abc", 4);
		add16(m, 0xc000 | before);
		add_rest(m, A, 300, "\300\0\2\2", 4);
		count(m, ANSWERS, 1);
		before = at;
	}
}

/* 100 pointers one after the other; each goes back, as it must. */
static void
pointers(struct peer *peer, struct msg *m)
{
	uint8_t chain[400];
	unsigned n = peer->kind->number;

	good_message(peer, m);
	unsigned at = (unsigned)m->len + 12;
	chain[0] = 0xc0;
	chain[1] = 12;
	for (unsigned i = 1; i < n; i++) {
		chain[2 * i] = (uint8_t)(0xc0 | (at + 2 * (i - 1)) >> 8);
		chain[2 * i + 1] = (uint8_t)(at + 2 * (i - 1));
	}
	/* In the data of a record of a type that nobody knows. */
	answer(m, 65280, chain, 2 * (size_t)n);
	add16(m, 0xc000 | (at + 2 * (n - 1)));
	add_rest(m, A, 300, "\300\0\2\2", 4);
	count(m, ANSWERS, 1);
}

/* One record of the type `number` with the arg for its data. */
static void
record(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	answer(
	    m, peer->kind->number, peer->kind->arg.data, peer->kind->arg.len);
}

/* Its length says more than there is. */
static void
long_record(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	m->data[m->len - 5] = (uint8_t)peer->kind->number;
	m->data[m->len - 6] = (uint8_t)(peer->kind->number >> 8);
}

static void
edns(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	add(m, "", 1);
	add16(m, OPT);
	add16(m, 1232);
	add(m, "\0\0\0\0", 4);
	add16(m, (unsigned)peer->kind->arg.len);
	add(m, peer->kind->arg.data, peer->kind->arg.len);
	count(m, ADDITIONAL, 1);
}

static void
two_opts(struct peer *peer, struct msg *m)
{
	edns(peer, m);
	add(m, "\0\0\51\4\320\0\0\0\0\0\0", 11);
	count(m, ADDITIONAL, 1);
}

static void
opt_with_owner(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	add(m, "\1a\0\0\51\4\320\0\0\0\0\0\0", 13);
	count(m, ADDITIONAL, 1);
}

static void
many_records(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	for (unsigned i = 0; i < 4000; i++) {
		const uint8_t data[4] = {10, 0, (uint8_t)(i >> 8), (uint8_t)i};
		answer(m, A, data, 4);
	}
}

/* The target of CNAME, and an address for it: names are shown as they are. */
static void
alias(struct peer *peer, struct msg *m)
{
	begin(peer, m);
	unsigned at = (unsigned)m->len + 12;
	answer(m, CNAME, peer->kind->arg.data, peer->kind->arg.len);
	add16(m, 0xc000 | at);
	add_rest(m, A, 300, "\300\0\2\1", 4);
	count(m, ANSWERS, 1);
}

static void
alias_loop(struct peer *peer, struct msg *m)
{
	good_message(peer, m);
	answer(m, CNAME, "\300\14", 2);
}

static void
large_ttl(struct peer *peer, struct msg *m)
{
	begin(peer, m);
	add_record(m, A, 0xffffffff, "\300\0\2\1", 4);
	count(m, ANSWERS, 1);
}

static void
largest(struct peer *peer, struct msg *m)
{
	big_message(peer, m, 65535);
}

#define MESSAGE(NAME, CLASS, MAKE)                                             \
	.name = (NAME), .class = (CLASS), .serve = h2_message, .make = (MAKE)
#define RECORD(NAME, CLASS, TYPE, DATA)                                        \
	{                                                                      \
		MESSAGE(NAME, CLASS, record), .number = (TYPE),                \
					      .arg = BYTES(DATA)               \
	}
#define POKE(NAME, CLASS, AT, DATA)                                            \
	{                                                                      \
		MESSAGE(NAME, CLASS, poke), .number = (AT), .arg = BYTES(DATA) \
	}
#define WITH(NAME, CLASS, MAKE, DATA)                                          \
	{                                                                      \
		MESSAGE(NAME, CLASS, MAKE), .arg = BYTES(DATA)                 \
	}
#define NUMBER(NAME, CLASS, MAKE, N)                                           \
	{                                                                      \
		MESSAGE(NAME, CLASS, MAKE), .number = (N)                      \
	}

/* What a terminal would obey, and what would end a line or a string. */
#define ESCAPES                                                                \
	"\33]0;owned\7\33[2J\33[31m\r\n\t\b\0\"'\\;$(id)`id`\x9b\x31m\x7f\xff" \
	"\xe2\x80\xa8"

const struct kind message_kinds[] = {
    /* Right, if odd. */
    {MESSAGE("good", GOOD, good_message)},
    {MESSAGE("question-case", GOOD, other_case)},
    {MESSAGE("largest", GOOD, largest)},
    {MESSAGE("ttl-large", GOOD, large_ttl)},
    {MESSAGE("many-records", GOOD, many_records)},
    {MESSAGE("alias-loop", GOOD, alias_loop)},
    RECORD("type-unknown", GOOD, 65280, "\0\1\2"),
    RECORD("type-unknown-empty", GOOD, 65280, ""),
    RECORD("txt-empty-string", GOOD, TXT, "\0"),
    RECORD("svcb-alias", GOOD, SVCB, "\0\0\1a\4test\0"),
    RECORD("srv-compressed", GOOD, SRV, "\0\1\0\2\0\3\300\14"),
    RECORD("caa-unknown-tag", GOOD, CAA, "\0\1x"),
    WITH("owner-other", GOOD, owner, "\5other\4test\0"),
    WITH("owner-root", GOOD, owner, "\0"),
    WITH("edns", GOOD, edns, ""),
    WITH("edns-option", GOOD, edns, "\0\12\0\10abcdefgh"),
    WITH("edns-unknown", GOOD, edns, "\377\376\0\3abc"),
    WITH("edns-error", GOOD, edns, "\0\17\0\5\0\26abc"),
    POKE("server-failure", ANY, 2, "\x81\x82"),
    POKE("no-such-name", ANY, 2, "\x81\x83"),
    POKE("code-unknown", ANY, 2, "\x81\x8e"),
    POKE("truncated-flag", ANY, 2, "\x83\x80"),
    POKE("reserved-bit", GOOD, 2, "\x81\xc0"),

    /* For terminals, JSON, shells. */
    WITH("escapes-owner", GOOD, owner, "\55" ESCAPES "\4test\0"),
    WITH("escapes-alias", GOOD, alias, "\55" ESCAPES "\4test\0"),
    RECORD("escapes-txt", GOOD, TXT, "\55" ESCAPES),
    RECORD("escapes-hinfo", GOOD, HINFO, "\55" ESCAPES "\55" ESCAPES),
    RECORD("escapes-caa", GOOD, CAA, "\0\5issue" ESCAPES),
    RECORD("escapes-caa-tag", ANY, CAA, "\0\3\33[mx"),
    RECORD("escapes-naptr", GOOD, NAPTR,
	"\0\1\0\2\55" ESCAPES "\55" ESCAPES "\55" ESCAPES "\0"),
    RECORD("escapes-uri", GOOD, URI, "\0\1\0\2" ESCAPES),
    RECORD("escapes-mx", GOOD, MX, "\0\1\55" ESCAPES "\0"),
    RECORD("escapes-soa", GOOD, SOA,
	"\55" ESCAPES "\0\55" ESCAPES
	"\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"),
    RECORD("escapes-svcb-alpn", ANY, SVCB, "\0\1\0\0\1\0\56\55" ESCAPES),
    RECORD("escapes-svcb-path", ANY, SVCB, "\0\1\0\0\7\0\55" ESCAPES),
    RECORD("escapes-svcb-unknown", GOOD, SVCB, "\0\1\0\375\350\0\55" ESCAPES),
    RECORD("escapes-unknown", GOOD, 65280, ESCAPES),
    WITH("escapes-edns-error", GOOD, edns, "\0\17\0\57\0\26" ESCAPES),
    WITH("escapes-nsid", GOOD, edns, "\0\3\0\55" ESCAPES),
    WITH("escapes-edns-unknown", GOOD, edns, "\377\376\0\55" ESCAPES),

    /* Not the answer. */
    {MESSAGE("wrong-id", MALFORMED, wrong_id)},
    {MESSAGE("wrong-name", MALFORMED, wrong_name)},
    {MESSAGE("wrong-name-longer", MALFORMED, longer_name)},
    {MESSAGE("wrong-type", MALFORMED, wrong_type)},
    {MESSAGE("wrong-class", MALFORMED, wrong_class)},
    {MESSAGE("no-question", MALFORMED, no_question)},
    {MESSAGE("two-questions", MALFORMED, two_questions)},
    {MESSAGE("echo", MALFORMED, echo)},
    POKE("not-a-response", MALFORMED, 2, "\x01\x80"),
    POKE("opcode", MALFORMED, 2, "\x91\x80"),
    POKE("opcode-update", MALFORMED, 2, "\xa9\x80"),

    /* No message. */
    NUMBER("empty", MALFORMED, only, 0),
    NUMBER("one-byte", MALFORMED, only, 1),
    NUMBER("only-id", MALFORMED, only, 2),
    NUMBER("eleven-bytes", MALFORMED, only, 11),
    NUMBER("only-header", MALFORMED, only, 12),
    NUMBER("in-question", MALFORMED, only, 14),
    NUMBER("without-rdata", MALFORMED, cut_tail, 4),
    NUMBER("in-rdata", MALFORMED, cut_tail, 1),
    NUMBER("in-length", MALFORMED, cut_tail, 5),
    NUMBER("in-ttl", MALFORMED, cut_tail, 8),
    NUMBER("in-type", MALFORMED, cut_tail, 13),
    NUMBER("in-owner", MALFORMED, cut_tail, 15),
    NUMBER("without-answer", MALFORMED, cut_tail, 16),
    POKE("answers-more", MALFORMED, ANSWERS, "\0\2"),
    POKE("answers-65535", MALFORMED, ANSWERS, "\377\377"),
    POKE("answers-less", MALFORMED, ANSWERS, "\0\0"),
    POKE("authority-more", MALFORMED, AUTHORITY, "\0\1"),
    POKE("authority-65535", MALFORMED, AUTHORITY, "\377\377"),
    POKE("additional-more", MALFORMED, ADDITIONAL, "\0\1"),
    POKE("additional-65535", MALFORMED, ADDITIONAL, "\377\377"),
    POKE("questions-65535", MALFORMED, QUESTIONS, "\377\377"),
    WITH("trailing-zero", MALFORMED, trailing, "\0"),
    WITH("trailing-text", MALFORMED, trailing, "<html>\33[2J</html>"),
    {MESSAGE("noise", MALFORMED, noise)},
    {MESSAGE("ones", MALFORMED, all_ones)},

    /* Names. */
    {MESSAGE("loop-to-itself", MALFORMED, loop_to_itself)},
    {MESSAGE("loop-of-two", MALFORMED, loop_of_two)},
    {MESSAGE("loop-with-label", MALFORMED, loop_with_label)},
    {MESSAGE("loop-in-data", MALFORMED, loop_in_data)},
    {MESSAGE("loop-in-question", MALFORMED, loop_in_question)},
    {MESSAGE("pointer-forward", MALFORMED, forward)},
    WITH("pointer-beyond", MALFORMED, owner, "\377\377"),
    WITH("pointer-to-header", MALFORMED, owner, "\300\4"),
    WITH("pointer-half", MALFORMED, owner, "\300"),
    NUMBER("pointers-100", ANY, pointers, 100),
    NUMBER("pointers-150", ANY, pointers, 150),
    NUMBER("name-too-long", MALFORMED, long_name, 0),
    NUMBER("name-too-long-pointer", MALFORMED, long_name, 1),
    NUMBER("names-growing", GOOD, growing, 50),
    NUMBER("names-growing-too-long", MALFORMED, growing, 100),
    WITH("label-type-1", MALFORMED, owner, "\101a\0"),
    WITH("label-type-2", MALFORMED, owner, "\201a\0"),
    WITH("label-beyond", MALFORMED, owner, "\77a"),

    /* Data. */
    NUMBER("length-5", MALFORMED, long_record, 5),
    NUMBER("length-65535", MALFORMED, long_record, 65535),
    NUMBER("length-0", MALFORMED, long_record, 0),
    NUMBER("length-3", MALFORMED, long_record, 3),
    RECORD("a-3", MALFORMED, A, "\300\0\2"),
    RECORD("a-5", MALFORMED, A, "\300\0\2\1\0"),
    RECORD("a-empty", MALFORMED, A, ""),
    RECORD("aaaa-15", MALFORMED, AAAA, "123456789012345"),
    RECORD("aaaa-17", MALFORMED, AAAA, "12345678901234567"),
    RECORD("ns-empty", MALFORMED, NS, ""),
    RECORD("ns-more", MALFORMED, NS, "\1a\0x"),
    RECORD("cname-cut", MALFORMED, CNAME, "\5a"),
    RECORD("ptr-label-type", MALFORMED, PTR, "\100"),
    RECORD("dname-more", MALFORMED, DNAME, "\1a\0\0"),
    RECORD("soa-short", MALFORMED, SOA, "\0\0\0\0\0\1"),
    RECORD("soa-long", MALFORMED, SOA,
	"\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0"),
    RECORD("mx-1", MALFORMED, MX, "\0"),
    RECORD("mx-without-name", MALFORMED, MX, "\0\1"),
    RECORD("mx-more", MALFORMED, MX, "\0\1\0x"),
    RECORD("hinfo-one", MALFORMED, HINFO, "\1a"),
    RECORD("hinfo-beyond", MALFORMED, HINFO, "\1a\5b"),
    RECORD("txt-empty", ANY, TXT, ""),
    RECORD("txt-beyond", MALFORMED, TXT, "\5abc"),
    RECORD("loc-short", MALFORMED, LOC, "\0\0\0\0"),
    RECORD("loc-version", ANY, LOC, "\1\0\0\0aaaabbbbcccc"),
    RECORD("srv-5", MALFORMED, SRV, "\0\0\0\0\0"),
    RECORD("srv-without-name", MALFORMED, SRV, "\0\0\0\0\0\0"),
    RECORD("naptr-cut", MALFORMED, NAPTR, "\0\0\0\0\1"),
    RECORD("naptr-without-name", MALFORMED, NAPTR, "\0\0\0\0\0\0\0"),
    RECORD("ds-short", MALFORMED, DS, "\0\1\10"),
    RECORD("sshfp-short", MALFORMED, SSHFP, "\1"),
    RECORD("rrsig-short", MALFORMED, RRSIG, "\0\1\10\2\0\0\0"),
    RECORD("rrsig-name-beyond", MALFORMED, RRSIG,
	"\0\1\10\2\0\0\0\1\0\0\0\1\0\0\0\1\0\1\77a"),
    RECORD("nsec-empty-window", MALFORMED, NSEC, "\0\0\0"),
    RECORD("nsec-long-window", MALFORMED, NSEC,
	"\0\0\41"
	"123456789012345678901234567890123"),
    RECORD("nsec-window-order", MALFORMED, NSEC, "\0\1\1\100\0\1\100"),
    RECORD("nsec-window-beyond", MALFORMED, NSEC, "\0\0\4\100"),
    RECORD("dnskey-short", MALFORMED, DNSKEY, "\1\1\3"),
    RECORD("nsec3-salt-beyond", MALFORMED, NSEC3, "\1\0\0\1\10ab"),
    RECORD("nsec3-hash-beyond", MALFORMED, NSEC3, "\1\0\0\1\0\24ab"),
    RECORD("nsec3param-beyond", MALFORMED, NSEC3PARAM, "\1\0\0\1\10ab"),
    RECORD("tlsa-short", MALFORMED, TLSA, "\3\1"),
    RECORD("svcb-short", MALFORMED, SVCB, "\0"),
    RECORD("svcb-key-half", MALFORMED, SVCB, "\0\1\0\0"),
    RECORD("svcb-value-beyond", MALFORMED, SVCB, "\0\1\0\0\3\0\5\1\273"),
    RECORD("svcb-order", MALFORMED, HTTPS,
	"\0\1\0\0\4\0\4\300\0\2\1\0\3\0\2\1\273"),
    RECORD(
	"svcb-twice", MALFORMED, HTTPS, "\0\1\0\0\3\0\2\1\273\0\3\0\2\1\273"),
    RECORD("svcb-port-3", MALFORMED, HTTPS, "\0\1\0\0\3\0\3\1\273\0"),
    RECORD("svcb-hint-5", MALFORMED, HTTPS, "\0\1\0\0\4\0\5\300\0\2\1\0"),
    RECORD("svcb-alpn-beyond", MALFORMED, HTTPS, "\0\1\0\0\1\0\3\5h2"),
    RECORD("uri-short", MALFORMED, URI, "\0\1\0"),
    RECORD("caa-short", MALFORMED, CAA, "\0"),
    RECORD("caa-tag-beyond", MALFORMED, CAA, "\0\11issue"),
    RECORD("tsig-short", ANY, TSIG, "\0"),
    RECORD("opt-in-answer", MALFORMED, OPT, ""),
    {MESSAGE("two-opts", MALFORMED, two_opts)},
    {MESSAGE("opt-with-owner", MALFORMED, opt_with_owner)},
    WITH("edns-option-beyond", MALFORMED, edns, "\0\12\0\10abc"),
    WITH("edns-option-half", MALFORMED, edns, "\0\12\0"),
    WITH("edns-error-short", ANY, edns, "\0\17\0\1x"),
    WITH("edns-cookie-short", ANY, edns, "\0\12\0\3abc"),
    WITH("edns-subnet-wrong", ANY, edns, "\0\10\0\4\0\1\50\0"),
    {.name = NULL},
};

void
kind_message(struct peer *peer, struct msg *m)
{
	if (peer->kind->make != NULL)
		peer->kind->make(peer, m);
	else
		good_message(peer, m);
}
