/* SPDX-License-Identifier: ISC */
/*
 * Fills a cache with answers and asks for them: dnscache N [BYTES [FILE]]
 * prints nanoseconds for a key and for a lookup of names at random, for one
 * name again and again, and to keep an answer; and bytes an entry.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "riad/dnscache.h"
#include "riad/text.h"

enum { ROUNDS = 2000000, BATCH = 512, TIME = 1800000000 };

static struct riad_dns_cache *cache;
static uint64_t state = 88172645463325252u;

static uint32_t
number(void)
{
	/* A multiplicative generator, so that runs are the same. */
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 32);
}

/* Of our own: others may have the machine meanwhile. */
static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The query for the address of hNNNNNNN.riad.test, as dnsperf asks. */
static size_t
make_query(uint8_t *query, uint32_t n)
{
	static const uint8_t form[] = "\0\0\1\0\0\1\0\0\0\0\0\0\10h0000000"
				      "\4riad\4test\0\0\1\0\1";

	memcpy(query, form, sizeof(form) - 1);
	for (unsigned i = 20; i > 13; i--, n /= 10)
		query[i] = (uint8_t)('0' + n % 10);
	return sizeof(form) - 1;
}

static void
key_of(struct riad_dns_key *key, const uint8_t *query, size_t len)
{
	int rcode;

	if (riad_dns_key(
		key, &rcode, riad_dns_cache_secret(cache), query, len) == -1)
		errx(1, "no key");
}

static void
fill(uint32_t n)
{
	uint8_t answer[512];
	struct riad_dns_key key;
	double from = seconds();

	for (uint32_t i = 0; i < n; i++) {
		size_t len = make_query(answer, i);
		key_of(&key, answer, len);
		memcpy(answer + len, "\300\14\0\1\0\1\0\0\16\20\0\4\300\0\2\1",
		    16);
		answer[2] = 0x81;
		answer[7] = 1;
		if (riad_dns_cache_put(cache, &key, answer, len + 16, TIME) ==
		    0)
			errx(1, "not kept");
	}
	printf("put %.0f ns\n", (seconds() - from) / n * 1e9);
}

static void
ask(uint32_t n, uint32_t names, const char *what)
{
	static uint8_t queries[BATCH][64];
	static struct riad_dns_key keys[BATCH];
	uint8_t answer[512];
	size_t len = 0;
	uint32_t hits = 0;
	double spent = 0, keyed = 0;

	for (uint32_t i = 0; i < n; i += BATCH) {
		for (unsigned b = 0; b < BATCH; b++)
			len = make_query(queries[b], number() % names);
		double from = seconds();
		for (unsigned b = 0; b < BATCH; b++) {
			key_of(&keys[b], queries[b], len);
			riad_dns_cache_near(cache, &keys[b]);
		}
		double then = seconds();
		keyed += then - from;
		for (unsigned b = 0; b < BATCH; b++) {
			size_t got;

			hits += riad_dns_cache_get(cache, &keys[b], queries[b],
				    TIME + 10, answer, sizeof(answer),
				    &got) != RIAD_DNS_MISS;
		}
		spent += seconds() - then;
	}
	printf("%s: key %.0f ns, lookup %.0f ns, %.1f%% hits\n", what,
	    keyed / n * 1e9, spent / n * 1e9, hits * 100.0 / n);
}

int
main(int argc, char *argv[])
{
	uint64_t n, bytes = 64 << 20;
	const char *why;

	if (argc < 2 || argc > 4 ||
	    riad_parse_u64(&n, argv[1], 9999999) == -1 || n == 0 ||
	    (argc > 2 && riad_parse_size(&bytes, argv[2], 1ull << 36) == -1))
		errx(2, "usage: dnscache N [BYTES [FILE]]");
	double from = seconds();
	cache =
	    riad_dns_cache_open(argc > 3 ? argv[3] : NULL, (size_t)bytes, &why);
	if (cache == NULL)
		errx(1, "%s: %s", argc > 3 ? argv[3] : "memory", why);
	printf("open %.2f ms\n", (seconds() - from) * 1e3);
	fill((uint32_t)n);
	ask(ROUNDS, (uint32_t)n, "at random");
	ask(ROUNDS, 1, "one name");
	struct riad_dns_cache_stat stat;
	riad_dns_cache_stat(cache, &stat);
	printf("%llu entries of %.1f bytes\n", (unsigned long long)stat.entries,
	    (double)stat.bytes / (double)stat.entries);
	riad_dns_cache_close(cache);
	return 0;
}
