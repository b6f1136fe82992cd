/* SPDX-License-Identifier: ISC */
/* What a command line comes to; that a wrong one ends the program with 2. */

#include "riad/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static const struct riad_cmd cmds[] = {
    {"", RIAD_ARG_FILE, "[FILE...]", "the usual"},
    {"tap", RIAD_ARG_COMMAND, "-- COMMAND...", "run a command"},
    {"stat", RIAD_ARG_FILE, "[FILE]", "it's \"counted\" [here]: so"},
    {NULL, RIAD_ARG_NONE, NULL, NULL},
};

enum { OPT_PROTO = 256 };

static const struct riad_opt opts[] = {
    {'e', "encode", RIAD_ARG_NONE, NULL, "the other way", "-"},
    {'o', "output", RIAD_ARG_FILE, "FILE", "where to", "- tap"},
    {OPT_PROTO, "proto", RIAD_ARG_CHOICE, "v0|v1|v2", "which", NULL},
    {0, NULL, RIAD_ARG_NONE, NULL, NULL, NULL},
};

static const struct riad_tool tool = {
    .name = "a-tool",
    .summary = "Do nothing",
    .cmds = cmds,
    .opts = opts,
    .examples = "  a-tool stat file\n",
};

/* The command, the options and the operands, as one line of text. */
static const char *
parse(const char *line)
{
	static char words[200], text[400];
	char *argv[20], *save = NULL;
	int argc = 0, key;
	struct riad_cli cli;

	snprintf(words, sizeof(words), "%s", line);
	for (char *w = strtok_r(words, " ", &save); w != NULL;
	     w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;

	riad_cli_init(&cli, &tool, argc, argv);
	int n = snprintf(text, sizeof(text), "[%s]", cli.cmd->name);
	while ((key = riad_cli_next(&cli)) != -1) {
		n += snprintf(text + n, sizeof(text) - (size_t)n, " %s%s%s",
		    key < 256 ? (char[]){(char)key, '\0'} : "proto",
		    cli.arg ? "=" : "", cli.arg ? cli.arg : "");
	}
	for (int i = 0; i < cli.argc; i++) {
		n += snprintf(
		    text + n, sizeof(text) - (size_t)n, " (%s)", cli.argv[i]);
	}
	return text;
}

static void
test_right(void)
{
	static const struct {
		const char *line, *want;
	} cases[] = {
	    {"t", "[]"},
	    {"t a b", "[] (a) (b)"},
	    {"t a -e b", "[] e (a) (b)"},
	    {"t -eo x -", "[] e o=x (-)"},
	    {"t --output=x --proto v1", "[] o=x proto=v1"},
	    {"t -- -e", "[] (-e)"},
	    {"t stat --proto=v2 a", "[stat] proto=v2 (a)"},
	    {"t -e stat", "[] e (stat)"},
	    {"t tap -o x cmd -e --bad", "[tap] o=x (cmd) (-e) (--bad)"},
	    {"t tap -- cmd -- x", "[tap] (cmd) (--) (x)"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = parse(cases[i].line);
		ok(strcmp(got, cases[i].want) == 0, "%s is %s", cases[i].line,
		    got);
	}
}

/* Runs it in a child; what that printed is in text. */
static int
status_of(const char *line, int fd, char *text, size_t len)
{
	int p[2], status = -1;

	fflush(stdout);
	if (pipe(p) == -1)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(p[1], fd);
		parse(line);
		_exit(100);
	}
	close(p[1]);
	size_t got = 0;
	for (ssize_t n; (n = read(p[0], text + got, len - 1 - got)) > 0;)
		got += (size_t)n;
	text[got] = '\0';
	close(p[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_wrong(void)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
	    {"t -x", "invalid option"},
	    {"t --nonsense", "unrecognized option"},
	    {"t -o", "requires an argument"},
	    {"t --encode=x", "doesn't allow an argument"},
	    {"t --proto v3", "--proto is one of v0|v1|v2, not 'v3'"},
	    {"t --proto v", "--proto is one of v0|v1|v2, not 'v'"},
	    {"t --proto v0|v1", "--proto is one of"},
	    {"t stat -e", "a-tool stat does not take --encode"},
	    {"t stat -o x", "a-tool stat does not take --output"},
	    {"t --completion csh", "--completion is one of"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char err[2000];
		int status =
		    status_of(cases[i].line, STDERR_FILENO, err, sizeof(err));
		ok(status == RIAD_USAGE && strncmp(err, "a-tool: ", 8) == 0 &&
			strstr(err, cases[i].says) != NULL,
		    "%s: %s", cases[i].line, cases[i].says);
	}
}

static void
test_help(void)
{
	static const char *const says[] = {
	    "usage: a-tool [OPTION]... [FILE...]\n",
	    "\n       a-tool tap [OPTION]... -- COMMAND...\n",
	    "\n       a-tool stat [OPTION]... [FILE]\n",
	    "\nDo nothing.\n",
	    "\n  -e, --encode            the other way\n",
	    "\n  -o, --output FILE       where to (also tap)\n",
	    "\n      --proto v0|v1|v2    which\n",
	    "\n  -V, --version           show the version\n",
	    "\nExamples:\n  a-tool stat file\n",
	};
	char text[4000];

	ok(status_of("t --help", STDOUT_FILENO, text, sizeof(text)) == 0,
	    "--help");
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		ok(strstr(text, says[i]) != NULL, "help line %zu", i);
	ok(status_of("t -V", STDOUT_FILENO, text, sizeof(text)) == 0 &&
		strcmp(text, "a-tool (riad) " RIAD_VERSION "\n") == 0,
	    "-V");
}

/* A message is one line that no terminal minds, and errno survives it. */
static void
test_warn(void)
{
	static char text[1 << 15], big[5000];
	int p[2] = {-1, -1}, saved = dup(STDERR_FILENO);

	ok(saved != -1 && pipe(p) == 0, "pipe");
	dup2(p[1], STDERR_FILENO);
	memset(big, '\x01', sizeof(big) - 1);
	errno = EXDEV;
	riad_warn("%s: byte %d", "\x1b[31m\n", 7);
	int kept = errno;
	riad_warn("%s", big);
	dup2(saved, STDERR_FILENO);
	close(p[1]);

	size_t len = 0;
	for (ssize_t n;
	     (n = read(p[0], text + len, sizeof(text) - 1 - len)) > 0;)
		len += (size_t)n;
	text[len] = '\0';
	static const char want[] = "a-tool: \\x1b[31m\\n: byte 7\n";
	ok(strncmp(text, want, strlen(want)) == 0, "escaped");
	ok(kept == EXDEV, "errno is kept");
	ok(len == strlen(want) + 8 + (size_t)4 * 4095 + 1 &&
		text[len - 1] == '\n',
	    "the longest is cut, and is a line");
	close(p[0]);
	close(saved);
}

int
main(void)
{
	test_right();
	test_wrong();
	test_help();
	test_warn();
	return tap_done();
}
