/* SPDX-License-Identifier: ISC */
/* What the standard says of each sign, and tunes that abc2midi plays so too. */

#include "riad/tune.h"

#include <errno.h>

#include "tunedump.h"

#define ABC RIAD_TUNE_ABC

/* A head that makes a letter a quarter. */
#define HEAD "X:1\nM:4/4\nL:1/4\nK:C\n"
#define KEY(k) "X:1\nM:4/4\nL:1/4\nK:" k "\n"

static void
test_pitches(void)
{
	static const struct tunecase cases[] = {
	    {HEAD "CDEFGAB",
		"60:0+480 62:480+480 64:960+480 65:1440+480 67:1920+480 "
		"69:2400+480 71:2880+480"},
	    {HEAD "cdefgab",
		"72:0+480 74:480+480 76:960+480 77:1440+480 79:1920+480 "
		"81:2400+480 83:2880+480"},
	    {HEAD "C,c'C,,c''C',c,'",
		"48:0+480 84:480+480 36:960+480 96:1440+480 60:1920+480 "
		"72:2400+480"},
	    {HEAD "^C_D=E^^F__G",
		"61:0+480 61:480+480 64:960+480 67:1440+480 65:1920+480"},
	    {HEAD "^CC|C", "61:0+480 61:480+480 60:960+480"},
	    {HEAD "^Cc_B=BB", "61:0+480 73:480+480 70:960+480 71:1440+480 "
			      "71:1920+480"},
	    {"X:1\nL:1/4\n%%propagate-accidentals octave\nK:C\n^CCc",
		"61:0+480 61:480+480 72:960+480"},
	    {"X:1\nL:1/4\nI:propagate-accidentals not\nK:C\n^CCc",
		"61:0+480 60:480+480 72:960+480"},
	    {HEAD "[CEG]2[ceg]", "60:0+960 64:0+960 67:0+960 72:960+480 "
				 "76:960+480 79:960+480"},
	    {HEAD "[C2(E2][.G.c)]", "60:0+960 64:0+960 67:960+480 "
				    "72:960+480"},
	    {HEAD "[C2E4]", "60:0+960 64:0+960"},
	    {HEAD "[C2E2]3", "60:0+2880 64:0+2880"},
	    {HEAD "[CC]", "60:0+480"},
	    {HEAD "[^C=c]c", "61:0+480 72:0+480 72:480+480"},
	};

	CASES(ABC, cases, DUMP_NOTES, "pitch");
}

static void
test_keys(void)
{
	static const struct tunecase cases[] = {
	    {KEY("G") "FBc", "66:0+480 71:480+480 72:960+480"},
	    {KEY("Eb") "EAB", "63:0+480 68:480+480 70:960+480"},
	    {KEY("Am") "FGA", "65:0+480 67:480+480 69:960+480"},
	    {KEY("F#minor") "FCG", "66:0+480 61:480+480 68:960+480"},
	    {KEY("D mix") "FCG", "66:0+480 60:480+480 67:960+480"},
	    {KEY("Ddorian") "FCB", "65:0+480 60:480+480 71:960+480"},
	    {KEY("EPhr") "FCG", "65:0+480 60:480+480 67:960+480"},
	    {KEY("F lydian") "BFA", "71:0+480 65:480+480 69:960+480"},
	    {KEY("Bloc") "FCB", "65:0+480 60:480+480 71:960+480"},
	    {KEY("C#") "CB", "61:0+480 72:480+480"},
	    {KEY("G#") "FC", "67:0+480 61:480+480"},
	    {KEY("HP") "FCG", "66:0+480 61:480+480 67:960+480"},
	    {KEY("none") "FCG", "65:0+480 60:480+480 67:960+480"},
	    {KEY("") "FCG", "65:0+480 60:480+480 67:960+480"},
	    {KEY("D =c") "FC", "66:0+480 60:480+480"},
	    {KEY("Dphr ^f") "FEB", "66:0+480 63:480+480 70:960+480"},
	    {KEY("Dmix=b") "FBC", "66:0+480 71:480+480 60:960+480"},
	    {KEY("Dmix=f^c") "FCB", "65:0+480 61:480+480 71:960+480"},
	    {KEY("C clef=\"treble-8\"") "C[K:treble]C[K:bass2+8]C[K:octave=1]C",
		"48:0+480 60:480+480 72:960+480 84:1440+480"},
	    {KEY("D exp _b ^f") "FCB", "66:0+480 60:480+480 70:960+480"},
	    {KEY("^f") "FC", "66:0+480 60:480+480"},
	    {KEY("clef=bass") "C", "60:0+480"},
	    {KEY("C treble-8") "C", "48:0+480"},
	    {KEY("C clef=treble+8 transpose=-2") "C", "70:0+480"},
	    {KEY("Gm octave=1") "B", "82:0+480"},
	    {KEY("C") "F|[K:G]F|\nK:F\nFB",
		"65:0+480 66:480+480 65:960+480 70:1440+480"},
	};

	CASES(ABC, cases, DUMP_NOTES, "key");
}

