/* SPDX-License-Identifier: ISC */
/* From an open repository to an answered client. */

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/filter.h"
#include "riad/pktmetrics.h"
#include "riad/pktout.h"

/* The word is what scripts look for in what git says. */
void
fatal(struct service *s, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);

	/* What a client is told begins with our name already. */
	bool named = strncmp(text, "upload-pack: ", 13) == 0;
	riad_warn("fatal: %s", text + (named ? 13 : 0));
	snprintf(
	    s->log.error, sizeof(s->log.error), "%s", text + (named ? 13 : 0));
}

static int
refuse(struct service *s, const char *why)
{
	fatal(s, "%s", why);
	riad_pkt_addf(s->out, "ERR %s\n", why);
	return RIAD_FAIL;
}

/* Whether a variable says that objects may be at some other place alone. */
static bool
promises(const char *name, const char *value)
{
	const size_t len = strlen(name);
	bool on = false;

	if (strcmp(name, "extensions.partialclone") == 0)
		return true;
	return strncmp(name, "remote.", 7) == 0 && len > 9 &&
	       strcmp(name + len - 9, ".promisor") == 0 &&
	       riad_config_bool(&on, value) == 0 && on;
}

static int
set_variable(void *ctx, const char *name, const char *value,
    enum riad_config_scope scope)
{
	struct service *s = ctx;

	s->partial |= promises(name, value);
	int r = settings_variable(&s->settings, scope, name, value);
	if (r == 0)
		r = riad_upload_config_set(&s->config, name, value);
	if (r >= 0)
		return 0;
	fatal(s, "%s: bad value '%s'", name, value ? value : "");
	return -1;
}

