/* SPDX-License-Identifier: ISC */

#include "riad/packs.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Alternates of alternates as far as git follows them. */
#define DEPTH_MAX 5

/* Directories in all: each is a realistic repository that others build on. */
#define DIRS_MAX 256

struct dirs {
	struct {
		char *path;
		unsigned depth;
		dev_t dev;
		ino_t ino;
	} dir[DIRS_MAX];
	size_t len;
};

/* Adds a directory, unless it is there, is too deep or is none. */
static int
add_dir(struct dirs *dirs, const char *path, unsigned depth)
{
	struct stat st;

	if (depth > DEPTH_MAX || dirs->len == DIRS_MAX ||
	    stat(path, &st) == -1 || !S_ISDIR(st.st_mode))
		return 0;
	for (size_t i = 0; i < dirs->len; i++) {
		if (dirs->dir[i].dev == st.st_dev &&
		    dirs->dir[i].ino == st.st_ino)
			return 0;
	}
	char *copy = strdup(path);
	if (copy == NULL)
		return -1;
	dirs->dir[dirs->len].path = copy;
	dirs->dir[dirs->len].depth = depth;
	dirs->dir[dirs->len].dev = st.st_dev;
	dirs->dir[dirs->len].ino = st.st_ino;
	dirs->len++;
	return 0;
}

