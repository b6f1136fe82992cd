/* SPDX-License-Identifier: ISC */

#include "riad/dnsask.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "riad/dnsrr.h"
#include "riad/text.h"

static int
wrong(struct riad_dns_ask *ask, const char *why, size_t off)
{
	ask->why = why;
	ask->off = off;
	errno = EBADMSG;
	return -1;
}

static bool
is_gap(char c)
{
	return c == ' ' || c == '\t' || c == ',' || c == '\r';
}

/* The next word from *at on; 0 at the end.  A gap that is escaped is none. */
static size_t
next_word(const char *line, size_t len, size_t *at)
{
	size_t n = 0;

	while (*at < len && is_gap(line[*at]))
		(*at)++;
	while (*at + n < len && !is_gap(line[*at + n])) {
		n++;
		if (line[*at + n - 1] == '\\' && *at + n < len)
			n++;
	}
	return n;
}

int
riad_dns_ask_word(struct riad_dns_ask *ask, const char *word, size_t len)
{
	int n = riad_dns_type_parse(word, len);

	/* ANY is a type first; as a class it is CLASS255. */
	if (n >= 0) {
		if (n == RIAD_DNS_OPT || n == 0)
			return wrong(ask, "no type to ask for", 0);
		if (n == RIAD_DNS_AXFR || n == RIAD_DNS_AXFR - 1)
			return wrong(ask, "zones are not transferred", 0);
		if (ask->types_len == RIAD_DNS_ASK_TYPES)
			return wrong(ask, "too many types", 0);
		ask->types[ask->types_len++] = (uint16_t)n;
		return 1;
	}
	n = riad_dns_class_parse(word, len);
	if (n < 0)
		return 0;
	if (ask->has_class)
		return wrong(ask, "a second class", 0);
	ask->class = (uint16_t)n;
	ask->has_class = true;
	return 1;
}

int
riad_dns_ask_line(struct riad_dns_ask *ask, const char *line, size_t len)
{
	size_t at = 0, n;

	*ask = (struct riad_dns_ask){.class = RIAD_DNS_IN};
	n = next_word(line, len, &at);
	if (n == 0 || line[at] == '#' || line[at] == ';')
		return 0;
	if (memchr(line, '\0', len) != NULL)
		return wrong(ask, "a NUL byte",
		    (size_t)((const char *)memchr(line, '\0', len) - line));
	if (n == 2 && memcmp(line + at, "-x", 2) == 0) {
		ask->reverse = true;
		at += n;
		n = next_word(line, len, &at);
		if (n == 0)
			return wrong(
			    ask, "-x is not followed by an address", len);
	}
	ask->name = line + at;
	ask->name_len = n;
	for (;;) {
		at += n;
		n = next_word(line, len, &at);
		if (n == 0)
			return 1;
		int r = riad_dns_ask_word(ask, line + at, n);
		if (r == 0)
			return wrong(ask, "no such type or class", at);
		if (r == -1) {
			ask->off = at;
			return -1;
		}
	}
}

int
riad_dns_address(uint8_t address[16], const char *text, size_t len)
{
	char copy[INET6_ADDRSTRLEN];

	if (len < sizeof(copy)) {
		memcpy(copy, text, len);
		copy[len] = '\0';
		if (inet_pton(AF_INET, copy, address) == 1)
			return 4;
		if (inet_pton(AF_INET6, copy, address) == 1)
			return 16;
	}
	errno = EINVAL;
	return -1;
}

int
riad_dns_ask_name(uint8_t name[RIAD_DNS_NAME], struct riad_dns_ask *ask,
    const char *text, size_t len)
{
	uint8_t address[16];
	int n;

	if (ask->reverse) {
		n = riad_dns_address(address, text, len);
		if (n == -1)
			return wrong(ask, "not an address", 0);
		return riad_dns_name_reverse(name, address, (size_t)n);
	}
	n = riad_dns_name_parse(name, text, len, NULL);
	if (n == -1) {
		int saved = errno;
		wrong(ask,
		    saved == EMSGSIZE ? "the name is too long, or a label of it"
				      : "not a name",
		    0);
		errno = saved;
	}
	return n;
}

