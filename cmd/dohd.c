/* SPDX-License-Identifier: ISC */
/*
 * dohd - a DNS server that forwards over HTTPS
 *
 * client -> front -> riad_dns_forward -> local data, cache
 *                                     -> back -> upstream -> cache -> client
 */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dohd/dohd.h"
#include "riad/control.h"
#include "riad/service.h"

enum {
	UDP_SIZE = 1232, /* what fits unfragmented nearly everywhere */
	STALE_MS = 1800, /* RFC 8767 section 5 */
	DAY_S = 86400,
	FILES_OPEN = 4096
};

/* When the certificate or its key was last written; what can't be seen is as it
 * was, since who was root may not be any more. */
static bool
was_renewed(const struct dohd *d, struct timespec now[2])
{
	const char *const files[2] = {d->conf->certificate, d->conf->key};
	bool renewed = false;
	struct stat st;

	for (size_t i = 0; i < 2; i++) {
		now[i] = d->renewed[i];
		if (stat(files[i], &st) == 0)
			now[i] = st.st_mtim;
		renewed = renewed || now[i].tv_sec != d->renewed[i].tv_sec ||
			  now[i].tv_nsec != d->renewed[i].tv_nsec;
	}
	return renewed;
}

static int
renew_certificate(struct dohd *d)
{
	struct timespec now[2];
	const char *why;

	if (d->server_tls == NULL || !was_renewed(d, now))
		return 0;
	struct riad_tls *tls =
	    riad_tls_server(d->conf->certificate, d->conf->key, &why);
	if (tls == NULL) {
		riad_warn(
		    "%s: %s: the old one stays", d->conf->certificate, why);
		return -1;
	}
	riad_tls_free(d->server_tls);
	d->server_tls = tls;
	/* Not before: where one of the two was still the old one, the next
	 * time both are tried. */
	memcpy(d->renewed, now, sizeof(now));
	return 0;
}

int
dohd_reload(struct dohd *d)
{
	struct riad_dns_local *local = dohd_files_read(d->conf);

	if (local == NULL)
		return -1;
	riad_dns_forward_local(d->forward, local);
	riad_dns_local_free(d->local);
	d->local = local;
	d->reloads++;
	return renew_certificate(d);
}

struct signals {
	struct riad_watch watch;
	struct dohd *d;
};

static void
signalled(struct riad_watch *watch, uint32_t events)
{
	struct signals *s = (struct signals *)watch;
	struct signalfd_siginfo info;

	(void)events;
	while (read(watch->fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			dohd_reload(s->d);
		else
			riad_loop_stop(&s->d->loop);
	}
}

static void
hold_signal(int number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int
watch_signals(struct signals *s, struct dohd *d)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->d = d;
	s->watch = (struct riad_watch){.call = signalled,
	    .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
	return s->watch.fd == -1 ? -1
				 : riad_watch_add(&d->loop, &s->watch, EPOLLIN);
}

static void
raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur < FILES_OPEN) {
		limit.rlim_cur =
		    limit.rlim_max < FILES_OPEN ? limit.rlim_max : FILES_OPEN;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int
open_cache(struct dohd *d)
{
	const struct dohd_conf *conf = d->conf;
	const char *why;

	if (conf->cache_bytes == 0)
		return 0;
	d->cache =
	    riad_dns_cache_open(conf->cache_file, conf->cache_bytes, &why);
	if (d->cache == NULL) {
		riad_warn("%s: %s",
		    conf->cache_file != NULL ? conf->cache_file : "cache", why);
		return -1;
	}
	riad_dns_cache_limit(d->cache, &conf->limits);
	return 0;
}

/*
 * A secret for cookies each day: those of the one before are good still, so who
 * has one notices nothing (RFC 9018 section 5).
 */
static struct riad_dns_cookies cookies;

static int
renew_cookies(struct dohd *d)
{
	uint8_t secret[RIAD_DNS_COOKIE_SECRET];

	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		return -1;
	riad_dns_cookie_secret(&cookies, secret);
	return riad_timer_set(
	    &d->loop, &d->cookies, d->loop.now + DAY_S * UINT64_C(1000000000));
}

static void
cookies_due(struct riad_timer *timer)
{
	(void)renew_cookies(
	    (void *)((char *)timer - offsetof(struct dohd, cookies)));
}

static int
open_forward(struct dohd *d)
{
	struct riad_dns_forward_conf conf = {
	    .cookies = &cookies,
	    .cache = d->cache,
	    .local = d->local,
	    .max_asking = DOHD_ASKING,
	    .max_waiting = DOHD_WAITING,
	    .udp_size = UDP_SIZE,
	    .trust_ad = d->conf->trust_ad,
	    .stale_ns = STALE_MS * UINT64_C(1000000),
	    .allowed = dohd_front_allowed,
	    .limited = dohd_front_limited,
	    .ask = dohd_back_ask,
	    .reply = dohd_front_reply,
	    .ctx = d,
	};

	d->cookies.call = cookies_due;
	if (renew_cookies(d) == -1)
		return -1;
	if (d->cache != NULL)
		conf.secret = *riad_dns_cache_secret(d->cache);
	else if (getrandom(&conf.secret, sizeof(conf.secret), 0) !=
		 sizeof(conf.secret))
		return -1;
	d->forward = riad_dns_forward_new(&conf);
	return d->forward != NULL ? 0 : -1;
}

static int
start(struct dohd *d, struct signals *signals)
{
	const struct dohd_conf *conf = d->conf;
	const char *why;

	/* A reload that comes while we start is one that is due after it. */
	hold_signal(SIGHUP);
	raise_limits();
	d->started = (uint64_t)time(NULL);
	if ((d->local = dohd_files_read(conf)) == NULL || open_cache(d) == -1)
		return -1;
	if (conf->certificate != NULL) {
		struct timespec now[2];
		(void)was_renewed(d, now);
		memcpy(d->renewed, now, sizeof(now));
	}
	if (conf->certificate != NULL &&
	    (d->server_tls = riad_tls_server(
		 conf->certificate, conf->key, &why)) == NULL) {
		riad_warn("%s: %s", conf->certificate, why);
		return -1;
	}
	if (riad_loop_init(&d->loop) == -1 || open_forward(d) == -1 ||
	    watch_signals(signals, d) == -1) {
		riad_warn("%s", strerror(errno));
		return -1;
	}
	if (dohd_back_open(d) == -1 || dohd_front_open(d) == -1 ||
	    dohd_ctl_open(d) == -1)
		return -1;
	return dohd_confine(conf);
}

int
main(int argc, char *argv[])
{
	static struct dohd_conf conf;
	static struct dohd d = {.conf = &conf};
	static struct signals signals;
	struct riad_cli cli;

	dohd_options(&conf, &cli, argc, argv);
	if (cli.cmd->name[0] != '\0')
		return dohd_ctl_ask(conf.ctl, cli.argc, cli.argv);
	int manager = riad_service_manager();
	if (start(&d, &signals) == -1)
		return RIAD_FAIL;
	riad_service_tell(manager, "READY=1");
	int r = riad_loop_run(&d.loop);
	if (r == -1)
		riad_warn("%s", strerror(errno));
	riad_service_tell(manager, "STOPPING=1");
	riad_control_close(d.ctl);
	dohd_front_close(&d);
	dohd_back_close(&d);
	riad_dns_forward_free(d.forward);
	riad_dns_local_free(d.local);
	riad_dns_cache_close(d.cache);
	riad_tls_free(d.server_tls);
	riad_loop_free(&d.loop);
	return r == -1 ? RIAD_FAIL : RIAD_OK;
}
