/* SPDX-License-Identifier: ISC */

#include "riad/dnscache.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "dnsmake.h"
#include "scratch.h"
#include "tap.h"

enum { NOW = 1800000000, SIZE = 1 << 20 };

static struct riad_dns_cache *cache;
static struct riad_dns_key key;
static struct msg ask, reply; /* the last query, and the answer that is put */
static uint8_t got[65535];
static size_t got_len;

static void
query(const char *name, unsigned type, unsigned flags)
{
	int rcode;

	begin(&ask, 0xabcd, 0x0100 | (flags & RIAD_DNS_KEY_CD ? 0x10 : 0));
	question(&ask, name, type);
	if (flags & RIAD_DNS_KEY_DO)
		opt(&ask, 1232, 0, 0x8000, "", 0);
	if (riad_dns_key(&key, &rcode, riad_dns_cache_secret(cache), ask.data,
		ask.len) == -1)
		abort();
}

static void
answer(unsigned flags, const char *name, unsigned type)
{
	begin(&reply, 0, flags);
	question(&reply, name, type);
}

static enum riad_dns_hit
get(uint64_t now)
{
	got_len = 12345;
	memset(got, 0xee, sizeof(got));
	return riad_dns_cache_get(
	    cache, &key, ask.data, now, got, sizeof(got), &got_len);
}

static uint32_t
put(uint64_t now)
{
	return riad_dns_cache_put(cache, &key, reply.data, reply.len, now);
}

/* An address for a name, kept; then query is the one of it. */
static void
fill(const char *name, uint32_t ttl, uint64_t now)
{
	query(name, 1, 0);
	answer(0x8180, name, 1);
	record(&reply, 1, "@", 1, ttl, "\300\0\2\1", 4);
	put(now);
}

static struct riad_dns_cache_stat
stat_of(void)
{
	struct riad_dns_cache_stat stat;

	riad_dns_cache_stat(cache, &stat);
	return stat;
}

static void
open_memory(size_t bytes)
{
	const char *why;

	cache = riad_dns_cache_open(NULL, bytes, &why);
	if (cache == NULL)
		abort();
}

static void
test_hit(void)
{
	open_memory(SIZE);
	query("Www.riad.Test", 1, 0);
	ok(get(NOW) == RIAD_DNS_MISS && got_len == 0, "nothing at first");

	answer(0x8580, "wWW.riad.test", 1);
	record_name(&reply, 1, "@", 5, 300, "a.riad.test");
	record(&reply, 1, "a.riad.test", 1, 100, "\300\0\2\1", 4);
	/* As they are written: the alias shorter, and its owner. */
	size_t plain = reply.len - 9 - 11;
	opt(&reply, 1232, 0, 0, "\0\17\0\2\0\0", 6);
	ok(put(NOW) == 100, "kept for the least TTL");

	query("WWW.RIAD.test", 1, 0);
	ok(get(NOW) == RIAD_DNS_HIT && got_len == plain, "found, without OPT");
	ok(memcmp(got, "\xab\xcd\x81\x80\0\1\0\2\0\0\0\0", 12) == 0,
	    "the query's ID and RD, RA, no AA, counts");
	ok(memcmp(got + 12, ask.data + 12, ask.len - 12) == 0,
	    "the query's letters");
	size_t first = ask.len + 6, second = plain - 10;
	ok(get32(got + first) == 300 && get32(got + second) == 100,
	    "TTLs at first");
	ok(get(NOW + 99) == RIAD_DNS_HIT && get32(got + first) == 201 &&
		get32(got + second) == 1,
	    "TTLs counted down");
	ok(get(NOW - 10) == RIAD_DNS_HIT && get32(got + second) == 100,
	    "a clock set back a bit");
	ok(get(NOW - 4000) == RIAD_DNS_MISS, "and much");
	ask.data[2] = 0;
	ok(get(NOW) == RIAD_DNS_HIT && got[2] == 0x80, "without RD");

	ok(riad_dns_cache_get(cache, &key, ask.data, NOW, got, plain - 1,
	       &got_len) == RIAD_DNS_HIT &&
		got_len == 0,
	    "too long for who asks");

	ok(get(NOW + 100) == RIAD_DNS_STALE && get32(got + first) == 30 &&
		get32(got + second) == 30,
	    "stale at its end: TTLs of 30");
	ok(get(NOW + 100 + 86399) == RIAD_DNS_STALE &&
		get(NOW + 100 + 86400) == RIAD_DNS_MISS,
	    "for a day");
	const struct riad_dns_cache_limits limits = {.max_ttl = 50};
	riad_dns_cache_limit(cache, &limits);
	ok(get(NOW + 100) == RIAD_DNS_MISS, "or not at all");

	query("www.riad.test", 28, 0);
	ok(get(NOW) == RIAD_DNS_MISS, "another type");
	query("www.riad.test", 1, RIAD_DNS_KEY_DO);
	ok(get(NOW) == RIAD_DNS_MISS, "DO");
	query("www.riad.test", 1, RIAD_DNS_KEY_CD);
	ok(get(NOW) == RIAD_DNS_MISS, "CD");
	answer(0x81a0, "www.riad.test", 1);
	record(&reply, 1, "@", 1, 300, "\300\0\2\2", 4);
	ok(put(NOW) == 50 && get(NOW) == RIAD_DNS_HIT && got[3] == 0xb0 &&
		got[got_len - 1] == 2 && get32(got + got_len - 10) == 50,
	    "has an answer of its own, CD, AD; the highest TTL");
	ok(stat_of().entries == 2 && stat_of().puts == 2, "two entries");
	riad_dns_cache_close(cache);
}

