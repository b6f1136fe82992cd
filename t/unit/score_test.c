/* SPDX-License-Identifier: ISC */

#include "riad/tune.h"

#include <errno.h>

#include "tunedump.h"

#define SCORE RIAD_TUNE_SCORE

static void
test_pitches(void)
{
	static const struct tunecase cases[] = {
	    {"c d e f g a b\n",
		"60:0+480 62:480+480 64:960+480 65:1440+480 67:1920+480 "
		"69:2400+480 71:2880+480"},
	    {"c# db bb b# cb e## ebb",
		"61:0+480 61:480+480 70:960+480 72:1440+480 59:1920+480 "
		"66:2400+480 62:2880+480"},
	    {"bbb", "69:0+480"},
	    {"c' c'' c, c,, bb,",
		"72:0+480 84:480+480 48:960+480 36:1440+480 58:1920+480"},
	    {"o5 c > c << c o-1 c o9 g",
		"72:0+480 84:480+480 60:960+480 0:1440+480 127:1920+480"},
	    {"o3c>c", "48:0+480 60:480+480"},
	    {"(transpose -2) c (transpose 12) c", "58:0+480 72:480+480"},
	    {"[c e g] [c e g c']2",
		"60:0+480 64:0+480 67:0+480 60:480+960 64:480+960 67:480+960 "
		"72:480+960"},
	    {"[ c  eb ]8.^", "60:0+360 63:0+360"},
	};

	CASES(SCORE, cases, DUMP_NOTES, "pitch");
}

static void
test_lengths(void)
{
	static const struct tunecase cases[] = {
	    {"c1 c2 c4 c8 c16 c32 c64",
		"60:0+1920 60:1920+960 60:2880+480 60:3360+240 60:3600+120 "
		"60:3720+60 60:3780+30"},
	    {"c8 d e4. f g4.. a2... b",
		"60:0+240 62:240+240 64:480+720 65:1200+720 67:1920+840 "
		"69:2760+1800 71:4560+1800"},
	    {"c12 d e c6 c3 c20 c24",
		"60:0+160 62:160+160 64:320+160 60:480+320 60:800+640 "
		"60:1440+96 60:1536+80"},
	    {"c r d r8 e r1*2 f",
		"60:0+480 62:960+480 64:1680+240 65:5760+1920"},
	    {"R c", "60:1920+480"},
	    {"time 3/4\nR*3 c", "60:4320+480"},
	    {"c8*3 d", "60:0+240 60:240+240 60:480+240 62:720+240"},
	    {"[c e]*2", "60:0+480 64:0+480 60:480+480 64:480+480"},
	    {"{3 c8 d e} f", "60:0+160 62:160+160 64:320+160 65:480+240"},
	    {"{11 r8*11} | {13 r8 r8*12} | c1", "60:3840+1920"},
	    {"{3 c4 d8} e", "60:0+320 62:320+160 64:480+240"},
	    {"{5 c16*5} e4",
		"60:0+96 60:96+96 60:192+96 60:288+96 60:384+96 64:480+480"},
	    {"{7 c16*7} e4",
		"60:0+69 60:69+68 60:137+69 60:206+68 60:274+69 60:343+68 "
		"60:411+69 64:480+480"},
	    {"{2 c8 d} {4 c8 d e f} {3:4 c4 d e}",
		"60:0+360 62:360+360 60:720+180 62:900+180 64:1080+180 "
		"65:1260+180 60:1440+640 62:2080+640 64:2720+640"},
	    {"{3 r8 d e}", "62:160+160 64:320+160"},
	    {"(gate 50) c d (gate 100) e8", "60:0+240 62:480+240 64:960+240"},
	    {"(gate 1) c64", "60:0+1"},
	};

	CASES(SCORE, cases, DUMP_NOTES, "length");
}

static void
test_ties(void)
{
	static const struct tunecase cases[] = {
	    {"c4~ c8 d", "60:0+720 62:720+240"},
	    {"c1~ | c~ | c2", "60:0+4800"},
	    {"[c e g]~ [c e]8", "60:0+720 64:0+720 67:0+480"},
	    {"c~ [c e]", "60:0+960 64:480+480"},
	    {"|: c1~ :| c4", "60:0+4320"},
	    {"(gate 50) c~ c", "60:0+720"},
	};

	CASES(SCORE, cases, DUMP_NOTES, "tie");
}

