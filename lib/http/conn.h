/* SPDX-License-Identifier: ISC */
/* conn.h - what the files of lib/http share: a connection and its requests */
#ifndef RIAD_HTTP_CONN_H
#define RIAD_HTTP_CONN_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "riad/buf.h"
#include "riad/http.h"
#include "riad/loop.h"

/* A TLS record holds 2^14 bytes (RFC 8446 section 5.1), and so does a frame of
 * HTTP/2 by default, which has nine bytes of head (RFC 9113 section 4). */
enum { RECORD = 16384, FRAME = RECORD + 9 };

/* No place in a list. */
#define NOWHERE UINT32_MAX

/*
 * A request of a client.  Those that are not free are in one list in the order
 * in which they were made, which is that of their deadlines; those that wait to
 * be sent are in another.  The array moves when it grows: slots are named by
 * index where something is kept.
 */
struct slot {
	void *token;
	uint64_t deadline;
	uint32_t next, prev; /* older and newer, of those in use */
	uint32_t link;       /* the next that is free, or that waits */
	int32_t stream;      /* of HTTP/2; 0: none */
	uint16_t id;         /* of the message as it came, and as it was sent */
	uint16_t sent_id;
	enum { FREE, WAITING, SENT } state;
	uint8_t tries; /* at being sent */
	bool begun;    /* something of an answer came */
	bool final;    /* its header did, and it isn't a 1xx one */
	bool complete; /* all of it did */
	bool type;     /* of the answer: it is a DNS message */
	bool encoded;  /* by a content coding that nobody asked for */
	bool too_long; /* or a header is */
	uint16_t status;
	uint32_t age;
	uint32_t header; /* bytes of header fields */
	uint8_t *out;    /* the message, or of GET the path with the message */
	uint32_t out_len;
	uint32_t out_cap;
	uint32_t out_at; /* sent of it */
	struct riad_buf body;
};

/* What differs between HTTP/2, HTTP/1.1 and bare messages, at either side. */
struct protocol {
	unsigned version;
	/* Of these 0, or -1 when the connection has failed (conn_fail). */
	int (*start)(struct riad_http *http);
	int (*input)(struct riad_http *http, const uint8_t *data, size_t len);
	/* The peer closed the connection in an orderly way.  May be NULL. */
	void (*eof)(struct riad_http *http);
	/* The next bytes to send, up to FRAME of them; 0: none now. */
	ssize_t (*output)(struct riad_http *http, const uint8_t **data);
	/* Of a client: can a request be sent now?  Send it.  Drop it. */
	bool (*takes)(const struct riad_http *http);
	int (*send)(struct riad_http *http, uint32_t at);
	void (*cancel)(struct riad_http *http, uint32_t at);
	void (*probe)(struct riad_http *http);
	/* Of a server.  sent: something of http->out was. */
	void (*sent)(struct riad_http *http);
	int (*reply)(struct riad_http *http, uint64_t id, unsigned status,
	    const uint8_t *body, size_t len, uint32_t ttl);
	void (*shut)(struct riad_http *http);
	void (*free)(struct riad_http *http);
};

extern const struct protocol h2_client, h2_server, h1_client, h1_server,
    dot_client, dot_server, sniffer;

struct riad_http {
	const struct riad_http_client *client; /* one of the two */
	const struct riad_http_server *server;
	struct riad_loop *loop;
	const struct protocol *protocol; /* NULL till the handshake is done */
	void *state;                     /* the protocol's */
	SSL *ssl;                        /* NULL: cleartext */
	struct riad_watch watch;
	struct riad_timer timer; /* the next deadline of whatever kind */
	struct riad_timer flush; /* at the end of this turn of the loop */
	struct riad_buf out;     /* what the socket didn't take yet */
	size_t out_at;

	struct slot *slots;
	uint32_t slots_len;
	uint32_t free;             /* a list */
	uint32_t oldest, newest;   /* in use */
	uint32_t waits, waits_end; /* to be sent */
	uint32_t waiting, sent;    /* how many */
	struct riad_buf spare;     /* the body of an answer, for the next one */

	uint64_t begun;    /* when it was made */
	uint64_t active;   /* when something last came, or was last asked */
	uint64_t probe_at; /* when a probe must have been answered; 0: none */
	uint64_t moved; /* when the socket last took something, or was idle */

	/* A peer's frames that bring nothing are paid for with this, and it
	 * earns some with what it answers or asks. */
	int credit;
	uint64_t idle_bytes; /* that came since it last did */

	enum riad_http_fault fault; /* of the connection, if it is failing */
	const char *why;
	char text[192]; /* what why points to, if it isn't constant */
	int error;      /* errno, of CONNECT */

	bool connected; /* TCP */
	bool ready;     /* and TLS, and the protocol has started */
	uint8_t acks;   /* that were sent at once */
	bool shutting;  /* takes no more requests */
	bool failing;
	bool ended; /* and has said so */
	bool freed; /* goes when nothing of it is being called any more */
	bool want_write;
	bool again; /* there is more to read, but others have their turn */
	bool full;  /* of a server: it reads no more until replies are out */
	unsigned depth;
};

enum { CREDIT = 1000, CREDIT_EARNED = 20 };

/* Takes n from what the peer may waste; -1 when it is used up. */
int conn_pay(struct riad_http *http, int n);
void conn_earn(struct riad_http *http);

/* Notes the first fault; the connection ends when its callbacks are done.  why
 * is constant, or http->text. */
int conn_fail(
    struct riad_http *http, enum riad_http_fault fault, const char *why);

/* Sends what there is, at the end of this turn of the loop. */
void conn_wake(struct riad_http *http);
bool conn_stopped(const struct riad_http *http); /* failing, or to be freed */

/* After anything that may be due sooner than what the timer is set for. */
void conn_arm(struct riad_http *http);
int conn_open(struct riad_http *http, int fd);
void conn_close(struct riad_http *http);
void conn_destroy(struct riad_http *http);

/* Ends the request: takes it out of the lists and tells the caller. */
void conn_answer(struct riad_http *http, uint32_t at,
    enum riad_http_fault fault, const char *why, bool may_retry);
/* By what was noted of the answer in the slot. */
void conn_judge(struct riad_http *http, uint32_t at);
/* Back to the head of those that wait; -1 if it was tried often enough. */
int conn_again(struct riad_http *http, uint32_t at);
/* Those that wait fail, to be asked on another connection. */
void conn_refuse_waiting(struct riad_http *http, const char *why);
/* Adds to the body; -1 when it is too long (noted), or for memory. */
int conn_body(
    struct riad_http *http, struct slot *slot, const void *data, size_t len);
/* Takes note of a header field of an answer. */
void slot_header(struct slot *slot, const uint8_t *name, size_t name_len,
    const uint8_t *value, size_t value_len);

/* Host and port for a request to tell. */
enum { AUTHORITY_MAX = 300 };
const char *authority_of(
    char to[AUTHORITY_MAX], const struct riad_http_client *conf);

/* Is it application/dns-message, with parameters or without? */
bool is_dns_type(const uint8_t *value, size_t len);

/* base64url without padding (RFC 4648 section 5). */
size_t base64url_write(char *to, const uint8_t *from, size_t len);
/* The length, or -1: to holds len * 3 / 4 bytes. */
ssize_t base64url_read(uint8_t *to, const char *from, size_t len);

/* tls.c */
SSL *tls_connection(struct riad_tls *tls, struct riad_http *http, int fd);
/* After the handshake of a client: 0, or -1 with http failing. */
int tls_check(struct riad_http *http);
/* Why a TLS call failed, in http->text. */
const char *tls_why(struct riad_http *http);

#endif
