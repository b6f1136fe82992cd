/* SPDX-License-Identifier: ISC */
/* question -> the servers of its domain -> riad_dns_forward_answer */

#include "dohd.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECONDS(s) ((uint64_t)(s)*1000000000u)

enum { DEADLINE_S = 4, TRY_S = 3, CONNECT_S = 3, IDLE_S = 60 };

/* Changes of the network come in swarms, and on some machines all the time. */
enum { SETTLE_MS = 50, AGAIN_MS = 1000 };

struct dohd_back {
	struct riad_watch network; /* its changes, as the kernel tells them */
	struct riad_timer settled;
	uint64_t probed; /* when last */
	struct dohd *d;
	struct dohd_bootstrap *bootstrap;
};

static void
answered(void *ctx, void *token, const uint8_t *body, size_t len, uint32_t age,
    const char *why)
{
	struct dohd *d = ctx;

	(void)why;
	dohd_now(d);
	if (body != NULL)
		riad_dns_forward_answer(d->forward, token, body, len, age);
	else
		riad_dns_forward_fail(d->forward, token);
	dohd_rearm(d);
}

static bool
useful(void *ctx, const uint8_t *query, size_t query_len, const uint8_t *answer,
    size_t len)
{
	(void)ctx;
	return riad_dns_forward_useful(query, query_len, answer, len);
}

static void
changed(void *ctx, size_t server, const char *why)
{
	const struct dohd *d = ctx;
	char url[RIAD_DNS_SERVER_TEXT];

	if (d->conf->quiet)
		return;
	riad_dns_server_text(url, &d->conf->upstream[server].server);
	if (why != NULL)
		riad_warn("%s: %s", url, why);
	else
		riad_warn("%s: answers again", url);
}

static void
resolve(void *ctx, size_t server)
{
	struct dohd *d = ctx;

	dohd_bootstrap_ask(d->back->bootstrap, server);
}

/* The group of the longest of the domains that name is below; 0: of none. */
static unsigned
group_of(const struct dohd_conf *conf, const uint8_t *name)
{
	unsigned group = 0;
	size_t longest = 0;

	for (size_t i = 0; i < conf->domains; i++) {
		size_t len = riad_dns_name_len(conf->domain[i].name);
		if (len > longest &&
		    riad_dns_name_below(name, conf->domain[i].name)) {
			longest = len;
			group = conf->domain[i].group;
		}
	}
	return group;
}

int
dohd_back_ask(void *ctx, struct riad_dns_ask *ask, const uint8_t *name,
    const uint8_t *message, size_t len)
{
	struct dohd *d = ctx;

	return riad_upstream_ask(
	    d->pool, group_of(d->conf, name), message, len, ask);
}

static void
network_changed(struct riad_watch *watch, uint32_t events)
{
	struct dohd_back *b =
	    (void *)((char *)watch - offsetof(struct dohd_back, network));
	uint8_t news[8192];

	(void)events;
	while (recv(watch->fd, news, sizeof(news), MSG_DONTWAIT) > 0)
		;
	if (b->settled.place != 0)
		return;
	uint64_t at = b->d->loop.now + SETTLE_MS * UINT64_C(1000000);
	if (at < b->probed + AGAIN_MS * UINT64_C(1000000))
		at = b->probed + AGAIN_MS * UINT64_C(1000000);
	(void)riad_timer_set(&b->d->loop, &b->settled, at);
}

static void
network_settled(struct riad_timer *timer)
{
	struct dohd_back *b =
	    (void *)((char *)timer - offsetof(struct dohd_back, settled));

	b->probed = b->d->loop.now;
	riad_upstream_probe(b->d->pool);
}

/* Where the kernel does not tell, silence does, later. */
static void
watch_network(struct dohd *d)
{
	struct sockaddr_nl groups = {
	    .nl_family = AF_NETLINK,
	    .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
			 RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
	};
	struct riad_watch *w = &d->back->network;

	w->fd = socket(
	    AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (w->fd == -1)
		return;
	w->call = network_changed;
	if (bind(w->fd, (const struct sockaddr *)&groups, sizeof(groups)) ==
		-1 ||
	    riad_watch_add(&d->loop, w, EPOLLIN) == -1) {
		close(w->fd);
		w->fd = -1;
	}
}

static enum riad_http_kind
kind_of(enum riad_dns_way way)
{
	return way == RIAD_DNS_BY_HTTPS ? RIAD_HTTP_ANY : RIAD_HTTP_DOT;
}

static int
add(struct dohd *d, const struct dohd_upstream *u)
{
	struct riad_upstream_server server = {
	    .tls = u->server.way == RIAD_DNS_BY_TCP ? NULL : d->client_tls,
	    .kind = kind_of(u->server.way),
	    .host = u->server.host,
	    .port = u->server.port,
	    .path = u->server.path,
	    .get = d->conf->get,
	    .group = u->group,
	};
	int number = riad_upstream_add(d->pool, &server);

	if (number != -1 && u->addresses != 0)
		riad_upstream_found(
		    d->pool, (size_t)number, u->address, u->addresses);
	return number == -1 ? -1 : 0;
}

int
dohd_back_open(struct dohd *d)
{
	struct riad_upstream_conf conf = {
	    .loop = &d->loop,
	    .deadline_ns = SECONDS(DEADLINE_S),
	    .try_ns = SECONDS(TRY_S),
	    .connect_ns = SECONDS(CONNECT_S),
	    .idle_ns = SECONDS(IDLE_S),
	    .most = DOHD_ASKING,
	    .answered = answered,
	    .useful = useful,
	    .resolve = resolve,
	    .changed = changed,
	    .ctx = d,
	};
	const char *why;

	d->back = calloc(1, sizeof(*d->back));
	if (d->back == NULL)
		goto failed;
	d->back->d = d;
	d->back->network.fd = -1;
	d->back->settled.call = network_settled;
	d->client_tls = riad_tls_client(d->conf->ca, &why);
	if (d->client_tls == NULL) {
		riad_warn("%s: %s",
		    d->conf->ca != NULL ? d->conf->ca : "certificates", why);
		return -1;
	}
	for (size_t i = 0; i < d->conf->pin_count; i++)
		if (riad_tls_pin(d->client_tls, d->conf->pins[i]) == -1) {
			riad_warn("--pin %s: 44 characters of base64 expected",
			    d->conf->pins[i]);
			return -1;
		}
	d->pool = riad_upstream_new(&conf);
	d->back->bootstrap = dohd_bootstrap_new(d);
	if (d->pool == NULL || d->back->bootstrap == NULL)
		goto failed;
	for (size_t i = 0; i < d->conf->upstreams; i++)
		if (add(d, &d->conf->upstream[i]) == -1)
			goto failed;
	watch_network(d);
	return 0;
failed:
	riad_warn("%s", strerror(errno));
	return -1;
}

void
dohd_back_close(struct dohd *d)
{
	riad_upstream_free(d->pool);
	if (d->back != NULL) {
		dohd_bootstrap_free(d->back->bootstrap);
		riad_timer_del(&d->loop, &d->back->settled);
		if (d->back->network.fd != -1) {
			riad_watch_del(&d->loop, &d->back->network);
			close(d->back->network.fd);
		}
	}
	free(d->back);
	riad_tls_free(d->client_tls);
}
