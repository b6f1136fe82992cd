/* SPDX-License-Identifier: ISC */
/*
 * dnsfield.h - fields of RDATA: what the table of types is made of
 *
 * A row is a list of fields, a field is of a kind.  For each kind there are a
 * check, text, JSON and a way back from text, in dnscheck.c, dnstext.c,
 * dnsjson.c and dnsparse.c.
 */
#ifndef RIAD_DNSFIELD_H
#define RIAD_DNSFIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "riad/dnsrr.h"

enum dns_kind {
	DNS_END,
	DNS_U8,
	DNS_U16,
	DNS_U32,
	DNS_PERIOD,    /* U32, seconds: with BIND's units when it is text */
	DNS_TYPE,      /* U16: a type, as a word */
	DNS_ERROR,     /* U16: an RCODE, as a word */
	DNS_ALGORITHM, /* U8: of DNSSEC, as a number; text may be a word */
	DNS_SCHEME,    /* U8, of DSYNC */
	DNS_CERT_TYPE, /* U16: a word where there is one */
	DNS_CERT_ALGORITHM, /* U8, as a word */
	DNS_TIME,           /* U32: YYYYMMDDHHMMSS */
	DNS_TIME48,         /* of 48 bits, seconds */
	DNS_IPV4,
	DNS_IPV6,
	DNS_NAME,       /* may have pointers, read or written: RFC 1035 */
	DNS_NAME_READ,  /* may have them when read: RFC 3597 section 4 */
	DNS_NAME_PLAIN, /* has none */
	DNS_STRING,
	DNS_STRINGS,     /* one or more, to the end */
	DNS_BARE,        /* a string, without quotes */
	DNS_REST,        /* a string that takes what is left, quoted */
	DNS_HEX,         /* takes what is left, as do the next six */
	DNS_DIGEST,      /* hex, of the length that the byte before it wants */
	DNS_FINGERPRINT, /* likewise, of SSHFP */
	DNS_ZONE_DIGEST, /* of ZONEMD */
	DNS_HEX_MARKED,  /* after 0x */
	DNS_BASE64,
	DNS_BASE64_ANY,   /* which may be of no bytes; others may not */
	DNS_BASE64_SIZED, /* after a length of 16 bits */
	DNS_SALT,         /* after a length of 8 bits, - if there are none */
	DNS_BASE32,       /* after a length of 8 bits */
	DNS_TYPES,        /* bitmaps of types, RFC 4034 section 4.1.2 */
	DNS_TYPES_SOME,   /* at least one */
	DNS_EUI48,
	DNS_EUI64,
	DNS_LOCATOR64,
	DNS_LOCATION,      /* LOC whole */
	DNS_PREFIXES,      /* APL whole */
	DNS_GATEWAY,       /* of IPSECKEY: byte 1 of RDATA says what it is */
	DNS_RELAY,         /* of AMTRELAY: likewise */
	DNS_HOST_IDENTITY, /* HIP whole */
	DNS_SERVICES,      /* WKS after its address */
	DNS_PARAMETERS,    /* of SVCB */
	DNS_OPTIONS,       /* of EDNS */
	DNS_KINDS
};

/* Without pointers: nothing is to be done to it when the program is loaded. */
struct dns_field {
	uint8_t kind;
	char key[19]; /* in JSON */
};

enum { DNS_FIELDS = 9 }; /* RRSIG has as many */

struct dns_row {
	uint16_t type;
	char name[11];
	uint8_t marks;
	struct dns_field fields[DNS_FIELDS + 1];
};

enum {
	DNS_INTERNET = 1, /* of class IN; in others it is unknown */
	DNS_NAMES = 2     /* has names that may have pointers */
};

/* NULL where RDATA is opaque. */
const struct dns_row *dns_row_of(uint16_t type, uint16_t class);

enum { DNS_LOC = 29, DNS_APL = 42, DNS_AMTRELAY = 260, DNS_CLASS_NONE = 254 };

/* Keys of parameters, RFC 9460 section 14.3.2, RFC 9461, RFC 9540. */
enum {
	DNS_SVC_MANDATORY,
	DNS_SVC_ALPN,
	DNS_SVC_NO_DEFAULT_ALPN,
	DNS_SVC_PORT,
	DNS_SVC_IPV4HINT,
	DNS_SVC_ECH,
	DNS_SVC_IPV6HINT,
	DNS_SVC_DOHPATH,
	DNS_SVC_OHTTP
};

/*
 * RDATA that is being read, in its message or alone.  Nothing past end is
 * looked at, but for names by their pointers.  The first fault is kept in why,
 * and off is where; what is read after it is 0.
 */
struct dns_cursor {
	const uint8_t *msg;
	size_t start;
	size_t at;
	size_t end; /* at most the length of msg */
	bool alone; /* so there is nothing to point to */
	const char *why;
	size_t off;
};

/* reader NULL: RDATA alone. */
static inline void
dns_cursor_init(struct dns_cursor *c, const struct riad_dns_reader *reader,
    const struct riad_dns_record *record)
{
	c->msg = reader != NULL ? reader->data : record->data;
	if (c->msg == NULL)
		c->msg = (const uint8_t *)"";
	c->start = reader != NULL ? (size_t)(record->data - reader->data) : 0;
	c->at = c->start;
	c->end = c->start + record->len;
	c->alone = reader == NULL;
	c->why = NULL;
	c->off = 0;
}

static inline size_t
dns_left(const struct dns_cursor *c)
{
	return c->end - c->at;
}

static inline int
dns_fail(struct dns_cursor *c, size_t off, const char *why)
{
	if (c->why == NULL) {
		c->why = why;
		c->off = off;
	}
	c->at = c->end;
	return -1;
}

/* The next len bytes, or NULL. */
static inline const uint8_t *
dns_take(struct dns_cursor *c, size_t len)
{
	if (len > dns_left(c)) {
		dns_fail(c, c->at, "RDATA ends within a field");
		return NULL;
	}
	c->at += len;
	return c->msg + c->at - len;
}

static inline uint16_t
dns_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
dns_get32(const uint8_t *p)
{
	return (uint32_t)dns_get16(p) << 16 | dns_get16(p + 2);
}

static inline void
dns_put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void
dns_put32(uint8_t *p, uint32_t v)
{
	dns_put16(p, v >> 16);
	dns_put16(p + 2, v & 0xffff);
}

static inline uint8_t
dns_u8(struct dns_cursor *c)
{
	const uint8_t *p = dns_take(c, 1);

	return p != NULL ? *p : 0;
}

static inline uint16_t
dns_u16(struct dns_cursor *c)
{
	const uint8_t *p = dns_take(c, 2);

	return p != NULL ? dns_get16(p) : 0;
}

static inline uint32_t
dns_u32(struct dns_cursor *c)
{
	const uint8_t *p = dns_take(c, 4);

	return p != NULL ? dns_get32(p) : 0;
}

/* A name; pointers is whether it may have them.  Its length, or -1. */
int dns_name(struct dns_cursor *c, uint8_t name[RIAD_DNS_NAME], bool pointers);

/* Past a name of a message, which is looked at no more than for that. */
int dns_skip_name(const uint8_t *data, size_t len, size_t *at);

/* One field: 0, or -1 with the fault in c. */
int dns_check_field(struct dns_cursor *c, const struct dns_field *field);

/* All of them, which are to be all of RDATA. */
int dns_check(struct dns_cursor *c, const struct riad_dns_reader *reader,
    const struct riad_dns_record *record);

#endif
