/* SPDX-License-Identifier: ISC */

#include "riad/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "riad/buf.h"
#include "riad/io.h"
#include "riad/text.h"

enum { KEY_COMPLETION = 1 << 16, OPTS_MAX = 64 };

const struct riad_opt riad_common_opts[] = {
    {'h', "help", RIAD_ARG_NONE, NULL, "show this help", NULL},
    {'V', "version", RIAD_ARG_NONE, NULL, "show the version", NULL},
    {KEY_COMPLETION, "completion", RIAD_ARG_CHOICE, "bash|zsh|fish",
	"print the completions for a shell", NULL},
    {0, NULL, RIAD_ARG_NONE, NULL, NULL, NULL},
};

static const char *tool_name = "riad";

static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = words; *p != '\0';) {
		size_t n = strcspn(p, " ");
		if (n == len && memcmp(p, word, len) == 0)
			return true;
		p += n;
		p += strspn(p, " ");
	}
	return false;
}

/*
 * A file opened where standard output was closed would become it.  What takes
 * the place can neither be read as input nor written as output, so that the
 * use of a closed descriptor is still the error that it was.
 */
static void
hold_standard_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			continue;
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
		if (open("/dev/null", mode) != fd)
			_exit(RIAD_FAIL);
	}
}

void
riad_cli_init(
    struct riad_cli *cli, const struct riad_tool *tool, int argc, char *argv[])
{
	hold_standard_fds();
	*cli = (struct riad_cli){
	    .tool = tool,
	    .cmd = tool->cmds,
	    .argc = argc,
	    .argv = argv,
	};
	tool_name = tool->name;
	for (const struct riad_cmd *c = tool->cmds; c->name != NULL; c++) {
		if (argc > 1 && *c->name && strcmp(c->name, argv[1]) == 0) {
			cli->cmd = c;
			cli->argc--;
			cli->argv++;
			break;
		}
	}
	/* getopt(3) begins its messages with argv[0]. */
	if (cli->argc > 0)
		cli->argv[0] = (char *)tool->name;
	optind = 0; /* from the start, should another line have been read */
}

_Noreturn static void
try_help(const struct riad_cli *cli)
{
	riad_warn("try '%s --help'", cli->tool->name);
	exit(RIAD_USAGE);
}

void
riad_cli_usage(const struct riad_cli *cli, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	riad_warn("%s (try '%s --help')", text, cli->tool->name);
	exit(RIAD_USAGE);
}

/* What getopt_long(3) wants, from both tables. */
struct getopt_tables {
	struct option longopts[OPTS_MAX + 1];
	char shortopts[2 * OPTS_MAX + 2];
	size_t nlong, nshort;
};

static void
add_opts(struct getopt_tables *t, const struct riad_opt *opts)
{
	for (const struct riad_opt *o = opts; o->name != NULL; o++) {
		if (t->nlong == OPTS_MAX)
			abort();
		t->longopts[t->nlong++] = (struct option){o->name,
		    o->arg ? required_argument : no_argument, NULL, o->key};
		if (o->key < 256) {
			t->shortopts[t->nshort++] = (char)o->key;
			if (o->arg != NULL)
				t->shortopts[t->nshort++] = ':';
		}
	}
}

static const struct riad_opt *
find_opt(const struct riad_opt *opts, int key)
{
	for (; opts->name != NULL; opts++) {
		if (opts->key == key)
			return opts;
	}
	return NULL;
}

/* "v0|v1|v2" has v1. */
static bool
is_choice(const char *choices, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = choices;; p++) {
		size_t n = strcspn(p, "|");
		if (n == len && memcmp(p, word, len) == 0)
			return true;
		p += n;
		if (*p == '\0')
			return false;
	}
}

static void
common_opt(const struct riad_cli *cli, int key)
{
	static struct riad_out out;

	riad_out_init(&out, STDOUT_FILENO);
	switch (key) {
	case 'h':
		riad_help(&out, cli->tool);
		break;
	case 'V':
		riad_out_printf(
		    &out, "%s (riad) %s\n", cli->tool->name, RIAD_VERSION);
		break;
	default:
		riad_completion(&out, cli->tool, optarg);
	}
	exit(riad_finish(&out, RIAD_OK));
}

int
riad_cli_next(struct riad_cli *cli)
{
	static struct getopt_tables t;

	/* A command line of somebody else's ends our options. */
	t = (struct getopt_tables){.nshort = 0};
	if (cli->cmd->kind == RIAD_ARG_COMMAND)
		t.shortopts[t.nshort++] = '+';
	add_opts(&t, cli->tool->opts);
	add_opts(&t, riad_common_opts);

	int key =
	    getopt_long(cli->argc, cli->argv, t.shortopts, t.longopts, NULL);
	if (key == -1) {
		cli->argc -= optind;
		cli->argv += optind;
		return -1;
	}

	const struct riad_opt *o = find_opt(cli->tool->opts, key);
	bool common = o == NULL;
	if (common)
		o = find_opt(riad_common_opts, key);
	if (o == NULL)
		try_help(cli); /* getopt has said what is wrong */
	if (o->kind == RIAD_ARG_CHOICE && !is_choice(o->arg, optarg)) {
		riad_cli_usage(cli, "--%s is one of %s, not '%s'", o->name,
		    o->arg, optarg);
	}
	if (common)
		common_opt(cli, key);
	if (o->cmds != NULL &&
	    !has_word(o->cmds, *cli->cmd->name ? cli->cmd->name : "-")) {
		riad_cli_usage(cli, "%s%s%s does not take --%s",
		    cli->tool->name, *cli->cmd->name ? " " : "", cli->cmd->name,
		    o->name);
	}
	cli->arg = optarg;
	return key;
}

void
riad_warn(const char *fmt, ...)
{
	/* Long enough for a path and a reason, and all on the stack: the news
	 * may be that memory ran out. */
	char text[4096];
	uint8_t space[5 * sizeof(text)];
	struct riad_buf line = {space, 0, sizeof(space), sizeof(space) - 1};
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	size_t len = n < 0 ? 0 : (size_t)n;
	if (len >= sizeof(text))
		len = sizeof(text) - 1;

	if (riad_buf_addf(&line, "%s: ", tool_name) == 0 &&
	    riad_escape(&line, text, len) == 0 &&
	    riad_buf_addc(&line, '\n') == 0)
		(void)riad_write(STDERR_FILENO, line.data, line.len);
	errno = saved;
}

int
riad_finish(struct riad_out *out, int status)
{
	if (riad_out_flush(out) == -1 || close(out->fd) == -1) {
		riad_warn("standard output: byte %" PRIu64 ": %s", out->off,
		    strerror(errno));
		return RIAD_FAIL;
	}
	return status;
}

bool
riad_progress_wanted(void)
{
	return isatty(STDERR_FILENO) == 1;
}
