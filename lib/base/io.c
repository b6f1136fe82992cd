/* SPDX-License-Identifier: ISC */

#include "riad/io.h"

#include <errno.h>
#include <unistd.h>

ssize_t
riad_read(int fd, void *buf, size_t len)
{
	ssize_t n;

	do {
		n = read(fd, buf, len);
	} while (n == -1 && errno == EINTR);
	return n;
}

int
riad_write(int fd, const void *buf, size_t len)
{
	struct iovec iov = {(void *)buf, len};

	return riad_writev(fd, &iov, 1);
}

int
riad_writev(int fd, struct iovec *iov, int cnt)
{
	while (cnt > 0) {
		ssize_t n = writev(fd, iov, cnt);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;

		size_t done = (size_t)n;
		for (; cnt > 0 && done >= iov->iov_len; iov++, cnt--) {
			done -= iov->iov_len;
			iov->iov_len = 0;
		}
		if (cnt > 0) {
			iov->iov_base = (char *)iov->iov_base + done;
			iov->iov_len -= done;
		}
	}
	return 0;
}
