/* SPDX-License-Identifier: ISC */
/* Where a cache lies: a file of its own, or memory. */

#include "dnscache_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VERSION = 2, ORDER = 0x01020304 };

static uint64_t
head_sum(const struct cache_head *head)
{
	return riad_siphash24(
	    &head->secret, head, offsetof(struct cache_head, sum));
}

/* What fits into so many bytes. */
static void
lay_out(struct cache_head *head, size_t bytes)
{
	const size_t bucket = CACHE_WAYS * sizeof(uint64_t);

	*head = (struct cache_head){.magic = CACHE_MAGIC,
	    .version = VERSION,
	    .order = ORDER,
	    .size = bytes};
	head->buckets = (bytes - CACHE_PAGE) /
			(bucket + CACHE_WAYS * (size_t)CACHE_PER_SLOT);
	head->row_at = CACHE_PAGE + head->buckets * bucket;
	head->units = (bytes - head->row_at) / CACHE_UNIT;
	head->front = head->units;
	head->active = CACHE_ACTIVE_MIN;
}

static int
make_head(struct cache_head *head, size_t bytes)
{
	lay_out(head, bytes);
	if (getrandom(&head->secret, sizeof(head->secret), 0) !=
	    sizeof(head->secret))
		return -1;
	head->sum = head_sum(head);
	return 0;
}

/* Whether what a file begins with is of a cache of so many bytes. */
static bool
is_head(const struct cache_head *head, size_t bytes)
{
	struct cache_head want;

	lay_out(&want, bytes);
	want.secret = head->secret;
	return memcmp(head, &want, offsetof(struct cache_head, sum)) == 0 &&
	       head->sum == head_sum(head);
}

static int
fail(const char **why, int err, const char *reason)
{
	*why = reason;
	errno = err;
	return -1;
}

/* As long as the cache, and with room on the disk: a page that the disk has no
 * room for would end the process when it is written. */
static int
extend(int fd, size_t bytes, const char **why)
{
	if (ftruncate(fd, 0) == -1 || ftruncate(fd, (off_t)bytes) == -1)
		return fail(why, errno, strerror(errno));
	if (fallocate(fd, 0, 0, (off_t)bytes) == -1 && errno != EOPNOTSUPP &&
	    errno != ENOSYS) {
		int err = errno;

		if (ftruncate(fd, 0) == -1)
			err = errno;
		return fail(why, err, strerror(err));
	}
	return 0;
}

/* Opens and locks the file; *fresh: it has no entries yet. */
static int
open_file(const char *path, size_t bytes, bool *fresh, const char **why)
{
	static const struct cache_head none;
	struct cache_head head = none;
	struct stat st;
	int fd = open(
	    path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd == -1)
		return fail(why, errno, strerror(errno));
	if (fstat(fd, &st) == -1) {
		fail(why, errno, strerror(errno));
		goto close;
	}
	if (!S_ISREG(st.st_mode)) {
		fail(why, EBADMSG, "not a regular file");
		goto close;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno == EWOULDBLOCK)
			fail(why, EBUSY, "in use by another process");
		else
			fail(why, errno, strerror(errno));
		goto close;
	}
	if (pread(fd, &head, sizeof(head), 0) == -1) {
		fail(why, errno, strerror(errno));
		goto close;
	}
	*fresh = st.st_size != (off_t)bytes || !is_head(&head, bytes);
	if (!*fresh)
		return fd;
	/* One whose making was cut short begins with nothing. */
	bool new = memcmp(&head, &none, sizeof(head)) == 0;
	if (!new &&memcmp(head.magic, CACHE_MAGIC, sizeof(head.magic)) != 0) {
		fail(why, EBADMSG, "not a cache of DNS answers");
		goto close;
	}
	if (extend(fd, bytes, why) == -1)
		goto close;
	if (!new)
		*why =
		    (off_t)head.size == st.st_size && is_head(&head, head.size)
			? "begun anew: it was of another size"
			: "begun anew: it was damaged";
	return fd;
close:;
	int err = errno;
	close(fd);
	errno = err;
	return -1;
}

static int
map(struct riad_dns_cache *cache, size_t bytes, const char **why)
{
	int flags = cache->fd == -1
			? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
			: MAP_SHARED;
	void *p =
	    mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, cache->fd, 0);

	if (p == MAP_FAILED)
		return fail(why, errno, strerror(errno));
	cache->map = p;
	cache->size = bytes;
	cache->head = p;
	/* A few answers are to take a few pages, not a few huge ones. */
	madvise(p, bytes, MADV_NOHUGEPAGE);
	return 0;
}

/* Takes what can be trusted of the head, and mends the rest. */
static void
take_head(struct riad_dns_cache *cache)
{
	struct cache_head *head = cache->head;

	cache->buckets = head->buckets;
	cache->units = head->units;
	cache->secret = head->secret;
	cache->slots = (uint64_t *)(void *)(cache->map + CACHE_PAGE);
	cache->row = cache->map + head->row_at;
	cache_set_active(cache, head->active);
	if (head->front > head->units || head->head > head->front) {
		head->head = 0;
		head->front = 0;
	}
	if (head->reached > head->units)
		head->reached = head->units;
	if (head->entries > head->units || head->bytes > cache->size) {
		head->entries = 0;
		head->bytes = 0;
	}
}

struct riad_dns_cache *
riad_dns_cache_open(const char *path, size_t bytes, const char **why)
{
	bool fresh = true;

	*why = NULL;
	if (bytes < RIAD_DNS_CACHE_MIN || bytes > (size_t)1 << 36) {
		fail(why, EINVAL, "a cache has 64k to 64g");
		return NULL;
	}
	bytes -= bytes % CACHE_PAGE;
	struct riad_dns_cache *cache = calloc(1, sizeof(*cache));
	if (cache == NULL) {
		fail(why, errno, strerror(errno));
		return NULL;
	}
	cache->limits = (struct riad_dns_cache_limits){
	    .max_ttl = 86400, .max_negative = 3600, .max_stale = 86400};
	cache->fd = -1;
	if (path != NULL &&
	    (cache->fd = open_file(path, bytes, &fresh, why)) == -1)
		goto fail;
	if (map(cache, bytes, why) == -1)
		goto fail;
	/* An epoch is no secret of the file, so that nothing in it, written
	 * before, is taken for what this process knows. */
	if ((fresh && make_head(cache->head, bytes) == -1) ||
	    getrandom(&cache->epoch, sizeof(cache->epoch), 0) !=
		sizeof(cache->epoch)) {
		fail(why, errno, strerror(errno));
		goto fail;
	}
	/* Nor is it what a page of nothing has. */
	cache->epoch |= 1;
	take_head(cache);
	if (!fresh)
		madvise(cache->map,
		    cache->head->row_at + cache->head->reached * CACHE_UNIT,
		    MADV_WILLNEED);
	return cache;
fail:;
	int err = errno;
	riad_dns_cache_close(cache);
	errno = err;
	return NULL;
}

void
riad_dns_cache_close(struct riad_dns_cache *cache)
{
	if (cache == NULL)
		return;
	if (cache->map != NULL)
		munmap(cache->map, cache->size);
	if (cache->fd != -1)
		close(cache->fd);
	free(cache);
}

const struct riad_siphash_key *
riad_dns_cache_secret(const struct riad_dns_cache *cache)
{
	return &cache->secret;
}
