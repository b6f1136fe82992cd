/* SPDX-License-Identifier: ISC */
/*
 * What is read of a message and written again is read as the same, compressed
 * or not, and is not longer than without pointers.  Text and JSON of each
 * record are ASCII that shows; RDATA without its pointers has the same text.
 */

#include "riad/dnsmsg.h"

#include <stdlib.h>
#include <string.h>

#include "riad/dnsedns.h"
#include "riad/dnsrr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct riad_out out, other;

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
shows(const struct riad_out *o)
{
	for (size_t i = 0; i < o->len; i++)
		check(o->buf[i] >= ' ' && o->buf[i] < 0x7f);
}

/* What is longer than an output keeps is not compared. */
static bool
is_short(const struct riad_dns_record *record)
{
	return record->len < 4000;
}

static void
look_at(const struct riad_dns_reader *r, const struct riad_dns_record *record)
{
	static uint8_t rdata[RIAD_DNS_MESSAGE];
	struct riad_dns_record alone = *record;

	if (!is_short(record))
		return;
	riad_out_init(&out, -1);
	riad_dns_json(&out, r, record);
	shows(&out);
	riad_out_init(&out, -1);
	riad_dns_text(&out, r, record);
	shows(&out);

	int n = riad_dns_rdata(rdata, sizeof(rdata), r, record);
	check(n != -1);
	alone.data = rdata;
	alone.len = (uint16_t)n;
	check(riad_dns_check(NULL, &alone) == 0);
	riad_out_init(&other, -1);
	riad_dns_text(&other, NULL, &alone);
	check(out.len == other.len && memcmp(out.buf, other.buf, out.len) == 0);
}

/* Reads all and writes it: 0, or -1 where it cannot be read (bad) or has not
 * room enough. */
static int
rewrite(struct riad_dns_writer *w, const uint8_t *data, size_t size,
    uint8_t *to, bool compress, bool look, bool *bad)
{
	static uint8_t rdata[RIAD_DNS_MESSAGE];
	struct riad_dns_reader r;
	struct riad_dns_record record;
	int got;

	*bad = true;
	if (riad_dns_reader_init(&r, data, size) == -1)
		return -1;
	riad_dns_writer_init(w, to, RIAD_DNS_MESSAGE, r.id, r.flags);
	w->compress = compress;
	while ((got = riad_dns_read(&r, &record)) == 1) {
		check(record.data >= data && record.data <= data + size &&
		      record.len <= (size_t)(data + size - record.data));
		if (look && record.section != RIAD_DNS_QUESTION)
			look_at(&r, &record);
		int n = riad_dns_rdata(rdata, sizeof(rdata), &r, &record);
		if (n == -1) {
			*bad = false;
			return -1;
		}
		record.data = rdata;
		record.len = (uint16_t)n;
		if (riad_dns_write(w, &record) == -1) {
			*bad = false;
			return -1;
		}
	}
	if (got == -1)
		check(r.why != NULL && r.off <= size);
	return got;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t first[RIAD_DNS_MESSAGE], second[RIAD_DNS_MESSAGE];
	static uint8_t plain[RIAD_DNS_MESSAGE];
	struct riad_dns_writer a, b, c;
	struct riad_dns_edns edns;
	bool bad;

	if (size > 1 << 14)
		return 0;
	(void)riad_dns_find_edns(&edns, data, size);
	(void)riad_dns_answers(
	    data, size, data + size / 2, size - size / 2, true, false);
	if (rewrite(&a, data, size, first, true, true, &bad) == -1)
		return 0;
	check(riad_dns_find_edns(&edns, data, size) == 0);

	/* Written once, nothing changes any more. */
	check(rewrite(&b, first, a.len, second, true, false, &bad) == 0);
	check(a.len == b.len && memcmp(first, second, a.len) == 0);
	if (rewrite(&c, first, a.len, plain, false, true, &bad) == -1) {
		check(!bad);
		return 0;
	}
	check(c.len >= a.len);
	check(rewrite(&b, plain, c.len, second, true, false, &bad) == 0);
	check(a.len == b.len && memcmp(first, second, a.len) == 0);
	return 0;
}
