/* SPDX-License-Identifier: ISC */
/* APL, RFC 3123, as text. */

#include <arpa/inet.h>
#include <stdio.h>

#include "dnswords.h"

size_t
dns_prefix_text(char text[DNS_PREFIX_TEXT], struct dns_cursor *c)
{
	uint16_t family = dns_u16(c);
	uint8_t prefix = dns_u8(c), v = dns_u8(c), len = v & 0x7f;
	const uint8_t *p = dns_take(c, len);
	uint8_t address[16] = {0};
	char *q = text;

	if (p == NULL)
		return 0;
	if (v & 0x80)
		*q++ = '!';
	if (family == 1 && len <= 4) {
		memcpy(address, p, len);
		q += snprintf(q, 32, "1:%u.%u.%u.%u", address[0], address[1],
		    address[2], address[3]);
	} else if (family == 2 && len <= 16) {
		memcpy(address, p, len);
		*q++ = '2';
		*q++ = ':';
		q = (char *)dns_ipv6_text((uint8_t *)q, address);
	}
	q += snprintf(q, 8, "/%u", prefix);
	return (size_t)(q - text);
}

/* [!]FAMILY:ADDRESS/PREFIX */
static int
parse_prefix(struct dns_words *w, const char *text, size_t len)
{
	uint8_t item[4 + 16] = {0}, *address = item + 4;
	char copy[DNS_IPV6_TEXT];
	bool not = len > 0 && text[0] == '!';
	uint64_t prefix;

	text += not ;
	len -= not ;
	bool six = len > 1 && text[0] == '2';
	const char *slash = memchr(text, '/', len);
	if (len < 2 || (text[0] != '1' && text[0] != '2') || text[1] != ':' ||
	    slash == NULL)
		return dns_words_fail(w, "not FAMILY:ADDRESS/PREFIX");

	size_t n = (size_t)(slash - text);
	if (dns_number(&prefix, slash + 1, len - n - 1, six ? 128 : 32) == -1)
		return dns_words_fail(w, "prefix is too long");
	n -= 2;
	if (n >= sizeof(copy) || memchr(text, '\0', len) != NULL)
		return dns_words_fail(w, "not an address");
	memcpy(copy, text + 2, n);
	copy[n] = '\0';
	if (inet_pton(six ? AF_INET6 : AF_INET, copy, address) != 1)
		return dns_words_fail(w, "not an address");
	for (n = six ? 16 : 4; n > 0 && address[n - 1] == 0;)
		n--;
	dns_put16(item, six ? 2 : 1);
	item[2] = (uint8_t)prefix;
	item[3] = (uint8_t)((not ? 0x80u : 0) | n);
	return dns_add(w, item, 4 + n);
}

int
dns_parse_prefixes(struct dns_words *w)
{
	while (w->at < w->count) {
		const struct riad_dns_word *word = &w->word[w->at++];
		if (parse_prefix(w, word->text, word->len) == -1)
			return -1;
	}
	return 0;
}
