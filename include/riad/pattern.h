/* SPDX-License-Identifier: ISC */
/*
 * pattern.h - the patterns of a sparse checkout, gitignore(5), against paths
 *
 * The patterns are those of git-sparse-checkout(1) without cones, as the
 * filter sparse:oid has them.  Of the patterns that match a path the last one
 * decides; where none does, it is as its directory is, and at the top it is
 * not included.
 *
 * Paths are matched name by name from the top.  What the names before have
 * come to is a place: two directories at the same place have the same matches
 * in them.  So a tree that was seen at a place need not be seen there again,
 * and no path is matched from its start over and over.
 *
 * Patterns are hostile.  Matching takes time by the product of the lengths of
 * patterns and name, and no more.
 */
#ifndef RIAD_PATTERN_H
#define RIAD_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of all patterns together, in bytes; and what matching a single name may
 * cost, in steps: some tenths of a second. */
#define RIAD_PATTERN_TEXT_MAX (1 << 20)
#define RIAD_PATTERN_STEPS_MAX (1u << 27)

struct riad_patterns;

/*
 * Reads patterns, a line each.  Whatever it is, it is a pattern: one that is
 * malformed matches nothing.  NULL with errno ENOMEM or EMSGSIZE.
 */
struct riad_patterns *riad_patterns_new(const void *text, size_t len);
void riad_patterns_free(struct riad_patterns *p);

/*
 * The place at the top of a tree: that of a commit, whose top a pattern may
 * match too (an empty one, or "*"); or one that stands alone.
 */
uint32_t riad_patterns_top(const struct riad_patterns *p);
#define RIAD_PATTERN_ALONE 0u

/*
 * Matches a name in a directory at this place.  1 if it is included, 0 if not;
 * -1 with errno ENOMEM, or EMSGSIZE where there are too many places, or a
 * match takes too many steps.  For a directory, *inner is the place of what is
 * in it; for anything else inner is NULL.
 */
int riad_patterns_match(struct riad_patterns *p, uint32_t place,
    const void *name, size_t len, uint32_t *inner);

/* What was spent so far; for those who let others know that they are alive. */
uint64_t riad_patterns_steps(const struct riad_patterns *p);

#endif
