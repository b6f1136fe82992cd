/* SPDX-License-Identifier: ISC */
/* What begins as an object does is JSON, and other bytes go to it and back. */

#include "miditext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > MIDITEXT_LIMIT)
		return 0;
	if (size > 0 && data[0] == '{')
		miditext_understand((const char *)data, size);
	else
		miditext_there_and_back(data, size, riad_midijson_write);
	return 0;
}
