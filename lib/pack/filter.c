/* SPDX-License-Identifier: ISC */

#include "riad/filter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "riad/parse.h"
#include "riad/text.h"

static const char *const kind_names[RIAD_FILTER_KINDS] = {
    [RIAD_FILTER_BLOB_NONE] = "blob:none",
    [RIAD_FILTER_BLOB_LIMIT] = "blob:limit",
    [RIAD_FILTER_TREE] = "tree",
    [RIAD_FILTER_SPARSE_OID] = "sparse:oid",
    [RIAD_FILTER_OBJECT_TYPE] = "object:type",
    [RIAD_FILTER_COMBINE] = "combine",
};

const char *
riad_filter_kind_name(enum riad_filter_kind kind)
{
	return kind_names[kind];
}

static void
clear(struct riad_filter *f)
{
	for (size_t i = 0; i < f->nparts; i++)
		clear(&f->parts[i]);
	free(f->parts);
	free(f->name);
	*f = (struct riad_filter){.kind = RIAD_FILTER_BLOB_NONE};
}

void
riad_filter_free(struct riad_filter *filter)
{
	if (filter != NULL)
		clear(filter);
	free(filter);
}

/* What is said of a specification, and what was counted in it so far. */
struct parser {
	char *why;
	size_t parts, sparse;
	int nest;
};

static int __attribute__((format(printf, 2, 3)))
invalid(struct parser *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->why, 256, fmt, ap);
	va_end(ap);
	errno = EINVAL;
	return -1;
}

/* What follows the prefix, or NULL. */
static const char *
after(const char *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(s, prefix, len) == 0 ? s + len : NULL;
}

/* 1, or 1024 to the power that a letter at the end stands for; 0 if it is
 * none. */
static uint64_t
unit(const char *s)
{
	static const char letters[] = "kmg";

	if (*s == '\0')
		return 1;
	const char *letter = strchr(letters, *s | 0x20);
	if (letter == NULL || s[1] != '\0')
		return 0;
	return UINT64_C(1024) << 10 * (letter - letters);
}

/*
 * A number as git reads it from a configuration: white space, a sign, octal
 * after 0, hexadecimal after 0x, a unit.
 */
static int
parse_number(uint64_t *value, const char *s)
{
	uint64_t v = 0;
	unsigned base = 10;
	const char *start;

	s += strspn(s, " \t\n\v\f\r");
	if (*s == '+')
		s++;
	if (s[0] == '0' && (s[1] | 0x20) == 'x' &&
	    riad_hex_digit((uint8_t)s[2]) != -1) {
		base = 16;
		s += 2;
	} else if (*s == '0') {
		base = 8;
	}
	for (start = s;; s++) {
		int digit = riad_hex_digit((uint8_t)*s);
		if (digit == -1 || (unsigned)digit >= base)
			break;
		if (v > (UINT64_MAX - (unsigned)digit) / base)
			return -1;
		v = v * base + (unsigned)digit;
	}
	uint64_t factor = unit(s);
	if (s == start || factor == 0 || v > UINT64_MAX / factor)
		return -1;
	*value = v * factor;
	return 0;
}

/* Those that a combination may hold in escaped form only. */
static bool
reserved(unsigned char c)
{
	return c <= ' ' || c >= 0x80 ||
	       strchr("~`!@#$^&*()[]{}\\;'\",<>?", c) != NULL;
}

/* Of a part of len bytes; whoever calls it frees it. */
static char *
unescape(const char *s, size_t len)
{
	char *out = malloc(len + 1), *to = out;

	for (size_t i = 0; out != NULL && i < len; i++) {
		int hi = -1, lo = -1;

		if (s[i] == '%' && len - i >= 3) {
			hi = riad_hex_digit((uint8_t)s[i + 1]);
			lo = riad_hex_digit((uint8_t)s[i + 2]);
		}
		if (hi == -1 || lo == -1 || hi + lo == 0) {
			*to++ = s[i];
			continue;
		}
		*to++ = (char)(hi << 4 | lo);
		i += 2;
	}
	if (out != NULL)
		*to = '\0';
	return out;
}

static int parse(struct parser *p, struct riad_filter *f, const char *spec);

static int
parse_part(struct parser *p, struct riad_filter *f, const char *s, size_t len)
{
	char *spec;

	for (size_t i = 0; i < len; i++) {
		if (reserved((unsigned char)s[i]))
			return invalid(p,
			    "must escape char in sub-filter-spec: '%c'", s[i]);
	}
	if ((spec = unescape(s, len)) == NULL)
		return -1;
	int r = parse(p, f, spec);
	free(spec);
	return r;
}

