/* SPDX-License-Identifier: ISC */
/*
 * A name read from text has a text that reads as the same name; one read from
 * bytes too, and that is in order with another as that is with it.
 */

#include "riad/dnsname.h"

#include <stdlib.h>
#include <string.h>

#include "riad/dnsmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
check_name(const uint8_t *name, int len)
{
	char text[RIAD_DNS_NAME_TEXT];
	uint8_t again[RIAD_DNS_NAME], low[RIAD_DNS_NAME];

	check(len > 0 && len <= RIAD_DNS_NAME);
	check(riad_dns_name_len(name) == (size_t)len);
	size_t n = riad_dns_name_text(text, name);
	check(n < RIAD_DNS_NAME_TEXT && strlen(text) == n);
	for (size_t i = 0; i < n; i++)
		check(text[i] > ' ' && text[i] < 0x7f);
	check(riad_dns_name_parse(again, text, n, NULL) == len);
	check(memcmp(again, name, (size_t)len) == 0);
	check(riad_dns_name_lower(low, name) == (size_t)len);
	check(riad_dns_name_same(low, name));
	check(riad_dns_name_order(low, name) == 0);
	check(riad_dns_name_below(name, low));
	check(riad_dns_name_below(name, riad_dns_name_parent(name)));
	check(riad_dns_name_labels(name) <= 127);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t origin[] = "\7example";
	uint8_t a[RIAD_DNS_NAME], b[RIAD_DNS_NAME];
	size_t at = 0;

	int n = riad_dns_name_parse(a, (const char *)data, size, NULL);
	if (n != -1)
		check_name(a, n);
	int m = riad_dns_name_parse(b, (const char *)data, size, origin);
	if (m != -1)
		check_name(b, m);

	/* As the bytes of a message, two of them one after the other. */
	n = riad_dns_read_name(a, data, size, &at, NULL, NULL);
	if (n == -1)
		return 0;
	check_name(a, n);
	check(at <= size);
	m = riad_dns_read_name(b, data, size, &at, NULL, NULL);
	if (m == -1)
		return 0;
	check_name(b, m);
	check(riad_dns_name_same(a, b) == riad_dns_name_same(b, a));
	int x = riad_dns_name_order(a, b), y = riad_dns_name_order(b, a);
	check((x > 0) == (y < 0) && (x == 0) == riad_dns_name_same(a, b));
	if (riad_dns_name_below(a, b))
		check(x >= 0);
	return 0;
}
