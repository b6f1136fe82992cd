/* SPDX-License-Identifier: ISC */
/*
 * http.h - HTTP/2 (RFC 9113) and HTTP/1.1 (RFC 9112) over TLS, both sides, and
 * bare TLS with length-prefixed messages (DNS over TLS, RFC 7858), for small
 * requests and answers that fit in memory
 *
 * One connection is a struct riad_http; it lives on a loop, never blocks, and
 * carries many requests at once.  What several requests that are made in one
 * callback need goes out in one write: headers and data in one record.
 */
#ifndef RIAD_HTTP_H
#define RIAD_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "riad/loop.h"

struct riad_http;
struct riad_tls; /* what connections share: certificates, tickets, pins */

/*
 * Of a client.  ca: a file or folder of PEM, NULL for the system's.  pin: the
 * SHA-256 of the SPKI in base64, or NULL (RFC 7858 section 4.2); several by
 * calling riad_tls_pin.  NULL with *why set, errno set.
 */
struct riad_tls *riad_tls_client(const char *ca, const char **why);
int riad_tls_pin(struct riad_tls *tls, const char *base64);
void riad_tls_insecure(struct riad_tls *tls); /* no name or chain is checked */

/* Of a server: files of PEM; again for what was renewed. */
struct riad_tls *riad_tls_server(
    const char *certificates, const char *key, const char **why);
void riad_tls_free(struct riad_tls *tls);

enum riad_http_kind {
	RIAD_HTTP_ANY, /* h2 by ALPN, or else HTTP/1.1 */
	RIAD_HTTP_2,
	RIAD_HTTP_1,
	RIAD_HTTP_DOT /* messages of two bytes of length, "dot" by ALPN */
};

/* What ended a request or a connection; tools make exit statuses of it. */
enum riad_http_fault {
	RIAD_HTTP_FINE,
	RIAD_HTTP_CONNECT, /* no TCP connection; errno */
	RIAD_HTTP_TLS,     /* certificate, name, pin, version, ALPN */
	RIAD_HTTP_CLOSED,  /* by the peer, with requests in flight */
	RIAD_HTTP_PROTOCOL,
	RIAD_HTTP_STATUS,  /* not 200 */
	RIAD_HTTP_TYPE,    /* not application/dns-message */
	RIAD_HTTP_TOOLONG, /* more than max_body */
	RIAD_HTTP_TIMEOUT
};

/*
 * An answer: of the request with that token.  Views, until the call returns.
 * may_retry: the server has not dealt with the request (RFC 9113 section 8.7),
 * or the connection died before anything of an answer came.
 */
struct riad_http_answer {
	void *token;
	enum riad_http_fault fault;
	const char *why; /* of a fault, in words */
	bool may_retry;
	unsigned status;
	const uint8_t *body;
	size_t len;
	uint32_t age;     /* Age of the answer, RFC 8484 section 5.1; 0: none */
	unsigned version; /* 2, 1 or 0 (DoT) */
};

struct riad_http_client {
	struct riad_loop *loop;
	/* NULL: without TLS.  RIAD_HTTP_DOT is then DNS over TCP, RIAD_HTTP_2
	 * is HTTP/2 by prior knowledge, RIAD_HTTP_ANY is HTTP/1.1. */
	struct riad_tls *tls;
	enum riad_http_kind kind;
	const char *host; /* of the certificate, SNI and :authority */
	/* An address that the certificate is to have as well (RFC 9462 section
	 * 4.2), or NULL. */
	const char *ip;
	uint16_t port;    /* for :authority where it is not 443 */
	const char *path; /* "/dns-query"; of GET the part before "?dns=" */
	bool get;
	size_t max_body;     /* of an answer: 65535 for DNS */
	uint64_t timeout_ns; /* of each request, from being asked to its end */
	uint64_t connect_ns; /* to be connected, TLS included */
	uint64_t idle_ns; /* after which an idle connection is closed; 0: no */
	/* What was sent and the peer's system has not acknowledged for so long
	 * ends the connection; 0: as the system does, after a quarter of an
	 * hour. */
	unsigned unheard_ms;
	unsigned most;  /* requests in flight, at most; */
	unsigned queue; /* and as many more wait */

