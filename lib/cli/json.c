/* SPDX-License-Identifier: ISC */

#include "riad/json.h"

#include <string.h>

#include "riad/text.h"

static void
key_is(struct riad_json *json, const char *key)
{
	riad_out_char(json->out, json->sep);
	riad_out_char(json->out, '"');
	riad_out_str(json->out, key);
	riad_out_add(json->out, "\":", 2);
	json->sep = ',';
}

/* Decimal, of at least so many digits. */
static void
put_number(struct riad_out *out, uint64_t value, int digits)
{
	char text[20]; /* UINT64_MAX has as many */
	char *p = text + sizeof(text);

	for (; value > 0 || digits > 0; value /= 10, digits--)
		*--p = (char)('0' + value % 10);
	riad_out_add(out, p, (size_t)(text + sizeof(text) - p));
}

/* The length of the plain characters, and of those up to 0xff as they come. */
static size_t
plain_run(const uint8_t *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= ' ' && p[n] != '"' && p[n] != '\\' &&
	       p[n] != 0x7f && p[n] != 0xc2)
		n++;
	return n;
}

static void
put_escaped(struct riad_out *out, uint8_t c)
{
	static const char hex[] = "0123456789abcdef";
	static const char names[] = "\"\\\n\t\r\b\f";
	static const char letters[] = "\"\\ntrbf";
	const char *name = c != 0 ? strchr(names, c) : NULL;

	if (name != NULL) {
		char esc[2] = {'\\', letters[name - names]};
		riad_out_add(out, esc, sizeof(esc));
	} else {
		char esc[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
		riad_out_add(out, esc, sizeof(esc));
	}
}

/* data is valid UTF-8. */
static void
put_string(struct riad_out *out, const uint8_t *data, size_t len)
{
	riad_out_char(out, '"');
	while (len > 0) {
		size_t n = plain_run(data, len);
		if (n == 0 && *data == 0xc2 && data[1] >= 0xa0) {
			n = 2;
		} else if (n == 0) {
			/* 0xc2 leads the controls that are named C1. */
			n = *data == 0xc2 ? 2 : 1;
			put_escaped(out, data[n - 1]);
			data += n;
			len -= n;
			continue;
		}
		riad_out_add(out, data, n);
		data += n;
		len -= n;
	}
	riad_out_char(out, '"');
}

void
riad_json_begin(struct riad_json *json, struct riad_out *out)
{
	*json = (struct riad_json){out, '{'};
}

void
riad_json_end(struct riad_json *json)
{
	if (json->sep == '{')
		riad_out_char(json->out, '{');
	riad_out_add(json->out, "}\n", 2);
}

void
riad_json_str(struct riad_json *json, const char *key, const char *s)
{
	key_is(json, key);
	put_string(json->out, (const uint8_t *)s, strlen(s));
}

void
riad_json_u64(struct riad_json *json, const char *key, uint64_t value)
{
	key_is(json, key);
	put_number(json->out, value, 1);
}

void
riad_json_ns(struct riad_json *json, const char *key, uint64_t ns)
{
	key_is(json, key);
	put_number(json->out, ns / 1000000000, 1);
	riad_out_char(json->out, '.');
	put_number(json->out, ns % 1000000000, 9);
}

void
riad_json_bytes(struct riad_json *json, const void *data, size_t len)
{
	if (riad_utf8_valid(data, len)) {
		key_is(json, "text");
		put_string(json->out, data, len);
	} else {
		key_is(json, "base64");
		riad_out_char(json->out, '"');
		riad_base64(json->out, data, len);
		riad_out_char(json->out, '"');
	}
}
