/* SPDX-License-Identifier: ISC */

#include "riad/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Not isspace(3) and so on, which depend on the locale and on char's sign. */
static bool
is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_key_char(int c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

static char
lower(int c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

void
riad_config_parser_init(
    struct riad_config_parser *p, const void *data, size_t len)
{
	*p = (struct riad_config_parser){.data = data, .len = len, .line = 1};
	/* A value is no longer than its file, of which each byte gives one. */
	riad_buf_init(&p->name_buf, len + 2);
	riad_buf_init(&p->value_buf, len + 1);
	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		p->off = 3;
}

void
riad_config_parser_free(struct riad_config_parser *p)
{
	riad_buf_free(&p->name_buf);
	riad_buf_free(&p->value_buf);
}

/* The end of the file is one more end of a line. */
static int
next(struct riad_config_parser *p)
{
	int c = '\n';

	if (p->off >= p->len) {
		p->eof = true;
	} else {
		c = p->data[p->off++];
		if (c == '\r' && p->off < p->len && p->data[p->off] == '\n')
			c = p->data[p->off++];
	}
	p->line += c == '\n';
	return c;
}

/* -1 too, for callers to return; back says that the line just ended. */
static int
bad(struct riad_config_parser *p, bool back)
{
	p->line -= back;
	errno = EBADMSG;
	return -1;
}

/* After '[': "section]", "section.sub]", or 'section "sub"]'. */
static int
parse_section(struct riad_config_parser *p)
{
	struct riad_buf *name = &p->name_buf;
	int c;

	name->len = 0;
	while ((c = next(p)) != ']' && (p->eof || !is_space(c))) {
		if (!is_key_char(c) && c != '.')
			return bad(p, false);
		if (riad_buf_addc(name, lower(c)) == -1)
			return -1;
	}
	if (c != ']') {
		for (; is_space(c); c = next(p)) {
			if (c == '\n')
				return bad(p, true);
		}
		if (c != '"')
			return bad(p, false);
		if (riad_buf_addc(name, '.') == -1)
			return -1;
		while ((c = next(p)) != '"') {
			if (c == '\\')
				c = next(p);
			if (c == '\n')
				return bad(p, true);
			if (riad_buf_addc(name, (char)c) == -1)
				return -1;
		}
		if (next(p) != ']')
			return bad(p, false);
	}
	if (name->len == 0)
		return bad(p, false);
	p->stem = name->len + 1;
	return riad_buf_addc(name, '.');
}

/* What follows the backslash; -1 for what may not. */
static int
unescape(int c)
{
	switch (c) {
	case 't':
		return '\t';
	case 'b':
		return '\b';
	case 'n':
		return '\n';
	case '\\':
	case '"':
		return c;
	}
	return -1;
}

/* After '=', to the end of the line and of those that it continues on. */
static int
parse_value(struct riad_config_parser *p)
{
	struct riad_buf *value = &p->value_buf;
	bool quoted = false, comment = false;
	size_t end = 0; /* without the spaces that may be the last */

	value->len = 0;
	for (;;) {
		int c = next(p);

		if (c == '\n') {
			if (quoted)
				return bad(p, true);
			break;
		}
		if (comment)
			continue;
		if (!quoted && (c == '#' || c == ';')) {
			comment = true;
			continue;
		}
		bool space = is_space(c) && !quoted;
		if (space && value->len == 0)
			continue;
		if (c == '"') {
			quoted = !quoted;
			end = value->len;
			continue;
		}
		if (c == '\\') {
			c = next(p);
			if (c == '\n') {
				end = value->len;
				if (p->eof)
					break;
				continue;
			}
			c = unescape(c);
			if (c == -1)
				return bad(p, false);
		}
		if (riad_buf_addc(value, (char)c) == -1)
			return -1;
		if (!space)
			end = value->len;
	}
	value->len = end;
	p->value = riad_buf_str(value);
	return p->value == NULL ? -1 : 0;
}

/* A name that starts with c, and what it is set to. */
static int
parse_variable(struct riad_config_parser *p, int c)
{
	struct riad_buf *name = &p->name_buf;

	name->len = p->stem;
	do {
		if (riad_buf_addc(name, lower(c)) == -1)
			return -1;
		c = next(p);
	} while (!p->eof && is_key_char(c));
	while (c == ' ' || c == '\t')
		c = next(p);
	p->value = NULL;
	if (c != '\n') {
		if (c != '=')
			return bad(p, false);
		if (parse_value(p) == -1)
			return -1;
	}
	p->name = riad_buf_str(name);
	return p->name == NULL ? -1 : 1;
}

int
riad_config_next(struct riad_config_parser *p)
{
	/* Half a byte order mark is none. */
	while (!p->eof) {
		int c = next(p);

		if (is_space(c))
			continue;
		if (c == '#' || c == ';') {
			while (next(p) != '\n')
				;
		} else if (c == '[') {
			if (parse_section(p) == -1)
				return -1;
		} else if (is_letter(c)) {
			return parse_variable(p, c);
		} else {
			return bad(p, false);
		}
	}
	return 0;
}

int
riad_config_key(struct riad_buf *buf, const char *key)
{
	const char *first = strchr(key, '.'), *last = strrchr(key, '.');
	size_t begin = buf->len;

	if (first == NULL || first == key || !is_letter(last[1])) {
		errno = EINVAL;
		return -1;
	}
	for (const char *s = key; *s != '\0'; s++) {
		bool sub = s >= first && s <= last;

		if (sub ? *s == '\n' : !is_key_char((unsigned char)*s)) {
			buf->len = begin;
			errno = EINVAL;
			return -1;
		}
		if (riad_buf_addc(buf, sub ? *s : lower((unsigned char)*s)) ==
		    -1)
			return -1;
	}
	return riad_buf_addc(buf, '\0');
}

int
riad_config_bool(bool *b, const char *value)
{
	static const char *const words[2][3] = {
	    {"false", "no", "off"}, {"true", "yes", "on"}};
	uint64_t n;

	if (value == NULL || *value == '\0') {
		*b = value == NULL;
		return 0;
	}
	for (int i = 0; i < 6; i++) {
		if (strcasecmp(value, words[i / 3][i % 3]) == 0) {
			*b = i >= 3;
			return 0;
		}
	}
	if (riad_config_u64(&n, value + (*value == '-'), INT32_MAX) == -1)
		return -1;
	*b = n != 0;
	return 0;
}

int
riad_config_u64(uint64_t *n, const char *value, uint64_t max)
{
	static const char units[] = "kmg";
	unsigned shift = 0;
	char *end;

	errno = EINVAL;
	if (value == NULL || strchr(value, '-') != NULL)
		return -1;
	errno = 0;
	unsigned long long v = strtoull(value, &end, 0);
	if (end == value)
		errno = EINVAL;
	if (errno != 0)
		return -1;
	if (*end != '\0') {
		const char *unit = strchr(units, lower((unsigned char)*end));
		if (unit == NULL || end[1] != '\0') {
			errno = EINVAL;
			return -1;
		}
		shift = 10 * (unsigned)(unit - units + 1);
	}
	if (v > max >> shift) {
		errno = ERANGE;
		return -1;
	}
	*n = (uint64_t)v << shift;
	return 0;
}