void
riad_dns_query_init(struct riad_dns_query *query)
{
	*query = (struct riad_dns_query){
	    .flags = RIAD_DNS_RD,
	    .edns = true,
	    .size = 1232, /* what passes everywhere, by the flag day of 2020 */
	};
	riad_buf_init(&query->options, RIAD_DNS_OPTIONS);
}

void
riad_dns_query_free(struct riad_dns_query *query)
{
	riad_buf_free(&query->options);
}

int
riad_dns_query_option(
    struct riad_dns_query *query, uint16_t code, const void *data, size_t len)
{
	uint8_t head[4] = {(uint8_t)(code >> 8), (uint8_t)code,
	    (uint8_t)(len >> 8), (uint8_t)len};

	if (len > RIAD_DNS_OPTIONS - sizeof(head) ||
	    query->options.len > RIAD_DNS_OPTIONS - sizeof(head) - len) {
		errno = EMSGSIZE;
		return -1;
	}
	if (riad_buf_add(&query->options, head, sizeof(head)) == -1)
		return -1;
	if (riad_buf_add(&query->options, data, len) == -1) {
		query->options.len -= sizeof(head);
		return -1;
	}
	return 0;
}

int
riad_dns_query_option_text(struct riad_dns_query *query, const char *text)
{
	uint8_t data[RIAD_DNS_OPTIONS];
	size_t digits = strcspn(text, ":"), n = 0;
	char number[6];
	uint64_t code;

	errno = EINVAL;
	if (digits >= sizeof(number))
		return -1;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (riad_parse_u64(&code, number, UINT16_MAX) == -1)
		return -1;
	text += digits;
	text += *text == ':';
	for (; text[0] != '\0'; text += 2) {
		int high = riad_hex_digit((uint8_t)text[0]);
		int low = high < 0 ? -1 : riad_hex_digit((uint8_t)text[1]);
		if (low < 0 || n == sizeof(data)) {
			errno = low < 0 ? EINVAL : EMSGSIZE;
			return -1;
		}
		data[n++] = (uint8_t)(high << 4 | low);
	}
	return riad_dns_query_option(query, (uint16_t)code, data, n);
}

int
riad_dns_query_subnet(struct riad_dns_query *query, const char *text)
{
	uint8_t data[4 + 16] = {0};
	size_t n = strcspn(text, "/");
	uint64_t bits;
	int bytes;

	errno = EINVAL;
	if (strcmp(text, "0") == 0) {
		text = "0.0.0.0/0";
		n = strcspn(text, "/");
	}
	bytes = riad_dns_address(data + 4, text, n);
	if (bytes == -1)
		return -1;
	bits = (uint64_t)bytes * 8;
	if (text[n] == '/' && riad_parse_u64(&bits, text + n + 1, bits) == -1)
		return -1;
	data[1] = bytes == 4 ? 1 : 2; /* of IANA's address families */
	data[2] = (uint8_t)bits;
	/* As many bytes as the length needs, the bits after it being 0. */
	size_t kept = (size_t)(bits + 7) / 8;
	if (bits % 8 != 0)
		data[4 + kept - 1] &= (uint8_t)(0xff00 >> bits % 8);
	return riad_dns_query_option(query, RIAD_DNS_ECS, data, 4 + kept);
}

int
riad_dns_query_write(uint8_t *to, size_t max,
    const struct riad_dns_query *query, uint16_t id, const uint8_t *name,
    uint16_t type, uint16_t class)
{
	struct riad_dns_writer writer;
	struct riad_dns_edns edns = {
	    .present = true,
	    .size = query->size,
	    .dnssec = query->dnssec,
	    .options = query->options.data,
	    .options_len = (uint16_t)query->options.len,
	};

	riad_dns_writer_init(&writer, to, max, id, query->flags);
	if (riad_dns_write_question(&writer, name, type, class) == -1)
		return -1;
	if (query->edns &&
	    riad_dns_write_edns(&writer, &edns, query->pad) == -1)
		return -1;
	return (int)writer.len;
}
