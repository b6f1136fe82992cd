/* SPDX-License-Identifier: ISC */
/* midxfile.h - the multi-pack-index of a directory of objects, and its packs
 * among those that are open */
#ifndef RIAD_MIDXFILE_H
#define RIAD_MIDXFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/midx.h"
#include "riad/packs.h"

struct riad_midxfile {
	struct riad_midx midx;
	const char *dir; /* of objects; borrowed */
	const void *map;
	size_t map_len;
	uint32_t *packs; /* by its own numbers: those in a riad_packs */
	bool doubted;    /* its packs have what it doesn't know of */
};

/*
 * Opens pack/multi-pack-index in a directory of objects: 1; 0 if there is
 * none, if it isn't sound or of another kind, or if one of its packs isn't
 * open, since it would answer with what can't be read; -1 with errno ENOMEM.
 */
int riad_midxfile_open(struct riad_midxfile *f, const char *dir,
    const struct riad_packs *packs, size_t hash_len);
void riad_midxfile_close(struct riad_midxfile *f);

#endif
