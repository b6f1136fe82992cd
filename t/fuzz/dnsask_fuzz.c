/* SPDX-License-Identifier: ISC */
/* A line that asks something asks the same when its words are put together
 * anew, and makes a query that is read again. */

#include "riad/dnsask.h"

#include <stdlib.h>
#include <string.h>

#include "riad/buf.h"
#include "riad/dnsrr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
check_query(const struct riad_dns_ask *ask, const uint8_t *name)
{
	struct riad_dns_query query;
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	uint8_t message[1500];

	riad_dns_query_init(&query);
	int n = riad_dns_query_write(
	    message, sizeof(message), &query, 1, name, 1, ask->class);
	check(n > 0 && riad_dns_reader_init(&reader, message, (size_t)n) == 0);
	check(riad_dns_read(&reader, &record) == 1);
	check(record.section == RIAD_DNS_QUESTION && record.type == 1 &&
	      record.class == ask->class &&
	      memcmp(record.name, name, riad_dns_name_len(name)) == 0);
	check(riad_dns_read(&reader, &record) == 1);
	check(record.type == RIAD_DNS_OPT);
	check(riad_dns_read(&reader, &record) == 0);
	riad_dns_query_free(&query);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_dns_ask ask, again;
	uint8_t name[RIAD_DNS_NAME], name_again[RIAD_DNS_NAME];
	char type[RIAD_DNS_TYPE_TEXT];
	struct riad_buf line;

	int r = riad_dns_ask_line(&ask, (const char *)data, size);
	if (r == -1)
		check(ask.why != NULL && ask.off <= size);
	if (r != 1)
		return 0;
	check(ask.name_len > 0 && ask.types_len <= RIAD_DNS_ASK_TYPES);
	riad_buf_init(&line, size + 64 + 16 * RIAD_DNS_ASK_TYPES);
	riad_buf_addstr(&line, ask.reverse ? "-x " : "");
	riad_buf_add(&line, ask.name, ask.name_len);
	if (ask.has_class)
		riad_buf_addf(&line, "\tCLASS%u", ask.class);
	for (unsigned i = 0; i < ask.types_len; i++)
		riad_buf_addf(
		    &line, " ,%s", riad_dns_type_text(type, ask.types[i]));
	/* A backslash at the end of the name would take the gap along. */
	if (line.len > 0 && memchr(ask.name, '\\', ask.name_len) == NULL) {
		check(riad_dns_ask_line(
			  &again, (const char *)line.data, line.len) == 1);
		check(again.name_len == ask.name_len &&
		      memcmp(again.name, ask.name, ask.name_len) == 0 &&
		      again.reverse == ask.reverse &&
		      again.class == ask.class &&
		      again.types_len == ask.types_len &&
		      memcmp(again.types, ask.types,
			  ask.types_len * sizeof(ask.types[0])) == 0);
	}
	riad_buf_free(&line);
	if (riad_dns_ask_name(name, &ask, ask.name, ask.name_len) == -1)
		return 0;
	check_query(&ask, name);
	char text[RIAD_DNS_NAME_TEXT];
	size_t n = riad_dns_name_text(text, name);
	check(riad_dns_name_parse(name_again, text, n, NULL) ==
		  (int)riad_dns_name_len(name) &&
	      memcmp(name, name_again, riad_dns_name_len(name)) == 0);
	return 0;
}
