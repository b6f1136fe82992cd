/* SPDX-License-Identifier: ISC */
/*
 * All patterns are one automaton.  A token is a state: what it takes of a path
 * leads on to the next.  The states that a path may be in are a list; a place
 * is such a list as it is after a slash, with a bit for the directory itself.
 *
 * A pattern without a slash is matched against each name from its start, and
 * does not live past the name's end, so it is in no list.
 */

#include "riad/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "seqs.h"

/* Of the lists of all places: 16 MiB. */
#define PLACES_MAX (1u << 22)

enum token_kind {
	TOKEN_BYTE,   /* arg */
	TOKEN_ANY,    /* a byte, no slash */
	TOKEN_SET,    /* a byte of set arg, where no slash is */
	TOKEN_NAME,   /* any bytes, no slash */
	TOKEN_PATH,   /* any bytes */
	TOKEN_NO_DIR, /* nothing, or nothing with the two tokens that follow */
	TOKEN_END,    /* of pattern arg */
	TOKEN_NEVER,
};

struct token {
	uint32_t kind : 4, arg : 28;
};

struct set {
	uint64_t bits[4];
};

struct pattern {
	bool negative, dir_only;
};

/* States, each once. */
struct states {
	uint32_t *list;
	uint32_t n;
};

struct riad_patterns {
	struct token *tokens;
	uint32_t ntokens;
	struct set *sets;
	uint32_t nsets;
	struct pattern *patterns;
	uint32_t npatterns;
	struct states names; /* where patterns without a slash begin */
	struct states now, next;
	uint32_t *marks; /* by state: the round in which it was listed */
	uint32_t round;
	uint32_t top;
	struct seqs places;
	uint64_t steps;
};

/* A pattern's text; as git has it a NUL follows, for ever. */
struct source {
	const uint8_t *s;
	size_t len;
};

static uint8_t
at(const struct source *src, size_t i)
{
	return i < src->len ? src->s[i] : 0;
}

static bool
is_special(uint8_t c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

/* There is room: a byte of text makes two tokens at most, and an end. */
static void
emit(struct riad_patterns *p, enum token_kind kind, uint32_t arg)
{
	p->tokens[p->ntokens++] = (struct token){kind & 15, arg & 0xfffffff};
}

static void
set_add(struct set *set, uint8_t first, uint8_t last)
{
	for (unsigned c = first; c <= last; c++)
		set->bits[c / 64] |= UINT64_C(1) << c % 64;
}

static bool
set_has(const struct set *set, uint8_t c)
{
	return set->bits[c / 64] >> c % 64 & 1;
}

/* The bytes of a named class: pairs of a first and a last, in ASCII. */
static bool
set_add_class(struct set *set, const uint8_t *name, size_t len)
{
	static const struct {
		const char *name, *ranges;
	} classes[] = {
	    {"alnum", "09AZaz"},
	    {"alpha", "AZaz"},
	    {"blank", "\t\t  "},
	    {"cntrl", "\1\37\177\177"},
	    {"digit", "09"},
	    {"graph", "!~"},
	    {"lower", "az"},
	    {"print", " ~"},
	    {"punct", "!/:@[`{~"},
	    {"space", "\t\n\r\r  "}, /* git's: not \v and \f */
	    {"upper", "AZ"},
	    {"xdigit", "09AFaf"},
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strlen(classes[i].name) != len ||
		    memcmp(classes[i].name, name, len) != 0)
			continue;
		for (const char *r = classes[i].ranges; *r != '\0'; r += 2)
			set_add(set, (uint8_t)r[0], (uint8_t)r[1]);
		return true;
	}
	return false;
}

/* "[:name:]", which begins at i.  Its last byte; i if it is no such thing, 0
 * if it is malformed, or not known. */
static size_t
parse_class(struct set *set, const struct source *src, size_t i)
{
	size_t name = i + 2, end = name;

	while (at(src, end) != ']') {
		if (at(src, end++) == '\0')
			return 0;
	}
	if (end == name || at(src, end - 1) != ':')
		return i;
	return set_add_class(set, src->s + name, end - 1 - name) ? end : 0;
}

/*
 * A bracket expression that begins at i, and takes the rest of a pattern with
 * it if it is malformed.  Returns where it ends, or 0.  As in git, ']' is
 * itself where it is first, '-' where no range may be.
 */
