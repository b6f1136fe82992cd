/* SPDX-License-Identifier: ISC */
/*
 * dnslocal.h - what is answered without asking anybody: zones, names of hosts,
 * blocked names, and names of special use
 *
 * All of it is read first, then sealed, and doesn't change after that: to read
 * anew is to make another.
 */
#ifndef RIAD_DNSLOCAL_H
#define RIAD_DNSLOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/dnsmsg.h"

struct riad_dns_local;

/*
 * Everything local, in one, bounded by max bytes: what adds to it returns 0,
 * or -1 with errno EMSGSIZE where it would pass them, or ENOMEM.
 */
struct riad_dns_local *riad_dns_local_new(size_t max);
void riad_dns_local_free(struct riad_dns_local *local);

/* A zone begins: records that are added are its.  -1 with errno EEXIST. */
int riad_dns_local_zone(struct riad_dns_local *local, const uint8_t *apex);

/*
 * A record, RDATA without pointers, of the zone that began last.  -1 with errno
 * EINVAL: no zone began, a class other than IN, a type that is none of data;
 * ERANGE: it is not below the apex; EBADMSG: malformed.  Records that are there
 * already are passed over; a set has the least TTL of its records.
 */
int riad_dns_local_add(
    struct riad_dns_local *local, const struct riad_dns_record *record);

/*
 * Text of hosts(5): names have addresses, and addresses their first name.
 * Lines that say nothing that can be used are counted; comments and empty ones
 * are not.
 */
int riad_dns_local_hosts(struct riad_dns_local *local, const char *text,
    size_t len, uint64_t *skipped);

/*
 * Names to block, one a line: "name" for it alone; "*.name", ".name" and
 * Adblock's "||name^" for it and all below it, "@@||name^" for those that are
 * not blocked for all that; or hosts form, of 0.0.0.0, 127.0.0.1, :: or ::1,
 * but without the names that such files have for this host.  Of Adblock's
 * rules, those that are of more than names are skipped.
 */
int riad_dns_local_block(struct riad_dns_local *local, const char *text,
    size_t len, uint64_t *skipped);

/* How blocked names are answered: NXDOMAIN unless set. */
enum riad_dns_blocked {
	RIAD_DNS_BLOCKED_NXDOMAIN,
	RIAD_DNS_BLOCKED_NULL, /* 0.0.0.0 and ::, of other types nothing */
	RIAD_DNS_BLOCKED_REFUSED
};
void riad_dns_local_blocked(
    struct riad_dns_local *local, enum riad_dns_blocked how);

/*
 * Names of special use, which are answered where no zone has them: all but
 * RIAD_DNS_SPECIAL_TEST, unless set.
 */
enum {
	RIAD_DNS_SPECIAL_LOCALHOST = 1,  /* RFC 6761: 127.0.0.1, ::1 */
	RIAD_DNS_SPECIAL_INVALID = 2,    /* RFC 6761; alt, RFC 9476 */
	RIAD_DNS_SPECIAL_TEST = 4,       /* RFC 6761 */
	RIAD_DNS_SPECIAL_LOCAL = 8,      /* RFC 6762: mDNS */
	RIAD_DNS_SPECIAL_ONION = 16,     /* RFC 7686 */
	RIAD_DNS_SPECIAL_HOME = 32,      /* home.arpa, RFC 8375 */
	RIAD_DNS_SPECIAL_PRIVATE = 64,   /* reverse zones, RFC 6303, 7793 */
	RIAD_DNS_SPECIAL_RESOLVER = 128, /* resolver.arpa, RFC 9462 */
	RIAD_DNS_SPECIAL_CANARY = 256    /* use-application-dns.net */
};
void riad_dns_local_special(struct riad_dns_local *local, unsigned mask);

/* A name that is asked of somebody for all that, with what is below it. */
int riad_dns_local_ask(struct riad_dns_local *local, const uint8_t *name);

/*
 * Nothing more comes.  Zones are whole: a SOA each, CNAMEs alone.  0, or -1
 * with errno EBADMSG, and *why, which is good as long as local is.
 */
int riad_dns_local_seal(struct riad_dns_local *local, const char **why);

/* What an answer says beside the message. */
struct riad_dns_local_more {
	int ede; /* an extended error, RFC 8914, or -1 */
	/* A name that is not local, to which the answer leads. */
	uint8_t target[RIAD_DNS_NAME];
};

/*
 * Answers a question of class IN from local data into writer, whose question is
 * written: 1 if it did; 2 where the answer ends in an alias for more->target,
 * which is not local; 0 if nothing local is of this name; -1 with errno
 * EMSGSIZE where it would not fit.  Sets AA and the RCODE of the message.
 * Wildcards (RFC 4592), CNAME and DNAME (RFC 6672) within local data,
 * delegations with glue, empty non-terminals, SERVFAIL for aliases in a circle,
 * NODATA and NXDOMAIN with SOA, and for ANY one set (RFC 8482).  DNSSEC's
 * records are data like others: there are no signatures beside answers, and no
 * proofs that something isn't there.
 */
int riad_dns_local_answer(const struct riad_dns_local *local,
    struct riad_dns_writer *writer, const uint8_t *name, uint16_t type,
    struct riad_dns_local_more *more);

/* Whether a name, as one that an answer from elsewhere leads to, is blocked. */
bool riad_dns_local_is_blocked(
    const struct riad_dns_local *local, const uint8_t *name);

struct riad_dns_local_stat {
	uint64_t zones, names, records, blocked, bytes;
};
void riad_dns_local_stat(
    const struct riad_dns_local *local, struct riad_dns_local_stat *stat);

#endif
