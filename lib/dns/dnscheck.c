/* SPDX-License-Identifier: ISC */
/* Whether RDATA is what its row says, and RDATA without pointers. */

#include <errno.h>
#include <string.h>

#include "dnsfield.h"

int
dns_name(struct dns_cursor *c, uint8_t name[RIAD_DNS_NAME], bool pointers)
{
	const char *why;
	size_t at = c->at, off;

	/* To point back is to leave RDATA: what lies there of the name is
	 * within it, and ends in it. */
	int n = riad_dns_read_name(name, c->msg, c->end, &at, &why, &off);
	if (n == -1) {
		name[0] = 0;
		return dns_fail(c, off, why);
	}
	if ((!pointers || c->alone) && at - c->at != (size_t)n) {
		name[0] = 0;
		return dns_fail(c, c->at, "pointer in RDATA that has none");
	}
	c->at = at;
	return n;
}

static void
check_string(struct dns_cursor *c)
{
	(void)dns_take(c, dns_u8(c));
}

static void
check_strings(struct dns_cursor *c)
{
	do
		check_string(c);
	while (c->at < c->end);
}

/* RFC 8659 section 4.1: letters and digits, one at least. */
static void
check_tag(struct dns_cursor *c)
{
	size_t at = c->at;
	uint8_t len = dns_u8(c);
	const uint8_t *p = dns_take(c, len);

	if (p == NULL)
		return;
	if (len == 0)
		dns_fail(c, at, "tag of no letters");
	for (uint8_t i = 0; i < len; i++) {
		uint8_t low = p[i] | 0x20;
		if ((low < 'a' || low > 'z') && (p[i] < '0' || p[i] > '9'))
			dns_fail(c, at + 1 + i, "tag of other than letters");
	}
}

static void
check_types(struct dns_cursor *c, bool some)
{
	int last = -1;

	if (some && c->at == c->end)
		dns_fail(c, c->at, "bitmap of no types");
	while (c->at < c->end) {
		size_t at = c->at;
		uint8_t window = dns_u8(c), len = dns_u8(c);
		const uint8_t *p = dns_take(c, len);

		if (p == NULL)
			return;
		if (window <= last)
			dns_fail(c, at, "bitmaps out of order");
		else if (len == 0 || len > 32)
			dns_fail(c, at + 1, "bitmap of a wrong length");
		else if (p[len - 1] == 0)
			dns_fail(c, at + 1 + len, "bitmap ends in zeros");
		last = window;
	}
}

/* RFC 1876 section 2: sizes are a digit and a power, degrees are bounded. */
static void
check_location(struct dns_cursor *c)
{
	size_t at = c->at;
	uint8_t version = dns_u8(c);

	if (version != 0) {
		/* Section 2 wants nobody to look at what follows. */
		c->at = c->end;
		return;
	}

	const uint8_t *p = dns_take(c, 15);
	if (p == NULL)
		return;
	for (size_t i = 0; i < 3; i++) {
		if (p[i] >> 4 > 9 || (p[i] & 15) > 9)
			dns_fail(c, at + 1 + i, "size that is no number");
	}
	for (size_t i = 0; i < 2; i++) {
		uint32_t v = dns_get32(p + 3 + 4 * i);
		uint32_t most = i == 0 ? 90u * 3600000u : 180u * 3600000u;
		if (v < 0x80000000u - most || v > 0x80000000u + most)
			dns_fail(c, at + 4 + 4 * i, "degrees out of range");
	}
}

/* RFC 3123 section 4: no longer than the family's, no zeros at the end. */
static void
check_prefixes(struct dns_cursor *c)
{
	while (c->at < c->end) {
		size_t at = c->at;
		uint16_t family = dns_u16(c);
		uint8_t prefix = dns_u8(c), len = dns_u8(c) & 0x7f;
		const uint8_t *p = dns_take(c, len);

		if (p == NULL)
			return;
		if ((family == 1 && (prefix > 32 || len > 4)) ||
		    (family == 2 && (prefix > 128 || len > 16)))
			dns_fail(c, at + 2, "prefix is too long");
		else if (len > 0 && p[len - 1] == 0)
			dns_fail(c, at + 3 + len, "prefix ends in zeros");
	}
}

