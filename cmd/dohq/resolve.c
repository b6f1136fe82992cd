/* SPDX-License-Identifier: ISC */
/*
 * Where a server is: the address that it is named by, the one that was given
 * (--address), those of a resolver that is known, or what the system says.
 */

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "parts.h"

static void
add(struct server *server, const struct sockaddr *addr, socklen_t len)
{
	struct address *to;
	char host[INET6_ADDRSTRLEN];

	if (server->addresses_len == ADDRESSES_MAX || len > sizeof(to->at))
		return;
	to = &server->addresses[server->addresses_len];
	to->len = len;
	memcpy(&to->at, addr, len);
	if (addr->sa_family == AF_INET) {
		inet_ntop(AF_INET, &to->at.in.sin_addr, host, sizeof(host));
		snprintf(to->text, sizeof(to->text), "%s:%u", host,
		    ntohs(to->at.in.sin_port));
	} else {
		inet_ntop(AF_INET6, &to->at.in6.sin6_addr, host, sizeof(host));
		snprintf(to->text, sizeof(to->text), "[%s]:%u", host,
		    ntohs(to->at.in6.sin6_port));
	}
	server->addresses_len++;
}

static void
look_up(struct server *server, const char *host, int how)
{
	struct addrinfo hints = {
	    .ai_flags = how | AI_NUMERICSERV,
	    .ai_family = opt.family == 4   ? AF_INET
			 : opt.family == 6 ? AF_INET6
					   : AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *list;
	char port[8];

	snprintf(port, sizeof(port), "%u", server->where.port);
	int r = getaddrinfo(host, port, &hints, &list);
	if (r != 0) {
		snprintf(server->why, sizeof(server->why), "%.64s: %s", host,
		    gai_strerror(r));
		return;
	}
	for (struct addrinfo *a = list; a != NULL; a = a->ai_next)
		add(server, a->ai_addr, a->ai_addrlen);
	freeaddrinfo(list);
}

/* The first that resolv.conf(5) names, or NULL. */
const char *
resolve_system(void)
{
	static char address[INET6_ADDRSTRLEN + IF_NAMESIZE];
	char line[512];
	bool found = false;
	FILE *file = fopen("/etc/resolv.conf", "re");

	if (file == NULL)
		return NULL;
	while (!found && fgets(line, sizeof(line), file) != NULL)
		found = sscanf(line, "nameserver %60s", address) == 1;
	fclose(file);
	return found ? address : NULL;
}

void
resolve_host(struct server *server, const char *host)
{
	look_up(server, host, 0);
}

void
resolve(struct server *server)
{
	const char *known = server->where.addresses;
	char host[INET6_ADDRSTRLEN];

	if (opt.address != NULL) {
		look_up(server, opt.address, AI_NUMERICHOST);
	} else if (server->where.address) {
		look_up(server, server->where.host, AI_NUMERICHOST);
	} else if (known != NULL) {
		while (*known != '\0') {
			size_t n = strcspn(known, " ");
			snprintf(host, sizeof(host), "%.*s", (int)n, known);
			look_up(server, host, AI_NUMERICHOST);
			known += n + (known[n] == ' ');
		}
	} else {
		look_up(server, server->where.host, 0);
	}
}
