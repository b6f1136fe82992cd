/* SPDX-License-Identifier: ISC */

#include "riad/siphash.h"

#include "tap.h"

/* Of 2-4, by its authors (Appendix A of the paper, and vectors.h beside their
 * code): the bytes 0 to 15 as the key, and 0, 1, 2 ... as the input. */
static const struct {
	size_t len;
	uint64_t hash;
} cases[] = {
    {0, 0x726fdb47dd0e0e31},
    {1, 0x74f839c593dc67fd},
    {2, 0x0d6c8009d9a94f5a},
    {7, 0xab0200f58b01d137},
    {8, 0x93f5f5799a932462},
    {15, 0xa129ca6149be45e5},
    {63, 0x958a324ceb064572},
};

int
main(void)
{
	struct riad_siphash_key key;
	uint8_t bytes[64];

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	riad_siphash_key(&key, bytes);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(riad_siphash24(&key, bytes, cases[i].len) == cases[i].hash,
		    "2-4 of %zu bytes", cases[i].len);

	ok(riad_siphash13(&key, bytes, 15) != riad_siphash24(&key, bytes, 15),
	    "1-3 is another function");
	ok(riad_siphash13(&key, bytes, 15) == riad_siphash13(&key, bytes, 15) &&
		riad_siphash13(&key, bytes, 15) !=
		    riad_siphash13(&key, bytes, 16) &&
		riad_siphash13(&key, bytes, 8) !=
		    riad_siphash13(&key, bytes + 1, 8),
	    "of all of its input");
	key.k[1] ^= 1;
	ok(riad_siphash24(&key, bytes, 15) != 0xa129ca6149be45e5,
	    "and of the key");
	return tap_done();
}
