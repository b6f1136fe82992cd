/* SPDX-License-Identifier: ISC */
/* What begins as text does is text, and other bytes go to text and back. */

#include "miditext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
begins_as_text(const uint8_t *data, size_t size)
{
	return size > 0 && !riad_smf_recognise(data, size) &&
	       (data[0] == '\t' || data[0] == '\n' ||
		   (data[0] >= ' ' && data[0] <= '~'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > MIDITEXT_LIMIT)
		return 0;
	if (begins_as_text(data, size))
		miditext_understand((const char *)data, size);
	else
		miditext_there_and_back(data, size, riad_miditext_write);
	return 0;
}