static void
test_kept(void)
{
	open_memory(SIZE);
	query("a.test", 1, 0);
	answer(0x8180, "a.test", 1);
	ok(put(NOW) == 0, "no answer and no SOA: not kept");
	soa(&reply, "test", 600, 60);
	ok(put(NOW) == 60 && get(NOW) == RIAD_DNS_HIT &&
		get32(got + got_len - 28) == 60,
	    "NODATA: SOA's minimum, and its TTL");
	answer(0x8183, "a.test", 1);
	soa(&reply, "test", 60, 600);
	ok(put(NOW) == 60 && get(NOW) == RIAD_DNS_HIT && got[3] == 0x83,
	    "NXDOMAIN: SOA's TTL");
	answer(0x8183, "a.test", 1);
	soa(&reply, "test", 86400, 86400);
	ok(put(NOW) == 3600, "an hour at most");
	answer(0x8180, "a.test", 1);
	record_name(&reply, 1, "@", 5, 20, "b.test");
	ok(put(NOW) == 0, "a CNAME to nothing: not kept");
	soa(&reply, "test", 100, 100);
	ok(put(NOW) == 20, "with a SOA it is NODATA of its TTL");
	answer(0x8183, "a.test", 1);
	ok(put(NOW) == 0, "NXDOMAIN without SOA");

	answer(0x8380, "a.test", 1);
	record(&reply, 1, "@", 1, 300, "abcd", 4);
	ok(put(NOW) == 0, "TC");
	answer(0x8180, "a.test", 1);
	record(&reply, 1, "@", 1, 300, "abc", 3);
	ok(put(NOW) == 0, "malformed");
	answer(0x8180, "a.test", 1);
	record(&reply, 1, "@", 1, 300, "abcd", 4);
	reply.len--;
	ok(put(NOW) == 0, "cut off");
	reply.len++;
	put16(&reply, 0);
	ok(put(NOW) == 0, "with more after it");
	answer(0x8180, "b.test", 1);
	record(&reply, 1, "@", 1, 300, "abcd", 4);
	ok(put(NOW) == 0, "another question");
	answer(0x8180, "a.test", 28);
	record(&reply, 1, "@", 28, 300, "abcdabcdabcdabcd", 16);
	ok(put(NOW) == 0, "another type");
	answer(0x0180, "a.test", 1);
	record(&reply, 1, "@", 1, 300, "abcd", 4);
	ok(put(NOW) == 0, "a query");
	answer(0x8180, "a.test", 1);
	record(&reply, 1, "@", 1, 0, "abcd", 4);
	ok(put(NOW) == 0, "TTL 0");
	answer(0x8180, "a.test", 1);
	record(&reply, 1, "@", 1, 0x80000000, "abcd", 4);
	ok(put(NOW) == 0, "TTL above 2^31 - 1");
	answer(0x8180, "a.test", 1);
	record(&reply, 1, "@", 1, 0x7fffffff, "abcd", 4);
	ok(put(NOW) == 86400, "TTL 2^31 - 1");
	answer(0x8180, "a.test", 1);
	record(&reply, 1, "@", 1, 300, "abcd", 4);
	opt(&reply, 512, 0x0100, 0, "", 0);
	ok(put(NOW) == 0, "an RCODE of EDNS");

	const struct riad_dns_cache_limits limits = {
	    .min_ttl = 10, .max_ttl = 100, .max_negative = 50};
	riad_dns_cache_limit(cache, &limits);
	answer(0x8180, "a.test", 1);
	record(&reply, 1, "@", 1, 0, "abcd", 4);
	record(&reply, 1, "@", 1, 99999, "abcd", 4);
	ok(put(NOW) == 10 && get(NOW) == RIAD_DNS_HIT &&
		get32(got + got_len - 10) == 100,
	    "the least TTL that is kept");
	riad_dns_cache_close(cache);
}

