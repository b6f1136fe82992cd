/* SPDX-License-Identifier: ISC */
/*
 * hostile.c - kinds of wrong servers, each on a port of its own
 *
 * usage: hostile --list          the kinds: name, class, protocol
 *        hostile DIR [NAME]...   serve them (or these), till killed; the ports
 *                                are in DIR/ports: name, class, protocol, port
 *
 * DIR/ca.pem is the authority of the good certificates, which are for
 * doh.riad.test and 127.0.0.1, and DIR/pin the pin of their key.
 *
 * A connection has a process of its own, which may block and may just end.
 */

#include "hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* No connection lives longer, in seconds; a client's deadline is shorter. */
enum { LIFE = 60, KINDS = 800 };

static struct {
	const struct kind *kind;
	enum protocol protocol;
	void (*run)(struct peer *peer);
	unsigned connections;
} served[KINDS];
static struct pollfd listeners[KINDS];
static size_t count;

static const char *const classes[] = {
    "good", "malformed", "http", "tls", "timeout", "any"};
static const char *const protocols[] = {"h2", "h1", "dot"};

void
nap(unsigned ms)
{
	struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

static void
put_some(struct peer *peer, const uint8_t *data, size_t len)
{
	if (peer->ssl != NULL) {
		if (SSL_write(peer->ssl, data, (int)len) <= 0)
			_exit(0);
		return;
	}
	while (len != 0) {
		ssize_t n = send(peer->fd, data, len, MSG_NOSIGNAL);
		if (n <= 0)
			_exit(0);
		data += n;
		len -= (size_t)n;
	}
}

void
put(struct peer *peer, const void *data, size_t len)
{
	const uint8_t *p = data;

	if (!peer->split) {
		if (len != 0)
			put_some(peer, p, len);
		return;
	}
	for (size_t i = 0; i < len; i++)
		put_some(peer, p + i, 1);
}

size_t
get(struct peer *peer, void *data, size_t size)
{
	ssize_t n = peer->ssl != NULL ? SSL_read(peer->ssl, data, (int)size)
				      : recv(peer->fd, data, size, 0);

	return n > 0 ? (size_t)n : 0;
}

void
get_all(struct peer *peer, void *data, size_t len)
{
	uint8_t *p = data;

	while (len != 0) {
		size_t n = get(peer, p, len);
		if (n == 0)
			_exit(0);
		p += n;
		len -= n;
	}
}

void
cut(struct peer *peer)
{
	close(peer->fd);
	_exit(0);
}

void
quit(struct peer *peer)
{
	uint8_t rest[4096];

	if (peer->ssl != NULL)
		SSL_shutdown(peer->ssl);
	shutdown(peer->fd, SHUT_WR);
	/* What is unread would reset the connection. */
	while (recv(peer->fd, rest, sizeof(rest), 0) > 0)
		;
	_exit(0);
}

void
sleep_on(struct peer *peer)
{
	struct pollfd gone = {.fd = peer->fd, .events = POLLRDHUP};

	while (poll(&gone, 1, -1) <= 0)
		;
	_exit(0);
}

static void
serve(size_t at, int fd)
{
	static struct peer peer;
	int one = 1;

	for (size_t i = 0; i < count; i++)
		close(listeners[i].fd);
	alarm(LIFE);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	peer.kind = served[at].kind;
	peer.protocol = served[at].protocol;
	peer.connections = served[at].connections;
	peer.fd = fd;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	served[at].run(&peer);
	quit(&peer);
}

static int
listener(void)
{
	struct sockaddr_in addr = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == -1 ||
	    listen(fd, 64) == -1) {
		perror("hostile: listen");
		exit(1);
	}
	return fd;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_in addr = {0};
	socklen_t len = sizeof(addr);

	if (getsockname(fd, (struct sockaddr *)&addr, &len) == -1) {
		perror("hostile: getsockname");
		exit(1);
	}
	return ntohs(addr.sin_port);
}

static void
with_tls(struct peer *peer, void (*run)(struct peer *))
{
	peer->ssl = begin_tls(peer);
	if (peer->kind->serve != NULL && peer->kind->start) {
		peer->kind->serve(peer);
		sleep_on(peer);
	}
	run(peer);
}

static void
run_h2(struct peer *peer)
{
	with_tls(peer, serve_h2);
}

static void
run_h1(struct peer *peer)
{
	with_tls(peer, serve_h1);
}

static void
run_dot(struct peer *peer)
{
	with_tls(peer, serve_dot);
}

/* Those of TLS have it in their own hands; what gets through is served. */
static void
run_tls(struct peer *peer)
{
	if (peer->kind->start && peer->kind->serve != NULL)
		peer->kind->serve(peer);
	peer->ssl = begin_tls(peer);
	serve_h2(peer);
}

static void
collect(const struct kind *kinds, enum protocol protocol,
    void (*run)(struct peer *), int argc, char **argv)
{
	for (; kinds->name != NULL; kinds++) {
		bool wanted = argc == 0;
		for (int i = 0; i < argc; i++)
			wanted |= strcmp(argv[i], kinds->name) == 0;
		if (!wanted)
			continue;
		if (count == KINDS)
			abort();
		served[count].kind = kinds;
		served[count].protocol = protocol;
		served[count++].run = run;
	}
}

static void
list(FILE *to, bool ports)
{
	for (size_t i = 0; i < count; i++) {
		fprintf(to, "%s %s %s", served[i].kind->name,
		    classes[served[i].kind->class],
		    protocols[served[i].protocol]);
		if (ports)
			fprintf(to, " %u", port_of(listeners[i].fd));
		putc('\n', to);
	}
}

/* Whole, or not there. */
static void
write_ports(const char *dir)
{
	char path[4096], temporary[4096];

	snprintf(path, sizeof(path), "%s/ports", dir);
	snprintf(temporary, sizeof(temporary), "%s/ports.new", dir);
	FILE *to = fopen(temporary, "w");
	if (to == NULL) {
		perror("hostile: ports");
		exit(1);
	}
	list(to, true);
	if (fclose(to) != 0 || rename(temporary, path) != 0) {
		perror("hostile: ports");
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	int names = argc > 2 ? argc - 2 : 0;

	if (argc < 2) {
		fputs("usage: hostile --list | DIR [NAME]...\n", stderr);
		return 2;
	}
	collect(message_kinds, H2, run_h2, names, argv + 2);
	collect(h2_kinds, H2, run_h2, names, argv + 2);
	collect(frame_kinds, H2, run_h2, names, argv + 2);
	collect(h1_kinds, H1, run_h1, names, argv + 2);
	collect(dot_kinds, DOT, run_dot, names, argv + 2);
	collect(tls_kinds, H2, run_tls, names, argv + 2);
	if (strcmp(argv[1], "--list") == 0) {
		list(stdout, false);
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	make_certificates(argv[1]);
	for (size_t i = 0; i < count; i++) {
		listeners[i].fd = listener();
		listeners[i].events = POLLIN;
	}
	write_ports(argv[1]);
	for (;;) {
		if (poll(listeners, (nfds_t)count, -1) == -1 && errno != EINTR)
			return 1;
		for (size_t i = 0; i < count; i++) {
			if ((listeners[i].revents & POLLIN) == 0)
				continue;
			int fd = accept(listeners[i].fd, NULL, NULL);
			if (fd == -1)
				continue;
			if (fork() == 0)
				serve(i, fd);
			served[i].connections++;
			close(fd);
		}
	}
}
