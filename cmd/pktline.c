/* SPDX-License-Identifier: ISC */
/*
 * pktline - look at, make and check Git pkt-line streams
 *
 * FILE or stdin -> riad_pkt_reader -> a view's packet() -> stdout
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "riad/buf.h"
#include "riad/cli.h"
#include "riad/io.h"
#include "riad/json.h"
#include "riad/pktline.h"
#include "riad/pkttext.h"
#include "riad/progress.h"
#include "riad/relay.h"
#include "riad/sideband.h"
#include "riad/spawn.h"
#include "riad/text.h"
#include "riad/trace.h"

static struct riad_out out;
static struct riad_progress progress;

static struct {
	bool encode, json;
	const char *output;
	uint64_t nth;
} opt = {.nth = 1};

/* A packet on its way to a command, and what is known of it. */
struct event {
	struct riad_pkt pkt;
	uint64_t off;                       /* in the stream of its direction */
	const struct riad_trace_item *item; /* of a tap file, else NULL */
};

/* What a command does with the packets of its files. */
struct view {
	int (*packet)(const struct event *ev); /* RIAD_OK to go on */
	void (*end)(void);                     /* of each file; or NULL */
	bool answers; /* only what a server says, and packs, of a tap file */
};

/* The same for both directions of a tap file, of which data was read. */
static int
view_tap(const struct view *view, int fd, const char *name, const uint8_t *data,
    size_t len)
{
	static struct riad_trace_reader rd;
	struct riad_trace_item it;
	int r, status = RIAD_OK;

	riad_trace_reader_init(&rd, fd, RIAD_TO_CLIENT, data, len);
	while (status == RIAD_OK && (r = riad_trace_read(&rd, &it)) == 1) {
		struct event ev = {it.pkt, it.off, &it};

		if (rd.pos == rd.end)
			(void)riad_out_flush(&out); /* about to block */
		riad_progress_add(&progress, it.size);
		if (it.kind == RIAD_TRACE_RAW)
			ev.pkt =
			    (struct riad_pkt){RIAD_PKT_RAW, it.data, it.len};
		else if (it.kind == RIAD_TRACE_BAD)
			riad_warn("%s: %s, byte %" PRIu64 ": %s", name,
			    it.dir == RIAD_TO_SERVER ? "client" : "server",
			    it.off, it.why);
		else if (it.kind != RIAD_TRACE_PACKET ||
			 (view->answers && it.dir == RIAD_TO_SERVER))
			continue;
		status =
		    it.kind == RIAD_TRACE_BAD ? RIAD_FAIL : view->packet(&ev);
	}
	(void)riad_out_flush(&out);
	if (r == -1)
		riad_warn("%s: byte %" PRIu64 ": %s", name, rd.off, rd.why);
	return r == -1 ? RIAD_FAIL : status;
}

/* Shows packets as they come: all that are there, flush, one read(2). */
static int
view_packets(const struct view *view, int fd, const char *name)
{
	static struct riad_pkt_reader rd;
	struct event ev = {.item = NULL};
	int r, status = RIAD_OK;

	riad_pkt_reader_init(&rd, fd);
	rd.packs = true;
	/* Only a tap file begins with the first letter of its magic. */
	if (riad_pkt_fill(&rd) == 1 && riad_trace_is_tap(rd.buf, 1))
		return view_tap(view, fd, name, rd.buf, rd.end);
	do {
		uint64_t before = rd.off;
		while ((r = riad_pkt_next(&rd, &ev.pkt)) == 1) {
			ev.off = rd.off - riad_pkt_wire_len(&ev.pkt);
			if ((status = view->packet(&ev)) != RIAD_OK)
				break;
		}
		riad_progress_add(&progress, rd.off - before);
	} while (r == 0 && riad_out_flush(&out) == 0 &&
		 (r = riad_pkt_fill(&rd)) == 1);

	if (view->end != NULL)
		view->end();
	(void)riad_out_flush(&out); /* what was before comes before */
	if (r == -1)
		riad_warn("%s: byte %" PRIu64 ": %s", name, rd.off, rd.why);
	return r == -1 ? RIAD_FAIL : status;
}

