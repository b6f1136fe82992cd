/* SPDX-License-Identifier: ISC */
/*
 * naivematch.h - the patterns of gitignore(5) against a whole path, by trying
 * everything: slow, and plain enough to be believed
 */
#ifndef RIAD_NAIVEMATCH_H
#define RIAD_NAIVEMATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct naive {
	const char *p, *pend; /* the pattern */
	const char *from;     /* where it is no longer plain text */
	const char *tend;     /* of the path */
	bool dir;             /* the pattern has a slash */
	long budget;          /* of tries; negative once it is spent */
};

static bool
naive_in(const char *set, int c)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* One byte against "[...]" at p, whose end is told; false for malformed. */
static bool
naive_set(const char **end, const char *p, const char *pend, int c, bool *hit)
{
	bool negated = false, first = true, found = false;
	int prev = 0;

	p++;
	if (p < pend && (*p == '!' || *p == '^')) {
		negated = true;
		p++;
	}
	for (; p < pend && (first || *p != ']'); p++, first = false) {
		int lo = (uint8_t)*p, hi;

		if (*p == '-' && prev != 0 && p + 1 < pend && p[1] != ']') {
			lo = prev;
			p++;
			if (*p == '\\' && ++p == pend)
				return false;
			hi = (uint8_t)*p;
			found = found || (c >= lo && c <= hi);
			prev = 0;
			continue;
		}
		if (*p == '\\') {
			if (++p == pend)
				return false;
			lo = (uint8_t)*p;
		} else if (*p == '[' && p + 1 < pend && p[1] == ':') {
			const char *name = p + 2;
			const char *close =
			    memchr(name, ']', (size_t)(pend - name));
			if (close == NULL)
				return false;
			if (close > name && close[-1] == ':') {
				size_t n = (size_t)(close - 1 - name);
				bool low = c >= 'a' && c <= 'z';
				bool up = c >= 'A' && c <= 'Z';
				bool num = c >= '0' && c <= '9';
				if (n == 5 && memcmp(name, "alpha", 5) == 0)
					found = found || low || up;
				else if (n == 5 && !memcmp(name, "alnum", 5))
					found = found || low || up || num;
				else if (n == 5 && !memcmp(name, "digit", 5))
					found = found || num;
				else if (n == 5 && !memcmp(name, "lower", 5))
					found = found || low;
				else if (n == 5 && !memcmp(name, "upper", 5))
					found = found || up;
				else if (n == 5 && !memcmp(name, "space", 5))
					found = found || naive_in(" \t\n\r", c);
				else if (n == 5 && !memcmp(name, "blank", 5))
					found = found || naive_in(" \t", c);
				else if (n == 5 && !memcmp(name, "cntrl", 5))
					found = found || c < 32 || c == 127;
				else if (n == 5 && !memcmp(name, "print", 5))
					found = found || (c >= 32 && c < 127);
				else if (n == 5 && !memcmp(name, "graph", 5))
					found = found || (c > 32 && c < 127);
				else if (n == 5 && !memcmp(name, "punct", 5))
					found =
					    found || (c > 32 && c < 127 &&
							 !low && !up && !num);
				else if (n == 6 && !memcmp(name, "xdigit", 6))
					found = found || num ||
						naive_in("abcdefABCDEF", c);
				else
					return false;
				p = close;
				prev = 0;
				continue;
			}
		}
		found = found || c == lo;
		prev = lo;
	}
	if (p >= pend)
		return false;
	*end = p + 1;
	*hit = found != negated;
	return true;
}

static bool
naive_try(struct naive *n, const char *p, const char *t)
{
	const char *end;
	bool hit;

	if (--n->budget < 0)
		return false;
	if (p == n->pend)
		return t == n->tend;
	if (p >= n->from && *p == '*') {
		for (end = p; end < n->pend && *end == '*'; end++)
			continue;
		bool path =
		    n->dir && end - p >= 2 && (p == n->from || p[-1] == '/') &&
		    (end == n->pend || *end == '/' ||
			(*end == '\\' && end + 1 < n->pend && end[1] == '/'));
		if (path && end < n->pend && *end == '/' &&
		    naive_try(n, end + 1, t))
			return true;
		for (;; t++) {
			if (naive_try(n, end, t))
				return true;
			if (t == n->tend || (!path && *t == '/'))
				return false;
		}
	}
	if (t == n->tend)
		return false;
	if (p >= n->from && *p == '?')
		return *t != '/' && naive_try(n, p + 1, t + 1);
	if (p >= n->from && *p == '[')
		return *t != '/' &&
		       naive_set(&end, p, n->pend, (uint8_t)*t, &hit) && hit &&
		       naive_try(n, end, t + 1);
	if (p >= n->from && *p == '\\' && ++p == n->pend)
		return false;
	return *p == *t && naive_try(n, p + 1, t + 1);
}

/* Whether a pattern, which begins after a '!', matches the path. */
static bool
naive_match(const char *p, size_t plen, const char *path, size_t len,
    bool is_dir, long *budget)
{
	struct naive n = {.p = p, .pend = p + plen, .budget = *budget};
	const char *slash;

	if (plen > 0 && n.pend[-1] == '/') {
		n.pend--;
		if (!is_dir)
			return false;
	}
	n.dir = memchr(p, '/', (size_t)(n.pend - p)) != NULL;
	if (n.dir && len == 0)
		return false;
	if (n.dir && *n.p == '/')
		n.p++;
	for (n.from = n.p; n.from < n.pend && !naive_in("*?[\\", *n.from);)
		n.from++;
	n.tend = path + len;
	slash = len > 0 ? memrchr(path, '/', len) : NULL;
	bool r = naive_try(&n, n.p, !n.dir && slash != NULL ? slash + 1 : path);
	*budget = n.budget;
	return r;
}

/* The last of the patterns that matches: 1, 0, or -1 for none. */
static int
naive_decide(const char *text, size_t len, const char *path, size_t path_len,
    bool is_dir, long *budget)
{
	const char *end = text + len;
	int r = -1;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		const char *stop = nl != NULL ? nl : end, *line = text;
		bool skip = stop == line || *line == '#';

		text = nl != NULL ? nl + 1 : end;
		if (skip)
			continue;
		if (stop[-1] == '\r')
			stop--;
		const char *nul = memchr(line, '\0', (size_t)(stop - line));
		if (nul != NULL)
			stop = nul;

		/* Spaces at the end, unless an odd run of \ is before. */
		for (; stop > line && stop[-1] == ' '; stop--) {
			const char *b = stop - 1;
			while (b > line && b[-1] == '\\')
				b--;
			if ((stop - 1 - b) % 2 == 1)
				break;
		}
		bool no = line < stop && *line == '!';
		if (naive_match(line + no, (size_t)(stop - line - no), path,
			path_len, is_dir, budget))
			r = !no;
	}
	return r;
}

/* Whether the patterns include a path, of which all but the end are
 * directories; and the top of a commit's tree may match too. */
static bool
naive_includes(const char *text, size_t len, const char *path, size_t path_len,
    bool is_dir, bool top, long *budget)
{
	int all = top && naive_decide(text, len, path, 0, true, budget) == 1;

	for (size_t i = 1; i <= path_len; i++) {
		if (i < path_len && path[i] != '/')
			continue;
		int r = naive_decide(
		    text, len, path, i, i < path_len || is_dir, budget);
		if (r != -1)
			all = r;
	}
	return all;
}

#endif
