/* SPDX-License-Identifier: ISC */

#include "riad/siphash.h"

#include <endian.h>
#include <string.h>

static uint64_t
load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

void
riad_siphash_key(struct riad_siphash_key *key, const uint8_t bytes[16])
{
	key->k[0] = load(bytes);
	key->k[1] = load(bytes + 8);
}

static inline uint64_t
rotate(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

static inline void
rounds(uint64_t v[4], unsigned n)
{
	while (n-- > 0) {
		v[0] += v[1];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[0] = rotate(v[0], 32);
		v[2] += v[3];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

/* Made twice, with each number of rounds known. */
static inline __attribute__((always_inline)) uint64_t
hash(const struct riad_siphash_key *key, const uint8_t *p, size_t len,
    unsigned each, unsigned last)
{
	uint64_t v[4] = {key->k[0] ^ 0x736f6d6570736575,
	    key->k[1] ^ 0x646f72616e646f6d, key->k[0] ^ 0x6c7967656e657261,
	    key->k[1] ^ 0x7465646279746573};
	uint64_t m = (uint64_t)len << 56;

	for (; len >= 8; p += 8, len -= 8) {
		uint64_t word = load(p);

		v[3] ^= word;
		rounds(v, each);
		v[0] ^= word;
	}
	for (size_t i = 0; i < len; i++)
		m |= (uint64_t)p[i] << 8 * i;
	v[3] ^= m;
	rounds(v, each);
	v[0] ^= m;
	v[2] ^= 0xff;
	rounds(v, last);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t
riad_siphash24(const struct riad_siphash_key *key, const void *data, size_t len)
{
	return hash(key, data, len, 2, 4);
}

uint64_t
riad_siphash13(const struct riad_siphash_key *key, const void *data, size_t len)
{
	return hash(key, data, len, 1, 3);
}
