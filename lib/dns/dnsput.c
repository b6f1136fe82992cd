/* SPDX-License-Identifier: ISC */

#include "dnsput.h"

#include <stdio.h>
#include <strings.h>

static const char lower_hex[] = "0123456789abcdef";

static uint8_t *
digits(uint8_t *p, uint64_t value)
{
	uint8_t text[20]; /* UINT64_MAX has as many */
	uint8_t *q = text + sizeof(text);

	do
		*--q = (uint8_t)('0' + value % 10);
	while ((value /= 10) > 0);
	while (q < text + sizeof(text))
		*p++ = *q++;
	return p;
}

void
dns_put_number(struct riad_out *out, uint64_t value)
{
	uint8_t *p = riad_out_room(out, 20);

	out->len += (size_t)(digits(p, value) - p);
}

void
dns_put_name(struct riad_out *out, const uint8_t *name)
{
	char *p = (char *)riad_out_room(out, RIAD_DNS_NAME_TEXT);

	out->len += riad_dns_name_text(p, name);
}

static void
put_hex(struct riad_out *out, const uint8_t *p, size_t len, const char hex[16])
{
	for (; len > 0;) {
		size_t n = len < 1024 ? len : 1024;
		uint8_t *q = riad_out_room(out, 2 * n);

		for (size_t i = 0; i < n; i++) {
			*q++ = (uint8_t)hex[p[i] >> 4];
			*q++ = (uint8_t)hex[p[i] & 15];
		}
		out->len += 2 * n;
		p += n;
		len -= n;
	}
}

void
dns_put_hex(struct riad_out *out, const uint8_t *p, size_t len)
{
	put_hex(out, p, len, "0123456789ABCDEF");
}

void
dns_put_low_hex(struct riad_out *out, const uint8_t *p, size_t len)
{
	put_hex(out, p, len, lower_hex);
}

void
dns_put_base64(struct riad_out *out, const uint8_t *p, size_t len)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	while (len > 0) {
		size_t n = len < 768 ? len : 768, i = 0;
		uint8_t *to = riad_out_room(out, n / 3 * 4 + 4), *q = to;

		for (; i + 3 <= n; i += 3) {
			uint32_t v = (uint32_t)p[i] << 16 |
				     (uint32_t)p[i + 1] << 8 | p[i + 2];
			*q++ = (uint8_t)digit[v >> 18];
			*q++ = (uint8_t)digit[v >> 12 & 63];
			*q++ = (uint8_t)digit[v >> 6 & 63];
			*q++ = (uint8_t)digit[v & 63];
		}
		if (i < n) {
			bool two = n - i == 2;
			uint32_t v = (uint32_t)p[i] << 16 |
				     (two ? (uint32_t)p[i + 1] << 8 : 0);
			*q++ = (uint8_t)digit[v >> 18];
			*q++ = (uint8_t)digit[v >> 12 & 63];
			*q++ = two ? (uint8_t)digit[v >> 6 & 63] : '=';
			*q++ = '=';
		}
		out->len += (size_t)(q - to);
		p += n;
		len -= n;
	}
}

void
dns_put_base32(struct riad_out *out, const uint8_t *p, size_t len)
{
	static const char digit[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | p[i];
		for (have += 8; have >= 5; have -= 5)
			riad_out_char(out, digit[bits >> (have - 5) & 31]);
	}
	if (have > 0)
		riad_out_char(out, digit[bits << (5 - have) & 31]);
}

static uint8_t *
ipv4_text(uint8_t *end, const uint8_t *p)
{
	for (unsigned i = 0; i < 4; i++) {
		uint8_t v = p[i];

		if (i > 0)
			*end++ = '.';
		if (v > 99)
			*end++ = (uint8_t)('0' + v / 100);
		if (v > 9)
			*end++ = (uint8_t)('0' + v / 10 % 10);
		*end++ = (uint8_t)('0' + v % 10);
	}
	return end;
}

void
dns_put_ipv4(struct riad_out *out, const uint8_t *p)
{
	uint8_t *q = riad_out_room(out, 16);

	out->len += (size_t)(ipv4_text(q, p) - q);
}

/* Hex without leading zeros. */
static uint8_t *
short_hex(uint8_t *end, unsigned v)
{
	for (int shift = 12; shift >= 0; shift -= 4) {
		if (v >> shift != 0 || shift == 0)
			*end++ = (uint8_t)lower_hex[v >> shift & 15];
	}
	return end;
}

uint8_t *
dns_ipv6_text(uint8_t *end, const uint8_t *p)
{
	unsigned from = 8, longest = 1;

	/* The longest row of zeros, the first of those, is "::"; not one. */
	for (unsigned i = 0; i < 8; i++) {
		unsigned n = 0;
		while (i + n < 8 && dns_get16(p + 2 * (i + n)) == 0)
			n++;
		if (n > longest) {
			longest = n;
			from = i;
		}
		i += n;
	}
	if (from == 0 && (longest == 6 || (longest == 5 && p[10] == 0xff &&
					      p[11] == 0xff))) {
		const char *head = longest == 6 ? "::" : "::ffff:";
		size_t n = strlen(head);
		memcpy(end, head, n);
		return ipv4_text(end + n, p + 12);
	}
	for (unsigned i = 0; i < 8; i++) {
		if (i == from) {
			*end++ = ':';
			*end++ = ':';
			i += longest - 1;
			continue;
		}
		if (i > 0 && end[-1] != ':')
			*end++ = ':';
		end = short_hex(end, dns_get16(p + 2 * i));
	}
	return end;
}