/* 0 nothing, 1 and 2 an address, 3 a name: RFC 4025 section 2.5. */
static void
check_gateway(struct dns_cursor *c, unsigned kind)
{
	uint8_t name[RIAD_DNS_NAME];

	switch (kind) {
	case 0:
		break;
	case 1:
		(void)dns_take(c, 4);
		break;
	case 2:
		(void)dns_take(c, 16);
		break;
	case 3:
		(void)dns_name(c, name, false);
		break;
	default:
		dns_fail(c, c->start + 1, "gateway of unknown kind");
	}
}

static void
check_relay(struct dns_cursor *c)
{
	uint8_t kind = dns_u8(c) & 0x7f;

	/* Kinds that are not defined are of any length: RFC 8777 4.2.3. */
	if (kind > 3)
		c->at = c->end;
	else
		check_gateway(c, kind);
}

static void
check_identity(struct dns_cursor *c)
{
	uint8_t name[RIAD_DNS_NAME];
	size_t at = c->at;
	uint8_t hit = dns_u8(c);

	(void)dns_u8(c);
	uint16_t key = dns_u16(c);
	if (c->why == NULL && (hit == 0 || key == 0))
		dns_fail(c, at, "identity of no bytes");
	(void)dns_take(c, hit);
	(void)dns_take(c, key);
	while (c->at < c->end)
		(void)dns_name(c, name, false);
}

/* A list of strings that are not empty, RFC 9460 section 7.1.1. */
static void
check_alpn(struct dns_cursor *c, size_t at, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i += 1u + p[i]) {
		if (p[i] == 0 || p[i] > len - i - 1) {
			dns_fail(c, at + i, "alpn is malformed");
			return;
		}
	}
}

/* Keys that ascend, and do not name themselves: section 8. */
static void
check_mandatory(struct dns_cursor *c, size_t at, const uint8_t *p, size_t len)
{
	int last = 0;

	if (len % 2 != 0)
		dns_fail(c, at, "mandatory of a wrong length");
	for (size_t i = 0; i + 1 < len; i += 2) {
		int key = dns_get16(p + i);

		if (key <= last)
			dns_fail(c, at + i, "mandatory keys out of order");
		last = key;
	}
}

static void
check_parameter(
    struct dns_cursor *c, uint16_t key, const uint8_t *p, uint16_t len)
{
	size_t at = (size_t)(p - c->msg);
	bool good = true;

	switch (key) {
	case DNS_SVC_MANDATORY:
		good = len > 0;
		check_mandatory(c, at, p, len);
		break;
	case DNS_SVC_ALPN:
		good = len > 0;
		check_alpn(c, at, p, len);
		break;
	case DNS_SVC_NO_DEFAULT_ALPN:
	case DNS_SVC_OHTTP:
		good = len == 0;
		break;
	case DNS_SVC_PORT:
		good = len == 2;
		break;
	case DNS_SVC_IPV4HINT:
		good = len > 0 && len % 4 == 0;
		break;
	case DNS_SVC_IPV6HINT:
		good = len > 0 && len % 16 == 0;
		break;
	default:
		break;
	}
	if (!good)
		dns_fail(c, at, "parameter of a wrong length");
}

/* Keys ascend; those that are mandatory are there: section 2.2 and 8. */
static void
check_parameters(struct dns_cursor *c)
{
	const uint8_t *mandatory = NULL;
	size_t wanted = 0, found = 0;
	int last = -1;

	while (c->at < c->end) {
		size_t at = c->at;
		uint16_t key = dns_u16(c), len = dns_u16(c);
		const uint8_t *p = dns_take(c, len);

		if (p == NULL)
			return;
		if (key <= last) {
			dns_fail(c, at, "parameters out of order");
			return;
		}
		last = key;
		check_parameter(c, key, p, len);
		if (key == DNS_SVC_MANDATORY) {
			mandatory = p;
			wanted = len / 2;
		}
		/* Both ascend. */
		if (found < wanted && dns_get16(mandatory + 2 * found) == key)
			found++;
	}
	if (found < wanted)
		dns_fail(c, c->end, "mandatory parameter is missing");
}

