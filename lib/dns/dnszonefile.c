/* SPDX-License-Identifier: ISC */

#include "riad/dnszonefile.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "dnsfield.h"

/* What fits RDATA has no more words: hex of a digit each. */
enum { WORDS = 2 * 65535 + 16, PATH = 4096 };

struct zone {
	struct riad_dns_zonefile *file;
	const char *text; /* where lines are counted from */
	const char *at, *end;
	const char *open; /* the parenthesis we are in, or NULL */
	bool pairs;       /* a word may have a quoted value after "=" */

	struct riad_buf words; /* struct riad_dns_word */
	struct riad_buf rdata;
	struct riad_buf line; /* of $GENERATE */
	uint8_t owner[RIAD_DNS_NAME];
	bool has_owner;
};

static int
fail_at(struct zone *z, const char *at, const char *why)
{
	struct riad_dns_zonefile *file = z->file;

	file->why = why;
	file->line = 1;
	file->column = 1;
	for (const char *p = z->text; p < at; p++) {
		file->column++;
		if (*p == '\n') {
			file->line++;
			file->column = 1;
		}
	}
	errno = EBADMSG;
	return -1;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* To the next word or the end of the line: 1 for a word, 0, or -1. */
static int
skip(struct zone *z)
{
	for (; z->at < z->end; z->at++) {
		char c = *z->at;

		if (c == ';') {
			const char *line =
			    memchr(z->at, '\n', (size_t)(z->end - z->at));
			z->at = line != NULL ? line - 1 : z->end - 1;
		} else if (c == '(') {
			if (z->open != NULL)
				return fail_at(
				    z, z->at, "parenthesis within parentheses");
			z->open = z->at;
		} else if (c == ')') {
			if (z->open == NULL)
				return fail_at(
				    z, z->at, "parenthesis was not opened");
			z->open = NULL;
		} else if (c == '\n') {
			if (z->open == NULL)
				return 0;
		} else if (!is_blank(c)) {
			return 1;
		}
	}
	if (z->open != NULL)
		return fail_at(z, z->open, "parenthesis is not closed");
	return 0;
}

/* From after a quote to the one that ends it, where z->at then is. */
static int
to_quote(struct zone *z)
{
	const char *from = z->at - 1;

	for (; z->at < z->end && *z->at != '\n'; z->at++) {
		if (*z->at == '"')
			return 0;
		if (*z->at == '\\' && z->end - z->at > 1 && z->at[1] != '\n')
			z->at++;
	}
	return fail_at(z, from, "quote is not closed");
}

static bool
ends_word(char c)
{
	return is_blank(c) || c == '\n' || c == ';' || c == '(' || c == ')' ||
	       c == '"';
}

/* The next word of the line: 1, 0 at its end, or -1. */
static int
next_word(struct zone *z, struct riad_dns_word *word)
{
	int r = skip(z);

	if (r != 1)
		return r;
	*word = (struct riad_dns_word){.text = z->at};
	if (*z->at == '"') {
		word->quoted = true;
		word->text = ++z->at;
		if (to_quote(z) == -1)
			return -1;
		word->len = (size_t)(z->at++ - word->text);
		return 1;
	}
	for (; z->at < z->end; z->at++) {
		if (z->pairs && *z->at == '"' && z->at > word->text &&
		    z->at[-1] == '=') {
			z->at++;
			if (to_quote(z) == -1)
				return -1;
			z->at++;
			break;
		}
		if (ends_word(*z->at))
			break;
		if (*z->at == '\\') {
			if (z->end - z->at < 2 || z->at[1] == '\n')
				return fail_at(z, z->at, "nothing is escaped");
			z->at++;
		}
	}
	word->len = (size_t)(z->at - word->text);
	return 1;
}

static bool
is(const struct riad_dns_word *word, const char *s)
{
	return !word->quoted && strlen(s) == word->len &&
	       strncasecmp(word->text, s, word->len) == 0;
}

static int
end_of_line(struct zone *z)
{
	struct riad_dns_word word;
	int r = next_word(z, &word);

	return r == 1 ? fail_at(z, word.text, "a word too many") : r;
}

/* A word that has to be there. */
static int
want_word(struct zone *z, struct riad_dns_word *word, const char *missing)
{
	int r = next_word(z, word);

	if (r == 0)
		return fail_at(z, z->at, missing);
	return r == 1 ? 0 : -1;
}

static int
name_of(struct zone *z, uint8_t name[RIAD_DNS_NAME],
    const struct riad_dns_word *word)
{
	if (word->quoted)
		return fail_at(z, word->text, "name in quotes");
	if (riad_dns_name_parse(name, word->text, word->len, z->file->origin) !=
	    -1)
		return 0;
	return fail_at(z, word->text,
	    errno == EMSGSIZE ? "name is too long" : "not a name");
}

static int
ttl_of(struct zone *z, uint32_t *ttl, const struct riad_dns_word *word)
{
	if (riad_dns_ttl_parse(ttl, word->text, word->len) == -1)
		return fail_at(z, word->text, "not a TTL");
	if (*ttl > RIAD_DNS_TTL_MAX)
		return fail_at(z, word->text, "TTL over 2147483647");
	return 0;
}

/* Classes that data is of; ANY and NONE are types, or nothing. */
static int
class_of(const struct riad_dns_word *word)
{
	int class = riad_dns_class_parse(word->text, word->len);

	return class == RIAD_DNS_ANY_CLASS || class == DNS_CLASS_NONE ? -1
								      : class;
}

static bool
is_data(int type)
{
	return type != RIAD_DNS_OPT && type != 0 && (type < 128 || type > 255);
}

/* TTL and class, in either order, and the type. */
static int
read_head(struct zone *z, struct riad_dns_record *record, bool *has_ttl)
{
	struct riad_dns_word word;
	bool has_class = false;
	int v;

	*has_ttl = false;
	for (;;) {
		if (want_word(z, &word, "a type is missing") == -1)
			return -1;
		if (word.quoted)
			return fail_at(z, word.text, "type in quotes");
		if (!*has_ttl && word.len > 0 && word.text[0] >= '0' &&
		    word.text[0] <= '9') {
			if (ttl_of(z, &record->ttl, &word) == -1)
				return -1;
			*has_ttl = true;
			continue;
		}
		v = class_of(&word);
		if (!has_class && v != -1) {
			if (v != z->file->class)
				return fail_at(
				    z, word.text, "class is another");
			has_class = true;
			continue;
		}
		break;
	}
	v = riad_dns_type_parse(word.text, word.len);
	if (v == -1)
		return fail_at(z, word.text, "not a type");
	if (!is_data(v))
		return fail_at(z, word.text, "type that is no data");
	record->type = (uint16_t)v;
	return 0;
}

static int
read_words(struct zone *z, uint16_t type)
{
	struct riad_dns_word word;
	int r;

	z->words.len = 0;
	z->pairs = type == RIAD_DNS_SVCB || type == RIAD_DNS_HTTPS;
	while ((r = next_word(z, &word)) == 1) {
		if (riad_buf_add(&z->words, &word, sizeof(word)) == 0)
			continue;
		if (errno == EMSGSIZE)
			return fail_at(z, word.text, "too many words");
		z->file->why = "out of memory";
		return -1;
	}
	z->pairs = false;
	return r;
}

static int
choose_ttl(
    struct zone *z, struct riad_dns_record *record, bool stated, const char *at)
{
	struct riad_dns_zonefile *file = z->file;

	if (record->type == RIAD_DNS_SOA && !file->has_minimum) {
		file->ttl_minimum = dns_get32(record->data + record->len - 4);
		file->has_minimum = file->ttl_minimum <= RIAD_DNS_TTL_MAX;
	}
	if (stated) {
		file->ttl_last = record->ttl;
		file->has_last = true;
	} else if (file->has_default) {
		record->ttl = file->ttl_default;
	} else if (file->has_last) {
		record->ttl = file->ttl_last;
	} else if (file->has_minimum) {
		record->ttl = file->ttl_minimum;
	} else {
		return fail_at(z, at, "no TTL");
	}
	return 0;
}

/* A record whose owner is read; at is where it began. */
static int
read_record(struct zone *z, const char *at)
{
	static const uint8_t none[1];
	struct riad_dns_record record = {
	    .section = RIAD_DNS_ANSWER, .class = z->file->class};
	const char *why;
	size_t word;
	bool stated;

	if (read_head(z, &record, &stated) == -1)
		return -1;
	const char *end = z->at;
	if (read_words(z, record.type) == -1)
		return -1;

	struct riad_dns_word *words = (struct riad_dns_word *)z->words.data;
	size_t count = z->words.len / sizeof(*words);
	z->rdata.len = 0;
	if (riad_dns_parse(&z->rdata, record.type, record.class, words, count,
		z->file->origin, &why, &word) == -1)
		return fail_at(z, word < count ? words[word].text : end, why);
	record.data = z->rdata.len > 0 ? z->rdata.data : none;
	record.len = (uint16_t)z->rdata.len;
	if (choose_ttl(z, &record, stated, at) == -1)
		return -1;
	memcpy(record.name, z->owner, riad_dns_name_len(z->owner));

	z->file->why = NULL;
	if (z->file->record(z->file->ctx, &record) == 0)
		return 0;
	int err = errno;
	why = z->file->why;
	fail_at(z, at, why != NULL ? why : "record is not taken");
	errno = err;
	return -1;
}

static int
read_owner(struct zone *z, const struct riad_dns_word *word)
{
	z->has_owner = name_of(z, z->owner, word) == 0;
	return z->has_owner ? 0 : -1;
}

static int
read_include(struct zone *z)
{
	struct riad_dns_word word;
	uint8_t origin[RIAD_DNS_NAME];
	char path[PATH];
	int r;

	if (want_word(z, &word, "a path is missing") == -1)
		return -1;
	const char *at = word.text;
	if (word.len >= sizeof(path) ||
	    memchr(word.text, '\0', word.len) != NULL)
		return fail_at(z, at, "not a path");
	memcpy(path, word.text, word.len);
	path[word.len] = '\0';
	memcpy(origin, z->file->origin, sizeof(origin));
	r = next_word(z, &word);
	if (r == -1 || (r == 1 && name_of(z, origin, &word) == -1) ||
	    end_of_line(z) == -1)
		return -1;
	if (z->file->include == NULL)
		return fail_at(z, at, "nothing is included here");

	z->file->why = NULL;
	if (z->file->include(z->file->ctx, path, origin) == 0)
		return 0;
	int err = errno;
	const char *why = z->file->why;
	fail_at(z, at, why != NULL ? why : "cannot be included");
	errno = err;
	return -1;
}

/* --- $GENERATE */

/* A number from *p on, at most UINT32_MAX / 2. */
static bool
take_number(const char **p, const char *end, uint32_t *value)
{
	uint64_t v = 0;
	const char *from = *p;

	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++) {
		v = v * 10 + (uint64_t)(**p - '0');
		if (v > RIAD_DNS_TTL_MAX)
			return false;
	}
	*value = (uint32_t)v;
	return *p > from;
}