/* Adds what the alternates of directory i name, a path a line. */
static int
add_alternates(struct dirs *dirs, size_t i)
{
	const char *dir = dirs->dir[i].path;
	char path[PATH_MAX], *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int r = 0;

	int n = snprintf(path, sizeof(path), "%s/info/alternates", dir);
	if (n < 0 || (size_t)n >= sizeof(path))
		return 0;
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return 0;
	while (r == 0 && (len = getline(&line, &cap, f)) != -1) {
		if (len > 0 && line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		if (line[0] == '/')
			n = snprintf(path, sizeof(path), "%s", line);
		else
			n = snprintf(path, sizeof(path), "%s/%s", dir, line);
		if (n >= 0 && (size_t)n < sizeof(path))
			r = add_dir(dirs, path, dirs->dir[i].depth + 1);
	}
	free(line);
	fclose(f);
	return r;
}

int
riad_packs_each_dir(
    const char *objects_dir, int (*each)(void *ctx, const char *dir), void *ctx)
{
	struct dirs dirs = {.len = 0};

	int r = add_dir(&dirs, objects_dir, 0);
	for (size_t i = 0; r == 0 && i < dirs.len; i++) {
		r = each(ctx, dirs.dir[i].path);
		if (r == 0)
			r = add_alternates(&dirs, i);
	}
	int err = errno;
	for (size_t i = 0; i < dirs.len; i++)
		free(dirs.dir[i].path);
	errno = err;
	return r;
}

/* Called with the path of a pack, without its suffix; -1 ends the round. */
typedef int pack_fn(void *ctx, const char *path);

struct round {
	pack_fn *each;
	void *ctx;
};

static int
each_in(void *ctx, const char *dir)
{
	const struct round *round = ctx;
	static const char suffix[] = ".idx";
	const size_t sn = sizeof(suffix) - 1;
	char path[PATH_MAX];
	int r = 0;

	int n = snprintf(path, sizeof(path), "%s/pack", dir);
	if (n < 0 || (size_t)n >= sizeof(path))
		return 0;
	DIR *d = opendir(path);
	if (d == NULL)
		return 0;
	for (struct dirent *e; r == 0 && (e = readdir(d)) != NULL;) {
		size_t len = strlen(e->d_name);

		if (len <= sn || strcmp(e->d_name + len - sn, suffix) != 0)
			continue;
		n = snprintf(path, sizeof(path), "%s/pack/%.*s", dir,
		    (int)(len - sn), e->d_name);
		if (n >= 0 && (size_t)n < sizeof(path))
			r = round->each(round->ctx, path);
	}
	int err = errno;
	closedir(d);
	errno = err;
	return r;
}

struct opening {
	struct riad_packs *packs;
	size_t hash_len;
};

static uint32_t
hash(const char *path)
{
	uint32_t h = 0x811c9dc5; /* FNV-1a */

	for (; *path != '\0'; path++)
		h = (h ^ (uint8_t)*path) * 0x01000193;
	return h ^ h >> 16;
}

/* Where a path is, or the empty slot where it belongs. */
static uint32_t *
find_slot(const struct riad_packs *packs, const char *path)
{
	uint32_t i = hash(path) & (packs->nslots - 1);

	while (packs->slots[i] != 0 &&
	       strcmp(packs->paths[packs->slots[i] - 1], path) != 0)
		i = (i + 1) & (packs->nslots - 1);
	return &packs->slots[i];
}

/* Enters the packs anew, as they are in order now. */
static void
fill_slots(struct riad_packs *packs)
{
	if (packs->nslots == 0)
		return;
	memset(packs->slots, 0, packs->nslots * sizeof(*packs->slots));
	for (uint32_t i = 0; i < packs->len; i++)
		*find_slot(packs, packs->paths[i]) = i + 1;
}

/* At most half of the slots are in use. */
static int
reserve(struct riad_packs *packs)
{
	if (packs->len < packs->cap)
		return 0;
	uint32_t cap = packs->cap == 0 ? 16 : packs->cap * 2;
	struct riad_packfile *p = reallocarray(packs->packs, cap, sizeof(*p));
	if (p == NULL)
		return -1;
	packs->packs = p;
	char **paths = reallocarray(packs->paths, cap, sizeof(*paths));
	if (paths == NULL)
		return -1;
	packs->paths = paths;
	uint32_t *slots = reallocarray(packs->slots, cap, 2 * sizeof(*slots));
	if (slots == NULL)
		return -1;
	packs->slots = slots;
	packs->nslots = 2 * cap;
	packs->cap = cap;
	fill_slots(packs);
	return 0;
}

int64_t
riad_packs_find(const struct riad_packs *packs, const char *path)
{
	return packs->nslots == 0 ? -1 : (int64_t)*find_slot(packs, path) - 1;
}

/* Whatever stops a pack from being opened, others may have what it has. */
static int
add_pack(void *ctx, const char *path)
{
	const struct opening *o = ctx;
	struct riad_packs *packs = o->packs;

	if (riad_packs_find(packs, path) != -1)
		return 0;
	if (reserve(packs) == -1)
		return -1;
	char *copy = strdup(path);
	if (copy == NULL)
		return -1;
	if (riad_packfile_open(&packs->packs[packs->len], path, o->hash_len) ==
	    -1) {
		free(copy);
		return errno == ENOMEM ? -1 : 0;
	}
	packs->paths[packs->len] = copy;
	*find_slot(packs, copy) = packs->len + 1;
	packs->packs[packs->len++].path = copy;
	return 0;
}

/* Of equal ones any order will do, if it is always the same. */
static int
by_size(const void *left, const void *right)
{
	const struct riad_packfile *a = left, *b = right;

	if (a->idx.count != b->idx.count)
		return a->idx.count > b->idx.count ? -1 : 1;
	int order = memcmp(a->idx.sum, b->idx.sum, a->idx.hash_len);
	return order != 0 ? order : strcmp(a->path, b->path);
}

/* Puts those from number first on in order. */
static void
sort(struct riad_packs *packs, uint32_t first)
{
	if (packs->len - first < 2)
		return;
	qsort(packs->packs + first, packs->len - first, sizeof(*packs->packs),
	    by_size);
	for (uint32_t i = first; i < packs->len; i++)
		packs->paths[i] = (char *)packs->packs[i].path;
	fill_slots(packs);
}

int
riad_packs_add(
    struct riad_packs *packs, const char *objects_dir, size_t hash_len)
{
	struct opening o = {packs, hash_len};
	const uint32_t first = packs->len;

	if (riad_packs_each_dir(
		objects_dir, each_in, &(struct round){add_pack, &o}) == -1) {
		errno = ENOMEM;
		return -1;
	}
	sort(packs, first);
	return 0;
}

void
riad_packs_drop(struct riad_packs *packs, uint32_t n)
{
	while (packs->len > n) {
		riad_packfile_close(&packs->packs[--packs->len]);
		free(packs->paths[packs->len]);
	}
	fill_slots(packs);
}

void
riad_packs_close(struct riad_packs *packs)
{
	for (uint32_t i = 0; i < packs->len; i++) {
		riad_packfile_close(&packs->packs[i]);
		free(packs->paths[i]);
	}
	free(packs->packs);
	free(packs->paths);
	free(packs->slots);
	*packs = (struct riad_packs){.packs = NULL};
}
