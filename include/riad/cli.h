/* SPDX-License-Identifier: ISC */
/*
 * cli.h - what every main needs: options, help, completions, messages
 *
 * A tool describes itself once, in a struct riad_tool; the parser, --help and
 * the completions of three shells all come from that.  Every tool also takes
 * -h/--help, -V/--version and --completion SHELL without naming them.
 *
 * This is the one part of the library that prints and exits.
 */
#ifndef RIAD_CLI_H
#define RIAD_CLI_H

#include <stdbool.h>

#include "riad/out.h"

/* The exit statuses of all tools. */
enum { RIAD_OK = 0, RIAD_FAIL = 1, RIAD_USAGE = 2 };

/* What an argument is, so that a shell can complete it. */
enum riad_arg {
	RIAD_ARG_NONE,
	RIAD_ARG_TEXT,
	RIAD_ARG_CHOICE, /* the argument's name is the choices: "v0|v1|v2" */
	RIAD_ARG_FILE,
	RIAD_ARG_DIR,
	RIAD_ARG_COMMAND, /* a command line of its own, after "--" */
};

struct riad_opt {
	int key; /* the short option, or any number above 255 for none */
	const char *name;
	enum riad_arg kind;
	const char *arg; /* the argument's name in the help, NULL for none */
	const char *help;
	const char *cmds; /* the commands it is for: "tap stat"; NULL: all */
};

/* The command that runs where no other is named has an empty name. */
struct riad_cmd {
	const char *name;
	enum riad_arg kind; /* of its operands */
	const char *args;   /* "[FILE]" */
	const char *help;
};

struct riad_tool {
	const char *name;
	const char *summary;
	const struct riad_cmd *cmds; /* ended by one whose name is NULL */
	const struct riad_opt *opts; /* likewise */
	const char *examples;        /* lines of commands, or NULL */
};

struct riad_cli {
	const struct riad_tool *tool;
	const struct riad_cmd *cmd; /* the one the command line asked for */
	const char *arg;            /* of the option riad_cli_next returned */
	int argc; /* the operands, once riad_cli_next has returned -1 */
	char **argv;
};

/* Finds the command: argv[1] where that is one's name, else the first. */
void riad_cli_init(
    struct riad_cli *cli, const struct riad_tool *tool, int argc, char *argv[]);

/*
 * The key of the next option, or -1 when only operands are left.  Prints and
 * exits on --help, --version, --completion and on a wrong command line.
 */
int riad_cli_next(struct riad_cli *cli);

/* One line, "tool: " and then the text; exits with RIAD_USAGE. */
_Noreturn void riad_cli_usage(const struct riad_cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * One line on standard error, "tool: " and then the text, as riad_escape
 * leaves it: whatever a peer put into it, the terminal is safe.  The name of
 * the tool is the one that riad_cli_init saw.  errno is kept.
 */
void riad_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Flushes out, closes its descriptor and returns status; says so and returns
 * RIAD_FAIL if either fails: a full disk is not a success.
 */
int riad_finish(struct riad_out *out, int status);

/* Whether standard error is a terminal to draw progress on. */
bool riad_progress_wanted(void);

/* What --help prints, and what --completion does: -1 for an unknown shell. */
void riad_help(struct riad_out *out, const struct riad_tool *tool);
int riad_completion(
    struct riad_out *out, const struct riad_tool *tool, const char *shell);

/* The options that every tool has, ended by one whose name is NULL. */
extern const struct riad_opt riad_common_opts[];

#endif