static bool
take_char(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return false;
	(*p)++;
	return true;
}

/* FROM-TO or FROM-TO/STEP */
static bool
range_of(uint32_t range[3], const struct riad_dns_word *word)
{
	const char *p = word->text, *end = p + word->len;

	range[2] = 1;
	if (!take_number(&p, end, &range[0]) || !take_char(&p, end, '-') ||
	    !take_number(&p, end, &range[1]))
		return false;
	if (take_char(&p, end, '/') &&
	    (!take_number(&p, end, &range[2]) || range[2] == 0))
		return false;
	return p == end && range[0] <= range[1];
}

/* The least digits first, dots between, so many characters at least. */
static int
add_nibbles(struct riad_buf *line, uint32_t v, uint32_t width, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	do {
		if (riad_buf_addc(line, digits[v & 15]) == -1)
			return -1;
		v >>= 4;
		width -= width > 0;
		if (width == 0 && v == 0)
			break;
		if (riad_buf_addc(line, '.') == -1)
			return -1;
		width -= width > 0;
	} while (width > 0 || v != 0);
	return 0;
}

static int
add_number(struct riad_buf *line, uint32_t v, uint32_t width, char base)
{
	int w = (int)width;

	switch (base) {
	case 'd':
		return riad_buf_addf(line, "%0*u", w, v);
	case 'o':
		return riad_buf_addf(line, "%0*o", w, v);
	case 'x':
		return riad_buf_addf(line, "%0*x", w, v);
	case 'X':
		return riad_buf_addf(line, "%0*X", w, v);
	default:
		return add_nibbles(line, v, width, base == 'N');
	}
}

