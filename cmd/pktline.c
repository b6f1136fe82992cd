/* SPDX-License-Identifier: ISC */
/*
 * pktline - look at, make and check Git pkt-line streams
 *
 * FILE or stdin -> files.c -> events -> a command's view -> stdout
 *
 * The command line and its tables; the commands are in the folder beside.
 */

#include <string.h>
#include <unistd.h>

#include "pktline/parts.h"
#include "riad/cli.h"
#include "riad/text.h"

struct riad_out out;
struct options opt = {.nth = 1, .proto = -1, .role = RIAD_TO_CLIENT};

static const struct riad_cmd cmds[] = {
    {"", RIAD_ARG_FILE, "[FILE...]", "packets to text, a line a packet"},
    {"demux", RIAD_ARG_FILE, "[FILE...]", "side-band data to standard output"},
    {"pack", RIAD_ARG_FILE, "[FILE...]", "the packfile of a response"},
    {"tap", RIAD_ARG_COMMAND, "-o FILE -- COMMAND...",
	"run a command and record what goes in and out"},
    {"stat", RIAD_ARG_FILE, "[FILE...]", "a conversation in figures"},
    {"svg", RIAD_ARG_FILE, "[FILE]", "a conversation as a picture"},
    {"lint", RIAD_ARG_FILE, "[FILE...]", "what in it is against the protocol"},
    {NULL, RIAD_ARG_NONE, NULL, NULL},
};

/* In the order of the commands. */
static int (*const run[])(char *args[]) = {
    cmd_show, cmd_demux, cmd_pack, cmd_tap, cmd_stat, cmd_svg, cmd_lint};

enum { OPT_JSON = 256, OPT_NTH, OPT_PROTO, OPT_ROLE };

static const struct riad_opt opts[] = {
    {'d', "decode", RIAD_ARG_NONE, NULL, "packets to text (default)", "-"},
    {'e', "encode", RIAD_ARG_NONE, NULL, "text to packets", "-"},
    {OPT_JSON, "json", RIAD_ARG_NONE, NULL, "an object a packet or file",
	"- stat"},
    {'o', "output", RIAD_ARG_FILE, "FILE", "where to record", "tap"},
    {OPT_NTH, "nth", RIAD_ARG_TEXT, "N", "which pack, from 1", "pack"},
    {OPT_PROTO, "proto", RIAD_ARG_CHOICE, "v0|v1|v2",
	"the protocol it should be", "lint"},
    {OPT_ROLE, "role", RIAD_ARG_CHOICE, "client|server",
	"who speaks in a plain stream (server)", "stat svg lint"},
    {0, NULL, RIAD_ARG_NONE, NULL, NULL, NULL},
};

static const struct riad_tool tool = {
    .name = "pktline",
    .summary = "Look at, make and check Git pkt-line streams",
    .cmds = cmds,
    .opts = opts,
    .examples =
	"  git upload-pack --advertise-refs repo.git | pktline\n"
	"  printf '%s\\n' '.... command=ls-refs' 0000 | pktline -e\n"
	"  pktline pack response | git index-pack --stdin\n"
	"  git clone --upload-pack='pktline tap -o t -- git-upload-pack' "
	"repo.git\n"
	"  pktline svg t >t.svg\n",
};

static void
take_option(struct riad_cli *cli, int key)
{
	switch (key) {
	case 'd':
	case 'e':
		opt.encode = key == 'e';
		break;
	case OPT_JSON:
		opt.json = true;
		break;
	case 'o':
		opt.output = cli->arg;
		break;
	case OPT_PROTO:
		opt.proto = cli->arg[1] - '0';
		break;
	case OPT_ROLE:
		opt.role = cli->arg[0] == 'c' ? RIAD_TO_SERVER : RIAD_TO_CLIENT;
		break;
	case OPT_NTH:
		if (riad_parse_u64(&opt.nth, cli->arg, UINT64_MAX) == -1 ||
		    opt.nth == 0)
			riad_cli_usage(cli, "--nth %s: no number", cli->arg);
		break;
	default:
		break;
	}
}

int
main(int argc, char *argv[])
{
	struct riad_cli cli;

	riad_cli_init(&cli, &tool, argc, argv);
	for (int key; (key = riad_cli_next(&cli)) != -1;)
		take_option(&cli, key);
	if (opt.encode && opt.json)
		riad_cli_usage(&cli, "--json does not go with --encode");
	if (cli.cmd->kind == RIAD_ARG_COMMAND &&
	    (opt.output == NULL || cli.argc == 0))
		riad_cli_usage(&cli, "tap needs -o FILE and a command");
	if (run[cli.cmd - cmds] == cmd_svg && cli.argc > 1)
		riad_cli_usage(&cli, "svg draws one file");
	riad_out_init(&out, STDOUT_FILENO);
	return run[cli.cmd - cmds](cli.argv);
}
