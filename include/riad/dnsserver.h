/* SPDX-License-Identifier: ISC */
/*
 * dnsserver.h - how a DNS server is named: by URL, address or a known name
 *
 *	https://HOST[:PORT][/PATH]	DNS over HTTPS, RFC 8484
 *	tls://HOST[:PORT]		over TLS, RFC 7858
 *	tcp://HOST[:PORT] udp://HOST[:PORT]
 *	ADDRESS				the same as udp://
 *	HOST				the same as https://HOST/dns-query
 *	quad9, tls://quad9 ...		a resolver that is known
 */
#ifndef RIAD_DNSSERVER_H
#define RIAD_DNSSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum riad_dns_way {
	RIAD_DNS_BY_UDP,
	RIAD_DNS_BY_TCP,
	RIAD_DNS_BY_TLS,
	RIAD_DNS_BY_HTTPS
};

enum { RIAD_DNS_SERVER_PATH = 512 };

struct riad_dns_server {
	enum riad_dns_way way;
	char host[256]; /* a name of ASCII, or an address without brackets */
	bool address;   /* it is an address */
	uint16_t port;
	char path[RIAD_DNS_SERVER_PATH]; /* of HTTPS, without "{?dns}" */
	/* Where a resolver that is known can be reached, parted by spaces; or
	 * NULL. */
	const char *addresses;
};

/* A resolver that is known. */
struct riad_dns_known {
	const char *name, *host, *path, *addresses;
	bool tls; /* it speaks that, too */
	const char *note;
};

/* Ended by one whose name is NULL. */
extern const struct riad_dns_known riad_dns_known[];

/* 0, or -1 with errno EINVAL and *why. */
int riad_dns_server_parse(
    struct riad_dns_server *server, const char *text, const char **why);

/* The URL of the server, as it is parsed again; a port only where unusual. */
enum { RIAD_DNS_SERVER_TEXT = 256 + RIAD_DNS_SERVER_PATH + 32 };
const char *riad_dns_server_text(
    char text[RIAD_DNS_SERVER_TEXT], const struct riad_dns_server *server);

/* The scheme of the URL, and the port where none is given. */
const char *riad_dns_way_text(enum riad_dns_way way);
uint16_t riad_dns_way_port(enum riad_dns_way way);

#endif