static int
encode(const struct view *view, int fd, const char *name)
{
	static struct riad_pkttext_reader rd;
	const uint8_t *wire;
	size_t len;
	int r;

	(void)view;
	riad_pkttext_reader_init(&rd, fd);
	do {
		while ((r = riad_pkttext_next(&rd, &wire, &len)) == 1) {
			riad_out_add(&out, wire, len);
			riad_progress_add(&progress, len);
		}
	} while (r == 0 && riad_out_flush(&out) == 0 &&
		 (r = riad_pkttext_fill(&rd)) == 1);

	(void)riad_out_flush(&out);
	if (r == -1 && rd.col == 0)
		riad_warn("%s: %s", name, rd.why);
	else if (r == -1)
		riad_warn("%s: line %" PRIu64 ", column %zu: %s", name, rd.line,
		    rd.col, rd.why);
	return r == -1 ? RIAD_FAIL : RIAD_OK;
}

/* Each of the files, or standard input; one that fails stops no other. */
static int
each_file(int (*run)(const struct view *, int, const char *),
    const struct view *view, char *files[])
{
	static char dash[] = "-", *standard_input[] = {dash, NULL};
	int status = RIAD_OK;

	riad_progress_begin(&progress);
	for (files = *files ? files : standard_input; *files; files++) {
		const char *path = *files;
		if (strcmp(path, "-") == 0) {
			status |= run(view, STDIN_FILENO, "standard input");
			continue;
		}
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd == -1) {
			riad_warn("%s: %s", path, strerror(errno));
			status = RIAD_FAIL;
			continue;
		}
		status |= run(view, fd, path);
		close(fd);
	}
	riad_progress_end(&progress);
	return riad_finish(&out, status);
}

static struct riad_pkttext_writer text;

static int
show_text(const struct event *ev)
{
	if (ev->item != NULL) {
		riad_pkttext_end(&text);
		riad_out_printf(&out, "%c %" PRIu64 ".%06" PRIu64 " ",
		    ev->item->dir == RIAD_TO_SERVER ? '>' : '<',
		    ev->item->ns / 1000000000,
		    ev->item->ns % 1000000000 / 1000);
	}
	riad_pkttext_write(&text, &ev->pkt);
	return RIAD_OK;
}

static void
end_text(void)
{
	riad_pkttext_end(&text);
}

static int
show_json(const struct event *ev)
{
	static const char *const types[] = {
	    "flush", "delim", "response-end", "raw", "data"};
	const struct riad_pkt *pkt = &ev->pkt;
	enum riad_band band = riad_band(pkt);
	struct riad_json json;

	riad_json_begin(&json, &out);
	riad_json_str(&json, "type", types[pkt->type]);
	riad_json_u64(&json, "length", riad_pkt_wire_len(pkt));
	riad_json_u64(&json, "offset", ev->off);
	if (ev->item != NULL) {
		riad_json_str(
		    &json, "dir", ev->item->dir == RIAD_TO_SERVER ? ">" : "<");
		riad_json_ns(&json, "time", ev->item->ns);
	}
	if (band != RIAD_BAND_NONE)
		riad_json_u64(&json, "band", band);
	size_t skip = band != RIAD_BAND_NONE;
	if (pkt->type == RIAD_PKT_DATA || pkt->type == RIAD_PKT_RAW)
		riad_json_bytes(&json, pkt->data + skip, pkt->len - skip);
	riad_json_end(&json);
	return RIAD_OK;
}

static int
cmd_decode(char *files[])
{
	static const struct view text_view = {show_text, end_text, false};
	static const struct view json_view = {show_json, NULL, false};

	riad_pkttext_writer_init(&text, &out);
	return each_file(opt.encode ? encode : view_packets,
	    opt.json ? &json_view : &text_view, files);
}

