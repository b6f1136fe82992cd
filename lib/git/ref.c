/* SPDX-License-Identifier: ISC */

#include "riad/ref.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A peer has no say in these, but a number is better than none. */
enum { PATTERNS_MAX = 1 << 16 };

int
riad_hidden_refs_add(struct riad_hidden_refs *hidden, const char *pattern)
{
	if (hidden->n == PATTERNS_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	char **patterns = reallocarray(
	    hidden->patterns, hidden->n + 1, sizeof(*hidden->patterns));
	if (patterns == NULL)
		return -1;
	hidden->patterns = patterns;

	char *copy = strdup(pattern);
	if (copy == NULL)
		return -1;
	for (size_t len = strlen(copy); len > 0 && copy[len - 1] == '/';)
		copy[--len] = '\0';
	hidden->patterns[hidden->n++] = copy;
	return 0;
}

void
riad_hidden_refs_free(struct riad_hidden_refs *hidden)
{
	for (size_t i = 0; i < hidden->n; i++)
		free(hidden->patterns[i]);
	free(hidden->patterns);
	*hidden = (struct riad_hidden_refs){NULL, 0};
}

bool
riad_hidden_refs_match(
    const struct riad_hidden_refs *hidden, const struct riad_ref *ref)
{
	for (size_t i = hidden->n; i-- > 0;) {
		const char *p = hidden->patterns[i];
		const char *name = ref->name;
		bool negated = *p == '!';

		p += negated;
		if (*p == '^') {
			name = ref->full_name;
			p++;
		}
		size_t len = strlen(p);
		if (strncmp(name, p, len) == 0 &&
		    (name[len] == '\0' || name[len] == '/'))
			return !negated;
	}
	return false;
}
