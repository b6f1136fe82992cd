/* SPDX-License-Identifier: ISC */
/* Instruments, by the names that people have for them. */

#include <string.h>

#include "riad/midinames.h"
#include "score.h"

/* What is said for short where several would do. */
static const struct {
	const char *name;
	uint8_t program;
} others[] = {
    {"piano", 0},
    {"honky-tonk", 3},
    {"electric piano", 4},
    {"rhodes", 4},
    {"clavinet", 7},
    {"vibes", 11},
    {"bells", 14},
    {"organ", 16},
    {"guitar", 24},
    {"acoustic guitar", 24},
    {"steel guitar", 25},
    {"electric guitar", 27},
    {"bass", 32},
    {"electric bass", 33},
    {"fingered bass", 33},
    {"picked bass", 34},
    {"slap bass", 36},
    {"synth bass", 38},
    {"double bass", 43},
    {"harp", 46},
    {"strings", 48},
    {"synth strings", 50},
    {"choir", 52},
    {"voice", 53},
    {"horn", 60},
    {"brass", 61},
    {"synth brass", 62},
    {"sax", 65},
    {"saxophone", 65},
    {"saw", 81},
    {"pad", 89},
    {"bagpipe", 109},
    {"bagpipes", 109},
    {"sci-fi", 103},
};

static bool
is_sign(char c)
{
	return c == ' ' || c == '-' || c == '_' || c == '.' || c == '(' ||
	       c == ')' || c == '\t';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Equal, but for case and signs. */
static bool
same(const char *a, size_t len, const char *b)
{
	size_t i = 0;

	for (;;) {
		while (i < len && is_sign(a[i]))
			i++;
		while (is_sign(*b))
			b++;
		if (i == len || *b == '\0')
			return i == len && *b == '\0';
		if (lower(a[i++]) != lower(*b++))
			return false;
	}
}

/* The next word of a name: its length, 0 at the end. */
static size_t
next_word(const char **at, const char *end)
{
	const char *p;

	while (*at < end && is_sign(**at))
		++*at;
	for (p = *at; p < end && !is_sign(*p);)
		p++;
	return (size_t)(p - *at);
}

static bool
has_word(const char *name, const char *word, size_t len)
{
	const char *end = name + strlen(name);
	size_t n;

	for (; (n = next_word(&name, end)) > 0; name += n) {
		if (n != len)
			continue;
		size_t i = 0;
		while (i < n && lower(name[i]) == lower(word[i]))
			i++;
		if (i == n)
			return true;
	}
	return false;
}

static bool
has_words(const char *name, const char *words, size_t len)
{
	const char *end = words + len;
	size_t n, all = 0;

	for (; (n = next_word(&words, end)) > 0; words += n, all++) {
		if (!has_word(name, words, n))
			return false;
	}
	return all > 0;
}

/* By its name, or what it is called for short, or by words of its name that
 * no other has; -1, and then *like has some of them, or is NULL. */
static int
find_program(const char *name, size_t len, const char **like)
{
	int found = -1;

	*like = NULL;
	if (len > 64)
		return -1;
	for (int i = 0; i < 128; i++) {
		if (same(name, len, riad_midi_program((uint8_t)i)))
			return i;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (same(name, len, others[i].name))
			return others[i].program;
	}
	for (int i = 0; i < 128; i++) {
		if (!has_words(riad_midi_program((uint8_t)i), name, len))
			continue;
		if (*like != NULL)
			return -1;
		*like = riad_midi_program((uint8_t)i);
		found = i;
	}
	return found;
}

int
tune_program(const char *name, size_t len)
{
	const char *like;

	return find_program(name, len, &like);
}

int
score_instrument(struct score *s, const char *stop)
{
	const char *at = s->at, *name = at, *end = stop, *like;
	char buf[TUNE_SEEN];
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
	n = find_program(name, (size_t)(end - name), &like);
	if (n == -1 && like != NULL)
		return tune_fault(s, at,
		    "expected more of the name: several are like it, such as "
		    "\"%s\"",
		    like);
	if (n == -1)
		return tune_fault(s, at,
		    "expected an instrument of General MIDI by its name or "
		    "number (0 to 127), not %s",
		    tune_seen(at, s->end, buf));
	return n;
}