static size_t
parse_set(struct set *set, const struct source *src, size_t i)
{
	uint8_t c = at(src, ++i), prev = 0;
	const bool negated = c == '!' || c == '^';

	if (negated)
		c = at(src, ++i);
	do {
		if (c == '\\')
			c = at(src, ++i);
		else if (c == '-' && prev != 0 && at(src, i + 1) != '\0' &&
			 at(src, i + 1) != ']')
			goto range;
		else if (c == '[' && at(src, i + 1) == ':') {
			size_t end = parse_class(set, src, i);
			if (end == 0)
				return 0;
			if (end != i) {
				i = end;
				prev = 0;
				continue;
			}
		}
		if (c == '\0')
			return 0;
		set_add(set, c, c);
		prev = c;
		continue;
	range:
		c = at(src, ++i);
		if (c == '\\')
			c = at(src, ++i);
		if (c == '\0')
			return 0;
		set_add(set, prev, c);
		prev = 0;
	} while ((c = at(src, ++i)) != ']');

	for (size_t w = 0; negated && w < 4; w++)
		set->bits[w] = ~set->bits[w];
	return i;
}

/*
 * A run of stars at i.  Two make a path of it where they stand for a whole
 * name; from is where what is no plain text begins, before which git does not
 * look.  Returns the last of them.
 */
static size_t
emit_stars(struct riad_patterns *p, const struct source *src, size_t from,
    size_t i, bool has_dir)
{
	size_t end = i;

	while (at(src, end) == '*')
		end++;
	const bool whole =
	    (i == from || src->s[i - 1] == '/') &&
	    (end == src->len || src->s[end] == '/' ||
		(src->s[end] == '\\' && at(src, end + 1) == '/'));
	if (!has_dir || end - i < 2 || !whole) {
		emit(p, TOKEN_NAME, 0);
		return end - 1;
	}
	if (at(src, end) == '/')
		emit(p, TOKEN_NO_DIR, 0);
	emit(p, TOKEN_PATH, 0);
	return end - 1;
}

static void
emit_set(struct riad_patterns *p, const struct source *src, size_t *i)
{
	struct set *set = &p->sets[p->nsets];

	*set = (struct set){{0}};
	size_t end = parse_set(set, src, *i);
	if (end == 0) {
		emit(p, TOKEN_NEVER, 0);
		*i = src->len;
		return;
	}
	emit(p, TOKEN_SET, p->nsets++);
	*i = end;
}

/* Below from, bytes are themselves. */
static void
emit_text(
    struct riad_patterns *p, const struct source *src, size_t from, bool dir)
{
	for (size_t i = 0; i < src->len; i++) {
		uint8_t c = src->s[i];

		if (i < from || !is_special(c))
			emit(p, TOKEN_BYTE, c);
		else if (c == '?')
			emit(p, TOKEN_ANY, 0);
		else if (c == '*')
			i = emit_stars(p, src, from, i, dir);
		else if (c == '[')
			emit_set(p, src, &i);
		else if (++i < src->len)
			emit(p, TOKEN_BYTE, src->s[i]);
		else
			emit(p, TOKEN_NEVER, 0);
	}
}

static void
add_pattern(struct riad_patterns *p, const uint8_t *s, size_t len)
{
	struct pattern *pattern = &p->patterns[p->npatterns];
	struct source src = {s, len};
	size_t from = 0;

	*pattern = (struct pattern){false, false};
	if (at(&src, 0) == '!') {
		pattern->negative = true;
		src.s++;
		src.len--;
	}
	if (src.len > 0 && src.s[src.len - 1] == '/') {
		pattern->dir_only = true;
		src.len--;
	}
	const bool dir = src.len > 0 && memchr(src.s, '/', src.len) != NULL;
	if (dir && src.s[0] == '/') {
		src.s++;
		src.len--;
	}
	while (from < src.len && !is_special(src.s[from]))
		from++;

	struct states *starts = dir ? &p->now : &p->names;
	starts->list[starts->n++] = p->ntokens;
	emit_text(p, &src, from, dir);
	emit(p, TOKEN_END, p->npatterns++);
}

