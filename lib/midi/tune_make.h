/* SPDX-License-Identifier: ISC */
/*
 * tune_make.h - what score text and ABC are made into on their way to events
 *
 * A voice is a row of operations, in the order that they are written.  Playing
 * it follows its repeats, ties its notes, and gives the events of a track.
 */
#ifndef RIAD_TUNE_MAKE_H
#define RIAD_TUNE_MAKE_H

#include <string.h>

#include "riad/tune.h"

/*
 * Time is in units while music is read, 5040 a tick: with 2^4 * 3^2 * 5 * 7,
 * what tuplets divide by comes out even, and bars add up.
 */
#define TUNE_UNIT INT64_C(5040)
#define TUNE_QUARTER (RIAD_TUNE_PPQ * TUNE_UNIT)
#define TUNE_WHOLE (4 * TUNE_QUARTER)
#define TUNE_TIME_MAX (RIAD_TUNE_TICKS * TUNE_UNIT)

#define TUNE_VOICES 64u
#define TUNE_CHORD 32u /* notes */
#define TUNE_NEST 8    /* repeats around another */

enum tune_op_kind {
	TUNE_NOTE,    /* or a chord: ref are its pitches */
	TUNE_REST,    /* or a step back, to what sounds at the same time */
	TUNE_MESSAGE, /* status without channel, data */
	TUNE_CHANNEL, /* data[0]: messages go there from here on */
	TUNE_META,    /* of the voice: data[0] is its type, ref a text */
	TUNE_MARK,    /* likewise, but of the first track */
	TUNE_TEMPO,   /* ref: microseconds a quarter */
	TUNE_METER,   /* data[0] over 2^data[1] */
	TUNE_KEY,     /* data[0]: sharps, or flats below 0; data[1]: minor */
	TUNE_BEGIN,   /* of what a TUNE_END repeats; data[0]: in another */
	TUNE_END, /* count: passes that there are at least; data[0] likewise */
	TUNE_ENDING,  /* ref: a bit for each pass that it is for */
	TUNE_SECTION, /* a repeat that has no begin begins here */
	TUNE_PART,    /* data[0]: its letter */
	TUNE_BAR,     /* for words only */
};

/* A grace note is as long as a 32nd, but all of a note's no more than a
 * quarter of it. */
#define TUNE_GRACE_LEN (TUNE_WHOLE / 32)

static inline int64_t
tune_grace_len(int64_t note, unsigned graces)
{
	int64_t most = note / 4 / graces;

	return most < TUNE_GRACE_LEN ? most : TUNE_GRACE_LEN;
}

/* How hard a note is struck beside the others. */
enum tune_stress { TUNE_PLAIN, TUNE_ACCENT, TUNE_GHOST, TUNE_GRACE };

struct tune_op {
	uint8_t kind;
	uint8_t data[3]; /* of a note: velocity, part of its length in
			    percent, and how many pitches */
	uint32_t ref;
	int64_t len; /* in units */
	uint16_t count;
	uint8_t stress;
	uint32_t lyric; /* a text that goes with a note, or 0 */
};

#define TUNE_TIED 0x80 /* of a pitch: the next one goes on with it */

struct tune_voice {
	struct riad_buf ops;
	uint32_t name;   /* a text, or 0 */
	uint8_t channel; /* 0 to 15 */
	bool has_channel;
	int16_t program; /* or -1 */
	uint32_t line;   /* where it begins */
	int64_t begin;   /* its first note comes then */
};

/* A sorted row of these is a track. */
struct tune_event {
	uint32_t tick;
	uint32_t ref;   /* of a meta event: a text */
	uint8_t status; /* 0xFF for meta */
	uint8_t data[2];
	uint8_t meta;
};

struct tune_maker {
	struct riad_tune *tune;
	struct riad_tune_fault *fault;
	struct riad_buf pitches;
	struct tune_voice *voices[TUNE_VOICES];
	size_t nvoices;
	uint32_t title;
	char *order; /* of parts, as letters, or NULL */
	size_t norder;
	uint32_t nops;  /* of all voices: bounded like events */
	uint32_t steps; /* of playing: likewise */
};

/* All return 0, or -1 with errno; with EBADMSG the fault is told. */
int tune_maker_init(struct tune_maker *m, struct riad_tune_fault *fault);
void tune_maker_free(struct tune_maker *m);
int tune_fail(struct tune_maker *m, uint32_t line, size_t column,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The same of a reader, at a place in its line. */
#define tune_fault(s, at, ...)                                                 \
	tune_fail(                                                             \
	    (s)->m, (s)->line, (size_t)((at) - (s)->line_at) + 1, __VA_ARGS__)

/* What is there, for a message: in quotes, or "the end of the line". */
#define TUNE_SEEN 24
const char *tune_seen(const char *at, const char *end, char buf[TUNE_SEEN]);

/* Keeps a text or some bytes of a meta event. */
int tune_text(
    struct tune_maker *m, uint32_t *ref, const void *data, size_t len);
int tune_pitches(
    struct tune_maker *m, uint32_t *ref, const uint8_t *pitches, size_t n);

struct tune_voice *tune_voice_new(struct tune_maker *m, uint32_t line);
int tune_add(struct tune_maker *m, struct tune_voice *v,
    const struct tune_op *op, uint32_t line, size_t column);

static inline struct tune_op *
tune_ops(const struct tune_voice *v)
{
	return (struct tune_op *)(void *)v->ops.data;
}

static inline size_t
tune_nops(const struct tune_voice *v)
{
	return v->ops.len / sizeof(struct tune_op);
}

/* To the first track, at the beginning or at a tick. */
int tune_event_add(
    struct tune_maker *m, bool first_track, const struct tune_event *event);
int tune_meta_add(struct tune_maker *m, bool first_track, uint32_t tick,
    uint8_t meta, const void *data, size_t len);
int tune_meter_add(
    struct tune_maker *m, uint32_t tick, unsigned num, unsigned shift);
/* lasts is in ticks: a track may end with a rest. */
int tune_track_end(struct tune_maker *m, bool first_track, uint32_t lasts);

/* Plays all voices, which makes the tracks, and hands over the tune. */
int tune_play(struct tune_maker *m);

/* A velocity, for how hard a note of a passage is struck. */
uint8_t tune_velocity(int velocity, uint8_t stress);

/* Velocities of the notes from operation begin on, which go from one to
 * another as time goes on. */
void tune_swell(struct tune_voice *v, size_t begin, int from, int to);

/* The whole number of ticks next to a time. */
static inline int64_t
tune_ticks(int64_t time)
{
	return time <= 0 ? 0 : (time + TUNE_UNIT / 2) / TUNE_UNIT;
}

/* Unlike strchr(3) alone, a NUL in the text is none of them. */
static inline bool
tune_is_one(const char *of, char c)
{
	return c != '\0' && strchr(of, c) != NULL;
}

/* The two readers. */
int tune_read_score(struct tune_maker *m, const char *text, size_t len);
int tune_read_abc(
    struct tune_maker *m, uint32_t number, const char *text, size_t len);

#endif
