/* SPDX-License-Identifier: ISC */
/*
 * dnsask.h - questions: from words to a message
 */
#ifndef RIAD_DNSASK_H
#define RIAD_DNSASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"
#include "riad/dnsedns.h"

enum {
	RIAD_DNS_ASK_TYPES = 32,  /* of one name, at most */
	RIAD_DNS_ASK_LINE = 4096, /* bytes of a line that are taken */
	RIAD_DNS_OPTIONS = 1024   /* bytes of EDNS options of a query */
};

/*
 * What a line asks: NAME, or -x ADDRESS, and then types and a class, in any
 * order, of any case.  Words are parted by spaces, tabs and commas.
 */
struct riad_dns_ask {
	const char *name; /* a view of the line: escapes still in it */
	size_t name_len;
	bool reverse; /* name is an address */
	uint16_t types[RIAD_DNS_ASK_TYPES];
	unsigned types_len; /* 0: none was named */
	uint16_t class;     /* IN where none was named */
	bool has_class;
	const char *why; /* after -1 */
	size_t off;      /* of the byte of the line */
};

/*
 * 1; 0 for a line that is empty or a comment (# or ; in front); or -1 with
 * errno EBADMSG.
 */
int riad_dns_ask_line(struct riad_dns_ask *ask, const char *line, size_t len);

/*
 * One more word after the name, as of a command line: 1 if it was a type or a
 * class and is taken, 0 if it is none, -1 with why if it can't be taken.
 */
int riad_dns_ask_word(struct riad_dns_ask *ask, const char *word, size_t len);

/*
 * The name of what was asked, as on the wire; of an address its reverse one.
 * text may be another than ask->name, as where that was no ASCII.  Returns its
 * length, or -1 with errno and ask->why.
 */
int riad_dns_ask_name(uint8_t name[RIAD_DNS_NAME], struct riad_dns_ask *ask,
    const char *text, size_t len);

/* What goes with each question of a run. */
struct riad_dns_query {
	uint16_t flags; /* of the header: RIAD_DNS_RD ... */
	bool edns;
	uint16_t size; /* of UDP */
	bool dnssec;
	unsigned pad;            /* 0: no padding */
	struct riad_buf options; /* of EDNS, but for the padding */
};

void riad_dns_query_init(struct riad_dns_query *query);
void riad_dns_query_free(struct riad_dns_query *query);

/* Adds an option.  0, or -1 with errno EMSGSIZE. */
int riad_dns_query_option(
    struct riad_dns_query *query, uint16_t code, const void *data, size_t len);

/* "CODE:HEX", or "CODE" for an empty one.  0, or -1 with errno. */
int riad_dns_query_option_text(struct riad_dns_query *query, const char *text);

/*
 * "ADDRESS[/LENGTH]" as a client's subnet (RFC 7871 section 6), its bits after
 * the length cleared; "0" is short for 0.0.0.0/0, for servers to send none of
 * ours.  0, or -1 with errno.
 */
int riad_dns_query_subnet(struct riad_dns_query *query, const char *text);

/*
 * Writes the message.  Returns its length, or -1 with errno EMSGSIZE.
 */
int riad_dns_query_write(uint8_t *to, size_t max,
    const struct riad_dns_query *query, uint16_t id, const uint8_t *name,
    uint16_t type, uint16_t class);

/* Four or sixteen bytes of an IPv4 or IPv6 address: how many, or -1. */
int riad_dns_address(uint8_t address[16], const char *text, size_t len);

#endif
