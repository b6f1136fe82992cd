/* SPDX-License-Identifier: ISC */

#include "riad/setcache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "riad/ewah.h"
#include "riad/hash.h"
#include "riad/io.h"

enum {
	KEY_LEN = RIAD_SHA256_LEN,
	HEX_LEN = 2 * KEY_LEN,
	HEAD_LEN = 4 + 4 + KEY_LEN + 4,
	SUM_LEN = RIAD_SHA256_LEN,
	NAME_MAX_LEN = 128,
	BLOCK = 4096,     /* what a file takes is counted in these */
	TRIES = 16,       /* at a name that nobody else has */
	OLDEST = 32,      /* removed in one reading of the directory */
	ABANDONED = 3600, /* seconds after which a writer must be dead */
};

static const uint8_t magic[8] = {'R', 'S', 'E', 'T', 0, 0, 0, 1};
static const char whole[] = ".sets", begun[] = ".new-";

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static int
add32(struct riad_buf *out, uint32_t v)
{
	const uint8_t p[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16),
	    (uint8_t)(v >> 8), (uint8_t)v};

	return riad_buf_add(out, p, sizeof(p));
}

static int
bad(void)
{
	errno = EBADMSG;
	return -1;
}

static int
hash_of(struct riad_oid *sum, const uint8_t *data, size_t len)
{
	struct riad_hash *hash = riad_hash_new(SUM_LEN);

	if (hash == NULL)
		return -1;
	riad_hash_add(hash, data, len);
	int r = riad_hash_end(hash, sum);
	riad_hash_free(hash);
	return r;
}

int
riad_setcache_write(struct riad_buf *out, const struct riad_oid *key,
    const struct riad_bits *sets, size_t nsets)
{
	const size_t begin = out->len;
	struct riad_oid sum;

	if (nsets > UINT32_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	int r = riad_buf_add(out, magic, sizeof(magic));
	if (r == 0)
		r = riad_buf_add(out, key->id, KEY_LEN);
	if (r == 0)
		r = add32(out, (uint32_t)nsets);
	for (size_t i = 0; r == 0 && i < nsets; i++) {
		r = add32(out, (uint32_t)sets[i].n);
		if (r == 0)
			r = riad_ewah_write(out, &sets[i]);
	}
	if (r == 0)
		r = hash_of(&sum, out->data + begin, out->len - begin);
	if (r == 0)
		r = riad_buf_add(out, sum.id, SUM_LEN);
	if (r == -1)
		out->len = begin;
	return r;
}

int
riad_setcache_read(const uint8_t *data, size_t len, const struct riad_oid *key,
    struct riad_bits *sets, size_t nsets)
{
	struct riad_oid sum;

	if (len < HEAD_LEN + SUM_LEN ||
	    memcmp(data, magic, sizeof(magic)) != 0 ||
	    memcmp(data + sizeof(magic), key->id, KEY_LEN) != 0 ||
	    be32(data + sizeof(magic) + KEY_LEN) != nsets)
		return bad();
	len -= SUM_LEN;
	if (hash_of(&sum, data, len) == -1)
		return -1;
	if (memcmp(sum.id, data + len, SUM_LEN) != 0)
		return bad();

	size_t at = HEAD_LEN;
	for (size_t i = 0; i < nsets; i++) {
		struct riad_ewah ewah;

		if (len - at < 4 || be32(data + at) != sets[i].n)
			return bad();
		at += 4;
		ssize_t size = riad_ewah_parse(&ewah, data + at, len - at);
		if (size == -1 || riad_ewah_load(&sets[i], &ewah) == -1)
			return -1;
		at += (size_t)size;
	}
	return at == len ? 0 : bad();
}

/* Without destroying errno. */
static void
shut(int fd)
{
	int err = errno;

	if (fd != -1)
		close(fd);
	errno = err;
}

static int
open_dir(const char *dir)
{
	struct stat st;

	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	int r = fstat(fd, &st);
	if (r == 0 && (st.st_uid != geteuid() || (st.st_mode & 022) != 0)) {
		errno = EACCES;
		r = -1;
	}
	if (r == 0)
		return fd;
	shut(fd);
	return -1;
}

static void
name_of(char name[NAME_MAX_LEN], const struct riad_oid *key)
{
	char hex[RIAD_OID_HEX_MAX + 1];

	riad_oid_hex(hex, key, KEY_LEN);
	snprintf(name, NAME_MAX_LEN, "%s%s", hex, whole);
}

/*
 * The most that sets of these sizes are written in.  Each run-length word but
 * the first stands for a word or more, as each of the others does for one.
 */
static uint64_t
size_max(const struct riad_bits *sets, size_t nsets)
{
	uint64_t max = HEAD_LEN + SUM_LEN;

	for (size_t i = 0; i < nsets; i++)
		max += 4 + 12 + ((uint64_t)sets[i].n / 64 + 2) * 8;
	return max;
}

/* Reads the file, if it may be ours: 1 with its bytes, 0 if there is none
 * or it isn't of these sets, or -1. */
static int
slurp(uint8_t **data, size_t *len, int fd, uint64_t max)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return 0;
	if (st.st_size < HEAD_LEN + SUM_LEN || (uint64_t)st.st_size > max)
		return bad();
	*len = (size_t)st.st_size;
	*data = malloc(*len);
	if (*data == NULL)
		return -1;
	for (size_t n = 0; n < *len;) {
		ssize_t r = riad_read(fd, *data + n, *len - n);
		if (r == -1)
			return -1;
		if (r == 0)
			return bad();
		n += (size_t)r;
	}
	return 1;
}

