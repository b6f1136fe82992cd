/* SPDX-License-Identifier: ISC */
/*
 * What is read of a zone file, written as one, is read as the same.  A fault
 * has a reason, and a place within the text.
 */

#include "riad/dnszonefile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "riad/dnsrr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORDS = 500, LIMIT = 1 << 13 };

static struct riad_out out;
static struct riad_buf first, second;

static void
check(bool good)
{
	if (!good)
		abort();
}

struct zone {
	struct riad_buf *text;
	unsigned records;
};

static int
keep(void *ctx, const struct riad_dns_record *record)
{
	struct zone *zone = ctx;
	char name[RIAD_DNS_NAME_TEXT], type[RIAD_DNS_TYPE_TEXT];

	check(riad_dns_check(NULL, record) == 0);
	check(record->section == RIAD_DNS_ANSWER && record->ttl <= INT32_MAX);
	if (zone->records++ == RECORDS) {
		errno = EFBIG;
		return -1;
	}
	riad_dns_name_text(name, record->name);
	check(riad_buf_addf(zone->text, "%s %u %s ", name, record->ttl,
		  riad_dns_type_text(type, record->type)) == 0);
	riad_out_init(&out, -1);
	riad_dns_text(&out, NULL, record);
	check(riad_buf_add(zone->text, out.buf, out.len) == 0);
	check(riad_buf_addc(zone->text, '\n') == 0);
	return 0;
}

static int
include(void *ctx, const char *path, const uint8_t *origin)
{
	(void)ctx;
	return strlen(path) + riad_dns_name_len(origin) > 20 ? -1 : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zone zone = {.text = &first}, again = {.text = &second};
	struct riad_dns_zonefile file = {
	    .record = keep, .include = include, .ctx = &zone};
	struct riad_dns_zonefile whole = {.record = keep, .ctx = &again};
	uint64_t lines = 1;

	if (size > LIMIT)
		return 0;
	first.max = second.max = SIZE_MAX;
	first.len = second.len = 0;
	int r = riad_dns_zonefile_read(&file, (const char *)data, size);
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (r == -1)
		check(file.why != NULL && file.line >= 1 &&
		      file.line <= lines && file.column >= 1 &&
		      file.column <= size + 1);
	if (zone.records > RECORDS)
		zone.records = RECORDS;

	check(riad_dns_zonefile_read(
		  &whole, (const char *)first.data, first.len) == 0);
	check(again.records == zone.records && first.len == second.len);
	check(
	    first.len == 0 || memcmp(first.data, second.data, first.len) == 0);
	return 0;
}
