/* SPDX-License-Identifier: ISC */
/*
 * pktline stat, svg and lint: what a whole conversation comes to
 *
 * FILE -> riad_trace_reader -> riad_conv -> figures, picture or findings
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/conv.h"
#include "riad/convstat.h"
#include "riad/convsvg.h"
#include "riad/json.h"

static struct riad_trace_reader reader;
static struct riad_conv conv;
static struct riad_convstat figures;
static struct riad_convsvg picture;
static const char *file_name;

static const char *
side(enum riad_dir dir)
{
	return dir == RIAD_TO_SERVER ? "client" : "server";
}

static int
finding(enum riad_dir dir, uint64_t number, uint64_t off, const char *why)
{
	riad_warn("%s: %s packet %" PRIu64 ", byte %" PRIu64 ": %s", file_name,
	    side(dir), number, off, why);
	return RIAD_FAIL;
}

static int
take_finding(const struct riad_msg *msg)
{
	return msg->why == NULL
		   ? RIAD_OK
		   : finding(msg->dir, msg->number, msg->off, msg->why);
}

/* Whatever is done with a conversation, it is told that it is damaged. */
static int
damage(const struct riad_msg *msg)
{
	return msg->kind == RIAD_MSG_BAD ? take_finding(msg) : RIAD_OK;
}

/* Reads a file and has each of its messages taken. */
static int
converse(int fd, const char *name, int (*take)(const struct riad_msg *msg))
{
	struct riad_trace_item it;
	struct riad_msg msg;
	int status = RIAD_OK;

	file_name = name;
	riad_trace_reader_init(&reader, fd, opt.role, NULL, 0);
	int r = riad_trace_read(&reader, &it);
	/* What kind of file it is, is known from here on. */
	riad_conv_init(&conv, opt.proto, reader.tap);
	for (; r == 1; r = riad_trace_read(&reader, &it)) {
		if (riad_conv_next(&conv, &it, &msg) == -1) {
			riad_warn("%s: %s", name, strerror(errno));
			return RIAD_FAIL;
		}
		status |= take(&msg);
	}
	if (r == -1 || reader.cut) {
		riad_warn(
		    "%s: byte %" PRIu64 ": %s", name, reader.off, reader.why);
		return RIAD_FAIL;
	}
	return status;
}

static int
take_figures(const struct riad_msg *msg)
{
	riad_convstat_add(&figures, &conv, msg);
	return damage(msg);
}

static void
print_json(const struct riad_figures *f)
{
	struct riad_json json;

	riad_json_begin(&json, &out);
	for (size_t i = 0; i < f->n; i++) {
		const struct riad_figure *g = &f->list[i];
		if (g->unit == RIAD_UNIT_NS)
			riad_json_ns(&json, g->key, g->value);
		else if (g->unit == RIAD_UNIT_COUNT)
			riad_json_u64(&json, g->key, g->value);
		else
			riad_json_str(&json, g->key, g->text);
	}
	riad_json_end(&json);
}

static void
print_text(const struct riad_figures *f)
{
	enum { NAME_WIDTH = 16, US = 1000, US_PER_S = 1000000 };

	for (size_t i = 0; i < f->n; i++) {
		const struct riad_figure *g = &f->list[i];
		uint64_t us = g->value / US;
		int width = NAME_WIDTH;

		for (const char *p = g->key; *p != '\0'; p++, width--)
			riad_out_char(&out, *p == '_' ? ' ' : *p);
		riad_out_printf(&out, "%*s", width > 0 ? width : 0, "");
		if (g->unit == RIAD_UNIT_NS)
			riad_out_printf(&out, "%8" PRIu64 ".%06" PRIu64 " s\n",
			    us / US_PER_S, us % US_PER_S);
		else if (g->unit == RIAD_UNIT_COUNT)
			riad_out_printf(&out, "%15" PRIu64 "\n", g->value);
		else
			riad_out_printf(&out, "%15s\n", g->text);
	}
}

static int
read_stat(int fd, const char *name)
{
	figures = (struct riad_convstat){.last = 0};
	int status = converse(fd, name, take_figures);

	struct riad_figures f;
	riad_convstat_figures(&f, &figures, &conv, reader.tap);
	(opt.json ? print_json : print_text)(&f);
	riad_conv_free(&conv);
	return status;
}

static int
take_picture(const struct riad_msg *msg)
{
	riad_convsvg_add(&picture, &conv, msg);
	return damage(msg);
}

static int
read_svg(int fd, const char *name)
{
	int status = converse(fd, name, take_picture);

	riad_convsvg_print(&out, &picture, &conv);
	riad_conv_free(&conv);
	return status;
}

static int
read_lint(int fd, const char *name)
{
	int status = converse(fd, name, take_finding);

	for (int i = 0; i < 2; i++) {
		enum riad_dir dir = (enum riad_dir)i;
		const char *why = riad_conv_missing(&conv, dir);
		if (why != NULL && !reader.cut)
			status = finding(
			    dir, conv.packets[dir] + 1, conv.off[dir], why);
	}
	riad_conv_free(&conv);
	return status;
}

int
cmd_stat(char *args[])
{
	return riad_finish(&out, each_file(args, read_stat));
}

int
cmd_svg(char *args[])
{
	return riad_finish(&out, each_file(args, read_svg));
}

int
cmd_lint(char *args[])
{
	return riad_finish(&out, each_file(args, read_lint));
}
