/* SPDX-License-Identifier: ISC */
/* abc.h - the reader of ABC notation, between its files */
#ifndef RIAD_ABC_H
#define RIAD_ABC_H

#include "tune_make.h"

#define ABC_ORDER_MAX 4096 /* parts that P: plays */
#define ABC_GRACES 32u
#define ABC_CONTROLS 32u
#define ABC_NO_ACCIDENTAL INT8_MAX

enum abc_propagate { ABC_PITCH, ABC_OCTAVE, ABC_NOT };

/* What fields say, of a tune's head and then of each voice. */
struct abc_state {
	int8_t key[7]; /* accidentals of c to b */
	int8_t sharps; /* for the key signature event */
	bool minor;
	int64_t unit;                /* L:, or 0 for what M: makes it */
	unsigned num, shift;         /* M:; num 0 for none */
	int octave, transpose, clef; /* octaves, semitones; octaves */
	int program, channel;        /* or -1 */
};

struct abc_voice {
	struct tune_voice *voice;
	const char *id;
	size_t id_len;
	struct abc_state state;
	int64_t time; /* as written */

	/* Accidentals of the bar by letter, and by octave where they hold for
	 * one only; and those of the last note or chord, by place on the
	 * staff. */
	int8_t bar[12][7];
	struct abc_place {
		int8_t octave, letter, accidental;
		bool is_tied;
	} places[TUNE_CHORD];
	size_t nplaces;
	size_t last_note; /* which has these: its operation + 1, or 0 */

	/* The last note or rest: its operation + 1, what its length would be
	 * without grace notes, and how many of these are before it. */
	size_t last;
	int64_t last_len;
	unsigned last_graces;

	int broken; /* > 0: the next is shorter by so many '>'; < 0: '<' */
	unsigned tuplet, time_of, tuplet_left;

	uint8_t graces[ABC_GRACES]; /* for the next note */
	unsigned ngraces;

	/* How the next note, and those from here on, are struck. */
	bool accent, staccato;
	int velocity;
	int swell; /* by how much, while one goes on */
	size_t swell_at;

	int64_t bar_time; /* since the bar began */
	bool in_overlay;
	int64_t overlaid;

	int64_t section_time; /* of the last double bar or repeat sign */
	bool in_ending;       /* since then one has begun */
	unsigned begun;       /* passes that |: asks for, 0 without */
	size_t nfirst;        /* operations that all voices begin with */

	/* Operations that w: begins at, and that +: goes on at. */
	size_t lyric_from, lyric_at;
	bool had_words;
};

struct abc {
	struct tune_maker *m;
	const char *at, *end, *line_at; /* in the line, which is till end */
	uint32_t line;
	struct abc_state head;
	struct abc_voice *voices[TUNE_VOICES], *voice; /* voice: or NULL */
	size_t nvoices;
	bool in_head, had_title;
	char field; /* that +: goes on with, or 0 */
	char part;  /* that was begun, or 0 */

	/* What the head says of all voices. */
	uint8_t controls[ABC_CONTROLS][2];
	unsigned ncontrols;
	enum abc_propagate propagate;
	char order[ABC_ORDER_MAX];

	/* U: what a letter stands for, between its signs. */
	struct {
		const char *name;
		size_t len;
	} symbols[128];
};

void abc_space(struct abc *s);
bool abc_is(const char *word, size_t len, const char *name);

/* Digits at s->at, up to max; 0 and nothing taken if there are none. */
unsigned abc_digits(struct abc *s, unsigned max);

/* n/m, n, /m, / or //: what a length is multiplied by.  0 or -1. */
int abc_fraction(struct abc *s, unsigned *num, unsigned *den);

/* The voice in hand, or the only one. */
int abc_voice(struct abc *s);
struct abc_voice *abc_voice_new(struct abc *s, const char *id, size_t len);
int abc_op(struct abc *s, struct tune_op op);
void abc_bar_begins(struct abc_voice *v);

/* A field with what comes after its colon, up to s->end. */
int abc_field(struct abc *s, char name);
/* What comes after %% or I:. */
int abc_directive(struct abc *s);
int abc_end_head(struct abc *s);
int64_t abc_unit(const struct abc_state *st);

int abc_music(struct abc *s);
int abc_bar(struct abc *s);
int abc_ending(struct abc *s);
int abc_overlay(struct abc *s);
int abc_words(struct abc *s, bool goes_on);
/* A decoration by its name, without signs; those not known do nothing. */
void abc_decoration(struct abc_voice *v, const char *name, size_t len);

#endif
