/* SPDX-License-Identifier: ISC */
/* A text fits the pattern that is itself, escaped; and folding case never
 * makes less of a match without sets. */

#include "riad/glob.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char pattern[257], text[257], escaped[513];
	size_t cut = 0, n = 0;

	while (cut < size && data[cut] != '\n')
		cut++;
	size_t pattern_len = cut < 256 ? cut : 256;
	memcpy(pattern, data, pattern_len);
	pattern[pattern_len] = '\0';
	cut += cut < size;
	size_t text_len = size - cut < 256 ? size - cut : 256;
	memcpy(text, data + cut, text_len);
	text[text_len] = '\0';

	int exact = riad_glob(pattern, text, false);
	if (exact == 1 && strchr(pattern, '[') == NULL &&
	    riad_glob(pattern, text, true) != 1)
		abort();
	for (const char *s = text; *s != '\0'; s++) {
		escaped[n++] = '\\';
		escaped[n++] = *s;
	}
	escaped[n] = '\0';
	if (riad_glob(escaped, text, false) != 1 ||
	    riad_glob("**", text, false) != 1)
		abort();
	return 0;
}