int
riad_setcache_get(const char *dir, const struct riad_oid *key,
    struct riad_bits *sets, size_t nsets)
{
	char name[NAME_MAX_LEN];
	uint8_t *data = NULL;
	size_t len = 0;

	int dirfd = open_dir(dir);
	if (dirfd == -1)
		return -1;
	name_of(name, key);
	/* Whatever else has this name, we don't wait for it. */
	int fd =
	    openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int r = fd == -1 ? (errno == ENOENT || errno == ELOOP ? 0 : -1)
			 : slurp(&data, &len, fd, size_max(sets, nsets));
	if (r == 1 && riad_setcache_read(data, len, key, sets, nsets) == -1)
		r = -1;
	if (r == 1) {
		/* On a file system that is read only now, it stays as it is. */
		(void)futimens(fd, NULL);
	} else if (r == -1 && errno == EBADMSG) {
		(void)unlinkat(dirfd, name, 0);
		r = 0;
	}
	free(data);
	shut(fd);
	shut(dirfd);
	return r;
}

/* Makes a file of a name that nobody else has. */
static int
begin_file(char name[NAME_MAX_LEN], int dirfd, const struct riad_oid *key)
{
	char hex[RIAD_OID_HEX_MAX + 1];

	riad_oid_hex(hex, key, KEY_LEN);
	for (unsigned i = 0; i < TRIES; i++) {
		struct timespec now = {0};

		clock_gettime(CLOCK_REALTIME, &now);
		snprintf(name, NAME_MAX_LEN, "%s%s%08x%08x", hex, begun,
		    (unsigned)getpid(), (unsigned)now.tv_nsec + i);
		int fd = openat(dirfd, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd != -1 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* Whether anything but a file of the user has the name. */
static bool
is_taken(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (!S_ISREG(st.st_mode) || st.st_uid != geteuid());
}

static int
write_file(int dirfd, const char *name, const struct riad_oid *key,
    const struct riad_buf *buf)
{
	char temp[NAME_MAX_LEN];

	if (is_taken(dirfd, name)) {
		errno = EEXIST;
		return -1;
	}
	int fd = begin_file(temp, dirfd, key);
	if (fd == -1)
		return -1;
	int r = riad_write(fd, buf->data, buf->len);
	if (r == -1)
		shut(fd);
	else
		r = close(fd);
	if (r == 0)
		r = renameat(dirfd, temp, dirfd, name);
	if (r == -1) {
		int err = errno;
		(void)unlinkat(dirfd, temp, 0);
		errno = err;
	}
	return r;
}

static bool
is_hex(const char *s, size_t len)
{
	return strspn(s, "0123456789abcdef") >= len;
}

static bool
is_whole(const char *name)
{
	return is_hex(name, HEX_LEN) && strcmp(name + HEX_LEN, whole) == 0;
}

static bool
is_begun(const char *name)
{
	const size_t len = sizeof(begun) - 1;

	return is_hex(name, HEX_LEN) &&
	       strncmp(name + HEX_LEN, begun, len) == 0 &&
	       is_hex(name + HEX_LEN + len, 16) &&
	       name[HEX_LEN + len + 16] == '\0';
}

/* The files that were used least recently, the first of them first. */
struct oldest {
	uint64_t total; /* bytes of all files */
	size_t count;
	struct {
		char name[NAME_MAX_LEN];
		struct timespec used;
		uint64_t size;
	} files[OLDEST];
};

static uint64_t
taken_by(uint64_t size)
{
	return (size + BLOCK - 1) / BLOCK * BLOCK;
}

static bool
before(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec
				    : a.tv_nsec < b.tv_nsec;
}

static void
oldest_add(struct oldest *o, const char *name, const struct stat *st)
{
	size_t i = o->count;

	while (i > 0 && before(st->st_mtim, o->files[i - 1].used))
		i--;
	if (i == OLDEST)
		return;
	if (o->count < OLDEST)
		o->count++;
	memmove(&o->files[i + 1], &o->files[i],
	    (o->count - 1 - i) * sizeof(o->files[0]));
	memcpy(o->files[i].name, name, HEX_LEN + sizeof(whole));
	o->files[i].used = st->st_mtim;
	o->files[i].size = taken_by((uint64_t)st->st_size);
}

/* Looks at all files; those that a writer left behind are removed. */
static int
oldest_find(struct oldest *o, int dirfd, const char *keep)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;

	if (dir == NULL) {
		shut(fd);
		return -1;
	}
	const time_t now = time(NULL);
	o->total = 0;
	o->count = 0;
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		bool is_new = is_begun(e->d_name);
		struct stat st;

		if ((!is_new && !is_whole(e->d_name)) ||
		    fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
		    !S_ISREG(st.st_mode) || st.st_uid != geteuid())
			continue;
		if (is_new) {
			if (st.st_mtim.tv_sec < now - ABANDONED)
				(void)unlinkat(dirfd, e->d_name, 0);
			continue;
		}
		o->total += taken_by((uint64_t)st.st_size);
		if (strcmp(e->d_name, keep) != 0)
			oldest_add(o, e->d_name, &st);
	}
	closedir(dir);
	return 0;
}

/* What another process removed or used meanwhile, is as good as not there. */
static void
trim(int dirfd, const char *keep, uint64_t max)
{
	struct oldest o;

	while (
	    oldest_find(&o, dirfd, keep) == 0 && o.total > max && o.count > 0) {
		for (size_t i = 0; i < o.count && o.total > max; i++) {
			if (unlinkat(dirfd, o.files[i].name, 0) == -1 &&
			    errno != ENOENT)
				return;
			o.total -= o.files[i].size;
		}
	}
}

int
riad_setcache_put(const char *dir, const struct riad_oid *key,
    const struct riad_bits *sets, size_t nsets, uint64_t max)
{
	char name[NAME_MAX_LEN];
	struct riad_buf buf;

	int dirfd = open_dir(dir);
	if (dirfd == -1)
		return -1;
	name_of(name, key);
	riad_buf_init(&buf, max < SIZE_MAX / 2 ? (size_t)max : SIZE_MAX / 2);
	int r = riad_setcache_write(&buf, key, sets, nsets);
	if ((r == -1 && errno == EMSGSIZE) ||
	    (r == 0 && taken_by(buf.len) > max)) {
		errno = EFBIG;
		r = -1;
	}
	if (r == 0)
		r = write_file(dirfd, name, key, &buf);
	if (r == 0)
		trim(dirfd, name, max);
	int err = errno;
	riad_buf_free(&buf);
	close(dirfd);
	errno = err;
	return r;
}
