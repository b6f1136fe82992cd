/* SPDX-License-Identifier: ISC */
/* address.h - addresses of the Internet, their text, and sockets that have one
 */
#ifndef RIAD_ADDRESS_H
#define RIAD_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

union riad_address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/*
 * "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53", ":53" (of
 * 127.0.0.1); of a link a zone, "fe80::1%eth0".  Without a port it is `port`.
 * 0, or -1 with errno EINVAL.
 */
int riad_address_parse(
    union riad_address *address, const char *text, uint16_t port);

#define RIAD_ADDRESS_TEXT 80
const char *riad_address_text(
    char text[RIAD_ADDRESS_TEXT], const union riad_address *address);

socklen_t riad_address_len(const union riad_address *address);
uint16_t riad_address_port(const union riad_address *address);

/* A range: "10.0.0.0/8", "::1"; an address that is IPv4 in IPv6 is IPv4. */
struct riad_prefix {
	uint8_t bytes[16]; /* IPv4 as ::ffff:0:0/96 */
	unsigned bits;
};
int riad_prefix_parse(struct riad_prefix *prefix, const char *text);
bool riad_prefix_has(const struct riad_prefix *prefix, const uint8_t bytes[16]);
void riad_address_bytes(uint8_t bytes[16], const union riad_address *address);

bool riad_address_loopback(const uint8_t bytes[16]);

/* Loopback, private and link-local: RFC 1122, 1918, 6598, 3927, 4193, 4291. */
bool riad_address_private(const uint8_t bytes[16]);

/*
 * A non-blocking, close-on-exec socket of type SOCK_DGRAM or SOCK_STREAM that
 * is bound, and listens.  IPv6 is IPv6 only.  -1 with errno.
 */
int riad_listen(const union riad_address *address, int type);

#endif
