/* SPDX-License-Identifier: ISC */
/*
 * Reads an answer of three records, prints it, writes it: dns [N] prints
 * nanoseconds a message of each.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "riad/dnsedns.h"
#include "riad/dnsrr.h"
#include "riad/dnszonefile.h"
#include "riad/text.h"

static const char zone[] = "$ORIGIN example.com.\n"
			   "www 300 CNAME web\n"
			   "web 60 A 192.0.2.10\n"
			   "web 60 A 192.0.2.11\n";

static const char rich[] =
    "$ORIGIN example.com.\n"
    "www 300 HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1\n"
    "www 300 TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"
    "www 300 RRSIG TXT 13 3 300 20350101000000 20200101000000 12345 "
    "example.com. "
    "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLU"
    "T0rAK9iUzy1L53eKGQ==\n";

static uint8_t message[1232];
static struct riad_dns_writer writer;
static struct riad_dns_record kept[3];
static uint8_t kept_data[3][256];
static unsigned kept_len;

static int
add(void *ctx, const struct riad_dns_record *record)
{
	struct riad_dns_record *to = &kept[kept_len];

	(void)ctx;
	*to = *record;
	memcpy(kept_data[kept_len], record->data, record->len);
	to->data = kept_data[kept_len++];
	return 0;
}

static void
write_message(void)
{
	static const struct riad_dns_edns edns = {.size = 1232};
	bool bad = false;

	riad_dns_writer_init(&writer, message, sizeof(message), 1, 0x8180);
	bad |= riad_dns_write_question(&writer, kept[0].name, 1, 1) == -1;
	for (unsigned i = 0; i < 3; i++)
		bad |= riad_dns_write(&writer, &kept[i]) == -1;
	bad |= riad_dns_write_edns(&writer, &edns, 0) == -1;
	if (bad)
		err(1, "writing");
}

/* What is done to each record. */
enum what { READ, TEXT, JSON };

static struct riad_out out;

static void
read_message(enum what what)
{
	struct riad_dns_reader r;
	struct riad_dns_record record;
	char name[RIAD_DNS_NAME_TEXT], type[RIAD_DNS_TYPE_TEXT];
	int got;

	riad_dns_reader_init(&r, message, writer.len);
	while ((got = riad_dns_read(&r, &record)) == 1) {
		if (what == READ || record.section != RIAD_DNS_ANSWER)
			continue;
		if (what == JSON) {
			riad_dns_json_name(&out, record.name);
			riad_dns_json(&out, &r, &record);
			continue;
		}
		riad_out_add(&out, name, riad_dns_name_text(name, record.name));
		riad_out_char(&out, ' ');
		riad_out_str(&out, riad_dns_type_text(type, record.type));
		riad_out_char(&out, ' ');
		riad_dns_text(&out, &r, &record);
		riad_out_char(&out, '\n');
	}
	if (got == -1)
		errx(1, "%s at %zu", r.why, r.off);
	out.len = 0;
}

static void
measure(const char *name, const char *what, uint64_t n, enum what how, bool put)
{
	struct timespec a, b;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (uint64_t i = 0; i < n; i++) {
		if (put)
			write_message();
		else
			read_message(how);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	double ns = (double)(b.tv_sec - a.tv_sec) * 1e9 +
		    (double)(b.tv_nsec - a.tv_nsec);
	printf("%-8s %-12s %7.1f ns\n", name, what, ns / (double)n);
}

static void
measure_zone(const char *name, const char *text, uint64_t n)
{
	struct riad_dns_zonefile file = {.record = add};

	kept_len = 0;
	if (riad_dns_zonefile_read(&file, text, strlen(text)) == -1)
		errx(1, "%s", file.why);
	write_message();
	riad_out_init(&out, -1);
	measure(name, "write", n, READ, true);
	measure(name, "read", n, READ, false);
	measure(name, "read, text", n, TEXT, false);
	measure(name, "read, JSON", n, JSON, false);
}

int
main(int argc, char *argv[])
{
	uint64_t n = 1000000;

	if (argc > 2 ||
	    (argc == 2 && riad_parse_u64(&n, argv[1], 1u << 30) == -1))
		errx(2, "usage: dns [N]");
	measure_zone("plain", zone, n);
	measure_zone("rich", rich, n);
	return 0;
}
