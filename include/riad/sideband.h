/* SPDX-License-Identifier: ISC */
/*
 * sideband.h - what lies in the bands, gitprotocol-pack(5) "Packfile Data"
 *
 * With side-band (packets up to 1000 bytes) and side-band-64k (up to 65520)
 * the first byte of a payload is its band.  Protocol text never begins with
 * such a byte, so both may share a stream.
 */
#ifndef RIAD_SIDEBAND_H
#define RIAD_SIDEBAND_H

#include <stdbool.h>
#include <stdint.h>

#include "riad/out.h"
#include "riad/pktline.h"

enum riad_band {
	RIAD_BAND_NONE, /* protocol text, or no data packet */
	RIAD_BAND_DATA,
	RIAD_BAND_PROGRESS,
	RIAD_BAND_ERROR, /* fatal: the other side goes away */
};

/* The band of a packet; what it carries begins at data[1]. */
enum riad_band riad_band(const struct riad_pkt *pkt);

/*
 * Finds the packs in one direction of a conversation: in band 1 from the
 * packet after which it begins with the signature up to a flush, or raw to
 * the end of the stream.
 */
struct riad_packfind {
	uint64_t left;    /* packs to pass over before the one wanted */
	bool raw;         /* the pack goes on to the end */
	unsigned matched; /* bytes of the signature, since the last flush */
	enum {
		RIAD_PACKFIND_OUTSIDE,
		RIAD_PACKFIND_PASSING, /* data that is no pack, or not ours */
		RIAD_PACKFIND_INSIDE,
		RIAD_PACKFIND_CUT, /* the stream ended in it */
		RIAD_PACKFIND_DONE,
	} state;
};

/* nth is from 1. */
void riad_packfind_init(struct riad_packfind *find, uint64_t nth);

/* Takes the next packet, and adds to out what it has of the pack. */
void riad_packfind_add(struct riad_packfind *find, struct riad_out *out,
    const struct riad_pkt *pkt);

/* The stream ends; another may follow. */
void riad_packfind_end(struct riad_packfind *find);

/* Once all have ended: NULL if there was a whole pack, or what is wrong. */
const char *riad_packfind_why(const struct riad_packfind *find);

#endif
