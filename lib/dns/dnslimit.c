/* SPDX-License-Identifier: ISC */

#include "riad/dnslimit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "riad/siphash.h"

enum {
	SETS = 2048,
	WAYS = 8,
	SECOND = 1000000000,
	PREFIX6 = 7 /* bytes of an IPv6 address: 56 bits */
};

/*
 * By the virtual scheduling of GCRA, which is a bucket of tokens in one number:
 * when the bucket will be full again.  Each query puts that off by an interval;
 * it may be a second away at most.
 */
struct set {
	uint64_t full[WAYS];
	uint32_t tag[WAYS]; /* of the source; 0: free */
};

struct riad_dns_limit {
	struct riad_siphash_key secret;
	uint64_t interval;
	struct set sets[SETS];
};

struct riad_dns_limit *
riad_dns_limit_new(unsigned rate)
{
	if (rate == 0 || rate > SECOND) {
		errno = EINVAL;
		return NULL;
	}
	struct riad_dns_limit *limit = calloc(1, sizeof(*limit));
	if (limit == NULL)
		return NULL;
	if (getrandom(&limit->secret, sizeof(limit->secret), 0) !=
	    sizeof(limit->secret)) {
		free(limit);
		return NULL;
	}
	limit->interval = SECOND / rate;
	return limit;
}

void
riad_dns_limit_free(struct riad_dns_limit *limit)
{
	free(limit);
}

static uint64_t
hash(const struct riad_dns_limit *limit, const uint8_t address[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (memcmp(address, mapped, sizeof(mapped)) == 0)
		return riad_siphash13(&limit->secret, address + 12, 4);
	return riad_siphash13(&limit->secret, address, PREFIX6);
}

bool
riad_dns_limit_take(
    struct riad_dns_limit *limit, const uint8_t address[16], uint64_t now)
{
	uint64_t h = hash(limit, address);
	struct set *set = &limit->sets[h % SETS];
	uint32_t tag = (uint32_t)(h >> 32) | 1;
	unsigned way = 0;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set->tag[i] == tag) {
			way = i;
			break;
		}
		if (set->full[i] < set->full[way])
			way = i;
	}
	set->tag[way] = tag;
	if (set->full[way] < now)
		set->full[way] = now;
	if (set->full[way] - now > SECOND - limit->interval)
		return false;
	set->full[way] += limit->interval;
	return true;
}
