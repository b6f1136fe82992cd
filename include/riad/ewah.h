/* SPDX-License-Identifier: ISC */
/*
 * ewah.h - compressed bit sets, as .bitmap files hold them
 *
 * EWAH is a run-length coding of words of 64 bits: gitformat-bitmap(5),
 * appendix A.  A compressed set is a view of the bytes that it was parsed
 * from; it has no size of its own that matters (what it says, is rounded up
 * by some writers), but is applied to a set of n bits.
 *
 * What is applied returns 0, or -1 with errno EBADMSG if the words don't fit
 * together or set a bit from n on; to is then a set of some bits below n.
 * The time is that of to's words and of the bytes, whatever is in them.
 */
#ifndef RIAD_EWAH_H
#define RIAD_EWAH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "riad/bits.h"
#include "riad/buf.h"

struct riad_ewah {
	const uint8_t *words; /* of 8 bytes each, big-endian; borrowed */
	uint32_t nwords;
	uint32_t nbits; /* what it says of itself */
};

/*
 * Finds the end of the compressed set at the start of data, without looking
 * at its words.  Returns the bytes it takes, or -1 with errno EBADMSG.
 */
ssize_t riad_ewah_parse(
    struct riad_ewah *ewah, const uint8_t *data, size_t len);

/* Makes to what is in ewah, in either of them, or in just one of them. */
int riad_ewah_load(struct riad_bits *to, const struct riad_ewah *ewah);
int riad_ewah_or(struct riad_bits *to, const struct riad_ewah *ewah);
int riad_ewah_xor(struct riad_bits *to, const struct riad_ewah *ewah);

/*
 * The same as xor, for a row of them, in the time of their bytes alone: where
 * to is to be inverted, is only noted in flips until settle does it once.
 * Both are as much as one set; flips is one of riad_ewah_flips_n(to->n), and
 * empty before and after.
 */
size_t riad_ewah_flips_n(size_t n);
int riad_ewah_xor_later(struct riad_bits *to, struct riad_bits *flips,
    const struct riad_ewah *ewah);
void riad_ewah_settle(struct riad_bits *to, struct riad_bits *flips);

/* How many bits are set, of one that was applied to a set without failing. */
uint64_t riad_ewah_count(const struct riad_ewah *ewah);

/*
 * Adds bits, compressed: not always the same bytes as git's, but what git
 * reads.  0, or -1 with errno EMSGSIZE (n is over 32 bits, too) or ENOMEM.
 */
int riad_ewah_write(struct riad_buf *out, const struct riad_bits *bits);

#endif
