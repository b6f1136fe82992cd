/* SPDX-License-Identifier: ISC */
/*
 * sounding.h - what a device was sent: where it stands, and what sounds there
 *
 * Bytes go in as they go out over a cable, in pieces of any size.  At any time
 * it is known whether a message is half sent, and which notes are on, so that
 * whoever stops can finish the one and end the others.
 */
#ifndef RIAD_SOUNDING_H
#define RIAD_SOUNDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"

/* The controllers that keep notes on: damper, sostenuto, hold 2. */
enum { RIAD_MIDI_PEDALS = 3 };
extern const uint8_t riad_midi_pedals[RIAD_MIDI_PEDALS];

struct riad_midi_sounding {
	uint8_t status; /* of the message in hand, else the running one, or 0 */
	uint8_t data[2];
	uint8_t have;      /* of data */
	uint8_t need;      /* data bytes until the message in hand is whole */
	bool in_exclusive; /* F0 was sent and nothing that ends it */
	uint64_t on[16][2];
	uint16_t pedals[RIAD_MIDI_PEDALS]; /* channels on which one is down */
};

void riad_midi_sounding_init(struct riad_midi_sounding *s);
void riad_midi_sounding_see(
    struct riad_midi_sounding *s, const uint8_t *data, size_t len);

static inline bool
riad_midi_sounding_has(
    const struct riad_midi_sounding *s, unsigned channel, unsigned note)
{
	return s->on[channel][note / 64] >> note % 64 & 1;
}

/* How many of these bytes, which are next, make the message in hand whole; 0 if
 * none is. */
size_t riad_midi_sounding_rest(
    const struct riad_midi_sounding *s, const uint8_t *data, size_t len);

/* How many notes are on, and pedals down. */
unsigned riad_midi_sounding_count(const struct riad_midi_sounding *s);

/*
 * Adds an off for each note that is on and lifts each pedal that is down,
 * unless that sounds for other too, which may be NULL; s is not changed, which
 * is to see these bytes when they are sent.  At most RIAD_MIDI_SOUNDING_MAX
 * bytes.  0, or -1 with errno of riad_buf_add.
 */
#define RIAD_MIDI_SOUNDING_MAX ((size_t)(16 * (128 + RIAD_MIDI_PEDALS) * 3))
int riad_midi_sounding_off(struct riad_buf *out,
    const struct riad_midi_sounding *s, const struct riad_midi_sounding *other);

#endif