/* OPT before a record whose owner others point to. */
static void
test_opt_first(void)
{
	open_memory(SIZE);
	query("a.test", 1, 0);
	answer(0x8180, "a.test", 1);
	record(&reply, 1, "@", 1, 300, "abcd", 4);
	size_t at = reply.len;
	opt(&reply, 1232, 0, 0, "\0\14\0\4\0\0\0\0", 8);
	record(&reply, 3, "other.example", 1, 200, "efgh", 4);
	put16(&reply, 0xc000 | (unsigned)(at + 19));
	put_bytes(&reply, "\0\1\0\1\0\0\0\144\0\4ijkl", 14);
	count(&reply, 3);
	ok(put(NOW) == 100 && get(NOW + 1) == RIAD_DNS_HIT, "OPT in the midst");
	ok(got[11] == 2 && got_len == reply.len - 19 &&
		memcmp(got + at, "\5other\7example\0\0\1\0\1", 19) == 0 &&
		get32(got + at + 19) == 199 && got[got_len - 16] == 0xc0 &&
		got[got_len - 15] == at && get32(got + got_len - 10) == 99,
	    "goes, and names are right");
	riad_dns_cache_close(cache);
}

static void
test_failures(void)
{
	open_memory(SIZE);
	query("a.test", 1, 0);
	answer(0x8182, "a.test", 1);
	ok(put(NOW) == 0 && get(NOW) == RIAD_DNS_HIT && got[3] == 0x82 &&
		got_len == ask.len,
	    "a failure is kept");
	ok(get(NOW + 4) == RIAD_DNS_HIT && get(NOW + 5) == RIAD_DNS_MISS,
	    "for 5 seconds");
	riad_dns_cache_fail(cache, &key, 5, NOW + 6);
	ok(get(NOW + 6) == RIAD_DNS_HIT && got[3] == 0x85 &&
		get(NOW + 15) == RIAD_DNS_HIT && get(NOW + 16) == RIAD_DNS_MISS,
	    "then for 10");
	for (int i = 0; i < 10; i++)
		riad_dns_cache_fail(
		    cache, &key, 2, NOW + 100 + 45 * (uint64_t)i);
	ok(get(NOW + 100 + 45 * 9 + 39) == RIAD_DNS_HIT &&
		get(NOW + 100 + 45 * 9 + 40) == RIAD_DNS_MISS,
	    "40 at most");
	ok(stat_of().entries == 1, "in one entry");

	fill("b.test", 100, NOW);
	riad_dns_cache_fail(cache, &key, 2, NOW + 50);
	ok(get(NOW + 50) == RIAD_DNS_HIT && got[3] == 0x80,
	    "a failure does not hide an answer");
	ok(get(NOW + 100) == RIAD_DNS_STALE, "which becomes stale");
	riad_dns_cache_fail(cache, &key, 2, NOW + 101);
	ok(get(NOW + 101) == RIAD_DNS_STALE_HELD && got[3] == 0x80,
	    "and is held while asking fails");
	ok(get(NOW + 111) == RIAD_DNS_STALE, "for a time");
	riad_dns_cache_fail(cache, &key, 2, NOW + 120);
	fill("b.test", 10, NOW + 121);
	ok(get(NOW + 131) == RIAD_DNS_STALE, "an answer ends a failure");
	riad_dns_cache_close(cache);
}

