/* SPDX-License-Identifier: ISC */
/*
 * items to a standard MIDI file
 *
 * What is done goes out at the end of a track, once there is much of it.  Then
 * the header is out too, and what it says of the number of tracks can only be
 * mended where the output can be gone back in.
 *
 * Where lines say which track they are of, every track is a file of its own
 * until the end.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/io.h"
#include "riad/smftracks.h"

#define FLUSH_AT ((size_t)8 << 20)
#define HEADER_LEN ((size_t)14)

static struct riad_buf buf;
static struct riad_smf_writer w;
static bool keep, in_track, begun;

/* Once the header is out. */
static bool header_out;
static off_t header_at; /* or -1 */
static uint16_t header_format, header_ntracks;

static struct riad_smf_tracks apart;
static uint16_t division;

void
file_begin(bool keep_it, bool exact, uint16_t ppq)
{
	riad_buf_init(&buf, FILE_MAX);
	riad_smf_writer_init(&w, &buf, exact);
	keep = keep_it;
	w.division = division = ppq;
	w.compress = opt.running_status && !exact;
	riad_smf_tracks_init(&apart, FILE_MAX);
	apart.compress = opt.running_status;
	in_track = header_out = begun = false;
	header_at = -1;
}

/* In hex there are sixteen to a line, counted over all of the file. */
static void
out_hex(const uint8_t *data, size_t len)
{
	static const char digit[] = "0123456789ABCDEF";
	static unsigned column;

	for (size_t i = 0; i < len; i++) {
		uint8_t *p = riad_out_room(&out, 3);
		p[0] = (uint8_t)digit[data[i] >> 4];
		p[1] = (uint8_t)digit[data[i] & 15];
		p[2] = ++column % 16 == 0 ? '\n' : ' ';
		out.len += 3;
	}
	if (len == 0 && column % 16 != 0)
		riad_out_char(&out, '\n');
}

static int
send(const uint8_t *data, size_t len)
{
	if (opt.hex)
		out_hex(data, len);
	else
		riad_out_add(&out, data, len);
	return riad_out_flush(&out);
}

/* Between tracks. */
static int
flush(void)
{
	if (keep || in_track || buf.len < FLUSH_AT ||
	    riad_smf_tracks_any(&apart))
		return 0;
	if (!header_out) {
		header_out = true;
		/* What is appended can't be gone back in. */
		if (!opt.hex && !(fcntl(out.fd, F_GETFL) & O_APPEND))
			header_at = lseek(out.fd, 0, SEEK_CUR);
		if (buf.len >= HEADER_LEN) {
			header_format =
			    (uint16_t)(buf.data[8] << 8 | buf.data[9]);
			header_ntracks =
			    (uint16_t)(buf.data[10] << 8 | buf.data[11]);
		}
	}
	if (send(buf.data, buf.len) == -1)
		return -1;
	buf.len = 0;
	return 0;
}

/* The tempo that --tempo asks for, where nothing has said any yet: to the first
 * track, be it apart. */
static int
add_tempo(bool is_apart)
{
	static const uint8_t usual[3] = {0x07, 0xA1, 0x20};
	struct riad_smf_item item = {
	    .kind = RIAD_SMF_EVENT,
	    .event =
		{
		    .kind = RIAD_MIDI_META,
		    .meta = 0x51,
		    .bytes = usual,
		    .len = sizeof(usual),
		},
	};

	begun = true;
	if (keep || (opt.us == 0 && opt.permille == 1000) || !edit(&item))
		return 0;
	return is_apart ? riad_smf_tracks_write(&apart, &item)
			: riad_smf_write(&w, &item);
}

static int
take_apart(const struct riad_smf_item *item)
{
	if (item->track == 0 && !riad_smf_tracks_has(&apart, 0) &&
	    add_tempo(true) == -1)
		return -1;
	return riad_smf_tracks_write(&apart, item);
}

int
file_take(const struct riad_smf_item *item, bool has_track)
{
	if (item->kind == RIAD_SMF_HEADER) {
		division = item->division;
	} else if (has_track && !in_track && !w.exact &&
		   item->kind == RIAD_SMF_EVENT) {
		return take_apart(item);
	} else if (in_track && (item->kind == RIAD_SMF_TRACK ||
				   item->kind == RIAD_SMF_CHUNK)) {
		const struct riad_smf_item end = {.kind = RIAD_SMF_END};
		in_track = false;
		if (riad_smf_write(&w, &end) == -1 || flush() == -1)
			return -1;
	}
	if (item->kind == RIAD_SMF_END && !in_track && !w.exact)
		return 0;
	if (item->kind == RIAD_SMF_EVENT && !in_track && !w.exact) {
		const struct riad_smf_item track = {.kind = RIAD_SMF_TRACK};
		if (file_take(&track, false) == -1)
			return -1;
	}
	if (riad_smf_write(&w, item) == -1)
		return -1;
	if (item->kind == RIAD_SMF_TRACK) {
		in_track = true;
		return begun || w.exact ? 0 : add_tempo(false);
	}
	if (item->kind == RIAD_SMF_END || item->kind == RIAD_SMF_HEADER ||
	    (item->kind == RIAD_SMF_RAW && w.exact && !in_track)) {
		in_track = false;
		return flush();
	}
	return 0;
}

/* Tracks that were apart, one behind another. */
static int
put_together(void)
{
	if (!riad_smf_tracks_has(&apart, 0) && add_tempo(true) == -1)
		return -1;
	return riad_smf_tracks_join(&apart, &w, division);
}

/* The header is out; that it counts right is seen to where it can be. */
static int
mend_header(void)
{
	bool more = header_format == 0 && w.ntracks > 1;
	uint16_t format = more ? 1 : header_format;
	uint8_t right[4] = {(uint8_t)(format >> 8), (uint8_t)format,
	    (uint8_t)(w.ntracks >> 8), (uint8_t)w.ntracks};

	if (!more && w.ntracks == header_ntracks)
		return 0;
	if (header_at != -1 && pwrite(out.fd, right, sizeof(right),
				   header_at + 8) == (ssize_t)sizeof(right))
		return 0;
	riad_warn("standard output: the header says %u tracks, there are %u, "
		  "and it is out: write to a file",
	    header_ntracks, w.ntracks);
	errno = 0;
	return -1;
}

int
file_end(void)
{
	if (in_track) {
		const struct riad_smf_item end = {.kind = RIAD_SMF_END};
		in_track = false;
		if (riad_smf_write(&w, &end) == -1)
			return -1;
	}
	if (riad_smf_tracks_any(&apart) && put_together() == -1)
		return -1;
	if (!header_out && riad_smf_writer_end(&w) == -1)
		return -1;
	if (keep)
		return 0;
	if (send(buf.data, buf.len) == -1)
		return -1;
	if (opt.hex)
		out_hex(NULL, 0);
	if (header_out && !w.exact)
		return mend_header();
	return 0;
}

const struct riad_buf *
file_kept(void)
{
	return &buf;
}

void
file_free(void)
{
	riad_buf_free(&buf);
	riad_smf_tracks_free(&apart);
}