/* A '+' at the very end is part of the last specification, as git has it. */
static int
parse_combine(struct parser *p, struct riad_filter *f, const char *s)
{
	size_t n = 1;

	if (*s == '\0')
		return invalid(p, "expected something after combine:");
	for (const char *c = s; *c != '\0'; c++)
		n += c[0] == '+' && c[1] != '\0';
	if (p->nest >= RIAD_FILTER_NEST_MAX ||
	    n > RIAD_FILTER_PARTS_MAX - p->parts)
		return invalid(p, "filter-spec has too many parts");
	p->parts += n;
	if ((f->parts = calloc(n, sizeof(*f->parts))) == NULL)
		return -1;
	f->nparts = n;

	p->nest++;
	for (size_t i = 0; i < n; i++) {
		size_t len = i + 1 < n ? strcspn(s, "+") : strlen(s);
		if (parse_part(p, &f->parts[i], s, len) == -1)
			return -1;
		s += len + 1;
	}
	p->nest--;
	return 0;
}

static int
parse_sparse(struct parser *p, struct riad_filter *f, const char *name)
{
	if (p->sparse++ >= RIAD_FILTER_SPARSE_MAX)
		return invalid(p, "filter-spec has too many parts");
	f->name = strdup(name);
	return f->name == NULL ? -1 : 0;
}

/* f is blank, and its owner clears it on failure. */
static int
parse(struct parser *p, struct riad_filter *f, const char *spec)
{
	const char *arg;

	if (strcmp(spec, "blob:none") == 0) {
		f->kind = RIAD_FILTER_BLOB_NONE;
		return 0;
	}
	if ((arg = after(spec, "blob:limit=")) != NULL &&
	    parse_number(&f->number, arg) == 0) {
		f->kind = RIAD_FILTER_BLOB_LIMIT;
		return 0;
	}
	if ((arg = after(spec, "tree:")) != NULL) {
		f->kind = RIAD_FILTER_TREE;
		if (parse_number(&f->number, arg) == -1)
			return invalid(p, "expected 'tree:<depth>'");
		return 0;
	}
	if ((arg = after(spec, "sparse:oid=")) != NULL) {
		f->kind = RIAD_FILTER_SPARSE_OID;
		return parse_sparse(p, f, arg);
	}
	if (after(spec, "sparse:path=") != NULL)
		return invalid(
		    p, "sparse:path filters support has been dropped");
	if ((arg = after(spec, "object:type=")) != NULL) {
		f->kind = RIAD_FILTER_OBJECT_TYPE;
		if (riad_type_parse(&f->type, arg, strlen(arg)) == -1)
			return invalid(p,
			    "'%s' for 'object:type=<type>' is not a valid "
			    "object type",
			    arg);
		return 0;
	}
	if ((arg = after(spec, "combine:")) != NULL) {
		f->kind = RIAD_FILTER_COMBINE;
		return parse_combine(p, f, arg);
	}
	return invalid(p, "invalid filter-spec '%s'", spec);
}

/* How many parts and sparse parts there are. */
static void
count(struct parser *p, const struct riad_filter *f)
{
	p->parts += f->nparts;
	p->sparse += f->kind == RIAD_FILTER_SPARSE_OID;
	for (size_t i = 0; i < f->nparts; i++)
		count(p, &f->parts[i]);
}

static struct riad_filter *
parse_spec(struct parser *p, const char *spec, size_t len)
{
	struct riad_filter *f;
	char *s;

	if (len > RIAD_FILTER_SPEC_MAX) {
		invalid(p, "filter-spec is too long");
		return NULL;
	}
	if (len > 0 && memchr(spec, '\0', len) != NULL) {
		invalid(p, "invalid filter-spec '%s'", spec);
		return NULL;
	}
	if ((f = calloc(1, sizeof(*f))) == NULL)
		return NULL;
	s = strndup(len > 0 ? spec : "", len);
	if (s == NULL || parse(p, f, s) == -1) {
		riad_filter_free(f);
		f = NULL;
	}
	free(s);
	return f;
}

int
riad_filter_parse(
    struct riad_filter **filter, const char *spec, size_t len, char why[256])
{
	*filter = NULL;
	return riad_filter_add(filter, spec, len, why);
}

int
riad_filter_add(
    struct riad_filter **filter, const char *spec, size_t len, char why[256])
{
	struct parser p = {.why = why};
	struct riad_filter *old = *filter, *f, *parts;

