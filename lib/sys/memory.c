/* SPDX-License-Identifier: ISC */

#include "riad/memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Ours need a few pages; what they call from OpenSSL and libc, some more. */
enum { THREAD_STACK = 256 * 1024, ARENAS = 2 };

int
riad_memory_limit(uint64_t bytes)
{
	struct rlimit limit;
	pthread_attr_t attr;

	if (getrlimit(RLIMIT_DATA, &limit) == -1)
		return -1;
	if (limit.rlim_max == RLIM_INFINITY || bytes < limit.rlim_max)
		limit.rlim_max = (rlim_t)bytes;
	limit.rlim_cur = limit.rlim_max;

#ifdef __GLIBC__
	(void)mallopt(M_ARENA_MAX, ARENAS);
	if (pthread_attr_init(&attr) == 0) {
		if (pthread_attr_setstacksize(&attr, THREAD_STACK) == 0)
			(void)pthread_setattr_default_np(&attr);
		pthread_attr_destroy(&attr);
	}
#else
	(void)attr;
#endif
	return setrlimit(RLIMIT_DATA, &limit);
}

void
riad_memory_open(struct riad_memory *m)
{
	*m = (struct riad_memory){
	    .fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC)};
}

/* "\nVmHWM:     1234 kB\n" */
static uint64_t
field(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p == NULL
		   ? 0
		   : (uint64_t)strtoull(p + strlen(name), NULL, 10) * 1024;
}

static void
raise_to(uint64_t *peak, uint64_t value)
{
	if (value > *peak)
		*peak = value;
}

void
riad_memory_look(struct riad_memory *m)
{
	char text[4096];
	ssize_t n = -1;

	if (m->fd != -1)
		n = pread(m->fd, text, sizeof(text) - 1, 0);
	if (n > 0) {
		text[n] = '\0';
		raise_to(&m->peak, field(text, "\nVmHWM:"));
		raise_to(&m->anonymous, field(text, "\nRssAnon:"));
		return;
	}

	struct rusage usage;
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		raise_to(&m->peak, (uint64_t)usage.ru_maxrss * 1024);
}
