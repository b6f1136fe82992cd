/* SPDX-License-Identifier: ISC */
/*
 * dnsname.h - domain names, RFC 1035 section 3.1, as labels on the wire
 *
 * A name here is whole and without pointers: labels of a length byte and up
 * to 63 bytes, ended by the empty one; at most RIAD_DNS_NAME bytes.  Letters
 * keep their case; comparing and hashing do without it (RFC 4343).
 */
#ifndef RIAD_DNSNAME_H
#define RIAD_DNSNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/out.h"

enum {
	RIAD_DNS_NAME = 255,      /* bytes of a name, with the root's */
	RIAD_DNS_NAME_TEXT = 1020 /* bytes of its text, at most, with NUL */
};

/*
 * Reads text (\DDD, \X, "@" for the origin; a name without a final dot gets
 * the origin, NULL being the root) into name.  Returns the length of name, or
 * -1 with errno EBADMSG, or EMSGSIZE where a label or the name is too long.
 */
int riad_dns_name_parse(uint8_t name[RIAD_DNS_NAME], const char *text,
    size_t len, const uint8_t *origin);

/* The bytes of name, at most RIAD_DNS_NAME. */
size_t riad_dns_name_len(const uint8_t *name);

/*
 * The text of name as dig(1) has it: a final dot; special characters with a
 * backslash, others that do not print as \DDD.  Always plain ASCII.  Returns
 * its length without the NUL.
 */
size_t riad_dns_name_text(char text[RIAD_DNS_NAME_TEXT], const uint8_t *name);

/* Whether two are the same; whether name is zone or below it. */
bool riad_dns_name_same(const uint8_t *a, const uint8_t *b);
bool riad_dns_name_below(const uint8_t *name, const uint8_t *zone);

/* In the canonical order of RFC 4034 section 6.1: below, at or above 0. */
int riad_dns_name_order(const uint8_t *a, const uint8_t *b);

/* How many labels, the root's not counted; name without its first. */
unsigned riad_dns_name_labels(const uint8_t *name);
const uint8_t *riad_dns_name_parent(const uint8_t *name);

/* Copies name with its letters in lower case; returns its length. */
size_t riad_dns_name_lower(uint8_t to[RIAD_DNS_NAME], const uint8_t *name);

/* The name of reverse mapping of an IPv4 (4 bytes) or IPv6 (16) address. */
int riad_dns_name_reverse(
    uint8_t name[RIAD_DNS_NAME], const uint8_t *address, size_t len);

#endif
