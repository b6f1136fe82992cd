/* SPDX-License-Identifier: ISC */
/* Choice of channels and tracks, transposition, tempo. */

#include <inttypes.h>

#include "parts.h"
#include "riad/cli.h"

enum { DRUMS = 9, TEMPO = 0x51, TIME_SIG = 0x58, KEY_SIG = 0x59 };

static uint64_t dropped; /* notes that there are none of */
static uint8_t tempo_bytes[3];
static uint32_t ntracks; /* that there are */

bool
is_chosen(uint32_t track)
{
	for (unsigned i = 0; i < opt.ntracks; i++) {
		if (track >= opt.tracks[i].from && track <= opt.tracks[i].to)
			return true;
	}
	return opt.ntracks == 0;
}

/* What the first track of a file says for all others. */
static bool
is_for_all(const struct riad_smf_item *item)
{
	uint8_t meta = item->event.meta;

	return item->track == 0 &&
	       (item->kind == RIAD_SMF_TRACK || item->kind == RIAD_SMF_END ||
		   (item->kind == RIAD_SMF_EVENT &&
		       item->event.kind == RIAD_MIDI_META &&
		       (meta == TEMPO || meta == TIME_SIG || meta == KEY_SIG ||
			   meta == 0x2F)));
}

static bool
edit_message(struct riad_midi_event *event)
{
	unsigned channel = event->status & 15u;

	if (!riad_midi_is_channel(event->status))
		return true;
	if (!(opt.channels >> channel & 1))
		return false;
	if (opt.transpose == 0 || channel == DRUMS ||
	    event->status >= RIAD_MIDI_CONTROL)
		return true;
	int note = event->data[0] + opt.transpose;
	if (note < 0 || note > 127) {
		dropped += (event->status & 0xF0) == RIAD_MIDI_ON &&
			   event->data[1] > 0;
		return false;
	}
	event->data[0] = (uint8_t)note;
	return true;
}

static bool
edit_tempo(struct riad_midi_event *event)
{
	if (event->len != 3 || (opt.us == 0 && opt.permille == 1000))
		return true;

	const uint8_t *b = event->bytes;
	uint64_t us = (uint64_t)b[0] << 16 | (uint64_t)b[1] << 8 | b[2];
	us = opt.us != 0 ? opt.us : us * 1000 / opt.permille;
	us = us == 0 ? 1 : us > 0xFFFFFF ? 0xFFFFFF : us;
	tempo_bytes[0] = (uint8_t)(us >> 16);
	tempo_bytes[1] = (uint8_t)(us >> 8);
	tempo_bytes[2] = (uint8_t)us;
	event->bytes = tempo_bytes;
	return true;
}

void
edit_tracks(uint32_t n)
{
	if (n > ntracks)
		ntracks = n;
}

bool
edit(struct riad_smf_item *item)
{
	if (!opt.edits)
		return true;
	if (item->kind == RIAD_SMF_TRACK || item->kind == RIAD_SMF_EVENT)
		edit_tracks(item->track + 1);
	item->event.running = false;
	if (!is_chosen(item->track) && item->kind != RIAD_SMF_HEADER &&
	    item->kind != RIAD_SMF_CHUNK && !is_for_all(item))
		return false;
	if (item->kind != RIAD_SMF_EVENT)
		return true;
	if (item->event.kind == RIAD_MIDI_MESSAGE)
		return edit_message(&item->event);
	if (item->event.kind == RIAD_MIDI_META && item->event.meta == TEMPO)
		return edit_tempo(&item->event);
	return true;
}

int
edit_end(const char *name)
{
	(void)riad_out_flush(&out);
	if (dropped > 0)
		riad_warn("notes left out, as too low or too high: %" PRIu64,
		    dropped);
	for (unsigned i = 0; i < opt.ntracks; i++) {
		if (opt.tracks[i].from < ntracks)
			continue;
		riad_warn("%s: no track %" PRIu32 ": there are %" PRIu32, name,
		    opt.tracks[i].from + 1, ntracks);
		return RIAD_FAIL;
	}
	return RIAD_OK;
}
