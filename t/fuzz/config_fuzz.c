/* SPDX-License-Identifier: ISC */
/* What a file says comes out again when it is written another way. */

#include "riad/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
add_quoted(struct riad_buf *buf, const char *s, size_t len)
{
	riad_buf_addc(buf, '"');
	for (; len > 0; len--, s++) {
		if (*s == '"' || *s == '\\')
			riad_buf_addc(buf, '\\');
		if (*s == '\n')
			riad_buf_addstr(buf, "\\n");
		else
			riad_buf_addc(buf, *s);
	}
	riad_buf_addc(buf, '"');
}

static void
write_variable(struct riad_buf *buf, const char *name, const char *value)
{
	const char *first = strchr(name, '.'), *last = strrchr(name, '.');

	riad_buf_addf(buf, "[%.*s", (int)(first - name), name);
	if (first != last) {
		riad_buf_addc(buf, ' ');
		add_quoted(buf, first + 1, (size_t)(last - first) - 1);
	}
	riad_buf_addf(buf, "]\n%s", last + 1);
	if (value != NULL) {
		riad_buf_addc(buf, '=');
		add_quoted(buf, value, strlen(value));
	}
	riad_buf_addc(buf, '\n');
}

static void
check_key(const char *name)
{
	struct riad_buf key;

	riad_buf_init(&key, 1 << 20);
	if (*name != '.' && (riad_config_key(&key, name) == -1 ||
				strcmp((char *)key.data, name) != 0))
		abort();
	riad_buf_free(&key);
}

static int
on_param(void *ctx, const char *name, const char *value)
{
	(void)ctx;
	check_key(name);
	return value != NULL && strlen(value) > 1000;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_config_parser p, again;
	struct riad_buf text;

	riad_buf_init(&text, 1 << 20);
	riad_config_parser_init(&p, data, size);
	while (riad_config_next(&p) == 1) {
		if (p.off > size || p.line > size + 2)
			abort();
		if (strchr(p.name, '.') == NULL ||
		    strlen(p.name) != p.name_buf.len)
			continue;
		check_key(p.name);
		text.len = 0;
		write_variable(&text, p.name, p.value);
		riad_config_parser_init(&again, text.data, text.len);
		if (riad_config_next(&again) != 1 ||
		    strcmp(again.name, p.name) != 0 ||
		    (again.value == NULL) != (p.value == NULL) ||
		    (p.value != NULL && strcmp(again.value, p.value) != 0) ||
		    riad_config_next(&again) != 0)
			abort();
		riad_config_parser_free(&again);
	}
	riad_config_parser_free(&p);

	text.len = 0;
	riad_buf_add(&text, data, size);
	const char *s = riad_buf_str(&text);
	if (s != NULL)
		riad_config_params(s, on_param, NULL);
	riad_buf_free(&text);
	return 0;
}
