/* SPDX-License-Identifier: ISC */
/*
 * out.h - buffered output to a descriptor, with a sticky error
 *
 * The calls that add bytes return nothing: the first failure is kept in err
 * (an errno value), what comes after it is dropped, and riad_out_flush tells.
 * So a producer writes its lines and asks once.
 */
#ifndef RIAD_OUT_H
#define RIAD_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct riad_out {
	int fd;
	int err;      /* 0, or the errno of the first failure */
	uint64_t off; /* bytes written so far: where it failed */
	size_t len;
	enum { RIAD_OUT_UNKNOWN, RIAD_OUT_COPIES, RIAD_OUT_GIVES } way;

	/* Sees all that is added, once and in order; NULL for nobody. */
	void (*tap)(void *ctx, const void *data, size_t len);
	void *tap_ctx;
	size_t tapped; /* how much of buf it has seen */

	uint8_t buf[1 << 16];
};

void riad_out_init(struct riad_out *out, int fd);

/* Long data is written from where it lies, together with what is buffered. */
void riad_out_add(struct riad_out *out, const void *data, size_t len);
void riad_out_str(struct riad_out *out, const char *s);
void riad_out_char(struct riad_out *out, char c);
void riad_out_printf(struct riad_out *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Whether it is a pipe, which can be given pages rather than copies of them.
 * Then iov[0..cnt) is added so, and used up; what is there must never change
 * again.  each, unless NULL, is called before each wait for room.
 */
bool riad_out_gives(struct riad_out *out);
void riad_out_give(
    struct riad_out *out, struct iovec *iov, int cnt, void (*each)(void));

/*
 * Where up to len bytes, at most sizeof(out->buf), can be put by hand; then
 * out->len grows by so many as were.
 */
uint8_t *riad_out_room(struct riad_out *out, size_t len);

/*
 * Shows the tap what was added since: at the latest it is when data is
 * written, but who wants it in time asks for it.
 */
void riad_out_show(struct riad_out *out);

/* Writes what is buffered.  Returns 0, or -1 with errno set to err. */
int riad_out_flush(struct riad_out *out);

#endif
