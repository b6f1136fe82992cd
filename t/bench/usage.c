/* SPDX-License-Identifier: ISC */
/*
 * usage - what a command costs, its children included
 *
 *	usage [-n RUNS] FILE COMMAND [ARG...]
 *
 * Runs it with FILE as its input, counts what it writes and throws that away:
 *	CPU-SECONDS WALL-SECONDS PEAK-BYTES OUTPUT-BYTES
 * PEAK is of memory that belongs to no file (mapped packs are the page
 * cache's), of all processes together, seen every two milliseconds; where
 * there is no /proc it is the largest resident set of one process.  A command
 * that fails makes this fail.  What is too short to be timed is run RUNS
 * times, and CPU and wall are of one.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EVERY_MS = 2, DEPTH_MAX = 4, KIDS_MAX = 16 };

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static size_t
slurp(char *buf, size_t size, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return 0;
	ssize_t n = read(fd, buf, size - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* Bytes of pid and what it started, which are few: git runs one program. */
static uint64_t
anonymous(long pid, int depth)
{
	char path[64], text[4096];
	long kids[KIDS_MAX];
	uint64_t sum = 0;
	size_t n = 0;

	snprintf(path, sizeof(path), "/proc/%ld/status", pid);
	if (slurp(text, sizeof(text), path) == 0)
		return 0;
	const char *at = strstr(text, "\nRssAnon:");
	if (at != NULL)
		sum = strtoull(at + 9, NULL, 10) * 1024;
	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", pid, pid);
	slurp(text, sizeof(text), path);
	for (char *p = text, *end; depth < DEPTH_MAX && n < KIDS_MAX; p = end) {
		kids[n] = strtol(p, &end, 10);
		if (end == p)
			break;
		n++;
	}
	for (size_t i = 0; i < n; i++)
		sum += anonymous(kids[i], depth + 1);
	return sum;
}

static pid_t
start(int *from, const char *file, char *argv[])
{
	posix_spawn_file_actions_t to;
	pid_t pid = -1;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1)
		return -1;
	/* Not fork(2), after which our memory would be seen as the child's. */
	errno = posix_spawn_file_actions_init(&to);
	if (errno == 0) {
		(void)posix_spawn_file_actions_addopen(
		    &to, STDIN_FILENO, file, O_RDONLY, 0);
		(void)posix_spawn_file_actions_adddup2(
		    &to, fds[1], STDOUT_FILENO);
		errno = posix_spawnp(&pid, argv[0], &to, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&to);
	}
	close(fds[1]);
	*from = fds[0];
	return pid;
}

struct cost {
	double cpu, wall;
	uint64_t peak, bytes;
};

static void
look(struct cost *c, pid_t pid)
{
	uint64_t sum = anonymous(pid, 0);

	if (sum > c->peak)
		c->peak = sum;
}

static int
run(struct cost *c, const char *file, char *argv[], int every_ms)
{
	static char buf[1 << 18];
	double began = now(), seen = 0;
	struct rusage u;
	int fd, status;
	ssize_t n = 1;

	pid_t pid = start(&fd, file, argv);
	if (pid <= 0)
		return -1;
	c->bytes = 0;
	while (n != 0) {
		struct pollfd p = {fd, POLLIN, 0};

		if (poll(&p, 1, every_ms) == 1) {
			n = read(fd, buf, sizeof(buf));
			if (n == -1 && errno != EINTR)
				return -1;
			c->bytes += n > 0 ? (uint64_t)n : 0;
		}
		if (now() - seen >= every_ms / 1e3) {
			look(c, pid);
			seen = now();
		}
	}
	close(fd);
	if (wait4(pid, &status, 0, &u) != pid)
		return -1;
	c->wall += now() - began;
	c->cpu += (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
		  (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	if (access("/proc/self/status", R_OK) == -1)
		c->peak = (uint64_t)u.ru_maxrss * 1024;
	errno = ECHILD;
	return status == 0 ? 0 : -1;
}

int
main(int argc, char *argv[])
{
	struct cost c = {0};
	long runs = 1;
	int opt;

	while ((opt = getopt(argc, argv, "+n:")) != -1) {
		if (opt != 'n' || (runs = strtol(optarg, NULL, 10)) < 1)
			return 2;
	}
	argv += optind;
	if (argc - optind < 2) {
		fprintf(stderr, "usage: usage [-n RUNS] FILE COMMAND...\n");
		return 2;
	}
	for (long i = 0; i < runs; i++) {
		if (run(&c, argv[0], argv + 1, EVERY_MS) == -1) {
			fprintf(stderr, "usage: %s: %s\n", argv[1],
			    strerror(errno));
			return 1;
		}
	}
	/* What was over before it was seen is looked at without a pause. */
	struct cost again = {0};
	if (c.peak == 0 && run(&again, argv[0], argv + 1, 0) == 0)
		c.peak = again.peak;
	printf("%.6f %.6f %llu %llu\n", c.cpu / (double)runs,
	    c.wall / (double)runs, (unsigned long long)c.peak,
	    (unsigned long long)c.bytes);
	return 0;
}
