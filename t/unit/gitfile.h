/* SPDX-License-Identifier: ISC */
/* gitfile.h - what git wrote and what git says, in memory */
#ifndef RIAD_GITFILE_H
#define RIAD_GITFILE_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* All that a command says, with a NUL after it, and the length. */
static char *__attribute__((format(printf, 2, 3)))
said(size_t *len, const char *fmt, ...)
{
	char cmd[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	FILE *p = popen(cmd, "r");
	size_t cap = 1 << 20, n = 0, r = 0;
	char *out = malloc(cap);
	while (p != NULL && out != NULL &&
	       (r = fread(out + n, 1, cap - n - 1, p)) > 0) {
		n += r;
		if (cap - n < 4096)
			out = realloc(out, cap *= 2);
	}
	if (p == NULL || out == NULL || pclose(p) == -1) {
		printf("Bail out! %s\n", cmd);
		exit(1);
	}
	out[n] = '\0';
	*len = n;
	return out;
}

/* The file by that name or pattern, of its exact size, so that a sanitizer
 * sees one byte too many. */
static __attribute__((unused)) uint8_t *
whole(const char *name, size_t *len)
{
	char *all = said(len, "cat %s", name);
	uint8_t *data = malloc(*len + (*len == 0));

	if (data == NULL) {
		printf("Bail out! out of memory\n");
		exit(1);
	}
	for (size_t i = 0; i < *len; i++)
		data[i] = (uint8_t)all[i];
	free(all);
	return data;
}

#endif
