/* SPDX-License-Identifier: ISC */
/* Names of special use: the registry of RFC 6761, and RFC 6303. */

#include "dnslocal_state.h"

#include <stdio.h>
#include <string.h>

enum kind {
	NOWHERE,  /* nothing is there */
	EMPTY,    /* a zone with nothing in it */
	HERE,     /* this host */
	LOOPBACK, /* the name of its address */
	SILENT    /* nothing is said of what is there */
};

static const struct {
	const char *name;
	uint16_t mask;
	uint8_t kind;
} specials[] = {
    {"localhost", RIAD_DNS_SPECIAL_LOCALHOST, HERE},
    {"1.0.0.127.in-addr.arpa", RIAD_DNS_SPECIAL_LOCALHOST, LOOPBACK},
    {"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa",
	RIAD_DNS_SPECIAL_LOCALHOST, LOOPBACK},
    {"invalid", RIAD_DNS_SPECIAL_INVALID, NOWHERE},
    {"alt", RIAD_DNS_SPECIAL_INVALID, NOWHERE},
    {"test", RIAD_DNS_SPECIAL_TEST, NOWHERE},
    {"local", RIAD_DNS_SPECIAL_LOCAL, NOWHERE},
    {"onion", RIAD_DNS_SPECIAL_ONION, NOWHERE},
    {"home.arpa", RIAD_DNS_SPECIAL_HOME, EMPTY},
    {"resolver.arpa", RIAD_DNS_SPECIAL_RESOLVER, SILENT},
    {"use-application-dns.net", RIAD_DNS_SPECIAL_CANARY, NOWHERE},

    /* RFC 6303 sections 4.1 and 4.2. */
    {"10.in-addr.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"168.192.in-addr.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"0.in-addr.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"127.in-addr.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"254.169.in-addr.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"2.0.192.in-addr.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"100.51.198.in-addr.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"113.0.203.in-addr.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"255.255.255.255.in-addr.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},

    /* Sections 4.3 to 4.6. */
    {"0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa",
	RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"d.f.ip6.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"8.e.f.ip6.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"9.e.f.ip6.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"a.e.f.ip6.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"b.e.f.ip6.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
    {"8.b.d.0.1.0.0.2.ip6.arpa", RIAD_DNS_SPECIAL_PRIVATE, EMPTY},
};

/* The zones of ranges that end within an octet: 172.16/12, and 100.64/10 of
 * RFC 7793. */
static const struct {
	uint8_t first, last;
	const char *below;
} ranges[] = {{16, 31, "172.in-addr.arpa"}, {64, 127, "100.in-addr.arpa"}};

enum {
	TTL = 10800, /* RFC 6303 section 3 */
	/* What a node's `special` is of; riad_dns_local_ask sets all bits. */
	KIND = 0xf,
	MASK_SHIFT = 4
};

static int
add_one(struct riad_dns_local *local, const char *text, unsigned mask,
    unsigned kind)
{
	uint8_t name[RIAD_DNS_NAME];
	struct local_path path;

	if (riad_dns_name_parse(name, text, strlen(text), NULL) == -1)
		return -1;
	dns_local_path(&path, local, name);
	uint32_t node =
	    dns_local_make(local, &path, path.labels, LOCAL_TREES, name);
	if (node == 0)
		return -1;
	dns_local_node(local, node)->special =
	    (uint16_t)(mask << MASK_SHIFT | kind);
	return 0;
}

int
dns_local_add_special(struct riad_dns_local *local)
{
	for (size_t i = 0; i < sizeof(specials) / sizeof(*specials); i++)
		if (add_one(local, specials[i].name, specials[i].mask,
			specials[i].kind) == -1)
			return -1;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		for (unsigned n = ranges[i].first; n <= ranges[i].last; n++) {
			char text[32];

			snprintf(
			    text, sizeof(text), "%u.%s", n, ranges[i].below);
			if (add_one(local, text, RIAD_DNS_SPECIAL_PRIVATE,
				EMPTY) == -1)
				return -1;
		}
	return 0;
}

static const uint8_t localhost[] = "\11localhost";

int
dns_local_write_soa(struct riad_dns_writer *writer, const uint8_t *owner,
    enum riad_dns_section section, uint32_t ttl)
{
	/* localhost. nobody.invalid. 1 3600 1200 604800, and MINIMUM. */
	uint8_t data[] = "\11localhost\0\6nobody\7invalid\0"
			 "\0\0\0\1\0\0\16\20\0\0\4\260\0\11:\200\0\0\0\0";
	const size_t len = sizeof(data) - 1;

	for (unsigned i = 0; i < 4; i++)
		data[len - 1 - i] = (uint8_t)(ttl >> 8 * i);
	return dns_local_write(
	    writer, section, owner, RIAD_DNS_SOA, ttl, data, len);
}

static int
answer(struct riad_dns_writer *writer, const uint8_t *name, uint16_t type,
    const void *data, size_t len)
{
	dns_local_flags(writer, true, RIAD_DNS_NOERROR);
	return dns_local_write(
		   writer, RIAD_DNS_ANSWER, name, type, TTL, data, len) == -1
		   ? -1
		   : 1;
}

int
dns_local_special_answer(const struct riad_dns_local *local,
    struct riad_dns_writer *writer, const struct local_path *path,
    unsigned labels, unsigned special, const uint8_t *name, uint16_t type)
{
	enum kind kind = special & KIND;
	const uint8_t *apex = name + path->at[labels];
	bool below = labels < path->labels;

	if (special == UINT16_MAX || !(special >> MASK_SHIFT & local->special))
		return 0;
	bool any = type == RIAD_DNS_ANY;
	if (kind == HERE && (type == RIAD_DNS_A || any))
		return answer(writer, name, RIAD_DNS_A, "\177\0\0\1", 4);
	if (kind == HERE && type == RIAD_DNS_AAAA)
		return answer(writer, name, RIAD_DNS_AAAA,
		    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	if (kind == LOOPBACK && !below && (type == RIAD_DNS_PTR || any))
		return answer(
		    writer, name, RIAD_DNS_PTR, localhost, sizeof(localhost));
	if (kind == EMPTY && !below && type == RIAD_DNS_NS)
		return answer(
		    writer, name, RIAD_DNS_NS, localhost, sizeof(localhost));
	if (kind == EMPTY && !below && (type == RIAD_DNS_SOA || any)) {
		dns_local_flags(writer, true, RIAD_DNS_NOERROR);
		return dns_local_write_soa(
			   writer, name, RIAD_DNS_ANSWER, TTL) == -1
			   ? -1
			   : 1;
	}

	bool there = kind == HERE || kind == SILENT ||
		     (!below && (kind == EMPTY || kind == LOOPBACK));
	dns_local_flags(
	    writer, true, there ? RIAD_DNS_NOERROR : RIAD_DNS_NXDOMAIN);
	return dns_local_write_soa(writer, apex, RIAD_DNS_AUTHORITY, TTL) == -1
		   ? -1
		   : 1;
}