/*
 * What takes all that is left is at least a byte.  Digests whose kind is known,
 * by the byte before them, are of one length: RFC 4034 section 5.1.4, RFC 4509,
 * 6605; RFC 4255, 6594; RFC 8976, which wants at least 12 bytes.
 */
static void
check_bytes(struct dns_cursor *c, enum dns_kind kind)
{
	static const uint8_t lens[3][5] = {
	    {0, 20, 32, 0, 48}, {0, 20, 32}, {0, 48, 64}};
	size_t len = dns_left(c), want = 0;

	if (kind == DNS_DIGEST || kind == DNS_FINGERPRINT ||
	    kind == DNS_ZONE_DIGEST) {
		uint8_t type = c->msg[c->at - 1];
		want = type < 5 ? lens[kind - DNS_DIGEST][type] : 0;
	}
	if (len == 0 || (want != 0 && len < want) ||
	    (kind == DNS_ZONE_DIGEST && len < 12))
		dns_fail(c, c->end, "RDATA ends within a field");
	else if (want != 0 && len > want)
		dns_fail(c, c->at + want, "RDATA goes on after its fields");
	c->at = c->end;
}

static void
check_options(struct dns_cursor *c)
{
	while (c->at < c->end) {
		(void)dns_u16(c);
		(void)dns_take(c, dns_u16(c));
	}
}

int
dns_check_field(struct dns_cursor *c, const struct dns_field *field)
{
	uint8_t name[RIAD_DNS_NAME];
	size_t at = c->at;

	switch ((enum dns_kind)field->kind) {
	case DNS_U8:
	case DNS_ALGORITHM:
	case DNS_CERT_ALGORITHM:
	case DNS_SCHEME:
		(void)dns_take(c, 1);
		break;
	case DNS_U16:
	case DNS_TYPE:
	case DNS_ERROR:
	case DNS_CERT_TYPE:
		(void)dns_take(c, 2);
		break;
	case DNS_U32:
	case DNS_PERIOD:
	case DNS_TIME:
	case DNS_IPV4:
		(void)dns_take(c, 4);
		break;
	case DNS_TIME48:
	case DNS_EUI48:
		(void)dns_take(c, 6);
		break;
	case DNS_EUI64:
	case DNS_LOCATOR64:
		(void)dns_take(c, 8);
		break;
	case DNS_IPV6:
		(void)dns_take(c, 16);
		break;
	case DNS_NAME:
	case DNS_NAME_READ:
		(void)dns_name(c, name, true);
		break;
	case DNS_NAME_PLAIN:
		(void)dns_name(c, name, false);
		break;
	case DNS_STRING:
	case DNS_SALT:
		check_string(c);
		break;
	case DNS_BASE32:
		check_string(c);
		if (c->why == NULL && c->at == at + 1)
			dns_fail(c, at, "hash of no bytes");
		break;
	case DNS_STRINGS:
		check_strings(c);
		break;
	case DNS_BARE:
		check_tag(c);
		break;
	case DNS_REST:
	case DNS_BASE64_ANY:
		c->at = c->end;
		break;
	case DNS_HEX:
	case DNS_HEX_MARKED:
	case DNS_BASE64:
	case DNS_DIGEST:
	case DNS_FINGERPRINT:
	case DNS_ZONE_DIGEST:
		check_bytes(c, (enum dns_kind)field->kind);
		break;
	case DNS_SERVICES:
		(void)dns_u8(c);
		if (dns_left(c) > 8192)
			dns_fail(c, at, "ports over 65535");
		c->at = c->end;
		break;
	case DNS_BASE64_SIZED:
		(void)dns_take(c, dns_u16(c));
		break;
	case DNS_TYPES:
		check_types(c, false);
		break;
	case DNS_TYPES_SOME:
		check_types(c, true);
		break;
	case DNS_LOCATION:
		check_location(c);
		break;
	case DNS_PREFIXES:
		check_prefixes(c);
		break;
	case DNS_GATEWAY:
		check_gateway(c, c->msg[c->start + 1]);
		break;
	case DNS_RELAY:
		check_relay(c);
		break;
	case DNS_HOST_IDENTITY:
		check_identity(c);
		break;
	case DNS_PARAMETERS:
		check_parameters(c);
		break;
	case DNS_OPTIONS:
		check_options(c);
		break;
	case DNS_END:
	case DNS_KINDS:
		break;
	}
	return c->why == NULL ? 0 : -1;
}

