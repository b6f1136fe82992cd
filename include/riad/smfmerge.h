/* SPDX-License-Identifier: ISC */
/*
 * smfmerge.h - the events of all tracks of a file in order of their time
 *
 * A heap over a reader a track; of the same time the lower track comes first,
 * and a track's own events are in their order.  Of format 2, whose tracks are
 * pieces of their own, one track is given.
 */
#ifndef RIAD_SMFMERGE_H
#define RIAD_SMFMERGE_H

#include "riad/smf.h"

/* More tracks than a header can count are passed over; tracks tells. */
#define RIAD_SMF_MERGE_MAX ((uint32_t)UINT16_MAX)

#define RIAD_SMF_ALL (-1)

struct riad_smf_merge {
	/* Of the first header; format 1 and a division of 480 without one. */
	uint16_t format, division;
	uint32_t tracks; /* that there are in the file */
	uint64_t faults; /* of what is outside of tracks */

	/* May be set after init: the packets of an exclusive follow each other,
	 * and what other tracks have between them comes later than its time.
	 * For a cable: there it would break the exclusive. */
	bool whole;

	/* The rest is its own: a reader a track, and a heap of what comes next
	 * of each. */
	struct riad_smf_reader *readers;
	struct riad_smf_turn {
		int64_t time;
		uint32_t track, reader;
	} * turns;
	size_t nreaders, nturns;
};

/* track is a number from 0, or RIAD_SMF_ALL; of format 2 that is 0.  The file
 * stays where it is until free.  0, or -1 with errno ENOMEM. */
int riad_smf_merge_init(
    struct riad_smf_merge *m, const uint8_t *data, size_t len, int64_t track);
void riad_smf_merge_free(struct riad_smf_merge *m);

/*
 * 1 with an item, or 0 at the end: events, among them the end of each track,
 * and what RAW tracks have, so that faults can be told.
 */
int riad_smf_merge_next(struct riad_smf_merge *m, struct riad_smf_item *item);

#endif
