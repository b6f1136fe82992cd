/* SPDX-License-Identifier: ISC */

#include "riad/dnsedns.h"

#include <errno.h>
#include <string.h>

#include "dnsfield.h"
#include "riad/dnsrr.h"

enum {
	OPT_FIXED = 11, /* root, type, class, TTL, length */
	DO = 0x8000
};

static int
malformed(void)
{
	errno = EBADMSG;
	return -1;
}

int
riad_dns_edns(struct riad_dns_edns *edns, const struct riad_dns_record *opt)
{
	*edns = (struct riad_dns_edns){
	    .present = true,
	    .size = opt->class,
	    .rcode = (uint8_t)(opt->ttl >> 24),
	    .version = (uint8_t)(opt->ttl >> 16),
	    .dnssec = (opt->ttl & DO) != 0,
	    .options = opt->data,
	    .options_len = opt->len,
	};
	for (size_t at = 0; at < opt->len;) {
		size_t left = opt->len - at;

		if (left < 4 || dns_get16(opt->data + at + 2) > left - 4)
			return malformed();
		at += 4u + dns_get16(opt->data + at + 2);
	}
	return 0;
}

int
riad_dns_edns_next(
    struct riad_dns_opt *opt, const struct riad_dns_edns *edns, size_t *at)
{
	if (*at >= edns->options_len || edns->options_len - *at < 4)
		return 0;

	const uint8_t *p = edns->options + *at;
	opt->code = dns_get16(p);
	opt->len = dns_get16(p + 2);
	opt->data = p + 4;
	if (opt->len > edns->options_len - *at - 4)
		return 0;
	*at += 4u + opt->len;
	return 1;
}

int
riad_dns_write_edns(struct riad_dns_writer *writer,
    const struct riad_dns_edns *edns, unsigned pad)
{
	size_t len = OPT_FIXED + (size_t)edns->options_len;
	size_t room = writer->max - writer->len;

	if (len > room) {
		errno = EMSGSIZE;
		return -1;
	}

	/* Padding is an option too: of 4 bytes where there is nothing to add.
	 */
	size_t fill = 0;
	bool padded =
	    pad > 0 && room - len >= 4 && edns->options_len <= UINT16_MAX - 4;
	if (padded) {
		fill = (pad - (writer->len + len + 4) % pad) % pad;
		if (fill > room - len - 4)
			fill = room - len - 4;
		if (fill > UINT16_MAX - 4u - edns->options_len)
			fill = UINT16_MAX - 4u - edns->options_len;
	}

	uint8_t *p = writer->data + writer->len;
	p[0] = 0;
	dns_put16(p + 1, RIAD_DNS_OPT);
	dns_put16(p + 3, edns->size);
	p[5] = edns->rcode;
	p[6] = edns->version;
	dns_put16(p + 7, edns->dnssec ? DO : 0);
	dns_put16(
	    p + 9, (unsigned)(edns->options_len + (padded ? 4 + fill : 0)));
	if (edns->options_len > 0)
		memcpy(p + OPT_FIXED, edns->options, edns->options_len);
	if (padded) {
		dns_put16(p + len, RIAD_DNS_PADDING);
		dns_put16(p + len + 2, (unsigned)fill);
		memset(p + len + 4, 0, fill);
		len += 4 + fill;
	}
	writer->len += len;
	writer->section = RIAD_DNS_ADDITIONAL;
	dns_put16(writer->data + 10, dns_get16(writer->data + 10) + 1u);
	return 0;
}

const char *
riad_dns_ede_text(unsigned code)
{
	/* RFC 8914 section 5.2, and what IANA has registered since. */
	static const char *const texts[] = {"Other",
	    "Unsupported DNSKEY Algorithm", "Unsupported DS Digest Type",
	    "Stale Answer", "Forged Answer", "DNSSEC Indeterminate",
	    "DNSSEC Bogus", "Signature Expired", "Signature Not Yet Valid",
	    "DNSKEY Missing", "RRSIGs Missing", "No Zone Key Bit Set",
	    "NSEC Missing", "Cached Error", "Not Ready", "Blocked", "Censored",
	    "Filtered", "Prohibited", "Stale NXDOMAIN Answer",
	    "Not Authoritative", "Not Supported", "No Reachable Authority",
	    "Network Error", "Invalid Data", "Signature Expired before Valid",
	    "Too Early", "Unsupported NSEC3 Iterations Value",
	    "Unable to conform to policy", "Synthesized"};

	return code < sizeof(texts) / sizeof(texts[0]) ? texts[code] : NULL;
}

int
riad_dns_find_edns(struct riad_dns_edns *edns, const uint8_t *data, size_t len)
{
	size_t at = RIAD_DNS_HEADER;

	*edns = (struct riad_dns_edns){0};
	if (len < RIAD_DNS_HEADER)
		return malformed();
	for (unsigned s = 0; s < RIAD_DNS_SECTIONS; s++) {
		for (unsigned n = dns_get16(data + 4 + 2 * s); n > 0; n--) {
			struct riad_dns_record record;
			size_t name = at;

			if (dns_skip_name(data, len, &at) == -1)
				return malformed();
			if (s == RIAD_DNS_QUESTION) {
				if (len - at < 4)
					return malformed();
				at += 4;
				continue;
			}
			if (len - at < 10)
				return malformed();

			const uint8_t *p = data + at;
			record.type = dns_get16(p);
			record.class = dns_get16(p + 2);
			record.ttl =
			    (uint32_t)dns_get16(p + 4) << 16 | dns_get16(p + 6);
			record.len = dns_get16(p + 8);
			record.data = p + 10;
			if (record.len > len - at - 10)
				return malformed();
			at += 10u + record.len;
			if (record.type != RIAD_DNS_OPT)
				continue;
			if (s != RIAD_DNS_ADDITIONAL || data[name] != 0 ||
			    edns->present)
				return malformed();
			if (riad_dns_edns(edns, &record) == -1)
				return -1;
		}
	}
	return 0;
}
