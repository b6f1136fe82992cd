/* SPDX-License-Identifier: ISC */
/*
 * glob.h - patterns of paths as git matches them, gitignore(5)
 *
 * "*" and "?" stand for what is no slash, "[a-z]" for one of a set, and "**"
 * between slashes for any number of directories.
 */
#ifndef RIAD_GLOB_H
#define RIAD_GLOB_H

#include <stdbool.h>

/* A longer pattern fits nothing. */
#define RIAD_GLOB_MAX 8192

/*
 * 1 if the pattern fits the whole text, 0 if not, -1 with errno ENOMEM.  The
 * time that it takes is at worst by the product of both lengths.
 */
int riad_glob(const char *pattern, const char *text, bool fold_case);

#endif