/* Without the spaces at its end, unless a backslash keeps one. */
static size_t
trim(const uint8_t *s, size_t len)
{
	size_t end = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == ' ')
			continue;
		if (s[i] == '\\' && ++i == len)
			return len;
		end = i + 1;
	}
	return end;
}

/* A line without its end.  A pattern is a string, so that a NUL ends it. */
static void
add_line(struct riad_patterns *p, const uint8_t *s, size_t len)
{
	if (len == 0 || s[0] == '#')
		return;
	if (s[len - 1] == '\r')
		len--;
	const uint8_t *nul = len > 0 ? memchr(s, '\0', len) : NULL;
	if (nul != NULL)
		len = (size_t)(nul - s);
	add_pattern(p, s, trim(s, len));
}

static void
add_lines(struct riad_patterns *p, const uint8_t *s, size_t len)
{
	static const uint8_t bom[] = {0xef, 0xbb, 0xbf};

	if (len >= sizeof(bom) && memcmp(s, bom, sizeof(bom)) == 0) {
		s += sizeof(bom);
		len -= sizeof(bom);
	}
	while (len > 0) {
		const uint8_t *nl = memchr(s, '\n', len);
		size_t n = nl != NULL ? (size_t)(nl - s) : len;

		add_line(p, s, n);
		n += nl != NULL;
		s += n;
		len -= n;
	}
}

/* Adds a state that was not yet added in this round. */
static void
list(struct riad_patterns *p, struct states *states, uint32_t state)
{
	if (p->marks[state] == p->round)
		return;
	p->marks[state] = p->round;
	states->list[states->n++] = state;
}

/* Marks of rounds long past must not come alive. */
static void
new_round(struct riad_patterns *p)
{
	if (++p->round == 0) {
		memset(p->marks, 0, p->ntokens * sizeof(*p->marks));
		p->round = 1;
	}
}

/* Adds the states that come of these by taking nothing. */
static void
close_states(struct riad_patterns *p, struct states *states)
{
	for (uint32_t i = 0; i < states->n; i++) {
		uint32_t state = states->list[i];

		switch (p->tokens[state].kind) {
		case TOKEN_NO_DIR:
			list(p, states, state + 3);
			list(p, states, state + 1);
			break;
		case TOKEN_NAME:
		case TOKEN_PATH:
			list(p, states, state + 1);
			break;
		default:
			break;
		}
	}
	p->steps += states->n;
}

/* Takes a byte. */
static void
step(struct riad_patterns *p, uint8_t c)
{
	struct states old = p->now;

	p->now = p->next;
	p->next = old;
	p->now.n = 0;
	new_round(p);
	for (uint32_t i = 0; i < old.n; i++) {
		uint32_t state = old.list[i];
		const struct token token = p->tokens[state];
		bool on = false;

		switch (token.kind) {
		case TOKEN_BYTE:
			on = c == token.arg;
			break;
		case TOKEN_ANY:
			on = c != '/';
			break;
		case TOKEN_SET:
			on = c != '/' && set_has(&p->sets[token.arg], c);
			break;
		case TOKEN_NAME:
			if (c != '/')
				list(p, &p->now, state);
			break;
		case TOKEN_PATH:
			list(p, &p->now, state);
			break;
		default:
			break;
		}
		if (on)
			list(p, &p->now, state + 1);
	}
	p->steps += old.n;
	close_states(p, &p->now);
}

/* What the last pattern that ends here says, or -1. */
static int
decide(const struct riad_patterns *p, bool is_dir)
{
	int64_t last = -1;

	for (uint32_t i = 0; i < p->now.n; i++) {
		const struct token token = p->tokens[p->now.list[i]];

		if (token.kind == TOKEN_END && token.arg > last &&
		    (is_dir || !p->patterns[token.arg].dir_only))
			last = token.arg;
	}
	return last == -1 ? -1 : !p->patterns[last].negative;
}

static int
by_number(const void *left, const void *right)
{
	const uint32_t a = *(const uint32_t *)left,
		       b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* The place that is made of the states that take something. */
static int64_t
put_place(struct riad_patterns *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->now.n; i++) {
		uint32_t kind = p->tokens[p->now.list[i]].kind;
		if (kind != TOKEN_END && kind != TOKEN_NEVER &&
		    kind != TOKEN_NO_DIR)
			p->now.list[n++] = p->now.list[i];
	}
	if (n > 1)
		qsort(p->now.list, n, sizeof(*p->now.list), by_number);
	return seqs_put(&p->places, p->now.list, n);
}

