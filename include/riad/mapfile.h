/* SPDX-License-Identifier: ISC */
/* mapfile.h - a file in memory, where it is read here and there */
#ifndef RIAD_MAPFILE_H
#define RIAD_MAPFILE_H

#include <stddef.h>

/* Maps the whole of a file, to be read; munmap(2) ends it.  NULL with errno,
 * EBADMSG if it is empty, or no regular file. */
const void *riad_mapfile(const char *path, size_t *len);

#endif
