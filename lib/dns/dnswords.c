/* SPDX-License-Identifier: ISC */

#include "dnswords.h"

#include <arpa/inet.h>
#include <errno.h>

#include "riad/text.h"

int
dns_words_fail(struct dns_words *w, const char *why)
{
	if (w->why == NULL) {
		w->why = why;
		w->bad = w->at > 0 ? w->at - 1 : 0;
	}
	errno = EBADMSG;
	return -1;
}

const struct riad_dns_word *
dns_word(struct dns_words *w, const char *missing)
{
	if (w->at < w->count)
		return &w->word[w->at++];
	dns_words_fail(w, missing);
	return NULL;
}

int
dns_add(struct dns_words *w, const void *data, size_t len)
{
	if (len > UINT16_MAX - (w->rdata->len - w->start))
		return dns_words_fail(w, "RDATA of over 65535 bytes");
	if (riad_buf_add(w->rdata, data, len) == -1) {
		w->why = "out of memory";
		return -1;
	}
	return 0;
}

int
dns_add_number(struct dns_words *w, uint64_t value, size_t len)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(value >> 8 * (len - 1 - i));
	return dns_add(w, bytes, len);
}

int
dns_number(uint64_t *value, const char *text, size_t len, uint64_t max)
{
	uint64_t v = 0;

	if (len == 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		unsigned digit = (unsigned)(text[i] - '0');
		if (digit > max || v > (max - digit) / 10)
			return -1;
		v = v * 10 + digit;
	}
	*value = v;
	return 0;
}

int
dns_parse_number(struct dns_words *w, size_t len)
{
	const struct riad_dns_word *word = dns_word(w, "a number is missing");
	uint64_t max = len >= 8 ? UINT64_MAX : ((uint64_t)1 << 8 * len) - 1;
	uint64_t v;

	if (word == NULL)
		return -1;
	if (dns_number(&v, word->text, word->len, max) == -1)
		return dns_words_fail(w, "not a number in its range");
	return dns_add_number(w, v, len);
}

/* A copy for functions that want an end to their text. */
static const char *
ended(char to[64], const char *text, size_t len)
{
	if (len >= 64 || memchr(text, '\0', len) != NULL)
		return "";
	memcpy(to, text, len);
	to[len] = '\0';
	return to;
}

int
dns_parse_ipv4(struct dns_words *w, const char *text, size_t len)
{
	char copy[64];
	uint8_t address[4];

	if (inet_pton(AF_INET, ended(copy, text, len), address) != 1)
		return dns_words_fail(w, "not an IPv4 address");
	return dns_add(w, address, sizeof(address));
}

int
dns_parse_ipv6(struct dns_words *w, const char *text, size_t len)
{
	char copy[64];
	uint8_t address[16];

	if (inet_pton(AF_INET6, ended(copy, text, len), address) != 1)
		return dns_words_fail(w, "not an IPv6 address");
	return dns_add(w, address, sizeof(address));
}

int
dns_parse_name(struct dns_words *w)
{
	const struct riad_dns_word *word = dns_word(w, "a name is missing");
	uint8_t name[RIAD_DNS_NAME];

	if (word == NULL)
		return -1;
	int n = riad_dns_name_parse(name, word->text, word->len, w->origin);
	if (n == -1)
		return dns_words_fail(
		    w, errno == EMSGSIZE ? "name is too long" : "not a name");
	return dns_add(w, name, (size_t)n);
}

int
dns_unescape(
    struct dns_words *w, uint8_t *to, size_t max, const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned v = (uint8_t)text[i];

		if (v == '\\') {
			if (++i == len)
				return dns_words_fail(w, "nothing is escaped");
			v = (uint8_t)text[i];
			if (v >= '0' && v <= '9') {
				uint64_t number;

				if (len - i < 3 ||
				    dns_number(&number, text + i, 3, 255) == -1)
					return dns_words_fail(
					    w, "not three digits up to 255");
				v = (unsigned)number;
				i += 2;
			}
		}
		if (n == max)
			return dns_words_fail(w, "string is too long");
		to[n++] = (uint8_t)v;
	}
	return (int)n;
}

