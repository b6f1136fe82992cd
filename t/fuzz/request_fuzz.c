/* SPDX-License-Identifier: ISC */
/* A line's parts lie within it, and only ids and features come out of it. */

#include "riad/request.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = {"agent", "object-format", ""};
	struct riad_request_line line;
	const char *begin = (const char *)data;

	riad_request_parse(&line, data, size, RIAD_SHA1_LEN);
	if (line.text != begin || line.len > size || line.len + 1 < size)
		abort();
	if (line.arg < begin || line.arg + line.arg_len != begin + line.len)
		abort();
	if (line.kind == RIAD_REQUEST_DEEPEN &&
	    (line.number == 0 || line.number > INT32_MAX))
		abort();
	if (line.kind == RIAD_REQUEST_WANT || line.kind == RIAD_REQUEST_HAVE ||
	    line.kind == RIAD_REQUEST_SHALLOW ||
	    line.kind == RIAD_REQUEST_OID) {
		char hex[RIAD_OID_HEX_MAX + 1];
		riad_oid_hex(hex, &line.oid, RIAD_SHA1_LEN);
		if (strncasecmp(hex, line.arg, 40) != 0)
			abort();
	} else if (line.features != 0 && line.kind != RIAD_REQUEST_FEATURE) {
		abort();
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t len;
		const char *v =
		    riad_request_value(line.text, line.len, keys[i], &len);
		if (v != NULL && (v < begin || v + len > begin + line.len))
			abort();
	}
	return 0;
}