/* What the other side says before it goes away, on one line. */
static int
fatal(const struct riad_pkt *pkt)
{
	size_t len = pkt->len - 1;

	(void)riad_out_flush(&out);
	while (len > 0 && pkt->data[len] == '\n')
		len--;
	riad_warn("remote: %.*s", (int)len, (const char *)pkt->data + 1);
	return RIAD_FAIL;
}

/* Progress is drawn with \r; on a terminal no other control gets through. */
static void
show_progress(const uint8_t *data, size_t len)
{
	struct riad_buf line;

	(void)riad_out_flush(&out);
	if (!riad_progress_wanted()) {
		(void)riad_write(STDERR_FILENO, data, len);
		return;
	}
	riad_buf_init(&line, (size_t)4 * RIAD_PKT_MAX);
	for (size_t n; len > 0; data += n, len -= n) {
		n = *data == '\r' || *data == '\n';
		if (n == 1) {
			(void)riad_buf_addc(&line, (char)*data);
			continue;
		}
		while (n < len && data[n] != '\r' && data[n] != '\n')
			n++;
		(void)riad_escape(&line, data, n);
	}
	(void)riad_write(STDERR_FILENO, line.data, line.len);
	riad_buf_free(&line);
}

static int
demux_packet(const struct event *ev)
{
	const struct riad_pkt *pkt = &ev->pkt;

	if (pkt->type == RIAD_PKT_RAW) {
		riad_warn("byte %" PRIu64 ": a pack without side-band: see "
			  "pktline pack",
		    ev->off);
		return RIAD_FAIL;
	}
	switch (riad_band(pkt)) {
	case RIAD_BAND_DATA:
		riad_out_add(&out, pkt->data + 1, pkt->len - 1);
		return RIAD_OK;
	case RIAD_BAND_PROGRESS:
		show_progress(pkt->data + 1, pkt->len - 1);
		return RIAD_OK;
	case RIAD_BAND_ERROR:
		return fatal(pkt);
	default:
		return RIAD_OK;
	}
}

static int
cmd_demux(char *files[])
{
	static const struct view view = {demux_packet, NULL, true};

	return each_file(view_packets, &view, files);
}

static struct riad_packfind packfind;

static int
pack_packet(const struct event *ev)
{
	riad_packfind_add(&packfind, &out, &ev->pkt);
	return riad_band(&ev->pkt) == RIAD_BAND_ERROR ? fatal(&ev->pkt)
						      : RIAD_OK;
}

static int
cmd_pack(char *files[])
{
	static const struct view view = {pack_packet, NULL, true};

	riad_packfind_init(&packfind, opt.nth);
	int status = each_file(view_packets, &view, files);
	const char *why = riad_packfind_end(&packfind);
	if (why != NULL && status == RIAD_OK) {
		riad_warn("%s", why);
		status = RIAD_FAIL;
	}
	return status;
}

struct tap {
	struct riad_trace_writer writer;
	const char *path;
};

/* Whatever becomes of the record, the conversation goes on. */
static void
tap_seen(void *ctx, bool to_client, uint64_t ns, const void *data, size_t len)
{
	struct tap *tap = ctx;
	enum riad_dir dir = to_client ? RIAD_TO_CLIENT : RIAD_TO_SERVER;

	if (tap->writer.err != 0)
		return;
	int r = len > 0 ? riad_trace_data(&tap->writer, dir, ns, data, len)
			: riad_trace_eof(&tap->writer, dir, ns);
	if (r == -1)
		riad_warn("%s: %s", tap->path, strerror(errno));
}

