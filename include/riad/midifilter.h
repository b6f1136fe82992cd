/* SPDX-License-Identifier: ISC */
/*
 * midifilter.h - some events of all: by channel, track, kind and note
 *
 * Lists are as people write them, "1,3-5"; one that begins with ^ is of what
 * isn't among them.  Of several the events have to be in each.
 */
#ifndef RIAD_MIDIFILTER_H
#define RIAD_MIDIFILTER_H

#include "riad/smf.h"

/* Tracks that lists can name; those beyond are in a list that begins with ^. */
enum { RIAD_MIDI_TRACKS = 65536 };

struct riad_midifilter {
	bool on;         /* something was asked for */
	bool has_tracks; /* of tracks */
	uint32_t
	    last_track; /* from 1: that a list begins its last range with */
	/* The rest is its own. */
	uint32_t kinds;
	uint8_t channels[16 / 8], notes[128 / 8];
	uint8_t tracks[RIAD_MIDI_TRACKS / 8];
	bool more_tracks; /* those beyond are passed */
};

void riad_midifilter_init(struct riad_midifilter *f);

/*
 * Channels and tracks count from 1; notes are numbers or names; kinds are the
 * words of the text form (miditext.h), of messages, meta, escape and raw, and
 * note, channel, common, clock, sensing, transport and realtime for several of
 * them.  0, or -1 if that is no such list.
 */
int riad_midifilter_channels(struct riad_midifilter *f, const char *list);
int riad_midifilter_tracks(struct riad_midifilter *f, const char *list);
int riad_midifilter_kinds(struct riad_midifilter *f, const char *list);
int riad_midifilter_notes(struct riad_midifilter *f, const char *list);

/* Headers, and the begins of tracks that aren't left out, do pass. */
bool riad_midifilter_passes(
    const struct riad_midifilter *f, const struct riad_smf_item *item);

#endif