	snprintf(why, 256, "out of memory");
	if (old != NULL)
		count(&p, old);
	if ((f = parse_spec(&p, spec, len)) == NULL)
		return -1;
	if (old == NULL) {
		*filter = f;
		return 0;
	}

	bool combined = old->kind == RIAD_FILTER_COMBINE;
	size_t n = combined ? old->nparts : 1;
	if (p.parts + 2 > RIAD_FILTER_PARTS_MAX) {
		riad_filter_free(f);
		return invalid(&p, "filter-spec has too many parts");
	}
	parts = reallocarray(old->parts, n + 1, sizeof(*parts));
	if (parts == NULL) {
		riad_filter_free(f);
		return -1;
	}
	if (!combined) {
		parts[0] = *old;
		parts[0].parts = NULL;
		*old = (struct riad_filter){.kind = RIAD_FILTER_COMBINE};
	}
	parts[n] = *f;
	free(f);
	old->parts = parts;
	old->nparts = n + 1;
	return 0;
}

static int
print_part(struct riad_buf *buf, const struct riad_filter *part)
{
	struct riad_buf spec;

	riad_buf_init(&spec, buf->max);
	int r = riad_filter_print(&spec, part);
	for (size_t i = 0; r == 0 && i < spec.len; i++) {
		uint8_t c = spec.data[i];
		if (reserved(c) || c == '%' || c == '+')
			r = riad_buf_addf(buf, "%%%02x", c);
		else
			r = riad_buf_addc(buf, (char)c);
	}
	riad_buf_free(&spec);
	return r;
}

int
riad_filter_print(struct riad_buf *buf, const struct riad_filter *f)
{
	switch (f->kind) {
	case RIAD_FILTER_BLOB_LIMIT:
		return riad_buf_addf(buf, "blob:limit=%" PRIu64, f->number);
	case RIAD_FILTER_TREE:
		return riad_buf_addf(buf, "tree:%" PRIu64, f->number);
	case RIAD_FILTER_SPARSE_OID:
		return riad_buf_addf(buf, "sparse:oid=%s", f->name);
	case RIAD_FILTER_OBJECT_TYPE:
		return riad_buf_addf(
		    buf, "object:type=%s", riad_type_name(f->type));
	case RIAD_FILTER_COMBINE:
		for (size_t i = 0; i < f->nparts; i++) {
			if (riad_buf_addstr(buf, i == 0 ? "combine:" : "+") ==
				-1 ||
			    print_part(buf, &f->parts[i]) == -1)
				return -1;
		}
		return 0;
	case RIAD_FILTER_BLOB_NONE:
	case RIAD_FILTER_KINDS:
		break;
	}
	return riad_buf_addstr(buf, kind_names[RIAD_FILTER_BLOB_NONE]);
}

/* The sparse part that is i further on, which it counts down. */
static const struct riad_filter *
find_sparse(const struct riad_filter *f, size_t *i)
{
	if (f->kind == RIAD_FILTER_SPARSE_OID && (*i)-- == 0)
		return f;
	for (size_t k = 0; k < f->nparts; k++) {
		const struct riad_filter *found = find_sparse(&f->parts[k], i);
		if (found != NULL)
			return found;
	}
	return NULL;
}

size_t
riad_filter_sparse_count(const struct riad_filter *filter)
{
	struct parser p = {.why = NULL};

	count(&p, filter);
	return p.sparse;
}

const char *
riad_filter_sparse(const struct riad_filter *filter, size_t i)
{
	const struct riad_filter *f = find_sparse(filter, &i);

	return f != NULL ? f->name : NULL;
}

int
riad_filter_sparse_set(struct riad_filter *filter, size_t i, const char *name)
{
	struct riad_filter *f = (struct riad_filter *)find_sparse(filter, &i);

	if (f == NULL) {
		errno = EINVAL;
		return -1;
	}
	char *copy = strdup(name);
	if (copy == NULL)
		return -1;
	free(f->name);
	f->name = copy;
	return 0;
}

/* Takes away what does not pass f; true if that depends on nothing else. */
static bool
narrow(
    const struct riad_filter *f, struct riad_filter_plain *p, uint64_t *depth)
{
	bool plain = true;

	switch (f->kind) {
	case RIAD_FILTER_BLOB_NONE:
		p->blobs = false;
		break;
	case RIAD_FILTER_BLOB_LIMIT:
		if (f->number < p->blob_limit)
			p->blob_limit = f->number;
		break;
	case RIAD_FILTER_TREE:
		if (f->number < *depth)
			*depth = f->number;
		break;
	case RIAD_FILTER_SPARSE_OID:
		return false;
	case RIAD_FILTER_OBJECT_TYPE:
		p->commits = p->commits && f->type == RIAD_COMMIT;
		p->trees = p->trees && f->type == RIAD_TREE;
		p->blobs = p->blobs && f->type == RIAD_BLOB;
		p->tags = p->tags && f->type == RIAD_TAG;
		break;
	case RIAD_FILTER_COMBINE:
		for (size_t i = 0; i < f->nparts; i++)
			plain = narrow(&f->parts[i], p, depth) && plain;
		break;
	case RIAD_FILTER_KINDS:
		break;
	}
	return plain;
}

