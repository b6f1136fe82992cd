/* SPDX-License-Identifier: ISC */
/*
 * midi-snoop - see what is in a stream or a file of MIDI
 *
 * FILE or stdin -> midi-snoop/input.c -> events -> a view -> text
 *
 * The command line; what it does is in the folder beside.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "midi-snoop/parts.h"
#include "riad/cli.h"

struct riad_out out;
struct riad_midifilter filter;
struct options opt;

static const struct riad_cmd cmds[] = {
    {"", RIAD_ARG_FILE, "[FILE]", "a line an event"},
    {NULL, RIAD_ARG_NONE, NULL, NULL},
};

enum {
	OPT_EXACT = 256,
	OPT_FOLD,
	OPT_HIDE,
	OPT_JSON,
	OPT_PAIRS,
	OPT_PLAIN,
	OPT_STATS,
	OPT_SVG,
	OPT_THROUGH,
	OPT_TRACK,
};

static const struct riad_opt opts[] = {
    {'c', "channel", RIAD_ARG_TEXT, "LIST", "only these: 1,3-5; not: ^10",
	NULL},
    {OPT_EXACT, "exact", RIAD_ARG_NONE, NULL,
	"so that midi-encode gives each byte again", NULL},
    {OPT_FOLD, "fold", RIAD_ARG_NONE, NULL,
	"count repeats, clock and active sensing", NULL},
    {OPT_HIDE, "hide", RIAD_ARG_NONE, NULL, "no clock and active sensing",
	NULL},
    {OPT_JSON, "json", RIAD_ARG_NONE, NULL, "an object a line", NULL},
    {'k', "kind", RIAD_ARG_TEXT, "LIST", "only these: note,cc; not: ^meta",
	NULL},
    {'n', "notes", RIAD_ARG_TEXT, "LIST", "only these: C3-B4,60; not: ^C1",
	NULL},
    {'o', "output", RIAD_ARG_FILE, "FILE", "where to, if not standard output",
	NULL},
    {OPT_PAIRS, "pairs", RIAD_ARG_NONE, NULL, "the length of each note", NULL},
    {OPT_PLAIN, "plain", RIAD_ARG_NONE, NULL, "no comments", NULL},
    {OPT_STATS, "stats", RIAD_ARG_NONE, NULL, "figures, and not the events",
	NULL},
    {OPT_SVG, "svg", RIAD_ARG_NONE, NULL, "a picture, and not the events",
	NULL},
    {OPT_THROUGH, "through", RIAD_ARG_NONE, NULL,
	"pass standard input on to standard output", NULL},
    {'t', "time", RIAD_ARG_CHOICE,
	"none|ticks|delta|bars|seconds|monotonic|realtime", "what times are",
	NULL},
    {OPT_TRACK, "track", RIAD_ARG_TEXT, "LIST", "only these of a file", NULL},
    {0, NULL, RIAD_ARG_NONE, NULL, NULL, NULL},
};

static const struct riad_tool tool = {
    .name = "midi-snoop",
    .summary = "See what is in a stream or a file of MIDI",
    .cmds = cmds,
    .opts = opts,
    .examples = "  midi-snoop tune.mid\n"
		"  midi-port -i Keystation | midi-snoop --hide --pairs\n"
		"  midi-snoop --time bars --channel 10 tune.mid\n"
		"  midi-port -i A | midi-snoop --through | midi-port -o B\n"
		"  midi-snoop --svg tune.mid >tune.svg\n",
};

static enum snoop_time
time_named(const char *name)
{
	static const char *const names[] = {
	    [TIME_AUTO] = "",
	    [TIME_NONE] = "none",
	    [TIME_TICKS] = "ticks",
	    [TIME_DELTA] = "delta",
	    [TIME_BARS] = "bars",
	    [TIME_SECONDS] = "seconds",
	    [TIME_MONOTONIC] = "monotonic",
	    [TIME_REALTIME] = "realtime",
	};
	enum snoop_time t = TIME_REALTIME;

	while (t > TIME_AUTO && strcmp(names[t], name) != 0)
		t--;
	return t;
}

static void
take_list(struct riad_cli *cli, const char *name,
    int (*parse)(struct riad_midifilter *, const char *))
{
	if (parse(&filter, cli->arg) == -1)
		riad_cli_usage(cli, "--%s: no such list: '%s'", name, cli->arg);
}

static void
take_option(struct riad_cli *cli, int key)
{
	switch (key) {
	case 'c':
		take_list(cli, "channel", riad_midifilter_channels);
		break;
	case 'k':
		take_list(cli, "kind", riad_midifilter_kinds);
		break;
	case 'n':
		take_list(cli, "notes", riad_midifilter_notes);
		break;
	case OPT_TRACK:
		take_list(cli, "track", riad_midifilter_tracks);
		break;
	case OPT_HIDE:
		(void)riad_midifilter_kinds(&filter, "^clock,sensing");
		break;
	case 'o':
		opt.output = cli->arg;
		break;
	case 't':
		opt.time = time_named(cli->arg);
		break;
	case OPT_EXACT:
		opt.exact = true;
		break;
	case OPT_FOLD:
		opt.fold = true;
		break;
	case OPT_JSON:
		opt.json = true;
		break;
	case OPT_PAIRS:
		opt.pairs = true;
		break;
	case OPT_PLAIN:
		opt.plain = true;
		break;
	case OPT_STATS:
		opt.view = VIEW_STATS;
		break;
	case OPT_SVG:
		opt.view = VIEW_SVG;
		break;
	case OPT_THROUGH:
		opt.through = true;
		break;
	default:
		break;
	}
}

static void
check(const struct riad_cli *cli)
{
	if (cli->argc > 1)
		riad_cli_usage(cli, "one file at a time");
	if (opt.exact && (filter.on || opt.fold))
		riad_cli_usage(cli, "--exact is of all there is");
	if (opt.plain && (opt.pairs || opt.fold))
		riad_cli_usage(cli, "what --pairs and --fold tell is comments");
	if (opt.view != VIEW_EVENTS && (opt.exact || opt.fold || opt.pairs))
		riad_cli_usage(
		    cli, "--exact, --fold and --pairs are of events");
	if (opt.view == VIEW_SVG && opt.json)
		riad_cli_usage(cli, "a picture is no JSON");
	if (opt.through && cli->argc == 1 && strcmp(cli->argv[0], "-") != 0)
		riad_cli_usage(cli, "--through passes on standard input");
}

/* A place that is written to is ours: the stream may have the other one. */
static int
open_output(void)
{
	int fd = opt.through ? STDERR_FILENO : STDOUT_FILENO;

	if (opt.output != NULL) {
		fd = open(opt.output,
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
		if (fd == -1) {
			riad_warn("%s: %s", opt.output, strerror(errno));
			return -1;
		}
	}
	riad_out_init(&out, fd);
	return 0;
}

/* A full disk is not a success, wherever it is. */
static int
finish(int status)
{
	if (opt.through) {
		side_end();
		if (out.err == 0 && out.fd != STDERR_FILENO &&
		    close(out.fd) == -1) {
			riad_warn("%s: %s", opt.output, strerror(errno));
			return RIAD_FAIL;
		}
		if (close(STDOUT_FILENO) == -1) {
			riad_warn("standard output: %s", strerror(errno));
			return RIAD_FAIL;
		}
		return out.err != 0 ? status | RIAD_FAIL : status;
	}
	if (opt.output == NULL)
		return riad_finish(&out, status);
	if (riad_out_flush(&out) == -1 || close(out.fd) == -1) {
		riad_warn("%s: byte %" PRIu64 ": %s", opt.output, out.off,
		    strerror(errno));
		return RIAD_FAIL;
	}
	return status;
}

int
main(int argc, char *argv[])
{
	struct riad_cli cli;
	int fd = STDIN_FILENO;

	riad_midifilter_init(&filter);
	riad_cli_init(&cli, &tool, argc, argv);
	for (int key; (key = riad_cli_next(&cli)) != -1;)
		take_option(&cli, key);
	check(&cli);

	opt.name = "standard input";
	if (cli.argc == 1 && strcmp(cli.argv[0], "-") != 0) {
		opt.name = cli.argv[0];
		fd = open(opt.name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd == -1) {
			riad_warn("%s: %s", opt.name, strerror(errno));
			return RIAD_FAIL;
		}
	}
	if (open_output() == -1)
		return RIAD_FAIL;
	if (opt.through)
		side_begin();
	int status = read_input(fd);
	return status == RIAD_USAGE ? status : finish(status);
}
