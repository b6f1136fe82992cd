/* SPDX-License-Identifier: ISC */
/*
 * midi.h - events of MIDI 1.0, and the byte stream that a cable carries
 *
 * An event is one message, a part of a system exclusive message, a meta event
 * of a file, or bytes that are none of these.  Everything that deals in MIDI
 * here deals in events: readers make them, text and JSON are forms of them,
 * writers end them.
 *
 * MIDI 1.0 Detailed Specification 4.2.1: "Data Format", Table I to V.
 */
#ifndef RIAD_MIDI_H
#define RIAD_MIDI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/buf.h"

/* Status bytes; of channel messages the upper half, the channel below it. */
enum riad_midi_status {
	RIAD_MIDI_OFF = 0x80,      /* note, velocity */
	RIAD_MIDI_ON = 0x90,       /* note, velocity; 0 is an off */
	RIAD_MIDI_PRESSURE = 0xA0, /* note, pressure: of one key */
	RIAD_MIDI_CONTROL = 0xB0,  /* controller, value; from 120 on modes */
	RIAD_MIDI_PROGRAM = 0xC0,  /* program */
	RIAD_MIDI_TOUCH = 0xD0,    /* pressure: of the channel */
	RIAD_MIDI_BEND = 0xE0,     /* low 7 bits, high 7 bits; 8192 is none */
	RIAD_MIDI_SYSEX = 0xF0,
	RIAD_MIDI_QUARTER = 0xF1, /* MTC quarter frame: piece and nibble */
	RIAD_MIDI_SPP = 0xF2,     /* song position, low, high: in sixteenths */
	RIAD_MIDI_SONG = 0xF3,
	RIAD_MIDI_TUNE = 0xF6,
	RIAD_MIDI_EOX = 0xF7,   /* ends a system exclusive message */
	RIAD_MIDI_CLOCK = 0xF8, /* from here on real-time: anywhere */
	RIAD_MIDI_START = 0xFA,
	RIAD_MIDI_CONTINUE = 0xFB,
	RIAD_MIDI_STOP = 0xFC,
	RIAD_MIDI_SENSING = 0xFE,
	RIAD_MIDI_RESET = 0xFF, /* in files, a meta event */
};

enum riad_midi_kind {
	/* A whole message of status and data: channel, common, real-time. */
	RIAD_MIDI_MESSAGE,

	/* Of a system exclusive message: bytes are what lies between F0 and
	 * F7, which are not among them.  first and last say whether F0 comes
	 * before them and F7 after. */
	RIAD_MIDI_EXCLUSIVE,

	/* A meta event of a file: meta is its type, bytes its contents. */
	RIAD_MIDI_META,

	/* Of a file: bytes that are to be sent as they are (an F7 packet which
	 * doesn't go on with a system exclusive message). */
	RIAD_MIDI_ESCAPE,

	/* Bytes that are no event: a message that another cuts short, data
	 * without a status, a status that is undefined, a damaged rest. */
	RIAD_MIDI_RAW,
};

struct riad_midi_event {
	int64_t time; /* in what its source counts: ticks, or microseconds */
	enum riad_midi_kind kind;
	uint8_t status;  /* of a message, with its channel */
	uint8_t data[2]; /* as many as riad_midi_len says, the rest 0 */
	uint8_t meta;
	bool first, last; /* of an exclusive */
	bool running;     /* the status wasn't written: it is the last one's */
	const uint8_t *bytes; /* borrowed until the reader goes on */
	size_t len;
};

/* How many data bytes follow a status: 0 to 2; -1 for F0, F7 and what is
 * undefined (F4, F5, F9, FD). */
int riad_midi_len(uint8_t status);

static inline bool
riad_midi_is_channel(uint8_t status)
{
	return status >= 0x80 && status < 0xF0;
}

static inline bool
riad_midi_is_realtime(uint8_t status)
{
	return status >= 0xF8;
}

static inline unsigned
riad_midi_14(const uint8_t data[2])
{
	return data[0] | (unsigned)data[1] << 7;
}

/*
 * Reads a stream in pieces of any size; how it is cut makes no difference to
 * what comes out, but that RAW bytes may come in more or fewer events.
 * Real-time messages come out when they come, also from the middle of others,
 * which they don't end; running status is understood, is kept by real-time and
 * ended by system messages.  An exclusive of more than RIAD_MIDI_PART bytes
 * comes in parts of that size, so it takes constant memory.  One that another
 * status ends, has a last part that isn't marked so.
 *
 * In exact mode, what is written again event by event gives the same bytes:
 * a message that a real-time one interrupts comes as RAW before and after it,
 * an exclusive in parts.
 */
#define RIAD_MIDI_PART ((size_t)4096)

struct riad_midi_stream {
	bool exact;
	uint64_t off; /* bytes read */

	/* What was wrong so far: messages cut short; bytes of data, and ends of
	 * exclusives, that belong to nothing; undefined statuses. */
	uint64_t cut, stray, undefined;

	/* What is wrong with what the last call took, or NULL; and where: with
	 * how many bytes, or of a message that is cut short its begin, of an
	 * exclusive what ends it, and 0. */
	const char *why;
	uint64_t why_off, why_len;

	/* The rest is the reader's: the message that isn't complete. */
	const uint8_t *from; /* of the call in hand: what is at off */
	uint8_t status;      /* or 0 */
	uint8_t running_status;
	bool running;
	bool in_exclusive, begun; /* begun: its first part is out */
	bool torn;                /* parts of it are out as RAW */
	uint8_t msg[3];           /* its bytes as they came, have of them */
	uint8_t have, need;       /* need: more data bytes */
	uint8_t part[RIAD_MIDI_PART];
	size_t npart;
};

void riad_midi_stream_init(struct riad_midi_stream *s, bool exact);

/*
 * Takes bytes from *data until an event is complete: 1 with the event, 0 if
 * all is taken.  The event's bytes live until the next call, if data do.  Its
 * time is 0.  Call it until it returns 0, then read more.
 */
int riad_midi_stream_next(struct riad_midi_stream *s,
    struct riad_midi_event *event, const uint8_t **data, size_t *len);

/* The part of an exclusive that is held: for who wants it before it is full.
 * And, at the end of the input, what is left of a message.  1 or 0. */
int riad_midi_stream_flush(
    struct riad_midi_stream *s, struct riad_midi_event *event);
int riad_midi_stream_end(
    struct riad_midi_stream *s, struct riad_midi_event *event);

/*
 * Adds the bytes of an event as they go over a cable.  Meta events have none.
 * running is the caller's: the status in force, 0 for none, which then isn't
 * written again; a reset ends it, since who receives one forgets it.  With NULL
 * every status is written, unless the event itself says that it wasn't.  0, or
 * -1 with errno EMSGSIZE or ENOMEM from out, or EINVAL: data of a message over
 * 127, a status that none has, a status other than real-time among the bytes of
 * an exclusive.
 */
int riad_midi_write(struct riad_buf *out, const struct riad_midi_event *event,
    uint8_t *running);

#endif
