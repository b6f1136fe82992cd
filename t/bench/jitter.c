/* SPDX-License-Identifier: ISC */
/*
 * How late paced MIDI comes: jitter EVERY_US reads three byte messages from
 * stdin that are due every EVERY_US microseconds, and prints by how many
 * microseconds of the monotonic clock they came after the earliest hundredth
 * of them.  What is measured includes this reader's own waking.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1000000, MESSAGE = 3 };

static double late[MOST];

static double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

int
main(int argc, char *argv[])
{
	unsigned char bytes[4096];
	size_t n = 0;
	size_t rest = 0;
	double every;
	ssize_t got;

	if (argc != 2 || (every = strtod(argv[1], NULL)) <= 0)
		errx(2, "usage: jitter EVERY_US");
	while ((got = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0) {
		double now = now_us();
		for (rest += (size_t)got; rest >= MESSAGE; rest -= MESSAGE)
			if (n < MOST) {
				late[n] = now - (double)n * every;
				n++;
			}
	}
	if (n < 100)
		errx(1, "only %zu messages", n);
	qsort(late, n, sizeof(*late), compare);
	double in_time = late[n / 100];
	printf("late by, us, of %zu messages: p50 %.0f  p99 %.0f  p99.9 %.0f  "
	       "max %.0f\n",
	    n, late[n / 2] - in_time, late[n * 99 / 100] - in_time,
	    late[n * 999 / 1000] - in_time, late[n - 1] - in_time);
	return 0;
}