static void
test_repeats(void)
{
	static const struct tunecase cases[] = {
	    {"|: c1 :| d", "60:0+1920 60:1920+1920 62:3840+1920"},
	    {"c1 |: d :|*3 e",
		"60:0+1920 62:1920+1920 62:3840+1920 62:5760+1920 "
		"64:7680+1920"},
	    {"|: c1 |: d :| e :|",
		"60:0+1920 62:1920+1920 62:3840+1920 64:5760+1920 "
		"60:7680+1920 62:9600+1920 62:11520+1920 64:13440+1920"},
	    {"|: |: c1 :| 1. d :| 2. e",
		"60:0+1920 60:1920+1920 62:3840+1920 60:5760+1920 "
		"60:7680+1920 64:9600+1920"},
	    {"|: |: c1 :|: d :| :| e",
		"60:0+1920 60:1920+1920 62:3840+1920 62:5760+1920 "
		"60:7680+1920 60:9600+1920 62:11520+1920 62:13440+1920 "
		"64:15360+1920"},
	    {"|: |: c1 :|*1 |: d :|*1 :|",
		"60:0+1920 62:1920+1920 60:3840+1920 62:5760+1920"},
	    {"|: c1 :|*1 d", "60:0+1920 62:1920+1920"},
	    {"|: c1 | 1. d :| 2. e | f",
		"60:0+1920 62:1920+1920 60:3840+1920 64:5760+1920 "
		"65:7680+1920"},
	    {"|: c1 | 1,3. d :| 2. e :| 4. f | g",
		"60:0+1920 62:1920+1920 60:3840+1920 64:5760+1920 "
		"60:7680+1920 62:9600+1920 60:11520+1920 65:13440+1920 "
		"67:15360+1920"},
	    {"|: c1 | 1-2. d :| 3. e | |: f :|",
		"60:0+1920 62:1920+1920 60:3840+1920 62:5760+1920 "
		"60:7680+1920 64:9600+1920 65:11520+1920 65:13440+1920"},
	    {"|: c1 :|: d :|",
		"60:0+1920 60:1920+1920 62:3840+1920 62:5760+1920"},
	    {"|: c1 | 1. d :| 2. e |\n|: f | 1. g :| 2. a |",
		"60:0+1920 62:1920+1920 60:3840+1920 64:5760+1920 "
		"65:7680+1920 67:9600+1920 65:11520+1920 69:13440+1920"},
	    {"pickup 4\n|: c4 | d1 | e2. :|",
		"60:0+480 62:480+1920 64:2400+1440 60:3840+480 62:4320+1920 "
		"64:6240+1440"},
	    {"pickup 4\n|: c4 | d1 | 1. e2. :| 2. f2. || g4 |",
		"60:0+480 62:480+1920 64:2400+1440 60:3840+480 62:4320+1920 "
		"65:6240+1440 67:7680+480"},
	};

	CASES(SCORE, cases, DUMP_NOTES, "repeat");
}

static void
test_parts(void)
{
	static const struct tunecase cases[] = {
	    {"part a\nc4\npart b\nd8\npart a\ne4",
		"60:0+480c1 64:480+480c1 | 62:0+240c2"},
	    {"part a flute\nchannel 2\nc\npart b\nd\npart c\ne",
		"60:0+480c2 | 62:0+480c1 | 64:0+480c3"},
	    {"part \"the flute\" flute\nc\ndrums\n36 x\npart \"the flute\"\nd",
		"60:0+480c1 62:480+480c1 | 36:0+120c10"},
	    {"drums x\nkick x\ndrums y\nsnare x", "36:0+120c10 | 38:0+120c10"},
	    {"# nothing\n\n  # at all\n", ""},
	    {"", ""},
	    {"c # d\n#e\nf#4 g\r\na", "60:0+480c1 66:480+480c1 67:960+480c1 "
				      "69:1440+480c1"},
	};

	CASES(SCORE, cases, DUMP_NOTES | DUMP_CHANNEL, "part");
}

