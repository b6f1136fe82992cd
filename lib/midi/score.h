/* SPDX-License-Identifier: ISC */
/* score.h - the reader of score text, between its files */
#ifndef RIAD_SCORE_H
#define RIAD_SCORE_H

#include "tune_make.h"

#define SCORE_REPEAT_MAX 999
#define SCORE_GRACES 16u

struct score_part {
	struct tune_voice *voice;
	const char *name; /* in the text */
	size_t name_len;
	bool drums;

	int octave, transpose;
	int64_t len; /* of a note that doesn't say */
	int velocity, gate;
	int64_t time; /* as written: repeats count once */

	/* The bar: its length, how much of it is there, how much since the
	 * last bar line, and its number. */
	unsigned num, shift;
	int64_t bar, phase, since;
	uint32_t bar_number;

	/* The repeat in hand, and those around it.  Where it and its first
	 * ending began in their bars; -1. */
	struct score_repeat {
		int64_t phase;
		uint32_t line;
		size_t column;
	} repeat, outer[TUNE_NEST];
	unsigned depth; /* of outer */
	int64_t ending_phase;

	/* Grace notes, for the next note; and where the first one is. */
	uint8_t graces[SCORE_GRACES];
	unsigned ngraces;
	uint32_t grace_line;
	size_t grace_column;

	/* A crescendo or diminuendo that goes on. */
	bool swells;
	int swell_by;
	size_t swell_at;
	uint32_t swell_line;
	size_t swell_column;

	/* The last note, if it is tied: its operation + 1. */
	size_t tied;

	/* Drum lanes: steps a whole note, and the block in hand. */
	unsigned grid;
	bool in_block;
	int64_t block_len, block_phase, block_since;
	uint32_t block_bar;
	uint8_t lanes[128]; /* that are in it */
};

struct score {
	struct tune_maker *m;
	const char *text, *end; /* end: of the line */
	const char *at;
	const char *line_at;
	uint32_t line;
	struct score_part *parts[TUNE_VOICES], *part; /* part: or NULL */
	size_t nparts;

	/* What is said before the first part is for all. */
	unsigned num, shift;
	bool has_meter;
	int64_t pickup;

	/* A tuplet: its notes take as much of their time, and there are so
	 * many; 0 outside of one.  What a note's time doesn't come to whole
	 * goes to the next. */
	unsigned in_tuplet, time_of, left_over;
	size_t tuplet_column;
};

/* All return 0, or -1 with errno. */
void score_space(struct score *s);
size_t score_word(const struct score *s);
bool score_is(const char *word, size_t len, const char *name);
int score_number(
    struct score *s, int *value, int min, int max, const char *what);

/* The part in hand; one is begun if there is none. */
int score_part(struct score *s);
int score_part_new(struct score *s, const char *name, size_t len, bool drums);
int score_op(struct score *s, struct tune_op op);

/* A duration such as 4 or 8., at s->at; *len stays if there is none. */
int score_length(struct score *s, int64_t *len);
int score_times(struct score *s, uint16_t *count);
int score_music(struct score *s);

/* Bars: a line that is checked; any sign of one; the number of an ending. */
int score_bar_line(struct score *s, const char *at);
int score_bar(struct score *s);
int score_ending(struct score *s);
bool score_next_is(const struct score *s, const char *what);
int64_t score_gcd(int64_t a, int64_t b);

/* 1 if the line begins with a keyword, and is read; 0 if it doesn't. */
int score_statement(struct score *s);
/* What stands in parentheses, without these. */
int score_sign(struct score *s);

int score_drums(struct score *s);
/* 1 if the line is one of a drum; 0 if it isn't. */
int score_lane(struct score *s);

/* A program by its number or name; or -1 with a fault. */
int score_instrument(struct score *s, const char *stop);
int tune_program(const char *name, size_t len);

#endif