/* After a dollar: {OFFSET[,WIDTH[,BASE]]}, or nothing, for the number as it is.
 * NULL, or what is wrong. */
static const char *
expand(struct riad_buf *line, const char **p, const char *end, uint32_t i)
{
	uint32_t offset = 0, width = 0;
	bool minus = false;
	char base = 'd';

	if (take_char(p, end, '{')) {
		minus = take_char(p, end, '-');
		if (!take_number(p, end, &offset))
			return "not {OFFSET,WIDTH,BASE}";
		if (take_char(p, end, ',') && !take_number(p, end, &width))
			return "not {OFFSET,WIDTH,BASE}";
		if (take_char(p, end, ',')) {
			if (*p == end || strchr("doxXnN", **p) == NULL ||
			    **p == '\0')
				return "base is none of doxXnN";
			base = *(*p)++;
		}
		if (!take_char(p, end, '}'))
			return "not {OFFSET,WIDTH,BASE}";
	}
	if (width > RIAD_DNS_NAME)
		return "width over 255";
	if (minus && offset > i)
		return "number below 0";
	if (add_number(line, minus ? i - offset : i + offset, width, base) ==
	    -1)
		return "line is too long";
	return NULL;
}

/* A line, each $ of it being the number; \$ and $$ are a dollar. */
static int
fill_line(struct zone *z, const char *p, const char *end, uint32_t i)
{
	struct riad_buf *line = &z->line;

	line->len = 0;
	while (p < end) {
		const char *at = p++, *why = NULL;
		bool added = true;

		if (*at == '\\' && p < end) {
			added = riad_buf_add(line, at, 2) == 0;
			p++;
		} else if (*at == '$' && take_char(&p, end, '$')) {
			added = riad_buf_add(line, "\\$", 2) == 0;
		} else if (*at == '$') {
			why = expand(line, &p, end, i);
		} else {
			added = riad_buf_addc(line, *at) == 0;
		}
		if (!added)
			why = "line is too long";
		if (why != NULL)
			return fail_at(z, at, why);
	}
	if (riad_buf_str(line) != NULL)
		return 0;
	z->file->why = "out of memory";
	return -1;
}

