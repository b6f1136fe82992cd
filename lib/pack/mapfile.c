/* SPDX-License-Identifier: ISC */

#include "riad/mapfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const void *
riad_mapfile(const char *path, size_t *len)
{
	void *map = MAP_FAILED;
	struct stat st;

	/* A pipe there is not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return NULL;
	if (fstat(fd, &st) == 0) {
		if (S_ISREG(st.st_mode) && st.st_size > 0) {
			*len = (size_t)st.st_size;
			map = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
		} else {
			errno = EBADMSG;
		}
	}
	int err = errno;
	close(fd);
	errno = err;
	return map == MAP_FAILED ? NULL : map;
}
