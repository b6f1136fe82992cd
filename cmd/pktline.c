/* SPDX-License-Identifier: ISC */
/*
 * pktline - look at, make and check Git pkt-line streams
 *
 * file or stdin -> riad_pkt_reader -> print_packet() -> stdout
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "riad/cli.h"
#include "riad/pktline.h"
#include "riad/text.h"

static struct riad_out out;

static const struct riad_cmd cmds[] = {
    {"", RIAD_ARG_FILE, "[FILE...]", "packets to text, a line a packet"},
    {NULL, RIAD_ARG_NONE, NULL, NULL},
};

static const struct riad_opt opts[] = {
    {0, NULL, RIAD_ARG_NONE, NULL, NULL, NULL},
};

static const struct riad_tool tool = {
    .name = "pktline",
    .summary = "Look at, make and check Git pkt-line streams",
    .cmds = cmds,
    .opts = opts,
};

int
main(int argc, char *argv[])
{
	struct riad_cli cli;

	riad_cli_init(&cli, &tool, argc, argv);
	while (riad_cli_next(&cli) != -1)
		;
	riad_out_init(&out, STDOUT_FILENO);
	return riad_finish(&out, RIAD_OK);
}
