/* SPDX-License-Identifier: ISC */
/* What the server counts, as JSON and as text that Prometheus reads. */

#include "dohd.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "riad/dnsrr.h"

static const char *const transports[RIAD_DNS_TRANSPORTS] = {
    "udp", "tcp", "tls", "https"};

/* A counter or, with gauge, what may fall again. */
struct figure {
	const char *name;
	const char *help;
	uint64_t value;
	bool gauge;
};

enum { FIGURES = 24 };

static size_t
figures(struct figure to[FIGURES], const struct dohd *d)
{
	const struct riad_dns_forward_stat *s =
	    riad_dns_forward_stat(d->forward);
	struct riad_dns_cache_stat c = {0};
	size_t n = 0;

	if (d->cache != NULL)
		riad_dns_cache_stat(d->cache, &c);
	const struct figure all[] = {
	    {"cache_hits", "Answers from the cache.", s->hits, false},
	    {"stale", "Answers that were over their time.", s->stale, false},
	    {"local", "Answers from local data.", s->local, false},
	    {"asked", "Questions that were asked upstream.", s->asked, false},
	    {"joined", "Queries that waited for one of those.", s->joined,
		false},
	    {"prefetched", "Questions that were asked ahead of time.",
		s->prefetched, false},
	    {"answered", "Answers from upstream that were taken.", s->answered,
		false},
	    {"failed", "Questions without an answer.", s->failed, false},
	    {"truncated", "Answers that UDP could not take.", s->truncated,
		false},
	    {"dropped", "Messages that were no queries.", s->dropped, false},
	    {"refused", "Queries of sources that are not allowed.", s->refused,
		false},
	    {"limited", "Queries of sources that asked too much.", s->limited,
		false},
	    {"overloaded", "Queries that nobody had time for.", s->overloaded,
		false},
	    {"reloads", "Times that local data was read again.", d->reloads,
		false},
	    {"asking", "Questions that are being asked.", s->asking, true},
	    {"waiting", "Clients that wait for an answer.", s->waiting, true},
	    {"cache_entries", "Answers in the cache.", c.entries, true},
	    {"cache_bytes", "Bytes that these take.", c.bytes, true},
	    {"cache_evicted", "Answers that had to go.", c.evicted, false},
	    {"cache_damaged", "Answers that were found damaged.", c.damaged,
		false},
	    {"started", "When the server began, in seconds since 1970.",
		d->started, true},
	};
	for (; n < sizeof(all) / sizeof(*all); n++)
		to[n] = all[n];
	return n;
}

void
dohd_stat_json(struct riad_buf *to, const struct dohd *d)
{
	const struct riad_dns_forward_stat *s =
	    riad_dns_forward_stat(d->forward);
	struct figure figure[FIGURES];
	char text[RIAD_DNS_SERVER_TEXT];
	char rcode[RIAD_DNS_TYPE_TEXT];
	size_t n = figures(figure, d);
	const char *comma = "";

	riad_buf_addstr(to, "{\"queries\":{");
	for (size_t i = 0; i < RIAD_DNS_TRANSPORTS; i++)
		riad_buf_addf(to, "%s\"%s\":%" PRIu64, i != 0 ? "," : "",
		    transports[i], s->queries[i]);
	riad_buf_addstr(to, "},\"rcodes\":{");
	for (unsigned i = 0; i < RIAD_DNS_RCODES; i++)
		if (s->rcodes[i] != 0) {
			riad_buf_addf(to, "%s\"%s\":%" PRIu64, comma,
			    riad_dns_rcode_text(rcode, i), s->rcodes[i]);
			comma = ",";
		}
	riad_buf_addstr(to, "}");
	for (size_t i = 0; i < n; i++)
		riad_buf_addf(
		    to, ",\"%s\":%" PRIu64, figure[i].name, figure[i].value);
	riad_buf_addstr(to, ",\"upstreams\":[");
	for (size_t i = 0; i < d->conf->upstreams; i++) {
		struct riad_upstream_stat u;
		riad_upstream_stat(d->pool, i, &u);
		/* The text of a server is ASCII, and has no quotes. */
		riad_buf_addf(to,
		    "%s{\"server\":\"%s\",\"up\":%s,\"rtt_us\":%" PRIu64
		    ",\"asked\":%" PRIu64 ",\"answered\":%" PRIu64
		    ",\"failed\":%" PRIu64 ",\"connected\":%" PRIu64
		    ",\"broken\":%" PRIu64 ",\"in_flight\":%zu}",
		    i != 0 ? "," : "",
		    riad_dns_server_text(text, &d->conf->upstream[i].server),
		    u.up ? "true" : "false", u.rtt_ns / 1000, u.asked,
		    u.answered, u.failed, u.connected, u.broken, u.in_flight);
	}
	riad_buf_addstr(to, "]}\n");
}

