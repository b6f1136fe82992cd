/* SPDX-License-Identifier: ISC */
/*
 * smftracks.h - tracks of a standard MIDI file whose events come mixed
 *
 * A writer a track, each with a buffer of its own, until all are put together.
 */
#ifndef RIAD_SMFTRACKS_H
#define RIAD_SMFTRACKS_H

#include "riad/smf.h"

/* Tracks that a header can count. */
#define RIAD_SMF_TRACKS_MAX ((uint32_t)UINT16_MAX)

struct riad_smf_tracks {
	size_t max;    /* bytes that all may take */
	bool compress; /* as of a writer */
	/* The rest is its own. */
	struct riad_smf_part *parts;
	size_t n, cap, len;
};

void riad_smf_tracks_init(struct riad_smf_tracks *t, size_t max);
void riad_smf_tracks_free(struct riad_smf_tracks *t);

static inline bool
riad_smf_tracks_any(const struct riad_smf_tracks *t)
{
	return t->n > 0;
}

/* Whether anything was written to a track, from 0. */
bool riad_smf_tracks_has(const struct riad_smf_tracks *t, uint32_t track);

/*
 * Writes an event to the track that it says.  Each is in order of time, and
 * all are as of riad_smf_write without exact: 0, or -1 with its errno; EMSGSIZE
 * too for a number that no header can count, and beyond max.
 */
int riad_smf_tracks_write(
    struct riad_smf_tracks *t, const struct riad_smf_item *item);

/* Ends all tracks up to the last one, also those without events, and adds them
 * to a file: with a header of format 1 and this division if it has none. */
int riad_smf_tracks_join(
    struct riad_smf_tracks *t, struct riad_smf_writer *w, uint16_t division);

#endif