int
dns_parse_hex_word(struct dns_words *w, const char *text, size_t len)
{
	if (len % 2 != 0)
		return dns_words_fail(w, "half a byte of hex");
	for (size_t i = 0; i < len; i += 2) {
		int high = riad_hex_digit((uint8_t)text[i]);
		int low = riad_hex_digit((uint8_t)text[i + 1]);

		if (high == -1 || low == -1)
			return dns_words_fail(w, "not hex");
		if (dns_add_number(w, (uint64_t)(high << 4 | low), 1) == -1)
			return -1;
	}
	return 0;
}

/* A byte may be divided between words. */
int
dns_parse_hex(struct dns_words *w)
{
	int high = -1;

	while (w->at < w->count) {
		const struct riad_dns_word *word = &w->word[w->at++];

		for (size_t i = 0; i < word->len; i++) {
			int v = riad_hex_digit((uint8_t)word->text[i]);

			if (v == -1)
				return dns_words_fail(w, "not hex");
			if (high == -1) {
				high = v;
				continue;
			}
			if (dns_add_number(w, (uint64_t)(high << 4 | v), 1) ==
			    -1)
				return -1;
			high = -1;
		}
	}
	return high == -1 ? 0 : dns_words_fail(w, "half a byte of hex");
}

struct base64 {
	uint32_t bits;
	unsigned have; /* characters of a group of four */
	unsigned pads;
};

static int
digit64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static int
base64_group(struct dns_words *w, struct base64 *b)
{
	uint8_t bytes[3] = {(uint8_t)(b->bits >> 16), (uint8_t)(b->bits >> 8),
	    (uint8_t)b->bits};

	/* Bits that no byte has would say the same in another way. */
	if (b->pads > 2 || (b->pads == 1 && bytes[2] != 0) ||
	    (b->pads == 2 && bytes[1] != 0))
		return dns_words_fail(w, "not base64");
	b->have = 0;
	b->bits = 0;
	return dns_add(w, bytes, 3 - b->pads);
}

static int
base64_more(struct dns_words *w, struct base64 *b, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int v = digit64(text[i]);

		if (text[i] == '=' && b->have >= 2) {
			b->pads++;
			v = 0;
		} else if (v == -1 || b->pads > 0) {
			return dns_words_fail(w, "not base64");
		}
		b->bits = b->bits << 6 | (uint32_t)v;
		if (++b->have == 4 && base64_group(w, b) == -1)
			return -1;
	}
	return 0;
}

static int
base64_end(struct dns_words *w, const struct base64 *b)
{
	return b->have == 0 ? 0 : dns_words_fail(w, "base64 is cut off");
}

int
dns_parse_base64(struct dns_words *w)
{
	struct base64 b = {0};

	while (w->at < w->count) {
		const struct riad_dns_word *word = &w->word[w->at++];
		if (base64_more(w, &b, word->text, word->len) == -1)
			return -1;
	}
	return base64_end(w, &b);
}

int
dns_parse_base64_word(struct dns_words *w, const char *text, size_t len)
{
	struct base64 b = {0};

	if (base64_more(w, &b, text, len) == -1)
		return -1;
	return base64_end(w, &b);
}

int
dns_parse_base64_of(struct dns_words *w, size_t len)
{
	struct base64 b = {0};
	size_t from = w->rdata->len;

	while (w->rdata->len - from < len) {
		const struct riad_dns_word *word =
		    dns_word(w, "base64 is cut off");
		if (word == NULL ||
		    base64_more(w, &b, word->text, word->len) == -1)
			return -1;
	}
	if (w->rdata->len - from != len)
		return dns_words_fail(w, "base64 of another length");
	return base64_end(w, &b);
}
