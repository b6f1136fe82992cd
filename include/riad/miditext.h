/* SPDX-License-Identifier: ISC */
/*
 * miditext.h - events and files of MIDI as lines of text and of JSON
 *
 *	[TIME] [tr N] [ch N] WORD [ARGUMENT...] [FLAG...] [# comment]
 *
 * TIME is one of: N, ticks since the beginning of the track; +N, since the
 * last event; B:B:T, bar and beat from 1, and ticks; S.UUUUUU, seconds.
 * Channels and tracks count from 1; a line of "ch N" alone is for the lines
 * after it that have none.  Words are those of SendMIDI and ReceiveMIDI where
 * these have one.  Notes are numbers or names, of which C4 is 60.
 *
 *	on NOTE VELOCITY   off NOTE VELOCITY   pp NOTE PRESSURE
 *	cc NUMBER VALUE    pc NUMBER    cp PRESSURE    pb 0..16383
 *	tc TYPE VALUE   spp BEATS   ss NUMBER   tun   (system common)
 *	mc   start   cont   stop   as   rst           (real-time)
 *	syx HEX...         a whole exclusive, without F0 and F7; else in parts:
 *	syx-begin HEX...   syx-more HEX...   syx-end HEX...
 *
 * of files:
 *
 *	smf FORMAT NTRACKS ppq N [extra HEX...]     or: smpte FPS TICKS
 *	track              the events of a track follow, until track-end,
 *	                   another track or chunk
 *	tempo MICROSECONDS   time-sig N/D CLOCKS 32NDS   key-sig "F# minor"
 *	text "..."  copyright  track-name  instrument  lyric  marker  cue
 *	program-name  device  channel-prefix N  port N  seq-number N
 *	smpte-offset H:M:S:F.FF FPS   sequencer HEX...   end
 *	meta TYPE HEX...   any other, or one of a strange length
 *	escape HEX...      an F7 packet
 *	chunk "ABCD" HEX...   riff HEX...
 *
 *	raw HEX...         bytes that are no event, as they are
 *
 * In quotes \n, \t, \", \\ and \xNN stand for bytes.  FPS is 24, 25, 29
 * (29.97, drop frame) or 30.
 *
 * Flags, in the exact form: running (the status wasn't written), delta/N and
 * len/N (a number took N bytes), length N (what a track, a chunk or a header
 * says of its length; without it that is counted), and on the first line of a
 * file exact: nothing is to be mended; there track-end is always written.  What
 *written again wouldn't give the same bytes, is raw there.  On input also,
 *never on output: cc14, rpn, nrpn, as SendMIDI has them.
 *
 * A JSON object has the same: "type" is the word, "hex" the bytes, and the
 * rest by name; see midi-encode(1).
 */
#ifndef RIAD_MIDITEXT_H
#define RIAD_MIDITEXT_H

#include "riad/mididecode.h"
#include "riad/out.h"
#include "riad/smf.h"

enum riad_midi_clock {
	RIAD_MIDI_NO_TIME,
	RIAD_MIDI_TICKS,
	RIAD_MIDI_DELTA,
	RIAD_MIDI_BARS,
	RIAD_MIDI_SECONDS,
};

struct riad_miditext_style {
	enum riad_midi_clock clock;
	bool exact;
	bool us;     /* times of items are microseconds, and not ticks */
	bool tracks; /* "tr N": where events of tracks are mixed */
	struct riad_smf_map *map; /* for bars and seconds of ticks */

	/* Behind events what their numbers are called, and what they mean; in
	 * JSON as fields, with the clock that said their time. */
	bool comments;
	const struct riad_midi_meaning *meaning; /* of the next one, or NULL */
	const char *clock_name;                  /* or NULL */
};

/*
 * A line of an item; none of what has none (the end of a track, in the plain
 * form RIFF).  The exact form compares with the item's span, if there is one,
 * and gives events of files by delta, whatever the clock.  It is the caller's
 * to see that a map fits a clock that needs one.
 */
void riad_miditext_write(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style);

/* The same as a JSON object on a line; with its time in the same unit. */
void riad_midijson_write(struct riad_out *out, const struct riad_smf_item *item,
    const struct riad_miditext_style *style);

/* A time, or a length of one, in the unit of the style's clock: seconds to the
 * microsecond, or ticks.  Returns text. */
#define RIAD_MIDITEXT_SPAN 24
const char *riad_miditext_span(char text[RIAD_MIDITEXT_SPAN], uint64_t time,
    const struct riad_miditext_style *style);

/* What a line says its time is. */
struct riad_miditext_time {
	enum riad_midi_clock clock;
	int64_t value; /* ticks, delta or microseconds */
	struct riad_smf_beat beat;
};

struct riad_miditext_reader {
	uint64_t line;   /* number of the line in hand, from 1 */
	unsigned column; /* of a fault, from 1 */
	char why[96];    /* what was expected there */
	uint8_t channel; /* 0 to 15, of lines that say none */
	bool exact;      /* a line said so: nothing is to be mended */
	bool has_track;  /* the line in hand said "tr N": item.track is that */
	/* The rest is the reader's. */
	struct riad_buf bytes;
	struct riad_midi_event queue[8]; /* of cc14, rpn, nrpn */
	uint32_t queue_track;
	unsigned nqueue, at;
};

/* Of the bytes of a line.  What is longer, the exact form writes as raw, in
 * lines of RIAD_MIDITEXT_RAW bytes. */
#define RIAD_MIDITEXT_BYTES ((size_t)16 << 20)
#define RIAD_MIDITEXT_RAW ((size_t)1024)

void riad_miditext_init(struct riad_miditext_reader *r);
void riad_miditext_free(struct riad_miditext_reader *r);

/*
 * Reads a line of text or of JSON (recognised by its '{'), without its end of
 * line: 1 with an item, 0 if it is empty or a comment, -1 with errno EBADMSG,
 * column and why, or ENOMEM.  Call again with a line of NULL for more items of
 * the same line, until 0.  The item lives until the next call.  Its delta and
 * event.time are the caller's to make from time.  Of raw bytes, item.kind is
 * RIAD_SMF_RAW and event has them too; likewise of other bytes and event.
 */
int riad_miditext_read(struct riad_miditext_reader *r, const char *line,
    size_t len, struct riad_smf_item *item, struct riad_miditext_time *time);

/*
 * Whether a line looks like one of these, text or JSON: 1, 0 if it is something
 * else, -1 if it is empty or a comment.  Some words are those of a score too
 * (tune.h): with such a one a line is of this form if all of it is.
 */
int riad_miditext_is(const char *line, size_t len);

/* A note by its number or name, such as 60, C4, c#4, Db-1: 0 to 127, or -1;
 * *len is how many characters it took of at most max. */
int riad_midi_note(const char *s, size_t max, size_t *len);

#endif
