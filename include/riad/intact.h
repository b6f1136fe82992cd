/* SPDX-License-Identifier: ISC */
/* intact.h - whether an entry of a pack is as it was written */
#ifndef RIAD_INTACT_H
#define RIAD_INTACT_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/packfile.h"

struct riad_intact;

struct riad_intact *riad_intact_new(void); /* NULL with errno ENOMEM */
void riad_intact_free(struct riad_intact *x);

/*
 * Looks at the entry of a rank of a pack that is sorted: whether its CRC-32 is
 * that of the index.  An index of version 1 has none; then it is inflated,
 * which checks the length and the Adler-32 of what comes out.
 */
bool riad_intact_entry(
    struct riad_intact *x, const struct riad_packfile *pack, uint32_t rank);

#endif
