/* SPDX-License-Identifier: ISC */
/*
 * Names that are blocked, as numbers of 61 bits made of them by a secret, and
 * three bits of how: ten bytes a name, however long it is.  Of a billion names
 * asked for, with a million blocked, one is taken for another with a
 * probability of some 0.0005.
 */

#include "dnslocal_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The line of a hash, by its upper bits. */
static size_t
line_of(const struct riad_dns_local *local, uint64_t hash)
{
	return (size_t)((hash >> 32) * local->blocked_lines >> 32);
}

static bool
is_same(uint64_t a, uint64_t b)
{
	return ((a ^ b) & ~(uint64_t)BLOCK_FLAGS) == 0;
}

/* Whether it is a name that was not there yet. */
static bool
insert(struct riad_dns_local *local, uint64_t entry)
{
	for (size_t line = line_of(local, entry);;
	     line = (line + 1) % local->blocked_lines) {
		uint64_t *p = local->blocked + line * BLOCK_WAYS;

		for (unsigned i = 0; i < BLOCK_WAYS; i++) {
			if (p[i] == 0) {
				p[i] = entry;
				return true;
			}
			if (is_same(p[i], entry)) {
				p[i] |= entry & BLOCK_FLAGS;
				return false;
			}
		}
	}
}

int
dns_local_seal_blocked(struct riad_dns_local *local)
{
	const uint64_t *listed = (const uint64_t *)(void *)local->listed.data;
	size_t n = local->listed.len / sizeof(*listed);

	if (n == 0)
		return 0;
	/* So that few lines are full, and some are not. */
	size_t lines = n / (BLOCK_WAYS - 2) + 1;
	size_t bytes = lines * BLOCK_WAYS * sizeof(*local->blocked);
	if (dns_local_room(local, &local->listed, 0) == -1 ||
	    bytes > local->listed.max - local->listed.len) {
		errno = EMSGSIZE;
		return -1;
	}
	local->blocked =
	    aligned_alloc(BLOCK_WAYS * sizeof(*local->blocked), bytes);
	if (local->blocked == NULL)
		return -1;
	memset(local->blocked, 0, bytes);
	local->blocked_lines = lines;
	for (size_t i = 0; i < n; i++)
		local->blocked_count += insert(local, listed[i]);
	riad_buf_free(&local->listed);
	return 0;
}

/* The flags of a name, or 0. */
static unsigned
flags_of(const struct riad_dns_local *local, uint64_t hash)
{
	for (size_t line = line_of(local, hash);;
	     line = (line + 1) % local->blocked_lines) {
		const uint64_t *p = local->blocked + line * BLOCK_WAYS;

		for (unsigned i = 0; i < BLOCK_WAYS; i++) {
			if (p[i] == 0)
				return 0;
			if (is_same(p[i], hash))
				return p[i] & BLOCK_FLAGS;
		}
	}
}

bool
dns_local_blocks(
    const struct riad_dns_local *local, const struct local_path *path)
{
	unsigned found = 0;

	if (local->blocked_lines == 0)
		return false;
	for (unsigned i = 1; i <= path->labels; i++)
		__builtin_prefetch(local->blocked +
				   line_of(local, path->hash[i]) * BLOCK_WAYS);
	for (unsigned i = 1; i <= path->labels; i++)
		found |=
		    flags_of(local, path->hash[i]) &
		    (i < path->labels ? BLOCK_TREE | BLOCK_NOT : BLOCK_FLAGS);
	return found != 0 && !(found & BLOCK_NOT);
}

bool
riad_dns_local_is_blocked(
    const struct riad_dns_local *local, const uint8_t *name)
{
	struct local_path path;

	dns_local_path(&path, local, name);
	return dns_local_blocks(local, &path);
}
