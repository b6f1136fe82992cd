/* SPDX-License-Identifier: ISC */
/*
 * midi-encode - scores, event text and files to MIDI
 *
 * FILE or stdin -> input.c -> lines.c, a tune or a file -> items -> edit.c
 *               -> filesink.c or wire.c -> stdout
 *
 * The command line; the rest is in the folder beside.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "midi-encode/parts.h"
#include "riad/cli.h"
#include "riad/text.h"

struct riad_out out;
struct options opt = {.channels = 0xFFFF, .permille = 1000};

static const struct riad_cmd cmds[] = {
    {"", RIAD_ARG_FILE, "[FILE]", "to MIDI bytes, or with --smf to a file"},
    {NULL, RIAD_ARG_NONE, NULL, NULL},
};

enum {
	OPT_TUNE = 256,
	OPT_CHANNEL,
	OPT_TRACK,
	OPT_TRANSPOSE,
	OPT_TEMPO,
	OPT_RUNNING
};

static const struct riad_opt opts[] = {
    {'f', "from", RIAD_ARG_CHOICE, "score|abc|text|json|smf",
	"what the input is (recognised)", NULL},
    {'s', "smf", RIAD_ARG_NONE, NULL, "write a standard MIDI file", NULL},
    {'x', "hex", RIAD_ARG_NONE, NULL, "write hex digits", NULL},
    {'p', "pace", RIAD_ARG_NONE, NULL, "write each event in its time", NULL},
    {OPT_CHANNEL, "channel", RIAD_ARG_TEXT, "LIST",
	"only these channels: 1,3-5", NULL},
    {OPT_TRACK, "track", RIAD_ARG_TEXT, "LIST", "only these tracks: 1,3-5",
	NULL},
    {OPT_TRANSPOSE, "transpose", RIAD_ARG_TEXT, "N",
	"by so many semitones, but drums", NULL},
    {OPT_TEMPO, "tempo", RIAD_ARG_TEXT, "N[%]",
	"quarters a minute, or how fast", NULL},
    {OPT_RUNNING, "running-status", RIAD_ARG_NONE, NULL,
	"leave out a status that is the last one's", NULL},
    {OPT_TUNE, "tune", RIAD_ARG_TEXT, "N",
	"which tune of ABC, by its X:", NULL},
    {0, NULL, RIAD_ARG_NONE, NULL, NULL, NULL},
};

static const struct riad_tool tool = {
    .name = "midi-encode",
    .summary = "Make MIDI of scores, event text and files",
    .cmds = cmds,
    .opts = opts,
    .examples =
	"  midi-encode --smf tune.txt >tune.mid\n"
	"  midi-encode --pace tune.abc >/dev/snd/midiC1D0\n"
	"  echo 'ch 10 on 38 100' | midi-encode --hex\n"
	"  midi-snoop --exact a.mid | midi-encode --smf | cmp - a.mid\n"
	"  midi-encode --transpose -2 --track 2 a.mid | midi-port -o Synth\n",
};

/* Ranges of numbers from 1: "1,3-5".  How many, or -1. */
static int
parse_list(struct range *list, const char *s, uint32_t max)
{
	int n = 0;

	do {
		uint64_t v[2] = {0, 0};
		for (int i = 0; i < 2; i++) {
			const char *digits = s;
			while (*s >= '0' && *s <= '9' && s - digits < 6)
				v[i] = v[i] * 10 + (uint64_t)(*s++ - '0');
			if (s == digits || v[i] < 1 || v[i] > max)
				return -1;
			if (i == 0 && *s != '-')
				v[++i] = v[0];
			else if (i == 0)
				s++;
		}
		if (v[1] < v[0] || n == RANGES)
			return -1;
		list[n++] =
		    (struct range){(uint32_t)(v[0] - 1), (uint32_t)(v[1] - 1)};
	} while (*s == ',' && s++);
	return *s == '\0' ? n : -1;
}

/* N, or N.NNN, in thousandths; -1.  *end is what follows. */
static int64_t
parse_thousandths(const char *s, const char **end)
{
	int64_t v = 0, unit = 1000;
	const char *digits = s;

	for (; *s >= '0' && *s <= '9' && s - digits < 6; s++)
		v = v * 10 + 1000 * (*s - '0');
	if (s == digits)
		return -1;
	if (*s == '.') {
		while (*++s >= '0' && *s <= '9' && unit > 1)
			v += (unit /= 10) * (*s - '0');
	}
	*end = s;
	return v;
}

