/* SPDX-License-Identifier: ISC */
/* dnsreply.h - what a client said of itself, and messages made for it */
#ifndef RIAD_DNSREPLY_H
#define RIAD_DNSREPLY_H

#include "riad/dnsforward.h"

struct riad_dns_client {
	enum riad_dns_way transport;
	uint16_t id;
	uint16_t kept;       /* opcode, RD and CD of the query */
	bool ad;             /* it understands AD: RFC 6840 section 5.7 */
	size_t question_end; /* RIAD_DNS_HEADER: there is none */
	size_t limit;        /* bytes of an answer */
	bool edns;
	bool dnssec;
	bool pad; /* RFC 8467 section 4: it padded its query */
	uint8_t rcode_high;
	bool cookie; /* an option to answer with */
	uint8_t cookie_data[RIAD_DNS_COOKIE_CLIENT + RIAD_DNS_COOKIE_SERVER];
};

/* 0, or -1 if what it says by EDNS is malformed. */
int riad_dns_client_init(struct riad_dns_client *client,
    enum riad_dns_way transport, uint16_t udp_size,
    const struct riad_dns_key *key, const uint8_t *query, size_t len);

/* Of a query of which no more than the header is believed. */
void riad_dns_client_malformed(struct riad_dns_client *client,
    enum riad_dns_way transport, const uint8_t *query, int rcode);

/* An answer without records; its length. */
size_t riad_dns_reply_empty(const struct riad_dns_client *client,
    const uint8_t *query, uint8_t *to, unsigned rcode);

/* Flags of a kept answer, for this client. */
void riad_dns_reply_flags(
    const struct riad_dns_client *client, uint8_t *to, bool trust_ad);

/* Also its ID and the letters of its question. */
void riad_dns_reply_adapt(const struct riad_dns_client *client,
    const uint8_t *query, uint8_t *to, bool trust_ad);

/*
 * Cuts it to what the client takes, and adds OPT if it sent one; ede is a code
 * of RFC 8914 or -1.  The length.
 */
size_t riad_dns_reply_finish(const struct riad_dns_client *client,
    const uint8_t *query, uint8_t *to, size_t len, int ede);

/* Whether an upstream's answer is one, all of it; ede is as it says, or stays.
 */
bool riad_dns_reply_check(const uint8_t *message, size_t len,
    const uint8_t *query, size_t query_len, int *ede);

/*
 * Takes an upstream's answer: checks all of it, and copies it without OPT, its
 * TTLs less by age.  The length, or 0 if it is no answer to the query.
 */
size_t riad_dns_reply_take(uint8_t *to, const uint8_t *message, size_t len,
    const uint8_t *query, size_t query_len, uint32_t age, int *ede);

/*
 * A local answer that ends in an alias, and what was answered of its target: to
 * one.  The length, or 0 if it does not fit.
 */
size_t riad_dns_reply_join(uint8_t *to, const uint8_t *alias, size_t alias_len,
    const uint8_t *target, size_t target_len);

/* How long a well formed answer is good for: RFC 8484 section 5.1. */
uint32_t riad_dns_reply_ttl(const uint8_t *message, size_t len);

#endif
