/* SPDX-License-Identifier: ISC */
/*
 * upload-pack - answer git clone and git fetch
 *
 * stdin -> riad_pkt_reader -> riad_upload (-> riad_repo_pack) -> stdout
 */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "riad/cli.h"
#include "riad/io.h"
#include "riad/pktline.h"
#include "riad/pktout.h"
#include "riad/repo.h"
#include "riad/text.h"
#include "riad/upload.h"

enum {
	OPT_STRICT = 256,
	OPT_NO_STRICT,
	OPT_TIMEOUT,
	OPT_STATELESS,
	OPT_ADVERT
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
    {OPT_TIMEOUT, "timeout", RIAD_ARG_TEXT, "SECONDS",
	"give up when nothing moves for so long", NULL},
    {OPT_STATELESS, "stateless-rpc", RIAD_ARG_NONE, NULL,
	"one request and one answer, as over HTTP", NULL},
    {OPT_ADVERT, "advertise-refs", RIAD_ARG_NONE, NULL,
	"only say what there is, as for /info/refs", NULL},
    {OPT_ADVERT, "http-backend-info-refs", RIAD_ARG_NONE, NULL, "the same",
	NULL},
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
static unsigned timeout;

/* The word is what scripts look for in what git says. */
static void fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void
fatal(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);

	/* What a client is told begins with our name already. */
	bool named = strncmp(text, "upload-pack: ", 13) == 0;
	riad_warn("fatal: %s", text + (named ? 13 : 0));
}

static void
on_alarm(int sig)
{
	static const char text[] = "upload-pack: fatal: timed out\n";

	(void)sig;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(RIAD_FAIL);
}

static void
keep_alive(void)
{
	alarm(timeout);
}

static int
set_variable(void *config, const char *name, const char *value,
    enum riad_config_scope scope)
{
	(void)scope;
	if (riad_upload_config_set(config, name, value) == 0)
		return 0;
	fatal("%s: bad value '%s'", name, value ? value : "");
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

/* Feeds the machine until it has had enough: 0, or -1 having said why. */
static int
converse(struct riad_upload *u)
{
	static struct riad_pkt_reader rd;
	struct riad_pkt pkt;
	int r = 1;

	riad_pkt_reader_init(&rd, STDIN_FILENO);
	for (;;) {
		int got;
		while ((got = riad_pkt_next(&rd, &pkt)) == 1) {
			r = riad_upload_packet(u, &pkt);
			if (r != 1)
				break;
		}
		if (got == -1 || r != 1)
			break;
		if (riad_out_flush(&out) == -1)
			return 0; /* riad_finish says it */
		keep_alive();
		got = riad_pkt_fill(&rd);
		if (got == 1)
			continue;
		r = got == 0 ? riad_upload_eof(u) : 1;
		break;
	}
	if (r == 1) {
		fatal("standard input: byte %" PRIu64 ": %s", rd.off, rd.why);
		return -1;
	}
	if (r == -1)
		fatal("%s", riad_upload_why(u));
	return r;
}

static int
refuse(const char *why)
{
	fatal("%s", why);
	riad_pkt_addf(&out, "ERR %s\n", why);
	return riad_finish(&out, RIAD_FAIL);
}

static int
serve(
    struct riad_repo *repo, struct riad_upload_config *config, bool advert_only)
{
	struct riad_upload_repo source = {
	    .ctx = repo,
	    .odb = riad_repo_odb(repo),
	    .refs = riad_repo_refs,
	    .pack = riad_repo_pack,
	};
	int status = RIAD_OK;

	if (riad_repo_is_shallow(repo))
		return refuse("a shallow repository is not served");

	struct riad_upload *u = riad_upload_new(config, &source, &out);
	if (u == NULL) {
		fatal("%s", strerror(errno));
		return RIAD_FAIL;
	}
	if ((advert_only || !config->stateless) &&
	    riad_upload_advertise(u) == -1) {
		fatal("%s", riad_upload_why(u));
		status = RIAD_FAIL;
	} else if (!advert_only && converse(u) == -1) {
		status = RIAD_FAIL;
	}
	keep_alive();
	riad_upload_free(u);
	return riad_finish(&out, status);
}

static int
open_and_serve(struct riad_upload_config *config, const char *path, bool strict,
    bool advert_only)
{
	struct riad_repo *repo;
	static char session_id[33]; /* config keeps it */
	char why[512];

	if (riad_repo_open(&repo, path, strict, why) == -1)
		return refuse(why);
	int status = RIAD_FAIL;
	if (riad_repo_config(repo, set_variable, config) == 0) {
		if (config->advertise_session_id &&
		    make_session_id(session_id) == 0)
			config->session_id = session_id;
		status = serve(repo, config, advert_only);
	}
	riad_repo_free(repo);
	return status;
}

int
main(int argc, char *argv[])
{
	struct riad_upload_config config;
	struct riad_cli cli;
	uint64_t seconds = 0;
	bool strict = false, advert_only = false;
	int key;

	riad_out_init(&out, STDOUT_FILENO);
	riad_upload_config_init(&config);
	riad_cli_init(&cli, &tool, argc, argv);
	while ((key = riad_cli_next(&cli)) != -1) {
		switch (key) {
		case OPT_STRICT:
		case OPT_NO_STRICT:
			strict = key == OPT_STRICT;
			break;
		case OPT_TIMEOUT:
			if (riad_parse_u64(&seconds, cli.arg, 1 << 30) == -1)
				riad_cli_usage(
				    &cli, "bad timeout '%s'", cli.arg);
			break;
		case OPT_STATELESS:
			config.stateless = true;
			break;
		case OPT_ADVERT:
			advert_only = true;
			break;
		}
	}
	if (cli.argc != 1)
		riad_cli_usage(&cli, "one directory is needed");

	timeout = (unsigned)seconds;
	if (timeout > 0) {
		signal(SIGALRM, on_alarm);
		config.alive = keep_alive;
		keep_alive();
	}
	config.version = riad_upload_version(getenv("GIT_PROTOCOL"));
	int status = open_and_serve(&config, cli.argv[0], strict, advert_only);
	riad_upload_config_free(&config);
	return status;
}
