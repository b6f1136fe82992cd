/* SPDX-License-Identifier: ISC */
/*
 * udp.h - datagrams, many in a system call
 *
 * A batch is received, each datagram is answered or not, and what was answered
 * is sent.  Answers leave by the address that was asked, also where the socket
 * is bound to all of them.
 */
#ifndef RIAD_UDP_H
#define RIAD_UDP_H

#include <stddef.h>
#include <stdint.h>

#include "riad/address.h"

enum {
	RIAD_UDP_BATCH = 64,
	RIAD_UDP_QUERY = 2048, /* bytes of one received; longer ones are cut */
	RIAD_UDP_REPLY = 4096, /* of one sent */
	RIAD_UDP_ROOM = 65535  /* where an answer is made */
};

struct riad_udp; /* a batch; for any number of sockets, in turn */

/* Where it came from, and the control message that names our own address. */
struct riad_udp_peer {
	union riad_address address;
	uint8_t local[40];
	size_t local_len;
};

struct riad_udp *riad_udp_new(void);
void riad_udp_free(struct riad_udp *udp);

/* Has a socket tell which of its addresses was asked.  0, or -1. */
int riad_udp_prepare(int fd);

/* What is there, up to RIAD_UDP_BATCH: how many; 0: nothing; -1 with errno. */
int riad_udp_receive(struct riad_udp *udp, int fd);

/* The i-th: its bytes; NULL if it was longer than RIAD_UDP_QUERY. */
const uint8_t *riad_udp_query(
    const struct riad_udp *udp, int i, size_t *len, struct riad_udp_peer *peer);

/* Where the next answer is made, of RIAD_UDP_ROOM bytes; then, with its length
 * of at most RIAD_UDP_REPLY, it is the answer to the i-th. */
uint8_t *riad_udp_room(struct riad_udp *udp);
void riad_udp_reply(struct riad_udp *udp, int i, size_t len);

/* Sends what was answered; what the system takes no more is dropped. */
void riad_udp_flush(struct riad_udp *udp, int fd);

/* One datagram by itself.  0, or -1 with errno. */
int riad_udp_send(
    int fd, const struct riad_udp_peer *peer, const uint8_t *data, size_t len);

#endif
