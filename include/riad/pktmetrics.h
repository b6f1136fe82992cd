/* SPDX-License-Identifier: ISC */
/* pktmetrics.h - what a client's packets say of its request */
#ifndef RIAD_PKTMETRICS_H
#define RIAD_PKTMETRICS_H

#include "riad/metrics.h"
#include "riad/pktline.h"

/*
 * Takes note of a packet of the client, in any version of the protocol: it
 * counts wants and haves and keeps the agent, the session id, the command,
 * the depth and the filter as they were written, cut where they are too long.
 * Nothing is checked here; m may be NULL.
 */
void riad_metrics_packet(struct riad_metrics *m, const struct riad_pkt *pkt);

#endif