/* One record of $GENERATE, of a line that has no place in the text. */
static int
read_line(struct zone *z)
{
	struct riad_dns_word word;
	const char *text = z->text, *at = z->at, *end = z->end;
	int r;

	z->text = z->at = (const char *)z->line.data;
	z->end = z->at + z->line.len;
	r = want_word(z, &word, "an owner is missing");
	if (r == 0)
		r = read_owner(z, &word);
	if (r == 0)
		r = read_record(z, word.text);
	z->text = text;
	z->at = at;
	z->end = end;
	return r;
}

static int
read_generate(struct zone *z)
{
	struct riad_dns_word word;
	uint32_t range[3];

	/* It is a line, and what it makes are others. */
	if (z->open != NULL)
		return fail_at(z, z->open, "$GENERATE in parentheses");
	if (want_word(z, &word, "a range is missing") == -1)
		return -1;
	if (z->open != NULL)
		return fail_at(z, z->open, "$GENERATE in parentheses");
	if (!range_of(range, &word))
		return fail_at(z, word.text, "not a range FROM-TO/STEP");
	if ((range[1] - range[0]) / range[2] >= RIAD_DNS_GENERATE_MAX)
		return fail_at(z, word.text, "range of too many");

	const char *from = z->at;
	const char *end = memchr(from, '\n', (size_t)(z->end - from));
	if (end == NULL)
		end = z->end;
	for (uint64_t i = range[0]; i <= range[1]; i += range[2]) {
		if (fill_line(z, from, end, (uint32_t)i) == -1)
			return -1;
		if (read_line(z) == 0)
			continue;
		int err = errno;
		z->open = NULL;
		fail_at(z, word.text, z->file->why);
		errno = err;
		return -1;
	}
	z->at = end;
	return 0;
}

