/* SPDX-License-Identifier: ISC */
/* pktline without a command: packets to text or JSON, and text to packets */

#include <inttypes.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/json.h"
#include "riad/pkttext.h"
#include "riad/sideband.h"

static struct riad_pkttext_writer text;

/* A tap file's lines say when and where to; only a stream's can be encoded. */
static int
show_text(const struct event *ev)
{
	if (ev->tapped)
		riad_out_printf(&out, "%c %" PRIu64 ".%06" PRIu64 " ",
		    ev->dir == RIAD_TO_SERVER ? '>' : '<', ev->ns / 1000000000,
		    ev->ns % 1000000000 / 1000);
	riad_pkttext_write(&text, &ev->pkt);
	if (ev->tapped)
		riad_pkttext_end(&text);
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
	size_t skip = band != RIAD_BAND_NONE;
	struct riad_json json;

	riad_json_begin(&json, &out);
	if (ev->tapped) {
		riad_json_ns(&json, "time", ev->ns);
		riad_json_str(&json, "dir",
		    ev->dir == RIAD_TO_SERVER ? "client" : "server");
	}
	riad_json_str(&json, "type", types[pkt->type]);
	riad_json_u64(&json, "length", riad_pkt_wire_len(pkt));
	riad_json_u64(&json, "offset", ev->off);
	if (band != RIAD_BAND_NONE)
		riad_json_u64(&json, "band", band);
	if (pkt->type == RIAD_PKT_DATA || pkt->type == RIAD_PKT_RAW)
		riad_json_bytes(&json, pkt->data + skip, pkt->len - skip);
	riad_json_end(&json);
	return RIAD_OK;
}

static int
encode(int fd, const char *name)
{
	static struct riad_pkttext_reader rd;
	const uint8_t *wire;
	size_t len;
	int r;

	riad_pkttext_reader_init(&rd, fd);
	do {
		while ((r = riad_pkttext_next(&rd, &wire, &len)) == 1)
			riad_out_add(&out, wire, len);
	} while (r == 0 && riad_out_flush(&out) == 0 &&
		 (r = riad_pkttext_fill(&rd)) == 1);
	if (r != -1)
		return RIAD_OK;

	(void)riad_out_flush(&out);
	if (rd.col == 0)
		riad_warn("%s: %s", name, rd.why);
	else
		riad_warn("%s: line %" PRIu64 ", column %zu: %s", name, rd.line,
		    rd.col, rd.why);
	return RIAD_FAIL;
}

int
cmd_show(char *args[])
{
	static const struct view text_view = {show_text, end_text, false};
	static const struct view json_view = {show_json, NULL, false};

	riad_pkttext_writer_init(&text, &out);
	int status =
	    opt.encode ? each_file(args, encode)
		       : each_packet(args, opt.json ? &json_view : &text_view);
	return riad_finish(&out, status);
}
