/* SPDX-License-Identifier: ISC */

#include "riad/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#ifdef F_SETPIPE_SZ
/*
 * A page takes a place in a pipe, however little of it is given.  A pipe has
 * 16 at first, as few as one side-band packet takes; the larger, the fewer
 * the switches to the reader.  But a user may have no more than 16384 in all
 * pipes together before new ones get two, so this leaves room for a hundred.
 */
enum { GIVEN_PIPE = 1 << 19 };
#endif

/* After a call that failed: whether to call again.  A descriptor that has got
 * O_NONBLOCK from somebody it is shared with is waited for. */
static bool
again(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return false;
	return poll(&p, 1, -1) != -1 || errno == EINTR;
}

ssize_t
riad_read(int fd, void *buf, size_t len)
{
	ssize_t n;

	do {
		n = read(fd, buf, len);
	} while (n == -1 && again(fd, POLLIN));
	return n;
}

int
riad_write(int fd, const void *buf, size_t len)
{
	struct iovec iov = {(void *)buf, len};

	return riad_writev(fd, &iov, 1);
}

int
riad_iov_take(struct iovec **iov, int cnt, size_t bytes)
{
	struct iovec *v = *iov;

	for (; cnt > 0 && bytes >= v->iov_len; v++, cnt--) {
		bytes -= v->iov_len;
		v->iov_len = 0;
	}
	if (cnt > 0) {
		v->iov_base = (char *)v->iov_base + bytes;
		v->iov_len -= bytes;
	}
	*iov = v;
	return cnt;
}

int
riad_writev(int fd, struct iovec *iov, int cnt)
{
	while (cnt > 0) {
		ssize_t n = writev(fd, iov, cnt);
		if (n == -1 && again(fd, POLLOUT))
			continue;
		if (n == -1)
			return -1;
		cnt = riad_iov_take(&iov, cnt, (size_t)n);
	}
	return 0;
}

#ifdef F_SETPIPE_SZ

bool
riad_give_begin(int fd)
{
	int size = fcntl(fd, F_GETPIPE_SZ);

	/* A smaller one will do. */
	if (size != -1 && size < GIVEN_PIPE)
		(void)fcntl(fd, F_SETPIPE_SZ, GIVEN_PIPE);
	return size != -1;
}

ssize_t
riad_give(int fd, const struct iovec *iov, int cnt)
{
	ssize_t n;

	do {
		n = vmsplice(fd, iov, (size_t)cnt, 0);
	} while (n == -1 && again(fd, POLLOUT));
	return n;
}

#else

bool
riad_give_begin(int fd)
{
	(void)fd;
	return false;
}

ssize_t
riad_give(int fd, const struct iovec *iov, int cnt)
{
	(void)fd;
	(void)iov;
	(void)cnt;
	errno = ENOSYS;
	return -1;
}

#endif
