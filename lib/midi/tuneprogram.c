/* SPDX-License-Identifier: ISC */
/* Instruments, by the names that people have for them. */

#include <string.h>

#include "score.h"

/* The names of General MIDI, shortened by nothing but case and signs. */
static const char *const names[128] = {"acoustic grand piano",
    "bright acoustic piano", "electric grand piano", "honky-tonk piano",
    "electric piano 1", "electric piano 2", "harpsichord", "clavinet",
    "celesta", "glockenspiel", "music box", "vibraphone", "marimba",
    "xylophone", "tubular bells", "dulcimer", "drawbar organ",
    "percussive organ", "rock organ", "church organ", "reed organ", "accordion",
    "harmonica", "tango accordion", "nylon guitar", "steel guitar",
    "jazz guitar", "clean guitar", "muted guitar", "overdriven guitar",
    "distortion guitar", "guitar harmonics", "acoustic bass", "fingered bass",
    "picked bass", "fretless bass", "slap bass 1", "slap bass 2",
    "synth bass 1", "synth bass 2", "violin", "viola", "cello", "contrabass",
    "tremolo strings", "pizzicato strings", "orchestral harp", "timpani",
    "string ensemble 1", "string ensemble 2", "synth strings 1",
    "synth strings 2", "choir aahs", "voice oohs", "synth voice",
    "orchestra hit", "trumpet", "trombone", "tuba", "muted trumpet",
    "french horn", "brass section", "synth brass 1", "synth brass 2",
    "soprano sax", "alto sax", "tenor sax", "baritone sax", "oboe",
    "english horn", "bassoon", "clarinet", "piccolo", "flute", "recorder",
    "pan flute", "blown bottle", "shakuhachi", "whistle", "ocarina",
    "square lead", "sawtooth lead", "calliope lead", "chiff lead",
    "charang lead", "voice lead", "fifths lead", "bass and lead", "new age pad",
    "warm pad", "polysynth pad", "choir pad", "bowed pad", "metallic pad",
    "halo pad", "sweep pad", "rain", "soundtrack", "crystal", "atmosphere",
    "brightness", "goblins", "echoes", "sci-fi", "sitar", "banjo", "shamisen",
    "koto", "kalimba", "bagpipe", "fiddle", "shanai", "tinkle bell", "agogo",
    "steel drums", "woodblock", "taiko drum", "melodic tom", "synth drum",
    "reverse cymbal", "guitar fret noise", "breath noise", "seashore",
    "bird tweet", "telephone ring", "helicopter", "applause", "gunshot"};

/* What is said for short, and other names of General MIDI's. */
static const struct {
	const char *name;
	uint8_t program;
} others[] = {
    {"piano", 0},
    {"honky-tonk", 3},
    {"electric piano", 4},
    {"rhodes", 4},
    {"vibes", 11},
    {"organ", 16},
    {"guitar", 24},
    {"acoustic guitar nylon", 24},
    {"acoustic guitar steel", 25},
    {"electric guitar", 27},
    {"electric guitar jazz", 26},
    {"electric guitar clean", 27},
    {"electric guitar muted", 28},
    {"bass", 32},
    {"electric bass", 33},
    {"electric bass finger", 33},
    {"electric bass pick", 34},
    {"slap bass", 36},
    {"synth bass", 38},
    {"double bass", 43},
    {"harp", 46},
    {"strings", 48},
    {"choir", 52},
    {"voice", 53},
    {"horn", 60},
    {"brass", 61},
    {"sax", 65},
    {"saxophone", 65},
    {"alto saxophone", 65},
    {"tenor saxophone", 66},
    {"bells", 14},
    {"square", 80},
    {"saw", 81},
    {"sawtooth", 81},
    {"lead 1 square", 80},
    {"lead 2 sawtooth", 81},
    {"pad", 89},
    {"bagpipes", 109},
    {"fx 1 rain", 96},
};

/* Equal, but for case and what is no letter or digit. */
static bool
same(const char *a, size_t len, const char *b)
{
	size_t i = 0;

	for (;;) {
		while (i < len && strchr(" -_.()", a[i]) != NULL && a[i] != 0)
			i++;
		while (*b == ' ' || *b == '-')
			b++;
		if (i == len || *b == '\0')
			return i == len && *b == '\0';
		char c = a[i++];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if (c != *b++)
			return false;
	}
}

int
tune_program(const char *name, size_t len)
{
	for (int i = 0; i < 128; i++) {
		if (same(name, len, names[i]))
			return i;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (same(name, len, others[i].name))
			return others[i].program;
	}
	return -1;
}

/* Words that begin alike, for a message. */
static const char *
nearest(const char *name, size_t len)
{
	for (size_t n = len; n >= 3; n--) {
		for (int i = 0; i < 128; i++) {
			for (const char *p = names[i]; *p != '\0'; p++) {
				if (strncmp(p, name, n) == 0)
					return names[i];
			}
		}
	}
	return "trumpet";
}

int
score_instrument(struct score *s, const char *stop)
{
	const char *at = s->at, *name = at, *end = stop;
	char buf[SCORE_SEEN];
	int n;

	while (end > name && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	s->at = end;
	if (name < end && *name >= '0' && *name <= '9') {
		s->at = at;
		if (score_number(s, &n, 0, 127,
			"an instrument by its program number") == -1)
			return -1;
		return n;
	}
	if (end - name >= 2 && *name == '"' && end[-1] == '"') {
		name++;
		end--;
	}
	n = tune_program(name, (size_t)(end - name));
	if (n == -1)
		score_fail(s, at,
		    "expected an instrument of General MIDI (0 to 127, or a "
		    "name such as %s), not %s",
		    nearest(name, (size_t)(end - name)),
		    score_seen(s, at, buf));
	return n;
}
