/* SPDX-License-Identifier: ISC */

#include "riad/dnsserver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "riad/text.h"

/* As their operators publish them, of 2026. */
const struct riad_dns_known riad_dns_known[] = {
    {"cloudflare", "cloudflare-dns.com", "/dns-query",
	"1.1.1.1 1.0.0.1 2606:4700:4700::1111 2606:4700:4700::1001", true,
	"unfiltered"},
    {"cloudflare-security", "security.cloudflare-dns.com", "/dns-query",
	"1.1.1.2 1.0.0.2 2606:4700:4700::1112 2606:4700:4700::1002", true,
	"blocks malware"},
    {"cloudflare-family", "family.cloudflare-dns.com", "/dns-query",
	"1.1.1.3 1.0.0.3 2606:4700:4700::1113 2606:4700:4700::1003", true,
	"blocks malware and adult content"},
    {"google", "dns.google", "/dns-query",
	"8.8.8.8 8.8.4.4 2001:4860:4860::8888 2001:4860:4860::8844", true,
	"unfiltered"},
    {"quad9", "dns.quad9.net", "/dns-query",
	"9.9.9.9 149.112.112.112 2620:fe::fe 2620:fe::9", true,
	"blocks malware, validates"},
    {"quad9-unfiltered", "dns10.quad9.net", "/dns-query",
	"9.9.9.10 149.112.112.10 2620:fe::10 2620:fe::fe:10", true,
	"unfiltered, does not validate"},
    {"quad9-ecs", "dns11.quad9.net", "/dns-query",
	"9.9.9.11 149.112.112.11 2620:fe::11 2620:fe::fe:11", true,
	"blocks malware, sends client subnets"},
    {"adguard", "dns.adguard-dns.com", "/dns-query",
	"94.140.14.14 94.140.15.15 2a10:50c0::ad1:ff 2a10:50c0::ad2:ff", true,
	"blocks advertising"},
    {"adguard-unfiltered", "unfiltered.adguard-dns.com", "/dns-query",
	"94.140.14.140 94.140.14.141 2a10:50c0::1:ff 2a10:50c0::2:ff", true,
	"unfiltered"},
    {"mullvad", "dns.mullvad.net", "/dns-query", "194.242.2.2 2a07:e340::2",
	true, "unfiltered, encrypted only"},
    {"opendns", "doh.opendns.com", "/dns-query", "146.112.41.2 2620:119:fc::2",
	false, "blocks phishing"},
    {NULL, NULL, NULL, NULL, false, NULL},
};

static const struct {
	const char *scheme;
	uint16_t port;
} ways[] = {
    [RIAD_DNS_BY_UDP] = {"udp", 53},
    [RIAD_DNS_BY_TCP] = {"tcp", 53},
    [RIAD_DNS_BY_TLS] = {"tls", 853},
    [RIAD_DNS_BY_HTTPS] = {"https", 443},
};

const char *
riad_dns_way_text(enum riad_dns_way way)
{
	return ways[way].scheme;
}

uint16_t
riad_dns_way_port(enum riad_dns_way way)
{
	return ways[way].port;
}

static int
wrong(const char **why, const char *text)
{
	*why = text;
	errno = EINVAL;
	return -1;
}

static bool
is_address(const char *text)
{
	uint8_t address[16];

	return inet_pton(AF_INET, text, address) == 1 ||
	       inet_pton(AF_INET6, text, address) == 1;
}

/* Letters, digits, hyphens, dots and, since there are such, underscores. */
static int
take_host(struct riad_dns_server *server, const char *text, size_t len,
    const char **why)
{
	if (len == 0)
		return wrong(why, "no host");
	if (len >= sizeof(server->host))
		return wrong(why, "the host is too long");
	memcpy(server->host, text, len);
	server->host[len] = '\0';
	server->address = is_address(server->host);
	if (server->address)
		return 0;
	for (size_t i = 0, label = 0; i < len; i++) {
		char c = text[i];
		label = c == '.' ? 0 : label + 1;
		if (c == '.' && (i == 0 || text[i - 1] == '.'))
			return wrong(why, "the host has an empty label");
		if (label > 63)
			return wrong(why, "a label of the host is too long");
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_')
			return wrong(why, "the host is no name or address");
	}
	return 0;
}

