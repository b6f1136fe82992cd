/* SPDX-License-Identifier: ISC */
/*
 * The pattern becomes a row of parts, and the text is read once while the set
 * of parts is kept that could be next: a pattern of many stars costs no more
 * than another.
 */

#include "riad/glob.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum kind {
	LITERAL,
	ANY,   /* one byte, no slash */
	SET,   /* one byte of a set, no slash */
	STAR,  /* any number of bytes, no slash */
	ALL,   /* any number of bytes */
	MAYBE, /* nothing; or, with the two parts after it, directories */
	NEVER,
};

struct part {
	enum kind kind;
	uint8_t byte;
	const char *set; /* after the bracket */
};

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool
is_letter(uint8_t c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool
in_class(const char *name, size_t len, uint8_t c, bool fold_case)
{
	static const char *const names[] = {"alnum", "alpha", "blank", "cntrl",
	    "digit", "graph", "lower", "print", "punct", "space", "upper",
	    "xdigit"};
	const bool digit = c >= '0' && c <= '9';
	const bool graph = c > ' ' && c < 0x7f;
	const bool capital = c >= 'A' && c <= 'Z';
	size_t i = 0;

	while (i < 12 &&
	       (strlen(names[i]) != len || memcmp(name, names[i], len) != 0))
		i++;
	switch (i) {
	case 0:
		return digit || is_letter(c);
	case 1:
		return is_letter(c);
	case 2:
		return c == ' ' || c == '\t';
	case 3:
		return c < ' ' || c == 0x7f;
	case 4:
		return digit;
	case 5:
		return graph;
	case 6:
		return is_letter(c) && !capital;
	case 7:
		return graph || c == ' ';
	case 8:
		return graph && !digit && !is_letter(c);
	case 9:
		return c == ' ' || (c >= '\t' && c <= '\r');
	case 10:
		return capital || (fold_case && is_letter(c));
	case 11:
		return digit || (lower(c) >= 'a' && lower(c) <= 'f');
	}
	return false;
}

/* The length of "[:name:]" at s, or 0 if that is not what is there. */
static size_t
class_len(const char *s)
{
	if (s[0] != '[' || s[1] != ':')
		return 0;
	size_t n = strcspn(s + 2, "]");
	return s[2 + n] == ']' && n >= 1 && s[1 + n] == ':' ? n + 3 : 0;
}

/* Whether c is of the set after a bracket; NULL c finds where the set ends,
 * which is NULL where it does not. */
static const char *
match_set(const char *s, uint8_t c, bool fold_case, bool *found)
{
	const bool negated = *s == '!' || *s == '^';
	uint8_t last = 0;
	bool in = false;

	s += negated;
	for (bool first = true; first || *s != ']'; first = false) {
		size_t len = class_len(s);

		if (len > 0) {
			in |= in_class(s + 2, len - 4, c, fold_case);
			s += len;
			last = 0;
			continue;
		}
		bool range =
		    *s == '-' && last != 0 && s[1] != '\0' && s[1] != ']';
		s += range;
		if (*s == '\\')
			s++;
		if (*s == '\0')
			return NULL;
		uint8_t at = (uint8_t)*s++;
		if (range) {
			uint8_t big = is_letter(c) ? (uint8_t)(c & ~32) : c;
			in |= c >= last && c <= at;
			in |= fold_case && big >= last && big <= at;
			last = 0;
		} else {
			in |= c == at;
			last = at;
		}
	}
	*found = in != negated;
	return s + 1;
}

/* Puts the parts of the pattern, fewer than 3 * strlen(p) + 1, and returns how
 * many. */
static size_t
parse(struct part *parts, const char *p)
{
	const char *begin = p;
	size_t n = 0;
	bool unused;

	while (*p != '\0') {
		struct part *part = &parts[n++];
		const char *star = p;

		*part = (struct part){.kind = LITERAL, .byte = (uint8_t)*p++};
		switch (*star) {
		case '?':
			part->kind = ANY;
			break;
		case '\\':
			part->byte = (uint8_t)*p;
			if (*p == '\0')
				part->kind = NEVER;
			else
				p++;
			break;
		case '[':
			part->kind = SET;
			part->set = p;
			p = match_set(p, 0, false, &unused);
			if (p == NULL) {
				part->kind = NEVER;
				return n;
			}
			break;
		case '*':
			p += strspn(p, "*");
			part->kind = STAR;
			if (p - star < 2 || (star > begin && star[-1] != '/') ||
			    (*p != '\0' && *p != '/' &&
				strncmp(p, "\\/", 2) != 0))
				break;
			if (*p == '/') {
				part->kind = MAYBE;
				part = &parts[n++];
			}
			*part = (struct part){.kind = ALL};
			break;
		}
	}
	return n;
}

/* Adds to the set the parts that are reached by passing over others. */
static void
close_set(const struct part *parts, size_t n, bool *set)
{
	for (size_t i = 0; i < n; i++) {
		if (!set[i] || (parts[i].kind != STAR && parts[i].kind != ALL &&
				   parts[i].kind != MAYBE))
			continue;
		set[i + 1] = true;
		if (parts[i].kind == MAYBE)
			set[i + 3] = true;
	}
}

static bool
takes(const struct part *part, uint8_t c, bool fold_case)
{
	bool found = false;

	switch (part->kind) {
	case LITERAL:
		return c == part->byte ||
		       (fold_case && lower(c) == lower(part->byte));
	case ANY:
	case STAR:
		return c != '/';
	case SET:
		match_set(
		    part->set, fold_case ? lower(c) : c, fold_case, &found);
		return found && c != '/';
	case ALL:
		return true;
	case MAYBE:
	case NEVER:
		break;
	}
	return false;
}

int
riad_glob(const char *pattern, const char *text, bool fold_case)
{
	const size_t len = strlen(pattern), max = 3 * len + 1;
	int result = -1;

	if (len > RIAD_GLOB_MAX)
		return 0;
	struct part *parts = reallocarray(NULL, max, sizeof(*parts));
	bool *sets = calloc(2, max + 1);
	if (parts != NULL && sets != NULL) {
		bool *now = sets, *next = sets + max + 1;
		size_t n = parse(parts, pattern);

		now[0] = true;
		close_set(parts, n, now);
		for (; *text != '\0'; text++) {
			memset(next, 0, n + 1);
			for (size_t i = 0; i < n; i++) {
				const struct part *part = &parts[i];
				bool stay =
				    part->kind == STAR || part->kind == ALL;
				if (now[i] &&
				    takes(part, (uint8_t)*text, fold_case))
					next[i + !stay] = true;
			}
			close_set(parts, n, next);
			bool *other = now;
			now = next;
			next = other;
		}
		result = now[n];
	}
	free(parts);
	free(sets);
	return result;
}