	void (*answered)(void *ctx, const struct riad_http_answer *answer);
	/* The connection can take no more requests and every token was
	 * answered: it may be freed, from here too. */
	void (*ended)(void *ctx, enum riad_http_fault fault, const char *why);
	void *ctx;
};

/*
 * Begins to connect to addr.  conf is borrowed for the connection's life.
 * NULL with errno.
 */
struct riad_http *riad_http_connect(const struct riad_http_client *conf,
    const struct sockaddr *addr, socklen_t addr_len);

/*
 * Sends a DNS message (copied) as a request.  0; or -1 with errno EBUSY where
 * the connection takes no more (GOAWAY, being closed, ids used up), EAGAIN
 * where `queue` wait already (ask again when one was answered), EMSGSIZE where
 * the message is too long, ENOMEM.  It may be asked before the connection is
 * ready.  A request that the server refuses without a look is sent again.
 */
int riad_http_ask(
    struct riad_http *http, const uint8_t *body, size_t len, void *token);
/* The same with a deadline of its own, in the loop's time: for what is asked
 * again on another connection. */
int riad_http_ask_by(struct riad_http *http, const uint8_t *body, size_t len,
    void *token, uint64_t deadline);
void riad_http_forget(struct riad_http *http, void *token);
size_t riad_http_in_flight(const struct riad_http *http);
bool riad_http_ready(
    const struct riad_http *http); /* connected, and takes more */

/*
 * Messages of RIAD_HTTP_DOT get ids of our own, and each answer the id back
 * that its request came with: ids of callers need not differ.
 */

/* A PING, or for HTTP/1.1 nothing: no answer within ns ends the connection. */
void riad_http_probe(struct riad_http *http, uint64_t ns);

/* Facts for people: "TLSv1.3", "TLS_AES_128_GCM_SHA256", whether the session
 * is an earlier one resumed.  "" and false till the connection is ready. */
const char *riad_http_tls_version(const struct riad_http *http);
const char *riad_http_tls_cipher(const struct riad_http *http);
bool riad_http_tls_resumed(const struct riad_http *http);

/* A server's request; GET's parameter dns is decoded already (RFC 8484 4.1). */
struct riad_http_request {
	struct riad_http *http;
	uint64_t id; /* of the stream: hand it to riad_http_reply */
	const uint8_t *body;
	size_t len;
};

struct riad_http_server {
	struct riad_loop *loop;
	struct riad_tls *tls; /* NULL: cleartext HTTP, for a proxy in front */
	enum riad_http_kind kind; /* RIAD_HTTP_ANY or RIAD_HTTP_DOT */
	const char *path;
	size_t max_body;
	unsigned most; /* streams at once of one connection */
	uint64_t idle_ns;
	uint64_t handshake_ns;

	/* To be answered by riad_http_reply or riad_http_refuse, now or later,
	 * unless the connection has ended. */
	void (*asked)(void *ctx, const struct riad_http_request *request);
	void (*ended)(void *ctx, struct riad_http *http); /* frees it after */
	void *ctx;
};

/* fd, non-blocking, was accepted; it belongs to the connection now. */
struct riad_http *riad_http_accept(const struct riad_http_server *conf, int fd);

/*
 * Answers; ttl for Cache-Control: max-age (RFC 8484 section 5.1).  What came
 * for a stream that is gone is dropped.  Content-Length is always sent.
 */
int riad_http_reply(struct riad_http *http, uint64_t id, const uint8_t *body,
    size_t len, uint32_t ttl);
int riad_http_refuse(struct riad_http *http, uint64_t id, unsigned status);

/* GOAWAY; what is in flight is finished. */
void riad_http_shut(struct riad_http *http);
void riad_http_free(struct riad_http *http);

#endif
