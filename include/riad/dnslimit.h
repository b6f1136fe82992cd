/* SPDX-License-Identifier: ISC */
/*
 * dnslimit.h - how much each source may ask
 *
 * A source is an IPv4 address, or an IPv6 network of 56 bits, as one
 * subscriber has.  Each may ask `rate` times a second, and after a rest as
 * often at once.  The table has a fixed size; where more sources ask than it
 * has places, one that is new takes over the least debt of a few, so that
 * nobody gets rid of his own by asking as many.
 */
#ifndef RIAD_DNSLIMIT_H
#define RIAD_DNSLIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct riad_dns_limit;

/* rate: from 1 to 10^9.  NULL with errno. */
struct riad_dns_limit *riad_dns_limit_new(unsigned rate);
void riad_dns_limit_free(struct riad_dns_limit *limit);

/*
 * Whether the source may ask once more at `now`, nanoseconds of a clock that
 * does not go back.  Addresses of IPv4 are mapped, as ::ffff:192.0.2.1.  Whose
 * are not to be limited, as those of this host, the caller knows.
 */
bool riad_dns_limit_take(
    struct riad_dns_limit *limit, const uint8_t address[16], uint64_t now);

#endif
