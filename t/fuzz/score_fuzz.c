/* SPDX-License-Identifier: ISC */
/*
 * Whatever a text says: a tune whose keys all go up again, in time and within
 * bounds, or a fault that has a place in it and a reason.
 */

#include <errno.h>

#include "../unit/tunecheck.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct riad_tune_fault fault;
	struct riad_tune *tune =
	    riad_tune_read(RIAD_TUNE_SCORE, 0, text, size, &fault);

	if (tune == NULL) {
		if (errno != EBADMSG || !tunecheck_fault(&fault, text, size))
			abort();
		return 0;
	}
	if (tunecheck(tune, NULL) != NULL)
		abort();
	riad_tune_free(tune);
	return 0;
}
