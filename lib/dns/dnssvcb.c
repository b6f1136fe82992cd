/* SPDX-License-Identifier: ISC */
/* Parameters of SVCB as text, RFC 9460 section 2.1. */

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "dnswords.h"

static const char svc_keys[][16] = {"mandatory", "alpn", "no-default-alpn",
    "port", "ipv4hint", "ech", "ipv6hint", "dohpath", "ohttp"};

enum { SVC_KEYS = sizeof(svc_keys) / sizeof(svc_keys[0]) };

const char *
dns_svc_json(char text[RIAD_DNS_TYPE_TEXT], uint16_t key)
{
	if (key < SVC_KEYS)
		return svc_keys[key];
	snprintf(text, RIAD_DNS_TYPE_TEXT, "key%u", key);
	return text;
}

const char *
dns_svc_text(char text[RIAD_DNS_TYPE_TEXT], uint16_t key)
{
	const char *word = dns_svc_json(text, key);

	if (key > DNS_SVC_IPV6HINT && word != text) {
		snprintf(text, RIAD_DNS_TYPE_TEXT, "key%u", key);
		return text;
	}
	return word;
}

int
dns_svc_parse(const char *text, size_t len)
{
	unsigned v = 0;

	for (int i = 0; i < SVC_KEYS; i++) {
		if (strlen(svc_keys[i]) == len &&
		    strncasecmp(svc_keys[i], text, len) == 0)
			return i;
	}
	if (len < 4 || len > 8 || strncasecmp(text, "key", 3) != 0)
		return -1;
	for (size_t i = 3; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		v = v * 10 + (unsigned)(text[i] - '0');
	}
	/* RFC 9460 section 2.1: no zeros before it. */
	return v > UINT16_MAX || (text[3] == '0' && len > 4) ? -1 : (int)v;
}

/*
 * A value in quotes.  In lists commas part items, so a comma within one has a
 * backslash, which then is one of the text and has another.
 */
static void
put_value(struct riad_out *out, const uint8_t *p, size_t len, bool item)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t *to = riad_out_room(out, 8), *q = to;
		uint8_t v = p[i];

		if (v < ' ' || v >= 0x7f) {
			*q++ = '\\';
			*q++ = (uint8_t)('0' + v / 100);
			*q++ = (uint8_t)('0' + v / 10 % 10);
			*q++ = (uint8_t)('0' + v % 10);
		} else {
			if (item && (v == ',' || v == '\\')) {
				*q++ = '\\';
				*q++ = '\\';
			}
			if (v == '"' || v == '\\')
				*q++ = '\\';
			*q++ = v;
		}
		out->len += (size_t)(q - to);
	}
}

static void
put_alpn(struct riad_out *out, const uint8_t *p, size_t len)
{
	riad_out_char(out, '"');
	for (size_t i = 0; i < len && p[i] <= len - i - 1; i += 1u + p[i]) {
		if (i > 0)
			riad_out_char(out, ',');
		put_value(out, p + i + 1, p[i], true);
	}
	riad_out_char(out, '"');
}

static void
put_keys(struct riad_out *out, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		char text[RIAD_DNS_TYPE_TEXT];

		if (i > 0)
			riad_out_char(out, ',');
		riad_out_str(out, dns_svc_text(text, dns_get16(p + i)));
	}
}

static void
put_addresses(struct riad_out *out, const uint8_t *p, size_t len, size_t each)
{
	for (size_t i = 0; i + each <= len; i += each) {
		if (i > 0)
			riad_out_char(out, ',');
		if (each == 4)
			dns_put_ipv4(out, p + i);
		else
			dns_put_ipv6(out, p + i);
	}
}

static void
put_parameter(struct riad_out *out, uint16_t key, const uint8_t *p, size_t len)
{
	char text[RIAD_DNS_TYPE_TEXT];

	riad_out_str(out, dns_svc_text(text, key));
	if (len == 0)
		return;
	riad_out_char(out, '=');
	switch (key) {
	case DNS_SVC_MANDATORY:
		put_keys(out, p, len);
		break;
	case DNS_SVC_ALPN:
		put_alpn(out, p, len);
		break;
	case DNS_SVC_PORT:
		if (len == 2)
			dns_put_number(out, dns_get16(p));
		break;
	case DNS_SVC_IPV4HINT:
		put_addresses(out, p, len, 4);
		break;
	case DNS_SVC_IPV6HINT:
		put_addresses(out, p, len, 16);
		break;
	case DNS_SVC_ECH:
		dns_put_base64(out, p, len);
		break;
	default:
		riad_out_char(out, '"');
		put_value(out, p, len, false);
		riad_out_char(out, '"');
	}
}

void
dns_text_parameters(struct riad_out *out, struct dns_cursor *c)
{
	while (c->at < c->end) {
		uint16_t key = dns_u16(c), len = dns_u16(c);
		const uint8_t *p = dns_take(c, len);

		if (p == NULL)
			return;
		put_parameter(out, key, p, len);
		if (c->at < c->end)
			riad_out_char(out, ' ');
	}
}

/* --- and back */

/* Of parameters there are at most as many as RDATA has room for; this many are
 * enough for any that a person writes. */
enum { PARAMETERS = 256 };

struct parameter {
	uint16_t key;
	uint16_t len;
	size_t at; /* in RDATA, for as long as they are not in order */
};

/*
 * The items of a list, RFC 9460 appendix A.1: commas part them, a backslash
 * makes a comma or backslash one of theirs.  A byte of length before each.
 */
