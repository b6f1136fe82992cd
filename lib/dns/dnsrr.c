/* SPDX-License-Identifier: ISC */
/* The table of types, and the words for its numbers. */

#include "riad/dnsrr.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "dnsfield.h"

#define ROW(number, id, ...) AT_##id,
#define FAR_ROW ROW
enum {
#include "dnsrows.h"
	ROWS
};
#undef ROW

#define ROW(number, id, text, row_marks, ...)                                  \
	{number, text, row_marks, {__VA_ARGS__}},
static const struct dns_row rows[ROWS] = {
#include "dnsrows.h"
};
#undef ROW
#undef FAR_ROW

/* 1 and the place of each type's row, but for the two that are far away. */
enum { NEAR = 263 };
static const uint8_t places[NEAR] = {
#define ROW(number, id, ...) [number] = AT_##id + 1,
#define FAR_ROW(...)
#include "dnsrows.h"
#undef ROW
#undef FAR_ROW
};

/* The row of a type, whatever its class; or NULL. */
static const struct dns_row *
find_row(uint16_t type)
{
	if (type < NEAR)
		return places[type] != 0 ? &rows[places[type] - 1] : NULL;
	if (type == rows[AT_TA].type)
		return &rows[AT_TA];
	return type == rows[AT_DLV].type ? &rows[AT_DLV] : NULL;
}

const struct dns_row *
dns_row_of(uint16_t type, uint16_t class)
{
	const struct dns_row *row = find_row(type);

	if (row == NULL || row->fields[0].kind == DNS_END ||
	    ((row->marks & DNS_INTERNET) != 0 && class != RIAD_DNS_IN))
		return NULL;
	return row;
}

/* PREFIX123 */
static const char *
number_text(char text[RIAD_DNS_TYPE_TEXT], const char *prefix, unsigned number)
{
	char digits[10], *d = digits + sizeof(digits), *p = text;

	do
		*--d = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	for (; *prefix != '\0'; prefix++)
		*p++ = *prefix;
	while (d < digits + sizeof(digits))
		*p++ = *d++;
	*p = '\0';
	return text;
}

/* The number after prefix, of any case: or -1. */
static int
number_parse(const char *text, size_t len, const char *prefix)
{
	size_t n = strlen(prefix);
	uint32_t v = 0;

	if (len <= n || len > n + 5 || strncasecmp(text, prefix, n) != 0)
		return -1;
	for (size_t i = n; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		v = v * 10 + (uint32_t)(text[i] - '0');
	}
	return v <= UINT16_MAX ? (int)v : -1;
}

static bool
is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

static int
unknown(void)
{
	errno = EINVAL;
	return -1;
}

const char *
riad_dns_type_text(char text[RIAD_DNS_TYPE_TEXT], uint16_t type)
{
	const struct dns_row *row = find_row(type);

	return row != NULL ? row->name : number_text(text, "TYPE", type);
}

int
riad_dns_type_parse(const char *text, size_t len)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (is_word(text, len, rows[i].name))
			return rows[i].type;
	}
	int v = number_parse(text, len, "TYPE");
	return v != -1 ? v : unknown();
}

static const struct {
	uint16_t number;
	char word[6];
} classes[] = {
    {RIAD_DNS_IN, "IN"},
    {3, "CH"},
    {4, "HS"},
    {254, "NONE"},
    {RIAD_DNS_ANY_CLASS, "ANY"},
    {3, "CHAOS"},
};

enum { CLASSES = sizeof(classes) / sizeof(classes[0]) };

const char *
riad_dns_class_text(char text[RIAD_DNS_TYPE_TEXT], uint16_t class)
{
	for (size_t i = 0; i < CLASSES; i++) {
		if (classes[i].number == class)
			return classes[i].word;
	}
	return number_text(text, "CLASS", class);
}

int
riad_dns_class_parse(const char *text, size_t len)
{
	for (size_t i = 0; i < CLASSES; i++) {
		if (is_word(text, len, classes[i].word))
			return classes[i].number;
	}
	int v = number_parse(text, len, "CLASS");
	return v != -1 ? v : unknown();
}

static const char rcodes[][12] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
    "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE",
    "RESERVED11", "RESERVED12", "RESERVED13", "RESERVED14", "RESERVED15",
    "BADVERS", "BADKEY", "BADTIME", "BADMODE", "BADNAME", "BADALG", "BADTRUNC",
    "BADCOOKIE"};

enum { RCODES = sizeof(rcodes) / sizeof(rcodes[0]) };

const char *
riad_dns_rcode_text(char text[RIAD_DNS_TYPE_TEXT], unsigned rcode)
{
	return rcode < RCODES ? rcodes[rcode]
			      : number_text(text, "RCODE", rcode);
}

int
riad_dns_rcode_parse(const char *text, size_t len)
{
	for (int i = 0; i < RCODES; i++) {
		if (is_word(text, len, rcodes[i]))
			return i;
	}
	int v = number_parse(text, len, "RCODE");
	return v != -1 ? v : unknown();
}

/* The seconds of a unit, or 0. */
static uint64_t
unit_of(char c)
{
	switch (c | 0x20) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return 604800;
	default:
		return 0;
	}
}

int
riad_dns_ttl_parse(uint32_t *seconds, const char *text, size_t len)
{
	uint64_t sum = 0, v = 0;
	bool digits = false, units = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] >= '0' && text[i] <= '9') {
			v = v * 10 + (uint64_t)(text[i] - '0');
			digits = true;
		} else {
			uint64_t unit = unit_of(text[i]);

			if (!digits || unit == 0)
				return unknown();
			sum += v * unit;
			v = 0;
			digits = false;
			units = true;
		}
		if (v > UINT32_MAX || sum > UINT32_MAX) {
			errno = ERANGE;
			return -1;
		}
	}
	if (digits == units) /* seconds have no unit only if they are alone */
		return unknown();
	*seconds = (uint32_t)(sum + v);
	return 0;
}