static void
test_lengths(void)
{
	static const struct tunecase cases[] = {
	    {HEAD "C2C/C/2C//C3/4C3/2C1",
		"60:0+960 60:960+240 60:1200+240 60:1440+120 60:1560+360 "
		"60:1920+720 60:2640+480"},
	    {"X:1\nM:6/8\nK:C\nC", "60:0+240"},
	    {"X:1\nM:2/4\nK:C\nC", "60:0+120"},
	    {"X:1\nM:3/4\nK:C\nC", "60:0+240"},
	    {"X:1\nK:C\nC", "60:0+240"},
	    {"X:1\nM:6/8\nV:1\nK:C\nV:1\nC[M:2/4]C\nV:2\nM:2/4\nC",
		"60:0+240 60:240+240 | 60:0+240"},
	    {"X:1\nM:2/4\nL:1/8\nK:C\nC[L:1/16]C\nL:1/2\nC",
		"60:0+240 60:240+120 60:360+960"},
	    {HEAD "C>D", "60:0+720 62:720+240"},
	    {HEAD "C<D", "60:0+240 62:240+720"},
	    {HEAD "C >> D C<<<D", "60:0+840 62:840+120 60:960+60 62:1020+900"},
	    {HEAD "z>C C<z D", "60:720+240 60:960+240 62:1920+480"},
	    {HEAD "[CE]>[DF]", "60:0+720 64:0+720 62:720+240 65:720+240"},
	    {HEAD "C>D>E", "60:0+720 62:720+360 64:1080+240"},
	    {HEAD "(3CDEF", "60:0+320 62:320+320 64:640+320 65:960+480"},
	    {HEAD "(2CD(4CDEF",
		"60:0+720 62:720+720 60:1440+360 62:1800+360 64:2160+360 "
		"65:2520+360"},
	    {HEAD "(5CDEFG", "60:0+192 62:192+192 64:384+192 65:576+192 "
			     "67:768+192"},
	    {"X:1\nM:6/8\nL:1/4\nK:C\n(5CDEFG",
		"60:0+288 62:288+288 64:576+288 65:864+288 67:1152+288"},
	    {HEAD "(3:2:2C2D", "60:0+640 62:640+320"},
	    {HEAD "(3::4C/D/EF", "60:0+160 62:160+160 64:320+320 65:640+320"},
	    {HEAD "(6CDEFGA", "60:0+160 62:160+160 64:320+160 65:480+160 "
			      "67:640+160 69:800+160"},
	    {HEAD "(CD) (E F)", "60:0+480 62:480+480 64:960+480 "
				"65:1440+480"},
	    {HEAD "Cz2D|Z|E|X2F", "60:0+480 62:1440+480 64:3840+480 "
				  "65:8160+480"},
	    {HEAD "CxD yE", "60:0+480 62:960+480 64:1440+480"},
	};

	CASES(ABC, cases, DUMP_NOTES, "length");
}

