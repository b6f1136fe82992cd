/* SPDX-License-Identifier: ISC */
/*
 * dnsmsg.h - DNS messages, RFC 1035 section 4
 *
 * A message is read where it lies: what comes out are views of it.  Everything
 * that a length, a count or a pointer could lead astray is checked; what is
 * wrong sets errno to EBADMSG, why to what it was, and off to where.
 * Pointers must point before the name they are in; a name takes as many steps
 * as it can have labels, so nothing loops.
 */
#ifndef RIAD_DNSMSG_H
#define RIAD_DNSMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"
#include "riad/dnsname.h"

enum {
	RIAD_DNS_HEADER = 12,
	RIAD_DNS_MESSAGE = 65535,

	/* Flags, RFC 1035 section 4.1.1, RFC 4035 section 3. */
	RIAD_DNS_QR = 0x8000,
	RIAD_DNS_OPCODE = 0x7800,
	RIAD_DNS_AA = 0x0400,
	RIAD_DNS_TC = 0x0200,
	RIAD_DNS_RD = 0x0100,
	RIAD_DNS_RA = 0x0080,
	RIAD_DNS_Z = 0x0040,
	RIAD_DNS_AD = 0x0020,
	RIAD_DNS_CD = 0x0010,
	RIAD_DNS_RCODE = 0x000f,

	RIAD_DNS_IN = 1,
	RIAD_DNS_ANY_CLASS = 255
};

enum riad_dns_rcode {
	RIAD_DNS_NOERROR = 0,
	RIAD_DNS_FORMERR = 1,
	RIAD_DNS_SERVFAIL = 2,
	RIAD_DNS_NXDOMAIN = 3,
	RIAD_DNS_NOTIMP = 4,
	RIAD_DNS_REFUSED = 5,
	RIAD_DNS_BADVERS = 16,
	RIAD_DNS_BADCOOKIE = 23
};

enum riad_dns_section {
	RIAD_DNS_QUESTION,
	RIAD_DNS_ANSWER,
	RIAD_DNS_AUTHORITY,
	RIAD_DNS_ADDITIONAL,
	RIAD_DNS_SECTIONS
};

struct riad_dns_reader {
	const uint8_t *data;
	size_t len;
	size_t at;   /* the next byte */
	uint16_t id; /* of the header, as are the next two */
	uint16_t flags;
	uint16_t count[RIAD_DNS_SECTIONS];
	unsigned section; /* of the next record */
	unsigned done;    /* records of that section that were read */
	bool opt;         /* an OPT was among them */
	const char *why;  /* after -1, as is off */
	size_t off;
};

struct riad_dns_record {
	enum riad_dns_section section;
	size_t at;                   /* where in the message it begins */
	size_t ttl_at;               /* where its TTL is; 0: a question */
	uint8_t name[RIAD_DNS_NAME]; /* the owner, without pointers */
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	const uint8_t
	    *data; /* RDATA as it lies: names in it may have pointers */
	uint16_t len;
};

/* Reads the header.  0, or -1 if data is shorter. */
int riad_dns_reader_init(
    struct riad_dns_reader *reader, const uint8_t *data, size_t len);

/*
 * The next question or record.  1; 0 at the end of the last, which must be the
 * end of the message; or -1.  RDATA of types that the table of dnsrr.h knows is
 * checked: names in it that may be compressed are in the message's bounds, and
 * fields fill it exactly.
 */
int riad_dns_read(
    struct riad_dns_reader *reader, struct riad_dns_record *record);

/*
 * A name that begins at *at of a message, into name without pointers; *at is
 * then after it.  Returns its length or -1.  why and off may be NULL.
 */
int riad_dns_read_name(uint8_t name[RIAD_DNS_NAME], const uint8_t *data,
    size_t len, size_t *at, const char **why, size_t *off);

/*
 * Writing.  Owner names, and names in RDATA of the types of RFC 1035, are
 * compressed unless compress is set to false; their letters stay what they are.
 * Functions return 0, or -1 with errno EMSGSIZE where the message would pass
 * max, EINVAL where a section has gone by, EBADMSG where RDATA is malformed: it
 * is then as it was before the record.
 */
struct riad_dns_writer {
	uint8_t *data;
	size_t len; /* so far */
	size_t max;
	unsigned section;
	/* Where in the message names begin that others may point to. */
	uint16_t names[64];
	uint8_t names_size[64]; /* bytes that each has in full */
	unsigned names_len;
	bool compress;
};

void riad_dns_writer_init(struct riad_dns_writer *writer, uint8_t *data,
    size_t max, uint16_t id, uint16_t flags);
int riad_dns_write_question(struct riad_dns_writer *writer, const uint8_t *name,
    uint16_t type, uint16_t class);

/* record->data has no pointers here. */
int riad_dns_write(
    struct riad_dns_writer *writer, const struct riad_dns_record *record);

/*
 * RDATA of a record that was read, its names without pointers, into to (of at
 * most 65535 bytes).  Returns its length, or -1 with errno.
 */
int riad_dns_rdata(uint8_t *to, size_t max,
    const struct riad_dns_reader *reader, const struct riad_dns_record *record);

/*
 * Whether data answers query, as RFC 5452 section 9.1 wants: QR, the ID unless
 * any_id, the opcode, and the same question (0x20 case and all if exact_case).
 * Who says FORMERR, SERVFAIL, NOTIMP or REFUSED may have left out the question,
 * but then has no answers either.  NULL if it does, or else what is wrong.  The
 * records are not read.
 */
const char *riad_dns_answers(const uint8_t *data, size_t len,
    const uint8_t *query, size_t query_len, bool any_id, bool exact_case);

#endif
