/* SPDX-License-Identifier: ISC */
/* LOC, RFC 1876, as text. */

#include <stdio.h>

#include "dnswords.h"

enum { SEA = 10000000 }; /* cm above the lowest that can be said */

static const uint32_t middle = 0x80000000; /* the equator, and Greenwich */

/* "52 22 23.000 N": thousandths of a second from the middle of the range. */
static int
degrees(char *text, size_t max, uint32_t v, const char sides[2])
{
	bool after = v >= middle;
	uint32_t ms = after ? v - middle : middle - v;

	return snprintf(text, max, "%u %u %u.%03u %c", ms / 3600000,
	    ms / 60000 % 60, ms / 1000 % 60, ms % 1000,
	    after ? sides[0] : sides[1]);
}

/* Centimetres as a digit and a power of ten. */
static int
size_text(char *text, size_t max, uint8_t v)
{
	static const uint32_t power[] = {1, 10, 100, 1000, 10000, 100000,
	    1000000, 10000000, 100000000, 1000000000};
	uint32_t digit = v >> 4, exp = v & 15u;

	if (exp > 9)
		exp = 9;
	if (exp < 2)
		return snprintf(text, max, "0.%02um", digit * power[exp]);
	return snprintf(text, max, "%um", digit * power[exp - 2]);
}

size_t
dns_location_text(char text[DNS_LOCATION_TEXT], const uint8_t *p)
{
	char north[24], east[24], sizes[3][16];
	uint32_t high = dns_get32(p + 12);
	bool below = high < SEA;
	uint32_t cm = below ? SEA - high : high - SEA;

	degrees(north, sizeof(north), dns_get32(p + 4), "NS");
	degrees(east, sizeof(east), dns_get32(p + 8), "EW");
	for (size_t i = 0; i < 3; i++)
		size_text(sizes[i], sizeof(sizes[i]), p[1 + i]);
	int n = snprintf(text, DNS_LOCATION_TEXT, "%s %s %s%u.%02um %s %s %s",
	    north, east, below ? "-" : "", cm / 100, cm % 100, sizes[0],
	    sizes[1], sizes[2]);
	return n > 0 ? (size_t)n : 0;
}

/* A number with up to so many decimals, as a whole one. */
static int
fixed(uint64_t *value, const char *text, size_t len, unsigned decimals,
    uint64_t max)
{
	const char *dot = memchr(text, '.', len);
	size_t whole = dot != NULL ? (size_t)(dot - text) : len;
	uint64_t v, part = 0;
	unsigned got = dot != NULL ? (unsigned)(len - whole - 1) : 0;

	if (got > decimals || dns_number(&v, text, whole, max) == -1)
		return -1;
	if (got > 0 && dns_number(&part, dot + 1, got, UINT32_MAX) == -1)
		return -1;
	for (unsigned i = 0; i < decimals; i++) {
		v *= 10;
		if (i >= got)
			part *= 10;
	}
	*value = v + part;
	return *value <= max ? 0 : -1;
}

/* The same in metres, to centimetres. */
static int
metres(uint64_t *cm, const char *text, size_t len, uint64_t max)
{
	if (len > 0 && (text[len - 1] | 0x20) == 'm')
		len--;
	return fixed(cm, text, len, 2, max);
}

/* Degrees, minutes, seconds, of which the last two may not be there, and which
 * side. */
static int
parse_degrees(
    struct dns_words *w, uint32_t *v, const char sides[2], uint64_t most)
{
	uint64_t part[3] = {0};

	for (unsigned i = 0; i < 4; i++) {
		const struct riad_dns_word *word =
		    dns_word(w, "degrees are missing");

		if (word == NULL)
			return -1;
		int side = word->len == 1 ? word->text[0] & ~0x20 : 0;
		if (i > 0 && (side == sides[0] || side == sides[1])) {
			uint32_t ms = (uint32_t)(part[0] * 3600000 +
						 part[1] * 60000 + part[2]);
			*v = side == sides[0] ? middle + ms : middle - ms;
			return 0;
		}
		if (i == 3 ||
		    fixed(&part[i], word->text, word->len, i == 2 ? 3 : 0,
			i == 0   ? most
			: i == 1 ? 59
				 : 59999) == -1)
			break;
	}
	return dns_words_fail(w, "not degrees, minutes, seconds, side");
}

static int
parse_height(struct dns_words *w, uint32_t *v)
{
	const struct riad_dns_word *word =
	    dns_word(w, "an altitude is missing");
	uint64_t cm;

	if (word == NULL)
		return -1;
	bool below = word->len > 0 && word->text[0] == '-';
	if (metres(&cm, word->text + below, word->len - below,
		below ? SEA : UINT32_MAX - SEA) == -1)
		return dns_words_fail(w, "not an altitude in metres");
	*v = below ? SEA - (uint32_t)cm : SEA + (uint32_t)cm;
	return 0;
}

int
dns_parse_location(struct dns_words *w)
{
	/* Version, then a size of 1 m, 10 km and 10 m of precision, section 3.
	 */
	uint8_t rdata[16] = {0, 0x12, 0x16, 0x13};
	uint32_t north = 0, east = 0, high = 0;

	if (parse_degrees(w, &north, "NS", 90) == -1 ||
	    parse_degrees(w, &east, "EW", 180) == -1 ||
	    parse_height(w, &high) == -1)
		return -1;
	for (size_t i = 1; i <= 3 && w->at < w->count; i++) {
		const struct riad_dns_word *word = &w->word[w->at++];
		uint64_t cm;
		unsigned exp = 0;

		if (metres(&cm, word->text, word->len, 9000000000) == -1)
			return dns_words_fail(w, "not a size in metres");
		for (; cm >= 10; cm /= 10)
			exp++;
		rdata[i] = (uint8_t)(cm << 4 | exp);
	}
	dns_put32(rdata + 4, north);
	dns_put32(rdata + 8, east);
	dns_put32(rdata + 12, high);
	return dns_add(w, rdata, sizeof(rdata));
}
