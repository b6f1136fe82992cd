/* SPDX-License-Identifier: ISC */
/* Writes SIZE bytes of packets of LEN each: text, or a pack in band 1. */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "riad/out.h"
#include "riad/pktline.h"
#include "riad/text.h"

static struct riad_out out;

int
main(int argc, char *argv[])
{
	uint64_t size, len;
	char hdr[RIAD_PKT_HDR + 1];
	static uint8_t data[RIAD_PKT_DATA_MAX];

	if (argc != 4 || riad_parse_u64(&size, argv[2], UINT64_MAX) == -1 ||
	    riad_parse_u64(&len, argv[3], RIAD_PKT_MAX) == -1 || len < 32)
		errx(2, "usage: pktgen text|pack SIZE LEN");

	size_t n = (size_t)len - RIAD_PKT_HDR;
	snprintf(hdr, sizeof(hdr), "%04x", (unsigned)len);
	for (size_t i = 0; i < n; i++)
		data[i] = (uint8_t)("0123456789abcdef"[i & 15]);
	data[n - 1] = '\n';
	if (strcmp(argv[1], "pack") == 0) {
		uint32_t x = 1; /* as good as compressed: xorshift32 */
		for (size_t i = 0; i < n; i++) {
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			data[i] = (uint8_t)x;
		}
		static const uint8_t start[] = {1, 'P', 'A', 'C', 'K'};
		memcpy(data, start, sizeof(start));
	}

	riad_out_init(&out, STDOUT_FILENO);
	for (uint64_t done = 0; done < size; done += len) {
		riad_out_add(&out, hdr, RIAD_PKT_HDR);
		riad_out_add(&out, data, n);
	}
	riad_out_add(&out, "0000", 4);
	if (riad_out_flush(&out) == -1)
		err(1, "standard output");
	return 0;
}
