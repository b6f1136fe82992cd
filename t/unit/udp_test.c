/* SPDX-License-Identifier: ISC */

#include "riad/udp.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

enum { MANY = RIAD_UDP_BATCH + 10 };

static int
client_of(int server)
{
	union riad_address address;
	socklen_t len = sizeof(address);
	struct timeval patience = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (getsockname(server, &address.any, &len) == -1)
		abort();
	address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	/* Connected, it hears nobody but the address that it asked. */
	if (connect(fd, &address.any, len) == -1)
		abort();
	return fd;
}

static void
test(struct riad_udp *udp, const char *at)
{
	union riad_address address;
	struct riad_udp_peer peer;
	uint8_t data[RIAD_UDP_REPLY + 1] = {0};
	size_t len;

	riad_address_parse(&address, at, 0);
	int server = riad_listen(&address, SOCK_DGRAM);
	ok(server != -1 && riad_udp_prepare(server) == 0, "a socket at %s", at);
	ok(riad_udp_receive(udp, server) == 0, "nothing is there");
	int client = client_of(server);
	for (unsigned i = 0; i < MANY; i++) {
		data[0] = (uint8_t)i;
		send(client, data, i == 3 ? RIAD_UDP_QUERY + 1 : i, 0);
	}
	int n = riad_udp_receive(udp, server);
	ok(n == RIAD_UDP_BATCH, "a batch");
	ok(riad_udp_query(udp, 3, &len, &peer) == NULL, "what is cut is none");
	bool good = true;
	for (int i = 0; i < n; i++) {
		const uint8_t *q = riad_udp_query(udp, i, &len, &peer);
		if (i == 3)
			continue;
		good = good && q != NULL && len == (size_t)i &&
		       (i == 0 || q[0] == i);
		if (i % 2 == 0)
			continue;
		memcpy(riad_udp_room(udp), q, len);
		riad_udp_reply(udp, i, len);
	}
	riad_udp_flush(udp, server);
	ok(good, "each as it was sent");
	for (int i = 1; i < n; i += 2)
		good = good &&
		       (i == 3 || (recv(client, data, sizeof(data), 0) == i &&
				      data[0] == i));
	ok(good, "every other one is answered, by the address it asked");
	ok(riad_udp_receive(udp, server) == MANY - RIAD_UDP_BATCH, "the rest");
	riad_udp_query(udp, 0, &len, &peer);
	ok(riad_udp_send(server, &peer, (const uint8_t *)"late", 4) == 0 &&
		recv(client, data, sizeof(data), 0) == 4,
	    "one by itself");
	close(client);
	close(server);
}

int
main(void)
{
	struct riad_udp *udp = riad_udp_new();

	ok(udp != NULL, "there is room");
	test(udp, "127.0.0.1");
	test(udp, "0.0.0.0");
	riad_udp_free(udp);
	return tap_done();
}