static void
test_soon(void)
{
	open_memory(SIZE);
	fill("a.test", 100, NOW);
	ok(get(NOW + 95) == RIAD_DNS_HIT && get(NOW + 95) == RIAD_DNS_HIT &&
		get(NOW + 95) == RIAD_DNS_HIT_SOON &&
		get(NOW + 96) == RIAD_DNS_HIT,
	    "what was asked for thrice is to be fetched, said once");
	fill("a.test", 100, NOW + 96);
	get(NOW + 97);
	get(NOW + 97);
	ok(get(NOW + 185) == RIAD_DNS_HIT &&
		get(NOW + 186) == RIAD_DNS_HIT_SOON,
	    "in the last tenth, and of the next answer again");
	riad_dns_cache_close(cache);
}

static void
test_flush(void)
{
	static const char *const names[] = {
	    "a.test", "b.a.test", "c.b.a.test", "ba.test", "test"};

	open_memory(SIZE);
	for (unsigned i = 0; i < 5; i++)
		fill(names[i], 100, NOW);
	query("b.a.test", 1, RIAD_DNS_KEY_DO);
	answer(0x8180, "b.a.test", 1);
	record(&reply, 1, "@", 1, 100, "abcd", 4);
	put(NOW);
	ok(riad_dns_cache_flush(
	       cache, (const uint8_t *)"\1B\1a\4test", false) == 2 &&
		get(NOW) == RIAD_DNS_MISS && stat_of().entries == 4,
	    "a name goes, with all of its questions");
	ok(riad_dns_cache_flush(cache, (const uint8_t *)"\1a\4TEST", true) == 2,
	    "a name and what is below it");
	query("ba.test", 1, 0);
	ok(get(NOW) == RIAD_DNS_HIT, "and nothing else");
	ok(riad_dns_cache_flush(cache, NULL, false) == 2 &&
		stat_of().entries == 0 && stat_of().bytes == 0 &&
		get(NOW) == RIAD_DNS_MISS,
	    "all");
	fill("a.test", 100, NOW);
	ok(get(NOW) == RIAD_DNS_HIT, "and it goes on");
	riad_dns_cache_close(cache);
}

/* Many more than fit, of many sizes; one that is asked for all the time. */
static void
test_bounds(void)
{
	char name[64];
	uint8_t text[600] = {199, 'x'};
	bool popular = true, right = true;
	unsigned there = 0;
	const unsigned n = 40000;

	open_memory(SIZE);
	fill("popular.test", 90000, NOW);
	text[200] = 199;
	text[400] = 199;
	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "n%u.test", i);
		query(name, 16, 0);
		answer(0x8180, name, 16);
		record(&reply, 1, "@", 16, 90000, text, i % 4 * 200);
		if (i % 4 > 0 && put(NOW) != 86400)
			right = false;
		right &= i % 4 == 0 || get(NOW) == RIAD_DNS_HIT;
		query("popular.test", 1, 0);
		popular &= get(NOW) == RIAD_DNS_HIT;
	}
	ok(right, "what was put is there");
	ok(popular, "what is asked for stays");
	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "n%u.test", i);
		query(name, 16, 0);
		if (get(NOW) != RIAD_DNS_HIT)
			continue;
		there++;
		right &= got_len == ask.len + 12 + i % 4 * 200;
	}
	ok(right, "what is found is what was put");
	struct riad_dns_cache_stat s = stat_of();
	ok(s.entries == there + 1 && s.bytes <= s.size &&
		s.bytes > s.size / 100 * 98,
	    "counted, and hardly any room is lost: %u entries, %llu of %llu "
	    "bytes",
	    there, (unsigned long long)s.bytes, (unsigned long long)s.size);
	ok(s.evicted == s.puts - s.entries && s.moved > 0 && s.damaged == 0,
	    "the rest went");
	riad_dns_cache_close(cache);

	/* Short ones: as many as the index has slots for. */
	open_memory(SIZE);
	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%u", i);
		fill(name, 1000, NOW);
	}
	s = stat_of();
	ok(s.entries > s.size / 100 && s.bytes <= s.size && s.damaged == 0,
	    "%llu short ones, in %llu of %llu bytes",
	    (unsigned long long)s.entries, (unsigned long long)s.bytes,
	    (unsigned long long)s.size);
	riad_dns_cache_close(cache);

	open_memory(RIAD_DNS_CACHE_MIN);
	query("a.test", 16, 0);
	answer(0x8180, "a.test", 16);
	for (int i = 0; i < 100; i++)
		record(&reply, 1, "@", 16, 100, text, 200);
	ok(put(NOW) == 0, "one that would displace many is not kept");
	riad_dns_cache_close(cache);
}

