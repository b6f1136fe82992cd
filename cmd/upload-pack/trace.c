/* SPDX-License-Identifier: ISC */
/* GIT_TRACE and GIT_TRACE_PACKET, as git(1) has them. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/pkttrace.h"
#include "riad/tracefile.h"

static struct riad_tracefile general = {-1, false}, packets = {-1, false};
static struct riad_pkttrace pkttrace;

static void
open_trace(struct riad_tracefile *t, const char *name, bool bare)
{
	const char *value = getenv(name);

	if (riad_tracefile_open(t, value, bare) == 0)
		return;
	if (errno == EINVAL)
		riad_warn(
		    "warning: unknown trace value for '%s': %s", name, value);
	else
		riad_warn("warning: could not open '%s' for tracing: %s", value,
		    strerror(errno));
}

static void
line_of_packet(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	riad_tracefile_line(&packets, "pkttrace.c:1", text, len);
}

static void
written(void *ctx, const void *data, size_t len)
{
	(void)ctx;
	riad_pkttrace_out(&pkttrace, data, len);
}

static void
line_of_words(const char *source, const char *what, char *const argv[])
{
	char text[4096];

	int n = snprintf(text, sizeof(text), "%s", what);
	riad_tracefile_quote(text + n, sizeof(text) - (size_t)n, argv);
	riad_tracefile_line(&general, source, text, strlen(text));
}

void
trace_start(char *argv[], int version, struct riad_out *out)
{
	struct riad_tracefile no = {-1, false};

	/* Its own value says where to; that there is one is what counts. */
	bool bare =
	    riad_tracefile_open(&no, getenv("GIT_TRACE_BARE"), false) == 0 &&
	    no.fd != -1;
	open_trace(&general, "GIT_TRACE", bare);
	open_trace(&packets, "GIT_TRACE_PACKET", bare);
	if (general.fd != -1) {
		char *first = argv[0];
		argv[0] = (char *)"upload-pack";
		line_of_words("upload-pack.c:1", "trace: built-in: git", argv);
		argv[0] = first;
	}
	if (packets.fd != -1) {
		riad_pkttrace_init(
		    &pkttrace, "upload-pack", version, line_of_packet, NULL);
		out->tap = written;
	}
}

void
trace_packet(struct riad_out *out, const struct riad_pkt *pkt)
{
	if (packets.fd == -1)
		return;
	/* In the order in which they were said, though none is flushed. */
	riad_out_show(out);
	riad_pkttrace_in(&pkttrace, pkt);
}

void
trace_command(char *const argv[])
{
	if (general.fd != -1)
		line_of_words("hook.c:1", "trace: run_command:", argv);
}