static int
add_items(struct dns_words *w, const uint8_t *p, size_t len)
{
	uint8_t item[1 + 255];
	size_t n = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i == len || p[i] == ',') {
			item[0] = (uint8_t)n;
			if (n == 0)
				return dns_words_fail(w, "an item of nothing");
			if (dns_add(w, item, 1 + n) == -1)
				return -1;
			n = 0;
			continue;
		}
		if (p[i] == '\\' && i + 1 < len &&
		    (p[i + 1] == ',' || p[i + 1] == '\\'))
			i++;
		if (n == 255)
			return dns_words_fail(w, "an item over 255 bytes");
		item[1 + n++] = p[i];
	}
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	return memcmp(a, b, 2);
}

static int
add_listed(struct dns_words *w, uint16_t key, const char *item, size_t len)
{
	int v;

	if (key == DNS_SVC_IPV4HINT)
		return dns_parse_ipv4(w, item, len);
	if (key == DNS_SVC_IPV6HINT)
		return dns_parse_ipv6(w, item, len);
	v = dns_svc_parse(item, len);
	if (v == -1)
		return dns_words_fail(w, "not a key");
	return dns_add_number(w, (uint64_t)v, 2);
}

/* Addresses or keys with commas between. */
static int
add_list(struct dns_words *w, uint16_t key, const char *text, size_t len)
{
	size_t from = w->rdata->len;

	while (len > 0) {
		const char *comma = memchr(text, ',', len);
		size_t n = comma != NULL ? (size_t)(comma - text) : len;

		if (add_listed(w, key, text, n) == -1)
			return -1;
		if (comma == NULL)
			break;
		if (n + 1 == len)
			return dns_words_fail(w, "an item of nothing");
		text += n + 1;
		len -= n + 1;
	}
	if (key == DNS_SVC_MANDATORY && w->rdata->len > from)
		qsort(w->rdata->data + from, (w->rdata->len - from) / 2, 2,
		    by_number);
	return 0;
}

static int
add_value(struct dns_words *w, uint16_t key, const char *text, size_t len)
{
	uint64_t port;

	switch (key) {
	case DNS_SVC_PORT:
		if (dns_number(&port, text, len, UINT16_MAX) == -1)
			return dns_words_fail(w, "not the number of a port");
		return dns_add_number(w, port, 2);
	case DNS_SVC_MANDATORY:
	case DNS_SVC_IPV4HINT:
	case DNS_SVC_IPV6HINT:
		return add_list(w, key, text, len);
	case DNS_SVC_ECH:
		return dns_parse_base64_word(w, text, len);
	default:
		break;
	}

	/* What has no form of its own is a string, of any length. */
	if (len > 4u * UINT16_MAX)
		return dns_words_fail(w, "value is too long");
	uint8_t *value = malloc(len + 1);
	if (value == NULL) {
		w->why = "out of memory";
		return -1;
	}
	int r = dns_unescape(w, value, len, text, len);
	if (r != -1)
		r = key == DNS_SVC_ALPN ? add_items(w, value, (size_t)r)
					: dns_add(w, value, (size_t)r);
	free(value);
	return r;
}

/* key, key=value or key="value" */
static int
add_parameter(
    struct dns_words *w, struct parameter *p, const struct riad_dns_word *word)
{
	const char *mark = memchr(word->text, '=', word->len);
	size_t n = mark != NULL ? (size_t)(mark - word->text) : word->len;
	int key = word->quoted ? -1 : dns_svc_parse(word->text, n);

	if (key == -1)
		return dns_words_fail(w, "not a parameter");
	p->key = (uint16_t)key;
	p->at = w->rdata->len;

	const char *text = mark != NULL ? mark + 1 : word->text;
	size_t len = mark != NULL ? word->len - n - 1 : 0;
	if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
		text++;
		len -= 2;
	}
	if (len > 0 && add_value(w, p->key, text, len) == -1)
		return -1;
	p->len = (uint16_t)(w->rdata->len - p->at);
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	const struct parameter *x = a, *y = b;

	return x->key - y->key;
}

/* Text has them in any order, RDATA by key. */
static int
put_in_order(
    struct dns_words *w, struct parameter *list, size_t count, size_t from)
{
	struct riad_buf values;
	int r = 0;

	riad_buf_init(&values, UINT16_MAX);
	if (riad_buf_add(
		&values, w->rdata->data + from, w->rdata->len - from) == -1) {
		w->why = "out of memory";
		return -1;
	}
	w->rdata->len = from;
	qsort(list, count, sizeof(list[0]), by_key);
	for (size_t i = 0; r == 0 && i < count; i++) {
		if (i > 0 && list[i].key == list[i - 1].key)
			r = dns_words_fail(w, "a parameter twice");
		else if (dns_add_number(w,
			     (uint64_t)list[i].key << 16 | list[i].len,
			     4) == -1 ||
			 dns_add(w, values.data + (list[i].at - from),
			     list[i].len) == -1)
			r = -1;
	}
	riad_buf_free(&values);
	return r;
}

int
dns_parse_parameters(struct dns_words *w)
{
	struct parameter list[PARAMETERS];
	size_t count = 0, from = w->rdata->len;

	while (w->at < w->count) {
		const struct riad_dns_word *word = &w->word[w->at++];

		if (count == PARAMETERS)
			return dns_words_fail(w, "too many parameters");
		if (add_parameter(w, &list[count++], word) == -1)
			return -1;
	}
	return count > 0 ? put_in_order(w, list, count, from) : 0;
}