static int
cmd_tap(char *argv[])
{
	const char *path = opt.output;
	static struct riad_relay relay;
	struct tap tap = {.path = path};
	int wstatus;

	(void)riad_standard_fds();
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1) {
		riad_warn("%s: %s", path, strerror(errno));
		return RIAD_FAIL;
	}
	if (riad_trace_begin(&tap.writer, fd) == -1)
		riad_warn("%s: %s", path, strerror(errno));

	relay.seen = tap_seen;
	relay.ctx = &tap;
	if (riad_relay_run(&relay, argv, &wstatus) == -1) {
		riad_warn("%s: %s", argv[0], strerror(errno));
		return errno == ENOENT ? RIAD_EXIT_NOT_FOUND
				       : RIAD_EXIT_CANNOT_RUN;
	}
	bool signaled = WIFSIGNALED(wstatus);
	int code = signaled ? WTERMSIG(wstatus) : WEXITSTATUS(wstatus);
	if (tap.writer.err == 0 && (riad_trace_exit(&tap.writer, relay.ns,
					signaled, (uint8_t)code) == -1 ||
				       close(fd) == -1)) {
		tap.writer.err = errno;
		riad_warn("%s: %s", path, strerror(errno));
	}
	if (wstatus == 0 && tap.writer.err != 0)
		return RIAD_FAIL;
	return riad_end_like(wstatus);
}

static const struct riad_cmd cmds[] = {
    {"", RIAD_ARG_FILE, "[FILE...]", "packets to text, a line a packet"},
    {"demux", RIAD_ARG_FILE, "[FILE...]", "side-band data to standard output"},
    {"pack", RIAD_ARG_FILE, "[FILE...]", "the packfile of a response"},
    {"tap", RIAD_ARG_COMMAND, "-o FILE -- COMMAND...",
	"run a command and record what goes in and out"},
    {NULL, RIAD_ARG_NONE, NULL, NULL},
};

/* In the order of the commands. */
static int (*const run[])(char *files[]) = {
    cmd_decode, cmd_demux, cmd_pack, cmd_tap};

enum { OPT_JSON = 256, OPT_NTH };

static const struct riad_opt opts[] = {
    {'d', "decode", RIAD_ARG_NONE, NULL, "packets to text (default)", "-"},
    {'e', "encode", RIAD_ARG_NONE, NULL, "text to packets", "-"},
    {OPT_JSON, "json", RIAD_ARG_NONE, NULL, "an object a packet", "-"},
    {'o', "output", RIAD_ARG_FILE, "FILE", "where to record", "tap"},
    {OPT_NTH, "nth", RIAD_ARG_TEXT, "N", "which pack (1)", "pack"},
    {0, NULL, RIAD_ARG_NONE, NULL, NULL, NULL},
};

static const struct riad_tool tool = {
    .name = "pktline",
    .summary = "Look at, make and check Git pkt-line streams",
    .cmds = cmds,
    .opts = opts,
    .examples = "  git upload-pack --advertise-refs repo.git | pktline\n"
		"  printf '%s\\n' '.... command=ls-refs\\n' 0000 | pktline -e\n"
		"  pktline pack response | git index-pack --stdin\n",
};

int
main(int argc, char *argv[])
{
	struct riad_cli cli;

	riad_cli_init(&cli, &tool, argc, argv);
	for (int key; (key = riad_cli_next(&cli)) != -1;) {
		if (key == 'd' || key == 'e')
			opt.encode = key == 'e';
		else if (key == OPT_JSON)
			opt.json = true;
		else if (key == 'o')
			opt.output = cli.arg;
		else if (riad_parse_u64(&opt.nth, cli.arg, UINT64_MAX) == -1 ||
			 opt.nth == 0)
			riad_cli_usage(&cli, "not a number: %s", cli.arg);
	}
	if (opt.encode && opt.json)
		riad_cli_usage(&cli, "--json does not go with --encode");
	if (cli.cmd->kind == RIAD_ARG_COMMAND &&
	    (opt.output == NULL || cli.argc == 0))
		riad_cli_usage(&cli, "tap needs -o FILE and a command");
	riad_out_init(&out, STDOUT_FILENO);
	return run[cli.cmd - cmds](cli.argv);
}
