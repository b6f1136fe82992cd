/* SPDX-License-Identifier: ISC */
/* parts.h - what the parts of midi-snoop(1) share */
#ifndef MIDI_SNOOP_PARTS_H
#define MIDI_SNOOP_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "riad/midifilter.h"
#include "riad/midistat.h"
#include "riad/miditext.h"
#include "riad/out.h"
#include "riad/smf.h"

enum snoop_time {
	TIME_AUTO,
	TIME_NONE,
	TIME_TICKS, /* of files */
	TIME_DELTA,
	TIME_BARS,
	TIME_SECONDS,
	TIME_MONOTONIC, /* of streams */
	TIME_REALTIME,
};

enum snoop_view { VIEW_EVENTS, VIEW_STATS, VIEW_SVG };

/* As the command line sets them. */
struct options {
	enum snoop_view view;
	bool json, exact, plain, fold, pairs, through;
	enum snoop_time time;
	const char *output;
	const char *name; /* of the input, for messages and pictures */
};
extern struct options opt;

extern struct riad_out out; /* where text goes */
extern struct riad_midifilter filter;

/* What is known of the input once it is recognised. */
struct input {
	bool is_file; /* a standard MIDI file, else a stream */
	bool timed;   /* of a stream: its arrival is clocked */
	uint16_t format, division;
	struct riad_smf_map *map; /* of a file, where something needs it */
	int64_t began;            /* of a stream: when, by its clock, in us */
	int status;               /* to exit with */
	uint64_t faults;
	uint64_t cut, stray, undefined; /* of a stream */
};
extern struct input input;

/* --- input.c */

/* Reads a descriptor to its end and shows all of it: the exit status. */
int read_input(int fd);

/* A line on standard error, after all that was before it. */
void fault(uint64_t off, const char *why);

/* The same of what isn't at a place; returns the status. */
int failed(int status, const char *why);

void view_begin(void); /* the input is recognised */
void view_item(struct riad_smf_item *item);

/* --- file.c, stream.c: a status each, RIAD_USAGE if nothing was shown.  data
 * has room for size bytes, and len of them are read. */

int read_mapped(int fd, off_t at, size_t len);
int read_whole(int fd, uint8_t *data, size_t len, size_t size);
int read_stream(int fd, uint8_t *data, size_t len, size_t size, bool regular);

/* Nothing comes for the while: what is held of an exclusive is shown. */
void show_held(void);

/* --- live.c */

/*
 * Waits for what comes, with all that was said written out before, and reads
 * it; with --through it is passed on.  patient: nothing is held that would have
 * to be shown in a pause.  How much that is; 0 at the end of the input, which
 * is where a signal says so, too, and where it can't go on, which is told.
 */
size_t read_more(int fd, uint8_t *data, size_t len, bool patient);

/* --- show.c, report.c: the views */

void show_begin(void); /* the input is recognised */
void show_item(struct riad_smf_item *item);
void show_idle(void); /* nothing comes for the while */
void show_end(void);
void show_map(struct riad_smf_map *map); /* of the track in hand */

void report_begin(void);
void report_item(const struct riad_smf_item *item);
int report_end(void); /* the exit status */

/* --- side.c: text beside a stream that goes through */

/* Text that nobody takes must not stop the stream: what can be written without
 * waiting is, and where it becomes too much lines are lost, and counted. */
void side_begin(void);
void side_drain(void);
bool side_waits(void); /* there is text that could not be written */
void side_end(void);   /* writes the rest, and waits for that */

#endif
