/* SPDX-License-Identifier: ISC */

#include "riad/dnscookie.h"

#include <endian.h>
#include <string.h>

enum {
	VERSION = 1,
	FUTURE = 300, /* RFC 9018 section 4.3 */
	PAST = 3600,
	RENEW = 1800,
	/* Version, three bytes of no meaning yet, and the time. */
	STAMPED = RIAD_DNS_COOKIE_CLIENT + 8,
	WHOLE = RIAD_DNS_COOKIE_CLIENT + RIAD_DNS_COOKIE_SERVER,
	/* RFC 7873 section 4. */
	SERVER_MIN = 8,
	SERVER_MAX = 32
};

void
riad_dns_cookie_secret(struct riad_dns_cookies *cookies,
    const uint8_t secret[RIAD_DNS_COOKIE_SECRET])
{
	cookies->secret[1] = cookies->secret[0];
	riad_siphash_key(&cookies->secret[0], secret);
	if (cookies->secrets < 2)
		cookies->secrets++;
}

/* Of what is before the hash in a cookie, and of the address. */
static void
hash(uint8_t to[8], const struct riad_siphash_key *secret,
    const uint8_t stamped[STAMPED], const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	bool v4 = memcmp(address, mapped, sizeof(mapped)) == 0;
	size_t len = v4 ? 4 : 16;
	uint8_t input[STAMPED + 16];

	memcpy(input, stamped, STAMPED);
	memcpy(input + STAMPED, address + 16 - len, len);
	uint64_t h = htole64(riad_siphash24(secret, input, STAMPED + len));
	memcpy(to, &h, sizeof(h));
}

/* Not told from how long it takes how much of it was right. */
static bool
same(const uint8_t a[8], const uint8_t b[8])
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x ^ y) == 0;
}

enum riad_dns_cookie
riad_dns_cookie_check(const struct riad_dns_cookies *cookies,
    const uint8_t *data, size_t len, const uint8_t address[16], uint64_t now)
{
	if (len == RIAD_DNS_COOKIE_CLIENT)
		return RIAD_DNS_COOKIE_NEW;
	if (len < RIAD_DNS_COOKIE_CLIENT + SERVER_MIN ||
	    len > RIAD_DNS_COOKIE_CLIENT + SERVER_MAX)
		return RIAD_DNS_COOKIE_MALFORMED;
	if (len != WHOLE || data[RIAD_DNS_COOKIE_CLIENT] != VERSION)
		return RIAD_DNS_COOKIE_BAD;

	/* Serial numbers, RFC 1982: they outlive the year 2106. */
	uint32_t time;
	memcpy(&time, data + STAMPED - 4, sizeof(time));
	int32_t age = (int32_t)((uint32_t)now - be32toh(time));
	if (age > PAST || age < -FUTURE)
		return RIAD_DNS_COOKIE_BAD;
	for (unsigned i = 0; i < cookies->secrets; i++) {
		uint8_t right[8];

		hash(right, &cookies->secret[i], data, address);
		if (same(right, data + STAMPED))
			return i > 0 || age > RENEW ? RIAD_DNS_COOKIE_OLD
						    : RIAD_DNS_COOKIE_GOOD;
	}
	return RIAD_DNS_COOKIE_BAD;
}

void
riad_dns_cookie_make(
    uint8_t to[RIAD_DNS_COOKIE_CLIENT + RIAD_DNS_COOKIE_SERVER],
    const struct riad_dns_cookies *cookies,
    const uint8_t client[RIAD_DNS_COOKIE_CLIENT], const uint8_t address[16],
    uint64_t now)
{
	uint32_t time = htobe32((uint32_t)now);

	memmove(to, client, RIAD_DNS_COOKIE_CLIENT);
	memset(to + RIAD_DNS_COOKIE_CLIENT, 0, 4);
	to[RIAD_DNS_COOKIE_CLIENT] = VERSION;
	memcpy(to + STAMPED - 4, &time, sizeof(time));
	hash(to + STAMPED, &cookies->secret[0], to, address);
}
