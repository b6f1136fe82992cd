/* SPDX-License-Identifier: ISC */

#include "riad/names.h"

#include <stdlib.h>
#include <string.h>

int
riad_names_init(struct riad_names *names, const struct riad_store *s)
{
	*names = (struct riad_names){.npacked = s->count};
	names->packed = calloc(s->count + 1u, sizeof(*names->packed));
	return names->packed == NULL ? -1 : 0;
}

void
riad_names_free(struct riad_names *names)
{
	free(names->packed);
	free(names->loose);
	*names = (struct riad_names){.packed = NULL};
}

int
riad_names_note_loose(struct riad_names *names, uint32_t number, uint32_t hash)
{
	const uint32_t i = number - RIAD_LOOSE;

	if (i >= names->nloose) {
		const uint32_t n = i + i / 2 + 64;
		uint32_t *loose = reallocarray(names->loose, n, sizeof(*loose));

		if (loose == NULL)
			return -1;
		memset(loose + names->nloose, 0,
		    (n - names->nloose) * sizeof(*loose));
		names->loose = loose;
		names->nloose = n;
	}
	if (names->loose[i] < hash)
		names->loose[i] = hash;
	return 0;
}

uint32_t
riad_names_get(const struct riad_names *names, uint32_t number)
{
	if (number >= RIAD_LOOSE)
		return number - RIAD_LOOSE < names->nloose
			   ? names->loose[number - RIAD_LOOSE]
			   : 0;
	return number < names->npacked
		   ? atomic_load_explicit(
			 &names->packed[number], memory_order_relaxed)
		   : 0;
}
