/* SPDX-License-Identifier: ISC */

#include "riad/loose.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "riad/parse.h"

/* Deflate makes of a byte 1032 at most: a header that promises more lies. */
enum { RATIO_MAX = 1032 };

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

/* 1 with the file mapped, 0 if there is none, or -1. */
static int
map(struct riad_loose *l, const char *path)
{
	struct stat st;

	/* Whatever else has this name, we don't wait for it. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;

	int r = fstat(fd, &st);
	if (r == 0 && (!S_ISREG(st.st_mode) || st.st_size <= 0))
		r = bad();
	if (r == 0) {
		void *p = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (p != MAP_FAILED) {
			l->map = p;
			l->map_len = (size_t)st.st_size;
		} else {
			r = -1;
		}
	}
	int err = errno;
	close(fd);
	errno = err;
	return r == 0 ? 1 : -1;
}

/* "type size\0", the size in decimal digits. */
static int
parse_header(struct riad_loose *l, const char *end)
{
	const char *space = memchr(l->head, ' ', (size_t)(end - l->head));

	if (space == NULL || space + 1 == end ||
	    riad_type_parse(&l->type, l->head, (size_t)(space - l->head)) == -1)
		return bad();
	l->len = 0;
	for (const char *p = space + 1; p < end; p++) {
		if (*p < '0' || *p > '9' ||
		    __builtin_mul_overflow(l->len, 10, &l->len) ||
		    __builtin_add_overflow(l->len, (size_t)(*p - '0'), &l->len))
			return bad();
	}
	return l->len / RATIO_MAX > l->map_len ? bad() : 0;
}

static int
read_header(struct riad_loose *l)
{
	l->z = calloc(1, sizeof(*l->z));
	if (l->z == NULL || inflateInit(l->z) != Z_OK) {
		errno = ENOMEM;
		return -1;
	}
	/* A file of 4 GiB and more is fed a bit at a time. */
	l->z->next_in = (Bytef *)l->map;
	l->z->avail_in = l->map_len < UINT_MAX ? (uInt)l->map_len : UINT_MAX;
	l->left = l->map_len - l->z->avail_in;
	l->z->next_out = (Bytef *)l->head;
	l->z->avail_out = sizeof(l->head);
	l->status = inflate(l->z, Z_SYNC_FLUSH);
	size_t n = sizeof(l->head) - l->z->avail_out;
	if (l->status != Z_OK && l->status != Z_STREAM_END)
		return bad();
	const char *end = memchr(l->head, '\0', n);
	if (end == NULL || parse_header(l, end) == -1)
		return bad();
	l->begun = (size_t)(end + 1 - l->head);
	l->head_len = n;
	return 0;
}

static int
name(char path[PATH_MAX], const char *dir, const struct riad_oid *oid,
    size_t hash_len)
{
	char hex[RIAD_OID_HEX_MAX + 1];

	riad_oid_hex(hex, oid, hash_len);
	int n = snprintf(path, PATH_MAX, "%s/%.2s/%s", dir, hex, hex + 2);
	if (n >= 0 && n < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

bool
riad_loose_exists(const char *dir, const struct riad_oid *oid, size_t hash_len)
{
	char path[PATH_MAX];

	return name(path, dir, oid, hash_len) == 0 && access(path, F_OK) == 0;
}

int
riad_loose_open(struct riad_loose *l, const char *dir,
    const struct riad_oid *oid, size_t hash_len)
{
	char path[PATH_MAX];

	*l = (struct riad_loose){.map = NULL};
	if (name(path, dir, oid, hash_len) == -1)
		return -1;
	int r = map(l, path);
	if (r == 1 && read_header(l) == -1) {
		int err = errno;
		riad_loose_close(l);
		errno = err;
		return -1;
	}
	return r;
}

/* Inflates into the len bytes at to; as many as there are. */
static size_t
fill(struct riad_loose *l, uint8_t *to, size_t len)
{
	size_t done = 0;

	while (done < len && l->status == Z_OK) {
		size_t n = len - done < UINT_MAX ? len - done : UINT_MAX;

		if (l->z->avail_in == 0) {
			l->z->avail_in =
			    l->left < UINT_MAX ? (uInt)l->left : UINT_MAX;
			l->left -= l->z->avail_in;
		}
		l->z->next_out = to + done;
		l->z->avail_out = (uInt)n;
		l->status = inflate(l->z, Z_SYNC_FLUSH);
		done += n - l->z->avail_out;
	}
	return done;
}

int
riad_loose_read(struct riad_loose *l, void *to)
{
	uint8_t *data = to, more;
	size_t n = l->head_len - l->begun;

	/* What came with the header, then the rest, and then nothing. */
	if (n > l->len)
		return bad();
	if (n > 0)
		memcpy(data, l->head + l->begun, n);
	if (fill(l, data + n, l->len - n) != l->len - n)
		return bad();
	if (fill(l, &more, 1) != 0 || l->status != Z_STREAM_END ||
	    l->z->avail_in > 0 || l->left > 0)
		return bad();
	return 0;
}

void
riad_loose_close(struct riad_loose *l)
{
	if (l->z != NULL)
		inflateEnd(l->z);
	free(l->z);
	if (l->map != NULL)
		munmap((void *)l->map, l->map_len);
	*l = (struct riad_loose){.map = NULL};
}