/* --- lines */

static int
read_directive(struct zone *z, const struct riad_dns_word *word)
{
	struct riad_dns_zonefile *file = z->file;
	struct riad_dns_word arg;

	if (is(word, "$ORIGIN")) {
		uint8_t origin[RIAD_DNS_NAME];
		if (want_word(z, &arg, "a name is missing") == -1 ||
		    name_of(z, origin, &arg) == -1)
			return -1;
		memcpy(file->origin, origin, sizeof(origin));
		return end_of_line(z);
	}
	if (is(word, "$TTL")) {
		if (want_word(z, &arg, "a TTL is missing") == -1 ||
		    ttl_of(z, &file->ttl_default, &arg) == -1)
			return -1;
		file->has_default = true;
		return end_of_line(z);
	}
	if (is(word, "$INCLUDE"))
		return read_include(z);
	if (is(word, "$GENERATE"))
		return read_generate(z);
	return fail_at(z, word->text, "unknown directive");
}

/* One entry, to the end of its last line. */
static int
read_entry(struct zone *z)
{
	struct riad_dns_word word;
	const char *at = z->at;
	bool same = is_blank(*at);
	int r = skip(z);

	if (r != 1)
		return r;
	if (same) {
		if (!z->has_owner)
			return fail_at(z, at, "no owner, nor one before");
		return read_record(z, z->at);
	}
	r = next_word(z, &word);
	if (r != 1)
		return r;
	if (word.len > 0 && word.text[0] == '$' && !word.quoted)
		return read_directive(z, &word);
	if (read_owner(z, &word) == -1)
		return -1;
	return read_record(z, word.text);
}

int
riad_dns_zonefile_read(
    struct riad_dns_zonefile *file, const char *text, size_t len)
{
	if (len == 0)
		return 0;

	struct zone z = {
	    .file = file, .text = text, .at = text, .end = text + len};
	int r = 0;

	riad_buf_init(&z.words, WORDS * sizeof(struct riad_dns_word));
	riad_buf_init(&z.rdata, 2 * (size_t)UINT16_MAX);
	riad_buf_init(&z.line, 4 * (size_t)UINT16_MAX);
	if (file->class == 0)
		file->class = RIAD_DNS_IN;
	while (r == 0 && z.at < z.end) {
		r = read_entry(&z);
		/* What ended it is the end of a line, or of everything. */
		if (r == 0 && z.at < z.end)
			z.at++;
	}
	int err = errno;
	riad_buf_free(&z.words);
	riad_buf_free(&z.rdata);
	riad_buf_free(&z.line);
	errno = err;
	return r;
}
