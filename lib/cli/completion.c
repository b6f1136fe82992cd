/* SPDX-License-Identifier: ISC */
/* Completion scripts for three shells, from the table that is parsed. */

#include <string.h>

#include "riad/cli.h"

typedef void print_opt(struct riad_out *out, const struct riad_tool *tool,
    const struct riad_opt *opt);

static void
each_opt(struct riad_out *out, const struct riad_tool *tool, print_opt *print)
{
	for (const struct riad_opt *o = tool->opts; o->name != NULL; o++)
		print(out, tool, o);
	for (const struct riad_opt *o = riad_common_opts; o->name != NULL; o++)
		print(out, tool, o);
}

/* A function's name in a shell: upload-pack is _upload_pack. */
static void
print_function(struct riad_out *out, const struct riad_tool *tool)
{
	riad_out_char(out, '_');
	for (const char *p = tool->name; *p != '\0'; p++)
		riad_out_char(out, *p == '-' ? '_' : *p);
}

/* "v0|v1|v2", with another separator. */
static void
print_choices(struct riad_out *out, const char *choices, char sep)
{
	for (; *choices != '\0'; choices++)
		riad_out_char(out, *choices == '|' ? sep : *choices);
}

static void
print_commands(struct riad_out *out, const struct riad_tool *tool)
{
	for (const struct riad_cmd *c = tool->cmds; c->name != NULL; c++) {
		if (*c->name)
			riad_out_printf(out, "%s ", c->name);
	}
}

static void
bash_argument(struct riad_out *out, const struct riad_tool *tool,
    const struct riad_opt *o)
{
	(void)tool;
	if (o->arg == NULL)
		return;
	riad_out_char(out, '\t');
	if (o->key < 256)
		riad_out_printf(out, "-%c | ", o->key);
	riad_out_printf(
	    out, "--%s) mapfile -t COMPREPLY < <(compgen ", o->name);
	if (o->kind == RIAD_ARG_CHOICE) {
		riad_out_str(out, "-W '");
		print_choices(out, o->arg, ' ');
		riad_out_str(out, "' ");
	} else if (o->kind == RIAD_ARG_FILE) {
		riad_out_str(out, "-f ");
	} else if (o->kind == RIAD_ARG_DIR) {
		riad_out_str(out, "-d ");
	} else {
		riad_out_str(out, "-W '' ");
	}
	riad_out_str(out, "-- \"$cur\") && return ;;\n");
}

static void
bash_name(struct riad_out *out, const struct riad_tool *tool,
    const struct riad_opt *o)
{
	(void)tool;
	if (o->key < 256)
		riad_out_printf(out, "-%c ", o->key);
	riad_out_printf(out, "--%s ", o->name);
}

static void
complete_bash(struct riad_out *out, const struct riad_tool *tool)
{
	riad_out_printf(out, "# bash completion for %s(1)\n", tool->name);
	print_function(out, tool);
	/* In --opt=word the sign is a word of its own. */
	riad_out_str(out,
	    "() {\n\tlocal cur=$2 prev=$3\n"
	    "\t[ \"$cur\" != = ] || cur=''\n"
	    "\t[ \"$prev\" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	    "\tcase $prev in\n");
	each_opt(out, tool, bash_argument);
	riad_out_str(out, "\tesac\n\tcase $cur in\n"
			  "\t-*) mapfile -t COMPREPLY < <(compgen -W '");
	each_opt(out, tool, bash_name);
	riad_out_str(out, "' -- \"$cur\") ;;\n"
			  "\t*) mapfile -t COMPREPLY < <(compgen ");
	riad_out_str(out, tool->cmds->kind == RIAD_ARG_DIR ? "-d " : "-f ");
	if (tool->cmds[1].name != NULL) {
		riad_out_str(out, "-W '");
		print_commands(out, tool);
		riad_out_str(out, "' ");
	}
	riad_out_str(out, "-- \"$cur\") ;;\n\tesac\n}\n"
			  "complete -o filenames -F ");
	print_function(out, tool);
	riad_out_printf(out, " %s\n", tool->name);
}

/* Within single quotes and brackets of an _arguments specification. */
static void
print_zsh_text(struct riad_out *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'') {
			riad_out_str(out, "'\\''");
			continue;
		}
		if (strchr("[]:\\", *text) != NULL)
			riad_out_char(out, '\\');
		riad_out_char(out, *text);
	}
}

