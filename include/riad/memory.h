/* SPDX-License-Identifier: ISC */
/* memory.h - how much memory this process may have, and how much it had */
#ifndef RIAD_MEMORY_H
#define RIAD_MEMORY_H

#include <stdint.h>

/*
 * From here on allocations fail once the process has so many bytes of data:
 * RLIMIT_DATA, which counts the heap, private writable maps and the stacks of
 * threads, used or not; those become smaller, and malloc(3) keeps to few
 * arenas.  Packs that are mapped to be read count nothing.  0 or -1.
 */
int riad_memory_limit(uint64_t bytes);

struct riad_memory {
	int fd;             /* of /proc/self/status, or -1 */
	uint64_t peak;      /* the most that was resident, files included */
	uint64_t anonymous; /* the most seen of what is not of a file */
};

/* Opened early, so that a sandbox may follow. */
void riad_memory_open(struct riad_memory *m);

/* Looks once; where there is no /proc, as far as getrusage(2) knows. */
void riad_memory_look(struct riad_memory *m);

#endif
