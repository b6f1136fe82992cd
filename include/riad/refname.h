/* SPDX-License-Identifier: ISC */
/* refname.h - what may be the name of a reference, git-check-ref-format(1) */
#ifndef RIAD_REFNAME_H
#define RIAD_REFNAME_H

#include <stdbool.h>
#include <stddef.h>

/* Longer names don't fit into a path, nor into a packet. */
#define RIAD_REFNAME_MAX 4000

/* Of one component too, as HEAD is; there is no "." or ".." among those. */
bool riad_refname_valid(const char *name, size_t len);

#endif