/* "HOST", "HOST:PORT", "[ADDRESS]:PORT", and an IPv6 address by itself. */
static int
take_authority(struct riad_dns_server *server, const char *text, size_t len,
    const char **why)
{
	const char *port = NULL, *end = text + len;
	size_t host = len;

	if (memchr(text, '@', len) != NULL)
		return wrong(why, "users and passwords are not sent");
	if (len > 0 && text[0] == '[') {
		const char *close = memchr(text, ']', len);
		if (close == NULL)
			return wrong(why, "a bracket is not closed");
		if (close + 1 < end && close[1] != ':')
			return wrong(
			    why, "what follows the bracket is no port");
		port = close + 1 < end ? close + 2 : NULL;
		if (take_host(server, text + 1, (size_t)(close - text - 1),
			why) == -1)
			return -1;
		if (!server->address || strchr(server->host, ':') == NULL)
			return wrong(why, "brackets are for IPv6 addresses");
	} else {
		const char *colon = memchr(text, ':', len);
		if (colon != NULL &&
		    memchr(colon + 1, ':', (size_t)(end - colon - 1)) == NULL) {
			host = (size_t)(colon - text);
			port = colon + 1;
		}
		if (take_host(server, text, host, why) == -1)
			return -1;
	}
	server->port = ways[server->way].port;
	if (port != NULL) {
		char digits[6];
		size_t n = (size_t)(end - port);
		uint64_t value;
		if (n >= sizeof(digits))
			return wrong(why, "no such port");
		memcpy(digits, port, n);
		digits[n] = '\0';
		if (riad_parse_u64(&value, digits, UINT16_MAX) == -1 ||
		    value == 0)
			return wrong(why, "no such port");
		server->port = (uint16_t)value;
	}
	return 0;
}

static int
take_path(struct riad_dns_server *server, const char *path, const char **why)
{
	static const char template[] = "{?dns}";
	size_t len = strcspn(path, "#");

	if (path[len] != '\0')
		return wrong(why, "a fragment is not sent");
	if (len >= sizeof(template) - 1 &&
	    memcmp(path + len - (sizeof(template) - 1), template,
		sizeof(template) - 1) == 0)
		len -= sizeof(template) - 1;
	if (len >= sizeof(server->path))
		return wrong(why, "the path is too long");
	for (size_t i = 0; i < len; i++) {
		if (path[i] <= ' ' || path[i] > '~' ||
		    strchr("\"<>\\^`{|}", path[i]) != NULL)
			return wrong(why, "the path has a character that no "
					  "URL has");
	}
	memcpy(server->path, path, len);
	server->path[len] = '\0';
	if (len == 0)
		snprintf(server->path, sizeof(server->path), "/dns-query");
	return 0;
}

/* A known name stands for its host, and for its path where there is none. */
static int
take_known(struct riad_dns_server *server, const struct riad_dns_known *known,
    const char *rest, const char **why)
{
	if (server->way == RIAD_DNS_BY_TLS && !known->tls)
		return wrong(why, "that resolver has no DNS over TLS");
	snprintf(server->host, sizeof(server->host), "%s", known->host);
	server->addresses = known->addresses;
	server->port = ways[server->way].port;
	if (server->way == RIAD_DNS_BY_HTTPS)
		return take_path(
		    server, *rest != '\0' ? rest : known->path, why);
	return *rest == '\0' || strcmp(rest, "/") == 0
		   ? 0
		   : wrong(why, "only https has a path");
}

static const struct riad_dns_known *
known_named(const char *text, size_t len)
{
	const struct riad_dns_known *k = riad_dns_known;

	while (k->name != NULL &&
	       (strlen(k->name) != len || strncasecmp(k->name, text, len) != 0))
		k++;
	return k->name != NULL ? k : NULL;
}

int
riad_dns_server_parse(
    struct riad_dns_server *server, const char *text, const char **why)
{
	const char *colon = strstr(text, "://");
	const struct riad_dns_known *known;

	*server = (struct riad_dns_server){.way = RIAD_DNS_BY_HTTPS};
	if (colon != NULL) {
		size_t n = (size_t)(colon - text);
		int way = RIAD_DNS_BY_HTTPS;
		while (way >= 0 &&
		       (strlen(ways[way].scheme) != n ||
			   strncasecmp(ways[way].scheme, text, n) != 0))
			way--;
		if (way < 0)
			return wrong(
			    why, "a URL begins with https, tls, tcp or udp");
		server->way = (enum riad_dns_way)way;
		text = colon + 3;
	}
	size_t len = strcspn(text, "/?#");
	known = known_named(text, len);
	if (known != NULL)
		return take_known(server, known, text + len, why);
	/* An address by itself is a server of the old kind. */
	if (colon == NULL &&
	    (is_address(text) || (text[0] == '[' && strchr(text, '/') == NULL)))
		server->way = RIAD_DNS_BY_UDP;
	if (take_authority(server, text, len, why) == -1)
		return -1;
	/* Neither is ADDRESS:PORT more than that. */
	if (colon == NULL && server->address && text[len] == '\0' &&
	    server->way == RIAD_DNS_BY_HTTPS) {
		server->way = RIAD_DNS_BY_UDP;
	}
	if (server->way == RIAD_DNS_BY_HTTPS)
		return take_path(server, text + len, why);
	if (text[len] != '\0' && strcmp(text + len, "/") != 0)
		return wrong(why, "only https has a path");
	return 0;
}

const char *
riad_dns_server_text(
    char text[RIAD_DNS_SERVER_TEXT], const struct riad_dns_server *server)
{
	bool six = server->address && strchr(server->host, ':') != NULL;
	char port[8] = "";

	if (server->port != ways[server->way].port)
		snprintf(port, sizeof(port), ":%u", server->port);
	snprintf(text, RIAD_DNS_SERVER_TEXT, "%s://%s%s%s%s%s",
	    ways[server->way].scheme, six ? "[" : "", server->host,
	    six ? "]" : "", port, server->path);
	return text;
}