static void
test_ties(void)
{
	static const struct tunecase cases[] = {
	    {HEAD "C-C D", "60:0+960 62:960+480"},
	    {HEAD "C-|C- C-|C", "60:0+1920"},
	    {HEAD "C-D", "60:0+480 62:480+480"},
	    {HEAD "[C-EG-][CEG]", "60:0+960 64:0+480 67:0+960 64:480+480"},
	    {HEAD "[CE]-[CE]", "60:0+960 64:0+960"},
	    {HEAD "^C-|CC", "61:0+960 60:960+480"},
	    {HEAD "^c4-|c4-|c4|c4", "73:0+5760 72:5760+1920"},
	    {HEAD "C -C | -C\n-C D", "60:0+1920 62:1920+480"},
	    {HEAD "C-|-C .-C", "60:0+1440"},
	    {HEAD "^C | -C C", "61:0+960 60:960+480"},
	    {HEAD "[CE] - [CG]", "60:0+960 64:0+480 67:480+480"},
	    {HEAD "- C z - C & - C", "60:0+480 60:960+480"},
	    {HEAD "C-zC", "60:0+480 60:960+480"},
	    {HEAD "|:C-:|", "60:0+960"},
	    {HEAD "C-", "60:0+480"},
	    {"X:1\nL:1/1000\nK:C\nC/4-D", "60:0+1 62:0+2"},
	    {HEAD "zC2- & CC-C | C", "60:0+480 60:480+480 60:960+960"},
	    {HEAD "C4- & E4 | C4", "60:0+3840 64:0+1920"},
	};

	CASES(ABC, cases, DUMP_NOTES, "tie");
}

static void
test_graces(void)
{
	static const struct tunecase cases[] = {
	    {HEAD "{d}C4", "74:0+60v60 60:60+1860v80"},
	    {HEAD "{.vd}C4 {H~d}C4",
		"74:0+60v60 60:60+1860v80 74:1920+60v60 60:1980+1860v80"},
	    {HEAD "{cd}C", "72:0+60v60 74:60+60v60 60:120+360v80"},
	    {HEAD "{/d}C/", "74:0+60v60 60:60+180v80"},
	    {HEAD "{cdef}C/",
		"72:0+15v60 74:15+15v60 76:30+15v60 77:45+15v60 60:60+180v80"},
	    {HEAD "{d}C>D", "74:0+60v60 60:60+660v80 62:720+240v80"},
	    {HEAD "{d}C<D", "74:0+60v60 60:60+180v80 62:240+720v80"},
	    {HEAD "{^f}|F F", "78:0+60v60 65:60+420v80 65:480+480v80"},
	    {HEAD "{d}[CE]", "74:0+60v60 60:60+420v80 64:60+420v80"},
	};

	CASES(ABC, cases, DUMP_NOTES | DUMP_VELOCITY, "grace notes");
}