static const char *
zsh_action(enum riad_arg kind)
{
	return kind == RIAD_ARG_FILE  ? "_files"
	       : kind == RIAD_ARG_DIR ? "_files -/"
				      : " ";
}

static void
zsh_opt(struct riad_out *out, const struct riad_tool *tool,
    const struct riad_opt *o)
{
	(void)tool;
	riad_out_str(out, " \\\n\t");
	if (o->key < 256)
		riad_out_printf(out, "'(-%c --%s)'{-%c,--%s%s}'[", o->key,
		    o->name, o->key, o->name, o->arg ? "=" : "");
	else
		riad_out_printf(out, "'--%s%s[", o->name, o->arg ? "=" : "");
	print_zsh_text(out, o->help);
	riad_out_char(out, ']');
	if (o->arg != NULL && o->kind == RIAD_ARG_CHOICE) {
		riad_out_printf(out, ":%s:(", o->name);
		print_choices(out, o->arg, ' ');
		riad_out_char(out, ')');
	} else if (o->arg != NULL) {
		riad_out_char(out, ':');
		print_zsh_text(out, o->arg);
		riad_out_printf(out, ":%s", zsh_action(o->kind));
	}
	riad_out_char(out, '\'');
}

static void
complete_zsh(struct riad_out *out, const struct riad_tool *tool)
{
	bool has_cmds = tool->cmds[1].name != NULL;

	riad_out_printf(out, "#compdef %s\n_arguments -s -S", tool->name);
	each_opt(out, tool, zsh_opt);
	if (has_cmds) {
		riad_out_str(out, " \\\n\t'1:command or file:"
				  "{_alternative \"commands:command:(");
		print_commands(out, tool);
		riad_out_str(out, ")\" \"files:file:_files\"}'");
	}
	riad_out_printf(out, " \\\n\t'*:operand:%s'\n",
	    tool->cmds->kind == RIAD_ARG_DIR ? "_files -/" : "_files");
}

static void
print_fish_text(struct riad_out *out, const char *text)
{
	riad_out_char(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			riad_out_char(out, '\\');
		riad_out_char(out, *text);
	}
	riad_out_char(out, '\'');
}

static void
fish_opt(struct riad_out *out, const struct riad_tool *tool,
    const struct riad_opt *o)
{
	riad_out_printf(out, "complete -c %s ", tool->name);
	if (o->key < 256)
		riad_out_printf(out, "-s %c ", o->key);
	riad_out_printf(out, "-l %s ", o->name);
	if (o->kind == RIAD_ARG_FILE)
		riad_out_str(out, "-r -F ");
	else if (o->kind == RIAD_ARG_DIR)
		riad_out_str(out, "-x -a '(__fish_complete_directories)' ");
	else if (o->arg != NULL)
		riad_out_str(out, "-x ");
	if (o->arg != NULL && o->kind == RIAD_ARG_CHOICE) {
		riad_out_str(out, "-a '");
		print_choices(out, o->arg, ' ');
		riad_out_str(out, "' ");
	}
	riad_out_str(out, "-d ");
	print_fish_text(out, o->help);
	riad_out_char(out, '\n');
}

static void
complete_fish(struct riad_out *out, const struct riad_tool *tool)
{
	riad_out_printf(out, "# fish completion for %s(1)\n", tool->name);
	for (const struct riad_cmd *c = tool->cmds; c->name != NULL; c++) {
		if (!*c->name)
			continue;
		riad_out_printf(out,
		    "complete -c %s -n __fish_use_subcommand -a %s -d ",
		    tool->name, c->name);
		print_fish_text(out, c->help);
		riad_out_char(out, '\n');
	}
	each_opt(out, tool, fish_opt);
}

int
riad_completion(
    struct riad_out *out, const struct riad_tool *tool, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		complete_bash(out, tool);
	else if (strcmp(shell, "zsh") == 0)
		complete_zsh(out, tool);
	else if (strcmp(shell, "fish") == 0)
		complete_fish(out, tool);
	else
		return -1;
	return 0;
}
