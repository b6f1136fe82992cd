/* SPDX-License-Identifier: ISC */
/*
 * randrepo.h - histories at random, by git fast-import: merges, renames and
 * copies of directories, submodules, the same file and the same tree at many
 * places, several roots; and sets of ids
 */
#ifndef RIAD_RANDREPO_H
#define RIAD_RANDREPO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gitfile.h"
#include "riad/oid.h"
#include "scratch.h"

static uint64_t rand_state = 1;
static int rand_hex; /* digits of an id */

/* xorshift64*, so that a seed means the same everywhere. */
static uint32_t
rnd(uint32_t n)
{
	rand_state ^= rand_state >> 12;
	rand_state ^= rand_state << 25;
	rand_state ^= rand_state >> 27;
	return (uint32_t)((rand_state * UINT64_C(2685821657736338717)) >> 33) %
	       n;
}

static void
rand_path(char path[64])
{
	static const char *const dirs[] = {
	    "", "a/", "a/b/", "a/b/c/d/", "x/", "x/b/", "lib/pack/"};

	snprintf(path, 64, "%sf%u", dirs[rnd(7)], rnd(5));
}

/* A file of some lines, of which one is new. */
static void
rand_file(FILE *f, const char *path)
{
	char text[8192];
	uint32_t lines = rnd(8) == 0 ? rnd(3) : 10 + rnd(80), odd = rnd(80);
	int n = 0;

	for (uint32_t i = 0; i < lines; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
		    "line %u of %c, %u\n", i, path[0],
		    i == odd ? rnd(1000000) : 0);
	fprintf(f, "M 100644 inline %s\ndata %d\n%.*s\n", path, n, n, text);
}

static void
rand_change(FILE *f)
{
	static const char *const dirs[] = {"a", "a/b", "x", "lib", "y", "z/z"};
	char path[64];

	rand_path(path);
	switch (rnd(14)) {
	case 0:
		fprintf(f, "D %s\n", path);
		break;
	case 1:
		fprintf(f, "C %s %s\n", dirs[rnd(4)], dirs[rnd(6)]);
		break;
	case 2:
		fprintf(
		    f, "M 160000 %0*u sub%u\n", rand_hex, 1 + rnd(9), rnd(3));
		break;
	case 3:
		fprintf(
		    f, "M 120000 inline link%u\ndata 2\nf%u\n", rnd(3), rnd(3));
		break;
	default:
		rand_file(f, path);
	}
}

/* All that the directories that may be copied have is there from the start. */
static void
rand_root(FILE *f)
{
	static const char *const paths[] = {
	    "a/b/f0", "a/f1", "x/f2", "lib/pack/f3", "f4"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		rand_file(f, paths[i]);
}

/* Repository DIR of n commits, refs/tags/cI on each, and one pack; annotated
 * tags of commits, trees, blobs and tags as well. */
static bool
rand_repo(const char *dir, unsigned n, const char *format)
{
	FILE *f = fopen("stream", "we");

	rand_hex = strcmp(format, "sha1") == 0 ? 40 : 64;
	if (f == NULL)
		return false;
	for (unsigned i = 1; i <= n; i++) {
		bool root = i == 1 || rnd(40) == 0;

		fprintf(f,
		    "commit refs/tags/c%u\nmark :%u\n"
		    "committer C <c@example.com> %u +0000\ndata 2\nc\n",
		    i, i, 1600000000 + i * 60 - (rnd(9) == 0 ? rnd(9999) : 0));
		if (!root) {
			unsigned from = rnd(4) == 0 ? 1 + rnd(i - 1) : i - 1;
			fprintf(f, "from :%u\n", from);
			unsigned merge = 1 + rnd(i);
			if (rnd(4) == 0 && merge < i && merge != from)
				fprintf(f, "merge :%u\n", merge);
		} else {
			rand_root(f);
		}
		for (unsigned k = rnd(4); k > 0; k--)
			if (!root)
				rand_change(f);
		if (rnd(6) == 0)
			rand_root(f);
		fputc('\n', f);
	}
	if (fclose(f) != 0 ||
	    !sh("rm -rf %s && git init -q --bare --object-format=%s %s && "
		"git -C %s config fastimport.unpackLimit 1 && "
		"git -C %s config advice.nestedTag false && "
		"git -C %s fast-import --quiet --depth=%u --force <stream "
		"2>fast-import.log",
		dir, format, dir, dir, dir, dir, 1 + rnd(60)))
		return false;
	return sh("cd %s && git symbolic-ref HEAD refs/tags/c%u && "
		  "git tag -am t t1 c%u && git tag -am t t2 c%u && "
		  "git tag -am t tt t1 && git tag -am t tb c%u:a/b/f0 && "
		  "git tag -am t tr c%u:a && git tag -am t ttr tr",
	    dir, n, 1 + rnd(n), 1 + rnd(n), 1, 1);
}

/* Sets of ids in order, each once. */
struct ids {
	struct riad_oid *list;
	size_t len;
};

static int
ids_cmp(const void *a, const void *b)
{
	return riad_oid_cmp(a, b);
}

static bool
ids_has(const struct ids *ids, const struct riad_oid *oid)
{
	return ids->len > 0 && bsearch(oid, ids->list, ids->len,
				   sizeof(*ids->list), ids_cmp) != NULL;
}

static void
ids_sort(struct ids *ids)
{
	size_t kept = 0;

	if (ids->len > 0)
		qsort(ids->list, ids->len, sizeof(*ids->list), ids_cmp);
	for (size_t i = 0; i < ids->len; i++)
		if (kept == 0 ||
		    !riad_oid_eq(&ids->list[kept - 1], &ids->list[i]))
			ids->list[kept++] = ids->list[i];
	ids->len = kept;
}

/* Of the lines of a text, the id at the start. */
static struct ids
ids_of(const char *text, size_t hash_len)
{
	struct ids ids = {.list = NULL};
	size_t cap = 0;

	for (const char *p = text; p != NULL && *p != '\0';
	     p = strchr(p, '\n'), p += p != NULL) {
		if (ids.len == cap) {
			cap = 2 * cap + 64;
			ids.list =
			    reallocarray(ids.list, cap, sizeof(*ids.list));
			if (ids.list == NULL)
				exit(1);
		}
		if (riad_oid_parse(
			&ids.list[ids.len], p, strlen(p), hash_len) != -1)
			ids.len++;
	}
	return ids;
}

/* What `git rev-list --objects` says in dir. */
static struct ids __attribute__((unused))
reached(const char *dir, size_t hash_len, const char *args)
{
	size_t len;
	char *text = said(&len, "git -C %s rev-list --objects %s", dir, args);
	struct ids ids = ids_of(text, hash_len);

	free(text);
	ids_sort(&ids);
	return ids;
}

/* How many of a are not in b. */
static size_t __attribute__((unused))
ids_beyond(const struct ids *a, const struct ids *b)
{
	size_t n = 0;

	for (size_t i = 0; i < a->len; i++)
		n += !ids_has(b, &a->list[i]);
	return n;
}

#endif
