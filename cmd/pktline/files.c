/* SPDX-License-Identifier: ISC */
/* files to events: a stream of packets, or a tap file with two of them */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/progress.h"

static const struct view *view;
static struct riad_progress progress;

void
hide_progress(void)
{
	riad_progress_end(&progress);
}

int
each_file(char *files[], int (*read)(int fd, const char *name))
{
	static char dash[] = "-", *standard_input[] = {dash, NULL};
	int status = RIAD_OK;

	for (files = *files ? files : standard_input; *files; files++) {
		const char *path = *files;
		if (strcmp(path, "-") == 0) {
			status |= read(STDIN_FILENO, "standard input");
			continue;
		}
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd == -1) {
			hide_progress();
			riad_warn("%s: %s", path, strerror(errno));
			status = RIAD_FAIL;
			continue;
		}
		status |= read(fd, path);
		close(fd);
	}
	return status;
}

static int
failed(const char *name, uint64_t off, const char *why)
{
	/* What was before the damage is out before it is told. */
	(void)riad_out_flush(&out);
	hide_progress();
	riad_warn("%s: byte %" PRIu64 ": %s", name, off, why);
	return RIAD_FAIL;
}

/* What was read to see that it is a tap file begins it. */
static int
read_tap(int fd, const char *name, const uint8_t *data, size_t len)
{
	static struct riad_trace_reader rd;
	struct riad_trace_item it;
	int r, bad = RIAD_OK;

	riad_trace_reader_init(&rd, fd, RIAD_TO_CLIENT, data, len);
	while ((r = riad_trace_read(&rd, &it)) == 1 && out.err == 0) {
		struct event ev = {it.pkt, it.off, rd.tap, it.dir, it.ns};

		riad_progress_add(&progress, it.size);
		if (it.kind == RIAD_TRACE_BAD) {
			/* The other direction goes on. */
			bad = failed(name, it.off, it.why);
			continue;
		}
		if (it.kind == RIAD_TRACE_RAW)
			ev.pkt =
			    (struct riad_pkt){RIAD_PKT_RAW, it.data, it.len};
		else if (it.kind != RIAD_TRACE_PACKET)
			continue;
		int status = view->packet(&ev);
		if (status != RIAD_OK)
			return status;
		if (rd.pos == rd.end)
			(void)riad_out_flush(&out); /* about to block */
	}
	if (r == -1 || (r == 0 && rd.cut))
		return failed(name, rd.off, rd.why);
	return bad;
}

/* Shows packets as they come: all that are there, flush, one read(2). */
static int
read_stream(struct riad_pkt_reader *rd, const char *name)
{
	struct event ev = {.tapped = false};
	int r;

	do {
		uint64_t before = rd->off;
		while ((r = riad_pkt_next(rd, &ev.pkt)) == 1) {
			ev.off = rd->off - riad_pkt_wire_len(&ev.pkt);
			int status = view->packet(&ev);
			if (status != RIAD_OK)
				return status;
		}
		riad_progress_add(&progress, rd->off - before);
	} while (r == 0 && riad_out_flush(&out) == 0 &&
		 (r = riad_pkt_fill(rd)) == 1);
	return r == -1 ? failed(name, rd->off, rd->why) : RIAD_OK;
}

/* The first byte of a tap file is none of a packet. */
static int
read_packets(int fd, const char *name)
{
	static struct riad_pkt_reader rd;
	int status;

	riad_pkt_reader_init(&rd, fd);
	rd.packs = true;
	int r = riad_pkt_fill(&rd);
	if (r == -1)
		return failed(name, 0, rd.why);
	if (r == 0)
		return RIAD_OK;
	if (riad_trace_is_tap(rd.buf, rd.end))
		status = read_tap(fd, name, rd.buf, rd.end);
	else
		status = read_stream(&rd, name);
	if (view->end != NULL)
		view->end();
	return status;
}

int
each_packet(char *files[], const struct view *v)
{
	view = v;
	if (!v->speaks)
		riad_progress_begin(&progress);
	int status = each_file(files, read_packets);
	hide_progress();
	return status;
}
