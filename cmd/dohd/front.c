/* SPDX-License-Identifier: ISC */
/* socket -> query -> riad_dns_forward_query -> answer, now or later -> socket
 */

#include "dohd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "riad/dnslimit.h"
#include "riad/service.h"
#include "riad/udp.h"

enum {
	BATCHES = 8, /* of datagrams, before others have their turn */
	REST_MS = 200
};

struct listener {
	struct riad_watch watch;
	struct riad_timer rest; /* when to try again to accept */
	struct dohd *d;
	enum riad_dns_way transport;
};

struct dohd_front {
	struct listener listener[DOHD_LISTEN * 2];
	size_t listeners;
	struct riad_udp *udp;
	struct riad_dns_limit *limit;
};

static void
wake(struct riad_timer *timer)
{
	struct dohd *d = (void *)((char *)timer - offsetof(struct dohd, stale));

	dohd_now(d);
	riad_dns_forward_tick(d->forward);
	dohd_rearm(d);
}

void
dohd_now(struct dohd *d)
{
	riad_dns_forward_now(d->forward, d->loop.now, (uint64_t)time(NULL));
}

void
dohd_rearm(struct dohd *d)
{
	uint64_t at = riad_dns_forward_wake(d->forward);

	if (at != 0 && (d->stale.place == 0 || d->stale.at != at))
		riad_timer_set(&d->loop, &d->stale, at);
}

_Static_assert(
    sizeof(struct riad_udp_peer) <= sizeof(((struct riad_dns_route *)0)->back),
    "the way back of a datagram fits");

bool
dohd_front_allowed(void *ctx, const struct riad_dns_route *route)
{
	const struct dohd *d = ctx;

	if (d->conf->anyone)
		return true;
	if (d->conf->allows == 0)
		return riad_address_private(route->source);
	for (size_t i = 0; i < d->conf->allows; i++)
		if (riad_prefix_has(&d->conf->allow[i], route->source))
			return true;
	return false;
}

bool
dohd_front_limited(void *ctx, const struct riad_dns_route *route)
{
	const struct dohd *d = ctx;

	return d->front->limit != NULL &&
	       !riad_address_loopback(route->source) &&
	       !riad_dns_limit_take(
		   d->front->limit, route->source, d->loop.now);
}

static void
datagrams(struct riad_watch *watch, uint32_t events)
{
	struct listener *l = (struct listener *)watch;
	struct dohd *d = l->d;
	struct riad_udp *udp = d->front->udp;
	struct riad_dns_route route = {
	    .transport = RIAD_DNS_BY_UDP, .channel = l};
	struct riad_udp_peer *peer = (void *)route.back;
	int n;

	(void)events;
	dohd_now(d);
	for (int batch = 0; batch < BATCHES; batch++) {
		n = riad_udp_receive(udp, l->watch.fd);
		for (int i = 0; i < n; i++) {
			size_t len;
			uint32_t ttl;
			const uint8_t *query =
			    riad_udp_query(udp, i, &len, peer);
			if (query == NULL)
				continue;
			riad_address_bytes(route.source, &peer->address);
			len = riad_dns_forward_query(d->forward, &route, query,
			    len, riad_udp_room(udp), &ttl);
			if (len != 0)
				riad_udp_reply(udp, i, len);
		}
		riad_udp_flush(udp, l->watch.fd);
		if (n < RIAD_UDP_BATCH)
			break;
	}
	dohd_rearm(d);
}

void
dohd_front_reply(void *ctx, const struct riad_dns_route *route,
    const uint8_t *message, size_t len, uint32_t ttl)
{
	(void)ctx;
	if (route->transport == RIAD_DNS_BY_UDP) {
		const struct listener *l = route->channel;
		/* What the system can't take is lost, as datagrams are. */
		(void)riad_udp_send(
		    l->watch.fd, (const void *)route->back, message, len);
		return;
	}
	dohd_stream_reply(route, message, len, ttl);
}

static void
rested(struct riad_timer *timer)
{
	struct listener *l =
	    (void *)((char *)timer - offsetof(struct listener, rest));

	(void)riad_watch_set(&l->d->loop, &l->watch, EPOLLIN);
}

