/* SPDX-License-Identifier: ISC */
/*
 * A query that has a key is one that the full reader takes, with that question
 * and that OPT; and one that the reader takes has a key, unless it is of those
 * that are refused for what they ask.
 */

#include <stdlib.h>
#include <string.h>

#include "riad/dnsedns.h"
#include "riad/dnskey.h"
#include "riad/dnsmsg.h"
#include "riad/dnsrr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
	if (!good)
		abort();
}

struct found {
	bool whole, plain, opt, options;
	struct riad_dns_record question;
	struct riad_dns_edns edns;
};

static struct found
read_all(const uint8_t *data, size_t size)
{
	struct found f = {.options = true};
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	int r;

	if (riad_dns_reader_init(&reader, data, size) == -1)
		return f;
	while ((r = riad_dns_read(&reader, &record)) == 1) {
		if (record.section == RIAD_DNS_QUESTION) {
			f.question = record;
			f.plain =
			    reader.at == RIAD_DNS_HEADER + 4 +
					     riad_dns_name_len(record.name);
		} else if (record.type == RIAD_DNS_OPT) {
			f.opt = true;
			/* A pointer to the root will not do for it. */
			f.options = data[record.at] == 0 &&
				    riad_dns_edns(&f.edns, &record) == 0;
		}
	}
	f.whole = r == 0 && reader.count[RIAD_DNS_QUESTION] == 1 &&
		  reader.count[RIAD_DNS_ANSWER] == 0 &&
		  reader.count[RIAD_DNS_AUTHORITY] == 0 &&
		  (reader.flags & (RIAD_DNS_QR | RIAD_DNS_OPCODE)) == 0;
	return f;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct riad_siphash_key secret = {{1, 2}};
	struct riad_dns_key key, same;
	int rcode = 99;

	if (size > 4096)
		return 0;
	int r = riad_dns_key(&key, &rcode, &secret, data, size);
	struct found f = read_all(data, size);
	if (r == -1) {
		check(rcode == -1 || rcode == RIAD_DNS_FORMERR ||
		      rcode == RIAD_DNS_NOTIMP || rcode == RIAD_DNS_BADVERS);
		check(rcode != RIAD_DNS_BADVERS || f.whole);
		check(rcode != RIAD_DNS_FORMERR || !f.whole || !f.plain ||
		      !f.options || key.type == RIAD_DNS_OPT);
		return 0;
	}
	check(f.whole && f.plain);
	check(riad_dns_name_same(key.name, f.question.name));
	check(key.type == f.question.type && key.class == f.question.class);
	check(key.edns.present == f.opt);
	if (f.opt) {
		check(f.options && key.edns.dnssec == f.edns.dnssec &&
		      key.edns.size == f.edns.size &&
		      key.edns.version == f.edns.version);
		struct riad_dns_opt opt;
		size_t at = 0;
		bool cookie = false;
		while (!cookie && riad_dns_edns_next(&opt, &f.edns, &at) == 1)
			cookie = opt.code == RIAD_DNS_COOKIE;
		check(cookie == key.edns.cookie);
		check(!cookie || (data + key.edns.cookie_at == opt.data &&
				     key.edns.cookie_len == opt.len));
	}
	riad_dns_key_make(&same, &secret, f.question.name, key.type, key.class,
	    (key.edns.dnssec ? RIAD_DNS_KEY_DO : 0u) |
		(key.cd ? RIAD_DNS_KEY_CD : 0u));
	check(same.hash == key.hash && same.len == key.len &&
	      memcmp(same.name, key.name, key.len) == 0);
	return 0;
}
