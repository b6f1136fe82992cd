/* SPDX-License-Identifier: ISC */
/*
 * dnsrr.h - types of records: one row of a table each
 *
 * A row names a type and the fields of its RDATA; reading, checking, text both
 * ways and JSON all follow the row.  A type without one is unknown: TYPE123,
 * with RDATA as RFC 3597 section 5 has it.
 */
#ifndef RIAD_DNSRR_H
#define RIAD_DNSRR_H

#include "riad/buf.h"
#include "riad/dnsmsg.h"
#include "riad/out.h"

enum riad_dns_type {
	RIAD_DNS_A = 1,
	RIAD_DNS_NS = 2,
	RIAD_DNS_CNAME = 5,
	RIAD_DNS_SOA = 6,
	RIAD_DNS_PTR = 12,
	RIAD_DNS_MX = 15,
	RIAD_DNS_TXT = 16,
	RIAD_DNS_AAAA = 28,
	RIAD_DNS_SRV = 33,
	RIAD_DNS_DNAME = 39,
	RIAD_DNS_OPT = 41,
	RIAD_DNS_DS = 43,
	RIAD_DNS_RRSIG = 46,
	RIAD_DNS_NSEC = 47,
	RIAD_DNS_DNSKEY = 48,
	RIAD_DNS_NSEC3 = 50,
	RIAD_DNS_SVCB = 64,
	RIAD_DNS_HTTPS = 65,
	RIAD_DNS_AXFR = 252,
	RIAD_DNS_ANY = 255
};

/* "A", "TYPE65280"; the number, or -1 with errno EINVAL.  Of any case. */
#define RIAD_DNS_TYPE_TEXT 16
const char *riad_dns_type_text(char text[RIAD_DNS_TYPE_TEXT], uint16_t type);
int riad_dns_type_parse(const char *text, size_t len);
const char *riad_dns_class_text(char text[RIAD_DNS_TYPE_TEXT], uint16_t class);
int riad_dns_class_parse(const char *text, size_t len);
const char *riad_dns_rcode_text(char text[RIAD_DNS_TYPE_TEXT], unsigned rcode);
int riad_dns_rcode_parse(const char *text, size_t len);

/*
 * Whether RDATA of a record of a message is well formed.  0, or -1 with errno
 * EBADMSG and, in the reader, why and off.  reader NULL: RDATA alone, which may
 * not have pointers.
 */
int riad_dns_check(
    struct riad_dns_reader *reader, const struct riad_dns_record *record);

/*
 * Adds RDATA as text, as dig(1) of BIND 9.18 writes it, or as a value of JSON:
 * always ASCII and safe for terminals.  For a record that riad_dns_read
 * returned, or, reader being NULL, for one whose RDATA was checked and has no
 * pointers.
 *
 * In JSON a type of one field is that field's value, as "192.0.2.1" or ["a
 * string of TXT"]; another an object of them, as {"preference":10,"exchange":
 * "mail.example."}; what is unknown is {"hex":"DEADBEEF"}.
 */
void riad_dns_text(struct riad_out *out, const struct riad_dns_reader *reader,
    const struct riad_dns_record *record);
void riad_dns_json(struct riad_out *out, const struct riad_dns_reader *reader,
    const struct riad_dns_record *record);

/*
 * Bytes as a string of JSON, or as {"base64":"..."} if they are no UTF-8; the
 * text of a name as a string.  ASCII, as riad_dns_json.
 */
void riad_dns_json_bytes(struct riad_out *out, const void *data, size_t len);
void riad_dns_json_name(struct riad_out *out, const uint8_t *name);

/*
 * The way back: RDATA of a type from the words of its text, RFC 1035 section
 * 5.1; RFC 3597's "\# 4 DEADBEEF" is taken for every type.  origin is that of
 * names without a final dot, NULL the root.  Adds to rdata.  0, or -1 with
 * errno EBADMSG (ENOMEM), *why, and in *word which word it was.
 */
struct riad_dns_word {
	const char *text; /* escapes still in it, quotes not */
	size_t len;
	bool quoted;
};
int riad_dns_parse(struct riad_buf *rdata, uint16_t type, uint16_t class,
    const struct riad_dns_word *words, size_t count, const uint8_t *origin,
    const char **why, size_t *word);

/* Seconds, of decimal digits or with BIND's units: "1w2d3h4m5s".  0, or -1 with
 * errno EINVAL or ERANGE (32 bits). */
int riad_dns_ttl_parse(uint32_t *seconds, const char *text, size_t len);

#endif
