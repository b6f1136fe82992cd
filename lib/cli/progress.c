/* SPDX-License-Identifier: ISC */

#include "riad/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "riad/cli.h"
#include "riad/io.h"

static const uint64_t second = 1000000000;

static uint64_t
now(void)
{
	struct timespec ts = {0};

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * second + (uint64_t)ts.tv_nsec;
}

static void
draw(struct riad_progress *pg, uint64_t time)
{
	char line[80];
	double mib = (double)pg->bytes / (1 << 20);
	double secs = (double)(time - pg->start) / (double)second;
	int n = snprintf(line, sizeof(line), "\r%.1f MiB, %.1f MiB/s\033[K",
	    mib, mib / secs);

	(void)riad_write(STDERR_FILENO, line, (size_t)n);
	pg->drawn = true;
}

void
riad_progress_begin(struct riad_progress *pg)
{
	*pg = (struct riad_progress){
	    .on = riad_progress_wanted() && !isatty(STDOUT_FILENO)};
	if (pg->on) {
		pg->start = now();
		pg->next = pg->start + second;
	}
}

void
riad_progress_add(struct riad_progress *pg, uint64_t bytes)
{
	pg->bytes += bytes;
	if (!pg->on)
		return;

	uint64_t time = now();
	if (time < pg->next)
		return;
	draw(pg, time);
	pg->next = time + second / 10;
}

void
riad_progress_end(struct riad_progress *pg)
{
	static const char clear[] = "\r\033[K";

	if (pg->drawn)
		(void)riad_write(STDERR_FILENO, clear, sizeof(clear) - 1);
	pg->drawn = false;
}
