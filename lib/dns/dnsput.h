/* SPDX-License-Identifier: ISC */
/* dnsput.h - what is put down alike in text and in JSON */
#ifndef RIAD_DNSPUT_H
#define RIAD_DNSPUT_H

#include "dnsfield.h"

void dns_put_number(struct riad_out *out, uint64_t value);
void dns_put_name(struct riad_out *out, const uint8_t *name);
void dns_put_hex(struct riad_out *out, const uint8_t *p, size_t len);
void dns_put_low_hex(struct riad_out *out, const uint8_t *p, size_t len);
void dns_put_base64(struct riad_out *out, const uint8_t *p, size_t len);

/* RFC 4648 section 7, without padding. */
void dns_put_base32(struct riad_out *out, const uint8_t *p, size_t len);
void dns_put_ipv4(struct riad_out *out, const uint8_t *p);

/* RFC 5952, written at end; returns the new end. */
#define DNS_IPV6_TEXT 48
uint8_t *dns_ipv6_text(uint8_t *end, const uint8_t *p);
void dns_put_ipv6(struct riad_out *out, const uint8_t *p);

/* 14:4fff:ff20:ee64 of 8 bytes; 00-00-5e of any. */
void dns_put_locator(struct riad_out *out, const uint8_t *p);
void dns_put_dashed(struct riad_out *out, const uint8_t *p, size_t len);

/* What RDATA of the record is to be read by; NULL: as RFC 3597 has it. */
const struct dns_row *dns_row_for(const struct riad_dns_record *record);

/* The bytes of a field that always has as many, or 0. */
size_t dns_fixed_len(enum dns_kind kind);

/* The word for a number in a field of that kind, or NULL; and back, or -1. */
const char *dns_word_of(enum dns_kind kind, unsigned value);
int dns_word_parse(enum dns_kind kind, const char *text, size_t len);

/* LOC; p is 16 bytes that were checked. */
#define DNS_LOCATION_TEXT 128
size_t dns_location_text(char text[DNS_LOCATION_TEXT], const uint8_t *p);

/* The next prefix of APL. */
#define DNS_PREFIX_TEXT 64
size_t dns_prefix_text(char text[DNS_PREFIX_TEXT], struct dns_cursor *c);

/* Parameters of SVCB, and the name of a key: as dig(1) of BIND 9.18 has it, and
 * as it is registered. */
void dns_text_parameters(struct riad_out *out, struct dns_cursor *c);
const char *dns_svc_text(char text[RIAD_DNS_TYPE_TEXT], uint16_t key);
const char *dns_svc_json(char text[RIAD_DNS_TYPE_TEXT], uint16_t key);
int dns_svc_parse(const char *text, size_t len);

void dns_text_field(
    struct riad_out *out, struct dns_cursor *c, const struct dns_field *field);

#endif
