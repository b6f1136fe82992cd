/* SPDX-License-Identifier: ISC */
/*
 * A zone file of the zone "z", after a line that is a name and a type that are
 * asked for.  An answer is a message that the reader takes, its first record
 * of the answer section is of the name, and each one after an alias of where
 * that leads; where it leads out of local data is said.
 */

#include "riad/dnslocal.h"

#include <stdlib.h>
#include <string.h>

#include "riad/dnsrr.h"
#include "riad/dnszonefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
	if (!good)
		abort();
}

static int
take(void *ctx, const struct riad_dns_record *record)
{
	return riad_dns_local_add(ctx, record);
}

static void
check_answer(const uint8_t *message, size_t len, const uint8_t *name,
    uint16_t type, const uint8_t *target)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	uint8_t next[RIAD_DNS_NAME], rdata[RIAD_DNS_MESSAGE];
	int r;

	memcpy(next, name, riad_dns_name_len(name));
	check(riad_dns_reader_init(&reader, message, len) == 0);
	while ((r = riad_dns_read(&reader, &record)) == 1) {
		check(record.class == RIAD_DNS_IN && record.ttl <= INT32_MAX);
		if (record.section != RIAD_DNS_ANSWER)
			continue;
		if (record.type == RIAD_DNS_DNAME &&
		    riad_dns_name_below(next, record.name))
			continue;
		check(riad_dns_name_same(record.name, next));
		if (record.type != RIAD_DNS_CNAME || type == RIAD_DNS_CNAME ||
		    type == RIAD_DNS_ANY)
			continue;
		int n = riad_dns_rdata(rdata, sizeof(rdata), &reader, &record);
		check(n > 0 && n <= RIAD_DNS_NAME);
		memcpy(next, rdata, (size_t)n);
	}
	check(r == 0);
	check(target == NULL || riad_dns_name_same(target, next));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t message[RIAD_DNS_MESSAGE];
	struct riad_dns_zonefile file = {.origin = "\1z", .record = take};
	const char *text = (const char *)data, *why;
	const char *end = size > 0 ? memchr(text, '\n', size) : NULL;

	if (end == NULL || size > 4096)
		return 0;
	const char *space = memchr(text, ' ', (size_t)(end - text));
	uint8_t name[RIAD_DNS_NAME];
	if (space == NULL ||
	    riad_dns_name_parse(name, text, (size_t)(space - text),
		(const uint8_t *)"\1z") == -1)
		return 0;
	int type = riad_dns_type_parse(space + 1, (size_t)(end - space) - 1);
	struct riad_dns_local *local = riad_dns_local_new(1 << 20);
	check(local != NULL);
	file.ctx = local;
	check(riad_dns_local_zone(local, (const uint8_t *)"\1z") == 0);
	/* What was read until something was wrong is data, too. */
	riad_dns_zonefile_read(&file, end + 1, size - (size_t)(end - text) - 1);
	if (type >= 0 && riad_dns_local_seal(local, &why) == 0) {
		struct riad_dns_writer writer;
		struct riad_dns_local_more more;

		riad_dns_writer_init(
		    &writer, message, sizeof(message), 1, RIAD_DNS_QR);
		check(riad_dns_write_question(
			  &writer, name, (uint16_t)type, 1) == 0);
		int r = riad_dns_local_answer(
		    local, &writer, name, (uint16_t)type, &more);
		check(r >= -1 && r <= 2);
		check(r > 0 ||
		      !riad_dns_name_below(name, (const uint8_t *)"\1z"));
		if (r > 0)
			check_answer(message, writer.len, name, (uint16_t)type,
			    r == 2 ? more.target : NULL);
	}
	riad_dns_local_free(local);
	return 0;
}
