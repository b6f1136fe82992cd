/* SPDX-License-Identifier: ISC */
/* dnswords.h - RDATA from words, a field at a time */
#ifndef RIAD_DNSWORDS_H
#define RIAD_DNSWORDS_H

#include "dnsput.h"

/* What is left of the words, and what was made of those that are taken.  The
 * first fault is kept, as is the word it is in. */
struct dns_words {
	const struct riad_dns_word *word;
	size_t count;
	size_t at;
	const uint8_t *origin;
	struct riad_buf *rdata;
	size_t start; /* of this RDATA in it */
	const char *why;
	size_t bad;
};

/* -1: at the word that was taken last. */
int dns_words_fail(struct dns_words *w, const char *why);

/* The next word, or NULL: "missing" says what it should have been. */
const struct riad_dns_word *dns_word(struct dns_words *w, const char *missing);

/* Adds bytes, or a number of so many. */
int dns_add(struct dns_words *w, const void *data, size_t len);
int dns_add_number(struct dns_words *w, uint64_t value, size_t len);

/* Decimal digits and nothing else, at most max. */
int dns_number(uint64_t *value, const char *text, size_t len, uint64_t max);

/* As those do, but from a word, of which they complain. */
int dns_parse_number(struct dns_words *w, size_t len);
int dns_parse_ipv4(struct dns_words *w, const char *text, size_t len);
int dns_parse_ipv6(struct dns_words *w, const char *text, size_t len);
int dns_parse_name(struct dns_words *w);

/* Takes \DDD and \X back; up to max bytes.  The length, or -1. */
int dns_unescape(
    struct dns_words *w, uint8_t *to, size_t max, const char *text, size_t len);

/* All the words that are left (none: no bytes), or one. */
int dns_parse_hex(struct dns_words *w);
int dns_parse_base64(struct dns_words *w);
int dns_parse_hex_word(struct dns_words *w, const char *text, size_t len);

/* Words until there are len bytes. */
int dns_parse_base64_of(struct dns_words *w, size_t len);
int dns_parse_base64_word(struct dns_words *w, const char *text, size_t len);

/* Types that have a file of their own. */
int dns_parse_location(struct dns_words *w);
int dns_parse_prefixes(struct dns_words *w);
int dns_parse_parameters(struct dns_words *w);

#endif