static void
take_tempo(const struct riad_cli *cli)
{
	const char *end;
	int64_t v = parse_thousandths(cli->arg, &end);

	if (v >= 10000 && v <= 100000000 && strcmp(end, "%") == 0)
		opt.permille = (uint32_t)(v / 100);
	else if (v >= 4000 && v <= 10000000 && *end == '\0')
		opt.us = (uint32_t)(60000000000 / v);
	else
		riad_cli_usage(cli,
		    "--tempo %s: neither 4 to 10000 quarters a minute nor "
		    "10%% to 100000%%",
		    cli->arg);
}

static void
take_channels(const struct riad_cli *cli)
{
	struct range list[RANGES];
	int n = parse_list(list, cli->arg, 16);

	if (n == -1)
		riad_cli_usage(
		    cli, "--channel %s: no list of 1 to 16", cli->arg);
	opt.channels = 0;
	for (int i = 0; i < n; i++) {
		for (uint32_t c = list[i].from; c <= list[i].to; c++)
			opt.channels |= (uint16_t)(1u << c);
	}
}

static void
take_number(const struct riad_cli *cli, int key)
{
	const char *s = cli->arg;
	bool minus = key == OPT_TRANSPOSE && *s == '-';
	uint64_t v;

	if (key == OPT_TRANSPOSE && (*s == '-' || *s == '+'))
		s++;
	if (riad_parse_u64(&v, s, key == OPT_TRANSPOSE ? 127 : UINT32_MAX) ==
	    -1)
		riad_cli_usage(cli, "--%s %s: %s",
		    key == OPT_TRANSPOSE ? "transpose" : "tune", cli->arg,
		    key == OPT_TRANSPOSE ? "no number from -127 to 127"
					 : "no number");
	if (key == OPT_TRANSPOSE)
		opt.transpose = minus ? -(int)v : (int)v;
	else
		opt.tune = v;
}

static void
take_option(const struct riad_cli *cli, int key)
{
	static const char *const forms[] = {
	    "", "score", "abc", "text", "json", "smf"};
	int n;

	switch (key) {
	case 'f':
		for (opt.from = FORM_SMF;
		     opt.from > FORM_ANY &&
		     strcmp(forms[opt.from], cli->arg) != 0;
		     opt.from--)
			;
		break;
	case 's':
		opt.smf = true;
		break;
	case 'x':
		opt.hex = true;
		break;
	case 'p':
		opt.pace = true;
		break;
	case OPT_RUNNING:
		opt.running_status = true;
		break;
	case OPT_CHANNEL:
		take_channels(cli);
		break;
	case OPT_TRACK:
		n = parse_list(opt.tracks, cli->arg, 65535);
		if (n == -1)
			riad_cli_usage(
			    cli, "--track %s: no list of numbers", cli->arg);
		opt.ntracks = (unsigned)n;
		break;
	case OPT_TEMPO:
		take_tempo(cli);
		break;
	case OPT_TRANSPOSE:
	case OPT_TUNE:
	default:
		take_number(cli, key);
		break;
	}
	opt.edits = opt.channels != 0xFFFF || opt.ntracks > 0 ||
		    opt.transpose != 0 || opt.permille != 1000 || opt.us != 0;
}

int
main(int argc, char *argv[])
{
	struct riad_cli cli;
	int fd = STDIN_FILENO;

	riad_cli_init(&cli, &tool, argc, argv);
	for (int key; (key = riad_cli_next(&cli)) != -1;)
		take_option(&cli, key);
	if (cli.argc > 1)
		riad_cli_usage(&cli, "one file at a time");
	if (opt.smf && opt.pace)
		riad_cli_usage(&cli, "--pace does not go with --smf");

	const char *name = "standard input";
	if (cli.argc == 1 && strcmp(cli.argv[0], "-") != 0) {
		name = cli.argv[0];
		fd = open(name, O_RDONLY | O_CLOEXEC);
		if (fd == -1) {
			riad_warn("%s: %s", name, strerror(errno));
			return RIAD_FAIL;
		}
	}
	riad_out_init(&out, STDOUT_FILENO);
	wire_begin();
	int status = read_input(fd, name);
	if (!opt.smf && wire_end() == -1)
		status = failed_output();
	if (status == RIAD_OK)
		status = edit_end(name);
	return riad_finish(&out, status);
}