static void
open_file(void)
{
	const char *why;

	cache = riad_dns_cache_open("cache", SIZE, &why);
	if (cache == NULL || why != NULL) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
}

static void
test_file(void)
{
	const char *why;
	char name[64];
	struct stat st;

	open_file();
	ok(stat("cache", &st) == 0 && st.st_size == SIZE &&
		(st.st_mode & 0777) == 0600,
	    "a file for this user");
	fill("a.test", 100, NOW);
	errno = 0;
	ok(riad_dns_cache_open("cache", SIZE, &why) == NULL && errno == EBUSY &&
		strcmp(why, "in use by another process") == 0,
	    "only one at a time");
	riad_dns_cache_close(cache);
	open_file();
	query("A.test", 1, 0);
	ok(get(NOW + 10) == RIAD_DNS_HIT && get32(got + got_len - 10) == 90 &&
		stat_of().entries == 1,
	    "kept");
	riad_dns_cache_close(cache);

	/* Killed while it writes, at some time or other. */
	bool right = true, some = true;
	uint64_t damaged = 0;
	for (int round = 0; round < 20; round++) {
		int ready[2];
		char byte;
		if (pipe(ready) == -1)
			abort();
		pid_t pid = fork();
		if (pid == 0) {
			open_file();
			for (unsigned i = 0;; i++) {
				snprintf(name, sizeof(name), "%u", i % 20000);
				fill(name, 1000, NOW);
				if (i % 4 == 0)
					get(NOW);
				if (i == 2000 && write(ready[1], "", 1) != 1)
					abort();
			}
		}
		close(ready[1]);
		if (read(ready[0], &byte, 1) != 1)
			abort();
		close(ready[0]);
		const struct timespec some_time = {.tv_nsec = round * 500000};
		nanosleep(&some_time, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		open_file();
		unsigned there = 0;
		for (unsigned i = 0; i < 20000; i++) {
			snprintf(name, sizeof(name), "%u", i);
			query(name, 1, 0);
			if (get(NOW) != RIAD_DNS_HIT)
				continue;
			there++;
			right &=
			    got_len == ask.len + 16 &&
			    memcmp(got + 12, ask.data + 12, ask.len - 12) ==
				0 &&
			    memcmp(got + got_len - 4, "\300\0\2\1", 4) == 0;
		}
		some &= there > 100;
		damaged += stat_of().damaged;
		riad_dns_cache_close(cache);
	}
	ok(right && some, "killed while writing, what is there is right");
	ok(damaged <= 20, "and at most what was moved is lost: %u",
	    (unsigned)damaged);
}

/* Bytes of the file changed, with the cache closed. */
static void
damage(off_t at, const void *data, size_t len)
{
	int fd = open("cache", O_RDWR);

	if (fd == -1 || pwrite(fd, data, len, at) != (ssize_t)len)
		abort();
	close(fd);
}

static void
test_damage(void)
{
	const char *why;
	char name[64];
	static uint8_t noise[SIZE];
	uint64_t x = 88172645463325252u;

	unlink("cache");
	open_file();
	for (unsigned i = 0; i < 4000; i++) {
		snprintf(name, sizeof(name), "%u", i);
		fill(name, 1000, NOW);
	}
	riad_dns_cache_close(cache);

	/* A bit here and there, all but the head. */
	int fd = open("cache", O_RDWR);
	if (fd == -1 || pread(fd, noise, SIZE, 0) != SIZE)
		abort();
	for (unsigned i = 0; i < 2000; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		size_t at = (x >> 33) % (SIZE - 4096) + 4096;
		noise[at] ^= (uint8_t)(1u << (x >> 20 & 7));
	}
	if (pwrite(fd, noise, SIZE, 0) != SIZE)
		abort();
	close(fd);
	open_file();
	bool right = true;
	unsigned there = 0;
	for (unsigned i = 0; i < 4000; i++) {
		snprintf(name, sizeof(name), "%u", i);
		query(name, 1, 0);
		if (get(NOW) != RIAD_DNS_HIT)
			continue;
		there++;
		right &= got_len == ask.len + 16 &&
			 get32(got + got_len - 10) == 1000 &&
			 memcmp(got + got_len - 4, "\300\0\2\1", 4) == 0;
	}
	ok(right && there > 1000 && there < 4000 && stat_of().damaged > 300,
	    "damaged entries are not served: %u of 4000 are left, %llu found",
	    there, (unsigned long long)stat_of().damaged);
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		fill(name, 1000, NOW);
		right &= get(NOW) == RIAD_DNS_HIT;
	}
	ok(right, "and it goes on over them");
	riad_dns_cache_close(cache);

	for (size_t i = 0; i < SIZE; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		noise[i] = (uint8_t)(x >> 40);
	}
	damage(4096, noise, SIZE - 4096);
	damage(80, noise, 48);
	open_file();
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		query(name, 1, 0);
		right &= get(NOW) == RIAD_DNS_MISS;
		fill(name, 1000, NOW);
		right &= get(NOW) == RIAD_DNS_HIT;
	}
	riad_dns_cache_flush(cache, (const uint8_t *)"\1a", true);
	ok(right, "a file of noise but for the head");
	riad_dns_cache_close(cache);

	damage(20, "\7", 1);
	cache = riad_dns_cache_open("cache", SIZE, &why);
	ok(cache != NULL && strcmp(why, "begun anew: it was damaged") == 0 &&
		stat_of().entries == 0,
	    "a damaged head: begun anew");
	fill("a.test", 100, NOW);
	riad_dns_cache_close(cache);
	cache = riad_dns_cache_open("cache", 2 * SIZE, &why);
	ok(cache != NULL &&
		strcmp(why, "begun anew: it was of another size") == 0,
	    "another size: too");
	riad_dns_cache_close(cache);
	if (truncate("cache", 0) == -1 || truncate("cache", SIZE) == -1)
		abort();
	open_file();
	ok(stat_of().entries == 0, "one whose making was cut short");
	riad_dns_cache_close(cache);

	damage(0, "something else", 14);
	errno = 0;
	ok(riad_dns_cache_open("cache", SIZE, &why) == NULL &&
		errno == EBADMSG &&
		strcmp(why, "not a cache of DNS answers") == 0,
	    "a file of something else is refused");
	ok(riad_dns_cache_open(".", SIZE, &why) == NULL && why != NULL &&
		riad_dns_cache_open("/dev/null", SIZE, &why) == NULL &&
		riad_dns_cache_open("no/such", SIZE, &why) == NULL &&
		strcmp(why, "No such file or directory") == 0,
	    "a folder, a device, nothing");
	ok(riad_dns_cache_open(NULL, 1000, &why) == NULL && errno == EINVAL,
	    "too small");
	unlink("cache");
	if (symlink("elsewhere", "cache") == -1)
		abort();
	ok(riad_dns_cache_open("cache", SIZE, &why) == NULL,
	    "a symbolic link is not followed");
}

int
main(void)
{
	test_hit();
	test_kept();
	test_opt_first();
	test_failures();
	test_soon();
	test_flush();
	test_bounds();
	scratch_enter();
	test_file();
	test_damage();
	return tap_done();
}