/* Lists what a name at this place is matched with. */
static void
begin(struct riad_patterns *p, uint32_t place)
{
	size_t n;
	const uint32_t *states = seqs_get(&p->places, place, &n);

	new_round(p);
	p->now.n = 0;
	for (size_t i = 0; i < n; i++)
		list(p, &p->now, states[i]);
	for (uint32_t i = 0; i < p->names.n; i++)
		list(p, &p->now, p->names.list[i]);
	close_states(p, &p->now);
}

/* The top has an empty name, which patterns with a slash do not match. */
static int
make_top(struct riad_patterns *p)
{
	new_round(p);
	for (uint32_t i = 0; i < p->now.n; i++)
		p->marks[p->now.list[i]] = p->round;
	close_states(p, &p->now);
	if (put_place(p) == -1 || seqs_put(&p->places, NULL, 0) == -1)
		return -1;

	/* The states that were put are in order, so place 0 is theirs even
	 * where there are none. */
	new_round(p);
	p->now.n = 0;
	for (uint32_t i = 0; i < p->names.n; i++)
		list(p, &p->now, p->names.list[i]);
	close_states(p, &p->now);
	p->top = RIAD_PATTERN_ALONE | (decide(p, true) == 1);
	return 0;
}

static int
make_room(struct riad_patterns *p, size_t len)
{
	size_t tokens = 2 * len + 8;

	p->tokens = calloc(tokens, sizeof(*p->tokens));
	p->marks = calloc(tokens, sizeof(*p->marks));
	p->now.list = calloc(tokens, sizeof(*p->now.list));
	p->next.list = calloc(tokens, sizeof(*p->next.list));
	p->names.list = calloc(len + 1, sizeof(*p->names.list));
	p->patterns = calloc(len + 1, sizeof(*p->patterns));
	p->sets = calloc(len / 3 + 1, sizeof(*p->sets));
	if (p->tokens == NULL || p->marks == NULL || p->now.list == NULL ||
	    p->next.list == NULL || p->names.list == NULL ||
	    p->patterns == NULL || p->sets == NULL)
		return -1;
	return 0;
}

struct riad_patterns *
riad_patterns_new(const void *text, size_t len)
{
	struct riad_patterns *p;

	if (len > RIAD_PATTERN_TEXT_MAX) {
		errno = EMSGSIZE;
		return NULL;
	}
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return NULL;
	seqs_init(&p->places, PLACES_MAX);
	if (make_room(p, len) == -1) {
		riad_patterns_free(p);
		return NULL;
	}
	if (len > 0)
		add_lines(p, text, len);
	if (make_top(p) == -1) {
		riad_patterns_free(p);
		return NULL;
	}
	return p;
}

void
riad_patterns_free(struct riad_patterns *p)
{
	if (p == NULL)
		return;
	free(p->tokens);
	free(p->marks);
	free(p->now.list);
	free(p->next.list);
	free(p->names.list);
	free(p->patterns);
	free(p->sets);
	seqs_free(&p->places);
	free(p);
}

uint32_t
riad_patterns_top(const struct riad_patterns *p)
{
	return p->top;
}

uint64_t
riad_patterns_steps(const struct riad_patterns *p)
{
	return p->steps;
}

int
riad_patterns_match(struct riad_patterns *p, uint32_t place, const void *name,
    size_t len, uint32_t *inner)
{
	const uint8_t *s = name;
	const uint64_t limit = p->steps + RIAD_PATTERN_STEPS_MAX;

	begin(p, place >> 1);
	for (size_t i = 0; i < len && p->now.n > 0; i++) {
		step(p, s[i]);
		if (p->steps > limit) {
			errno = EMSGSIZE;
			return -1;
		}
	}
	int included = decide(p, inner != NULL);
	if (included == -1)
		included = place & 1;
	if (inner == NULL)
		return included;

	step(p, '/');
	int64_t n = put_place(p);
	if (n == -1)
		return -1;
	*inner = (uint32_t)n << 1 | (uint32_t)included;
	return included;
}