static void
test_drums(void)
{
	static const struct tunecase cases[] = {
	    {"kick x.x-\nsnare .X.g",
		"36:0+120v80 38:120+120v104 36:240+120v80 38:360+120v32"},
	    {"kick x...|x...\n", "1:10 expected a bar line after 4/4: bar 1 is "
				 "1/4 long here"},
	    {"time 2/4\nkick x... .... | x... x...",
		"36:0+120v80 36:960+120v80 36:1440+120v80"},
	    {"grid 8\nkick xx\nhat/16 xxxx",
		"36:0+240v80 42:0+120v80 42:120+120v80 36:240+240v80 "
		"42:240+120v80 42:360+120v80"},
	    {"ride/12 xxx", "51:0+160v80 51:160+160v80 51:320+160v80"},
	    {"hat xo", "42:0+120v80 46:120+120v80"},
	    {"kick x. *3\nhat xxxxxx",
		"36:0+120v80 42:0+120v80 42:120+120v80 36:240+120v80 "
		"42:240+120v80 42:360+120v80 36:480+120v80 42:480+120v80 "
		"42:600+120v80"},
	    {"snare .f", "38:90+30v60 38:120+120v80"},
	    {"snare .d", "38:60+30v60 38:90+30v60 38:120+120v80"},
	    {"snare f", "38:0+120v80"},
	    {"kick x\n\nkick x", "36:0+120v80 36:120+120v80"},
	    {"kick x\n# more\nhat x", "36:0+120v80 42:0+120v80"},
	    {"drums\n|:\nkick x... *4\n:|*2\nr4\nkick x...",
		"36:0+120v80 36:480+120v80 36:960+120v80 36:1440+120v80 "
		"36:1920+120v80 36:2400+120v80 36:2880+120v80 36:3360+120v80 "
		"36:4320+120v80"},
	    {"drums\n(f)\n44 x # pedal", "44:0+120v96"},
	    {"part drumless\nc\nkick x", "60:0+480v80 | 36:0+120v80"},
	};

	CASES(SCORE, cases, DUMP_NOTES | DUMP_VELOCITY, "drums");
}

static void
test_velocity(void)
{
	static const struct tunecase cases[] = {
	    {"(ppp) c (pp) c (p) c (mp) c",
		"60:0+480v16 60:480+480v33 60:960+480v49 60:1440+480v64"},
	    {"(mf) c (f) c (ff) c (fff) c",
		"60:0+480v80 60:480+480v96 60:960+480v112 60:1440+480v126"},
	    {"(velocity 1) c c^ (velocity 127) c^",
		"60:0+480v1 60:480+480v25 60:960+480v127"},
	    {"(p) (cresc) c c^ (f) c",
		"60:0+480v49 60:480+480v96 60:960+480v96"},
	    {"(p) c (cresc) c*2 d d (f) c",
		"60:0+480v49 60:480+480v49 60:960+480v49 62:1440+480v72 "
		"62:1920+480v84 60:2400+480v96"},
	    {"(f) (dim) c d e f (velocity 16) c",
		"60:0+480v96 62:480+480v77 64:960+480v57 65:1440+480v37 "
		"60:1920+480v16"},
	    {"drums\n(p) (cresc)\nkick x..x\n\n(f)\nkick x",
		"36:0+120v49 36:360+120v84 36:480+120v96"},
	};

	CASES(SCORE, cases, DUMP_NOTES | DUMP_VELOCITY, "velocity");
}

static void
test_graces(void)
{
	static const struct tunecase cases[] = {
	    {"/d c4", "62:0+60v60 60:60+420v80"},
	    {"/d/e c8*2 c", "62:0+30v60 64:30+30v60 60:60+180v80 "
			    "60:240+240v80 60:480+240v80"},
	    {"c1 /f# | [c e]", "60:0+1920v80 66:1920+60v60 60:1980+1860v80 "
			       "64:1980+1860v80"},
	    {"(p) /d c4^", "62:0+60v36 60:60+420v73"},
	    {"/d c4~ c", "62:0+60v60 60:60+900v80"},
	    {"{3 /d c8 e f} g4", "62:0+40v60 60:40+120v80 64:160+160v80 "
				 "65:320+160v80 67:480+480v80"},
	    {"/e'\n\nd4", "76:0+60v60 62:60+420v80"},
	};

	CASES(SCORE, cases, DUMP_NOTES | DUMP_VELOCITY, "grace notes");
}

