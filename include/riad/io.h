/* SPDX-License-Identifier: ISC */
/*
 * io.h - system calls that finish the job
 *
 * Each function returns -1 with errno set on failure and restarts after
 * EINTR.  Descriptors are expected to be blocking.
 */
#ifndef RIAD_IO_H
#define RIAD_IO_H

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

#endif
