/* SPDX-License-Identifier: ISC */
/* What makes an HTTP answer the answer to a DNS query (RFC 8484). */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conn.h"

/* Of all the fields of an answer, names and values. */
enum { HEADER_MAX = 16384 };

static const char dns_type[] = "application/dns-message";

bool
is_dns_type(const uint8_t *value, size_t len)
{
	const size_t own = sizeof(dns_type) - 1;

	if (len < own || strncasecmp((const char *)value, dns_type, own) != 0)
		return false;
	return len == own || value[own] == ';' || value[own] == ' ' ||
	       value[own] == '\t';
}

static bool
is(const char *name, const uint8_t *s, size_t len)
{
	return strncasecmp((const char *)s, name, len) == 0 &&
	       name[len] == '\0';
}

/* RFC 9111 section 1.2.2: seconds too large to hold are 2^31. */
static uint32_t
seconds(const uint8_t *s, size_t len)
{
	uint32_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return 0;
		n = n * 10 + (uint32_t)(s[i] - '0');
		if (n >= (UINT32_C(1) << 31) / 10)
			return UINT32_C(1) << 31;
	}
	return n;
}

void
slot_header(struct slot *slot, const uint8_t *name, size_t name_len,
    const uint8_t *value, size_t value_len)
{
	slot->begun = true;
	/* As RFC 9113 section 6.5.2 counts. */
	size_t size = name_len + value_len + 32;
	if (size > HEADER_MAX || slot->header > HEADER_MAX - size)
		slot->too_long = true;
	else
		slot->header += (uint32_t)size;
	switch (name_len) {
	case 3:
		if (is("age", name, 3))
			slot->age = seconds(value, value_len);
		break;
	case 12:
		if (is("content-type", name, 12))
			slot->type = is_dns_type(value, value_len);
		break;
	case 16:
		if (is("content-encoding", name, 16))
			slot->encoded = !is("identity", value, value_len);
		break;
	default:
		break;
	}
}

int
conn_body(
    struct riad_http *http, struct slot *slot, const void *data, size_t len)
{
	if (slot->body.data == NULL) {
		slot->body = http->spare;
		slot->body.max = http->client->max_body;
		riad_buf_init(&http->spare, http->client->max_body);
	}
	if (riad_buf_add(&slot->body, data, len) == 0)
		return 0;
	slot->too_long = true;
	return -1;
}

const char *
authority_of(char to[AUTHORITY_MAX], const struct riad_http_client *conf)
{
	const char *open = strchr(conf->host, ':') != NULL ? "[" : "";
	const char *close = *open != '\0' ? "]" : "";
	unsigned usual = conf->tls != NULL ? 443 : 80;

	if (conf->port == usual)
		snprintf(to, AUTHORITY_MAX, "%s%s%s", open, conf->host, close);
	else
		snprintf(to, AUTHORITY_MAX, "%s%s%s:%u", open, conf->host,
		    close, conf->port);
	return to;
}

void
conn_judge(struct riad_http *http, uint32_t at)
{
	const struct slot *slot = &http->slots[at];

	if (slot->status != 200) {
		snprintf(http->text, sizeof(http->text), "HTTP status %u",
		    slot->status);
		conn_answer(http, at, RIAD_HTTP_STATUS, http->text, false);
	} else if (!slot->type || slot->encoded) {
		conn_answer(http, at, RIAD_HTTP_TYPE,
		    slot->encoded ? "the content is encoded"
				  : "not application/dns-message",
		    false);
	} else {
		conn_answer(http, at, RIAD_HTTP_FINE, "", false);
	}
}
