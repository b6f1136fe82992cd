/* SPDX-License-Identifier: ISC */

#include "riad/dnskey.h"

#include <errno.h>

#include "dnsmake.h"
#include "tap.h"

static const struct riad_siphash_key secret = {{1, 2}};
static struct riad_dns_key key, other;
static int rcode;

static int
take(const struct msg *m)
{
	/* Of its exact size, so that a sanitizer sees one byte too many. */
	uint8_t *copy = malloc(m->len + !m->len);

	if (copy == NULL)
		abort();
	memcpy(copy, m->data, m->len);
	rcode = 99;
	errno = 0;
	int r = riad_dns_key(&key, &rcode, &secret, copy, m->len);
	free(copy);
	return r;
}

static void
asked(struct msg *m, const char *name, unsigned type)
{
	begin(m, 0x1234, 0x0100);
	question(m, name, type);
}

static void
test_key(void)
{
	struct msg m;

	asked(&m, "WWW.Riad.TEST", 1);
	ok(take(&m) == 0 && key.name_len == 15 && key.len == 20 &&
		key.type == 1 && key.class == 1 && key.question_end == m.len &&
		memcmp(key.name, "\3www\4riad\4test\0\0\1\0\1\0", 20) == 0,
	    "name in lower case, type, class, flags");
	ok(!key.edns.present && !key.cd, "without EDNS");

	other = key;
	asked(&m, "www.riad.test", 1);
	ok(take(&m) == 0 && key.hash == other.hash, "letters do not matter");
	asked(&m, "www.riad.test", 28);
	ok(take(&m) == 0 && key.hash != other.hash, "the type does");
	asked(&m, "@[`{.x", 1);
	memcpy(m.data + 13, "@[`{", 4);
	ok(take(&m) == 0 && memcmp(key.name, "\4@[`{\1x", 8) == 0,
	    "what is beside letters stays");
	asked(&m, "\xc1\xda\xe1Z.x", 1);
	ok(take(&m) == 0 && memcmp(key.name, "\4\xc1\xda\xe1z\1x", 8) == 0,
	    "as do bytes above ASCII");
	asked(&m, "", 2);
	ok(take(&m) == 0 && key.name_len == 1 && key.len == 6, "the root");

	/* 127 labels of a byte each, or one of them of two. */
	char text[256];
	for (size_t i = 0; i < 127; i++)
		memcpy(text + 2 * i, "a.", 3);
	asked(&m, text, 1);
	ok(take(&m) == 0 && key.name_len == 255, "127 labels");
	memmove(text + 1, text, 254);
	text[255] = '\0';
	asked(&m, text, 1);
	ok(take(&m) == -1 && errno == EBADMSG && rcode == 1, "256 bytes");

	riad_dns_key_make(&other, &secret, (const uint8_t *)"\3WWW\1x", 1, 1,
	    RIAD_DNS_KEY_DO | RIAD_DNS_KEY_CD);
	asked(&m, "www.x", 1);
	m.data[3] = 0x10;
	opt(&m, 1232, 0, 0x8000, "", 0);
	ok(take(&m) == 0 && key.hash == other.hash && key.len == other.len &&
		memcmp(key.name, other.name, key.len) == 0,
	    "the same of a question alone");
}