static void
test_repeats(void)
{
	static const struct tunecase cases[] = {
	    {HEAD "|:C:|D", "60:0+480 60:480+480 62:960+480"},
	    {HEAD "C:|D", "60:0+480 60:480+480 62:960+480"},
	    {HEAD "|:C::D:|", "60:0+480 60:480+480 62:960+480 62:1440+480"},
	    {HEAD "|:C:|:D:|", "60:0+480 60:480+480 62:960+480 62:1440+480"},
	    {HEAD "|:C:||:D:|", "60:0+480 60:480+480 62:960+480 62:1440+480"},
	    {HEAD "|:C|1D:|2E|F", "60:0+480 62:480+480 60:960+480 "
				  "64:1440+480 65:1920+480"},
	    {HEAD "|:C[1D:|[2E|]F", "60:0+480 62:480+480 60:960+480 "
				    "64:1440+480 65:1920+480"},
	    {HEAD "|:C|[1,3D:|[2E:|[4F|]",
		"60:0+480 62:480+480 60:960+480 64:1440+480 60:1920+480 "
		"62:2400+480 60:2880+480 65:3360+480"},
	    {HEAD "|:C|1-2D:|3E|", "60:0+480 62:480+480 60:960+480 "
				   "62:1440+480 60:1920+480 64:2400+480"},
	    {HEAD "|:C|1D:|2E:|F", "60:0+480 62:480+480 60:960+480 "
				   "64:1440+480 65:1920+480"},
	    {HEAD "|:C|1D:|\n|2E|F", "60:0+480 62:480+480 60:960+480 "
				     "64:1440+480 65:1920+480"},
	    {HEAD "|:C|[1D:|\"G\"[2E|]F",
		"60:0+480 62:480+480 60:960+480 64:1440+480 65:1920+480"},
	    {HEAD "|:C|1D||2E:|F", "60:0+480 62:480+480 60:960+480 "
				   "64:1440+480 65:1920+480"},
	    {HEAD "C4||D:|", "60:0+1920 62:1920+480 62:2400+480"},
	    {HEAD "C[|]D:|", "60:0+480 62:480+480 60:960+480 62:1440+480"},
	    {HEAD "C4|DEFG[|]A4:|E||F4:|",
		"60:0+1920 62:1920+480 64:2400+480 65:2880+480 67:3360+480 "
		"69:3840+1920 60:5760+1920 62:7680+480 64:8160+480 "
		"65:8640+480 67:9120+480 69:9600+1920 64:11520+480 "
		"65:12000+1920 64:13920+480 65:14400+1920"},
	    {HEAD "C[|]:|D", "60:0+480 60:480+480 62:960+480"},
	    {HEAD "C||D:|", "60:0+480 62:480+480 60:960+480 62:1440+480"},
	    {HEAD "C|D:|", "60:0+480 62:480+480 60:960+480 62:1440+480"},
	    {HEAD "|:C|1D:|2E||F:|",
		"60:0+480 62:480+480 60:960+480 64:1440+480 65:1920+480 "
		"65:2400+480"},
	    {HEAD "|::C::|", "60:0+480 60:480+480 60:960+480"},
	    {HEAD "C[|D|]E[|]F.|G", "60:0+480 62:480+480 64:960+480 "
				    "65:1440+480 67:1920+480"},
	};

	CASES(ABC, cases, DUMP_NOTES, "repeat");
}

static void
test_parts(void)
{
	static const struct tunecase cases[] = {
	    {"X:1\nL:1/4\nP:ABA\nK:C\nP:A\nC\nP:B\nD",
		"60:0+480 62:480+480 60:960+480"},
	    {"X:1\nL:1/4\nP:A(BA)2\nK:C\n[P:A]C[P:B]D",
		"60:0+480 62:480+480 60:960+480 62:1440+480 60:1920+480"},
	    {"X:1\nL:1/4\nP:(A2.B)2\nK:C\nE[P:A]C[P:B]D",
		"64:0+480 60:480+480 60:960+480 62:1440+480 60:1920+480 "
		"60:2400+480 62:2880+480"},
	    {"X:1\nL:1/4\nP:BC\nK:C\nP:A\nC\nP:B\n|:D:|",
		"62:0+480 62:480+480"},
	    {"X:1\nL:1/4\nP:AAB\nK:C\nP:A\nV:1\nC\nV:2\nE\nP:B\n"
	     "V:1\nD\nV:2\nF",
		"60:0+480 60:480+480 62:960+480 | 64:0+480 64:480+480 "
		"65:960+480"},
	    {"X:1\nL:1/4\nK:C\nP:A\nC\nP:B\nD", "60:0+480 62:480+480"},
	};

	CASES(ABC, cases, DUMP_NOTES, "parts");
}

static void
test_voices(void)
{
	static const struct tunecase cases[] = {
	    {"X:1\nL:1/4\nK:C\nV:1\nC\nV:2\nD\nV:1\nE",
		"60:0+480c1 64:480+480c1 | 62:0+480c2"},
	    {"X:1\nL:1/4\nV:T1 name=\"A b\"\nV:B clef=bass octave=-1\nK:G\n"
	     "[V:T1]F[V:B]F\n[V:T1]F",
		"66:0+480c1 66:480+480c1 | 54:0+480c2"},
	    {"X:1\nL:1/4\nV:1\n%%MIDI channel 5\nV:2\nK:C\nV:2\nC\nV:1\nD",
		"62:0+480c5 | 60:0+480c1"},
	    {"X:1\nL:1/4\nV:1\n%%MIDI transpose 12\nV:2\n%%MIDI channel 10\n"
	     "K:C\nV:1\nC\nV:2\nC",
		"72:0+480c1 | 60:0+480c10"},
	    {HEAD "CD & E2 | F", "60:0+480c1 64:0+960c1 62:480+480c1 "
				 "65:960+480c1"},
	    {HEAD "CDEF & E | G", "60:0+480c1 64:0+480c1 62:480+480c1 "
				  "64:960+480c1 65:1440+480c1 67:1920+480c1"},
	    {HEAD "C & DE & F3 | G", "60:0+480c1 62:0+480c1 65:0+1440c1 "
				     "64:480+480c1 67:1440+480c1"},
	    {HEAD "C2 & CC | C", "60:0+480c1 60:480+480c1 60:960+480c1"},
	};

	/* The last is one key in two voices: it is struck again. */
	CASES(ABC, cases, DUMP_NOTES | DUMP_CHANNEL, "voices");
}

