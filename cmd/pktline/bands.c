/* SPDX-License-Identifier: ISC */
/* pktline demux and pktline pack: what lies in the bands */

#include <inttypes.h>
#include <unistd.h>

#include "parts.h"
#include "riad/buf.h"
#include "riad/cli.h"
#include "riad/io.h"
#include "riad/sideband.h"
#include "riad/text.h"

/* What the other side says before it goes away, on one line. */
static int
fatal(const struct riad_pkt *pkt)
{
	size_t len = pkt->len - 1;

	(void)riad_out_flush(&out);
	while (len > 0 && pkt->data[len] == '\n')
		len--;
	hide_progress();
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

	/* A client has no bands, and what it pushes is a raw pack. */
	if (ev->tapped && ev->dir == RIAD_TO_SERVER)
		return RIAD_OK;
	if (pkt->type == RIAD_PKT_RAW) {
		(void)riad_out_flush(&out);
		riad_warn("byte %" PRIu64
			  ": a pack without side-band; try pktline pack",
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

int
cmd_demux(char *args[])
{
	static const struct view view = {demux_packet, NULL, true};

	return riad_finish(&out, each_packet(args, &view));
}

/* One for each direction: both may have packs, which count together. */
static struct riad_packfind find[2];

static int
pack_packet(const struct event *ev)
{
	enum riad_dir dir = ev->tapped ? ev->dir : RIAD_TO_CLIENT;
	struct riad_packfind *this = &find[dir], *other = &find[!dir];

	/* What one passes over is passed over for both. */
	if (other->state < RIAD_PACKFIND_INSIDE) {
		riad_packfind_add(this, &out, &ev->pkt);
		other->left = this->left;
	}
	return riad_band(&ev->pkt) == RIAD_BAND_ERROR ? fatal(&ev->pkt)
						      : RIAD_OK;
}

static void
end_pack(void)
{
	riad_packfind_end(&find[RIAD_TO_SERVER]);
	riad_packfind_end(&find[RIAD_TO_CLIENT]);
}

int
cmd_pack(char *args[])
{
	static const struct view view = {pack_packet, end_pack, false};

	riad_packfind_init(&find[RIAD_TO_SERVER], opt.nth);
	riad_packfind_init(&find[RIAD_TO_CLIENT], opt.nth);
	int status = riad_finish(&out, each_packet(args, &view));
	bool pushed = find[RIAD_TO_SERVER].state > RIAD_PACKFIND_INSIDE;
	const char *why =
	    riad_packfind_why(&find[pushed ? RIAD_TO_SERVER : RIAD_TO_CLIENT]);
	if (why != NULL && status == RIAD_OK) {
		riad_warn("%s", why);
		status = RIAD_FAIL;
	}
	return status;
}
