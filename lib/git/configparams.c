/* SPDX-License-Identifier: ISC */
/* GIT_CONFIG_PARAMETERS, in which git hands on what its -c options said. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "riad/config.h"

static bool
is_space(char c)
{
	return c != '\0' && strchr(" \t\n\r", c) != NULL;
}

/*
 * Adds to buf, with a NUL, what stands at s in single quotes; between two
 * quoted pieces there may be "\'" and "\!".  What follows, or NULL.
 */
static const char *
unquote(struct riad_buf *buf, const char *s)
{
	errno = EINVAL;
	if (*s++ != '\'')
		return NULL;
	for (;;) {
		size_t n = strcspn(s, "'");
		if (s[n] == '\0') {
			errno = EINVAL;
			return NULL;
		}
		if (riad_buf_add(buf, s, n) == -1)
			return NULL;
		s += n + 1;
		if (s[0] != '\\' || (s[1] != '\'' && s[1] != '!') ||
		    s[2] != '\'')
			break;
		if (riad_buf_addc(buf, s[1]) == -1)
			return NULL;
		s += 3;
	}
	return riad_buf_addc(buf, '\0') == -1 ? NULL : s;
}

/* Where the value of "key=value" starts, cut off there; spaces around the key
 * are no part of it. */
static char *
split(char **key)
{
	char *value = strchr(*key, '=');

	if (value != NULL)
		*value++ = '\0';
	while (is_space(**key))
		++*key;
	for (char *end = *key + strlen(*key); end > *key && is_space(end[-1]);)
		*--end = '\0';
	return value;
}

static int
parse(struct riad_buf *text, struct riad_buf *name, const char *s,
    int (*each)(void *ctx, const char *name, const char *value), void *ctx)
{
	while (*s != '\0') {
		bool has_value = false;
		char *value = NULL;

		text->len = name->len = 0;
		s = unquote(text, s);
		if (s == NULL)
			return -1;
		size_t key_len = text->len;
		bool old = *s == '\0' || is_space(*s);
		if (!old) {
			errno = EINVAL;
			if (*s++ != '=')
				return -1;
			has_value = *s == '\'';
			if (has_value && (s = unquote(text, s)) == NULL)
				return -1;
			errno = EINVAL;
			if (*s != '\0' && !is_space(*s))
				return -1;
		}
		char *key = (char *)text->data;
		if (old)
			value = split(&key);
		else if (has_value)
			value = key + key_len;
		if (riad_config_key(name, key) == -1)
			return -1;
		int r = each(ctx, (const char *)name->data, value);
		if (r != 0)
			return r;
		while (is_space(*s))
			s++;
	}
	return 0;
}

int
riad_config_params(const char *text,
    int (*each)(void *ctx, const char *name, const char *value), void *ctx)
{
	struct riad_buf plain, name;

	riad_buf_init(&plain, strlen(text) + 2);
	riad_buf_init(&name, strlen(text) + 2);
	int r = parse(&plain, &name, text, each, ctx);
	int err = errno;
	riad_buf_free(&plain);
	riad_buf_free(&name);
	errno = err;
	return r;
}