static void
test_stress(void)
{
	static const struct tunecase cases[] = {
	    {HEAD "!p!C !f!D E", "60:0+480v49 62:480+480v96 64:960+480v96"},
	    {HEAD "!pppp!C !ffff!D", "60:0+480v10 62:480+480v127"},
	    {HEAD ".C D", "60:0+240v80 62:480+480v80"},
	    {HEAD "!staccato!CLD!accent!E!>!F",
		"60:0+240v80 62:480+480v104 64:960+480v104 65:1440+480v104"},
	    {HEAD "~CHD!trill!EvFuG T!fermata!A",
		"60:0+480v80 62:480+480v80 64:960+480v80 65:1440+480v80 "
		"67:1920+480v80 69:2400+480v80"},
	    {HEAD "!p!!<(!CD!<)!!f!E",
		"60:0+480v49 62:480+480v56 64:960+480v96"},
	    {HEAD "!p!!crescendo(!CD!f!E",
		"60:0+480v49 62:480+480v72 64:960+480v96"},
	    {HEAD "!f!!>(!CD!>)!E", "60:0+480v96 62:480+480v89 64:960+480v80"},
	    {"X:1\nL:1/4\nU:i=!p!\nU:W=!accent!\nK:C\niCWD",
		"60:0+480v49 62:480+480v73"},
	    {HEAD "C!\nD", "60:0+480v80 62:480+480v80"},
	};

	CASES(ABC, cases, DUMP_NOTES | DUMP_VELOCITY, "stress");
}

