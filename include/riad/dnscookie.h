/* SPDX-License-Identifier: ISC */
/*
 * dnscookie.h - cookies of DNS servers, RFC 7873, as RFC 9018 makes them
 *
 * Who sends back a server's cookie showed that answers reach him.  They are
 * made of the client's cookie, its address, the time and a secret, so a server
 * keeps nothing of each client, and servers that share the secret take each
 * other's.
 */
#ifndef RIAD_DNSCOOKIE_H
#define RIAD_DNSCOOKIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/siphash.h"

enum {
	RIAD_DNS_COOKIE_CLIENT = 8,
	RIAD_DNS_COOKIE_SERVER = 16,
	RIAD_DNS_COOKIE_SECRET = 16
};

/* Cookies are made by the first secret, and those of the other taken too. */
struct riad_dns_cookies {
	struct riad_siphash_key secret[2];
	unsigned secrets;
};

/* The next secret: the one before is still good to check by.  All zeroes, the
 * struct has none. */
void riad_dns_cookie_secret(struct riad_dns_cookies *cookies,
    const uint8_t secret[RIAD_DNS_COOKIE_SECRET]);

enum riad_dns_cookie {
	RIAD_DNS_COOKIE_MALFORMED, /* FORMERR */
	RIAD_DNS_COOKIE_NEW,       /* the client has none of the server yet */
	RIAD_DNS_COOKIE_BAD,       /* of an old or of no secret, or too old */
	RIAD_DNS_COOKIE_OLD,       /* good, and to be replaced by a new one */
	RIAD_DNS_COOKIE_GOOD
};

/*
 * What the data of the option in a query is worth.  address: of the client, 16
 * bytes, of IPv4 mapped as ::ffff:192.0.2.1.  now: seconds of the real-time
 * clock.  Good for an hour, and up to 5 minutes from the future; OLD after half
 * an hour, or if made by the secret before.
 */
enum riad_dns_cookie riad_dns_cookie_check(
    const struct riad_dns_cookies *cookies, const uint8_t *data, size_t len,
    const uint8_t address[16], uint64_t now);

/* The option's data for an answer, 24 bytes: the client's cookie and ours. */
void riad_dns_cookie_make(
    uint8_t to[RIAD_DNS_COOKIE_CLIENT + RIAD_DNS_COOKIE_SERVER],
    const struct riad_dns_cookies *cookies,
    const uint8_t client[RIAD_DNS_COOKIE_CLIENT], const uint8_t address[16],
    uint64_t now);

#endif
