/* SPDX-License-Identifier: ISC */
/*
 * pktout.h - packets onto a riad_out, gitprotocol-common(5)
 *
 * Like all of riad_out these have a sticky error; a packet that would be
 * longer than RIAD_PKT_MAX makes it EMSGSIZE and is not written.
 */
#ifndef RIAD_PKTOUT_H
#define RIAD_PKTOUT_H

#include <stddef.h>

#include "riad/out.h"

/* A data packet of two parts; the second may be empty. */
void riad_pkt_add2(struct riad_out *out, const void *head, size_t head_len,
    const void *data, size_t len);
void riad_pkt_add(struct riad_out *out, const void *data, size_t len);
void riad_pkt_addf(struct riad_out *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

void riad_pkt_add_flush(struct riad_out *out);
void riad_pkt_add_delim(struct riad_out *out);

#endif