static void
test_events(void)
{
	static const struct tunecase cases[] = {
	    {"X:1\nT:A tune\nT:Again\nC:Trad.\nM:6/8\nQ:3/8=100\nK:Em\n",
		"03=A tune@0 01=Trad.@0 tempo=400000@0 time=6/8@0 key=1m@0"},
	    {"X:1\nQ:1/4=120\nK:Ddor", "tempo=500000@0 time=4/4@0 key=0@0"},
	    {"X:1\nM:C|\nQ:\"Allegro\" 1/2 = 60\nK:Bb",
		"tempo=500000@0 time=2/2@0 key=-2@0"},
	    {"X:1\nQ:1/4 3/8=40 \"slow\"\nK:C",
		"tempo=600000@0 time=4/4@0 key=0@0"},
	    {"X:1\nQ:\"Allegro\"\nK:C", "time=4/4@0 key=0@0"},
	    {"X:1\nQ:1/4=92.5\nK:C", "tempo=648648@0 time=4/4@0 key=0@0"},
	    {"X:1\nQ:1/4=0.5\nK:C\n[Q:1/4=60.25999]",
		"2:3 expected a tempo of beats a minute, such as 1/4=120"},
	    {"X:1\nQ:90\nK:C", "tempo=666666@0 time=4/4@0 key=0@0"},
	    {"X:1\nL:1/8\nQ:C3=60\nK:C", "tempo=666666@0 time=4/4@0 key=0@0"},
	    {"X:1\nM:none\nK:C#", "key=7@0"},
	    {"X:1\nM:(2+3)/8\nK:C", "time=5/8@0 key=0@0"},
	    {HEAD "C4|[M:3/4]C3|[Q:1/4=60]C3|[K:G]C3",
		"time=4/4@0 key=0@0 time=3/4@1920 tempo=1000000@3360 "
		"key=1@4800 |"},
	    {HEAD "\"Am\"C\"^not\"D\"_no\"E\"G7\"F",
		"time=4/4@0 key=0@0 | 01=Am@0 01=G7@1440"},
	    {HEAD "CDEF|GAB\nw:Al-le lu- ja|so *~h x",
		"time=4/4@0 key=0@0 | 05=Al@0 05=le @480 05=lu@960 "
		"05=ja @1440 05=so @1920 05= h @2880"},
	    {HEAD "CD|EF|\nw:a | b_ c\nw: second verse\nG\nw: d\\-e f",
		"time=4/4@0 key=0@0 | 05=a @0 05=b @960 05=d-e @1920"},
	    {HEAD "CDEF\nw:a--b c\n+:d e",
		"time=4/4@0 key=0@0 | 05=a@0 05=b @960 05=c @1440"},
	    {HEAD "CDEF\nw:a - b\n+:d e\nw:second\n+:verse",
		"time=4/4@0 key=0@0 | 05=a @0 05=b @960 05=d @1440"},
	    {HEAD "CDEF\nw:- a:-b", "time=4/4@0 key=0@0 | 05=a:@480 "
				    "05=b @960"},
	    {HEAD "CDEF\nw:a\nN:not\n+:this", "time=4/4@0 key=0@0 | 05=a @0"},
	    {HEAD "{d}C D\nw: a b", "time=4/4@0 key=0@0 | 05=a @60 05=b @480"},
	    {"X:1\n%%MIDI program 5\nK:C\nC[I:MIDI=program 6]D",
		"time=4/4@0 key=0@0 | c0,5,0@0 c0,6,0@240"},
	    {"X:1\nV:1 nm=\"One\"\n%%MIDI program 3 40\nV:2\nK:C\nV:1\nC\n"
	     "%%MIDI control 7 90\nD",
		"time=4/4@0 key=0@0 | 03=One@0 c2,40,0@0 b2,7,90@240 | "
		"03=2@0"},
	    {"X:1\n%%MIDI control 7 90\nV:1\n%%MIDI control 10 5\n"
	     "%%MIDI channel 4\nK:C\nV:1\nC\nV:2\n%%MIDI channel 6\nC",
		"time=4/4@0 key=0@0 | 03=1@0 b3,7,90@0 b3,10,5@0 | 03=2@0 "
		"b5,7,90@0"},
	    {"X:1\nK:C\nC\n%%MIDI channel 3\n%%MIDI program 9\nC",
		"time=4/4@0 key=0@0 | c2,9,0@240"},
	};

	CASES(ABC, cases, DUMP_OTHERS, "events");
}

