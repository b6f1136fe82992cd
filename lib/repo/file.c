/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "handle.h"
#include "riad/io.h"

static int
read_all(struct riad_buf *buf, int fd)
{
	for (;;) {
		/* A byte more than may be, to see that it is. */
		size_t room = buf->max - buf->len;
		if (room > 65536)
			room = 65536;
		else if (room > 4095)
			room = 4095;
		if (room == 0) {
			char more;
			ssize_t n = riad_read(fd, &more, 1);
			if (n == 1)
				errno = EMSGSIZE;
			return n == 0 ? 0 : -1;
		}
		if (riad_buf_reserve(buf, room) == -1)
			return -1;
		ssize_t n = riad_read(fd, buf->data + buf->len, room);
		if (n <= 0)
			return (int)n;
		buf->len += (size_t)n;
	}
}

static int
read_file(struct riad_buf *buf, int dir_fd, const char *path, int flags)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | flags);

	if (fd == -1)
		return -1;
	int r = read_all(buf, fd);
	int err = errno;
	close(fd);
	errno = err;
	return r;
}

int
riad_file_read(struct riad_buf *buf, int dir_fd, const char *path)
{
	return read_file(buf, dir_fd, path, 0);
}

int
riad_file_read_inside(struct riad_buf *buf, int dir_fd, const char *path)
{
	return read_file(buf, dir_fd, path, O_NONBLOCK | O_NOCTTY);
}