static void
test_events(void)
{
	static const struct tunecase cases[] = {
	    {"c", "time=4/4@0 | 03=music@0"},
	    {"title \"A # b\" # c\ncomposer  Trad. \ncopyright none\n",
		"03=A # b@0 01=Trad.@0 02=none@0 time=4/4@0"},
	    {"tempo 120", "tempo=500000@0 time=4/4@0"},
	    {"tempo 92.5", "tempo=648649@0 time=4/4@0"},
	    {"tempo 4. = 60\ntime 6/8", "tempo=666667@0 time=6/8@0"},
	    {"tempo 2=60", "tempo=500000@0 time=4/4@0"},
	    {"key F", "key=-1@0 time=4/4@0"},
	    {"key F# minor", "key=3m@0 time=4/4@0"},
	    {"key Bbm", "key=-5m@0 time=4/4@0"},
	    {"key c# major", "key=7@0 time=4/4@0"},
	    {"time 3/4\npickup 4.\nc4. | d",
		"time=3/8@0 time=3/4@720 | 03=music@0"},
	    {"part a 40\nc1 (time 3/4) d2. | (tempo 60) (key D)",
		"time=4/4@0 time=3/4@1920 tempo=1000000@3360 key=2@3360 | "
		"03=a@0 c0,40,0@0"},
	    {"part a\nc1\ntime 3/4\npart b\nR\ntime 3/4\nc2.",
		"time=4/4@0 time=3/4@1920 | 03=a@0 c0,0,0@0 | 03=b@0 "
		"c1,0,0@0"},
	    {"part trumpet\npart lead 81\npart x acoustic grand piano",
		"time=4/4@0 | 03=trumpet@0 c0,56,0@0 | 03=lead@0 c1,81,0@0 | "
		"03=x@0 c2,0,0@0"},
	    {"part a\nvolume 90\npan 0\n(cc 64 127) c (cc 64 0)",
		"time=4/4@0 | 03=a@0 c0,0,0@0 b0,7,90@0 b0,10,0@0 "
		"b0,64,127@0 b0,64,0@480"},
	    {"part a\n(bend -8192) c (bend 0) c (bend 8191) c",
		"time=4/4@0 | 03=a@0 c0,0,0@0 e0,0,0@0 e0,0,64@480 "
		"e0,127,127@960"},
	    {"part a\nc (instrument nylon guitar) c",
		"time=4/4@0 | 03=a@0 c0,0,0@0 c0,24,0@480"},
	    {"part a\n(marker \"A) b\") c (lyric la) d (lyric \"di \") e",
		"time=4/4@0 06=A) b@0 | 03=a@0 c0,0,0@0 05=la@480 05=di @960"},
	    {"|: c1 (tempo 60) :|",
		"time=4/4@0 tempo=1000000@1920 tempo=1000000@3840 | "
		"03=music@0"},
	    {"drums kit\ninstrument 16\nkick x",
		"time=4/4@0 | 03=kit@0 c9,16,0@0"},
	};

	CASES(SCORE, cases, DUMP_OTHERS, "events");
}