static void
test_lines(void)
{
	static const struct tunecase cases[] = {
	    {"%abc-2.1\n" HEAD "C % D\n%E\nD\\\nE\r\n%%score 1\nF\n\nG",
		"60:0+480 62:480+480 64:960+480 65:1440+480"},
	    {"\xEF\xBB\xBFX:1\nL:1/4\nK:C\nC", "60:0+480"},
	    {"%abc\rX:1\rL:1/4\rK:C\rC D\rE\r\rG",
		"60:0+480 62:480+480 64:960+480"},
	    {"X:1\r\nL:1/4\r\nK:C\r\nC\r\n\r\nG", "60:0+480"},
	    {"L:1/4\nM:3/4\n\nwords\n\nX:1\nK:C\nC", "60:0+480"},
	    {"X:1\nL:1/4\nN:note\nH:history\n+:more\nK:C\nN:x\nC\nr:x\nD",
		"60:0+480 62:480+480"},
	    {HEAD "C\n%%begintext\nDEF\n%%endtext\nG", "60:0+480 67:480+480"},
	    {HEAD "C\nW:words\ns:!p!\nG", "60:0+480 67:480+480"},
	    {HEAD "E:|", "64:0+480 64:480+480"},
	    {HEAD "C+D.C.+ J!slide!k D", "60:0+480 62:480+480"},
	    {HEAD "C ]", "60:0+480"},
	    {HEAD "| :C :| | : D :|",
		"60:0+480 60:480+480 62:960+480 62:1440+480"},
	    {HEAD "|:C| :D:|", "60:0+480 62:480+480 60:960+480 "
			       "62:1440+480"},
	    {HEAD "|:C| 1 D:| 2 E|", "60:0+480 62:480+480 60:960+480 "
				     "64:1440+480"},
	    {HEAD "[\"2nd\" C D|[\"Am\"CE]",
		"60:0+480 62:480+480 60:960+480 64:960+480"},
	    {"X:1\nL:1/4\nP:March\nK:C\nP:A\nC", "60:0+480"},
	    {HEAD "C#*;?@$`)D", "60:0+480 62:480+480"},
	    {HEAD "C[r:remark]D", "60:0+480 62:480+480"},
	    {HEAD "C\nX:2\nK:C\nD", "60:0+480"},
	};
	static const char many[] = "L:1/4\n\nX:3\nT:three\nK:C\nC\n\n"
				   "X: 12\nT:twelve\nK:C\nD\n";

	CASES(ABC, cases, DUMP_NOTES, "lines");
	ok(strcmp(tunedump(ABC, 0, many, DUMP_NOTES), "60:0+480") == 0,
	    "the first tune");
	ok(strcmp(tunedump(ABC, 12, many, DUMP_NOTES), "62:0+480") == 0,
	    "one by its number");
	ok(strcmp(tunedump(ABC, 5, many, DUMP_NOTES),
	       "1:1 expected a tune X:5 in the file") == 0,
	    "none of that number");
}

