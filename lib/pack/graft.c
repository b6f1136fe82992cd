/* SPDX-License-Identifier: ISC */

#include "riad/graft.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* More than any repository has commits. */
#define COMMITS_MAX (UINT32_C(1) << 28)

void
riad_grafts_init(struct riad_grafts *g)
{
	*g = (struct riad_grafts){0};
	riad_oidmap_init(&g->commits, COMMITS_MAX);
}

void
riad_grafts_free(struct riad_grafts *g)
{
	riad_oidmap_free(&g->commits);
	free(g->ends);
	free(g->parents);
	riad_grafts_init(g);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static int
add_parent(struct riad_grafts *g, const struct riad_oid *oid)
{
	if (g->nparents == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 16;
		struct riad_oid *parents =
		    reallocarray(g->parents, cap, sizeof(*parents));
		if (parents == NULL)
			return -1;
		g->parents = parents;
		g->cap = cap;
	}
	g->parents[g->nparents++] = *oid;
	return 0;
}

static int
add_commit(struct riad_grafts *g, const struct riad_oid *oid, size_t nparents)
{
	bool added;

	if (g->commits.len == g->ends_cap) {
		uint32_t cap = g->ends_cap ? g->ends_cap * 2 : 16;
		size_t *ends = reallocarray(g->ends, cap, sizeof(*ends));
		if (ends == NULL)
			return -1;
		g->ends = ends;
		g->ends_cap = cap;
	}
	int64_t n = riad_oidmap_put(&g->commits, oid, &added);
	if (n == -1)
		return -1;
	if (added) {
		g->ends[n] = g->nparents;
	} else { /* the first line stands */
		g->nparents -= nparents;
		g->ignored++;
	}
	return 0;
}

/* "COMMIT PARENT..."; 1 if it is that, 0 if not, -1 with ENOMEM. */
static int
parse_line(struct riad_grafts *g, const char *line, size_t len, size_t hash_len)
{
	const size_t before = g->nparents;
	struct riad_oid commit, parent;

	if (riad_oid_parse(&commit, line, len, hash_len) == -1)
		return 0;
	for (size_t at = 2 * hash_len; at < len; at += 2 * hash_len) {
		if (!is_space(line[at++]) || riad_oid_parse(&parent, line + at,
						 len - at, hash_len) == -1) {
			g->nparents = before;
			return 0;
		}
		if (add_parent(g, &parent) == -1)
			return -1;
	}
	return add_commit(g, &commit, g->nparents - before) == -1 ? -1 : 1;
}

/* The line at *at without its end, in len; *at moves on. */
static const char *
next_line(const char *data, size_t size, size_t *at, size_t *len)
{
	const char *line = data + *at;
	const char *eol = memchr(line, '\n', size - *at);

	*len = eol ? (size_t)(eol - line) : size - *at;
	*at += *len + (eol != NULL);
	return line;
}

int
riad_grafts_parse(
    struct riad_grafts *g, const char *data, size_t size, size_t hash_len)
{
	for (size_t at = 0, len; at < size;) {
		const char *line = next_line(data, size, &at, &len);

		while (len > 0 && is_space(line[len - 1]))
			len--;
		if (len == 0 || *line == '#')
			continue;
		int r = parse_line(g, line, len, hash_len);
		if (r == -1)
			return -1;
		g->ignored += r == 0;
	}
	return 0;
}

const struct riad_oid *
riad_grafts_get(
    const struct riad_grafts *g, const struct riad_oid *oid, size_t *n)
{
	static const struct riad_oid none;
	int64_t i = riad_oidmap_get(&g->commits, oid);

	*n = 0;
	if (i == -1)
		return NULL;
	size_t begin = i == 0 ? 0 : g->ends[i - 1];
	*n = g->ends[i] - begin;
	return *n == 0 ? &none : g->parents + begin;
}

static int
by_id(const void *a, const void *b)
{
	return riad_oid_cmp(a, b);
}

int
riad_shallow_parse(struct riad_oidmap *shallow, const char *data, size_t size,
    size_t hash_len, size_t *bad)
{
	/* A line is an id and its end, which the last may lack. */
	size_t n = 0, max = (size + 1) / (2 * hash_len + 1);
	struct riad_oid *ids = reallocarray(NULL, max + 1, sizeof(*ids));
	int r = 0;

	if (ids == NULL)
		return -1;
	for (size_t at = 0, len; r == 0 && at < size;) {
		const char *line = next_line(data, size, &at, &len);

		if (n == max ||
		    riad_oid_parse(&ids[n++], line, len, hash_len) == -1) {
			*bad = (size_t)(line - data);
			errno = EBADMSG;
			r = -1;
		}
	}
	if (r == 0)
		qsort(ids, n, sizeof(*ids), by_id);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (riad_oidmap_put(shallow, &ids[i], NULL) == -1)
			r = -1;
	}
	int err = errno;
	free(ids);
	errno = err;
	return r;
}