/*
 * In messages that update (RFC 2136 section 2.4) a record can be a condition,
 * and have no RDATA.
 */
static bool
is_condition(
    const struct riad_dns_reader *reader, const struct riad_dns_record *record)
{
	enum { UPDATE = 5 << 11 };

	return record->len == 0 &&
	       (record->class == RIAD_DNS_ANY_CLASS ||
		   record->class == DNS_CLASS_NONE) &&
	       (reader == NULL || (reader->flags & RIAD_DNS_OPCODE) == UPDATE);
}

int
dns_check(struct dns_cursor *c, const struct riad_dns_reader *reader,
    const struct riad_dns_record *record)
{
	const struct dns_row *row = dns_row_of(record->type,
	    record->type == RIAD_DNS_OPT ? RIAD_DNS_IN : record->class);

	dns_cursor_init(c, reader, record);
	if (row == NULL || is_condition(reader, record))
		return 0;
	for (const struct dns_field *f = row->fields; f->kind != DNS_END; f++) {
		if (dns_check_field(c, f) == -1)
			break;
	}
	if (c->at != c->end)
		dns_fail(c, c->at, "RDATA goes on after its fields");
	return c->why == NULL ? 0 : -1;
}

int
riad_dns_check(
    struct riad_dns_reader *reader, const struct riad_dns_record *record)
{
	struct dns_cursor c;

	if (dns_check(&c, reader, record) == 0)
		return 0;
	if (reader != NULL) {
		reader->why = c.why;
		reader->off = c.off;
	}
	errno = EBADMSG;
	return -1;
}

int
riad_dns_rdata(uint8_t *to, size_t max, const struct riad_dns_reader *reader,
    const struct riad_dns_record *record)
{
	const struct dns_row *row = dns_row_of(record->type, record->class);
	uint8_t name[RIAD_DNS_NAME];
	struct dns_cursor c;
	size_t len = 0;

	dns_cursor_init(&c, reader, record);
	const struct dns_field *f = row != NULL ? row->fields : NULL;
	if (f == NULL || (row->marks & DNS_NAMES) == 0 ||
	    is_condition(reader, record))
		f = NULL;
	while (c.at < c.end) {
		const uint8_t *from = c.msg + c.at;
		size_t n = dns_left(&c), at = c.at;

		if (f != NULL && f->kind == DNS_END) {
			errno = EBADMSG;
			return -1;
		}
		if (f == NULL) {
			c.at = c.end;
		} else if (f->kind == DNS_NAME || f->kind == DNS_NAME_READ) {
			int r = dns_name(&c, name, true);
			from = name;
			n = r == -1 ? 0 : (size_t)r;
			f++;
		} else {
			(void)dns_check_field(&c, f);
			n = c.at - at;
			f++;
		}
		if (c.why != NULL) {
			errno = EBADMSG;
			return -1;
		}
		if (n > max - len || len + n > UINT16_MAX) {
			errno = EMSGSIZE;
			return -1;
		}
		memcpy(to + len, from, n);
		len += n;
	}
	return (int)len;
}
