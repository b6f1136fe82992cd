/* SPDX-License-Identifier: ISC */
/*
 * plain.h - a client of DNS over UDP and TCP: datagrams, or messages with two
 * bytes of length in front (RFC 7766), many in flight
 *
 * What a message says is the caller's business, but for its first two bytes,
 * the ID: each message is sent with one that nobody can guess (RFC 5452), and
 * what comes with another is dropped.  So is, of datagrams, what the caller
 * says is no answer.
 */
#ifndef RIAD_PLAIN_H
#define RIAD_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "riad/loop.h"

struct riad_plain;

struct riad_plain_client {
	struct riad_loop *loop;
	bool stream;         /* TCP */
	uint64_t connect_ns; /* of TCP */
	size_t max;          /* bytes of a datagram, at most */

	/* A message came for token; a view.  Returns whether it is taken: if
	 * not, a datagram is dropped; the token then goes on waiting. */
	bool (*answered)(
	    void *ctx, void *token, const uint8_t *data, size_t len);
	/*
	 * The connection failed, with an errno value, 0 if the peer closed it;
	 * tokens are not told one by one.  It is to be freed, from here too.
	 * connected: it was, before.
	 */
	void (*ended)(void *ctx, int err, const char *why, bool connected);
	void *ctx;
};

/* conf is borrowed for the connection's life.  NULL with errno. */
struct riad_plain *riad_plain_connect(const struct riad_plain_client *conf,
    const struct sockaddr *addr, socklen_t addr_len);

/*
 * Sends a message (copied).  Returns its ID; or -1 with errno EBUSY where too
 * much waits to be sent, EMSGSIZE, ENOMEM.
 */
int riad_plain_ask(
    struct riad_plain *plain, const uint8_t *data, size_t len, void *token);

/* No longer waits for an answer with that ID. */
void riad_plain_forget(struct riad_plain *plain, int id);

void riad_plain_free(struct riad_plain *plain);

#endif
