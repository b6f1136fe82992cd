/* SPDX-License-Identifier: ISC */
/*
 * upload-pack - answer git clone and git fetch
 *
 * stdin -> riad_pkt_reader -> riad_upload (-> riad_repo_pack) -> stdout
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "riad/cli.h"
#include "upload-pack/parts.h"

/* Those that are settings follow in the order of enum setting. */
enum {
	OPT_STRICT = 256,
	OPT_NO_STRICT,
	OPT_STATELESS,
	OPT_ADVERT,
	OPT_SETTING
};

static const struct riad_cmd cmds[] = {
    {"", RIAD_ARG_DIR, "DIRECTORY", "serve the repository at DIRECTORY"},
    {NULL, RIAD_ARG_NONE, NULL, NULL},
};

static const struct riad_opt opts[] = {
    {OPT_STRICT, "strict", RIAD_ARG_NONE, NULL,
	"take DIRECTORY as it is, try no DIRECTORY/.git", NULL},
    {OPT_NO_STRICT, "no-strict", RIAD_ARG_NONE, NULL,
	"try DIRECTORY/.git and DIRECTORY.git too (default)", NULL},
    {OPT_STATELESS, "stateless-rpc", RIAD_ARG_NONE, NULL,
	"one request and one answer, as over HTTP", NULL},
    {OPT_ADVERT, "advertise-refs", RIAD_ARG_NONE, NULL,
	"only say what there is, as for /info/refs", NULL},
    {OPT_ADVERT, "http-backend-info-refs", RIAD_ARG_NONE, NULL, "the same",
	NULL},
    {OPT_SETTING + SET_TIMEOUT, "timeout", RIAD_ARG_TEXT, "SECONDS",
	"give up when nothing moves for so long", NULL},
    {OPT_SETTING + SET_MAX_TIME, "max-time", RIAD_ARG_TEXT, "SECONDS",
	"take no longer than this", NULL},
    {OPT_SETTING + SET_MAX_MEMORY, "max-memory", RIAD_ARG_TEXT, "SIZE",
	"take no more memory (also k, m, g)", NULL},
    {OPT_SETTING + SET_MAX_PACK, "max-pack", RIAD_ARG_TEXT, "SIZE",
	"send no larger pack", NULL},
    {OPT_SETTING + SET_THREADS, "threads", RIAD_ARG_TEXT, "N",
	"compute with so many threads", NULL},
    {OPT_SETTING + SET_SANDBOX, "sandbox", RIAD_ARG_CHOICE, "auto|require|off",
	"give up all other rights first", NULL},
    {OPT_SETTING + SET_CACHE, "cache", RIAD_ARG_DIR, "DIR",
	"keep what was worked out there", NULL},
    {OPT_SETTING + SET_LOG, "log-json", RIAD_ARG_FILE, "FILE",
	"add a line about the request to FILE or fd:N", NULL},
    {0, NULL, RIAD_ARG_NONE, NULL, NULL, NULL},
};

static const struct riad_tool tool = {
    .name = "upload-pack",
    .summary = "Answer git clone and git fetch from a repository",
    .cmds = cmds,
    .opts = opts,
    .examples = "  git clone --upload-pack=/path/to/upload-pack host:repo.git\n"
		"  git fetch --upload-pack='pktline tap -o t -- upload-pack'\n",
};

static struct riad_out out;
static struct service service;

/* Called where a signal ends us. */
static void
log_last(const char *why)
{
	strncpy(service.log.error, why, sizeof(service.log.error) - 1);
	log_end(&service.log, RIAD_FAIL);
}

static const char *
name_of(int key)
{
	const struct riad_opt *o = opts;

	while (o->key != key)
		o++;
	return o->name;
}

static void
take_option(const struct riad_cli *cli, int key)
{
	enum setting which = (enum setting)(key - OPT_SETTING);

	switch (key) {
	case OPT_STRICT:
	case OPT_NO_STRICT:
		service.strict = key == OPT_STRICT;
		break;
	case OPT_STATELESS:
		service.config.stateless = true;
		break;
	case OPT_ADVERT:
		service.config.announce_only = true;
		break;
	default:
		if (settings_option(&service.settings, which, cli->arg) == -1)
			riad_cli_usage(
			    cli, "bad %s '%s'", name_of(key), cli->arg);
	}
}

static void
start_log(void)
{
	struct request_log *log = &service.log;

	log->path = service.path;
	log->config = &service.config;
	log->out = &out;
	clock_gettime(CLOCK_REALTIME, &log->began);
	riad_metrics_text(
	    log->metrics.command, sizeof(log->metrics.command), "advertise", 9);
	if (log_open(log, service.settings.log) == -1)
		riad_warn(
		    "warning: %s: %s", service.settings.log, strerror(errno));
}

/* As git has it, control characters and spaces become dots. */
static void
set_agent(struct riad_upload_config *config)
{
	static char agent[256];
	const char *name = getenv("GIT_USER_AGENT");
	size_t n = 0;

	if (name == NULL || *name == '\0')
		return;
	for (; name[n] != '\0' && n < sizeof(agent) - 1; n++)
		agent[n] = name[n] > ' ' && name[n] < 127 ? name[n] : '.';
	config->agent = agent;
}

int
main(int argc, char *argv[])
{
	struct service *s = &service;
	struct riad_cli cli;
	int key;

	riad_out_init(&out, STDOUT_FILENO);
	s->out = &out;
	riad_upload_config_init(&s->config);
	set_agent(&s->config);
	s->config.version = riad_upload_version(getenv("GIT_PROTOCOL"));
	riad_cli_init(&cli, &tool, argc, argv);
	trace_start(argv, s->config.version, &out);
	while ((key = riad_cli_next(&cli)) != -1)
		take_option(&cli, key);
	if (cli.argc != 1)
		riad_cli_usage(&cli, "one directory is needed");

	s->path = cli.argv[0];
	start_log();
	riad_limits_start(&s->settings.limits);
	watch_start(&s->settings, log_last);
	int status = riad_finish(&out, serve(s));
	log_end(&s->log, status);
	riad_upload_config_free(&s->config);
	settings_free(&s->settings);
	return status;
}
