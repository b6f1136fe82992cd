/* SPDX-License-Identifier: ISC */
/*
 * siphash.h - SipHash, a short keyed hash of 64 bits (Aumasson, Bernstein 2012)
 *
 * Who doesn't know the key can neither find inputs that collide nor make the
 * hash of one.  2-4 is for what is sent, as cookies of RFC 9018 are; 1-3, twice
 * as fast, for tables whose hashes nobody sees.
 */
#ifndef RIAD_SIPHASH_H
#define RIAD_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/* The key of 16 bytes, as two little-endian numbers. */
struct riad_siphash_key {
	uint64_t k[2];
};

void riad_siphash_key(struct riad_siphash_key *key, const uint8_t bytes[16]);

uint64_t riad_siphash24(
    const struct riad_siphash_key *key, const void *data, size_t len);
uint64_t riad_siphash13(
    const struct riad_siphash_key *key, const void *data, size_t len);

#endif
