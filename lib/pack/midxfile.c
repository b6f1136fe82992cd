/* SPDX-License-Identifier: ISC */

#include "riad/midxfile.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "riad/mapfile.h"

/* The pack of an index's name in dir, or -1. */
static int64_t
pack_of(const struct riad_packs *packs, const char *dir, const char *name)
{
	const char *dot = strrchr(name, '.');
	char path[PATH_MAX];

	int n = snprintf(path, sizeof(path), "%s/pack/%.*s", dir,
	    dot == NULL ? 0 : (int)(dot - name), name);
	return n < 0 || (size_t)n >= sizeof(path)
		   ? -1
		   : riad_packs_find(packs, path);
}

/* 1, 0 if one of them isn't there, or -1. */
static int
find_packs(struct riad_midxfile *f, const struct riad_packs *packs)
{
	const char *name = NULL;
	uint64_t objects = 0;

	f->packs =
	    reallocarray(NULL, f->midx.npacks + (size_t)1, sizeof(*f->packs));
	if (f->packs == NULL)
		return -1;
	for (uint32_t i = 0; (name = riad_midx_name(&f->midx, name)) != NULL;
	     i++) {
		int64_t p = pack_of(packs, f->dir, name);

		if (p == -1)
			return 0;
		f->packs[i] = (uint32_t)p;
		objects += packs->packs[p].idx.count;
	}
	return f->midx.count <= objects;
}

int
riad_midxfile_open(struct riad_midxfile *f, const char *dir,
    const struct riad_packs *packs, size_t hash_len)
{
	char path[PATH_MAX];
	int r = 0;

	*f = (struct riad_midxfile){.dir = dir};
	int n = snprintf(path, sizeof(path), "%s/pack/multi-pack-index", dir);
	if (n < 0 || (size_t)n >= sizeof(path))
		return 0;
	f->map = riad_mapfile(path, &f->map_len);
	if (f->map == NULL)
		return errno == ENOMEM ? -1 : 0;
	if (riad_midx_open(&f->midx, f->map, f->map_len, hash_len) == 0)
		r = find_packs(f, packs);
	if (r != 1)
		riad_midxfile_close(f);
	return r;
}

void
riad_midxfile_close(struct riad_midxfile *f)
{
	const int err = errno;

	free(f->packs);
	if (f->map != NULL)
		munmap((void *)f->map, f->map_len);
	*f = (struct riad_midxfile){.map = NULL};
	errno = err;
}
