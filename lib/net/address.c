/* SPDX-License-Identifier: ISC */
#include "riad/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "riad/text.h"

enum { V4_BITS = 96, BACKLOG = 512 };

static int
invalid(void)
{
	errno = EINVAL;
	return -1;
}

static int
parse_v6(union riad_address *address, char *text)
{
	char *zone = strchr(text, '%');

	if (zone != NULL)
		*zone++ = '\0';
	if (inet_pton(AF_INET6, text, &address->in6.sin6_addr) != 1)
		return invalid();
	address->in6.sin6_family = AF_INET6;
	if (zone == NULL)
		return 0;
	address->in6.sin6_scope_id = if_nametoindex(zone);
	return address->in6.sin6_scope_id != 0 ? 0 : invalid();
}

int
riad_address_parse(union riad_address *address, const char *text, uint16_t port)
{
	char host[RIAD_ADDRESS_TEXT];
	const char *colon = strrchr(text, ':');
	static const char here[] = "127.0.0.1";
	const char *number = NULL;
	size_t len = strlen(text);
	uint64_t value = port;

	memset(address, 0, sizeof(*address));
	if (text[0] == '[') {
		const char *close = strchr(text++, ']');
		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return invalid();
		len = (size_t)(close - text);
		number = close[1] == ':' ? close + 2 : NULL;
	} else if (colon != NULL && strchr(text, ':') == colon) {
		len = (size_t)(colon - text);
		number = colon + 1;
	}
	if (len >= sizeof(host) ||
	    (number != NULL && riad_parse_u64(&value, number, 65535) == -1))
		return invalid();
	memcpy(host, text, len);
	host[len] = '\0';
	if (len == 0)
		memcpy(host, here, sizeof(here));
	if (inet_pton(AF_INET, host, &address->in.sin_addr) == 1) {
		address->in.sin_family = AF_INET;
		address->in.sin_port = htons((uint16_t)value);
		return 0;
	}
	address->in6.sin6_port = htons((uint16_t)value);
	return parse_v6(address, host);
}

const char *
riad_address_text(
    char text[RIAD_ADDRESS_TEXT], const union riad_address *address)
{
	char host[INET6_ADDRSTRLEN] = "?";
	char zone[IF_NAMESIZE + 1] = "";

	if (address->any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &address->in.sin_addr, host, sizeof(host));
		snprintf(text, RIAD_ADDRESS_TEXT, "%s:%u", host,
		    (unsigned)ntohs(address->in.sin_port));
		return text;
	}
	inet_ntop(AF_INET6, &address->in6.sin6_addr, host, sizeof(host));
	if (address->in6.sin6_scope_id != 0 &&
	    if_indextoname(address->in6.sin6_scope_id, zone + 1) != NULL)
		zone[0] = '%';
	snprintf(text, RIAD_ADDRESS_TEXT, "[%s%s]:%u", host, zone,
	    (unsigned)ntohs(address->in6.sin6_port));
	return text;
}

socklen_t
riad_address_len(const union riad_address *address)
{
	return address->any.sa_family == AF_INET ? sizeof(address->in)
						 : sizeof(address->in6);
}

uint16_t
riad_address_port(const union riad_address *address)
{
	return ntohs(address->any.sa_family == AF_INET
			 ? address->in.sin_port
			 : address->in6.sin6_port);
}

void
riad_address_bytes(uint8_t bytes[16], const union riad_address *address)
{
	if (address->any.sa_family == AF_INET6) {
		memcpy(bytes, &address->in6.sin6_addr, 16);
		return;
	}
	memset(bytes, 0, 10);
	memset(bytes + 10, 0xff, 2);
	memcpy(bytes + 12, &address->in.sin_addr, 4);
}

int
riad_prefix_parse(struct riad_prefix *prefix, const char *text)
{
	char host[RIAD_ADDRESS_TEXT];
	union riad_address address;
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	uint64_t bits;

	if (len == 0 || len >= sizeof(host) || text[0] == '[')
		return invalid();
	memcpy(host, text, len);
	host[len] = '\0';
	if (strchr(host, '.') != NULL && strchr(host, ':') != NULL &&
	    strchr(host, ':') == strrchr(host, ':'))
		return invalid(); /* a port */
	if (riad_address_parse(&address, host, 0) == -1)
		return -1;
	unsigned most = address.any.sa_family == AF_INET ? 32 : 128;
	bits = most;
	if (slash != NULL && riad_parse_u64(&bits, slash + 1, most) == -1)
		return invalid();
	riad_address_bytes(prefix->bytes, &address);
	prefix->bits = (unsigned)bits + (most == 32 ? V4_BITS : 0);
	return 0;
}

static bool
has(const uint8_t *prefix, unsigned bits, const uint8_t *bytes)
{
	unsigned rest = bits % 8;

	return memcmp(prefix, bytes, bits / 8) == 0 &&
	       (rest == 0 ||
		   (prefix[bits / 8] ^ bytes[bits / 8]) >> (8 - rest) == 0);
}

bool
riad_prefix_has(const struct riad_prefix *prefix, const uint8_t bytes[16])
{
	return has(prefix->bytes, prefix->bits, bytes);
}

/* Prefixes of IPv4 and of IPv6. */
struct range {
	uint8_t bytes[16];
	unsigned bits;
};

static const struct range loopback[] = {
    {{[10] = 0xff, 0xff, 127}, V4_BITS + 8}, {{[15] = 1}, 128}};

static const struct range private[] = {
    {{[10] = 0xff, 0xff, 10}, V4_BITS + 8},
    {{[10] = 0xff, 0xff, 172, 16}, V4_BITS + 12},
    {{[10] = 0xff, 0xff, 192, 168}, V4_BITS + 16},
    {{[10] = 0xff, 0xff, 169, 254}, V4_BITS + 16},
    {{[10] = 0xff, 0xff, 100, 64}, V4_BITS + 10},
    {{0xfc}, 7},
    {{0xfe, 0x80}, 10},
};

static bool
in(const struct range *range, size_t n, const uint8_t *bytes)
{
	for (size_t i = 0; i < n; i++)
		if (has(range[i].bytes, range[i].bits, bytes))
			return true;
	return false;
}

bool
riad_address_loopback(const uint8_t bytes[16])
{
	return in(loopback, sizeof(loopback) / sizeof(*loopback), bytes);
}

bool
riad_address_private(const uint8_t bytes[16])
{
	return riad_address_loopback(bytes) ||
	       in(private, sizeof(private) / sizeof(*private), bytes);
}

int
riad_listen(const union riad_address *address, int type)
{
	int family = address->any.sa_family;
	int on = 1;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	/* A server that starts again gets its port again; two do not share it.
	 */
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &address->any, riad_address_len(address)) == -1 ||
	    (type == SOCK_STREAM && listen(fd, BACKLOG) == -1)) {
		int err = errno;
		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}
