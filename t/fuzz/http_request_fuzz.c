/* SPDX-License-Identifier: ISC */
/*
 * A target of a request: what is taken as a query was written as it would be
 * written again; and so is each message, to a target and back.
 */

#include "../../lib/http/conn.h"
#include "../../lib/http/dohrequest.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 600 };

static void
read_target(const uint8_t *data, size_t size)
{
	struct request r;
	char text[MAX * 2];

	request_init(&r, MAX);
	request_method(&r, "GET", 3);
	request_target(&r, "/q", (const char *)data, size);
	if (request_judge(&r) == 0) {
		if (r.body.len > MAX)
			abort();
		size_t len = base64url_write(text, r.body.data, r.body.len);
		if (memmem(data, size, text, len) == NULL)
			abort();
	}
	request_clear(&r);
	if (request_judge(&r) != 404)
		abort();
	riad_buf_free(&r.body);
}

static void
write_target(const uint8_t *data, size_t size)
{
	struct request r;
	char text[MAX * 2] = "/q?a=b&dns=";

	if (size > MAX)
		size = MAX;
	size_t len = strlen(text);
	len += base64url_write(text + len, data, size);
	request_init(&r, MAX);
	request_method(&r, "GET", 3);
	request_target(&r, "/q", text, len);
	if (r.bad || !r.dns || r.body.len != size ||
	    (size != 0 && memcmp(r.body.data, data, size) != 0))
		abort();
	riad_buf_free(&r.body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_target(data, size);
	write_target(data, size);
	(void)is_dns_type(data, size);
	return 0;
}
