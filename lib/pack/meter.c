/* SPDX-License-Identifier: ISC */

#include "riad/meter.h"

#include <stdio.h>
#include <time.h>

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
riad_meter_start(struct riad_meter *m, struct riad_pack_sink *sink,
    const char *title, uint32_t total)
{
	int64_t now = now_ms();

	*m = (struct riad_meter){.sink = sink,
	    .title = title,
	    .total = total,
	    .shown = now,
	    .ticked = now};
}

static int
show(const struct riad_meter *m, uint32_t n, const char *end)
{
	char line[128];
	int len;

	if (m->total == 0)
		len =
		    snprintf(line, sizeof(line), "%s: %u%s", m->title, n, end);
	else
		len = snprintf(line, sizeof(line), "%s: %3u%% (%u/%u)%s",
		    m->title, m->percent, n, m->total, end);
	return m->sink->progress(m->sink->ctx, line, (size_t)len);
}

int
riad_meter_at(struct riad_meter *m, uint32_t n)
{
	int64_t now = now_ms();

	if (now - m->ticked >= 100) {
		m->ticked = now;
		if (m->sink->tick(m->sink->ctx) != 0)
			return -1;
	}
	if (m->sink->progress == NULL)
		return 0;

	uint32_t percent =
	    m->total == 0 ? 0 : (uint32_t)((uint64_t)n * 100 / m->total);
	if (percent == m->percent && now - m->shown < 1000)
		return 0;
	m->percent = percent;
	m->shown = now;
	return show(m, n, "\r");
}

int
riad_meter_done(struct riad_meter *m, uint32_t n)
{
	if (m->sink->progress == NULL)
		return 0;
	m->percent = 100;
	return show(m, n, ", done.\n");
}
