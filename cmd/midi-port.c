/* SPDX-License-Identifier: ISC */
/*
 * midi-port - move MIDI between pipes and devices
 *
 * device, line or stdin -> stream reader -> merge -> device, line or stdout
 *
 * The command line, and what it comes to: a flow from some ends to one, or two
 * of them for both ways of a serial line.
 */

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "midi-port/parts.h"
#include "riad/cli.h"
#include "riad/text.h"

struct options opt = {.baud = RIAD_MIDI_BAUD};

enum { BAUD_MIN = 50, BAUD_MAX = 4000000 };

static const struct riad_cmd cmds[] = {
    {"", RIAD_ARG_NONE, "", "move MIDI between pipes and devices"},
    {NULL, RIAD_ARG_NONE, NULL, NULL},
};

enum { OPT_JSON = 256 };

static const struct riad_opt opts[] = {
    {'l', "list", RIAD_ARG_NONE, NULL, "show which devices there are", NULL},
    {OPT_JSON, "json", RIAD_ARG_NONE, NULL, "an object a device", NULL},
    {'i', "input", RIAD_ARG_FILE, "NAME",
	"read a device: name, number, path, - (repeat)", NULL},
    {'o', "output", RIAD_ARG_FILE, "NAME", "write to a device", NULL},
    {'s', "serial", RIAD_ARG_FILE, "DEV",
	"a serial line, for what -i and -o leave open", NULL},
    {'b', "baud", RIAD_ARG_TEXT, "N", "speed of serial lines (31250)", NULL},
    {'p', "pace", RIAD_ARG_NONE, NULL, "write no faster than that speed", NULL},
    {'w', "wait", RIAD_ARG_NONE, NULL,
	"wait for devices to be plugged, also again", NULL},
    {0, NULL, RIAD_ARG_NONE, NULL, NULL, NULL},
};

static const struct riad_tool tool = {
    .name = "midi-port",
    .summary = "Move MIDI between pipes and devices",
    .cmds = cmds,
    .opts = opts,
    .examples =
	"  midi-port --list\n"
	"  midi-port -i Keystation | midi-snoop\n"
	"  midi-encode --pace tune.txt | midi-port --serial /dev/ttyAMA0\n"
	"  midi-port -i Keystation -o Synth --wait\n"
	"  midi-port -i /dev/snd/midiC1D0 -i - -o Synth <clock\n",
};

struct wish {
	const char *in[INPUTS_MAX];
	unsigned n;
	const char *out, *serial;
	bool list, json;
};

static void
once(struct riad_cli *cli, const char **what, const char *name)
{
	if (*what != NULL)
		riad_cli_usage(cli, "--%s can be given once", name);
	*what = cli->arg;
}

static void
take_option(struct riad_cli *cli, int key, struct wish *w)
{
	uint64_t baud;

	switch (key) {
	case 'l':
		w->list = true;
		break;
	case OPT_JSON:
		w->json = true;
		break;
	case 'i':
		if (w->n == INPUTS_MAX)
			riad_cli_usage(cli, "at most %d inputs", INPUTS_MAX);
		w->in[w->n++] = cli->arg;
		break;
	case 'o':
		once(cli, &w->out, "output");
		break;
	case 's':
		once(cli, &w->serial, "serial");
		break;
	case 'b':
		if (riad_parse_u64(&baud, cli->arg, BAUD_MAX) == -1 ||
		    baud < BAUD_MIN) {
			riad_cli_usage(cli, "--baud %s: a number from %d to %d",
			    cli->arg, BAUD_MIN, BAUD_MAX);
		}
		opt.baud = (unsigned)baud;
		break;
	case 'p':
		opt.pace = true;
		break;
	case 'w':
		opt.wait = true;
		break;
	default:
		break;
	}
}

/* Whether something may come from standard input: not from a terminal or
 * /dev/null, or if it was closed. */
static bool
has_input(void)
{
	struct stat st, null;

	if (isatty(STDIN_FILENO) || fstat(STDIN_FILENO, &st) == -1)
		return false;
	return !S_ISCHR(st.st_mode) || stat("/dev/null", &null) == -1 ||
	       st.st_rdev != null.st_rdev;
}

static struct flow flows[2];

static void
add_in(struct flow *flow, const char *spec, bool serial)
{
	end_init(&flow->in[flow->n++], spec, false, serial);
}

/* Both ways of a line, as far as there is somebody at the other end. */
static unsigned
both_ways(const char *serial)
{
	unsigned n = 0;

	if (has_input()) {
		add_in(&flows[n], "-", false);
		end_init(&flows[n++].out, serial, true, true);
	}
	if (n == 0 || !isatty(STDOUT_FILENO)) {
		add_in(&flows[n], serial, true);
		end_init(&flows[n++].out, "-", true, false);
	}
	return n;
}

static unsigned
one_way(struct riad_cli *cli, const struct wish *w)
{
	bool twice = false;

	for (unsigned i = 0; i < w->n; i++) {
		add_in(&flows[0], w->in[i], false);
		bool standard = flows[0].in[i].how == END_STANDARD;
		if (standard && twice)
			riad_cli_usage(cli, "-i - can be given once");
		twice |= standard;
	}
	if (w->n == 0)
		add_in(&flows[0],
		    w->out != NULL && w->serial != NULL ? w->serial : "-",
		    w->serial != NULL);
	if (w->out != NULL)
		end_init(&flows[0].out, w->out, true, false);
	else
		end_init(&flows[0].out, w->serial != NULL ? w->serial : "-",
		    true, w->serial != NULL);
	return 1;
}

int
main(int argc, char *argv[])
{
	struct riad_cli cli;
	struct wish w = {.n = 0};
	unsigned n;

	riad_cli_init(&cli, &tool, argc, argv);
	for (int key; (key = riad_cli_next(&cli)) != -1;)
		take_option(&cli, key, &w);
	if (cli.argc > 0)
		riad_cli_usage(
		    &cli, "%s: devices are named with -i and -o", cli.argv[0]);
	bool none = w.n == 0 && w.out == NULL && w.serial == NULL;
	if (w.list) {
		if (!none)
			riad_cli_usage(&cli, "--list goes with no device");
		return list_devices(w.json);
	}
	if (w.json)
		riad_cli_usage(&cli, "--json goes with --list");
	if (none)
		riad_cli_usage(&cli, "-i, -o or --serial is needed");
	if (w.n > 0 && w.out != NULL && w.serial != NULL)
		riad_cli_usage(&cli, "--serial, -i and -o are one too many");

	n = w.n == 0 && w.out == NULL ? both_ways(w.serial) : one_way(&cli, &w);
	if (flows[n - 1].out.how == END_STANDARD && isatty(STDOUT_FILENO))
		riad_cli_usage(&cli,
		    "standard output is a terminal: | midi-snoop shows MIDI");
	for (unsigned i = 0; i < flows[0].n; i++) {
		if (flows[0].in[i].how == END_STANDARD && isatty(STDIN_FILENO))
			riad_cli_usage(&cli,
			    "standard input is a terminal: midi-encode FILE | "
			    "makes MIDI");
	}
	return run_flows(flows, n);
}
