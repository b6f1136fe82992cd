/* SPDX-License-Identifier: ISC */
/* parts.h - what the parts of midi-encode(1) share */
#ifndef MIDI_ENCODE_PARTS_H
#define MIDI_ENCODE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/buf.h"
#include "riad/miditext.h"
#include "riad/out.h"
#include "riad/smf.h"

extern struct riad_out out; /* standard output */

enum form { FORM_ANY, FORM_SCORE, FORM_ABC, FORM_TEXT, FORM_JSON, FORM_SMF };

/* A file in memory: what is read of one, and what is made of text that has
 * tracks.  Of --smf it is what a track may take. */
#define FILE_MAX ((size_t)512 << 20)

enum { RANGES = 32 };

/* As the command line sets them. */
struct options {
	enum form from;
	bool smf, hex, pace, running_status;
	uint64_t tune;

	/* Whether any of these is asked for. */
	bool edits;
	int transpose;
	uint16_t channels; /* a bit each */
	struct range {
		uint32_t from, to;
	} tracks[RANGES];
	unsigned ntracks;  /* ranges; 0: all of them */
	uint32_t permille; /* of the speed */
	uint32_t us;       /* of a quarter note; 0: as the tempo says */
};
extern struct options opt;

/* --- edit.c: what --channel, --track, --transpose and --tempo do to an item:
 * true if it stays.  --tempo is for files; the other sinks know of time. */
bool edit(struct riad_smf_item *item);

/* Whether a track is one that is asked for. */
bool is_chosen(uint32_t track);

/* So many tracks there are at least. */
void edit_tracks(uint32_t n);

/* Says what was left out, if anything was: RIAD_OK, or RIAD_FAIL if a track is
 * asked for that isn't there. */
int edit_end(const char *name);

/* --- A sink takes items in their order: 0, or -1 with errno, which is 0 if
 * what was wrong has been said. */

/* filesink.c: a standard MIDI file, to standard output as it grows or, if it
 * is kept, to memory. */
void file_begin(bool keep_it, bool exact, uint16_t ppq);
int file_take(const struct riad_smf_item *item, bool has_track);
int file_end(void);
const struct riad_buf *file_kept(void);
void file_free(void);

/* wire.c: bytes for a cable, as they are, in hex or in time.  us is when,
 * since the beginning, before --tempo makes it faster. */
void wire_begin(void);
/* Messages whose statuses are written. */
void wire_put(const uint8_t *data, size_t len);
int wire_take(const struct riad_midi_event *event, int64_t us);
/* With --pace waits until then. */
int wire_rest(int64_t us);
/* Before something is waited for: what is there goes out.  With --pace it
 * waits for fd too. */
int wire_wait(int fd);
int wire_end(void);

/* pace.c: bytes in their time; once a signal has cut them off, no more. */
void pace_begin(void);
int pace_until(int64_t us);
int pace_flush(void);
int pace_wait(int fd);
int pace_end(void);
bool pace_is_cut(void);
/* Bytes that are written as digits. */
void pace_see(const uint8_t *data, size_t len);

/* --- Sources, which return an exit status. */

/* lines.c: event text and JSON; so_far is what has been read of it. */
int read_lines(int fd, const char *path, const struct riad_buf *so_far);
/* Says what is wrong with the line in hand: -1. */
int bad_line(unsigned column, const char *why);

/* events.c: what lines say, to a sink; which is a file or one over a cable. */
int take_event(const struct riad_miditext_reader *reader,
    struct riad_smf_item *item, const struct riad_miditext_time *time);
bool events_are_file(void);
void events_end(void);

/* play.c: a standard MIDI file that is in memory, to wire.c or, with --smf, to
 * filesink.c. */
int play(const uint8_t *data, size_t len, const char *name);
int copy(const uint8_t *data, size_t len, const char *name);

/* input.c: whichever of these it is, or a tune. */
int read_input(int fd, const char *name);

/* What went wrong with an output, by errno: RIAD_FAIL. */
int failed_output(void);

#endif
