/* SPDX-License-Identifier: ISC */
/*
 * Text of hosts and of blocked names: read line by line it is as read whole;
 * a name that is on a line of its own is blocked; what is answered of names in
 * it is a message that the reader takes.
 */

#include "riad/dnslocal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int reader(struct riad_dns_local *local, const char *text, size_t len,
    uint64_t *skipped);

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
check_name(const struct riad_dns_local *local, const uint8_t *name,
    uint16_t type, bool is_there)
{
	uint8_t message[2048];
	struct riad_dns_writer writer;
	struct riad_dns_reader read;
	struct riad_dns_record record;
	struct riad_dns_local_more more;
	int r;

	riad_dns_writer_init(&writer, message, sizeof(message), 1, RIAD_DNS_QR);
	check(riad_dns_write_question(&writer, name, type, 1) == 0);
	int got = riad_dns_local_answer(local, &writer, name, type, &more);
	check(got == 0 || got == 1 || got == -1);
	check(got != 0 || !is_there);
	if (got != 1)
		return;
	check(riad_dns_reader_init(&read, message, writer.len) == 0);
	while ((r = riad_dns_read(&read, &record)) == 1)
		;
	check(r == 0);
}

static struct riad_dns_local *
take(reader *read, const char *text, size_t len, bool whole, uint64_t *skipped,
    struct riad_dns_local_stat *stat)
{
	struct riad_dns_local *local = riad_dns_local_new(1 << 20);
	const char *why;
	uint64_t n;

	check(local != NULL);
	*skipped = 0;
	while (len > 0) {
		const char *end = whole ? NULL : memchr(text, '\n', len);
		size_t part = end != NULL ? (size_t)(end - text) + 1 : len;

		check(read(local, text, part, &n) == 0);
		*skipped += n;
		text += part;
		len -= part;
	}
	check(riad_dns_local_seal(local, &why) == 0);
	riad_dns_local_stat(local, stat);
	return local;
}

/* Words of the text as names. */
static void
ask_all(const struct riad_dns_local *local, const char *text, size_t len)
{
	for (size_t i = 0, from = 0; i <= len; i++) {
		uint8_t name[RIAD_DNS_NAME];

		if (i < len && strchr(" \t\r\n|^@*", text[i]) == NULL)
			continue;
		if (riad_dns_name_parse(name, text + from, i - from, NULL) !=
		    -1)
			check_name(local, name,
			    i % 3 == 0   ? 1
			    : i % 3 == 1 ? 28
					 : 12,
			    false);
		from = i + 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static reader *const readers[] = {
	    riad_dns_local_hosts, riad_dns_local_block};
	const char *text = (const char *)data;
	struct riad_dns_local_stat whole, parts;
	uint64_t skipped, also;

	if (size > 4096)
		return 0;
	for (unsigned i = 0; i < 2; i++) {
		struct riad_dns_local *local =
		    take(readers[i], text, size, true, &skipped, &whole);
		ask_all(local, text, size);
		riad_dns_local_free(local);
		local = take(readers[i], text, size, false, &also, &parts);
		check(skipped == also && whole.names == parts.names &&
		      whole.records == parts.records &&
		      whole.blocked == parts.blocked);
		riad_dns_local_free(local);
	}

	struct riad_dns_local *local = take(riad_dns_local_block,
	    "||a.test^\n*.b.test\nc.test\n", 25, true, &skipped, &whole);
	uint8_t name[RIAD_DNS_NAME];
	if (riad_dns_name_parse(
		name, text, size, (const uint8_t *)"\1a\4test") != -1)
		check_name(local, name, 1,
		    riad_dns_name_below(name, (const uint8_t *)"\1a\4test"));
	riad_dns_local_free(local);
	return 0;
}
