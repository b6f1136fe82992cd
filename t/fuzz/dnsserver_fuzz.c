/* SPDX-License-Identifier: ISC */
/* The URL that a server is shown by leads to the same one, and has nothing in
 * it that a header of HTTP or a terminal could trip over. */

#include "riad/dnsserver.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_dns_server server, again;
	char text[RIAD_DNS_SERVER_TEXT], text_again[RIAD_DNS_SERVER_TEXT];
	char *copy = malloc(size + 1);
	const char *why = NULL;

	if (copy == NULL)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	int r = riad_dns_server_parse(&server, copy, &why);
	free(copy);
	if (r == -1) {
		if (why == NULL)
			abort();
		return 0;
	}
	riad_dns_server_text(text, &server);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p <= ' ' || *p > '~')
			abort();
	}
	if (riad_dns_server_parse(&again, text, &why) == -1)
		abort();
	riad_dns_server_text(text_again, &again);
	if (strcmp(text, text_again) != 0 || server.way != again.way ||
	    server.port != again.port || server.port == 0 ||
	    strcmp(server.host, again.host) != 0 ||
	    strcmp(server.path, again.path) != 0 ||
	    server.address != again.address)
		abort();
	return 0;
}