static void
test_edns(void)
{
	struct msg m;

	asked(&m, "a", 1);
	opt(&m, 4096, 0, 0, "", 0);
	ok(take(&m) == 0 && key.edns.present && !key.edns.dnssec &&
		key.edns.size == 4096 && key.edns.at == 19 && !key.edns.cookie,
	    "EDNS");
	other = key;
	asked(&m, "a", 1);
	opt(&m, 512, 0, 0x8000, "\0\3\0\0\0\12\0\10abcdefgh", 16);
	ok(take(&m) == 0 && key.edns.dnssec && key.hash != other.hash,
	    "DO is another question");
	ok(key.edns.cookie && key.edns.cookie_len == 8 &&
		memcmp(m.data + key.edns.cookie_at, "abcdefgh", 8) == 0,
	    "a cookie after NSID");
	asked(&m, "a", 1);
	m.data[3] = 0x10;
	ok(take(&m) == 0 && key.cd && key.hash != other.hash, "so is CD");
	asked(&m, "a", 1);
	opt(&m, 512, 0, 0, "\0\12\0\10abcdefgh", 11);
	ok(take(&m) == -1 && rcode == 1, "an option cut off");
	asked(&m, "a", 1);
	opt(&m, 512, 0, 0, "\0\12\0", 3);
	ok(take(&m) == -1 && rcode == 1, "and its head");
	asked(&m, "a", 1);
	opt(&m, 512, 0, 0, "", 0);
	m.data[m.len - 1] = 1;
	ok(take(&m) == -1 && rcode == 1, "OPT longer than the query");
	asked(&m, "a", 1);
	opt(&m, 512, 0x0100, 0, "", 0);
	ok(take(&m) == 0 && key.edns.version == 0, "bits of an RCODE");
	asked(&m, "a", 1);
	opt(&m, 512, 1, 0, "", 0);
	ok(take(&m) == -1 && rcode == 16 && key.edns.present &&
		key.question_end == 19,
	    "a version to come: BADVERS");
	asked(&m, "a", 1);
	opt(&m, 512, 0, 0, "", 0);
	opt(&m, 512, 0, 0, "", 0);
	ok(take(&m) == -1 && rcode == 1, "OPT twice");
	asked(&m, "a", 1);
	record(&m, 3, "b", 1, 5, "abcd", 4);
	opt(&m, 512, 0, 0x8000, "", 0);
	ok(take(&m) == 0 && key.edns.dnssec && key.edns.at == m.len - 11,
	    "OPT after another record");
	asked(&m, "a", 1);
	record(&m, 3, "b", 1, 5, "abc", 3);
	ok(take(&m) == -1 && rcode == 1, "a malformed record");
	asked(&m, "a", 1);
	put_name(&m, "b");
	m.len--;
	ok(take(&m) == -1 && rcode == 1, "bytes after the question");
	asked(&m, "a", 1);
	opt(&m, 512, 0, 0, "", 0);
	put16(&m, 0);
	ok(take(&m) == -1 && rcode == 1, "and after OPT");
}

static void
test_refused(void)
{
	struct msg m;

	asked(&m, "a", 1);
	m.len = 11;
	ok(take(&m) == -1 && errno == EBADMSG && rcode == -1,
	    "less than a header: no answer");
	asked(&m, "a", 1);
	m.data[2] |= 0x80;
	ok(take(&m) == -1 && rcode == -1, "an answer: no answer");
	asked(&m, "a", 1);
	m.data[2] |= 0x28;
	ok(take(&m) == -1 && rcode == 4, "another opcode: NOTIMP");
	asked(&m, "a", 1);
	question(&m, "b", 1);
	ok(take(&m) == -1 && rcode == 1, "two questions: FORMERR");
	begin(&m, 1, 0);
	ok(take(&m) == -1 && rcode == 1, "none");
	asked(&m, "a", 1);
	record(&m, 1, "a", 1, 5, "abcd", 4);
	ok(take(&m) == -1 && rcode == 1, "an answer in a query");
	asked(&m, "@", 1);
	ok(take(&m) == -1 && rcode == 1, "a pointer for a name");
	asked(&m, "a", 252);
	ok(take(&m) == -1 && rcode == 4 && key.question_end == m.len,
	    "a transfer: NOTIMP");
	asked(&m, "a", 41);
	ok(take(&m) == -1 && rcode == 1, "OPT for a question");
	asked(&m, "a", 255);
	ok(take(&m) == 0, "ANY is a question");

	asked(&m, "abc.de", 1);
	bool all = true;
	for (size_t len = 12; len < 24; len++) {
		m.len = len;
		all &= take(&m) == -1 && rcode == 1;
	}
	ok(all, "cut off anywhere");
}

int
main(void)
{
	test_key();
	test_edns();
	test_refused();
	return tap_done();
}
