/* SPDX-License-Identifier: ISC */
/*
 * Names of other letters than ASCII's, by libidn2, which is loaded by the first
 * of them.
 */

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "riad/text.h"

/* As idn2.h has them. */
enum { IDN_OK = 0, NFC = 1, NONTRANSITIONAL = 8 };

static struct {
	void *library;
	bool tried;
	int (*to_ascii)(const char *from, char **to, int flags);
	int (*to_unicode)(const char *from, char **to, int flags);
	const char *(*error)(int code);
} idn;

static bool
load(void)
{
	if (idn.tried)
		return idn.library != NULL;
	idn.tried = true;
	void *library = dlopen("libidn2.so.0", RTLD_NOW | RTLD_LOCAL);
	if (library == NULL)
		return false;
	/* POSIX has functions be objects here, which ISO C does not. */
	*(void **)&idn.to_ascii = dlsym(library, "idn2_lookup_u8");
	*(void **)&idn.to_unicode = dlsym(library, "idn2_to_unicode_8z8z");
	*(void **)&idn.error = dlsym(library, "idn2_strerror");
	if (idn.to_ascii == NULL || idn.to_unicode == NULL || idn.error == NULL)
		return false;
	idn.library = library;
	return true;
}

char *
idn_to_ascii(const char *name, size_t len, const char **why)
{
	char *copy, *to = NULL;

	if (!load()) {
		*why = "not ASCII, and libidn2 can't be loaded";
		return NULL;
	}
	if (!riad_utf8_valid((const uint8_t *)name, len)) {
		*why = "neither ASCII nor UTF-8";
		return NULL;
	}
	copy = strndup(name, len);
	if (copy == NULL) {
		*why = "out of memory";
		return NULL;
	}
	int r = idn.to_ascii(copy, &to, NFC | NONTRANSITIONAL);
	free(copy);
	if (r != IDN_OK) {
		*why = idn.error(r);
		return NULL;
	}
	return to;
}

char *
idn_to_unicode(const char *name)
{
	char *to = NULL, *back = NULL;
	bool same = false;

	if (!load() || idn.to_unicode(name, &to, 0) != IDN_OK)
		return NULL;
	/* What doesn't come back as it was could be anything. */
	if (idn.to_ascii(to, &back, NFC | NONTRANSITIONAL) == IDN_OK) {
		same = strcasecmp(back, name) == 0 && strcmp(to, name) != 0;
		free(back);
	}
	if (same)
		return to;
	free(to);
	return NULL;
}
