/* SPDX-License-Identifier: ISC */
/* --help, from the same table that is parsed. */

#include <stdio.h>
#include <string.h>

#include "riad/cli.h"

/* Where the help texts begin: two blanks after the longest usual option. */
enum { HELP_COLUMN = 26 };

static void
print_entry(struct riad_out *out, const char *left, const char *help)
{
	size_t len = strlen(left);

	riad_out_printf(out, "  %s", left);
	if (len + 4 > HELP_COLUMN) {
		riad_out_char(out, '\n');
		len = 0;
	} else {
		len += 2;
	}
	riad_out_printf(out, "%*s%s\n", (int)(HELP_COLUMN - len), "", help);
}

static void
print_opt(struct riad_out *out, const struct riad_opt *o)
{
	char left[128];
	char letter[8] = "    ";

	if (o->key < 256)
		snprintf(letter, sizeof(letter), "-%c, ", o->key);
	snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name,
	    o->arg ? " " : "", o->arg ? o->arg : "");

	/* Which commands it is for, besides the one without a name. */
	char help[256];
	if (o->cmds == NULL || strcmp(o->cmds, "-") == 0)
		snprintf(help, sizeof(help), "%s", o->help);
	else if (strncmp(o->cmds, "- ", 2) == 0)
		snprintf(
		    help, sizeof(help), "%s (also %s)", o->help, o->cmds + 2);
	else
		snprintf(help, sizeof(help), "%s (%s)", o->help, o->cmds);
	print_entry(out, left, help);
}

static void
print_opts(struct riad_out *out, const struct riad_opt *opts)
{
	for (; opts->name != NULL; opts++)
		print_opt(out, opts);
}

void
riad_help(struct riad_out *out, const struct riad_tool *tool)
{
	const char *lead = "usage:";

	for (const struct riad_cmd *c = tool->cmds; c->name != NULL; c++) {
		riad_out_printf(out, "%-6s %s%s%s [OPTION]...%s%s\n", lead,
		    tool->name, *c->name ? " " : "", c->name,
		    *c->args ? " " : "", c->args);
		lead = "";
	}
	riad_out_printf(out, "\n%s.\n", tool->summary);

	if (tool->cmds[1].name != NULL) {
		riad_out_str(out, "\nCommands:\n");
		for (const struct riad_cmd *c = tool->cmds; c->name; c++) {
			print_entry(
			    out, *c->name ? c->name : "(none)", c->help);
		}
	}

	riad_out_str(out, "\nOptions:\n");
	print_opts(out, tool->opts);
	print_opts(out, riad_common_opts);

	if (tool->examples != NULL)
		riad_out_printf(out, "\nExamples:\n%s", tool->examples);
}