static void
test_faults(void)
{
	static const struct tunecase cases[] = {
	    {"c4 d x", "1:6 expected a keyword, a drum, or music"},
	    {"c4 d\n  C4", "2:3 expected a note in lower case"},
	    {"c11 d", "1:2 expected a length that divides a whole note"},
	    {"c d5", "1:4 expected a length, such as 4, 8 or 12; octaves are "
		     "set before notes, as o5"},
	    {"[c e]9 d", "1:6 expected a length, such as 4, 8 or 12; octaves"},
	    {"c4 /d", "1:4 expected a note after a grace note"},
	    {"/d r4", "1:4 expected a note after a grace note"},
	    {"/d4 c", "1:3 expected a grace note without a length"},
	    {"/x c", "1:2 expected a grace note, as in /d c4, not \"x\""},
	    {"/dx c", "1:3 expected a space after the note"},
	    {"c~ /d c", "1:4 expected the same note again"},
	    {"/c/c/c/c/c/c/c/c/c/c/c/c/c/c/c/c/c d",
		"1:33 expected at most 16 grace notes"},
	    {"c0", "1:2 expected a length"},
	    {"c4....", "1:6 expected at most 3 dots"},
	    {"c4d", "1:3 expected a space after the note, not \"d\""},
	    {"o10", "1:2 expected an octave, -1 to 9, not \"10\""},
	    {"o9 g#", "1:4 expected a note of MIDI"},
	    {"o9 >", "1:4 expected an octave from -1 to 9"},
	    {"o-1 c,", "1:5 expected a note of MIDI"},
	    {"c4 d e |", "1:8 expected a bar line after 4/4: bar 1 is 3/4 "
			 "long here"},
	    {"c4 d e f | c2 d4. |", "1:19 expected a bar line after 4/4: bar "
				    "2 is 7/8 long here"},
	    {"c4 d e f g |", "1:12 expected a bar line after 4/4: bar 2 is "
			     "5/4 long here"},
	    {"[c e", "1:5 expected a note of the chord, or ']', not the end of "
		     "the line"},
	    {"[]", "1:2 expected the notes of a chord"},
	    {"[c4 e]", "1:3 expected lengths and ties of a chord after"},
	    {"[c c]", "1:4 expected another note"},
	    {"{3 c d", "1:7 expected '}'"},
	    {"{3 c {3 d", "1:6 expected no tuplet in a tuplet"},
	    {"{c", "1:2 expected how many notes the tuplet has"},
	    {"}", "1:1 expected '{'"},
	    {"{3 c | d}", "1:6 expected '}', which ends the tuplet in column "
			  "1"},
	    {"c~ d", "1:4 expected the same note again"},
	    {"c~ r", "1:4 expected the same note again"},
	    {"c*0", "1:3 expected how many times, 1 to 999"},
	    {"|: c1", "1:1 expected :| after this |:"},
	    {"c1 :|", "1:4 expected |: before :|"},
	    {"|: c1 | |: d1 :|", "1:1 expected :| after this |:"},
	    {"|: |: c1 | 1. d :|", "1:12 expected endings of the outer"},
	    {"|:|:|:|:|:|:|:|:|:|:", "1:19 expected :| before another |: (9 "
				     "are open)"},
	    {"|: c2 :|", "1:7 expected a bar line after 4/4"},
	    {"1. c", "1:1 expected an ending in a repeat"},
	    {"|: c1 | 2. d :|", "1:9 expected the ending 1. before"},
	    {"|: c1 | 33. d :|", "1:9 expected the pass of an ending, 1 to "
				 "32"},
	    {"|: c1 | 1 d :|", "1:10 expected '.' after the number"},
	    {"c : d", "1:3 expected :| and not ':' alone"},
	    {"(fortissimo) c", "1:2 expected a dynamic (pp to ff), cresc, dim, "
			       "or a keyword, not \"fortissimo\""},
	    {"(p c", "1:1 expected ')' in the line"},
	    {"(p q) c", "1:4 expected ')', not \"q\""},
	    {"(cresc) c", "1:2 expected a dynamic, such as (f), that this "
			  "leads to"},
	    {"(cresc) c (dim)", "1:12 expected a dynamic"},
	    {"(part x) c", "1:2 expected \"part\" on a line of its own"},
	    {"tempo", "1:6 expected beats a minute"},
	    {"tempo 0", "1:7 expected beats a minute"},
	    {"tempo 5 = 60 x", "1:14 expected the end of the line, not \"x\""},
	    {"tempo 7 = 60", "1:7 expected a length that divides"},
	    {"tempo x = 60", "1:7 expected a length before '='"},
	    {"time 4", "1:7 expected '/', as in time 4/4"},
	    {"time 4/3", "1:8 expected 1, 2, 4, 8, 16, 32 or 64 below"},
	    {"c4 (time 3/4)", "1:10 expected a change of time where a bar "
			      "begins"},
	    {"key H", "1:5 expected a key, such as C, Bb or F# minor"},
	    {"key G# major", "1:5 expected a key of at most 7 sharps"},
	    {"key G dorian", "1:7 expected major or minor"},
	    {"pickup 1", "1:8 expected a length, such as 4, that is less than "
			 "a bar"},
	    {"pickup 2\ntime 1/4", "2:6 expected a bar that is longer"},
	    {"c\npickup 4", "2:8 expected a pickup before the first part"},
	    {"title", "1:6 expected a text or a name"},
	    {"title \"x", "1:9 expected '\"' at the end"},
	    {"part", "1:5 expected the name of the part"},
	    {"part x kazoo", "1:8 expected an instrument of General MIDI by "
			     "its name or number (0 to 127), not \"kazoo\""},
	    {"part x synth", "1:8 expected more of the name"},
	    {"part x 128", "1:8 expected an instrument by its program "
			   "number, 0 to 127, not \"128\""},
	    {"part drums\ndrums", "2:1 expected another name"},
	    {"channel 17", "1:9 expected a channel, 1 to 16"},
	    {"part a\nc\nchannel 2", "3:9 expected a channel before what a "
				     "part plays"},
	    {"volume 128", "1:8 expected a value, 0 to 127, not \"128\""},
	    {"gate 0", "1:6 expected percent"},
	    {"grid 7", "1:6 expected steps that divide a whole note"},
	    {"kick", "1:5 expected the steps of a drum"},
	    {"kick x.q", "1:8 expected a step: x X g o f d or . for none, not "
			 "\"q\""},
	    {"kick o", "1:6 expected o, which opens a hat, in a hat's lane"},
	    {"kick x\nkick x", "2:1 expected an empty line before kick "
			       "again"},
	    {"kick xx\nhat x", "2:6 expected a lane as long as the one above"},
	    {"hat/7 x", "1:5 expected steps that divide"},
	    {"kick x *2 x", "1:11 expected the end of the lane"},
	    {"r c4 1. d", "1:6 expected an ending in a repeat"},
	    {"c\tq\x1b[31m", "1:3 expected a keyword, a drum, or music (notes "
			     "a to g, rest r, |), not \"q?[31m\""},
	    {"r1*999 R*999 r1*999 r1*999 {2:99 r1*999 r1*999 r1*999}",
		"1:1 too long: a part has at most 268435455 ticks"},
	};

	CASES(SCORE, cases, 0, "fault");
}

