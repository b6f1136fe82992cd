/* SPDX-License-Identifier: ISC */

#include "riad/inflate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tap.h"

int
main(void)
{
	struct riad_inflate *z = riad_inflate_new();
	uint8_t text[4000], in[5000], out[4001];
	uLongf len = sizeof(in) - 10;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * i >> 4);
	if (z == NULL || compress(in, &len, text, sizeof(text)) != Z_OK)
		exit(1);
	memset(in + len, 'x', sizeof(in) - len);
	ok(riad_inflate(z, out, sizeof(text), in, sizeof(in)) == (int64_t)len &&
		memcmp(out, text, sizeof(text)) == 0,
	    "what follows is left");
	ok(riad_inflate(z, out, sizeof(text), in, len) == (int64_t)len,
	    "nothing follows");
	ok(riad_inflate(z, out, sizeof(text) - 1, in, sizeof(in)) == -1 &&
		errno == EBADMSG,
	    "it is longer");
	ok(riad_inflate(z, out, sizeof(text) + 1, in, sizeof(in)) == -1 &&
		errno == EBADMSG,
	    "it is shorter");

	memset(out, 0, 9);
	ok(riad_inflate_head(out, 8, in, sizeof(in)) == 0 &&
		memcmp(out, text, 8) == 0 && out[8] == 0,
	    "the first bytes of it");
	ok(riad_inflate_head(out, sizeof(text), in, len) == 0 &&
		memcmp(out, text, sizeof(text)) == 0,
	    "which may be all");
	ok(riad_inflate_head(out, sizeof(text) + 1, in, len) == -1 &&
		errno == EBADMSG && riad_inflate_head(out, 8, in, 4) == -1 &&
		errno == EBADMSG,
	    "there are less");

	size_t opened = 0;
	for (size_t cut = 0; cut < len; cut++)
		opened += riad_inflate(z, out, sizeof(text), in, cut) != -1;
	ok(opened == 0, "cut short anywhere");
	opened = 0;
	for (size_t i = 0; i < len; i++) {
		in[i] ^= 0x10;
		opened += riad_inflate(z, out, sizeof(text), in, len) != -1 &&
			  memcmp(out, text, sizeof(text)) != 0;
		in[i] ^= 0x10;
	}
	ok(opened == 0, "a changed byte is found");

	len = sizeof(in);
	compress(in, &len, text, 0);
	ok(riad_inflate(z, out, 0, in, len) == (int64_t)len, "of nothing");
	riad_inflate_free(z);
	return tap_done();
}
