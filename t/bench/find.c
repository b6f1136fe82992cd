/* SPDX-License-Identifier: ISC */
/*
 * Looks up ids in a pack's index, by halving and as riad_idx_find does it:
 * find FILE.idx [halve|find] [there|missing] N prints nanoseconds a lookup.
 */

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "riad/idx.h"
#include "riad/text.h"

static int64_t
halve(const struct riad_idx *idx, const struct riad_oid *oid)
{
	const uint8_t *f = idx->fanout + oid->id[0] * 4u;
	uint32_t lo = 0, hi = (uint32_t)f[0] << 24 | (uint32_t)f[1] << 16 |
			      (uint32_t)f[2] << 8 | f[3];

	if (oid->id[0] > 0)
		lo = (uint32_t)f[-4] << 24 | (uint32_t)f[-3] << 16 |
		     (uint32_t)f[-2] << 8 | f[-1];
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int order = memcmp(
		    oid->id, idx->ids + mid * idx->stride, idx->hash_len);

		if (order == 0)
			return mid;
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return -1;
}

int
main(int argc, char *argv[])
{
	struct riad_idx idx;
	struct stat st;
	uint64_t n;

	if (argc != 5 || riad_parse_u64(&n, argv[4], 1u << 26) == -1 || n == 0)
		errx(2, "usage: find FILE.idx halve|find there|missing N");
	int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		err(1, "%s", argv[1]);
	const void *p = mmap(NULL, (size_t)st.st_size, PROT_READ,
	    MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED ||
	    riad_idx_open(&idx, p, (size_t)st.st_size, RIAD_SHA1_LEN) == -1 ||
	    idx.count == 0)
		err(1, "%s", argv[1]);

	/* A multiplicative generator, so that runs are the same. */
	struct riad_oid *oids = calloc((size_t)n, sizeof(*oids));
	if (oids == NULL)
		err(1, "calloc");
	uint64_t x = 88172645463325252u;
	for (uint64_t i = 0; i < n; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		riad_idx_id(
		    &idx, (uint32_t)((x >> 32) * idx.count >> 32), &oids[i]);
		if (strcmp(argv[3], "missing") == 0) {
			uint64_t y = x;
			for (unsigned b = 0; b < RIAD_SHA1_LEN; b++) {
				y = y * 6364136223846793005u + 1;
				oids[i].id[b] = (uint8_t)(y >> 56);
			}
		}
	}

	const bool by_half = strcmp(argv[2], "halve") == 0;
	struct timespec from, to;
	uint64_t found = 0;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (uint64_t i = 0; i < n; i++)
		found += (by_half ? halve(&idx, &oids[i])
				  : riad_idx_find(&idx, &oids[i])) >= 0;
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.1f ns a lookup, %llu found\n",
	    ((double)(to.tv_sec - from.tv_sec) * 1e9 +
		(double)(to.tv_nsec - from.tv_nsec)) /
		(double)n,
	    (unsigned long long)found);
	free(oids);
	return 0;
}