void
dns_put_ipv6(struct riad_out *out, const uint8_t *p)
{
	uint8_t *q = riad_out_room(out, DNS_IPV6_TEXT);

	out->len += (size_t)(dns_ipv6_text(q, p) - q);
}

void
dns_put_locator(struct riad_out *out, const uint8_t *p)
{
	uint8_t *q = riad_out_room(out, 32), *end = q;

	for (unsigned i = 0; i < 8; i += 2) {
		if (i > 0)
			*end++ = ':';
		end = short_hex(end, dns_get16(p + i));
	}
	out->len += (size_t)(end - q);
}

void
dns_put_dashed(struct riad_out *out, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (i > 0)
			riad_out_char(out, '-');
		riad_out_char(out, lower_hex[p[i] >> 4]);
		riad_out_char(out, lower_hex[p[i] & 15]);
	}
}

/* Whether it is of a later kind than we know of its type. */
static bool
is_later(const struct riad_dns_record *record)
{
	const uint8_t *p = record->data;

	switch (record->type) {
	case DNS_LOC:
		return record->len > 0 && p[0] != 0;
	case DNS_AMTRELAY:
		return record->len > 1 && (p[1] & 0x7f) > 3;
	case DNS_APL:
		for (size_t i = 0; record->len - i >= 4;
		     i += 4u + (p[i + 3] & 0x7f)) {
			unsigned family = dns_get16(p + i);
			if (family != 1 && family != 2)
				return true;
			if ((p[i + 3] & 0x7fu) > record->len - i - 4)
				break;
		}
		return false;
	default:
		return false;
	}
}

const struct dns_row *
dns_row_for(const struct riad_dns_record *record)
{
	if (is_later(record))
		return NULL;
	if (record->len == 0 && record->class != RIAD_DNS_IN)
		return NULL;
	return dns_row_of(record->type,
	    record->type == RIAD_DNS_OPT ? RIAD_DNS_IN : record->class);
}

size_t
dns_fixed_len(enum dns_kind kind)
{
	static const uint8_t lens[DNS_KINDS] = {[DNS_U8] = 1,
	    [DNS_ALGORITHM] = 1,
	    [DNS_CERT_ALGORITHM] = 1,
	    [DNS_SCHEME] = 1,
	    [DNS_U16] = 2,
	    [DNS_TYPE] = 2,
	    [DNS_ERROR] = 2,
	    [DNS_CERT_TYPE] = 2,
	    [DNS_U32] = 4,
	    [DNS_PERIOD] = 4,
	    [DNS_TIME] = 4,
	    [DNS_IPV4] = 4,
	    [DNS_TIME48] = 6,
	    [DNS_EUI48] = 6,
	    [DNS_EUI64] = 8,
	    [DNS_LOCATOR64] = 8,
	    [DNS_IPV6] = 16};

	return lens[kind];
}

struct word {
	uint16_t value;
	char text[20];
};

/* RFC 4398 section 2.1. */
static const struct word cert_types[] = {
    {1, "PKIX"},
    {2, "SPKI"},
    {3, "PGP"},
    {4, "IPKIX"},
    {5, "ISPKI"},
    {6, "IPGP"},
    {7, "ACPKIX"},
    {8, "IACPKIX"},
    {253, "URI"},
    {254, "OID"},
    {0, ""},
};

/* IANA's registry of DNSSEC algorithm numbers, as dig(1) spells them. */
static const struct word algorithms[] = {
    {1, "RSAMD5"},
    {2, "DH"},
    {3, "DSA"},
    {5, "RSASHA1"},
    {6, "NSEC3DSA"},
    {6, "DSA-NSEC3-SHA1"},
    {7, "NSEC3RSASHA1"},
    {7, "RSASHA1-NSEC3-SHA1"},
    {8, "RSASHA256"},
    {10, "RSASHA512"},
    {12, "ECCGOST"},
    {13, "ECDSAP256SHA256"},
    {14, "ECDSAP384SHA384"},
    {15, "ED25519"},
    {16, "ED448"},
    {252, "INDIRECT"},
    {253, "PRIVATEDNS"},
    {254, "PRIVATEOID"},
    {0, ""},
};

static const struct word schemes[] = {{1, "NOTIFY"}, {0, ""}};

static const struct word *
words_of(enum dns_kind kind)
{
	return kind == DNS_CERT_TYPE ? cert_types
	       : kind == DNS_SCHEME  ? schemes
				     : algorithms;
}

const char *
dns_word_of(enum dns_kind kind, unsigned value)
{
	for (const struct word *w = words_of(kind); w->text[0] != '\0'; w++) {
		if (w->value == value)
			return w->text;
	}
	return NULL;
}

int
dns_word_parse(enum dns_kind kind, const char *text, size_t len)
{
	for (const struct word *w = words_of(kind); w->text[0] != '\0'; w++) {
		if (strlen(w->text) == len &&
		    strncasecmp(w->text, text, len) == 0)
			return w->value;
	}
	return -1;
}