bool
riad_filter_is_plain(const struct riad_filter *filter,
    struct riad_filter_plain *plain, uint64_t *depth)
{
	uint64_t d = UINT64_MAX;

	*plain = (struct riad_filter_plain){true, true, true, true, UINT64_MAX};
	bool no_paths = narrow(filter, plain, &d);
	if (d == 0)
		plain->trees = plain->blobs = false;
	if (plain->blob_limit == 0)
		plain->blobs = false;
	if (depth != NULL)
		*depth = d;

	/* Paths matter to blobs alone, depth to whatever is in a tree. */
	if (!plain->trees && !plain->blobs)
		return true;
	return d == UINT64_MAX && (no_paths || !plain->blobs);
}

void
riad_filter_rules_init(struct riad_filter_rules *rules)
{
	*rules = (struct riad_filter_rules){
	    .allow = true,
	    .tree_max_depth = UINT64_MAX,
	};
	memset(rules->name, -1, sizeof(rules->name));
}

/* 0 or 1; -1 if it is no truth value.  A number is one, 0 for false; its limit
 * is that of an int of 32 bits. */
static int
parse_bool(const char *value)
{
	static const char *const words[] = {
	    "false", "true", "no", "yes", "off", "on"};
	uint64_t n;

	if (value == NULL)
		return 1;
	if (*value == '\0')
		return 0;
	for (int i = 0; i < 6; i++) {
		if (strcasecmp(value, words[i]) == 0)
			return i & 1;
	}
	value += strspn(value, " \t\n\v\f\r");
	if (value[0] == '-' && value[1] >= '0' && value[1] <= '9')
		value++;
	if (parse_number(&n, value) == -1 || n > INT32_MAX)
		return -1;
	return n != 0;
}

static int
set_allow(struct riad_filter_rules *rules, const char *sub, size_t len,
    const char *value)
{
	int allow = parse_bool(value);

	if (allow == -1) {
		errno = EINVAL;
		return -1;
	}
	if (sub == NULL)
		rules->allow = allow;
	for (int i = 0; sub != NULL && i < RIAD_FILTER_KINDS; i++) {
		if (strlen(kind_names[i]) == len &&
		    memcmp(kind_names[i], sub, len) == 0)
			rules->name[i] = (signed char)allow;
	}
	return 1;
}

int
riad_filter_rule_set(
    struct riad_filter_rules *rules, const char *name, const char *value)
{
	const char *sub = after(name, "uploadpackfilter.");

	if (sub == NULL)
		return 0;
	const char *dot = strrchr(sub, '.');
	if (dot == NULL)
		return strcmp(sub, "allow") == 0
			   ? set_allow(rules, NULL, 0, value)
			   : 0;
	size_t len = (size_t)(dot - sub);
	if (strcmp(dot, ".allow") == 0)
		return set_allow(rules, sub, len, value);
	if (strcmp(sub, "tree.maxdepth") != 0)
		return 0;

	uint64_t depth;
	if (value == NULL || parse_number(&depth, value) == -1) {
		errno = EINVAL;
		return -1;
	}
	rules->name[RIAD_FILTER_TREE] = 1;
	rules->tree_max_depth = depth;
	return 1;
}

const char *
riad_filter_refused(const struct riad_filter *f,
    const struct riad_filter_rules *rules, char why[256])
{
	const char *refused = NULL;

	if (rules->name[f->kind] == -1 ? !rules->allow
				       : rules->name[f->kind] == 0) {
		snprintf(
		    why, 256, "filter '%s' not supported", kind_names[f->kind]);
		return why;
	}
	if (f->kind == RIAD_FILTER_TREE && f->number > rules->tree_max_depth) {
		snprintf(why, 256,
		    "tree filter allows max depth %" PRIu64
		    ", but got %" PRIu64,
		    rules->tree_max_depth, f->number);
		return why;
	}
	for (size_t i = 0; refused == NULL && i < f->nparts; i++)
		refused = riad_filter_refused(&f->parts[i], rules, why);
	return refused;
}
