/* SPDX-License-Identifier: ISC */

#include "riad/metrics.h"

#include <string.h>
#include <time.h>

void
riad_metrics_init(struct riad_metrics *m)
{
	memset(m, 0, sizeof(*m));
}

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec ts = {0, 0};

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

void
riad_metrics_phase_begin(struct riad_metrics *m, enum riad_phase phase)
{
	if (m == NULL || m->phases[phase].running)
		return;
	struct riad_phase_cost *cost = &m->phases[phase];
	cost->running = true;
	cost->wall_from = clock_ns(CLOCK_MONOTONIC);
	cost->cpu_from = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

void
riad_metrics_phase_end(struct riad_metrics *m, enum riad_phase phase)
{
	if (m == NULL || !m->phases[phase].running)
		return;
	struct riad_phase_cost *cost = &m->phases[phase];
	cost->running = false;
	cost->wall_ns += clock_ns(CLOCK_MONOTONIC) - cost->wall_from;
	cost->cpu_ns += clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cost->cpu_from;
	if (m->sample != NULL)
		m->sample(m->sample_ctx);
}

void
riad_metrics_end_all(struct riad_metrics *m)
{
	for (int i = 0; i < RIAD_PHASES; i++)
		riad_metrics_phase_end(m, (enum riad_phase)i);
}

const char *
riad_phase_name(enum riad_phase phase)
{
	static const char *const names[RIAD_PHASES] = {
	    [RIAD_PHASE_NEGOTIATE] = "negotiate",
	    [RIAD_PHASE_ENUMERATE] = "enumerate",
	    [RIAD_PHASE_COMPRESS] = "compress",
	    [RIAD_PHASE_WRITE] = "write",
	};

	return names[phase];
}

void
riad_metrics_text(char *to, size_t size, const void *text, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(to, text, len);
	to[len] = '\0';
}
