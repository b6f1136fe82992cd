/* SPDX-License-Identifier: ISC */
/*
 * midimerge.h - several streams into one, message by message
 *
 * What comes from a source waits in its lane until it is whole.  Lanes take
 * turns, a message each; a system exclusive message goes to its end before
 * another's turn, piece by piece as it comes, so that it may be of any size.
 * Real-time messages go first, between any two of these, and between any two
 * bytes of an exclusive.
 *
 * A single source isn't touched: its bytes come out as they went in, running
 * status and faults too, but for a message that isn't whole at the end.  Of
 * several, statuses are written and bytes of no message are dropped.
 *
 * What went out is followed (sounding.h), so a source that ends, or the whole,
 * leaves no half message behind, and no note on if that is asked for.
 */
#ifndef RIAD_MIDIMERGE_H
#define RIAD_MIDIMERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"
#include "riad/midi.h"
#include "riad/sounding.h"

/* Bytes that a source may be fed at a time, and of which there may wait before
 * it is fed no more. */
#define RIAD_MIDI_FEED ((size_t)1024)
#define RIAD_MIDI_LANE ((size_t)4096)

/* A piece of an exclusive, looked at by itself. */
#define RIAD_MIDI_PIECE ((size_t)64)

struct riad_midi_source {
	struct riad_midi_stream stream;
	struct riad_buf lane; /* what waits is data[at..len) */
	size_t at;
	bool in_exclusive; /* the lane ends inside one */
	bool skip;         /* the rest of an exclusive isn't wanted */
	bool anew;         /* the device knows of no running status */
	uint64_t dropped;  /* bytes of no message, or of an exclusive whose
			      beginning is lost */
	size_t hush;       /* so much of the lane, and then it is silent */
	struct riad_midi_sounding sent;
};

struct riad_midi_merge {
	struct riad_midi_source *src;
	unsigned n;
	unsigned turn;
	int owner;          /* who must go on after this unit, or -1 */
	unsigned hand;      /* whose unit it is */
	size_t unit;        /* bytes in hand that aren't taken */
	bool rt_now;        /* which are these: */
	struct riad_buf rt; /* real-time that waits, if sources are several */
	size_t rt_at;
	bool stopping, hushing;
};

/* 0, or -1 with errno ENOMEM, which no other function gives. */
int riad_midi_merge_init(struct riad_midi_merge *m, unsigned n);
void riad_midi_merge_free(struct riad_midi_merge *m);

/* How many bytes source i may be fed now: RIAD_MIDI_FEED or 0. */
size_t riad_midi_merge_room(const struct riad_midi_merge *m, unsigned i);
void riad_midi_merge_feed(
    struct riad_midi_merge *m, unsigned i, const uint8_t *data, size_t len);

/*
 * What is to go out next, of which any part may be written; NULL if there is
 * nothing.  After that taken is told how many bytes were.
 */
const uint8_t *riad_midi_merge_next(struct riad_midi_merge *m, size_t *len);
void riad_midi_merge_taken(struct riad_midi_merge *m, size_t n);

/*
 * Source i has ended: a message that isn't whole is dropped, an exclusive is
 * closed.  With off, the notes that it leaves on and no other source has on
 * are turned off.  It may be fed again, as a new stream.  Returns the number
 * of bytes of the message that wasn't whole; of an exclusive 1.
 */
size_t riad_midi_merge_end(struct riad_midi_merge *m, unsigned i, bool off);

/* What waits of source i, and real-time, is not wanted any more; the number of
 * bytes. */
size_t riad_midi_merge_drop(struct riad_midi_merge *m, unsigned i);

/*
 * Nothing more is wanted but what makes an end: the message in hand whole, an
 * exclusive closed, notes and pedals off.
 */
void riad_midi_merge_stop(struct riad_midi_merge *m);

/*
 * For a while nothing more is wanted but silence: the message in hand whole,
 * notes and pedals off; inside an exclusive, nothing.  next gives no more than
 * that.  Once it has given all, hushed is true; after resume it goes on where
 * it was.
 */
void riad_midi_merge_hush(struct riad_midi_merge *m);
bool riad_midi_merge_hushed(const struct riad_midi_merge *m);
void riad_midi_merge_resume(struct riad_midi_merge *m);

/* Is nothing to be written? */
bool riad_midi_merge_idle(const struct riad_midi_merge *m);

/*
 * A new device in the place of the old one, which had none of what went out:
 * a message of which a part was written is written anew; of an exclusive the
 * rest is dropped.
 */
void riad_midi_merge_anew(struct riad_midi_merge *m);

/* Does one wait in whose turn nothing comes, while others could go?  release
 * ends its exclusive, and drops what comes of that later. */
bool riad_midi_merge_stuck(const struct riad_midi_merge *m);
void riad_midi_merge_release(struct riad_midi_merge *m);

#endif