static void
head(struct riad_buf *to, const char *name, const char *help, bool gauge)
{
	riad_buf_addf(to, "# HELP dohd_%s%s %s\n# TYPE dohd_%s%s %s\n", name,
	    gauge ? "" : "_total", help, name, gauge ? "" : "_total",
	    gauge ? "gauge" : "counter");
}

static void
upstream_figure(struct riad_buf *to, const struct dohd *d, const char *name,
    const char *help, bool gauge, size_t offset, uint64_t unit)
{
	char text[RIAD_DNS_SERVER_TEXT];

	head(to, name, help, gauge);
	for (size_t i = 0; i < d->conf->upstreams; i++) {
		struct riad_upstream_stat u;
		uint64_t value;
		riad_upstream_stat(d->pool, i, &u);
		memcpy(&value, (const char *)&u + offset, sizeof(value));
		riad_buf_addf(to, "dohd_%s%s{server=\"%s\"} ", name,
		    gauge ? "" : "_total",
		    riad_dns_server_text(text, &d->conf->upstream[i].server));
		if (unit == 1)
			riad_buf_addf(to, "%" PRIu64 "\n", value);
		else
			riad_buf_addf(
			    to, "%.6f\n", (double)value / (double)unit);
	}
}

void
dohd_stat_prometheus(struct riad_buf *to, const struct dohd *d)
{
	const struct riad_dns_forward_stat *s =
	    riad_dns_forward_stat(d->forward);
	struct figure figure[FIGURES];
	char rcode[RIAD_DNS_TYPE_TEXT];
	size_t n = figures(figure, d);

	head(to, "queries", "Queries that came.", false);
	for (size_t i = 0; i < RIAD_DNS_TRANSPORTS; i++)
		riad_buf_addf(to,
		    "dohd_queries_total{transport=\"%s\"} %" PRIu64 "\n",
		    transports[i], s->queries[i]);
	head(to, "answers", "Answers that were sent.", false);
	for (unsigned i = 0; i < RIAD_DNS_RCODES; i++)
		if (s->rcodes[i] != 0)
			riad_buf_addf(to,
			    "dohd_answers_total{rcode=\"%s\"} %" PRIu64 "\n",
			    riad_dns_rcode_text(rcode, i), s->rcodes[i]);
	for (size_t i = 0; i < n; i++) {
		const struct figure *f = &figure[i];
		head(to, f->name, f->help, f->gauge);
		riad_buf_addf(to, "dohd_%s%s %" PRIu64 "\n", f->name,
		    f->gauge ? "" : "_total", f->value);
	}
#define OF(field) offsetof(struct riad_upstream_stat, field)
	upstream_figure(to, d, "upstream_asked", "Requests to an upstream.",
	    false, OF(asked), 1);
	upstream_figure(to, d, "upstream_answered", "Those that it answered.",
	    false, OF(answered), 1);
	upstream_figure(to, d, "upstream_failed", "Those that failed.", false,
	    OF(failed), 1);
	upstream_figure(to, d, "upstream_connected", "Connections made.", false,
	    OF(connected), 1);
	upstream_figure(to, d, "upstream_rtt_seconds",
	    "Time to its answers, smoothed.", true, OF(rtt_ns), 1000000000);
#undef OF
}
