/* SPDX-License-Identifier: ISC */
/* DNS over TLS: lengths, and ids. */

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "hostile.h"

static void
put_length(struct peer *peer, size_t len)
{
	const uint8_t head[2] = {(uint8_t)(len >> 8), (uint8_t)len};

	put(peer, head, 2);
}

/* In one record. */
static void
put_message(struct peer *peer, const struct msg *m)
{
	static uint8_t whole[2 + 65536];

	whole[0] = (uint8_t)(m->len >> 8);
	whole[1] = (uint8_t)m->len;
	memcpy(whole + 2, m->data, m->len);
	put(peer, whole, m->len + 2);
}

static struct msg *
good(struct peer *peer)
{
	static struct msg m;

	good_message(peer, &m);
	return &m;
}

static void
dot_good(struct peer *peer)
{
	put_message(peer, good(peer));
}

static void
dot_bytes(struct peer *peer)
{
	peer->split = true;
	put_message(peer, good(peer));
}

static void
dot_length_apart(struct peer *peer)
{
	const struct msg *m = good(peer);

	put_length(peer, m->len);
	nap(50);
	put(peer, m->data, m->len);
}

/* Answers to what nobody asked, and then the right one. */
static void
dot_others_first(struct peer *peer)
{
	struct msg *m = good(peer);

	for (int i = 0; i < 20; i++) {
		m->data[0] ^= (uint8_t)(i + 1);
		put_message(peer, m);
		m->data[0] ^= (uint8_t)(i + 1);
	}
	put_message(peer, m);
}

static void
dot_twice(struct peer *peer)
{
	put_message(peer, good(peer));
	put_message(peer, good(peer));
}

static void
dot_big(struct peer *peer)
{
	static struct msg m;

	big_message(peer, &m, 65535);
	put_message(peer, &m);
}

static void
dot_close_after(struct peer *peer)
{
	put_message(peer, good(peer));
	quit(peer);
}

static void
dot_cut_after(struct peer *peer)
{
	put_message(peer, good(peer));
	cut(peer);
}

static void
dot_zero(struct peer *peer)
{
	put(peer, "\0\0", 2);
	sleep_on(peer);
}

static void
dot_short(struct peer *peer)
{
	struct msg *m = good(peer);

	m->len = 11;
	put_message(peer, m);
	sleep_on(peer);
}

static void
dot_only_id(struct peer *peer)
{
	struct msg *m = good(peer);

	m->len = 2;
	put_message(peer, m);
	sleep_on(peer);
}

/* The message ends before it says. */
static void
dot_less(struct peer *peer)
{
	const struct msg *m = good(peer);

	put_length(peer, m->len - 6);
	put(peer, m->data, m->len);
	sleep_on(peer);
}

static void
dot_more(struct peer *peer)
{
	const struct msg *m = good(peer);

	put_length(peer, m->len + 6);
	put(peer, m->data, m->len);
	sleep_on(peer);
}

static void
dot_more_closed(struct peer *peer)
{
	const struct msg *m = good(peer);

	put_length(peer, m->len + 6);
	put(peer, m->data, m->len);
	quit(peer);
}

static void
dot_trailing(struct peer *peer)
{
	struct msg *m = good(peer);

	add(m, "\0\0\0", 3);
	put_message(peer, m);
}

static void
dot_wrong_id(struct peer *peer)
{
	struct msg *m = good(peer);

	m->data[0] ^= 0x80;
	put_message(peer, m);
}

static void
dot_wrong_question(struct peer *peer)
{
	struct msg *m = good(peer);

	m->data[13] ^= 1;
	put_message(peer, m);
}

static void
dot_echo(struct peer *peer)
{
	static struct msg m;

	m.len = 0;
	add(&m, peer->query, peer->query_len);
	put_message(peer, &m);
}

static void
dot_random(struct peer *peer)
{
	static struct msg m;

	m.len = 0;
	add(&m, peer->query, 2);
	while (m.len < 65535)
		add16(&m, (unsigned)(m.len * 40503));
	m.len = 65535;
	put_message(peer, &m);
}

static void
dot_flood(struct peer *peer)
{
	struct msg *m = good(peer);

	m->data[0] ^= 0x80;
	for (;;)
		put_message(peer, m);
}

static void
dot_drip(struct peer *peer)
{
	const struct msg *m = good(peer);

	put_length(peer, 60000);
	for (size_t i = 0;; i++) {
		put(peer, m->data + i % m->len, 1);
		nap(100);
	}
}

static void
dot_http(struct peer *peer)
{
	static const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";

	put(peer, answer, sizeof(answer) - 1);
	quit(peer);
}

const struct kind dot_kinds[] = {
    {.name = "dot-good", .class = GOOD, .serve = dot_good},
    {.name = "dot-bytes", .class = GOOD, .serve = dot_bytes},
    {.name = "dot-length-apart", .class = GOOD, .serve = dot_length_apart},
    {.name = "dot-others-first", .class = GOOD, .serve = dot_others_first},
    {.name = "dot-twice", .class = GOOD, .serve = dot_twice},
    {.name = "dot-big", .class = GOOD, .serve = dot_big},
    {.name = "dot-close-after", .class = GOOD, .serve = dot_close_after},
    {.name = "dot-cut-after", .class = GOOD, .serve = dot_cut_after},
    {.name = "dot-zero", .class = HTTP, .serve = dot_zero},
    {.name = "dot-short", .class = HTTP, .serve = dot_short},
    {.name = "dot-only-id", .class = HTTP, .serve = dot_only_id},
    {.name = "dot-less", .class = MALFORMED, .serve = dot_less},
    {.name = "dot-more", .class = TIMEOUT, .serve = dot_more},
    {.name = "dot-more-closed", .class = HTTP, .serve = dot_more_closed},
    {.name = "dot-trailing", .class = MALFORMED, .serve = dot_trailing},
    {.name = "dot-wrong-id", .class = TIMEOUT, .serve = dot_wrong_id},
    {.name = "dot-wrong-question",
	.class = MALFORMED,
	.serve = dot_wrong_question},
    {.name = "dot-echo", .class = MALFORMED, .serve = dot_echo},
    {.name = "dot-random", .class = MALFORMED, .serve = dot_random},
    {.name = "dot-flood", .class = HTTP, .serve = dot_flood},
    {.name = "dot-drip", .class = TIMEOUT, .serve = dot_drip},
    {.name = "dot-http", .class = HTTP, .serve = dot_http},
    {.name = "dot-closed", .class = HTTP, .serve = quit},
    {.name = "dot-cut", .class = HTTP, .serve = cut},
    {.name = "dot-silent", .class = TIMEOUT, .serve = sleep_on},
    {.name = NULL},
};

void
serve_dot(struct peer *peer)
{
	for (;;) {
		uint8_t head[2];
		get_all(peer, head, 2);
		peer->query_len = (size_t)(head[0] << 8 | head[1]);
		get_all(peer, peer->query, peer->query_len);
		peer->requests++;
		peer->kind->serve(peer);
	}
}
