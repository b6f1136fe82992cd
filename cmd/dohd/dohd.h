/* SPDX-License-Identifier: ISC */
/* dohd.h - the parts of the server, and what they know of each other */
#ifndef DOHD_H
#define DOHD_H

#include <time.h>

#include "riad/address.h"
#include "riad/cli.h"
#include "riad/dnsforward.h"
#include "riad/dnslocal.h"
#include "riad/dnsserver.h"
#include "riad/loop.h"
#include "riad/upstream.h"

enum {
	DOHD_LISTEN = 16,
	DOHD_FILES = 64,
	DOHD_ALLOW = 64,
	DOHD_BOOTSTRAP = 4,
	DOHD_ASKING = 4096,  /* questions upstream at once */
	DOHD_WAITING = 16384 /* clients that wait for one of them */
};

struct dohd_upstream {
	struct riad_dns_server server;
	unsigned group;
	union riad_address address[RIAD_UPSTREAM_ADDRESSES];
	size_t addresses;
};

/* A part of the tree of names that has servers of its own. */
struct dohd_domain {
	uint8_t name[RIAD_DNS_NAME];
	unsigned group;
};

/* Of a file of local data. */
enum dohd_kind { DOHD_HOSTS, DOHD_ZONE, DOHD_BLOCK };

/* The command line. */
struct dohd_conf {
	struct {
		union riad_address address;
		enum riad_dns_way transport;
	} listen[DOHD_LISTEN];
	size_t listens;
	bool listens_by_default;
	struct dohd_upstream upstream[RIAD_UPSTREAMS];
	size_t upstreams;
	struct dohd_domain domain[RIAD_UPSTREAMS];
	size_t domains;
	union riad_address bootstrap[DOHD_BOOTSTRAP];
	size_t bootstraps;
	const char *ca;
	const char *pins[DOHD_FILES];
	size_t pin_count;
	const char *certificate, *key;
	struct {
		enum dohd_kind kind;
		const char *path;
	} file[DOHD_FILES];
	size_t files;
	struct riad_prefix allow[DOHD_ALLOW];
	size_t allows;
	bool anyone;
	unsigned rate; /* queries a second of one source; 0: any */
	size_t cache_bytes;
	const char *cache_file;
	struct riad_dns_cache_limits limits;
	bool stale;
	bool trust_ad;
	bool get;
	bool sandbox;
	bool quiet;
	const char *user;
	const char *ctl;
};

struct dohd {
	const struct dohd_conf *conf;
	struct riad_loop loop;
	struct riad_dns_cache *cache;
	struct riad_dns_local *local;
	struct riad_dns_forward *forward;
	struct riad_upstream *pool;
	struct riad_tls *client_tls;
	struct riad_tls *server_tls;
	struct timespec renewed[2]; /* when its files were written */
	struct riad_timer stale;    /* when an answer from the cache is due */
	struct riad_timer cookies;  /* when their secret is to be another */
	uint64_t started;           /* seconds since 1970 */
	uint64_t reloads;
	struct dohd_front *front;
	struct dohd_stream *streams; /* a list */
	size_t stream_count;
	struct dohd_back *back;
	struct riad_control *ctl; /* NULL: there is none */
};

/* options.c: exits where the command line is wrong. */
void dohd_options(
    struct dohd_conf *conf, struct riad_cli *cli, int argc, char *argv[]);

/* front.c: from clients and to them.  Messages are said; -1. */
int dohd_front_open(struct dohd *d);
void dohd_front_close(struct dohd *d);
void dohd_front_reply(void *ctx, const struct riad_dns_route *route,
    const uint8_t *message, size_t len, uint32_t ttl);
bool dohd_front_allowed(void *ctx, const struct riad_dns_route *route);
bool dohd_front_limited(void *ctx, const struct riad_dns_route *route);
void dohd_now(struct dohd *d); /* tells the machine the time, and sets stale */
void dohd_rearm(struct dohd *d);

/* streams.c: connections of clients.  fd is theirs, or closed. */
void dohd_stream_open(struct dohd *d, int fd, const union riad_address *peer,
    enum riad_dns_way way);
void dohd_stream_reply(const struct riad_dns_route *route,
    const uint8_t *message, size_t len, uint32_t ttl);
void dohd_streams_close(struct dohd *d);

/* back.c: to upstreams and from them. */
int dohd_back_open(struct dohd *d);
void dohd_back_close(struct dohd *d);
int dohd_back_ask(void *ctx, struct riad_dns_ask *ask, const uint8_t *name,
    const uint8_t *message, size_t len);

/* bootstrap.c: addresses of upstreams, without the system's resolver. */
struct dohd_bootstrap;
struct dohd_bootstrap *dohd_bootstrap_new(struct dohd *d);
void dohd_bootstrap_free(struct dohd_bootstrap *b);
void dohd_bootstrap_ask(struct dohd_bootstrap *b, size_t server);

/* files.c: local data as the files have it now; NULL, said, if they can't. */
struct riad_dns_local *dohd_files_read(const struct dohd_conf *conf);

/* ctl.c: the UNIX socket, and who asks there. */
int dohd_ctl_open(struct dohd *d);
int dohd_ctl_ask(const char *path, int argc, char *argv[]);

/* stat.c */
void dohd_stat_json(struct riad_buf *to, const struct dohd *d);
void dohd_stat_prometheus(struct riad_buf *to, const struct dohd *d);

/* dohd.c: local data and certificates anew. */
int dohd_reload(struct dohd *d);

/* confine.c: gives up what is not needed any more. */
int dohd_confine(const struct dohd_conf *conf);

#endif
