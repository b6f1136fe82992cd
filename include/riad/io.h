/* SPDX-License-Identifier: ISC */
/*
 * io.h - system calls that finish the job
 *
 * Each function returns -1 with errno set on failure and restarts after
 * EINTR.  A descriptor that doesn't block, as one may become that is shared
 * with others, is waited for all the same.
 */
#ifndef RIAD_IO_H
#define RIAD_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/* read(2): at most len bytes, 0 at end of file. */
ssize_t riad_read(int fd, void *buf, size_t len);

/* Writes all of buf. */
int riad_write(int fd, const void *buf, size_t len);

/*
 * Writes everything in iov[0..cnt), cnt <= IOV_MAX.  Consumes iov: after a
 * failure its lengths are what was not written.
 */
int riad_writev(int fd, struct iovec *iov, int cnt);

/*
 * Makes fd, if it is a pipe, ready to be given pages rather than copies of
 * them: it gets a place for each of some hundred.  Returns whether it is one.
 */
bool riad_give_begin(int fd);

/*
 * Gives a pipe the pages where iov[0..cnt), cnt <= IOV_MAX, lies: as much as
 * there is room for, after a wait for some room.  What is there must never
 * change again, since nobody can tell when it is read; to unmap it is fine.
 * Returns the number of bytes, or -1 with errno, as where the system has no
 * such call.
 */
ssize_t riad_give(int fd, const struct iovec *iov, int cnt);

/* Takes bytes that were written off iov, and moves past what is empty then:
 * how many of cnt remain. */
int riad_iov_take(struct iovec **iov, int cnt, size_t bytes);

#endif
