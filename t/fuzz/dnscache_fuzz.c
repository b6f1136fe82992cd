/* SPDX-License-Identifier: ISC */
/*
 * A cache's file, damaged: the input is a list of changes, of two bytes of
 * place (in units of 4 bytes), one that says how many bytes, and these.  What
 * is served of it is what was put into it, and it goes on to work.
 */

#include "riad/dnscache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1800000000, SIZE = RIAD_DNS_CACHE_MIN, NAMES = 64 };

static char path[64];
static uint8_t image[SIZE];

static void
check(bool good)
{
	if (!good)
		abort();
}

static size_t
make(uint8_t *message, unsigned n, bool answer)
{
	static const uint8_t form[] = "\0\0\1\0\0\1\0\0\0\0\0\0\3nnn\4riad"
				      "\4test\0\0\1\0\1\300\14\0\1\0\1\0\0"
				      "\16\20\0\4\300\0\2\1";
	const size_t len = sizeof(form) - 1;

	memcpy(message, form, len);
	for (unsigned i = 15; i > 12; i--, n /= 10)
		message[i] = (uint8_t)('0' + n % 10);
	if (!answer)
		return len - 16;
	message[2] = 0x81;
	message[7] = 1;
	return len;
}

static void
key_of(struct riad_dns_key *key, const struct riad_dns_cache *cache,
    const uint8_t *query, size_t len)
{
	int rcode;

	check(riad_dns_key(
		  key, &rcode, riad_dns_cache_secret(cache), query, len) == 0);
}

static void
put(struct riad_dns_cache *cache, unsigned n)
{
	struct riad_dns_key key;
	uint8_t query[64], answer[64];

	key_of(&key, cache, query, make(query, n, false));
	check(riad_dns_cache_put(
		  cache, &key, answer, make(answer, n, true), NOW) == 3600);
}

static bool
get(struct riad_dns_cache *cache, unsigned n)
{
	struct riad_dns_key key;
	uint8_t query[64], answer[64], got[512];
	size_t len;

	key_of(&key, cache, query, make(query, n, false));
	if (riad_dns_cache_get(cache, &key, query, NOW, got, sizeof(got),
		&len) == RIAD_DNS_MISS)
		return false;
	size_t want = make(answer, n, true);
	answer[3] |= 0x80;
	check(len == want && memcmp(got, answer, len) == 0);
	return true;
}

static void
forget(void)
{
	unlink(path);
}

/* The file as it was closed, some of its names put over others. */
static void
make_image(void)
{
	const char *why;

	snprintf(
	    path, sizeof(path), "/tmp/riad-cache-fuzz.%ld", (long)getpid());
	atexit(forget);
	forget();
	struct riad_dns_cache *cache = riad_dns_cache_open(path, SIZE, &why);
	check(cache != NULL);
	for (unsigned i = 0; i < NAMES + 20; i++)
		put(cache, i % NAMES);
	riad_dns_cache_close(cache);
	int fd = open(path, O_RDONLY);
	check(fd != -1 && read(fd, image, SIZE) == SIZE);
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t file[SIZE];
	const char *why;

	if (path[0] == '\0')
		make_image();
	memcpy(file, image, SIZE);
	while (size >= 3) {
		size_t at = (size_t)(data[0] << 8 | data[1]) * 4 % SIZE;
		size_t n = data[2];

		data += 3;
		size -= 3;
		if (n > size)
			n = size;
		if (n > SIZE - at)
			n = SIZE - at;
		memcpy(file + at, data, n);
		data += n;
		size -= n;
	}
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	check(fd != -1 && write(fd, file, SIZE) == SIZE &&
	      ftruncate(fd, SIZE) == 0);
	close(fd);

	struct riad_dns_cache *cache = riad_dns_cache_open(path, SIZE, &why);
	if (cache == NULL) {
		check(why != NULL);
		return 0;
	}
	for (unsigned i = 0; i < NAMES; i++)
		get(cache, i);
	for (unsigned i = 0; i < 700; i++) {
		put(cache, i);
		check(i % 8 > 0 || get(cache, i));
	}
	riad_dns_cache_flush(cache, (const uint8_t *)"\4riad\4test", true);
	for (unsigned i = 0; i < 700; i += 100)
		check(!get(cache, i));
	put(cache, 1);
	check(get(cache, 1));
	riad_dns_cache_close(cache);
	return 0;
}