static void
test_faults(void)
{
	static const struct tunecase cases[] = {
	    {"", "1:1 expected X: and a number"},
	    {"C D E", "1:1 expected X: and a number"},
	    {"X:1\nT:x\n", "2:4 expected K: and a key"},
	    {"X:1\nCDE", "2:1 expected a field; K: ends the head"},
	    {"X:1\rK:H", "2:3 expected a key, such as G, Em"},
	    {"X:1\r\nK:H", "2:3 expected a key, such as G, Em"},
	    {"X:1\nK:H", "2:3 expected a key, such as G, Em"},
	    {"X:1\nK:Gx", "2:4 expected a mode"},
	    {"X:1\nK:G ^h", "2:5 expected an accidental and a note"},
	    {"X:1\nM:6/7", "2:3 expected a meter of"},
	    {"X:1\nM:six", "2:3 expected a meter, such as"},
	    {"X:1\nL:x", "2:3 expected a length, such as 1/8"},
	    {"X:1\nL:1/0", "2:3 expected a length of 1 to 9999"},
	    {"X:1\nQ:1/4=0", "2:3 expected a tempo of beats a minute"},
	    {"X:1\nQ:fast", "2:3 expected a tempo, such as 1/4=120"},
	    {"X:1\nQ:\"x", "2:3 expected '\"' at the end"},
	    {"X:1\nP:A(B", "2:6 expected ')' after '('"},
	    {"X:1\nP:A)", "2:4 expected '(' before ')'"},
	    {"X:1\nP:2", "2:3 expected a part, and how often"},
	    {"X:1\nP:((A999)999)999", "2:12 expected at most 4096 parts"},
	    {"X:1\nP:(((((((((A", "2:11 expected at most 8 parentheses"},
	    {"X:1\nV:", "2:3 expected the name of a voice"},
	    {"X:1\n%%MIDI program x", "2:15 expected a program"},
	    {"X:1\n%%MIDI channel 17", "2:15 expected a channel"},
	    {"X:1\n%%propagate-accidentals x", "2:25 expected not, octave"},
	    {"X:1\nU:T", "2:4 expected '='"},
	    {HEAD "C Y D", "5:3 expected a note, a rest, a bar or another "
			   "sign of music, not \"Y\""},
	    {HEAD "C ^ D", "5:4 expected a note, A to G or a to g, not "},
	    {HEAD "^^^C", "5:1 expected at most two sharps or flats"},
	    {HEAD "C,,,,,,", "5:1 expected a note in reach of MIDI"},
	    {HEAD "c'''''''", "5:1 expected a note in reach of MIDI"},
	    {HEAD "c''''''", "5:1 expected a note in reach of MIDI"},
	    {HEAD "C0", "5:2 expected a length of 1 to 9999, over"},
	    {HEAD "C99999", "5:2 expected a length of 1 to 9999"},
	    {HEAD "C////////////", "5:2 expected a length"},
	    {HEAD "[CE", "5:1 expected ']', which ends a chord"},
	    {HEAD "[C2", "5:1 expected ']'"},
	    {HEAD "{C", "5:1 expected '}', which ends grace notes"},
	    {HEAD "\"Am C", "5:1 expected '\"' again in the line"},
	    {HEAD "[K:G", "5:1 expected ']', which ends a field"},
	    {HEAD "[K:X]C", "5:4 expected a key"},
	    {HEAD ">C", "5:1 expected a note before >"},
	    {HEAD "C>|D", ""},
	    {HEAD "C><D", "5:3 expected a note before <"},
	    {HEAD "C>>>>D", "5:2 expected at most three of >"},
	    {HEAD "(1C", "5:1 expected a tuplet of 2 to 99 notes"},
	    {HEAD "|:C|0D", "5:5 expected"},
	    {HEAD "|:C[33D", "5:5 expected an ending from 1 to 32"},
	    {HEAD "Z0", "5:2 expected a rest of 1 to 999 bars"},
	    {HEAD "C9999 [L:9999/1] C9999 C9999",
		"5:23 expected a note that is shorter"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tunecases(ABC, &cases[i], 1, 0, "fault");
	}
}

/* What parts and repeats make of little is bounded. */
static void
test_bounds(void)
{
	static char text[100000];
	struct riad_tune_fault fault;
	size_t n;

	n = (size_t)sprintf(
	    text, "X:1\nL:1/64\nP:((((A2)2)9)9)9\nK:C\nP:A\n|:");
	for (int i = 0; i < 20000; i++)
		text[n++] = 'C';
	n += (size_t)sprintf(text + n, ":|");
	ok(riad_tune_read(ABC, 0, text, n, &fault) == NULL &&
		errno == EBADMSG && strncmp(fault.why, "too long", 8) == 0,
	    "parts of many notes that come often");

	n = (size_t)sprintf(text, "X:1\nP:((((A2)2)9)9)9\nK:C\nP:A\n");
	for (int i = 0; i < 9000; i++)
		n += (size_t)sprintf(text + n, "[K:G]");
	ok(riad_tune_read(ABC, 0, text, n, &fault) == NULL &&
		errno == EBADMSG && strncmp(fault.why, "too long", 8) == 0,
	    "fields that take no time");

	n = (size_t)sprintf(text, "X:1\nP:((((A2)2)9)9)9\nK:C\nP:A\n|:C:|");
	for (int i = 0; i < 20000; i++)
		n += (size_t)sprintf(text + n, "[2z");
	ok(riad_tune_read(ABC, 0, text, n, &fault) == NULL &&
		errno == EBADMSG && strncmp(fault.why, "too long", 8) == 0,
	    "endings that are passed over");

	n = (size_t)sprintf(text, "X:1\nK:C\n");
	for (int i = 0; i < 65; i++)
		n += (size_t)sprintf(text + n, "[V:%d]C", i);
	ok(riad_tune_read(ABC, 0, text, n, &fault) == NULL && errno == EBADMSG,
	    "too many voices");
}

static void
test_recognised(void)
{
	static const char *const yes[] = {
	    "X:1\n", "%abc-2.1\n", "\n\nX: 5", "\xEF\xBB\xBFX:1"};
	static const char *const no[] = {"", "c d e", "# X:1", "% x", "T:x"};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		ok(riad_tune_is_abc(yes[i], strlen(yes[i])), "ABC %zu", i);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ok(!riad_tune_is_abc(no[i], strlen(no[i])), "not %zu", i);
}

int
main(void)
{
	test_pitches();
	test_keys();
	test_lengths();
	test_ties();
	test_graces();
	test_repeats();
	test_parts();
	test_voices();
	test_stress();
	test_events();
	test_lines();
	test_faults();
	test_bounds();
	test_recognised();
	return tap_done();
}
