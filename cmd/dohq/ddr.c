/* SPDX-License-Identifier: ISC */
/*
 * Discovery of designated resolvers, RFC 9462: a server of the old kind is
 * asked where its encrypted self is, and that is taken in its place.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/dnsrr.h"

enum { ALPN = 1, PORT = 3, HINT4 = 4, HINT6 = 6, DOHPATH = 7 };

static const uint8_t name[] = "\4_dns\10resolver\4arpa";

/* The best that was found for each server; priority 0: none was. */
static struct found {
	unsigned priority;
	struct riad_dns_server where;
	uint8_t hints[ADDRESSES_MAX][17]; /* the length, and the address */
	unsigned hints_len;
	enum outcome outcome;
	char why[256];
} found[SERVERS_MAX];

static unsigned
get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* Which ways of ours are among the protocols: names with their lengths in
 * front, RFC 9460 section 7.1.1. */
static void
take_alpn(const uint8_t *p, size_t len, bool *https, bool *dot)
{
	while (len > 0 && p[0] < len) {
		size_t n = p[0];
		*https |= n == 2 && memcmp(p + 1, "h2", 2) == 0;
		*https |= n == 8 && memcmp(p + 1, "http/1.1", 8) == 0;
		*dot |= n == 3 && memcmp(p + 1, "dot", 3) == 0;
		p += 1 + n;
		len -= 1 + n;
	}
}

static void
take_hints(struct found *f, const uint8_t *p, size_t len, size_t size)
{
	for (; len >= size && f->hints_len < ADDRESSES_MAX;
	     p += size, len -= size) {
		f->hints[f->hints_len][0] = (uint8_t)size;
		memcpy(f->hints[f->hints_len++] + 1, p, size);
	}
}

/* The host and the path go through the parser that those of options do. */
static bool
take_where(struct found *f, const uint8_t *target, bool https,
    const uint8_t *path, size_t path_len)
{
	char host[RIAD_DNS_NAME_TEXT], url[2048];
	const char *why;
	size_t len = riad_dns_name_text(host, target);

	if (len < 2 || (https && memchr(path, '\0', path_len) != NULL))
		return false;
	host[len - 1] = '\0'; /* the final dot */
	int n = snprintf(url, sizeof(url), "%s://%s%.*s",
	    https ? "https" : "tls", host, https ? (int)path_len : 0,
	    https ? (const char *)path : "");
	if (n < 0 || (size_t)n >= sizeof(url))
		return false;
	return riad_dns_server_parse(&f->where, url, &why) == 0;
}

/* A record: SvcPriority, TargetName, and parameters in order of their keys;
 * that all is in its bounds was checked when the message was read. */
static void
take_record(struct found *best, const struct riad_dns_reader *reader,
    const struct riad_dns_record *record)
{
	struct found f = {.priority = get16(record->data)};
	uint8_t target[RIAD_DNS_NAME];
	size_t at = (size_t)(record->data - reader->data) + 2;
	size_t end = at - 2 + record->len;
	const uint8_t *path = NULL;
	size_t path_len = 0;
	unsigned port = 0;
	bool https = false, dot = false;

	if (f.priority == 0 ||
	    (best->priority != 0 && best->priority <= f.priority) ||
	    riad_dns_read_name(
		target, reader->data, reader->len, &at, NULL, NULL) == -1)
		return;
	while (end - at >= 4) {
		const uint8_t *p = reader->data + at + 4;
		unsigned key = get16(p - 4);
		size_t len = get16(p - 2);
		if (len > end - at - 4)
			return;
		if (key == ALPN)
			take_alpn(p, len, &https, &dot);
		else if (key == PORT && len == 2)
			port = get16(p);
		else if (key == HINT4)
			take_hints(&f, p, len, 4);
		else if (key == HINT6)
			take_hints(&f, p, len, 16);
		else if (key == DOHPATH) {
			path = p;
			path_len = len;
		}
		at += 4 + len;
	}
	https = https && path != NULL; /* RFC 9461 section 5 */
	if ((https || dot) && take_where(&f, target, https, path, path_len)) {
		if (port != 0)
			f.where.port = (uint16_t)port;
		*best = f;
	}
}

static void
take(const struct result *result)
{
	struct found *f = &found[result->server];
	struct riad_dns_reader reader;
	struct riad_dns_record record;

	f->outcome = result->outcome;
	if (result->msg == NULL) {
		snprintf(f->why, sizeof(f->why), "%s", result->why);
		return;
	}
	f->outcome = NO_CONNECTION;
	snprintf(f->why, sizeof(f->why), "it names no encrypted resolver");
	if (riad_dns_reader_init(&reader, result->msg, result->len) == -1)
		return;
	while (riad_dns_read(&reader, &record) == 1) {
		if (record.section == RIAD_DNS_ANSWER &&
		    record.type == RIAD_DNS_SVCB &&
		    riad_dns_name_same(record.name, name))
			take_record(f, &reader, &record);
	}
}

/* An address, as text and without its port. */
static void
host_of(char *to, const struct address *address)
{
	if (address->at.any.sa_family == AF_INET)
		inet_ntop(
		    AF_INET, &address->at.in.sin_addr, to, INET6_ADDRSTRLEN);
	else
		inet_ntop(
		    AF_INET6, &address->at.in6.sin6_addr, to, INET6_ADDRSTRLEN);
}

static void
go(struct server *server, const struct found *f)
{
	char text[INET6_ADDRSTRLEN];

	host_of(server->designated_by, &server->addresses[server->address]);
	server->where = f->where;
	riad_dns_server_text(server->text, &server->where);
	server->addresses_len = server->address = 0;
	for (unsigned i = 0; i < f->hints_len; i++) {
		inet_ntop(f->hints[i][0] == 4 ? AF_INET : AF_INET6,
		    f->hints[i] + 1, text, sizeof(text));
		resolve_host(server, text);
	}
	if (server->addresses_len == 0)
		resolve_host(server, server->where.host);
}

int
ddr_run(void)
{
	int status = RIAD_OK;

	order_take(take);
	input_ask(name, RIAD_DNS_SVCB);
	if (tasks_run() == -1)
		return RIAD_FAIL;
	order_take(NULL);
	for (unsigned i = 0; i < servers_len; i++) {
		if (found[i].priority == 0) {
			riad_warn(
			    "%s: --ddr: %s", servers[i].text, found[i].why);
			status = (int)found[i].outcome;
			continue;
		}
		links_end(&servers[i]);
		go(&servers[i], &found[i]);
		if (links_begin(&servers[i]) == -1)
			return RIAD_FAIL;
	}
	return status;
}