static void
connections(struct riad_watch *watch, uint32_t events)
{
	struct listener *l = (struct listener *)watch;

	(void)events;
	for (int i = 0; i < RIAD_UDP_BATCH; i++) {
		union riad_address peer;
		socklen_t len = sizeof(peer);
		int fd = accept4(
		    l->watch.fd, &peer.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		/* Without descriptors or memory whoever knocks goes on doing
		 * so: it is heard again when others may have left. */
		if (fd == -1 && errno != EINTR && errno != ECONNABORTED) {
			if (riad_timer_set(&l->d->loop, &l->rest,
				l->d->loop.now + REST_MS * UINT64_C(1000000)) ==
			    0)
				(void)riad_watch_set(&l->d->loop, watch, 0);
			return;
		}
		if (fd != -1)
			dohd_stream_open(l->d, fd, &peer, l->transport);
	}
}

static int
add(struct dohd *d, int fd, enum riad_dns_way transport)
{
	struct dohd_front *f = d->front;
	struct listener *l = &f->listener[f->listeners];

	if (f->listeners == sizeof(f->listener) / sizeof(*f->listener)) {
		errno = EMSGSIZE;
		return -1;
	}
	*l = (struct listener){
	    .watch = {.call = transport == RIAD_DNS_BY_UDP ? datagrams
							   : connections,
		.fd = fd},
	    .rest = {.call = rested},
	    .d = d,
	    .transport = transport,
	};
	if ((transport == RIAD_DNS_BY_UDP && riad_udp_prepare(fd) == -1) ||
	    riad_watch_add(&d->loop, &l->watch, EPOLLIN) == -1)
		return -1;
	f->listeners++;
	return 0;
}

static int
open_one(struct dohd *d, const union riad_address *address,
    enum riad_dns_way transport)
{
	static const char *const names[] = {"UDP", "TCP", "TLS", "HTTPS"};
	char text[RIAD_ADDRESS_TEXT];
	int fd = riad_listen(
	    address, transport == RIAD_DNS_BY_UDP ? SOCK_DGRAM : SOCK_STREAM);

	if (fd != -1 && add(d, fd, transport) == 0)
		return 0;
	riad_warn("%s by %s: %s", riad_address_text(text, address),
	    names[transport], strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}

/* Sockets of a service manager: what each is for, its type and port tell. */
static int
take_given(struct dohd *d, int n)
{
	for (int i = 0; i < n; i++) {
		int fd = RIAD_SERVICE_FIRST + i;
		union riad_address address = {0};
		socklen_t len = sizeof(address);
		socklen_t type_len = sizeof(int);
		int type;
		enum riad_dns_way by = RIAD_DNS_BY_UDP;

		if (getsockname(fd, &address.any, &len) == -1 ||
		    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) ==
			-1 ||
		    (address.any.sa_family != AF_INET &&
			address.any.sa_family != AF_INET6)) {
			riad_warn("socket %d that was given: no socket of the "
				  "Internet",
			    fd);
			return -1;
		}
		if (type == SOCK_STREAM) {
			uint16_t port = riad_address_port(&address);
			by = port == 853                   ? RIAD_DNS_BY_TLS
			     : port == 443 || port == 8443 ? RIAD_DNS_BY_HTTPS
							   : RIAD_DNS_BY_TCP;
			if (by != RIAD_DNS_BY_TCP && d->server_tls == NULL) {
				riad_warn("socket %d that was given: port %u "
					  "needs --tls-cert",
				    fd, (unsigned)port);
				return -1;
			}
		}
		if (add(d, fd, by) == -1) {
			riad_warn("socket %d that was given: %s", fd,
			    strerror(errno));
			return -1;
		}
	}
	return 0;
}

int
dohd_front_open(struct dohd *d)
{
	const struct dohd_conf *conf = d->conf;
	struct dohd_front *f = calloc(1, sizeof(*f));
	int given;

	d->front = f;
	d->stale.call = wake;
	if (f == NULL || (f->udp = riad_udp_new()) == NULL ||
	    (conf->rate != 0 &&
		(f->limit = riad_dns_limit_new(conf->rate)) == NULL)) {
		riad_warn("%s", strerror(errno));
		return -1;
	}
	given = riad_service_sockets();
	if (given > 0 && take_given(d, given) == -1)
		return -1;
	for (size_t i = 0; i < conf->listens; i++) {
		const union riad_address *a = &conf->listen[i].address;
		enum riad_dns_way by = conf->listen[i].transport;
		if (given > 0 && conf->listens_by_default)
			break; /* it is not wanted besides */
		if (open_one(d, a, by) == -1 ||
		    (by == RIAD_DNS_BY_UDP &&
			open_one(d, a, RIAD_DNS_BY_TCP) == -1))
			return -1;
	}
	return 0;
}

void
dohd_front_close(struct dohd *d)
{
	struct dohd_front *f = d->front;

	if (f == NULL)
		return;
	dohd_streams_close(d);
	for (size_t i = 0; i < f->listeners; i++) {
		riad_timer_del(&d->loop, &f->listener[i].rest);
		riad_watch_del(&d->loop, &f->listener[i].watch);
		close(f->listener[i].watch.fd);
	}
	riad_udp_free(f->udp);
	riad_dns_limit_free(f->limit);
	free(f);
	d->front = NULL;
}
