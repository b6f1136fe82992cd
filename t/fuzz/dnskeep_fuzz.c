/* SPDX-License-Identifier: ISC */
/*
 * A query, after its length in two bytes, and an answer.  What is kept of it is
 * found, is a message that the reader takes, of the query's question, with TTLs
 * in their bounds and no OPT; kept again, it is the same if the query was in
 * lower case.
 */

#include <stdlib.h>
#include <string.h>

#include "riad/dnscache.h"
#include "riad/dnsrr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1800000000, MAX_TTL = 86400 };

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
check_answer(const uint8_t *answer, size_t len, const uint8_t *query,
    const struct riad_dns_key *key, uint32_t life)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	uint32_t least = UINT32_MAX;
	int r;

	check(riad_dns_reader_init(&reader, answer, len) == 0);
	check(reader.id == (query[0] << 8 | query[1]));
	check(reader.flags & RIAD_DNS_QR && !(reader.flags & RIAD_DNS_TC));
	check(riad_dns_read(&reader, &record) == 1 &&
	      memcmp(answer + RIAD_DNS_HEADER, query + RIAD_DNS_HEADER,
		  key->question_end - RIAD_DNS_HEADER) == 0);
	while ((r = riad_dns_read(&reader, &record)) == 1) {
		check(record.type != RIAD_DNS_OPT);
		check(record.ttl > 0 && record.ttl <= MAX_TTL);
		if (record.ttl < least)
			least = record.ttl;
	}
	check(r == 0 && least == life);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct riad_dns_cache *cache;
	static uint8_t first[RIAD_DNS_MESSAGE], second[RIAD_DNS_MESSAGE];
	struct riad_dns_key key;
	const char *why;
	int rcode;

	if (cache == NULL)
		cache = riad_dns_cache_open(NULL, 4 << 20, &why);
	if (cache == NULL || size < 2)
		return 0;
	size_t query_len = (size_t)(data[0] << 8 | data[1]);
	if (query_len > size - 2)
		return 0;
	const uint8_t *query = data + 2;
	if (riad_dns_key(&key, &rcode, riad_dns_cache_secret(cache), query,
		query_len) == -1)
		return 0;
	const uint8_t *answer = query + query_len;
	size_t len, again, answer_len = size - 2 - query_len;
	uint32_t life =
	    riad_dns_cache_put(cache, &key, answer, answer_len, NOW);
	if (life > 0) {
		check(riad_dns_cache_get(cache, &key, query, NOW, first,
			  sizeof(first), &len) != RIAD_DNS_MISS);
		check_answer(first, len, query, &key, life);
		check(riad_dns_cache_put(cache, &key, first, len, NOW) == life);
		check(riad_dns_cache_get(cache, &key, query, NOW, second,
			  sizeof(second), &again) != RIAD_DNS_MISS);
		/* Letters of the query are only in what points to them. */
		bool lower = memcmp(query + RIAD_DNS_HEADER, key.name,
				 key.name_len) == 0;
		check(!lower ||
		      (again == len && memcmp(first, second, len) == 0));
		len = again;
		check(riad_dns_cache_get(cache, &key, query, NOW + life - 1,
			  second, sizeof(second), &again) != RIAD_DNS_MISS);
		check(again == len);
	}
	riad_dns_cache_flush(cache, NULL, false);
	return 0;
}
