/* SPDX-License-Identifier: ISC */
/* hostile.h - a DoH and DoT server that is wrong in one way at a time */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a client is to make of it. */
enum class {
	GOOD, /* an answer, with 192.0.2.1 in it */
	/* No DNS message, a longer one than there is, or not the answer to
	 * the question. */
	MALFORMED,
	HTTP, /* of the HTTP layer, or the connection */
	TLS,
	TIMEOUT,
	ANY /* what it does is its own matter, but it ends in time */
};

enum protocol { H2, H1, DOT };

struct peer;
struct msg;

/* Some bytes, of a string that may hold zeros. */
struct bytes {
	const void *data;
	size_t len;
};
#define BYTES(s)                                                               \
	{                                                                      \
		s, sizeof(s) - 1                                               \
	}

struct kind {
	const char *name;
	enum class class;
	/* For each request that came; or with `start` for the connection,
	 * after TLS and, of HTTP/2, before anything was sent. */
	void (*serve)(struct peer *peer);
	void (*make)(struct peer *peer, struct msg *m);
	bool start;
	struct bytes arg;
	unsigned number;
};

/* One connection, which has a process to itself: whatever fails ends that. */
struct peer {
	const struct kind *kind;
	enum protocol protocol;
	int fd;
	SSL *ssl;
	unsigned requests;    /* that came */
	uint32_t stream;      /* of the one at hand */
	uint8_t query[65536]; /* its message */
	size_t query_len;
	bool split;           /* each byte is written by itself */
	bool slow;            /* bodies come byte by byte */
	unsigned connections; /* of this kind before this one */
};

struct msg {
	uint8_t data[140000];
	size_t len;
};

extern const struct kind message_kinds[], h2_kinds[], frame_kinds[], h1_kinds[],
    dot_kinds[], tls_kinds[];

/* hostile.c */
void put(struct peer *peer, const void *data, size_t len);
size_t get(struct peer *peer, void *data, size_t size); /* 0: the end */
void get_all(struct peer *peer, void *data, size_t len);
void nap(unsigned ms);
void quit(struct peer *peer) __attribute__((noreturn)); /* closes rightly */
void cut(struct peer *peer) __attribute__((noreturn));  /* without a word */
/* Says and hears nothing more, while the client waits. */
void sleep_on(struct peer *peer) __attribute__((noreturn));

/* hostile_message.c */
void good_message(struct peer *peer, struct msg *m);
void big_message(struct peer *peer, struct msg *m, size_t size);
/* What a kind of message_kinds answers. */
void kind_message(struct peer *peer, struct msg *m);
void add(struct msg *m, const void *data, size_t len);
void add16(struct msg *m, unsigned value);
void add_record(
    struct msg *m, unsigned type, uint32_t ttl, const void *data, size_t len);

/* The others: a connection of a protocol. */
void serve_h2(struct peer *peer);
void serve_h1(struct peer *peer);
void serve_dot(struct peer *peer);
void h2_message(struct peer *peer); /* of message_kinds, over HTTP/2 */

/* hostile_tls.c: certificates are made anew; ca.pem and pin go to dir. */
void make_certificates(const char *dir);
SSL *begin_tls(struct peer *peer);

#endif
