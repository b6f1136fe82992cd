/* SPDX-License-Identifier: ISC */
/*
 * Blocks names and asks for others, and for these: dnslocal N prints the
 * nanoseconds of reading a line and of a question, and bytes a name.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "riad/dnslocal.h"
#include "riad/text.h"

enum { ROUNDS = 1000000 };

static uint64_t state = 88172645463325252u;

/* Of our own: others may have the machine meanwhile. */
static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static struct riad_dns_local *
read_list(uint64_t n)
{
	struct riad_dns_local *local = riad_dns_local_new((size_t)1 << 30);
	struct riad_buf text;
	uint64_t skipped;
	const char *why;

	if (local == NULL)
		err(1, "riad_dns_local_new");
	riad_buf_init(&text, (size_t)1 << 30);
	for (uint64_t i = 0; i < n; i++)
		if (riad_buf_addf(&text, "0.0.0.0 h%07llu.ads.example.com\n",
			(unsigned long long)i) == -1)
			err(1, "memory");
	double from = seconds();
	if (riad_dns_local_block(
		local, (const char *)text.data, text.len, &skipped) == -1 ||
	    riad_dns_local_seal(local, &why) == -1)
		err(1, "riad_dns_local_block");
	printf("read %.0f ns a line\n", (seconds() - from) / (double)n * 1e9);
	riad_buf_free(&text);
	return local;
}

/* Of a name of four labels below domain. */
static void
ask(const struct riad_dns_local *local, uint64_t n, const char *domain,
    const char *what)
{
	uint8_t name[RIAD_DNS_NAME], message[512];
	struct riad_dns_writer writer;
	struct riad_dns_local_more more;
	unsigned answered = 0;

	if (riad_dns_name_parse(name, domain, strlen(domain), NULL) == -1)
		errx(1, "%s", domain);
	double from = seconds();
	for (unsigned i = 0; i < ROUNDS; i++) {
		/* A multiplicative generator, so that runs are the same. */
		state = state * 6364136223846793005u + 1442695040888963407u;
		uint64_t v = (state >> 32) % n;
		for (unsigned at = 8; at > 1; at--, v /= 10)
			name[at] = (uint8_t)('0' + v % 10);
		riad_dns_writer_init(&writer, message, sizeof(message), 1, 0);
		if (riad_dns_write_question(&writer, name, 1, 1) == -1)
			err(1, "riad_dns_write_question");
		answered +=
		    riad_dns_local_answer(local, &writer, name, 1, &more) == 1;
	}
	printf("%s: %.0f ns, %u%% answered\n", what,
	    (seconds() - from) / ROUNDS * 1e9, answered / (ROUNDS / 100));
}

int
main(int argc, char *argv[])
{
	struct riad_dns_local_stat stat;
	uint64_t n;

	if (argc != 2 || riad_parse_u64(&n, argv[1], 9999999) == -1 || n == 0)
		errx(2, "usage: dnslocal N");
	struct riad_dns_local *local = read_list(n);
	ask(local, n, "h0000000.ads.example.com.", "blocked");
	ask(local, n, "h0000000.www.example.com.", "of others");
	ask(local, n, "h0000000.www.x.localhost.", "special use");
	riad_dns_local_stat(local, &stat);
	printf("%.1f bytes a name\n", (double)stat.bytes / (double)n);
	riad_dns_local_free(local);
	return 0;
}
