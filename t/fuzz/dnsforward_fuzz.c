/* SPDX-License-Identifier: ISC */
/*
 * Queries and upstream's answers as they come, malformed or not: what is
 * answered is a well formed message with the query's ID, no longer than the
 * client takes; and every question that was asked can be ended.
 *
 * The input is chunks: a byte of what it is (its low bit: an answer to what was
 * asked last; bits 1 and 2: the way of a query), two of a length, the bytes.
 */

#include <stdlib.h>
#include <string.h>

#include "riad/dnsforward.h"

enum { HELD = 8, NOW = 1800000000 };

static struct riad_dns_ask *held[HELD];
static size_t holds;
static size_t limit_of[4] = {1232, 65535, 65535, 65535};

static void
check(const uint8_t *message, size_t len, enum riad_dns_way way)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	int got;

	if (len > limit_of[way] ||
	    riad_dns_reader_init(&reader, message, len) == -1 ||
	    !(reader.flags & RIAD_DNS_QR))
		abort();
	while ((got = riad_dns_read(&reader, &record)) == 1)
		;
	if (got == -1)
		abort();
}

static int
ask(void *ctx, struct riad_dns_ask *a, const uint8_t *name, const uint8_t *m,
    size_t len)
{
	struct riad_dns_reader reader;

	(void)ctx;
	if (riad_dns_name_len(name) > RIAD_DNS_NAME || len % 128 != 0 ||
	    riad_dns_reader_init(&reader, m, len) == -1 || reader.id != 0)
		abort();
	if (holds == HELD)
		return -1;
	held[holds++] = a;
	return 0;
}

static void
reply(void *ctx, const struct riad_dns_route *route, const uint8_t *message,
    size_t len, uint32_t ttl)
{
	(void)ctx;
	(void)ttl;
	check(message, len, route->transport);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t to[RIAD_DNS_MESSAGE];
	static const uint8_t secret[RIAD_DNS_COOKIE_SECRET] = "0123456789abcde";
	static struct riad_dns_cache *cache;
	struct riad_dns_cookies cookies = {0};
	const char *why;

	if (cache == NULL)
		cache = riad_dns_cache_open(NULL, 1 << 20, &why);
	riad_dns_cookie_secret(&cookies, secret);
	struct riad_dns_forward_conf conf = {
	    .cache = cache,
	    .max_asking = HELD,
	    .max_waiting = 16,
	    .udp_size = 1232,
	    .trust_ad = size % 2 != 0,
	    .stale_ns = 1,
	    .ask = ask,
	    .reply = reply,
	    .cookies = &cookies,
	    .secret = *riad_dns_cache_secret(cache),
	};
	struct riad_dns_forward *forward = riad_dns_forward_new(&conf);
	if (forward == NULL)
		return 0;
	riad_dns_cache_flush(cache, NULL, true);
	holds = 0;
	for (uint64_t now = NOW; size >= 3; now += 100) {
		unsigned what = data[0];
		size_t len = (size_t)(data[1] << 8 | data[2]);
		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		riad_dns_forward_now(forward, now, now);
		if (what & 1) {
			if (holds != 0)
				riad_dns_forward_answer(
				    forward, held[--holds], data, len, what);
		} else {
			struct riad_dns_route route = {
			    .transport = what >> 1 & 3};
			uint32_t ttl;
			size_t n = riad_dns_forward_query(
			    forward, &route, data, len, to, &ttl);
			if (n != 0) {
				check(to, n, route.transport);
				if (memcmp(to, data, 2) != 0)
					abort();
			}
		}
		if (what & 8)
			riad_dns_forward_tick(forward);
		data += len;
		size -= len;
	}
	while (holds != 0)
		riad_dns_forward_fail(forward, held[--holds]);
	if (riad_dns_forward_stat(forward)->asking != 0 ||
	    riad_dns_forward_stat(forward)->waiting != 0)
		abort();
	riad_dns_forward_free(forward);
	return 0;
}
