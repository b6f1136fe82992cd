/* SPDX-License-Identifier: ISC */
/*
 * The text of RDATA that is well formed reads as that RDATA; but for two types
 * that can say the same in more than one way.
 * Input is a type of 16 bits and RDATA.
 */

#include "riad/dnsrr.h"

#include <stdlib.h>
#include <string.h>

#include "riad/dnszonefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	LIMIT = 8192, /* whose text an output keeps */
	WKS = 11,     /* may end in ports that are not there */
	LOC = 29      /* 0 cm times any power of ten */
};

static struct riad_out out, again;

static void
check(bool good)
{
	if (!good)
		abort();
}

struct want {
	const struct riad_dns_record *record;
	size_t head; /* of the output */
	unsigned times;
};

/* 0 cm times a power of ten, which is 0 cm. */
static bool
has_zero(const struct riad_dns_record *loc)
{
	for (size_t i = 1; i < 4; i++) {
		if (loc->data[i] > 0 && loc->data[i] < 16)
			return true;
	}
	return false;
}

static int
same(void *ctx, const struct riad_dns_record *got)
{
	struct want *want = ctx;
	const struct riad_dns_record *record = want->record;

	check(got->type == record->type);
	want->times++;
	if (got->type == LOC && got->len == 16 && has_zero(record))
		return 0;
	if (got->type == WKS) {
		size_t len = out.len - want->head;

		riad_out_init(&again, -1);
		riad_dns_text(&again, NULL, got);
		check(again.len == len);
		check(memcmp(again.buf, out.buf + want->head, len) == 0);
		return 0;
	}
	check(got->len == record->len);
	check(memcmp(got->data, record->data, got->len) == 0);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char type[RIAD_DNS_TYPE_TEXT];

	if (size < 2 || size > LIMIT)
		return 0;
	struct riad_dns_record record = {
	    .type = (uint16_t)(data[0] << 8 | data[1]),
	    .class = RIAD_DNS_IN,
	    .data = data + 2,
	    .len = (uint16_t)(size - 2)};
	if (riad_dns_check(NULL, &record) == -1)
		return 0;
	riad_out_init(&out, -1);
	riad_dns_json(&out, NULL, &record);
	for (size_t i = 0; i < out.len; i++)
		check(out.buf[i] >= ' ' && out.buf[i] < 0x7f);
	if (record.type == 0 || record.type == RIAD_DNS_OPT ||
	    (record.type > 127 && record.type < 256))
		return 0;

	struct want want = {.record = &record};
	struct riad_dns_zonefile file = {.record = same, .ctx = &want};
	riad_out_init(&out, -1);
	riad_out_printf(&out, ". 0 %s ", riad_dns_type_text(type, record.type));
	want.head = out.len;
	riad_dns_text(&out, NULL, &record);
	if (out.err != 0)
		return 0; /* bits of bitmaps are words, and did not fit */
	for (size_t i = 0; i < out.len; i++)
		check(out.buf[i] >= ' ' && out.buf[i] < 0x7f);
	check(
	    riad_dns_zonefile_read(&file, (const char *)out.buf, out.len) == 0);
	check(want.times == 1);
	return 0;
}