/* One of a kind, so that the logs of both sides can be brought together. */
static int
make_session_id(char id[33])
{
	uint64_t random[2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -1;
	snprintf(id, 33, "%016" PRIx64 "%016" PRIx64, random[0], random[1]);
	return 0;
}

static int
feed(struct service *s, struct riad_upload *u, const struct riad_pkt *pkt)
{
	char why[128], text[160];

	trace_packet(s->out, pkt);
	riad_metrics_packet(&s->log.metrics, pkt);
	if (riad_limits_left(&s->settings.limits) > 0)
		return riad_upload_packet(u, pkt);
	riad_limits_say(why, sizeof(why), &s->settings.limits, ETIMEDOUT);
	snprintf(text, sizeof(text), "upload-pack: %s", why);
	refuse(s, text);
	return -1;
}

/* What a person types, or a script, may end in a line break: as with git, no
 * packet between requests is the worse for being less than a length. */
static bool
ends_in_crumbs(const struct service *s, const struct riad_pkt_reader *rd,
    struct riad_upload *u)
{
	return errno == EBADMSG && s->config.version == 2 &&
	       rd->end - rd->pos < RIAD_PKT_HDR && riad_upload_eof(u) == 0;
}

/* Feeds the machine until it has had enough: 0, or -1 having said why. */
static int
converse(struct service *s, struct riad_upload *u)
{
	static struct riad_pkt_reader rd;
	struct riad_pkt pkt;
	int r = 1;

	riad_pkt_reader_init(&rd, STDIN_FILENO);
	for (;;) {
		int got;
		while ((got = riad_pkt_next(&rd, &pkt)) == 1) {
			r = feed(s, u, &pkt);
			if (r != 1)
				break;
		}
		if (got == -1 || r != 1)
			break;
		if (riad_out_flush(s->out) == -1)
			return 0; /* riad_finish says it */
		watch_client(true);
		got = riad_pkt_fill(&rd);
		int err = errno;
		watch_client(false);
		riad_metrics_phase_begin(&s->log.metrics, RIAD_PHASE_NEGOTIATE);
		errno = err;
		if (got == -1 && ends_in_crumbs(s, &rd, u))
			return 0;
		if (got == 1)
			continue;
		r = got == 0 ? riad_upload_eof(u) : 1;
		break;
	}
	if (r == 1) {
		fatal(
		    s, "standard input: byte %" PRIu64 ": %s", rd.off, rd.why);
		return -1;
	}
	if (r == -1 && s->log.error[0] == '\0')
		fatal(s, "%s", riad_upload_why(u));
	return r;
}

static int
answer(struct service *s, const struct riad_upload_repo *source)
{
	struct riad_upload *u = riad_upload_new(&s->config, source, s->out);
	int status = RIAD_OK;

	if (u == NULL)
		return refuse(s, "upload-pack: out of memory");
	if ((s->config.announce_only || !s->config.stateless) &&
	    riad_upload_advertise(u) == -1) {
		fatal(s, "%s", riad_upload_why(u));
		status = RIAD_FAIL;
	} else if (!s->config.announce_only && converse(s, u) == -1) {
		status = RIAD_FAIL;
	}
	watch_alive();
	riad_upload_free(u);
	return status;
}

static struct riad_limited limited;
static bool partial;

/*
 * The machine knows one ctx, the repository; what is around the engine has
 * another.  What a partial repository lacks is not fetched: to do so would run
 * what its configuration names, for whoever asks.
 */
static int
pack(void *ctx, const struct riad_pack_request *request,
    struct riad_pack_sink *sink)
{
	static const char lazy[] = " (lazy fetching disabled)";

	(void)ctx;
	int r = riad_pack_limited(&limited, request, sink);
	int err = errno;
	size_t len = strlen(sink->why);
	if (r == -1 && err == ENOENT && partial &&
	    len + sizeof(lazy) <= sizeof(sink->why)) {
		memcpy(sink->why + len, lazy, sizeof(lazy));
		sink->tell = true;
	}
	errno = err;
	return r;
}

/* The engine, or the hook in its place, and the limits around it. */
static int
serve_repo(struct service *s, struct riad_repo *repo)
{
	struct settings *set = &s->settings;
	struct hook hook = {.command = set->hook,
	    .git_dir = riad_repo_dir(repo),
	    .hash_len = riad_repo_odb(repo)->hash_len,
	    .filter_text = riad_filter_print};
	limited = (struct riad_limited){
	    .engine = set->hook != NULL ? hook_pack : riad_repo_pack,
	    .ctx = set->hook != NULL ? (void *)&hook : repo,
	    .limits = &set->limits,
	    .metrics = s->log.fd != -1 ? &s->log.metrics : NULL};
	partial = s->partial;
	struct riad_upload_repo source = {
	    .ctx = repo,
	    .odb = riad_repo_odb(repo),
	    .refs = riad_repo_refs,
	    .refs_below = riad_repo_refs_below,
	    .size = riad_repo_size,
	    .pack = pack,
	};

	if (riad_repo_shallow(repo, &source.shallow, &source.nshallow) == -1)
		return refuse(s, riad_repo_why(repo));
	riad_repo_tune(repo, (unsigned)set->threads, set->cache);
	return answer(s, &source);
}

static int
prepare(struct service *s, struct riad_repo *repo)
{
	struct settings *set = &s->settings;
	static char session_id[33]; /* config keeps it */
	char why[256];

	if (riad_repo_config(repo, set_variable, s) != 0)
		return RIAD_FAIL;
	if (s->config.advertise_session_id && make_session_id(session_id) == 0)
		s->config.session_id = session_id;
	if (!set->given[SET_LOG] && log_open(&s->log, set->log) == -1)
		riad_warn("warning: %s: %s", set->log, strerror(errno));
	if (s->log.fd != -1)
		watch_signals();
	if (set->hook != NULL && set->sandbox == SANDBOX_REQUIRE) {
		riad_warn("warning: uploadpack.packObjectsHook is not run in "
			  "a sandbox");
		(void)settings_variable(
		    set, RIAD_CONFIG_COMMAND, "uploadpack.packobjectshook", "");
	}

	if (!set->given[SET_MAX_TIME])
		riad_limits_start(&set->limits);
	s->config.alive = watch_alive;
	watch_alive();
	if (set->limits.memory != 0 &&
	    riad_memory_limit(set->limits.memory) == -1) {
		snprintf(why, sizeof(why), "no limit of memory: %s",
		    strerror(errno));
		return refuse(s, why);
	}
	if (guard_enter(set, repo, why, sizeof(why)) == -1)
		return refuse(s, why);
	return serve_repo(s, repo);
}

int
serve(struct service *s)
{
	struct riad_repo *repo;
	char why[512];
	int status;

	if (riad_repo_open(&repo, s->path, s->strict, why) == -1) {
		status = refuse(s, why);
	} else {
		status = prepare(s, repo);
		riad_repo_free(repo);
	}
	return status;
}
