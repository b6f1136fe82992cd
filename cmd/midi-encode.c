/* SPDX-License-Identifier: ISC */
/*
 * midi-encode - scores, event text and files to MIDI
 *
 * FILE or stdin -> lines.c | tune | file -> items -> edit.c -> filesink.c
 *                                                  | wire.c -> stdout
 *
 * The command line, and what the input is; the rest is in the folder beside.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "midi-encode/parts.h"
#include "riad/cli.h"
#include "riad/io.h"
#include "riad/miditext.h"
#include "riad/text.h"
#include "riad/tune.h"

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

int
failed_output(void)
{
	if (errno != 0 && out.err == 0)
		riad_warn("%s", errno == EMSGSIZE
				    ? "too much for a file: at most 512 MiB"
				    : strerror(errno));
	return RIAD_FAIL;
}

/* --- the command line */

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
		     opt.from > FORM_ANY && strcmp(forms[opt.from], cli->arg);
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

/* --- the input */

/* What the input is, from what has been read of it.  It may be more yet, unless
 * ended; then FORM_ANY. */
static enum form
recognise(const struct riad_buf *in, bool ended)
{
	const char *p = (const char *)in->data, *end = p + in->len;

	if (riad_smf_recognise(in->data, in->len))
		return FORM_SMF;
	if (in->len < 12 && !ended && in->len > 0 && (*p == 'R' || *p == 'M'))
		return FORM_ANY;
	if (in->len > 2 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		p += 3;
	for (const char *nl; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL && !ended)
			break;
		size_t len = (size_t)((nl != NULL ? nl : end) - p);
		if (riad_tune_is_abc(p, len))
			return FORM_ABC;
		int is = riad_miditext_is(p, len);
		if (is == 1)
			return FORM_TEXT;
		if (is == 0)
			return FORM_SCORE;
		if (nl == NULL)
			break;
	}
	return ended ? FORM_TEXT : FORM_ANY;
}

/* Reads on until it is known what it is, or all of it. */
static int
read_some(int fd, struct riad_buf *in, bool all)
{
	enum { PIECE = 1 << 16 };

	for (bool ended = false; !ended;) {
		if (!all && opt.from == FORM_ANY)
			opt.from = recognise(in, false);
		if (!all && opt.from != FORM_ANY)
			return 0;
		if (riad_buf_reserve(in, PIECE) == -1)
			return -1;
		ssize_t n = riad_read(fd, in->data + in->len,
		    all ? in->cap - in->len - 1 : PIECE);
		if (n == -1)
			return -1;
		in->len += (size_t)n;
		ended = n == 0;
	}
	if (opt.from == FORM_ANY)
		opt.from = recognise(in, true);
	return 0;
}

static int
take_item(void *name, const struct riad_smf_item *item)
{
	struct riad_smf_item copied = *item;

	(void)name;
	if (opt.smf && !edit(&copied))
		return 0;
	return file_take(&copied, false);
}

int
read_tune(enum form form, const uint8_t *data, size_t len, const char *name)
{
	struct riad_tune_fault fault;
	struct riad_tune *tune =
	    riad_tune_read(form == FORM_ABC ? RIAD_TUNE_ABC : RIAD_TUNE_SCORE,
		(uint32_t)opt.tune, (const char *)data, len, &fault);

	if (tune == NULL && errno == EBADMSG) {
		riad_warn("%s: line %u, column %u: %s", name, fault.line,
		    fault.column, fault.why);
		return RIAD_FAIL;
	}
	if (tune == NULL)
		return failed_output();
	file_begin(!opt.smf, false, RIAD_TUNE_PPQ);
	int failed = riad_tune_items(tune, take_item, NULL);
	riad_tune_free(tune);
	if (failed != 0 || file_end() == -1)
		return failed_output();
	if (opt.smf)
		return RIAD_OK;
	return play(file_kept()->data, file_kept()->len, name);
}

/* A file that can be mapped is; of others all is read. */
static int
read_file(int fd, const char *name, struct riad_buf *in)
{
	struct stat st;
	const uint8_t *data = NULL;
	size_t len = 0;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    lseek(fd, 0, SEEK_CUR) == (off_t)in->len) {
		len = (size_t)st.st_size;
		void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
		data = p == MAP_FAILED ? NULL : p;
	}
	if (data == NULL) {
		if (read_some(fd, in, true) == -1) {
			riad_warn("%s: %s", name,
			    errno == EMSGSIZE ? "longer than 512 MiB"
					      : strerror(errno));
			return RIAD_FAIL;
		}
		data = in->data;
		len = in->len;
	}
	if (opt.from == FORM_SMF)
		return opt.smf ? copy(data, len, name) : play(data, len, name);
	return read_tune(opt.from, data, len, name);
}

static int
run(int fd, const char *name)
{
	struct riad_buf in;
	int status;

	riad_buf_init(&in, FILE_MAX);
	if (read_some(fd, &in, false) == -1) {
		riad_warn("%s: %s", name, strerror(errno));
		status = RIAD_FAIL;
	} else if (opt.from == FORM_TEXT || opt.from == FORM_JSON) {
		status = read_lines(fd, name, &in);
	} else {
		status = read_file(fd, name, &in);
	}
	riad_buf_free(&in);
	return status;
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
	if (wire_begin() == -1)
		return failed_output();
	int status = run(fd, name);
	if (!opt.smf && wire_end() == -1)
		status = failed_output();
	edit_end();
	return riad_finish(&out, status);
}