/* What repeats make of little is bounded. */
static void
test_bounds(void)
{
	static char text[200000];
	size_t n = 0;
	struct riad_tune_fault fault;

	n += (size_t)sprintf(text, "|: ");
	for (int i = 0; i < 5000; i++)
		n += (size_t)sprintf(text + n, "c64*64 ");
	n += (size_t)sprintf(text + n, ":|*999");
	ok(riad_tune_read(SCORE, 0, text, n, &fault) == NULL &&
		errno == EBADMSG && strncmp(fault.why, "too long", 8) == 0,
	    "notes that are repeated too often");

	n = (size_t)sprintf(text, "|: ");
	for (int i = 0; i < 5000; i++)
		n += (size_t)sprintf(text + n, "(cc 1 1) ");
	n += (size_t)sprintf(text + n, ":|*999");
	ok(riad_tune_read(SCORE, 0, text, n, &fault) == NULL &&
		errno == EBADMSG && strncmp(fault.why, "too long", 8) == 0,
	    "events that take no time");

	static const char nested[] = "|: |: |: |: |: |: |: |: (cc 1 1) "
				     ":|*999 :|*999 :|*999 :|*999 :|*999 "
				     ":|*999 :|*999 :|*999";
	ok(riad_tune_read(SCORE, 0, nested, sizeof(nested) - 1, &fault) ==
		    NULL &&
		errno == EBADMSG && strncmp(fault.why, "too long", 8) == 0,
	    "repeats in repeats in repeats");

	n = 0;
	for (int i = 0; i < 64; i++)
		n += (size_t)sprintf(text + n, "part p%d\nchannel 1\nc\n", i);
	struct riad_tune *tune = riad_tune_read(SCORE, 0, text, n, &fault);
	ok(tune != NULL && tunecheck(tune, NULL) == NULL, "64 parts");
	riad_tune_free(tune);
	n += (size_t)sprintf(text + n, "part q\n");
	ok(riad_tune_read(SCORE, 0, text, n, &fault) == NULL &&
		fault.line == 193,
	    "and no more");

	n = 0;
	for (int i = 0; i < 16; i++)
		n += (size_t)sprintf(text + n, "part p%d\nc\n", i);
	ok(riad_tune_read(SCORE, 0, text, n, &fault) == NULL &&
		fault.line == 31,
	    "fifteen channels");
	riad_tune_free(NULL);
}

int
main(void)
{
	test_pitches();
	test_lengths();
	test_ties();
	test_repeats();
	test_parts();
	test_drums();
	test_velocity();
	test_graces();
	test_events();
	test_faults();
	test_bounds();
	return tap_done();
}
