/* SPDX-License-Identifier: ISC */
/*
 * meter.h - the progress of making a pack, in git's words
 *
 *	Counting objects:  50% (6/12)\r
 *	Counting objects: 100% (12/12), done.\n
 *
 * A meter also calls the sink's tick, so that whoever counts on it need not
 * think of the time.
 */
#ifndef RIAD_METER_H
#define RIAD_METER_H

#include <stdint.h>

#include "riad/packer.h"

struct riad_meter {
	struct riad_pack_sink *sink;
	const char *title;
	uint32_t total;        /* 0: not known beforehand, no percentage */
	uint32_t percent;      /* that was shown last */
	int64_t shown, ticked; /* when, in ms */
};

void riad_meter_start(struct riad_meter *m, struct riad_pack_sink *sink,
    const char *title, uint32_t total);

/* So many are done.  0, or -1 as the sink's functions say. */
int riad_meter_at(struct riad_meter *m, uint32_t n);
int riad_meter_done(struct riad_meter *m, uint32_t n);

#endif
